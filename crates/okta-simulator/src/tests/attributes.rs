//! Custom attributes: drawn, changed, searched and shown.

use std::collections::BTreeSet;

use serde_json::json;

use super::recorded::Recorded;
use super::schemas::{DEFAULT, type_ids};
use super::*;
use crate::{Attribute, AttributeType, ProfileSchema, SchemaPart};

/// Tells whether a value fits a type, or says nothing.
fn fits(value: &Value, attribute: &Attribute) -> bool {
    let all = |fits: fn(&Value) -> bool| value.as_array().is_some_and(|it| it.iter().all(fits));
    match attribute.attribute_type().unwrap() {
        _ if value.is_null() => true,
        AttributeType::String | AttributeType::DateTime => value.is_string(),
        AttributeType::Boolean => value.is_boolean(),
        AttributeType::Integer => value.is_i64(),
        AttributeType::Number => value.is_number(),
        AttributeType::StringArray => all(Value::is_string),
        AttributeType::IntegerArray => all(Value::is_i64),
        AttributeType::NumberArray => all(Value::is_number),
    }
}

/// Checks the profiles that follow a schema against it, and returns the names of custom attributes that have values.
fn check_profiles(org: &Org, schema: ProfileSchema<'_>) -> BTreeSet<String> {
    let attributes = |part| org.attributes(schema, part);
    let (base, custom) = (attributes(SchemaPart::Base), attributes(SchemaPart::Custom));
    let mut with_values = BTreeSet::new();
    let records = org.records(schema.profiles()).filter(|record| schema.describes(record));
    for record in records {
        let profile = record["profile"].as_object().unwrap();
        // What comes from a directory is in no schema.
        let is_imported = record["type"] == "APP_GROUP";
        for (name, value) in profile {
            let attribute = base.iter().chain(&custom).find(|attribute| attribute.name == *name);
            match attribute {
                Some(attribute) => assert!(fits(value, attribute), "{name}: {value}"),
                None => assert!(is_imported, "{schema:?} does not define {name}"),
            }
        }
        for attribute in &custom {
            let value = profile.get(&attribute.name);
            assert!(!attribute.is_required() || value.is_some_and(|value| !value.is_null()));
            with_values.extend(value.map(|_| attribute.name.clone()));
        }
    }
    with_values
}

#[test]
fn profiles_follow_the_schema_of_their_type() {
    for (seed, draws) in [(1, false), (2, true), (3, true), (4, true)] {
        let mut org = Org::generate(seed, 200);
        if draws {
            org.draw_attributes(seed);
        }
        for type_id in type_ids(&org) {
            let schema = ProfileSchema::User(&type_id);
            let defined = org.attributes(schema, SchemaPart::Custom);
            let missing = defined.len() - check_profiles(&org, schema).len();
            assert!(missing < 3, "{missing} of {} have no value", defined.len());
        }
        check_profiles(&org, ProfileSchema::Group);
    }
}

#[test]
fn drawn_attributes_are_of_all_shapes() {
    let mut org = Org::generate(1, 30);
    org.draw_attributes(5);
    let mut again = Org::generate(1, 30);
    again.draw_attributes(5);
    let types = type_ids(&org);
    let schemas: Vec<_> = types
        .iter()
        .map(|id| ProfileSchema::User(id))
        .chain([ProfileSchema::Group])
        .map(|schema| {
            let attributes = org.attributes(schema, SchemaPart::Custom);
            assert_eq!(attributes, again.attributes(schema, SchemaPart::Custom));
            attributes
        })
        .collect();
    let all: Vec<_> = schemas.iter().flatten().collect();
    for kind in AttributeType::ALL {
        assert!(all.iter().any(|it| it.attribute_type() == Some(kind)), "{kind:?}");
    }
    for member in ["unique", "required", "externalName", "oneOf", "enum", "format", "description"] {
        assert!(all.iter().any(|it| it.definition.get(member).is_some()), "{member}");
    }
    assert!(all.iter().any(|it| it.is_hidden()));
    assert!(all.iter().any(|it| !it.definition["title"].as_str().unwrap().is_ascii()));
    for schema in &schemas {
        let unique = schema.iter().filter(|it| it.definition.get("unique").is_some());
        assert!(unique.count() <= 5);
    }
    let disputed = schemas[0].iter().any(|first| {
        let second = schemas[1].iter().find(|second| second.name == first.name);
        second.is_some_and(|second| second.attribute_type() != first.attribute_type())
    });
    assert!(disputed);
    // What orgs have in common stays as it was.
    let plain = Org::generate(1, 30);
    let users = |org: &Org| -> Vec<_> {
        org.records(Collection::Users).map(|user| user["profile"]["login"].clone()).collect()
    };
    assert_eq!(users(&org), users(&plain));

    let Some(recorded) = Recorded::read() else { return };
    let mut org = recorded.org();
    org.draw_attributes(1);
    let custom = org.attributes(ProfileSchema::Group, SchemaPart::Custom);
    assert!(custom.len() > 10);
}

#[test]
fn a_schema_is_changed_between_calls() {
    let org = Org::generate(1, 60);
    let type_id = type_ids(&org)[0].clone();
    let schema = ProfileSchema::User(&type_id);
    let mut caller = Caller::new(org);
    let shown = |caller: &mut Caller| {
        let schema = caller.get(DEFAULT).json();
        (schema["definitions"]["custom"]["properties"].clone(), schema["lastUpdated"].clone())
    };
    let search = |caller: &mut Caller, expression: &str| {
        caller.get(&format!("/api/v1/users?search={expression}")).outcome()
    };
    assert_eq!(search(&mut caller, "profile.badgeLevel ge 3"), "400 E0000031");
    let badge_level = Attribute::new("badgeLevel", AttributeType::Integer).titled("Ausweisstufe");
    caller.simulator.org_mut().put_attribute(schema, badge_level.clone());
    let (custom, updated) = shown(&mut caller);
    assert_eq!(custom["badgeLevel"], badge_level.definition);
    assert_eq!(updated, "2024-01-01T00:00:02.000Z");
    assert_eq!(search(&mut caller, "profile.badgeLevel ge 3"), "200");

    let as_text = Attribute::new("badgeLevel", AttributeType::String);
    caller.simulator.org_mut().put_attribute(schema, as_text);
    assert_eq!(search(&mut caller, "profile.badgeLevel ge 3"), "400 E0000031");
    assert_eq!(search(&mut caller, "profile.badgeLevel ge \"3\""), "200");

    let having = |caller: &Caller| {
        let users = caller.simulator.org().records(Collection::Users);
        let having = users.filter(|user| user["profile"].get("score").is_some());
        having.map(|user| user["type"]["id"] == type_id).collect::<BTreeSet<_>>()
    };
    assert_eq!(having(&caller), BTreeSet::from([false, true]));
    let removed = caller.simulator.org_mut().remove_attribute(schema, "score").unwrap();
    assert!(removed.is_hidden());
    assert_eq!(having(&caller), BTreeSet::from([false]));
    assert!(shown(&mut caller).0.get("score").is_none());
    assert_eq!(caller.simulator.org_mut().remove_attribute(schema, "score"), None);
    // Other types have it still.
    assert_eq!(search(&mut caller, "profile.score gt 1.5"), "200");
}

/// Makes an org with three users of the default type and an attribute of each type.
fn of_each_type() -> Caller {
    let mut org = Org::generate(1, 0);
    let type_id = type_ids(&org)[0].clone();
    let attributes = [
        ("text", AttributeType::String),
        ("date", AttributeType::DateTime),
        ("flag", AttributeType::Boolean),
        ("whole", AttributeType::Integer),
        ("real", AttributeType::Number),
        ("texts", AttributeType::StringArray),
        ("wholes", AttributeType::IntegerArray),
        ("reals", AttributeType::NumberArray),
        ("and", AttributeType::String),
        ("_id", AttributeType::String),
        ("status", AttributeType::Integer),
        ("FirstName", AttributeType::String),
    ];
    for (name, kind) in attributes {
        org.put_attribute(ProfileSchema::User(&type_id), Attribute::new(name, kind));
    }
    let profiles = [
        json!({
            "text": "Größe", "date": "2024-05-01T00:00:00.000Z", "flag": true, "whole": 3,
            "real": 2.5, "texts": ["Go", "Rust"], "wholes": [1, 7], "reals": [0.5],
            "and": "x", "_id": "x", "status": 1, "FirstName": "Other", "firstName": "Ann",
        }),
        json!({
            "text": "", "date": "2024-05-01T02:00:00.000+02:00", "flag": false, "whole": -1,
            "real": 3, "texts": [], "wholes": [7], "reals": [-1, 10.25], "firstName": "Other",
        }),
        json!({ "text": null, "texts": [""], "whole": null }),
    ];
    for (index, profile) in profiles.into_iter().enumerate() {
        let user = json!({
            "id": format!("00u{}", index + 1), "status": "ACTIVE", "type": { "id": type_id },
            "created": "2024-01-01T00:00:00.000Z", "profile": profile,
        });
        org.put(Collection::Users, user);
    }
    Caller::new(org)
}

#[test]
fn custom_attributes_are_searched_by_their_type() {
    let mut caller = of_each_type();
    let rows = [
        (r#"profile.text eq "gröSSe""#, ""),
        (r#"profile.text eq "GRÖßE""#, "1"),
        (r#"profile.text sw "gr""#, "1"),
        (r#"profile.text lt "h""#, "12"),
        // An empty text is present.
        (r#"profile.text pr"#, "12"),
        (r#"profile.texts pr"#, "13"),
        // A date of the org's own is a text: one instant in two forms is two values.
        (r#"profile.date eq "2024-05-01T00:00:00.000Z""#, "1"),
        (r#"profile.date gt "2024-05-01T00:00:00.000Z""#, "2"),
        (r#"profile.date sw "2024-05""#, "12"),
        (r#"profile.flag eq true"#, "1"),
        (r#"profile.flag eq false"#, "2"),
        (r#"profile.flag pr"#, "12"),
        (r#"profile.whole ge -1"#, "12"),
        (r#"profile.whole eq 3.0"#, "1"),
        (r#"profile.real gt 2.5"#, "2"),
        (r#"profile.real le 2.5"#, "1"),
        // Of an array, one element is enough.
        (r#"profile.texts eq "go""#, "1"),
        (r#"profile.texts sw "ru""#, "1"),
        (r#"profile.texts gt "p""#, "1"),
        (r#"profile.wholes eq 7"#, "12"),
        (r#"profile.wholes lt 7"#, "1"),
        (r#"profile.reals ge 10.25"#, "2"),
        (r#"profile.texts eq "Rust" and (profile.whole ge 3 or profile.flag eq false)"#, "1"),
        (r#"profile.and eq "X" and profile._id eq "x""#, "1"),
        (r#"profile.status eq 1"#, "1"),
        (r#"profile.FirstName eq "other""#, "1"),
        (r#"profile.firstName eq "other""#, "2"),
    ];
    for (expression, expected) in rows {
        let ids = caller.ids(&format!("/api/v1/users?search={expression}"));
        let found: String = ids.iter().map(|id| &id[3..]).collect();
        assert_eq!(found, expected, "{expression}");
    }
    let sorted = caller.ids("/api/v1/users?search=status pr&sortBy=profile.whole&sortOrder=desc");
    assert_eq!(sorted, ["00u1", "00u2", "00u3"]);
    let refused = [
        ("search", r#"profile.text co "r""#),
        ("search", r#"profile.text ne "x""#),
        ("search", r#"profile.text eq 3"#),
        ("search", r#"profile.whole eq "3""#),
        ("search", r#"profile.whole sw 3"#),
        ("search", r#"profile.flag eq "true""#),
        ("search", r#"profile.flag ge true"#),
        ("search", r#"profile.texts eq 7"#),
        ("search", r#"profile.texts co "o""#),
        ("search", r#"profile.wholes eq "7""#),
        ("search", r#"profile.nobodyKnows pr"#),
        ("search", r#"profile.TEXT pr"#),
        ("search", r#"text pr"#),
        ("filter", r#"profile.text eq "x""#),
        ("filter", r#"profile.whole eq 3"#),
    ];
    for (parameter, expression) in refused {
        let answer = caller.get(&format!("/api/v1/users?{parameter}={expression}"));
        assert_eq!(answer.outcome(), "400 E0000031", "{parameter}={expression}");
    }
}

#[test]
fn custom_attributes_are_projected() {
    let mut caller = of_each_type();
    let mut profile = |fields: &str| {
        let users = caller.get(&format!("/api/v1/users?fields=profile:({fields})&limit=1")).json();
        users[0]["profile"].clone()
    };
    assert_eq!(profile("whole,texts"), json!({ "whole": 3, "texts": ["Go", "Rust"] }));
    assert_eq!(profile("and,_id,\"status\""), json!({ "and": "x", "_id": "x", "status": 1 }));
    assert_eq!(profile("FirstName"), json!({ "FirstName": "Other" }));
    assert_eq!(profile("nobodyKnows"), json!({}));
}
