//! Users, groups, grants and push mappings of applications.

use serde_json::json;

use super::*;
use crate::Assignee;

const APP: &str = "0oa00000000000000001";
const PLAIN: &str = "0oa00000000000000002";

/// Makes an org of three users, of whom the first has an application by name, and the first two have it by a group.
fn caller() -> Caller {
    let mut org = Org::default();
    for (id, features) in [(APP, json!(["GROUP_PUSH"])), (PLAIN, json!([]))] {
        let app = json!({
            "id": id, "label": id, "status": "ACTIVE", "features": features,
            "created": "2024-01-05T00:00:00.000Z", "lastUpdated": "2024-01-06T00:00:00.000Z",
        });
        org.put(Collection::Apps, app);
    }
    for number in 1..=2 {
        let id = format!("00g0000000000000000{number}");
        org.put(
            Collection::Groups,
            json!({"id": id, "type": "OKTA_GROUP", "profile": {"name": id}}),
        );
        org.assign(APP, Assignee::Group(id));
    }
    for number in 1..=3 {
        let id = format!("00u0000000000000000{number}");
        let profile = json!({"login": format!("Login{number}"), "firstName": "Ann", "email": "x@example.com"});
        let created = format!("2024-01-0{}T00:00:00.000Z", number * 3);
        org.put(
            Collection::Users,
            json!({"id": id, "status": "ACTIVE", "created": created, "lastUpdated": created, "profile": profile}),
        );
        if number < 3 {
            org.add_member("00g00000000000000001", &id);
            org.add_member("00g00000000000000002", &id);
        }
    }
    org.assign(APP, Assignee::User("00u00000000000000001".to_owned()));
    for (number, status, time) in
        [(1, "ACTIVE", "2024-02-01T00:00:00Z"), (2, "ERROR", "2024-02-02T00:00:00Z")]
    {
        let mapping = json!({
            "id": format!("gPm0000000000000000{number}"), "status": status, "lastUpdated": time,
            "sourceGroupId": format!("00g0000000000000000{number}"),
        });
        org.put_child(Collection::GroupPushMappings, APP, mapping);
    }
    for number in 1..=2 {
        let grant = json!({"id": format!("oag{number}"), "scopeId": "okta.users.read"});
        org.put_child(Collection::ApplicationGrants, APP, grant);
    }
    Caller::new(org)
}

#[test]
fn users_have_an_application_by_name_or_through_a_group() {
    let users = caller().get(&format!("/api/v1/apps/{APP}/users")).json();
    let scopes: Vec<_> = users.as_array().unwrap().iter().map(|it| it["scope"].clone()).collect();
    // By name counts before through a group.
    assert_eq!(scopes, ["USER", "GROUP"]);
    assert_eq!(users[0]["credentials"], json!({"userName": "Login1"}));
    assert_eq!(users[0]["created"], "2024-01-05T00:00:00.000Z");
    assert_eq!(users[1]["created"], "2024-01-06T00:00:00.000Z");
    assert!(users[0]["externalId"].is_null() && users[0]["profile"]["nickname"].is_null());
}

#[test]
fn listings_of_applications() {
    let rows = [
        ("users", "12"),
        ("users?limit=1", "12"),
        ("users?q=login2", "2"),
        ("users?q=gin2", ""),
        ("groups", "12"),
        ("grants", "12"),
        ("group-push/mappings?limit=1", "12"),
        ("group-push/mappings?status=ERROR", "2"),
        ("group-push/mappings?sourceGroupId=00g00000000000000001", "1"),
        ("group-push/mappings?lastUpdated=2024-02-02T00:00:00Z", "2"),
    ];
    for (below, expected) in rows {
        let ids = caller().ids(&format!("/api/v1/apps/{APP}/{below}"));
        let digits: String = ids.iter().map(|id| &id[id.len() - 1..]).collect();
        assert_eq!(digits, expected, "{below}");
    }
    let limits = [
        ("users", "limit=50"),
        ("users?limit=501", "limit=500"),
        ("groups", "limit=20"),
        ("groups?limit=300", "limit=200"),
        ("group-push/mappings", "limit=100"),
    ];
    for (below, expected) in limits {
        let link = caller().get(&format!("/api/v1/apps/{APP}/{below}")).link("self").unwrap();
        assert!(link.ends_with(expected), "{below}: {link}");
    }
    let grants = caller().get(&format!("/api/v1/apps/{APP}/grants"));
    assert!(!grants.headers.contains_key(header::LINK));
}

#[test]
fn refusals() {
    let rows = [
        (APP, "users?filter=status eq \"ACTIVE\"", "400 E0000031"),
        (APP, "users?after=forged", "400 E0000031"),
        (APP, "groups?limit=19", "400 E0000001"),
        (APP, "group-push/mappings?lastUpdated=soon", "400 E0000030"),
        // Nothing is pushed from it.
        (PLAIN, "group-push/mappings", "400 E0000001"),
        (PLAIN, "users", "200"),
        (PLAIN, "grants", "200"),
        ("0oax", "users", "404 E0000007"),
    ];
    for (app, below, expected) in rows {
        let answer = caller().get(&format!("/api/v1/apps/{app}/{below}"));
        assert_eq!(answer.outcome(), expected, "{app} {below}");
    }
}

#[test]
fn push_mappings_need_two_scopes_and_lose_one_parameter() {
    let path = format!("/api/v1/apps/{APP}/group-push/mappings");
    let rows: [(&[&str], &str); 4] = [
        (&["okta.apps.read", "okta.groups.manage"], "200"),
        (&["okta.apps.read"], "scope=\"okta.groups.read\""),
        (&["okta.groups.read"], "scope=\"okta.apps.read\""),
        (&[], "scope=\"okta.apps.read\""),
    ];
    for (scopes, expected) in rows {
        let mut caller = caller();
        caller.simulator.accept_bearer_token("bearer", scopes);
        let request = http::Request::get(format!("{ORIGIN}{path}"));
        let request = request.header(header::AUTHORIZATION, "Bearer bearer");
        let answer = caller.send(request.body(Bytes::new()).unwrap());
        match answer.status.as_u16() {
            200 => assert_eq!(expected, "200", "{scopes:?}"),
            _ => assert!(answer.header("www-authenticate").contains(expected), "{scopes:?}"),
        }
    }
    let mut caller = caller();
    for number in [3, 4] {
        let mapping = json!({"id": format!("gPm0000000000000000{number}"), "sourceGroupId": "00g1", "status": "ACTIVE"});
        caller.simulator.org_mut().put_child(Collection::GroupPushMappings, APP, mapping);
    }
    let next = caller.get(&format!("{path}?limit=1&sourceGroupId=00g1&status=ACTIVE")).link("next");
    let next = next.unwrap();
    assert!(next.contains("status=ACTIVE") && !next.contains("sourceGroupId"), "{next}");
    assert_eq!(
        caller.get("/api/v1/groups?expand=stats").json()[0]["_embedded"]["stats"]["groupPushMappingsCount"],
        1
    );
}

#[test]
fn related_objects_are_embedded() {
    let get = |below: &str| caller().get(&format!("/api/v1/apps/{APP}/{below}")).json();
    assert_eq!(get("users?expand=user")[0]["_embedded"]["user"]["profile"]["firstName"], "Ann");
    assert_eq!(get("groups?expand=group")[1]["_embedded"]["group"]["type"], "OKTA_GROUP");
    assert_eq!(
        get("grants?expand=scope")[0]["_embedded"]["scope"],
        json!({"id": "okta.users.read"})
    );
    assert!(get("users")[0].get("_embedded").is_none());
}

#[test]
fn a_generated_org_has_applications_by_name_and_through_groups() {
    let mut caller = Caller::new(Org::generate(7, 200));
    let org = caller.simulator.org();
    let apps: Vec<_> =
        org.records(Collection::Apps).map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    let mut scopes = std::collections::BTreeMap::new();
    for app in &apps {
        for user in
            caller.get(&format!("/api/v1/apps/{app}/users?limit=500")).json().as_array().unwrap()
        {
            *scopes.entry(user["scope"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
    assert!(scopes["USER"] > 10 && scopes["GROUP"] > 10, "{scopes:?}");
}
