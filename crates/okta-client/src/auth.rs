//! The credential: kept where it cannot be printed, shown only where a header is made of it.

use crate::service_app::ServiceApp;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// The proof to Okta of who asks.
#[derive(Debug)]
pub enum Credential {
    /// An API token: carries the rights of the administrator who made it.
    ApiToken(SecretString),
    /// An OAuth 2.0 access token of the org authorization server.
    AccessToken(SecretString),
    /// A service app, which gets its access tokens by itself.
    ServiceApp(Arc<ServiceApp>),
}

/// Makes the `Authorization` header, marked as a secret. None if the secret holds characters that no header can
/// carry.
pub(crate) fn authorization(scheme: &str, secret: &SecretString) -> Option<HeaderValue> {
    sensitive(format!("{scheme} {}", secret.expose_secret()).into())
}

/// Makes a header whose value stays out of logs.
pub(crate) fn sensitive(text: SecretString) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(text.expose_secret()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_does_not_print() {
        let credential = Credential::ApiToken("canary-token".into());
        let header = authorization("SSWS", &"canary-token".into()).unwrap();
        assert_eq!(header, "SSWS canary-token");
        for printed in [format!("{credential:?}"), format!("{header:?}")] {
            assert!(!printed.contains("canary"), "{printed}");
        }
    }

    #[test]
    fn a_token_with_a_line_break_is_no_header() {
        assert!(authorization("Bearer", &"a\r\nb".into()).is_none());
    }
}
