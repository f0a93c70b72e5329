//! One attribute of a profile schema.

use serde_json::{Value, json};

/// An attribute of the profile of users or groups, as a schema defines it.
///
/// ```
/// use okta_simulator::{Attribute, AttributeType};
///
/// let badge_level = Attribute::new("badgeLevel", AttributeType::Integer)
///     .titled("Badge level")
///     .hidden()
///     .with("minimum", 1);
/// assert_eq!(badge_level.attribute_type(), Some(AttributeType::Integer));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name, which is the key below `properties`.
    pub name: String,
    /// The definition, which is the value at that key.
    pub definition: Value,
}

/// The type of an attribute, or of a value of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttributeType {
    /// `string` of any format but the next.
    String,
    /// `string` with the format `date-time`.
    DateTime,
    /// `boolean`.
    Boolean,
    /// `integer`.
    Integer,
    /// `number`.
    Number,
    /// `array` of `string`.
    StringArray,
    /// `array` of `integer`.
    IntegerArray,
    /// `array` of `number`.
    NumberArray,
}

impl AttributeType {
    /// Every type that an attribute may have.
    pub const ALL: [Self; 8] = [
        Self::String,
        Self::DateTime,
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::StringArray,
        Self::IntegerArray,
        Self::NumberArray,
    ];

    /// Reads the type of a definition.
    pub(crate) fn of(definition: &Value) -> Option<Self> {
        let kind = definition.get("type")?.as_str()?;
        let items = definition.pointer("/items/type").and_then(Value::as_str);
        let items = items.filter(|_| kind == "array");
        match definition.get("format") {
            Some(format) if kind == "string" && format == "date-time" => Some(Self::DateTime),
            _ => Self::ALL.into_iter().find(|it| it.words() == (kind, items)),
        }
    }

    /// Returns the value of `type`, and that of `items.type` if there is one.
    fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::String | Self::DateTime => ("string", None),
            Self::Boolean => ("boolean", None),
            Self::Integer => ("integer", None),
            Self::Number => ("number", None),
            Self::StringArray => ("array", Some("string")),
            Self::IntegerArray => ("array", Some("integer")),
            Self::NumberArray => ("array", Some("number")),
        }
    }
}

impl Attribute {
    /// Makes an attribute that users may read and nobody has to fill in. Its title is its name.
    pub fn new(name: impl Into<String>, attribute_type: AttributeType) -> Self {
        let name = name.into();
        let (kind, items) = attribute_type.words();
        let mut definition = json!({
            "title": name,
            "type": kind,
            "mutability": "READ_WRITE",
            "scope": "NONE",
            "permissions": [{ "principal": "SELF", "action": "READ_ONLY" }],
        });
        if let Some(items) = items {
            definition["items"] = json!({ "type": items });
        }
        if attribute_type == AttributeType::DateTime {
            definition["format"] = "date-time".into();
        }
        Self { name, definition }
    }

    /// Sets the title, which people see in its place.
    pub fn titled(self, title: &str) -> Self {
        self.with("title", title)
    }

    /// Sets the description.
    pub fn described(self, description: &str) -> Self {
        self.with("description", description)
    }

    /// Hides the attribute from the users whose profile has it. Administrators still see it.
    pub fn hidden(self) -> Self {
        self.with("permissions", json!([{ "principal": "SELF", "action": "HIDE" }]))
    }

    /// Makes a value obligatory.
    pub fn required(self) -> Self {
        self.with("required", true)
    }

    /// Makes each value that of one user only. Recorded schemas say so with a text where Okta's specification has
    /// a Boolean.
    pub fn unique(self) -> Self {
        self.with("unique", "UNIQUE_VALIDATED")
    }

    /// Allows these values alone, each with its title: for an array, as elements.
    pub fn one_of<V: Into<Value> + Clone>(mut self, choices: &[(V, &str)]) -> Self {
        let values: Value = choices.iter().map(|(value, _)| value.clone().into()).collect();
        let titled = choices.iter().map(|(value, title)| {
            let value: Value = value.clone().into();
            json!({ "const": value, "title": title })
        });
        let titled: Value = titled.collect();
        let holder = match self.definition.get_mut("items") {
            Some(items) => items,
            None => &mut self.definition,
        };
        holder["enum"] = values;
        holder["oneOf"] = titled;
        self
    }

    /// Sets a member of the definition to any value, also to one that Okta would not have there.
    ///
    /// # Panics
    ///
    /// If the definition is no object.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.definition[member] = value.into();
        self
    }

    /// Returns the type, or `None` if the definition has none that Okta documents for users and groups.
    pub fn attribute_type(&self) -> Option<AttributeType> {
        AttributeType::of(&self.definition)
    }

    /// Tells whether users do not see the attribute in their own profile.
    pub fn is_hidden(&self) -> bool {
        let permissions = self.definition.get("permissions").and_then(Value::as_array);
        permissions.is_some_and(|all| all.iter().any(|it| it["action"] == "HIDE"))
    }

    /// Tells whether each profile has to have a value.
    pub fn is_required(&self) -> bool {
        self.definition.get("required").is_some_and(|required| required == true)
    }

    /// Returns the values that are allowed, if not all are: for an array, as elements.
    pub(crate) fn choices(&self) -> Option<&[Value]> {
        let holder = self.definition.get("items").unwrap_or(&self.definition);
        holder.get("enum")?.as_array().map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_as_it_was_written() {
        for kind in AttributeType::ALL {
            assert_eq!(Attribute::new("a", kind).attribute_type(), Some(kind));
        }
        let email = Attribute::new("a", AttributeType::String).with("format", "email");
        assert_eq!(email.attribute_type(), Some(AttributeType::String));
        let rows = [
            json!({}),
            json!(7),
            json!({ "type": "object" }),
            json!({ "type": "array" }),
            json!({ "type": "array", "items": { "type": "object" } }),
            json!({ "type": "array", "items": { "type": "boolean" } }),
            json!({ "type": ["string"] }),
        ];
        for definition in rows {
            let attribute = Attribute { name: "a".to_owned(), definition };
            assert_eq!(attribute.attribute_type(), None, "{}", attribute.definition);
        }
    }

    #[test]
    fn choices_of_an_array_are_those_of_its_elements() {
        let choices = [(1, "one"), (2, "two")];
        let array = Attribute::new("a", AttributeType::IntegerArray).one_of(&choices);
        assert_eq!(array.definition["items"]["oneOf"][1], json!({ "const": 2, "title": "two" }));
        let single = Attribute::new("a", AttributeType::Integer).one_of(&choices);
        assert_eq!(single.definition["enum"], json!([1, 2]));
        assert_eq!(single.choices(), array.choices());
    }
}
