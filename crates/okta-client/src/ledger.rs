//! The ledger: what the reads of a caller cost, however they end.

use crate::bucket::Bucket;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Ids that are kept: enough to find a call in Okta's log, few enough for one line of ours.
const MAX_REQUEST_IDS: usize = 64;

/// Adds up what reads cost, whether they succeed, fail or are cancelled.
///
/// A client writes into the ledger that it is made with; several clients may share one. Requests for
/// tokens of service apps are left out: a process sends one in an hour, whoever is the caller.
#[derive(Debug, Default)]
pub struct Ledger {
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    cost: Cost,
    /// The percentage left of each bucket that was used.
    remaining: BTreeMap<Bucket, u32>,
}

/// The cost of reads up to a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Answers handed to the caller.
    pub pages: u64,
    /// The time for which the rate budget kept requests. Those that waited side by side are added up, so
    /// it may be longer than the time that passed.
    pub waited: Duration,
    /// Okta's ids of answers, refusals included: the first 64.
    pub request_ids: Vec<Box<str>>,
    /// The percentage that is left, in its present window, of the limit of the tightest bucket that was
    /// used; none while no answer has told a limit.
    pub limit_remaining: Option<u32>,
}

impl Ledger {
    /// Returns the cost so far.
    pub fn cost(&self) -> Cost {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).cost.clone()
    }

    /// Counts an answer that is handed to the caller.
    pub(crate) fn count_page(&self) {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).cost.pages += 1;
    }

    /// Counts a request that is sent now.
    pub(crate) fn count_request(&self, bucket: Bucket) {
        self.write(bucket, |book| book.cost.requests += 1);
    }

    /// Counts the time for which the budget kept a request.
    pub(crate) fn count_wait(&self, bucket: Bucket, waited: Duration) {
        self.write(bucket, |book| book.cost.waited += waited);
    }

    /// Notes Okta's id of an answer.
    pub(crate) fn note_id(&self, bucket: Bucket, request_id: Box<str>) {
        self.write(bucket, |book| {
            if book.cost.request_ids.len() < MAX_REQUEST_IDS {
                book.cost.request_ids.push(request_id);
            }
        });
    }

    /// Notes the percentage that is left of a bucket.
    pub(crate) fn note_remaining(&self, bucket: Bucket, percent: u32) {
        self.write(bucket, |book| {
            book.remaining.insert(bucket, percent);
            book.cost.limit_remaining = book.remaining.values().min().copied();
        });
    }

    fn write(&self, bucket: Bucket, change: impl FnOnce(&mut Book)) {
        if bucket != Bucket::Token {
            change(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ids_are_kept() {
        let ledger = Ledger::default();
        for id in 0..100 {
            ledger.note_id(Bucket::Users, id.to_string().into());
        }
        let ids = ledger.cost().request_ids;
        assert_eq!((ids.len(), &*ids[0], &*ids[63]), (64, "0", "63"));
    }

    #[test]
    fn the_tightest_bucket_counts_with_what_is_left_of_it_now() {
        let rows = [
            (Bucket::Users, 40, Some(40)),
            (Bucket::Apps, 10, Some(10)),
            (Bucket::Token, 1, Some(10)),
            (Bucket::Users, 30, Some(10)),
            // Another window has begun.
            (Bucket::Apps, 95, Some(30)),
        ];
        let ledger = Ledger::default();
        assert_eq!(ledger.cost().limit_remaining, None);
        for (bucket, percent, expected) in rows {
            ledger.note_remaining(bucket, percent);
            assert_eq!(ledger.cost().limit_remaining, expected, "{bucket:?} {percent}");
        }
    }

    #[test]
    fn requests_for_tokens_are_left_out() {
        let ledger = Ledger::default();
        ledger.count_request(Bucket::Token);
        ledger.count_wait(Bucket::Token, Duration::from_secs(1));
        ledger.note_id(Bucket::Token, "r1".into());
        assert_eq!(ledger.cost(), Cost::default());
    }
}
