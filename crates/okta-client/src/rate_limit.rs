//! A budget for each of Okta's rate-limit buckets, so that this connection takes its share at most.
//!
//! Okta counts requests per bucket in fixed windows of 60 s and says in headers what the limit is,
//! what remains and when the window ends. The budget learns from these headers, allows a share of
//! the limit, and spreads what is left of the share over what is left of the window, so that a full
//! stop is rare. Everything here is a pure function of what is passed in: no clock, no waiting.
//!
//! Facts that shape the code:
//!
//! * Headers may come twice, with different values. The more careful reading counts.
//! * `Reset` is in seconds of Okta's clock, so it is compared with the `Date` of the same answer.
//!   Both are cut to seconds; a second is added so that the old window has really ended.
//! * A 429 with limit 0 and remaining 0 tells of too many simultaneous requests. It says nothing
//!   about the window.

use http::HeaderMap;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// The length of a window.
pub const WINDOW: Duration = Duration::from_secs(60);

const SECOND: Duration = Duration::from_secs(1);

/// A bucket: the paths that share one limit. Limits are the org's alone to know; headers tell them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    /// `/api/v1/users`, and what hangs below one user.
    Users,
    /// `/api/v1/users/{id}`
    User,
    /// `/api/v1/groups`, and what hangs below one group.
    Groups,
    /// `/api/v1/groups/{id}`
    Group,
    /// `/api/v1/apps`, and what hangs below one application. The tightest of all.
    Apps,
    /// `/api/v1/apps/{id}`
    App,
    /// `/api/v1/devices`, and what hangs below it.
    Devices,
    /// Everything else under `/api/v1`.
    Other,
    /// `/oauth2/v1/token`
    Token,
}

impl Bucket {
    /// Every bucket, with the number under which a page token knows it.
    pub const ALL: [(u8, Self); 9] = [
        (0, Self::Users),
        (1, Self::User),
        (2, Self::Groups),
        (3, Self::Group),
        (4, Self::Apps),
        (5, Self::App),
        (6, Self::Devices),
        (7, Self::Other),
        (8, Self::Token),
    ];

    /// The bucket that a request for `path` spends from.
    pub fn of(path: &str) -> Self {
        let mut segments = path.trim_start_matches("/api/v1/").split('/');
        let collection = segments.next().unwrap_or_default();
        let item = segments.next().is_some();
        let below = segments.next().is_some();
        match (collection, item && !below) {
            ("users", true) => Self::User,
            ("users", false) => Self::Users,
            // `/groups/rules` is a listing, whatever it looks like.
            ("groups", true) if path != "/api/v1/groups/rules" => Self::Group,
            ("groups", _) => Self::Groups,
            ("apps", true) => Self::App,
            ("apps", false) => Self::Apps,
            ("devices", _) => Self::Devices,
            _ if path == "/oauth2/v1/token" => Self::Token,
            _ => Self::Other,
        }
    }
}

/// What the headers of one answer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Requests allowed in the window.
    pub limit: u32,
    /// Requests left in the window, for all who use this credential.
    pub remaining: u32,
    /// The end of the window in seconds of Okta's clock: tells one window from the next.
    pub reset: u64,
    /// How long until the window has certainly ended.
    pub ends_in: Duration,
}

impl Observation {
    /// Reads the headers; `wall_now` (seconds since 1970) stands in where `Date` is missing.
    ///
    /// None if they are missing, or tell of the concurrency limit.
    pub fn read(headers: &HeaderMap, wall_now: u64) -> Option<Self> {
        let limit = numbers(headers, "x-rate-limit-limit").min()?;
        let remaining = numbers(headers, "x-rate-limit-remaining").min()?;
        let reset = numbers(headers, "x-rate-limit-reset").max()?;
        if limit == 0 {
            return None;
        }
        let now = server_time(headers).unwrap_or(wall_now);
        // A Reset in the past means that the window has ended; one far ahead is not believed.
        let seconds = reset.saturating_sub(now).min(WINDOW.as_secs()) + 1;
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Some(Self {
            limit: small(limit),
            remaining: small(remaining.min(limit)),
            reset,
            ends_in: Duration::from_secs(seconds),
        })
    }

    /// Whether the headers are the signature of the limit on simultaneous requests.
    pub fn is_concurrency_limit(headers: &HeaderMap) -> bool {
        numbers(headers, "x-rate-limit-limit").min() == Some(0)
            && numbers(headers, "x-rate-limit-remaining").min() == Some(0)
    }
}

/// Every number under `name`: headers may be repeated or folded into one line.
fn numbers(headers: &HeaderMap, name: &str) -> impl Iterator<Item = u64> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|value| value.trim().parse().ok())
}

/// The `Date` header in seconds since 1970.
pub fn server_time(headers: &HeaderMap) -> Option<u64> {
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    u64::try_from(parser.parse_timestamp(date).ok()?.as_second()).ok()
}

/// What was learned of one bucket, in a form that outlives a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The limit; zero if no answer has told it.
    pub limit: u32,
    /// Requests spent in the window.
    pub spent: u32,
    /// The end of the window in seconds of Okta's clock.
    pub reset: u64,
    /// Okta's clock minus ours, in seconds.
    pub skew: i64,
}

/// When a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Now. The request is counted as sent.
    Go,
    /// Not yet: ask again then.
    At(Instant),
}

/// The budgets of one connection.
#[derive(Debug)]
pub struct RateLimits {
    percent: u32,
    windows: BTreeMap<Bucket, Window>,
}

#[derive(Clone, Debug)]
struct Window {
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
    /// When an answer first named this `reset`: the window ends 60 s later at the latest.
    met: Instant,
    /// Whether the window was taken for ended since the last answer.
    rolled: bool,
}

/// What is assumed of a bucket whose answers name no limit: the smallest one that Okta has
/// published for an org.
const ASSUMED_LIMIT: u32 = 20;

/// When a bucket has room for a request.
enum Slot {
    /// At any time.
    Free,
    /// At any time, but better then.
    Paced(Instant),
    /// Not before then.
    Spent(Instant),
}

/// Between two looks at a bucket whose limit is still unknown while its first request is on its way.
const FIRST_LOOK: Duration = Duration::from_millis(20);

impl RateLimits {
    /// Budgets that allow `percent` of each limit, 1 to 100.
    pub fn new(percent: u32) -> Self {
        Self { percent: percent.clamp(1, 100), windows: BTreeMap::new() }
    }

    /// Changes the share from now on.
    pub fn set_percent(&mut self, percent: u32) {
        self.percent = percent.clamp(1, 100);
    }

    /// Asks whether a request to `bucket` may go now, and counts it if so. The requests of a window are
    /// spread over it, unless that would keep this one beyond `latest`: what is left of the share is
    /// then spent at once.
    pub fn admit(&mut self, bucket: Bucket, now: Instant, latest: Instant) -> Admission {
        let percent = self.percent;
        let window = self.windows.entry(bucket).or_insert_with(|| Window::unknown(now));
        window.roll(now);
        match window.next_slot(percent, now) {
            Slot::Spent(until) if until > now => return Admission::At(until),
            Slot::Paced(slot) if slot > now && slot <= latest => return Admission::At(slot),
            Slot::Spent(_) | Slot::Paced(_) | Slot::Free => {}
        }
        window.in_flight += 1;
        window.last_sent = Some(now);
        Admission::Go
    }

    /// Takes in what an answer said, or that there was none. Each admitted request is settled once.
    pub fn settle(
        &mut self,
        bucket: Bucket,
        observation: Option<Observation>,
        skew: Option<i64>,
        now: Instant,
    ) {
        let window = self.windows.entry(bucket).or_insert_with(|| Window::unknown(now));
        window.roll(now);
        window.in_flight = window.in_flight.saturating_sub(1);
        window.skew = skew.unwrap_or(window.skew);
        let Some(seen) = observation else {
            if window.spent == 0 {
                // If this request began the window, it did so before now.
                window.ends = window.ends.max(now + WINDOW);
            }
            window.spent = window.spent.saturating_add(1);
            return;
        };
        let used = seen.limit - seen.remaining;
        window.ends = now + seen.ends_in;
        if seen.reset > window.reset {
            window.spent = used.max(1);
            window.reset = seen.reset;
            window.met = now;
        } else {
            window.spent = window.spent.saturating_add(1).max(used);
            if window.rolled {
                // It had not ended, so `Date` cannot be trusted for its end.
                window.ends = window.ends.max(window.met + WINDOW + SECOND);
            }
        }
        window.rolled = false;
        window.limit = Some(seen.limit);
    }

    /// How far apart requests to `bucket` are when they use the whole share; none while the limit
    /// is unknown.
    pub fn spacing(&self, bucket: Bucket) -> Option<Duration> {
        let limit = self.windows.get(&bucket)?.limit?;
        Some(WINDOW / share(limit, self.percent))
    }

    /// How much of the limit of `bucket` is left in its window, in percent; none while the limit is
    /// unknown.
    pub fn remaining_percent(&self, bucket: Bucket) -> Option<u32> {
        let window = self.windows.get(&bucket)?;
        let limit = u64::from(window.limit?).max(1);
        let left = limit.saturating_sub(u64::from(window.spent));
        u32::try_from(left * 100 / limit).ok()
    }

    /// A 429 says that the window is used up, whatever was counted.
    pub fn exhaust(&mut self, bucket: Bucket, now: Instant) -> Duration {
        let window = self.windows.entry(bucket).or_insert_with(|| Window::unknown(now));
        window.spent = window.limit.unwrap_or(u32::MAX).max(window.spent);
        window.ends = window.ends.max(now + SECOND);
        window.ends.saturating_duration_since(now)
    }

    /// What a page token should carry. `wall_now` is our time of day.
    pub fn lessons(
        &self,
        now: Instant,
        wall_now: u64,
    ) -> impl Iterator<Item = (Bucket, Lesson)> + '_ {
        self.windows.iter().map(move |(&bucket, window)| {
            let spent = match window.ends > now {
                true => window.spent.saturating_add(window.in_flight),
                false => 0,
            };
            let reset = match window.limit {
                Some(_) if !window.rolled => window.reset,
                // No answer has told the end of this window; this is the one that is assumed.
                _ => {
                    let server_now = wall_now.saturating_add_signed(window.skew);
                    server_now.saturating_add(window.ends.saturating_duration_since(now).as_secs())
                }
            };
            let limit = window.limit.unwrap_or(0);
            (bucket, Lesson { limit, spent, reset, skew: window.skew })
        })
    }

    /// Takes in what a page token carried, unless this process knows as much already.
    pub fn learn(&mut self, bucket: Bucket, lesson: Lesson, now: Instant, wall_now: u64) {
        let server_now = wall_now.saturating_add_signed(lesson.skew);
        // Three times of day were cut to seconds to come to this, so it may be two seconds early.
        let seconds =
            lesson.reset.saturating_add(2).saturating_sub(server_now).min(WINDOW.as_secs() + 2);
        let known = self.windows.get(&bucket);
        let newer =
            known.is_none_or(|window| window.limit.is_none() || window.reset < lesson.reset);
        if !newer {
            return;
        }
        let window = self.windows.entry(bucket).or_insert_with(|| Window::unknown(now));
        if seconds == 0 || lesson.spent == 0 {
            // The window is over; the limit will be the same.
            window.limit = window.limit.or(Some(lesson.limit).filter(|&limit| limit > 0));
            window.rolled = true;
            return;
        }
        window.limit = Some(lesson.limit).filter(|&limit| limit > 0).or(window.limit);
        window.spent = window.spent.max(lesson.spent);
        window.reset = lesson.reset;
        window.skew = lesson.skew;
        window.ends = now + Duration::from_secs(seconds);
        window.met = now;
        window.rolled = false;
    }
}

/// The requests of a window that the connection may send. A share below one request would never ask
/// anything; a limit of one is still kept.
fn share(limit: u32, percent: u32) -> u32 {
    let share = u64::from(limit) * u64::from(percent) / 100;
    u32::try_from(share.max(1)).unwrap_or(u32::MAX)
}

impl Window {
    fn unknown(now: Instant) -> Self {
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
        }
    }

    /// Starts a new window if this one has ended. Its true end is learned from its first answer.
    fn roll(&mut self, now: Instant) {
        if now >= self.ends {
            self.spent = 0;
            self.ends = now + WINDOW;
            self.rolled = true;
        }
    }

    /// When the next request may go.
    fn next_slot(&self, percent: u32, now: Instant) -> Slot {
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
        let spacing = self.ends.saturating_duration_since(now) / left;
        self.last_sent.map_or(Slot::Free, |sent| Slot::Paced(sent + spacing.min(WINDOW / share)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(rows: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in rows {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    const DATE: (&str, &str) = ("date", "Thu, 01 Jan 1970 00:16:40 GMT"); // 1,000 s

    #[test]
    fn buckets() {
        let rows = [
            ("/api/v1/users", Bucket::Users),
            ("/api/v1/users/00u1", Bucket::User),
            ("/api/v1/users/00u1/appLinks", Bucket::Users),
            ("/api/v1/groups", Bucket::Groups),
            ("/api/v1/groups/rules", Bucket::Groups),
            ("/api/v1/groups/00g1", Bucket::Group),
            ("/api/v1/groups/00g1/apps", Bucket::Groups),
            ("/api/v1/apps", Bucket::Apps),
            ("/api/v1/apps/0oa1", Bucket::App),
            ("/api/v1/apps/0oa1/users", Bucket::Apps),
            ("/api/v1/devices/guo1", Bucket::Devices),
            ("/api/v1/meta/types/user", Bucket::Other),
            ("/oauth2/v1/token", Bucket::Token),
            ("/.well-known/okta-organization", Bucket::Other),
        ];
        for (path, bucket) in rows {
            assert_eq!(Bucket::of(path), bucket, "{path}");
        }
    }

    #[test]
    fn observations() {
        let all = |limit, remaining, reset| {
            headers(&[
                DATE,
                ("x-rate-limit-limit", limit),
                ("x-rate-limit-remaining", remaining),
                ("x-rate-limit-reset", reset),
            ])
        };
        let seen = |headers: &HeaderMap| {
            Observation::read(headers, 0)
                .map(|seen| (seen.limit, seen.remaining, seen.ends_in.as_secs()))
        };
        assert_eq!(seen(&all("600", "599", "1030")), Some((600, 599, 31)));
        assert_eq!(seen(&all("600,500", "9, 12", "1010,1020")), Some((500, 9, 21)));
        assert_eq!(seen(&all("600", "0", "900")), Some((600, 0, 1)));
        assert_eq!(seen(&all("600", "0", "99999")), Some((600, 0, 61)));
        assert_eq!(seen(&all("10", "20", "1001")), Some((10, 10, 2)));
        assert_eq!(seen(&all("0", "0", "1030")), None);
        assert!(Observation::is_concurrency_limit(&all("0", "0", "1030")));
        assert!(!Observation::is_concurrency_limit(&all("600", "0", "1030")));
        assert_eq!(seen(&all("x", "0", "1030")), None);
        assert_eq!(seen(&headers(&[DATE])), None);
        let mut twice = all("600", "599", "1030");
        twice.append("x-rate-limit-remaining", "100".parse().unwrap());
        assert_eq!(seen(&twice), Some((600, 100, 31)));
        let mut dateless = all("600", "599", "1030");
        dateless.remove("date");
        assert_eq!(Observation::read(&dateless, 1_025).unwrap().ends_in.as_secs(), 6);
    }

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
}
