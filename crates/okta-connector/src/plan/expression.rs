//! Predicates as Okta's expressions.
//!
//! An expression written here may find more than the predicate, never less. Where that cannot be
//! promised, nothing is written: for an empty text, for characters that Okta does not store, for
//! "absent", which Okta cannot ask for.

use crate::catalogue::{Field, Kind};
use crate::entity::Entity;
use crate::moment::Moment;
use crate::number::Decimal;
use crate::predicate::{Check, Predicate, Relation, Text};
use std::fmt::Write as _;

/// The length of an expression as it is sent, at most. Okta publishes no limit, but echoes the query in a
/// response header, whose size has one.
pub const MAX_EXPRESSION: usize = 2_000;

/// The grammar of one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The grammar of `search`: it ignores case, orders dates, knows `co` on some properties.
    Search {
        /// True if `lt` and `gt` are known on texts as well.
        orders_texts: bool,
    },
    /// The grammar of `filter` of users and groups: it minds case; dates take `gt` and `lt`,
    /// elsewhere also `ge`.
    Filter {
        /// True if `ge` is known.
        ge: bool,
    },
    /// The grammar of a `filter` that takes one `eq`, as that of applications.
    OneEquality,
}

/// The language of one parameter over the fields of an entity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Language<'a> {
    pub(super) entity: &'a Entity,
    pub(super) form: Form,
}

/// An expression, and how it may be joined to others.
#[derive(Clone, Debug)]
pub(super) struct Pushed {
    pub(super) text: String,
    /// True if every part of the predicate is in it, so that few records fail the residual.
    pub(super) complete: bool,
    /// True if it is an `or` at the top, to be put into parentheses under an `and`.
    pub(super) is_or: bool,
}

impl Pushed {
    /// Takes a text that is no `or` at the top and says all of its predicate.
    pub(super) fn simple(text: String) -> Self {
        Self { text, complete: true, is_or: false }
    }

    /// Returns the expression, ready to be joined by `and`.
    pub(super) fn operand(&self) -> String {
        if self.is_or { format!("({})", self.text) } else { self.text.clone() }
    }

    /// Says whether it is short enough to be sent.
    pub(super) fn fits(&self) -> bool {
        encoded_len(&self.text) <= MAX_EXPRESSION
    }
}

impl Language<'_> {
    /// Writes as much of `predicate` as can be said; returns `None` if that is nothing.
    pub(super) fn push(&self, predicate: &Predicate) -> Option<Pushed> {
        match predicate {
            Predicate::All(all) if self.form != Form::OneEquality => {
                let parts: Vec<_> =
                    all.iter().filter_map(|predicate| self.push(predicate)).collect();
                let is_whole = parts.len() == all.len();
                let pushed = join(&parts, Joint::And)?;
                Some(Pushed { complete: pushed.complete && is_whole, ..pushed })
            }
            Predicate::Any(any) if self.form != Form::OneEquality => {
                let parts = any.iter().map(|predicate| self.push(predicate));
                let parts = parts.collect::<Option<Vec<_>>>()?;
                join(&parts, Joint::Or)
            }
            Predicate::All(_) | Predicate::Any(_) | Predicate::Unless(_) => None,
            Predicate::Test(field, check) => push_check(&self.entity[*field], check, self.form),
        }
    }
}

/// The word between two expressions.
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
                    .map(|value| Pushed::simple(format!("{} eq {value}", field.term())))
            });
            join(&parts.collect::<Option<Vec<_>>>()?, Joint::Or)
        }
        // Keys compare exactly and `search` does not: it would leave out a key that differs in case.
        Check::NoneOf(texts)
            if form == (Form::Search { orders_texts: true }) && field.kind != Kind::Key =>
        {
            let parts = texts.iter().map(|text| {
                let value = literal(field, text, form)?;
                let text = format!("{0} lt {value} or {0} gt {value}", field.term());
                Some(Pushed { text, complete: true, is_or: true })
            });
            join(&parts.collect::<Option<Vec<_>>>()?, Joint::And)
        }
        Check::Contains(part) if is_search && field.pushdown.contains => {
            let value = literal(field, part, form)?;
            Some(Pushed::simple(format!("{} co {value}", field.term())))
        }
        Check::Is(boolean) if is_search => {
            Some(Pushed::simple(format!("{} eq {boolean}", field.term())))
        }
        Check::Number(relation, number) if is_search => push_number(field, *relation, number),
        // On a list `eq` means that one of its elements is equal.
        Check::Has(text) if is_search => {
            let value = literal(field, text, form)?;
            Some(Pushed::simple(format!("{} eq {value}", field.term())))
        }
        Check::Time(relation, instant) if form != Form::OneEquality => {
            push_time(field.term(), *relation, instant, form)
        }
        _ => None,
    }
}

/// Writes a text as a literal. Returns `None` if Okta could read it in another way than meant.
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

/// Writes a text as Okta reads it: a JSON string.
pub(super) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Writes a condition on a number. What Okta compares as binary numbers are decimals here, so numbers of more digits
/// than those keep apart are not asked for, and of two that are nearly equal it is not asked which one is greater.
fn push_number(field: &Field, relation: Relation, number: &Decimal) -> Option<Pushed> {
    const EXACT_DIGITS: usize = 15;
    const EXACT_SIZE: i64 = 100;
    if number.precision() > EXACT_DIGITS || number.magnitude().abs() > EXACT_SIZE {
        return None;
    }
    let is_whole = field.kind == Kind::Integer;
    let (operator, complete) = match relation {
        Relation::Equal => ("eq", true),
        Relation::LessOrEqual => ("le", true),
        Relation::GreaterOrEqual => ("ge", true),
        Relation::Less if is_whole => ("lt", true),
        Relation::Greater if is_whole => ("gt", true),
        Relation::Less => ("le", false),
        Relation::Greater => ("ge", false),
        Relation::NotEqual => return None,
    };
    let text = format!("{} {operator} {number}", field.term());
    Some(Pushed { text, complete, is_or: false })
}

/// Writes a condition on an instant. Okta shows whole seconds and may store finer ones, so the
/// lower end is the second that holds the instant and the upper end is the next one.
fn push_time(path: &str, relation: Relation, instant: &Moment<'_>, form: Form) -> Option<Pushed> {
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

/// Returns the length of a value in a URL.
pub(super) fn encoded_len(text: &str) -> usize {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if unreserved(byte) { 1 } else { 3 }).sum()
}
