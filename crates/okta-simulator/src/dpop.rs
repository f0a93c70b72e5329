//! Proofs of possession (`DPoP`): what a client signs to show that a token is its own.

use fastrand::Rng;
use http::HeaderName;
use jiff::{SignedDuration, Timestamp};

use crate::call::{Call, decode_percent};
use crate::fnv::fnv;
use crate::jwk::{PublicKey, sha256};
use crate::jwt::Jwt;
use crate::single_use::SingleUse;

/// The proofs that an org has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proofs {
    seen: SingleUse,
}

/// A proof is refused for one of these reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProofError {
    /// It is wrong, as described.
    Invalid(&'static str),
    /// It lacks a nonce, or the nonce is too old. This one would do.
    NonceNeeded(String),
}

/// One of these asks for a nonce. Okta's documents do not say that one is good for the other, so it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NonceIssuer {
    AuthorizationServer,
    Api,
}

/// A proof that comes with a token must fit these.
#[derive(Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) token: &'a str,
    /// The thumbprint of the key that the token was issued for.
    pub(crate) thumbprint: &'a str,
}

const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);
const NONCE_PERIOD_SECONDS: i64 = 24 * 60 * 60;
const NONCE_PERIODS_VALID: i64 = 3;

impl NonceIssuer {
    /// Returns the nonce of today. It changes at midnight, and follows from the date alone.
    pub(crate) fn nonce(self, now: Timestamp) -> String {
        self.nonce_of(now.as_second().div_euclid(NONCE_PERIOD_SECONDS))
    }

    /// Tells whether a nonce was issued less than three days ago, counted from when it came into being.
    fn accepts(self, nonce: &str, now: Timestamp) -> bool {
        let today = now.as_second().div_euclid(NONCE_PERIOD_SECONDS);
        (0..NONCE_PERIODS_VALID).any(|age| self.nonce_of(today - age) == nonce)
    }

    fn nonce_of(self, day: i64) -> String {
        let mut random = Rng::with_seed(fnv(&format!("{self:?}"), &day.to_string()));
        (0..32).map(|_| random.alphanumeric()).collect()
    }
}

/// Returns the proof that a call carries, if it does.
pub(crate) fn proof_of(call: &Call) -> Result<Option<&str>, ProofError> {
    let mut proofs = call.headers.get_all(HeaderName::from_static("dpop")).iter();
    let Some(proof) = proofs.next() else { return Ok(None) };
    if proofs.next().is_some() {
        return Err(ProofError::Invalid("Multiple DPoP proof JWT headers are not allowed."));
    }
    let text = proof.to_str();
    text.map(Some).map_err(|_| ProofError::Invalid("The DPoP proof JWT cannot be parsed."))
}

impl Proofs {
    /// Judges the proof of a call, and answers with the thumbprint of its key.
    ///
    /// A `jti` counts as used even if the proof is refused for its nonce: Okta asks for a new one then. In return
    /// a proof without `jti` is told of the nonce first, because Okta's guide adds both in one step.
    pub(crate) fn check(
        &mut self,
        proof: &str,
        call: &Call,
        binding: Option<Binding<'_>>,
        nonce: Option<NonceIssuer>,
        now: Timestamp,
    ) -> Result<String, ProofError> {
        let invalid = |description| Err(ProofError::Invalid(description));
        let Some(jwt) = Jwt::parse(proof) else {
            return invalid("The DPoP proof JWT cannot be parsed.");
        };
        let thumbprint = check_jose_header(&jwt)?;
        let issued = check_claims(&jwt, call, now)?;
        if let Some(binding) = binding {
            if binding.thumbprint != thumbprint {
                return invalid("The access_token is not bound to the provided DPoP proof.");
            }
            if jwt.text("ath") != Some(&sha256(binding.token)) {
                return invalid(
                    "'ath' claim in the DPoP proof does not match the presented access_token.",
                );
            }
        }
        let jti = jwt.text("jti").filter(|jti| !jti.is_empty());
        if let Some(jti) = jti {
            let until = issued.saturating_add(MAX_AGE).unwrap_or(Timestamp::MAX);
            if !self.seen.claim(&thumbprint, jti, until, now) {
                return invalid("The DPoP proof JWT has already been used.");
            }
        }
        if let Some(issuer) = nonce
            && !jwt.text("nonce").is_some_and(|nonce| issuer.accepts(nonce, now))
        {
            return Err(ProofError::NonceNeeded(issuer.nonce(now)));
        }
        if jti.is_none() {
            return invalid("'jti' claim in the DPoP proof JWT is invalid.");
        }
        Ok(thumbprint)
    }
}

/// Verifies the signature by the key in the header, and answers with its thumbprint.
fn check_jose_header(jwt: &Jwt<'_>) -> Result<String, ProofError> {
    let invalid = |description| Err(ProofError::Invalid(description));
    if jwt.jose_header.get("typ").and_then(|typ| typ.as_str()) != Some("dpop+jwt") {
        return invalid("'typ' must be 'dpop+jwt' in the DPoP proof JWT.");
    }
    let Some(algorithm) = jwt.algorithm() else {
        return invalid("The DPoP proof JWT signature algorithm is invalid.");
    };
    let Some(key) = jwt.jose_header.get("jwk").and_then(PublicKey::parse) else {
        return invalid("The DPoP proof JWT is invalid.");
    };
    if !key.fits(algorithm) {
        return invalid("The DPoP proof JWT signature algorithm is invalid.");
    }
    if !jwt.is_signed_by(&key) {
        return invalid("The DPoP proof JWT signature is invalid.");
    }
    Ok(key.thumbprint())
}

/// Compares the claims with the call, and answers with the time at which the proof was made.
fn check_claims(jwt: &Jwt<'_>, call: &Call, now: Timestamp) -> Result<Timestamp, ProofError> {
    let invalid = |description| Err(ProofError::Invalid(description));
    if jwt.text("htm") != Some(call.method.as_str()) {
        return invalid("'htm' claim in the DPoP proof JWT is invalid.");
    }
    if !jwt.text("htu").is_some_and(|url| is_url_of(url, call)) {
        return invalid("'htu' claim in the DPoP proof JWT is invalid.");
    }
    let Ok(Some(issued)) = jwt.time("iat") else {
        return invalid("'iat' claim in the DPoP proof JWT is invalid.");
    };
    if issued > now {
        return invalid("The DPoP proof JWT is issued in the future.");
    }
    if now.duration_since(issued) > MAX_AGE {
        return invalid("The DPoP proof JWT is issued more than five minutes in the past.");
    }
    match jwt.time("exp") {
        Ok(None) => Ok(issued),
        Ok(Some(expires)) if expires > now => Ok(issued),
        _ => invalid("The DPoP proof JWT is expired."),
    }
}

/// Tells whether a URL is that of the call, without query.
///
/// Okta decodes the path of the call but not that of the URL in the proof, so one that has to be encoded
/// never fits.
fn is_url_of(url: &str, call: &Call) -> bool {
    let Some((origin, path)) = split_origin(url) else { return false };
    let Some((own, _)) = split_origin(&call.origin) else { return false };
    origin == own && decode_percent(&call.path).is_ok_and(|own| own == path)
}

/// Splits a URL into scheme and host, in lower case and without the usual port, and what follows them.
fn split_origin(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let port = if scheme == "https" { ":443" } else { ":80" };
    let host = authority.strip_suffix(port).unwrap_or(&authority);
    Some((format!("{scheme}://{host}"), path))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn urls_are_compared_without_their_query_and_decoded() {
        let rows = [
            ("https://acme.okta.com/a/b?c=d", "https://acme.okta.com/a/b", true),
            ("https://acme.okta.com/a/b", "HTTPS://Acme.Okta.Com:443/a/b", true),
            ("http://localhost:8080/a", "http://localhost:8080/a", true),
            ("https://acme.okta.com/a%40b", "https://acme.okta.com/a@b", true),
            ("https://acme.okta.com/a%40b", "https://acme.okta.com/a%40b", false),
            ("https://acme.okta.com/a?c=d", "https://acme.okta.com/a?c=d", false),
            ("https://acme.okta.com/a", "https://acme.okta.com/a?", false),
            ("https://acme.okta.com/a", "https://acme.okta.com/a#", false),
            ("https://acme.okta.com/a", "https://acme.okta.com/a/", false),
            ("https://acme.okta.com/a", "https://acme.okta.com/A", false),
            ("https://acme.okta.com/a", "http://acme.okta.com/a", false),
            ("https://acme.okta.com/a", "https://acme.okta.com:8443/a", false),
            ("https://acme.okta.com/a", "https://acme.example.com/a", false),
            ("https://acme.okta.com/a", "/a", false),
        ];
        for (called, url, expected) in rows {
            let request = http::Request::get(called).body(Bytes::new()).unwrap();
            let call = Call::parse(&request).unwrap();
            assert_eq!(is_url_of(url, &call), expected, "{called} {url}");
        }
    }

    #[test]
    fn a_nonce_lives_three_days_and_rotates_every_day() {
        let day = |days: i64| Timestamp::from_second(1_767_225_600 + days * 86_400).unwrap();
        let issuer = NonceIssuer::AuthorizationServer;
        let nonce = issuer.nonce(day(0));
        assert_eq!(nonce, issuer.nonce(day(1) - SignedDuration::from_secs(1)));
        assert_ne!(nonce, issuer.nonce(day(1)));
        assert_ne!(nonce, NonceIssuer::Api.nonce(day(0)));
        let rows = [(-1, false), (0, true), (1, true), (2, true), (3, false)];
        for (days, expected) in rows {
            assert_eq!(issuer.accepts(&nonce, day(days)), expected, "{days}");
        }
        assert!(!NonceIssuer::Api.accepts(&nonce, day(0)));
    }
}
