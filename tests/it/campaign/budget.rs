//! The law of the rate limits: the requests that a connector knows of in a window never exceed its
//! share of it.
//!
//! Okta's own count is the measure. A connector is only held to what it can know: what it sent
//! itself, what the token tells that it was called with, and what the headers of an answer tell that
//! has reached it. So these requests are not held against a window:
//!
//! * those sent before any answer has told the limit of the bucket;
//! * those that another process sent, whose call failed, so that no token tells of them, until an
//!   answer does;
//! * those sent while the latest answer had a wrong `Date`, with which the end of the window cannot be
//!   told; the next good answer ends that;
//! * those refused because too many were in flight, which do not count by Okta's own headers;
//! * one more than the share, in a window of which no answer with headers has come yet: where it begins
//!   cannot be told, and an even pace fits one more than the share into any minute.
//!
//! That answers come without headers, or never, is no further excuse: the limit is known from before,
//! and requests can be counted.

use jiff::Timestamp;
use okta_simulator::WindowUsage;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The knowledge of the limits, process by process.
#[derive(Debug)]
pub(crate) struct Budget {
    percent: u64,
    smallest_share: u64,
    /// The number of requests that were refused because too many were in flight, by bucket, window and token.
    crowded_out: BTreeMap<Key, u64>,
    process: Knowledge,
    /// The knowledge that the latest token tells.
    token: Knowledge,
}

/// The bucket, the start of the window, and who is counted in it.
type Key = (&'static str, Timestamp, Arc<str>);

/// The knowledge of a process, by bucket.
pub(crate) type Knowledge = BTreeMap<&'static str, Learned>;

/// The knowledge of a process about a bucket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learned {
    knows_limit: bool,
    /// True if the latest answer had a wrong date.
    misled: bool,
    windows: BTreeMap<Timestamp, Window>,
}

/// The knowledge of a process about a window.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    /// The requests that it sent, or of which its token tells.
    own: u64,
    /// The requests of others of which an answer told.
    discovered: u64,
    /// True if an answer has told of the window.
    is_told: bool,
    /// True if an answer has told that nothing is left.
    is_spent: bool,
}

/// A request that has arrived and counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    bucket: &'static str,
    window: Timestamp,
    /// The number of the request within its window, counted from 1.
    ordinal: u64,
    own: u64,
}

/// The facts about the limits in the headers of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Headers {
    True { nothing_left: bool },
    WrongDate,
    Useless,
}

impl Budget {
    pub(crate) fn new(percent: u32) -> Self {
        Self {
            percent: percent.into(),
            smallest_share: u64::MAX,
            crowded_out: BTreeMap::new(),
            process: Knowledge::new(),
            token: Knowledge::new(),
        }
    }

    /// Returns the smallest share of any window so far.
    pub(crate) fn smallest_share(&self) -> u64 {
        self.smallest_share
    }

    /// Notes that a process starts: it knows what its token tells.
    pub(crate) fn cold_start(&mut self) {
        self.process = self.token.clone();
    }

    /// Notes that a call has succeeded: the token tells what the process knows.
    pub(crate) fn token_handed_out(&mut self) {
        self.token = self.process.clone();
    }

    /// Returns the knowledge of the process now, which is when it sends a request.
    pub(crate) fn known(&self) -> Knowledge {
        self.process.clone()
    }

    /// Notes that a request was refused because too many were in flight.
    pub(crate) fn crowded_out(&mut self, usage: &WindowUsage) {
        *self.crowded_out.entry(key(usage)).or_default() += 1;
    }

    /// Notes that a request has arrived in a window. `known` is the knowledge of the process when it sent it.
    pub(crate) fn arrived(
        &mut self,
        known: &Knowledge,
        usage: &WindowUsage,
    ) -> Result<Arrival, String> {
        let crowded_out = self.crowded_out.get(&key(usage)).copied();
        let ordinal = usage.used + usage.rejected - crowded_out.unwrap_or_default();
        let learned = self.process.entry(usage.bucket).or_default();
        learned.windows.retain(|&window, _| window >= usage.started);
        let window = learned.windows.entry(usage.started).or_default();
        window.own += 1;
        let own = window.own;
        let arrival = Arrival { bucket: usage.bucket, window: usage.started, ordinal, own };
        let share = (usage.limit * self.percent / 100).max(1);
        self.smallest_share = self.smallest_share.min(share);
        let Some(before) = known.get(usage.bucket).filter(|it| it.knows_limit && !it.misled) else {
            return Ok(arrival);
        };
        let Window { discovered, is_told, is_spent, .. } =
            before.windows.get(&usage.started).copied().unwrap_or_default();
        let count = own + discovered;
        if count > share + u64::from(!is_told) {
            return Err(format!(
                "request {count} of {} in the window of {}, where {} % of {} is {share}; Okta counts {ordinal}",
                usage.bucket, usage.started, self.percent, usage.limit
            ));
        }
        if is_spent {
            return Err(format!(
                "a request of {} although Okta has said that nothing is left in the window of {}",
                usage.bucket, usage.started
            ));
        }
        Ok(arrival)
    }

    /// Notes that the answer to a request has reached the process.
    pub(crate) fn answered(&mut self, arrival: Arrival, headers: Headers) {
        let learned = self.process.entry(arrival.bucket).or_default();
        match headers {
            Headers::True { nothing_left } => {
                learned.knows_limit = true;
                learned.misled = false;
                let window = learned.windows.entry(arrival.window).or_default();
                // Okta counts each token by itself, and the process may have sent more with the one before.
                let discovered = arrival.ordinal.saturating_sub(arrival.own);
                window.discovered = window.discovered.max(discovered);
                window.is_told = true;
                window.is_spent |= nothing_left;
            }
            Headers::WrongDate => {
                learned.knows_limit = true;
                learned.misled = true;
            }
            Headers::Useless => {}
        }
    }
}

fn key(usage: &WindowUsage) -> Key {
    (usage.bucket, usage.started, Arc::clone(&usage.principal))
}
