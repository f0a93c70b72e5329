//! The tables as promises to whoever reads what flows have written: `docs/contract/` are these texts, and tests compare
//! them and hold them against what was promised before.

use crate::catalogue::{At, Field, Kind, OBJECTS, Object};
use appflow_connector::entity::FieldDataType;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A column that was promised: a field of an entity, under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The entity.
    pub entity: String,
    /// The name of the field.
    pub name: String,
    /// The type, as AppFlow is told.
    pub data_type: String,
    /// The place of the value in what Okta says, which gives the column its meaning.
    pub place: String,
}

/// Returns the columns of all entities, in their order. Attributes that orgs define are theirs to promise.
pub fn columns() -> Vec<Column> {
    let columns_of = |object: &'static Object| {
        object.fields.iter().map(|field| Column {
            entity: object.name.to_owned(),
            name: field.name.clone().into_owned(),
            data_type: format!("{:?}", field.data_type()),
            place: place(&field.at),
        })
    };
    OBJECTS.into_iter().flat_map(columns_of).collect()
}

/// Says where a value comes from. The words are compared with those of earlier versions, so they stay.
fn place(at: &At) -> String {
    match at {
        At::Record(path) => path.clone().into_owned(),
        At::RecordOrLastSegment(path, address) => format!("{path} or the end of {address}"),
        At::Parent(parent) => format!("the filter's {}", parent.filter),
        At::Above(path) => format!("{path} of the object above"),
        At::Branch => "the kind of the object above".to_owned(),
        At::Joined(names) => names.join(":"),
        At::Origin(path) => format!("whether there are {path}"),
        At::Rules(path) => format!("the ids in {path}"),
        At::Target(kind) => format!("the target {kind}"),
        At::Made("") => "what is made of an event".to_owned(),
        At::Made(name) => format!("{name} of what is made of an event"),
        At::AssigneeGroup(path) => format!("the group in {path}"),
    }
}

/// Returns the JSON Schema of the records of an object.
pub fn schema(object: &Object) -> String {
    let properties = object.fields.iter().map(|field| {
        let mut property = of_type(field);
        property["title"] = (*field.label).into();
        property["description"] = (*field.description).into();
        format!("    {}: {property}", json!(field.name))
    });
    let properties: Vec<_> = properties.collect();
    format!(
        "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": {},\n  \
         \"description\": {},\n  \"type\": \"object\",\n  \"required\": [{}],\n  \"properties\": {{\n{}\n  }}\n}}\n",
        json!(object.name),
        json!(object.description),
        json!(object.key().name),
        properties.join(",\n"),
    )
}

/// Returns what a schema says of the values of a field. Okta writes null where there is none.
fn of_type(field: &Field) -> Value {
    let name = match field.data_type() {
        FieldDataType::Boolean => "boolean",
        FieldDataType::Long => "integer",
        FieldDataType::Double => "number",
        FieldDataType::List => "array",
        _ => "string",
    };
    match field.kind {
        // Some properties of Okta are an array in one record and an object in another.
        Kind::Struct | Kind::List => json!({ "type": ["object", "array", "null"] }),
        Kind::Key => json!({ "type": name }),
        Kind::DateTime => json!({ "type": [name, "null"], "format": "date-time" }),
        Kind::Texts => json!({ "type": [name, "null"], "items": { "type": "string" } }),
        _ => json!({ "type": [name, "null"] }),
    }
}

/// Returns the statements that make a table of Athena and the Glue Data Catalog of each entity.
pub fn tables() -> String {
    let mut text = String::from(
        "-- Tables over what flows have written as JSON lines, for Athena and the Glue Data Catalog. Generated from the\n\
         -- catalogue by `make bless`. Put the place of each flow after LOCATION. Objects and lists are their JSON text,\n\
         -- which json_extract reads; times are texts, which from_iso8601_timestamp reads.\n",
    );
    for object in OBJECTS {
        write_table(&mut text, object).expect("writing to memory cannot fail");
    }
    text
}

fn write_table(text: &mut String, object: &Object) -> std::fmt::Result {
    let columns = object.fields.iter().map(|field| {
        let kind = match field.data_type() {
            FieldDataType::Boolean => "boolean",
            FieldDataType::Long => "bigint",
            FieldDataType::Double => "double",
            _ => "string",
        };
        let comment = field.description.replace('\'', "''");
        format!("  `{}` {kind} COMMENT '{comment}'", field.name.to_lowercase())
    });
    let columns: Vec<_> = columns.collect();
    write!(
        text,
        "\nCREATE EXTERNAL TABLE IF NOT EXISTS okta_{} (\n{}\n)\n\
         ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\n\
         LOCATION 's3://BUCKET/PREFIX/{}/';\n",
        in_words(object.name, '_'),
        columns.join(",\n"),
        in_words(object.name, '-'),
    )
}

/// Writes a name in small letters, its words apart.
fn in_words(name: &str, separator: char) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(separator);
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
