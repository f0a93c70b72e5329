//! The secret of a connection, read once, and the proof that is in it.

use crate::error::Error;
use appflow_connector::ErrorCode;
use okta_client::{Credential, LocalKey, PrivateKey};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::Arc;

/// The custom scheme that carries an API token, and its one parameter.
pub(crate) const API_TOKEN_SCHEME: &str = "Okta_API_Token";
pub(crate) const API_TOKEN: &str = "apiToken";

/// The custom scheme of a service app, and its parameters.
pub(crate) const SERVICE_APP_SCHEME: &str = "Okta_Service_App";
pub(crate) const CLIENT_ID: &str = "clientId";
pub(crate) const KEY_ID: &str = "keyId";
pub(crate) const PRIVATE_KEY: &str = "privateKey";
pub(crate) const KMS_KEY_ID: &str = "kmsKeyId";
pub(crate) const SCOPES: &str = "scopes";

/// The proof of a connection, as its secret holds it.
#[derive(Debug)]
pub(crate) enum Identity {
    /// A token that is in the secret.
    Token(Credential),
    /// A private key, of a service app.
    ServiceApp(ServiceAppIdentity),
}

/// The facts that a secret states of a service app.
#[derive(Debug)]
pub(crate) struct ServiceAppIdentity {
    /// The id of the app.
    pub(crate) client_id: String,
    /// The `kid` under which Okta knows the key.
    pub(crate) key_id: Option<String>,
    /// The key.
    pub(crate) key: KeyPlace,
    /// The scopes to ask for; all that the connector can use if absent.
    pub(crate) scopes: Option<Vec<String>>,
}

/// The place of a service app's private key.
#[derive(Debug)]
pub(crate) enum KeyPlace {
    /// In the secret.
    Here(Arc<LocalKey>),
    /// In AWS KMS, under this id.
    Kms(String),
}

/// The secret that AppFlow keeps for a connection: one flat JSON object of texts. Unknown keys are
/// ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionSecret {
    access_token: Option<SecretText>,
    custom_authentication_type: Option<String>,
    api_token: Option<SecretText>,
    client_id: Option<String>,
    key_id: Option<String>,
    private_key: Option<SecretText>,
    kms_key_id: Option<String>,
    scopes: Option<String>,
}

/// A text that does not print.
#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// Reads the proof out of a connection's secret.
///
/// # Errors
///
/// `InvalidCredentials` if the secret is of a kind that this connector did not declare.
pub(crate) fn identity(
    secret: &SecretString,
    authentication_type: Option<&str>,
) -> Result<Identity, Error> {
    let secret: ConnectionSecret = serde_json::from_str(secret.expose_secret()).map_err(|_| {
        // The cause would quote the secret.
        wrong_secret("it is not a JSON object of texts")
    })?;
    let scheme = secret.custom_authentication_type.clone();
    match (authentication_type, scheme.as_deref()) {
        (Some("OAuth2"), _) => {
            token(secret.access_token).map(Credential::AccessToken).ok_or_else(|| {
                wrong_secret("it holds no accessToken although the connection uses OAuth2")
            })
        }
        (Some("CustomAuth") | None, Some(API_TOKEN_SCHEME)) => token(secret.api_token)
            .map(Credential::ApiToken)
            .ok_or_else(|| wrong_secret(&format!("it holds no {API_TOKEN}"))),
        (Some("CustomAuth") | None, Some(SERVICE_APP_SCHEME)) => {
            return service_app(secret).map(Identity::ServiceApp);
        }
        // It is not repeated: somebody may have pasted a token there.
        (Some("CustomAuth") | None, Some(_)) => Err(wrong_secret(&format!(
            "its authentication type is neither {API_TOKEN_SCHEME} nor {SERVICE_APP_SCHEME}"
        ))),
        (None, None) => token(secret.access_token)
            .map(Credential::AccessToken)
            .ok_or_else(|| wrong_secret("it names no authentication type")),
        (Some("CustomAuth"), None) => Err(wrong_secret("it names no customAuthenticationType")),
        (Some(_), _) => Err(wrong_secret("the connection uses neither OAuth2 nor CustomAuth")),
    }
    .map(Identity::Token)
}

fn token(text: Option<SecretText>) -> Option<SecretString> {
    text.map(|text| text.0).filter(|text| !text.expose_secret().trim().is_empty())
}

fn service_app(secret: ConnectionSecret) -> Result<ServiceAppIdentity, Error> {
    let filled = |text: Option<String>| {
        text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let client_id = filled(secret.client_id)
        .ok_or_else(|| wrong_secret(&format!("it holds no {CLIENT_ID}")))?;
    let mut key_id = filled(secret.key_id);
    let key = match (token(secret.private_key), filled(secret.kms_key_id)) {
        (Some(text), None) => {
            let key = PrivateKey::parse(&text)
                .map_err(|error| wrong_secret(&format!("{PRIVATE_KEY} {error}")))?;
            key_id = key_id.or(key.id);
            KeyPlace::Here(Arc::new(key.key))
        }
        (None, Some(id)) => KeyPlace::Kms(id),
        (Some(_), Some(_)) => {
            return Err(wrong_secret(&format!(
                "it holds both {PRIVATE_KEY} and {KMS_KEY_ID} - one of them is enough"
            )));
        }
        (None, None) => {
            return Err(wrong_secret(&format!("it holds neither {PRIVATE_KEY} nor {KMS_KEY_ID}")));
        }
    };
    let scopes = filled(secret.scopes).map(|scopes| {
        let scopes = scopes.split(',').map(|scope| scope.trim().to_owned());
        scopes.filter(|scope| !scope.is_empty()).collect()
    });
    Ok(ServiceAppIdentity { client_id, key_id, key, scopes })
}

fn wrong_secret(what: &str) -> Error {
    let message = format!(
        "The secret of the connection cannot be used - {what}. Create the connection again"
    );
    Error::new(ErrorCode::InvalidCredentials, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials() {
        let read = |secret: &str, kind| match identity(&secret.into(), kind) {
            Ok(Identity::Token(Credential::ApiToken(_))) => "api token".to_owned(),
            Ok(Identity::Token(_)) => "access token".to_owned(),
            Ok(Identity::ServiceApp(app)) => format!("{app:?}"),
            Err(error) => error.to_string(),
        };
        let token = r#"{"customAuthenticationType":"Okta_API_Token","apiToken":"canary","x":"y"}"#;
        let oauth = r#"{"accessToken":"canary","refreshToken":"canary2"}"#;
        assert_eq!(read(token, Some("CustomAuth")), "api token");
        assert_eq!(read(token, None), "api token");
        assert_eq!(read(oauth, Some("OAuth2")), "access token");
        for (secret, kind) in [
            (token, Some("OAuth2")),
            (oauth, Some("CustomAuth")),
            (oauth, Some("ApiKey")),
            (r#"{"customAuthenticationType":"Other","apiToken":"canary"}"#, Some("CustomAuth")),
            (r#"{"customAuthenticationType":"Okta_API_Token","apiToken":" "}"#, Some("CustomAuth")),
            (r#"{"customAuthenticationType":"Okta_API_Token","apiToken":5}"#, Some("CustomAuth")),
            ("canary", Some("OAuth2")),
            ("{}", None),
        ] {
            let message = read(secret, kind);
            assert!(
                message.starts_with("The secret of the connection cannot be used"),
                "{message}"
            );
            assert!(!message.contains("canary"), "{message}");
        }
    }
}
