//! An examination from its beginning to its end.

use super::answer::Answer;
use super::asker::{Asker, DEAD, PATIENCE, is_of_credential};
use super::asks;
use super::finding::{Area, Checked, Finding, Verdict};
use super::limits::{self, Principal};
use super::listings::{self, Sight};
use super::observed::{ANONYMOUS, OBSERVATIONS};
use super::readings::{Reading, readings};
use super::recorder::{Recorder, Response};
use super::recording;
use super::report::Report;
use super::seen::Seen;
use super::way::{self, Engine, SILENT, Scheme};
use crate::simulated_secrets::SimulatedSecrets;
use appflow_connector::request::{ConnectorContext, Credentials};
use bytes::Bytes;
use okta_client::{AllowedOrgs, HttpError, HttpErrorKind, HttpService, Loopback, OrgUrl};
use okta_connector::catalogue::Object;
use okta_connector::{Config, Offered, OktaConnector, probe};
use serde_json::Value;
use std::collections::BTreeMap;

/// An org, and the credential to examine it with.
#[derive(Clone, Debug)]
pub struct Patient<'a, H> {
    /// The address, as somebody wrote it.
    pub address: &'a str,
    /// Whether it may be on this machine.
    pub loopback: Loopback,
    /// The way to it.
    pub transport: H,
    /// The secret of a connection, as AppFlow would keep it.
    pub secret: &'a str,
    /// The kind of the secret, in AppFlow's word.
    pub authentication_type: &'a str,
    /// The clock that is compared with Okta's: seconds since 1970.
    pub clock: fn() -> u64,
    /// The seed of the jitter of retries.
    pub seed: u64,
}

/// What came of an examination.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The findings.
    pub report: Report,
    /// Files with what was seen, by their names, without any value of the org.
    pub recording: BTreeMap<&'static str, Value>,
}

/// Examines an org.
pub async fn examine<H: HttpService + Clone>(patient: Patient<'_, H>) -> Examination {
    let recorder = Recorder::new(patient.transport.clone());
    let mut checks = Checks::default();
    let host = match OrgUrl::parse(patient.address, patient.loopback) {
        Ok(org) => {
            let reason = look(&patient, &org, &recorder, &mut checks).await;
            checks.skip(reason.unwrap_or("the examination ended"));
            org.host().to_owned()
        }
        Err(error) => {
            let remedy = "Write the address of the org, such as acme.okta.com, without -admin";
            checks
                .add("address", Finding::failure(format!("{:?} {error}", patient.address), remedy));
            checks.skip("the address is not one of an org");
            String::new()
        }
    };
    let exchanges = recorder.exchanges();
    let checks = checks.sorted();
    let recording = BTreeMap::from([
        ("answers.json", recording::exchanges(&exchanges, &host)),
        ("checks.json", recording::checks(&checks)),
    ]);
    let address = patient.address.to_owned();
    let report = Report { address, requests: exchanges.len(), checks };
    Examination { report, recording }
}

/// Makes all checks. Returns the reason if some are left.
async fn look<H: HttpService + Clone>(
    patient: &Patient<'_, H>,
    org: &OrgUrl,
    recorder: &Recorder<H>,
    checks: &mut Checks,
) -> Option<&'static str> {
    checks.add("address", way::address(org));
    let about = match raw(recorder, org, asks::ORGANIZATION).await {
        Ok(answer) => answer,
        Err(error) => {
            checks.add("connection", way::no_connection(&error));
            return Some("there is no connection");
        }
    };
    checks.add("connection", Finding::ok("established"));
    checks.add("clock", way::clock(&about, (patient.clock)()));
    let there = way::org(&about);
    let is_there = there.verdict == Verdict::Ok;
    checks.add("org", there);
    if !is_there {
        return Some("there is no org");
    }
    let engine = way::engine(&about);
    checks.add("engine", way::judge_engine(&about));

    let connector = connector(patient, org, recorder);
    let context = context(patient);
    let client = match connector.client(&context, PATIENCE).await {
        Ok(client) => client,
        Err(error) => {
            let remedy = "Look at the settings that the credential comes from";
            checks.add("credential", Finding::failure(error.to_string(), remedy));
            return Some(DEAD);
        }
    };
    let mut asker = Asker::new(&client, recorder);
    let (scheme, principal) = identity(patient);
    let first = Object::find("User").expect("the catalogue has users");
    if let Ok(answer) = asker.ask(&probe::question(first)).await {
        let api = way::api(answer);
        let answers = api.verdict == Verdict::Ok;
        checks.add("api", api);
        if !answers {
            return Some(SILENT);
        }
    }
    look_at_rights(&mut asker, checks, engine, &principal).await;
    for reading in readings() {
        let finding = read(&mut asker, reading).await;
        checks.push(Area::Readings, reading.id, reading.subject, reading.relied_on, finding);
    }
    if asker.stopped.is_none()
        && let Ok(answer) = raw(recorder, org, &format!("{}?limit=1", asks::USERS)).await
    {
        asker.seen.answers.push(Answer { asked: ANONYMOUS.to_owned(), ..answer });
    }
    let answers = &asker.seen.answers;
    // It may have died on the way.
    let is_telling = |answer: &&Answer| answer.kind().is_some_and(is_of_credential);
    if let Some(answer) = answers.iter().find(is_telling).or(answers.first()) {
        checks.add("credential", way::credential(answer, scheme));
    }
    for observation in OBSERVATIONS {
        let finding = match asker.stopped {
            Some(reason) => Finding::skipped(reason),
            None => (observation.judge)(answers, org.host()),
        };
        let (subject, relied_on) = (observation.subject, observation.relied_on);
        checks.push(Area::Readings, observation.id, subject, relied_on, finding);
    }
    for limit in limits::limits(&recorder.exchanges()) {
        let (path, finding) = (recording::path_shape(&limit.path), limits::judge_limit(&limit));
        let expected = "at least three requests for a connection, and some left";
        checks.push(Area::Limits, &format!("limit.{path}"), &path, expected, finding);
    }
    asker.stopped
}

/// Looks at what the credential may read.
async fn look_at_rights<H: HttpService>(
    asker: &mut Asker<'_, H>,
    checks: &mut Checks,
    engine: Engine,
    principal: &Principal,
) {
    let objects = listings::listed();
    for object in &objects {
        // What cannot be asked for is skipped below.
        let _ = asker.ask(&probe::question(object)).await;
    }
    let seen = &asker.seen;
    let answers: Vec<_> =
        objects.iter().filter_map(|object| Some((*object, seen.listing(object.name)?))).collect();
    let sight = listings::sight(&answers);
    if answers.iter().any(|(object, _)| object.always_has_records) && asker.stopped != Some(DEAD) {
        checks.add("role", listings::judge_role(&answers));
    }
    for object in &objects {
        let finding = match (seen.listing(object.name), asker.stopped) {
            // The credential is to blame, and there is a check for it.
            (_, Some(DEAD)) | (None, _) => Finding::skipped(asker.stopped.unwrap_or_default()),
            (Some(answer), _) => listings::judge(object, answer, sight, engine),
        };
        push_listing(checks, object, finding);
    }
    for (name, asks) in BELOW {
        let object = Object::find(name).expect("a test looks for each");
        let finding = match follow(asker, asks).await.map(|answers| answers.last().copied()) {
            Ok(Some(answer)) => listings::judge(object, answer, sight, engine),
            Ok(None) => Finding::skipped("nothing was asked"),
            Err(reason) => Finding::skipped(reason),
        };
        push_listing(checks, object, finding);
    }
    for (id, ask) in
        [("schemas.user", asks::user_schema as AskFn), ("schemas.group", asks::group_schema)]
    {
        let finding = match follow(asker, &[ask]).await {
            Ok(_) if sight == Sight::Hidden => Finding::unknown("hidden"),
            Ok(answers) => listings::judge_schema(answers[0]),
            Err(reason) => Finding::skipped(reason),
        };
        checks.add(id, finding);
    }
    let share = match asker.ask(&asks::shares(principal.kind)).await {
        Ok(answer) => limits::judge_share(answer, principal),
        Err(reason) => Finding::skipped(reason),
    };
    checks.add("share", share);
}

fn push_listing(checks: &mut Checks, object: &Object, finding: Finding) {
    let subject = listings::readers(object);
    let expected = format!("the scope {}, the role {}", object.scope, object.role);
    let expected = match object.feature {
        Some(feature) => format!("{expected}. {feature}"),
        None => expected,
    };
    checks.push(Area::Listings, &format!("listing.{}", object.name), &subject, &expected, finding);
}

type AskFn = fn(&Seen) -> asks::Ask;

/// Objects below others that need a scope or a feature of their own, and how to ask for some.
const BELOW: [(&str, &[AskFn]); 2] = [
    ("GroupOwner", &[asks::built_in_groups, asks::owners]),
    ("ApplicationGrant", &[asks::grants_of_app]),
];

/// Asks one thing after the other, and returns the answers.
async fn follow<'b, H: HttpService>(
    asker: &'b mut Asker<'_, H>,
    asks: &[AskFn],
) -> Result<Vec<&'b Answer>, &'static str> {
    let mut requests = Vec::new();
    for ask in asks {
        let request = ask(&asker.seen)?;
        asker.ask(&request).await?;
        requests.push(request);
    }
    let answers = requests.iter().map(|request| asker.seen.find(request));
    Ok(answers.map(|answer| answer.expect("it was asked just now")).collect())
}

async fn read<H: HttpService>(asker: &mut Asker<'_, H>, reading: &Reading) -> Finding {
    for ask in reading.asks {
        let request = ask(&asker.seen);
        if let Ok(request) = request
            && !reading.takes_refusals
            && asker.seen.is_closed(request.path())
        {
            return Finding::skipped("its listing cannot be read");
        }
    }
    match follow(asker, reading.asks).await {
        Ok(answers) => reading.finding(&answers),
        Err(reason) => Finding::skipped(reason),
    }
}

/// Asks without a credential.
async fn raw<H: HttpService>(
    recorder: &Recorder<H>,
    org: &OrgUrl,
    target: &str,
) -> Result<Answer, HttpError> {
    let request = http::Request::get(format!("{}{target}", org.origin()))
        .header(http::header::ACCEPT, "application/json")
        .header(
            http::header::USER_AGENT,
            concat!("okta-connector-doctor/", env!("CARGO_PKG_VERSION")),
        )
        .body(Bytes::new());
    let request = request
        .map_err(|error| HttpError { kind: HttpErrorKind::Unsendable, cause: error.to_string() })?;
    let response = recorder.call(request, PATIENCE).await?;
    let (parts, body) = response.into_parts();
    let response = Response { status: parts.status, headers: parts.headers, body };
    Ok(Answer::new(target.to_owned(), None, Some(response)))
}

fn connector<H: HttpService + Clone>(
    patient: &Patient<'_, H>,
    org: &OrgUrl,
    recorder: &Recorder<H>,
) -> OktaConnector<Recorder<H>, SimulatedSecrets> {
    let mut config = Config::new(patient.clock, patient.seed);
    config.orgs.loopback = patient.loopback;
    // An address on this machine needs no entry.
    if let Ok(allowed) = org.host().parse::<AllowedOrgs>() {
        config.orgs.allowed = allowed;
    }
    config.offered = Offered::everything();
    let secrets = SimulatedSecrets::new(Ok(patient.secret.to_owned()));
    OktaConnector::new(recorder.clone(), secrets, config)
}

fn context<H>(patient: &Patient<'_, H>) -> ConnectorContext {
    let url = ("instanceUrl".to_owned(), patient.address.to_owned());
    ConnectorContext {
        connector_runtime_settings: BTreeMap::from([url]),
        credentials: Some(Credentials {
            secret_arn: Some("doctor".to_owned()),
            authentication_type: Some(patient.authentication_type.to_owned()),
        }),
        ..ConnectorContext::default()
    }
}

/// Reads off the secret what kind of a credential it is.
fn identity<H>(patient: &Patient<'_, H>) -> (Scheme, Principal) {
    let secret: Value = serde_json::from_str(patient.secret).unwrap_or_default();
    let client_id = secret["clientId"].as_str().map(str::to_owned);
    let scheme = match secret["customAuthenticationType"].as_str() {
        Some("Okta_API_Token") => Scheme::ApiToken,
        Some(_) => Scheme::ServiceApp,
        None => Scheme::AccessToken,
    };
    let kind = if scheme == Scheme::ApiToken { "SSWS_TOKEN" } else { "OAUTH_CLIENT" };
    (scheme, Principal { kind, id: client_id })
}

/// The checks that are neither a listing, nor a limit, nor an open question: name, part, subject and expectation.
const FIXED: [(&str, Area, &str, &str); 11] = [
    ("address", Area::Way, "address", "the https address of an org"),
    ("connection", Area::Way, "connection", "DNS, TLS and HTTP work"),
    ("org", Area::Way, "org", "an org of Okta"),
    ("clock", Area::Way, "clock of this machine", "within a minute of Okta's"),
    ("engine", Area::Way, "engine", "Identity Engine"),
    ("api", Area::Way, "API", "it answers"),
    ("credential", Area::Rights, "credential", "Okta accepts it"),
    ("role", Area::Rights, "admin role", "users and groups are shown: every org has some"),
    ("schemas.user", Area::Rights, "schema of users", "it may be read"),
    ("schemas.group", Area::Rights, "schema of groups", "it may be read"),
    ("share", Area::Rights, "share of the org's rate limits", "50 % or more"),
];

/// The checks so far.
#[derive(Default)]
struct Checks(Vec<Checked>);

impl Checks {
    /// Adds one of the fixed checks.
    fn add(&mut self, id: &'static str, finding: Finding) {
        let row = FIXED.iter().find(|row| row.0 == id);
        let (_, area, subject, expected) = row.expect("each fixed check has a row");
        self.push(*area, id, subject, expected, finding);
    }

    fn push(&mut self, area: Area, id: &str, subject: &str, expected: &str, finding: Finding) {
        self.0.push(Checked {
            id: id.to_owned(),
            area,
            subject: subject.to_owned(),
            expected: expected.to_owned(),
            finding,
        });
    }

    /// Notes of every check that was not made that it was passed over.
    fn skip(&mut self, reason: &'static str) {
        let is_new = |checks: &Self, id: &str| checks.0.iter().all(|check| check.id != id);
        for (id, ..) in FIXED {
            if is_new(self, id) {
                self.add(id, Finding::skipped(reason));
            }
        }
        if is_new(self, "listing.User") {
            let below = BELOW.iter().filter_map(|(name, _)| Object::find(name));
            for object in listings::listed().into_iter().chain(below) {
                push_listing(self, object, Finding::skipped(reason));
            }
        }
        let open = readings().map(|it| (it.id, it.subject, it.relied_on));
        let open = open.chain(OBSERVATIONS.iter().map(|it| (it.id, it.subject, it.relied_on)));
        for (id, subject, relied_on) in open {
            if is_new(self, id) {
                self.push(Area::Readings, id, subject, relied_on, Finding::skipped(reason));
            }
        }
    }

    /// Returns them part by part, the fixed ones in the order of their table.
    fn sorted(mut self) -> Vec<Checked> {
        let place = |check: &Checked| {
            let area = Area::ALL.iter().position(|area| *area == check.area);
            (area, FIXED.iter().position(|row| row.0 == check.id))
        };
        self.0.sort_by_key(place);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        assert!(BELOW.iter().all(|(name, _)| Object::find(name).is_some()));
        let mut ids: Vec<_> = readings().map(|reading| reading.id).collect();
        ids.extend(OBSERVATIONS.iter().map(|observation| observation.id));
        ids.extend(FIXED.iter().map(|row| row.0));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(
            readings().all(|reading| !reading.relied_on.is_empty() && !reading.asks.is_empty())
        );
    }
}
