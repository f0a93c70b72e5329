//! What a run costs Okta, as the connector reports it call by call.

use okta_connector::{CallReport, Observer};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What was used of Okta's limits so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    pub(super) requests: u64,
    /// The time for which requests were kept back, so that they stay within the share.
    pub(super) waited: Duration,
    /// The percentage that is used of the tightest limit in its present minute.
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

    /// Forgets what was before a run: a flow is described when it is made.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Cost::default();
    }
}

impl Observer for Tally {
    fn call(&self, report: &CallReport<'_>) {
        let mut cost = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cost.requests += report.cost.requests;
        cost.waited += report.cost.waited;
        if let Some(remaining) = report.cost.limit_remaining {
            let used = 100_u32.saturating_sub(remaining);
            cost.used_now = Some(used);
            cost.used_at_most = cost.used_at_most.max(Some(used));
        }
    }
}
