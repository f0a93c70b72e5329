//! The credential: kept where it cannot be printed, shown only where a header is made of it.

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// What proves to Okta who asks.
#[derive(Debug)]
pub enum Credential {
    /// An API token: carries the rights of the administrator who made it.
    ApiToken(SecretString),
    /// An OAuth 2.0 access token of the org authorization server.
    AccessToken(SecretString),
}

impl Credential {
    /// The `Authorization` header, marked as sensitive. Absent if the secret holds characters that
    /// no header can carry.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let (scheme, secret) = match self {
            Self::ApiToken(token) => ("SSWS", token),
            Self::AccessToken(token) => ("Bearer", token),
        };
        let text = SecretString::from(format!("{scheme} {}", secret.expose_secret()));
        let mut header = HeaderValue::from_str(text.expose_secret()).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_does_not_print() {
        let credential = Credential::ApiToken("canary-token".into());
        let header = credential.header().unwrap();
        assert_eq!(header, "SSWS canary-token");
        for printed in [format!("{credential:?}"), format!("{header:?}")] {
            assert!(!printed.contains("canary"), "{printed}");
        }
    }

    #[test]
    fn a_token_with_a_line_break_is_no_header() {
        assert!(Credential::AccessToken("a\r\nb".into()).header().is_none());
    }
}
