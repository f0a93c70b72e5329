//! Attribute types, as the org's profile schemas give them.
//!
//! Several user types mean several schemas. Where they disagree about a type, nobody is right.

use serde_json::Value;

use crate::collection::Collection;
use crate::org::Org;

/// The type of an attribute, or of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttributeType {
    Text,
    Number,
    Boolean,
    /// Two schemas give the name to different types.
    Disputed,
}

/// Tells whether the org has a schema at all.
pub(crate) fn is_described(org: &Org, schemas: Collection) -> bool {
    org.records(schemas).any(|schema| schema.get("definitions").is_some())
}

/// Returns the type of a profile attribute, or `None` if no schema defines it.
pub(crate) fn attribute_type(org: &Org, schemas: Collection, name: &str) -> Option<AttributeType> {
    let definitions = org.records(schemas).flat_map(|schema| {
        ["base", "custom"].into_iter().filter_map(move |part| {
            schema.get("definitions")?.get(part)?.get("properties")?.get(name)
        })
    });
    definitions.map(type_of).reduce(|first, second| match first == second {
        true => first,
        false => AttributeType::Disputed,
    })
}

fn type_of(attribute: &Value) -> AttributeType {
    match attribute.get("type").and_then(Value::as_str) {
        Some("array") => attribute.get("items").map_or(AttributeType::Disputed, type_of),
        Some("boolean") => AttributeType::Boolean,
        Some("number" | "integer") => AttributeType::Number,
        _ => AttributeType::Text,
    }
}
