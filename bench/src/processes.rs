//! The costs of the real process: its start, its first answer, its memory.

use crate::callgrind::Callgrind;
use crate::report::{Row, rounded};
use crate::world::{SIZES, TEN_FIELDS};
use okta_connector_cli::{HostedFunction, Sandbox};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// The paths of the programs.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) bootstrap: String,
    pub(crate) bare: String,
    pub(crate) floor: String,
    pub(crate) okta_connector: String,
}

/// The number of starts that are measured of each program, turn by turn.
const STARTS: usize = 30;

/// The time of a call.
pub(crate) const TIME: Duration = Duration::from_secs(30);

pub(crate) fn start(program: &str, environment: &[(&str, &str)]) -> anyhow::Result<HostedFunction> {
    HostedFunction::start(Path::new(program), environment, Stdio::null())
}

pub(crate) fn start_sandbox(program: &str, users: usize, more: &[&str]) -> anyhow::Result<Sandbox> {
    let users = users.to_string();
    let ports = ["--okta-port", "0", "--secrets-port", "0"];
    Sandbox::start(Path::new(program), &[&["--users", &users][..], &ports, more].concat())
}

/// Returns a request for the users of a sandbox; `extra` is put on top.
pub(crate) fn query(sandbox: &Sandbox, extra: &Value) -> Value {
    let mut event = json!({
        "type": "QueryDataRequest",
        "entityIdentifier": "User",
        "connectorContext": {
            "connectorRuntimeSettings": {
                "instanceUrl": sandbox.urls().org,
                "rateLimitPercent": "100",
            },
            "credentials": { "secretArn": "arn", "authenticationType": "CustomAuth" },
        },
    });
    for (key, value) in extra.as_object().into_iter().flatten() {
        event[key] = value.clone();
    }
    event
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

/// Measures the time from exec to the first request for work, and to the first answer.
pub(crate) fn starts(programs: &Programs) -> anyhow::Result<Vec<Row>> {
    let sandbox = start_sandbox(&programs.okta_connector, 200, &[])?;
    let event = query(&sandbox, &json!({ "selectedFieldNames": TEN_FIELDS, "maxResults": 200 }));
    let event = event.to_string();
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    let (mut bare_answers, mut first_answers) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let mut function = start(&programs.bare, &[])?;
        bare.push(function.first_request()?);
        function.invoke(event.as_bytes(), TIME)?;
        bare_answers.push(function.age());
        let mut function = start(&programs.bootstrap, &sandbox.urls().environment())?;
        ours.push(function.first_request()?);
        let answer: Value = serde_json::from_slice(&function.invoke(event.as_bytes(), TIME)?)?;
        first_answers.push(function.age());
        let records = answer["records"].as_array().map_or(0, Vec::len);
        anyhow::ensure!(records == 200, "{answer}");
    }
    let (bare, ours) = (median(bare), median(ours));
    let (bare_answer, first_answer) = (median(bare_answers), median(first_answers));
    let size = std::fs::metadata(&programs.bootstrap)?.len() as f64 / 1e6;
    let bare_size = std::fs::metadata(&programs.bare)?.len() as f64 / 1e6;
    Ok(vec![
        Row::new(
            "start to the first request for work, against a function that does nothing".to_owned(),
            format!("{ours:.1} ms / {bare:.1} ms"),
            ours / bare,
        ),
        Row::new(
            "start to the first 200 users, against a function that does nothing".to_owned(),
            format!("{first_answer:.1} ms / {bare_answer:.1} ms"),
            first_answer / bare_answer,
        ),
        Row::new(
            "size of bootstrap, against a function that does nothing".to_owned(),
            format!("{size:.1} MB / {bare_size:.1} MB"),
            size / bare_size,
        ),
    ])
}

/// Counts the instructions from exec to the first answer of a process that knows nothing yet: it reads its secret with a
/// client of AWS that it must make, and asks Okta.
pub(crate) fn cold(programs: &Programs) -> anyhow::Result<Vec<Row>> {
    let sandbox = start_sandbox(&programs.okta_connector, 200, &[])?;
    let event = query(&sandbox, &json!({ "selectedFieldNames": TEN_FIELDS, "maxResults": 200 }));
    let event = event.to_string();
    let callgrind = Callgrind::new();
    let count = |program, environment: &[_], records| {
        callgrind.count_function(program, environment, |function| {
            let answer: Value = serde_json::from_slice(&function.invoke(event.as_bytes(), TIME)?)?;
            let found = answer["records"].as_array().map_or(0, Vec::len);
            anyhow::ensure!(found == records, "{answer}");
            Ok(())
        })
    };
    let ours = count(&programs.bootstrap, &sandbox.urls().environment(), 200)? as f64;
    let bare = count(&programs.bare, &[], 0)? as f64;
    Ok(vec![Row::new(
        "instructions from the start to the first 200 users, against a function that does nothing"
            .to_owned(),
        format!("{:.2} M / {:.2} M", ours / 1e6, bare / 1e6),
        ours / bare,
    )])
}

/// Measures the time from exec to the first answer of a service app that was granted two of the five scopes, and
/// must first learn which, and the nonce of its DPoP proofs.
pub(crate) fn service_app(programs: &Programs) -> anyhow::Result<Vec<Row>> {
    const ALLOWED: f64 = 500.0;
    const CLIENT_ID: &str = "0oaserviceapp1234567";
    let keys: Value = serde_json::from_str(include_str!("../../tests/data/keys.json"))?;
    let public = keys["public"]["rsa"].clone();
    let app = json!({
        "clientId": CLIENT_ID,
        "keys": [public],
        "scopes": ["okta.users.read", "okta.userTypes.read"],
        "requiresDpop": true,
    });
    let secret = json!({
        "customAuthenticationType": "Okta_Service_App",
        "clientId": CLIENT_ID,
        "keyId": "rsa-key",
        "privateKey": keys["private"]["RSA in PKCS#8, DER"],
    });
    let file = |name, content: &Value| -> anyhow::Result<String> {
        let path = std::env::temp_dir()
            .join(format!("okta-connector-bench-{}-{name}", std::process::id()));
        std::fs::write(&path, content.to_string())?;
        Ok(path.display().to_string())
    };
    let (app, secret) = (file("app.json", &app)?, file("secret.json", &secret)?);
    let more = ["--service-app", &app, "--secret", &secret];
    let sandbox = start_sandbox(&programs.okta_connector, 200, &more)?;
    let event = query(&sandbox, &json!({ "maxResults": 1 })).to_string();
    let mut answers = Vec::new();
    for _ in 0..STARTS {
        let mut function = start(&programs.bootstrap, &sandbox.urls().environment())?;
        function.first_request()?;
        let answer: Value = serde_json::from_slice(&function.invoke(event.as_bytes(), TIME)?)?;
        answers.push(function.age());
        anyhow::ensure!(answer["isSuccess"] == true, "{answer}");
        let records = answer["records"].as_array().map_or(0, Vec::len);
        anyhow::ensure!(records == 1, "{answer}");
    }
    for file in [app, secret] {
        std::fs::remove_file(file)?;
    }
    let answer = median(answers);
    Ok(vec![Row::new(
        "start to the first user of a service app with 2 of 5 scopes and DPoP, against 0.5 s"
            .to_owned(),
        format!("{answer:.1} ms / {ALLOWED:.0} ms"),
        answer / ALLOWED,
    )])
}

/// Measures the most memory used while whole orgs are handed out in the largest answers that there can be.
pub(crate) fn memory(programs: &Programs) -> anyhow::Result<Vec<Row>> {
    const MIB_ALLOWED: f64 = 40.0;
    let mut rows = Vec::new();
    for users in SIZES {
        let sandbox = start_sandbox(&programs.okta_connector, users, &[])?;
        let mut function = start(&programs.bootstrap, &sandbox.urls().environment())?;
        function.first_request()?;
        let mut event = query(&sandbox, &json!({ "maxResults": 1_000_000 }));
        let mut records = 0;
        loop {
            let answer = function.invoke(event.to_string().as_bytes(), TIME)?;
            function.accept()?;
            let answer: Value = serde_json::from_slice(&answer)?;
            anyhow::ensure!(answer["isSuccess"] == true, "{answer}");
            records += answer["records"].as_array().map_or(0, Vec::len);
            match answer["nextToken"].as_str() {
                Some(token) => event["nextToken"] = token.into(),
                None => break,
            }
        }
        anyhow::ensure!(records == users, "{records} of {users}");
        let peak = function.peak_memory()?;
        let row = Row::new(
            format!("peak memory over {users} users in the largest answers, against 40 MiB"),
            format!("{peak:.1} MiB / {MIB_ALLOWED:.0} MiB"),
            peak / MIB_ALLOWED,
        );
        rows.push(row.drawn(
            "memory",
            json!({ "users": users, "mib": rounded(peak), "allowed": MIB_ALLOWED }),
        ));
    }
    Ok(rows)
}
