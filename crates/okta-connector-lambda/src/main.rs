//! The function that AppFlow calls.
//!
//! Nothing is built before it is needed: no AWS configuration, no HTTP client, no TLS. A cold start
//! that only describes the connector touches none of them.

mod aws;
mod aws_http;
mod config;
mod health;
mod kms;
mod logging;
mod metrics;
mod observer;
mod patience;
mod runtime_api;
mod sdk_error;
mod secret_name;
mod transport;

use appflow_connector::Operation;
use aws::{Aws, SecretsManager};
use config::Environment;
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, Runtime, service_fn};
use metrics::Metrics;
use observer::CallLog;
use okta_connector::{Config, OktaConnector, Orgs};
use runtime_api::AppFlowRequests;
use secret_name::SecretNames;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use transport::LazyTransport;

type Okta = OktaConnector<LazyTransport, Aws, CallLog>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::read()?;
    logging::start(environment.log_level);
    let metrics = Arc::new(Metrics::new(environment.label.clone()));
    let config = Config {
        orgs: Orgs { allowed: environment.allowed_orgs, loopback: environment.loopback },
        offered: environment.offered,
        withheld: environment.withheld,
        ..Config::new(seconds_since_1970, seed())
    };
    let source = match environment.secrets_manager {
        Some(url) => SecretsManager::StandIn(url),
        None => SecretsManager::Aws(SecretNames::new(environment.label)),
    };
    let connector =
        OktaConnector::new(LazyTransport::new(environment.loopback), Aws::new(source), config)
            .observed_by(CallLog::new(Arc::clone(&metrics)));
    let connector = Arc::new(connector);
    let for_others = Arc::clone(&connector);
    let front = layer_fn(move |others| AppFlowRequests::new(Arc::clone(&connector), others));
    let others =
        service_fn(move |event| answer(Arc::clone(&for_others), Arc::clone(&metrics), event));
    Runtime::new(others).layer(front).run().await
}

/// Answers an event that is no request of AppFlow: a health check, or a failure.
async fn answer(
    connector: Arc<Okta>,
    metrics: Arc<Metrics>,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Box<RawValue>, Diagnostic> {
    let payload = event.payload.get().as_bytes();
    let checked = health::check(&*connector, &metrics, payload, time_left(&event.context)).await;
    checked.ok_or_else(|| {
        let error = Operation::of(payload).expect_err("requests of AppFlow are answered before");
        tracing::warn!(%error, "the event is no request of AppFlow");
        let error_type = "UnknownOperation".to_owned();
        Diagnostic { error_type, error_message: error.to_string() }
    })
}

/// Returns the time that Lambda leaves until it ends the call, less the time that it takes to send
/// the answer.
fn time_left(context: &Context) -> Duration {
    const WAY_BACK: Duration = Duration::from_millis(500);
    context
        .deadline()
        .duration_since(SystemTime::now())
        .unwrap_or_default()
        .saturating_sub(WAY_BACK)
}

/// Returns a seed from the time of day. Two processes that start on two machines have the same id,
/// but not at the same nanosecond.
fn seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() ^ u64::from(since.subsec_nanos()) << 32
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
