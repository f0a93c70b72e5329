//! Logs as JSON lines on standard output, where Lambda collects them.
//!
//! Only this product's own crates may log, at any level: what an HTTP or AWS library writes at
//! `trace` can hold headers and bodies, and with them secrets.

use crate::metrics::Metrics;
use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Crates that may log.
const OURS: [&str; 4] = ["appflow_connector", "bootstrap", "okta_client", "okta_connector"];

/// Starts logging and metrics for the whole process. Metrics are written at every level; but Lambda, if it is
/// told to pass on warnings alone, drops them, as it takes a line without a level for information.
pub(crate) fn start(level: Level, label: String) {
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false);
    let targets = OURS.into_iter().map(|target| (target, level));
    let filter = Targets::new().with_targets(targets);
    let metrics = Metrics::new(label).with_filter(LevelFilter::INFO);
    tracing_subscriber::registry().with(lines.with_filter(filter)).with(metrics).init();
}
