//! A run that succeeds has seen everything, and what passes by itself ends no run.

use crate::support::{Meddling, World, context, query};
use bytes::Bytes;
use okta_simulator::{Collection, Org};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const HIDDEN: &str = "Okta shows nothing to this connection. Give the app or the owner of the token an admin role that \
                      reads users and groups - scopes alone do not show them";

const FORBIDDEN: &str = r#"{"errorCode":"E0000006","errorSummary":"You do not have permission"}"#;

fn org() -> Org {
    Org::generate(5, 420)
}

fn reply(status: u16, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Meddling {
    let mut response = http::Response::builder().status(status);
    for name in ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"] {
        response = response.header(name, "100000");
    }
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Meddling::Reply(response.body(body.into()).unwrap())
}

async fn validate(world: &World) -> Value {
    let context = context();
    let event = json!({
        "type": "ValidateCredentialsRequest",
        "connectorRuntimeSettings": context["connectorRuntimeSettings"],
        "credentials": context["credentials"],
    });
    world.ask(&event).await
}

/// Checks an org that shows an app with scopes and without an admin role nothing.
#[tokio::test(start_paused = true)]
async fn an_org_that_hides_everything_is_no_success() {
    let world = World::new(org());
    world.meddle(|request| match request.uri().path() {
        "/api/v1/users" | "/api/v1/groups" | "/api/v1/apps" => Some(Meddling::Answer(200, "[]")),
        _ => Some(Meddling::Answer(403, FORBIDDEN)),
    });
    let told = |details: &Value| {
        format!(
            "{}: {}",
            details["errorCode"].as_str().unwrap(),
            details["errorMessage"].as_str().unwrap()
        )
    };
    let hidden = format!("AccessDenied: {HIDDEN}");
    assert_eq!(told(&validate(&world).await["errorDetails"]), hidden);
    for entity in ["User", "Group"] {
        assert_eq!(told(&world.run(&query(entity, &json!({}))).await.unwrap_err()), hidden);
        let some = query(entity, &json!({ "filterExpression": "lastUpdated > 2026-01-01" }));
        assert_eq!(world.run(&some).await, Ok(vec![]));
    }
    assert_eq!(world.run(&query("Application", &json!({}))).await, Ok(vec![]));
}

#[tokio::test(start_paused = true)]
async fn no_field_named_means_all_fields() {
    let world = World::new(Org::generate(5, 10));
    let all = world.run(&query("User", &json!({}))).await.unwrap();
    for selected in [json!([]), json!([""]), Value::Null] {
        let event = query("User", &json!({ "selectedFieldNames": selected }));
        assert_eq!(world.run(&event).await.unwrap(), all, "{selected}");
        let mut event = event;
        event["type"] = "RetrieveDataRequest".into();
        event["ids"] = json!([all[0]["id"]]);
        let answer = world.ask(&event).await;
        let record: Value = serde_json::from_str(answer["records"][0].as_str().unwrap()).unwrap();
        assert_eq!(record["login"], all[0]["login"], "{selected}");
    }
}

/// Checks that a listing which is one answer by Okta's documentation is followed where it goes on.
#[tokio::test(start_paused = true)]
async fn every_listing_follows_its_links() {
    let world = World::new(org());
    world.meddle(|request| {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let link = r#"<https://acme.okta.com/api/v1/meta/types/user?after=x>; rel="next""#;
        match (path, query) {
            ("/api/v1/meta/types/user", "") => {
                Some(reply(200, &[("link", link)], r#"[{"id":"oty1"}]"#))
            }
            ("/api/v1/meta/types/user", _) => Some(reply(200, &[], r#"[{"id":"oty2"}]"#)),
            _ => None,
        }
    });
    let types = world.run(&query("UserType", &json!({}))).await.unwrap();
    assert_eq!(types, [json!({ "id": "oty1" }), json!({ "id": "oty2" })]);
}

/// Checks that a record which Okta denies once is looked for again, and not for ever.
#[tokio::test(start_paused = true)]
async fn a_record_is_looked_for_twice() {
    let world = World::new(org());
    let id = world.simulator().org().records(Collection::Users).next().unwrap()["id"].clone();
    let event = query("User", &json!({ "filterExpression": format!("id = {id}") }));
    let mut times = 0;
    world.meddle(move |_| {
        times += 1;
        (times == 1).then_some(Meddling::Answer(404, r#"{"errorCode":"E0000007"}"#))
    });
    assert_eq!(world.run(&event).await.unwrap().len(), 1);
    world.meddle(|_| Some(Meddling::Answer(404, r#"{"errorCode":"E0000007"}"#)));
    assert_eq!(world.run(&event).await, Ok(vec![]));
}

/// Checks that several values of one condition, which AppFlow joins by commas, are several where no value holds a comma.
#[tokio::test(start_paused = true)]
async fn commas_join_values_of_ids_and_enumerations() {
    let world = World::new(org());
    let title = json!("one, two");
    let mut user = world.simulator().org().records(Collection::Users).next().unwrap().clone();
    user["profile"]["title"] = title.clone();
    world.simulator().org_mut().put(Collection::Users, user.clone());
    let count = async |entity: &str, filter: &str| {
        let event =
            query(entity, &json!({ "filterExpression": filter, "selectedFieldNames": ["id"] }));
        world.run(&event).await.unwrap().len()
    };
    for (entity, joined, apart) in [
        ("Group", r#"type = "OKTA_GROUP,APP_GROUP""#, "type in ('OKTA_GROUP', 'APP_GROUP')"),
        ("User", "status = 'ACTIVE, STAGED'", "status = 'ACTIVE' or status = 'STAGED'"),
        ("User", "status != 'ACTIVE, STAGED'", "status != 'ACTIVE' and status != 'STAGED'"),
        ("User", "not status = 'active,staged'", "not status in ('ACTIVE', 'STAGED')"),
    ] {
        let (joined, apart) = (count(entity, joined).await, count(entity, apart).await);
        assert!(joined > 0 && joined == apart, "{entity}: {joined} {apart}");
    }
    let ids = format!("id = '{}, 00uNobodyWithThisIdAt'", user["id"].as_str().unwrap());
    assert_eq!(count("User", &ids).await, 1);
    assert_eq!(count("User", "title = 'one, two'").await, 1);
    assert_eq!(count("User", "title = 'one'").await, 0);
}

/// Checks values of another form than Okta documents: what can be read is, and a text is a text.
#[tokio::test(start_paused = true)]
async fn odd_values_are_read_where_they_can_be() {
    let rows = [
        // A value, whether it passes `>= 2026-03-05`, and whether it passes the opposite.
        (json!("2026-03-05 08:36:55.0"), true, false),
        (json!("2026-03-05T08:36:55+0000"), true, false),
        (json!(1_772_699_815_000_u64), true, false),
        (json!("2026-03-04T23:59:59"), false, true),
        (json!("yesterday"), false, false),
        (Value::Null, false, false),
    ];
    let world = World::new(Org::generate(5, 10));
    let user = world.simulator().org().records(Collection::Users).next().unwrap().clone();
    let delivers = async |filter: &str| {
        let event =
            query("User", &json!({ "filterExpression": filter, "selectedFieldNames": ["id"] }));
        world.run(&event).await.unwrap().iter().any(|record| record["id"] == user["id"])
    };
    for (value, passes, fails) in rows {
        let mut user = user.clone();
        user["lastLogin"] = value.clone();
        world.simulator().org_mut().put(Collection::Users, user);
        assert_eq!(delivers("lastLogin >= 2026-03-05").await, passes, "{value}");
        assert_eq!(delivers("lastLogin < 2026-03-05").await, fails, "{value}");
    }
    for (value, text) in [
        (json!(5), "5"),
        (json!(true), "true"),
        (json!(["a", "b"]), r#"["a","b"]"#),
        (json!({ "a": 1 }), r#"{"a":1}"#),
        (json!("plain"), "plain"),
    ] {
        let mut user = user.clone();
        user["profile"]["nickName"] = value.clone();
        world.simulator().org_mut().put(Collection::Users, user.clone());
        let found =
            world.run(&query("User", &json!({ "selectedFieldNames": ["id", "nickName"] }))).await;
        let found = found.unwrap().into_iter().find(|record| record["id"] == user["id"]).unwrap();
        assert_eq!(found["nickName"], text, "{value}");
        // Okta does not know lastLogin in expressions, so that this is evaluated here.
        let filter = format!("nickName = '{text}' or lastLogin = 2099-01-01");
        assert!(delivers(&filter).await, "{filter}");
    }
}

/// Tells whether a request uses an optimisation.
type Uses = fn(&http::Request<Bytes>) -> bool;

/// The optimisations that an org may refuse: each by itself, and how it is known in a request.
fn optimisations() -> Vec<(&'static str, Uses)> {
    fn has(request: &http::Request<Bytes>, text: &str) -> bool {
        request.uri().query().unwrap_or_default().contains(text)
    }
    vec![
        ("sorting", |request| has(request, "sortBy=")),
        ("a range", |request| has(request, "created%20ge")),
        ("the expression", |request| {
            has(request, "search=") && !has(request, "search=status%20pr")
        }),
        ("filter", |request| has(request, "filter=")),
        ("fields", |request| has(request, "fields=")),
        ("okta-response", |request| {
            request.headers()["content-type"].to_str().unwrap().contains("okta-response")
        }),
    ]
}

/// The refusals of an optimisation: all that says "not like this", for good.
const REFUSALS: [(u16, &str); 5] = [
    (400, r#"{"errorCode":"E0000031","errorSummary":"Invalid search criteria.","errorCauses":[]}"#),
    (
        400,
        r#"{"errorCode":"E0000031","errorSummary":"x","errorCauses":[{"errorSummary":"Invalid cursor"}]}"#,
    ),
    (
        400,
        r#"{"errorCode":"E0000021","errorSummary":"Bad request. Accept and/or Content-Type headers."}"#,
    ),
    (404, r#"{"errorCode":"E0000007","errorSummary":"Not found"}"#),
    (500, r#"{"errorCode":"E0000009","errorSummary":"Internal Server Error"}"#),
];

/// Runs a flow in which Okta refuses what `refused` knows from the `from`th page on. Returns the ids delivered, the number
/// of users and, if the flow failed, its code and message.
async fn refused_from(
    event: &Value,
    refused: fn(&http::Request<Bytes>) -> bool,
    refusal: (u16, &'static str),
    from: usize,
    calls: usize,
) -> (Vec<String>, usize, Option<String>) {
    let world = World::new(org());
    let users = world.simulator().org().count(Collection::Users);
    let mut pages = 0;
    world.meddle(move |request| {
        let is_first = !request.uri().query().unwrap_or_default().contains("after=");
        pages += 1;
        let is_refused = refused(request) && (from == 0 || pages > from && !is_first);
        is_refused.then(|| reply(refusal.0, &[], refusal.1))
    });
    let mut event = event.clone();
    event["maxResults"] = calls.into();
    let mut ids = Vec::new();
    loop {
        let answer = world.ask(&event).await;
        if answer["isSuccess"] != true {
            let [code, message] = ["errorCode", "errorMessage"]
                .map(|name| answer["errorDetails"][name].as_str().unwrap());
            return (ids, users, Some(format!("{code}: {message}")));
        }
        for record in answer["records"].as_array().unwrap() {
            let record: Value = serde_json::from_str(record.as_str().unwrap()).unwrap();
            ids.push(record["id"].as_str().unwrap().to_owned());
        }
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => return (ids, users, None),
        }
    }
}

/// Checks that each optimisation has a way back without it: refused at the first page, or at a later one of the first
/// call, nothing is lost and nothing comes twice, with lanes and without.
#[tokio::test(start_paused = true)]
async fn every_optimisation_has_a_way_back() {
    for concurrency in ["1", "4"] {
        for filter in ["", "lastUpdated > 2000-01-01", "created > 2000-01-01"] {
            let mut context = context();
            context["connectorRuntimeSettings"]["maxConcurrentRequests"] = concurrency.into();
            let selected = ["id", "login"];
            let event = query(
                "User",
                &json!({
                    "connectorContext": context,
                    "filterExpression": filter,
                    "selectedFieldNames": selected,
                }),
            );
            for (name, refused) in optimisations() {
                for refusal in REFUSALS {
                    for from in [0, 2] {
                        let row = format!(
                            "{name} refused with {refusal:?} from {from} on, {filter:?}, {concurrency}"
                        );
                        let (ids, users, message) =
                            refused_from(&event, refused, refusal, from, 10_000).await;
                        // What failed may pass, and `search` may miss what `filter` shows.
                        if (name, refusal.0) == ("filter", 500) && filter.starts_with("lastUpdated")
                        {
                            assert!(message.unwrap().starts_with("ServerError: "), "{row}");
                            continue;
                        }
                        assert_eq!(message, None, "{row}");
                        assert_eq!(ids.len(), users, "{row}");
                        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), users, "{row}");
                    }
                }
            }
        }
    }
}

/// Checks the same at a later call, where the records that were delivered are not known any more: a flow that sorts
/// repeats nothing and says which setting stops the sorting, and any other goes on or says what Okta said.
#[tokio::test(start_paused = true)]
async fn at_a_later_call_nothing_is_repeated() {
    for concurrency in ["1", "4"] {
        let mut context = context();
        context["connectorRuntimeSettings"]["maxConcurrentRequests"] = concurrency.into();
        let event = query(
            "User",
            &json!({ "connectorContext": context, "selectedFieldNames": ["id", "login"] }),
        );
        for (name, refused) in optimisations() {
            for refusal in REFUSALS {
                let row = format!("{name} refused with {refusal:?}, {concurrency} at once");
                let (ids, users, message) = refused_from(&event, refused, refusal, 2, 200).await;
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{row}");
                match message {
                    None => assert_eq!(ids.len(), users, "{row}"),
                    Some(message) if concurrency == "4" && refusal.1.contains("E0000031") => {
                        assert!(message.contains("maxConcurrentRequests"), "{row}: {message}");
                    }
                    Some(message) => assert!(message.contains("Okta"), "{row}: {message}"),
                }
            }
        }
    }
}

/// Checks a first call that ends in the middle of the other way: the records that the first way had found come once,
/// though the other way lists them in another order.
#[tokio::test(start_paused = true)]
async fn what_another_way_finds_again_comes_once() {
    for filter in ["", "lastUpdated > 2000-01-01", "created > 2000-01-01"] {
        let event =
            query("User", &json!({ "filterExpression": filter, "selectedFieldNames": ["id"] }));
        for (name, refused) in optimisations() {
            for refusal in REFUSALS {
                let row = format!("{name} refused with {refusal:?}, {filter:?}");
                let (ids, users, message) = refused_from(&event, refused, refusal, 1, 300).await;
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{row}");
                assert!(message.is_some() || ids.len() == users, "{row}: {}", ids.len());
            }
        }
    }
}

/// Checks that what was found is handed out whatever Okta says next, and that a refusal which lasts ends the run with its
/// own message.
#[tokio::test(start_paused = true)]
async fn what_was_found_is_handed_out_before_a_lasting_refusal() {
    let rows = [
        (403, FORBIDDEN, "AccessDenied"),
        (
            401,
            r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided"}"#,
            "InvalidCredentials",
        ),
        (404, "<html>", "ClientError"),
        (503, "", "ServiceUnavailable"),
    ];
    let everything = |request: &http::Request<Bytes>| {
        request.uri().query().unwrap_or_default().contains("after=")
    };
    let event = query("User", &json!({ "selectedFieldNames": ["id"] }));
    for (status, body, code) in rows {
        let (ids, _, message) = refused_from(&event, everything, (status, body), 1, 10_000).await;
        let message = message.unwrap();
        assert!(message.starts_with(&format!("{code}: ")), "{status}: {message}");
        assert!(ids.len() >= 200, "{status}: {}", ids.len());
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{status}");
    }
}

/// Checks a listing of ever-new cursors and empty pages.
#[tokio::test(start_paused = true)]
async fn empty_pages_come_to_an_end() {
    let world = World::new(org());
    let mut pages = 0;
    world.meddle(move |_| {
        pages += 1;
        let link = format!(r#"<https://acme.okta.com/api/v1/users?after=c{pages}>; rel="next""#);
        Some(reply(200, &[("link", &link)], "[]"))
    });
    let event = query("User", &json!({ "selectedFieldNames": ["id"] }));
    let error = world.run(&event).await.unwrap_err();
    let message = error["errorMessage"].as_str().unwrap();
    assert_eq!(message, "Okta answered more than 100 pages in a row without any record");
}

/// Checks that ids are bounded, in a request and below a parent.
#[tokio::test(start_paused = true)]
async fn ids_are_bounded() {
    let world = World::new(Org::generate(5, 10));
    let ids: Vec<_> = (0..1_001).map(|n| format!("00u{n:017}")).collect();
    let event = json!({
        "type": "RetrieveDataRequest",
        "entityIdentifier": "User",
        "connectorContext": context(),
        "ids": ids,
    });
    let answer = world.ask(&event).await;
    let message = answer["errorDetails"]["errorMessage"].as_str().unwrap();
    assert_eq!(message, "The request names 1001 ids. Ask for 1000 at most");

    let links: Vec<_> =
        (0..100_001).map(|n| json!({ "appInstanceId": format!("0oa{n:017}") })).collect();
    let links = Bytes::from(Value::from(links).to_string());
    world.meddle(move |request| match request.uri().path() {
        "/api/v1/users/00u1/appLinks" => Some(reply(200, &[], links.clone())),
        "/api/v1/apps" => Some(Meddling::Answer(400, REFUSALS[0].1)),
        _ => None,
    });
    let event = query(
        "Application",
        &json!({ "filterExpression": "groupId = '00g1' and userId = '00u1'" }),
    );
    let error = world.run(&event).await.unwrap_err();
    let message = error["errorMessage"].as_str().unwrap();
    assert!(
        message.starts_with("A parent that the filter names has too many records"),
        "{message}"
    );
}
