//! The System Log: windows of time, late events, bursts, and records that are made of parts of events.

use crate::happenings::told;
use crate::support::{API_TOKEN, EPOCH, InterceptedOkta, Meddling, World, context, query};
use jiff::Timestamp;
use okta_connector::{Config, Offered};
use okta_connector_cli::{SimulatedSecrets, api_token_secret};
use okta_simulator::{Org, RandomEvents, RateLimits, Subscription, SystemLog};
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

const ENTITIES: [&str; 4] =
    ["SystemLogEvent", "Deletion", "GroupMembershipChange", "ApplicationAssignmentChange"];

const HOUR: i64 = 3_600;

const DAY: i64 = 24 * HOUR;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Makes a world with an empty log.
fn world() -> World {
    let world = World::new(Org::generate(3, 40));
    *world.simulator().system_log_mut() = SystemLog::default();
    world
}

fn draw(world: &World, events: &RandomEvents) {
    let mut simulator = world.simulator();
    let org = simulator.org().clone();
    simulator.system_log_mut().draw(&org, events);
}

fn events(seed: u64, count: u32, from: i64, within: i64) -> RandomEvents {
    let within = Duration::from_secs(within.unsigned_abs());
    let lateness = Duration::ZERO;
    RandomEvents { seed, count, from: at(from), within, lateness, types: &[] }
}

/// Makes a request of a flow that sets this overlap.
fn flow(entity: &str, filter: &str, overlap: &str, extra: &Value) -> Value {
    let mut context = context();
    context["connectorRuntimeSettings"]["logOverlapMinutes"] = overlap.into();
    let mut event = query(entity, extra);
    event["connectorContext"] = context;
    event["filterExpression"] = filter.into();
    event
}

/// Returns the texts that identify records, in order.
fn keys(records: &[Value]) -> Vec<String> {
    let key =
        |record: &Value| record.get("key").unwrap_or(&record["uuid"]).as_str().map(str::to_owned);
    let mut keys: Vec<_> = records.iter().map(|record| key(record).unwrap()).collect();
    keys.sort();
    keys
}

/// Returns the keys of what can be read now and was published from one second on, before another one.
fn told_between(world: &World, entity: &str, now: i64, from: i64, until: i64) -> Vec<String> {
    let simulator = world.simulator();
    let published =
        |event: &Value| event["published"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let inside = |event: &Value| (at(from)..at(until)).contains(&published(event));
    let events = simulator.system_log().visible(at(now)).filter(inside);
    keys(&events.flat_map(|event| told(entity, &event)).collect::<Vec<_>>())
}

/// Checks that no request lacks an end, without which Okta would wait for new events for ever.
fn check_bounds(world: &World) {
    let simulator = world.simulator();
    let of_log = simulator.requests().iter().filter(|request| request.path == "/api/v1/logs");
    let mut count = 0;
    for request in of_log {
        count += 1;
        for bound in ["since", "until"] {
            let bound = request.param(bound).unwrap_or_default();
            assert!(bound.parse::<Timestamp>().is_ok(), "{request:?}");
        }
        assert_eq!(request.param("sortOrder"), None);
    }
    assert!(count > 0);
}

#[tokio::test(start_paused = true)]
async fn every_form_of_a_window_means_the_same() {
    let world = world();
    draw(&world, &events(1, 900, EPOCH - 3 * DAY, 3 * DAY - HOUR));
    // 2025-12-30 and 2025-12-31.
    let (from, until) = (EPOCH - 2 * DAY, EPOCH - DAY);
    for entity in ENTITIES {
        let expected = told_between(&world, entity, EPOCH, from, until);
        assert!(expected.len() > 2, "{entity}");
        for filter in [
            "published >= 2025-12-30 and published < 2025-12-31",
            "published >= 2025-12-30T00:00:00Z and published < 2025-12-31T00:00:00.000Z",
            "published >= '2025-12-30T01:00:00+01:00' and not published >= '2025-12-31'",
            "published between 2025-12-30 and 2025-12-30T23:59:59.999Z",
            "published between 1767052800000 and 1767139199999",
            "published > 1767052799999 and published < 1767139200000",
            "(published > 2025-12-29T23:59:59.9999Z and published <= 2025-12-30T23:59:59.9999Z)",
        ] {
            let found = world.run(&flow(entity, filter, "0", &json!({}))).await;
            assert_eq!(keys(&found.unwrap()), expected, "{entity} {filter}");
        }
    }
    check_bounds(&world);
}

#[tokio::test(start_paused = true)]
async fn windows_without_events() {
    let world = world();
    draw(&world, &events(1, 50, EPOCH - DAY, DAY - HOUR));
    for entity in ENTITIES {
        for filter in [
            "published > 2026-03-01",
            "published between 2026-03-01 and 2026-03-02",
            "published > 2025-12-31 and published < 2025-12-30",
            "published >= 2025-12-31T05:00:00Z and published < 2025-12-31T05:00:00Z",
            "published between 2025-12-31T05:00:00.0001Z and 2025-12-31T05:00:00.0001Z",
            "published < null",
        ] {
            let found = world.run(&flow(entity, filter, "0", &json!({}))).await;
            assert_eq!(found, Ok(vec![]), "{entity} {filter}");
        }
    }
}

/// Checks that a success says that everything was seen: Okta answers a window that begins too early with nothing at all.
#[tokio::test(start_paused = true)]
async fn a_window_that_cannot_be_complete_fails() {
    let world = world();
    draw(&world, &events(1, 50, EPOCH - 40 * DAY, 39 * DAY));
    for entity in ENTITIES {
        for filter in [
            "published > 2025-09-01",
            "published between 2020-01-01 and 2025-12-31",
            "published < 2025-01-01",
            "published >= 1970-01-01",
        ] {
            let error = world.run(&flow(entity, filter, "10", &json!({}))).await.unwrap_err();
            assert_eq!(error["errorCode"], "InvalidArgument");
            let expected = "Okta keeps events for 90 days and has all of them from 2025-10-04 on. \
                            The filter asks for earlier ones. Let it begin then or later";
            assert_eq!(error["errorMessage"], expected, "{filter}");
        }
        // A new flow reaches back 30 days, and one without a window as far as Okta does.
        let expected = told_between(&world, entity, EPOCH, EPOCH - 30 * DAY, EPOCH);
        let month = flow(entity, "published >= 2025-12-02", "0", &json!({}));
        assert_eq!(keys(&world.run(&month).await.unwrap()), expected, "{entity}");
        let expected = told_between(&world, entity, EPOCH, EPOCH - 90 * DAY, EPOCH);
        let all = query(entity, &json!({}));
        assert_eq!(keys(&world.run(&all).await.unwrap()), expected, "{entity}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_overlap_is_a_setting_of_the_flow() {
    let world = world();
    draw(&world, &events(1, 400, EPOCH - 3 * DAY, 3 * DAY - HOUR));
    let filter = "published >= 2025-12-31 and published < 2025-12-31T06:00:00Z";
    for (overlap, minutes) in [("", 10), ("0", 0), (" 25 ", 25), ("1440", 1_440)] {
        let from = EPOCH - DAY - minutes * 60;
        for entity in ENTITIES {
            let expected = told_between(&world, entity, EPOCH, from, EPOCH - 18 * HOUR);
            let found = world.run(&flow(entity, filter, overlap, &json!({}))).await.unwrap();
            assert_eq!(keys(&found), expected, "{entity} {overlap}");
        }
    }
    for wrong in ["-1", "1441", "ten", "1.5"] {
        let error = world.run(&flow("Deletion", filter, wrong, &json!({}))).await.unwrap_err();
        let message =
            format!("logOverlapMinutes is {wrong} - it must be a whole number from 0 to 1440");
        assert_eq!(error["errorMessage"], message);
    }
}

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(EPOCH) };
}

/// Returns the time of day that this test's function knows.
fn now() -> u64 {
    NOW.get().unsigned_abs()
}

/// Checks hourly runs over events that come late: each has every event that had arrived, once, and together they have all.
#[tokio::test(start_paused = true)]
async fn late_events_are_met_by_the_overlap() {
    for seed in 0..6 {
        let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
        let okta = InterceptedOkta::new(Org::generate(3, 40));
        let config = Config { offered: Offered::everything(), ..Config::new(now, 1) };
        let world = World::with_config(okta, secrets, config);
        *world.simulator().system_log_mut() = SystemLog::default();
        let late = RandomEvents {
            lateness: Duration::from_secs(20 * 60),
            ..events(seed, 600, EPOCH, 6 * HOUR)
        };
        draw(&world, &late);
        let began = tokio::time::Instant::now();
        let entity = ENTITIES[usize::try_from(seed).unwrap() % ENTITIES.len()];
        let mut found = BTreeSet::new();
        for hour in 1..=8 {
            let now = EPOCH + hour * HOUR;
            let second = u64::try_from(hour * HOUR).unwrap();
            tokio::time::sleep_until(began + Duration::from_secs(second)).await;
            NOW.set(now);
            let (from, until) = (now - HOUR, now);
            let filter = format!("published >= {} and published < {}", at(from), at(until));
            let most = [1, 7, 1_000][usize::try_from(hour % 3).unwrap()];
            let run = flow(entity, &filter, "30", &json!({ "maxResults": most }));
            // Calls of a run take no time here, so that nothing arrives between them.
            let records = world.run(&run).await.unwrap();
            let expected = told_between(&world, entity, now, from - HOUR / 2, until);
            assert_eq!(keys(&records), expected, "{seed} {entity} {hour}");
            found.extend(keys(&records));
        }
        let all = told_between(&world, entity, EPOCH + 8 * HOUR, EPOCH, EPOCH + 8 * HOUR);
        assert_eq!(found, all.into_iter().collect(), "{seed} {entity}");
        check_bounds(&world);
    }
}

/// Runs a flow as AppFlow does, which comes again when it is told to; returns its records and calls.
async fn run_patiently(world: &World, event: &Value) -> (Vec<Value>, u32) {
    let mut event = event.clone();
    let (mut records, mut calls) = (Vec::new(), 0);
    loop {
        calls += 1;
        let answer = world.ask(&event).await;
        if answer["isSuccess"] != true {
            let details = &answer["errorDetails"];
            let seconds = details["retryAfterSeconds"].as_u64();
            let seconds = seconds.unwrap_or_else(|| panic!("{details}"));
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            continue;
        }
        let page = answer["records"].as_array().unwrap().iter();
        records.extend(
            page.map(|text| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap()),
        );
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => return (records, calls),
        }
    }
}

/// Checks a burst that is larger than what one call, or one minute, may read.
#[tokio::test(start_paused = true)]
async fn a_burst_of_100_000_events_in_a_second_is_complete() {
    let world = world();
    draw(&world, &events(1, 100_000, EPOCH - HOUR, 1));
    world.simulator().set_rate_limits(RateLimits {
        subscription: Subscription::Workforce,
        multiplier: 1,
        share_percent: 100,
        others_per_minute: 0,
        concurrency: 75,
    });
    world.simulator().set_latency(Duration::from_millis(200));
    world.simulator().keep_requests(1_000);
    let selected = json!({ "selectedFieldNames": ["uuid"] });
    let event = flow("SystemLogEvent", "published >= 2025-12-31", "10", &selected);
    let (records, calls) = run_patiently(&world, &event).await;
    let different: BTreeSet<_> = keys(&records).into_iter().collect();
    assert_eq!((records.len(), different.len()), (100_000, 100_000));
    let requests = world.simulator().requests().len();
    assert!((100..110).contains(&requests), "{requests} requests in {calls} calls");
    check_bounds(&world);
}

/// Checks that changes cost a request for a thousand of them, not one for each group.
#[tokio::test(start_paused = true)]
async fn ten_thousand_changes_take_ten_requests() {
    let world = world();
    for number in 0..10_000 {
        let event = membership(number, &[("User", "00uaaaaaaaaaaaaaaaa1"), ("UserGroup", "00g1")]);
        world.simulator().system_log_mut().append(&event);
    }
    let event = flow("GroupMembershipChange", "published >= 2025-12-31", "10", &json!({}));
    let (records, calls) = run_patiently(&world, &event).await;
    assert_eq!((records.len(), calls), (10_000, 10));
    assert_eq!(world.simulator().requests().len(), 10);
}

/// Makes an event about these targets.
fn membership(number: i64, targets: &[(&str, &str)]) -> Value {
    let targets: Vec<_> = targets
        .iter()
        .map(|(kind, id)| json!({ "type": kind, "id": id, "alternateId": "a", "displayName": "b" }))
        .collect();
    json!({
        "uuid": format!("event-{number}"),
        "published": at(EPOCH - HOUR + number / 10).to_string(),
        "eventType": "group.user_membership.add",
        "outcome": { "result": "SUCCESS" },
        "actor": { "id": "00u0", "type": "User" },
        "target": targets,
    })
}

/// Checks that a call may end in the middle of an event, wherever that is, and that LIMIT may.
#[tokio::test(start_paused = true)]
async fn one_event_gives_none_or_several_records() {
    let world = world();
    let targets: &[&[(&str, &str)]] = &[
        &[("User", "00u1"), ("User", "00u2"), ("UserGroup", "00g1"), ("User", "00u3")],
        &[],
        &[("User", "00u1")],
        &[("UserGroup", "00g1"), ("User", "00u1"), ("User", "00u1")],
        &[
            ("Gate", "gat1"),
            ("User", "00u4"),
            ("UserGroup", "00g1"),
            ("UserGroup", "00g2"),
            ("User", "00u5"),
        ],
        // Of a type that nobody knows, told by its id.
        &[("Person", "00u6"), ("UserGroup", "00g1")],
    ];
    for (number, targets) in (0..).zip(targets) {
        world.simulator().system_log_mut().append(&membership(number, targets));
    }
    for (number, odd) in (100..).zip([
        json!({ "target": null }),
        json!({ "target": [] }),
        json!({ "target": [null, "x", { "id": 7, "type": "User" }, { "type": "UserGroup" }] }),
        json!({ "outcome": { "result": "FAILURE" } }),
        json!({ "outcome": null }),
        json!({ "eventType": "group.user_membership.add.galore" }),
        json!({ "eventType": null }),
    ]) {
        let mut event = membership(number, &[("User", "00u1"), ("UserGroup", "00g1")]);
        for (name, value) in odd.as_object().unwrap() {
            event[name] = value.clone();
        }
        world.simulator().system_log_mut().append(&event);
    }
    let expected = [
        "event-0:00g1:00u1",
        "event-0:00g1:00u2",
        "event-0:00g1:00u3",
        "event-3:00g1:00u1",
        "event-4:00g1:00u4",
        "event-4:00g1:00u5",
        "event-4:00g2:00u4",
        "event-4:00g2:00u5",
        "event-5:00g1:00u6",
    ];
    for sparse in [false, true] {
        world.simulator().set_sparse_pages(sparse);
        for most in [1, 2, 3, 4, 100] {
            let extra = json!({ "maxResults": most });
            let event = flow("GroupMembershipChange", "published >= 2025-12-31", "10", &extra);
            assert_eq!(keys(&world.run(&event).await.unwrap()), expected, "{most}");
            for limit in 1..=10 {
                let filter = format!("published >= 2025-12-31 LIMIT {limit}");
                let event = flow("GroupMembershipChange", &filter, "10", &extra);
                let found = world.run(&event).await.unwrap();
                assert_eq!(keys(&found), expected[..limit.min(9)], "{most} {limit}");
            }
        }
    }
    let one = json!({
        "type": "RetrieveDataRequest",
        "entityIdentifier": "GroupMembershipChange",
        "connectorContext": context(),
        "ids": ["event-4:00g2:00u4", "event-9", "event-4:00g2:00u1"],
        "selectedFieldNames": ["key", "change", "groupName", "login", "published"],
    });
    let answer = world.ask(&one).await;
    let found: Value = serde_json::from_str(answer["records"][0].as_str().unwrap()).unwrap();
    let expected = json!({
        "key": "event-4:00g2:00u4",
        "change": "ADDED",
        "groupName": "b",
        "login": "a",
        "published": "2025-12-31T23:00:00Z",
    });
    assert_eq!((found, answer["records"].as_array().unwrap().len()), (expected, 1));
}

/// Checks that a filter which Okta refuses is evaluated here, in the same window.
#[tokio::test(start_paused = true)]
async fn a_refused_filter_is_evaluated_here() {
    const REFUSAL: &str = r#"{"errorCode":"E0000053","errorSummary":"Invalid filter."}"#;
    let world = world();
    draw(&world, &events(1, 2_500, EPOCH - 3 * DAY, 3 * DAY - HOUR));
    let filters = [
        ("SystemLogEvent", "eventType = 'user.session.start' and published >= 2025-12-30"),
        ("SystemLogEvent", "outcomeResult != 'SUCCESS' and published >= 2025-12-30"),
        ("Deletion", "objectType = 'User' and published >= 2025-12-30"),
        ("GroupMembershipChange", "change = 'REMOVED'"),
        ("ApplicationAssignmentChange", "assigneeType = 'GROUP'"),
    ];
    let mut expected = Vec::new();
    for (entity, filter) in filters {
        let found = world.run(&flow(entity, filter, "0", &json!({}))).await.unwrap();
        assert!(!found.is_empty(), "{entity} {filter}");
        expected.push(keys(&found));
    }
    world.meddle(|request| {
        let query = request.uri().query().unwrap_or_default();
        query.contains("filter=").then_some(Meddling::Answer(400, REFUSAL))
    });
    for ((entity, filter), expected) in filters.into_iter().zip(expected) {
        for most in [7, 1_000] {
            let event = flow(entity, filter, "0", &json!({ "maxResults": most }));
            assert_eq!(keys(&world.run(&event).await.unwrap()), expected, "{entity} {filter}");
        }
    }
    check_bounds(&world);
}

/// Checks that only those events travel that a question is about.
#[tokio::test(start_paused = true)]
async fn filter_names_what_okta_documents() {
    let world = world();
    let rows = [
        (
            "SystemLogEvent",
            "eventType = 'a,b' and actorId = '00u1' and published > 2025-12-31",
            r#"(eventType eq "a" or eventType eq "b") and actor.id eq "00u1""#,
        ),
        (
            "SystemLogEvent",
            "targetUserId = '00u1' and outcomeResult = 'SUCCESS'",
            r#"target.id eq "00u1" and outcome.result eq "SUCCESS""#,
        ),
        ("SystemLogEvent", "published > 2025-12-31", ""),
        (
            "GroupMembershipChange",
            "change = 'ADDED' and groupId = '00g1'",
            r#"outcome.result eq "SUCCESS" and eventType eq "group.user_membership.add" and target.id eq "00g1""#,
        ),
        (
            "Deletion",
            "objectType = 'GroupMember'",
            r#"outcome.result eq "SUCCESS" and eventType eq "group.user_membership.remove""#,
        ),
        ("Deletion", "key = 'x:y'", "uuid eq \"x\""),
    ];
    for (entity, filter, expected) in rows {
        world.simulator().clear_requests();
        world.run(&flow(entity, filter, "0", &json!({}))).await.unwrap();
        let simulator = world.simulator();
        let [request] = simulator.requests() else { panic!("{:?}", simulator.requests()) };
        let sent = request.param("filter").unwrap_or_default();
        assert!(sent == expected || !expected.is_empty() && sent.ends_with(expected), "{sent}");
        assert_eq!(request.param("limit"), Some("1000"));
    }
    for nothing in ["objectType = 'Nobody'", "key = 'x'", "eventType = 'user.session.start'"] {
        world.simulator().clear_requests();
        assert_eq!(world.run(&flow("Deletion", nothing, "0", &json!({}))).await, Ok(vec![]));
        assert!(world.simulator().requests().is_empty(), "{nothing}");
    }
}
