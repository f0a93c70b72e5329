//! The examination of an org, on the command line.

use super::org::{OrgArguments, REAL_ORG};
use super::output::Output;
use super::print;
use clap::Args;
use okta_connector_cli::Clock;
use okta_connector_cli::doctor::{Colours, Verdict, examine};
use std::io::{IsTerminal as _, Write as _, stdout};
use std::path::PathBuf;

/// Examine an org.
#[derive(Debug, Args)]
#[command(after_help = format!("{REAL_ORG}\n\n{AFTER_HELP}"))]
pub(crate) struct Doctor {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// A folder for what Okta answered, without any value of the org: fit to be attached to an issue.
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    #[command(flatten)]
    org: OrgArguments,
}

const AFTER_HELP: &str = "\
About 60 requests are sent, one after the other, within the share of the rate
limits that a connection has. None of them writes.

Exit codes:
  0  nothing is in the way; there may be warnings
  1  a check failed, or there is no org to examine
  2  the command line is wrong

Examples:
  okta-connector doctor --org demo
  okta-connector doctor --org demo --json --record answers";

impl Doctor {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let org = self.org.open(Clock::Wall)?;
        let examination = examine(org.patient()).await;
        let report = &examination.report;
        print(&match self.json {
            true => format!("{:#}\n", report.to_json()),
            false => report.to_text(colours()),
        })?;
        // Whoever gave a folder that cannot be written has the report all the same.
        if let Some(folder) = &self.record {
            for (name, shapes) in &examination.recording {
                let mut output = Output::open(Some(&folder.join(name)))?;
                writeln!(output, "{shapes:#}")?;
                output.finish()?;
            }
        }
        anyhow::ensure!(report.verdict() < Verdict::Failure, "a check failed");
        Ok(())
    }
}

/// Colours are for terminals, unless their owner does without.
fn colours() -> Colours {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if wanted && stdout().is_terminal() { Colours::On } else { Colours::Off }
}
