//! A flow as AppFlow runs it: call after call, with the token of the answer before.

use super::draw::room_for;
use super::okta::{Vault, Wire, start_clock, wall_clock};
use super::orgs::org;
use super::records::{Attributes, Chronicle, Progress, Record, View};
use super::scenario::{Deprovisioned, Scenario};
use super::script::{PASSING_CODES, explains};
use crate::brute_force::{Entity, expected_record};
use crate::collections::{key_field, records};
use crate::support::{API_TOKEN, context, query, simulated_okta};
use appflow_connector::handle;
use fastrand::Rng;
use okta_connector::{Config, Offered, OktaConnector};
use okta_connector_cli::SimulatedOkta;
use okta_simulator::{Collection, Effect};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::time::Instant;

/// The number of times in a row that AppFlow tries again.
const PATIENCE: u32 = 20;

/// A flow follows no more empty pages in a row than this.
const MOST_EMPTY_PAGES: u64 = 500;

/// The error codes of the contract.
const CODES: [&str; 11] = [
    "InvalidArgument",
    "InvalidCredentials",
    "AccessDenied",
    "RequestTimeout",
    "RateLimitExceeded",
    "ServiceUnavailable",
    "ClientError",
    "ServerError",
    "UnknownError",
    "PartialWriteFailure",
    "ResourceNotFoundError",
];

/// A law that was broken.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) law: &'static str,
    pub(crate) how: String,
}

impl Broken {
    /// Returns a text that is the same for laws that are broken in the same way, as far as a text can tell.
    pub(crate) fn way(&self) -> String {
        let words = self.how.split(|c: char| !c.is_ascii_alphabetic()).filter(|it| it.len() > 2);
        format!("{}: {}", self.law, words.take(8).collect::<Vec<_>>().join(" "))
    }
}

/// The outcome of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) calls: u64,
    pub(crate) requests: u64,
    pub(crate) records: u64,
    /// The faults that were met, by name.
    pub(crate) met: BTreeSet<String>,
    /// The answers that were errors, by code.
    pub(crate) refusals: BTreeMap<String, u64>,
    /// The end of the flow: `complete`, or the code of the last error.
    pub(crate) ending: String,
    /// The calls and requests, a line each.
    pub(crate) log: Vec<String>,
    pub(crate) broken: Option<Broken>,
}

/// Runs a scenario from its first call to its last.
pub(crate) fn run(scenario: &Scenario) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let run = || {
        runtime.block_on(async {
            let mut flow = Flow::new(scenario);
            let broken = flow.walk().await.err();
            flow.report(broken)
        })
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        let broken = Broken { law: "no panic", how: text.to_owned() };
        Report { broken: Some(broken), ending: "panic".to_owned(), ..Report::default() }
    })
}

struct Flow<'a> {
    scenario: &'a Scenario,
    random: Rng,
    wire: Wire,
    config: Config,
    process: OktaConnector<Wire, Vault>,
    event: Value,
    /// The records that the org has at first.
    count: u64,
    delivered: Vec<Vec<Record>>,
    report: Report,
}

impl<'a> Flow<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let org = org(scenario.seed, scenario.entity, scenario.size, scenario.attributes);
        let entity = Entity::of(scenario.entity, &org);
        let records = records(&org, scenario.entity);
        let count = records.len() as u64;
        let Scenario { ask, okta, .. } = scenario;
        let shown = records.iter().map(|record| {
            let selection = ask.selection.as_deref();
            Value::from(expected_record(&entity, record, selection, &ask.assignment)).to_string()
        });
        let mut config = Config::new(wall_clock, scenario.seed);
        config.offered = Offered::everything();
        config.max_response_bytes = ask.response_bytes.max(room_for(shown));

        start_clock(scenario.appflow.clock_skew);
        let simulated = simulated_okta(org);
        let mut random = Rng::with_seed(scenario.seed ^ 2);
        let chronicle = prepare(scenario, &simulated, &mut random);
        let wire = Wire::new(simulated, scenario, chronicle);
        let process = OktaConnector::new(wire.clone(), Vault::new(wire.clone()), config.clone());
        let event = event(scenario);
        let report = Report::default();
        debug_assert!(okta.latency < Duration::from_secs(10));
        let delivered = Vec::new();
        Self { scenario, random, wire, config, process, event, count, delivered, report }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.u32(..100) < percent
    }

    /// Calls until the flow ends.
    async fn walk(&mut self) -> Result<(), Broken> {
        let most_calls = 400 + 3 * self.count;
        let mut tries = 0;
        loop {
            self.circumstances().await;
            let empty_pages = self.wire.notes().empty_pages;
            let answer = self.call().await?;
            self.note(&answer);
            self.check_empty_pages()?;
            if answer["isSuccess"] == true {
                tries = 0;
                self.accept(&answer)?;
                match answer["nextToken"].as_str() {
                    Some(token) => self.event["nextToken"] = token.into(),
                    None => {
                        self.report.ending = "complete".to_owned();
                        return self.check_complete();
                    }
                }
            } else {
                tries += 1;
                let code = refusal(&answer)?;
                self.check_found(&answer)?;
                self.wire.notes().empty_pages = empty_pages;
                *self.report.refusals.entry(code.clone()).or_default() += 1;
                if !PASSING_CODES.contains(&code.as_str()) || tries > PATIENCE {
                    self.report.ending = code;
                    return self.check_ending(&answer["errorDetails"]);
                }
                self.wait(&answer["errorDetails"]).await;
            }
            if self.report.calls > most_calls {
                return Err(broken("the flow ends", format!("{most_calls} calls, and no end")));
            }
        }
    }

    /// Lets the events between two calls happen.
    async fn circumstances(&mut self) {
        if self.chance(self.scenario.appflow.pause_percent) {
            let pause = Duration::from_millis(self.random.u64(..90_000));
            tokio::time::sleep(pause).await;
        }
        if self.chance(self.scenario.appflow.cold_percent) {
            let vault = Vault::new(self.wire.clone());
            self.process = OktaConnector::new(self.wire.clone(), vault, self.config.clone());
            let mut notes = self.wire.notes();
            notes.budget.cold_start();
            notes.log.push("a cold start".to_owned());
        }
    }

    async fn call(&mut self) -> Result<Value, Broken> {
        let time_left = if self.chance(self.scenario.appflow.hurry_percent) {
            Duration::from_millis(self.random.u64(3_000..30_000))
        } else {
            Duration::from_secs(30)
        };
        self.report.calls += 1;
        self.wire.notes().found.clear();
        let began = Instant::now();
        let payload = self.event.to_string();
        let answer = handle(&self.process, payload.as_bytes(), time_left).await;
        let answer = answer.map_err(|error| broken("an answer", error.to_string()))?;
        let took = began.elapsed();
        if took >= time_left {
            return Err(broken("the deadline", format!("{took:?} of {time_left:?}")));
        }
        if let Some((law, how)) = self.wire.notes().broken.take() {
            return Err(broken(law, how));
        }
        if answer.len() > self.config.max_response_bytes {
            let most = self.config.max_response_bytes;
            return Err(broken("the size", format!("{} of {most} bytes", answer.len())));
        }
        let text = String::from_utf8(answer).map_err(|error| broken("JSON", error.to_string()))?;
        if text.contains("canary") {
            return Err(broken("no secret gets out", text));
        }
        serde_json::from_str(&text).map_err(|error| broken("JSON", error.to_string()))
    }

    fn note(&self, answer: &Value) {
        let count = answer["records"].as_array().map_or(0, Vec::len);
        let line = match answer["isSuccess"] == true {
            true => format!("{count} records, token {}", !answer["nextToken"].is_null()),
            false => answer["errorDetails"].to_string(),
        };
        let now = self.wire.okta.now();
        self.wire.notes().log.push(format!("{now} {line}"));
    }

    /// Checks and keeps the records and the token of a successful answer.
    fn accept(&mut self, answer: &Value) -> Result<(), Broken> {
        let texts = answer["records"].as_array().cloned().unwrap_or_default();
        let most = self.scenario.ask.max_results.unwrap_or(1_000);
        if texts.len() as u64 > most {
            return Err(broken("maxResults", format!("{} records of {most}", texts.len())));
        }
        let parse = |text: &Value| serde_json::from_str::<Record>(text.as_str()?).ok();
        let records: Option<Vec<Record>> = texts.iter().map(parse).collect();
        let records = records.ok_or_else(|| broken("JSON", answer.to_string()))?;
        self.report.records += records.len() as u64;
        self.delivered.push(records);
        let token = answer["nextToken"].as_str().unwrap_or("token");
        if token.is_empty() || token.chars().count() > 2_048 || token.contains(char::is_whitespace)
        {
            return Err(broken("the token", token.to_owned()));
        }
        self.wire.notes().budget.token_handed_out();
        Ok(())
    }

    /// Waits as long as the answer says, or as long as AppFlow may.
    async fn wait(&mut self, details: &Value) {
        let seconds = details["retryAfterSeconds"].as_u64();
        let seconds = seconds.unwrap_or_else(|| self.random.u64(1..=10));
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    fn check_ending(&self, details: &Value) -> Result<(), Broken> {
        self.check_records(Progress::Partial)?;
        let circumstances = self.wire.notes().circumstances();
        let message = details["errorMessage"].as_str().unwrap_or_default();
        match explains(self.scenario, circumstances, &self.report.ending, message) {
            true => Ok(()),
            false => Err(broken("no failure without a cause", details.to_string())),
        }
    }

    fn check_complete(&self) -> Result<(), Broken> {
        self.check_schema_requests()?;
        if self.scenario.trial.is_none_or(|trial| trial.has_role) {
            return self.check_records(Progress::Complete);
        }
        match self.scenario.shows_everyone() {
            true => Err(broken("an org without a role is no empty org", "complete".to_owned())),
            false => self.check_records(Progress::Partial),
        }
    }

    /// Checks that a call that failed had found nothing before.
    fn check_found(&self, answer: &Value) -> Result<(), Broken> {
        // Records of which types of attributes are made out are not found for the flow.
        let may_be_sampled = self.scenario.names_attributes();
        if self.scenario.trial.is_none() || !self.scenario.is_unfiltered() || may_be_sampled {
            return Ok(());
        }
        let key = key_field(self.scenario.entity);
        let delivered: BTreeSet<_> =
            self.delivered.iter().flatten().filter_map(|it| it[key].as_str()).collect();
        let notes = self.wire.notes();
        match notes.found.iter().find(|id| !delivered.contains(id.as_str())) {
            Some(id) => Err(broken("what was found is handed out", format!("{id}: {answer}"))),
            None => Ok(()),
        }
    }

    /// Checks that no schema is asked for twice, unless something makes that necessary. All fields may be asked for by
    /// one process after the other.
    fn check_schema_requests(&self) -> Result<(), Broken> {
        let is_calm = self.scenario.is_calm() && self.report.refusals.is_empty();
        if !is_calm || self.scenario.ask.selection.is_none() {
            return Ok(());
        }
        match self.wire.notes().schema_requests.iter().find(|(_, count)| **count > 1) {
            Some((path, count)) => {
                Err(broken("a schema is asked for once", format!("{count} requests of {path}")))
            }
            None => Ok(()),
        }
    }

    fn check_empty_pages(&self) -> Result<(), Broken> {
        match self.wire.notes().empty_pages {
            ..=MOST_EMPTY_PAGES => Ok(()),
            count => Err(broken("empty pages have an end", format!("{count} of them in a row"))),
        }
    }

    fn check_records(&self, progress: Progress) -> Result<(), Broken> {
        let notes = self.wire.notes();
        let ignored: &[&str] = if notes.read_alone { &["links", "embedded"] } else { &[] };
        let attributes = match notes.schemas_in_doubt && self.scenario.names_attributes() {
            true => Attributes::InDoubt,
            false => Attributes::Known,
        };
        let view = View { ignored, attributes };
        let simulator = self.wire.okta.simulator();
        notes
            .chronicle
            .check(self.scenario, simulator.org(), &self.delivered, progress, &view)
            .map_err(|how| broken("the records", how))
    }

    fn report(mut self, mut broken: Option<Broken>) -> Report {
        // A flow that broke another law must not have delivered anything wrong either.
        if broken.as_ref().is_some_and(|it| it.law != "the records") {
            broken = self.check_records(Progress::Partial).err().or(broken);
        }
        let notes = self.wire.notes();
        self.report.requests = notes.requests;
        self.report.met.clone_from(&notes.met);
        self.report.log.clone_from(&notes.log);
        drop(notes);
        self.report.broken = broken;
        self.report
    }
}

/// Sets the org up, and lets some of its records change right before the flow.
fn prepare(scenario: &Scenario, simulated: &SimulatedOkta, random: &mut Rng) -> Chronicle {
    let okta = &scenario.okta;
    let mut simulator = simulated.simulator();
    let mut chronicle = Chronicle::begin(scenario, simulator.org());
    simulator.set_rate_limits(okta.limits.clone());
    let downlink = okta.latency * (100 - okta.uplink_percent) / 100;
    simulator.set_latency(downlink);
    simulator.set_sparse_pages(okta.sparse_pages);
    simulator.set_links_drop(okta.links_drop.iter().map(|&name| name.to_owned()).collect());
    simulator.set_index_lag(okta.index_lag);
    simulator.set_app_assignment_filters(okta.assignment_filters);
    simulator.set_projection_supported(okta.projection);
    simulator.set_faults([okta.faults.as_slice(), &okta.schema_faults].concat().into());
    if scenario.trial.is_some_and(|trial| !trial.has_role) {
        simulator.take_role(API_TOKEN);
    }
    if scenario.schemas.is_some_and(|trial| trial.is_read_only) {
        simulator.make_read_only_admin(API_TOKEN);
    }
    let records: Vec<Value> = simulator.org().records(scenario.collection()).collect();
    for _ in 0..if records.is_empty() { 0 } else { okta.stirred } {
        let mut record = records[random.usize(..records.len())].clone();
        record["lastUpdated"] = "2026-01-01T00:00:00.000Z".into();
        if scenario.collection() == Collection::Users {
            record["status"] = ["ACTIVE", "SUSPENDED"][random.usize(..2)].into();
        }
        simulator.put(scenario.collection(), record);
    }
    // Where Okta refuses to ask the org itself, the index is the way back.
    let may_be_refused = okta.faults.iter().any(|fault| {
        matches!(fault.what, Effect::Error(_) | Effect::CursorExpired)
            || matches!(fault.what, Effect::Status { status: 400..=499, .. })
    });
    if scenario.ask.is_fresh(scenario.entity) && !may_be_refused {
        chronicle = Chronicle::begin(scenario, simulator.org());
    } else {
        chronicle.note(scenario, simulator.org());
    }
    chronicle
}

fn event(scenario: &Scenario) -> Value {
    let ask = &scenario.ask;
    let mut context = context();
    let settings = &mut context["connectorRuntimeSettings"];
    settings["maxConcurrentRequests"] = ask.max_concurrency.to_string().into();
    settings["rateLimitPercent"] = ask.rate_limit_percent.to_string().into();
    if ask.deprovisioned == Deprovisioned::Omitted {
        settings["includeDeprovisioned"] = "false".into();
    }
    query(
        scenario.entity,
        &json!({
            "connectorContext": context,
            "filterExpression": ask.filter_text(),
            "selectedFieldNames": ask.selection,
            "maxResults": ask.max_results,
        }),
    )
}

/// Checks that a refusal is as it should be, and returns its code.
fn refusal(answer: &Value) -> Result<String, Broken> {
    let details = &answer["errorDetails"];
    let code = details["errorCode"].as_str().unwrap_or_default();
    let length = details["errorMessage"].as_str().unwrap_or_default().chars().count();
    let wait = &details["retryAfterSeconds"];
    let is_wait_sane = match wait.as_u64() {
        Some(seconds) => (1..=90).contains(&seconds),
        None => wait.is_null() && code != "RateLimitExceeded",
    };
    let is_empty = answer["records"].is_null() || answer["records"] == json!([]);
    match CODES.contains(&code) && (1..=900).contains(&length) && is_wait_sane && is_empty {
        true => Ok(code.to_owned()),
        false => Err(broken("a proper refusal", answer.to_string())),
    }
}

fn broken(law: &'static str, how: String) -> Broken {
    Broken { law, how }
}
