//! The declaration that a connector makes about itself when it is registered.

use crate::entity::{Operator, WriteOperationType};
use serde::{Deserialize, Serialize};

/// The connector's declaration: static, and answered without any credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorConfiguration {
    /// The maker of the connector. Must not start with AWS, Amazon or AppFlow. At most 256 characters.
    pub connector_owner: String,
    /// The name of the connector. Must not start with AWS, Amazon or AppFlow. At most 256 characters.
    pub connector_name: String,
    /// The version of the connector. No white space.
    pub connector_version: String,
    /// The connector's roles: source, destination or both.
    pub connector_modes: Vec<ConnectorMode>,
    /// The ways to authenticate.
    pub authentication_config: AuthenticationConfig,
    /// The settings that AppFlow asks users for.
    pub connector_runtime_settings: Vec<ConnectorRuntimeSetting>,
    /// The versions of the source's API. No white space.
    pub supported_api_versions: Vec<String>,
    /// The operators that flows may use on this connector.
    pub operators_supported: Vec<Operator>,
    /// The ways in which flows may be started.
    pub supported_trigger_types: Vec<TriggerType>,
    /// The intervals at which scheduled flows may run.
    pub trigger_frequencies_supported: Vec<TriggerFrequency>,
    /// The write operations; none for a source.
    pub supported_write_operations: Vec<WriteOperationType>,
    /// The kinds of data transferred: records or files.
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

/// The way in which a flow is started. (The public API spells these `Scheduled` and `OnDemand`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum TriggerType {
    Scheduled,
    OnDemand,
}

/// The interval at which a scheduled flow runs.
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

/// The kind of data transferred. A source of files can only feed destinations of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum DataTransferType {
    Record,
    File,
}

/// The owner of a setting: the connection or the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum SettingScope {
    ConnectorProfile,
    Source,
    Destination,
    SourceAndDestination,
}

/// The type of a setting. Values arrive as text, whatever the type is.
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
    /// The key: letters, digits and underscores, since it travels in maps that allow no others.
    pub key: String,
    /// The type of the value.
    pub data_type: SettingDataType,
    /// True if users must give the setting.
    pub required: bool,
    /// The name that the console shows: at most 128 characters.
    pub label: String,
    /// A description: at most 1,024 characters of the public API's description pattern.
    pub description: String,
    /// The owner of the setting: the connection or the flow.
    pub scope: SettingScope,
    /// The values that the console offers: each at most 256 characters without white space.
    pub connector_supplied_value_options: Option<Vec<String>>,
}

/// The ways to authenticate. The four switches are always written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationConfig {
    /// True if a user name and a password are supported.
    pub is_basic_auth_supported: bool,
    /// True if an API key is supported.
    pub is_api_key_auth_supported: bool,
    /// True if OAuth 2.0, done by AppFlow, is supported.
    #[serde(rename = "isOAuth2Supported")]
    pub is_oauth2_supported: bool,
    /// True if the connector has schemes of its own.
    pub is_custom_auth_supported: bool,
    /// The parameters of OAuth 2.0. They are given exactly when OAuth 2.0 is supported.
    #[serde(rename = "oAuth2Defaults")]
    pub oauth2_defaults: Option<OAuth2Defaults>,
    /// The connector's own schemes. They are given exactly when custom schemes are supported.
    pub custom_auth_config: Option<Vec<CustomAuthConfig>>,
}

/// The parameters that AppFlow needs to do OAuth 2.0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OAuth2Defaults {
    /// The scopes to ask for: each at most 128 characters without white space.
    #[serde(rename = "oAuthScopes")]
    pub oauth_scopes: Vec<String>,
    /// The token addresses: https, at most 256 characters; `{{NAME}}` asks the user.
    #[serde(rename = "tokenURL")]
    pub token_url: Vec<String>,
    /// The authorization addresses: https, at most 256 characters; `{{NAME}}` asks the user.
    #[serde(rename = "authURL")]
    pub auth_url: Vec<String>,
    /// The supported grants.
    #[serde(rename = "oAuth2GrantTypesSupported")]
    pub oauth2_grant_types_supported: Vec<OAuth2GrantType>,
    /// The way in which parameters travel to the token address.
    #[serde(rename = "oAuth2ContentType")]
    pub oauth2_content_type: OAuth2ContentType,
    /// The HTTP method of the token request.
    #[serde(rename = "oAuth2MethodType")]
    pub oauth2_method_type: OAuth2MethodType,
    /// Further parameters. AppFlow's Java model spells this key with a lower-case a.
    #[serde(rename = "oauth2CustomProperties")]
    pub oauth2_custom_properties: Vec<OAuth2CustomParameter>,
    /// True if client id and secret travel in an HTTP Basic header.
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

/// The way in which parameters travel to the token address.
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
    /// The key of the parameter.
    pub key: String,
    /// True if users must give it.
    pub required: bool,
    /// The name that the console shows.
    pub label: String,
    /// A description of the parameter.
    pub description: String,
    /// True if its value is hidden while typed.
    pub sensitive_field: bool,
    /// The values that the console offers.
    pub connector_supplied_values: Option<Vec<String>>,
    /// The request with which the parameter travels.
    #[serde(rename = "type")]
    pub property_type: OAuth2CustomPropertyType,
}

/// The request with which an OAuth 2.0 parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum OAuth2CustomPropertyType {
    TokenUrl,
    AuthUrl,
}

/// An authentication scheme of the connector's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomAuthConfig {
    /// The name of the scheme: at most 256 characters without white space.
    pub authentication_type: String,
    /// The parameters that AppFlow asks users for.
    pub auth_parameters: Vec<AuthParameter>,
}

/// One value of a custom scheme. Users can type at most 2,048 characters, none of them white space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthParameter {
    /// The key in the secret: letters, digits and underscores.
    pub key: String,
    /// True if users must give it.
    pub required: bool,
    /// The name that the console shows.
    pub label: String,
    /// A description of the parameter.
    pub description: String,
    /// True if its value is hidden while typed.
    pub sensitive_field: bool,
    /// The values that the console offers.
    pub connector_supplied_values: Option<Vec<String>>,
}
