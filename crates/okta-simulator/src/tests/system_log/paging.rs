//! Pages: bounded in both orders, polled without an end, late events, bursts.

use std::collections::BTreeSet;

use super::*;
use crate::{Effect, Fault};

const DAY: &str = "since=2025-12-31T00:00:00Z&until=2026-01-01T00:00:00.001Z";

fn query_of(url: &str) -> Vec<&str> {
    url.split_once('?').unwrap().1.split('&').collect()
}

#[test]
fn the_link_of_a_bounded_query_moves_a_bound() {
    let published =
        ["2025-12-31T01:00:00.123Z", "2025-12-31T02:00:00.000Z", "2025-12-31T03:00:00.000Z"];
    let rows = [
        ("ASCENDING", "since=2025-12-31T01%3A00%3A00.123Z", "until=2026-01-01T00%3A00%3A00.001Z"),
        ("DESCENDING", "since=2025-12-31T00%3A00%3A00Z", "until=2025-12-31T03%3A00%3A00.000Z"),
    ];
    for (order, since, until) in rows {
        let mut caller = caller_of(&published);
        let query = format!("/api/v1/logs?{DAY}&sortOrder={order}&limit=1&q=2025");
        let answer = caller.get(&query);
        let own = answer.link("self").unwrap();
        let own = query_of(&own);
        assert!(own.contains(&"since=2025-12-31T00%3A00%3A00Z"), "{own:?}");
        let next = answer.link("next").unwrap();
        let next = query_of(&next);
        let (after, rest) = next.split_first().unwrap();
        assert_eq!(after.len(), "after=".len() + 36, "{after}");
        let order = format!("sortOrder={order}");
        assert_eq!(rest, ["limit=1", "q=2025", since, &order, until]);
    }
}

#[test]
fn a_cursor_is_nothing_without_its_bound() {
    let published = ["2025-12-31T01:00:00.123Z", "2025-12-31T02:00:00.000Z"];
    for order in ["ASCENDING", "DESCENDING"] {
        let mut caller = caller_of(&published);
        let query = format!("/api/v1/logs?{DAY}&limit=1&sortOrder={order}");
        let next = caller.get(&query).link("next").unwrap();
        let after = query_of(&next)[0].to_owned();
        assert_eq!(caller.get(&format!("{query}&{after}")).outcome(), "400 E0000031");
        assert_eq!(caller.follow(&next).uuids().len(), 1);
    }
}

#[test]
fn every_page_size_gives_the_same_events() {
    for sparse in [false, true] {
        let mut caller = caller_of_random(150);
        caller.simulator.set_sparse_pages(sparse);
        let expected = uuids(caller.log().visible(NOW));
        assert!((100..150).contains(&expected.len()), "{}", expected.len());
        for limit in [1, 2, 7, 1_000] {
            for bounds in [DAY, "until=2026-01-01T00:00:00.001Z"] {
                let query = format!("{bounds}&limit={limit}");
                assert_eq!(caller.logged(&query), expected, "{query}");
            }
            for bounds in [DAY, "until="] {
                let query = format!("{bounds}&limit={limit}&sortOrder=DESCENDING");
                let mut descending = caller.logged(&query);
                descending.reverse();
                assert_eq!(descending, expected, "{query}");
            }
        }
    }
}

#[test]
fn a_page_that_stays_empty_loses_nothing() {
    let last = "sortOrder=DESCENDING&since=2025-12-31T00:00:00Z&until=9999-12-30T22:00:00.999Z";
    let queries = [DAY, "sortOrder=DESCENDING", last, "since=2025-12-31T00:00:00Z"];
    for (query, call) in queries.into_iter().flat_map(|query| [(query, 1), (query, 2)]) {
        let mut caller = caller_of_random(20);
        caller.simulator.set_log_until_included(true);
        let stalled = Fault::on_call(call, Effect::EmptyPage);
        caller.simulator.set_faults(vec![stalled].into());
        let mut answer = caller.get(&format!("/api/v1/logs?{query}&limit=8"));
        let mut found = answer.uuids();
        for _ in 0..3 {
            let Some(next) = answer.link("next") else { break };
            answer = caller.follow(&next);
            found.extend(answer.uuids());
        }
        let found: BTreeSet<_> = found.into_iter().collect();
        assert_eq!(found, uuids(caller.log().visible(NOW)).into_iter().collect(), "{query}");
    }
}

#[test]
fn polling_never_ends() {
    let mut caller = caller_of(&["2025-12-31T23:00:00.000Z", "2025-12-31T23:00:00.000Z"]);
    let start = "since=2025-12-31T00%3A00%3A00Z";
    let first = caller.get(&format!("/api/v1/logs?{start}&limit=1&filter=uuid pr"));
    assert_eq!(first.uuids(), ["0"]);
    let next = first.link("next").unwrap();
    assert_eq!(query_of(&next), ["after=1767222000000_1", "filter=uuid+pr", "limit=1", start]);
    let second = caller.follow(&next);
    assert_eq!(second.uuids(), ["1"]);
    let last = caller.follow(&second.link("next").unwrap());
    assert!(last.uuids().is_empty());
    assert_eq!(last.link("next"), last.link("self"));
    caller.log().append(&json!({ "uuid": "2", "published": "2026-01-01T00:00:00.000Z" }));
    assert_eq!(caller.follow(&last.link("next").unwrap()).uuids(), ["2"]);
}

#[test]
fn polling_begins_a_week_ago() {
    let mut caller = caller_of(&["2025-12-24T23:59:59.999Z", "2025-12-25T00:00:00.000Z"]);
    assert_eq!(caller.get("/api/v1/logs").uuids(), ["1"]);
    let nothing = caller_of(&[]).get("/api/v1/logs?until=");
    assert!(nothing.link("next").unwrap().contains("after=1766620800000_0&limit=100"));
}

#[test]
fn a_late_event_is_missed_by_who_is_bounded_and_met_by_who_polls() {
    let mut caller = Caller::new(Org::default());
    let event = |uuid, published| json!({ "uuid": uuid, "published": published });
    caller.log().append(&event("early", "2025-12-31T23:59:00.000Z"));
    let late = event("late", "2025-12-31T23:58:00.000Z");
    caller.log().append_late(&late, Duration::from_secs(180));
    let poll = caller.get("/api/v1/logs?since=2025-12-31T00:00:00Z");
    assert_eq!(poll.uuids(), ["early"]);
    assert_eq!(caller.logged(DAY), ["early"]);
    assert_eq!(uuids(caller.log().visible(NOW)), ["early"]);

    caller.set_time(NOW + Duration::from_secs(60));
    assert_eq!(caller.follow(&poll.link("next").unwrap()).uuids(), ["late"]);
    assert_eq!(caller.logged(DAY), ["late", "early"]);
    assert_eq!(caller.get("/api/v1/logs").uuids(), ["early", "late"]);
}

#[test]
fn who_polls_meets_every_event_once() {
    let mut caller = caller_of_random(300);
    let mut met = Vec::new();
    let mut answer = caller.get("/api/v1/logs?since=2025-12-31T00:00:00Z&limit=7");
    for minute in 0..20 {
        caller.set_time(NOW + Duration::from_secs(60 * minute));
        while !answer.uuids().is_empty() {
            met.extend(answer.uuids());
            answer = caller.follow(&answer.link("next").unwrap());
        }
        answer = caller.follow(&answer.link("self").unwrap());
    }
    let now = caller.now;
    let all: BTreeSet<_> = uuids(caller.log().visible(now)).into_iter().collect();
    assert_eq!((met.len(), all.len()), (300, 300));
    assert_eq!(met.into_iter().collect::<BTreeSet<_>>(), all);
}

#[test]
fn a_burst_is_a_hundred_pages() {
    let mut caller = Caller::new(Org::generate(1, 10));
    let burst = RandomEvents {
        seed: 1,
        count: 100_000,
        from: NOW - Duration::from_secs(1),
        within: Duration::from_millis(999),
        lateness: Duration::ZERO,
        types: &["group.user_membership.add", "group.user_membership.remove"],
    };
    let org = caller.simulator.org().clone();
    caller.log().draw(&org, &burst);
    let mut pages = 0;
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut answer = caller.get(&format!("/api/v1/logs?{DAY}&limit=1000"));
    loop {
        pages += 1;
        // Reading so much JSON would take most of the time.
        let body = std::str::from_utf8(&answer.body).unwrap();
        found.extend(body.split("\"uuid\":\"").skip(1).map(|rest| rest[..36].to_owned()));
        let Some(next) = answer.link("next") else { break };
        answer = caller.follow(&next);
    }
    assert_eq!((pages, found.len()), (100, 100_000));
    // What the type alone leaves out costs next to nothing.
    assert!(caller.logged(&format!("{DAY}&filter=eventType eq \"x\"")).is_empty());
}
