//! The language of `filterExpression`: its syntax only. The connector gives fields their meaning.
//!
//! The language is that of the grammar in AppFlow's SDKs. Three things are decided differently:
//!
//! * An input that the reference accepts only by dropping characters it does not know (`a ! = 1`
//!   becomes `a = 1` there) is refused here, since dropping them silently changes the question.
//! * `LIMIT 5` is accepted, although the reference wants two digits.
//! * A text that ends in an escaped backslash may be followed by another text, which the reference
//!   cannot read.
//!
//! Inside a text, `\'`, `\"` and `\\` stand for the second character; any other backslash stands
//! for itself, so `'CORP\name'` is what it looks like. The reference leaves the inside of a text to
//! the connector, so this crate decides it.

mod lexer;
mod parser;
#[cfg(test)]
mod tests;

use std::fmt::{self, Display as _};
use std::ops::Range;

/// The largest depth to which parentheses and NOTs may nest.
pub const MAX_DEPTH: usize = 100;

/// A parsed filter expression. [`Display`](fmt::Display) writes it in a canonical form, and parsing
/// that gives the same filter again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The condition on records; every record passes if absent.
    pub condition: Option<Condition>,
    /// The largest number of records, over all pages.
    pub limit: Option<u64>,
}

/// A condition on a record. `And` and `Or` hold at least two conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of the conditions hold.
    And(Vec<Self>),
    /// Any of the conditions holds.
    Or(Vec<Self>),
    /// The condition does not hold.
    Not(Box<Self>),
    /// `field operator literal`. A Boolean literal goes with `=` and `!=` only.
    Compare(String, Comparison, Literal),
    /// `field BETWEEN low AND high`
    Between(String, Literal, Literal),
    /// `field IN (literal, …)`, with at least one literal.
    In(String, Vec<Literal>),
    /// A field alone: legal in the reference, which gives it no meaning.
    Field(String),
    /// A literal alone: legal in the reference, which gives it no meaning.
    Literal(Literal),
}

impl Condition {
    /// Visits the name of every field in it.
    pub fn for_each_name<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::And(many) | Self::Or(many) => {
                for condition in many {
                    condition.for_each_name(visit);
                }
            }
            Self::Not(inner) => inner.for_each_name(visit),
            Self::Compare(name, ..)
            | Self::Between(name, ..)
            | Self::In(name, _)
            | Self::Field(name) => {
                visit(name);
            }
            Self::Literal(_) => {}
        }
    }
}

/// A comparison of a field with a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `CONTAINS`
    Contains,
}

/// A literal as it is written. Its meaning depends on the field that it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A quoted text, without its quotes and escapes.
    Text(String),
    /// A number, as written: `-`, digits, `.`, digits.
    Number(String),
    /// `2024-05-01`, as written. The day may not exist.
    Date(String),
    /// `2024-05-01T00:00:00Z` with any fraction, as written.
    DateTime(String),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
}

impl Filter {
    /// Parses an expression. A blank one is the filter that lets every record pass.
    ///
    /// Takes time linear in the length of `input`.
    ///
    /// # Errors
    ///
    /// [`ParseError`], which points at the wrong place in `input`.
    pub fn parse(input: &str) -> Result<Self, ParseError> {
        parser::parse(input)
    }
}

impl Literal {
    /// Returns the literal without quotes, as it would be compared with a text; `None` for null.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Date(text) | Self::DateTime(text) => {
                Some(text)
            }
            Self::Boolean(true) => Some("true"),
            Self::Boolean(false) => Some("false"),
            Self::Null => None,
        }
    }
}

/// The reason and the place of a syntax error in an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {position}")]
pub struct ParseError {
    message: String,
    span: Range<usize>,
    /// The place of the error, counted in characters from 1 as people count.
    position: usize,
}

impl ParseError {
    fn new(input: &str, span: Range<usize>, message: String) -> Self {
        let position = input[..span.start].chars().count() + 1;
        Self { message, span, position }
    }

    /// Returns a sentence that says what was expected and what was found.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the range of the wrong bytes in the input.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(condition) = &self.condition {
            condition.fmt(f)?;
        }
        match self.limit {
            Some(limit) if self.condition.is_some() => write!(f, " LIMIT {limit}"),
            Some(limit) => write!(f, "LIMIT {limit}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(conditions) => join(f, conditions, " AND ", Self::is_and_or_or),
            Self::Or(conditions) => join(f, conditions, " OR ", |c| matches!(c, Self::Or(_))),
            Self::Not(condition) if condition.is_and_or_or() => write!(f, "NOT ({condition})"),
            Self::Not(condition) => write!(f, "NOT {condition}"),
            Self::Compare(field, comparison, literal) => {
                write!(f, "{field} {comparison} {literal}")
            }
            Self::Between(field, low, high) => write!(f, "{field} BETWEEN {low} AND {high}"),
            Self::In(field, literals) => {
                write!(f, "{field} IN (")?;
                for (index, literal) in literals.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{literal}")?;
                }
                f.write_str(")")
            }
            Self::Field(field) => f.write_str(field),
            Self::Literal(literal) => literal.fmt(f),
        }
    }
}

impl Condition {
    fn is_and_or_or(&self) -> bool {
        matches!(self, Self::And(_) | Self::Or(_))
    }
}

fn join(
    f: &mut fmt::Formatter<'_>,
    conditions: &[Condition],
    separator: &str,
    needs_parentheses: impl Fn(&Condition) -> bool,
) -> fmt::Result {
    for (index, condition) in conditions.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        if needs_parentheses(condition) {
            write!(f, "({condition})")?;
        } else {
            condition.fmt(f)?;
        }
    }
    Ok(())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => "CONTAINS",
        })
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                // Double quotes only where the text ends in a backslash. Together with escaping
                // both kinds of quote this keeps every other reading of the expression illegal
                // (`parser::parse` says which readings there are).
                let quote = if text.ends_with('\\') { '"' } else { '\'' };
                write!(f, "{quote}")?;
                for character in text.chars() {
                    if matches!(character, '\'' | '"' | '\\') {
                        f.write_str("\\")?;
                    }
                    write!(f, "{character}")?;
                }
                write!(f, "{quote}")
            }
            Self::Number(text) | Self::Date(text) | Self::DateTime(text) => f.write_str(text),
            Self::Boolean(boolean) => write!(f, "{boolean}"),
            Self::Null => f.write_str("null"),
        }
    }
}
