//! Requests for tokens: what they cost, and what goes wrong with them.

use super::{Request, Response, Story, answer, bare, kind_of, within};
use crate::auth::Credential;
use crate::error::ErrorKind;
use crate::jws::new_ec_key;
use crate::request::{Cursor, OktaRequest};
use crate::service_app::{Scopes, ServiceApp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;
use std::time::Duration;

const SCOPES: [&str; 5] = ["a.read", "b.read", "c.read", "d.read", "e.read"];

fn service_app() -> Credential {
    let (key, _) = new_ec_key().unwrap();
    let scopes = Scopes::Granted(SCOPES.iter().map(|&scope| scope.to_owned()).collect());
    let app = ServiceApp::new("0oa1".to_owned(), None, Arc::new(key), scopes);
    Credential::ServiceApp(Arc::new(app))
}

fn users() -> OktaRequest {
    OktaRequest::list("/api/v1/users").with_limit(200)
}

fn is_token_request(request: &Request) -> bool {
    request.uri().path() == "/oauth2/v1/token"
}

fn token() -> &'static str {
    r#"{"access_token":"token-token-token","token_type":"Bearer","expires_in":3600}"#
}

/// Returns true if the proof of a request repeats the nonce.
fn has_nonce(request: &Request) -> bool {
    let proof = request.headers()["dpop"].to_str().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(proof.split('.').nth(1).unwrap()).unwrap();
    String::from_utf8(claims).unwrap().contains(r#""nonce":"n1""#)
}

/// Answers as an app that demands DPoP with a nonce and is granted some scopes.
fn demanding(
    request: &Request,
    granted: &[&str],
) -> (u16, &'static [(&'static str, &'static str)], &'static str) {
    if !is_token_request(request) {
        return (200, &[], "[]");
    }
    if !request.headers().contains_key("dpop") {
        return (400, &[], r#"{"error":"invalid_dpop_proof"}"#);
    }
    if !has_nonce(request) {
        return (400, &[("dpop-nonce", "n1")], r#"{"error":"use_dpop_nonce"}"#);
    }
    let form: Vec<_> = url::form_urlencoded::parse(request.body()).collect();
    let (_, scopes) = form.iter().find(|(name, _)| name == "scope").unwrap();
    match scopes.split(' ').all(|scope| granted.contains(&scope)) {
        true => (
            200,
            &[("dpop-nonce", "n1")],
            r#"{"access_token":"token-token-token","token_type":"DPoP","expires_in":3600}"#,
        ),
        false => (400, &[], r#"{"error":"invalid_scope"}"#),
    }
}

/// Okta names no scope that is not granted, so each is asked for alone; the proof is agreed on once, and
/// nothing waits.
#[tokio::test(start_paused = true)]
async fn requests_for_tokens_do_not_wait() {
    let granted: [(&[&str], usize); 4] = [
        (&SCOPES, 3),
        (&["b.read", "d.read"], 9),
        // The token for this scope alone is the one that is needed.
        (&["c.read"], 8),
        (&["a.read", "b.read", "c.read", "d.read"], 9),
    ];
    for (granted, expected) in granted {
        for tells_limits in [false, true] {
            let story = Story::new(service_app(), move |request, n| {
                let (status, headers, body) = demanding(request, granted);
                let left = (20 - n).to_string();
                let limits = [
                    ("x-rate-limit-limit", "20"),
                    ("x-rate-limit-remaining", &left),
                    ("x-rate-limit-reset", "1050"),
                ];
                let limits = if tells_limits { &limits[..] } else { &[] };
                bare(status, &[headers, limits].concat(), body)
            });
            story.client.get(&users(), None, within(27)).await.unwrap();
            let targets = story.targets();
            let tokens = targets.iter().filter(|target| target.ends_with("/token")).count();
            assert_eq!((tokens, story.elapsed()), (expected, Duration::ZERO), "{granted:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_200_that_holds_no_token_is_tried_again() {
    for wrong in ["<html>", "", r#"{"access_token":"x"#, "[]", "{}", r#"{"access_token":7}"#] {
        let story = Story::new(service_app(), move |request, n| match n {
            1 => answer(200, &[], wrong),
            _ if is_token_request(request) => answer(200, &[], token()),
            _ => answer(200, &[], "[]"),
        });
        story.client.get(&users(), None, within(27)).await.unwrap();
        assert_eq!(story.requests(), 3, "{wrong}");
    }
    let wrong = r#"{"errorCode":"E0000009","errorId":"oae1","access_token":null}"#;
    let story = Story::new(service_app(), move |_, _| answer(200, &[], wrong));
    let error = story.client.get(&users(), None, within(27)).await.unwrap_err();
    let expected = "Okta answered 200 with something that is not a token - code E0000009 \
                    - error id oae1 - request id r1";
    assert_eq!(error.to_string(), expected);
    assert_eq!((error.kind, story.requests()), (ErrorKind::Protocol, 6));
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_token_endpoint_there_is_no_org() {
    for body in ["<html>", r#"{"errorCode":"E0000007"}"#, ""] {
        let story = Story::new(service_app(), move |_, _| answer(404, &[], body));
        let found = story.client.get(&users(), None, within(27)).await;
        assert_eq!((kind_of(found).unwrap_err(), story.requests()), (ErrorKind::NoApi, 1));
    }
}

/// A token that was revoked is not sent again.
#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_in_the_middle_of_a_listing_is_replaced() {
    let story = Story::new(service_app(), |request, n| match (is_token_request(request), n) {
        (true, _) => answer(200, &[], token()),
        (false, 2) => answer(401, &[], ""),
        (false, _) => answer(200, &[], "[]"),
    });
    story.client.get(&users(), Some(&Cursor::new("x")), within(27)).await.unwrap();
    let paths: Vec<_> = story.targets().iter().map(|it| it.ends_with("/token")).collect();
    assert_eq!(paths, [true, false, true, false]);
}

#[tokio::test(start_paused = true)]
async fn an_echo_of_the_assertion_is_masked() {
    for status in [200, 400, 401, 403, 404, 503] {
        let echo = move |request: &Request, _| -> Option<Response> {
            let form: Vec<_> = url::form_urlencoded::parse(request.body()).collect();
            let (_, assertion) = form.iter().find(|(name, _)| name == "client_assertion").unwrap();
            let body = format!(r#"{{"error":"{assertion}","error_description":"<{assertion}>"}}"#);
            answer(status, &[("www-authenticate", &format!(r#"Bearer error="{assertion}""#))], body)
        };
        let story = Story::new(service_app(), echo);
        let error = story.client.get(&users(), None, within(27)).await.unwrap_err();
        let texts = format!("{error} {error:?}");
        assert!(texts.contains("<***>") && !texts.contains("eyJ"), "{texts}");
    }
}
