//! A run: one `QueryData` after the other, under AppFlow's limits, until there is no token.
//!
//! AppFlow does not document how often it repeats a call that may succeed later. Here it is repeated after the time that the
//! connector asks for, [`MOST_REPEATS`] times in a row at most.

use crate::column::Row;
use crate::output::{Output, OutputError};
use crate::transfer::Transfer;
use crate::transform::RecordError;
use appflow_connector::request::{ConnectorContext, QueryDataRequest};
use appflow_connector::response::QueryDataResponse;
use appflow_connector::{
    Connector, ErrorDetails, MAX_RESPONSE_BYTES, Operation, Request, UnknownOperation, handle,
};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// So many times in a row a call is repeated that failed for a reason which passes.
pub const MOST_REPEATS: u32 = 10;

/// The pause before a call is repeated for which the connector named no time. It doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Asks a connector for a run, page by page.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The entity.
    pub entity_name: String,
    /// The connection, and the flow's settings.
    pub context: ConnectorContext,
    /// The page size.
    pub max_results: u64,
}

/// Takes the rows of a run.
pub trait Sink {
    /// The reason for which rows cannot be taken.
    type Error: Error + 'static;

    /// Takes the rows of a page, which may be none.
    ///
    /// # Errors
    ///
    /// [`Self::Error`], which ends the run.
    fn page(&mut self, rows: Vec<Row>) -> Result<(), Self::Error>;
}

impl Sink for Output {
    type Error = OutputError;

    fn page(&mut self, rows: Vec<Row>) -> Result<(), OutputError> {
        Self::page(self, rows)
    }
}

/// Counts how far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Progress {
    /// The number of records that the connector sent.
    pub records: u64,
    /// The number of them that the flow left out.
    pub filtered: u64,
    /// The number of pages.
    pub pages: u64,
    /// The number of calls, those that failed included.
    pub calls: u64,
    /// The number of bytes that the connector answered.
    pub bytes: u64,
    /// The pause that begins now, if one does.
    #[serde(skip)]
    pub pause: Option<Duration>,
}

/// The place between two pages at which a run begins, or goes on after it was stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The token of the next page; none before the first.
    pub next_token: Option<String>,
    /// The work that is done already.
    pub progress: Progress,
}

/// The way in which a run ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// There are no more records.
    Finished(Progress),
    /// It was stopped between two pages.
    Stopped(Place),
}

/// The reason for which a run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E: Error + 'static> {
    /// The connector said so.
    #[error("the connector answered {}: {}", .0.error_code.name(), .0.error_message)]
    Refused(ErrorDetails),
    /// The connector did not answer in the time that AppFlow waits.
    #[error("the connector did not answer within {} s, which is as long as AppFlow waits", .0.as_secs())]
    Late(Duration),
    /// The answer is larger than what Lambda delivers.
    #[error("the connector answered {0} bytes, and Lambda delivers at most {MAX_RESPONSE_BYTES}")]
    TooLarge(usize),
    /// The answer cannot be read.
    #[error("the connector's answer cannot be read: {0}")]
    Unreadable(String),
    /// The connector answered with the token that it was asked with, which would go on for ever.
    #[error(
        "the connector answered page {0} with the token that it was asked with: expected another one, or none"
    )]
    Circle(u64),
    /// A record fails the run.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The rows could not be taken.
    #[error(transparent)]
    Sink(E),
}

impl<E: Error + 'static> From<UnknownOperation> for RunError<E> {
    fn from(unknown: UnknownOperation) -> Self {
        Self::Unreadable(unknown.to_string())
    }
}

impl Question {
    /// Makes the request of a page.
    pub fn request(&self, transfer: &Transfer, next_token: Option<String>) -> QueryDataRequest {
        let filter = transfer.filter.to_string();
        QueryDataRequest {
            entity_identifier: self.entity_name.clone(),
            connector_context: self.context.clone(),
            selected_field_names: Some(transfer.selected.clone()),
            filter_expression: Some(filter).filter(|filter| !filter.is_empty()),
            max_results: Some(self.max_results),
            next_token,
            ..QueryDataRequest::default()
        }
    }
}

/// Runs a transfer: asks `connector` page by page from `place` on and hands the rows to `sink`, until the last page, a
/// failure, or the first page after `stop` is ready. `report` hears of each page and each pause.
///
/// # Errors
///
/// [`RunError`] of the connector, a record or the sink.
pub async fn run<C: Connector, S: Sink>(
    connector: &C,
    question: &Question,
    transfer: &Transfer,
    mut place: Place,
    sink: &mut S,
    report: &mut impl FnMut(&Progress),
    stop: impl Future<Output = ()>,
) -> Result<End, RunError<S::Error>> {
    let mut stop = pin!(stop);
    loop {
        if is_ready_within(stop.as_mut(), Duration::ZERO).await {
            return Ok(End::Stopped(place));
        }
        let progress = &mut place.progress;
        let request = Request::QueryData(question.request(transfer, place.next_token.clone()));
        let payload = serde_json::to_vec(&request).expect("a request is plain data with text keys");
        let Some(page) = ask(connector, &payload, progress, report, stop.as_mut()).await? else {
            return Ok(End::Stopped(place));
        };
        let mut rows = Vec::with_capacity(page.records.len());
        for record in &page.records {
            progress.records += 1;
            let record = serde_json::from_str(record).map_err(|error| {
                RunError::Unreadable(format!(
                    "record {} is no JSON object, {error}",
                    progress.records
                ))
            })?;
            match transfer.transform.row(record, progress.records)? {
                Some(row) => rows.push(row),
                None => progress.filtered += 1,
            }
        }
        progress.pages += 1;
        sink.page(rows).map_err(RunError::Sink)?;
        report(progress);
        match page.next_token {
            None => return Ok(End::Finished(place.progress)),
            same if same == place.next_token => return Err(RunError::Circle(progress.pages)),
            next => place.next_token = next,
        }
    }
}

/// Asks for a page, again if the reason of a failure may pass; `None` if the run is stopped while it waits for that.
async fn ask<C: Connector, E: Error + 'static>(
    connector: &C,
    payload: &[u8],
    progress: &mut Progress,
    report: &mut impl FnMut(&Progress),
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> Result<Option<QueryDataResponse>, RunError<E>> {
    let limit = Operation::QueryData.time_limit();
    let mut repeat = 0;
    loop {
        progress.calls += 1;
        let answer = timeout(limit, handle(connector, payload, limit)).await;
        let answer = answer.map_err(|_| RunError::Late(limit))??;
        progress.bytes += answer.len() as u64;
        if answer.len() > MAX_RESPONSE_BYTES {
            return Err(RunError::TooLarge(answer.len()));
        }
        let page: QueryDataResponse = serde_json::from_slice(&answer)
            .map_err(|error| RunError::Unreadable(error.to_string()))?;
        let details = match page.error_details {
            None if page.is_success => return Ok(Some(page)),
            None => return Err(RunError::Unreadable("a failure without errorDetails".to_owned())),
            Some(details) => details,
        };
        if !details.error_code.is_passing() || repeat == MOST_REPEATS {
            return Err(RunError::Refused(details));
        }
        let pause = details
            .retry_after_seconds
            .map_or(FIRST_PAUSE * 2_u32.pow(repeat), Duration::from_secs);
        report(&Progress { pause: Some(pause), ..*progress });
        if is_ready_within(stop.as_mut(), pause).await {
            return Ok(None);
        }
        repeat += 1;
    }
}

/// Waits for a time, or until a future is ready: says whether that came first.
async fn is_ready_within(future: Pin<&mut impl Future<Output = ()>>, time: Duration) -> bool {
    tokio::select! {
        biased;
        () = future => true,
        () = sleep(time) => false,
    }
}
