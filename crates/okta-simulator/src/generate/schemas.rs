//! Generated user types and profile schemas.

use serde_json::{Map, Value, json};

use super::{Maker, ORIGIN, stamp};
use crate::{Collection, Org};

/// Makes three user types with a schema each, and the schema of groups.
pub(super) fn generate(org: &mut Org, maker: &mut Maker) {
    let system = maker.id("spr");
    let types = [
        (
            "user",
            "User",
            Value::from("Okta user profile template with default permission settings"),
        ),
        ("contractor", "Contractor \"external\"", Value::Null),
        ("service", "Dienstkonto für Geräte", Value::from("")),
    ];
    for (index, (name, display_name, description)) in types.into_iter().enumerate() {
        let (id, schema_id) = (maker.id("oty"), maker.id("osc"));
        let created = maker.time();
        let type_url = format!("{ORIGIN}/api/v1/meta/types/user/{id}");
        let schema_url = format!("{ORIGIN}/api/v1/meta/schemas/user/{schema_id}");
        let user_type = json!({
            "id": id,
            "name": name,
            "displayName": display_name,
            "description": description,
            "default": index == 0,
            "created": stamp(created),
            "lastUpdated": stamp(maker.time_from(created)),
            "createdBy": system,
            "lastUpdatedBy": system,
            "_links": {
                "self": { "rel": "self", "href": type_url, "method": "GET" },
                "schema": { "rel": "schema", "href": schema_url, "method": "GET" },
            },
        });
        org.put(Collection::UserTypes, user_type);
        let mut schema = schema("user", display_name, user_base(), user_custom(index));
        schema["_links"] = json!({
            "self": { "rel": "self", "href": schema_url, "method": "GET" },
            "type": { "rel": "type", "href": type_url, "method": "GET" },
        });
        org.put(Collection::UserSchemas, schema);
    }
    let mut group_schema = schema("group", "Okta group", group_base(), group_custom());
    let url = format!("{ORIGIN}/api/v1/meta/schemas/group/default");
    group_schema["_links"] = json!({ "self": { "rel": "self", "href": url, "method": "GET" } });
    org.put(Collection::GroupSchemas, group_schema);
}

type Attributes = Map<String, Value>;

fn schema(name: &str, title: &str, base: Attributes, custom: Attributes) -> Value {
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

/// The attributes that Okta gives to every user type.
const USER_BASE: [&str; 31] = [
    "login",
    "firstName",
    "lastName",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
    "email",
    "title",
    "displayName",
    "nickName",
    "profileUrl",
    "secondEmail",
    "mobilePhone",
    "primaryPhone",
    "streetAddress",
    "city",
    "state",
    "zipCode",
    "countryCode",
    "postalAddress",
    "preferredLanguage",
    "locale",
    "timezone",
    "userType",
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "managerId",
    "manager",
];

fn user_base() -> Attributes {
    let attributes = USER_BASE.iter().map(|&name| {
        let mut attribute = attribute(name, "string");
        let format = match name {
            "email" | "secondEmail" => Some("email"),
            "profileUrl" => Some("uri"),
            "countryCode" => Some("country-code"),
            "preferredLanguage" => Some("language-code"),
            "locale" => Some("locale"),
            "timezone" => Some("timezone"),
            _ => None,
        };
        if let Some(format) = format {
            attribute["format"] = format.into();
        }
        if matches!(name, "login" | "email" | "firstName" | "lastName") {
            attribute["required"] = true.into();
        }
        (name.to_owned(), attribute)
    });
    attributes.collect()
}

/// Custom attributes. The types of users agree on all of them but `clearance`.
fn user_custom(user_type: usize) -> Attributes {
    let clearance = if user_type == 0 { "integer" } else { "string" };
    let mut attributes = Attributes::new();
    for (name, kind) in [
        ("occupation", "string"),
        ("favoriteColor", "string"),
        ("isContractor", "boolean"),
        ("badgeNumber", "integer"),
        ("score", "number"),
        ("clearance", clearance),
    ] {
        attributes.insert(name.to_owned(), attribute(name, kind));
    }
    for (name, items) in [("skills", "string"), ("luckyNumbers", "integer")] {
        let mut array = attribute(name, "array");
        array["items"] = json!({ "type": items });
        attributes.insert(name.to_owned(), array);
    }
    attributes
}

fn group_base() -> Attributes {
    let mut name = attribute("name", "string");
    name["required"] = true.into();
    [("name".to_owned(), name), ("description".to_owned(), attribute("description", "string"))]
        .into_iter()
        .collect()
}

fn group_custom() -> Attributes {
    [("region", "string"), ("tier", "integer"), ("isTemporary", "boolean")]
        .into_iter()
        .map(|(name, kind)| (name.to_owned(), attribute(name, kind)))
        .collect()
}

fn attribute(name: &str, kind: &str) -> Value {
    json!({
        "title": name,
        "type": kind,
        "mutability": "READ_WRITE",
        "scope": "NONE",
        "permissions": [{ "principal": "SELF", "action": "READ_ONLY" }],
        "master": { "type": "PROFILE_MASTER" },
    })
}
