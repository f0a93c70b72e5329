//! Conditions, and which records match them.
//!
//! Text ignores case in `search` and does not in `filter`. Folding is one `char` at a time, so a diacritic
//! counts and a final sigma is a sigma. A record that lacks the property matches nothing.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::date_form;
use crate::expression::Operator;
use crate::org::Org;
use crate::record::{self, Record};

/// An expression that an endpoint has accepted, with its literals read.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Property {
        property: Property,
        operator: Operator,
        operand: Operand,
    },
    Present(Property),
    /// The record is one of these. For what is not written in the record itself.
    OneOf(BTreeSet<String>),
}

/// The dotted name of a property, as in `profile.firstName`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Property(pub(crate) String);

/// The right-hand side of a comparison.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Text(String),
    /// Compared without regard to case; kept folded.
    Folded(String),
    Number(f64),
    Boolean(bool),
    Instant(Timestamp),
}

impl Condition {
    /// Tells whether the record that is kept under `id` matches.
    pub(crate) fn matches(&self, org: &Org, id: &str, record: &Record) -> bool {
        self.holds(org, id, &Reading { record, whole: OnceCell::new() })
    }

    fn holds(&self, org: &Org, id: &str, record: &Reading<'_>) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.holds(org, id, record)),
            Self::Any(terms) => terms.iter().any(|term| term.holds(org, id, record)),
            Self::OneOf(ids) => ids.contains(id),
            Self::Present(property) => record.find(property).as_deref().is_some_and(is_present),
            Self::Property { property, operator, operand } => {
                match record.find(property).as_deref() {
                    Some(Value::Array(elements)) => elements
                        .iter()
                        .any(|element| operand.holds(*operator, element, SignedDuration::ZERO)),
                    Some(value) => operand.holds(*operator, value, property.hidden_time(org, id)),
                    None => false,
                }
            }
        }
    }
}

/// A record that is parsed when a term first asks for something that takes it.
struct Reading<'a> {
    record: &'a Record,
    whole: OnceCell<Value>,
}

impl Reading<'_> {
    fn find(&self, property: &Property) -> Option<Cow<'_, Value>> {
        match self.record.quick(&property.0) {
            Some(quick) => quick.map(Cow::Owned),
            None => {
                let whole = self.whole.get_or_init(|| self.record.value());
                record::property(whole, &property.0).map(Cow::Borrowed)
            }
        }
    }
}

/// Tells whether `pr` holds. An empty text, as the Admin Console leaves it where it clears a value, is present.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(elements) => elements.iter().any(is_present),
        _ => true,
    }
}

impl Property {
    /// Returns what the store knows of a time stamp beyond what the record shows.
    pub(crate) fn hidden_time(&self, org: &Org, id: &str) -> SignedDuration {
        SignedDuration::from_millis(org.hidden_millis(id, &self.0))
    }
}

impl Operand {
    fn holds(&self, operator: Operator, value: &Value, hidden: SignedDuration) -> bool {
        match (self, value) {
            (Self::Text(operand), Value::String(text)) => holds_text(operator, text, operand),
            (Self::Folded(operand), Value::String(text)) => match operator {
                Operator::Sw | Operator::Co => holds_text(operator, &fold(text), operand),
                _ => operator.holds(folded(text).cmp(operand.chars())),
            },
            (Self::Instant(operand), date) => date_form::read(date)
                .is_some_and(|shown| operator.holds((shown + hidden).cmp(operand))),
            (Self::Number(operand), Value::Number(number)) => number
                .as_f64()
                .and_then(|number| number.partial_cmp(operand))
                .is_some_and(|ordering| operator.holds(ordering)),
            (Self::Boolean(operand), Value::Bool(boolean)) => operator.holds(boolean.cmp(operand)),
            _ => false,
        }
    }
}

fn holds_text(operator: Operator, text: &str, operand: &str) -> bool {
    match operator {
        Operator::Sw => text.starts_with(operand),
        Operator::Co => text.contains(operand),
        _ => operator.holds(text.cmp(operand)),
    }
}

/// Folds a text as `search` compares it.
pub(crate) fn fold(text: &str) -> String {
    folded(text).collect()
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}
