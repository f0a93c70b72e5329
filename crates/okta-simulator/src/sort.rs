//! The order of a listing that is asked for with `sortBy`.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use crate::condition::{Property, fold};
use crate::date_form;
use crate::org::Org;
use crate::record::Record;

/// The property that a listing is sorted by, and the direction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sort {
    pub(crate) property: Property,
    pub(crate) is_instant: bool,
    pub(crate) descending: bool,
}

impl Sort {
    /// Returns a text that orders as the property of the record does.
    pub(crate) fn key_of(&self, org: &Org, id: &str, record: &Record) -> String {
        match record.property(&self.property.0) {
            Some(date) if self.is_instant => date_form::read(&date)
                .map_or_else(String::new, |it| {
                    instant_key(it + self.property.hidden_time(org, id))
                }),
            Some(Value::String(text)) => fold(&text),
            Some(Value::Number(number)) => {
                // Flipping the sign (or, below zero, every bit) makes the bits of doubles sort as their values do.
                let bits = number.as_f64().unwrap_or_default().to_bits();
                let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
                format!("{ordered:016x}")
            }
            Some(Value::Bool(boolean)) => boolean.to_string(),
            _ => String::new(),
        }
    }

    /// Compares two positions, each a key and an id. Equal keys are in the order of their ids either way.
    pub(crate) fn compare(&self, left: (&str, &str), right: (&str, &str)) -> Ordering {
        let keys = left.0.cmp(right.0);
        let keys = if self.descending { keys.reverse() } else { keys };
        keys.then_with(|| left.1.cmp(right.1))
    }
}

/// Returns a text that orders as instants do, by the millisecond.
pub(crate) fn instant_key(time: Timestamp) -> String {
    format!("{:020}", time.as_millisecond() - Timestamp::MIN.as_millisecond())
}
