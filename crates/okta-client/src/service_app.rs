//! A service app: a client that proves itself with a private key and gets short-lived tokens for it.
//!
//! The app signs an assertion (`private_key_jwt`), the org authorization server gives a token for an
//! hour, and the process keeps it until shortly before it expires. If the app demands DPoP, the
//! server says so at the first request, and from then on every request carries a proof.

use crate::dpop::{DpopKey, Purpose};
use crate::error::{Error, ErrorKind};
use crate::jws::{SignError, Signer, base64url, signing_input, unique};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The path of the org authorization server's token endpoint; no other server gives `okta.` scopes.
pub(crate) const TOKEN_PATH: &str = "/oauth2/v1/token";

/// The seconds for which an assertion is good. It is for one request; Okta allows an hour.
const ASSERTION_LIFETIME: u64 = 300;

/// The seconds by which signed texts are dated back: Okta refuses what comes from the future.
const BACKDATING: u64 = 5;

/// A clock that is off by this many seconds may be why a signed text was refused. Less than what it is
/// dated back by cannot be.
const MIN_SKEW: u64 = BACKDATING - 1;

/// A token is not used in the last minute of its life.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);

/// A service app of an org, and the token that this process has of it.
///
/// Okta lets such an app prove itself by `private_key_jwt` only, gives it tokens for an hour, and demands
/// DPoP unless an administrator turns that off.
#[derive(Debug)]
pub struct ServiceApp {
    client_id: String,
    key_id: Option<String>,
    signer: Arc<dyn Signer>,
    scopes: Scopes,
    /// Held while a token is asked for, so that only one is.
    pub(crate) state: tokio::sync::Mutex<TokenState>,
    /// The nonce that API calls, unlike the token endpoint, want to see repeated.
    api_nonce: Mutex<Option<String>>,
    /// Okta's clock less ours, in seconds.
    skew: AtomicI64,
}

/// The OAuth 2.0 scopes to ask for, such as `okta.users.read`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scopes {
    /// These. If one is not granted, there is no token.
    Exactly(Vec<String>),
    /// Those of these that are granted.
    Granted(Vec<String>),
}

impl Scopes {
    /// Returns true if a token for some of the scopes is good as well.
    pub(crate) fn may_be_fewer(&self) -> bool {
        matches!(self, Self::Granted(_))
    }

    pub(crate) fn all(&self) -> &[String] {
        match self {
            Self::Exactly(scopes) | Self::Granted(scopes) => scopes,
        }
    }
}

/// The knowledge of a process about the tokens of an app.
#[derive(Debug, Default)]
pub(crate) struct TokenState {
    /// The present token.
    pub(crate) token: Option<Arc<AccessToken>>,
    /// The key to prove possession with, once the app is known to demand it.
    pub(crate) dpop: Option<Arc<DpopKey>>,
    /// The nonce that the token endpoint wants to see repeated.
    pub(crate) nonce: Option<String>,
    /// Once all scopes together were refused: the refusals of the first of them one by one, or none for a scope
    /// that is granted.
    pub(crate) explored: Option<Vec<Option<Error>>>,
}

/// An access token, and the key that it is bound to.
#[derive(Debug)]
pub(crate) struct AccessToken {
    text: SecretString,
    key: Option<Arc<DpopKey>>,
    good_until: Instant,
}

/// The answer of the token endpoint. What goes without saying may be missing, or be something else.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    token_type: Value,
    #[serde(default)]
    expires_in: Value,
}

impl TokenAnswer {
    /// Returns true if the token is bound to the key of the proof.
    fn is_bound(&self) -> bool {
        self.token_type.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP"))
    }

    /// Returns the time for which the token is good: an hour, if the answer does not tell a number.
    fn lifetime(&self) -> Duration {
        const HOUR: f64 = 3_600.0;
        let seconds = match &self.expires_in {
            Value::String(text) => text.trim().parse().ok(),
            number => number.as_f64(),
        };
        let seconds = seconds.filter(|seconds: &f64| seconds.is_finite()).unwrap_or(HOUR);
        Duration::from_secs_f64(seconds.clamp(0.0, 24.0 * HOUR))
    }
}

#[derive(Serialize)]
struct AssertionHeader<'a> {
    alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct AssertionClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    jti: String,
}

impl ServiceApp {
    /// Makes an app that has no token yet. `key_id` is the `kid` under which Okta knows the public key.
    pub fn new(
        client_id: String,
        key_id: Option<String>,
        signer: Arc<dyn Signer>,
        scopes: Scopes,
    ) -> Self {
        Self {
            client_id,
            key_id,
            signer,
            scopes,
            state: tokio::sync::Mutex::default(),
            api_nonce: Mutex::default(),
            skew: AtomicI64::new(0),
        }
    }

    pub(crate) fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Returns the time to put into what is signed, given ours: that of Okta, dated back a little.
    pub(crate) fn server_now(&self, wall_now: u64) -> u64 {
        wall_now.saturating_add_signed(self.skew.load(Ordering::Relaxed)).saturating_sub(BACKDATING)
    }

    /// Takes in the time of day at Okta, if an answer told it. Returns by how many seconds our notion of it was
    /// off, if that may be why something signed was refused.
    pub(crate) fn learn_time(&self, server_now: Option<u64>, wall_now: u64) -> Option<u64> {
        let skew = server_now?.cast_signed().saturating_sub(wall_now.cast_signed());
        let off_by = self.skew.swap(skew, Ordering::Relaxed).abs_diff(skew);
        Some(off_by).filter(|&seconds| seconds >= MIN_SKEW)
    }

    /// Forgets a token that Okta refused, unless there is another one by now.
    pub(crate) async fn forget(&self, token: &Arc<AccessToken>) {
        let mut state = self.state.lock().await;
        if state.token.as_ref().is_some_and(|known| Arc::ptr_eq(known, token)) {
            state.token = None;
        }
    }

    pub(crate) fn api_nonce(&self) -> Option<String> {
        self.api_nonce.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn learn_api_nonce(&self, nonce: &str) {
        *self.api_nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
    }

    /// Makes the form that asks for a token, with a new assertion.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyRefused`] or [`ErrorKind::KeyUnavailable`] if the key does not sign.
    pub(crate) async fn form(
        &self,
        url: &str,
        scopes: &[String],
        now: u64,
    ) -> Result<String, Error> {
        let header =
            AssertionHeader { alg: self.signer.algorithm().name(), kid: self.key_id.as_deref() };
        let claims = AssertionClaims {
            iss: &self.client_id,
            sub: &self.client_id,
            aud: url,
            iat: now,
            exp: now + ASSERTION_LIFETIME,
            jti: unique(),
        };
        let input = signing_input(&header, &claims);
        let signature = self.signer.sign(input.as_bytes()).await.map_err(|error| {
            let kind = match &error {
                SignError::Refused(_) => ErrorKind::KeyRefused,
                SignError::Unavailable(_) => ErrorKind::KeyUnavailable,
            };
            Error::local(kind, error.to_string())
        })?;
        let assertion = format!("{input}.{}", base64url(&signature));
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", &scopes.join(" ")),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        Ok(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish())
    }
}

impl AccessToken {
    /// Takes the token of an answer, bound to `key` if the answer says so.
    pub(crate) fn new(answer: TokenAnswer, key: Option<Arc<DpopKey>>, now: Instant) -> Self {
        let key = key.filter(|_| answer.is_bound());
        let good_until = now + answer.lifetime().saturating_sub(TOKEN_MARGIN);
        Self { text: answer.access_token.into(), key, good_until }
    }

    /// Returns true if the token may still be sent.
    pub(crate) fn is_good(&self, now: Instant) -> bool {
        now < self.good_until
    }

    /// Returns the scheme of the `Authorization` header, and the token.
    pub(crate) fn authorization(&self) -> (&'static str, &SecretString) {
        (if self.key.is_some() { "DPoP" } else { "Bearer" }, &self.text)
    }

    /// Makes the proof that goes along with a read of `url`, if the token is bound to a key.
    pub(crate) fn proof(&self, url: &str, nonce: Option<&str>, now: u64) -> Option<String> {
        let token = Some(self.text.expose_secret());
        self.key.as_ref()?.proof(&Purpose { method: "GET", url, token, nonce, now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_the_token_endpoint() {
        let rows = [
            (r#"{"access_token":"t","token_type":"DPoP","expires_in":3600}"#, true, 3_600),
            (r#"{"access_token":"t","token_type":"dpop","expires_in":"600"}"#, true, 600),
            (r#"{"access_token":"t","token_type":"Bearer","expires_in":3600.0}"#, false, 3_600),
            (r#"{"access_token":"t","token_type":null,"expires_in":null}"#, false, 3_600),
            (r#"{"access_token":"t","token_type":7,"expires_in":"soon"}"#, false, 3_600),
            (r#"{"access_token":"t","expires_in":"NaN"}"#, false, 3_600),
            (r#"{"access_token":"t","expires_in":-5}"#, false, 0),
            (r#"{"access_token":"t","expires_in":1e300}"#, false, 86_400),
            (r#"{"access_token":"t"}"#, false, 3_600),
        ];
        for (answer, is_bound, lifetime) in rows {
            let read: TokenAnswer = serde_json::from_str(answer).unwrap();
            assert_eq!(
                (read.is_bound(), read.lifetime().as_secs()),
                (is_bound, lifetime),
                "{answer}"
            );
        }
    }
}
