//! Applications: one comparison at a time, and the two that are not in the record.

use super::*;
use crate::Assignee;

const APPS: &str = r#"
{"id":"0oa00000000000000001","name":"bookmark","label":"Wiki","status":"ACTIVE","credentials":{"signing":{"kid":"Key"}},"settings":{"slo":{"enabled":true}}}
{"id":"0oa00000000000000002","name":"bookmark","label":"Book","status":"INACTIVE","credentials":{"signing":{}}}
{"id":"0oa00000000000000003","name":"saml","label":"bookings","status":"ACTIVE","credentials":{"signing":{"kid":"key"}}}
{"id":"0oa00000000000000004","name":"saml","label":"Gone","status":"DELETED"}
"#;
const USERS: &str = r#"{"id":"00u00000000000000001","status":"ACTIVE","profile":{"login":"ann"}}"#;
const GROUPS: &str = r#"{"id":"00g00000000000000001","type":"OKTA_GROUP","profile":{"name":"g"}}"#;

fn caller() -> Caller {
    let files =
        [(Collection::Apps, APPS), (Collection::Users, USERS), (Collection::Groups, GROUPS)];
    let mut org = Org::from_json_lines(files).unwrap();
    org.assign("0oa00000000000000001", Assignee::Group("00g00000000000000001".to_owned()));
    org.assign("0oa00000000000000002", Assignee::Group("00g00000000000000001".to_owned()));
    org.assign("0oa00000000000000003", Assignee::User("00u00000000000000001".to_owned()));
    org.add_member("00g00000000000000001", "00u00000000000000001");
    Caller::new(org)
}

#[test]
fn filters() {
    let rows = [
        ("", "123"),
        ("includeNonDeleted=true", "123"),
        ("includeNonDeleted=false", "123"),
        (r#"filter=status eq "INACTIVE""#, "2"),
        (r#"filter=status eq "inactive""#, ""),
        (r#"filter=status eq "DELETED""#, ""),
        (r#"filter=name eq "bookmark""#, "12"),
        (r#"filter=(name eq "bookmark")"#, "12"),
        (r#"filter=id eq "0oa00000000000000003""#, "3"),
        (r#"filter=credentials.signing.kid eq "key""#, "3"),
        ("filter=settings.slo.enabled eq true", "1"),
        (r#"filter=group.id eq "00g00000000000000001""#, "12"),
        (r#"filter=user.id eq "00u00000000000000001""#, "123"),
        (r#"filter=user.id eq "00unobody""#, ""),
        ("q=BOOK", "123"),
        (r#"q=book&filter=status eq "ACTIVE""#, "13"),
    ];
    for (query, expected) in rows {
        let ids = caller().ids(&format!("/api/v1/apps?{query}"));
        let digits: String = ids.iter().map(|id| &id[id.len() - 1..]).collect();
        assert_eq!(digits, expected, "{query}");
    }
}

#[test]
fn refusals() {
    let rows = [
        (r#"filter=status eq "ACTIVE" and name eq "saml""#, "400 E0000094"),
        (r#"filter=status eq "ACTIVE" or name eq "saml""#, "400 E0000094"),
        ("filter=status eq ACTIVE", "400 E0000031"),
        (r#"filter=label eq "Wiki""#, "400 E0000031"),
        (r#"filter=status sw "A""#, "400 E0000031"),
        (r#"filter=lastUpdated gt "2024-01-01T00:00:00.000Z""#, "400 E0000031"),
        (r#"filter=settings.slo.enabled eq "true""#, "400 E0000031"),
        (r#"search=status eq "ACTIVE""#, "400 E0000031"),
        ("after=forged", "400 E0000029"),
        ("expand=user/00u00000000000000001", "400 E0000001"),
    ];
    for (query, expected) in rows {
        assert_eq!(caller().get(&format!("/api/v1/apps?{query}")).outcome(), expected, "{query}");
    }
    let mut newer = caller();
    newer.simulator.set_app_assignment_filters(false);
    for property in ["user.id", "group.id"] {
        let answer = newer.get(&format!("/api/v1/apps?filter={property} eq \"x\""));
        assert_eq!(answer.outcome(), "400 E0000031", "{property}");
    }
}

#[test]
fn next_links_forget_parameters() {
    let mut caller = caller();
    let next = caller.get("/api/v1/apps?limit=1&includeNonDeleted=true&color=red").link("next");
    assert_eq!(
        next.unwrap(),
        "https://acme.okta.com/api/v1/apps?after=0oa00000000000000001&color=red&limit=1"
    );
    caller.simulator.set_links_drop(vec!["color".to_owned()]);
    let next = caller.get("/api/v1/apps?limit=1&color=red").link("next").unwrap();
    assert!(!next.contains("color"), "{next}");
    let alone = caller.get("/api/v1/apps").link("self").unwrap();
    assert!(alone.ends_with("?limit=20"), "{alone}");
}

#[test]
fn the_apps_of_a_user_have_another_shape() {
    let answer = caller().get("/api/v1/users/ann/appLinks");
    let links = answer.json();
    let apps: Vec<_> = links.as_array().unwrap().iter().map(|it| &it["appInstanceId"]).collect();
    assert_eq!(apps, ["0oa00000000000000001", "0oa00000000000000002", "0oa00000000000000003"]);
    assert!(!answer.headers.contains_key(header::LINK));
}
