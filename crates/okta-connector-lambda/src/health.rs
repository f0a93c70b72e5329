//! The scheduled health check: a rule of `EventBridge` names connections, and each is tried.
//!
//! An API token of Okta dies after 30 days without use, so this also keeps it alive; and who is told of
//! a credential that no longer works before a flow fails can do something about it.

use appflow_connector::request::{Credentials, ValidateCredentialsRequest};
use appflow_connector::{Connector, Request, handle};
use aws_lambda_events::cloudwatch_events::CloudWatchEvent;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What the rule sends along.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    okta_connector_health_check: HealthCheck,
}

#[derive(Debug, Deserialize, Serialize)]
struct HealthCheck {
    connections: Vec<Connection>,
}

/// A connection of AppFlow.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    secret_arn: String,
    instance_url: String,
}

/// Tries the connections that `payload` names; none if it is no health check.
pub(crate) async fn check<C: Connector>(
    connector: &C,
    payload: &[u8],
    time_left: Duration,
) -> Option<Box<RawValue>> {
    let event: CloudWatchEvent<Detail> = serde_json::from_slice(payload).ok()?;
    let connections = event.detail?.okta_connector_health_check.connections;
    let share = time_left / u32::try_from(connections.len().max(1)).unwrap_or(u32::MAX);
    let mut answers = Vec::new();
    for connection in &connections {
        let name = name(&connection.secret_arn);
        let answer = try_one(connector, connection, share).await;
        let healthy = answer["isSuccess"] == true;
        let problem = answer["errorDetails"]["errorMessage"].as_str().unwrap_or_default();
        if healthy {
            tracing::info!(connection = name, healthy, "checked");
        } else {
            tracing::warn!(connection = name, healthy, problem, "checked");
        }
        answers.push(json!({ "connection": name, "healthy": healthy, "problem": problem }));
    }
    let answer = json!({ "connections": answers }).to_string();
    Some(RawValue::from_string(answer).expect("an answer is JSON"))
}

async fn try_one<C: Connector>(connector: &C, connection: &Connection, time: Duration) -> Value {
    let settings = [("instanceUrl".to_owned(), connection.instance_url.clone())];
    let request = Request::ValidateCredentials(ValidateCredentialsRequest {
        credentials: Some(Credentials {
            secret_arn: Some(connection.secret_arn.clone()),
            // The secret says which kind it is.
            authentication_type: None,
        }),
        connector_runtime_settings: BTreeMap::from(settings),
    });
    let payload = serde_json::to_vec(&request).expect("a request is JSON");
    let answer = handle(connector, &payload, time).await.expect("the operation is known");
    serde_json::from_slice(&answer).expect("an answer is JSON")
}

/// The connection's name, out of `…:secret:appflow!<account>-<label>-<name>-<six characters>`.
fn name(secret_arn: &str) -> &str {
    let secret = secret_arn.rsplit(':').next().unwrap_or(secret_arn);
    let name = secret.rsplit_once('-').map_or(secret, |(name, _)| name);
    name.strip_prefix("appflow!")
        .and_then(|name| name.split_once('-'))
        .map_or(name, |(_, name)| name)
}

#[cfg(test)]
mod tests {
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
