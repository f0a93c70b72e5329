//! User types, profile schemas, and the attributes that they define.

use std::collections::BTreeSet;

use serde_json::json;

use super::service::Service;
use super::*;
use crate::{
    Attribute, AttributeType, Effect, Fault, FaultScript, Mutation, ProfileSchema, SchemaPart,
};

const DEFAULT: &str = "/api/v1/meta/schemas/user/default";
const GROUP: &str = "/api/v1/meta/schemas/group/default";

/// Returns the ids of the user types, the default one first.
fn type_ids(org: &Org) -> Vec<String> {
    let mut types: Vec<_> = org.records(Collection::UserTypes).collect();
    types.sort_by_key(|user_type| user_type["default"] != true);
    types.iter().map(|user_type| user_type["id"].as_str().unwrap().to_owned()).collect()
}

/// Returns the path of the schema of a user type.
fn schema_path(org: &Org, type_id: &str) -> String {
    let user_type = org.get(Collection::UserTypes, type_id).unwrap();
    let link = user_type["_links"]["schema"]["href"].as_str().unwrap();
    link.strip_prefix(ORIGIN).unwrap().to_owned()
}

#[test]
fn every_recorded_schema_is_served_as_it_was() {
    let Some(files) = recorded() else { return };
    let text = |collection| {
        let file = files.iter().find(|(it, _)| *it == collection);
        file.unwrap().1.lines().map(|line| serde_json::from_str::<Value>(line).unwrap())
    };
    let org = Org::from_json_lines(files.iter().map(|(it, text)| (*it, text.as_str()))).unwrap();
    let mut caller = Caller::new(org);
    let mut schemas = 0;
    for record in text(Collection::UserSchemas).chain(text(Collection::GroupSchemas)) {
        let link = record["_links"]["self"]["href"].as_str().unwrap();
        let path = link.strip_prefix("https://test.okta.com").unwrap();
        // Definitions of linked objects were recorded beside them. They are no schemas, at no path of one.
        let is_schema = record.get("definitions").is_some();
        let path = path.replace("linkedObjects/", "");
        let answer = caller.get(&path);
        match is_schema {
            true => assert_eq!(answer.json(), record, "{path}"),
            false => assert_eq!(answer.outcome(), "404 E0000007", "{path}"),
        }
        if is_schema && path.contains("/user/") {
            assert_eq!(caller.get(DEFAULT).json(), record);
        }
        schemas += usize::from(is_schema);
    }
    assert_eq!(schemas, 2);

    // Of the types that were recorded, only the default one has a schema that was recorded too.
    let mut served = Vec::new();
    for user_type in caller.get("/api/v1/meta/types/user").json().as_array().unwrap() {
        let link = user_type["_links"]["schema"]["href"].as_str().unwrap();
        let path = link.strip_prefix("https://test.okta.com").unwrap();
        served.push((user_type["default"] == true, caller.get(path).outcome()));
    }
    assert_eq!(served.len(), 7);
    for (is_default, outcome) in served {
        assert_eq!(outcome, if is_default { "200" } else { "404 E0000007" });
    }
    let names: Vec<_> = caller
        .simulator
        .org()
        .attributes(ProfileSchema::User("otyc04qb2rUDcq2YA4x6"), SchemaPart::Custom)
        .into_iter()
        .map(|attribute| attribute.name)
        .collect();
    let expected = ["badgeNumber", "customAttr", "someSnakeCaseAttr", "some_snake_case_attr"];
    assert_eq!(names, expected);
}

#[test]
fn base_attributes_are_as_recorded() {
    let Some(files) = recorded() else { return };
    let mut caller = Caller::new(Org::generate(1, 1));
    for (path, collection) in
        [(DEFAULT, Collection::UserSchemas), (GROUP, Collection::GroupSchemas)]
    {
        let (_, text) = files.iter().find(|(it, _)| *it == collection).unwrap();
        let recorded: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let generated = caller.get(path).json();
        assert_eq!(generated["definitions"]["base"], recorded["definitions"]["base"], "{path}");
        for member in ["$schema", "name", "title", "description", "type", "properties"] {
            assert_eq!(generated[member], recorded[member], "{path} {member}");
        }
        let members = |schema: &Value| schema.as_object().unwrap().keys().cloned().collect();
        let (generated, recorded): (Vec<_>, Vec<_>) = (members(&generated), members(&recorded));
        assert_eq!(generated, recorded, "{path}");
    }
}

#[test]
fn each_user_type_has_a_schema() {
    let org = Org::generate(1, 1);
    let types = type_ids(&org);
    let mut caller = Caller::new(org.clone());
    let mut of_clearance = Vec::new();
    for type_id in &types {
        let schema = caller.get(&schema_path(&org, type_id)).json();
        let custom = &schema["definitions"]["custom"]["properties"];
        of_clearance.push(custom["clearance"]["type"].as_str().unwrap().to_owned());
        let link = schema["_links"]["type"]["href"].as_str().unwrap();
        assert!(link.ends_with(type_id));
        assert_eq!(custom.get("agency").is_some(), schema["title"] == "Contractor \"external\"");
    }
    assert_eq!(of_clearance[0], "integer");
    assert_eq!(of_clearance[1..], ["string", "string"]);
    let default = caller.get(&schema_path(&org, &types[0])).json();
    assert_eq!(caller.get(DEFAULT).json(), default);
    let rows = ["/api/v1/meta/schemas/user/osc0", "/api/v1/meta/schemas/user/linkedObjects"];
    for path in rows {
        assert_eq!(caller.get(path).outcome(), "404 E0000007", "{path}");
    }
    assert_eq!(caller.get("/api/v1/meta/schemas/group/00g0").outcome(), "404 E0000008");
}

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

    let Some(files) = recorded() else { return };
    let files = files.iter().map(|(it, text)| (*it, text.as_str()));
    let mut recorded = Org::from_json_lines(files).unwrap();
    recorded.draw_attributes(1);
    let custom = recorded.attributes(ProfileSchema::Group, SchemaPart::Custom);
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

#[test]
fn schemas_are_for_those_who_may_read_them() {
    let paths = ["/api/v1/meta/types/user", "/api/v1/meta/types/user/default", DEFAULT, GROUP];
    let rows: [(&[&str], _); 3] = [
        (&["okta.userTypes.read"], ["200", "200", "403", "403"]),
        (&["okta.schemas.read"], ["403", "403", "200", "200"]),
        (&["okta.users.read", "okta.groups.read"], ["403"; 4]),
    ];
    let mut service = Service::new();
    for (scopes, expected) in rows {
        service.caller.simulator.accept_bearer_token("reader", scopes);
        for (path, expected) in paths.into_iter().zip(expected) {
            let answer = service.call_with_bearer(path, "reader");
            assert_eq!(answer.outcome(), expected, "{path} {scopes:?}");
            if expected == "403" {
                let challenge = answer.header("www-authenticate");
                assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
            }
        }
    }

    // The role counts where the scope is there.
    service.caller.simulator.make_read_only_admin("reader");
    service.caller.simulator.make_read_only_admin("token");
    let scopes = ["okta.schemas.read", "okta.userTypes.read"];
    service.caller.simulator.accept_bearer_token("reader", &scopes);
    let expected = ["200", "200", "403 E0000006", "403 E0000006"];
    for (path, expected) in paths.into_iter().zip(expected) {
        assert_eq!(service.caller.get(path).outcome(), expected, "{path}");
        let answer = service.call_with_bearer(path, "reader");
        assert_eq!(answer.outcome(), expected, "{path}");
        assert!(!answer.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    assert_eq!(service.caller.get("/api/v1/users").outcome(), "200");
}

#[test]
fn a_schema_counts_in_its_bucket() {
    let mut caller = Caller::new(Org::generate(1, 1));
    for path in ["/api/v1/meta/types/user", DEFAULT, GROUP] {
        caller.get(path);
    }
    let buckets: Vec<_> = caller.simulator.requests().iter().map(|it| it.bucket).collect();
    assert_eq!(buckets, [Some("/api/v1"), Some("/api/v1"), Some(GROUP)]);
}

#[test]
fn schemas_fail_vanish_and_change() {
    let org = Org::generate(1, 1);
    let types = type_ids(&org);
    let paths: Vec<_> = types.iter().map(|id| schema_path(&org, id)).collect();
    let mut caller = Caller::new(org);
    let meet = |caller: &mut Caller, what| {
        let script = FaultScript::from(vec![Fault::always(what).to(paths[1].as_str())]);
        caller.simulator.set_faults(script);
        [0, 1].map(|at| caller.get(&paths[at]))
    };
    let [other, refused] = meet(&mut caller, Effect::status(500));
    assert_eq!((other.outcome(), refused.outcome()), ("200".into(), "500 E0000009".into()));
    let huge: serde_json::Map<_, _> = (0..20_000)
        .map(|number| Attribute::new(format!("a{number}"), AttributeType::String))
        .map(|attribute| (attribute.name, attribute.definition))
        .collect();
    let definitions = json!({ "custom": { "properties": huge } });
    for value in [json!(7), json!({ "custom": [] }), definitions] {
        let effect = Effect::Member { name: "definitions", value: value.clone() };
        let [_, odd] = meet(&mut caller, effect);
        assert_eq!(odd.json()["definitions"], value);
    }
    let [_, cut] = meet(&mut caller, Effect::TruncateBody { to: 900 });
    assert_eq!(cut.body.len(), 900);

    let redefine = Effect::Mutate(Mutation::Redefine(Collection::UserSchemas));
    caller.simulator.set_faults(FaultScript::from(vec![Fault::always(redefine)]));
    let mut seen = BTreeSet::new();
    for _ in 0..40 {
        let custom = caller.get(&paths[0]).json()["definitions"]["custom"]["properties"].clone();
        seen.insert(custom.to_string());
    }
    assert!(seen.len() > 5, "{}", seen.len());

    caller.simulator.set_faults(FaultScript::default());
    let id = paths[1].rsplit('/').next().unwrap();
    caller.simulator.org_mut().remove(Collection::UserSchemas, id);
    assert_eq!(caller.get(&paths[1]).outcome(), "404 E0000007");
    let gone = caller.simulator.org().attributes(ProfileSchema::User(&types[1]), SchemaPart::Base);
    assert!(gone.is_empty());
}
