//! The eight responses, as AppFlow reads them.
//!
//! Lists are always written, empty when there is nothing to say: AppFlow's reader rejects a null in
//! some of them, depending on its version. Optional values are written as null.

use crate::Message;
use crate::configuration::{
    AuthenticationConfig, ConnectorConfiguration, ConnectorMode, ConnectorRuntimeSetting,
    DataTransferType, TriggerFrequency, TriggerType,
};
use crate::entity::{Entity, EntityDefinition, Operator, WriteOperationType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The closed set of error codes. An unknown one makes AppFlow reject the whole response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// The input is wrong, the filter included.
    InvalidArgument,
    /// The credentials are wrong or have expired; for OAuth 2.0, AppFlow refreshes and asks again.
    InvalidCredentials,
    /// The credentials are right and do not suffice.
    AccessDenied,
    /// The source did not answer in time.
    RequestTimeout,
    /// The source throttles; `retryAfterSeconds` says when to come back.
    RateLimitExceeded,
    /// The source is down.
    ServiceUnavailable,
    /// Any other refusal by the source.
    ClientError,
    /// Any other failure of the source.
    ServerError,
    /// Nothing else fits.
    UnknownError,
    /// Some records of a write failed.
    PartialWriteFailure,
    /// A resource on the side of AWS is missing, such as the secret.
    ResourceNotFoundError,
}

impl ErrorCode {
    /// Whether the same request may succeed later without anybody's doing.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::RequestTimeout
                | Self::RateLimitExceeded
                | Self::ServiceUnavailable
                | Self::ServerError
        )
    }

    /// The spelling on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "InvalidArgument",
            Self::InvalidCredentials => "InvalidCredentials",
            Self::AccessDenied => "AccessDenied",
            Self::RequestTimeout => "RequestTimeout",
            Self::RateLimitExceeded => "RateLimitExceeded",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::ClientError => "ClientError",
            Self::ServerError => "ServerError",
            Self::UnknownError => "UnknownError",
            Self::PartialWriteFailure => "PartialWriteFailure",
            Self::ResourceNotFoundError => "ResourceNotFoundError",
        }
    }
}

/// Why an operation failed, for the AppFlow user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetails {
    /// What AppFlow may do about it.
    pub error_code: ErrorCode,
    /// What the user may do about it.
    pub error_message: Message,
    /// After how many seconds another try makes sense.
    pub retry_after_seconds: Option<u64>,
}

impl ErrorDetails {
    /// A failure without a time to come back.
    pub fn new(code: ErrorCode, message: impl AsRef<str>) -> Self {
        Self { error_code: code, error_message: Message::new(message), retry_after_seconds: None }
    }
}

/// Answers [`DescribeConnectorConfiguration`](crate::Operation::DescribeConnectorConfiguration).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the keys are those of ConnectorConfiguration")]
pub struct DescribeConnectorConfigurationResponse {
    pub is_success: bool,
    pub error_details: Option<ErrorDetails>,
    pub connector_owner: String,
    pub connector_name: String,
    pub connector_version: String,
    pub connector_modes: Vec<ConnectorMode>,
    pub authentication_config: AuthenticationConfig,
    /// In the singular, although it is a list: a plural key would be ignored.
    pub connector_runtime_setting: Vec<ConnectorRuntimeSetting>,
    pub supported_api_versions: Vec<String>,
    pub operators_supported: Vec<Operator>,
    pub supported_trigger_types: Vec<TriggerType>,
    pub trigger_frequencies_supported: Vec<TriggerFrequency>,
    pub supported_write_operations: Vec<WriteOperationType>,
    pub supported_data_transfer_types: Vec<DataTransferType>,
    #[serde(rename = "logoURL")]
    pub logo_url: Option<String>,
}

impl From<ConnectorConfiguration> for DescribeConnectorConfigurationResponse {
    fn from(configuration: ConnectorConfiguration) -> Self {
        Self {
            is_success: true,
            error_details: None,
            connector_owner: configuration.connector_owner,
            connector_name: configuration.connector_name,
            connector_version: configuration.connector_version,
            connector_modes: configuration.connector_modes,
            authentication_config: configuration.authentication_config,
            connector_runtime_setting: configuration.connector_runtime_settings,
            supported_api_versions: configuration.supported_api_versions,
            operators_supported: configuration.operators_supported,
            supported_trigger_types: configuration.supported_trigger_types,
            trigger_frequencies_supported: configuration.trigger_frequencies_supported,
            supported_write_operations: configuration.supported_write_operations,
            supported_data_transfer_types: configuration.supported_data_transfer_types,
            logo_url: configuration.logo_url,
        }
    }
}

/// Answers [`ValidateConnectorRuntimeSettings`](crate::Operation::ValidateConnectorRuntimeSettings).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateConnectorRuntimeSettingsResponse {
    /// Whether the settings are right.
    pub is_success: bool,
    /// What is wrong, by setting.
    pub errors_by_input_field: Option<BTreeMap<String, Message>>,
    /// What is wrong, over all.
    pub error_details: Option<ErrorDetails>,
}

/// Answers [`ValidateCredentials`](crate::Operation::ValidateCredentials).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateCredentialsResponse {
    /// Whether the connection works.
    pub is_success: bool,
    /// Why not.
    pub error_details: Option<ErrorDetails>,
}

/// How long AppFlow may keep metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CacheControl {
    /// How long: at least 600 s.
    pub time_to_live: u64,
    /// In which unit.
    pub time_to_live_unit: TimeUnit,
}

impl CacheControl {
    /// A number of seconds, raised to the documented minimum of 600.
    pub fn seconds(seconds: u64) -> Self {
        Self { time_to_live: seconds.max(600), time_to_live_unit: TimeUnit::Seconds }
    }
}

/// A unit of time. AppFlow knows seven; one is enough to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "a unit explains itself")]
pub enum TimeUnit {
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
}

/// Answers [`ListEntities`](crate::Operation::ListEntities).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the keys are those of EntityList")]
pub struct ListEntitiesResponse {
    pub is_success: bool,
    pub error_details: Option<ErrorDetails>,
    pub entities: Vec<Entity>,
    pub next_token: Option<String>,
    pub cache_control: Option<CacheControl>,
}

/// Answers [`DescribeEntity`](crate::Operation::DescribeEntity).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the keys are those of DescribedEntity")]
pub struct DescribeEntityResponse {
    pub is_success: bool,
    pub error_details: Option<ErrorDetails>,
    pub entity_definition: Option<EntityDefinition>,
    pub cache_control: Option<CacheControl>,
}

/// Answers [`QueryData`](crate::Operation::QueryData).
///
/// This is how a caller reads it. A connector writes it through [`Records`](crate::Records), which
/// never holds the records as separate strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryDataResponse {
    /// Whether the page is good.
    pub is_success: bool,
    /// Why not.
    pub error_details: Option<ErrorDetails>,
    /// The records, each the text of one JSON object.
    pub records: Vec<String>,
    /// Where to go on; absent at the end.
    pub next_token: Option<String>,
}

/// Answers [`RetrieveData`](crate::Operation::RetrieveData).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetrieveDataResponse {
    /// Whether the records are good.
    pub is_success: bool,
    /// Why not.
    pub error_details: Option<ErrorDetails>,
    /// The records, each the text of one JSON object.
    pub records: Vec<String>,
}

/// Answers [`WriteData`](crate::Operation::WriteData).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteDataResponse {
    /// Whether everything was written.
    pub is_success: bool,
    /// Why not.
    pub error_details: Option<ErrorDetails>,
    /// One result for each record, in order.
    pub write_record_results: Vec<WriteRecordResult>,
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteRecordResult {
    /// Whether it was written.
    pub is_success: bool,
    /// Its id; empty when there is none, never null.
    pub record_id: String,
    /// Why it was not written.
    pub error_message: Option<Message>,
}
