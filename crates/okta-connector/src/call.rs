//! The report of a call: the facts that logs, metrics and measurements are made of.

use crate::error::Error;
use appflow_connector::Operation;
use appflow_connector::request::{ConnectorContext, Credentials};
use okta_client::{Cost, Ledger};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// An observer of every call that the connector answers, whatever the answer is.
pub trait Observer: Send + Sync {
    /// Takes in the report of a call that has just been answered.
    fn call(&self, report: &CallReport<'_>);
}

/// The observer that ignores every report.
impl Observer for () {
    fn call(&self, _report: &CallReport<'_>) {}
}

/// The facts of one call. There is no body, cursor or credential in it.
#[derive(Debug)]
pub struct CallReport<'a> {
    /// The operation that AppFlow asked for.
    pub operation: Operation,
    /// The entity that it is about, as AppFlow named it.
    pub entity: Option<&'a str>,
    /// The name of the flow.
    pub flow_name: Option<&'a str>,
    /// The id of the flow's run.
    pub execution_id: Option<&'a str>,
    /// The name of the connection.
    pub connection: Option<&'a str>,
    /// The host of the org, if the settings name one.
    pub org: Option<&'a str>,
    /// The name of the connection's secret, the last part of its ARN.
    pub secret: Option<&'a str>,
    /// The end of the call.
    pub ending: Ending<'a>,
    /// The costs at Okta, whether the call succeeded or not.
    pub cost: Cost,
    /// The time that it took.
    pub elapsed: Duration,
}

/// The end of a call.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// The answer says yes, and holds no records by the nature of the operation.
    Done,
    /// The answer holds records.
    Delivered(Delivered),
    /// The answer says no.
    Failed(&'a Error),
}

/// The size of an answer with records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The records in it.
    pub records: u64,
    /// Its bytes, encoded.
    pub bytes: u64,
    /// The records of Okta that were looked at.
    pub scanned: u64,
    /// The values that the filter tests and that could not be read.
    pub unreadable: u64,
    /// The objects whose records were to be read and that were passed over: they were gone when they were asked, or Okta shows
    /// what is below them to nobody.
    pub skipped_parents: u64,
    /// The fields that the flow names and the org does not have.
    pub unknown_fields: u64,
    /// True if there is more to come.
    pub has_more: bool,
    /// The records of all answers of the run, if this is its last answer.
    pub run_records: Option<u64>,
}

/// A call that is being answered.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    operation: Operation,
    entity: Option<&'a str>,
    context: Option<&'a ConnectorContext>,
    org: Option<String>,
    secret: Option<&'a str>,
    began: Instant,
    /// The costs so far.
    pub(crate) ledger: Arc<Ledger>,
}

impl<'a> Call<'a> {
    /// Begins a call now.
    pub(crate) fn new(operation: Operation) -> Self {
        let (began, ledger) = (Instant::now(), Arc::default());
        Self { operation, entity: None, context: None, org: None, secret: None, began, ledger }
    }

    /// Says what the call is about.
    pub(crate) fn about(self, entity: &'a str, context: &'a ConnectorContext) -> Self {
        let call = Self { entity: Some(entity), context: Some(context), ..self };
        call.of_secret(context.credentials.as_ref())
    }

    /// Says which org the call is about, by its host.
    pub(crate) fn of_org(self, org: Option<String>) -> Self {
        Self { org, ..self }
    }

    /// Says which secret the call is about.
    pub(crate) fn of_secret(self, credentials: Option<&'a Credentials>) -> Self {
        let arn = credentials.and_then(|credentials| credentials.secret_arn.as_deref());
        Self { secret: arn.and_then(secret_name), ..self }
    }

    /// Reports how the call ended.
    pub(crate) fn end(&self, observer: &impl Observer, ending: Ending<'_>) {
        observer.call(&CallReport {
            operation: self.operation,
            entity: self.entity,
            flow_name: self.context.and_then(|context| context.flow_name.as_deref()),
            execution_id: self.context.and_then(|context| context.execution_id.as_deref()),
            connection: self.context.and_then(|context| context.connector_profile_label.as_deref()),
            org: self.org.as_deref(),
            secret: self.secret,
            ending,
            cost: self.ledger.cost(),
            elapsed: self.began.elapsed(),
        });
    }
}

/// Returns the name in the ARN of a secret, cut to what a line of the log has room for. A text that is no such ARN has
/// no name, and may be anything.
fn secret_name(arn: &str) -> Option<&str> {
    const MOST_CHARS: usize = 150;
    let (_, name) = arn.split_once(":secret:")?;
    Some(name.char_indices().nth(MOST_CHARS).map_or(name, |(end, _)| &name[..end]))
}

#[cfg(test)]
mod tests {
    use super::secret_name;

    #[test]
    fn the_name_of_a_secret_is_the_end_of_its_arn() {
        let long = format!("arn:aws:secretsmanager:r:1:secret:{}", "é".repeat(400));
        let cut = "é".repeat(150);
        let rows = [
            (
                "arn:aws:secretsmanager:r:1:secret:appflow!1-Okta-a1B2c3",
                Some("appflow!1-Okta-a1B2c3"),
            ),
            (long.as_str(), Some(cut.as_str())),
            ("arn:aws:secretsmanager:r:1:secret:", Some("")),
            ("00pasted-token", None),
            ("", None),
        ];
        for (arn, expected) in rows {
            assert_eq!(secret_name(arn), expected, "{arn}");
        }
    }
}
