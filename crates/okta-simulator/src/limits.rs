//! Rate limits: windows of sixty seconds per bucket, and a limit on requests in flight.
//!
//! A window starts with the first request and not with the minute. One credential may use a share of what the
//! org has; what other clients of the org use up can make it less, never more.

use std::collections::BTreeMap;

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
    /// The share of a bucket that one credential may use, in percent. Headers show the share, not the whole.
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
        };
        u64::from(per_minute) * u64::from(self.multiplier)
    }

    fn of_credential(&self, bucket: &Bucket) -> u64 {
        (self.of_org(bucket) * u64::from(self.share_percent) / 100).max(1)
    }
}

/// The use of a bucket in one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowUsage {
    /// The bucket, named by its path.
    pub bucket: &'static str,
    /// The first request of the window came then.
    pub started: Timestamp,
    /// The credential may send so many requests in it.
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
    /// All windows so far, in the order in which they started.
    pub(crate) windows: Vec<WindowUsage>,
    /// The index of the current window of each bucket.
    current: BTreeMap<&'static str, usize>,
    /// The times at which the requests that were let through will have been answered.
    in_flight: Vec<Timestamp>,
}

const WINDOW: SignedDuration = SignedDuration::from_secs(60);

impl Limiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, windows: Vec::new(), current: BTreeMap::new(), in_flight: Vec::new() }
    }

    /// Counts a request, or refuses it.
    pub(crate) fn admit(&mut self, bucket: &Bucket, now: Timestamp) -> Result<Quota, Quota> {
        self.in_flight.retain(|&until| until > now);
        let limit = self.limits.of_credential(bucket);
        let of_org = self.limits.of_org(bucket);
        let others = u64::from(self.limits.others_per_minute);
        let concurrency_exceeded = self.in_flight.len() >= self.limits.concurrency;

        let window = self.window(bucket.name, limit, now);
        let reset = window.started + WINDOW;
        if concurrency_exceeded {
            window.rejected += 1;
            return Err(Quota { limit: 0, remaining: 0, reset });
        }
        let elapsed = now.duration_since(window.started).as_millis().max(0) as u64;
        let used_by_others = others * elapsed / 60_000;
        let left_to_org = of_org.saturating_sub(window.used + used_by_others);
        let remaining = limit.saturating_sub(window.used).min(left_to_org);
        match remaining.checked_sub(1) {
            Some(remaining) => {
                window.used += 1;
                Ok(Quota { limit, remaining, reset })
            }
            None => {
                window.rejected += 1;
                Err(Quota { limit, remaining: 0, reset })
            }
        }
    }

    /// Notes that a request is being answered until then.
    pub(crate) fn busy_until(&mut self, until: Timestamp) {
        self.in_flight.push(until);
    }

    fn window(&mut self, bucket: &'static str, limit: u64, now: Timestamp) -> &mut WindowUsage {
        let running = self.current.get(bucket).copied().filter(|&index| {
            let started = self.windows[index].started;
            started <= now && now < started + WINDOW
        });
        let index = running.unwrap_or_else(|| {
            self.windows.push(WindowUsage { bucket, started: now, limit, used: 0, rejected: 0 });
            self.windows.len() - 1
        });
        self.current.insert(bucket, index);
        &mut self.windows[index]
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

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_767_225_600_000 + millis).unwrap()
    }

    #[test]
    fn a_window_starts_with_its_first_request() {
        let limits =
            RateLimits { subscription: Subscription::IntegratorFree, ..RateLimits::default() };
        let mut limiter = Limiter::new(limits);
        for left in (0..10).rev() {
            let quota = limiter.admit(APPS, at(500)).unwrap();
            assert_eq!((quota.limit, quota.remaining, quota.reset), (10, left, at(60_500)));
        }
        assert_eq!(limiter.admit(APPS, at(60_499)).unwrap_err().reset, at(60_500));
        assert_eq!(limiter.admit(USERS, at(60_499)).unwrap().limit, 50);
        assert_eq!(limiter.admit(APPS, at(60_500)).unwrap().remaining, 9);
        let used: Vec<_> = limiter.windows.iter().map(|it| (it.used, it.rejected)).collect();
        assert_eq!(used, [(10, 1), (1, 0), (1, 0)]);
    }

    #[test]
    fn others_eat_from_the_org() {
        let limits = RateLimits { others_per_minute: 80, ..RateLimits::default() };
        let mut limiter = Limiter::new(limits);
        assert_eq!(limiter.admit(APPS, at(0)).unwrap().remaining, 49);
        assert_eq!(limiter.admit(APPS, at(30_000)).unwrap().remaining, 48);
        assert_eq!(limiter.admit(APPS, at(59_999)).unwrap().remaining, 18);
    }

    #[test]
    fn too_many_at_once_look_different() {
        let mut limiter = Limiter::new(RateLimits { concurrency: 2, ..RateLimits::default() });
        for _ in 0..2 {
            limiter.admit(USERS, at(0)).unwrap();
            limiter.busy_until(at(100));
        }
        let refused = limiter.admit(USERS, at(99)).unwrap_err();
        assert_eq!((refused.limit, refused.remaining), (0, 0));
        limiter.admit(USERS, at(100)).unwrap();
    }
}
