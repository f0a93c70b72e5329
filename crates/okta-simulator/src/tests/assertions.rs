//! Assertions, with which a service app shows who it is.

use serde_json::json;

use super::service::{Service, TOKEN_URL, TokenRequest};
use super::signing::Key;

type Change = fn(&mut TokenRequest);

fn now(request: &TokenRequest) -> i64 {
    request.assertion.claims["iat"].as_i64().unwrap() + 5
}

#[test]
fn algorithms() {
    let rows: [(Key, &str, &str); 9] = [
        (Key::rsa(), "RS256", "200"),
        (Key::rsa(), "RS384", "200"),
        (Key::rsa(), "RS512", "200"),
        (Key::p256(), "ES256", "200"),
        (Key::p384(), "ES384", "200"),
        (Key::p256(), "ES384", "algorithm is invalid."),
        (Key::p256(), "RS256", "algorithm is invalid."),
        (Key::rsa(), "PS256", "algorithm is invalid."),
        (Key::rsa(), "none", "algorithm is invalid."),
    ];
    for (key, algorithm, expected) in rows {
        let mut service = Service::with(key);
        let mut request = service.request();
        request.assertion.header["alg"] = json!(algorithm);
        let outcome = service.send(&request).oauth();
        assert!(outcome.ends_with(expected), "{algorithm}: {outcome}");
    }
}

#[test]
fn assertions_that_are_accepted() {
    let rows: [Change; 8] = [
        |_| {},
        |it| it.assertion.header = json!({ "alg": "ES256", "typ": "JWT" }),
        |it| it.assertion.claims["exp"] = json!(now(it) + 3600),
        |it| it.assertion.claims["exp"] = json!(now(it) + 1),
        |it| it.assertion.claims["iat"] = json!(now(it)),
        |it| it.assertion.claims["aud"] = json!(["https://acme.okta.com", TOKEN_URL]),
        |it| _ = it.assertion.claims.as_object_mut().unwrap().remove("iat"),
        |it| _ = it.assertion.claims.as_object_mut().unwrap().remove("jti"),
    ];
    for (row, change) in rows.into_iter().enumerate() {
        assert_eq!(Service::new().outcome_of(change), "200", "{row}");
    }
}

#[test]
fn assertions_that_are_refused() {
    const PARSING: &str = "The parsing of the client_assertion failed.";
    const ISSUER: &str = "The issuer claim for client_assertion is not a valid client_id.";
    const SUBJECT: &str = "The subject claim for client_assertion is not a valid client_id.";
    const AUDIENCE: &str =
        "The audience claim for client_assertion must be the endpoint invoked for the request.";
    const NO_EXPIRY: &str =
        "The client_assertion must contain the 'exp' claim as seconds since epoch.";
    const EXPIRED: &str = "The client_assertion token is expired.";
    const TOO_FAR: &str = "The client_assertion token has an expiration too far into the future.";
    const FUTURE: &str = "The client_assertion token must be issued before the current time.";
    const KID: &str = "The client_assertion JWT kid is invalid.";
    let rows: [(Change, &str); 21] = [
        (|it| it.set("client_assertion", "x"), PARSING),
        (|it| it.set("client_assertion", "e30.e30."), ISSUER),
        (|it| it.assertion.header["crit"] = json!(["exp"]), PARSING),
        (|it| it.assertion.claims["iss"] = json!("0oa0"), ISSUER),
        (|it| it.assertion.claims["iss"] = json!(null), ISSUER),
        (|it| it.assertion.claims["sub"] = json!("0oa0"), SUBJECT),
        (|it| it.assertion.claims["aud"] = json!("https://acme.okta.com"), AUDIENCE),
        (|it| it.assertion.claims["aud"] = json!(format!("{TOKEN_URL}/")), AUDIENCE),
        (|it| it.assertion.claims["aud"] = json!(TOKEN_URL.replace("acme", "login")), AUDIENCE),
        (|it| it.assertion.claims["aud"] = json!(TOKEN_URL.replace("https", "http")), AUDIENCE),
        (|it| it.assertion.claims["aud"] = json!([]), AUDIENCE),
        (|it| it.assertion.claims["exp"] = json!(null), NO_EXPIRY),
        (|it| it.assertion.claims["exp"] = json!(now(it) as f64 + 300.5), NO_EXPIRY),
        (|it| it.assertion.claims["exp"] = json!((now(it) + 300).to_string()), NO_EXPIRY),
        (|it| it.assertion.claims["exp"] = json!(now(it)), EXPIRED),
        (|it| it.assertion.claims["exp"] = json!(now(it) + 3601), TOO_FAR),
        (|it| it.assertion.claims["exp"] = json!((now(it) + 300) * 1000), TOO_FAR),
        (|it| it.assertion.claims["iat"] = json!(now(it) + 1), FUTURE),
        (|it| it.assertion.claims["iat"] = json!("now"), PARSING),
        (|it| it.assertion.header["kid"] = json!("k2"), KID),
        (|it| it.assertion.header["kid"] = json!(1), KID),
    ];
    for (row, (change, expected)) in rows.into_iter().enumerate() {
        let expected = format!("401 invalid_client: {expected}");
        assert_eq!(Service::new().outcome_of(change), expected, "{row}");
    }
}

#[test]
fn the_audience_is_on_the_host_that_was_called() {
    let rows = [
        ("https://acme.okta.com/oauth2/v1/token", "https://acme.okta.com/oauth2/v1/token", "200"),
        ("https://login.example/oauth2/v1/token", "https://login.example/oauth2/v1/token", "200"),
        ("https://login.example/oauth2/v1/token", "https://acme.okta.com/oauth2/v1/token", "401"),
        ("/oauth2/v1/token", "http://localhost:8080/oauth2/v1/token", "200"),
    ];
    for (called, audience, expected) in rows {
        let mut service = Service::new();
        let mut request = service.request();
        request.headers.push(("host", "localhost:8080".to_owned()));
        request.assertion.claims["aud"] = json!(audience);
        let answer = service.send_to(called, &request);
        assert_eq!(answer.status.as_str(), expected, "{called} {audience}");
    }
}

#[test]
fn a_signature_must_be_of_the_named_key() {
    const SIGNATURE: &str = "401 invalid_client: The client_assertion signature is invalid.";
    const KID: &str = "401 invalid_client: The client_assertion JWT kid is invalid.";
    let mut service = Service::new();
    let other = Key::p256();
    service.register(vec![other.named("k0"), service.key.named("k1")]);
    let rows = [
        (json!({ "alg": "ES256", "kid": "k1" }), "200"),
        (json!({ "alg": "ES256", "kid": "k0" }), SIGNATURE),
        (json!({ "alg": "ES256", "kid": "k2" }), KID),
        (json!({ "alg": "ES256" }), KID),
    ];
    for (header, expected) in rows {
        let mut request = service.request();
        request.assertion.header = header.clone();
        assert_eq!(service.send(&request).oauth(), expected, "{header}");
    }

    let mut request = service.request();
    let signed = service.key.sign(&request.assertion.header, &request.assertion.claims);
    request.assertion.claims["exp"] = json!(service.now() + 301);
    let changed = service.key.sign(&request.assertion.header, &request.assertion.claims);
    let (claims, _) = changed.rsplit_once('.').unwrap();
    let (_, signature) = signed.rsplit_once('.').unwrap();
    request.set("client_assertion", &format!("{claims}.{signature}"));
    assert_eq!(service.send(&request).oauth(), SIGNATURE);
}

#[test]
fn keys_that_are_not_fit() {
    const UNFIT: &str = "401 invalid_client: The client JWKSet is invalid.";
    const MISSING: &str = "401 invalid_client: The client does not have a JWKSet configured, but \
                           the client_assertion requires one.";
    let mut service = Service::new();
    let key = service.key.named("k1");
    let with = |name: &str, value: &str| {
        let mut key = key.clone();
        key[name] = json!(value);
        key
    };
    let weak = json!({ "kty": "RSA", "kid": "k2", "e": "AQAB", "n": "q".repeat(171) });
    let rows = [
        (vec![key.clone()], "200"),
        (vec![with("use", "sig"), with("kid", "k2")], "200"),
        (vec![with("alg", "ES256")], "200"),
        (
            vec![with("alg", "ES384")],
            "401 invalid_client: The client_assertion JWT signature algorithm is invalid.",
        ),
        (vec![with("use", "enc")], UNFIT),
        (vec![with("d", "AQAB")], UNFIT),
        (vec![with("crv", "P-521")], UNFIT),
        (vec![key.clone(), weak], UNFIT),
        (vec![], MISSING),
    ];
    for (row, (keys, expected)) in rows.into_iter().enumerate() {
        service.register(keys);
        assert_eq!(service.outcome_of(|_| {}), expected, "{row}");
    }
}

#[test]
fn an_assertion_with_an_id_is_used_once() {
    const USED: &str = "401 invalid_client: The client_assertion token has already been used.";
    let mut service = Service::new();
    let request = service.request();
    assert_eq!(service.send(&request).oauth(), "200");
    assert_eq!(service.send(&request).oauth(), USED);

    let mut request = service.request();
    request.set("scope", "okta.logs.read");
    assert!(service.send(&request).oauth().starts_with("400 invalid_scope"));
    request.set("scope", "okta.users.read");
    assert_eq!(service.send(&request).oauth(), USED);

    let mut request = service.request();
    request.assertion.claims["jti"] = json!(null);
    assert_eq!(service.send(&request).oauth(), "200");
    assert_eq!(service.send(&request).oauth(), "200");
}
