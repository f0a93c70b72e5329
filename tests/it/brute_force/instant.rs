//! Points in time, exact at any number of fraction digits.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::Value;

/// A point in time. The order of the fields makes the derived order the order in time: fraction
/// digits without trailing zeros compare like the numbers they stand for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    /// Seconds since 1970, rounded down.
    second: i64,
    /// The digits after the point, without trailing zeros.
    fraction: String,
}

impl Instant {
    /// Reads `2024-05-01` (midnight UTC) or `2024-05-01T02:00:00.123+02:00`, `Z` for no offset.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        if rest.is_empty() {
            return Self::parse(&format!("{date}T00:00:00Z"));
        }
        let (time, rest) = rest.split_at_checked(9)?;
        let (fraction, zone) = split_fraction(rest)?;
        let fraction = fraction.trim_end_matches('0').to_owned();
        Some(Self { second: civil_second(date, time)? - offset(zone)?, fraction })
    }

    /// Reads the value of a record in any form that has one meaning: besides those of [`Self::parse`] a date and time
    /// with a blank for the `T`, with a zone such as `+0200`, or without one, which is UTC; and milliseconds since 1970,
    /// of twelve digits at least, so that a year is not taken for them.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        if text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::of_millis(text.parse().ok()?));
        }
        let Some((date, rest)) = text.split_at_checked(10).filter(|(_, rest)| !rest.is_empty())
        else {
            return Self::parse(&text);
        };
        let time = rest.strip_prefix(['T', ' '])?;
        let (time, zone) = match time.find(['Z', '+', '-']) {
            Some(at) => time.split_at(at),
            None => (time, "Z"),
        };
        let zone = match zone.len() {
            5 => format!("{}:{}", zone.get(..3)?, zone.get(3..)?),
            _ => zone.to_owned(),
        };
        Self::parse(&format!("{date}T{time}{zone}"))
    }

    fn of_millis(millis: i64) -> Self {
        let fraction = format!("{:03}", millis % 1_000).trim_end_matches('0').to_owned();
        Self { second: millis / 1_000, fraction }
    }

    /// Returns the instant so many seconds later, with this fraction in place of its own; itself at
    /// the end of the last year of four digits.
    pub(crate) fn moved(&self, seconds: i64, fraction: &str) -> Self {
        let fraction = fraction.trim_end_matches('0').to_owned();
        let moved = Self { second: self.second + seconds, fraction };
        if moved.local(0).is_some() { moved } else { self.clone() }
    }

    /// Returns the midnight UTC that this instant follows.
    pub(crate) fn midnight(&self) -> Self {
        Self { second: self.second - self.second.rem_euclid(86_400), fraction: String::new() }
    }

    /// Returns the digits after the point, without trailing zeros.
    pub(crate) fn fraction(&self) -> &str {
        &self.fraction
    }

    /// Returns `2024-05-01`, if it is a midnight UTC.
    pub(crate) fn date(&self) -> Option<String> {
        let local = self.local(0)?;
        (*self == self.midnight()).then(|| local[..10].to_owned())
    }

    /// Returns the date and time, to the second, that a clock shows so many minutes ahead of UTC;
    /// `None` if its year would have more than four digits.
    pub(crate) fn local(&self, minutes: i64) -> Option<String> {
        let since = SignedDuration::from_secs(self.second + minutes * 60);
        Some(epoch().checked_add(since).ok()?.to_string())
    }
}

fn epoch() -> DateTime {
    DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
}

/// Splits `.123Z` into `123` and `Z`. A point wants digits.
fn split_fraction(rest: &str) -> Option<(&str, &str)> {
    let Some(digits) = rest.strip_prefix('.') else { return Some(("", rest)) };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    (end > 0).then(|| digits.split_at(end))
}

/// Returns the seconds since 1970 on a clock that shows the date `2024-05-01` and the time `T12:34:56`.
fn civil_second(date: &str, time: &str) -> Option<i64> {
    let (date, time) = (Parts(date), Parts(time));
    date.sign(4, "-")?;
    date.sign(7, "-")?;
    time.sign(0, "T")?;
    time.sign(3, ":")?;
    time.sign(6, ":")?;
    let [year, month, day] = [date.number(0, 4)?, date.number(5, 7)?, date.number(8, 10)?];
    let [hour, minute, second] = [time.number(1, 3)?, time.number(4, 6)?, time.number(7, 9)?];
    let small = |number| i8::try_from(number).ok();
    let civil = DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    );
    Some(civil.ok()?.duration_since(epoch()).as_secs())
}

/// Returns the seconds that a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let parts = Parts(zone);
    let sign = if parts.sign(0, "+").is_some() { 1 } else { parts.sign(0, "-").map(|()| -1)? };
    parts.sign(3, ":")?;
    let (hours, minutes) = (parts.number(1, 3)?, parts.number(4, 6)?);
    let valid = zone.len() == 6 && hours < 24 && minutes < 60;
    valid.then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// A text with numbers and signs at fixed places.
struct Parts<'a>(&'a str);

impl Parts<'_> {
    fn sign(&self, at: usize, sign: &str) -> Option<()> {
        (self.0.get(at..at + sign.len())? == sign).then_some(())
    }

    fn number(&self, from: usize, to: usize) -> Option<i16> {
        let digits = self.0.get(from..to)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    }
}
