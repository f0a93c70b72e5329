//! Connections: an org and a secret, and the facts that a warm process remembers of them.

use crate::catalogue::Object;
use crate::credentials::{Identity, KeyPlace, ServiceAppIdentity, identity};
use crate::discovery::Attributes;
use crate::error::Error;
use crate::offered::Offered;
use crate::secrets::{Freshness, SecretSource};
use crate::settings::{Orgs, Settings};
use crate::walk::KeptPage;
use crate::withheld::Withheld;
use appflow_connector::request::Credentials;
use appflow_connector::{ErrorCode, MAX_RESPONSE_BYTES};
use okta_client::{
    AllowedOrgs, Client, ClientConfig, Credential, HttpService, Ledger, Loopback, PageLimits,
    RateLimits, Scopes, ServiceApp, Signer,
};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The decisions of a process about the connector.
#[derive(Clone, Debug)]
pub struct Config {
    /// The orgs that may be talked to.
    pub orgs: Orgs,
    /// The entities that are offered.
    pub offered: Offered,
    /// The fields that are never exported.
    pub withheld: Withheld,
    /// The largest response in bytes.
    pub max_response_bytes: usize,
    /// The function that returns the time of day in seconds since 1970.
    pub wall_clock: fn() -> u64,
    /// The seed of the jitter of retries.
    pub seed: u64,
}

impl Config {
    /// Takes the limits of AppFlow and Lambda. The runtime adds nothing to a response; 4 KiB are kept for
    /// the day when it does.
    pub fn new(wall_clock: fn() -> u64, seed: u64) -> Self {
        const RESERVE: usize = 4 * 1024;
        let max_response_bytes = MAX_RESPONSE_BYTES - RESERVE;
        let orgs = Orgs { allowed: AllowedOrgs::default(), loopback: Loopback::Refused };
        let (offered, withheld) = (Offered::default(), Withheld::default());
        Self { orgs, offered, withheld, max_response_bytes, wall_clock, seed }
    }
}

/// The number of connections whose rate limits a warm process remembers.
const MAX_REMEMBERED: usize = 64;

/// The connections of a process.
#[derive(Debug)]
pub(crate) struct Connections<H, S> {
    http: H,
    secrets: S,
    pub(crate) config: Config,
    seeds: Mutex<fastrand::Rng>,
    /// The facts learned of connections, by org and secret.
    remembered: Mutex<HashMap<String, Remembered>>,
}

/// The facts that a warm process remembers of a connection.
#[derive(Clone, Debug)]
struct Remembered {
    rate_limits: Arc<Mutex<RateLimits>>,
    page_limits: Arc<Mutex<PageLimits>>,
    /// The service app that a secret describes, with its token.
    service_app: Option<(SecretString, Arc<ServiceApp>)>,
    /// The attributes that the org has added, by the object.
    attributes: BTreeMap<&'static str, Attributes>,
    /// The page in which the last call has ended, with the page token that it gave.
    kept_page: Option<(String, KeptPage)>,
}

/// A connection during one call: the org to ask, the place of the secret, and the costs.
#[derive(Debug)]
pub(crate) struct Connection<'a> {
    pub(crate) settings: Settings,
    credentials: Option<&'a Credentials>,
    pub(crate) deadline: Instant,
    ledger: Arc<Ledger>,
}

impl Connection<'_> {
    /// Names the connection by its org and its secret.
    fn key(&self) -> String {
        let arn = self.credentials.and_then(|credentials| credentials.secret_arn.as_deref());
        format!("{} {}", self.settings.org.origin(), arn.unwrap_or_default())
    }
}

impl<H: HttpService + Clone, S: SecretSource> Connections<H, S> {
    /// Makes an empty set of connections.
    pub(crate) fn new(http: H, secrets: S, config: Config) -> Self {
        let seeds = Mutex::new(fastrand::Rng::with_seed(config.seed));
        Self { http, secrets, config, seeds, remembered: Mutex::default() }
    }

    /// Takes up the connection of a call that has `time_left`. Its costs are written into `ledger`.
    pub(crate) fn open<'a>(
        &self,
        settings: &BTreeMap<String, String>,
        credentials: Option<&'a Credentials>,
        time_left: Duration,
        ledger: &Arc<Ledger>,
    ) -> Result<Connection<'a>, Error> {
        // A tenth is kept for the way back.
        let deadline = Instant::now() + time_left - time_left / 10;
        let settings = Settings::read(settings, &self.config.orgs)?;
        Ok(Connection { settings, credentials, deadline, ledger: Arc::clone(ledger) })
    }

    /// Does `work` with a client of the connection, and once more if the credential is no good or Okta refuses
    /// it, and there is another one by now: somebody may have renewed it since it was cached.
    pub(crate) async fn with_client<T, F>(
        &self,
        connection: &Connection<'_>,
        freshness: Freshness,
        work: impl Fn(Client<H>) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>> + Send,
    {
        let (client, secret) = match self.client(connection, freshness).await {
            Err(error) if is_refused(&error) && freshness == Freshness::Cached => {
                self.client(connection, Freshness::Fresh).await?
            }
            outcome => outcome?,
        };
        // A service app gets another token for the same secret.
        let is_renewable = client.renews_its_credential();
        match work(client).await {
            Err(error) if is_refused(&error) => {
                self.forget_service_app(&connection.key());
                let (client, renewed) = self.client(connection, Freshness::Fresh).await?;
                if !is_renewable && renewed.expose_secret() == secret.expose_secret() {
                    return Err(error);
                }
                work(client).await
            }
            outcome => outcome,
        }
    }

    /// Makes a client of the connection, and returns the secret that it has its credential from.
    pub(crate) async fn client(
        &self,
        connection: &Connection<'_>,
        freshness: Freshness,
    ) -> Result<(Client<H>, SecretString), Error> {
        let missing = || {
            let message = "The request names no secret. Create the connection again";
            Error::new(ErrorCode::ResourceNotFoundError, message)
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
            max_concurrency: settings.max_concurrency,
            seed: self.seed(),
            wall_clock: self.config.wall_clock,
            ledger: Arc::clone(&connection.ledger),
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
            None => {
                let scopes = self.config.offered.scopes();
                Scopes::Granted(scopes.into_iter().map(str::to_owned).collect())
            }
        };
        Ok(ServiceApp::new(identity.client_id, identity.key_id, signer, scopes))
    }

    /// Draws another seed for each client, so that no two come back to Okta in step.
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
            attributes: BTreeMap::new(),
            kept_page: None,
        });
        let limits = &remembered.rate_limits;
        limits.lock().unwrap_or_else(PoisonError::into_inner).set_percent(percent);
        remembered.clone()
    }

    /// Returns what is remembered of the attributes that the org has added to `object`.
    pub(crate) fn attributes(
        &self,
        connection: &Connection<'_>,
        object: &Object,
    ) -> Option<Attributes> {
        let known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&connection.key())?.attributes.get(object.name).cloned()
    }

    /// Remembers them.
    pub(crate) fn remember_attributes(
        &self,
        connection: &Connection<'_>,
        object: &Object,
        attributes: &Attributes,
    ) {
        let mut known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remembered) = known.get_mut(&connection.key()) {
            remembered.attributes.insert(object.name, attributes.clone());
        }
    }

    /// Returns the page in which the call that gave `token` has ended, if that was the last one.
    pub(crate) fn kept_page(&self, connection: &Connection<'_>, token: &str) -> Option<KeptPage> {
        let known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (given, page) = known.get(&connection.key())?.kept_page.as_ref()?;
        (given == token).then(|| page.clone())
    }

    /// Remembers the page in which the call that gives `token` has ended.
    pub(crate) fn keep_page(&self, connection: &Connection<'_>, token: &str, page: KeptPage) {
        let mut known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remembered) = known.get_mut(&connection.key()) {
            remembered.kept_page = Some((token.to_owned(), page));
        }
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
}

fn is_refused(error: &Error) -> bool {
    error.code == ErrorCode::InvalidCredentials
}
