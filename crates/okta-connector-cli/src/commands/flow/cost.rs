//! Adds up what a run costs Okta, as the connector reports it call by call.

use okta_connector::{CallReport, Observer};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// The part of Okta's limits that was used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cost {
    pub(super) requests: u64,
    /// The percentage that is used of the tightest limit in its present minute.
    #[serde(skip)]
    pub(super) used_now: Option<u32>,
    /// The highest percentage that was.
    pub(super) used_at_most: Option<u32>,
}

/// Adds up what calls cost. All its clones have the same sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally(Arc<Mutex<Cost>>);

impl Tally {
    pub(super) fn cost(&self) -> Cost {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run, which has cost so much before. What was asked to describe a flow belongs to no run.
    pub(super) fn begin(&self, cost: Cost) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cost;
    }
}

impl Observer for Tally {
    fn call(&self, report: &CallReport<'_>) {
        let mut cost = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cost.requests += report.cost.requests;
        if let Some(remaining) = report.cost.limit_remaining {
            let used = 100_u32.saturating_sub(remaining);
            cost.used_now = Some(used);
            cost.used_at_most = cost.used_at_most.max(Some(used));
        }
    }
}
