//! The report of each call, as a line in the log and as metrics.

use crate::metrics::{Metrics, millis};
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
        macro_rules! line {
            ($level:ident, $message:literal, $($field:tt)*) => {
                tracing::$level!(
                    operation = %report.operation,
                    entity = report.entity,
                    flow_name = report.flow_name,
                    execution_id = report.execution_id,
                    connection = report.connection,
                    org = report.org,
                    secret = report.secret,
                    pages = report.cost.pages,
                    okta_requests = report.cost.requests,
                    throttle_wait_ms = millis(report.cost.waited),
                    limit_remaining_percent = report.cost.limit_remaining,
                    okta_request_ids = report.cost.request_ids.join(" "),
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
                ending = if delivered.has_more { "MoreToCome" } else { "Complete" },
            ),
            Ending::Failed(error) => {
                line!(warn, "failed", code = error.code.name(), error = error.logged(),);
                tracing::debug!(%error, "told");
            }
        }
        self.metrics.call(report);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appflow_connector::Operation;
    use okta_client::Cost;
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
}
