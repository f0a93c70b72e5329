//! The grammar of Okta's `search` and `filter` expressions.
//!
//! This file knows what an expression looks like, not what it means: every operator of the language parses
//! here, and [`crate::compile`] refuses those that a dialect does not offer. `and` binds tighter than `or`.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::error::OktaError;

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    And(Vec<Self>),
    Or(Vec<Self>),
    Comparison(Comparison),
}

/// `attribute operator literal`, or `attribute pr`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) attribute: String,
    pub(crate) operator: Operator,
    /// Absent with `pr`, and only there.
    pub(crate) literal: Option<Literal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Sw,
    Co,
    Ew,
    Pr,
}

impl Operator {
    /// Tells whether two values that stand in this order fulfil it. Operators on parts of texts compare nothing.
    pub(crate) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Eq => ordering.is_eq(),
            Self::Ne => ordering.is_ne(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Sw | Self::Co | Self::Ew | Self::Pr => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(Number),
    Boolean(bool),
}

/// Parentheses nested deeper make an expression too complex for Okta.
const MAX_DEPTH: usize = 32;

impl Expression {
    pub(crate) fn parse(text: &str) -> Result<Self, OktaError> {
        let mut parser = Parser { lexemes: lexemes(text)?.into_iter().peekable(), depth: 0 };
        let expression = parser.disjunction()?;
        match parser.lexemes.next() {
            None => Ok(expression),
            Some(lexeme) => Err(malformed(format!("Unexpected {}.", lexeme.describe()))),
        }
    }
}

fn malformed(cause: impl Into<String>) -> OktaError {
    OktaError::invalid_search(cause)
}

#[derive(Clone, Debug, PartialEq)]
enum Lexeme {
    Open,
    Close,
    Word(String),
    Literal(Literal),
}

impl Lexeme {
    fn describe(&self) -> String {
        match self {
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Word(word) => format!("`{word}`"),
            Self::Literal(_) => "literal".to_owned(),
        }
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

fn lexemes(text: &str) -> Result<Vec<Lexeme>, OktaError> {
    let mut lexemes = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (lexeme, length) = match first {
            '(' => (Lexeme::Open, 1),
            ')' => (Lexeme::Close, 1),
            '"' => quoted(rest)?,
            _ => bare(rest)?,
        };
        lexemes.push(lexeme);
        rest = rest[length..].trim_start();
    }
    Ok(lexemes)
}

/// Reads a JSON string at the start of `text`.
fn quoted(text: &str) -> Result<(Lexeme, usize), OktaError> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    match values.next() {
        Some(Ok(literal)) => Ok((Lexeme::Literal(Literal::Text(literal)), values.byte_offset())),
        _ => Err(malformed("A text literal must be a valid JSON string.")),
    }
}

/// Reads an attribute, an operator, a number or a boolean at the start of `text`.
fn bare(text: &str) -> Result<(Lexeme, usize), OktaError> {
    let delimiter = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"');
    let word = &text[..text.find(delimiter).unwrap_or(text.len())];
    let lexeme = match word {
        "true" => Lexeme::Literal(Literal::Boolean(true)),
        "false" => Lexeme::Literal(Literal::Boolean(false)),
        _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
            match serde_json::from_str(word) {
                Ok(Value::Number(number)) => Lexeme::Literal(Literal::Number(number)),
                _ => return Err(malformed(format!("Unquoted literal `{word}`."))),
            }
        }
        _ if word.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '$')) => {
            Lexeme::Word(word.to_owned())
        }
        _ => return Err(malformed(format!("Unexpected `{word}`."))),
    };
    Ok((lexeme, word.len()))
}

struct Parser {
    lexemes: std::iter::Peekable<std::vec::IntoIter<Lexeme>>,
    depth: usize,
}

impl Parser {
    fn disjunction(&mut self) -> Result<Expression, OktaError> {
        let mut terms = vec![self.conjunction()?];
        while self.lexemes.next_if(|lexeme| lexeme.is_keyword("or")).is_some() {
            terms.push(self.conjunction()?);
        }
        Ok(only_or(terms, Expression::Or))
    }

    fn conjunction(&mut self) -> Result<Expression, OktaError> {
        let mut terms = vec![self.term()?];
        while self.lexemes.next_if(|lexeme| lexeme.is_keyword("and")).is_some() {
            terms.push(self.term()?);
        }
        Ok(only_or(terms, Expression::And))
    }

    fn term(&mut self) -> Result<Expression, OktaError> {
        match self.lexemes.next() {
            Some(Lexeme::Open) => self.group(),
            Some(Lexeme::Word(attribute)) => self.comparison(attribute),
            Some(lexeme) => Err(malformed(format!("Unexpected {}.", lexeme.describe()))),
            None => Err(malformed("The expression ends too early.")),
        }
    }

    fn group(&mut self) -> Result<Expression, OktaError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(malformed("The expression is too complex."));
        }
        let expression = self.disjunction()?;
        self.depth -= 1;
        match self.lexemes.next() {
            Some(Lexeme::Close) => Ok(expression),
            _ => Err(malformed("A parenthesis is not closed.")),
        }
    }

    fn comparison(&mut self, attribute: String) -> Result<Expression, OktaError> {
        let Some(Lexeme::Word(word)) = self.lexemes.next() else {
            return Err(malformed(format!("`{attribute}` has no operator.")));
        };
        let operator = operator(&word)?;
        let literal = match operator {
            Operator::Pr => None,
            _ => match self.lexemes.next() {
                Some(Lexeme::Literal(literal)) => Some(literal),
                _ => return Err(malformed(format!("`{attribute} {word}` needs a literal."))),
            },
        };
        Ok(Expression::Comparison(Comparison { attribute, operator, literal }))
    }
}

fn only_or(mut terms: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if terms.len() == 1 { terms.remove(0) } else { join(terms) }
}

fn operator(word: &str) -> Result<Operator, OktaError> {
    Ok(match word.to_ascii_lowercase().as_str() {
        "eq" => Operator::Eq,
        "ne" => Operator::Ne,
        "gt" => Operator::Gt,
        "ge" => Operator::Ge,
        "lt" => Operator::Lt,
        "le" => Operator::Le,
        "sw" => Operator::Sw,
        "co" => Operator::Co,
        "ew" => Operator::Ew,
        "pr" => Operator::Pr,
        _ => return Err(malformed(format!("Unrecognized attribute operator `{word}`."))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prints an expression with all its parentheses.
    fn show(expression: &Expression) -> String {
        match expression {
            Expression::And(terms) => show_all(terms, " & "),
            Expression::Or(terms) => show_all(terms, " | "),
            Expression::Comparison(it) => {
                let literal = match &it.literal {
                    Some(Literal::Text(text)) => format!(" {text:?}"),
                    Some(Literal::Number(number)) => format!(" {number}"),
                    Some(Literal::Boolean(boolean)) => format!(" {boolean}"),
                    None => String::new(),
                };
                format!("{} {:?}{literal}", it.attribute, it.operator)
            }
        }
    }

    fn show_all(terms: &[Expression], separator: &str) -> String {
        format!("({})", terms.iter().map(show).collect::<Vec<_>>().join(separator))
    }

    #[test]
    fn accepted() {
        let rows = [
            ("status eq \"A\"", "status Eq \"A\""),
            ("a PR OR b Eq 7", "(a Pr | b Eq 7)"),
            ("a pr or b pr and c pr", "(a Pr | (b Pr & c Pr))"),
            ("(a pr or b pr) AND c pr", "((a Pr | b Pr) & c Pr)"),
            ("(a lt -1.5 or a gt true)", "(a Lt -1.5 | a Gt true)"),
            (r#"a eq "\"\\\u00e9 ) and""#, r#"a Eq "\"\\é ) and""#),
            ("a eq\"x\"and(b pr)", "(a Eq \"x\" & b Pr)"),
            ("a ne \"x\"", "a Ne \"x\""),
        ];
        for (text, expected) in rows {
            assert_eq!(show(&Expression::parse(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn refused() {
        let rows = [
            "",
            "a",
            "a eq",
            "a eq b",
            "a eq 'x'",
            "eq \"x\"",
            "a eq \"x",
            r#"a eq "\x""#,
            "a eq \"a\tb\"",
            "(a pr",
            "a pr)",
            "a pr b pr",
            "a like \"x\"",
            "a eq 2026-01-01",
            "a eq null",
            "not (a pr)",
            "a pr and",
            "a eq True",
        ];
        for text in rows {
            let error = Expression::parse(text).expect_err(text);
            assert_eq!(error.code, "E0000031", "{text}");
        }
        Expression::parse(&format!("{}a pr{}", "(".repeat(99), ")".repeat(99))).unwrap_err();
    }
}
