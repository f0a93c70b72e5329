//! `events/`, answered by the function beside the sandbox in the environment of
//! `events/env.sandbox.json`, and each answer compared with the one in `tests/data/answers/`.
//!
//! `contract` holds the answers of the connector in this process against the same files.

use crate::processes::{Function, sandbox};
use crate::support::{part, top};
use expect_test::expect_file;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The name that events and environment use for the machine on which the sandbox runs.
pub(crate) const HOST: &str = "http://host.docker.internal";

const ENVIRONMENT: &str = "env.sandbox.json";

/// Returns the texts of all events, by the names of their files.
pub(crate) fn texts() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(top().join("events")).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ENVIRONMENT);
    names.sort();
    names.into_iter().map(|name| (name.clone(), event(&name))).collect()
}

fn event(name: &str) -> String {
    std::fs::read_to_string(top().join("events").join(name)).unwrap()
}

/// Returns the variables of `env.sandbox.json`.
fn environment() -> Vec<(String, String)> {
    let environment: Value = serde_json::from_str(&event(ENVIRONMENT)).unwrap();
    let variables = environment["OktaConnectorFunction"].as_object().unwrap();
    variables.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().into())).collect()
}

/// Holds the answer to an event against the one that is expected.
pub(crate) fn check(name: &str, answer: &Value) {
    expect_file![top().join("tests/data/answers").join(name)].assert_eq(&format!("{answer:#}\n"));
}

/// Checks the function that `sam build` made, and not only the one that the tests are built with.
#[tokio::test]
async fn the_built_function_answers_every_event() {
    let (Some(built), Some(venv)) = (part("SAM_BUILD"), part("SAM_VENV")) else { return };
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    answers_every_event(&built.join("OktaConnectorFunction/bootstrap"), &bootstrap, &venv).await;
}

/// Checks the answers of a function, beside the sandbox that was built beside `bootstrap`.
pub(crate) async fn answers_every_event(function: &Path, bootstrap: &Path, venv: &Path) {
    let sandbox = sandbox(bootstrap, &["--okta-port", "0", "--secrets-port", "0"]);
    let here = |text: &str| {
        text.replace(&format!("{HOST}:8700"), &sandbox.urls().org)
            .replace(&format!("{HOST}:8701"), &sandbox.urls().secrets_manager)
    };
    let environment: Vec<_> =
        environment().into_iter().map(|(name, value)| (name, here(&value))).collect();
    let function = Function::start(function, venv, &environment);
    for (name, event) in texts() {
        let answer = function.invoke(here(&event)).await;
        match is_of_the_log(&name) {
            false => check(&name, &answer),
            // The sandbox dates its events by the clock.
            true => {
                let golden = top().join("tests/data/answers").join(&name);
                let golden = std::fs::read_to_string(golden).unwrap();
                let found = format!("{answer:#}\n");
                assert_eq!(without_times(&found), without_times(&golden), "{name}");
            }
        }
    }
}

/// Says whether an answer has events of the System Log, which the sandbox dates by the clock.
fn is_of_the_log(name: &str) -> bool {
    ["system-log-event", "deletion", "membership-change", "assignment-change"]
        .iter()
        .any(|entity| name.starts_with("query-data-") && name.contains(entity))
}

/// Takes the times out of a text.
fn without_times(text: &str) -> String {
    let mut parts = text.split("\\\"published\\\":\\\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |known, part| {
        known + "published" + part.split_once("\\\"").map_or(part, |(_, rest)| rest)
    })
}

/// Checks the same through `sam local invoke`, in a container and by the ports that the events
/// name. It takes a Docker engine: `make sam-local` sets `SANDBOX_ADDRESS`, without which there is
/// nothing to do.
#[test]
fn sam_local_answers_every_event() {
    let Ok(listen) = std::env::var("SANDBOX_ADDRESS") else { return };
    let (Some(built), Some(venv)) = (part("SAM_BUILD"), part("SAM_VENV")) else { return };
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let _sandbox = sandbox(&bootstrap, &["--listen", &listen]);
    for (name, _) in texts() {
        let answer = sam_local(&venv, &built, &name);
        println!("{name}: {} bytes", answer.len());
        check(&name, &serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{name}: {answer}")));
    }
}

fn sam_local(venv: &Path, built: &Path, event: &str) -> String {
    let output = Command::new(venv.join("bin/sam"))
        .args(["local", "invoke", "OktaConnectorFunction", "-t"])
        .arg(built.join("template.yaml"))
        // It is looked for beside the template.
        .arg("--config-file")
        .arg(top().join("samconfig.toml"))
        .arg("-e")
        .arg(Path::new("events").join(event))
        .args(["--skip-pull-image", "--env-vars", "events/env.sandbox.json"])
        .arg("--parameter-overrides")
        .arg(format!("Architecture={}", std::env::var("ARCHITECTURE").unwrap()))
        .current_dir(top())
        .output()
        .unwrap();
    assert!(output.status.success(), "{event}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
