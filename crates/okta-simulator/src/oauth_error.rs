//! The ways the authorization server says no.
//!
//! The texts are those of Okta's catalogue of OAuth errors, so that a client which looks for a word in them finds
//! it here as well.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::{Value, json};

/// The words about a scope that an app was not granted.
const NOT_CONFIGURED: &str =
    "One or more scopes are not configured for the authorization server resource.";

/// An error as OAuth words it.
#[derive(Clone, Debug)]
pub(crate) struct OAuthError {
    pub(crate) status: StatusCode,
    pub(crate) error: &'static str,
    pub(crate) description: Cow<'static, str>,
    /// The next proof has to carry this.
    pub(crate) dpop_nonce: Option<String>,
}

impl OAuthError {
    fn new(
        status: StatusCode,
        error: &'static str,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, error, description: description.into(), dpop_nonce: None }
    }

    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    pub(crate) fn invalid_client(description: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
    }

    pub(crate) fn invalid_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", description)
    }

    pub(crate) fn invalid_dpop_proof(description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_dpop_proof", description)
    }

    pub(crate) fn use_dpop_nonce(nonce: String) -> Self {
        let description = "Authorization server requires nonce in DPoP proof.";
        let error = Self::new(StatusCode::BAD_REQUEST, "use_dpop_nonce", description);
        Self { dpop_nonce: Some(nonce), ..error }
    }

    pub(crate) fn multiple_credentials() -> Self {
        let description = "Cannot supply multiple client credentials. Use one of the following: \
            credentials in the Authorization header, credentials in the post body, or a \
            client_assertion in the post body.";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request", description)
    }

    pub(crate) fn unsupported_grant_type() -> Self {
        let description = "The authorization grant type is not supported by the authorization \
            server. Configured grant types: [authorization_code, implicit, password, \
            refresh_token, client_credentials].";
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", description)
    }

    pub(crate) fn unsupported_response_type() -> Self {
        let description = "The response type is not supported by the authorization server. \
            Configured response types: [code].";
        Self::new(StatusCode::BAD_REQUEST, "unsupported_response_type", description)
    }

    pub(crate) fn invalid_grant(description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_grant", description)
    }

    pub(crate) fn denied_by_user() -> Self {
        let description = "The resource owner or authorization server denied the request.";
        Self::new(StatusCode::FORBIDDEN, "access_denied", description)
    }

    pub(crate) fn no_scope() -> Self {
        Self::invalid_scope(
            "The authorization server resource does not have any configured default scopes, \
             'scope' must be provided.",
        )
    }

    pub(crate) fn scope_not_granted() -> Self {
        Self::invalid_scope(NOT_CONFIGURED)
    }

    /// Names the scopes, which some orgs do.
    pub(crate) fn scopes_not_granted(scopes: &[&str]) -> Self {
        Self::invalid_scope(format!("{NOT_CONFIGURED} These are not: {}.", scopes.join(", ")))
    }

    pub(crate) fn unauthorized_client() -> Self {
        let description = "The client is not authorized to use the provided grant type. \
            Configured grant types: [client_credentials].";
        Self::new(StatusCode::BAD_REQUEST, "unauthorized_client", description)
    }

    pub(crate) fn self_scope() -> Self {
        let description = "The 'client_credentials' grant type may not request .self scopes.";
        let error = "client_credentials_self_scope_requested";
        Self::new(StatusCode::BAD_REQUEST, error, description)
    }

    pub(crate) fn consent_required() -> Self {
        let description = "You are not allowed any of the requested scopes.";
        Self::new(StatusCode::BAD_REQUEST, "consent_required", description)
    }

    pub(crate) fn disallowed_network_zone() -> Self {
        let description = "The request is made from outside the client's permitted network zones.";
        Self::new(StatusCode::FORBIDDEN, "access_denied", description)
    }

    /// Returns what the authorization server most likely means by a status. There is none where it answers as the
    /// management API does.
    pub(crate) fn of_status(status: u16) -> Option<Self> {
        let status = StatusCode::from_u16(status).ok()?;
        let (error, description) = match status {
            StatusCode::BAD_REQUEST => (
                "temporarily_unavailable",
                "The authorization server is currently unable to handle the request due to a \
                 temporary overloading or maintenance of the server.",
            ),
            StatusCode::UNAUTHORIZED => (
                "invalid_client",
                "Client authentication failed. Either the client or the client credentials are \
                 invalid.",
            ),
            StatusCode::FORBIDDEN => {
                ("access_denied", "The resource owner or authorization server denied the request.")
            }
            StatusCode::INTERNAL_SERVER_ERROR => (
                "server_error",
                "The authorization server encountered an unexpected condition that prevented it \
                 from fulfilling the request.",
            ),
            _ => return None,
        };
        Some(Self::new(status, error, description))
    }

    /// Writes the JSON body.
    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.error, "error_description": self.description })
    }
}
