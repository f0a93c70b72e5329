//! The scheduled health check: a rule of `EventBridge` names connections, and each is tried.
//!
//! An API token of Okta dies after 30 days without use, so this also keeps it alive; and who is told of
//! a credential that no longer works before a flow fails can do something about it.
//!
//! The access token of an OAuth 2.0 connection lives an hour, and AppFlow renews it only when a call of its
//! own is refused. Such a connection looks broken here most of the time and is better left out.

use crate::metrics::{Health, Metrics};
use appflow_connector::request::{Credentials, ValidateCredentialsRequest};
use appflow_connector::{Connector, ErrorDetails, Operation};
use aws_lambda_events::cloudwatch_events::CloudWatchEvent;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// The detail that the rule sends along.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    okta_connector_health_check: HealthCheck,
}

#[derive(Debug, Deserialize, Serialize)]
struct HealthCheck {
    /// Read one by one, so that one that is wrong keeps none from being checked.
    connections: Vec<Value>,
}

/// A connection of AppFlow that is to be checked.
#[derive(Debug)]
struct Target<'a> {
    secret_arn: &'a str,
    instance_url: &'a str,
}

impl<'a> Target<'a> {
    /// Reads an entry. A fault in it is somebody's to mend.
    fn read(entry: &'a Value) -> Result<Self, String> {
        let member = |key: &str| match &entry[key] {
            Value::String(text) => Ok(text.as_str()),
            _ => Err(format!(
                "The entry has no text {key}. Expected secretArn and instanceUrl as HealthCheckConnections says"
            )),
        };
        Ok(Self { secret_arn: member("secretArn")?, instance_url: member("instanceUrl")? })
    }
}

/// The outcome of a check.
struct Checked {
    health: Health,
    /// Why it is not good.
    problem: String,
}

/// Tries the connections that `payload` names; none if it is no health check.
pub(crate) async fn check<C: Connector>(
    connector: &C,
    metrics: &Metrics,
    payload: &[u8],
    time_left: Duration,
) -> Option<Box<RawValue>> {
    let event: CloudWatchEvent<Detail> = serde_json::from_slice(payload).ok()?;
    let connections = event.detail?.okta_connector_health_check.connections;
    let deadline = Instant::now() + time_left;
    let mut answers = Vec::new();
    for (left, entry) in (1..=connections.len()).rev().zip(&connections) {
        let name = entry["secretArn"].as_str().map(name).filter(|name| !name.is_empty());
        let share = deadline.saturating_duration_since(Instant::now())
            / u32::try_from(left).unwrap_or(u32::MAX);
        let Checked { health, problem } = check_one(connector, entry, share).await;
        metrics.health(name, health);
        let healthy = health.is_good();
        match healthy {
            Some(true) => tracing::info!(connection = name, healthy, "checked"),
            Some(false) => tracing::warn!(connection = name, healthy, problem, "checked"),
            None => tracing::warn!(connection = name, problem, "could not be checked"),
        }
        answers.push(json!({ "connection": name, "healthy": healthy, "problem": problem }));
    }
    let answer = json!({ "connections": answers }).to_string();
    Some(RawValue::from_string(answer).expect("an answer is JSON"))
}

/// Checks the connection that an entry names.
async fn check_one<C: Connector>(connector: &C, entry: &Value, time: Duration) -> Checked {
    let target = match Target::read(entry) {
        Ok(target) => target,
        Err(problem) => return Checked { health: Health::Bad, problem },
    };
    let failure = try_one(connector, &target, time).await.err();
    let problem = failure.as_ref().map(|details| details.error_message.to_string());
    Checked { health: health(failure.as_ref()), problem: problem.unwrap_or_default() }
}

/// Judges a connection by the failure of its trial. A failure that will pass is nobody's to mend.
fn health(failure: Option<&ErrorDetails>) -> Health {
    match failure {
        None => Health::Good,
        Some(details) if details.error_code.is_passing() => Health::Unknown,
        Some(_) => Health::Bad,
    }
}

async fn try_one<C: Connector>(
    connector: &C,
    target: &Target<'_>,
    time: Duration,
) -> Result<(), ErrorDetails> {
    let settings = [("instanceUrl".to_owned(), target.instance_url.to_owned())];
    let request = ValidateCredentialsRequest {
        credentials: Some(Credentials {
            secret_arn: Some(target.secret_arn.to_owned()),
            // The secret says which kind it is.
            authentication_type: None,
        }),
        connector_runtime_settings: BTreeMap::from(settings),
    };
    let time = time.min(Operation::ValidateCredentials.time_limit());
    connector.validate_credentials(&request, time).await
}

/// Returns the connection's name, out of `…:secret:appflow!<account>-<label>-<name>-<six characters>`, cut to what
/// a dimension of a metric has room for.
fn name(secret_arn: &str) -> &str {
    const MOST_CHARS: usize = 150;
    let secret = secret_arn.rsplit(':').next().unwrap_or(secret_arn);
    let name = secret.rsplit_once('-').map_or(secret, |(name, _)| name);
    let name = name
        .strip_prefix("appflow!")
        .and_then(|name| name.split_once('-'))
        .map_or(name, |(_, name)| name);
    name.char_indices().nth(MOST_CHARS).map_or(name, |(end, _)| &name[..end])
}

#[cfg(test)]
mod tests {
    use crate::metrics::Health;
    use appflow_connector::{ErrorCode, ErrorDetails};

    #[test]
    fn only_what_the_connection_is_to_blame_for_makes_it_unhealthy() {
        use ErrorCode::*;
        let rows = [
            (InvalidCredentials, Health::Bad),
            (AccessDenied, Health::Bad),
            (ResourceNotFoundError, Health::Bad),
            (ClientError, Health::Bad),
            (RateLimitExceeded, Health::Unknown),
            (RequestTimeout, Health::Unknown),
            (ServiceUnavailable, Health::Unknown),
            (ServerError, Health::Unknown),
        ];
        for (code, expected) in rows {
            let failure = ErrorDetails::new(code, "why");
            assert_eq!(super::health(Some(&failure)), expected, "{code:?}");
        }
        assert_eq!(super::health(None), Health::Good);
    }

    #[test]
    fn connections_have_the_names_that_their_owners_gave() {
        let rows = [
            (
                "arn:aws:secretsmanager:r:1:secret:appflow!123456789012-Okta-prod-a1B2c3",
                "Okta-prod",
            ),
            ("arn:aws:secretsmanager:r:1:secret:other-a1B2c3", "other"),
            ("nonsense", "nonsense"),
        ];
        for (arn, name) in rows {
            assert_eq!(super::name(arn), name);
        }
    }
}
