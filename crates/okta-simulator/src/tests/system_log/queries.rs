//! Checks queries: bounds, filters, keywords, and who may ask.

use super::*;

#[test]
fn bounds_choose_by_publication() {
    let published = [
        "2025-12-31T00:00:00.000Z",
        "2025-12-31T00:00:00.001Z",
        "2025-12-31T12:00:00.000Z",
        "2026-01-01T00:00:00.000Z",
    ];
    let rows = [
        ("since=2025-12-30T00:00:00Z&until=2026-01-02T00:00:00Z", "0123"),
        ("since=2025-12-31T00:00:00.001Z&until=2025-12-31T12:00:00Z", "1"),
        ("since=2025-12-31T00:00:00.0005Z&until=2025-12-31T12:00:00.0005Z", "12"),
        ("since=2025-12-31T02:00:00%2B01:00&until=2025-12-31T12:00:00.001Z", "2"),
        ("until=2025-12-31T12:00:00Z", "01"),
        ("sortOrder=DESCENDING", "3210"),
        ("sortOrder=DESCENDING&until=", "3210"),
        ("sortOrder=ASCENDING&until=2026-01-01T00:00:00.001Z&since=", "0123"),
        ("since=2025-12-31T12:00:00Z&until=2025-12-31T12:00:00Z", ""),
        ("since=2025-12-31T12:00:00Z&until=2025-12-31T00:00:00Z", ""),
        ("since=2027-01-01T00:00:00Z&until=2027-01-02T00:00:00Z", ""),
        ("since=9999-12-30T22:00:00.999999999Z&until=9999-12-30T22:00:00.999999999Z", ""),
        ("sortOrder=DESCENDING&limit=0", ""),
    ];
    for (query, expected) in rows {
        assert_eq!(caller_of(&published).logged(query).concat(), expected, "{query}");
    }
    let mut caller = caller_of(&published);
    caller.simulator.set_log_until_included(true);
    let query = "since=2025-12-31T00:00:00.001Z&until=2025-12-31T12:00:00Z";
    assert_eq!(caller.logged(query).concat(), "12");
    assert_eq!(caller.logged(&format!("{query}&sortOrder=DESCENDING&limit=1")).concat(), "21");
}

#[test]
fn what_is_old_is_gone_in_silence_and_then_refused() {
    let mut caller = caller_of(&["2025-10-03T00:00:00.000Z", "2025-10-02T23:59:59.999Z"]);
    let rows = [
        ("since=2025-07-05T00:00:00Z&until=2025-12-01T00:00:00Z", "200", "0"),
        ("since=2025-07-05T00:00:00Z&until=2025-10-03T00:00:00Z", "200", ""),
        ("since=2025-07-04T23:59:59.999Z&until=2025-12-01T00:00:00Z", "400 E0000053", ""),
        ("since=2025-07-04T23:59:59.999Z", "400 E0000053", ""),
        ("until=2025-07-11T23:59:59Z", "400 E0000053", ""),
    ];
    for (query, outcome, expected) in rows {
        let answer = caller.get(&format!("/api/v1/logs?{query}"));
        assert_eq!(answer.outcome(), outcome, "{query}");
        if outcome == "200" {
            assert_eq!(answer.uuids().concat(), expected, "{query}");
        }
    }
    assert_eq!(uuids(caller.log().visible(NOW)), ["0"]);
    let later = NOW + Duration::from_millis(1);
    assert_eq!(caller.log().visible(later).count(), 0);
}

#[test]
fn refusals() {
    let long = format!("q={}", "x".repeat(41));
    let many = format!("q={}", ["x"; 11].join(" "));
    let rows = [
        ("since=2026-01-01", "400 E0000001"),
        ("until=2026-01-01", "400 E0000001"),
        ("since=yesterday", "400 E0000001"),
        ("since=9999-12-31T23:59:59Z", "400 E0000001"),
        ("since=-009999-01-02T01:59:59Z", "400 E0000001"),
        ("since=0000-01-01T00:00:00Z", "400 E0000053"),
        ("since=1767225600000", "400 E0000001"),
        ("since=2026-02-30T00:00:00Z", "400 E0000001"),
        ("limit=1001", "400 E0000001"),
        ("limit=-1", "400 E0000001"),
        ("limit=", "400 E0000001"),
        ("sortOrder=desc", "400 E0000001"),
        ("after=forged", "400 E0000031"),
        ("after=1767225600000_0&sortOrder=DESCENDING", "400 E0000031"),
        ("after=d492324b-fb8f-4a5f-a40b-0a3a8ecb1f6c&until=2026-01-01T00:00:00Z", "400 E0000031"),
        ("search=eventType eq \"x\"", "400 E0000031"),
        ("filter=published gt \"2026-01-01T00:00:00.000Z\"", "400 E0000053"),
        ("filter=colour eq \"x\"", "400 E0000053"),
        ("filter=target.changeDetails.from eq \"x\"", "400 E0000053"),
        ("filter=debugContext.debugData. eq \"x\"", "400 E0000053"),
        ("filter=eventType like \"x\"", "400 E0000053"),
        ("filter=eventType eq x", "400 E0000053"),
        ("filter=eventType eq 1", "400 E0000053"),
        ("filter=securityContext.isProxy gt true", "400 E0000053"),
        ("filter=securityContext.asNumber sw 1", "400 E0000053"),
        ("filter=not (eventType eq \"x\")", "400 E0000053"),
        ("filter=debugContext.debugData.url co \"x\"", "400 E0000031"),
        ("filter=debugContext.debugData.requestUri co \"x\"", "400 E0000031"),
        (&long, "400 E0000001"),
        (&many, "400 E0000001"),
    ];
    for (query, expected) in rows {
        let answer = caller_of(&[]).get(&format!("/api/v1/logs?{query}"));
        assert_eq!(answer.outcome(), expected, "{query}");
    }
}

#[test]
fn a_refusal_says_which_field() {
    let answer = caller_of(&[]).get("/api/v1/logs?filter=colour eq \"x\"");
    assert_eq!(answer.json()["errorCauses"][0]["errorSummary"], "field is not valid: colour");
}

fn events() -> Caller {
    let mut caller = Caller::new(Org::default());
    let events = [
        json!({"eventType": "user.session.start", "target": null,
            "securityContext": {"isProxy": true, "asNumber": 64500}}),
        json!({"eventType": "group.user_membership.remove",
            "target": [{"id": "00u1", "type": "User"}, {"id": "00g1", "type": "UserGroup"}],
            "outcome": {"result": "SUCCESS"}}),
        json!({"eventType": "user.lifecycle.delete.completed",
            "target": [{"id": "00u2", "type": "User", "displayName": "Zoë \"Z\" Smith"}],
            "outcome": {"result": "FAILURE", "reason": ""},
            "debugContext": {"debugData": {"url": "/a?b", "dotted.name": "x"}}}),
    ];
    for (index, mut event) in events.into_iter().enumerate() {
        event["uuid"] = index.to_string().into();
        event["published"] = "2025-12-31T00:00:00.000Z".into();
        caller.log().append(&event);
    }
    caller
}

#[test]
fn filters_match() {
    let rows = [
        ("eventType eq \"user.session.start\"", "0"),
        ("eventType eq \"USER.session.start\"", ""),
        ("eventType eq \"a\" or eventType sw \"user.\"", "02"),
        ("eventType ew \".remove\"", "1"),
        ("eventType co \"session\"", "0"),
        ("eventType ne \"user.session.start\"", "12"),
        ("target.id eq \"00u1\"", "1"),
        ("target.id eq \"00g1\" and target.type eq \"User\"", "1"),
        ("target.type pr", "12"),
        ("target.id ne \"00u1\"", "12"),
        ("target.displayName co \"\\\"Z\\\"\"", "2"),
        ("outcome.result eq \"SUCCESS\"", "1"),
        ("outcome.reason pr", ""),
        ("eventType ge \"user.l\" and eventType lt \"user.m\"", "2"),
        ("securityContext.isProxy eq true", "0"),
        ("securityContext.asNumber gt 64499", "0"),
        ("debugContext.debugData.url sw \"/a\"", "2"),
        ("debugContext.debugData.dotted.name eq \"x\"", "2"),
        ("(eventType pr) and (outcome.result pr or target.id pr)", "12"),
    ];
    for (filter, expected) in rows {
        let query = format!("until=2026-01-01T00:00:00Z&filter={filter}");
        assert_eq!(events().logged(&query).concat(), expected, "{filter}");
    }
}

#[test]
fn keywords_match_all_together() {
    let rows = [
        ("", "012"),
        ("SMITH", "2"),
        ("zoë smith", "2"),
        ("00u1 00g1", "1"),
        ("00u1 00u2", ""),
        ("user", "012"),
    ];
    for (q, expected) in rows {
        let query = format!("until=2026-01-01T00:00:00Z&q={q}");
        assert_eq!(events().logged(&query).concat(), expected, "{q}");
    }
}

#[test]
fn a_caller_needs_the_scope_and_the_role() {
    let mut caller = caller_of(&["2025-12-31T00:00:00.000Z"]);
    caller.simulator.accept_bearer_token("other", &["okta.users.read"]);
    caller.simulator.accept_bearer_token("logs", &["okta.logs.read"]);
    let get = |caller: &mut Caller, token: &str| {
        let request = http::Request::get(format!("{ORIGIN}/api/v1/logs"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        caller.send(request.body(Bytes::new()).unwrap())
    };
    let refused = get(&mut caller, "other");
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("scope=\"okta.logs.read\""), "{challenge}");
    assert_eq!(get(&mut caller, "logs").uuids(), ["0"]);
    caller.simulator.take_role("logs");
    assert_eq!(get(&mut caller, "logs").outcome(), "403 E0000006");
    caller.simulator.forbid("token", Collection::SystemLog);
    assert_eq!(caller.get("/api/v1/logs").outcome(), "403 E0000006");
    assert_eq!(caller.get("/api/v1/users").outcome(), "200");
}
