//! The report of each call, as a line in the log and as metrics.

use crate::metrics::{Metrics, first_chars, millis};
use okta_connector::{CallReport, Ending, Observer};
use std::sync::Arc;

/// An observer that logs each call: its caller, its cost and its end.
#[derive(Debug)]
pub(crate) struct CallLog {
    metrics: Arc<Metrics>,
}

impl CallLog {
    /// Makes an observer that writes metrics as well.
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics }
    }
}

impl Observer for CallLog {
    fn call(&self, report: &CallReport<'_>) {
        // There is one for each request, and Okta's have 25 characters.
        let request_ids = report.cost.request_ids.iter().map(|id| first_chars(id, 100));
        let request_ids: Vec<_> = request_ids.collect();
        let request_ids = request_ids.join(" ");
        macro_rules! line {
            ($level:ident, $message:literal, $($field:tt)*) => {
                tracing::$level!(
                    version = env!("CARGO_PKG_VERSION"),
                    operation = %report.operation,
                    entity = report.entity.map(cut),
                    flow_name = report.flow_name.map(cut),
                    execution_id = report.execution_id.map(cut),
                    connection = report.connection.map(cut),
                    org = report.org,
                    secret = report.secret,
                    pages = report.cost.pages,
                    okta_requests = report.cost.requests,
                    throttle_wait_ms = millis(report.cost.waited),
                    limit_remaining_percent = report.cost.limit_remaining,
                    okta_request_ids = request_ids,
                    elapsed_ms = millis(report.elapsed),
                    $($field)*
                    $message
                )
            };
        }
        match report.ending {
            Ending::Done => line!(info, "answered",),
            Ending::Delivered(delivered) => line!(
                info,
                "answered",
                records = delivered.records,
                bytes = delivered.bytes,
                scanned = delivered.scanned,
                unreadable = delivered.unreadable,
                skipped_parents = delivered.skipped_parents,
                unknown_fields = delivered.unknown_fields,
                run_records = delivered.run_records,
                ending = if delivered.has_more { "MoreToCome" } else { "Complete" },
            ),
            Ending::Failed(error) => {
                line!(warn, "failed", code = error.code.name(), error = cut(error.logged()),);
                tracing::debug!(error = cut(&error.to_string()), "AppFlow was told");
            }
        }
        self.metrics.call(report);
    }
}

/// Cuts a text that somebody else wrote to what a line of the log has room for.
fn cut(text: &str) -> &str {
    first_chars(text, 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use appflow_connector::{ErrorCode, Operation};
    use okta_client::Cost;
    use okta_connector::Error;
    use std::io::{self, Write};
    use std::sync::Mutex;
    use std::time::Duration;
    use tracing::Level;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the lines that the report of a call makes in a log of this level.
    fn logged(level: Level, operation: Operation, ending: Ending<'_>) -> String {
        let paper = Paper::default();
        let writer = paper.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(level)
            .with_writer(move || writer.clone())
            .finish();
        let report = CallReport {
            operation,
            entity: Some("User"),
            flow_name: None,
            execution_id: None,
            connection: None,
            org: Some("acme.okta.com"),
            secret: Some("appflow!123456789012-Okta-prod-a1B2c3"),
            ending,
            cost: Cost::default(),
            elapsed: Duration::ZERO,
        };
        let log = CallLog::new(Arc::new(Metrics::new("Okta".to_owned())));
        tracing::subscriber::with_default(subscriber, || log.call(&report));
        String::from_utf8(paper.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_call_names_where_a_credential_went() {
        let log = logged(Level::INFO, Operation::ValidateCredentials, Ending::Done);
        assert!(log.contains(r#""org":"acme.okta.com""#), "{log}");
        assert!(log.contains(r#""secret":"appflow!123456789012-Okta-prod-a1B2c3""#), "{log}");
    }

    #[test]
    fn a_call_names_the_version_that_answered() {
        let log = logged(Level::INFO, Operation::QueryData, Ending::Done);
        let version = format!(r#""version":"{}""#, env!("CARGO_PKG_VERSION"));
        assert!(log.contains(&version), "{log}");
    }

    #[test]
    fn a_line_is_short_whatever_others_wrote() {
        let error = Error::new(ErrorCode::ServerError, "é".repeat(1_000_000));
        let log = logged(Level::TRACE, Operation::QueryData, Ending::Failed(&error));
        assert!(log.contains("ServerError") && log.len() < 5_000, "{} bytes", log.len());
    }
}
