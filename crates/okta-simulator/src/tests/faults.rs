//! Each fault, as a caller meets it.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use super::*;
use crate::{ApiError, Effect, Fault, Mutation, Part, When};

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
    let between = |first, last| Fault {
        when: When::Between { first, last },
        ..Fault::always(Effect::status(503))
    };
    let every = |n| Fault { when: When::Every(n), ..Fault::always(Effect::status(503)) };
    let rows = [
        (Fault::always(fails.clone()), "xxxx"),
        (Fault::on_call(2, fails.clone()), ".x.."),
        (Fault { when: When::From(3), ..Fault::always(fails.clone()) }, "..xx"),
        (between(2, 3), ".xx."),
        (between(3, 2), "...."),
        (every(2), ".x.x"),
        (every(0), "...."),
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
fn faults_meet_the_calls_that_carry_a_part() {
    let sorted = Part::Parameter("sortBy");
    let after = Part::Parameter("after");
    let range = Part::Text { parameter: "search", text: "created ge" };
    let rows: [(&[Part], &str); 8] = [
        (&[], "xxxxx"),
        (&[after], "..x.."),
        (&[sorted], "..xx."),
        (&[sorted, after], "..x.."),
        (&[range], "...x."),
        (&[Part::Parameter("fields")], ".x..."),
        (&[Part::Parameter("filter")], "....."),
        (&[Part::Omissions], "....x"),
    ];
    let second = caller(Vec::new()).get("/api/v1/users?search=status pr&sortBy=created&limit=10");
    let second = second.link("next").unwrap();
    for (parts, expected) in rows {
        let fault = Fault::always(Effect::status(500));
        let fault = parts.iter().fold(fault, |fault, &part| fault.carrying(part));
        let mut caller = caller(vec![fault]);
        let omitting = "application/json; okta-response=omitCredentials";
        let answers = [
            caller.get(FIRST),
            caller.get("/api/v1/users?search=status pr&fields=id"),
            caller.follow(&second),
            caller
                .get("/api/v1/users?search=created ge \"2024-01-01T00:00:00.000Z\"&sortBy=created"),
            caller.get_with("/api/v1/users", omitting),
        ];
        let outcomes = answers.map(|answer| if answer.status == 200 { '.' } else { 'x' });
        assert_eq!(outcomes.iter().collect::<String>(), expected, "{parts:?}");
    }
}

#[test]
fn a_part_counts_its_own_calls() {
    let mut caller = caller(vec![
        Fault::on_call(2, Effect::Error(ApiError::InvalidCursor))
            .carrying(Part::Parameter("after")),
    ]);
    let second = caller.get(FIRST).link("next").unwrap();
    let outcomes = [1, 2, 3].map(|_| caller.follow(&second).outcome());
    assert_eq!(outcomes, ["200", "400 E0000031", "200"]);
}

#[test]
fn errors() {
    let rows = [
        (ApiError::InvalidParameter, "400 E0000001"),
        (ApiError::UnsupportedMediaType, "400 E0000021"),
        (ApiError::InvalidSearch, "400 E0000031"),
        (ApiError::InvalidCursor, "400 E0000031"),
        (ApiError::InvalidToken, "401 E0000011"),
        (ApiError::InvalidSession, "403 E0000005"),
        (ApiError::NoPermission, "403 E0000006"),
        (ApiError::NotFound, "404 E0000007"),
        (ApiError::SchemaChanging, "409 E0000145"),
        (ApiError::Locked, "423 E0000239"),
    ];
    for (error, expected) in rows {
        assert_eq!(one(Effect::Error(error)).outcome(), expected);
    }
    let cursor = one(Effect::Error(ApiError::InvalidCursor)).json();
    assert_eq!(cursor["errorCauses"][0]["errorSummary"], "Invalid cursor.");
}

#[test]
fn an_object_may_be_missing_for_a_moment() {
    let mut caller =
        caller(vec![Fault::on_call(1, Effect::Error(ApiError::NotFound)).to("/api/v1/users/")]);
    let id = caller.get(FIRST).ids().remove(0);
    let outcomes = [1, 2].map(|_| caller.get(&format!("/api/v1/users/{id}")).outcome());
    assert_eq!(outcomes, ["404 E0000007", "200"]);
}

#[test]
fn answers_that_look_like_something_else() {
    let failure = one(Effect::status(200));
    assert_eq!((failure.status.as_u16(), failure.link("next")), (200, None));
    assert_eq!(failure.json()["errorCode"], "E0000009");
    assert_eq!(one(Effect::body(200, "{}")).json(), json!({}));
    let page = one(Effect::web_page(404));
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (404, "text/html; charset=utf-8")
    );
    let redirect = one(Effect::redirect("https://acme.okta-emea.com/"));
    assert_eq!((redirect.status.as_u16(), redirect.body.len()), (302, 0));
    assert_eq!(redirect.header("location"), "https://acme.okta-emea.com/");
}

#[test]
fn a_limit_may_say_no_more_than_when() {
    let seconds = Effect::Status {
        status: 429,
        body: None,
        headers: vec![("retry-after".to_owned(), "2".to_owned())],
    };
    let mut caller =
        caller(vec![Fault::always(seconds), Fault::always(Effect::MissingRateLimitHeaders)]);
    let answer = caller.get(FIRST);
    assert_eq!((answer.outcome().as_str(), answer.header("retry-after")), ("429 E0000047", "2"));
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("x-rate-limit")));
}

#[test]
fn members_of_another_type() {
    let mut caller = caller(vec![
        Fault::always(Effect::Error(ApiError::NoPermission)),
        Fault::always(Effect::Member { name: "errorCauses", value: json!(["x"]) }),
        Fault::always(Effect::Member { name: "errorSummary", value: json!({}) }),
    ]);
    let error = caller.get(FIRST).json();
    assert_eq!(error["errorCode"], "E0000006");
    assert_eq!((&error["errorCauses"][0], &error["errorSummary"]), (&"x".into(), &json!({})));
    // A page is a list, which has no members.
    let page = one(Effect::Member { name: "errorCode", value: 7.into() });
    assert_eq!(page.ids().len(), 10);
}

#[test]
fn a_text_may_become_what_is_none() {
    let mut caller = caller(vec![Fault::always(Effect::Replace { text: "é", with: r"\ud83d" })]);
    caller.simulator.org_mut().rewrite(Collection::Users, "/profile/city", |_| "Orléans".into());
    let body = caller.get(FIRST).body;
    assert!(std::str::from_utf8(&body).unwrap().contains(r#""Orl\ud83dans""#));
    assert!(serde_json::from_slice::<Value>(&body).is_err());
}

#[test]
fn padding_makes_long_pages_too_large() {
    const MIB: usize = 1024 * 1024;
    let mut caller = Caller::new(Org::generate(1, 200));
    let whole = caller.ids("/api/v1/users?limit=200");
    caller.simulator.set_faults(vec![Fault::always(Effect::Pad { bytes: 45_000 })].into());
    let long = caller.get("/api/v1/users?limit=200");
    assert!(long.body.len() > 8 * MIB, "{}", long.body.len());
    assert_eq!(long.ids(), whole);
    assert!(caller.get("/api/v1/users?limit=25").body.len() < 2 * MIB);
    assert!(caller.get(&format!("/api/v1/users/{}", whole[0])).body.len() < MIB);
}

#[test]
fn an_endless_listing_never_repeats_a_cursor_and_loses_nothing() {
    for target in [FIRST, "/api/v1/users?search=status pr&sortBy=created&limit=10"] {
        let mut caller = caller(Vec::new());
        let whole = caller.ids(target);
        caller.simulator.set_faults(vec![Fault::from_call(2, Effect::EmptyPage)].into());
        let first = caller.get(target);
        let (mut found, mut next) = (first.ids(), first.link("next").unwrap());
        let mut cursors = std::collections::BTreeSet::new();
        for _ in 0..50 {
            assert!(cursors.insert(next.clone()), "{next}");
            let page = caller.follow(&next);
            assert!(page.ids().is_empty());
            next = page.link("next").unwrap();
        }
        caller.simulator.set_faults(Vec::new().into());
        loop {
            let page = caller.follow(&next);
            found.extend(page.ids());
            match page.link("next") {
                Some(link) => next = link,
                None => break,
            }
        }
        assert_eq!(found, whole);
    }
}

#[test]
fn statuses() {
    let rows = [
        (429, "429 E0000047"),
        (500, "500 E0000009"),
        (503, "503 E0000010"),
        (401, "401 E0000011"),
        (404, "404 E0000008"),
        (408, "408 E0000009"),
        (409, "409 E0000145"),
        (423, "423 E0000239"),
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
    let beside =
        one(Effect::ExtraHeader { name: "link".to_owned(), value: "<:\\ no link".to_owned() });
    assert_eq!(beside.headers.get_all(header::LINK).iter().count(), 3);
    assert!(beside.link("next").is_some());
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
