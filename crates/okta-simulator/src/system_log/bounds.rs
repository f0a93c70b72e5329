//! The bounds of a query, `since` and `until`, in milliseconds.

use jiff::{SignedDuration, Timestamp};

use crate::call::Call;
use crate::error::OktaError;
use crate::view::View;

/// A query is about this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The first millisecond.
    pub(crate) since: i64,
    /// The first millisecond that is too late.
    pub(crate) until: i64,
    /// The caller said `until`.
    pub(crate) is_closed: bool,
}

/// Without `since`, a query begins so long before `until`.
const DEFAULT_SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A query that begins longer ago is refused.
const REACH: SignedDuration = SignedDuration::from_hours(180 * 24);

impl Bounds {
    pub(crate) fn read(view: View<'_>) -> Result<Self, OktaError> {
        let View { call, now, .. } = view;
        let (since, until) = (given(call, "since")?, given(call, "until")?);
        let end = until.unwrap_or(now);
        let begin = since.unwrap_or_else(|| before(end, DEFAULT_SPAN));
        if begin < before(now, REACH) {
            return Err(OktaError::invalid_log_query("since is over 180 days prior to now"));
        }
        // A query that goes up to now has what was published up to now.
        let until_excluded = until.filter(|_| !view.behaviour.log_until_included);
        let until_millis = until_excluded.map_or_else(|| end.as_millisecond() + 1, ceiling);
        Ok(Self {
            since: ceiling(begin),
            // A link may have to say it, so it has to be a time.
            until: until_millis.min(Timestamp::MAX.as_millisecond()),
            is_closed: until.is_some(),
        })
    }
}

/// Reads a bound as it was given, and an empty one as none.
pub(crate) fn given(call: &Call, name: &str) -> Result<Option<Timestamp>, OktaError> {
    let Some(text) = call.param(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let time = is_rfc_3339(text).then(|| text.parse().ok()).flatten();
    let refused =
        || OktaError::invalid_parameter(name, format!("{text} is no date as of RFC 3339."));
    time.map(Some).ok_or_else(refused)
}

/// Tells whether a text has the form of a time: date, time of day, perhaps a fraction, and `Z` or an offset.
fn is_rfc_3339(text: &str) -> bool {
    let is_like = |text: &str, form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(found, expected)| match expected {
                b'd' => found.is_ascii_digit(),
                b'T' => found.eq_ignore_ascii_case(&expected),
                _ => found == expected,
            })
    };
    let Some((local, rest)) = text.split_at_checked("dddd-dd-ddTdd:dd:dd".len()) else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
    };
    let is_zone = is_like(zone, "Z") || is_like(zone, "+dd:dd") || is_like(zone, "-dd:dd");
    is_like(local, "dddd-dd-ddTdd:dd:dd") && is_zone
}

fn before(time: Timestamp, span: SignedDuration) -> Timestamp {
    time.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

/// Returns the first millisecond that is not before a time.
pub(crate) fn ceiling(time: Timestamp) -> i64 {
    let floor = time.as_nanosecond().div_euclid(1_000_000);
    let has_rest = time.as_nanosecond().rem_euclid(1_000_000) > 0;
    i64::try_from(floor).expect("the milliseconds of a time are fewer") + i64::from(has_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_dates_of_rfc_3339() {
        let good =
            ["2026-01-01T00:00:00Z", "2026-01-01t00:00:00.1Z", "2026-01-01T00:00:00.123456+01:00"];
        let bad = [
            "2026-01-01",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00Z[UTC]",
            "1767225600000",
            "é026-01-01T00:00:00Z",
            "now",
        ];
        assert!(good.iter().all(|text| is_rfc_3339(text)));
        assert!(bad.iter().all(|text| !is_rfc_3339(text)));
    }

    #[test]
    fn a_bound_between_two_milliseconds_begins_with_the_second() {
        for (text, expected) in [("0.001Z", 1), ("0.0010001Z", 2), ("0Z", 0), ("0.0009Z", 1)] {
            let time: Timestamp = format!("1970-01-01T00:00:0{text}").parse().unwrap();
            assert_eq!(ceiling(time), expected, "{text}");
        }
    }
}
