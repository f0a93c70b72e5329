//! Each fault, as a caller meets it.

use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::{Effect, Fault, Mutation, When};

fn caller(faults: Vec<Fault>) -> Caller {
    let mut caller = Caller::new(Org::generate(1, 30));
    caller.simulator.set_faults(faults.into());
    caller
}

const FIRST: &str = "/api/v1/users?search=status pr&limit=10";

fn one(effect: Effect) -> Answer {
    caller(vec![Fault::always(effect)]).get(FIRST)
}

#[test]
fn faults_meet_the_calls_they_name() {
    let fails = Effect::status(503);
    let rows = [
        (Fault::always(fails.clone()), "xxxx"),
        (Fault::on_call(2, fails.clone()), ".x.."),
        (Fault { when: When::From(3), ..Fault::always(fails.clone()) }, "..xx"),
        (Fault::always(fails.clone()).to("/api/v1/groups"), "...."),
        (Fault::on_call(4, fails.clone()).to("/api/v1/users"), "...x"),
        (
            Fault { when: When::Chance { percent: 0, seed: 1 }, ..Fault::always(fails.clone()) },
            "....",
        ),
        (Fault { when: When::Chance { percent: 100, seed: 1 }, ..Fault::always(fails) }, "xxxx"),
    ];
    for (fault, expected) in rows {
        let mut caller = caller(vec![fault.clone()]);
        let outcomes = (0..4).map(|_| if caller.get(FIRST).status == 200 { '.' } else { 'x' });
        assert_eq!(outcomes.collect::<String>(), expected, "{fault:?}");
    }
}

#[test]
fn statuses() {
    let rows = [
        (429, "429 E0000047"),
        (500, "500 E0000009"),
        (503, "503 E0000010"),
        (401, "401 E0000011"),
    ];
    for (status, expected) in rows {
        assert_eq!(one(Effect::status(status)).outcome(), expected);
    }
    assert_eq!(one(Effect::status(429)).header("x-rate-limit-remaining"), "0");
    let own = one(Effect::Status {
        status: 502,
        body: Some("<html>".to_owned()),
        headers: vec![("retry-after".to_owned(), "7".to_owned())],
    });
    assert_eq!((own.status.as_u16(), &own.body[..]), (502, &b"<html>"[..]));
    assert_eq!(own.header("retry-after"), "7");
}

#[test]
fn the_log_names_the_faults_that_a_call_met() {
    let late = Fault::on_call(2, Effect::Delay(Duration::from_secs(1)));
    let mut caller = caller(vec![Fault::always(Effect::status(503)), late]);
    caller.get(FIRST);
    caller.get(FIRST);
    let met: Vec<_> = caller.simulator.requests().iter().map(|it| it.faults.clone()).collect();
    assert_eq!(met, [vec!["status 503"], vec!["status 503", "delay"]]);
}

#[test]
fn long_pages_time_out() {
    let mut caller = caller(vec![Fault::always(Effect::TimeOutAbove { limit: 25 })]);
    let rows = [
        ("/api/v1/users?limit=25", "200"),
        ("/api/v1/users?limit=26", "500 E0000009"),
        ("/api/v1/users", "500 E0000009"),
        ("/api/v1/users/me", "200"),
    ];
    for (target, expected) in rows {
        assert_eq!(caller.get(target).outcome(), expected, "{target}");
    }
}

#[test]
fn bodies() {
    let whole = caller(Vec::new()).get(FIRST).body;
    assert_eq!(one(Effect::TruncateBody { to: 5 }).body, whole[..5]);
    let malformed = one(Effect::MalformedJson);
    assert!(serde_json::from_slice::<Value>(&malformed.body).is_err());
    let page = one(Effect::WrongContentType);
    assert!(page.header("content-type").starts_with("text/html"));
}

#[test]
fn deliveries() {
    assert_eq!(one(Effect::Delay(Duration::from_secs(3))).delivery.delay, Duration::from_secs(3));
    assert_eq!(one(Effect::Cut { after: 9 }).delivery.cut_after, Some(9));
    assert_eq!(one(Effect::FoldedLinks).delivery, Delivery::default());
}

#[test]
fn headers() {
    let extra = Effect::ExtraHeader { name: "x-more".to_owned(), value: "1".to_owned() };
    assert_eq!(one(extra).header("x-more"), "1");
    let twice = one(Effect::DuplicateRateLimitHeaders);
    let shown: Vec<_> = twice.headers.get_all("x-rate-limit-limit").iter().collect();
    assert_eq!(shown, ["300000", "150000"]);
    let missing = one(Effect::MissingRateLimitHeaders);
    assert!(!missing.headers.contains_key("x-rate-limit-reset"));
    let skewed = one(Effect::SkewedDate(SignedDuration::from_secs(-61)));
    assert_eq!(skewed.header("date"), "Wed, 31 Dec 2025 23:58:59 GMT");
}

#[test]
fn links() {
    let foreign = one(Effect::ForeignNextLink { host: "evil.example:8443".to_owned() });
    assert!(
        foreign.link("next").unwrap().starts_with("https://evil.example:8443/api/v1/users?after=")
    );
    assert!(foreign.link("self").unwrap().starts_with(ORIGIN));
    let relative = one(Effect::RelativeNextLink);
    assert!(relative.link("next").unwrap().starts_with("/api/v1/users?after="));
    let folded = one(Effect::FoldedLinks);
    let lines: Vec<_> = folded.headers.get_all(header::LINK).iter().collect();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].to_str().unwrap().contains("; rel=\"self\", <https://"));
}

#[test]
fn cursors() {
    let mut repeats = caller(vec![Fault::on_call(2, Effect::RepeatedCursor)]);
    let second = repeats.get(FIRST).link("next").unwrap();
    assert_eq!(repeats.follow(&second).link("next").unwrap(), second);

    let mut expires = caller(vec![Fault::always(Effect::CursorExpired)]);
    let second = expires.get(FIRST).link("next").unwrap();
    assert_eq!(expires.follow(&second).outcome(), "400 E0000029");
}

#[test]
fn a_credential_is_revoked() {
    let mut caller = caller(vec![Fault::on_call(2, Effect::Revoke)]);
    let outcomes = [1, 2, 3].map(|_| caller.get(FIRST).outcome());
    assert_eq!(outcomes, ["200", "401 E0000011", "401 E0000011"]);
}

#[test]
fn the_org_changes_between_pages() {
    let counts = |mutation: Mutation| {
        let mut caller = caller(vec![Fault::always(Effect::Mutate(mutation))]);
        caller.get(FIRST);
        let org = caller.simulator.org();
        let touched = org.records(Collection::Users).filter(|user| {
            user["lastUpdated"].as_str().is_some_and(|time| time.starts_with("2026-01-01"))
        });
        (org.count(Collection::Users), touched.count())
    };
    assert_eq!(counts(Mutation::Touch(Collection::Users)), (30, 1));
    assert_eq!(counts(Mutation::Insert(Collection::Users)), (31, 1));
    assert_eq!(counts(Mutation::Remove(Collection::Users)), (29, 0));
}
