//! Decides if a request is tried again: from a failure to an outcome, from an outcome to a wait. Both
//! steps are pure functions.

use crate::error::{Demand, Error, ErrorKind};
use crate::http::HttpErrorKind;
use std::time::Duration;

/// Attempts for one request.
const MAX_ATTEMPTS: u32 = 6;

/// Attempts with another proof.
const MAX_PROOFS: u32 = 3;

/// If no answer came within this time, the page may have been too large.
const LONG: Duration = Duration::from_secs(10);

/// An attempt that brought no answer to hand over.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure<'a> {
    /// There was no complete response; `after` is the time that passed.
    NoResponse { kind: HttpErrorKind, after: Duration },
    /// Okta, or something in front of it, refused.
    Refused(&'a Error),
    /// The same, in the middle of a listing that was answered before.
    RefusedMidway(&'a Error),
    /// Okta refused the proof of possession, and it is known what to put into the next one.
    StaleProof,
    /// The status is 200, but the body is not what was asked for, or only a part of it.
    Unexpected,
    /// The page is good, but its link to the next one cannot be followed.
    BadLink,
}

/// The consequence of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The same may succeed a little later, a listing perhaps only with smaller pages.
    Again { smaller: bool },
    /// The body is larger than it may be: a smaller page may be answered at once.
    TooLarge,
    /// The window is used up; it ends after this time.
    Later(Duration),
    /// Too many requests were on their way at once.
    Crowded,
    /// Another proof of possession may be accepted at once.
    NewProof,
    /// The same would fail again.
    Final,
}

impl Outcome {
    /// Classifies a failure.
    ///
    /// Okta's SDKs repeat 429, 503 and 504; others that pass are repeated as well, since every request here is a
    /// read. A refusal in the middle of a listing is an accident of Okta more often than a right that was taken
    /// away meanwhile.
    pub(crate) fn of(failure: Failure<'_>) -> Self {
        match failure {
            Failure::NoResponse { kind, after } => match kind {
                HttpErrorKind::Connect | HttpErrorKind::Interrupted => {
                    Self::Again { smaller: false }
                }
                // If the call ended earlier, Okta cannot be said to have taken long.
                HttpErrorKind::Timeout => Self::Again { smaller: after >= LONG },
                HttpErrorKind::TooLarge => Self::TooLarge,
                HttpErrorKind::NotPublic | HttpErrorKind::Unsendable => Self::Final,
            },
            Failure::Refused(error) => Self::of_refusal(error),
            Failure::RefusedMidway(error) => match (Self::of_refusal(error), error.status) {
                (Self::Final, Some(400 | 401 | 403 | 404)) => Self::Again { smaller: false },
                (outcome, _) => outcome,
            },
            Failure::StaleProof => Self::NewProof,
            // This is the page of a proxy, or an answer that broke off.
            Failure::Unexpected => Self::Again { smaller: false },
            Failure::BadLink => Self::Final,
        }
    }

    fn of_refusal(error: &Error) -> Self {
        match (error.status.unwrap_or_default(), &error.kind) {
            (429, _) if error.demand == Some(Demand::FewerAtOnce) => Self::Crowded,
            (429, ErrorKind::RateLimited { retry_after }) => Self::Later(*retry_after),
            // Okta says what it refuses; a bare status comes from something in between.
            (400 | 409, _) if error.error_code.is_none() => Self::Again { smaller: false },
            // OAuth 2.0 has no status of its own for this; it is a 503 in all but the number.
            (400, ErrorKind::Unavailable) => Self::Again { smaller: false },
            // Of conflicts, those pass that a change of a schema or of a user type causes.
            (409, ErrorKind::Unavailable) => Self::Again { smaller: false },
            (408 | 423 | 502 | 503, _) => Self::Again { smaller: false },
            (500 | 504, _) => Self::Again { smaller: true },
            _ => Self::Final,
        }
    }
}

/// The next step after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait, then send the request again, a listing with the page size that is then right.
    Wait(Duration),
    /// Give up.
    Stop,
}

/// Decides after the `attempt`th attempt (from 1), with `time_left` until the deadline.
///
/// `jitter` is a random number from 0 to 1. Reads only are ever decided on, so repeating is safe.
pub(crate) fn decide(outcome: Outcome, attempt: u32, time_left: Duration, jitter: f64) -> Decision {
    let wait = match outcome {
        Outcome::Again { .. } => spread(attempt, jitter),
        // One more try after the window's end; a second 429 in a row then backs off as well.
        Outcome::Later(until_end) => until_end + spread(attempt.min(3), jitter) / 4,
        Outcome::Crowded => spread(attempt + 1, jitter),
        Outcome::NewProof if attempt <= MAX_PROOFS => return Decision::Wait(Duration::ZERO),
        Outcome::NewProof | Outcome::TooLarge | Outcome::Final => return Decision::Stop,
    };
    if attempt >= MAX_ATTEMPTS || wait >= time_left {
        return Decision::Stop;
    }
    Decision::Wait(wait)
}

/// Returns 250 ms, doubled with each attempt up to 8 s, less up to a half of it.
fn spread(attempt: u32, jitter: f64) -> Duration {
    let full = Duration::from_millis(250) * 2u32.pow(attempt.clamp(1, 6) - 1);
    full.div_f64(2.0) + full.div_f64(2.0).mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redaction::Redactor;
    use bytes::Bytes;

    const AGAIN: Outcome = Outcome::Again { smaller: false };
    const SMALLER: Outcome = Outcome::Again { smaller: true };

    #[test]
    fn outcomes_of_attempts_without_a_good_answer() {
        use HttpErrorKind::*;
        let no_response =
            |kind, seconds| Failure::NoResponse { kind, after: Duration::from_secs(seconds) };
        let rows = [
            (no_response(Connect, 1), AGAIN),
            (no_response(Interrupted, 20), AGAIN),
            (no_response(Timeout, 9), AGAIN),
            (no_response(Timeout, 10), SMALLER),
            (no_response(TooLarge, 1), Outcome::TooLarge),
            (no_response(NotPublic, 0), Outcome::Final),
            (no_response(Unsendable, 0), Outcome::Final),
            (Failure::StaleProof, Outcome::NewProof),
            (Failure::Unexpected, AGAIN),
            (Failure::BadLink, Outcome::Final),
        ];
        for (failure, expected) in rows {
            assert_eq!(Outcome::of(failure), expected, "{failure:?}");
        }
    }

    #[test]
    fn outcomes_of_refusals() {
        let crowded = &[("x-rate-limit-limit", "0"), ("x-rate-limit-remaining", "0")][..];
        let spent = &[("x-rate-limit-limit", "600"), ("x-rate-limit-remaining", "0")][..];
        let proof = &[("www-authenticate", r#"DPoP error="invalid_dpop_proof""#)][..];
        let bad_request = r#"{"errorCode":"E0000001"}"#;
        let rows = [
            // status, headers, body, outcome
            (400, &[][..], bad_request, Outcome::Final),
            (400, &[], r#"{"error":"invalid_scope"}"#, Outcome::Final),
            (400, &[], r#"{"error":"temporarily_unavailable"}"#, AGAIN),
            (400, &[], r#"{"error":"server_error"}"#, AGAIN),
            (400, &[], "", AGAIN),
            (400, &[], "<html>", AGAIN),
            (400, proof, "", Outcome::Final),
            (401, &[], "", Outcome::Final),
            (403, &[], "", Outcome::Final),
            (404, &[], "", Outcome::Final),
            (408, &[], "", AGAIN),
            (409, &[], r#"{"errorCode":"E0000145"}"#, AGAIN),
            (409, &[], r#"{"errorCode":"E0000253"}"#, AGAIN),
            (409, &[], r#"{"errorCode":"E0000157"}"#, Outcome::Final),
            (409, &[], "", AGAIN),
            (423, &[], "", AGAIN),
            (429, &[], "", Outcome::Later(Duration::ZERO)),
            (429, spent, "", Outcome::Later(Duration::ZERO)),
            (429, crowded, "", Outcome::Crowded),
            (503, crowded, "", AGAIN),
            (500, &[], "", SMALLER),
            (500, &[], r#"{"errorCode":"E0000009"}"#, SMALLER),
            (501, &[], "", Outcome::Final),
            (502, &[], "<html>", AGAIN),
            (503, &[], "", AGAIN),
            (504, &[], "", SMALLER),
            (302, &[], "", Outcome::Final),
            (204, &[], "", Outcome::Final),
        ];
        for (status, headers, body, expected) in rows {
            let mut response = http::Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(*name, *value);
            }
            let response = response.body(Bytes::from(body)).unwrap();
            let error = Error::from_response(&response, &Redactor::default());
            assert_eq!(Outcome::of(Failure::Refused(&error)), expected, "{error}");
            let midway = match (status, expected) {
                (400 | 401 | 403 | 404, Outcome::Final) => AGAIN,
                (_, expected) => expected,
            };
            assert_eq!(Outcome::of(Failure::RefusedMidway(&error)), midway, "{error}");
        }
    }

    #[test]
    fn rows() {
        use Decision::*;
        use Outcome::*;
        let ms = Duration::from_millis;
        let rows = [
            // outcome, attempt, time left, decision with full jitter
            (AGAIN, 1, 10_000, Wait(ms(250))),
            (AGAIN, 3, 10_000, Wait(ms(1_000))),
            (AGAIN, 6, 10_000, Stop),
            (AGAIN, 3, 1_000, Stop),
            (SMALLER, 1, 10_000, Wait(ms(250))),
            (SMALLER, 2, 10_000, Wait(ms(500))),
            (Final, 1, 10_000, Stop),
            (TooLarge, 1, 10_000, Stop),
            (NewProof, 3, 0, Wait(ms(0))),
            (NewProof, 4, 10_000, Stop),
            (Later(ms(5_000)), 1, 10_000, Wait(ms(5_062) + Duration::from_micros(500))),
            (Later(ms(20_000)), 1, 10_000, Stop),
            (Crowded, 1, 10_000, Wait(ms(500))),
            (Crowded, 3, 10_000, Wait(ms(2_000))),
            (Crowded, 4, 3_000, Stop),
        ];
        for (outcome, attempt, left, expected) in rows {
            assert_eq!(decide(outcome, attempt, ms(left), 1.0), expected, "{outcome:?} {attempt}");
        }
    }

    #[test]
    fn jitter_takes_half_away_at_most() {
        let wait = |jitter| decide(AGAIN, 2, Duration::from_secs(9), jitter);
        assert_eq!(wait(0.0), Decision::Wait(Duration::from_millis(250)));
        assert_eq!(wait(0.5), Decision::Wait(Duration::from_millis(375)));
        assert_eq!(wait(9.9), Decision::Wait(Duration::from_millis(500)));
    }
}
