//! The way to the org: time passes on it, connections fail, and everything that is seen is written down.

use super::budget::{Arrival, Budget, Headers};
use super::records::Chronicle;
use super::scenario::Scenario;
use super::schemas::META;
use super::script::Circumstances;
use crate::support::{API_TOKEN, EPOCH};
use bytes::Bytes;
use fastrand::Rng;
use okta_client::{HttpError, HttpErrorKind, HttpService};
use okta_connector::{Freshness, SecretError, SecretSource};
use okta_connector_cli::{SimulatedOkta, api_token_secret};
use okta_simulator::{LoggedRequest, WindowUsage};
use secrecy::SecretString;
use serde_json::Value;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// The transport of every process of a run.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) okta: SimulatedOkta,
    scenario: Arc<Scenario>,
    notes: Arc<Mutex<Notes>>,
}

/// The record of everything that was seen of a run.
pub(crate) struct Notes {
    pub(crate) budget: Budget,
    pub(crate) chronicle: Chronicle,
    /// The API token that the secret holds now.
    pub(crate) token: String,
    /// The faults that were met, by name.
    pub(crate) met: BTreeSet<String>,
    pub(crate) requests: u64,
    /// True if a record was read by its own address.
    pub(crate) read_alone: bool,
    /// The ids of the records on the pages that this call has got.
    pub(crate) found: BTreeSet<String>,
    /// So many empty pages that promise more came since one that was not empty.
    pub(crate) empty_pages: u64,
    was_refused: bool,
    has_two_assignments: bool,
    /// True if what Okta says of its schemas need not be what they were when the flow began.
    pub(crate) schemas_in_doubt: bool,
    /// The number of answers to requests for each schema, and for the types that lead to them.
    pub(crate) schema_requests: BTreeMap<String, u64>,
    /// The requests and answers, a line each.
    pub(crate) log: Vec<String>,
    /// The first law that was broken on the wire.
    pub(crate) broken: Option<(&'static str, String)>,
    random: Rng,
}

impl Notes {
    /// Returns the circumstances that may explain the end of the run.
    pub(crate) fn circumstances(&self) -> Circumstances {
        let smallest_share = self.budget.smallest_share();
        Circumstances {
            smallest_share,
            was_refused: self.was_refused,
            has_two_assignments: self.has_two_assignments,
            schemas_in_doubt: self.schemas_in_doubt,
        }
    }

    /// Notes that a schema, or the types that lead to them, was asked for.
    fn asked_for_schema(&mut self, logged: &LoggedRequest, scenario: &Scenario) {
        if !scenario.names_attributes() {
            let how = format!("a request went to {}", logged.path);
            self.broken.get_or_insert(("fixed fields need no schema", how));
        }
        let status = logged.status;
        if status.is_success() {
            *self.schema_requests.entry(logged.path.clone()).or_default() += 1;
        }
        // A refusal stands, and a body that was put in place of Okta's is believed. What fails for once is asked for again.
        let is_refused =
            status.is_client_error() && ![408, 409, 423, 429].contains(&status.as_u16());
        let is_altered = |fault: &String| {
            ["status 200", "other ", "replaced ", "padding"].iter().any(|it| fault.starts_with(it))
        };
        self.schemas_in_doubt |= is_refused || logged.faults.iter().any(is_altered);
    }
}

impl Wire {
    pub(crate) fn new(okta: SimulatedOkta, scenario: &Scenario, chronicle: Chronicle) -> Self {
        let schemas = scenario.schemas;
        let trials = scenario.trial.map(|trial| trial.name).into_iter();
        let trials = trials.chain(schemas.map(|trial| trial.name));
        let notes = Notes {
            budget: Budget::new(scenario.ask.rate_limit_percent),
            chronicle,
            token: API_TOKEN.to_owned(),
            met: trials.map(str::to_owned).collect(),
            requests: 0,
            read_alone: false,
            found: BTreeSet::new(),
            empty_pages: 0,
            was_refused: false,
            has_two_assignments: scenario.ask.assignment.group_id.is_some()
                && scenario.ask.assignment.user_id.is_some(),
            schemas_in_doubt: schemas.is_some_and(|trial| trial.changes),
            schema_requests: BTreeMap::new(),
            log: Vec::new(),
            broken: None,
            random: Rng::with_seed(scenario.seed ^ 1),
        };
        let scenario = Arc::new(scenario.clone());
        Self { okta, scenario, notes: Arc::new(Mutex::new(notes)) }
    }

    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap()
    }

    fn uplink(&self) -> Duration {
        self.scenario.okta.latency * self.scenario.okta.uplink_percent / 100
    }

    fn fails_to_connect(&self) -> bool {
        self.notes().random.u32(..100) < self.scenario.okta.unreachable_percent
    }

    /// Notes a page that has reached the process.
    fn got(&self, path: &str, response: &http::Response<Bytes>) {
        if response.status() != 200 {
            return;
        }
        let Ok(Value::Array(page)) = serde_json::from_slice(response.body()) else { return };
        let links = response.headers().get_all(http::header::LINK).iter();
        let has_next =
            links.filter_map(|link| link.to_str().ok()).any(|it| it.contains("rel=\"next\""));
        let mut notes = self.notes();
        match page.is_empty() {
            true => notes.empty_pages += u64::from(has_next),
            false => notes.empty_pages = 0,
        }
        if self.scenario.collection().path() != Some(path) {
            return;
        }
        notes.found.extend(page.iter().filter_map(|it| it["id"].as_str()).map(str::to_owned));
    }

    /// Returns the latest window of each bucket.
    fn usage(&self, bucket: &str) -> Option<WindowUsage> {
        self.okta.simulator().usage().into_iter().rfind(|window| window.bucket == bucket)
    }

    /// Lets the request arrive.
    fn arrive(
        &self,
        request: http::Request<Bytes>,
        known: &super::budget::Knowledge,
    ) -> (http::Response<Bytes>, Option<Arrival>, Headers) {
        let uri = request.uri().clone();
        let before = self.okta.simulator().usage();
        let response = self.okta.answer(request);
        let logged = self.okta.simulator().requests().last().cloned().expect("it was logged");
        let counted = logged.bucket.and_then(|bucket| self.usage(bucket));
        let counted = counted.filter(|usage| !before.contains(usage));

        let mut notes = self.notes();
        notes.requests += 1;
        let query: Vec<_> =
            logged.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (path, status, query) = (&logged.path, logged.status, query.join("&"));
        notes.log.push(format!("  {} {path}?{query} {status} {:?}", logged.time, logged.faults));
        if uri.scheme_str() != Some("https") || uri.host() != Some("acme.okta.com") {
            notes.broken.get_or_insert(("one origin", format!("a request went to {uri}")));
        }
        if self.scenario.has_schemas() && logged.path.starts_with(META) {
            notes.asked_for_schema(&logged, &self.scenario);
        }
        let is_alone = logged.path.split('/').count() == 5;
        notes.was_refused |= logged.status == 400;
        if logged.param("search").is_some_and(|search| search.contains(" and created ge ")) {
            notes.met.insert("lanes".to_owned());
        }
        notes.read_alone |= is_alone && !logged.path.starts_with("/api/v1/meta");
        if logged.faults.iter().any(|fault| fault == "moving org") {
            notes.chronicle.note(&self.scenario, self.okta.simulator().org());
        }
        let arrival = counted.and_then(|usage| {
            let same = |it: &&WindowUsage| {
                (it.bucket, it.started, &it.principal)
                    == (usage.bucket, usage.started, &usage.principal)
            };
            let rejected_before = before.iter().find(same).map_or(0, |it| it.rejected);
            let was_rejected = usage.rejected > rejected_before;
            if was_rejected && number(&response, "x-rate-limit-limit") == Some(0) {
                notes.budget.crowded_out(&usage);
                return None;
            }
            match notes.budget.arrived(known, &usage) {
                Ok(arrival) => Some(arrival),
                Err(text) => {
                    notes.broken.get_or_insert(("rate limits", text));
                    None
                }
            }
        });
        let met = |name: &str| logged.faults.iter().any(|fault| fault == name);
        let headers = headers(&response, &logged.faults);
        if met("revoked credential") && self.scenario.okta.renewal {
            notes.token = format!("{API_TOKEN}-{}", notes.requests);
            self.okta.simulator().accept_api_token(&notes.token);
        }
        notes.met.extend(logged.faults);
        (response, arrival, headers)
    }
}

/// Returns the largest of the numbers that a header has.
fn number(response: &http::Response<Bytes>, name: &str) -> Option<u64> {
    let values = response.headers().get_all(name).iter();
    values.filter_map(|it| it.to_str().ok()?.parse().ok()).max()
}

/// Returns the facts about the limits that an answer tells.
fn headers(response: &http::Response<Bytes>, faults: &[String]) -> Headers {
    let met = |name: &str| faults.iter().any(|fault| fault == name);
    match ["x-rate-limit-limit", "x-rate-limit-remaining"].map(|name| number(response, name)) {
        _ if met("missing rate-limit headers") => Headers::Useless,
        [Some(1..), Some(_)] if met("skewed date") => Headers::WrongDate,
        [Some(1..), Some(remaining)] => Headers::True { nothing_left: remaining == 0 },
        _ => Headers::Useless,
    }
}

impl HttpService for Wire {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let known = self.notes().budget.known();
        if self.fails_to_connect() {
            self.notes().met.insert("unreachable".to_owned());
            return Err(HttpError { kind: HttpErrorKind::Connect, cause: "simulated".to_owned() });
        }
        let uplink = self.uplink();
        tokio::time::sleep(uplink.min(timeout)).await;
        let Some(left) = timeout.checked_sub(uplink) else {
            return Err(HttpError { kind: HttpErrorKind::Timeout, cause: "simulated".to_owned() });
        };
        let path = request.uri().path().to_owned();
        let (response, arrival, headers) = self.arrive(request, &known);
        let response = SimulatedOkta::deliver(response, left).await?;
        let largest = self.scenario.trial.map_or(usize::MAX, |trial| trial.largest_body);
        if response.body().len() > largest {
            return Err(HttpError { kind: HttpErrorKind::TooLarge, cause: "simulated".to_owned() });
        }
        self.got(&path, &response);
        if let Some(arrival) = arrival {
            self.notes().budget.answered(arrival, headers);
        }
        Ok(response)
    }
}

/// The secret of the connection, as one process sees it.
pub(crate) struct Vault {
    wire: Wire,
    cached: Mutex<Option<String>>,
}

impl Vault {
    /// Makes a process that has no secret yet.
    pub(crate) fn new(wire: Wire) -> Self {
        Self { wire, cached: Mutex::default() }
    }
}

impl SecretSource for Vault {
    async fn secret(
        &self,
        _arn: &str,
        freshness: Freshness,
        _deadline: Instant,
    ) -> Result<SecretString, SecretError> {
        let mut cached = self.cached.lock().unwrap();
        if freshness == Freshness::Fresh {
            *cached = None;
        }
        let token = cached.get_or_insert_with(|| self.wire.notes().token.clone());
        Ok(api_token_secret(token).into())
    }
}

thread_local! {
    /// The time at which the run of this thread began, and the seconds by which the function's
    /// clock is ahead.
    static CLOCK: Cell<Option<(Instant, i64)>> = const { Cell::new(None) };
}

/// Starts the clock of the functions of this thread.
pub(crate) fn start_clock(skew: i64) {
    CLOCK.set(Some((Instant::now(), skew)));
}

/// Returns the time of day as the function sees it.
pub(crate) fn wall_clock() -> u64 {
    let (began, skew) = CLOCK.get().expect("a run has started it");
    (EPOCH + skew).cast_unsigned() + began.elapsed().as_secs()
}
