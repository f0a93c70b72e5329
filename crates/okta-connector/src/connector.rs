//! The connector: one method for each operation, and the state that a warm process keeps.

use crate::catalogue::{OBJECTS, Object};
use crate::describe;
use crate::error::Error;
use crate::plan::{Omittable, Preferences, Query, Walk};
use crate::query::{self, Budget, Outcome, Statistics};
use crate::secrets::{Freshness, SecretSource};
use crate::settings::{Identity, KeyPlace, ServiceAppIdentity, Settings, identity};
use crate::token::{self, Fingerprint, Position};
use appflow_connector::filter::{Comparison, Condition, Literal};
use appflow_connector::request::{
    ConnectorContext, Credentials, DescribeConnectorConfigurationRequest, DescribeEntityRequest,
    ListEntitiesRequest, QueryDataRequest, RetrieveDataRequest,
    ValidateConnectorRuntimeSettingsRequest, ValidateCredentialsRequest,
};
use appflow_connector::response::CacheControl;
use appflow_connector::{
    Connector, ConnectorConfiguration, DescribedEntity, EntityList, ErrorCode, ErrorDetails,
    Filter, InvalidSettings, MAX_RESPONSE_BYTES, RecordPage, Records,
};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use okta_client::{
    Client, ClientConfig, Credential, ErrorKind, HttpService, Ledger, Loopback, OktaRequest,
    PageLimits, RateLimits, Scopes, ServiceApp, Signer,
};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What a process decides for the connector.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Whether `http://127.0.0.1:PORT` is an org.
    pub loopback: Loopback,
    /// The largest response in bytes.
    pub max_response_bytes: usize,
    /// The time of day in seconds since 1970.
    pub wall_clock: fn() -> u64,
    /// Seeds the jitter of retries.
    pub seed: u64,
}

impl Config {
    /// The limits of AppFlow and Lambda. The runtime adds nothing to a response; 4 KiB are kept for
    /// the day when it does.
    pub fn new(wall_clock: fn() -> u64, seed: u64) -> Self {
        const RESERVE: usize = 4 * 1024;
        let max_response_bytes = MAX_RESPONSE_BYTES - RESERVE;
        Self { loopback: Loopback::Refused, max_response_bytes, wall_clock, seed }
    }
}

/// How long AppFlow may keep the list of entities and their fields.
const METADATA_TTL_SECONDS: u64 = 3_600;

/// Connections whose rate limits a warm process remembers.
const MAX_REMEMBERED: usize = 64;

/// The Okta connector. `H` carries requests to Okta, `S` reads secrets.
#[derive(Debug)]
pub struct OktaConnector<H, S> {
    http: H,
    secrets: S,
    config: Config,
    seeds: Mutex<fastrand::Rng>,
    /// What was learned of connections, by org and secret.
    remembered: Mutex<HashMap<String, Remembered>>,
}

/// What a warm process remembers of a connection.
#[derive(Clone, Debug)]
struct Remembered {
    rate_limits: Arc<Mutex<RateLimits>>,
    page_limits: Arc<Mutex<PageLimits>>,
    /// The service app that a secret describes, with its token.
    service_app: Option<(SecretString, Arc<ServiceApp>)>,
}

/// A connection: whom to ask and where the secret is.
struct Connection<'a> {
    settings: Settings,
    credentials: Option<&'a Credentials>,
    deadline: Instant,
    /// What the call costs, with all the clients that it takes.
    ledger: Arc<Ledger>,
}

impl Connection<'_> {
    /// What is learned of a connection is kept under its org and its secret.
    fn key(&self) -> String {
        let arn = self.credentials.and_then(|credentials| credentials.secret_arn.as_deref());
        format!("{} {}", self.settings.org.origin(), arn.unwrap_or_default())
    }
}

impl<H: HttpService + Clone, S: SecretSource> OktaConnector<H, S> {
    /// A connector that has read and asked nothing yet.
    pub fn new(http: H, secrets: S, config: Config) -> Self {
        let seeds = Mutex::new(fastrand::Rng::with_seed(config.seed));
        Self { http, secrets, config, seeds, remembered: Mutex::default() }
    }

    fn connection<'a>(
        &self,
        settings: &BTreeMap<String, String>,
        credentials: Option<&'a Credentials>,
        time_left: Duration,
    ) -> Result<Connection<'a>, Error> {
        // A tenth is kept for the way back.
        let deadline = Instant::now() + time_left - time_left / 10;
        let settings = Settings::read(settings, self.config.loopback)?;
        Ok(Connection { settings, credentials, deadline, ledger: Arc::default() })
    }

    fn connection_of<'a>(
        &self,
        context: &'a ConnectorContext,
        time_left: Duration,
    ) -> Result<Connection<'a>, Error> {
        let credentials = context.credentials.as_ref();
        self.connection(&context.connector_runtime_settings, credentials, time_left)
    }

    /// Does `work` with a client of the connection, and once more if the credential is no good or Okta refuses
    /// it, and there is another one by now: somebody may have renewed it since it was cached.
    async fn with_client<T, F>(
        &self,
        connection: &Connection<'_>,
        freshness: Freshness,
        work: impl Fn(Client<H>) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>> + Send,
    {
        let (client, secret) = match self.client(connection, freshness).await {
            Err(Error::InvalidCredentials(_)) if freshness == Freshness::Cached => {
                self.client(connection, Freshness::Fresh).await?
            }
            outcome => outcome?,
        };
        // A service app gets another token for the same secret.
        let is_renewable = client.renews_its_credential();
        match work(client).await {
            Err(Error::InvalidCredentials(message)) => {
                self.forget_service_app(&connection.key());
                let (client, renewed) = self.client(connection, Freshness::Fresh).await?;
                if !is_renewable && renewed.expose_secret() == secret.expose_secret() {
                    return Err(Error::InvalidCredentials(message));
                }
                work(client).await
            }
            outcome => outcome,
        }
    }

    async fn client(
        &self,
        connection: &Connection<'_>,
        freshness: Freshness,
    ) -> Result<(Client<H>, SecretString), Error> {
        let missing = || {
            Error::ResourceNotFound(
                "The request names no secret. Create the connection again".to_owned(),
            )
        };
        let credentials = connection.credentials.ok_or_else(missing)?;
        let arn = credentials.secret_arn.as_deref().ok_or_else(missing)?;
        let secret = self.secrets.secret(arn, freshness, connection.deadline).await?;
        let settings = &connection.settings;
        let key = connection.key();
        let remembered = self.recall(&key, settings.rate_limit_percent);
        let credential = match identity(&secret, credentials.authentication_type.as_deref())? {
            Identity::Token(credential) => credential,
            Identity::ServiceApp(identity) => {
                let known = remembered.service_app.filter(|(described_by, _)| {
                    described_by.expose_secret() == secret.expose_secret()
                });
                let app = match known {
                    Some((_, app)) => app,
                    None => {
                        let app = Arc::new(self.service_app(identity, connection.deadline).await?);
                        self.remember(&key, (secret.clone(), Arc::clone(&app)));
                        app
                    }
                };
                Credential::ServiceApp(app)
            }
        };
        let config = ClientConfig {
            org: settings.org.clone(),
            credential,
            rate_limits: remembered.rate_limits,
            page_limits: remembered.page_limits,
            ledger: Arc::clone(&connection.ledger),
            max_concurrency: settings.max_concurrency,
            seed: self.seed(),
            wall_clock: self.config.wall_clock,
        };
        Ok((Client::new(self.http.clone(), config), secret))
    }

    async fn service_app(
        &self,
        identity: ServiceAppIdentity,
        deadline: Instant,
    ) -> Result<ServiceApp, Error> {
        let signer: Arc<dyn Signer> = match identity.key {
            KeyPlace::Here(key) => key,
            KeyPlace::Kms(id) => self.secrets.signer(&id, deadline).await?,
        };
        let scopes = match identity.scopes {
            Some(scopes) => Scopes::Exactly(scopes),
            None => Scopes::Granted(OBJECTS.iter().map(|object| object.scope.to_owned()).collect()),
        };
        Ok(ServiceApp::new(identity.client_id, identity.key_id, signer, scopes))
    }

    /// Another one for each client, so that no two come back to Okta in step.
    fn seed(&self) -> u64 {
        self.seeds.lock().unwrap_or_else(PoisonError::into_inner).u64(..)
    }

    fn recall(&self, key: &str, percent: u32) -> Remembered {
        let mut known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED && !known.contains_key(key) {
            known.clear();
        }
        let remembered = known.entry(key.to_owned()).or_insert_with(|| Remembered {
            rate_limits: Arc::new(Mutex::new(RateLimits::new(percent))),
            page_limits: Arc::default(),
            service_app: None,
        });
        let limits = &remembered.rate_limits;
        limits.lock().unwrap_or_else(PoisonError::into_inner).set_percent(percent);
        remembered.clone()
    }

    fn remember(&self, key: &str, service_app: (SecretString, Arc<ServiceApp>)) {
        let mut known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remembered) = known.get_mut(key) {
            remembered.service_app = Some(service_app);
        }
    }

    fn forget_service_app(&self, key: &str) {
        let mut known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remembered) = known.get_mut(key) {
            remembered.service_app = None;
        }
    }

    fn budget(&self, connection: &Connection<'_>, max_results: u64) -> Budget {
        Budget {
            deadline: connection.deadline,
            max_results,
            max_bytes: self.config.max_response_bytes,
            max_concurrency: connection.settings.max_concurrency,
            wall_now: (self.config.wall_clock)(),
        }
    }

    async fn query(
        &self,
        request: &QueryDataRequest,
        time_left: Duration,
    ) -> Result<Answer, Error> {
        let context = &request.connector_context;
        let connection = self.connection_of(context, time_left)?;
        let object = find_object(&request.entity_identifier)?;
        let expression = request.filter_expression.as_deref().unwrap_or_default();
        let selected = request.selected_field_names.as_deref();
        let preferences = connection.settings.preferences();
        let query = Query::new(object, &Filter::parse(expression)?, selected, preferences)?;
        let fingerprint = fingerprint(&connection.settings, object, expression, selected);
        let opened = match request.next_token.as_deref() {
            Some(token) => Some(token::open(fingerprint, token)?),
            None => None,
        };
        let plan = query.plan();
        tracing::debug!(%plan, "planned");
        let budget = self.budget(&connection, request.max_results());
        let (query, plan, opened) = (&query, &plan, opened.as_ref());
        let ledger = &*connection.ledger;
        self.with_client(&connection, Freshness::Cached, move |client: Client<H>| async move {
            let now = Instant::now();
            for (bucket, lesson) in opened.iter().flat_map(|opened| &opened.lessons) {
                client.rate_limits().learn(*bucket, *lesson, now, budget.wall_now);
            }
            let position = opened.map_or_else(Position::default, |opened| opened.position.clone());
            let Outcome { records, next, statistics } =
                query::run(&client, query, plan, position, budget).await?;
            let next_token = match next {
                Some(position) => {
                    let limits = client.rate_limits();
                    Some(token::seal(
                        fingerprint,
                        &position,
                        limits.lessons(Instant::now(), budget.wall_now),
                    )?)
                }
                None => None,
            };
            let statistics = statistics.with_cost(ledger.cost());
            Ok(Answer { page: RecordPage { records, next_token }, statistics })
        })
        .await
    }

    async fn retrieve(
        &self,
        request: &RetrieveDataRequest,
        time_left: Duration,
    ) -> Result<(Records, Statistics), Error> {
        let context = &request.connector_context;
        let connection = self.connection_of(context, time_left)?;
        let object = find_object(&request.entity_identifier)?;
        let selected = request.selected_field_names.as_deref();
        let field = match request.id_field_name.as_deref() {
            Some(name) => object.field(name).filter(|field| field.unique).ok_or_else(|| {
                let unique = object.fields.iter().filter(|field| field.unique);
                let names: Vec<_> = unique.map(|field| field.name).collect();
                Error::invalid(format!(
                    "{name} does not identify a record of {}. Use {}",
                    object.name,
                    names.join(" or ")
                ))
            })?,
            None => object.key(),
        };
        let query = |id: &String| {
            let literal = Literal::Text(id.clone());
            let condition = Condition::Compare(field.name.to_owned(), Comparison::Equal, literal);
            let filter = Filter { condition: Some(condition), limit: Some(1) };
            Query::new(object, &filter, selected, Preferences::default())
        };
        let queries = request.ids.iter().map(query).collect::<Result<Vec<_>, _>>()?;
        let queries = &queries;
        let budget = self.budget(&connection, 1);
        let ledger = &*connection.ledger;
        self.with_client(&connection, Freshness::Cached, move |client: Client<H>| async move {
            let reads: Vec<_> =
                queries.iter().map(|query| read_one(&client, query, budget)).collect();
            let outcomes: Vec<Outcome> =
                stream::iter(reads).buffered(budget.max_concurrency).try_collect().await?;
            let (records, statistics) = gather(outcomes, budget.max_bytes)?;
            Ok((records, statistics.with_cost(ledger.cost())))
        })
        .await
    }

    async fn validate(
        &self,
        request: &ValidateCredentialsRequest,
        time_left: Duration,
    ) -> Result<(), Error> {
        let connection = self.connection(
            &request.connector_runtime_settings,
            request.credentials.as_ref(),
            time_left,
        )?;
        let deadline = connection.deadline;
        // The user has just saved it, or wants to know how it is now.
        let work = |client| may_read_something(client, deadline);
        self.with_client(&connection, Freshness::Fresh, work).await
    }
}

struct Answer {
    page: RecordPage,
    statistics: Statistics,
}

/// A connection is good if it may read at least one object. The cheapest one is asked first.
async fn may_read_something<H: HttpService>(
    client: Client<H>,
    deadline: Instant,
) -> Result<(), Error> {
    let mut refusals = Vec::new();
    for object in OBJECTS.into_iter().rev() {
        let request = OktaRequest::new(object.endpoint.path);
        let request = match object.endpoint.page_size {
            Some(_) => request.with_limit(1),
            None => request,
        };
        match client.get(&request, None, deadline).await {
            Ok(_) => return Ok(()),
            Err(error) => match error.kind {
                ErrorKind::MissingScope { .. }
                | ErrorKind::Forbidden
                | ErrorKind::FeatureMissing
                | ErrorKind::NotFound => refusals.push((object, error)),
                // Without a token, for one, the other objects fare no better.
                _ => return Err(error.into()),
            },
        }
    }
    let scopes: Vec<_> = refusals
        .iter()
        .filter(|(_, error)| matches!(error.kind, ErrorKind::MissingScope { .. }))
        .map(|(object, _)| format!("{} for {}", object.scope, object.name))
        .collect();
    let (_, first) = refusals.swap_remove(0);
    match scopes.as_slice() {
        [_, _, ..] => Err(Error::AccessDenied(format!(
            "The connection can read no object. Grant the Okta app one of {}. {first}",
            scopes.join(" or ")
        ))),
        _ => Err(first.into()),
    }
}

async fn read_one<H: HttpService>(
    client: &Client<H>,
    query: &Query,
    budget: Budget,
) -> Result<Outcome, Error> {
    let plan = query.plan();
    let mut position = Position::default();
    loop {
        let outcome = query::run(client, query, &plan, position, budget).await?;
        match outcome.next {
            // Nothing was found before a budget ended, but the search goes on.
            Some(next) if outcome.records.is_empty() && Instant::now() < budget.deadline => {
                position = next;
            }
            Some(_) if outcome.records.is_empty() => {
                return Err(Error::RequestTimeout("Okta did not answer in time".to_owned()));
            }
            _ => return Ok(outcome),
        }
    }
}

fn gather(outcomes: Vec<Outcome>, max_bytes: usize) -> Result<(Records, Statistics), Error> {
    let mut records = Records::new();
    let mut statistics = Statistics::default();
    for outcome in outcomes {
        records.append(&outcome.records);
        statistics.scanned += outcome.statistics.scanned;
        if records.response_bytes(0) > max_bytes {
            return Err(Error::invalid(
                "The records are larger than an answer may be. Ask for fewer ids at once",
            ));
        }
    }
    Ok((records, statistics))
}

fn find_object(name: &str) -> Result<&'static Object, Error> {
    Object::find(name).ok_or_else(|| {
        let names: Vec<_> = OBJECTS.iter().map(|object| object.name).collect();
        Error::invalid(format!("Unknown entity {name}. Expected one of {}", names.join(" ")))
    })
}

/// All that the meaning of a position depends on.
fn fingerprint(
    settings: &Settings,
    object: &Object,
    expression: &str,
    selected: Option<&[String]>,
) -> Fingerprint {
    let Preferences { omittable, walk } = settings.preferences();
    let deprovisioned = match omittable {
        Omittable::Included => "included",
        Omittable::LeftOut => "left out",
    };
    let walk = match walk {
        Walk::SideBySide => "side by side",
        Walk::InOrder => "in order",
    };
    let fields = if selected.is_some() { "fields" } else { "all fields" };
    let fixed =
        [settings.org.origin(), object.name, expression.trim(), deprovisioned, walk, fields];
    let selected = selected.unwrap_or_default().iter().map(String::as_str);
    Fingerprint::of(fixed.into_iter().chain(selected))
}

impl<H: HttpService + Clone, S: SecretSource> Connector for OktaConnector<H, S> {
    fn describe_connector_configuration(
        &self,
        _request: &DescribeConnectorConfigurationRequest,
    ) -> ConnectorConfiguration {
        describe::configuration(&OBJECTS)
    }

    async fn validate_connector_runtime_settings(
        &self,
        request: &ValidateConnectorRuntimeSettingsRequest,
        _time_left: Duration,
    ) -> Result<(), InvalidSettings> {
        let settings = &request.connector_runtime_settings;
        let errors_by_input_field =
            Settings::check(settings, request.scope.as_deref(), self.config.loopback);
        if errors_by_input_field.is_empty() {
            return Ok(());
        }
        let texts: Vec<_> = errors_by_input_field.values().map(|text| text.as_str()).collect();
        let details = ErrorDetails::new(ErrorCode::InvalidArgument, texts.join(". "));
        Err(InvalidSettings { errors_by_input_field, details })
    }

    async fn validate_credentials(
        &self,
        request: &ValidateCredentialsRequest,
        time_left: Duration,
    ) -> Result<(), ErrorDetails> {
        self.validate(request, time_left).await.map_err(|error| {
            tracing::warn!(code = error.code().name(), %error, "ValidateCredentials failed");
            error.into()
        })
    }

    async fn list_entities(
        &self,
        request: &ListEntitiesRequest,
        _time_left: Duration,
    ) -> Result<EntityList, ErrorDetails> {
        // AppFlow's own test tool asks for what is under a leaf and expects the leaf.
        let path = request.entities_path.as_deref().filter(|path| !path.trim().is_empty());
        let entities = match path {
            None => OBJECTS.into_iter().map(describe::entity).collect(),
            Some(path) => vec![describe::entity(find_object(path)?)],
        };
        let cache_control = CacheControl::seconds(METADATA_TTL_SECONDS);
        Ok(EntityList { entities, next_token: None, cache_control })
    }

    async fn describe_entity(
        &self,
        request: &DescribeEntityRequest,
        _time_left: Duration,
    ) -> Result<DescribedEntity, ErrorDetails> {
        let definition = describe::definition(find_object(&request.entity_identifier)?);
        Ok(DescribedEntity {
            definition,
            cache_control: CacheControl::seconds(METADATA_TTL_SECONDS),
        })
    }

    async fn query_data(
        &self,
        request: &QueryDataRequest,
        time_left: Duration,
    ) -> Result<RecordPage, ErrorDetails> {
        let log = CallLog::new("QueryData", &request.entity_identifier, &request.connector_context);
        match self.query(request, time_left).await {
            Ok(Answer { page, statistics }) => {
                log.success(&page.records, &statistics, page.next_token.is_some().into());
                Ok(page)
            }
            Err(error) => Err(log.failure(error)),
        }
    }

    async fn retrieve_data(
        &self,
        request: &RetrieveDataRequest,
        time_left: Duration,
    ) -> Result<Records, ErrorDetails> {
        let log =
            CallLog::new("RetrieveData", &request.entity_identifier, &request.connector_context);
        match self.retrieve(request, time_left).await {
            Ok((records, statistics)) => {
                log.success(&records, &statistics, Ending::Complete);
                Ok(records)
            }
            Err(error) => Err(log.failure(error)),
        }
    }
}

/// One line in the log for each call: who asked, what it cost, how it ended. Never a body, a cursor
/// or an address.
struct CallLog<'a> {
    operation: &'static str,
    entity: &'a str,
    context: &'a ConnectorContext,
    began: Instant,
}

/// Whether more will come.
#[derive(Debug)]
enum Ending {
    Complete,
    MoreToCome,
}

impl From<bool> for Ending {
    fn from(more: bool) -> Self {
        if more { Self::MoreToCome } else { Self::Complete }
    }
}

impl<'a> CallLog<'a> {
    fn new(operation: &'static str, entity: &'a str, context: &'a ConnectorContext) -> Self {
        Self { operation, entity, context, began: Instant::now() }
    }

    fn success(&self, records: &Records, statistics: &Statistics, ending: Ending) {
        tracing::info!(
            operation = self.operation,
            entity = self.entity,
            flow_name = self.context.flow_name,
            execution_id = self.context.execution_id,
            connection = self.context.connector_profile_label,
            records = records.len(),
            bytes = records.response_bytes(0),
            scanned = statistics.scanned,
            pages = statistics.pages,
            okta_requests = statistics.requests,
            throttle_wait_ms = u64::try_from(statistics.waited.as_millis()).unwrap_or(u64::MAX),
            limit_remaining_percent = statistics.limit_remaining,
            okta_request_ids = statistics.request_ids.join(" "),
            elapsed_ms = self.elapsed_ms(),
            ending = ?ending,
            "answered"
        );
    }

    fn failure(&self, error: Error) -> ErrorDetails {
        tracing::warn!(
            operation = self.operation,
            entity = self.entity,
            flow_name = self.context.flow_name,
            execution_id = self.context.execution_id,
            connection = self.context.connector_profile_label,
            elapsed_ms = self.elapsed_ms(),
            code = error.code().name(),
            %error,
            "failed"
        );
        error.into()
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
