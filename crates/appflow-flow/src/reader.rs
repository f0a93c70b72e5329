//! The reading of a flow's JSON: every refusal names the place, what was found there and what was expected.

use crate::refusal::{Refusal, any_of, suggestion};
use crate::spelling::{self, Misspelled};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// A value and its place in the flow.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    place: String,
    value: &'a Value,
}

/// The members of an object, of which none is unknown.
#[derive(Debug)]
pub(crate) struct Members<'a> {
    place: String,
    members: &'a Map<String, Value>,
}

impl<'a> Node<'a> {
    /// Starts at the outermost value, which `name` stands for in a refusal.
    pub(crate) fn new(name: &str, value: &'a Value) -> Self {
        Self { place: name.to_owned(), value }
    }

    /// Returns the place, as a refusal names it.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Returns the value as it is.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// Makes a refusal of the value.
    pub(crate) fn refuse(&self, expected: &str) -> Refusal {
        Refusal::new(format!("{} is {}: expected {expected}", self.place, shown(self.value)))
    }

    /// Reads an object whose members are all in `known`.
    pub(crate) fn members(&self, known: &[&str]) -> Result<Members<'a>, Refusal> {
        let Value::Object(members) = self.value else { return Err(self.refuse("an object")) };
        if let Some(unknown) = members.keys().find(|key| !known.contains(&key.as_str())) {
            let place = &self.place;
            return Err(match known.iter().find(|name| name.eq_ignore_ascii_case(unknown)) {
                Some(name) => {
                    Refusal::new(format!("{place} has `{unknown}`, which is spelled `{name}`"))
                }
                None => Refusal::new(match suggestion(unknown, known.iter().copied()) {
                    none if none.is_empty() => {
                        format!(
                            "{place} has `{unknown}`: expected {}",
                            any_of(known.iter().copied())
                        )
                    }
                    suggestion => {
                        format!("{place} has `{unknown}`, which is not known{suggestion}")
                    }
                }),
            });
        }
        Ok(Members { place: self.place.clone(), members })
    }

    /// Reads a text.
    pub(crate) fn text(&self) -> Result<&'a str, Refusal> {
        self.value.as_str().ok_or_else(|| self.refuse("a text"))
    }

    /// Reads a text without white space of at most `most` characters.
    pub(crate) fn name(&self, most: usize) -> Result<&'a str, Refusal> {
        let text = self.text()?;
        let is_name = !text.is_empty() && !text.contains(char::is_whitespace);
        if is_name && text.chars().count() <= most {
            return Ok(text);
        }
        Err(self.refuse(&format!("1 to {most} characters without white space")))
    }

    /// Reads one of the words that AppFlow has for this member.
    pub(crate) fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T, Refusal> {
        let place = &self.place;
        spelling::find("", self.text()?.to_owned(), words).map_err(|misspelled| {
            Refusal::new(match misspelled {
                Misspelled::Case { found, expected, .. } => {
                    format!("{place} `{found}` is spelled `{expected}`")
                }
                Misspelled::Unknown { found, .. } => {
                    let known = words.iter().map(|(word, _)| *word);
                    format!("{place} `{found}` is not known: expected {}", any_of(known))
                }
            })
        })
    }

    /// Reads a whole number within `range`.
    pub(crate) fn whole(&self, range: RangeInclusive<u64>) -> Result<u64, Refusal> {
        let number = self.value.as_u64().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            self.refuse(&format!("a whole number from {} to {}", range.start(), range.end()))
        })
    }

    /// Reads an instant: a text of ISO 8601, or seconds since 1970.
    pub(crate) fn timestamp(&self) -> Result<Timestamp, Refusal> {
        let timestamp = match self.value {
            Value::String(text) => instant(text),
            Value::Number(number) => number.as_f64().and_then(|seconds| {
                // To the millisecond, which is what AppFlow keeps.
                let milliseconds = (seconds * 1000.0).round();
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "what is out of range is no instant"
                )]
                Timestamp::from_millisecond(milliseconds as i64).ok()
            }),
            _ => None,
        };
        timestamp.ok_or_else(|| {
            self.refuse("an instant such as 2026-01-01T00:00:00Z, or seconds since 1970")
        })
    }

    /// Reads a list.
    pub(crate) fn list(&self) -> Result<Vec<Self>, Refusal> {
        let Value::Array(values) = self.value else { return Err(self.refuse("a list")) };
        let element = |(index, value)| Self { place: format!("{}[{index}]", self.place), value };
        Ok(values.iter().enumerate().map(element).collect())
    }

    /// Reads a list of texts.
    pub(crate) fn texts(&self) -> Result<Vec<String>, Refusal> {
        self.list()?.iter().map(|node| node.text().map(str::to_owned)).collect()
    }

    /// Reads an object whose members are not known beforehand.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Refusal> {
        let Value::Object(members) = self.value else { return Err(self.refuse("an object")) };
        let entry = |(key, value): (&'a String, &'a Value)| {
            (key.as_str(), Self { place: format!("{}.{key}", self.place), value })
        };
        Ok(members.iter().map(entry).collect())
    }
}

impl<'a> Members<'a> {
    /// Returns a member, if there is one. Null counts as none.
    pub(crate) fn optional(&self, name: &str) -> Option<Node<'a>> {
        let value = self.members.get(name).filter(|value| !value.is_null())?;
        Some(Node { place: self.place_of(name), value })
    }

    /// Returns a member that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<Node<'a>, Refusal> {
        self.optional(name)
            .ok_or_else(|| Refusal::new(format!("{} is missing", self.place_of(name))))
    }

    fn place_of(&self, name: &str) -> String {
        // The outermost object is the flow itself, whose members need no more of a name.
        match self.place.as_str() {
            "the flow" => name.to_owned(),
            place => format!("{place}.{name}"),
        }
    }
}

/// Reads an instant in one of the forms of ISO 8601. One without an offset is of UTC, and a date alone is its first instant.
pub fn instant(text: &str) -> Option<Timestamp> {
    let without_offset = || text.parse::<DateTime>().ok()?.to_zoned_datetime(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| Some(without_offset()?.timestamp()))
}

/// Shows what was found, as much of it as a sentence has room for.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) if text.chars().count() > 60 => {
            format!(
                "`{}…` ({} characters)",
                text.chars().take(40).collect::<String>(),
                text.chars().count()
            )
        }
        Value::String(text) => format!("`{text}`"),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Array(values) => format!("a list of {}", values.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}
