//! A flow as AppFlow would run it: one `QueryData` after the other until there is no token.
//!
//! It runs under Okta's usual rate limits. Time is that of a paused runtime: waiting for a limit takes none.

use super::entity_name::EntityName;
use super::org::{EmbeddedOrg, Org, OrgConnector};
use super::output::Output;
use super::question::Question;
use super::say;
use super::usual_limits::CONNECTION_PERCENT;
use super::words::counted;
use appflow_connector::response::QueryDataResponse;
use appflow_connector::{Operation, Request, handle};
use clap::Args;
use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use jiff::Timestamp;
use okta_connector::catalogue::Object;
use okta_connector_cli::{Clock, SimulatedOkta};
use okta_simulator::{RateLimits, WindowUsage};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Run a flow as AppFlow would.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Demo {
    /// The entity, a heading of `docs/OBJECTS.md`.
    #[arg(long, default_value = "User", value_parser = EntityName, hide_possible_values = true)]
    entity: &'static Object,
    #[command(flatten)]
    question: Question,
    /// The file to write the records to: one JSON object a line. Standard output if left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    org: EmbeddedOrg,
}

const EXAMPLES: &str = "\
Examples:
  okta-connector demo --users 20 --fields id,login --out users.jsonl
  okta-connector demo --entity Group --filter \"name contains 'eng' LIMIT 2\"";

/// The name of the flow that a demo plays.
const FLOW: &str = "demo";

/// So many times in a row a call is repeated when it is told to come later.
const MOST_REPEATS: usize = 10;

/// The figures of a run.
#[derive(Debug, Default)]
struct Summary {
    records: usize,
    calls: usize,
    bytes: usize,
}

impl Demo {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let okta = self.org.okta(Clock::starting_at(Timestamp::now()))?;
        okta.simulator().set_rate_limits(RateLimits::default());
        let org = Org::embedded(okta.clone());
        let connector = org.connector()?;
        let progress = ProgressBar::new_spinner()
            .with_style(ProgressStyle::with_template("{spinner} {pos} records {elapsed} {msg}")?);
        let (began, began_at_okta) = (Instant::now(), okta.now());
        let mut summary = Summary::default();
        self.question.check_names(self.entity, &org, &connector, FLOW).await?;
        // A question that is refused leaves the file alone.
        let mut page = self.page(&org, &connector, None, &mut summary).await?;
        let mut output = Output::open(self.out.as_deref())?;
        loop {
            for record in &page.records {
                writeln!(output, "{record}")?;
            }
            progress.set_position(summary.records as u64);
            progress.tick();
            let Some(next_token) = page.next_token else { break };
            page = match self.page(&org, &connector, Some(next_token), &mut summary).await {
                Ok(page) => page,
                Err(error) => {
                    progress.abandon();
                    return Err(error);
                }
            };
        }
        output.finish()?;
        progress.finish_and_clear();
        let at_okta = okta.now().duration_since(began_at_okta).unsigned_abs();
        self.print(&summary, &okta_use(&okta, at_okta), began.elapsed());
        Ok(())
    }

    /// Asks for a page, again if it is told to come later. Another error that AppFlow would be told ends the run.
    async fn page(
        &self,
        org: &Org,
        connector: &OrgConnector,
        next_token: Option<String>,
        summary: &mut Summary,
    ) -> anyhow::Result<QueryDataResponse> {
        let request = Request::QueryData(self.question.request(self.entity, org, FLOW, next_token));
        let payload = serde_json::to_vec(&request)?;
        let limit = Operation::QueryData.time_limit();
        let mut repeats = 0;
        loop {
            let answer = handle(connector, &payload, limit).await?;
            let page: QueryDataResponse = serde_json::from_slice(&answer)?;
            summary.records += page.records.len();
            summary.calls += 1;
            summary.bytes += answer.len();
            let Some(error) = page.error_details else { return Ok(page) };
            match error.retry_after_seconds {
                Some(seconds) if repeats < MOST_REPEATS => {
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                }
                _ => anyhow::bail!("{:?}: {}", error.error_code, error.error_message),
            }
            repeats += 1;
        }
    }

    fn print(&self, summary: &Summary, okta_use: &str, elapsed: Duration) {
        say(&format!(
            "{} in {}, {} answered, {:.1} s; {okta_use}{}",
            counted(summary.records as u64, &format!("{} record", self.entity.name)),
            counted(summary.calls as u64, "call"),
            HumanBytes(summary.bytes as u64),
            elapsed.as_secs_f64(),
            self.out
                .as_ref()
                .map_or(String::new(), |out| format!(", written to {}", out.display())),
        ));
    }
}

/// Says how many requests were sent, how much of the share they were in the minute that used most of it, and how
/// long the waiting for the rest of it would have been.
fn okta_use(okta: &SimulatedOkta, waited: Duration) -> String {
    let simulator = okta.simulator();
    let share = |window: &WindowUsage| (window.limit * CONNECTION_PERCENT / 100).max(1);
    let percent = |window: &WindowUsage| (100 * window.used).div_ceil(share(window));
    let fullest = simulator.usage().into_iter().max_by_key(percent);
    let requests = counted(simulator.requests().len() as u64, "Okta request");
    let Some(fullest) = fullest else { return requests };
    let percent = percent(&fullest);
    let waited = match waited.as_secs() {
        0 => String::new(),
        _ => format!(", {} at Okta's pace", HumanDuration(waited)),
    };
    format!("{requests}, {percent} % of the share of {} a minute{waited}", share(&fullest))
}
