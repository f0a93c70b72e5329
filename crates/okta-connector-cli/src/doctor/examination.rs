//! An examination from its beginning to its end.

use super::answer::Answer;
use super::asker::{Asker, DEAD, PATIENCE, is_of_credential};
use super::asks;
use super::checks::{AskFn, BELOW, Checks};
use super::finding::{Area, Finding, Verdict};
use super::limits::{self, Principal};
use super::listings::{self, Sight};
use super::observed::{ANONYMOUS, OBSERVATIONS};
use super::patient::Patient;
use super::readings::{Reading, readings};
use super::recorder::{Recorder, Response};
use super::recording;
use super::report::Report;
use super::way::{self, Engine, NO_API, SILENT};
use bytes::Bytes;
use okta_client::{ErrorKind, HttpError, HttpErrorKind, HttpService, OrgUrl};
use okta_connector::catalogue::Object;
use okta_connector::probe;
use serde_json::Value;
use std::collections::BTreeMap;

/// The outcome of an examination.
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
            checks.add(
                "address",
                Finding::failure(format!("{:?} {error}", patient.shown_address()), remedy),
            );
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
    let address = patient.shown_address().to_owned();
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

    let connector = patient.connector(org, recorder);
    let context = patient.context();
    let client = match connector.client(&context, PATIENCE).await {
        Ok(client) => client,
        Err(error) => {
            let remedy = "Look at the settings that the credential comes from";
            checks.add("credential", Finding::failure(error.to_string(), remedy));
            return Some(DEAD);
        }
    };
    let mut asker = Asker::new(client, recorder);
    let (scheme, principal) = patient.identity();
    let first = Object::find("User").expect("the catalogue has users");
    if let Ok(answer) = asker.ask(&probe::question(first)).await {
        let api = way::api(answer);
        let why = match (api.verdict, answer.kind()) {
            (Verdict::Ok, _) => None,
            (_, Some(ErrorKind::NotFound)) => Some(NO_API),
            _ => Some(SILENT),
        };
        checks.add("api", api);
        if why.is_some() {
            return why;
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
    let is_dead = |answer: &&Answer| answer.kind().is_some_and(is_of_credential);
    let has_scope = |answer: &&Answer| !answer.lacks_scope();
    let is_good = |answer: &&Answer| answer.error.is_none() && answer.asked != ANONYMOUS;
    let telling = answers.iter().find(is_dead);
    let telling = telling.or_else(|| answers.iter().find(is_good));
    let telling = telling.or_else(|| answers.iter().find(has_scope));
    if let Some(first) = answers.first() {
        let finding = match telling {
            Some(answer) => way::credential(answer, scheme),
            None => way::no_scope(first, scheme),
        };
        checks.add("credential", finding);
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
    if !answers.is_empty() && answers.iter().all(|(_, answer)| answer.lacks_scope()) {
        asker.stopped = Some(DEAD);
    }
    if answers.iter().any(|(object, _)| object.always_has_records) && asker.stopped != Some(DEAD) {
        checks.add("role", listings::judge_role(&answers));
    }
    for object in &objects {
        let finding = match (seen.listing(object.name), asker.stopped) {
            // The credential is to blame, and there is a check for it.
            (_, Some(DEAD)) | (None, _) => Finding::skipped(asker.stopped.unwrap_or_default()),
            (Some(answer), _) => listings::judge(object, answer, sight, engine),
        };
        checks.push_listing(object, finding);
    }
    for (name, asks) in BELOW {
        let object = Object::find(name).expect("a test looks for each");
        let finding = match follow(asker, asks).await.map(|answers| answers.last().copied()) {
            Ok(Some(answer)) => listings::judge(object, answer, sight, engine),
            Ok(None) => Finding::skipped("nothing was asked"),
            Err(reason) => Finding::skipped(reason),
        };
        checks.push_listing(object, finding);
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
