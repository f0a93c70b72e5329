//! Profile schemas of users, `/api/v1/meta/schemas/user/{id}`: one for each user type.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Collection, Expand, Lookup, Made, Row, Single};
use crate::maker::Maker;
use crate::profile_schema::{Attributes, attribute, schema};

impl Collection {
    /// Profile schemas of users, one for each user type.
    pub const UserSchemas: Self = Self::new(&Row {
        name: "UserSchemas",
        file_name: "user_schemas.jsonl",
        id_prefix: "osc",
        type_name: "Schema",
        scope: "okta.schemas.read",
        listing: None,
        single: Some(Single {
            path: "/api/v1/meta/schemas/user/{}",
            bucket: bucket::OTHER,
            lookup: Lookup::UserSchema,
        }),
        schemas: None,
        expand: Expand::Embeds(&[]),
        has_credentials: false,
        mutable: ("", "description"),
        generate,
    });
}

fn generate(_: &mut Maker, made: &Made) -> Vec<Value> {
    let types = made.records(Collection::UserTypes).iter().enumerate();
    let schemas = types.map(|(index, user_type)| {
        let title = user_type["displayName"].as_str().unwrap_or_default();
        let mut schema = schema("user", title, user_base(), user_custom(index));
        schema["_links"] = json!({
            "self": user_type["_links"]["schema"],
            "type": user_type["_links"]["self"],
        });
        schema["_links"]["self"]["rel"] = "self".into();
        schema["_links"]["type"]["rel"] = "type".into();
        schema
    });
    schemas.collect()
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

/// Makes the custom attributes. The types of users agree on all of them but `clearance`.
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
