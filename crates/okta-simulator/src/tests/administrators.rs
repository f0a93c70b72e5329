//! Roles: who has them, what they are, and what they are about.

use serde_json::json;

use super::*;
use crate::standard_role;

/// Makes an org in which users have roles by themselves and through a group.
fn caller() -> Caller {
    let mut org = Org::default();
    for number in 1..=4 {
        let id = format!("00u0000000000000000{number}");
        org.put(Collection::Users, json!({"id": id, "status": "ACTIVE", "profile": {"login": id}}));
    }
    org.put(Collection::Groups, json!({"id": "00g00000000000000001", "type": "OKTA_GROUP"}));
    org.put(Collection::Apps, json!({"id": "0oa00000000000000001", "name": "oidc_client"}));
    org.put(Collection::ResourceSets, json!({"id": "iam00000000000000001", "label": "All"}));
    org.put(Collection::CustomRoles, json!({"id": "cr000000000000000001", "label": "Reader"}));
    org.put(Collection::CustomRoles, json!({"id": "cr000000000000000002", "label": "Writer"}));
    let time = "2024-01-01T00:00:00.000Z";
    let give = |org: &mut Org, collection, id: &str, kind| {
        org.put_child(collection, id, standard_role(kind, collection, id, time));
    };
    give(&mut org, Collection::UserRoles, "00u00000000000000001", "SUPER_ADMIN");
    give(&mut org, Collection::UserRoles, "00u00000000000000002", "APP_ADMIN");
    give(&mut org, Collection::GroupRoles, "00g00000000000000001", "APP_ADMIN");
    give(&mut org, Collection::ClientRoles, "0oa00000000000000001", "READ_ONLY_ADMIN");
    let custom = json!({
        "id": "irb00000000000000001", "type": "CUSTOM", "role": "cr000000000000000001",
        "resource-set": "iam00000000000000001", "assignmentType": "USER",
    });
    org.put_child(Collection::UserRoles, "00u00000000000000002", custom);
    for user in ["00u00000000000000002", "00u00000000000000003"] {
        org.add_member("00g00000000000000001", user);
    }
    Caller::new(org)
}

#[test]
fn a_user_has_roles_of_their_own_and_of_their_groups() {
    let roles = caller().get("/api/v1/users/00u00000000000000002/roles");
    assert!(!roles.headers.contains_key(header::LINK));
    let roles = roles.json();
    let shown: Vec<_> = roles
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["type"].as_str().unwrap(), it["assignmentType"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [("APP_ADMIN", "USER"), ("APP_ADMIN", "GROUP"), ("CUSTOM", "USER")]);
    assert_eq!(roles[0]["id"], "IFIFAX2BIRGUSTQ");
    assert!(roles[1]["id"].as_str().unwrap().starts_with("gra"));
    let assignee = roles[1]["_links"]["assignee"]["href"].as_str().unwrap();
    assert!(assignee.ends_with("/api/v1/groups/00g00000000000000001"), "{assignee}");
    let of_group = caller().get("/api/v1/groups/00g00000000000000001/roles").json();
    assert_eq!(
        (&of_group[0]["id"], of_group[0]["assignmentType"].as_str()),
        (&json!("IFIFAX2BIRGUSTQ"), Some("GROUP"))
    );
    let of_client = caller().get("/oauth2/v1/clients/0oa00000000000000001/roles").json();
    assert_eq!(of_client[0]["assignmentType"], "CLIENT");
}

#[test]
fn who_has_a_role_is_listed_in_the_body() {
    let mut caller = caller();
    let path = "/api/v1/iam/assignees/users";
    let all = caller.get(path);
    assert!(!all.headers.contains_key(header::LINK));
    let all = all.json();
    let ids = |body: &Value| -> String {
        let users = body["value"].as_array().unwrap().iter();
        users.map(|it| it["id"].as_str().unwrap().chars().last().unwrap()).collect()
    };
    assert_eq!(ids(&all), "12");
    assert!(all.get("_links").is_none(), "one page has no links");

    let first = caller.get(&format!("{path}?limit=1")).json();
    let next = first["_links"]["next"]["href"].as_str().unwrap();
    assert_eq!(
        next,
        "https://acme-admin.okta.com/api/v1/iam/assignees/users?after=00u00000000000000001&limit=1"
    );
    let second = caller.follow(next).json();
    assert_eq!(ids(&second), "2");
    assert!(second["_links"].get("next").is_none());

    caller.simulator.set_admin_host_links(false);
    let first = caller.get(&format!("{path}?limit=1")).json();
    assert!(first["_links"]["next"]["href"].as_str().unwrap().starts_with(ORIGIN));

    caller.simulator.set_inheriting_assignees_listed(true);
    assert_eq!(ids(&caller.get(path).json()), "123");
}

#[test]
fn an_address_has_no_admin_host() {
    let mut caller = caller();
    for origin in ["http://127.0.0.1:8080", "http://localhost:8080"] {
        let next = caller.follow(&format!("{origin}/api/v1/iam/roles?limit=1")).json();
        let next = next["_links"]["next"]["href"].as_str().unwrap().to_owned();
        assert!(next.starts_with(origin), "{next}");
    }
}

#[test]
fn what_is_below_iam() {
    let rows = [
        ("/api/v1/iam/roles", "roles", 2),
        ("/api/v1/iam/resource-sets", "resource-sets", 1),
        ("/api/v1/iam/resource-sets/iam00000000000000001/bindings", "roles", 1),
    ];
    for (path, member, count) in rows {
        let body = caller().get(path).json();
        assert_eq!(body[member].as_array().unwrap().len(), count, "{path}");
    }
    let role = caller().get("/api/v1/iam/roles/cr000000000000000002").json();
    assert_eq!(role["label"], "Writer");
}

#[test]
fn refusals() {
    let rows = [
        ("/api/v1/users/nobody/roles", "404 E0000007"),
        ("/api/v1/groups/00gx/roles", "404 E0000007"),
        ("/oauth2/v1/clients/0oax/roles", "404 E0000007"),
        ("/api/v1/iam/resource-sets/iamx/bindings", "404 E0000007"),
        ("/api/v1/iam/roles?after=forged", "400 E0000031"),
        ("/api/v1/iam/assignees/users?q=x", "400 E0000031"),
    ];
    for (target, expected) in rows {
        assert_eq!(caller().get(target).outcome(), expected, "{target}");
    }
}

#[test]
fn only_a_super_administrator_reads_of_administrators() {
    let mut caller = caller();
    caller.simulator.take_super_role("token");
    let rows = [
        ("/api/v1/users/00u00000000000000001/roles", "403 E0000006"),
        ("/api/v1/iam/assignees/users", "403 E0000006"),
        ("/api/v1/iam/resource-sets", "403 E0000006"),
        ("/api/v1/api-tokens", "403 E0000006"),
        ("/api/v1/logStreams", "403 E0000006"),
        ("/api/v1/zones", "200"),
        ("/api/v1/groups/00g00000000000000001/users", "200"),
    ];
    for (target, expected) in rows {
        assert_eq!(caller.get(target).outcome(), expected, "{target}");
    }
}

#[test]
fn links_in_the_body_meet_faults_too() {
    use crate::{Effect, Fault};
    let rows = [
        (
            Effect::ForeignNextLink { host: "evil.example".to_owned() },
            "https://evil.example/api/v1/iam/roles?",
        ),
        (Effect::RelativeNextLink, "/api/v1/iam/roles?"),
    ];
    for (effect, expected) in rows {
        let mut caller = caller();
        caller.simulator.set_faults(vec![Fault::always(effect)].into());
        let body = caller.get("/api/v1/iam/roles?limit=1").json();
        let next = body["_links"]["next"]["href"].as_str().unwrap();
        assert!(next.starts_with(expected), "{next}");
    }
}

#[test]
fn a_generated_org_has_administrators_of_every_kind() {
    let org = Org::generate(3, 300);
    let types: std::collections::BTreeSet<_> =
        [Collection::UserRoles, Collection::GroupRoles, Collection::ClientRoles]
            .into_iter()
            .flat_map(|it| org.records(it))
            .map(|role| (role["assignmentType"].to_string(), role["type"] == "CUSTOM"))
            .collect();
    assert_eq!(types.len(), 6, "{types:?}");
}
