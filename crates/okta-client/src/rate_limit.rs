//! A budget for each of Okta's rate-limit buckets, so that this connection takes its share at most.
//!
//! Okta counts requests per bucket in fixed windows of 60 s and says in headers what the limit is,
//! what remains and when the window ends. The budget learns from these headers, allows a share of
//! the limit, and spreads the second half of the share over what is left of the window, so that small runs are not
//! slowed and a full stop is rare. Everything here is a pure function of what is passed in: no clock, no waiting.

mod headers;
mod window;

pub(crate) use headers::{Observation, retry_after, server_time};
pub use window::Lesson;

use crate::bucket::Bucket;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;
use window::{Slot, Window};

/// The time when a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Now. The request is counted as sent.
    Go,
    /// Not yet: ask again then.
    At(Instant),
}

/// The budgets of one connection, shared by all of its clients.
///
/// They rest on what Okta documents: a bucket has a fixed window of 60 s that starts with its first
/// request, and `X-Rate-Limit-Limit`, `-Remaining` and `-Reset` tell its state. While no header has told
/// the limit of a bucket, it is taken for the smallest one that Okta has published.
#[derive(Debug)]
pub struct RateLimits {
    percent: u32,
    windows: BTreeMap<Bucket, Window>,
}

impl RateLimits {
    /// Makes budgets that allow `percent` of each limit, from 1 to 100.
    pub fn new(percent: u32) -> Self {
        Self { percent: percent.clamp(1, 100), windows: BTreeMap::new() }
    }

    /// Changes the share from now on, in percent from 1 to 100.
    pub fn set_percent(&mut self, percent: u32) {
        self.percent = percent.clamp(1, 100);
    }

    /// Returns what a page token should carry. `wall_now` is our time of day in seconds since 1970.
    pub fn lessons(
        &self,
        now: Instant,
        wall_now: u64,
    ) -> impl Iterator<Item = (Bucket, Lesson)> + '_ {
        self.windows.iter().map(move |(&bucket, window)| (bucket, window.lesson(now, wall_now)))
    }

    /// Takes in what a page token carried, if it is possible and this process knows nothing of the window that
    /// is running. `wall_now` is our time of day in seconds since 1970.
    pub fn learn(&mut self, bucket: Bucket, lesson: Lesson, now: Instant, wall_now: u64) {
        self.window(bucket, now).learn(lesson, now, wall_now);
    }

    /// Asks if a request to `bucket` may go now, and counts it if so. Once less than half of the share is left, requests
    /// are spread over the rest of the window, unless that would keep this one beyond `latest`: what is left of the share is
    /// then spent at once. Requests for tokens, which are few and come one after the other, are not spread.
    pub(crate) fn admit(&mut self, bucket: Bucket, now: Instant, latest: Instant) -> Admission {
        let percent = self.percent;
        let window = self.window(bucket, now);
        match window.next_slot(percent, now) {
            Slot::Spent(until) if until > now => return Admission::At(until),
            Slot::Paced(slot) if bucket != Bucket::Token && slot > now && slot <= latest => {
                return Admission::At(slot);
            }
            Slot::Spent(_) | Slot::Paced(_) | Slot::Free => {}
        }
        window.send(now);
        Admission::Go
    }

    /// Takes in what an answer said, or that there was none. Each admitted request is settled once.
    pub(crate) fn settle(
        &mut self,
        bucket: Bucket,
        observation: Option<Observation>,
        skew: Option<i64>,
        now: Instant,
    ) {
        self.window(bucket, now).settle(observation, skew, now);
    }

    /// Takes in a 429: Okta refuses requests for `retry_after` or else, whatever was counted, until the window
    /// ends. Returns the time until then.
    pub(crate) fn exhaust(
        &mut self,
        bucket: Bucket,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> Duration {
        self.window(bucket, now).exhaust(retry_after, now)
    }

    /// Returns true if Okta itself, and not the share, keeps requests to `bucket` back.
    pub(crate) fn is_refused(&self, bucket: Bucket, now: Instant) -> bool {
        self.windows.get(&bucket).is_some_and(|window| window.is_refused(now))
    }

    /// Returns the time that is demanded now between two requests to `bucket`; none while the limit is unknown.
    pub(crate) fn spacing(&self, bucket: Bucket, now: Instant) -> Option<Duration> {
        self.windows.get(&bucket)?.spacing(self.percent, now)
    }

    /// Returns the part of the limit of `bucket` that is left in its window, in percent; none while the
    /// limit is unknown.
    pub(crate) fn remaining_percent(&self, bucket: Bucket) -> Option<u32> {
        self.windows.get(&bucket)?.remaining_percent()
    }

    fn window(&mut self, bucket: Bucket, now: Instant) -> &mut Window {
        self.windows.entry(bucket).or_insert_with(|| Window::unknown(now))
    }
}

#[cfg(test)]
mod tests {
    use super::headers::WINDOW;
    use super::window::{ASSUMED_LIMIT, FIRST_LOOK};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn observe(limit: u32, remaining: u32, reset: u64, ends_in: u64) -> Option<Observation> {
        Some(Observation { limit, remaining, reset, ends_in: Duration::from_secs(ends_in) })
    }

    #[test]
    fn a_share_is_spread_over_the_window_and_never_exceeded() {
        let start = Instant::now();
        for percent in [1, 10, 50, 75, 100] {
            let mut limits = RateLimits::new(percent);
            let (mut now, mut sent) = (start, 0u32);
            while now < start + Duration::from_secs(60) {
                match limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW) {
                    Admission::At(slot) => now = slot,
                    Admission::Go => {
                        sent += 1;
                        let elapsed = (now - start).as_secs();
                        let seen = observe(50, 50 - sent, 60, 61 - elapsed);
                        limits.settle(Bucket::Apps, seen, None, now);
                    }
                }
            }
            let share = (50 * percent / 100).max(1);
            assert_eq!(sent, share, "{percent} %");
        }
    }

    #[test]
    fn half_of_a_share_is_not_spread() {
        let now = Instant::now();
        let mut limits = RateLimits::new(100);
        limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW);
        limits.settle(Bucket::Apps, observe(10, 9, 60, 60), None, now);
        for sent in 2..=5 {
            assert_eq!(limits.spacing(Bucket::Apps, now), Some(Duration::ZERO), "{sent}");
            let admission = limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW);
            assert_eq!(admission, Admission::Go, "{sent}");
            limits.settle(Bucket::Apps, observe(10, 10 - sent, 60, 60), None, now);
        }
        // Five are left: as many as were sent.
        assert_eq!(limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW), Admission::Go);
        limits.settle(Bucket::Apps, observe(10, 4, 60, 60), None, now);
        let mut slots = Vec::new();
        let mut time = now;
        for sent in 7..=10 {
            match limits.admit(Bucket::Apps, time, now + WINDOW + WINDOW) {
                Admission::Go => panic!("request {sent} is not spread"),
                Admission::At(slot) => time = slot,
            }
            assert_eq!(limits.admit(Bucket::Apps, time, now + WINDOW + WINDOW), Admission::Go);
            let ends_in = 60 - (time - now).as_secs();
            limits.settle(Bucket::Apps, observe(10, 10 - sent, 60, ends_in), None, time);
            slots.push((time - now).as_secs());
        }
        assert_eq!(slots, [12, 24, 36, 48]);
    }

    /// A clock that is ahead makes a window seem to end early. One request finds that out.
    #[test]
    fn a_window_that_goes_on_is_waited_for() {
        let start = Instant::now();
        let mut limits = RateLimits::new(100);
        limits.admit(Bucket::Apps, start, start + WINDOW + WINDOW);
        limits.settle(Bucket::Apps, observe(10, 0, 60, 1), None, start);
        let end = start + WINDOW + SECOND;
        let (mut now, mut sent) = (start, 0);
        while now < end {
            match limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW) {
                Admission::At(slot) => now = slot,
                Admission::Go => {
                    sent += 1;
                    limits.settle(Bucket::Apps, observe(10, 0, 60, 1), None, now);
                }
            }
        }
        assert_eq!((sent, now), (1, end));
    }

    #[test]
    fn answers_without_headers_are_not_a_licence() {
        let start = Instant::now();
        let mut limits = RateLimits::new(50);
        let (mut now, mut sent) = (start, 0);
        while now < start + WINDOW {
            match limits.admit(Bucket::Devices, now, now + WINDOW + WINDOW) {
                Admission::At(slot) => now = slot,
                Admission::Go => {
                    sent += 1;
                    limits.settle(Bucket::Devices, None, None, now);
                }
            }
        }
        assert_eq!(sent, ASSUMED_LIMIT / 2);
    }

    #[test]
    fn others_who_use_the_credential_count() {
        let now = Instant::now();
        let mut limits = RateLimits::new(75);
        assert_eq!(limits.admit(Bucket::Users, now, now + WINDOW + WINDOW), Admission::Go);
        limits.settle(Bucket::Users, observe(100, 25, 60, 40), None, now);
        let stop = now + Duration::from_secs(40);
        assert_eq!(limits.admit(Bucket::Users, now, now + WINDOW + WINDOW), Admission::At(stop));
        assert_eq!(limits.admit(Bucket::Users, stop, stop + WINDOW + WINDOW), Admission::Go);
    }

    #[test]
    fn a_bucket_is_met_with_one_request() {
        let now = Instant::now();
        let mut limits = RateLimits::new(75);
        assert_eq!(limits.admit(Bucket::Users, now, now + WINDOW + WINDOW), Admission::Go);
        assert_eq!(
            limits.admit(Bucket::Users, now, now + WINDOW + WINDOW),
            Admission::At(now + FIRST_LOOK)
        );
        assert_eq!(limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW), Admission::Go);
    }

    #[test]
    fn lessons_outlive_the_process() {
        let now = Instant::now();
        let mut limits = RateLimits::new(50);
        limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW);
        limits.settle(Bucket::Apps, observe(50, 25, 1_060, 41), Some(-5), now);
        let lessons: Vec<_> = limits.lessons(now, 1_024).collect();
        let lesson = Lesson { limit: 50, spent: 25, reset: 1_060, skew: -5 };
        assert_eq!(lessons, [(Bucket::Apps, lesson)]);

        let mut other = RateLimits::new(50);
        other.learn(Bucket::Apps, lesson, now, 1_025);
        let stop = now + Duration::from_secs(42);
        assert_eq!(other.admit(Bucket::Apps, now, now + WINDOW + WINDOW), Admission::At(stop));

        let mut later = RateLimits::new(50);
        later.learn(Bucket::Apps, lesson, now, 1_067);
        assert_eq!(later.admit(Bucket::Apps, now, now + WINDOW + WINDOW), Admission::Go);
    }

    /// A page token comes back from outside.
    #[test]
    fn lessons_that_cannot_be_are_ignored() {
        const NOW: u64 = 1_000_000;
        let honest = Lesson { limit: 60, spent: 45, reset: NOW + 40, skew: 0 };
        let rows = [
            (honest, true),
            (Lesson { reset: NOW + 60, ..honest }, true),
            (Lesson { limit: 1_000_000, ..honest }, true),
            (Lesson { limit: 0, spent: 20, ..honest }, true),
            (Lesson { skew: 86_400, reset: NOW + 86_440, ..honest }, true),
            (Lesson { limit: u32::MAX, spent: 0, ..honest }, false),
            (Lesson { limit: 1_000_001, ..honest }, false),
            (Lesson { spent: 61, ..honest }, false),
            (Lesson { limit: 0, spent: u32::MAX, ..honest }, false),
            (Lesson { reset: NOW + 70, ..honest }, false),
            (Lesson { reset: u64::MAX, ..honest }, false),
            (Lesson { skew: 86_401, reset: NOW + 86_441, ..honest }, false),
            (Lesson { skew: i64::MIN, reset: 0, ..honest }, false),
            (Lesson { skew: i64::MAX, reset: u64::MAX, ..honest }, false),
        ];
        let now = Instant::now();
        for (lesson, is_taken) in rows {
            let mut limits = RateLimits::new(75);
            limits.learn(Bucket::Apps, lesson, now, NOW);
            let learned = limits.lessons(now, NOW).any(|(_, known)| known.spent > 0);
            let has_limit = limits.spacing(Bucket::Apps, now).is_some();
            assert_eq!((learned || has_limit), is_taken, "{lesson:?}");
        }
    }

    #[test]
    fn a_lesson_never_loosens_a_known_window() {
        const NOW: u64 = 1_000_000;
        let now = Instant::now();
        let known = || {
            let mut limits = RateLimits::new(75);
            limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW);
            limits.settle(Bucket::Apps, observe(60, 15, NOW + 30, 31), Some(0), now);
            limits
        };
        let mut untaught = known();
        let stop = untaught.admit(Bucket::Apps, now, now + WINDOW + WINDOW);
        assert_eq!(stop, Admission::At(now + Duration::from_secs(31)));
        for lesson in [
            Lesson { limit: 100_000, spent: 1, reset: NOW + 60, skew: 0 },
            Lesson { limit: 60, spent: 1, reset: NOW + 60, skew: 0 },
            Lesson { limit: 60, spent: 60, reset: NOW + 60, skew: 0 },
            Lesson { limit: 60, spent: 1, reset: NOW + 1, skew: 0 },
            Lesson { limit: 100_000, spent: 0, reset: NOW + 30, skew: 0 },
        ] {
            let mut limits = known();
            limits.learn(Bucket::Apps, lesson, now, NOW);
            assert_eq!(limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW), stop, "{lesson:?}");
        }
        // In the next window the limit is still known.
        let mut limits = known();
        let later = now + Duration::from_secs(40);
        let lesson = Lesson { limit: 100_000, spent: 20, reset: NOW + 90, skew: 0 };
        limits.learn(Bucket::Apps, lesson, later, NOW + 40);
        let known: Vec<_> = limits.lessons(later, NOW + 40).collect();
        assert!(matches!(known[..], [(Bucket::Apps, Lesson { limit: 60, .. })]), "{known:?}");
    }

    #[test]
    fn what_is_told_can_always_be() {
        let now = Instant::now();
        let mut limits = RateLimits::new(75);
        limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW);
        limits.settle(Bucket::Apps, None, None, now);
        limits.exhaust(Bucket::Apps, None, now);
        limits.admit(Bucket::Users, now, now + WINDOW + WINDOW);
        limits.settle(Bucket::Users, observe(60, 0, u64::MAX, 61), Some(0), now);
        let mut other = RateLimits::new(75);
        for (bucket, lesson) in limits.lessons(now, 1_000) {
            other.learn(bucket, lesson, now, 1_000);
            let Admission::At(_) = other.admit(bucket, now, now + WINDOW + WINDOW) else {
                panic!("{lesson:?} was not taken in");
            };
        }
    }

    #[test]
    fn a_refusal_ends_with_its_window_or_when_it_says() {
        let now = Instant::now();
        let seconds = Duration::from_secs;
        let rows = [
            // Retry-After, the window's headers, the time that it takes
            (Some(seconds(2)), None, seconds(2)),
            (Some(seconds(0)), None, seconds(1)),
            (Some(seconds(7_200)), None, seconds(60)),
            (None, None, seconds(60)),
            (None, observe(60, 0, 1_030, 31), seconds(31)),
            (Some(seconds(2)), observe(60, 30, 1_030, 31), seconds(2)),
        ];
        for (retry_after, seen, expected) in rows {
            let mut limits = RateLimits::new(75);
            limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW);
            limits.settle(Bucket::Apps, seen, None, now);
            assert!(!limits.is_refused(Bucket::Apps, now));
            assert_eq!(limits.exhaust(Bucket::Apps, retry_after, now), expected);
            assert!(limits.is_refused(Bucket::Apps, now));
            let later = now + expected;
            assert!(!limits.is_refused(Bucket::Apps, later));
            assert_eq!(
                limits.admit(Bucket::Apps, now, now + WINDOW + WINDOW),
                Admission::At(later),
                "{retry_after:?} {seen:?}"
            );
        }
    }

    #[test]
    fn requests_for_tokens_are_not_spread() {
        let now = Instant::now();
        for seen in [None, observe(20, 20, 1_060, 61)] {
            let mut limits = RateLimits::new(75);
            let mut sent = 0;
            while limits.admit(Bucket::Token, now, now + WINDOW + WINDOW) == Admission::Go {
                sent += 1;
                limits.settle(Bucket::Token, seen, None, now);
            }
            assert_eq!(sent, 15);
        }
    }
}
