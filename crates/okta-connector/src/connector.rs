//! The connector: one method for each operation.

use crate::call::{Call, Delivered, Ending, Observer};
use crate::catalogue::Object;
use crate::connections::{Config, Connection, Connections};
use crate::describe;
use crate::discovery::{Attributes, discover};
use crate::entity::{Entity, KnownFrom};
use crate::error::Error;
use crate::hints;
use crate::plan::explain::CountedBy;
use crate::plan::{Explanation, Plan};
use crate::position::Position;
use crate::probe;
use crate::query::{Preferences, Query};
use crate::question::{self, Planned, Question};
use crate::secrets::{Freshness, SecretSource};
use crate::settings::{Settings, org_host};
use crate::token::{self, Token};
use crate::trouble::{about, hidden};
use crate::walk::{self, Batch, Budget};
use appflow_connector::filter::{Comparison, Condition, Literal};
use appflow_connector::request::{
    ConnectorContext, DescribeConnectorConfigurationRequest, DescribeEntityRequest,
    ListEntitiesRequest, QueryDataRequest, RetrieveDataRequest,
    ValidateConnectorRuntimeSettingsRequest, ValidateCredentialsRequest, WriteDataRequest,
};
use appflow_connector::response::{CacheControl, WriteRecordResult};
use appflow_connector::{
    Connector, ConnectorConfiguration, DescribedEntity, EntityList, ErrorCode, ErrorDetails,
    Filter, InvalidSettings, Operation, RecordPage, Records,
};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use okta_client::{Client, HttpService};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The time for which AppFlow may keep the list of entities and their fields.
const METADATA_TTL_SECONDS: u64 = 3_600;

/// The Okta connector. `H` carries requests to Okta, `S` reads secrets, `O` observes each call.
#[derive(Debug)]
pub struct OktaConnector<H, S, O = ()> {
    connections: Connections<H, S>,
    observer: O,
    /// The memory of the last answer that was sent.
    sent: Mutex<Vec<u8>>,
}

impl<H: HttpService + Clone, S: SecretSource> OktaConnector<H, S> {
    /// Makes a connector that has read and asked nothing yet.
    pub fn new(http: H, secrets: S, config: Config) -> Self {
        let connections = Connections::new(http, secrets, config);
        Self { connections, observer: (), sent: Mutex::default() }
    }

    /// Sets the observer that hears of each call from now on.
    pub fn observed_by<O: Observer>(self, observer: O) -> OktaConnector<H, S, O> {
        OktaConnector { connections: self.connections, observer, sent: self.sent }
    }
}

impl<H, S, O> OktaConnector<H, S, O> {
    /// Takes back an answer that was sent. The next one is written into its memory, which the system need not hand
    /// out again: 6 MB of it are 1,500 pages.
    pub fn take_back(&self, answer: Vec<u8>) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if answer.capacity() > sent.capacity() {
            *sent = answer;
        }
    }

    /// Returns the memory of an answer that was sent, or none.
    fn memory(&self) -> Vec<u8> {
        std::mem::take(&mut self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The most ids that one RetrieveData may name: each of them costs a request.
const MAX_IDS: usize = 1_000;

/// A page, and the figures of the walk for it.
struct Walked<T> {
    page: T,
    scanned: u64,
    unreadable: u64,
    skipped_parents: u64,
    unknown_fields: u64,
    /// The records of the run that ends with this page, if one does.
    run_records: Option<u64>,
}

impl<T> Walked<T> {
    fn ending<'a>(&self, records: &Records, next_token: Option<&str>) -> Ending<'a> {
        Ending::Delivered(Delivered {
            records: records.len() as u64,
            bytes: records.response_bytes(0) as u64,
            scanned: self.scanned,
            unreadable: self.unreadable,
            skipped_parents: self.skipped_parents,
            unknown_fields: self.unknown_fields,
            has_more: next_token.is_some(),
            run_records: self.run_records,
        })
    }
}

impl<H: HttpService + Clone, S: SecretSource, O: Observer> OktaConnector<H, S, O> {
    /// Begins a call about an entity.
    fn call<'a>(
        &self,
        operation: Operation,
        entity: &'a str,
        context: &'a ConnectorContext,
    ) -> Call<'a> {
        let org = self.org(&context.connector_runtime_settings);
        Call::new(operation).about(entity, context).of_org(org)
    }

    fn entity(&self, name: &str) -> Result<Entity, Error> {
        let Config { offered, withheld, .. } = &self.connections.config;
        offered.check(name)?;
        Entity::find(name, withheld)
    }

    fn org(&self, settings: &BTreeMap<String, String>) -> Option<String> {
        org_host(settings, &self.connections.config.orgs)
    }

    /// Reports a call without records, and passes its outcome on.
    fn end<T>(&self, call: &Call<'_>, outcome: Result<T, Error>) -> Result<T, ErrorDetails> {
        match outcome {
            Ok(answer) => {
                call.end(&self.observer, Ending::Done);
                Ok(answer)
            }
            Err(error) => Err(self.fail(call, error)),
        }
    }

    fn fail(&self, call: &Call<'_>, error: Error) -> ErrorDetails {
        call.end(&self.observer, Ending::Failed(&error));
        error.into()
    }

    fn budget(&self, connection: &Connection<'_>, max_results: u64) -> Budget {
        let config = &self.connections.config;
        Budget {
            deadline: connection.deadline,
            max_results,
            max_bytes: config.max_response_bytes,
            max_concurrency: connection.settings.max_concurrency,
            wall_now: (config.wall_clock)(),
        }
    }

    fn connection<'a>(
        &self,
        context: &'a ConnectorContext,
        time_left: Duration,
        call: &Call<'_>,
    ) -> Result<Connection<'a>, Error> {
        let (settings, credentials) =
            (&context.connector_runtime_settings, context.credentials.as_ref());
        self.connections.open(settings, credentials, time_left, &call.ledger)
    }

    async fn query(
        &self,
        request: &QueryDataRequest,
        time_left: Duration,
        call: &Call<'_>,
    ) -> Result<Walked<RecordPage>, Error> {
        let connection = self.connection(&request.connector_context, time_left, call)?;
        let entity = self.entity(&request.entity_identifier)?;
        let question = Question::read(request, &connection.settings)?;
        let token = request.next_token.as_deref().map(Token::read).transpose()?;
        let names = question.names_beside(&entity);
        let known = self.known(&connection, &question, &entity, &names, token.as_ref());
        // Whatever is wrong with a question that can be planned is told before Okta is asked.
        let ready = known.map(|entity| question.plan(entity, token.as_ref())).transpose()?;
        let budget = self.budget(&connection, request.max_results());
        let wall_clock = self.connections.config.wall_clock;
        let (ready, entity, token) = (ready.as_ref(), &entity, token.as_ref());
        let given = request.next_token.as_deref();
        let (connection, question, names) = (&connection, &question, names.as_slice());
        let work = move |mut client: Client<H>| async move {
            client.need(entity.object.scopes());
            let now = Instant::now();
            for (bucket, lesson) in token.iter().flat_map(|token| token.lessons()) {
                client.rate_limits().learn(bucket, lesson, now, budget.wall_now);
            }
            let discovered;
            let planned = match ready {
                Some(planned) => planned,
                None => {
                    let known = self.discover(&mut client, connection, &entity.object).await?;
                    let noted =
                        token.and_then(|token| question::noted(names, token)).unwrap_or_default();
                    let entity = known.of(entity, question.selected, &noted);
                    discovered = question.plan(entity, token)?;
                    &discovered
                }
            };
            let Planned { query, plan, fingerprint, start } = planned;
            let kept = given.and_then(|token| self.connections.kept_page(connection, token));
            let Batch { records, scanned, unreadable, skipped_parents, delivered, next, kept } =
                walk::run(&client, query, plan, start.clone(), budget, self.memory(), kept)
                    .await
                    .map_err(|error| about(error, &query.entity.object))?;
            if next.is_none() && delivered == 0 && query.must_find_something() {
                return Err(hidden());
            }
            let next_token = match next {
                Some(position) => {
                    let limits = client.rate_limits();
                    // The call may have waited for long, so it is another time of day than at its start.
                    let lessons = limits.lessons(Instant::now(), wall_clock());
                    let hints = (!names.is_empty()).then(|| hints::write(names, &query.entity));
                    Some(token::seal(*fingerprint, &position, lessons, hints.as_deref())?)
                }
                None => None,
            };
            if let (Some(token), Some(page)) = (&next_token, kept) {
                self.connections.keep_page(connection, token, page);
            }
            let unknown_fields = query.count_unknown();
            let run_records = next_token.is_none().then_some(delivered);
            let page = RecordPage { records, next_token };
            Ok(Walked { page, scanned, unreadable, skipped_parents, unknown_fields, run_records })
        };
        self.connections.with_client(connection, Freshness::Cached, work).await
    }

    /// Returns the entity with the attributes that `question` needs, as far as they are known: if it needs none, or the
    /// token or this process knows them.
    fn known(
        &self,
        connection: &Connection<'_>,
        question: &Question<'_>,
        entity: &Entity,
        names: &[&str],
        token: Option<&Token>,
    ) -> Option<Entity> {
        let means_all = question.selected.is_none();
        if entity.object.schemas.is_none() || names.is_empty() && !means_all {
            return Some(entity.clone());
        }
        let noted = question::noted(names, token?);
        if let Some(noted) = &noted
            && !means_all
        {
            return Some(entity.clone().with(noted.as_slice().into(), KnownFrom::Schemas));
        }
        let known = self.connections.attributes(connection, &entity.object)?;
        Some(known.of(entity, question.selected, &noted.unwrap_or_default()))
    }

    /// Makes a client of a connection. It shares the rate limits of the connection, so whoever examines an org keeps
    /// within them.
    ///
    /// # Errors
    ///
    /// The settings or the secret of the connection are no good.
    pub async fn client(
        &self,
        context: &ConnectorContext,
        time_left: Duration,
    ) -> Result<Client<H>, Error> {
        let call = self.call(Operation::ValidateCredentials, "", context);
        let connection = self.connection(context, time_left, &call)?;
        let (client, _) = self.connections.client(&connection, Freshness::Cached).await?;
        Ok(client)
    }

    /// Explains the requests that answer `request` from its start. Okta is asked only if the request names attributes of
    /// the org, or if one request tells exactly how many records there are.
    ///
    /// # Errors
    ///
    /// Whatever QueryData would say of the request before it asks for records.
    pub async fn explain(
        &self,
        request: &QueryDataRequest,
        time_left: Duration,
    ) -> Result<Explanation, Error> {
        let (name, context) = (&request.entity_identifier, &request.connector_context);
        let call = self.call(Operation::QueryData, name, context);
        let connection = self.connection(context, time_left, &call)?;
        let entity = self.entity(name)?;
        let question = Question::read(request, &connection.settings)?;
        let names = question.names_beside(&entity);
        // An explanation does not depend on attributes that nobody names.
        let known = match names.is_empty() {
            true => Some(entity.clone()),
            false => self.known(&connection, &question, &entity, &names, None),
        };
        let ready = known.map(|entity| question.explain(entity)).transpose()?;
        if let Some(explanation) = &ready
            && explanation.counted_by().is_none()
        {
            return Ok(explanation.clone());
        }
        let (ready, connection, question, entity) = (&ready, &connection, &question, &entity);
        let work = move |mut client: Client<H>| async move {
            client.need(entity.object.scopes());
            let mut explanation = match ready {
                Some(explanation) => explanation.clone(),
                None => {
                    let known = self.discover(&mut client, connection, &entity.object).await?;
                    question.explain(known.of(entity, question.selected, &[]))?
                }
            };
            if let Some(CountedBy { request, path }) = explanation.counted_by() {
                let page = client.get(request, None, connection.deadline).await?;
                let (pointer, page) = (format!("/0/{}", path.replace('.', "/")), &page.body);
                let listed: serde_json::Value = serde_json::from_slice(page).unwrap_or_default();
                explanation.records = listed.pointer(&pointer).and_then(serde_json::Value::as_u64);
            }
            Ok(explanation)
        };
        self.connections.with_client(connection, Freshness::Cached, work).await
    }

    /// Describes an entity with the attributes that the org has added, as DescribeEntity does.
    ///
    /// # Errors
    ///
    /// Whatever DescribeEntity would say.
    pub async fn describe(
        &self,
        request: &DescribeEntityRequest,
        time_left: Duration,
    ) -> Result<Entity, Error> {
        let (name, context) = (&request.entity_identifier, &request.connector_context);
        let call = self.call(Operation::DescribeEntity, name, context);
        self.described(name, context, time_left, &call).await
    }

    /// Looks at the attributes that the org has added to `object`, which has schemas, and remembers them.
    async fn discover(
        &self,
        client: &mut Client<H>,
        connection: &Connection<'_>,
        object: &Object,
    ) -> Result<Attributes, Error> {
        client.need(object.scopes().chain(object.scopes_of_schemas()));
        let most = connection.settings.max_concurrency;
        let found = discover(client, object, connection.deadline, most).await?;
        self.connections.remember_attributes(connection, object, &found);
        Ok(found)
    }

    async fn retrieve(
        &self,
        request: &RetrieveDataRequest,
        time_left: Duration,
        call: &Call<'_>,
    ) -> Result<Walked<Records>, Error> {
        let connection = self.connection(&request.connector_context, time_left, call)?;
        let entity = self.entity(&request.entity_identifier)?;
        let name = identifying_field(&entity, request.id_field_name.as_deref())?;
        if request.ids.len() > MAX_IDS {
            let found = request.ids.len();
            let message = format!("The request names {found} ids. Ask for {MAX_IDS} at most");
            return Err(Error::invalid(message));
        }
        let selected = question::selected(request.selected_field_names.as_deref())?;
        let is_fixed = match selected {
            Some(names) => names.iter().all(|name| entity.field(name).is_some()),
            None => false,
        };
        let known = match entity.object.schemas {
            Some(_) if !is_fixed => None,
            _ => Some(entity.clone()),
        };
        if let Some(entity) = &known {
            // Whatever is wrong with the fields is told before Okta is asked.
            Sample { entity, name, selected }.query("")?;
        }
        let ids = &request.ids;
        let budget = self.budget(&connection, 1);
        let (known, entity, connection) = (known.as_ref(), &entity, &connection);
        let work = move |mut client: Client<H>| async move {
            client.need(entity.object.scopes());
            let discovered;
            let entity = match known {
                Some(entity) => entity,
                None => {
                    let object = &entity.object;
                    let found = match self.connections.attributes(connection, object) {
                        Some(found) => found,
                        None => self.discover(&mut client, connection, object).await?,
                    };
                    discovered = found.of(entity, selected, &[]);
                    &discovered
                }
            };
            let sample = Sample { entity, name, selected };
            let unknown_fields = sample.query("")?.count_unknown();
            let reads: Vec<_> =
                ids.iter().map(|id| read_one(&client, sample, id, budget)).collect();
            let mut batches = stream::iter(reads).buffered(budget.max_concurrency);
            let (mut page, mut scanned, mut unreadable) = (Records::new(), 0, 0);
            let mut skipped_parents = 0;
            while let Some(batch) = batches.try_next().await? {
                page.append(&batch.records);
                scanned += batch.scanned;
                unreadable += batch.unreadable;
                skipped_parents += batch.skipped_parents;
                if page.response_bytes(0) > budget.max_bytes {
                    return Err(Error::invalid(
                        "The records are larger than an answer may be. Ask for fewer ids at once",
                    ));
                }
            }
            Ok(Walked {
                page,
                scanned,
                unreadable,
                skipped_parents,
                unknown_fields,
                run_records: None,
            })
        };
        self.connections.with_client(connection, Freshness::Cached, work).await
    }

    /// Finds an entity with all of its fields. Without a credential nothing can be asked, and the fixed ones have to do.
    async fn described(
        &self,
        name: &str,
        context: &ConnectorContext,
        time_left: Duration,
        call: &Call<'_>,
    ) -> Result<Entity, Error> {
        let entity = self.entity(name)?;
        if entity.object.schemas.is_none() || context.credentials.is_none() {
            return Ok(entity);
        }
        let connection = self.connection(context, time_left, call)?;
        let (entity, connection) = (&entity, &connection);
        let work = move |mut client: Client<H>| async move {
            let known = self.discover(&mut client, connection, &entity.object).await?;
            Ok(known.of(entity, None, &[]))
        };
        self.connections.with_client(connection, Freshness::Cached, work).await
    }

    async fn validate(
        &self,
        request: &ValidateCredentialsRequest,
        time_left: Duration,
        call: &Call<'_>,
    ) -> Result<(), Error> {
        let (settings, credentials) =
            (&request.connector_runtime_settings, request.credentials.as_ref());
        let connection = self.connections.open(settings, credentials, time_left, &call.ledger)?;
        let deadline = connection.deadline;
        let offered = &self.connections.config.offered;
        let work = move |mut client: Client<H>| async move {
            probe::conclude(probe::probe(&mut client, offered, deadline).await)
        };
        // The user has just saved it, or wants to know how it is now.
        self.connections.with_client(&connection, Freshness::Fresh, work).await
    }
}

/// Finds the field that identifies the records to retrieve: the one that is named, or the key.
fn identifying_field<'a>(entity: &'a Entity, name: Option<&str>) -> Result<&'a str, Error> {
    let Some(name) = name else { return Ok(&entity[entity.key()].name) };
    let mut fields = entity.fields().map(|(_, field)| field);
    let field = fields.find(|field| field.name == name && field.unique);
    field.map(|field| &*field.name).ok_or_else(|| {
        let unique = entity.fields().map(|(_, field)| field).filter(|field| field.unique);
        let names: Vec<_> = unique.map(|field| &*field.name).collect();
        Error::invalid(format!(
            "{name} does not identify a record of {}. Use {}",
            entity.object.name,
            names.join(" or ")
        ))
    })
}

/// The question for a record, but for its id.
#[derive(Clone, Copy)]
struct Sample<'a> {
    entity: &'a Entity,
    /// The name of the field that holds the id.
    name: &'a str,
    selected: Option<&'a [String]>,
}

impl Sample<'_> {
    fn query(self, id: &str) -> Result<Query, Error> {
        let literal = Literal::Text(id.to_owned());
        let condition = Condition::Compare(self.name.to_owned(), Comparison::Equal, literal);
        let filter = Filter { condition: Some(condition), limit: Some(1) };
        Query::new(self.entity.clone(), &filter, self.selected, Preferences::default())
    }
}

async fn read_one<H: HttpService>(
    client: &Client<H>,
    sample: Sample<'_>,
    id: &str,
    budget: Budget,
) -> Result<Batch, Error> {
    let query = sample.query(id)?;
    let plan = Plan::new(&query);
    let mut position = Position::default();
    loop {
        let batch = walk::run(client, &query, &plan, position, budget, Vec::new(), None)
            .await
            .map_err(|error| about(error, &query.entity.object))?;
        match batch.next {
            // Nothing was found before a budget ended, but the search goes on.
            Some(next) if batch.records.is_empty() && Instant::now() < budget.deadline => {
                position = next;
            }
            Some(_) if batch.records.is_empty() => {
                let message = "Okta did not answer in time";
                return Err(Error::new(ErrorCode::RequestTimeout, message));
            }
            _ => return Ok(batch),
        }
    }
}

impl<H: HttpService + Clone, S: SecretSource, O: Observer> Connector for OktaConnector<H, S, O> {
    fn describe_connector_configuration(
        &self,
        _request: &DescribeConnectorConfigurationRequest,
    ) -> ConnectorConfiguration {
        let call = Call::new(Operation::DescribeConnectorConfiguration);
        let configuration = describe::configuration(&self.connections.config.offered);
        call.end(&self.observer, Ending::Done);
        configuration
    }

    async fn validate_connector_runtime_settings(
        &self,
        request: &ValidateConnectorRuntimeSettingsRequest,
        _time_left: Duration,
    ) -> Result<(), InvalidSettings> {
        let settings = &request.connector_runtime_settings;
        let operation = Operation::ValidateConnectorRuntimeSettings;
        let call = Call::new(operation).of_org(self.org(settings));
        let orgs = &self.connections.config.orgs;
        let errors_by_input_field = Settings::check(settings, request.scope.as_deref(), orgs);
        let texts: Vec<_> = errors_by_input_field.values().map(|text| text.as_str()).collect();
        let outcome = match texts.as_slice() {
            [] => Ok(()),
            texts => Err(Error::invalid(texts.join(". "))),
        };
        let outcome = self.end(&call, outcome);
        outcome.map_err(|details| InvalidSettings { errors_by_input_field, details })
    }

    async fn validate_credentials(
        &self,
        request: &ValidateCredentialsRequest,
        time_left: Duration,
    ) -> Result<(), ErrorDetails> {
        let org = self.org(&request.connector_runtime_settings);
        let call = Call::new(Operation::ValidateCredentials).of_org(org);
        let call = call.of_secret(request.credentials.as_ref());
        let outcome = self.validate(request, time_left, &call).await;
        self.end(&call, outcome)
    }

    async fn list_entities(
        &self,
        request: &ListEntitiesRequest,
        _time_left: Duration,
    ) -> Result<EntityList, ErrorDetails> {
        // AppFlow's own test tool asks for what is under a leaf and expects the leaf.
        let path = request.entities_path.as_deref().filter(|path| !path.trim().is_empty());
        let context = &request.connector_context;
        let call = self.call(Operation::ListEntities, path.unwrap_or_default(), context);
        let entities = match path {
            None => {
                let offered = self.connections.config.offered.objects();
                Ok(offered.map(describe::entity).collect())
            }
            Some(path) => self.entity(path).map(|entity| vec![describe::entity(&entity.object)]),
        };
        let cache_control = CacheControl::seconds(METADATA_TTL_SECONDS);
        let list =
            entities.map(|entities| EntityList { entities, next_token: None, cache_control });
        self.end(&call, list)
    }

    async fn describe_entity(
        &self,
        request: &DescribeEntityRequest,
        time_left: Duration,
    ) -> Result<DescribedEntity, ErrorDetails> {
        let (name, context) = (&request.entity_identifier, &request.connector_context);
        let call = self.call(Operation::DescribeEntity, name, context);
        let entity = self.described(name, context, time_left, &call).await;
        let described = entity.map(|entity| DescribedEntity {
            definition: describe::definition(&entity),
            cache_control: CacheControl::seconds(METADATA_TTL_SECONDS),
        });
        self.end(&call, described)
    }

    async fn query_data(
        &self,
        request: &QueryDataRequest,
        time_left: Duration,
    ) -> Result<RecordPage, ErrorDetails> {
        let (name, context) = (&request.entity_identifier, &request.connector_context);
        let call = self.call(Operation::QueryData, name, context);
        match self.query(request, time_left, &call).await {
            Ok(answer) => {
                let RecordPage { records, next_token } = &answer.page;
                call.end(&self.observer, answer.ending(records, next_token.as_deref()));
                Ok(answer.page)
            }
            Err(error) => Err(self.fail(&call, error)),
        }
    }

    async fn retrieve_data(
        &self,
        request: &RetrieveDataRequest,
        time_left: Duration,
    ) -> Result<Records, ErrorDetails> {
        let (name, context) = (&request.entity_identifier, &request.connector_context);
        let call = self.call(Operation::RetrieveData, name, context);
        match self.retrieve(request, time_left, &call).await {
            Ok(answer) => {
                call.end(&self.observer, answer.ending(&answer.page, None));
                Ok(answer.page)
            }
            Err(error) => Err(self.fail(&call, error)),
        }
    }

    async fn write_data(
        &self,
        request: &WriteDataRequest,
        _time_left: Duration,
    ) -> Result<Vec<WriteRecordResult>, ErrorDetails> {
        let (name, context) = (&request.entity_identifier, &request.connector_context);
        let call = self.call(Operation::WriteData, name, context);
        let message = format!("This connector only reads. {name} cannot be written");
        Err(self.fail(&call, Error::invalid(message)))
    }

    fn refused(&self, operation: Operation, details: &ErrorDetails) {
        let call = Call::new(operation);
        let error = Error::new(details.error_code, details.error_message.as_str());
        call.end(&self.observer, Ending::Failed(&error));
    }
}
