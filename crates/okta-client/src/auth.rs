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

/// Makes a header whose value stays out of logs. None if it is not visible ASCII: others would be sent as bytes
/// that nobody agrees on the meaning of.
pub(crate) fn sensitive(text: SecretString) -> Option<HeaderValue> {
    let text = Some(text.expose_secret()).filter(|text| text.is_ascii())?;
    let mut header = HeaderValue::from_str(text).ok()?;
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
    fn some_tokens_are_no_header() {
        for token in ["a\r\nb", "a\0b", "\u{7f}", "\u{2603}", "\u{e9}"] {
            assert!(authorization("Bearer", &token.into()).is_none(), "{token:?}");
        }
    }
}
