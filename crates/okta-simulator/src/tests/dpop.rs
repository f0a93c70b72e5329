//! Proofs of possession at the token endpoint.

use serde_json::json;

use super::service::{Service, TOKEN_URL, Unsigned};
use super::signing::Key;

type Change = fn(&mut Unsigned);

const MISSING: &str = "400 invalid_dpop_proof: The DPoP proof JWT header is missing.";
const NONCE: &str = "400 use_dpop_nonce: Authorization server requires nonce in DPoP proof.";
const USED: &str = "The DPoP proof JWT has already been used.";
const USERS: &str = "/api/v1/users";
const USERS_URL: &str = "https://acme.okta.com/api/v1/users";

#[test]
fn the_handshake() {
    let mut service = Service::proving();
    let request = service.request();
    let answer = service.send(&request);
    assert_eq!(answer.oauth(), MISSING);
    assert!(!answer.headers.contains_key("dpop-nonce"));

    // The first proof needs no `jti` either: Okta's guide adds it along with the nonce.
    let mut request = service.request();
    let mut proof = service.token_proof("");
    proof.claims.as_object_mut().unwrap().retain(|claim, _| claim != "jti" && claim != "nonce");
    request.proof = Some(proof);
    let challenge = service.send(&request);
    assert_eq!(challenge.oauth(), NONCE);
    let nonce = challenge.header("dpop-nonce").to_owned();
    assert_eq!(nonce.len(), 32);

    // The assertion was used up by asking.
    request.proof = Some(service.token_proof(&nonce));
    let outcome = service.send(&request).oauth();
    assert_eq!(outcome, "401 invalid_client: The client_assertion token has already been used.");

    let mut request = service.request();
    request.proof = Some(service.token_proof(&nonce));
    let answer = service.send(&request);
    assert_eq!(answer.oauth(), "200");
    assert_eq!(answer.header("dpop-nonce"), nonce);
    assert_eq!(answer.json()["token_type"], "DPoP");
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let proof = service.api_proof(USERS_URL, &token);
    let answer = service.call_with_proof("/api/v1/users?limit=3", &token, &proof);
    assert_eq!(answer.ids().len(), 3);
    assert!(!answer.headers.contains_key("dpop-nonce"));
}

#[test]
fn who_may_prove_gets_a_bound_token_although_the_app_does_not_require_it() {
    let mut service = Service::new();
    let token = service.bound_token();
    let proof = service.api_proof(USERS_URL, &token);
    assert_eq!(service.call_with_proof(USERS, &token, &proof).challenge(), "200");
}

#[test]
fn keys_of_proofs() {
    for (key, algorithm) in [(Key::rsa(), "RS256"), (Key::rsa(), "RS512"), (Key::p384(), "ES384")] {
        let mut service = Service::proving();
        service.proof_key = key;
        let nonce = Service::proving().nonce();
        let mut request = service.request();
        let mut proof = service.token_proof(&nonce);
        proof.header["alg"] = json!(algorithm);
        request.proof = Some(proof);
        assert_eq!(service.send(&request).oauth(), "200", "{algorithm}");
    }
}

#[test]
fn a_proof_may_be_five_minutes_old() {
    let mut service = Service::proving();
    let nonce = service.nonce();
    let mut request = service.request();
    let mut proof = service.token_proof(&nonce);
    proof.claims["iat"] = json!(service.now() - 300);
    request.proof = Some(proof.clone());
    assert_eq!(service.send(&request).oauth(), "200");
    let mut request = service.request();
    request.proof = Some(proof);
    assert_eq!(service.send(&request).oauth(), format!("400 invalid_dpop_proof: {USED}"));
}

#[test]
fn proofs_that_the_token_endpoint_refuses() {
    const TYPE: &str = "'typ' must be 'dpop+jwt' in the DPoP proof JWT.";
    const ALGORITHM: &str = "The DPoP proof JWT signature algorithm is invalid.";
    const INVALID: &str = "The DPoP proof JWT is invalid.";
    const METHOD: &str = "'htm' claim in the DPoP proof JWT is invalid.";
    const URL: &str = "'htu' claim in the DPoP proof JWT is invalid.";
    const TIME: &str = "'iat' claim in the DPoP proof JWT is invalid.";
    let rows: [(Change, &str); 23] = [
        (|it| it.header["typ"] = json!("JWT"), TYPE),
        (|it| it.header["typ"] = json!(null), TYPE),
        (|it| it.header["alg"] = json!("none"), ALGORITHM),
        (|it| it.header["alg"] = json!("HS256"), ALGORITHM),
        (|it| it.header["alg"] = json!("RS256"), ALGORITHM),
        (|it| it.header["jwk"] = json!(null), INVALID),
        (|it| it.header["jwk"]["d"] = json!("AQAB"), INVALID),
        (
            |it| {
                it.header["alg"] = json!("RS256");
                it.header["jwk"] = json!({ "kty": "RSA", "e": "AQAB", "n": "q".repeat(171) });
            },
            INVALID,
        ),
        (|it| it.header["jwk"] = Key::p256().jwk(), "The DPoP proof JWT signature is invalid."),
        (|it| it.header["crit"] = json!(["nonce"]), "The DPoP proof JWT cannot be parsed."),
        (|it| it.claims["htm"] = json!("GET"), METHOD),
        (|it| it.claims["htm"] = json!("post"), METHOD),
        (|it| it.claims["htu"] = json!("https://login.example.com/oauth2/v1/token"), URL),
        (|it| it.claims["htu"] = json!(format!("{TOKEN_URL}?a=b")), URL),
        (|it| it.claims["htu"] = json!("/oauth2/v1/token"), URL),
        (|it| it.claims["htu"] = json!(null), URL),
        (|it| it.claims["iat"] = json!(null), TIME),
        (|it| it.claims["iat"] = json!(it.claims["iat"].to_string()), TIME),
        (
            |it| it.claims["iat"] = json!(it.claims["iat"].as_i64().unwrap() + 1),
            "The DPoP proof JWT is issued in the future.",
        ),
        (
            |it| it.claims["iat"] = json!(it.claims["iat"].as_i64().unwrap() - 301),
            "The DPoP proof JWT is issued more than five minutes in the past.",
        ),
        (|it| it.claims["exp"] = it.claims["iat"].clone(), "The DPoP proof JWT is expired."),
        (|it| it.claims["jti"] = json!(null), "'jti' claim in the DPoP proof JWT is invalid."),
        (|it| it.claims["jti"] = json!(""), "'jti' claim in the DPoP proof JWT is invalid."),
    ];
    for (row, (change, expected)) in rows.into_iter().enumerate() {
        let mut service = Service::proving();
        let nonce = service.nonce();
        let mut request = service.request();
        let mut proof = service.token_proof(&nonce);
        change(&mut proof);
        request.proof = Some(proof);
        let expected = format!("400 invalid_dpop_proof: {expected}");
        assert_eq!(service.send(&request).oauth(), expected, "{row}");
    }
}

#[test]
fn a_proof_is_one_header_and_used_once() {
    let mut service = Service::proving();
    let nonce = service.nonce();
    let proof = service.token_proof(&nonce);
    for expected in ["200".to_owned(), format!("400 invalid_dpop_proof: {USED}")] {
        let mut request = service.request();
        request.proof = Some(proof.clone());
        assert_eq!(service.send(&request).oauth(), expected);
    }
    // Another key may have the same ids.
    service.proof_key = Key::p256();
    let mut request = service.request();
    let mut same_id = service.token_proof(&nonce);
    same_id.claims["jti"] = proof.claims["jti"].clone();
    request.proof = Some(same_id);
    assert_eq!(service.send(&request).oauth(), "200");
    // A challenge uses up the id as well.
    let mut request = service.request();
    let mut proof = service.token_proof("");
    request.proof = Some(proof.clone());
    assert_eq!(service.send(&request).oauth(), NONCE);
    let mut request = service.request();
    proof.claims["nonce"] = json!(nonce);
    request.proof = Some(proof);
    assert_eq!(service.send(&request).oauth(), format!("400 invalid_dpop_proof: {USED}"));

    let mut request = service.request();
    request.proof = Some(service.token_proof(&nonce));
    request.headers.push(("dpop", "x".to_owned()));
    assert_eq!(
        service.send(&request).oauth(),
        "400 invalid_dpop_proof: Multiple DPoP proof JWT headers are not allowed."
    );
    let mut request = service.request();
    request.headers.push(("dpop", "x".to_owned()));
    let parse = "400 invalid_dpop_proof: The DPoP proof JWT cannot be parsed.";
    assert_eq!(service.send(&request).oauth(), parse);
}

#[test]
fn a_nonce_is_good_for_three_days() {
    let mut service = Service::proving();
    let first = service.nonce();
    let asked = |service: &mut Service, nonce: &str| {
        let mut request = service.request();
        request.proof = Some(service.token_proof(nonce));
        let answer = service.send(&request);
        (answer.oauth(), answer.header("dpop-nonce").to_owned())
    };
    assert_eq!(asked(&mut service, "made-up"), (NONCE.to_owned(), first.clone()));
    for _ in 0..2 {
        service.wait(24);
        let (outcome, newer) = asked(&mut service, &first);
        assert_eq!(outcome, "200");
        assert_ne!(newer, first);
    }
    service.wait(24);
    let (outcome, newer) = asked(&mut service, &first);
    assert_eq!(outcome, NONCE);
    assert_eq!(asked(&mut service, &newer).0, "200");
}
