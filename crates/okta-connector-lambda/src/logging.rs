//! Logs as JSON lines on standard output, where Lambda collects them.
//!
//! Only this product's own crates may log, at any level: lines of an HTTP or AWS library at `trace`
//! can hold headers and bodies, and with them secrets.

use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The crates that may log.
const OURS: [&str; 4] = ["appflow_connector", "bootstrap", "okta_client", "okta_connector"];

/// Starts logging for the whole process. If Lambda is told to pass on warnings alone, it also drops
/// metrics, as it takes a line without a level for information.
pub(crate) fn start(level: Level) {
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false);
    let targets = OURS.into_iter().map(|target| (target, level));
    let filter = Targets::new().with_targets(targets);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}
