//! Who may call, and with which scopes.
//!
//! An API token (`SSWS`) may read everything. An OAuth token (`Bearer`) may read what its scopes say, and is
//! refused without a body: the reason is in the challenge.

use std::collections::{BTreeMap, BTreeSet};

use http::{StatusCode, header};

use crate::error::{OktaError, Refusal};
use crate::request::Call;

/// The credentials that the org knows.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    api: BTreeSet<String>,
    bearer: BTreeMap<String, BTreeSet<String>>,
    revoked: BTreeSet<String>,
}

// By hand, so that no token is ever printed.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("api", &self.api.len())
            .field("bearer", &self.bearer.len())
            .field("revoked", &self.revoked.len())
            .finish()
    }
}

impl Tokens {
    pub(crate) fn accept_api(&mut self, token: &str) {
        self.revoked.remove(token);
        self.api.insert(token.to_owned());
    }

    pub(crate) fn accept_bearer(&mut self, token: &str, scopes: &[&str]) {
        self.revoked.remove(token);
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.bearer.insert(token.to_owned(), scopes);
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        let known = self.api.remove(token) | self.bearer.remove(token).is_some();
        if known {
            self.revoked.insert(token.to_owned());
        }
    }

    /// Lets a call that needs `scope` pass, or says why not.
    pub(crate) fn authorize(&self, call: &Call, scope: &str) -> Result<(), Refusal> {
        let credentials = call.header(&header::AUTHORIZATION).unwrap_or_default();
        match credentials.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("SSWS") => {
                if self.api.contains(token) {
                    Ok(())
                } else {
                    Err(OktaError::invalid_token().into())
                }
            }
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => {
                self.authorize_bearer(call, token, scope)
            }
            _ => Err(OktaError::invalid_session().into()),
        }
    }

    fn authorize_bearer(&self, call: &Call, token: &str, scope: &str) -> Result<(), Refusal> {
        let Some(granted) = self.bearer.get(token) else {
            let description = match self.revoked.contains(token) {
                true => "The access token has been revoked.",
                false => "The access token is invalid.",
            };
            return Err(challenge(
                call,
                scope,
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                description,
            ));
        };
        let manage = scope.replace(".read", ".manage");
        if granted.contains(scope) || granted.contains(&manage) {
            return Ok(());
        }
        let description = "The access token provided does not contain the required scopes.";
        Err(challenge(call, scope, StatusCode::FORBIDDEN, "insufficient_scope", description))
    }
}

/// The token that a call carries, whatever its scheme.
pub(crate) fn token_of(call: &Call) -> Option<&str> {
    call.header(&header::AUTHORIZATION)?.split_once(' ').map(|(_, token)| token)
}

fn challenge(
    call: &Call,
    scope: &str,
    status: StatusCode,
    error: &str,
    description: &str,
) -> Refusal {
    // Okta writes these URLs with `http`, whatever the scheme of the call.
    let host = call.origin.split_once("://").map_or("localhost", |(_, host)| host);
    Refusal::Challenge {
        status,
        www_authenticate: format!(
            "Bearer authorization_uri=\"http://{host}/oauth2/v1/authorize\", \
             realm=\"http://{host}\", scope=\"{scope}\", error=\"{error}\", \
             error_description=\"{description}\", resource=\"{}\"",
            call.path,
        ),
    }
}
