//! A world for a test: the connector on a simulated org, on a paused clock, in this process.

use appflow_connector::{UnknownOperation, handle};
use bytes::Bytes;
use jiff::Timestamp;
use okta_client::{HttpError, HttpErrorKind, HttpService, Signer};
use okta_connector::{Config, Freshness, KeyError, OktaConnector, SecretError, SecretSource};
use okta_simulator::{Delivery, Org, Simulator};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// The API token that the simulated org accepts. It must never be seen in an answer.
pub(crate) const API_TOKEN: &str = "00canary-api-token";

/// The time at which every simulated world begins.
pub(crate) const EPOCH: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

/// The connector on a simulated org.
pub(crate) struct World {
    okta: SimulatedOkta,
    connector: OktaConnector<SimulatedOkta, Secrets>,
}

impl World {
    /// The connector on `org`, with a good connection.
    pub(crate) fn new(org: Org) -> Self {
        Self::with_secret(org, Ok(api_token_secret(API_TOKEN)))
    }

    /// The connector on `org`, where Secrets Manager answers with `secret`.
    pub(crate) fn with_secret(org: Org, secret: Result<String, SecretError>) -> Self {
        Self::on(SimulatedOkta::new(org), Secrets { secret, cached: None, keys: BTreeMap::new() })
    }

    /// A new connector on an org that is there already. Its clock stands still.
    pub(crate) fn on(okta: SimulatedOkta, secrets: Secrets) -> Self {
        Self::at(|| EPOCH.cast_unsigned(), okta, secrets)
    }

    /// A new connector whose clock shows another time.
    pub(crate) fn at(clock: fn() -> u64, okta: SimulatedOkta, secrets: Secrets) -> Self {
        let config = Config::new(clock, 1);
        Self { okta: okta.clone(), connector: OktaConnector::new(okta, secrets, config) }
    }

    /// From now on, requests to Okta go through `meddler`.
    pub(crate) fn meddle(
        &self,
        meddler: impl FnMut(&http::Request<Bytes>) -> Option<Meddling> + Send + 'static,
    ) {
        self.okta.meddle(meddler);
    }

    /// The simulator behind the connector.
    pub(crate) fn simulator(&self) -> MutexGuard<'_, Simulator> {
        self.okta.simulator()
    }

    /// What the connector answers.
    pub(crate) async fn ask(&self, event: &Value) -> Value {
        self.ask_payload(event.to_string().as_bytes()).await.unwrap()
    }

    /// What the connector answers to a payload that need not be JSON.
    pub(crate) async fn ask_payload(&self, payload: &[u8]) -> Result<Value, UnknownOperation> {
        let answer = handle(&self.connector, payload, Duration::from_secs(30)).await?;
        let text = String::from_utf8(answer).unwrap();
        assert!(!text.contains("canary"), "a secret got out: {text}");
        Ok(serde_json::from_str(&text).unwrap())
    }

    /// Runs a whole flow, page by page, as AppFlow does: all its records, or its first failure.
    pub(crate) async fn run(&self, event: &Value) -> Result<Vec<Value>, Value> {
        let mut event = event.clone();
        let mut records = Vec::new();
        for _page in 0..10_000 {
            let answer = self.ask(&event).await;
            if answer["isSuccess"] != true {
                return Err(answer["errorDetails"].clone());
            }
            let page = answer["records"].as_array().unwrap();
            if let Some(max) = event["maxResults"].as_u64() {
                assert!(page.len() as u64 <= max, "{} records, {max} wanted", page.len());
            }
            records.extend(
                page.iter()
                    .map(|text| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap()),
            );
            match answer["nextToken"].as_str() {
                Some(token) => {
                    assert!(token.len() <= 2_048 && !token.contains(char::is_whitespace));
                    event["nextToken"] = token.into();
                }
                None => return Ok(records),
            }
        }
        panic!("the flow does not end");
    }
}

/// A QueryData request on a good connection; `extra` is put on top.
pub(crate) fn query(entity: &str, extra: &Value) -> Value {
    let mut event = json!({
        "type": "QueryDataRequest",
        "entityIdentifier": entity,
        "connectorContext": context(),
    });
    for (key, value) in extra.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

/// The context of a good connection.
pub(crate) fn context() -> Value {
    json!({
        "connectorRuntimeSettings": { "instanceUrl": "https://acme.okta.com" },
        "credentials": { "secretArn": "arn:secret", "authenticationType": "CustomAuth" },
        "apiVersion": "v1",
    })
}

/// The secret of a connection with an API token.
pub(crate) fn api_token_secret(token: &str) -> String {
    json!({ "customAuthenticationType": "Okta_API_Token", "apiToken": token }).to_string()
}

/// The top of the checkout.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A part that `make test` has built or installed, from the variable that names it; else a loud line.
/// In CI a missing part is a failure.
pub(crate) fn part(variable: &str) -> Option<PathBuf> {
    let part = std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    if part.is_none() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{variable} is not set");
        println!(
            "*** SKIPPED: {variable} is not set. Run `make test`, which builds and installs ***"
        );
    }
    part
}

/// A simulated org behind the seam of HTTP, on the clock of the test.
#[derive(Clone)]
pub(crate) struct SimulatedOkta {
    simulator: Arc<Mutex<Simulator>>,
    began: Instant,
    /// The latest requests that came: what tests of credentials look at.
    latest: Arc<Mutex<Vec<http::Request<Bytes>>>>,
    meddler: Arc<Mutex<Option<Meddler>>>,
}

/// What happens to a request on its way; nothing if it arrives.
type Meddler = Box<dyn FnMut(&http::Request<Bytes>) -> Option<Meddling> + Send>;

/// What is done to a request on its way.
pub(crate) enum Meddling {
    /// It never reaches Okta, and this is what comes back.
    Answer(u16, &'static str),
    /// Its answer is kept for so long.
    Delay(Duration),
}

/// How many requests are kept as they came.
const KEPT: usize = 64;

impl SimulatedOkta {
    /// An org that accepts [`API_TOKEN`].
    pub(crate) fn new(org: Org) -> Self {
        let mut simulator = Simulator::new(org);
        simulator.accept_api_token(API_TOKEN);
        let simulator = Arc::new(Mutex::new(simulator));
        let (latest, meddler) = (Arc::default(), Arc::default());
        Self { simulator, began: Instant::now(), latest, meddler }
    }

    pub(crate) fn simulator(&self) -> MutexGuard<'_, Simulator> {
        self.simulator.lock().unwrap()
    }

    /// The latest requests to a path, as they came.
    pub(crate) fn latest(&self, path: &str) -> Vec<http::Request<Bytes>> {
        let latest = self.latest.lock().unwrap();
        latest.iter().filter(|request| request.uri().path() == path).cloned().collect()
    }

    /// The latest requests, as they came.
    pub(crate) fn everything(&self) -> Vec<http::Request<Bytes>> {
        self.latest.lock().unwrap().clone()
    }

    /// From now on, requests go through `meddler`.
    pub(crate) fn meddle(
        &self,
        meddler: impl FnMut(&http::Request<Bytes>) -> Option<Meddling> + Send + 'static,
    ) {
        *self.meddler.lock().unwrap() = Some(Box::new(meddler));
    }

    /// What time it is at the org.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(EPOCH).unwrap() + self.began.elapsed()
    }

    /// The request has arrived: what the org answers.
    pub(crate) fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let mut latest = self.latest.lock().unwrap();
        if latest.len() == KEPT {
            latest.remove(0);
        }
        latest.push(request.clone());
        let mut simulator = self.simulator();
        simulator.set_time(self.now());
        simulator.handle(request)
    }

    /// The way back, which may take its time or break.
    pub(crate) async fn deliver(
        response: http::Response<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let delivery = response.extensions().get::<Delivery>();
        let delay = delivery.map_or(Duration::ZERO, |delivery| delivery.delay);
        let is_cut = delivery.is_some_and(|delivery| delivery.cut_after.is_some());
        tokio::time::sleep(delay.min(timeout)).await;
        let fail = |kind| Err(HttpError { kind, cause: "simulated".to_owned() });
        match (delay > timeout, is_cut) {
            (true, _) => fail(HttpErrorKind::Timeout),
            (false, true) => fail(HttpErrorKind::Interrupted),
            (false, false) => Ok(response),
        }
    }
}

impl HttpService for SimulatedOkta {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let meddling = self.meddler.lock().unwrap().as_mut().and_then(|meddle| meddle(&request));
        let response = match meddling {
            None => self.answer(request),
            Some(Meddling::Answer(status, body)) => {
                let response = http::Response::builder().status(status);
                response.body(Bytes::from_static(body.as_bytes())).unwrap()
            }
            Some(Meddling::Delay(delay)) => {
                let mut response = self.answer(request);
                response.extensions_mut().insert(Delivery { delay, cut_after: None });
                response
            }
        };
        Self::deliver(response, timeout).await
    }
}

/// What AWS holds of a connection.
pub(crate) struct Secrets {
    pub(crate) secret: Result<String, SecretError>,
    /// What a warm process still holds of it, if that is something else.
    pub(crate) cached: Option<String>,
    /// The keys of KMS, by id.
    pub(crate) keys: BTreeMap<String, Result<Arc<dyn Signer>, KeyError>>,
}

impl SecretSource for Secrets {
    async fn secret(
        &self,
        _arn: &str,
        freshness: Freshness,
        _deadline: Instant,
    ) -> Result<SecretString, SecretError> {
        match &self.cached {
            Some(cached) if freshness == Freshness::Cached => Ok(cached.clone().into()),
            _ => self.secret.clone().map(SecretString::from),
        }
    }

    async fn signer(&self, key_id: &str, _deadline: Instant) -> Result<Arc<dyn Signer>, KeyError> {
        let missing = || Err(KeyError::NotFound(format!("Key {key_id} does not exist")));
        self.keys.get(key_id).cloned().unwrap_or_else(missing)
    }
}
