//! Finds the places in an order at which a condition may match. A page looks at these and passes over the rest.

use crate::condition::{Condition, Operand, fold};
use crate::expression::Operator;
use crate::sort::{Sort, instant_key};

/// Sort keys from the lowest to the highest, both among them. Without a highest, there is no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    lowest: String,
    highest: Option<String>,
}

impl Span {
    /// Returns the span of the records that have no key.
    pub(crate) fn without_key() -> Self {
        Self { lowest: String::new(), highest: Some(String::new()) }
    }

    /// Returns the span of all records.
    pub(crate) fn all() -> Self {
        Self { lowest: String::new(), highest: None }
    }

    /// Tells whether all of the span is above a key.
    pub(crate) fn is_above(&self, key: &str) -> bool {
        key < self.lowest.as_str()
    }

    /// Tells whether all of the span is below a key.
    pub(crate) fn is_below(&self, key: &str) -> bool {
        self.highest.as_deref().is_some_and(|highest| highest < key)
    }

    fn intersection(&self, other: &Self) -> Self {
        let highest = match (&self.highest, &other.highest) {
            (Some(one), Some(another)) => Some(one.min(another)),
            (one, another) => one.as_ref().or(another.as_ref()),
        };
        Self {
            lowest: self.lowest.as_str().max(&other.lowest).to_owned(),
            highest: highest.cloned(),
        }
    }
}

/// Returns the spans of an order that hold every record with a key that the condition matches, or `None` if the
/// condition says nothing of the property.
pub(crate) fn spans(condition: &Condition, sort: &Sort) -> Option<Vec<Span>> {
    match condition {
        Condition::All(terms) => {
            let known = terms.iter().filter_map(|term| spans(term, sort));
            known.reduce(|left, right| {
                let pairs = left.iter().flat_map(|one| right.iter().map(|it| one.intersection(it)));
                pairs.collect()
            })
        }
        Condition::Any(terms) => {
            let all: Option<Vec<_>> = terms.iter().map(|term| spans(term, sort)).collect();
            all.map(|all| all.concat())
        }
        Condition::Property { property, operator, operand } if *property == sort.property => {
            span(*operator, operand, sort).map(|span| vec![span])
        }
        Condition::Property { .. } | Condition::Present(_) | Condition::OneOf(_) => None,
    }
}

fn span(operator: Operator, operand: &Operand, sort: &Sort) -> Option<Span> {
    let is_instant = sort.is_instant;
    let key = match operand {
        Operand::Instant(time) if is_instant => instant_key(*time),
        Operand::Text(text) if !is_instant => fold(text),
        Operand::Folded(text) if !is_instant => text.clone(),
        _ => return None,
    };
    Some(match operator {
        Operator::Eq => Span { lowest: key.clone(), highest: Some(key) },
        Operator::Gt | Operator::Ge if is_instant => Span { lowest: key, highest: None },
        Operator::Lt | Operator::Le if is_instant => {
            Span { lowest: String::new(), highest: Some(key) }
        }
        _ => return None,
    })
}
