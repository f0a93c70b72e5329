//! A flow as AppFlow would run it: one `QueryData` after the other until there is no token.
//!
//! It runs under Okta's usual rate limits. Time is that of a paused runtime: waiting for a limit takes none.

use super::org::{EmbeddedOrg, Org, OrgArguments, OrgConnector};
use super::output::Output;
use super::print;
use appflow_connector::request::{DescribeEntityRequest, QueryDataRequest};
use appflow_connector::response::{DescribeEntityResponse, QueryDataResponse};
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
pub(crate) struct Demo {
    #[command(flatten)]
    org: EmbeddedOrg,
    #[command(flatten)]
    question: Question,
    /// The file to write the records to: one JSON object a line. Standard output if left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Print what Okta would be asked.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    org: OrgArguments,
    #[command(flatten)]
    question: Question,
}

#[derive(Debug, Args)]
struct Question {
    /// The entity, a heading of `docs/OBJECTS.md`.
    #[arg(long, default_value = "User")]
    entity: String,
    /// A filter expression, as AppFlow writes it.
    #[arg(long)]
    filter: Option<String>,
    /// The fields to map, separated by commas; all if left out.
    #[arg(long, value_delimiter = ',')]
    fields: Option<Vec<String>>,
}

impl Explain {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let org = self.org.open(Clock::Wall)?;
        let connector = org.connector()?;
        self.question.check_fields(&org, &connector).await?;
        let limit = Operation::QueryData.time_limit();
        let plan = connector.plan(&self.question.request(&org, None), limit).await?;
        print(&format!("{plan}\n"))
    }
}

impl Question {
    /// Checks that the entity has the fields, which AppFlow does when a flow is made. The org is asked only if its own
    /// attributes are among them.
    async fn check_fields(&self, org: &Org, connector: &OrgConnector) -> anyhow::Result<()> {
        let Some(object) = Object::find(&self.entity) else { return Ok(()) };
        let fields = self.fields.iter().flatten().filter(|name| object.field(name).is_none());
        let fields: Vec<_> = fields.collect();
        if fields.is_empty() || object.schemas.is_none() {
            return Ok(());
        }
        let request = Request::DescribeEntity(DescribeEntityRequest {
            entity_identifier: self.entity.clone(),
            connector_context: org.context(FLOW),
        });
        let limit = Operation::DescribeEntity.time_limit();
        let answer = handle(connector, &serde_json::to_vec(&request)?, limit).await?;
        let answer: DescribeEntityResponse = serde_json::from_slice(&answer)?;
        let described = answer.entity_definition.map(|entity| entity.fields).unwrap_or_default();
        for name in fields {
            let is_there = described.iter().any(|field| field.field_name == *name);
            anyhow::ensure!(is_there, "{} has no field {name} in this org", self.entity);
        }
        Ok(())
    }

    fn request(&self, org: &Org, next_token: Option<String>) -> QueryDataRequest {
        QueryDataRequest {
            entity_identifier: self.entity.clone(),
            connector_context: org.context(FLOW),
            selected_field_names: self.fields.clone(),
            filter_expression: self.filter.clone(),
            next_token,
            ..QueryDataRequest::default()
        }
    }
}

/// The name of the flow that a demo plays.
const FLOW: &str = "demo";

/// The share of each rate limit that a connection may use unless it says otherwise, in percent.
const SHARE_PERCENT: u64 = 75;

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
        self.question.check_fields(&org, &connector).await?;
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
        let request = Request::QueryData(self.question.request(org, next_token));
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
        eprintln!(
            "{} {} records in {} calls, {} answered, {:.1} s; {okta_use}{}",
            summary.records,
            self.question.entity,
            summary.calls,
            HumanBytes(summary.bytes as u64),
            elapsed.as_secs_f64(),
            self.out
                .as_ref()
                .map_or(String::new(), |out| format!(", written to {}", out.display())),
        );
    }
}

/// Says how many requests were sent, how much of the share they were in the minute that used most of it, and how
/// long the waiting for the rest of it would have been.
fn okta_use(okta: &SimulatedOkta, waited: Duration) -> String {
    let simulator = okta.simulator();
    let share = |window: &WindowUsage| (window.limit * SHARE_PERCENT / 100).max(1);
    let percent = |window: &WindowUsage| (100 * window.used).div_ceil(share(window));
    let fullest = simulator.usage().into_iter().max_by_key(percent);
    let requests = format!("{} Okta requests", simulator.requests().len());
    let Some(fullest) = fullest else { return requests };
    let percent = percent(&fullest);
    let waited = match waited.as_secs() {
        0 => String::new(),
        _ => format!(", {} at Okta's pace", HumanDuration(waited)),
    };
    format!("{requests}, {percent} % of the share of {} a minute{waited}", share(&fullest))
}
