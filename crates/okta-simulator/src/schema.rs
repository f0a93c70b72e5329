//! Profile schemas of an org: where they are, which attributes they define, and how they are changed.
//!
//! Several user types mean several schemas. Where they disagree about a type, nobody is right.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::attribute::{Attribute, AttributeType};
use crate::collection::Collection;
use crate::maker::stamp;
use crate::org::Org;

/// A profile schema, named by what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileSchema<'a> {
    /// The schema of the users of a type, by the id of the type.
    User(&'a str),
    /// The schema of all groups.
    Group,
}

/// The part of a schema that defines an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaPart {
    /// Attributes that every org has.
    Base,
    /// Attributes that the org has added.
    Custom,
}

impl ProfileSchema<'_> {
    /// Returns the schema as its endpoint shows it.
    pub(crate) fn of(self, org: &Org) -> Option<Value> {
        match self {
            Self::User(type_id) => {
                let user_type = org.get(Collection::UserTypes, type_id)?;
                user_schema(org, schema_id(&user_type)?)
            }
            Self::Group => group_schema(org),
        }
    }

    fn collection(self) -> Collection {
        match self {
            Self::User(_) => Collection::UserSchemas,
            Self::Group => Collection::GroupSchemas,
        }
    }

    /// Returns the collection whose profiles follow the schema.
    pub(crate) fn profiles(self) -> Collection {
        match self {
            Self::User(_) => Collection::Users,
            Self::Group => Collection::Groups,
        }
    }

    /// Tells whether the profile of a record follows the schema.
    pub(crate) fn describes(self, record: &Value) -> bool {
        match self {
            Self::User(type_id) => record["type"]["id"] == type_id,
            Self::Group => true,
        }
    }
}

impl SchemaPart {
    const ALL: [Self; 2] = [Self::Base, Self::Custom];

    fn pointer(self) -> &'static str {
        match self {
            Self::Base => "/definitions/base/properties",
            Self::Custom => "/definitions/custom/properties",
        }
    }

    fn definitions(self, schema: &Value) -> Option<&Map<String, Value>> {
        schema.pointer(self.pointer())?.as_object()
    }
}

impl Org {
    /// Returns the attributes that a part of a schema defines, sorted by name. Without the schema there are none.
    pub fn attributes(&self, schema: ProfileSchema<'_>, part: SchemaPart) -> Vec<Attribute> {
        let schema = schema.of(self);
        let definitions = schema.as_ref().and_then(|schema| part.definitions(schema));
        let attributes = definitions.into_iter().flatten().map(|(name, definition)| Attribute {
            name: name.clone(),
            definition: definition.clone(),
        });
        attributes.collect()
    }

    /// Adds a custom attribute, or replaces the one of the same name, and moves `lastUpdated` of the schema by a
    /// second. Profiles stay as they are, and may then hold values of another type than the schema says.
    ///
    /// # Panics
    ///
    /// If the org has no such schema.
    pub fn put_attribute(&mut self, schema: ProfileSchema<'_>, attribute: Attribute) {
        let Attribute { name, definition } = attribute;
        self.edit(schema, |custom| custom.insert(name, definition));
    }

    /// Removes a custom attribute and its values in profiles, moves `lastUpdated` of the schema by a second, and
    /// gives the attribute back, if it was there.
    ///
    /// # Panics
    ///
    /// If the org has no such schema.
    pub fn remove_attribute(&mut self, schema: ProfileSchema<'_>, name: &str) -> Option<Attribute> {
        let definition = self.edit(schema, |custom| custom.remove(name))?;
        let records = self.records(schema.profiles());
        let holders = records
            .filter(|record| schema.describes(record) && record["profile"].get(name).is_some());
        let holders: Vec<Value> = holders.collect();
        for mut record in holders {
            if let Some(profile) = record["profile"].as_object_mut() {
                profile.remove(name);
            }
            self.put(schema.profiles(), record);
        }
        Some(Attribute { name: name.to_owned(), definition })
    }

    fn edit<T>(
        &mut self,
        schema: ProfileSchema<'_>,
        edit: impl FnOnce(&mut Map<String, Value>) -> T,
    ) -> T {
        let record = schema.of(self);
        let mut record = record.unwrap_or_else(|| panic!("the org has no {schema:?}"));
        let custom = record.pointer_mut(SchemaPart::Custom.pointer());
        let custom = custom.and_then(Value::as_object_mut);
        let result = edit(custom.expect("a schema has custom attributes, if only none"));
        if let Some(updated) = record.get_mut("lastUpdated")
            && let Some(time) = updated.as_str().and_then(|it| it.parse::<Timestamp>().ok())
        {
            *updated = stamp((time + SignedDuration::from_secs(1)).as_second());
        }
        self.put(schema.collection(), record);
        result
    }
}

/// Finds the schema of this id.
///
/// The schema of the default type is the default one. An org that was recorded in parts may have that one without
/// the id by which its type calls it.
pub(crate) fn user_schema(org: &Org, id: &str) -> Option<Value> {
    let found = org.get(Collection::UserSchemas, id).filter(is_schema);
    found.or_else(|| {
        let default = default_user_type(org);
        let is_default = default.as_ref().and_then(schema_id) == Some(id);
        if is_default { named_default(org) } else { None }
    })
}

/// Finds the schema of the default user type, or the one that calls itself the default.
pub(crate) fn default_user_schema(org: &Org) -> Option<Value> {
    let default = default_user_type(org);
    let id = default.as_ref().and_then(schema_id);
    id.and_then(|id| user_schema(org, id)).or_else(|| named_default(org))
}

/// Finds the user type that users have unless they are given another.
pub(crate) fn default_user_type(org: &Org) -> Option<Value> {
    org.records(Collection::UserTypes).find(|user_type| user_type["default"] == true)
}

/// Finds the schema of groups.
pub(crate) fn group_schema(org: &Org) -> Option<Value> {
    org.records(Collection::GroupSchemas).find(is_schema)
}

fn named_default(org: &Org) -> Option<Value> {
    org.records(Collection::UserSchemas).filter(is_schema).find(|schema| {
        schema["id"].as_str().is_some_and(|id| id.ends_with("/meta/schemas/user/default"))
    })
}

/// Returns the id of the schema that a user type links to.
fn schema_id(user_type: &Value) -> Option<&str> {
    user_type.pointer("/_links/schema/href")?.as_str()?.rsplit('/').next()
}

/// Tells a schema from a definition of linked objects, which is recorded in the same file.
fn is_schema(record: &Value) -> bool {
    record.get("definitions").is_some()
}

/// Tells whether the org has a schema at all.
pub(crate) fn is_described(org: &Org, schemas: Collection) -> bool {
    org.records(schemas).any(|record| is_schema(&record))
}

/// The type of an attribute, or of its elements, as expressions compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ComparedType {
    Text,
    Number,
    Boolean,
    /// Two schemas give the name to different types, or one of them to a type that Okta does not have.
    Disputed,
}

/// Returns the type of a profile attribute, or `None` if no schema defines it.
pub(crate) fn compared_type(org: &Org, schemas: Collection, name: &str) -> Option<ComparedType> {
    let types = org.records(schemas).flat_map(|schema| {
        SchemaPart::ALL.map(|part| part.definitions(&schema)?.get(name).map(compared))
    });
    types.flatten().reduce(|first, second| match first == second {
        true => first,
        false => ComparedType::Disputed,
    })
}

fn compared(definition: &Value) -> ComparedType {
    match AttributeType::of(definition) {
        // A date of the org's own is a text to Okta, whose format is checked when it is written.
        Some(AttributeType::String | AttributeType::DateTime | AttributeType::StringArray) => {
            ComparedType::Text
        }
        Some(AttributeType::Boolean) => ComparedType::Boolean,
        Some(
            AttributeType::Integer
            | AttributeType::Number
            | AttributeType::IntegerArray
            | AttributeType::NumberArray,
        ) => ComparedType::Number,
        None => ComparedType::Disputed,
    }
}
