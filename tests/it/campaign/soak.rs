//! Many seeds at once, and their outcome.

use super::flow::{Broken, Report};
use super::{describe, fails};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The number of failing seeds that are shrunk and described, of those that fail in different ways.
const DESCRIBED: usize = 6;

/// The sum of many reports.
#[derive(Debug, Default)]
struct Summary {
    runs: u64,
    calls: u64,
    requests: u64,
    records: u64,
    endings: BTreeMap<String, u64>,
    refusals: BTreeMap<String, u64>,
    /// By fault: the number of runs that met it, and the ways in which they ended.
    met: BTreeMap<String, BTreeMap<String, u64>>,
    failing: BTreeMap<u64, Broken>,
}

impl Summary {
    fn add(&mut self, seed: u64, report: Report) {
        self.runs += 1;
        self.calls += report.calls;
        self.requests += report.requests;
        self.records += report.records;
        let ending = if report.broken.is_some() { "BROKEN".to_owned() } else { report.ending };
        for fault in report.met {
            *self.met.entry(fault).or_default().entry(ending.clone()).or_default() += 1;
        }
        for (code, count) in report.refusals {
            *self.refusals.entry(code).or_default() += count;
        }
        *self.endings.entry(ending).or_default() += 1;
        self.failing.extend(report.broken.map(|broken| (seed, broken)));
    }

    fn join(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.calls += other.calls;
        self.requests += other.requests;
        self.records += other.records;
        add_counts(&mut self.endings, other.endings);
        add_counts(&mut self.refusals, other.refusals);
        for (fault, endings) in other.met {
            add_counts(self.met.entry(fault).or_default(), endings);
        }
        self.failing.extend(other.failing);
        self
    }

    fn text(&self, began: Instant) -> String {
        let counts = |counts: &BTreeMap<String, u64>| {
            let counts = counts.iter().map(|(name, count)| format!("{count} {name}"));
            counts.collect::<Vec<_>>().join(", ")
        };
        let mut text = format!(
            "{} runs, {} calls, {} Okta requests, {} records in {:.0?}\n",
            self.runs,
            self.calls,
            self.requests,
            self.records,
            began.elapsed()
        );
        writeln!(text, "ended: {}", counts(&self.endings)).unwrap();
        writeln!(text, "refusals on the way: {}", counts(&self.refusals)).unwrap();
        for (fault, endings) in &self.met {
            let runs: u64 = endings.values().sum();
            writeln!(text, "{fault:>28} {runs:>6} runs: {}", counts(endings)).unwrap();
        }
        for (seed, Broken { law, how }) in &self.failing {
            let how: String = how.chars().take(200).collect();
            writeln!(text, "seed {seed}: {law}: {how}").unwrap();
        }
        text
    }

    /// Returns the first seed of each way to fail.
    fn ways_to_fail(&self) -> BTreeMap<String, u64> {
        let mut ways = BTreeMap::new();
        for (&seed, broken) in &self.failing {
            ways.entry(broken.way()).or_insert(seed);
        }
        ways
    }
}

fn add_counts(to: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
    for (name, count) in from {
        *to.entry(name).or_default() += count;
    }
}

/// Runs the seeds on every core, and panics if one of them fails.
pub(crate) fn soak(seeds: Range<u64>) {
    let began = Instant::now();
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len} seeds, {eta} left {msg}").unwrap();
    let bar = ProgressBar::new(seeds.end - seeds.start).with_style(style);
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut summary = Summary::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return summary;
            }
            let report = fails(seed);
            if report.broken.is_some() {
                bar.set_message(format!("seed {seed} fails"));
            }
            summary.add(seed, report);
            bar.inc(1);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, |it| it.get());
    let summary = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let summaries = threads.into_iter().map(|thread| thread.join().unwrap());
        summaries.fold(Summary::default(), Summary::join)
    });
    bar.finish_and_clear();
    println!("{}", summary.text(began));
    let described = summary.ways_to_fail().into_values().take(DESCRIBED).map(describe);
    let described: String = described.collect();
    assert!(summary.failing.is_empty(), "{} seeds fail\n{described}", summary.failing.len());
}
