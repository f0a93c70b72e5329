//! The function that AppFlow calls.
//!
//! Nothing is built before it is needed: no AWS configuration, no HTTP client, no TLS. A cold start
//! that only describes the connector touches none of them.

mod aws;
mod config;
mod health;
mod kms;
mod logging;
mod metrics;
mod sdk_error;
mod transport;

use appflow_connector::{UnknownOperation, handle};
use aws::Aws;
use config::Environment;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use okta_connector::{Config, OktaConnector};
use serde_json::value::RawValue;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use transport::LazyTransport;

type Okta = OktaConnector<LazyTransport, Aws>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::read()?;
    logging::start(environment.log_level, environment.label);
    let config =
        Config { loopback: environment.loopback, ..Config::new(seconds_since_1970, seed()) };
    let transport = LazyTransport::new(environment.loopback);
    let connector = OktaConnector::new(transport, Aws::new(environment.secrets_manager), config);
    let connector = &connector;
    lambda_runtime::run(service_fn(move |event| answer(connector, event))).await
}

/// Answers one event. The only failure is an event that is neither a request of AppFlow nor a health check.
async fn answer(
    connector: &Okta,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Box<RawValue>, Diagnostic> {
    let payload = event.payload.get().as_bytes();
    let time_left = time_left(&event.context);
    let response = match handle(connector, payload, time_left).await {
        Ok(response) => response,
        Err(unknown) => {
            let checked = health::check(connector, payload, time_left).await;
            return checked.ok_or_else(|| refuse(unknown));
        }
    };
    let response = String::from_utf8(response).expect("a response is JSON, which is UTF-8");
    Ok(RawValue::from_string(response).expect("a response is JSON"))
}

/// What Lambda leaves until it ends the call, less what it takes to send the answer.
fn time_left(context: &Context) -> Duration {
    const WAY_BACK: Duration = Duration::from_millis(500);
    context
        .deadline()
        .duration_since(SystemTime::now())
        .unwrap_or_default()
        .saturating_sub(WAY_BACK)
}

fn refuse(error: UnknownOperation) -> Diagnostic {
    tracing::warn!(%error, "the event is no request of AppFlow");
    Diagnostic { error_type: "UnknownOperation".to_owned(), error_message: error.to_string() }
}

/// Two processes that start on two machines have the same id, but not at the same nanosecond.
fn seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() ^ u64::from(since.subsec_nanos()) << 32
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
