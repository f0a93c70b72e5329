//! Credentials of calls: which are let in, and for what.
//!
//! An API token (`SSWS`) may read everything that its owner's role allows. An OAuth token (`Bearer`, or `DPoP` if
//! it is bound to a key) may read what its scopes say besides, and is refused without a body: the reason is in
//! the challenge.

use http::{StatusCode, header};
use jiff::Timestamp;

use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::dpop::{Binding, NonceIssuer, ProofError, Proofs, proof_of};
use crate::error::{OktaError, Refusal};
use crate::limits::Principal;
use crate::tokens::{Rejection, Role, Tokens};

/// Everything that decides about a call to the API.
pub(crate) struct Authorizer<'a> {
    pub(crate) tokens: &'a mut Tokens,
    pub(crate) proofs: &'a mut Proofs,
    pub(crate) behaviour: &'a Behaviour,
    pub(crate) now: Timestamp,
}

/// A call that is let in.
#[derive(Default)]
pub(crate) struct Admitted {
    /// The role of whoever calls, which leaves things out.
    pub(crate) role: Role,
    /// The call counts for this one.
    pub(crate) principal: Principal,
}

/// The answer to a refused OAuth token names these.
struct Challenge {
    scheme: AuthScheme,
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    dpop_nonce: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AuthScheme {
    Bearer,
    Dpop,
}

impl Authorizer<'_> {
    /// Lets a call that needs all of these scopes pass, or says why not. What passes may still be more than the role
    /// of whoever calls allows.
    pub(crate) fn authorize(&mut self, call: &Call, scopes: &[&str]) -> Result<Admitted, Refusal> {
        let credentials = call.header(&header::AUTHORIZATION).unwrap_or_default();
        if let Some(token) = api_token(credentials) {
            return self.authorize_api(token);
        }
        let (scheme, token) = credentials.split_once(' ').unwrap_or_default();
        let is = |name| scheme.eq_ignore_ascii_case(name);
        let scheme = match (is("Bearer"), is("DPoP")) {
            (true, _) => AuthScheme::Bearer,
            (_, true) => AuthScheme::Dpop,
            _ => return Err(OktaError::invalid_session().into()),
        };
        self.authorize_oauth(call, scheme, token, scopes)
    }

    fn authorize_api(&mut self, token: &str) -> Result<Admitted, Refusal> {
        let principal = self.tokens.good_api(token, self.now);
        let principal = principal.ok_or_else(OktaError::invalid_token)?;
        self.check_zone()?;
        self.tokens.renew_api(token, self.now);
        Ok(Admitted { role: self.tokens.role(token), principal })
    }

    fn authorize_oauth(
        &mut self,
        call: &Call,
        scheme: AuthScheme,
        token: &str,
        scopes: &[&str],
    ) -> Result<Admitted, Refusal> {
        let first = scopes.first().copied().unwrap_or_default();
        let refuse = |challenge: Challenge| challenge.into_refusal(call, first);
        let grant = match self.tokens.oauth(token, self.now) {
            Ok(grant) => grant.clone(),
            Err(rejection) => {
                let description = match rejection {
                    Rejection::Unknown => "The access token is invalid.",
                    Rejection::Revoked => "The access token has been revoked.",
                    Rejection::Expired => "The token has expired.",
                };
                return Err(refuse(Challenge::invalid_token(scheme, description)));
            }
        };
        match (scheme, &grant.thumbprint) {
            (AuthScheme::Bearer, None) => {}
            (AuthScheme::Bearer, Some(_)) => {
                let description = "The resource request must use the DPoP authentication scheme \
                                   when using a DPoP bound token.";
                return Err(refuse(Challenge::bad_request("invalid_request", description)));
            }
            (AuthScheme::Dpop, None) => {
                let description = "The presented access_token is not DPoP bound.";
                return Err(refuse(Challenge::invalid_token(scheme, description)));
            }
            (AuthScheme::Dpop, Some(thumbprint)) => {
                let binding = Binding { token, thumbprint };
                self.check_proof(call, binding).map_err(refuse)?;
            }
        }
        self.check_zone()?;
        let is_missing = |scope: &&&str| {
            let manage = scope.replace(".read", ".manage");
            !grant.scopes.contains(**scope) && !grant.scopes.contains(&manage)
        };
        if let Some(missing) = scopes.iter().find(is_missing) {
            return Err(Challenge::insufficient_scope(scheme).into_refusal(call, missing));
        }
        let role = self.tokens.role(token);
        let role = match &grant.client_id {
            Some(client_id) => role.join(self.tokens.role(client_id)),
            None => role,
        };
        Ok(Admitted { role, principal: grant.principal })
    }

    fn check_proof(&mut self, call: &Call, binding: Binding<'_>) -> Result<(), Challenge> {
        let nonce = self.behaviour.api_nonce.then_some(NonceIssuer::Api);
        let checked = proof_of(call).and_then(|proof| {
            proof
                .map(|proof| self.proofs.check(proof, call, Some(binding), nonce, self.now))
                .transpose()
        });
        match checked {
            Ok(Some(_)) => Ok(()),
            Ok(None) => {
                let description = "The resource request requires a DPoP proof.";
                Err(Challenge::bad_request("invalid_request", description))
            }
            Err(ProofError::Invalid(description)) => {
                Err(Challenge::bad_request("invalid_dpop_proof", description))
            }
            Err(ProofError::NonceNeeded(nonce)) => Err(Challenge::use_dpop_nonce(nonce)),
        }
    }

    /// Turns away calls from outside the network zones that are allowed.
    ///
    /// A guess: Okta documents only what its token endpoint answers. Of the documented answers of the API this is
    /// the one that says neither that the credential is wrong nor that a second try would help.
    fn check_zone(&self) -> Result<(), Refusal> {
        match self.behaviour.zone_blocked {
            false => Ok(()),
            true => Err(OktaError::no_permission().into()),
        }
    }
}

/// Returns the token that a call carries, whatever its scheme.
pub(crate) fn token_of(call: &Call) -> Option<&str> {
    let credentials = call.header(&header::AUTHORIZATION)?;
    api_token(credentials).or_else(|| credentials.split_once(' ').map(|(_, token)| token))
}

/// Returns an API token. Okta takes it with or without a blank behind the scheme.
fn api_token(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_at_checked("SSWS".len())?;
    scheme.eq_ignore_ascii_case("SSWS").then(|| token.trim_start())
}

impl Challenge {
    fn invalid_token(scheme: AuthScheme, description: &'static str) -> Self {
        let (status, error) = (StatusCode::UNAUTHORIZED, "invalid_token");
        Self { scheme, status, error, description, dpop_nonce: None }
    }

    fn insufficient_scope(scheme: AuthScheme) -> Self {
        let description = "The access token provided does not contain the required scopes.";
        let (status, error) = (StatusCode::FORBIDDEN, "insufficient_scope");
        Self { scheme, status, error, description, dpop_nonce: None }
    }

    fn bad_request(error: &'static str, description: &'static str) -> Self {
        let (scheme, status) = (AuthScheme::Dpop, StatusCode::BAD_REQUEST);
        Self { scheme, status, error, description, dpop_nonce: None }
    }

    fn use_dpop_nonce(nonce: String) -> Self {
        let (scheme, status) = (AuthScheme::Dpop, StatusCode::UNAUTHORIZED);
        let description = "Resource server requires nonce in DPoP proof.";
        Self { scheme, status, error: "use_dpop_nonce", description, dpop_nonce: Some(nonce) }
    }

    fn into_refusal(self, call: &Call, scope: &str) -> Refusal {
        let scheme = match self.scheme {
            AuthScheme::Bearer => "Bearer",
            AuthScheme::Dpop => "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\",",
        };
        // Okta writes these URLs with `http`, whatever the scheme of the call.
        let host = call.origin.split_once("://").map_or("localhost", |(_, host)| host);
        Refusal::Challenge {
            status: self.status,
            www_authenticate: format!(
                "{scheme} authorization_uri=\"http://{host}/oauth2/v1/authorize\", \
                 realm=\"http://{host}\", scope=\"{scope}\", error=\"{}\", \
                 error_description=\"{}\", resource=\"{}\"",
                self.error, self.description, call.path,
            ),
            dpop_nonce: self.dpop_nonce,
        }
    }
}
