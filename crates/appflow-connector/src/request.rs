//! The eight requests, as AppFlow sends them.
//!
//! A request is read in two steps: first its `type`, wherever it stands and even when the rest is
//! broken, then the operation's own keys. So a fault that is found once the operation is known can
//! be reported in that operation's response.

use crate::entity::EntityDefinition;
use crate::lenient;
use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The page size when a request names none.
pub const DEFAULT_MAX_RESULTS: u64 = 1_000;

/// The operation that a request asks for, named by its `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are AppFlow's and the structs below explain them")]
pub enum Operation {
    DescribeConnectorConfiguration,
    ValidateConnectorRuntimeSettings,
    ValidateCredentials,
    ListEntities,
    DescribeEntity,
    QueryData,
    RetrieveData,
    WriteData,
}

impl Operation {
    /// Every operation, in the order in which AppFlow meets them.
    pub const ALL: [Self; 8] = [
        Self::DescribeConnectorConfiguration,
        Self::ValidateConnectorRuntimeSettings,
        Self::ValidateCredentials,
        Self::ListEntities,
        Self::DescribeEntity,
        Self::QueryData,
        Self::RetrieveData,
        Self::WriteData,
    ];

    /// Returns the value of `type` that asks for this operation.
    pub fn request_type(self) -> &'static str {
        match self {
            Self::DescribeConnectorConfiguration => "DescribeConnectorConfigurationRequest",
            Self::ValidateConnectorRuntimeSettings => "ValidateConnectorRuntimeSettingsRequest",
            Self::ValidateCredentials => "ValidateCredentialsRequest",
            Self::ListEntities => "ListEntitiesRequest",
            Self::DescribeEntity => "DescribeEntityRequest",
            Self::QueryData => "QueryDataRequest",
            Self::RetrieveData => "RetrieveDataRequest",
            Self::WriteData => "WriteDataRequest",
        }
    }

    /// Returns the time for which AppFlow waits for the answer, cold start included.
    ///
    /// AWS documents no limit for `RetrieveData`; it reads data, so it is taken to have 30 s as well.
    pub fn time_limit(self) -> Duration {
        match self {
            Self::QueryData | Self::RetrieveData | Self::WriteData => Duration::from_secs(30),
            Self::DescribeConnectorConfiguration
            | Self::ValidateConnectorRuntimeSettings
            | Self::ValidateCredentials
            | Self::ListEntities
            | Self::DescribeEntity => Duration::from_secs(10),
        }
    }

    /// Finds the operation that a payload names, even in one that breaks off after its `type`.
    ///
    /// # Errors
    ///
    /// [`UnknownOperation`] if it names none that this contract has.
    pub fn of(payload: &[u8]) -> Result<Self, UnknownOperation> {
        let mut found = None;
        let mut deserializer = serde_json::Deserializer::from_slice(payload);
        let outcome = deserializer.deserialize_map(TypeFinder { found: &mut found });
        let Some(found) = found else {
            let cause =
                outcome.err().map_or_else(|| "no type".to_owned(), |cause| cause.to_string());
            return Err(UnknownOperation::NotARequest(cut(&cause)));
        };
        Self::ALL
            .into_iter()
            .find(|operation| operation.request_type() == found)
            .ok_or_else(|| UnknownOperation::UnknownType(cut(&found)))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Any request.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "type")]
#[expect(missing_docs, reason = "each variant is documented by the struct it holds")]
pub enum Request {
    #[serde(rename = "DescribeConnectorConfigurationRequest")]
    DescribeConnectorConfiguration(DescribeConnectorConfigurationRequest),
    #[serde(rename = "ValidateConnectorRuntimeSettingsRequest")]
    ValidateConnectorRuntimeSettings(ValidateConnectorRuntimeSettingsRequest),
    #[serde(rename = "ValidateCredentialsRequest")]
    ValidateCredentials(ValidateCredentialsRequest),
    #[serde(rename = "ListEntitiesRequest")]
    ListEntities(ListEntitiesRequest),
    #[serde(rename = "DescribeEntityRequest")]
    DescribeEntity(DescribeEntityRequest),
    #[serde(rename = "QueryDataRequest")]
    QueryData(QueryDataRequest),
    #[serde(rename = "RetrieveDataRequest")]
    RetrieveData(RetrieveDataRequest),
    #[serde(rename = "WriteDataRequest")]
    WriteData(WriteDataRequest),
}

/// The reason for which a payload is not a request.
#[derive(Debug)]
pub(crate) enum RequestError {
    /// The operation is not known, so there is no response shape to answer in.
    UnknownOperation(UnknownOperation),
    /// The operation is known; `cause` says what is wrong with the rest.
    Malformed { operation: Operation, cause: serde_json::Error },
}

/// The payload names no operation that this contract has, so no response can be shaped for it.
///
/// This is the only failure that leaves [`handle`](crate::handle) as an error.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownOperation {
    /// The payload is not a JSON object, or has no text under `type`.
    #[error("the payload is not an AppFlow request: {0}")]
    NotARequest(String),
    /// The payload has a `type` that is none of the eight.
    #[error("unknown request type {0:?}, expected one such as QueryDataRequest")]
    UnknownType(String),
}

impl Request {
    /// Reads a request. The tag may stand at any position.
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, RequestError> {
        let operation = Operation::of(payload).map_err(RequestError::UnknownOperation)?;
        fn body<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Result<T, serde_json::Error> {
            serde_json::from_slice(payload)
        }
        let request = match operation {
            Operation::DescribeConnectorConfiguration => {
                body(payload).map(Self::DescribeConnectorConfiguration)
            }
            Operation::ValidateConnectorRuntimeSettings => {
                body(payload).map(Self::ValidateConnectorRuntimeSettings)
            }
            Operation::ValidateCredentials => body(payload).map(Self::ValidateCredentials),
            Operation::ListEntities => body(payload).map(Self::ListEntities),
            Operation::DescribeEntity => body(payload).map(Self::DescribeEntity),
            Operation::QueryData => body(payload).map(Self::QueryData),
            Operation::RetrieveData => body(payload).map(Self::RetrieveData),
            Operation::WriteData => body(payload).map(Self::WriteData),
        };
        request.map_err(|cause| RequestError::Malformed { operation, cause })
    }
}

/// Cuts what a payload holds to what an error has room for: the payload may be 6 MB.
fn cut(text: &str) -> String {
    const SHOWN: usize = 200;
    text.chars().take(SHOWN).collect()
}

struct TypeFinder<'a> {
    found: &'a mut Option<String>,
}

impl<'de> Visitor<'de> for TypeFinder<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(is_type) = map.next_key_seed(IsType)? {
            if is_type {
                *self.found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A visitor that says whether a key is `type`, without keeping the key.
struct IsType;

impl<'de> DeserializeSeed<'de> for IsType {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsType {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == "type")
    }
}

/// The place of the secrets of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// The ARN of the Secrets Manager secret that AppFlow keeps for the connection.
    pub secret_arn: Option<String>,
    /// `OAuth2`, `CustomAuth`, `ApiKey` or `BasicAuth`; kept as text, so a new kind is no error.
    pub authentication_type: Option<String>,
}

/// The context of every call that works on a connection.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorContext {
    /// The connection's settings, and the flow's on reads. Booleans and numbers arrive as text.
    #[serde(default, deserialize_with = "lenient::settings")]
    pub connector_runtime_settings: BTreeMap<String, String>,
    /// The place of the secrets; absent when the connector declares no authentication.
    pub credentials: Option<Credentials>,
    /// One of the versions that the connector declared.
    pub api_version: Option<String>,
    /// The entity as it was described earlier: possibly from a cache, possibly with fewer attributes.
    #[serde(default, deserialize_with = "lenient::hint")]
    pub entity_definition: Option<EntityDefinition>,
    /// The flow's name, for logs.
    pub flow_name: Option<String>,
    /// The run's id, for logs.
    pub execution_id: Option<String>,
    /// The connection's label, for logs.
    pub connector_profile_label: Option<String>,
}

/// A request for the description of the connector: the first call, made when it is registered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeConnectorConfigurationRequest {
    /// The language of the user: `en-US` unless AppFlow says otherwise.
    pub locale: Option<String>,
    /// The label under which the connector is registered, for logs.
    pub connector_label: Option<String>,
}

/// A request to check settings that a user typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateConnectorRuntimeSettingsRequest {
    /// The scope of the settings to expect; kept as text, so a new scope is no error.
    pub scope: Option<String>,
    /// The settings.
    #[serde(default, deserialize_with = "lenient::settings")]
    pub connector_runtime_settings: BTreeMap<String, String>,
    /// The scheme that the user picked.
    pub authentication_type: Option<String>,
}

/// A request to check that a connection works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateCredentialsRequest {
    /// The place of the secrets.
    pub credentials: Option<Credentials>,
    /// The connection's settings. There is no context on this call, and no API version.
    #[serde(default, deserialize_with = "lenient::settings")]
    pub connector_runtime_settings: BTreeMap<String, String>,
}

/// A request for the entities of a connection.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListEntitiesRequest {
    /// The connection.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub connector_context: ConnectorContext,
    /// The path of an entity whose nested entities are asked for; absent for the root.
    pub entities_path: Option<String>,
    /// The page size. AppFlow spells it in the singular here; the plural is read as well.
    #[serde(default, deserialize_with = "lenient::count")]
    pub max_result: Option<u64>,
    /// The plural spelling, read but never written.
    #[serde(default, rename = "maxResults", deserialize_with = "lenient::count")]
    #[serde(skip_serializing)]
    pub max_results_alias: Option<u64>,
    /// The token of the page, from an earlier answer.
    pub next_token: Option<String>,
}

impl ListEntitiesRequest {
    /// Returns the page size under either spelling, or the default.
    pub fn max_results(&self) -> u64 {
        self.max_result.or(self.max_results_alias).unwrap_or(DEFAULT_MAX_RESULTS)
    }
}

/// A request for the fields of an entity.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeEntityRequest {
    /// The entity.
    pub entity_identifier: String,
    /// The connection.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub connector_context: ConnectorContext,
}

/// A request for a page of the records that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryDataRequest {
    /// The entity.
    pub entity_identifier: String,
    /// The connection.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub connector_context: ConnectorContext,
    /// The fields that the flow maps; absent means all.
    pub selected_field_names: Option<Vec<String>>,
    /// The filter, in the language of [`Filter`](crate::Filter); blank means none.
    pub filter_expression: Option<String>,
    /// The page size, a hint. AppFlow spells it in the plural here; the singular is read as well.
    #[serde(default, deserialize_with = "lenient::count")]
    pub max_results: Option<u64>,
    /// The singular spelling, read but never written.
    #[serde(default, rename = "maxResult", deserialize_with = "lenient::count")]
    #[serde(skip_serializing)]
    pub max_result_alias: Option<u64>,
    /// The token of the page, from an earlier answer.
    pub next_token: Option<String>,
}

impl QueryDataRequest {
    /// Returns the page size under either spelling, or the default.
    pub fn max_results(&self) -> u64 {
        self.max_results.or(self.max_result_alias).unwrap_or(DEFAULT_MAX_RESULTS)
    }
}

/// A request for records by the value of one identifying field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetrieveDataRequest {
    /// The entity.
    pub entity_identifier: String,
    /// The connection.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub connector_context: ConnectorContext,
    /// The fields that the flow maps; absent means all.
    pub selected_field_names: Option<Vec<String>>,
    /// The identifying field; absent means the primary key.
    pub id_field_name: Option<String>,
    /// The values asked for.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub ids: Vec<String>,
}

/// A request to write records.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteDataRequest {
    /// The entity.
    pub entity_identifier: String,
    /// The connection.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub connector_context: ConnectorContext,
    /// The kind of write: `INSERT`, `UPDATE`, `UPSERT` or `DELETE`.
    pub operation: Option<String>,
    /// The fields that identify a record.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub id_field_names: Vec<String>,
    /// The records, each the text of a JSON object.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub records: Vec<String>,
    /// True if one failure undoes all writes.
    pub all_or_none: Option<bool>,
}
