//! User types and profile schemas: where they are, who may read them, what goes wrong with them.

use std::collections::BTreeSet;

use serde_json::json;

use super::recorded::Recorded;
use super::service::Service;
use super::*;
use crate::{
    Attribute, AttributeType, Effect, Fault, FaultScript, Mutation, ProfileSchema, SchemaPart,
};

pub(super) const DEFAULT: &str = "/api/v1/meta/schemas/user/default";
const GROUP: &str = "/api/v1/meta/schemas/group/default";

/// Returns the ids of the user types, the default one first.
pub(super) fn type_ids(org: &Org) -> Vec<String> {
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
    let Some(recorded) = Recorded::read() else { return };
    let mut caller = Caller::new(recorded.org());
    let mut schemas = 0;
    let records = [Collection::UserSchemas, Collection::GroupSchemas];
    for record in records.into_iter().flat_map(|collection| recorded.records(collection)) {
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
    let Some(recorded) = Recorded::read() else { return };
    let mut caller = Caller::new(Org::generate(1, 1));
    for (path, collection) in
        [(DEFAULT, Collection::UserSchemas), (GROUP, Collection::GroupSchemas)]
    {
        let recorded = recorded.records(collection).swap_remove(0);
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
