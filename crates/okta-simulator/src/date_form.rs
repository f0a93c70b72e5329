//! The forms in which an org may show a date.
//!
//! Okta documents one form. The others were seen in fields that came from elsewhere, or are what a careless hand
//! puts into a profile. All of them name one instant, and the search index knows it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Value;

/// A form that Okta does not document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateForm {
    /// `2026-03-05 08:36:55.0`, which is UTC and does not say so.
    Spaced,
    /// `2026-03-05T08:36:55+0000`.
    Offset,
    /// `1772699815000`, a number: the milliseconds since 1970.
    EpochMillis,
}

impl DateForm {
    /// Writes a date in this form. What is no date stays what it is.
    pub fn write(self, date: &Value) -> Value {
        let Some(time) = read(date) else { return date.clone() };
        match self {
            Self::Spaced => time.strftime("%Y-%m-%d %H:%M:%S.0").to_string().into(),
            Self::Offset => time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string().into(),
            Self::EpochMillis => time.as_millisecond().into(),
        }
    }
}

/// Reads a date in any form.
pub(crate) fn read(date: &Value) -> Option<Timestamp> {
    match date {
        Value::String(text) => text.parse().ok().or_else(|| {
            let local: DateTime = text.contains(' ').then(|| text.parse().ok())??;
            Offset::UTC.to_timestamp(local).ok()
        }),
        Value::Number(millis) => Timestamp::from_millisecond(millis.as_i64()?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_is_the_same_instant() {
        let documented = json!("2026-03-05T08:36:55.000Z");
        let rows = [
            (DateForm::Spaced, json!("2026-03-05 08:36:55.0")),
            (DateForm::Offset, json!("2026-03-05T08:36:55+0000")),
            (DateForm::EpochMillis, json!(1_772_699_815_000_i64)),
        ];
        for (form, expected) in rows {
            assert_eq!(form.write(&documented), expected);
            assert_eq!(read(&expected), read(&documented), "{form:?}");
        }
        for other in [json!(null), json!("soon"), json!([1])] {
            assert_eq!(DateForm::Spaced.write(&other), other);
        }
    }
}
