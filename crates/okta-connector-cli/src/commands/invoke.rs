//! One request of AppFlow, answered in this process.

use super::org::OrgArguments;
use super::print;
use anyhow::Context as _;
use appflow_connector::handle;
use clap::Args;
use okta_connector_cli::Clock;
use std::path::PathBuf;
use std::time::Duration;

/// Answer one request of AppFlow, read from a file.
#[derive(Debug, Args)]
pub(crate) struct Invoke {
    #[command(flatten)]
    org: OrgArguments,
    /// The request, as in `events/`. (The function alone answers `health-check.json`.)
    event: PathBuf,
}

impl Invoke {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let payload = std::fs::read(&self.event)
            .with_context(|| format!("cannot read {}", self.event.display()))?;
        let connector = self.org.open(Clock::Wall)?.connector()?;
        let answer = handle(&connector, &payload, Duration::from_secs(30))
            .await
            .with_context(|| format!("{} is no request of AppFlow", self.event.display()))?;
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        print(&format!("{answer:#}\n"))
    }
}
