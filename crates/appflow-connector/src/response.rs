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
    /// The credentials are right but do not permit the request.
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
    /// Says whether the same request may succeed later without anyone's doing anything.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::RequestTimeout
                | Self::RateLimitExceeded
                | Self::ServiceUnavailable
                | Self::ServerError
        )
    }

    /// Returns the spelling on the wire.
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

/// The reason for which an operation failed, for the AppFlow user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetails {
    /// The code, which decides on AppFlow's reaction.
    pub error_code: ErrorCode,
    /// The message, which tells the user what to do.
    pub error_message: Message,
    /// The number of seconds after which another try makes sense.
    pub retry_after_seconds: Option<u64>,
}

impl ErrorDetails {
    /// Makes a failure without a time to come back.
    pub fn new(code: ErrorCode, message: impl AsRef<str>) -> Self {
        Self { error_code: code, error_message: Message::new(message), retry_after_seconds: None }
    }
}

/// The answer to [`DescribeConnectorConfiguration`](crate::Operation::DescribeConnectorConfiguration).
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
    /// The settings. The key is in the singular, although it is a list: a plural key would be ignored.
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

/// The answer to [`ValidateConnectorRuntimeSettings`](crate::Operation::ValidateConnectorRuntimeSettings).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateConnectorRuntimeSettingsResponse {
    /// True if the settings are right.
    pub is_success: bool,
    /// The faults, by setting.
    pub errors_by_input_field: Option<BTreeMap<String, Message>>,
    /// The failure as a whole.
    pub error_details: Option<ErrorDetails>,
}

/// The answer to [`ValidateCredentials`](crate::Operation::ValidateCredentials).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateCredentialsResponse {
    /// True if the connection works.
    pub is_success: bool,
    /// The reason of a failure.
    pub error_details: Option<ErrorDetails>,
}

/// The time for which AppFlow may keep metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CacheControl {
    /// The length of that time: at least 600 s.
    pub time_to_live: u64,
    /// The unit of that length.
    pub time_to_live_unit: TimeUnit,
}

impl CacheControl {
    /// Makes a time to live of so many seconds, raised to the documented minimum of 600.
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

/// The answer to [`ListEntities`](crate::Operation::ListEntities).
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

/// The answer to [`DescribeEntity`](crate::Operation::DescribeEntity).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the keys are those of DescribedEntity")]
pub struct DescribeEntityResponse {
    pub is_success: bool,
    pub error_details: Option<ErrorDetails>,
    pub entity_definition: Option<EntityDefinition>,
    pub cache_control: Option<CacheControl>,
}

/// The answer to [`QueryData`](crate::Operation::QueryData), as a caller reads it.
///
/// A connector writes it through [`Records`](crate::Records), which never holds the records as
/// separate strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryDataResponse {
    /// True if the page is good.
    pub is_success: bool,
    /// The reason of a failure.
    pub error_details: Option<ErrorDetails>,
    /// The records, each the text of one JSON object.
    pub records: Vec<String>,
    /// The token of the next page; absent at the end.
    pub next_token: Option<String>,
}

/// The answer to [`RetrieveData`](crate::Operation::RetrieveData).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetrieveDataResponse {
    /// True if the records are good.
    pub is_success: bool,
    /// The reason of a failure.
    pub error_details: Option<ErrorDetails>,
    /// The records, each the text of one JSON object.
    pub records: Vec<String>,
}

/// The answer to [`WriteData`](crate::Operation::WriteData).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteDataResponse {
    /// True if everything was written.
    pub is_success: bool,
    /// The reason of a failure.
    pub error_details: Option<ErrorDetails>,
    /// One result for each record, in order.
    pub write_record_results: Vec<WriteRecordResult>,
}

/// The outcome of the write of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteRecordResult {
    /// True if the record was written.
    pub is_success: bool,
    /// The id of the record; empty when there is none, never null.
    pub record_id: String,
    /// The reason for which the record was not written.
    pub error_message: Option<Message>,
}
