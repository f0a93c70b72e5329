//! A service app: a client that proves itself with a private key and gets short-lived tokens for it.
//!
//! The app signs an assertion (`private_key_jwt`), the org authorization server gives a token for an
//! hour, and the process keeps it until shortly before it expires. If the app demands DPoP, the
//! server says so at the first request, and from then on every request carries a proof.

use crate::access_token::AccessToken;
use crate::dpop::DpopKey;
use crate::error::{Error, ErrorKind};
use crate::jws::{SignError, Signer, base64url, signing_input, unique};
use crate::tokens::Tokens;
use serde::Serialize;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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

/// A service app of an org, and the tokens that this process has of it.
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
    /// Those of these that are granted, as far as somebody needs them.
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

    /// Returns the scopes that a token has to have for somebody who says what they need. Who says nothing, or nothing that may
    /// be asked for, needs all.
    pub(crate) fn needed(&self, needs: &[String]) -> Vec<String> {
        let all = self.all();
        let needed: Vec<_> = all.iter().filter(|scope| needs.contains(scope)).cloned().collect();
        if needed.is_empty() || !self.may_be_fewer() { all.to_vec() } else { needed }
    }
}

/// The knowledge of a process about the tokens of an app.
#[derive(Debug, Default)]
pub(crate) struct TokenState {
    /// The present tokens.
    pub(crate) tokens: Tokens,
    /// The key to prove possession with, once the app is known to demand it.
    pub(crate) dpop: Option<Arc<DpopKey>>,
    /// The nonce that the token endpoint wants to see repeated.
    pub(crate) nonce: Option<String>,
    /// All scopes together were refused, and are not asked for before this.
    pub(crate) apart_until: Option<Instant>,
    /// While scopes are asked for one by one: the refusal of each, or none for a scope that is granted.
    pub(crate) explored: Vec<(String, Option<Error>)>,
}

impl TokenState {
    /// Keeps a new token, which has some of the scopes that are needed.
    pub(crate) fn keep(
        &mut self,
        needed: &[String],
        granted: Vec<String>,
        token: AccessToken,
    ) -> Arc<AccessToken> {
        let token = Arc::new(token);
        self.tokens.keep(needed, granted, &token);
        token
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

    /// Forgets a token that Okta refused.
    pub(crate) async fn forget(&self, token: &Arc<AccessToken>) {
        self.state.lock().await.tokens.forget(token);
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
