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
