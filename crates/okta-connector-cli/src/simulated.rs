//! The connector's two effects, simulated inside this process.

use crate::org::API_TOKEN;
use bytes::Bytes;
use okta_client::{HttpError, HttpErrorKind, HttpService, Loopback};
use okta_connector::{Config, Freshness, OktaConnector, SecretError, SecretSource};
use okta_simulator::{Delivery, Simulator};
use secrecy::SecretString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The connector on a simulated org.
pub(crate) type SimulatedConnector = OktaConnector<SimulatedOkta, SimulatedSecrets>;

/// Builds the connector.
pub(crate) fn connector(okta: SimulatedOkta) -> SimulatedConnector {
    let config = Config { loopback: Loopback::Allowed, ..Config::new(seconds_since_1970, 1) };
    OktaConnector::new(okta, SimulatedSecrets, config)
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Carries requests to a simulator, in real time.
#[derive(Clone, Debug)]
pub(crate) struct SimulatedOkta(Arc<Mutex<Simulator>>);

impl SimulatedOkta {
    pub(crate) fn new(simulator: Simulator) -> Self {
        Self(Arc::new(Mutex::new(simulator)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Simulator> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the simulator answers now.
    pub(crate) fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let mut simulator = self.lock();
        simulator.set_time(jiff::Timestamp::now());
        simulator.handle(request)
    }
}

impl HttpService for SimulatedOkta {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let response = self.answer(request);
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

/// Knows the one secret of the simulated connection.
#[derive(Debug)]
pub(crate) struct SimulatedSecrets;

impl SecretSource for SimulatedSecrets {
    async fn secret(
        &self,
        _arn: &str,
        _freshness: Freshness,
        _deadline: Instant,
    ) -> Result<SecretString, SecretError> {
        Ok(secret_text().into())
    }
}

/// The secret as AppFlow would keep it for a connection with an API token.
pub(crate) fn secret_text() -> String {
    serde_json::json!({
        "customAuthenticationType": "Okta_API_Token",
        "authenticationType": "CustomAuth",
        "apiToken": API_TOKEN,
    })
    .to_string()
}
