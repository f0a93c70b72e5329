//! Measures changes that the System Log tells of: the requests sent against the fewest possible.

use crate::report::Row;
use crate::transfer::{NOW, Transfer, transfer};
use jiff::SignedDuration;
use okta_simulator::{Org, Simulator};
use serde_json::{Value, json};

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
    for number in 0..CHANGES {
        simulator.system_log_mut().append(&change(number));
    }
    let event = json!({
        "entityIdentifier": "GroupMembershipChange",
        "filterExpression": "published >= 2025-12-31",
        "maxResults": PAGE,
    });
    let Transfer { requests, records, .. } = transfer(simulator, event).await?;
    anyhow::ensure!(records.len() == CHANGES, "{} records", records.len());
    Ok(requests)
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
