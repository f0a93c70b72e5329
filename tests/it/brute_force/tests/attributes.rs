//! Custom attributes: their names, their types, and what a test on them means.

use super::super::{Assignment, Entity, Kind, Operator, expected_record};
use super::{FALSE, TRUE, UNKNOWN, check_of};
use crate::collections::ids;
use okta_simulator::{Attribute, AttributeType, Collection, Org, ProfileSchema, SchemaPart};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Makes an org whose user types have these attributes alone, type by type.
fn org(schemas: [&[(&str, Value)]; 2]) -> Org {
    let mut org = Org::generate(1, 5);
    let types = ids(&org, Collection::UserTypes);
    let none: &[(&str, Value)] = &[];
    for (id, attributes) in types.iter().zip(schemas.into_iter().chain(std::iter::repeat(none))) {
        let schema = ProfileSchema::User(id);
        for Attribute { name, .. } in org.attributes(schema, SchemaPart::Custom) {
            org.remove_attribute(schema, &name);
        }
        for (name, definition) in attributes {
            let attribute = Attribute { name: (*name).to_owned(), definition: definition.clone() };
            org.put_attribute(schema, attribute);
        }
    }
    org
}

/// Returns the names and kinds of the custom attributes, and the paths of their values.
fn learned(schemas: [&[(&str, Value)]; 2]) -> Vec<(String, Kind, String)> {
    let entity = Entity::of("User", &org(schemas));
    let custom = entity.fields.into_iter().filter(|row| row.is_custom);
    custom.map(|row| (row.name, row.kind, row.path)).collect()
}

#[test]
fn names() {
    let text = || json!({ "type": "string" });
    let defined = [
        "AND",
        "City",
        "_x",
        "_",
        "badge",
        "contains",
        "id",
        "like",
        "order",
        "profile_X",
        "profile__X",
        "profile_id",
        "profile_id_2",
        "shoe",
        "SHOE",
        "with-dash",
        "2nd",
        "Ünï",
        "",
    ];
    let defined: Vec<_> = defined.into_iter().map(|name| (name, text())).collect();
    let long = ["a".repeat(100), "b".repeat(101)];
    let long: Vec<_> = long.iter().map(|name| (name.as_str(), text())).collect();
    let learned = learned([&defined, &long]);
    let names =
        learned.iter().map(|(name, _, path)| (&**name, path.strip_prefix("profile.").unwrap()));
    let names: Vec<_> = names.collect();
    let hundred = "a".repeat(100);
    let expected = [
        ("profile_AND", "AND"),
        ("profile_City", "City"),
        ("SHOE", "SHOE"),
        ("profile__", "_"),
        ("profile__x", "_x"),
        (&*hundred, &*hundred),
        ("badge", "badge"),
        ("profile_contains", "contains"),
        ("profile_id", "id"),
        ("profile_like", "like"),
        ("order", "order"),
        ("profile_X", "profile_X"),
        ("profile_profile__X", "profile__X"),
        ("profile_profile_id", "profile_id"),
        ("profile_id_2", "profile_id_2"),
        ("profile_shoe", "shoe"),
    ];
    assert_eq!(names, expected);
}

#[test]
fn types() {
    let array = |items: &str| json!({ "type": "array", "items": { "type": items } });
    let first = [
        ("a", json!({ "type": "string", "format": "email" })),
        ("b", json!({ "type": "string", "format": "date-time" })),
        ("c", json!({ "type": "boolean" })),
        ("d", json!({ "type": "integer" })),
        ("e", json!({ "type": "number" })),
        ("f", array("string")),
        ("g", array("integer")),
        ("h", array("object")),
        ("i", json!({ "type": "object" })),
        ("j", json!({ "type": ["string"] })),
        ("k", json!(7)),
        ("l", json!({ "type": "integer" })),
        ("m", array("integer")),
        ("n", json!({ "type": "string", "format": "date-time" })),
        ("o", json!({ "type": "integer", "title": "One" })),
    ];
    let second = [
        ("l", json!({ "type": "number" })),
        ("m", array("number")),
        ("n", json!({ "type": "string" })),
        ("o", json!({ "type": "integer", "title": "Another" })),
    ];
    let kinds: Vec<_> = learned([&first, &second]).into_iter().map(|(_, kind, _)| kind).collect();
    let expected = [
        Kind::Text,
        Kind::DateTime,
        Kind::Boolean,
        Kind::Long,
        Kind::Double,
        Kind::TextList,
        Kind::List,
        Kind::List,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Long,
    ];
    assert_eq!(kinds, expected);
}

/// An object with an attribute of each type, named by the type.
static ENTITY: LazyLock<Entity> = LazyLock::new(|| {
    let attribute = |name, kind| (name, Attribute::new(name, kind).definition);
    let first = [
        attribute("text", AttributeType::String),
        attribute("instant", AttributeType::DateTime),
        attribute("boolean", AttributeType::Boolean),
        attribute("long", AttributeType::Integer),
        attribute("double", AttributeType::Number),
        attribute("texts", AttributeType::StringArray),
        attribute("numbers", AttributeType::IntegerArray),
        attribute("disputed", AttributeType::StringArray),
    ];
    let second = [attribute("disputed", AttributeType::Integer)];
    Entity::of("User", &org([&first, &second]))
});

/// Checks a condition on a value of an attribute.
#[track_caller]
fn check(value: Value, condition: (&str, &str, &[&str]), expected: Option<bool>) {
    let record = json!({ "profile": { condition.0: value } });
    check_of(&ENTITY, &record, condition, expected);
}

#[test]
fn numbers() {
    for name in ["long", "double"] {
        let check = |value: Value, operator, texts: &[&str], expected| {
            check(value, (name, operator, texts), expected);
        };
        check(json!(1), "=", &["1.0"], TRUE);
        check(json!(1.0), "in", &["2", "1e0"], TRUE);
        check(json!(9_007_199_254_740_993_i64), ">", &["9007199254740992"], TRUE);
        check(json!(0.1), "<", &["0.10000000000000001"], TRUE);
        check(json!(3), "between", &["3", "3"], TRUE);
        check(json!(3), "between", &["4", "2"], FALSE);
        check(json!(-3), "<=", &["-2.9"], TRUE);
        check(json!(3), "!=", &["3.00"], FALSE);
        for unfit in [json!("3"), json!(true), json!([3]), json!({})] {
            check(unfit.clone(), "=", &["3"], UNKNOWN);
            check(unfit.clone(), "!=", &["3"], UNKNOWN);
            check(unfit, "=", &["null"], FALSE);
        }
        check(Value::Null, "<", &["3"], UNKNOWN);
        check(Value::Null, "=", &["null"], TRUE);
    }
}

#[test]
fn lists_of_texts() {
    let check = |value: Value, text: &str, expected| {
        check(value, ("texts", "contains", &[text]), expected);
    };
    check(json!(["Go", "C#"]), "go", TRUE);
    check(json!(["Go", "C#"]), "g", FALSE);
    check(json!([]), "go", FALSE);
    check(json!([""]), "", TRUE);
    check(Value::Null, "go", UNKNOWN);
    check(json!(["go"]), "null", UNKNOWN);
    for unfit in [json!("go"), json!([1]), json!(["go", 1]), json!({ "go": 1 })] {
        check(unfit, "go", UNKNOWN);
    }
    let operators = |name: &str| ENTITY.field(name).operators();
    assert_eq!(operators("texts"), [Operator::Contains]);
    assert_eq!(operators("numbers"), []);
}

#[test]
fn other_types() {
    check(json!(true), ("boolean", "=", &["true"]), TRUE);
    check(json!("true"), ("boolean", "!=", &["false"]), UNKNOWN);
    check(json!("2024-05-01"), ("instant", "<", &["2024-05-01T00:00:00.1Z"]), TRUE);
    check(json!("next spring"), ("instant", "!=", &["2024-05-01"]), UNKNOWN);
    check(json!("Ä"), ("text", "contains", &["ä"]), TRUE);
    for name in ["text", "disputed"] {
        check(json!(7), (name, "=", &["7"]), TRUE);
        check(json!(true), (name, "contains", &["RU"]), TRUE);
        check(json!(["a", "b"]), (name, "=", &[r#"["A","b"]"#]), TRUE);
        check(json!({ "a": null }), (name, "contains", &["nul"]), TRUE);
    }
}

#[test]
fn delivered_values() {
    let profile = json!({
        "text": 5,
        "disputed": ["a"],
        "long": "five",
        "texts": [1],
        "boolean": null,
        "double": 1e2,
    });
    let record = json!({ "id": "00u1", "profile": profile });
    let delivered = |selection: Option<&[String]>| {
        Value::from(expected_record(&ENTITY, &record, selection, &Assignment::default()))
    };
    let all = json!({
        "id": "00u1",
        "profile": profile,
        "text": "5",
        "disputed": "[\"a\"]",
        "long": "five",
        "texts": [1],
        "double": 1e2,
    });
    assert_eq!(delivered(None), all);
    let some = ["long", "boolean", "gone"].map(str::to_owned);
    assert_eq!(delivered(Some(&some)), json!({ "long": "five" }));
}
