//! A world for a test: the connector on a simulated org, on a paused clock, in this process.

use appflow_connector::{UnknownOperation, handle};
use bytes::Bytes;
use jiff::Timestamp;
use okta_client::{HttpError, HttpService};
use okta_connector::{Config, Offered, OktaConnector, SecretError};
use okta_connector_cli::{Clock, SimulatedOkta, SimulatedSecrets, api_token_secret, draw_log};
use okta_simulator::{Delivery, Org, Simulator};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The API token that the simulated org accepts. It must never be seen in an answer.
pub(crate) const API_TOKEN: &str = "00canary-api-token";

/// The time at which every simulated world begins.
pub(crate) const EPOCH: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

/// The connector on a simulated org.
pub(crate) struct World {
    okta: InterceptedOkta,
    connector: OktaConnector<InterceptedOkta, SimulatedSecrets>,
}

impl World {
    /// Makes the connector on `org`, with a good connection. It offers everything.
    pub(crate) fn new(org: Org) -> Self {
        Self::offering_everything(InterceptedOkta::new(org))
    }

    fn offering_everything(okta: InterceptedOkta) -> Self {
        let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
        let config = Config::new(|| EPOCH.cast_unsigned(), 1);
        Self::with_config(okta, secrets, Config { offered: Offered::everything(), ..config })
    }

    /// Makes the connector on `org`, with `secret` as the answer of Secrets Manager.
    pub(crate) fn with_secret(org: Org, secret: Result<String, SecretError>) -> Self {
        Self::on(InterceptedOkta::new(org), SimulatedSecrets::new(secret))
    }

    /// Makes a new connector on an org that is there already. Its clock stands still.
    pub(crate) fn on(okta: InterceptedOkta, secrets: SimulatedSecrets) -> Self {
        Self::at(|| EPOCH.cast_unsigned(), okta, secrets)
    }

    /// Makes a new connector whose clock shows another time.
    pub(crate) fn at(clock: fn() -> u64, okta: InterceptedOkta, secrets: SimulatedSecrets) -> Self {
        Self::with_config(okta, secrets, Config::new(clock, 1))
    }

    /// Makes a new connector of a process that decides otherwise.
    pub(crate) fn with_config(
        okta: InterceptedOkta,
        secrets: SimulatedSecrets,
        config: Config,
    ) -> Self {
        Self { okta: okta.clone(), connector: OktaConnector::new(okta, secrets, config) }
    }

    /// Makes a new connector on the same org, with a good connection: it remembers nothing and offers everything.
    pub(crate) fn restarted(&self) -> Self {
        Self::offering_everything(self.okta.clone())
    }

    /// Lets requests to Okta go through `meddler` from now on.
    pub(crate) fn meddle(
        &self,
        meddler: impl FnMut(&http::Request<Bytes>) -> Option<Meddling> + Send + 'static,
    ) {
        self.okta.meddle(meddler);
    }

    /// Returns the connector.
    pub(crate) fn connector(&self) -> &OktaConnector<InterceptedOkta, SimulatedSecrets> {
        &self.connector
    }

    /// Locks the simulator behind the connector.
    pub(crate) fn simulator(&self) -> MutexGuard<'_, Simulator> {
        self.okta.simulator()
    }

    /// Returns the answer of the connector.
    pub(crate) async fn ask(&self, event: &Value) -> Value {
        self.ask_payload(event.to_string().as_bytes()).await.unwrap()
    }

    /// Returns the answer of the connector to a payload that need not be JSON.
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

/// Makes a QueryData request on a good connection; `extra` is put on top.
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

/// Returns the context of a good connection.
pub(crate) fn context() -> Value {
    json!({
        "connectorRuntimeSettings": { "instanceUrl": "https://acme.okta.com" },
        "credentials": { "secretArn": "arn:secret", "authenticationType": "CustomAuth" },
        "apiVersion": "v1",
    })
}

/// Returns the top of the checkout.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Returns a part that `make test` has built or installed, from the variable that names it; else
/// prints a loud line. In CI a missing part is a failure.
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

/// Puts `org` on the clock of the test. It accepts [`API_TOKEN`].
pub(crate) fn simulated_okta(org: Org) -> SimulatedOkta {
    let now = Timestamp::from_second(EPOCH).unwrap();
    let log = draw_log(&org, now);
    let mut simulator = Simulator::new(org);
    *simulator.system_log_mut() = log;
    simulator.accept_api_token(API_TOKEN);
    SimulatedOkta::new(simulator, Clock::starting_at(now))
}

/// A simulated org whose requests a test sees, and may answer or delay in its place.
#[derive(Clone)]
pub(crate) struct InterceptedOkta {
    okta: SimulatedOkta,
    /// The latest requests that arrived: tests of credentials look at them.
    latest: Arc<Mutex<Vec<http::Request<Bytes>>>>,
    meddler: Arc<Mutex<Option<Meddler>>>,
}

/// A decision on a request on its way: `None` if it arrives.
type Meddler = Box<dyn FnMut(&http::Request<Bytes>) -> Option<Meddling> + Send>;

/// Something that is done to a request on its way.
pub(crate) enum Meddling {
    /// It never reaches Okta, and this is what comes back.
    Answer(u16, &'static str),
    /// The same, and the answer has these headers and a text that was made up for it.
    Reply(http::Response<Bytes>),
    /// Its answer is kept for so long.
    Delay(Duration),
}

/// The number of requests that are kept as they came.
const KEPT: usize = 64;

impl InterceptedOkta {
    /// Makes an org that accepts [`API_TOKEN`].
    pub(crate) fn new(org: Org) -> Self {
        Self { okta: simulated_okta(org), latest: Arc::default(), meddler: Arc::default() }
    }

    /// Locks the simulator.
    pub(crate) fn simulator(&self) -> MutexGuard<'_, Simulator> {
        self.okta.simulator()
    }

    /// Returns the latest requests to a path, as they came.
    pub(crate) fn latest(&self, path: &str) -> Vec<http::Request<Bytes>> {
        let latest = self.latest.lock().unwrap();
        latest.iter().filter(|request| request.uri().path() == path).cloned().collect()
    }

    /// Returns the latest requests, as they came.
    pub(crate) fn everything(&self) -> Vec<http::Request<Bytes>> {
        self.latest.lock().unwrap().clone()
    }

    /// Lets requests go through `meddler` from now on.
    pub(crate) fn meddle(
        &self,
        meddler: impl FnMut(&http::Request<Bytes>) -> Option<Meddling> + Send + 'static,
    ) {
        *self.meddler.lock().unwrap() = Some(Box::new(meddler));
    }

    fn record(&self, request: &http::Request<Bytes>) {
        let mut latest = self.latest.lock().unwrap();
        if latest.len() == KEPT {
            latest.remove(0);
        }
        latest.push(request.clone());
    }
}

impl HttpService for InterceptedOkta {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let meddling = self.meddler.lock().unwrap().as_mut().and_then(|meddle| meddle(&request));
        let response = match meddling {
            Some(Meddling::Answer(status, body)) => {
                let response = http::Response::builder().status(status);
                response.body(Bytes::from_static(body.as_bytes())).unwrap()
            }
            Some(Meddling::Reply(response)) => response,
            Some(Meddling::Delay(delay)) => {
                self.record(&request);
                let mut response = self.okta.answer(request);
                response.extensions_mut().insert(Delivery { delay, cut_after: None });
                response
            }
            None => {
                self.record(&request);
                self.okta.answer(request)
            }
        };
        SimulatedOkta::deliver(response, timeout).await
    }
}
