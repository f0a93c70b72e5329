//! The way to one org that reads and requests for tokens share: budget, transport and ledger.

use crate::bucket::Bucket;
use crate::error::{Demand, Error, ErrorKind, request_id};
use crate::http::{BodyLimit, HttpError, HttpService};
use crate::ledger::Ledger;
use crate::org::OrgUrl;
use crate::rate_limit::{Admission, Observation, RateLimits, retry_after, server_time};
use crate::redaction::Redactor;
use crate::retry::{Decision, Failure, Outcome, decide};
use bytes::Bytes;
use http::StatusCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// An attempt that has less time than this is not started.
const MIN_ATTEMPT: Duration = Duration::from_millis(250);

/// No single attempt waits longer: Okta itself gives up on a listing after 30 s.
const MAX_ATTEMPT: Duration = Duration::from_secs(20);

/// With less time than this, an attempt leaves as much as it takes, so that silence is not the end.
const SHORT: Duration = Duration::from_secs(10);

/// An attempt is not cut shorter than this for the sake of another one.
const MIN_PATIENCE: Duration = Duration::from_secs(2);

/// The `User-Agent` of every request.
pub(crate) const USER_AGENT: &str = concat!("okta-appflow-connector/", env!("CARGO_PKG_VERSION"));

/// A way to one org.
#[derive(Debug)]
pub(crate) struct Channel<S> {
    pub(crate) http: S,
    pub(crate) org: OrgUrl,
    pub(crate) rate_limits: Arc<Mutex<RateLimits>>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) jitter: Mutex<fastrand::Rng>,
    pub(crate) wall_clock: fn() -> u64,
}

impl<S> Channel<S> {
    /// Returns the address of `target`, a path and perhaps a query, at the org.
    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}{target}", self.org.origin())
    }

    /// Returns the time of day, in seconds since 1970.
    pub(crate) fn wall_now(&self) -> u64 {
        (self.wall_clock)()
    }

    /// Locks the budgets, which are held only as long as it takes to read or write them.
    pub(crate) fn rate_limits(&self) -> MutexGuard<'_, RateLimits> {
        self.rate_limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the budget of `bucket` lets a request go.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ShareSpent`] or [`ErrorKind::RateLimited`] at once, if the request could only go too late for
    /// `deadline`.
    pub(crate) async fn admit(
        &self,
        bucket: Bucket,
        deadline: Instant,
    ) -> Result<Admitted<'_, S>, Error> {
        let _waiting = Waiting { ledger: &self.ledger, bucket, since: Instant::now() };
        let latest = deadline.checked_sub(MIN_ATTEMPT).unwrap_or(deadline);
        loop {
            let now = Instant::now();
            let slot = match self.rate_limits().admit(bucket, now, latest) {
                Admission::Go => return Ok(Admitted { channel: self, bucket, is_settled: false }),
                Admission::At(slot) => slot,
            };
            if slot > latest {
                let retry_after = slot.saturating_duration_since(now);
                return Err(match self.rate_limits().is_refused(bucket, now) {
                    true => {
                        let message = "Okta refuses requests until the rate limit window ends";
                        Error::local(ErrorKind::RateLimited { retry_after }, message)
                    }
                    false => {
                        let message = "Okta was not asked";
                        Error::local(ErrorKind::ShareSpent { retry_after }, message)
                    }
                });
            }
            sleep_until(slot).await;
        }
    }

    /// Reads a refusal. A 429 uses up the window of `bucket`, unless it is about requests at once or says by
    /// itself when to come back.
    pub(crate) fn refusal(&self, bucket: Bucket, answer: &Answer) -> Error {
        let mut error = Error::from_response(&answer.response, &answer.redactor);
        let is_crowded = error.demand == Some(Demand::FewerAtOnce);
        if answer.response.status() == StatusCode::TOO_MANY_REQUESTS && !is_crowded {
            let (headers, wall_now) = (answer.response.headers(), self.wall_now());
            // Where headers tell of the window, its end counts.
            let retry_after = match Observation::read(headers, wall_now) {
                Some(_) => None,
                None => retry_after(headers, wall_now),
            };
            let mut limits = self.rate_limits();
            let retry_after = limits.exhaust(bucket, retry_after, Instant::now());
            self.note_remaining(bucket, &limits);
            error.kind = ErrorKind::RateLimited { retry_after };
        }
        error
    }

    /// Decides what follows on the `attempt`th attempt (from 1).
    pub(crate) fn decide(&self, outcome: Outcome, attempt: u32, deadline: Instant) -> Decision {
        let left = deadline.saturating_duration_since(Instant::now());
        let jitter = self.jitter.lock().unwrap_or_else(PoisonError::into_inner).f64();
        decide(outcome, attempt, left.saturating_sub(MIN_ATTEMPT), jitter)
    }

    fn settle(&self, bucket: Bucket, answer: Option<&Answer>) {
        let headers = answer.map(|answer| answer.response.headers());
        let wall_now = self.wall_now();
        let observation = headers.and_then(|headers| Observation::read(headers, wall_now));
        let skew = headers
            .and_then(server_time)
            .map(|server| server.cast_signed() - wall_now.cast_signed());
        let mut limits = self.rate_limits();
        limits.settle(bucket, observation, skew, Instant::now());
        self.note_remaining(bucket, &limits);
        let request_id =
            answer.and_then(|answer| request_id(answer.response.headers(), &answer.redactor));
        if let Some(request_id) = request_id {
            self.ledger.note_id(bucket, request_id);
        }
    }

    fn note_remaining(&self, bucket: Bucket, limits: &RateLimits) {
        if let Some(percent) = limits.remaining_percent(bucket) {
            self.ledger.note_remaining(bucket, percent);
        }
    }
}

/// The answer to a request. It may hold a token, so it does not print.
pub(crate) struct Answer {
    pub(crate) response: http::Response<Bytes>,
    /// The time that it took.
    pub(crate) latency: Duration,
    /// Masks what the request gave away in what the answer says.
    pub(crate) redactor: Redactor,
}

/// Returns the time that one attempt may take of what is `left` of a call.
fn patience(left: Duration) -> Duration {
    match left > SHORT {
        true => left.min(MAX_ATTEMPT),
        false => (left / 2).max(MIN_PATIENCE).min(left),
    }
}

/// A request that waits for the budget. The time counts also if the wait is cancelled.
struct Waiting<'a> {
    ledger: &'a Ledger,
    bucket: Bucket,
    since: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.ledger.count_wait(self.bucket, self.since.elapsed());
    }
}

/// A request that the budget let go. Whatever becomes of it, it is settled once: a caller that no
/// longer wants the answer and drops the request has spent it all the same.
pub(crate) struct Admitted<'a, S> {
    channel: &'a Channel<S>,
    bucket: Bucket,
    is_settled: bool,
}

impl<S: HttpService> Admitted<'_, S> {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Failure::NoResponse`], classified.
    pub(crate) async fn send(
        mut self,
        request: http::Request<Bytes>,
        deadline: Instant,
    ) -> Result<Answer, (Outcome, Error)> {
        let began = Instant::now();
        let (redactor, limit) = (Redactor::of(&request), BodyLimit::of(&request));
        let timeout = patience(deadline.saturating_duration_since(began));
        self.channel.ledger.count_request(self.bucket);
        let response = self.channel.http.call(request, timeout).await;
        let latency = began.elapsed();
        self.is_settled = true;
        let failed = |error: &HttpError, redactor: &Redactor| {
            let failure = Failure::NoResponse { kind: error.kind, after: latency };
            (Outcome::of(failure), Error::from_http(error, redactor))
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => {
                self.channel.settle(self.bucket, None);
                return Err(failed(&error, &redactor));
            }
        };
        let answer = Answer { response, latency, redactor };
        self.channel.settle(self.bucket, Some(&answer));
        let status = answer.response.status();
        // Not every transport bounds what it reads.
        if status == StatusCode::OK && answer.response.body().len() > limit.with(status) {
            return Err(failed(&limit.exceeded(), &answer.redactor));
        }
        Ok(answer)
    }
}

impl<S> Drop for Admitted<'_, S> {
    fn drop(&mut self) {
        if !self.is_settled {
            self.channel.settle(self.bucket, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_leaves_time_for_another_one() {
        let rows = [
            (60_000, 20_000),
            (25_000, 20_000),
            (15_000, 15_000),
            (10_000, 5_000),
            (9_000, 4_500),
            (4_400, 2_200),
            (3_000, 2_000),
            (1_500, 1_500),
            (0, 0),
        ];
        for (left, expected) in rows {
            assert_eq!(patience(Duration::from_millis(left)).as_millis(), expected, "{left}");
        }
    }
}
