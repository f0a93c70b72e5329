//! The custom attributes of an object, learned from the profile schemas of an org.

use super::fields::{FieldRow, Kind};
use crate::collections::ids;
use okta_simulator::{Attribute, Collection, Org, ProfileSchema, SchemaPart};
use serde_json::Value;
use std::collections::BTreeMap;

/// The words of the filter language, which no field can be named by, whatever their case.
const WORDS: [&str; 11] =
    ["and", "or", "not", "in", "between", "contains", "limit", "true", "false", "null", "like"];

/// No longer name is offered.
const LONGEST_NAME: usize = 100;

/// The parts of a definition that decide about the type.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Definition {
    data_type: Option<String>,
    is_instant: bool,
    items: Option<String>,
}

/// Returns the custom attributes of an object as fields behind its fixed ones, in the order of their own names.
pub(super) fn learn(entity: &str, fixed: &[FieldRow], org: &Org) -> Vec<FieldRow> {
    let mut known: BTreeMap<String, Vec<Definition>> = BTreeMap::new();
    for Attribute { name, definition } in defined(entity, org) {
        known.entry(name).or_default().push(Definition::of(&definition));
    }
    known.retain(|name, _| is_offered(name));
    let mut taken: Vec<String> = fixed.iter().map(|row| row.name.clone()).collect();
    let rows = known.into_iter().map(|(attribute, definitions)| {
        let name = field_name(&attribute, &taken);
        taken.push(name.clone());
        FieldRow {
            entity: entity.to_owned(),
            name,
            kind: kind(&definitions),
            path: format!("profile.{attribute}"),
            ignores_case: true,
            is_custom: true,
        }
    });
    rows.collect()
}

/// Returns the custom attributes of all schemas of an object, schema by schema.
fn defined(entity: &str, org: &Org) -> Vec<Attribute> {
    let custom = |schema| org.attributes(schema, SchemaPart::Custom);
    match entity {
        "User" => {
            let types = ids(org, Collection::UserTypes);
            types.iter().flat_map(|id| custom(ProfileSchema::User(id))).collect()
        }
        "Group" => custom(ProfileSchema::Group),
        _ => Vec::new(),
    }
}

fn is_offered(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    is_word && starts_well && name.len() <= LONGEST_NAME
}

/// Returns the name of the field that an attribute becomes. AppFlow cannot ask for some names, and its destinations
/// do not tell capitals from small letters.
fn field_name(attribute: &str, taken: &[String]) -> String {
    let is_free = |name: &str| !taken.iter().any(|it| it.eq_ignore_ascii_case(name));
    let is_word = WORDS.iter().any(|word| word.eq_ignore_ascii_case(attribute));
    if is_free(attribute) && !is_word && !attribute.starts_with('_') {
        return attribute.to_owned();
    }
    let plain = format!("profile_{attribute}");
    let numbered = (2..).map(|number| format!("{plain}_{number}"));
    let free = std::iter::once(plain.clone()).chain(numbered).find(|name| is_free(name));
    free.expect("there are more numbers than names")
}

impl Definition {
    fn of(definition: &Value) -> Self {
        let text = |pointer| Some(definition.pointer(pointer)?.as_str()?.to_owned());
        let data_type = text("/type");
        let is = |wanted| data_type.as_deref() == Some(wanted);
        Self {
            is_instant: is("string") && definition["format"] == "date-time",
            items: text("/items/type").filter(|_| is("array")),
            data_type,
        }
    }

    fn kind(&self) -> Kind {
        match (self.data_type.as_deref(), self.items.as_deref()) {
            (Some("string"), _) if self.is_instant => Kind::DateTime,
            (Some("boolean"), _) => Kind::Boolean,
            (Some("integer"), _) => Kind::Long,
            (Some("number"), _) => Kind::Double,
            (Some("array"), Some("string")) => Kind::TextList,
            (Some("array"), _) => Kind::List,
            _ => Kind::Text,
        }
    }
}

/// Returns the kind on which all schemas agree, else text, which can hold any of them.
fn kind(definitions: &[Definition]) -> Kind {
    match definitions {
        [first, rest @ ..] if rest.iter().all(|it| it == first) => first.kind(),
        _ => Kind::Text,
    }
}
