//! The form that the token endpoint is sent, and the credentials in it or beside it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;

use crate::call::{Call, decode_form};
use crate::error::{OktaError, Refusal};
use crate::oauth_error::OAuthError;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The fields of the request.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn read(call: &Call) -> Result<Self, Refusal> {
        let content_type = call.header(&header::CONTENT_TYPE).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OktaError::unsupported_media_type().into());
        }
        let credentials = ["client_id", "client_secret", "client_assertion"];
        if credentials.iter().any(|name| call.param(name).is_some()) {
            let description = "Client credentials cannot be supplied via query parameters.";
            return Err(OAuthError::invalid_request(description).into());
        }
        let form = Self(call.form().ok_or(OAuthError::invalid_request("Invalid request"))?);
        let mut names: Vec<_> = form.0.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            let description = "The request contained multiple parameters with the same name.";
            return Err(OAuthError::invalid_request(description).into());
        }
        Ok(form)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Returns the assertion, which must be the only credential.
    pub(crate) fn assertion(&self, call: &Call) -> Result<&str, OAuthError> {
        let in_header = call.headers.contains_key(header::AUTHORIZATION);
        let in_body = self.get("client_id").is_some() || self.get("client_secret").is_some();
        match self.get("client_assertion") {
            Some(_) if in_header || in_body => Err(OAuthError::multiple_credentials()),
            None if in_header && in_body => Err(OAuthError::multiple_credentials()),
            None if in_header || in_body => Err(OAuthError::invalid_client(
                "Client Credentials requests to the Org Authorization Server must use the \
                 private_key_jwt token_endpoint_auth_method.",
            )),
            None => Err(OAuthError::invalid_client("No client credentials found.")),
            Some(_) if self.get("client_assertion_type") != Some(ASSERTION_TYPE) => {
                Err(OAuthError::invalid_request("The client_assertion_type is invalid."))
            }
            Some(assertion) => Ok(assertion),
        }
    }

    /// Returns the id of a web app and the secret that it sends, in the header or in the body.
    pub(crate) fn client(&self, call: &Call) -> Result<(String, Option<String>), OAuthError> {
        let in_body = self.get("client_id");
        let Some(credentials) = call.header(&header::AUTHORIZATION) else {
            let client_id =
                in_body.ok_or(OAuthError::invalid_client("No client credentials found."))?;
            return Ok((client_id.to_owned(), self.get("client_secret").map(str::to_owned)));
        };
        if in_body.is_some() || self.get("client_secret").is_some() {
            return Err(OAuthError::multiple_credentials());
        }
        let read = || {
            let (scheme, encoded) = credentials.split_once(' ')?;
            let decoded = STANDARD.decode(encoded.trim()).ok()?;
            let decoded = String::from_utf8(decoded).ok()?;
            let (client_id, secret) = decoded.split_once(':')?;
            let is_basic = scheme.eq_ignore_ascii_case("Basic");
            let part = |text: &str| decode_form(text).ok();
            is_basic.then_some((part(client_id)?, Some(part(secret)?)))
        };
        read().ok_or(OAuthError::invalid_client("The client credentials cannot be read."))
    }
}
