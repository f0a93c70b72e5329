//! Proofs of possession at the API.

use serde_json::json;

use super::service::{Service, TOKEN_URL, Unsigned};
use super::signing::{Key, ath};
use super::*;
use crate::{Effect, Fault};

type Change = fn(&mut Unsigned);
type Step = fn(&mut Service, &str);

const USED: &str = "The DPoP proof JWT has already been used.";
const USERS: &str = "/api/v1/users";
const USERS_URL: &str = "https://acme.okta.com/api/v1/users";

#[test]
fn proofs_that_the_api_refuses() {
    const BOUND: &str = "The access_token is not bound to the provided DPoP proof.";
    const TOKEN: &str = "'ath' claim in the DPoP proof does not match the presented access_token.";
    const URL: &str = "'htu' claim in the DPoP proof JWT is invalid.";
    let rows: [(Change, &str); 10] = [
        (|it| it.claims["ath"] = json!(null), TOKEN),
        (|it| it.claims["ath"] = json!(ath("other")), TOKEN),
        (|it| it.claims["htm"] = json!("POST"), "'htm' claim in the DPoP proof JWT is invalid."),
        (|it| it.claims["htu"] = json!(format!("{USERS_URL}?limit=3")), URL),
        (|it| it.claims["htu"] = json!(TOKEN_URL), URL),
        (|it| it.claims["htu"] = json!(format!("{USERS_URL}/")), URL),
        (|it| it.claims["jti"] = json!(null), "'jti' claim in the DPoP proof JWT is invalid."),
        (
            |it| it.claims["iat"] = json!(it.claims["iat"].as_i64().unwrap() + 1),
            "The DPoP proof JWT is issued in the future.",
        ),
        (
            |it| it.claims["iat"] = json!(it.claims["iat"].as_i64().unwrap() - 301),
            "The DPoP proof JWT is issued more than five minutes in the past.",
        ),
        (
            |it| it.header["alg"] = json!("none"),
            "The DPoP proof JWT signature algorithm is invalid.",
        ),
    ];
    let mut service = Service::proving();
    let token = service.bound_token();
    for (row, (change, expected)) in rows.into_iter().enumerate() {
        let mut proof = service.api_proof(USERS_URL, &token);
        change(&mut proof);
        let outcome = service.call_with_proof("/api/v1/users?limit=3", &token, &proof).challenge();
        assert_eq!(outcome, format!("400 DPoP invalid_dpop_proof: {expected}"), "{row}");
    }

    let proof = service.api_proof(USERS_URL, &token);
    for expected in ["200".to_owned(), format!("400 DPoP invalid_dpop_proof: {USED}")] {
        assert_eq!(service.call_with_proof(USERS, &token, &proof).challenge(), expected);
    }
    service.proof_key = Key::p256();
    let proof = service.api_proof(USERS_URL, &token);
    let outcome = service.call_with_proof(USERS, &token, &proof).challenge();
    assert_eq!(outcome, format!("400 DPoP invalid_dpop_proof: {BOUND}"));
}

#[test]
fn schemes() {
    let mut service = Service::new();
    let (bound, bearer) = (service.bound_token(), service.bearer_token());
    service.caller.simulator.accept_bearer_token("reader", &["okta.users.read"]);
    let rows = [
        ("Bearer", bearer.as_str(), false, "200"),
        ("Bearer", &bearer, true, "200"),
        (
            "Bearer",
            &bound,
            true,
            "400 DPoP invalid_request: The resource request must use the DPoP authentication \
             scheme when using a DPoP bound token.",
        ),
        (
            "DPoP",
            &bearer,
            true,
            "401 DPoP invalid_token: The presented access_token is not DPoP bound.",
        ),
        (
            "DPoP",
            "reader",
            true,
            "401 DPoP invalid_token: The presented access_token is not DPoP bound.",
        ),
        ("DPoP", "made-up", true, "401 DPoP invalid_token: The access token is invalid."),
        (
            "DPoP",
            &bound,
            false,
            "400 DPoP invalid_request: The resource request requires a DPoP proof.",
        ),
        ("dpop", &bound, true, "200"),
    ];
    for (scheme, token, has_proof, expected) in rows {
        let proof = service.api_proof(USERS_URL, token);
        let proof = service.proof_key.sign(&proof.header, &proof.claims);
        let authorization = format!("{scheme} {token}");
        let mut headers = vec![("authorization", authorization.as_str()), ("dpop", &proof)];
        headers.truncate(if has_proof { 2 } else { 1 });
        assert_eq!(service.call(USERS, &headers).challenge(), expected, "{authorization}");
    }
}

#[test]
fn the_challenge_of_a_bound_token() {
    let mut service = Service::proving();
    let token = service.bound_token();
    let answer = service.call(USERS, &[("authorization", &format!("DPoP {token}"))]);
    assert_eq!(
        answer.header("www-authenticate"),
        "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\", \
         authorization_uri=\"http://acme.okta.com/oauth2/v1/authorize\", \
         realm=\"http://acme.okta.com\", scope=\"okta.users.read\", error=\"invalid_request\", \
         error_description=\"The resource request requires a DPoP proof.\", \
         resource=\"/api/v1/users\""
    );
    let rows: [(Step, &str); 3] = [
        (
            |_, _| {},
            "403 DPoP insufficient_scope: The access token provided does not contain the \
             required scopes.",
        ),
        (|service, _| service.wait(1), "401 DPoP invalid_token: The token has expired."),
        (
            |service, token| service.caller.simulator.revoke(token),
            "401 DPoP invalid_token: The access token has been revoked.",
        ),
    ];
    for (change, expected) in rows {
        change(&mut service, &token);
        let proof = service.api_proof("https://acme.okta.com/api/v1/groups", &token);
        let outcome = service.call_with_proof("/api/v1/groups", &token, &proof).challenge();
        assert_eq!(outcome, expected);
    }
}

/// Okta decodes the path that is called, and not the one in the proof.
#[test]
fn a_path_that_needs_encoding_is_compared_decoded() {
    let mut service = Service::proving();
    let token = service.bound_token();
    // Some logins have a slash, and cannot be called by at all.
    let login = {
        let users = service.caller.simulator.org().records(Collection::Users);
        let mut logins =
            users.filter_map(|user| user["profile"]["login"].as_str().map(str::to_owned));
        let plain = |login: &String| {
            login.chars().all(|c| c.is_ascii_alphanumeric() || c == '@' || c == '.')
        };
        logins.find(plain).unwrap()
    };
    let path = format!("{USERS}/{}", login.replace('@', "%40"));
    let htu = |path: &str| format!("{USERS_URL}/{path}");
    let rows = [(htu(&login), "200"), (htu(&login.replace('@', "%40")), "400")];
    for (url, expected) in rows {
        let proof = service.api_proof(&url, &token);
        let answer = service.call_with_proof(&path, &token, &proof);
        assert_eq!(answer.status.as_str(), expected, "{url}");
    }
}

#[test]
fn the_api_may_ask_for_a_nonce() {
    const NONCE: &str = "401 DPoP use_dpop_nonce: Resource server requires nonce in DPoP proof.";
    let mut service = Service::proving();
    let token = service.bound_token();
    let of_tokens = service.nonce();
    service.caller.simulator.set_api_nonce_required(true);
    let asked = |service: &mut Service, nonce: &str| {
        let mut proof = service.api_proof(USERS_URL, &token);
        proof.claims["nonce"] = json!(nonce);
        service.call_with_proof(USERS, &token, &proof)
    };
    let challenge = asked(&mut service, &of_tokens);
    assert_eq!(challenge.challenge(), NONCE);
    let nonce = challenge.header("dpop-nonce").to_owned();
    assert_eq!(asked(&mut service, &nonce).challenge(), "200");
    assert_eq!(asked(&mut service, "made-up").challenge(), NONCE);
    service.caller.simulator.set_api_nonce_required(false);
    assert_eq!(asked(&mut service, "made-up").challenge(), "200");
}

/// Whoever sends a request again without signing it again is found out.
#[test]
fn a_retry_needs_a_new_proof() {
    let mut service = Service::proving();
    let token = service.bound_token();
    let proof = service.api_proof(USERS_URL, &token);
    let script = vec![Fault::on_call(1, Effect::status(503)).to(USERS)];
    service.caller.simulator.set_faults(script.into());
    let first = service.call_with_proof(USERS, &token, &proof).challenge();
    assert_eq!(first, "503 E0000010");
    let again = service.call_with_proof(USERS, &token, &proof).challenge();
    assert_eq!(again, format!("400 DPoP invalid_dpop_proof: {USED}"));
}
