//! The connector on a simulated org in this process, mostly on a clock of its own: waiting takes no time.

use appflow_connector::handle;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use okta_connector::{Config, OktaConnector};
use okta_connector_cli::{API_TOKEN, Clock, SimulatedOkta, SimulatedSecrets, api_token_secret};
use okta_simulator::{LoggedRequest, Org, RateLimits, Simulator, WindowUsage};
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::Instant;

const EPOCH: Timestamp = Timestamp::constant(1_767_225_600, 0); // 2026-01-01T00:00:00Z

thread_local! {
    /// The clock of the run: the connector takes a function that knows nothing.
    static CLOCK: Cell<Clock> = const { Cell::new(Clock::Wall) };
}

/// The longest time that AppFlow lets a flow run.
pub(crate) const LONGEST_FLOW: Duration = Duration::from_secs(48 * 60 * 60);

/// The numbers of users of small, usual and large orgs.
pub(crate) const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

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

/// The figures of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) requests: usize,
    /// The requests, in the order in which they came.
    pub(crate) log: Vec<LoggedRequest>,
    /// The windows of the rate limit, in the order in which they began.
    pub(crate) windows: Vec<WindowUsage>,
    /// The seconds after which the calls began, flow by flow.
    pub(crate) calls: Vec<f64>,
    /// The time on the clock of the run.
    pub(crate) elapsed: Duration,
    /// The largest share of a limit that a window saw used.
    pub(crate) largest_share: f64,
    /// The most requests of a window, refused ones included.
    pub(crate) most_in_a_window: u64,
    /// The requests that were refused with 429.
    pub(crate) refused: u64,
}

/// Returns the seconds of a run, on a clock of its own, until then.
pub(crate) fn seconds(time: Timestamp) -> f64 {
    time.duration_since(EPOCH).as_secs_f64()
}

/// Runs a whole flow of users on a clock of its own. Every user must come once.
pub(crate) fn run(conditions: &Conditions) -> anyhow::Result<Run> {
    run_beside(conditions, 1)
}

/// Runs so many flows at once, each in a connector of its own, on one connection to one org. The requests are those of
/// all, and the time is that of the slowest.
pub(crate) fn run_beside(conditions: &Conditions, flows: usize) -> anyhow::Result<Run> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(async {
        let clock = Clock::starting_at(EPOCH);
        run_at(conditions, flows, clock).await
    })
}

/// Runs a whole flow of users in real time.
pub(crate) fn run_for_real(conditions: &Conditions) -> anyhow::Result<Run> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run_at(conditions, 1, Clock::Wall))
}

async fn run_at(conditions: &Conditions, flows: usize, clock: Clock) -> anyhow::Result<Run> {
    let mut simulator = Simulator::new(Org::generate(1, conditions.users));
    simulator.accept_api_token(API_TOKEN);
    simulator.set_rate_limits(conditions.rate_limits.clone());
    simulator.set_latency(conditions.latency);
    CLOCK.set(clock);
    let okta = SimulatedOkta::new(simulator, clock);
    let began = Instant::now();
    let calls = try_join_all((0..flows).map(|_| flow(&okta, conditions))).await?;
    let elapsed = began.elapsed();
    let simulator = okta.simulator();
    let windows = simulator.usage();
    let shares = windows.iter().map(|it| (it.used + it.rejected) as f64 / it.limit as f64);
    Ok(Run {
        requests: simulator.requests().len(),
        log: simulator.requests().to_vec(),
        windows: simulator.usage(),
        calls: calls.concat(),
        elapsed,
        largest_share: shares.fold(0.0, f64::max),
        most_in_a_window: windows.iter().map(|it| it.used + it.rejected).max().unwrap_or_default(),
        refused: windows.iter().map(|it| it.rejected).sum(),
    })
}

/// Runs a flow and returns the seconds after which its calls began.
async fn flow(okta: &SimulatedOkta, conditions: &Conditions) -> anyhow::Result<Vec<f64>> {
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let config = Config::new(|| CLOCK.get().now().as_second().cast_unsigned(), 1);
    let connector = OktaConnector::new(okta.clone(), secrets, config);
    let mut event = event(conditions);
    let began = Instant::now();
    let mut ids = HashSet::new();
    let mut records = 0;
    let mut calls = Vec::new();
    loop {
        calls.push(began.elapsed().as_secs_f64());
        let answer =
            handle(&connector, event.to_string().as_bytes(), Duration::from_secs(30)).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        if answer["isSuccess"] != true {
            let after = answer["errorDetails"]["retryAfterSeconds"].as_u64();
            let after = after.ok_or_else(|| anyhow::anyhow!("{answer}"))?;
            anyhow::ensure!(began.elapsed() < LONGEST_FLOW, "after two days: {answer}");
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
    Ok(calls)
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
