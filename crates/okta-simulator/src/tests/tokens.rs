//! The token endpoint: forms, scopes, and the tokens that come out.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use super::service::{CLIENT, Service, TOKEN_URL, TokenRequest};
use super::*;
use crate::{Effect, Fault, RateLimits, Subscription};

type Change = fn(&mut TokenRequest);

#[test]
fn a_token_is_given_out() {
    let mut service = Service::new();
    let mut request = service.request();
    request.set("scope", "okta.users.read okta.apps.manage okta.users.read");
    let answer = service.send(&request);
    assert_eq!(answer.oauth(), "200");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-cache, no-store");
    assert!(!answer.headers.contains_key("dpop-nonce"));
    let body = answer.json();
    let token = body["access_token"].as_str().unwrap();
    let expected = json!({
        "token_type": "Bearer",
        "expires_in": 3600,
        "access_token": token,
        "scope": "okta.users.read okta.apps.manage",
    });
    assert_eq!(body, expected);
    assert_ne!(token, service.bearer_token());

    let rows = [
        ("/api/v1/users", "200"),
        ("/api/v1/apps", "200"),
        (
            "/api/v1/groups",
            "403 Bearer insufficient_scope: The access token provided does not contain the \
             required scopes.",
        ),
    ];
    for (path, expected) in rows {
        assert_eq!(service.call_with_bearer(path, token).challenge(), expected, "{path}");
    }
    let as_api_token = format!("SSWS {token}");
    let answer = service.call("/api/v1/users", &[("authorization", &as_api_token)]);
    assert_eq!(answer.outcome(), "401 E0000011");
}

#[test]
fn forms_that_are_refused() {
    const MULTIPLE: &str = "401 invalid_request: Cannot supply multiple client credentials. Use \
                            one of the following: credentials in the Authorization header, \
                            credentials in the post body, or a client_assertion in the post body.";
    const IN_QUERY: &str =
        "400 invalid_request: Client credentials cannot be supplied via query parameters.";
    const NOT_PRIVATE: &str = "401 invalid_client: Client Credentials requests to the Org \
                               Authorization Server must use the private_key_jwt \
                               token_endpoint_auth_method.";
    const ASSERTION_TYPE: &str = "400 invalid_request: The client_assertion_type is invalid.";
    const BASIC: &str = "Basic MG9hOnNlY3JldA==";
    let rows: [(Change, &str); 16] = [
        (|it| it.set("client_id", CLIENT), MULTIPLE),
        (|it| it.set("client_secret", "hush"), MULTIPLE),
        (|it| it.headers.push(("authorization", BASIC.to_owned())), MULTIPLE),
        (
            |it| {
                it.set("client_assertion", "");
                it.set("client_id", CLIENT);
                it.headers.push(("authorization", BASIC.to_owned()));
            },
            MULTIPLE,
        ),
        (
            |it| {
                it.set("client_assertion", "");
                it.headers.push(("authorization", BASIC.to_owned()));
            },
            NOT_PRIVATE,
        ),
        (
            |it| {
                it.set("client_assertion", "");
                it.set("client_id", CLIENT);
            },
            NOT_PRIVATE,
        ),
        (|it| it.set("client_assertion", ""), "401 invalid_client: No client credentials found."),
        (|it| it.set("client_assertion_type", ""), ASSERTION_TYPE),
        (|it| it.set("client_assertion_type", "jwt-bearer"), ASSERTION_TYPE),
        (|it| it.query = "?client_id=0oa0", IN_QUERY),
        (|it| it.query = "?client_assertion=e30.e30.", IN_QUERY),
        (
            |it| it.form.push(("scope", "okta.users.read".to_owned())),
            "400 invalid_request: The request contained multiple parameters with the same name.",
        ),
        (
            |it| it.set("grant_type", ""),
            "400 invalid_request: The token request must specify a 'grant_type'. Valid values: \
             [client_credentials].",
        ),
        (
            |it| it.set("grant_type", "magic"),
            "400 unsupported_grant_type: The authorization grant type is not supported by the \
             authorization server. Configured grant types: [authorization_code, implicit, \
             password, refresh_token, client_credentials].",
        ),
        (
            |it| it.set("grant_type", "refresh_token"),
            "400 unauthorized_client: The client is not authorized to use the provided grant \
             type. Configured grant types: [client_credentials].",
        ),
        (|it| it.headers[0].1 = "application/json".to_owned(), "400 E0000021"),
    ];
    for (row, (change, expected)) in rows.into_iter().enumerate() {
        assert_eq!(Service::new().outcome_of(change), expected, "{row}");
    }
    let accepted: Change =
        |it| it.headers[0].1 = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
    assert_eq!(Service::new().outcome_of(accepted), "200");
}

#[test]
fn a_body_that_is_no_form_is_refused() {
    for body in [&b"%"[..], &b"\xff"[..]] {
        let request = http::Request::post(TOKEN_URL)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::copy_from_slice(body));
        let answer = Service::new().caller.send(request.unwrap());
        assert_eq!(answer.oauth(), "400 invalid_request: Invalid request");
    }
}

#[test]
fn scopes() {
    const NOT_CONFIGURED: &str = "400 invalid_scope: One or more scopes are not configured for \
                                  the authorization server resource.";
    const OPENID: &str =
        "400 invalid_scope: Cannot request 'openid' scopes using client credentials.";
    const CONSENT: &str = "400 consent_required: You are not allowed any of the requested scopes.";
    let rows = [
        ("okta.users.read", "200", "200"),
        ("okta.groups.read  okta.users.read ", "200", "200"),
        ("okta.users.read okta.logs.read", NOT_CONFIGURED, NOT_CONFIGURED),
        ("okta.logs.read", NOT_CONFIGURED, CONSENT),
        ("okta.apps.read", NOT_CONFIGURED, CONSENT),
        ("okta.users.READ", NOT_CONFIGURED, CONSENT),
        ("openid okta.users.read", OPENID, OPENID),
        ("okta.users.read offline_access", OPENID, OPENID),
        (
            "okta.users.read.self",
            "400 client_credentials_self_scope_requested: The 'client_credentials' grant type \
             may not request .self scopes.",
            "400 client_credentials_self_scope_requested: The 'client_credentials' grant type \
             may not request .self scopes.",
        ),
        (
            "users",
            "400 invalid_scope: Custom scopes are not allowed for this request.",
            "400 invalid_scope: Custom scopes are not allowed for this request.",
        ),
        (
            "",
            "400 invalid_scope: The authorization server resource does not have any configured \
             default scopes, 'scope' must be provided.",
            "400 invalid_scope: The authorization server resource does not have any configured \
             default scopes, 'scope' must be provided.",
        ),
    ];
    let mut service = Service::new();
    for (scope, expected, with_consent) in rows {
        for (consent, expected) in [(false, expected), (true, with_consent)] {
            service.caller.simulator.set_consent_required(consent);
            let mut request = service.request();
            request.set("scope", scope);
            assert_eq!(service.send(&request).oauth(), expected, "{scope}");
        }
    }
}

#[test]
fn scopes_that_are_not_granted_may_be_named() {
    let mut service = Service::new();
    service.caller.simulator.set_scopes_named(true);
    let mut request = service.request();
    request.set("scope", "okta.logs.read okta.users.read okta.apps.read");
    let expected = "400 invalid_scope: One or more scopes are not configured for the authorization server resource. \
                    These are not: okta.logs.read, okta.apps.read.";
    assert_eq!(service.send(&request).oauth(), expected);
}

#[test]
fn a_token_lives_an_hour() {
    let mut service = Service::new();
    let token = service.bearer_token();
    let start = service.caller.now;
    let rows = [
        (3599, "200"),
        (3600, "401 Bearer invalid_token: The token has expired."),
        (9999, "401 Bearer invalid_token: The token has expired."),
    ];
    for (seconds, expected) in rows {
        service.caller.set_time(start + SignedDuration::from_secs(seconds));
        assert_eq!(service.call_with_bearer("/api/v1/users", &token).challenge(), expected);
    }
    let newer = service.bearer_token();
    assert_eq!(service.call_with_bearer("/api/v1/users", &newer).challenge(), "200");
    service.caller.simulator.revoke(&newer);
    let revoked = service.call_with_bearer("/api/v1/users", &newer).challenge();
    assert_eq!(revoked, "401 Bearer invalid_token: The access token has been revoked.");
}

#[test]
fn the_endpoint_has_a_bucket_of_its_own() {
    let mut service = Service::new();
    let limits = RateLimits { subscription: Subscription::IntegratorFree, ..RateLimits::default() };
    service.caller.simulator.set_rate_limits(limits);
    let request = service.request();
    for (left, expected) in [("149", "200"), ("148", "401")] {
        let answer = service.send(&request);
        assert_eq!(answer.status.as_str(), expected);
        assert_eq!(answer.header("x-rate-limit-limit"), "150");
        assert_eq!(answer.header("x-rate-limit-remaining"), left);
    }
    for _ in 0..148 {
        service.send(&request);
    }
    let request = service.request();
    let answer = service.send(&request);
    assert_eq!(answer.oauth(), "429 E0000047");
    assert_eq!(answer.header("x-rate-limit-remaining"), "0");
    assert_eq!(service.caller.get("/api/v1/users").outcome(), "200");

    let get = service.caller.get("/oauth2/v1/token");
    assert_eq!(get.outcome(), "405 E0000022");
    assert!(!get.headers.contains_key("x-rate-limit-limit"));
}

#[test]
fn faults_meet_the_endpoint() {
    let mut service = Service::new();
    let path = "/oauth2/v1/token";
    let rows = [
        (Effect::status(429), "429 E0000047"),
        (Effect::status(503), "503 E0000010"),
        (Effect::status(504), "504 E0000240"),
        (
            Effect::status(500),
            "500 server_error: The authorization server encountered an unexpected condition \
             that prevented it from fulfilling the request.",
        ),
        (
            Effect::status(401),
            "401 invalid_client: Client authentication failed. Either the client or the client \
             credentials are invalid.",
        ),
        (
            Effect::status(403),
            "403 access_denied: The resource owner or authorization server denied the request.",
        ),
        (
            Effect::status(400),
            "400 temporarily_unavailable: The authorization server is currently unable to \
             handle the request due to a temporary overloading or maintenance of the server.",
        ),
        (Effect::Delay(Duration::from_secs(7)), "200"),
    ];
    for (effect, expected) in rows {
        let script = vec![Fault::always(effect).to(path)];
        service.caller.simulator.set_faults(script.into());
        let request = service.request();
        let answer = service.send(&request);
        assert_eq!(answer.oauth(), expected);
        let delay = if expected == "200" { 7 } else { 0 };
        assert_eq!(answer.delivery.delay, Duration::from_secs(delay));
        assert_eq!(service.caller.get("/api/v1/users").outcome(), "200");
    }
}

#[test]
fn tokens_may_come_in_other_shapes() {
    let path = "/oauth2/v1/token";
    let mut service = Service::new();
    let mut answer = |effect: Effect| {
        service.caller.simulator.set_faults(vec![Fault::on_call(1, effect).to(path)].into());
        let request = service.request();
        let answer = service.send(&request);
        let request = service.request();
        assert_eq!(service.send(&request).json()["token_type"], "Bearer");
        answer
    };
    for value in [json!("3600"), json!(3_600.0), json!(null)] {
        let answer = answer(Effect::Member { name: "expires_in", value: value.clone() }).json();
        assert_eq!(answer["expires_in"], value);
        assert!(answer["access_token"].is_string());
    }
    assert!(answer(Effect::WrongContentType).body.starts_with(b"<"));
    assert!(answer(Effect::body(200, "")).body.is_empty());
    assert_eq!(answer(Effect::TruncateBody { to: 9 }).body.len(), 9);
    assert_eq!(answer(Effect::web_page(404)).status, 404);
}

#[test]
fn no_secret_is_shown() {
    let mut service = Service::proving();
    let mut request = service.request();
    request.query = "?client_assertion=e30.e30.c2VjcmV0";
    service.send(&request);
    let token = service.bound_token();
    let path = "/api/v1/users?access_token=hush";
    let answer = service.call(path, &[("authorization", "SSWS hush"), ("dpop", "hush")]);
    let shown = [
        format!("{:?}", service.caller.simulator),
        String::from_utf8(answer.body.to_vec()).unwrap(),
    ];
    for shown in shown {
        for secret in ["hush", "c2VjcmV0", &token, "id-1"] {
            assert!(!shown.contains(secret), "{secret}");
        }
    }
    let logged = service.caller.simulator.requests();
    assert_eq!(logged[0].param("client_assertion"), Some("(secret)"));
    assert_eq!(logged.last().unwrap().param("access_token"), Some("(secret)"));
    assert_eq!(logged[0].bucket, Some("/oauth2/v1/token"));
}
