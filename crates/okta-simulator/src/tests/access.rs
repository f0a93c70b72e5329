//! Roles that leave something out, and orgs that answer nobody.

use jiff::{SignedDuration, Timestamp};

use super::service::{CLIENT, Service};
use super::*;

#[test]
fn an_api_token_dies_of_thirty_days_without_use() {
    let month = 30 * 24;
    let mut caller = Caller::new(Org::generate(1, 5));
    // What was never used is as good as new.
    for (hours, expected) in [
        (2 * month, "200"),
        (month - 1, "200"),
        (month - 1, "200"),
        (month, "401 E0000011"),
        (0, "401 E0000011"),
    ] {
        let now = caller.now;
        caller.set_time(now + SignedDuration::from_hours(hours));
        assert_eq!(caller.get("/api/v1/users").outcome(), expected, "{hours}");
    }
    caller.simulator.accept_api_token("token");
    assert_eq!(caller.get("/api/v1/users").outcome(), "200");
}

#[test]
fn a_bearer_token_expires_when_it_is_told_to() {
    const EXPIRED: &str = "401 Bearer invalid_token: The token has expired.";
    let mut service = Service::new();
    service.caller.simulator.accept_bearer_token("reader", &["okta.users.read"]);
    let call =
        |service: &mut Service| service.call_with_bearer("/api/v1/users", "reader").challenge();
    service.wait(24 * 365);
    assert_eq!(call(&mut service), "200");
    let now = service.caller.now;
    service.caller.simulator.expire_bearer_token("reader", now + SignedDuration::from_secs(1));
    assert_eq!(call(&mut service), "200");
    service.wait(1);
    assert_eq!(call(&mut service), EXPIRED);

    service.caller.simulator.accept_bearer_token("reader", &["okta.users.read"]);
    assert_eq!(call(&mut service), "200");
    service.caller.simulator.expire_bearer_token("reader", Timestamp::MIN);
    assert_eq!(call(&mut service), EXPIRED);

    service.caller.simulator.expire_bearer_token("nobody", Timestamp::MAX);
    let unknown = service.call_with_bearer("/api/v1/users", "nobody").challenge();
    assert_eq!(unknown, "401 Bearer invalid_token: The access token is invalid.");
}

#[test]
fn a_role_may_leave_out_a_collection() {
    let mut caller = Caller::new(Org::generate(1, 5));
    caller.simulator.accept_api_token("other");
    caller.simulator.forbid("token", Collection::Apps);
    caller.simulator.forbid("token", Collection::UserSchemas);
    let rows = [
        ("/api/v1/users", "200"),
        ("/api/v1/groups", "200"),
        ("/api/v1/apps", "403 E0000006"),
        ("/api/v1/apps/0oa0", "403 E0000006"),
        ("/api/v1/meta/types/user", "200"),
        ("/api/v1/meta/schemas/user/default", "403 E0000006"),
        ("/api/v1/meta/schemas/group/default", "200"),
    ];
    for (path, expected) in rows {
        let answer = caller.get(path);
        assert_eq!(answer.outcome(), expected, "{path}");
        assert!(answer.headers.contains_key("x-rate-limit-limit"), "{path}");
    }
}

#[test]
fn a_role_holds_for_all_tokens_of_a_service_app() {
    let mut service = Service::new();
    let token = service.bearer_token();
    service.caller.simulator.forbid(CLIENT, Collection::Users);
    for token in [token, service.bearer_token()] {
        let answer = service.call_with_bearer("/api/v1/users", &token);
        assert_eq!(answer.outcome(), "403 E0000006");
        assert!(!answer.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    assert_eq!(service.caller.get("/api/v1/users").outcome(), "200");
}

#[test]
fn an_org_that_is_gone_answers_with_a_page() {
    let mut service = Service::new();
    service.caller.simulator.set_org_active(false);
    let request = service.request();
    let paths = ["/api/v1/users", "/nowhere"];
    let mut answers: Vec<_> = paths.map(|path| service.caller.get(path)).into();
    answers.push(service.send(&request));
    for answer in answers {
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.body.starts_with(b"<!DOCTYPE html>"));
        assert!(!answer.headers.contains_key("x-rate-limit-limit"));
    }
    service.caller.simulator.set_org_active(true);
    assert_eq!(service.send(&request).oauth(), "200");
}

#[test]
fn calls_from_outside_the_network_zones() {
    let mut service = Service::new();
    let token = service.bearer_token();
    service.caller.simulator.set_network_zone_blocked(true);
    let request = service.request();
    let outcome = service.send(&request).oauth();
    let expected = "403 access_denied: The request is made from outside the client's permitted \
                    network zones.";
    assert_eq!(outcome, expected);
    assert_eq!(service.caller.get("/api/v1/users").outcome(), "403 E0000006");
    assert_eq!(service.call_with_bearer("/api/v1/users", &token).outcome(), "403 E0000006");
    assert_eq!(service.call_with_bearer("/api/v1/users", "x").outcome(), "401");
    service.caller.simulator.set_network_zone_blocked(false);
    assert_eq!(service.call_with_bearer("/api/v1/users", &token).outcome(), "200");
}

#[test]
fn without_a_role_an_org_looks_empty() {
    let rows = [
        ("/api/v1/users", "200"),
        ("/api/v1/users?search=status pr&sortBy=created&fields=id", "200"),
        ("/api/v1/groups", "200"),
        ("/api/v1/apps", "200"),
        ("/api/v1/users/me", "403 E0000006"),
        ("/api/v1/devices", "403 E0000006"),
        ("/api/v1/meta/types/user", "403 E0000006"),
        ("/api/v1/meta/schemas/user/default", "403 E0000006"),
    ];
    let mut caller = Caller::new(Org::generate(1, 5));
    caller.simulator.take_role("token");
    for (path, expected) in rows {
        let answer = caller.get(path);
        assert_eq!(answer.outcome(), expected, "{path}");
        if answer.status == 200 {
            assert_eq!((answer.ids().len(), answer.link("next")), (0, None), "{path}");
        }
    }
    // A role is that of a holder: others still see what is there.
    let mut service = Service::new();
    service.caller.simulator.take_role(CLIENT);
    let token = service.bearer_token();
    assert!(service.call_with_bearer("/api/v1/users", &token).ids().is_empty());
    assert!(!service.caller.get("/api/v1/users").ids().is_empty());
}

#[test]
fn the_classic_engine_has_no_devices() {
    let mut caller = Caller::new(Org::generate(1, 5));
    caller.simulator.set_classic_engine(true);
    let rows = [
        ("/api/v1/devices", "401 E0000015"),
        ("/api/v1/devices/guo0", "401 E0000015"),
        ("/api/v1/users", "200"),
    ];
    for (path, expected) in rows {
        assert_eq!(caller.get(path).outcome(), expected, "{path}");
    }
}
