//! Predicates as Okta's expressions.
//!
//! What is written here may find more than the predicate, never less. Where that cannot be
//! promised, nothing is written: for an empty text, for characters that Okta does not store, for
//! "absent", which Okta cannot ask for.

use crate::catalogue::{Field, Kind};
use crate::instant::Instant;
use crate::predicate::{Check, Predicate, Relation, Text};
use appflow_connector::filter::{Comparison, Condition, Literal};
use std::fmt::Write as _;

/// The language of one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `search`: ignores case, orders dates, knows `co` on some properties.
    Search {
        /// Whether `lt` and `gt` are known on texts as well.
        orders_texts: bool,
    },
    /// `filter` of users and groups: minds case; dates take `gt` and `lt`, elsewhere also `ge`.
    Filter {
        /// Whether `ge` is known.
        ge: bool,
    },
    /// `filter` of applications: one `eq`.
    OneEquality,
}

/// An expression, and how it may be joined to others.
#[derive(Clone, Debug)]
pub(super) struct Pushed {
    pub(super) text: String,
    /// Whether every part of the predicate is in it, so that few records fail the residual.
    pub(super) complete: bool,
    /// Whether it is an `or` at the top, to be put into parentheses under an `and`.
    pub(super) is_or: bool,
}

impl Pushed {
    pub(super) fn simple(text: String) -> Self {
        Self { text, complete: true, is_or: false }
    }
}

/// As much of `predicate` as the form can say; none if that is nothing.
pub(super) fn push(predicate: &Predicate, form: Form) -> Option<Pushed> {
    match predicate {
        Predicate::All(all) if form != Form::OneEquality => {
            let parts: Vec<_> = all.iter().filter_map(|predicate| push(predicate, form)).collect();
            let is_whole = parts.len() == all.len();
            let pushed = join(&parts, Joint::And)?;
            Some(Pushed { complete: pushed.complete && is_whole, ..pushed })
        }
        Predicate::Any(any) if form != Form::OneEquality => {
            let parts = any.iter().map(|predicate| push(predicate, form));
            let parts = parts.collect::<Option<Vec<_>>>()?;
            join(&parts, Joint::Or)
        }
        Predicate::All(_) | Predicate::Any(_) | Predicate::Unless(_) => None,
        Predicate::Test(field, check) => push_check(field, check, form),
    }
}

/// How expressions are joined.
#[derive(Clone, Copy, PartialEq)]
enum Joint {
    And,
    Or,
}

fn join(parts: &[Pushed], joint: Joint) -> Option<Pushed> {
    if let [only] = parts {
        return Some(only.clone());
    }
    let separator = match joint {
        Joint::And => " and ",
        Joint::Or => " or ",
    };
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push_str(separator);
        }
        match part.is_or && joint == Joint::And {
            true => write!(text, "({})", part.text).ok()?,
            false => text.push_str(&part.text),
        }
    }
    let complete = parts.iter().all(|part| part.complete);
    (!text.is_empty()).then_some(Pushed { text, complete, is_or: joint == Joint::Or })
}

fn push_check(field: &Field, check: &Check, form: Form) -> Option<Pushed> {
    let known = match form {
        Form::Search { .. } => field.pushdown.search,
        Form::Filter { .. } | Form::OneEquality => field.pushdown.filter,
    };
    if !known {
        return None;
    }
    let is_search = matches!(form, Form::Search { .. });
    match check {
        Check::OneOf(texts) => {
            if form == Form::OneEquality && texts.len() > 1 {
                return None;
            }
            let parts = texts.iter().map(|text| {
                literal(field, text, form)
                    .map(|value| Pushed::simple(format!("{} eq {value}", field.path)))
            });
            join(&parts.collect::<Option<Vec<_>>>()?, Joint::Or)
        }
        // Keys compare exactly and `search` does not: it would leave out a key that differs in case.
        Check::NoneOf(texts)
            if form == (Form::Search { orders_texts: true }) && field.kind != Kind::Key =>
        {
            let parts = texts.iter().map(|text| {
                let value = literal(field, text, form)?;
                let text = format!("{0} lt {value} or {0} gt {value}", field.path);
                Some(Pushed { text, complete: true, is_or: true })
            });
            join(&parts.collect::<Option<Vec<_>>>()?, Joint::And)
        }
        Check::Contains(part) if is_search && field.pushdown.contains => {
            let value = literal(field, part, form)?;
            Some(Pushed::simple(format!("{} co {value}", field.path)))
        }
        Check::Is(boolean) if is_search => {
            Some(Pushed::simple(format!("{} eq {boolean}", field.path)))
        }
        Check::Time(relation, instant) if form != Form::OneEquality => {
            push_time(field.path, *relation, instant, form)
        }
        _ => None,
    }
}

/// A text as a literal. None if Okta could read it in another way than meant.
fn literal(field: &Field, text: &Text, form: Form) -> Option<String> {
    let written = text.written.as_str();
    let storable = written.chars().all(|c| c.len_utf8() <= 3);
    if written.is_empty() || !storable {
        return None;
    }
    match (field.kind, form) {
        // Capitals are how Okta writes it, and `filter` minds case.
        (Kind::Enumeration, Form::Search { .. } | Form::Filter { .. }) => {
            Some(quote(&written.to_uppercase()))
        }
        _ => Some(quote(written)),
    }
}

/// A text as Okta reads it: a JSON string.
pub(super) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Okta shows whole seconds and may store finer ones. So the lower end is the second that holds the
/// instant and the upper end is the next one.
fn push_time(path: &str, relation: Relation, instant: &Instant<'_>, form: Form) -> Option<Pushed> {
    let ge = form != (Form::Filter { ge: false });
    let from = || -> Option<String> {
        match ge {
            true => Some(format!("{path} ge \"{}\"", instant.okta_second(0)?)),
            false => Some(format!("{path} gt \"{}\"", instant.okta_second(-1)?)),
        }
    };
    let to = || Some(format!("{path} lt \"{}\"", instant.okta_second(1)?));
    let text = match relation {
        Relation::Greater | Relation::GreaterOrEqual => from()?,
        Relation::Less | Relation::LessOrEqual => to()?,
        Relation::Equal => format!("{} and {}", from()?, to()?),
        // With a fraction nothing that Okta shows is equal, so this would leave nothing out.
        Relation::NotEqual if !instant.is_whole_second() => return None,
        Relation::NotEqual => {
            let second = instant.okta_second(0)?;
            let text = format!("{path} lt \"{second}\" or {path} gt \"{second}\"");
            return Some(Pushed { text, complete: true, is_or: true });
        }
    };
    Some(Pushed::simple(text))
}

/// The condition that leaves records out on a flow's wish.
pub(super) fn differs(field: &str, value: &str) -> Condition {
    Condition::Compare(field.to_owned(), Comparison::NotEqual, Literal::Text(value.to_owned()))
}

/// The length of a value in a URL.
pub(super) fn encoded_len(text: &str) -> usize {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if unreserved(byte) { 1 } else { 3 }).sum()
}
