//! Groups, their apps and their members.

use super::*;

const GROUPS: &str = r#"
{"id":"00g00000000000000001","type":"BUILT_IN","created":"2024-01-01T00:00:00.000Z","lastUpdated":"2024-01-01T00:00:00.000Z","lastMembershipUpdated":"2024-02-01T00:00:00.000Z","objectClass":["okta:user_group"],"profile":{"name":"Everyone","description":null}}
{"id":"00g00000000000000002","type":"OKTA_GROUP","created":"2024-01-02T00:00:00.000Z","lastUpdated":"2024-01-02T00:00:00.000Z","lastMembershipUpdated":"2024-02-02T00:00:00.000Z","objectClass":["okta:user_group"],"profile":{"name":"West Coast","description":"All USERS"}}
{"id":"00g00000000000000003","type":"APP_GROUP","created":"2024-01-03T00:00:00.000Z","lastUpdated":"2024-01-03T00:00:00.000Z","lastMembershipUpdated":"2024-02-03T00:00:00.000Z","objectClass":["okta:windows_security_principal"],"source":{"id":"0oa00000000000000001"},"profile":{"name":"west","samAccountName":"west","windowsDomainQualifiedName":"CORP\\west","externalId":"a+/b=="}}
"#;
const USERS: &str = r#"
{"id":"00u00000000000000001","status":"ACTIVE","profile":{"login":"a"}}
{"id":"00u00000000000000002","status":"DEPROVISIONED","profile":{"login":"b"}}
"#;
const APPS: &str = r#"
{"id":"0oa00000000000000001","name":"ad","label":"AD","status":"ACTIVE","signOnMode":null}
{"id":"0oa00000000000000002","name":"wiki","label":"Wiki","status":"INACTIVE","signOnMode":"BOOKMARK"}
"#;

fn caller() -> Caller {
    let files =
        [(Collection::Groups, GROUPS), (Collection::Users, USERS), (Collection::Apps, APPS)];
    let mut org = Org::from_json_lines(files).unwrap();
    for app in ["0oa00000000000000001", "0oa00000000000000002"] {
        org.assign(app, crate::Assignee::Group("00g00000000000000002".to_owned()));
    }
    Caller::new(org)
}

#[test]
fn expressions() {
    let rows = [
        (r#"search=type eq "app_group""#, "3"),
        (r#"search=profile.name sw "WEST""#, "23"),
        (r#"search=profile.description co "users""#, "2"),
        (r#"search=profile.windowsDomainQualifiedName eq "corp\\west""#, "3"),
        (r#"search=profile.externalId eq "a%2B/b==""#, "3"),
        (r#"search=profile.neverHeardOf eq "x""#, ""),
        (r#"search=source.id eq "0oa00000000000000001""#, "3"),
        (r#"search=created ge "2024-01-02T00:00:00.000Z" and type eq "OKTA_GROUP""#, "2"),
        (
            r#"search=(lastMembershipUpdated lt "2024-02-02T00:00:00.000Z" or lastMembershipUpdated gt "2024-02-02T00:00:00.000Z")"#,
            "13",
        ),
        (r#"search=id eq "00g00000000000000002"&sortBy=profile.name"#, "2"),
        (r#"filter=type eq "APP_GROUP" or lastUpdated lt "2024-01-02T00:00:00.000Z""#, "13"),
        (r#"filter=type eq "app_group""#, ""),
        ("q=west", "32"),
        (r#"q=west&filter=type eq "OKTA_GROUP""#, "2"),
        ("limit=0", ""),
        ("", "123"),
    ];
    for (query, expected) in rows {
        let ids = caller().ids(&format!("/api/v1/groups?{query}"));
        let digits: String = ids.iter().map(|id| &id[id.len() - 1..]).collect();
        assert_eq!(digits, expected, "{query}");
    }
}

#[test]
fn refusals() {
    let rows = [
        (r#"search=objectClass eq "x""#, "400 E0000031"),
        (r#"search=profile.samAccountName co "x""#, "400 E0000031"),
        (r#"search=type ne "x""#, "400 E0000031"),
        (r#"search=id pr"#, "400 E0000031"),
        (r#"filter=created gt "2024-01-01T00:00:00.000Z""#, "400 E0000031"),
        (r#"filter=lastUpdated ge "2024-01-01T00:00:00.000Z""#, "400 E0000031"),
        (r#"filter=profile.name eq "x""#, "400 E0000031"),
        (r#"filter=type eq "x"&search=type eq "x""#, "400 E0000033"),
        ("after=forged", "400 E0000031"),
    ];
    for (query, expected) in rows {
        assert_eq!(caller().get(&format!("/api/v1/groups?{query}")).outcome(), expected, "{query}");
    }
}

#[test]
fn a_keyword_search_has_no_links() {
    let answer = caller().get("/api/v1/groups?q=w&limit=1");
    assert_eq!(answer.ids().len(), 1);
    assert!(!answer.headers.contains_key(header::LINK));
}

#[test]
fn expansions_are_embedded() {
    let shown = caller().get("/api/v1/groups?expand=stats,app").json();
    let embedded: Vec<_> = shown.as_array().unwrap().iter().map(|it| &it["_embedded"]).collect();
    assert_eq!(embedded[0]["stats"]["usersCount"], 2);
    assert_eq!(embedded[1]["stats"]["appsCount"], 2);
    let plain = caller().get("/api/v1/groups").json();
    assert!(plain[0].get("_embedded").is_none());
}

#[test]
fn relations() {
    let rows = [
        ("/api/v1/groups/00g00000000000000002/apps?limit=1", 2),
        ("/api/v1/groups/00g00000000000000001/apps", 0),
        ("/api/v1/groups/00g00000000000000001/users?limit=1", 2),
        ("/api/v1/groups/00g00000000000000003/users", 0),
    ];
    for (target, expected) in rows {
        assert_eq!(caller().ids(target).len(), expected, "{target}");
    }
    let self_link = caller().get("/api/v1/groups/00g00000000000000002/apps").link("self");
    assert!(self_link.unwrap().ends_with("/apps?limit=20"));
    let missing = caller().get("/api/v1/groups/00gx/apps");
    assert_eq!(missing.outcome(), "404 E0000007");
    let group = caller().get("/api/v1/groups/00g00000000000000003").json();
    assert_eq!(group["source"]["id"], "0oa00000000000000001");
}

#[test]
fn group_schema() {
    let mut caller = Caller::new(Org::generate(1, 1));
    let schema = caller.get("/api/v1/meta/schemas/group/default").json();
    assert_eq!(schema["definitions"]["custom"]["properties"]["tier"]["type"], "integer");
    assert_eq!(caller.get("/api/v1/groups?search=profile.tier eq 2").outcome(), "200");
    assert_eq!(caller.get("/api/v1/groups?search=profile.tier eq \"2\"").outcome(), "400 E0000031");
    let user_type = caller.get("/api/v1/meta/types/user/default").json();
    let link = user_type["_links"]["schema"]["href"].as_str().unwrap();
    let by_link = caller.get(link.strip_prefix(ORIGIN).unwrap()).json();
    assert_eq!(caller.get("/api/v1/meta/schemas/user/default").json(), by_link);
    let base = by_link["definitions"]["base"]["properties"].as_object().unwrap();
    assert_eq!(base.len(), 31);
}
