//! Whether to try again: a pure decision.

use std::time::Duration;

/// How often one request is tried at most.
pub const MAX_ATTEMPTS: u32 = 6;

/// How often another proof is tried.
const MAX_PROOFS: u32 = 3;

/// Below this a listing is not made smaller.
pub const MIN_PAGE_SIZE: u32 = 25;

/// What became of an attempt, as far as trying again goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No connection, or a broken one.
    NoResponse,
    /// No answer in time.
    TimedOut,
    /// Okta answered 429 because the window is used up; it ends after this time.
    WindowExhausted(Duration),
    /// Okta answered 429 because of too many simultaneous requests.
    TooManyAtOnce,
    /// Okta wants another proof of possession, with what it said of nonce or time.
    ProofRefused,
    /// Okta answered with this status.
    Status(u16),
    /// The response broke the rules of the API: truncated JSON, or a page that is no JSON.
    Garbled,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Wait, then send the request again, a listing with the page size that is then right.
    Wait(Duration),
    /// Give up.
    Stop,
}

/// Decides after the `attempt`th attempt (from 1), with `time_left` until the deadline.
///
/// `jitter` is a random number from 0 to 1. Reads only are ever decided on, so repeating is safe.
pub fn decide(outcome: Outcome, attempt: u32, time_left: Duration, jitter: f64) -> Decision {
    let wait = match outcome {
        // One more try after the window's end; a second 429 in a row then backs off as well.
        Outcome::WindowExhausted(until_end) => until_end + spread(attempt.min(3), jitter) / 4,
        Outcome::ProofRefused if attempt <= MAX_PROOFS => return Decision::Wait(Duration::ZERO),
        Outcome::ProofRefused => return Decision::Stop,
        Outcome::TooManyAtOnce => spread(attempt + 1, jitter),
        Outcome::NoResponse
        | Outcome::TimedOut
        | Outcome::Garbled
        | Outcome::Status(500 | 502 | 503 | 504) => spread(attempt, jitter),
        Outcome::Status(_) => return Decision::Stop,
    };
    if attempt >= MAX_ATTEMPTS || wait >= time_left {
        return Decision::Stop;
    }
    Decision::Wait(wait)
}

impl Outcome {
    /// Whether a listing took too long inside Okta, so that smaller pages may do better.
    pub(crate) fn is_about_size(self) -> bool {
        matches!(self, Self::Status(500 | 504) | Self::TimedOut)
    }
}

/// 250 ms, doubled with each attempt up to 8 s; between half and all of it is waited.
fn spread(attempt: u32, jitter: f64) -> Duration {
    let full = Duration::from_millis(250) * 2u32.pow(attempt.clamp(1, 6) - 1);
    full.div_f64(2.0) + full.div_f64(2.0).mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        use Decision::*;
        use Outcome::*;
        let ms = Duration::from_millis;
        let rows = [
            // outcome, attempt, time left, decision with full jitter
            (NoResponse, 1, 10_000, Wait(ms(250))),
            (NoResponse, 3, 10_000, Wait(ms(1_000))),
            (NoResponse, 6, 10_000, Stop),
            (NoResponse, 3, 1_000, Stop),
            (TimedOut, 1, 10_000, Wait(ms(250))),
            (Garbled, 1, 10_000, Wait(ms(250))),
            (Status(500), 1, 10_000, Wait(ms(250))),
            (Status(504), 2, 10_000, Wait(ms(500))),
            (Status(502), 1, 10_000, Wait(ms(250))),
            (Status(503), 1, 10_000, Wait(ms(250))),
            (Status(400), 1, 10_000, Stop),
            (Status(401), 1, 10_000, Stop),
            (Status(403), 1, 10_000, Stop),
            (Status(404), 1, 10_000, Stop),
            (Status(501), 1, 10_000, Stop),
            (ProofRefused, 3, 0, Wait(ms(0))),
            (ProofRefused, 4, 10_000, Stop),
            (WindowExhausted(ms(5_000)), 1, 10_000, Wait(ms(5_062) + Duration::from_micros(500))),
            (WindowExhausted(ms(20_000)), 1, 10_000, Stop),
            (TooManyAtOnce, 1, 10_000, Wait(ms(500))),
            (TooManyAtOnce, 3, 10_000, Wait(ms(2_000))),
            (TooManyAtOnce, 4, 3_000, Stop),
        ];
        for (outcome, attempt, left, expected) in rows {
            assert_eq!(decide(outcome, attempt, ms(left), 1.0), expected, "{outcome:?} {attempt}");
        }
    }

    #[test]
    fn jitter_takes_half_away_at_most() {
        let wait = |jitter| decide(Outcome::NoResponse, 2, Duration::from_secs(9), jitter);
        assert_eq!(wait(0.0), Decision::Wait(Duration::from_millis(250)));
        assert_eq!(wait(0.5), Decision::Wait(Duration::from_millis(375)));
        assert_eq!(wait(9.9), Decision::Wait(Duration::from_millis(500)));
    }
}
