//! The use of the rate limit: the requests sent against the minimum, and the share of the limit
//! against the cap.

use crate::report::Row;
use crate::world::{Conditions, run};
use okta_simulator::RateLimits;
use std::time::Duration;

/// The largest page that Okta gives.
const PAGE: usize = 200;

const PERCENT: u32 = 75;

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for users in [1_000, 10_000, 100_000] {
        let run = run(&Conditions {
            users,
            latency: Duration::from_millis(100),
            rate_limits: RateLimits::default(),
            percent: PERCENT,
            concurrency: 4,
            filter: None,
            max_results: 1_000,
        })?;
        anyhow::ensure!(run.records == users);
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
    }
    Ok(rows)
}
