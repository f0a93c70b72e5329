//! Schemas: what an org says of the attributes of its users and groups, and the fields that they become.
//!
//! Several user types have a schema each; an attribute is the same in two of them if its name is. A schema is read
//! leniently: what cannot be read of one attribute is no reason to lose another.

use super::{At, Field, Kind, Object, PROFILE, Pushdown};
use appflow_connector::Message;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The longest name of an attribute that is offered: AppFlow's identifiers have 128 characters, and a prefix needs room.
const MAX_NAME: usize = 100;

/// The most attributes that are read. Okta publishes no limit; people complain of a slow console from thousands on.
const MAX_ATTRIBUTES: usize = 20_000;

/// The most characters of a label and of a description.
const MAX_LABEL: usize = 100;
const MAX_DESCRIPTION: usize = 200;

/// Words of AppFlow's filter language, in whatever case.
const KEYWORDS: [&str; 10] =
    ["and", "between", "contains", "false", "in", "limit", "not", "null", "or", "true"];

/// One schema.
#[derive(Debug)]
pub(crate) struct Schema {
    custom: BTreeMap<String, Attribute>,
}

/// The knowledge of one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Attribute {
    title: String,
    description: String,
    values: Values,
    is_hidden: bool,
}

/// The values that an attribute has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    /// Of this type, by name: that of the array's items behind that of the array.
    Of(Kind, Items),
    /// Of different types.
    Mixed,
}

/// The type of an array's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Items {
    None,
    Texts,
    Integers,
    Numbers,
    Others,
}

/// Okta's JSON for a schema, as far as its attributes are concerned.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    definitions: Definitions<'a>,
    #[serde(default)]
    title: Value,
    #[serde(default, rename = "lastUpdated")]
    last_updated: Value,
    #[serde(default, rename = "_links")]
    links: Value,
}

#[derive(Deserialize)]
struct Definitions<'a> {
    #[serde(borrow)]
    base: Option<Part<'a>>,
    #[serde(borrow)]
    custom: Part<'a>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default)]
    properties: BTreeMap<String, &'a RawValue>,
}

impl Schema {
    /// Reads a schema. None if it is none: what an org says of its attributes is then not known.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let document: Document<'_> = serde_json::from_slice(body).ok()?;
        let properties = document.definitions.custom.properties.into_iter();
        let named = properties.filter(|(name, _)| is_name(name)).take(MAX_ATTRIBUTES);
        let custom = named.filter_map(|(name, definition)| {
            let definition: Map<String, Value> = serde_json::from_str(definition.get()).ok()?;
            Some((name, Attribute::defined(&definition)))
        });
        Some(Self { custom: custom.collect() })
    }

    /// Infers the attributes of an object from a list of its records. None if it is no such list.
    pub(crate) fn infer(object: &Object, body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Sample<'a> {
            #[serde(borrow, default)]
            profile: BTreeMap<String, &'a RawValue>,
        }
        let samples: Vec<Sample<'_>> = serde_json::from_slice(body).ok()?;
        let known: BTreeSet<_> = object.fields.iter().filter_map(Field::attribute).collect();
        let mut custom = BTreeMap::new();
        for (name, value) in samples.into_iter().flat_map(|sample| sample.profile) {
            let is_new = is_name(&name) && !known.contains(&*name);
            if let Some(values) = Values::seen(value.get()).filter(|_| is_new) {
                let seen = Attribute {
                    title: name.clone(),
                    description: "Inferred from a sample since the schema may not be read"
                        .to_owned(),
                    values,
                    is_hidden: false,
                };
                merge(&mut custom, name, seen);
            }
        }
        Some(Self { custom })
    }

    /// Takes the attributes of several schemas together. None without any schema.
    pub(crate) fn merged(schemas: Vec<Self>) -> Option<Self> {
        let is_known = !schemas.is_empty();
        let mut custom = BTreeMap::new();
        for (name, attribute) in schemas.into_iter().flat_map(|schema| schema.custom) {
            merge(&mut custom, name, attribute);
        }
        is_known.then_some(Self { custom })
    }

    /// Returns how many attributes there are.
    pub(crate) fn len(&self) -> usize {
        self.custom.len()
    }

    /// Returns the fields that the attributes become behind the fixed ones of `object`, sorted by the names of the
    /// attributes. Of conditions on them, Okta evaluates `most`.
    pub(crate) fn fields(&self, object: &Object, most: Pushdown) -> Vec<Field> {
        let mut taken: BTreeSet<_> =
            object.fields.iter().map(|field| field.name.to_ascii_lowercase()).collect();
        let fields = self.custom.iter().map(|(name, attribute)| {
            let field = attribute.field(name, free_name(name, &taken), most);
            taken.insert(field.name.to_ascii_lowercase());
            field
        });
        fields.collect()
    }
}

fn merge(known: &mut BTreeMap<String, Attribute>, name: String, attribute: Attribute) {
    let has_room = known.len() < MAX_ATTRIBUTES;
    match known.get_mut(&name) {
        Some(known) => {
            known.is_hidden |= attribute.is_hidden;
            known.values = known.values.and(attribute.values);
        }
        None if has_room => {
            known.insert(name, attribute);
        }
        None => {}
    }
}

/// Says whether AppFlow can name an attribute, and Okta's `fields` and `search` can. Others are left in the profile.
pub(crate) fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    (1..=MAX_NAME).contains(&name.len())
        && name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
}

/// Returns the name of the field that an attribute becomes: its own, if it is free and can be used in a filter, or one
/// with a prefix. Two names that differ in nothing but case are one name to destinations.
fn free_name(name: &str, taken: &BTreeSet<String>) -> String {
    let is_free = |name: &str| !taken.contains(&name.to_ascii_lowercase());
    let is_keyword = KEYWORDS.contains(&name.to_ascii_lowercase().as_str());
    if is_free(name) && !is_keyword && !name.starts_with('_') {
        return name.to_owned();
    }
    let prefixed = format!("{PROFILE}_{name}");
    if is_free(&prefixed) {
        return prefixed;
    }
    let numbered = (2u32..).map(|number| format!("{prefixed}_{number}"));
    numbered.into_iter().find(|name| is_free(name)).unwrap_or(prefixed)
}

impl Attribute {
    fn defined(definition: &Map<String, Value>) -> Self {
        // What is shown is cut; the rest is not kept.
        let text = |name: &str| {
            let text = definition.get(name).and_then(Value::as_str).unwrap_or_default();
            text.chars().take(4 * MAX_DESCRIPTION).collect()
        };
        let permissions = definition.get("permissions").and_then(Value::as_array);
        let is_hidden = permissions
            .is_some_and(|all| all.iter().any(|permission| permission["action"] == "HIDE"));
        let values = Values::defined(definition);
        Self { title: text("title"), description: text("description"), values, is_hidden }
    }

    /// Makes the field that it becomes under `name`, where Okta calls it `attribute`.
    fn field(&self, attribute: &str, name: String, most: Pushdown) -> Field {
        let label = clean(&self.title, MAX_LABEL);
        let label = if label.is_empty() { attribute.to_owned() } else { label };
        let mut description = clean(&self.description, MAX_DESCRIPTION);
        let mut add = |sentence: &str| {
            if !description.is_empty() {
                description.push_str(if description.ends_with('.') { " " } else { ". " });
            }
            description.push_str(sentence);
        };
        if *name != *attribute {
            add(&format!("The attribute {attribute}."));
        }
        if self.values == Values::Mixed {
            add("A text since its type differs between user types.");
        }
        if self.is_hidden {
            add("Hidden from the user whose profile it is.");
        }
        if description.is_empty() {
            description.push_str("Custom attribute.");
        }
        let pushdown = if self.values.are_searched() { most } else { Pushdown::default() };
        Field {
            label: Cow::Owned(label),
            description: Cow::Owned(description),
            ..field_of(&name, self.values.kind(), attribute, pushdown)
        }
    }
}

/// Makes the field that an attribute becomes in a run, where nobody reads its label.
pub(crate) fn field_of(name: &str, kind: Kind, attribute: &str, pushdown: Pushdown) -> Field {
    Field {
        name: Cow::Owned(name.to_owned()),
        label: Cow::Borrowed(""),
        kind,
        at: At::Record(Cow::Owned(format!("{PROFILE}.{attribute}"))),
        pushdown,
        unique: false,
        description: Cow::Borrowed(""),
    }
}

/// Returns a text of an org as AppFlow may show it.
fn clean(text: &str, most: usize) -> String {
    let safe = Message::new(text).to_string();
    safe.chars().take(most).collect::<String>().trim().to_owned()
}

impl Values {
    /// An array of which only the empty one was seen.
    const EMPTY: Self = Self::Of(Kind::List, Items::None);

    /// Reads the type that a schema defines.
    fn defined(definition: &Map<String, Value>) -> Self {
        let word =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let items = definition.get("items").map(|items| word(items.get("type")));
        match word(definition.get("type")).as_str() {
            "string" if word(definition.get("format")) == "date-time" => Self::of(Kind::DateTime),
            "boolean" => Self::of(Kind::Boolean),
            "integer" => Self::of(Kind::Integer),
            "number" => Self::of(Kind::Number),
            "array" => match items.unwrap_or_default().as_str() {
                "string" => Self::Of(Kind::Texts, Items::Texts),
                "integer" => Self::Of(Kind::List, Items::Integers),
                "number" => Self::Of(Kind::List, Items::Numbers),
                _ => Self::Of(Kind::List, Items::Others),
            },
            "string" => Self::of(Kind::Text),
            // Okta may add types. Their values are texts, or have one.
            _ => Self::Of(Kind::Text, Items::Others),
        }
    }

    /// Reads the type of a value; none of null.
    fn seen(value: &str) -> Option<Self> {
        Some(match value.as_bytes().first()? {
            b'n' => return None,
            b'"' => Self::of(Kind::Text),
            b't' | b'f' => Self::of(Kind::Boolean),
            b'[' => match serde_json::from_str::<Vec<Value>>(value) {
                Ok(items) if items.is_empty() => Self::EMPTY,
                Ok(items) if items.iter().all(Value::is_string) => {
                    Self::Of(Kind::Texts, Items::Texts)
                }
                _ => Self::Of(Kind::List, Items::Others),
            },
            b'{' => Self::Of(Kind::Text, Items::Others),
            _ => Self::of(Kind::Number),
        })
    }

    fn of(kind: Kind) -> Self {
        Self::Of(kind, Items::None)
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::EMPTY, Self::Of(Kind::List | Kind::Texts, _)) => other,
            (Self::Of(Kind::List | Kind::Texts, _), Self::EMPTY) => self,
            _ if self == other => self,
            _ => Self::Mixed,
        }
    }

    /// Says whether a `search` of Okta finds all that a filter here does. It compares dates of a profile as texts.
    fn are_searched(self) -> bool {
        match self {
            Self::Of(Kind::Text | Kind::Boolean | Kind::Integer | Kind::Number, items) => {
                items == Items::None
            }
            Self::Of(kind, _) => kind == Kind::Texts,
            Self::Mixed => false,
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Of(kind, _) => kind,
            Self::Mixed => Kind::Text,
        }
    }
}

/// Writes the attributes that a schema defines as a list of records. None if it is no schema, or if it defines more than
/// anybody has seen: to leave some out would be wrong.
pub(crate) fn records(body: &str) -> Option<String> {
    let document: Document<'_> = serde_json::from_str(body).ok()?;
    let link = document.links.pointer("/type/href").and_then(Value::as_str);
    let type_id = link.and_then(|link| link.rsplit('/').next());
    let base = document.definitions.base.map(|base| ("base", base));
    let parts = base.into_iter().chain([("custom", document.definitions.custom)]);
    let mut records = Vec::new();
    for (part, Part { properties }) in parts {
        if records.len() + properties.len() > MAX_ATTRIBUTES {
            return None;
        }
        for (name, definition) in properties {
            let Ok(mut record) = serde_json::from_str::<Map<String, Value>>(definition.get())
            else {
                continue;
            };
            let key = type_id.map_or_else(|| name.clone(), |id| format!("{id}:{name}"));
            let beside = [
                ("key", json!(key)),
                ("name", json!(name)),
                ("part", json!(part)),
                ("schemaUpdated", document.last_updated.clone()),
                ("typeId", json!(type_id)),
                ("typeTitle", document.title.clone()),
            ];
            record.extend(beside.map(|(name, value)| (name.to_owned(), value)));
            records.push(Value::Object(record));
        }
    }
    Some(Value::Array(records).to_string())
}
