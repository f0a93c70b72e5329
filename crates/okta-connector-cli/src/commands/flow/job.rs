//! One run of a flow: what it asks, and what becomes of it.

use super::cost::{Cost, Tally};
use super::progress::{Display, Stop, say, took};
use super::state::{State, StateFile, StoppedRun};
use super::{Run, Stopped};
use crate::commands::explain::words;
use crate::commands::org::{Org, Transport};
use crate::commands::print;
use crate::commands::terminal::print_text;
use crate::commands::words::counted;
use anyhow::Context as _;
use appflow_connector::entity::EntityDefinition;
use appflow_connector::request::{
    ConnectorContext, DEFAULT_MAX_RESULTS, DescribeEntityRequest, ListEntitiesRequest,
};
use appflow_connector::response::{DescribeEntityResponse, ErrorDetails, ListEntitiesResponse};
use appflow_connector::{Operation, Request, handle};
use appflow_flow::Flow;
use appflow_flow::entity::check_entity;
use appflow_flow::output::{Output, RunInfo, WrittenFile};
use appflow_flow::run::{End, Place, Progress, Question, run};
use appflow_flow::transfer::Transfer;
use appflow_flow::window::{Bounds, Window};
use indicatif::HumanBytes;
use jiff::Timestamp;
use okta_connector::OktaConnector;
use okta_connector_cli::{Clock, SimulatedSecrets};
use okta_simulator::RateLimits;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One run of a flow that fits its entity.
pub(super) struct Job<'a> {
    arguments: &'a Run,
    flow: &'a Flow,
    connector: OktaConnector<Transport, SimulatedSecrets, Tally>,
    tally: Tally,
    url: String,
    question: Question,
    transfer: Transfer,
    window: Option<Window>,
    info: RunInfo,
    /// The place at which it goes on, if it was stopped before.
    resumed: Option<Place>,
    file: StateFile,
    state: State,
}

impl<'a> Job<'a> {
    /// Fits a flow to the org's entity, as AppFlow does when a flow is made. A run that was stopped is taken up. `last` is the
    /// end of the window of the run before, if that counts.
    pub(super) async fn prepare(
        arguments: &'a Run,
        flow: &'a Flow,
        bounds: Bounds,
        last: Option<Timestamp>,
    ) -> anyhow::Result<Self> {
        let file = StateFile::of(&arguments.out, &flow.name);
        let mut state = file.read()?;
        let now = Timestamp::now();
        let clock = if arguments.watch { Clock::Wall } else { Clock::starting_at(now) };
        let org = arguments.org.open(clock)?;
        if let Transport::Embedded(okta) = &org.transport {
            okta.simulator().set_rate_limits(RateLimits::default());
        }
        let tally = Tally::default();
        let connector = org.connector()?.observed_by(tally.clone());
        let (stopped, forgotten) = match state.stopped.take() {
            run if arguments.restart => (None, run),
            run => (run, None),
        };
        let execution_id = match &stopped {
            Some(run) => run.execution_id.clone(),
            None => uuid(),
        };
        let context = context(&org, flow, &execution_id);
        let definition = describe(&connector, flow, &context).await?;
        tally.begin(stopped.as_ref().map_or_else(Cost::default, |run| run.cost));
        let window = match (flow.incremental(), &stopped) {
            (None, _) => None,
            (Some(_), Some(StoppedRun { since: Some(since), until: Some(until), .. })) => {
                Some(Window { since: *since, until: *until })
            }
            (Some(schedule), _) => Some(Window::of_run(schedule, now, last, bounds)?),
        };
        let transfer = Transfer::new(flow, &definition, window, arguments.window_form.into())
            .with_context(|| format!("cannot run {}", arguments.flow.display()))?;
        let question = Question {
            entity_name: flow.source.entity_name.clone(),
            context,
            max_results: DEFAULT_MAX_RESULTS,
        };
        if let Some(run) = &stopped {
            let is_within = |bound: Option<Timestamp>, was| bound.is_none() || bound == was;
            anyhow::ensure!(
                run.asked == asked(&question, &transfer)?
                    && run.data == arguments.org.data()
                    && run.watched == arguments.watch
                    && is_within(bounds.since, run.since)
                    && is_within(bounds.until, run.until),
                "run {} of {} was stopped, and the flow, its window, --watch or the org is another one now: expected what it was, \
                 or --restart",
                run.execution_id,
                flow.name
            );
        }
        // Only a flow that can run takes the place of a run that was stopped.
        if let Some(run) = forgotten {
            file.write(&state)?;
            discard(&arguments.out, &run.execution_id)?;
        }
        let info = RunInfo {
            flow_name: flow.name.clone(),
            execution_id,
            started: stopped.as_ref().map_or(now, |run| run.started),
            schema_version: flow.schema_version,
        };
        let resumed = stopped.map(|run| run.place);
        let url = org.url;
        Ok(Self {
            arguments,
            flow,
            connector,
            tally,
            url,
            question,
            transfer,
            window,
            info,
            resumed,
            file,
            state,
        })
    }

    /// Prints what would be asked: the first request, and what the connector would ask Okta for it.
    pub(super) async fn explain(&self) -> anyhow::Result<()> {
        let request = self.question.request(&self.transfer, None);
        let limit = Operation::QueryData.time_limit();
        let explanation = self.connector.explain(&request, limit).await?;
        let shown = json!({
            "entityIdentifier": request.entity_identifier,
            "selectedFieldNames": request.selected_field_names,
            "filterExpression": request.filter_expression,
            "maxResults": request.max_results,
            "connectorRuntimeSettings": request.connector_context.connector_runtime_settings,
        });
        print_text(&format!("{shown:#}\n\n{}", words(&explanation, &[])?))
    }

    /// Runs it to its end, or until somebody stops it.
    pub(super) async fn run(mut self, stop: &mut Stop) -> anyhow::Result<()> {
        let (began, began_at_okta) = (Instant::now(), tokio::time::Instant::now());
        let mut output = self.open()?;
        if self.resumed.is_some() {
            // From here on, what was kept is in this process's hands: if it fails, nothing is left of it.
            self.file.write(&self.state)?;
        }
        let expected = self.state.records.filter(|_| self.window.is_none());
        let display = Display::new(expected)?;
        let place = self.resumed.take().unwrap_or_default();
        let tally = &self.tally;
        let last = Cell::new(place.progress);
        let mut report = |progress: &Progress| {
            last.set(*progress);
            display.show(progress, &tally.cost());
        };
        let end = run(
            &self.connector,
            &self.question,
            &self.transfer,
            place,
            &mut output,
            &mut report,
            stop.wait(),
        );
        let end = tokio::select! {
            biased;
            end = end => Some(end),
            () = stop.given_up() => None,
        };
        let cost = |event, progress: &Progress| display.end(event, progress, &tally.cost());
        // What was written so far goes with `output`.
        let Some(end) = end else { return Err(Stopped.into()) };
        match end {
            Ok(End::Finished(progress)) => {
                let files = output.finish().inspect_err(|_| cost("failed", &progress))?;
                cost("finished", &progress);
                if self.window.is_none() {
                    self.state.records = Some(progress.records);
                }
                if self.arguments.watch || self.window.is_none() {
                    self.state.until = self.window.map(|window| window.until).or(self.state.until);
                    self.file.write(&self.state)?;
                }
                print(&self.summary(&progress, &files, began, began_at_okta))
            }
            Ok(End::Stopped(place)) => {
                cost("stopped", &place.progress);
                output.suspend()?;
                let pages = place.progress.pages;
                self.keep(place)?;
                say(&format!(
                    "stopped behind page {pages}; no file is in place yet. To go on, give the same command:\n  {}",
                    command()
                ));
                Err(Stopped.into())
            }
            Err(error) => {
                cost("failed", &last.get());
                Err(error).with_context(|| {
                    format!(
                        "run {} of {} failed, and left no file",
                        self.info.execution_id, self.flow.name
                    )
                })
            }
        }
    }

    fn open(&self) -> anyhow::Result<Output> {
        let open = if self.resumed.is_some() { Output::resume } else { Output::open };
        let (columns, partition_by) =
            (self.transfer.transform.columns(), &self.transfer.partition_by);
        let (out, destination) = (&self.arguments.out, &self.flow.destination);
        Ok(open(out, destination, &self.info, columns.to_vec(), partition_by.clone())?)
    }

    /// Remembers where it was stopped.
    fn keep(&mut self, place: Place) -> anyhow::Result<()> {
        self.state.stopped = Some(StoppedRun {
            execution_id: self.info.execution_id.clone(),
            started: self.info.started,
            since: self.window.map(|window| window.since),
            until: self.window.map(|window| window.until),
            asked: asked(&self.question, &self.transfer)?,
            data: self.arguments.org.data(),
            watched: self.arguments.watch,
            place,
            cost: self.tally.cost(),
        });
        self.file.write(&self.state)
    }

    /// Says what was done, what it cost Okta and where the files are.
    fn summary(
        &self,
        progress: &Progress,
        files: &[WrittenFile],
        began: Instant,
        began_at_okta: tokio::time::Instant,
    ) -> String {
        let written: u64 = files.iter().map(|file| file.records).sum();
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        let entity = &self.question.entity_name;
        let mut text = format!(
            "{}: {} read from {} in {} and {}, {}",
            self.flow.name,
            counted(progress.records, &format!("{entity} record")),
            self.url,
            counted(progress.pages, "page"),
            counted(progress.calls, "call"),
            took(began.elapsed()),
        );
        if let Some(Window { since, until }) = self.window {
            let field = self.flow.source.datetime_type_field_name.as_deref().unwrap_or_default();
            text.push_str(&format!("\nwindow: {field} from {since:.3} to {until:.3}"));
        }
        if progress.filtered > 0 {
            text.push_str(&format!(
                "\nleft out: {} that the flow's Validate drops",
                counted(progress.filtered, "record")
            ));
        }
        let cost = self.tally.cost();
        text.push_str(&format!("\nOkta: {}", counted(cost.requests, "request")));
        if let Some(used) = cost.used_at_most {
            text.push_str(&format!(", at most {used} % of a rate limit in any minute"));
        }
        // On the embedded org, waiting takes no time.
        let at_okta = began_at_okta.elapsed();
        if self.arguments.org.is_embedded() && at_okta.as_secs() > 0 {
            text.push_str(&format!(", {} at Okta's pace", took(at_okta)));
        }
        let files_and_bytes =
            format!("{}, {}", counted(files.len() as u64, "file"), HumanBytes(bytes));
        let rows = counted(written, "record");
        text.push_str(&match folder_of(files) {
            None => "\nfiles: none, since there are no records\n".to_owned(),
            Some(place) => format!("\nfiles: {rows} in {files_and_bytes}, {}\n", place.display()),
        });
        text
    }
}

/// Removes what a run has left that was stopped.
fn discard(out: &Path, execution_id: &str) -> anyhow::Result<()> {
    let folder = out.join(format!("{execution_id}.partial"));
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Asks the connector for the fields of the entity, as AppFlow does when a flow is made.
async fn describe(
    connector: &OktaConnector<Transport, SimulatedSecrets, Tally>,
    flow: &Flow,
    context: &ConnectorContext,
) -> anyhow::Result<EntityDefinition> {
    let name = &flow.source.entity_name;
    let request = ListEntitiesRequest {
        connector_context: context.clone(),
        ..ListEntitiesRequest::default()
    };
    let answer: ListEntitiesResponse =
        ask(connector, Operation::ListEntities, &Request::ListEntities(request)).await?;
    succeeded(answer.error_details)?;
    check_entity(name, &answer.entities)?;
    let request = DescribeEntityRequest {
        entity_identifier: name.clone(),
        connector_context: context.clone(),
    };
    let answer: DescribeEntityResponse =
        ask(connector, Operation::DescribeEntity, &Request::DescribeEntity(request)).await?;
    succeeded(answer.error_details)?;
    answer.entity_definition.with_context(|| format!("the connector describes no entity {name}"))
}

async fn ask<T: DeserializeOwned>(
    connector: &OktaConnector<Transport, SimulatedSecrets, Tally>,
    operation: Operation,
    request: &Request,
) -> anyhow::Result<T> {
    let answer = handle(connector, &serde_json::to_vec(request)?, operation.time_limit()).await?;
    Ok(serde_json::from_slice(&answer)?)
}

fn succeeded(failure: Option<ErrorDetails>) -> anyhow::Result<()> {
    let Some(failure) = failure else { return Ok(()) };
    anyhow::bail!("the connector answered {}: {}", failure.error_code.name(), failure.error_message)
}

/// Makes the context of a flow's calls: the connection, and the flow's own settings.
fn context(org: &Org, flow: &Flow, execution_id: &str) -> ConnectorContext {
    let mut context = org.context(&flow.name);
    context.connector_runtime_settings.extend(flow.source.custom_properties.clone());
    context.api_version.clone_from(&flow.source.api_version);
    context.connector_profile_label.clone_from(&flow.source.connector_profile_name);
    context.execution_id = Some(execution_id.to_owned());
    context
}

fn asked(question: &Question, transfer: &Transfer) -> anyhow::Result<Value> {
    Ok(serde_json::to_value(question.request(transfer, None))?)
}

/// Returns the only file, or the folder that all files are in.
fn folder_of(files: &[WrittenFile]) -> Option<PathBuf> {
    let (first, rest) = files.split_first()?;
    if rest.is_empty() {
        return Some(first.path.clone());
    }
    let is_common = |folder: &&Path| rest.iter().all(|file| file.path.starts_with(folder));
    first.path.ancestors().skip(1).find(is_common).map(Path::to_owned)
}

/// Returns the command that this process was called with, as a shell takes it.
fn command() -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    let quoted = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).map(|word| {
        match word.chars().all(is_plain) && !word.is_empty() {
            true => word,
            false => format!("'{}'", word.replace('\'', r"'\''")),
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Draws the id of a run, a random UUID.
fn uuid() -> String {
    format_uuid(fastrand::u128(..))
}

fn format_uuid(bits: u128) -> String {
    // Version 4, variant 1.
    let bits = bits & !(0xf << 76) & !(0xc << 60) | (0x4 << 76) | (0x8 << 60);
    let digits = format!("{bits:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    parts.map(|part| &digits[part]).join("-")
}

#[cfg(test)]
mod tests {
    use super::format_uuid;

    #[test]
    fn an_id_is_a_random_uuid() {
        assert_eq!(format_uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(format_uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
