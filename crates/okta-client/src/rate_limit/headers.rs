//! The headers in which Okta tells of limits and of its time of day.
//!
//! * Headers may come twice, with different values. The more careful reading counts.
//! * `X-Rate-Limit-Reset` is in seconds of Okta's clock, so it is compared with the `Date` of the same
//!   answer. Both are cut to seconds; a second is added so that the old window has really ended.
//! * A limit of 0 with 0 remaining tells of too many simultaneous requests. It says nothing about the
//!   window.

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use std::time::Duration;

/// The length of a window.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// The state of a window, as the headers of one answer tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Observation {
    /// Requests allowed in the window.
    pub(super) limit: u32,
    /// Requests left in the window, for all who use this credential.
    pub(super) remaining: u32,
    /// The end of the window in seconds of Okta's clock: tells one window from the next.
    pub(super) reset: u64,
    /// The time until the window has certainly ended.
    pub(super) ends_in: Duration,
}

impl Observation {
    /// Reads the headers; `wall_now` (seconds since 1970) stands in where `Date` is missing.
    ///
    /// Returns none if they are missing, or tell of the limit on simultaneous requests.
    pub(crate) fn read(headers: &HeaderMap, wall_now: u64) -> Option<Self> {
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

    /// Returns true if the headers are the signature of the limit on simultaneous requests.
    pub(crate) fn is_concurrency_limit(headers: &HeaderMap) -> bool {
        numbers(headers, "x-rate-limit-limit").min() == Some(0)
            && numbers(headers, "x-rate-limit-remaining").min() == Some(0)
    }
}

/// Returns every number under `name`: headers may be repeated or folded into one line.
fn numbers(headers: &HeaderMap, name: &str) -> impl Iterator<Item = u64> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|value| value.trim().parse().ok())
}

/// Reads the `Date` header, in seconds since 1970.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<u64> {
    http_date(headers.get(DATE)?)
}

/// Reads `Retry-After`, a number of seconds or a date, as the time from now; `wall_now` (seconds since 1970)
/// stands in where `Date` is missing.
pub(crate) fn retry_after(headers: &HeaderMap, wall_now: u64) -> Option<Duration> {
    let header = headers.get(RETRY_AFTER)?;
    let seconds = header.to_str().ok().and_then(|text| text.trim().parse().ok()).or_else(|| {
        Some(http_date(header)?.saturating_sub(server_time(headers).unwrap_or(wall_now)))
    });
    seconds.map(Duration::from_secs)
}

fn http_date(header: &HeaderValue) -> Option<u64> {
    let date = header.to_str().ok()?;
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    u64::try_from(parser.parse_timestamp(date).ok()?.as_second()).ok()
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

    const NOW: (&str, &str) = ("date", "Thu, 01 Jan 1970 00:16:40 GMT"); // 1,000 s

    #[test]
    fn observations() {
        let all = |limit, remaining, reset| {
            headers(&[
                NOW,
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
        assert_eq!(seen(&headers(&[NOW])), None);
        let mut twice = all("600", "599", "1030");
        twice.append("x-rate-limit-remaining", "100".parse().unwrap());
        assert_eq!(seen(&twice), Some((600, 100, 31)));
        let mut dateless = all("600", "599", "1030");
        dateless.remove("date");
        assert_eq!(Observation::read(&dateless, 1_025).unwrap().ends_in.as_secs(), 6);
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        let rows = [
            ("2", Some(2)),
            (" 0 ", Some(0)),
            ("Thu, 01 Jan 1970 00:16:45 GMT", Some(5)),
            ("Thu, 01 Jan 1970 00:16:30 GMT", Some(0)),
            ("-1", None),
            ("2.5", None),
            ("soon", None),
        ];
        for (value, expected) in rows {
            let found = retry_after(&headers(&[NOW, ("retry-after", value)]), 0);
            assert_eq!(found.map(|after| after.as_secs()), expected, "{value}");
        }
        let dateless = headers(&[("retry-after", "Thu, 01 Jan 1970 00:16:45 GMT")]);
        assert_eq!(retry_after(&dateless, 1_004), Some(Duration::from_secs(1)));
        assert_eq!(retry_after(&headers(&[NOW]), 1_000), None);
    }
}
