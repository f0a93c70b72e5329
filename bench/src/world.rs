//! The connector on a simulated org in this process, on a clock of its own: waiting takes no time.

use appflow_connector::handle;
use jiff::Timestamp;
use okta_connector::{Config, OktaConnector};
use okta_connector_cli::{API_TOKEN, Clock, SimulatedOkta, SimulatedSecrets, api_token_secret};
use okta_simulator::{Org, RateLimits, Simulator};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

const EPOCH: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

/// The conditions that a flow is run under.
#[derive(Clone, Debug)]
pub(crate) struct Conditions {
    pub(crate) users: usize,
    pub(crate) latency: Duration,
    pub(crate) rate_limits: RateLimits,
    pub(crate) percent: u32,
    pub(crate) concurrency: u32,
    pub(crate) filter: Option<&'static str>,
    pub(crate) max_results: u64,
}

/// The figures of a flow.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) records: usize,
    pub(crate) requests: usize,
    /// The time on the flow's own clock.
    pub(crate) elapsed: Duration,
    /// The largest share of a limit that a window saw used.
    pub(crate) largest_share: f64,
}

/// Runs a whole flow of users. Every user must come once.
pub(crate) fn run(conditions: &Conditions) -> anyhow::Result<Run> {
    let org = Org::generate(1, conditions.users);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(flow(org, conditions))
}

async fn flow(org: Org, conditions: &Conditions) -> anyhow::Result<Run> {
    let mut simulator = Simulator::new(org);
    simulator.accept_api_token(API_TOKEN);
    simulator.set_rate_limits(conditions.rate_limits.clone());
    simulator.set_latency(conditions.latency);
    let began = Instant::now();
    let okta = SimulatedOkta::new(simulator, Clock::starting_at(Timestamp::constant(EPOCH, 0)));
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let config = Config::new(|| EPOCH.cast_unsigned(), 1);
    let connector = OktaConnector::new(okta.clone(), secrets, config);
    let mut event = event(conditions);
    let mut ids = BTreeSet::new();
    let mut records = 0;
    loop {
        let answer =
            handle(&connector, event.to_string().as_bytes(), Duration::from_secs(30)).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        if answer["isSuccess"] != true {
            let after = answer["errorDetails"]["retryAfterSeconds"].as_u64();
            let after = after.ok_or_else(|| anyhow::anyhow!("{answer}"))?;
            tokio::time::sleep(Duration::from_secs(after)).await;
            continue;
        }
        for record in answer["records"].as_array().into_iter().flatten() {
            let record: Value = serde_json::from_str(record.as_str().unwrap_or_default())?;
            ids.insert(record["id"].to_string());
            records += 1;
        }
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => break,
        }
    }
    anyhow::ensure!(records == conditions.users && ids.len() == records, "{records} records");
    let elapsed = began.elapsed();
    let simulator = okta.simulator();
    let shares = simulator.usage().into_iter();
    let shares = shares.map(|window| (window.used + window.rejected) as f64 / window.limit as f64);
    Ok(Run {
        records,
        requests: simulator.requests().len(),
        elapsed,
        largest_share: shares.fold(0.0, f64::max),
    })
}

fn event(conditions: &Conditions) -> Value {
    json!({
        "type": "QueryDataRequest",
        "entityIdentifier": "User",
        "connectorContext": {
            "connectorRuntimeSettings": {
                "instanceUrl": "https://acme.okta.com",
                "rateLimitPercent": conditions.percent,
                "maxConcurrentRequests": conditions.concurrency,
            },
            "credentials": { "secretArn": "arn", "authenticationType": "CustomAuth" },
        },
        "selectedFieldNames": TEN_FIELDS,
        "filterExpression": conditions.filter,
        "maxResults": conditions.max_results,
    })
}

/// The fields that a flow usually maps.
pub(crate) const TEN_FIELDS: [&str; 10] = [
    "id",
    "status",
    "created",
    "lastUpdated",
    "login",
    "email",
    "firstName",
    "lastName",
    "department",
    "title",
];
