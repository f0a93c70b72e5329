//! Measures changes that the System Log tells of: the requests sent against the fewest possible.

use crate::report::Row;
use anyhow::Context as _;
use appflow_connector::handle;
use jiff::{SignedDuration, Timestamp};
use okta_connector::{Config, Offered, OktaConnector};
use okta_connector_cli::{API_TOKEN, Clock, SimulatedOkta, SimulatedSecrets, api_token_secret};
use okta_simulator::{Org, Simulator};
use serde_json::{Value, json};
use std::time::Duration;

const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0); // 2026-01-01T00:00:00Z

const CHANGES: usize = 10_000;

/// The largest page of events that Okta gives.
const PAGE: usize = 1_000;

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    let requests = runtime.block_on(requests())?;
    let minimum = CHANGES.div_ceil(PAGE);
    Ok(vec![Row::new(
        format!("requests for {CHANGES} changes of membership, against the fewest possible"),
        format!("{requests} / {minimum}"),
        requests as f64 / minimum as f64,
    )])
}

/// Transfers all changes and returns the number of requests that it took.
async fn requests() -> anyhow::Result<usize> {
    let mut simulator = Simulator::new(Org::generate(1, 1));
    simulator.accept_api_token(API_TOKEN);
    for number in 0..CHANGES {
        simulator.system_log_mut().append(&change(number));
    }
    let okta = SimulatedOkta::new(simulator, Clock::starting_at(NOW));
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let config = Config::new(|| NOW.as_second().cast_unsigned(), 1);
    let config = Config { offered: Offered::everything(), ..config };
    let connector = OktaConnector::new(okta.clone(), secrets, config);
    let mut event = json!({
        "type": "QueryDataRequest",
        "entityIdentifier": "GroupMembershipChange",
        "connectorContext": {
            "connectorRuntimeSettings": { "instanceUrl": "https://acme.okta.com" },
            "credentials": { "secretArn": "arn", "authenticationType": "CustomAuth" },
        },
        "filterExpression": "published >= 2025-12-31",
        "maxResults": PAGE,
    });
    let mut records = 0;
    loop {
        let answer =
            handle(&connector, event.to_string().as_bytes(), Duration::from_secs(30)).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        records += answer["records"].as_array().with_context(|| answer.to_string())?.len();
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => break,
        }
    }
    anyhow::ensure!(records == CHANGES, "{records} records");
    Ok(okta.simulator().requests().len())
}

fn change(number: usize) -> Value {
    let ago = SignedDuration::from_mins(600) - SignedDuration::from_secs(number as i64);
    json!({
        "uuid": format!("event-{number}"),
        "published": (NOW - ago).to_string(),
        "eventType": "group.user_membership.add",
        "outcome": { "result": "SUCCESS" },
        "target": [
            { "type": "User", "id": format!("00u{number}"), "alternateId": "a", "displayName": "A" },
            { "type": "UserGroup", "id": "00g1", "alternateId": "unknown", "displayName": "G" },
        ],
    })
}
