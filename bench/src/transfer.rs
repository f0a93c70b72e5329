//! Transfers an entity of a simulated org, call by call, on a clock that stands still.

use anyhow::Context as _;
use appflow_connector::handle;
use jiff::Timestamp;
use okta_client::{Loopback, OrgUrl};
use okta_connector_cli::{
    API_TOKEN, Clock, SimulatedOkta, api_token_secret, connector_on, context_of,
};
use okta_simulator::Simulator;
use serde_json::Value;
use std::time::Duration;

/// The time at the org.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0); // 2026-01-01T00:00:00Z

/// The figures of a transfer.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub(crate) requests: usize,
    pub(crate) calls: usize,
    /// The records, as the texts that AppFlow gets.
    pub(crate) records: Vec<String>,
}

/// Asks the question of `event`, which names no connection, until there is no page token.
pub(crate) async fn transfer(
    mut simulator: Simulator,
    mut event: Value,
) -> anyhow::Result<Transfer> {
    const URL: &str = "https://acme.okta.com";
    simulator.accept_api_token(API_TOKEN);
    let okta = SimulatedOkta::new(simulator, Clock::starting_at(NOW));
    let secret = api_token_secret(API_TOKEN);
    let org = OrgUrl::parse(URL, Loopback::Refused)?;
    let clock = || NOW.as_second().cast_unsigned();
    let connector = connector_on(&org, Loopback::Refused, okta.clone(), &secret, clock, 1);
    event["type"] = "QueryDataRequest".into();
    event["connectorContext"] = serde_json::to_value(context_of(URL, "CustomAuth", "arn"))?;
    let (mut records, mut calls) = (Vec::new(), 0);
    loop {
        let answer =
            handle(&connector, event.to_string().as_bytes(), Duration::from_secs(30)).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        calls += 1;
        for record in answer["records"].as_array().with_context(|| answer.to_string())? {
            records.push(record.as_str().context("a record is a text")?.to_owned());
        }
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => break,
        }
    }
    let requests = okta.simulator().requests().len();
    Ok(Transfer { requests, calls, records })
}
