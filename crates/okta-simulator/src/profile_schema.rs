//! Profile schemas, as generated orgs have them.

use serde_json::{Map, Value, json};

use crate::maker::ORIGIN;

pub(crate) type Attributes = Map<String, Value>;

/// Makes a schema of base and custom attributes.
pub(crate) fn schema(name: &str, title: &str, base: Attributes, custom: Attributes) -> Value {
    let required: Vec<_> =
        base.iter().filter(|(_, it)| it["required"] == true).map(|(name, _)| name).collect();
    json!({
        "id": format!("{ORIGIN}/meta/schemas/{name}/default"),
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": name,
        "title": title,
        "description": format!("Okta {name} profile template"),
        "created": "2024-01-01T00:00:00.000Z",
        "lastUpdated": "2024-01-01T00:00:01.000Z",
        "type": "object",
        "definitions": {
            "base": { "id": "#base", "type": "object", "required": required, "properties": base },
            "custom": {
                "id": "#custom", "type": "object", "required": [], "properties": custom,
            },
        },
        "properties": {
            "profile": {
                "allOf": [{ "$ref": "#/definitions/custom" }, { "$ref": "#/definitions/base" }],
            },
        },
    })
}

/// Makes the definition of an attribute of this type.
pub(crate) fn attribute(name: &str, kind: &str) -> Value {
    json!({
        "title": name,
        "type": kind,
        "mutability": "READ_WRITE",
        "scope": "NONE",
        "permissions": [{ "principal": "SELF", "action": "READ_ONLY" }],
        "master": { "type": "PROFILE_MASTER" },
    })
}
