//! One request of AppFlow, answered in this process.

use super::org::{OrgArguments, REAL_ORG};
use super::print;
use anyhow::Context as _;
use appflow_connector::handle;
use clap::Args;
use okta_connector_cli::Clock;
use std::path::PathBuf;
use std::time::Duration;

/// Answer one request of AppFlow, read from a file.
#[derive(Debug, Args)]
#[command(after_help = format!("{REAL_ORG}\n\n{EXAMPLES}"))]
pub(crate) struct Invoke {
    /// The request, as in `events/`. (The function alone answers `health-check.json`.)
    event: PathBuf,
    /// Exit with 0 even if the answer is a failure.
    #[arg(long)]
    allow_failure: bool,
    #[command(flatten)]
    org: OrgArguments,
}

const EXAMPLES: &str = "\
Examples:
  okta-connector invoke events/query-data-user.json --org demo
  okta-connector invoke events/write-data.json --org demo --allow-failure";

impl Invoke {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let payload = std::fs::read(&self.event)
            .with_context(|| format!("cannot read {}", self.event.display()))?;
        let connector = self.org.open(Clock::Wall)?.connector()?;
        let answer = handle(&connector, &payload, Duration::from_secs(30))
            .await
            .with_context(|| format!("{} is no request of AppFlow", self.event.display()))?;
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        print(&format!("{answer:#}\n"))?;
        let is_failure = answer["isSuccess"] == false && !self.allow_failure;
        anyhow::ensure!(!is_failure, "the answer is a failure, which --allow-failure lets pass");
        Ok(())
    }
}
