//! The time that it takes to read a filter and to plan it, by its size.

use crate::report::Row;
use appflow_connector::Filter;
use okta_connector::Withheld;
use okta_connector::entity::Entity;
use okta_connector::plan::Plan;
use okta_connector::query::{Preferences, Query};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

const KIB: usize = 1024;

/// Repetitions, of which the fastest counts.
const TIMES: usize = 5;

/// Writes a filter of about `size` bytes: many conditions that Okta cannot evaluate, and a long list of values.
fn filter(size: usize) -> String {
    let mut text = String::from("lastName in ('x'");
    for number in 0.. {
        if text.len() > size / 2 {
            break;
        }
        write!(text, ", 'A name with number {number}'").expect("writing to memory cannot fail");
    }
    text.push(')');
    while text.len() < size {
        text.push_str(" and not city contains 'i'");
    }
    text
}

fn time(filter: &str) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let parsed = Filter::parse(filter)?;
    let entity = Entity::find("User", &Withheld::default())?;
    let query = Query::new(entity, &parsed, None, Preferences::default())?;
    black_box(Plan::new(&query));
    Ok(began.elapsed())
}

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut smallest = None;
    for size in [10, 100, 1_000] {
        let filter = filter(size * KIB);
        let mut fastest = time(&filter)?;
        for _ in 1..TIMES {
            fastest = fastest.min(time(&filter)?);
        }
        let per_byte = fastest.as_secs_f64() * 1e9 / filter.len() as f64;
        let against = *smallest.get_or_insert(per_byte);
        rows.push(Row::new(
            format!("time to plan a filter of {size} KiB, for each byte, against one of 10 KiB"),
            format!("{per_byte:.0} ns / {against:.0} ns"),
            per_byte / against,
        ));
    }
    Ok(rows)
}
