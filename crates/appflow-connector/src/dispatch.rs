//! The step from the bytes of a request to the bytes of its response.

use crate::configuration::ConnectorConfiguration;
use crate::entity::{Entity, EntityDefinition};
use crate::request::{
    DescribeConnectorConfigurationRequest, DescribeEntityRequest, ListEntitiesRequest,
    QueryDataRequest, RequestError, RetrieveDataRequest, ValidateConnectorRuntimeSettingsRequest,
    ValidateCredentialsRequest, WriteDataRequest,
};
use crate::response::{
    CacheControl, DescribeConnectorConfigurationResponse, DescribeEntityResponse, ErrorCode,
    ErrorDetails, ListEntitiesResponse, ValidateConnectorRuntimeSettingsResponse,
    ValidateCredentialsResponse, WriteDataResponse, WriteRecordResult,
};
use crate::{Message, Operation, Records, Request, UnknownOperation};
use serde::Serialize;
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

/// A connector: one method for each operation.
///
/// A failure is an answer too, so every error is an [`ErrorDetails`]. `time_left` is the rest of
/// the time that AppFlow waits; AppFlow ignores an answer that comes later.
pub trait Connector {
    /// Describes the connector. The answer needs no credentials, comes at once and is always the same.
    fn describe_connector_configuration(
        &self,
        request: &DescribeConnectorConfigurationRequest,
    ) -> ConnectorConfiguration;

    /// Checks the settings that a user typed.
    fn validate_connector_runtime_settings(
        &self,
        request: &ValidateConnectorRuntimeSettingsRequest,
        time_left: Duration,
    ) -> impl Future<Output = Result<(), InvalidSettings>> + Send;

    /// Checks that a connection works.
    fn validate_credentials(
        &self,
        request: &ValidateCredentialsRequest,
        time_left: Duration,
    ) -> impl Future<Output = Result<(), ErrorDetails>> + Send;

    /// Lists the entities of a connection.
    fn list_entities(
        &self,
        request: &ListEntitiesRequest,
        time_left: Duration,
    ) -> impl Future<Output = Result<EntityList, ErrorDetails>> + Send;

    /// Describes the fields of an entity.
    fn describe_entity(
        &self,
        request: &DescribeEntityRequest,
        time_left: Duration,
    ) -> impl Future<Output = Result<DescribedEntity, ErrorDetails>> + Send;

    /// Returns a page of the records that match a filter.
    fn query_data(
        &self,
        request: &QueryDataRequest,
        time_left: Duration,
    ) -> impl Future<Output = Result<RecordPage, ErrorDetails>> + Send;

    /// Returns the records with the given ids, in the order of the ids; ids without a record are skipped.
    fn retrieve_data(
        &self,
        request: &RetrieveDataRequest,
        time_left: Duration,
    ) -> impl Future<Output = Result<Records, ErrorDetails>> + Send;

    /// Writes records. This default refuses, as a source does.
    fn write_data(
        &self,
        request: &WriteDataRequest,
        _time_left: Duration,
    ) -> impl Future<Output = Result<Vec<WriteRecordResult>, ErrorDetails>> + Send {
        let refusal = ErrorDetails::new(
            ErrorCode::InvalidArgument,
            format!("This connector only reads. {} cannot be written", request.entity_identifier),
        );
        async { Err(refusal) }
    }

    /// Takes note of a request whose operation is known but whose rest cannot be read. No other
    /// method is called for it; it is refused with `details`.
    fn refused(&self, _operation: Operation, _details: &ErrorDetails) {}
}

/// The faults in settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSettings {
    /// The faults, by the setting that is wrong.
    pub errors_by_input_field: BTreeMap<String, Message>,
    /// The failure as a whole.
    pub details: ErrorDetails,
}

/// The answer to [`Operation::ListEntities`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityList {
    /// The entities.
    pub entities: Vec<Entity>,
    /// The token of the next page; absent at the end.
    pub next_token: Option<String>,
    /// The time for which AppFlow may keep this.
    pub cache_control: CacheControl,
}

/// The answer to [`Operation::DescribeEntity`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedEntity {
    /// The entity and its fields.
    pub definition: EntityDefinition,
    /// The time for which AppFlow may keep this.
    pub cache_control: CacheControl,
}

/// The answer to [`Operation::QueryData`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPage {
    /// The records.
    pub records: Records,
    /// The token of the next page; absent at the end. At most 2,048 characters without white space.
    pub next_token: Option<String>,
}

/// Answers one request.
///
/// Every payload whose operation can be read gets an answer: a fault in the rest comes back as
/// `isSuccess: false` with a code. `time_left` is the time that the process has; the operation's
/// own limit is applied as well.
///
/// # Errors
///
/// [`UnknownOperation`] if the operation cannot be read, since then no response has the right shape.
pub async fn handle<C: Connector>(
    connector: &C,
    payload: &[u8],
    time_left: Duration,
) -> Result<Vec<u8>, UnknownOperation> {
    let request = match Request::parse(payload) {
        Ok(request) => request,
        Err(RequestError::UnknownOperation(unknown)) => return Err(unknown),
        Err(RequestError::Malformed { operation, cause }) => {
            let message = format!("The {} cannot be read. {cause}", operation.request_type());
            let details = ErrorDetails::new(ErrorCode::InvalidArgument, message);
            // The description is given all the same, as `refuse` says.
            if operation != Operation::DescribeConnectorConfiguration {
                connector.refused(operation, &details);
            }
            return Ok(refuse(connector, operation, details));
        }
    };
    Ok(answer(connector, request, time_left).await)
}

async fn answer<C: Connector>(connector: &C, request: Request, time_left: Duration) -> Vec<u8> {
    let within = |operation: Operation| time_left.min(operation.time_limit());
    match request {
        Request::DescribeConnectorConfiguration(request) => {
            configuration(connector.describe_connector_configuration(&request))
        }
        Request::ValidateConnectorRuntimeSettings(request) => {
            let time_left = within(Operation::ValidateConnectorRuntimeSettings);
            validated_settings(
                connector.validate_connector_runtime_settings(&request, time_left).await,
            )
        }
        Request::ValidateCredentials(request) => {
            let time_left = within(Operation::ValidateCredentials);
            validated_credentials(connector.validate_credentials(&request, time_left).await)
        }
        Request::ListEntities(request) => {
            let time_left = within(Operation::ListEntities);
            entity_list(connector.list_entities(&request, time_left).await)
        }
        Request::DescribeEntity(request) => {
            let time_left = within(Operation::DescribeEntity);
            described_entity(connector.describe_entity(&request, time_left).await)
        }
        Request::QueryData(request) => {
            let time_left = within(Operation::QueryData);
            match connector.query_data(&request, time_left).await {
                Ok(page) => page.records.into_query_response(page.next_token.as_deref()),
                Err(details) => Records::failure(&details),
            }
        }
        Request::RetrieveData(request) => {
            let time_left = within(Operation::RetrieveData);
            match connector.retrieve_data(&request, time_left).await {
                Ok(records) => records.into_retrieve_response(),
                Err(details) => Records::failure(&details),
            }
        }
        Request::WriteData(request) => {
            let time_left = within(Operation::WriteData);
            written(connector.write_data(&request, time_left).await)
        }
    }
}

/// Builds a refusal in the response shape of `operation`.
fn refuse<C: Connector>(connector: &C, operation: Operation, details: ErrorDetails) -> Vec<u8> {
    match operation {
        // Owner, name and version are demanded even of a failure, so the whole answer is given.
        Operation::DescribeConnectorConfiguration => {
            configuration(
                connector.describe_connector_configuration(
                    &DescribeConnectorConfigurationRequest::default(),
                ),
            )
        }
        Operation::ValidateConnectorRuntimeSettings => {
            let errors_by_input_field = BTreeMap::new();
            validated_settings(Err(InvalidSettings { errors_by_input_field, details }))
        }
        Operation::ValidateCredentials => validated_credentials(Err(details)),
        Operation::ListEntities => entity_list(Err(details)),
        Operation::DescribeEntity => described_entity(Err(details)),
        Operation::QueryData | Operation::RetrieveData => Records::failure(&details),
        Operation::WriteData => written(Err(details)),
    }
}

fn configuration(configuration: ConnectorConfiguration) -> Vec<u8> {
    encode(&DescribeConnectorConfigurationResponse::from(configuration))
}

fn validated_settings(outcome: Result<(), InvalidSettings>) -> Vec<u8> {
    encode(&match outcome {
        Ok(()) => ValidateConnectorRuntimeSettingsResponse {
            is_success: true,
            errors_by_input_field: None,
            error_details: None,
        },
        Err(invalid) => ValidateConnectorRuntimeSettingsResponse {
            is_success: false,
            errors_by_input_field: Some(invalid.errors_by_input_field),
            error_details: Some(invalid.details),
        },
    })
}

fn validated_credentials(outcome: Result<(), ErrorDetails>) -> Vec<u8> {
    let error_details = outcome.err();
    encode(&ValidateCredentialsResponse { is_success: error_details.is_none(), error_details })
}

fn entity_list(outcome: Result<EntityList, ErrorDetails>) -> Vec<u8> {
    encode(&match outcome {
        Ok(list) => ListEntitiesResponse {
            is_success: true,
            error_details: None,
            entities: list.entities,
            next_token: list.next_token,
            cache_control: Some(list.cache_control),
        },
        Err(details) => ListEntitiesResponse {
            is_success: false,
            error_details: Some(details),
            entities: Vec::new(),
            next_token: None,
            cache_control: None,
        },
    })
}

fn described_entity(outcome: Result<DescribedEntity, ErrorDetails>) -> Vec<u8> {
    encode(&match outcome {
        Ok(described) => DescribeEntityResponse {
            is_success: true,
            error_details: None,
            entity_definition: Some(described.definition),
            cache_control: Some(described.cache_control),
        },
        Err(details) => DescribeEntityResponse {
            is_success: false,
            error_details: Some(details),
            entity_definition: None,
            cache_control: None,
        },
    })
}

fn written(outcome: Result<Vec<WriteRecordResult>, ErrorDetails>) -> Vec<u8> {
    encode(&match outcome {
        Ok(write_record_results) => {
            let error_details = partial_failure(&write_record_results);
            let is_success = error_details.is_none();
            WriteDataResponse { is_success, error_details, write_record_results }
        }
        Err(details) => WriteDataResponse {
            is_success: false,
            error_details: Some(details),
            write_record_results: Vec::new(),
        },
    })
}

fn partial_failure(results: &[WriteRecordResult]) -> Option<ErrorDetails> {
    let failed = results.iter().filter(|result| !result.is_success).count();
    let message = format!("{failed} of {} records failed", results.len());
    (failed > 0).then(|| ErrorDetails::new(ErrorCode::PartialWriteFailure, message))
}

fn encode<T: Serialize>(response: &T) -> Vec<u8> {
    serde_json::to_vec(response).expect("a response is plain data with text keys")
}
