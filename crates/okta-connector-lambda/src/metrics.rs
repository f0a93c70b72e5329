//! Metrics, in CloudWatch's embedded format: JSON lines in the log that CloudWatch turns into numbers.
//!
//! They are made of what the connector logs of each call, so nothing is counted twice and the connector
//! knows nothing of CloudWatch. CloudWatch charges for each combination of dimensions, so there are few: the
//! connector's label alone, and with it the entity of records, the code of errors, and the connection of health
//! checks.

use serde_json::{Map, Value, json};
use std::fmt;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

const NAMESPACE: &str = "OktaConnector";

/// What is measured of a call: the field of the log line, the metric, its unit.
const OF_A_CALL: [(&str, &str, &str); 6] = [
    ("pages", "Pages", "Count"),
    ("okta_requests", "OktaRequests", "Count"),
    ("throttle_wait_ms", "ThrottleWait", "Milliseconds"),
    ("limit_remaining_percent", "LimitRemaining", "Percent"),
    ("bytes", "AnswerBytes", "Bytes"),
    ("elapsed_ms", "Duration", "Milliseconds"),
];

/// Writes a line of metrics for each call that the connector logs.
#[derive(Debug)]
pub(crate) struct Metrics {
    connector: String,
    is_cold: AtomicBool,
}

impl Metrics {
    /// Metrics under the label of the connector.
    pub(crate) fn new(connector: String) -> Self {
        Self { connector, is_cold: AtomicBool::new(true) }
    }

    fn of_success(&self, fields: &Map<String, Value>) -> Value {
        let mut line = Line::new(&self.connector);
        line.member("Entity", fields.get("entity"));
        line.member("Operation", fields.get("operation"));
        let number = |field| fields.get(field).filter(|value| value.is_number()).cloned();
        let records = number("records").map(|records| ("Records", "Count", records));
        line.metrics(&json!([["Connector"], ["Connector", "Entity"]]), records);
        let measured = OF_A_CALL
            .into_iter()
            .filter_map(|(field, name, unit)| Some((name, unit, number(field)?)));
        let cold = u8::from(self.is_cold.swap(false, Ordering::Relaxed));
        let counted = [("Errors", "Count", json!(0)), ("ColdStarts", "Count", json!(cold))];
        line.metrics(&json!([["Connector"]]), measured.chain(counted));
        line.finish()
    }

    fn of_failure(&self, fields: &Map<String, Value>) -> Value {
        let mut line = Line::new(&self.connector);
        line.member("ErrorCode", fields.get("code"));
        line.member("Operation", fields.get("operation"));
        let sets = json!([["Connector"], ["Connector", "ErrorCode"]]);
        line.metrics(&sets, [("Errors", "Count", json!(1))]);
        let cold = u8::from(self.is_cold.swap(false, Ordering::Relaxed));
        let cold = ("ColdStarts", "Count", json!(cold));
        let is_refused = fields.get("code").is_some_and(|code| code == "RateLimitExceeded");
        let spent = is_refused.then(|| ("LimitRemaining", "Percent", json!(0)));
        line.metrics(&json!([["Connector"]]), [cold].into_iter().chain(spent));
        line.finish()
    }

    fn of_health(&self, fields: &Map<String, Value>) -> Value {
        let mut line = Line::new(&self.connector);
        line.member("Connection", fields.get("connection"));
        let sets = json!([["Connector"], ["Connector", "Connection"]]);
        let healthy = u8::from(fields.get("healthy") == Some(&Value::Bool(true)));
        line.metrics(&sets, [("ConnectionHealthy", "Count", json!(healthy))]);
        line.finish()
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

    /// A dimension or property. A dimension that is unknown has a name all the same.
    fn member(&mut self, name: &str, value: Option<&Value>) {
        let value = value.filter(|value| value.is_string()).cloned();
        self.members.insert(name.to_owned(), value.unwrap_or_else(|| "unknown".into()));
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

impl<S: Subscriber> Layer<S> for Metrics {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let target = event.metadata().target();
        if target != "okta_connector::connector" && target != "bootstrap::health" {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = match fields.0.get("message").and_then(Value::as_str) {
            Some("answered") => self.of_success(&fields.0),
            Some("failed" | "ValidateCredentials failed") => self.of_failure(&fields.0),
            Some("checked") => self.of_health(&fields.0),
            _ => return,
        };
        // Where the log cannot be written there is no one to tell.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// The fields of a log line.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
