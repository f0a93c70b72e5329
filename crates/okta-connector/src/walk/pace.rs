//! The budgets of one call, and the experience with pages that says what still fits into them.

use std::time::Duration;
use tokio::time::Instant;

/// The means that one call may use up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// The time at which the answer must be complete.
    pub(crate) deadline: Instant,
    /// The number of records that it may hold.
    pub(crate) max_results: u64,
    /// The number of bytes that it may have, encoded.
    pub(crate) max_bytes: usize,
    /// The number of requests that may be on their way at once.
    pub(crate) max_concurrency: usize,
    /// The time of day in seconds since 1970, at which a range without an end is taken to end.
    pub(crate) wall_now: u64,
}

/// The time that a page is expected to take before the first one came.
const FIRST_PAGE_ESTIMATE: Duration = Duration::from_millis(1_500);

/// The time beyond a page's expected time that must be left, or the page is not begun.
const PAGE_MARGIN: Duration = Duration::from_millis(500);

/// A page that takes less than this comes from next door, and more lanes would cost requests for nothing.
const LATENCY_WORTH_A_LANE: Duration = Duration::from_millis(20);

/// The experience of a call with pages.
#[derive(Debug)]
pub(crate) struct Pace {
    /// The longest time that a page took, waiting and repeating included.
    slowest: Duration,
    /// The time that Okta took for the last page.
    latency: Duration,
    /// The number of pages that arrived.
    arrived: u64,
    /// The number of pages that were worked on.
    worked_on: u64,
    /// The most bytes of the answer that one page took.
    largest: usize,
}

impl Pace {
    /// Begins a call, where Okta took so long for the last page of the call before; zero if there was none.
    pub(crate) fn new(latency: Duration) -> Self {
        Self { slowest: FIRST_PAGE_ESTIMATE, latency, arrived: 0, worked_on: 0, largest: 0 }
    }

    /// Notes that a page arrived `elapsed` after it was asked for, of which Okta took `latency`.
    pub(crate) fn arrive(&mut self, elapsed: Duration, latency: Duration) {
        self.slowest = if self.arrived == 0 { elapsed } else { self.slowest.max(elapsed) };
        self.latency = latency;
        self.arrived += 1;
    }

    /// Notes that work on a page begins.
    pub(crate) fn begin_page(&mut self) {
        self.worked_on += 1;
    }

    /// Notes that a page took so many bytes of the answer.
    pub(crate) fn end_page(&mut self, bytes: usize) {
        self.largest = self.largest.max(bytes);
    }

    /// Says whether a page that is asked for now is likely to arrive in time.
    pub(crate) fn has_time(&self, now: Instant, deadline: Instant) -> bool {
        now + self.slowest + PAGE_MARGIN < deadline
    }

    /// Returns the number of pages that will still fit into an answer of `written` bytes, beside
    /// `in_hand` bytes that are not written yet.
    pub(crate) fn room(&self, written: usize, in_hand: usize, max_bytes: usize) -> usize {
        let left = max_bytes.checked_sub(written + in_hand);
        let largest = self.largest.max(in_hand);
        left.map_or(0, |left| left.checked_div(largest).unwrap_or(usize::MAX))
    }

    /// Returns the number of a page's `records` that are expected to pass a test here, where
    /// `delivered` did so far.
    pub(crate) fn expected_to_pass(&self, records: u64, delivered: u64) -> u64 {
        match self.worked_on {
            0 => records,
            pages => delivered.div_ceil(pages).clamp(1, records.max(1)),
        }
    }

    /// Returns the number of lanes that pay: more than one while a page takes longer than the
    /// `spacing` that the rate budget demands between two requests. While the budget is unknown, one has to do.
    pub(crate) fn lanes_that_pay(&self, spacing: Option<Duration>, most: usize) -> usize {
        let Some(spacing) = spacing else { return 1 };
        let lanes =
            self.latency.as_micros().div_ceil(spacing.max(LATENCY_WORTH_A_LANE).as_micros());
        usize::try_from(lanes).unwrap_or(most).clamp(1, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn time_is_judged_by_the_slowest_page() {
        let now = Instant::now();
        let mut pace = Pace::new(Duration::ZERO);
        assert!(!pace.has_time(now, now + 2 * SECOND));
        pace.arrive(SECOND, SECOND);
        assert!(pace.has_time(now, now + 2 * SECOND));
        pace.arrive(SECOND / 10, SECOND / 10);
        assert!(!pace.has_time(now, now + SECOND));
    }

    #[test]
    fn room_is_counted_in_pages() {
        let mut pace = Pace::new(Duration::ZERO);
        assert_eq!(pace.room(900, 0, 1_000), usize::MAX);
        assert_eq!(pace.room(900, 101, 1_000), 0);
        pace.end_page(100);
        pace.end_page(50);
        assert_eq!(pace.room(700, 0, 1_000), 3);
        assert_eq!(pace.room(500, 200, 1_000), 1);
    }

    #[test]
    fn filtered_pages_deliver_what_they_did_before() {
        let mut pace = Pace::new(Duration::ZERO);
        assert_eq!(pace.expected_to_pass(200, 0), 200);
        pace.begin_page();
        pace.begin_page();
        assert_eq!(pace.expected_to_pass(200, 21), 11);
        assert_eq!(pace.expected_to_pass(200, 0), 1);
    }

    #[test]
    fn lanes_pay_while_pages_are_slower_than_the_budget() {
        let mut pace = Pace::new(Duration::ZERO);
        pace.arrive(SECOND, SECOND);
        assert_eq!(pace.lanes_that_pay(None, 4), 1);
        assert_eq!(pace.lanes_that_pay(Some(Duration::ZERO), 4), 4);
        assert_eq!(pace.lanes_that_pay(Some(2 * SECOND), 4), 1);
        assert_eq!(pace.lanes_that_pay(Some(SECOND / 2), 4), 2);
        assert_eq!(pace.lanes_that_pay(Some(SECOND / 100), 4), 4);
        pace.arrive(SECOND / 50, SECOND / 50);
        assert_eq!(pace.lanes_that_pay(Some(Duration::ZERO), 4), 1);
        // What the call before has met counts from the start.
        assert_eq!(Pace::new(SECOND).lanes_that_pay(Some(Duration::ZERO), 4), 4);
    }
}
