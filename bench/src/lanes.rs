//! The time for 20,000 users: where a page takes 200 ms and Okta allows 600 requests a minute, and where a page takes
//! no time.

use crate::report::{Row, rounded};
use crate::world::{Conditions, Run, run, run_for_real, seconds};
use okta_simulator::{RateLimits, Subscription};
use serde_json::{Value, json};
use std::time::Duration;

const USERS: usize = 20_000;
const CALL: usize = 1_000;
const PAGE: usize = 200;
const LATENCY: Duration = Duration::from_millis(200);
const PER_MINUTE: usize = 600;
const LANES: u32 = 4;

/// Repetitions of what is measured in time, of which the fastest counts.
const TIMES: usize = 3;

fn conditions() -> Conditions {
    Conditions {
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
        max_results: CALL as u64,
    }
}

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let conditions = conditions();
    // A call wants so many pages, as many at once as there are lanes. The requests that a window allows go as soon as
    // they can; those beyond wait for the next window.
    let rounds = (CALL / PAGE).div_ceil(LANES as usize) * (USERS / CALL);
    let windows = (USERS / PAGE).saturating_sub(1) / PER_MINUTE;
    let bound = rounds as f64 * LATENCY.as_secs_f64() + windows as f64 * 60.0;
    let lanes = Conditions { concurrency: LANES, ..conditions.clone() };
    // `filter` is fresher than `search` and is walked in one lane, but ahead.
    let overlapped = Conditions { filter: Some("lastUpdated > 1970-01-02"), ..lanes.clone() };
    let ways = [("sequential", &conditions), ("overlapped", &overlapped), ("lanes", &lanes)];
    let mut rows = Vec::new();
    for (name, conditions) in ways {
        let run = run(conditions)?;
        let seconds = run.elapsed.as_secs_f64();
        let row = Row::new(
            format!(
                "20,000 users at 200 ms a page and 600 requests a minute, {name}, against the bound"
            ),
            format!("{seconds:.1} s / {bound:.1} s"),
            seconds / bound,
        );
        rows.push(row.drawn("lanes", timeline(name, &run)));
    }
    rows.push(unpaced()?);
    Ok(rows)
}

/// Returns when each lane waited for Okta, and when the calls began, in seconds.
fn timeline(way: &str, run: &Run) -> Value {
    // A lane is a listing of its own, from its first page to its last: its expression tells it from the others.
    let mut lanes: Vec<Option<&str>> = Vec::new();
    let requests = run.log.iter().map(|request| {
        let expression = request.param("search");
        let lane = lanes.iter().position(|&lane| lane == expression).unwrap_or_else(|| {
            lanes.push(expression);
            lanes.len() - 1
        });
        let sent = seconds(request.time);
        json!([lane + 1, rounded(sent), rounded(sent + LATENCY.as_secs_f64())])
    });
    let requests: Vec<_> = requests.collect();
    let calls: Vec<_> = run.calls.iter().map(|&began| rounded(began)).collect();
    json!({
        "users": USERS,
        "milliseconds": LATENCY.as_millis() as u64,
        "way": way,
        "calls": calls,
        "requests": requests,
    })
}

/// Measures the real time of a run that the limits need not slow down, against one without limits.
fn unpaced() -> anyhow::Result<Row> {
    let limited = Conditions { latency: Duration::ZERO, ..conditions() };
    let unlimited = Conditions { rate_limits: RateLimits::generous(), ..limited.clone() };
    let mut fastest = [f64::INFINITY; 2];
    for _ in 0..TIMES {
        for (fastest, conditions) in fastest.iter_mut().zip([&limited, &unlimited]) {
            *fastest = fastest.min(run_for_real(conditions)?.elapsed.as_secs_f64());
        }
    }
    let [limited, unlimited] = fastest;
    Ok(Row::new(
        "20,000 users without latency under 600 requests a minute, against no limit".to_owned(),
        format!("{limited:.2} s / {unlimited:.2} s"),
        limited / unlimited,
    ))
}
