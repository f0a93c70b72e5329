//! The use of the rate limit: the requests sent against the minimum, the share of the limit against the
//! cap, and what several executions on one connection come to together.

use crate::report::Row;
use crate::world::{Conditions, LONGEST_FLOW, SIZES, run, run_beside};
use okta_simulator::RateLimits;
use std::time::Duration;

/// The largest page that Okta gives.
const PAGE: usize = 200;

const PERCENT: u32 = 75;

/// Returns what a connection meets that was set up as the template suggests, at an org of a usual size.
fn usual(users: usize) -> Conditions {
    Conditions {
        users,
        latency: Duration::from_millis(100),
        rate_limits: RateLimits::default(),
        percent: PERCENT,
        concurrency: 4,
        filter: None,
        max_results: 1_000,
    }
}

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for users in SIZES {
        let run = run(&usual(users))?;
        let minimum = users.div_ceil(PAGE);
        rows.push(Row::new(
            format!("requests for {users} users, against the fewest possible"),
            format!("{} / {minimum}", run.requests),
            run.requests as f64 / minimum as f64,
        ));
        rows.push(Row::new(
            format!("largest share of the limit used for {users} users, against the cap"),
            format!("{:.0} % / {PERCENT} %", run.largest_share * 100.0),
            run.largest_share * 100.0 / f64::from(PERCENT),
        ));
        if Some(&users) == SIZES.last() {
            let (simulated, longest) = (run.elapsed.as_secs_f64(), LONGEST_FLOW.as_secs_f64());
            rows.push(Row::new(
                format!(
                    "simulated time for {users} users at Okta's usual limits, against the longest flow"
                ),
                format!("{:.1} min / {:.0} h", simulated / 60.0, longest / 3_600.0),
                simulated / longest,
            ));
        }
    }
    Ok(rows)
}

/// Measures executions that know nothing of each other: what Okta counts of all of them, against the share of one.
pub(crate) fn together() -> anyhow::Result<Vec<Row>> {
    const PER_MINUTE: u32 = 60;
    let share = PER_MINUTE * PERCENT / 100;
    let conditions = Conditions {
        // Of the 600 requests a minute that a workforce org allows.
        rate_limits: RateLimits { share_percent: PER_MINUTE / 6, ..RateLimits::default() },
        ..usual(10_000)
    };
    let mut rows = Vec::new();
    for flows in [2, 4] {
        let run = run_beside(&conditions, flows)?;
        rows.push(Row::new(
            format!(
                "most requests a minute of {flows} executions on one connection under a limit of \
                 {PER_MINUTE}, against the share"
            ),
            format!("{} / {share}, {} refused", run.most_in_a_window, run.refused),
            run.most_in_a_window as f64 / f64::from(share),
        ));
    }
    Ok(rows)
}
