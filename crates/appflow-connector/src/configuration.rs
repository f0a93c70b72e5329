//! What a connector declares about itself when it is registered.

use crate::entity::{Operator, WriteOperationType};
use serde::{Deserialize, Serialize};

/// The connector's declaration: static, and answered without any credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorConfiguration {
    /// Who made it. Must not start with AWS, Amazon or AppFlow. At most 256 characters.
    pub connector_owner: String,
    /// Its name. Must not start with AWS, Amazon or AppFlow. At most 256 characters.
    pub connector_name: String,
    /// Its version. No white space.
    pub connector_version: String,
    /// Source, destination or both.
    pub connector_modes: Vec<ConnectorMode>,
    /// The ways to authenticate.
    pub authentication_config: AuthenticationConfig,
    /// The settings that AppFlow asks users for.
    pub connector_runtime_settings: Vec<ConnectorRuntimeSetting>,
    /// The versions of the source's API. No white space.
    pub supported_api_versions: Vec<String>,
    /// The operators that flows may use on this connector.
    pub operators_supported: Vec<Operator>,
    /// How flows may be started.
    pub supported_trigger_types: Vec<TriggerType>,
    /// How often scheduled flows may run.
    pub trigger_frequencies_supported: Vec<TriggerFrequency>,
    /// The writes; none for a source.
    pub supported_write_operations: Vec<WriteOperationType>,
    /// Records or files.
    pub supported_data_transfer_types: Vec<DataTransferType>,
    /// An https address of a logo.
    pub logo_url: Option<String>,
}

/// The direction in which data moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum ConnectorMode {
    Source,
    Destination,
}

/// How a flow is started. (The public API spells these `Scheduled` and `OnDemand`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum TriggerType {
    Scheduled,
    OnDemand,
}

/// How often a scheduled flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum TriggerFrequency {
    ByMinute,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Once,
}

/// What travels. A source of files can only feed destinations of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum DataTransferType {
    Record,
    File,
}

/// Whose setting it is: the connection's or the flow's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum SettingScope {
    ConnectorProfile,
    Source,
    Destination,
    SourceAndDestination,
}

/// The type of a setting. Values arrive as text whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum SettingDataType {
    String,
    Date,
    DateTime,
    Long,
    Integer,
    Boolean,
    Url,
}

/// A setting that AppFlow asks users for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorRuntimeSetting {
    /// Its key: letters, digits and underscores, since it travels in maps that allow no others.
    pub key: String,
    /// Its type.
    pub data_type: SettingDataType,
    /// Whether users must give it.
    pub required: bool,
    /// The name that the console shows: at most 128 characters.
    pub label: String,
    /// What it does: at most 1,024 characters of the public API's description pattern.
    pub description: String,
    /// Whose it is.
    pub scope: SettingScope,
    /// The choice that the console offers: each at most 256 characters without white space.
    pub connector_supplied_value_options: Option<Vec<String>>,
}

/// The ways to authenticate. The four switches are always written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationConfig {
    /// User name and password.
    pub is_basic_auth_supported: bool,
    /// A key.
    pub is_api_key_auth_supported: bool,
    /// OAuth 2.0, done by AppFlow.
    #[serde(rename = "isOAuth2Supported")]
    pub is_oauth2_supported: bool,
    /// The connector's own schemes.
    pub is_custom_auth_supported: bool,
    /// Given exactly when OAuth 2.0 is supported.
    #[serde(rename = "oAuth2Defaults")]
    pub oauth2_defaults: Option<OAuth2Defaults>,
    /// Given exactly when custom schemes are supported.
    pub custom_auth_config: Option<Vec<CustomAuthConfig>>,
}

/// What AppFlow needs to do OAuth 2.0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OAuth2Defaults {
    /// Scopes to ask for: each at most 128 characters without white space.
    #[serde(rename = "oAuthScopes")]
    pub oauth_scopes: Vec<String>,
    /// Token addresses: https, at most 256 characters; `{{NAME}}` asks the user.
    #[serde(rename = "tokenURL")]
    pub token_url: Vec<String>,
    /// Authorization addresses, likewise.
    #[serde(rename = "authURL")]
    pub auth_url: Vec<String>,
    /// The grants.
    #[serde(rename = "oAuth2GrantTypesSupported")]
    pub oauth2_grant_types_supported: Vec<OAuth2GrantType>,
    /// How parameters travel to the token address.
    #[serde(rename = "oAuth2ContentType")]
    pub oauth2_content_type: OAuth2ContentType,
    /// With which method.
    #[serde(rename = "oAuth2MethodType")]
    pub oauth2_method_type: OAuth2MethodType,
    /// Further parameters. AppFlow's Java model spells this key with a lower-case a.
    #[serde(rename = "oauth2CustomProperties")]
    pub oauth2_custom_properties: Vec<OAuth2CustomParameter>,
    /// Whether client id and secret travel in an HTTP Basic header.
    pub add_basic_auth_header: bool,
}

/// An OAuth 2.0 grant. `JWT_BEARER` exists in the public API only: its name here would make AppFlow
/// reject the whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are OAuth's")]
pub enum OAuth2GrantType {
    ClientCredentials,
    AuthorizationCode,
}

/// How parameters travel to the token address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum OAuth2ContentType {
    UrlEncoded,
    ApplicationJson,
}

/// The method of the token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum OAuth2MethodType {
    HttpPost,
    HttpGet,
}

/// A further OAuth 2.0 parameter that AppFlow asks users for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OAuth2CustomParameter {
    /// Its key.
    pub key: String,
    /// Whether users must give it.
    pub required: bool,
    /// The name that the console shows.
    pub label: String,
    /// What it does.
    pub description: String,
    /// Whether its value is hidden while typed.
    pub sensitive_field: bool,
    /// The choice that the console offers.
    pub connector_supplied_values: Option<Vec<String>>,
    /// With which request it travels.
    #[serde(rename = "type")]
    pub property_type: OAuth2CustomPropertyType,
}

/// With which request an OAuth 2.0 parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum OAuth2CustomPropertyType {
    TokenUrl,
    AuthUrl,
}

/// A scheme of the connector's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomAuthConfig {
    /// Its name: at most 256 characters without white space.
    pub authentication_type: String,
    /// What AppFlow asks users for.
    pub auth_parameters: Vec<AuthParameter>,
}

/// One value of a custom scheme. Users can type at most 2,048 characters, none of them white space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthParameter {
    /// Its key in the secret: letters, digits and underscores.
    pub key: String,
    /// Whether users must give it.
    pub required: bool,
    /// The name that the console shows.
    pub label: String,
    /// What it is.
    pub description: String,
    /// Whether it is hidden while typed.
    pub sensitive_field: bool,
    /// The choice that the console offers.
    pub connector_supplied_values: Option<Vec<String>>,
}
