//! Metrics, in CloudWatch's embedded format: JSON lines in the log that CloudWatch turns into numbers.
//!
//! CloudWatch charges for each combination of dimensions, so there are few: the connector's label alone, and with
//! it the entity of records, the flow of a run, the code of errors, and the connection of health checks.

use appflow_connector::Operation;
use okta_connector::{CallReport, Delivered, Ending, Error};
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NAMESPACE: &str = "OktaConnector";

/// The longest name that AppFlow lets a flow have.
const MOST_FLOW_CHARS: usize = 256;

/// The health of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// The connection works.
    Good,
    /// The connection does not work, and somebody must do something about it.
    Bad,
    /// Okta or AWS could not say, for a reason that will pass.
    Unknown,
}

impl Health {
    /// Returns true for good and false for bad; none if nobody knows.
    pub(crate) fn is_good(self) -> Option<bool> {
        match self {
            Self::Good => Some(true),
            Self::Bad => Some(false),
            Self::Unknown => None,
        }
    }
}

/// Writes metrics on standard output.
#[derive(Debug)]
pub(crate) struct Metrics {
    connector: String,
    is_cold: AtomicBool,
}

impl Metrics {
    /// Makes metrics under the label of the connector.
    pub(crate) fn new(connector: String) -> Self {
        Self { connector, is_cold: AtomicBool::new(true) }
    }

    /// Writes the metrics of a call, if it has any: those of records, and those of failures.
    pub(crate) fn call(&self, report: &CallReport<'_>) {
        match report.ending {
            Ending::Delivered(delivered) => write(&self.of_records(report, delivered)),
            // A setting that was mistyped is told to the one who types it.
            Ending::Failed(_)
                if report.operation == Operation::ValidateConnectorRuntimeSettings => {}
            Ending::Failed(error) => write(&self.of_failure(report, error)),
            Ending::Done => {}
        }
    }

    /// Writes the metrics of a connection that was checked, or could not be.
    pub(crate) fn health(&self, connection: Option<&str>, health: Health) {
        let mut line = Line::new(&self.connector);
        line.member("Connection", connection);
        let sets = json!([["Connector"], ["Connector", "Connection"]]);
        let unchecked = u8::from(health == Health::Unknown);
        let healthy = health.is_good().map(u8::from);
        let healthy = healthy.map(|healthy| ("ConnectionHealthy", "Count", json!(healthy)));
        let unchecked = ("ConnectionUnchecked", "Count", json!(unchecked));
        line.metrics(&sets, healthy.into_iter().chain([unchecked]));
        write(&line.finish());
    }

    fn of_records(&self, report: &CallReport<'_>, delivered: Delivered) -> Value {
        let mut line = Line::new(&self.connector);
        line.member("Entity", report.entity);
        line.member("Operation", Some(&report.operation.to_string()));
        let records = [("Records", "Count", json!(delivered.records))];
        line.metrics(&json!([["Connector"], ["Connector", "Entity"]]), records);
        if let Some(records) = delivered.run_records {
            line.member("Flow", report.flow_name.map(|name| first_chars(name, MOST_FLOW_CHARS)));
            let records = [("RunRecords", "Count", json!(records))];
            line.metrics(&json!([["Connector", "Flow"]]), records);
        }
        let cost = &report.cost;
        let remaining = cost.limit_remaining.map(|left| ("LimitRemaining", "Percent", json!(left)));
        let measured = [
            ("Pages", "Count", json!(cost.pages)),
            ("OktaRequests", "Count", json!(cost.requests)),
            ("ThrottleWait", "Milliseconds", json!(millis(cost.waited))),
            ("AnswerBytes", "Bytes", json!(delivered.bytes)),
            ("UnreadableValues", "Count", json!(delivered.unreadable)),
            ("SkippedParents", "Count", json!(delivered.skipped_parents)),
            ("UnknownFields", "Count", json!(delivered.unknown_fields)),
            ("Duration", "Milliseconds", json!(millis(report.elapsed))),
            ("Errors", "Count", json!(0)),
            self.cold_starts(),
        ];
        line.metrics(&json!([["Connector"]]), measured.into_iter().chain(remaining));
        line.finish()
    }

    fn of_failure(&self, report: &CallReport<'_>, error: &Error) -> Value {
        let mut line = Line::new(&self.connector);
        line.member("ErrorCode", Some(error.code.name()));
        line.member("Operation", Some(&report.operation.to_string()));
        let sets = json!([["Connector"], ["Connector", "ErrorCode"]]);
        line.metrics(&sets, [("Errors", "Count", json!(1))]);
        let spent = error.retry_after.map(|_| ("LimitRemaining", "Percent", json!(0)));
        line.metrics(&json!([["Connector"]]), [self.cold_starts()].into_iter().chain(spent));
        line.finish()
    }

    fn cold_starts(&self) -> (&'static str, &'static str, Value) {
        let cold = u8::from(self.is_cold.swap(false, Ordering::Relaxed));
        ("ColdStarts", "Count", json!(cold))
    }
}

/// A line in the embedded metric format.
struct Line {
    members: Map<String, Value>,
    directives: Vec<Value>,
}

impl Line {
    fn new(connector: &str) -> Self {
        let mut members = Map::new();
        members.insert("Connector".to_owned(), connector.into());
        Self { members, directives: Vec::new() }
    }

    /// Adds a dimension or property. A dimension that is unknown has a name all the same.
    fn member(&mut self, name: &str, value: Option<&str>) {
        self.members.insert(name.to_owned(), value.unwrap_or("unknown").into());
    }

    fn metrics<'a>(
        &mut self,
        dimensions: &Value,
        metrics: impl IntoIterator<Item = (&'a str, &'a str, Value)>,
    ) {
        let mut named = Vec::new();
        for (name, unit, value) in metrics {
            named.push(json!({ "Name": name, "Unit": unit }));
            self.members.insert(name.to_owned(), value);
        }
        self.directives.push(json!({
            "Namespace": NAMESPACE,
            "Dimensions": dimensions,
            "Metrics": named,
        }));
    }

    fn finish(mut self) -> Value {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let timestamp = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let head = json!({ "Timestamp": timestamp, "CloudWatchMetrics": self.directives });
        self.members.insert("_aws".to_owned(), head);
        Value::Object(self.members)
    }
}

fn write(line: &Value) {
    // Where the log cannot be written there is no one to tell.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Cuts a text that somebody else wrote to so many characters.
pub(crate) fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

/// Returns whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
