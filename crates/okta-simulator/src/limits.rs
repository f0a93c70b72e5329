//! Rate limits: windows of sixty seconds per bucket, and a limit on requests in flight.
//!
//! A window starts with the first request and not with the minute. One principal, which is an API token or a client,
//! may use a share of what the org has; what others of the org use up can make it less, never more.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};

use crate::bucket::Bucket;

/// The limits that an org enforces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// The subscription, which decides the size of each bucket.
    pub subscription: Subscription,
    /// The numbers of the subscription are multiplied by this.
    pub multiplier: u32,
    /// The share of a bucket that one principal may use, in percent. Headers show the share, not the whole.
    pub share_percent: u32,
    /// Requests per minute that other clients of the org send to each bucket, evenly spread.
    pub others_per_minute: u32,
    /// So many requests of the org may be in flight at once.
    pub concurrency: usize,
}

/// An org has one of these subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// Workforce Identity.
    Workforce,
    /// Customer Identity, enterprise.
    CustomerIdentity,
    /// The free one for integrators.
    IntegratorFree,
    /// None that Okta sells: each bucket has this size.
    Uniform {
        /// Requests per minute of the whole org.
        per_minute: u32,
    },
}

impl Default for RateLimits {
    /// Returns what a paying workforce org has.
    fn default() -> Self {
        Self {
            subscription: Subscription::Workforce,
            multiplier: 1,
            share_percent: 50,
            others_per_minute: 0,
            concurrency: 75,
        }
    }
}

impl RateLimits {
    /// Returns limits that no test meets by accident: a workforce org, a thousand times over.
    pub fn generous() -> Self {
        Self { multiplier: 1000, concurrency: usize::MAX, ..Self::default() }
    }

    fn of_org(&self, bucket: &Bucket) -> u64 {
        let per_minute = match self.subscription {
            Subscription::Workforce => bucket.workforce,
            Subscription::CustomerIdentity => bucket.customer_identity,
            Subscription::IntegratorFree => bucket.integrator_free,
            Subscription::Uniform { per_minute } => per_minute,
        };
        u64::from(per_minute) * u64::from(self.multiplier)
    }

    fn of_principal(&self, bucket: &Bucket) -> u64 {
        (self.of_org(bucket) * u64::from(self.share_percent) / 100).max(1)
    }
}

/// Who is counted: a client by its id, an API token by a name that does not give it away, and nobody, who is empty, where
/// no credential is asked for.
pub(crate) type Principal = Arc<str>;

/// The use that one principal made of a bucket in one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowUsage {
    /// The bucket, named by its path.
    pub bucket: &'static str,
    /// The id of the client, or the name of the API token, such as `API token 1`. Empty where none is asked for.
    pub principal: Arc<str>,
    /// The first request of the window came then, from whomever.
    pub started: Timestamp,
    /// The principal may send so many requests in it.
    pub limit: u64,
    /// So many were let through.
    pub used: u64,
    /// So many were refused with 429.
    pub rejected: u64,
}

/// The three rate-limit headers say this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    pub(crate) reset: Timestamp,
}

/// The windows of an org.
#[derive(Clone, Debug)]
pub(crate) struct Limiter {
    pub(crate) limits: RateLimits,
    /// The use of all windows so far, in the order in which it began.
    pub(crate) windows: Vec<WindowUsage>,
    /// The current window of each bucket.
    current: BTreeMap<&'static str, Window>,
    /// The times at which the requests that were let through will have been answered.
    in_flight: Vec<Timestamp>,
}

/// A window that runs.
#[derive(Clone, Debug)]
struct Window {
    started: Timestamp,
    /// The indices of the use that was made of it.
    usage: Vec<usize>,
}

const WINDOW: SignedDuration = SignedDuration::from_secs(60);

impl Limiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, windows: Vec::new(), current: BTreeMap::new(), in_flight: Vec::new() }
    }

    /// Counts a request, or refuses it.
    pub(crate) fn admit(
        &mut self,
        bucket: &Bucket,
        principal: &Principal,
        now: Timestamp,
    ) -> Result<Quota, Quota> {
        self.in_flight.retain(|&until| until > now);
        let of_org = self.limits.of_org(bucket);
        let others = u64::from(self.limits.others_per_minute);
        let concurrency_exceeded = self.in_flight.len() >= self.limits.concurrency;

        let (started, used_by_all, usage) = self.usage(bucket, principal, now);
        let limit = usage.limit;
        let reset = started + WINDOW;
        if concurrency_exceeded {
            usage.rejected += 1;
            return Err(Quota { limit: 0, remaining: 0, reset });
        }
        let elapsed = now.duration_since(started).as_millis().max(0) as u64;
        let used_by_others = others * elapsed / 60_000;
        let left_to_org = of_org.saturating_sub(used_by_all + used_by_others);
        let remaining = limit.saturating_sub(usage.used).min(left_to_org);
        match remaining.checked_sub(1) {
            Some(remaining) => {
                usage.used += 1;
                Ok(Quota { limit, remaining, reset })
            }
            None => {
                usage.rejected += 1;
                Err(Quota { limit, remaining: 0, reset })
            }
        }
    }

    /// Returns the use of the windows that run at a time.
    pub(crate) fn windows_at(&self, now: Timestamp) -> impl Iterator<Item = &WindowUsage> {
        let runs = move |window: &&Window| now < window.started + WINDOW;
        let mut running: Vec<_> = self
            .current
            .values()
            .filter(runs)
            .flat_map(|window| window.usage.iter().copied())
            .collect();
        running.sort_unstable();
        running.into_iter().map(|index| &self.windows[index])
    }

    /// Notes that a request is being answered until then.
    pub(crate) fn busy_until(&mut self, until: Timestamp) {
        self.in_flight.push(until);
    }

    /// Returns the start of the window that runs, its use by all principals, and that by this one.
    fn usage(
        &mut self,
        bucket: &Bucket,
        principal: &Principal,
        now: Timestamp,
    ) -> (Timestamp, u64, &mut WindowUsage) {
        let new = || Window { started: now, usage: Vec::new() };
        let window = self.current.entry(bucket.name).or_insert_with(new);
        if now < window.started || window.started + WINDOW <= now {
            *window = new();
        }
        let of_window = |&index: &usize| &self.windows[index];
        let used_by_all = window.usage.iter().map(of_window).map(|it| it.used).sum();
        let known = window.usage.iter().copied();
        let known = known.into_iter().find(|&index| self.windows[index].principal == *principal);
        let index = known.unwrap_or_else(|| {
            let (used, rejected) = (0, 0);
            let limit = self.limits.of_principal(bucket);
            let (principal, started) = (principal.clone(), window.started);
            let bucket = bucket.name;
            self.windows.push(WindowUsage { bucket, principal, started, limit, used, rejected });
            window.usage.push(self.windows.len() - 1);
            self.windows.len() - 1
        });
        (window.started, used_by_all, &mut self.windows[index])
    }
}

impl Quota {
    /// Writes the three headers.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let values = [
            ("x-rate-limit-limit", self.limit),
            ("x-rate-limit-remaining", self.remaining),
            ("x-rate-limit-reset", self.reset.as_second().unsigned_abs()),
        ];
        for (name, value) in values {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket::{APPS, USERS};

    fn token(number: u32) -> Principal {
        format!("API token {number}").into()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_767_225_600_000 + millis).unwrap()
    }

    #[test]
    fn a_window_starts_with_its_first_request() {
        let limits =
            RateLimits { subscription: Subscription::IntegratorFree, ..RateLimits::default() };
        let mut limiter = Limiter::new(limits);
        for left in (0..10).rev() {
            let quota = limiter.admit(APPS, &token(1), at(500)).unwrap();
            assert_eq!((quota.limit, quota.remaining, quota.reset), (10, left, at(60_500)));
        }
        assert_eq!(limiter.admit(APPS, &token(1), at(60_499)).unwrap_err().reset, at(60_500));
        assert_eq!(limiter.admit(USERS, &token(1), at(60_499)).unwrap().limit, 50);
        assert_eq!(limiter.admit(APPS, &token(1), at(60_500)).unwrap().remaining, 9);
        let used: Vec<_> = limiter.windows.iter().map(|it| (it.used, it.rejected)).collect();
        assert_eq!(used, [(10, 1), (1, 0), (1, 0)]);
    }

    #[test]
    fn others_eat_from_the_org() {
        let limits = RateLimits { others_per_minute: 80, ..RateLimits::default() };
        let mut limiter = Limiter::new(limits);
        assert_eq!(limiter.admit(APPS, &token(1), at(0)).unwrap().remaining, 49);
        assert_eq!(limiter.admit(APPS, &token(1), at(30_000)).unwrap().remaining, 48);
        assert_eq!(limiter.admit(APPS, &token(1), at(59_999)).unwrap().remaining, 18);
    }

    #[test]
    fn too_many_at_once_look_different() {
        let mut limiter = Limiter::new(RateLimits { concurrency: 2, ..RateLimits::default() });
        for _ in 0..2 {
            limiter.admit(USERS, &token(1), at(0)).unwrap();
            limiter.busy_until(at(100));
        }
        let refused = limiter.admit(USERS, &token(1), at(99)).unwrap_err();
        assert_eq!((refused.limit, refused.remaining), (0, 0));
        limiter.admit(USERS, &token(1), at(100)).unwrap();
    }

    #[test]
    fn each_principal_has_a_share_and_all_have_what_the_org_has() {
        let limits = RateLimits {
            subscription: Subscription::Uniform { per_minute: 5 },
            share_percent: 60,
            ..RateLimits::default()
        };
        let mut limiter = Limiter::new(limits);
        let rows = [(1, 2), (1, 1), (2, 2), (1, 0), (2, 0)];
        for (second, (number, left)) in (0..).zip(rows) {
            let quota = limiter.admit(APPS, &token(number), at(1000 * second)).unwrap();
            assert_eq!((quota.limit, quota.remaining, quota.reset), (3, left, at(60_000)));
        }
        for number in [1, 2, 3] {
            limiter.admit(APPS, &token(number), at(59_999)).unwrap_err();
        }
        assert_eq!(limiter.admit(APPS, &token(3), at(60_000)).unwrap().remaining, 2);
        let used = limiter.windows.iter().map(|it| (&*it.principal, it.used, it.rejected));
        let expected = [
            ("API token 1", 3, 1),
            ("API token 2", 2, 1),
            ("API token 3", 0, 1),
            ("API token 3", 1, 0),
        ];
        assert_eq!(used.collect::<Vec<_>>(), expected);
    }
}
