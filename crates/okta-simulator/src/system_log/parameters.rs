//! The parameters of a query of the log.

use std::borrow::Cow;

use serde_json::Value;

use crate::call::Call;
use crate::error::OktaError;
use crate::view::View;

use super::bounds::{self, Bounds, ceiling};
use super::cursor::{BoundedCursor, PollingCursor};
use super::filter::Condition;
use super::{Place, SystemLog, parsed};

/// The parameters of a query, read and found good.
pub(crate) struct Parameters {
    pub(crate) mode: Mode,
    pub(crate) limit: usize,
    condition: Option<Condition>,
    /// In lower case.
    keywords: Vec<String>,
}

/// A query is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is about what was published in a time, and ends.
    Bounded {
        from: Place,
        to: Place,
        order: Order,
        /// So many empty pages were already shown where it goes on.
        pauses: u16,
    },
    /// It is about what arrives, and never ends.
    Polling(PollingCursor),
}

/// The order of a bounded query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;
const MAX_KEYWORDS: usize = 10;
const MAX_KEYWORD_LENGTH: usize = 40;

impl Parameters {
    pub(crate) fn read(view: View<'_>) -> Result<Self, OktaError> {
        let call = view.call;
        if call.param("search").is_some() {
            let cause = "The parameter search is not supported by this endpoint.";
            return Err(OktaError::invalid_search(cause));
        }
        let filter = call.param("filter").filter(|filter| !filter.is_empty());
        Ok(Self {
            mode: read_mode(view)?,
            limit: read_limit(call)?,
            condition: filter.map(Condition::parse).transpose()?,
            keywords: read_keywords(call)?,
        })
    }

    /// Shows an event if it is asked for.
    pub(crate) fn show<'a>(&self, log: &'a SystemLog, number: u32) -> Option<Cow<'a, str>> {
        // Most events that a filter leaves out need not be made for that.
        if let (Some(condition), Some(event_type)) = (&self.condition, log.event_type(number))
            && condition.excludes(event_type)
        {
            return None;
        }
        let event = log.event(number);
        if self.condition.is_none() && self.keywords.is_empty() {
            return Some(event);
        }
        let value = parsed(&event);
        let matches = self.condition.as_ref().is_none_or(|condition| condition.matches(&value));
        let has = |keyword: &String| has_keyword(&value, keyword);
        (matches && self.keywords.iter().all(has)).then_some(event)
    }
}

fn read_mode(view: View<'_>) -> Result<Mode, OktaError> {
    let call = view.call;
    let bounds = Bounds::read(view)?;
    let after = call.param("after").filter(|after| !after.is_empty());
    let order = match call.param("sortOrder") {
        None | Some("" | "ASCENDING") => Order::Ascending,
        Some("DESCENDING") => Order::Descending,
        Some(_) => {
            let cause = "The order must be ASCENDING or DESCENDING.";
            return Err(OktaError::invalid_parameter("sortOrder", cause));
        }
    };
    let invalid = || OktaError::invalid_search("Invalid cursor.");
    if !bounds.is_closed && order == Order::Ascending {
        let start = PollingCursor { arrives: bounds.since, turn: 0 };
        let cursor = after.map(|after| PollingCursor::read(after).ok_or_else(invalid));
        return Ok(Mode::Polling(cursor.transpose()?.unwrap_or(start)));
    }
    let (from, to) = ((bounds.since, 0), (bounds.until, 0));
    let Some(after) = after else { return Ok(Mode::Bounded { from, to, order, pauses: 0 }) };
    let BoundedCursor { place, pauses } = BoundedCursor::read(after).ok_or_else(invalid)?;
    // The link had the cursor beside a bound that is not the caller's own.
    let moved = if order == Order::Ascending { "since" } else { "until" };
    if bounds::given(call, moved)?.map(ceiling) != Some(place.0) {
        return Err(invalid());
    }
    Ok(match order {
        Order::Ascending => Mode::Bounded { from: place, to, order, pauses },
        Order::Descending => Mode::Bounded { from, to: place, order, pauses },
    })
}

fn read_limit(call: &Call) -> Result<usize, OktaError> {
    let Some(text) = call.param("limit") else { return Ok(DEFAULT_LIMIT) };
    let limit = text.parse().ok().filter(|&limit| limit <= MAX_LIMIT);
    let refused = || {
        let cause = format!("The limit must be a number from 0 to {MAX_LIMIT}.");
        OktaError::invalid_parameter("limit", cause)
    };
    limit.ok_or_else(refused)
}

fn read_keywords(call: &Call) -> Result<Vec<String>, OktaError> {
    let words: Vec<_> = call.param("q").unwrap_or_default().split_whitespace().collect();
    if words.len() > MAX_KEYWORDS {
        let cause = format!("There must be no more than {MAX_KEYWORDS} keywords.");
        return Err(OktaError::invalid_parameter("q", cause));
    }
    if words.iter().any(|word| word.chars().count() > MAX_KEYWORD_LENGTH) {
        let cause = format!("A keyword must have no more than {MAX_KEYWORD_LENGTH} characters.");
        return Err(OktaError::invalid_parameter("q", cause));
    }
    Ok(words.into_iter().map(str::to_lowercase).collect())
}

/// Tells whether a text of the event has a keyword, which is in lower case.
fn has_keyword(value: &Value, keyword: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(keyword),
        Value::Array(elements) => elements.iter().any(|it| has_keyword(it, keyword)),
        Value::Object(members) => members.values().any(|it| has_keyword(it, keyword)),
        _ => false,
    }
}
