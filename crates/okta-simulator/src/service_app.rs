//! Service apps, and how they show who they are: an assertion signed with a registered key.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::jwk::PublicKey;
use crate::jwt::Jwt;
use crate::oauth_error::OAuthError;
use crate::single_use::SingleUse;

/// An app of the type *API Services*, which gets its tokens without a user.
#[derive(Clone, Default, PartialEq)]
pub struct ServiceApp {
    /// Its id, such as `0oa1a2b3c4d5e6f7g8h9`.
    pub client_id: String,
    /// The public keys that its assertions may be signed with, as JSON Web Keys with a `kid`.
    ///
    /// If one of them is private, is no signing key, or is RSA of less than 2048 bit, no assertion is accepted.
    pub keys: Vec<Value>,
    /// The scopes that were granted to it.
    pub scopes: Vec<String>,
    /// Its tokens must be bound to a key (`DPoP`). Okta's default for a new app is that they must.
    pub requires_dpop: bool,
}

// By hand, because somebody may register a private key by mistake.
impl std::fmt::Debug for ServiceApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceApp")
            .field("client_id", &self.client_id)
            .field("keys", &self.keys.len())
            .field("scopes", &self.scopes)
            .field("requires_dpop", &self.requires_dpop)
            .finish()
    }
}

/// The service apps of an org.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceApps {
    apps: BTreeMap<String, ServiceApp>,
    assertions: SingleUse,
}

/// An assertion may expire this far ahead. Exactly an hour is still accepted, and no clock is forgiven anything.
const MAX_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

impl ServiceApps {
    /// Returns the ids of the apps.
    pub(crate) fn ids(&self) -> impl Iterator<Item = String> {
        self.apps.keys().cloned()
    }

    pub(crate) fn register(&mut self, app: ServiceApp) {
        self.apps.insert(app.client_id.clone(), app);
    }

    /// Finds out which app an assertion is from. `url` is the endpoint that it was sent to.
    ///
    /// The `jti` is optional and makes an assertion single-use. It counts as used from here on, whatever becomes
    /// of the rest of the request.
    pub(crate) fn authenticate(
        &mut self,
        assertion: &str,
        url: &str,
        now: Timestamp,
    ) -> Result<&ServiceApp, OAuthError> {
        let invalid = |description| Err(OAuthError::invalid_client(description));
        let Some(jwt) = Jwt::parse(assertion) else {
            return invalid("The parsing of the client_assertion failed.");
        };
        let Some(app) = jwt.text("iss").and_then(|id| self.apps.get(id)) else {
            return invalid("The issuer claim for client_assertion is not a valid client_id.");
        };
        if jwt.text("sub") != Some(&app.client_id) {
            return invalid("The subject claim for client_assertion is not a valid client_id.");
        }
        app.verify(&jwt)?;
        if !is_audience(jwt.claims.get("aud"), url) {
            return invalid(
                "The audience claim for client_assertion must be the endpoint invoked for the \
                 request.",
            );
        }
        let Ok(Some(expires)) = jwt.time("exp") else {
            return invalid(
                "The client_assertion must contain the 'exp' claim as seconds since epoch.",
            );
        };
        if expires <= now {
            return invalid("The client_assertion token is expired.");
        }
        if expires.duration_since(now) > MAX_LIFETIME {
            return invalid(
                "The client_assertion token has an expiration too far into the future.",
            );
        }
        match jwt.time("iat") {
            Ok(issued) if issued.is_none_or(|issued| issued <= now) => {}
            Ok(_) => {
                return invalid(
                    "The client_assertion token must be issued before the current time.",
                );
            }
            Err(_) => return invalid("The parsing of the client_assertion failed."),
        }
        if let Some(jti) = jwt.text("jti")
            && !self.assertions.claim(&app.client_id, jti, expires, now)
        {
            return invalid("The client_assertion token has already been used.");
        }
        Ok(app)
    }
}

impl ServiceApp {
    /// Verifies a signature.
    ///
    /// An assertion without `kid` is accepted from an app that has one key: Okta's own Python SDK leaves it out.
    fn verify(&self, jwt: &Jwt<'_>) -> Result<(), OAuthError> {
        let invalid = |description| Err(OAuthError::invalid_client(description));
        let Some(algorithm) = jwt.algorithm() else {
            return invalid("The client_assertion JWT signature algorithm is invalid.");
        };
        let keys: Option<Vec<_>> = self.keys.iter().map(PublicKey::parse).collect();
        let Some(keys) = keys else { return invalid("The client JWKSet is invalid.") };
        if keys.is_empty() {
            return invalid(
                "The client does not have a JWKSet configured, but the client_assertion requires \
                 one.",
            );
        }
        let key = match jwt.jose_header.get("kid") {
            None if keys.len() == 1 => keys.first(),
            None => None,
            kid => {
                let named = self.keys.iter().position(|key| key.get("kid") == kid);
                named.and_then(|index| keys.get(index))
            }
        };
        let Some(key) = key else { return invalid("The client_assertion JWT kid is invalid.") };
        if !key.fits(algorithm) {
            return invalid("The client_assertion JWT signature algorithm is invalid.");
        }
        if !jwt.is_signed_by(key) {
            return invalid("The client_assertion signature is invalid.");
        }
        Ok(())
    }
}

/// Tells whether a claim names this audience. It may name one as text, or several in a list.
fn is_audience(claim: Option<&Value>, url: &str) -> bool {
    match claim {
        Some(Value::String(audience)) => audience == url,
        Some(Value::Array(audiences)) => audiences.iter().any(|audience| audience == url),
        _ => false,
    }
}
