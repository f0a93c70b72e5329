//! The time for 20,000 users where a page takes 200 ms and Okta allows 600 requests a minute.

use crate::report::Row;
use crate::world::{Conditions, run};
use okta_simulator::{RateLimits, Subscription};
use std::time::Duration;

const USERS: usize = 20_000;
const LATENCY: Duration = Duration::from_millis(200);
const PER_MINUTE: u32 = 600;

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let conditions = Conditions {
        users: USERS,
        latency: LATENCY,
        rate_limits: RateLimits {
            subscription: Subscription::Workforce,
            share_percent: 100,
            ..RateLimits::default()
        },
        percent: 100,
        concurrency: 1,
        filter: None,
        max_results: 1_000,
    };
    let pages = (USERS / 200) as f64;
    // The budget's pace, or one page after the other with all hands at work, whichever is slower.
    let floor = pages * 60.0 / f64::from(PER_MINUTE);
    let bound = floor.max(pages * LATENCY.as_secs_f64() / 4.0);
    let lanes = Conditions { concurrency: 4, ..conditions.clone() };
    // `filter` is fresher than `search` and is walked in one lane, but ahead.
    let overlapped = Conditions { filter: Some("lastUpdated > 1970-01-02"), ..lanes.clone() };
    let ways = [("sequential", &conditions), ("overlapped", &overlapped), ("lanes", &lanes)];
    let mut rows = Vec::new();
    for (name, conditions) in ways {
        let seconds = run(conditions)?.elapsed.as_secs_f64();
        rows.push(Row::new(
            format!(
                "20,000 users at 200 ms a page and 600 requests a minute, {name}, against the bound"
            ),
            format!("{seconds:.1} s / {bound:.1} s"),
            seconds / bound,
        ));
    }
    Ok(rows)
}
