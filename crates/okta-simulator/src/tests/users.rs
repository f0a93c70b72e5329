//! Users: expressions, projection, single objects, and who may ask.

use super::*;
use crate::DateForm;
use std::collections::BTreeMap;

const USERS: &str = r#"
{"id":"00u00000000000000001","status":"ACTIVE","created":"2024-01-01T00:00:00.000Z","activated":null,"statusChanged":"2024-01-01T00:00:00.000Z","lastUpdated":"2024-01-01T00:00:00.000Z","type":{"id":"oty1"},"profile":{"login":"zoe@x.org","email":"ZOE@x.org","firstName":"Zoë","lastName":"O\"N\\eil","mobilePhone":null,"secondEmail":"","skills":["Rust","Go"],"age":7,"boss":true},"credentials":{"provider":{"type":"OKTA"}},"transitioningToStatus":"ACTIVE","_links":{"self":{"href":"https://acme.okta.com/api/v1/users/00u00000000000000001"}}}
{"id":"00u00000000000000002","status":"SUSPENDED","created":"2024-01-01T00:00:01.000Z","activated":"2024-01-01T00:00:01.000Z","statusChanged":null,"lastUpdated":"2024-01-02T00:00:00.000Z","type":{"id":"oty1"},"profile":{"login":"a+b@x.org","email":"a+b@x.org","firstName":"zoë","lastName":"Smith","mobilePhone":"+1","age":9.5,"boss":false},"_links":{"self":{"href":"https://acme.okta.com/api/v1/users/00u00000000000000002"}}}
{"id":"00u00000000000000003","status":"DEPROVISIONED","created":"2024-01-02T00:00:00.000Z","lastUpdated":"2024-01-02T00:00:00.500Z","type":{"id":"oty2"},"profile":{"login":"c@x.org","email":"c@x.org","firstName":"Zoe","lastName":"smith","mobilePhone":null},"_links":{"self":{"href":"https://acme.okta.com/api/v1/users/00u00000000000000003"}}}
"#;

fn caller() -> Caller {
    Caller::with(Collection::Users, USERS)
}

/// Asks by the parameter, and gives back the last digits of the ids that come.
fn matching(parameter: &str, expression: &str) -> String {
    let target = format!("/api/v1/users?{parameter}={expression}").replace('+', "%2B");
    let ids = caller().ids(&target);
    ids.iter().map(|id| &id[id.len() - 1..]).collect()
}

#[test]
fn search_matches() {
    let rows = [
        (r#"status pr"#, "123"),
        (r#"status eq "active""#, "1"),
        (r#"profile.firstName eq "ZOË""#, "12"),
        (r#"profile.firstName eq "zoe""#, "3"),
        (r#"profile.firstName SW "zO""#, "123"),
        (r#"profile.lastName eq "o\"n\\EIL""#, "1"),
        (r#"profile.login co "+B@""#, "2"),
        (r#"profile.lastName lt "Smith" or profile.lastName gt "Smith""#, "1"),
        (r#"profile.secondEmail pr"#, "1"),
        (r#"profile.mobilePhone pr"#, "2"),
        (r#"profile.skills eq "go""#, "1"),
        (r#"profile.age gt 7"#, "2"),
        (r#"profile.age eq 7.0"#, "1"),
        (r#"profile.boss eq false"#, "2"),
        (r#"type.id eq "OTY1" and (status eq "ACTIVE" or status eq "SUSPENDED")"#, "12"),
        (r#"activated lt "2999-01-01T00:00:00.000Z""#, "2"),
        (r#"created ge "2024-01-01T01:00:01.000+01:00""#, "23"),
        (r#"lastUpdated gt "2024-01-02T00:00:00.000Z""#, "3"),
        (r#"lastUpdated eq "2024-01-02T00:00:00.000Z""#, "2"),
        (r#"status eq "ACTIVE" or status pr and id eq "00u00000000000000003""#, "13"),
    ];
    for (expression, expected) in rows {
        assert_eq!(matching("search", expression), expected, "{expression}");
    }
}

#[test]
fn filter_matches() {
    let rows = [
        (r#"status eq "DEPROVISIONED""#, "3"),
        (r#"status eq "deprovisioned""#, ""),
        (r#"profile.lastName eq "Smith""#, "2"),
        (r#"lastUpdated ge "2024-01-02T00:00:00.000Z""#, "23"),
        (r#"(id eq "00u00000000000000001") or profile.login eq "c@x.org""#, "13"),
    ];
    for (expression, expected) in rows {
        assert_eq!(matching("filter", expression), expected, "{expression}");
    }
}

#[test]
fn expressions_are_refused_where_they_are_not_documented() {
    let rows = [
        ("search", r#"lastLogin pr"#),
        ("search", r#"passwordChanged pr"#),
        ("search", r#"credentials.provider.type eq "OKTA""#),
        ("search", r#"profile eq "x""#),
        ("search", r#"Status eq "ACTIVE""#),
        ("search", r#"status ne "ACTIVE""#),
        ("search", r#"profile.login ew "org""#),
        ("search", r#"profile.city co "x""#),
        ("search", r#"lastUpdated sw "2024""#),
        ("search", r#"status eq true"#),
        ("search", r#"not (status pr)"#),
        ("search", ""),
        ("filter", r#"profile.city eq "x""#),
        ("filter", r#"status sw "A""#),
        ("filter", r#"status pr"#),
        ("filter", r#"created gt "2024-01-01T00:00:00.000Z""#),
        ("filter", r#"profile.login gt "a""#),
    ];
    for (parameter, expression) in rows {
        let answer = caller().get(&format!("/api/v1/users?{parameter}={expression}"));
        assert_eq!(answer.outcome(), "400 E0000031", "{parameter}={expression}");
    }
    for date in ["2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000", "yesterday"] {
        let answer = caller().get(&format!("/api/v1/users?search=created gt \"{date}\""));
        assert_eq!(answer.outcome(), "400 E0000030", "{date}");
    }
}

#[test]
fn a_schema_decides_what_can_be_searched() {
    let mut caller = Caller::new(Org::generate(1, 20));
    let rows = [
        (r#"profile.favoriteColor eq "red""#, "200"),
        (r#"profile.isContractor eq true"#, "200"),
        (r#"profile.badgeNumber ge 3"#, "200"),
        (r#"profile.skills eq "red""#, "200"),
        (r#"profile.clearance eq "secret" or profile.clearance eq 1"#, "200"),
        (r#"profile.unheardOf eq "x""#, "400 E0000031"),
        (r#"profile.favoritecolor eq "x""#, "400 E0000031"),
        (r#"profile.isContractor eq "true""#, "400 E0000031"),
        (r#"profile.isContractor gt false"#, "400 E0000031"),
        (r#"profile.badgeNumber eq "3""#, "400 E0000031"),
    ];
    for (expression, expected) in rows {
        let answer = caller.get(&format!("/api/v1/users?search={expression}"));
        assert_eq!(answer.outcome(), expected, "{expression}");
    }
}

#[test]
fn only_a_plain_listing_omits_deprovisioned() {
    let rows = [
        ("/api/v1/users", 2),
        ("/api/v1/users?search=status pr", 3),
        ("/api/v1/users?filter=lastUpdated gt \"2000-01-01T00:00:00.000Z\"", 3),
        ("/api/v1/users?q=zo", 2),
    ];
    for (target, expected) in rows {
        assert_eq!(caller().ids(target).len(), expected, "{target}");
    }
}

#[test]
fn parameters_that_do_not_go_together() {
    let rows = [
        ("search=status pr&filter=status eq \"ACTIVE\"", "400 E0000033"),
        ("q=a&filter=status eq \"ACTIVE\"", "400 E0000063"),
        ("q=a&search=status pr", "400 E0000063"),
        ("limit=0", "400 E0000001"),
        ("limit=many", "400 E0000001"),
        ("after=forged", "400 E0000031"),
        ("search=status pr&sortBy=lastLogin", "400 E0000031"),
        ("search=status pr&sortBy=status&sortOrder=up", "400 E0000001"),
        ("fields=id,status,status", "500 E0000009"),
        ("fields=profile:(", "400 E0000001"),
        ("search=%zz", "400 E0000002"),
    ];
    for (query, expected) in rows {
        assert_eq!(caller().get(&format!("/api/v1/users?{query}")).outcome(), expected, "{query}");
    }
}

#[test]
fn links_repeat_the_query() {
    let mut caller = caller();
    let answer =
        caller.get("/api/v1/users?search=profile.email co \"@x\"&limit=2&sortOrder=desc&x=%7E%2B");
    assert_eq!(
        answer.link("self").unwrap(),
        "https://acme.okta.com/api/v1/users?limit=2&search=profile.email+co+%22%40x%22&x=%7E%2B"
    );
    assert_eq!(
        answer.link("next").unwrap(),
        "https://acme.okta.com/api/v1/users?after=00u00000000000000002&limit=2\
         &search=profile.email+co+%22%40x%22&x=%7E%2B"
    );
    let plain = caller.get("/api/v1/users?limit=1");
    assert!(plain.link("next").unwrap().contains("after=200u00000000000000001&"));
    let unlimited = caller.get("/api/v1/users?limit=999");
    assert_eq!(unlimited.link("self").unwrap(), "https://acme.okta.com/api/v1/users?limit=200");
    assert_eq!(unlimited.link("next"), None);
}

#[test]
fn sorting_is_by_value_then_by_id() {
    let rows = [
        ("profile.lastName&sortOrder=asc", "123"),
        ("profile.lastName&sortOrder=DESC", "231"),
        ("lastUpdated", "123"),
        ("profile.age&sortOrder=desc", "213"),
        ("activated", "132"),
    ];
    for limit in [1, 2, 200] {
        for (sort, expected) in rows {
            let target = format!("/api/v1/users?search=status pr&limit={limit}&sortBy={sort}");
            let ids = caller().ids(&target);
            let digits: String = ids.iter().map(|id| &id[id.len() - 1..]).collect();
            assert_eq!(digits, expected, "{target}");
        }
    }
}

/// The order of a listing is kept between its pages, but not beyond a change of the org.
#[test]
fn a_sorted_listing_follows_the_org_and_the_index() {
    const TARGET: &str = "/api/v1/users?search=status pr&sortBy=profile.lastName";
    let renamed = |caller: &Caller, name: &str| {
        let mut user =
            caller.simulator.org().get(Collection::Users, "00u00000000000000001").unwrap().clone();
        user["profile"]["lastName"] = name.into();
        user
    };
    let order = |caller: &mut Caller| -> String {
        caller.ids(TARGET).iter().map(|id| &id[id.len() - 1..]).collect()
    };
    let mut caller = caller();
    assert_eq!(order(&mut caller), "123");
    let user = renamed(&caller, "Zed");
    caller.simulator.org_mut().put(Collection::Users, user);
    assert_eq!(order(&mut caller), "231");
    let user = renamed(&caller, "Abe");
    caller.simulator.put(Collection::Users, user);
    assert_eq!(order(&mut caller), "123");

    caller.simulator.set_index_lag(std::time::Duration::from_secs(2));
    let user = renamed(&caller, "Zed");
    caller.simulator.put(Collection::Users, user);
    caller.simulator.remove(Collection::Users, "00u00000000000000003");
    assert_eq!(order(&mut caller), "123");
    caller.set_time(caller.now + jiff::SignedDuration::from_secs(2));
    assert_eq!(order(&mut caller), "21");
}

#[test]
fn one_user_has_many_names() {
    let mut caller = caller();
    for key in ["00u00000000000000001", "zoe@x.org", "ZOE%40x.org", "me"] {
        let user = caller.get(&format!("/api/v1/users/{key}")).json();
        assert_eq!(user["id"], "00u00000000000000001", "{key}");
        assert!(user["_links"]["suspend"].is_object(), "{key}");
    }
    assert_eq!(caller.get("/api/v1/users/00U00000000000000001").outcome(), "404 E0000007");
    assert_eq!(caller.get("/api/v1/users/a%2Fb").outcome(), "404 E0000007");
}

/// As recorded of three users, and of those in listings.
#[test]
fn a_user_alone_has_links_and_a_version_that_a_listed_one_lacks() {
    let org = Org::generate(1, 40);
    let group = org.records(Collection::Groups).next().unwrap()["id"].clone();
    let mut of_status = BTreeMap::new();
    for user in org.records(Collection::Users) {
        of_status.insert(user["status"].as_str().unwrap().to_owned(), user.clone());
    }
    let mut caller = Caller::new(org);
    let active = "changePassword changeRecoveryQuestion deactivate expirePassword forgotPassword \
                  resetFactors resetPassword schema self suspend type";
    let rows =
        [("ACTIVE", active), ("PASSWORD_EXPIRED", active), ("STAGED", "activate schema self type")];
    for (status, expected) in rows {
        let id = of_status[status]["id"].as_str().unwrap();
        let answer = caller.get(&format!("/api/v1/users/{id}"));
        assert!(answer.header("etag").starts_with("W/\""));
        let user = answer.json();
        let mut names: Vec<_> = user["_links"].as_object().unwrap().keys().cloned().collect();
        names.sort();
        assert_eq!(names.join(" "), expected, "{status}");
        let type_id = user["type"]["id"].as_str().unwrap();
        assert!(user["_links"]["type"]["href"].as_str().unwrap().ends_with(type_id));
    }
    let group = group.as_str().unwrap();
    let listings = [
        ("/api/v1/users".to_owned(), ""),
        (r#"/api/v1/users?search=status eq "ACTIVE""#.to_owned(), ""),
        (format!("/api/v1/groups/{group}/users"), ""),
        ("/api/v1/devices?expand=user".to_owned(), "/_embedded/users"),
    ];
    for (target, below) in listings {
        let answer = caller.get(&target);
        assert!(answer.headers.get("etag").is_none(), "{target}");
        let records = answer.json();
        let users: Vec<_> = match below {
            "" => records.as_array().unwrap().iter().collect(),
            below => {
                let devices = records.as_array().unwrap().iter();
                let users =
                    devices.flat_map(|device| device.pointer(below).unwrap().as_array().unwrap());
                users.map(|entry| &entry["user"]).collect()
            }
        };
        assert!(!users.is_empty(), "{target}");
        for user in users {
            let links: Vec<_> = user["_links"].as_object().unwrap().keys().collect();
            assert_eq!(links, ["self"], "{target}");
        }
    }
}

#[test]
fn a_user_that_was_recorded_alone_is_listed_with_one_link() {
    let alone = USERS.replace("\"_links\":{", "\"_links\":{\"suspend\":{\"href\":\"x\"},");
    let listed = Caller::with(Collection::Users, &alone).get("/api/v1/users").body;
    assert_eq!(listed, caller().get("/api/v1/users").body);
}

#[test]
fn what_is_missing_is_named_with_its_type() {
    let rows = [
        ("/api/v1/users/x1", "User"),
        ("/api/v1/groups/x1", "UserGroup"),
        ("/api/v1/apps/x1", "AppInstance"),
        ("/api/v1/devices/x1", "Device"),
        ("/api/v1/meta/types/user/x1", "CVDType"),
    ];
    for (path, type_name) in rows {
        let summary = caller().get(path).json()["errorSummary"].clone();
        assert_eq!(summary, format!("Not found: Resource not found: x1 ({type_name})"));
    }
}

#[test]
fn what_is_asked_to_be_left_out_is_left_out() {
    let mut caller = caller();
    let records = caller.get("/api/v1/users?fields=status,profile:(age)&limit=1").json();
    let expected = serde_json::json!(
        [{ "id": "00u00000000000000001", "status": "ACTIVE", "profile": { "age": 7 } }]
    );
    assert_eq!(records, expected);

    let content_type = "application/json; okta-response=\"omitCredentials,\
                        omitCredentialsLinks, omitTransitioningToStatus\"";
    for target in ["/api/v1/users?limit=1", "/api/v1/users/me"] {
        let shown = caller.get_with(target, content_type).json();
        let user = shown.get(0).unwrap_or(&shown);
        assert!(user.get("credentials").is_none(), "{target}");
        assert!(user.get("transitioningToStatus").is_none(), "{target}");
        assert!(user["_links"].get("resetPassword").is_none(), "{target}");
    }

    caller.simulator.set_projection_supported(false);
    let ignored = caller.get("/api/v1/users?fields=id,id").json();
    assert!(ignored[0]["lastUpdated"].is_string());
}

#[test]
fn credentials_are_checked() {
    let mut caller = caller();
    caller.simulator.accept_bearer_token("reader", &["okta.users.read"]);
    caller.simulator.accept_bearer_token("manager", &["okta.users.manage"]);
    caller.simulator.accept_bearer_token("gone", &["okta.users.read"]);
    caller.simulator.revoke("gone");
    let rows = [
        ("SSWS token", "/api/v1/users", "200"),
        ("ssws token", "/api/v1/users", "200"),
        ("SSWStoken", "/api/v1/users", "200"),
        ("SSWSother", "/api/v1/users", "401 E0000011"),
        ("SSWS other", "/api/v1/users", "401 E0000011"),
        ("SSWS reader", "/api/v1/users", "401 E0000011"),
        ("Basic token", "/api/v1/users", "403 E0000005"),
        ("", "/api/v1/users", "403 E0000005"),
        ("Bearer reader", "/api/v1/users", "200"),
        ("Bearer manager", "/api/v1/users/me", "200"),
        ("Bearer reader", "/api/v1/meta/types/user", "403"),
        ("Bearer gone", "/api/v1/users", "401"),
        ("Bearer token", "/api/v1/users", "401"),
        ("", "/api/v1/nothing", "404 E0000008"),
    ];
    for (credentials, path, expected) in rows {
        let request = http::Request::get(path).header(header::HOST, "acme.okta.com");
        let request = request.header(header::AUTHORIZATION, credentials);
        let answer = caller.send(request.body(Bytes::new()).unwrap());
        assert_eq!(answer.outcome(), expected, "{credentials} {path}");
    }
    let request = http::Request::get("https://acme.okta.com/api/v1/groups/x");
    let request = request.header(header::AUTHORIZATION, "Bearer reader");
    let answer = caller.send(request.body(Bytes::new()).unwrap());
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer authorization_uri=\"http://acme.okta.com/oauth2/v1/authorize\", \
         realm=\"http://acme.okta.com\", scope=\"okta.groups.read\", error=\"insufficient_scope\", \
         error_description=\"The access token provided does not contain the required scopes.\", \
         resource=\"/api/v1/groups/x\""
    );
}

#[test]
fn every_answer_is_labelled() {
    let mut caller = caller();
    caller.set_time("2026-02-03T04:05:06.789Z".parse().unwrap());
    let first = caller.get("/api/v1/users?limit=1");
    assert_eq!(first.header("date"), "Tue, 03 Feb 2026 04:05:06 GMT");
    assert_eq!(first.header("x-rate-limit-limit"), "300000");
    assert_eq!(first.header("x-rate-limit-remaining"), "299999");
    assert_eq!(first.header("x-rate-limit-reset"), "1770091566");
    let second = caller.get("/api/v1/users?limit=1");
    assert_ne!(first.header("x-okta-request-id"), second.header("x-okta-request-id"));

    let request = http::Request::post("https://acme.okta.com/api/v1/users").body(Bytes::new());
    let refused = caller.send(request.unwrap());
    assert_eq!(refused.outcome(), "405 E0000022");
    assert!(!refused.headers.contains_key("x-rate-limit-limit"));

    let log = caller.simulator.requests();
    assert_eq!(log.len(), 3);
    assert_eq!(log[0].param("limit"), Some("1"));
    assert_eq!(log[0].bucket, Some("/api/v1/users"));
    assert_eq!(log[2].status, 405);
    caller.simulator.keep_requests(0);
    caller.get("/api/v1/users");
    assert!(caller.simulator.requests().is_empty());
}

#[test]
fn user_types_come_all_at_once() {
    let mut caller = Caller::new(Org::generate(7, 5));
    let answer = caller.get("/api/v1/meta/types/user?limit=1");
    assert_eq!(answer.json().as_array().unwrap().len(), 3);
    assert!(!answer.headers.contains_key(header::LINK));
    let default = caller.get("/api/v1/meta/types/user/default").json();
    assert_eq!(default["default"], true);
    let by_id = caller.get(&format!("/api/v1/meta/types/user/{}", default["id"].as_str().unwrap()));
    assert_eq!(by_id.json(), default);
}

#[test]
fn dates_in_other_forms_are_found_and_sorted_all_the_same() {
    let target = "/api/v1/users?search=created ge \"2024-01-02T00:00:00.000Z\"&sortBy=created";
    let expected = Caller::new(Org::generate(1, 30)).ids(target);
    assert!((1..30).contains(&expected.len()));
    for form in [DateForm::Spaced, DateForm::Offset, DateForm::EpochMillis] {
        let mut caller = Caller::new(Org::generate(1, 30));
        caller.simulator.org_mut().rewrite(Collection::Users, "/created", |it| form.write(it));
        assert_eq!(caller.ids(target), expected, "{form:?}");
        let shown = caller.get("/api/v1/users?limit=1").json();
        assert_eq!(form.write(&shown[0]["created"]), shown[0]["created"], "{form:?}");
    }
}
