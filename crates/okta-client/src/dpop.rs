//! Proof of possession (DPoP): each request carries a text signed with a key that the token is bound
//! to, so that the token alone is of no use to a thief.
//!
//! A proof is good for one request: an attempt that is repeated signs a new one.

use crate::jws::{LocalKey, base64url, new_ec_key, signing_input, unique};
use http::HeaderMap;
use ring::digest::{SHA256, digest};
use serde::Serialize;

/// The key of one client, made in this process and gone with it.
#[derive(Debug)]
pub(crate) struct DpopKey {
    key: LocalKey,
    public: PublicJwk,
}

#[derive(Debug, Serialize)]
struct PublicJwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
}

#[derive(Serialize)]
struct ProofHeader<'a> {
    typ: &'static str,
    alg: &'static str,
    jwk: &'a PublicJwk,
}

#[derive(Serialize)]
struct ProofClaims<'a> {
    htm: &'a str,
    htu: &'a str,
    iat: u64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

/// The request that a proof is for.
pub(crate) struct Purpose<'a> {
    /// The method of the request.
    pub(crate) method: &'a str,
    /// Its address, without query and fragment.
    pub(crate) url: &'a str,
    /// The token that goes along.
    pub(crate) token: Option<&'a str>,
    /// The nonce that the server wants to see repeated.
    pub(crate) nonce: Option<&'a str>,
    /// The server's time in seconds since 1970.
    pub(crate) now: u64,
}

/// The longest nonce that is repeated, in characters: every request carries it.
const MAX_NONCE: usize = 1_024;

/// Reads the nonce that the next proof is to repeat.
pub(crate) fn dpop_nonce(headers: &HeaderMap) -> Option<&str> {
    let nonce = headers.get("dpop-nonce")?.to_str().ok()?;
    (nonce.len() <= MAX_NONCE).then_some(nonce)
}

impl DpopKey {
    /// Makes a new key; none if the machine has no randomness.
    pub(crate) fn generate() -> Option<Self> {
        let (key, public) = new_ec_key()?;
        // An uncompressed point: 4, x, y.
        let (x, y) = public.get(1..)?.split_at_checked(32)?;
        let public = PublicJwk { kty: "EC", crv: "P-256", x: base64url(x), y: base64url(y) };
        Some(Self { key, public })
    }

    /// Makes a proof for one request; none if the machine has no randomness.
    pub(crate) fn proof(&self, purpose: &Purpose<'_>) -> Option<String> {
        let header = ProofHeader { typ: "dpop+jwt", alg: "ES256", jwk: &self.public };
        let hash = |token: &str| base64url(digest(&SHA256, token.as_bytes()).as_ref());
        let claims = ProofClaims {
            htm: purpose.method,
            htu: purpose.url,
            iat: purpose.now,
            jti: unique(),
            ath: purpose.token.map(hash),
            nonce: purpose.nonce,
        };
        let input = signing_input(&header, &claims);
        let signature = self.key.sign_now(input.as_bytes()).ok()?;
        Some(format!("{input}.{}", base64url(&signature)))
    }
}
