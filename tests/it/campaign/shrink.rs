//! The step from a scenario that breaks a law to a plain one that breaks the same.

use super::flow::{Broken, run};
use super::scenario::{Deprovisioned, Scenario};
use crate::brute_force::Assignment;
use okta_simulator::{Effect, RateLimits};
use std::time::Duration;

/// Returns the plainest scenario on the way down that still breaks the law, and the way in which it
/// breaks it.
pub(crate) fn shrink(scenario: &Scenario, broken: &Broken) -> (Scenario, Broken) {
    let (mut scenario, mut broken) = (scenario.clone(), broken.clone());
    // Each round tries every step; a step that helped may make room for another.
    for _ in 0..3 {
        let before = format!("{scenario:?}");
        for step in 0..usize::MAX {
            let Some(plainer) = plainer(&scenario, step) else { break };
            let again = run(&plainer).broken.filter(|it| it.way() == broken.way());
            if let Some(again) = again {
                (scenario, broken) = (plainer, again);
            }
        }
        if format!("{scenario:?}") == before {
            break;
        }
    }
    (scenario, broken)
}

/// Returns the scenario after one step; `None` after the last step.
fn plainer(scenario: &Scenario, step: usize) -> Option<Scenario> {
    type Step = fn(&mut Scenario);
    const STEPS: &[Step] = &[
        |it| it.appflow.cold_percent = 0,
        |it| it.appflow.pause_percent = 0,
        |it| it.appflow.hurry_percent = 0,
        |it| it.appflow.clock_skew = 0,
        |it| it.okta.latency = Duration::ZERO,
        |it| it.okta.uplink_percent = 0,
        |it| it.okta.sparse_pages = false,
        |it| it.okta.links_drop.clear(),
        |it| {
            it.okta.index_lag = Duration::ZERO;
            it.okta.stirred = 0;
        },
        |it| it.okta.projection = true,
        |it| it.okta.assignment_filters = true,
        |it| it.okta.unreachable_percent = 0,
        |it| it.okta.limits.others_per_minute = 0,
        |it| it.okta.limits.concurrency = usize::MAX,
        |it| it.okta.limits = RateLimits::generous(),
        |it| it.okta.limits = RateLimits::default(),
        |it| it.ask.filter.expr = None,
        |it| it.ask.filter.limit = None,
        |it| it.ask.assignment = Assignment::default(),
        |it| it.ask.selection = Some(vec!["id".to_owned()]),
        |it| it.ask.deprovisioned = Deprovisioned::Included,
        |it| it.ask.rate_limit_percent = 75,
        |it| it.ask.max_concurrency = 1,
        |it| it.ask.max_results = None,
        |it| it.ask.response_bytes = 6_000_000,
        |it| it.attributes = None,
        |it| {
            it.schemas = None;
            it.okta.schema_faults.clear();
        },
        |it| it.size /= 2,
        |it| it.size -= it.size.min(1),
        |it| it.okta.faults.retain(|fault| !matches!(fault.what, Effect::Mutate(_))),
    ];
    let mut plainer = scenario.clone();
    match STEPS.get(step) {
        Some(change) => change(&mut plainer),
        None => {
            let at = scenario.okta.faults.len().checked_sub(step - STEPS.len() + 1)?;
            plainer.okta.faults.remove(at);
        }
    }
    Some(plainer)
}
