//! Profile schemas, as generated orgs have them.

use serde_json::{Value, json};

use crate::attribute::Attribute;
use crate::maker::ORIGIN;

/// Makes a schema of base and custom attributes.
pub(crate) fn schema(
    name: &str,
    title: &str,
    description: &str,
    base: impl IntoIterator<Item = Attribute>,
    custom: impl IntoIterator<Item = Attribute>,
) -> Value {
    json!({
        "id": format!("{ORIGIN}/meta/schemas/{name}/default"),
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": name,
        "title": title,
        "description": description,
        "created": "2024-01-01T00:00:00.000Z",
        "lastUpdated": "2024-01-01T00:00:01.000Z",
        "type": "object",
        "definitions": {
            "base": part("#base", base.into_iter().collect()),
            "custom": part("#custom", custom.into_iter().collect()),
        },
        "properties": {
            "profile": {
                "allOf": [{ "$ref": "#/definitions/custom" }, { "$ref": "#/definitions/base" }],
            },
        },
    })
}

fn part(id: &str, attributes: Vec<Attribute>) -> Value {
    let required = attributes.iter().filter(|it| it.is_required()).map(|it| it.name.as_str());
    let required: Value = required.collect();
    let properties: Value = attributes.into_iter().map(|it| (it.name, it.definition)).collect();
    json!({ "id": id, "type": "object", "properties": properties, "required": required })
}
