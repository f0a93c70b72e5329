//! A flow of AppFlow, run on this machine: read from its definition, checked against the org, and written into files.

mod cost;
mod job;
mod progress;
mod state;
mod watch;

use super::org::{OrgArguments, REAL_ORG};
use anyhow::Context as _;
use appflow_flow::Flow as Definition;
use appflow_flow::cloudformation::{Choice, flow_of};
use appflow_flow::instant;
use appflow_flow::window::{Bounds, WindowForm};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use job::Job;
use std::path::PathBuf;

/// Run a flow of AppFlow on this machine.
#[derive(Debug, Args)]
pub(crate) struct Flow {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run a flow as AppFlow would, and write its files into a folder.
    Run(Run),
}

const EXAMPLES: &str = "\
Examples:
  okta-connector flow run examples/flows/users-incremental.json \\
      --org demo --out out
  okta-connector flow run examples/flows/user.yaml --org demo --out out \\
      --parameter BucketName=a-bucket --parameter ConnectionName=okta --dry-run";

/// Run a flow as AppFlow would, and write its files into a folder.
///
/// Files appear when all of them are complete. The same command goes on with
/// a run that was stopped.
#[derive(Debug, Args)]
#[command(after_help = format!("{REAL_ORG}\n\n{EXAMPLES}"))]
pub(crate) struct Run {
    /// A flow as CreateFlow takes or describe-flow prints it, or a template
    flow: PathBuf,
    /// The folder that stands for S3: each bucket is a folder in it
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The flow's resource, where a template has several
    #[arg(long, value_name = "NAME")]
    resource: Option<String>,
    /// A parameter of the template
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// Begin the window of an incremental run here
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// End the window of an incremental run here
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// The form in which the window is told: AppFlow does not document its own
    #[arg(long, value_enum, value_name = "FORM", default_value_t)]
    window_form: Form,
    /// Forget a run that was stopped, and begin anew
    #[arg(long, conflicts_with = "dry_run")]
    restart: bool,
    /// Print what would be asked, and read no records
    #[arg(long)]
    dry_run: bool,
    /// Run on the flow's schedule, each window from the end of the last one
    #[arg(long, conflicts_with_all = ["dry_run", "since", "until"])]
    watch: bool,
    #[command(flatten)]
    org: OrgArguments,
}

/// Tells the connector the window of an incremental run.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Form {
    /// field BETWEEN instant AND instant
    #[default]
    Between,
    /// field >= instant AND field < instant
    HalfOpen,
    /// field BETWEEN milliseconds AND milliseconds
    Epoch,
}

impl From<Form> for WindowForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Between => Self::Between,
            Form::HalfOpen => Self::HalfOpen,
            Form::Epoch => Self::Epoch,
        }
    }
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn time(text: &str) -> Result<Timestamp, String> {
    instant(text)
        .ok_or_else(|| "expected an instant such as 2026-01-01T00:00:00Z, or a date".to_owned())
}

/// The run was stopped, and said how to go on. There is nothing more to say.
#[derive(Debug, thiserror::Error)]
#[error("the run was stopped")]
pub(crate) struct Stopped;

impl Flow {
    /// Says whether waiting may take no time: a run on the embedded org waits for nobody else.
    pub(crate) fn is_simulated(&self) -> bool {
        let Action::Run(run) = &self.action;
        run.org.is_embedded() && !run.watch
    }

    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let Action::Run(run) = self.action;
        let definition = run.definition()?;
        if run.watch {
            return watch::watch(&run, &definition).await;
        }
        let bounds = Bounds { since: run.since, until: run.until };
        let job = Job::prepare(&run, &definition, bounds, None).await?;
        if run.dry_run { job.explain().await } else { job.run(&mut progress::stop_signal()).await }
    }
}

impl Run {
    fn definition(&self) -> anyhow::Result<Definition> {
        let path = self.flow.display();
        let text =
            std::fs::read_to_string(&self.flow).with_context(|| format!("cannot read {path}"))?;
        let choice = Choice {
            resource: self.resource.clone(),
            parameters: self.parameters.iter().cloned().collect(),
        };
        let flow = flow_of(&text, &choice).and_then(|flow| Definition::read(&flow));
        let flow = flow.with_context(|| format!("cannot run {path}"))?;
        let has_bounds = self.since.is_some() || self.until.is_some();
        anyhow::ensure!(
            !has_bounds || flow.incremental().is_some(),
            "--since and --until are for an incremental flow, and {path} transfers everything each time"
        );
        Ok(flow)
    }
}
