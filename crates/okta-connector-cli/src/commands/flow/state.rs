//! Remembers a flow between two runs, in a file of the folder that it writes into.

use super::cost::Cost;
use anyhow::Context as _;
use appflow_flow::run::Place;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The facts that are remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    /// The end of the window of the last watched run that was a success.
    pub(super) until: Option<Timestamp>,
    /// The number of records of the last run that transferred everything.
    pub(super) records: Option<u64>,
    /// The run that was stopped and waits to go on.
    pub(super) stopped: Option<StoppedRun>,
}

/// A run that was stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoppedRun {
    pub(super) execution_id: String,
    pub(super) started: Timestamp,
    /// The window, if the flow is incremental.
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    /// The first request to the connector, without a token: a flow that asks something else cannot go on.
    pub(super) asked: Value,
    /// The data of an embedded org.
    pub(super) data: Option<String>,
    /// True if it was a run of `--watch`, whose window the next one goes on from.
    pub(super) watched: bool,
    pub(super) place: Place,
    /// The cost for Okta so far.
    pub(super) cost: Cost,
}

/// The file that remembers.
#[derive(Clone, Debug)]
pub(super) struct StateFile(PathBuf);

impl StateFile {
    /// Returns the file of a flow. No bucket has a name that begins with a dot.
    pub(super) fn of(out: &Path, flow_name: &str) -> Self {
        Self(out.join(".okta-connector").join(format!("{flow_name}.json")))
    }

    /// Reads what is remembered: nothing, if there is no file.
    pub(super) fn read(&self) -> anyhow::Result<State> {
        let path = self.0.display();
        let text = match fs::read(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::default()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        };
        serde_json::from_slice(&text)
            .with_context(|| format!("{path} is not what a run has left: remove it to begin anew"))
    }

    /// Remembers this from now on. The file is replaced as a whole.
    pub(super) fn write(&self, state: &State) -> anyhow::Result<()> {
        let path = self.0.display();
        let beside = self.0.with_added_extension("partial");
        let write = || {
            if let Some(folder) = self.0.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&beside, serde_json::to_vec_pretty(state)?)?;
            fs::rename(&beside, &self.0)
        };
        write().with_context(|| format!("cannot write {path}")).inspect_err(|_| {
            // What could not be written as a whole is of no use.
            let _ = fs::remove_file(&beside);
        })
    }
}
