//! The requests that came to the org: a line for each, and the latest for whoever looks.

use okta_simulator::LoggedRequest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

/// So many requests are kept, and as many that failed.
pub(super) const KEPT: usize = 100;

/// A request, with the time that its answer takes.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) request: LoggedRequest,
    pub(super) took: Duration,
}

/// The requests so far.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) count: u64,
    /// The numbers of answers by their status.
    pub(super) statuses: BTreeMap<u16, u64>,
    /// The latest requests, the last one first.
    pub(super) latest: VecDeque<Entry>,
    /// The latest requests that failed or met a fault, the last one first.
    pub(super) failed: VecDeque<Entry>,
}

impl Journal {
    pub(super) fn push(&mut self, entry: Entry) {
        self.count += 1;
        *self.statuses.entry(entry.request.status.as_u16()).or_default() += 1;
        let failed = entry.request.status.as_u16() >= 400 || !entry.request.faults.is_empty();
        if failed {
            self.failed.push_front(entry.clone());
            self.failed.truncate(KEPT);
        }
        self.latest.push_front(entry);
        self.latest.truncate(KEPT);
    }

    /// Counts the answers that were errors.
    pub(super) fn errors(&self) -> u64 {
        self.statuses.range(400..).map(|(_, count)| count).sum()
    }
}

/// The signs that a query shows as they are: it stays readable, and says nothing to a terminal.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b',')
    .remove(b'@')
    .remove(b'(')
    .remove(b')')
    .remove(b'"')
    .remove(b'*');

impl Entry {
    /// Returns the path and the query. Credentials are not in them.
    pub(super) fn target(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, QUERY).to_string().replace("%20", "+");
        let pairs = self.request.query.iter();
        let pairs = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        match query.is_empty() {
            true => self.request.path.clone(),
            false => format!("{}?{query}", self.request.path),
        }
    }

    /// Returns what the bucket has left, if the answer says it.
    pub(super) fn remaining(&self) -> String {
        self.request.remaining.map_or_else(|| "-".to_owned(), |left| left.to_string())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.3} {} {} {} {} left {} ms",
            self.request.time,
            self.request.method,
            self.target(),
            self.request.status.as_u16(),
            self.remaining(),
            self.took.as_millis(),
        )?;
        match self.request.faults.is_empty() {
            true => Ok(()),
            false => write!(f, " fault: {}", self.request.faults.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{Method, StatusCode};
    use jiff::Timestamp;

    fn entry(status: u16, query: &[(&str, &str)]) -> Entry {
        let request = LoggedRequest {
            method: Method::GET,
            path: "/api/v1/users".to_owned(),
            query: query.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
            bucket: Some("/api/v1/users"),
            remaining: Some(299),
            status: StatusCode::from_u16(status).unwrap(),
            time: Timestamp::constant(1_767_225_600, 5_000_000),
            faults: Vec::new(),
        };
        Entry { request, took: Duration::from_millis(3) }
    }

    #[test]
    fn a_line_says_what_came_of_a_request() {
        let mut entry = entry(200, &[("search", "status eq \"A&B\"\u{1b}[2J\n"), ("é", "")]);
        let expected = "2026-01-01T00:00:00.005Z GET \
                        /api/v1/users?search=status+eq+\"A%26B\"%1B%5B2J%0A&%C3%A9= 200 299 left 3 ms";
        assert_eq!(entry.to_string(), expected);
        entry.request.query.clear();
        entry.request.remaining = None;
        entry.request.faults = vec!["status 503".to_owned(), "delay".to_owned()];
        let expected =
            "2026-01-01T00:00:00.005Z GET /api/v1/users 200 - left 3 ms fault: status 503, delay";
        assert_eq!(entry.to_string(), expected);
    }

    #[test]
    fn the_latest_are_kept_and_all_are_counted() {
        let mut journal = Journal::default();
        for number in 0..250 {
            journal.push(entry(if number % 2 == 0 { 200 } else { 429 }, &[]));
        }
        assert_eq!((journal.count, journal.errors()), (250, 125));
        assert_eq!((journal.latest.len(), journal.failed.len()), (KEPT, KEPT));
        assert!(journal.failed.iter().all(|entry| entry.request.status == 429));
    }
}
