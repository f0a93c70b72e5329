//! The settings of a connection and a flow, and the secret of a connection, read once.
//!
//! What the user sees of them is declared here too, so that a name is written once.

use crate::error::Error;
use crate::plan::{Omittable, Preferences, Walk};
use appflow_connector::Message;
use appflow_connector::configuration::{ConnectorRuntimeSetting, SettingDataType, SettingScope};
use okta_client::{Credential, LocalKey, Loopback, OrgUrl, PrivateKey};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

const INSTANCE_URL: &str = "instanceUrl";
const RATE_LIMIT_PERCENT: &str = "rateLimitPercent";
const MAX_CONCURRENT_REQUESTS: &str = "maxConcurrentRequests";
const INCLUDE_DEPROVISIONED: &str = "includeDeprovisioned";

const DEFAULT_RATE_LIMIT_PERCENT: u32 = 75;

/// Far below the 35 to 75 that an org allows to all its clients together.
const MAX_CONCURRENCY: usize = 4;

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

/// What a connection and a flow are set to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The org.
    pub org: OrgUrl,
    /// The share of each rate limit that the connection may use, 1 to 100.
    pub rate_limit_percent: u32,
    /// How many requests may be on their way at once, 1 to 4.
    pub max_concurrency: usize,
    /// Whether the flow wants deprovisioned users.
    pub deprovisioned: Omittable,
}

/// What is wrong, by setting.
pub type SettingErrors = BTreeMap<String, Message>;

impl Settings {
    /// Reads all settings.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] about the first setting that is wrong.
    pub fn read(settings: &BTreeMap<String, String>, loopback: Loopback) -> Result<Self, Error> {
        Ok(Self {
            org: org(settings, loopback)?,
            rate_limit_percent: rate_limit_percent(settings)?,
            max_concurrency: max_concurrency(settings)?,
            deprovisioned: deprovisioned(settings)?,
        })
    }

    /// What the planner is told.
    pub fn preferences(&self) -> Preferences {
        let walk = if self.max_concurrency > 1 { Walk::SideBySide } else { Walk::InOrder };
        Preferences { omittable: self.deprovisioned, walk }
    }

    /// What is wrong with the settings of `scope`, each by itself. Settings of other scopes may come
    /// along or not; an unknown scope is taken for all of them that are there.
    pub fn check(
        settings: &BTreeMap<String, String>,
        scope: Option<&str>,
        loopback: Loopback,
    ) -> SettingErrors {
        let mut errors = SettingErrors::new();
        let mut note = |key: &str, outcome: Result<(), Error>| {
            if let Err(error) = outcome {
                errors.insert(key.to_owned(), Message::new(error.to_string()));
            }
        };
        if scope == Some("CONNECTOR_PROFILE") || settings.contains_key(INSTANCE_URL) {
            note(INSTANCE_URL, org(settings, loopback).map(drop));
        }
        note(RATE_LIMIT_PERCENT, rate_limit_percent(settings).map(drop));
        note(MAX_CONCURRENT_REQUESTS, max_concurrency(settings).map(drop));
        note(INCLUDE_DEPROVISIONED, deprovisioned(settings).map(drop));
        errors
    }

    /// The settings as AppFlow asks users for them.
    pub fn declaration() -> Vec<ConnectorRuntimeSetting> {
        let setting =
            |key: &str, data_type, label: &str, description: &str, scope| ConnectorRuntimeSetting {
                key: key.to_owned(),
                data_type,
                required: key == INSTANCE_URL,
                label: label.to_owned(),
                description: description.to_owned(),
                scope,
                connector_supplied_value_options: None,
            };
        let options = |options: &[&str]| Some(options.iter().map(|&o| o.to_owned()).collect());
        vec![
            setting(
                INSTANCE_URL,
                SettingDataType::String,
                "Your Okta Domain URL",
                "The address of the Okta org such as acme.okta.com without -admin",
                SettingScope::ConnectorProfile,
            ),
            setting(
                RATE_LIMIT_PERCENT,
                SettingDataType::Integer,
                "Rate Limit Percent",
                "The share of each Okta rate limit that this connection may use from 1 to 100. The default is 75.",
                SettingScope::ConnectorProfile,
            ),
            setting(
                MAX_CONCURRENT_REQUESTS,
                SettingDataType::Integer,
                "Max Concurrent Requests",
                "How many requests to Okta may be on their way at once from 1 to 4. The default is 4. With 1 the next page is asked for when the present one is done.",
                SettingScope::ConnectorProfile,
            ),
            ConnectorRuntimeSetting {
                connector_supplied_value_options: options(&["true", "false"]),
                ..setting(
                    INCLUDE_DEPROVISIONED,
                    SettingDataType::Boolean,
                    "Include Deprovisioned Users",
                    "Whether deprovisioned users are transferred. The default is true.",
                    SettingScope::Source,
                )
            },
        ]
    }
}

/// A blank value is no value: forms send one for a field that was left empty.
fn value<'a>(settings: &'a BTreeMap<String, String>, key: &str) -> Option<&'a str> {
    settings.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
}

fn org(settings: &BTreeMap<String, String>, loopback: Loopback) -> Result<OrgUrl, Error> {
    let url = value(settings, INSTANCE_URL).unwrap_or_default();
    OrgUrl::parse(url, loopback).map_err(|error| Error::invalid(format!("{INSTANCE_URL} {error}")))
}

fn rate_limit_percent(settings: &BTreeMap<String, String>) -> Result<u32, Error> {
    number(settings, RATE_LIMIT_PERCENT, 100, DEFAULT_RATE_LIMIT_PERCENT)
}

fn max_concurrency(settings: &BTreeMap<String, String>) -> Result<usize, Error> {
    number(settings, MAX_CONCURRENT_REQUESTS, MAX_CONCURRENCY, MAX_CONCURRENCY)
}

/// A number from 1 to `most`.
fn number<N: FromStr + PartialOrd + From<u8> + Display + Copy>(
    settings: &BTreeMap<String, String>,
    key: &str,
    most: N,
    default: N,
) -> Result<N, Error> {
    let Some(value) = value(settings, key) else { return Ok(default) };
    value.parse().ok().filter(|number| (N::from(1)..=most).contains(number)).ok_or_else(|| {
        let expected = format!("must be a whole number from 1 to {most}");
        Error::invalid(format!("{key} is {value} - it {expected}"))
    })
}

fn deprovisioned(settings: &BTreeMap<String, String>) -> Result<Omittable, Error> {
    match value(settings, INCLUDE_DEPROVISIONED).map(str::to_ascii_lowercase).as_deref() {
        None | Some("true") => Ok(Omittable::Included),
        Some("false") => Ok(Omittable::LeftOut),
        Some(other) => Err(Error::invalid(format!(
            "{INCLUDE_DEPROVISIONED} is {other} - it must be true or false"
        ))),
    }
}

/// How a connection proves itself, as its secret says.
#[derive(Debug)]
pub enum Identity {
    /// With a token that is in the secret.
    Token(Credential),
    /// With a private key, as a service app.
    ServiceApp(ServiceAppIdentity),
}

/// What a secret says of a service app.
#[derive(Debug)]
pub struct ServiceAppIdentity {
    /// The id of the app.
    pub client_id: String,
    /// The `kid` under which Okta knows the key.
    pub key_id: Option<String>,
    /// The key.
    pub key: KeyPlace,
    /// The scopes to ask for; all that the connector can use if absent.
    pub scopes: Option<Vec<String>>,
}

/// Where the private key of a service app is.
#[derive(Debug)]
pub enum KeyPlace {
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

/// Reads out of a connection's secret how it proves itself.
///
/// # Errors
///
/// [`Error::InvalidCredentials`] if the secret is of a kind that this connector did not declare.
pub fn identity(
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
        (Some("CustomAuth") | None, Some(other)) => {
            Err(wrong_secret(&format!("its authentication type {other} is none of this connector")))
        }
        (None, None) => token(secret.access_token)
            .map(Credential::AccessToken)
            .ok_or_else(|| wrong_secret("it names no authentication type")),
        (Some("CustomAuth"), None) => Err(wrong_secret("it names no customAuthenticationType")),
        (Some(other), _) => Err(wrong_secret(&format!(
            "the connection uses {other} which this connector does not offer"
        ))),
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
    Error::InvalidCredentials(format!(
        "The secret of the connection cannot be used - {what}. Create the connection again"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
        rows.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn defaults() {
        let settings = settings(&[("instanceUrl", "acme.okta.com"), ("rateLimitPercent", " ")]);
        let read = Settings::read(&settings, Loopback::Refused).unwrap();
        assert_eq!(read.org.origin(), "https://acme.okta.com");
        assert_eq!(read.rate_limit_percent, 75);
        assert_eq!(read.deprovisioned, Omittable::Included);
    }

    #[test]
    fn every_setting_is_checked_by_itself() {
        let wrong = settings(&[("rateLimitPercent", "101"), ("includeDeprovisioned", "maybe")]);
        let errors = Settings::check(&wrong, Some("CONNECTOR_PROFILE"), Loopback::Refused);
        let texts: Vec<_> =
            errors.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        assert_eq!(
            texts,
            [
                (
                    "includeDeprovisioned",
                    "includeDeprovisioned is maybe - it must be true or false"
                ),
                ("instanceUrl", "instanceUrl is empty - expected an address like acme.okta.com"),
                (
                    "rateLimitPercent",
                    "rateLimitPercent is 101 - it must be a whole number from 1 to 100"
                ),
            ]
        );
        let source = Settings::check(&settings(&[]), Some("SOURCE"), Loopback::Refused);
        assert!(source.is_empty(), "{source:?}");
    }

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
