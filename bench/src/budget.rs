//! The use of the rate limit: the requests sent against the minimum, the share of the limit against the
//! cap, and what several executions on one connection come to together.

use crate::report::{Row, rounded};
use crate::world::{Conditions, LONGEST_FLOW, Run, SIZES, run, run_beside, seconds};
use okta_simulator::RateLimits;
use serde_json::{Value, json};
use std::time::Duration;

/// The largest page that Okta gives.
const PAGE: usize = 200;

const PERCENT: u32 = 75;

/// The time for which Okta counts.
const WINDOW: Duration = Duration::from_secs(60);

/// The size of the org whose windows are drawn: large enough to meet the limit, and over in a few windows.
const DRAWN: usize = 100_000;

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
        let mut row = Row::new(
            format!("largest share of the limit used for {users} users, against the cap"),
            format!("{:.0} % / {PERCENT} %", run.largest_share * 100.0),
            run.largest_share * 100.0 / f64::from(PERCENT),
        );
        if users == DRAWN {
            row = row.drawn("share", share(users, &run));
        }
        rows.push(row);
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

/// Returns the share of its limit that each window of a run had seen used, second by second.
fn share(users: usize, run: &Run) -> Value {
    let windows = run.windows.iter().map(|window| {
        let mut shares: Vec<[f64; 2]> = Vec::new();
        let ends = window.started + WINDOW;
        let sent = run.log.iter().filter(|request| {
            request.bucket == Some(window.bucket) && (window.started..ends).contains(&request.time)
        });
        for (request, number) in sent.zip(1..) {
            let second = seconds(request.time).floor();
            let share = rounded(100.0 * f64::from(number) / window.limit as f64);
            match shares.last_mut().filter(|last| last[0] == second) {
                Some(last) => last[1] = share,
                None => shares.push([second, share]),
            }
        }
        json!({ "began": rounded(seconds(window.started)), "limit": window.limit, "shares": shares })
    });
    json!({ "users": users, "cap": PERCENT, "windows": windows.collect::<Vec<_>>() })
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
