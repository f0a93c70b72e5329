//! The window of one bucket: requests spent, requests on their way, and when the next one may go.

use super::headers::{Observation, WINDOW};
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// The limit that is assumed of a bucket whose answers name none: the smallest one that Okta has
/// published for an org.
pub(super) const ASSUMED_LIMIT: u32 = 20;

/// The time between two looks at a bucket whose limit is still unknown while its first request is on its
/// way.
pub(super) const FIRST_LOOK: Duration = Duration::from_millis(20);

/// The largest limit that a lesson may tell. Okta's largest published one, with its largest multiplier, is smaller.
const MAX_LIMIT: u32 = 1_000_000;

/// The largest difference between two clocks, in seconds, that a lesson may tell: a day.
const MAX_SKEW: u64 = 24 * 60 * 60;

/// Three times of day are cut to seconds until a lesson is taken in, so its window may end so many seconds later.
const CUT_OFF: u64 = 2;

/// The state of one bucket in a form that outlives a process.
///
/// It comes back from outside, so it is believed only as far as it is possible, and never loosens what this
/// process knows of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Requests allowed in a window; zero if no answer has told it.
    pub limit: u32,
    /// Requests spent in the window.
    pub spent: u32,
    /// The end of the window in seconds of Okta's clock, since 1970.
    pub reset: u64,
    /// Okta's clock minus ours, in seconds.
    pub skew: i64,
}

impl Lesson {
    /// Returns the seconds until the window has certainly ended; none if there can be no such window.
    fn seconds_left(&self, wall_now: u64) -> Option<u64> {
        let most = if self.limit > 0 { self.limit } else { ASSUMED_LIMIT };
        let server_now = wall_now.saturating_add_signed(self.skew);
        let seconds = self.reset.saturating_add(CUT_OFF).saturating_sub(server_now);
        let longest = WINDOW.as_secs() + CUT_OFF;
        // The clocks of two machines differ by a little.
        let is_possible = self.limit <= MAX_LIMIT
            && self.spent <= most
            && self.skew.unsigned_abs() <= MAX_SKEW
            && seconds <= longest + CUT_OFF;
        is_possible.then_some(seconds.min(longest))
    }
}

/// The window of a bucket that is running, or that is taken to run.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// Known once a header told it.
    limit: Option<u32>,
    /// Requests spent, as headers told it or as we counted, whichever is more.
    spent: u32,
    /// Requests on their way: not yet in any header.
    in_flight: u32,
    last_sent: Option<Instant>,
    reset: u64,
    skew: i64,
    ends: Instant,
    /// The time when an answer first named this `reset`: the window ends 60 s later at the latest.
    met: Instant,
    /// True if the window was taken for ended since the last answer.
    rolled: bool,
    /// The time until which Okta refuses requests, as a 429 said.
    refused_until: Option<Instant>,
}

/// The room that a bucket has for a request.
pub(super) enum Slot {
    /// At any time.
    Free,
    /// At any time, but better then.
    Paced(Instant),
    /// Not before then.
    Spent(Instant),
}

impl Window {
    /// Begins a window of which nothing is known.
    pub(super) fn unknown(now: Instant) -> Self {
        Self {
            limit: None,
            spent: 0,
            in_flight: 0,
            last_sent: None,
            reset: 0,
            skew: 0,
            ends: now + WINDOW,
            met: now,
            rolled: false,
            refused_until: None,
        }
    }

    /// Begins a new window if this one has ended. Its true end is learned from its first answer.
    fn roll(&mut self, now: Instant) {
        if now >= self.ends {
            self.spent = 0;
            self.ends = now + WINDOW;
            self.rolled = true;
        }
    }

    /// Returns when the next request may go, if `percent` of the limit may be used.
    pub(super) fn next_slot(&mut self, percent: u32, now: Instant) -> Slot {
        self.roll(now);
        if let Some(until) = self.refused_until.filter(|&until| now < until) {
            return Slot::Spent(until);
        }
        let limit = match self.limit {
            Some(limit) => limit,
            // The first answer tells the limit; until then one request is enough.
            None if self.in_flight > 0 => return Slot::Spent(now + FIRST_LOOK),
            None if self.spent == 0 => return Slot::Free,
            None => ASSUMED_LIMIT,
        };
        let share = share(limit, percent);
        let spent = self.spent.saturating_add(self.in_flight);
        let left = share.saturating_sub(spent);
        if left == 0 {
            return Slot::Spent(self.ends);
        }
        let spacing = self.spacing_of(left, share, now);
        if spacing.is_zero() {
            return Slot::Free;
        }
        // The first request after a refusal goes when Okta said.
        let last_sent =
            self.last_sent.filter(|&sent| self.refused_until.is_none_or(|it| sent >= it));
        last_sent.map_or(Slot::Free, |sent| Slot::Paced(sent + spacing))
    }

    /// Returns the time between two requests that spreads what is `left` of a share over what is left of the window.
    /// A run that needs no more than half of a share is not slowed.
    fn spacing_of(&self, left: u32, share: u32, now: Instant) -> Duration {
        match left >= share - left {
            true => Duration::ZERO,
            // The last of them goes before the window ends.
            false => self.ends.saturating_duration_since(now) / left.saturating_add(1),
        }
    }

    /// Counts a request that goes now.
    pub(super) fn send(&mut self, now: Instant) {
        self.in_flight += 1;
        self.last_sent = Some(now);
    }

    /// Takes in the end of a request: what its answer told, if there was one that told something.
    pub(super) fn settle(
        &mut self,
        observation: Option<Observation>,
        skew: Option<i64>,
        now: Instant,
    ) {
        self.roll(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        self.skew = skew.unwrap_or(self.skew);
        let Some(seen) = observation else {
            if self.spent == 0 {
                // If this request began the window, it did so before now.
                self.ends = self.ends.max(now + WINDOW);
            }
            self.spent = self.spent.saturating_add(1);
            return;
        };
        let used = seen.limit - seen.remaining;
        self.ends = now + seen.ends_in;
        if seen.reset > self.reset {
            self.spent = used.max(1);
            self.reset = seen.reset;
            self.refused_until = None;
            self.met = now;
        } else {
            self.spent = self.spent.saturating_add(1).max(used);
            if self.rolled {
                // It had not ended, so `Date` cannot be trusted for its end.
                self.ends = self.ends.max(self.met + WINDOW + SECOND);
            }
        }
        self.rolled = false;
        self.limit = Some(seen.limit);
    }

    /// Takes in that Okta refuses requests: for `retry_after`, but no longer than a window, or else until this
    /// window, which is then used up, ends. Returns the time until then.
    pub(super) fn exhaust(&mut self, retry_after: Option<Duration>, now: Instant) -> Duration {
        let until = match retry_after {
            Some(after) => now + after.clamp(SECOND, WINDOW),
            None => {
                self.spent = self.limit.unwrap_or(u32::MAX).max(self.spent);
                self.ends = self.ends.max(now + SECOND);
                self.ends
            }
        };
        self.refused_until = Some(until);
        until.saturating_duration_since(now)
    }

    /// Returns true if Okta itself refuses requests now.
    pub(super) fn is_refused(&self, now: Instant) -> bool {
        self.refused_until.is_some_and(|until| now < until)
    }

    /// Returns the time between two requests that `percent` of the limit demands now; none while it is unknown.
    pub(super) fn spacing(&self, percent: u32, now: Instant) -> Option<Duration> {
        let share = share(self.limit?, percent);
        let spent = match now < self.ends {
            true => self.spent.saturating_add(self.in_flight),
            false => 0,
        };
        Some(self.spacing_of(share.saturating_sub(spent), share, now))
    }

    /// Returns the part of the limit that is left, in percent; none while it is unknown.
    pub(super) fn remaining_percent(&self) -> Option<u32> {
        let limit = u64::from(self.limit?).max(1);
        let left = limit.saturating_sub(u64::from(self.spent));
        u32::try_from(left * 100 / limit).ok()
    }

    /// Returns what another process should know. `wall_now` is our time of day in seconds since 1970.
    pub(super) fn lesson(&self, now: Instant, wall_now: u64) -> Lesson {
        // What headers and refusals tell may be more than there can be.
        let most = self.limit.unwrap_or(ASSUMED_LIMIT);
        let spent = match self.ends > now {
            true => self.spent.saturating_add(self.in_flight).min(most),
            false => 0,
        };
        let server_now = wall_now.saturating_add_signed(self.skew);
        let reset = match self.limit {
            Some(_) if !self.rolled => self.reset.min(server_now.saturating_add(WINDOW.as_secs())),
            // No answer has told the end of this window; this is the one that is assumed.
            _ => server_now.saturating_add(self.ends.saturating_duration_since(now).as_secs()),
        };
        Lesson { limit: self.limit.unwrap_or(0), spent, reset, skew: self.skew }
    }

    /// Takes in what another process knew, if it is possible and this process knows nothing of the window that is
    /// running.
    pub(super) fn learn(&mut self, lesson: Lesson, now: Instant, wall_now: u64) {
        self.roll(now);
        let is_known = self.limit.is_some() && !self.rolled;
        let Some(seconds) = lesson.seconds_left(wall_now).filter(|_| !is_known) else { return };
        let limit = Some(lesson.limit).filter(|&limit| limit > 0);
        self.limit = [self.limit, limit].into_iter().flatten().min();
        if seconds == 0 || lesson.spent == 0 {
            // That window is over; the limit will be the same.
            self.rolled = true;
            return;
        }
        let ends = now + Duration::from_secs(seconds);
        let is_unused = self.spent == 0 && self.in_flight == 0;
        self.ends = if is_unused { ends } else { self.ends.max(ends) };
        self.spent = self.spent.max(lesson.spent);
        self.reset = self.reset.max(lesson.reset);
        self.skew = lesson.skew;
        self.met = now;
        self.rolled = false;
    }
}

/// Returns the requests of a window that the connection may send. A share below one request would never
/// ask anything; a limit of one is still kept.
fn share(limit: u32, percent: u32) -> u32 {
    let share = u64::from(limit) * u64::from(percent) / 100;
    u32::try_from(share.max(1)).unwrap_or(u32::MAX)
}
