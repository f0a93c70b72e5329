//! Points in time, exact to any number of digits.
//!
//! AppFlow writes instants with any fraction and Okta may answer with any; nothing is rounded.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use std::borrow::Cow;

/// A point in time. The derived order is the order in time, since a fraction without zeros at its
/// end compares like text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment<'a> {
    /// Seconds since 1970, rounded down.
    second: i64,
    /// The digits behind the point, without zeros at the end.
    fraction: Cow<'a, str>,
}

/// A number of at least this many digits is taken for milliseconds since 1970; a shorter one, such
/// as a year, more likely is a mistake.
const MIN_EPOCH_MILLIS_DIGITS: usize = 12;

impl<'a> Moment<'a> {
    /// Reads RFC 3339 with any fraction and zone, or a date alone, which is its midnight in UTC.
    /// The hour may be 24.
    pub fn parse(text: &'a str) -> Option<Self> {
        let date = parse_date(text.get(..10)?)?;
        let rest = &text[10..];
        if rest.is_empty() {
            return Some(Self {
                second: seconds_of(date, Time::midnight(), 0),
                fraction: "".into(),
            });
        }
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let (hour, minute, second) = parse_time(rest.get(..8)?)?;
        let rest = &rest[8..];
        let (fraction, zone) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
            None => ("", rest),
        };
        if fraction.is_empty() && rest.starts_with('.') {
            return None;
        }
        // Hour 24 is the next day.
        let (date, hour) =
            if hour == 24 { (date.checked_add(1.day()).ok()?, 0) } else { (date, hour) };
        let time = Time::new(hour, minute, second, 0).ok()?;
        let second = seconds_of(date, time, parse_zone(zone)?);
        Some(Self { second, fraction: fraction.trim_end_matches('0').into() })
    }

    /// Reads what a record may hold where it should hold the form of [`Self::parse`]: the same without a zone, which is
    /// UTC, or milliseconds since 1970.
    pub fn read(text: &str) -> Option<Moment<'static>> {
        let zoned;
        let found = match Moment::parse(text).or_else(|| Moment::parse_epoch_millis(text)) {
            Some(found) => found,
            None => {
                zoned = format!("{}Z", text.trim_end());
                Moment::parse(&zoned)?
            }
        };
        Some(found.into_owned())
    }

    /// Reads milliseconds since 1970.
    pub fn parse_epoch_millis(number: &str) -> Option<Self> {
        let plausible = number.len() >= MIN_EPOCH_MILLIS_DIGITS
            && number.bytes().all(|byte| byte.is_ascii_digit());
        let millis: i64 = number.parse().ok().filter(|_| plausible)?;
        let fraction = format!("{:03}", millis % 1_000);
        Some(Self {
            second: millis / 1_000,
            fraction: fraction.trim_end_matches('0').to_owned().into(),
        })
    }

    /// Takes hold of its text.
    pub fn into_owned(self) -> Moment<'static> {
        Moment { second: self.second, fraction: self.fraction.into_owned().into() }
    }

    /// Returns the second that holds it, since 1970.
    pub fn second(&self) -> i64 {
        self.second
    }

    /// Returns the start of a second since 1970.
    pub fn from_second(second: i64) -> Self {
        Self { second, fraction: "".into() }
    }

    /// Returns the millisecond that holds it, since 1970; the last one there is if it is later.
    pub(crate) fn millisecond(&self) -> i64 {
        let digit = |index: usize| {
            i64::from(self.fraction.as_bytes().get(index).map_or(0, |digit| digit - b'0'))
        };
        let millis = digit(0) * 100 + digit(1) * 10 + digit(2);
        self.second.saturating_mul(1_000).saturating_add(millis)
    }

    /// Says whether it falls on a whole millisecond.
    pub(crate) fn is_whole_millisecond(&self) -> bool {
        self.fraction.len() <= 3
    }

    /// Returns the moment that is so many minutes earlier.
    pub(crate) fn earlier(&self, minutes: u32) -> Self {
        let second = self.second.saturating_sub(i64::from(minutes) * 60);
        Self { second, fraction: self.fraction.clone() }
    }

    /// Says whether it falls on a whole second.
    pub fn is_whole_second(&self) -> bool {
        self.fraction.is_empty()
    }

    /// Writes the second that holds it, `offset` seconds later, as Okta does. Returns `None` for
    /// what is before 1970 or after 9998, where no record is and parsers of dates have their edges.
    pub fn okta_second(&self, offset: i64) -> Option<String> {
        let second =
            self.second.checked_add(offset).filter(|second| (0..YEAR_9999).contains(second))?;
        let civil = EPOCH.checked_add(SignedDuration::from_secs(second)).ok()?;
        Some(format!("{civil}.000Z"))
    }
}

/// The start of the count of seconds. Civil time reaches to the end of the year 9999, further than
/// a timestamp does, and filters do name that last second.
const EPOCH: DateTime = jiff::civil::datetime(1970, 1, 1, 0, 0, 0, 0);

/// 9999-01-01 in seconds since 1970.
const YEAR_9999: i64 = 253_370_764_800;

fn seconds_of(date: Date, time: Time, offset_seconds: i64) -> i64 {
    date.to_datetime(time).duration_since(EPOCH).as_secs() - offset_seconds
}

fn parse_date(text: &str) -> Option<Date> {
    let shape = text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let part = |range| text.get(range).and_then(number);
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().filter(|_| shape)
}

fn parse_time(text: &str) -> Option<(i8, i8, i8)> {
    let shape = text.as_bytes()[2] == b':' && text.as_bytes()[5] == b':';
    let part = |range| i8::try_from(text.get(range).and_then(number)?).ok();
    shape.then_some((part(0..2)?, part(3..5)?, part(6..8)?))
}

/// Reads a zone as seconds east of UTC.
fn parse_zone(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|&c| c != ':').collect();
    let well_formed = digits.len() == 4 && matches!(zone.len(), 5 | 6);
    let hours = i64::from(number(digits.get(..2).filter(|_| well_formed)?)?);
    let minutes = i64::from(number(digits.get(2..)?)?);
    (minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Reads a number of digits only: no sign, no space.
fn number(text: &str) -> Option<i16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_instant_in_many_forms() {
        let noon = Moment::parse("2024-05-01T12:00:00.000Z").unwrap();
        for text in [
            "2024-05-01T12:00:00Z",
            "2024-05-01t12:00:00z",
            "2024-05-01T14:00:00+02:00",
            "2024-05-01T14:00:00.0000000000000+0200",
            "2024-05-01T06:30:00-05:30",
        ] {
            assert_eq!(Moment::parse(text), Some(noon.clone()), "{text}");
        }
        assert_eq!(Moment::parse_epoch_millis("1714564800000"), Some(noon));
        assert_eq!(Moment::parse("2024-04-30T24:00:00Z"), Moment::parse("2024-05-01"));
    }

    #[test]
    fn records_are_read_leniently() {
        let noon = Moment::parse("2024-05-01T12:00:00Z").unwrap();
        for text in [
            "2024-05-01 12:00:00.0",
            "2024-05-01T12:00:00",
            "2024-05-01T12:00:00+0000",
            "2024-05-01 14:00:00+02:00",
            "1714564800000",
        ] {
            assert_eq!(Moment::read(text), Some(noon.clone()), "{text}");
        }
        for text in ["", "yesterday", "2024", "2024-05-01T12:00", "05/01/2024", "[1714564800000]"] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }

    #[test]
    fn order_is_exact() {
        let sorted = [
            "1969-12-31T23:59:59.9Z",
            "2024-05-01",
            "2024-05-01T00:00:00.0000000000001Z",
            "2024-05-01T00:00:00.09Z",
            "2024-05-01T00:00:00.45Z",
            "2024-05-01T00:00:00.5Z",
            "2024-05-01T00:00:01Z",
            "2024-05-01T00:00:01-00:01",
        ];
        assert!(sorted.iter().map(|text| Moment::parse(text).unwrap()).is_sorted());
    }

    #[test]
    fn what_is_no_instant() {
        for text in [
            "",
            "2024",
            "2024-02-30",
            "2024-13-01",
            "2024-05-01T",
            "2024-05-01T12:00",
            "2024-05-01T12:00:00",
            "2024-05-01T12:00:60Z",
            "2024-05-01T25:00:00Z",
            "2024-05-01T12:00:00.Z",
            "2024-05-01T12:00:00+2",
            "2024-05-01T12:00:00+02:60",
            "2024/05/01",
            "+024-05-01",
            "日本語日本語",
            "2024-05-01T12:00:00Zx",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
        for number in
            ["2024", "99999999999", "-171456480000", "1714564800000.5", "99999999999999999999"]
        {
            assert_eq!(Moment::parse_epoch_millis(number), None, "{number}");
        }
    }

    #[test]
    fn okta_seconds() {
        let instant = Moment::parse("2024-05-01T23:59:59.75Z").unwrap();
        assert_eq!(instant.okta_second(0).as_deref(), Some("2024-05-01T23:59:59.000Z"));
        assert_eq!(instant.okta_second(1).as_deref(), Some("2024-05-02T00:00:00.000Z"));
        assert_eq!(Moment::parse("1969-01-01").unwrap().okta_second(0), None);
    }
}
