//! The step from tokens to a filter: one function for each production, in the order of the grammar.

use super::lexer::{Closing, Spanned, Token, tokens};
use super::{Comparison, Condition, Filter, Literal, MAX_DEPTH, ParseError};
use std::ops::Range;

/// Parses an expression.
///
/// A backslash before a quote can be read in two ways. The reference's way goes first, so whatever
/// it accepts keeps its meaning; only where that leads nowhere the other one is tried. The printer
/// writes texts such that the first reading of what it wrote either is the right one or fails.
pub(super) fn parse(input: &str) -> Result<Filter, ParseError> {
    let reference = parse_with(input, Closing::Reference);
    if reference.is_ok() || !(input.contains("\\'") || input.contains("\\\"")) {
        return reference;
    }
    parse_with(input, Closing::Escaped).or(reference)
}

fn parse_with(input: &str, closing: Closing) -> Result<Filter, ParseError> {
    let tokens = tokens(input, closing)?;
    if tokens.is_empty() {
        return Ok(Filter::default());
    }
    Parser { input, tokens, next: 0, depth: 0 }.filter()
}

struct Parser<'a> {
    input: &'a str,
    tokens: Vec<Spanned<'a>>,
    next: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Parses `filter = ( [ or ] LIMIT count | or ) end`.
    fn filter(&mut self) -> Result<Filter, ParseError> {
        let condition = match self.peek() {
            Some(Token::Limit) => None,
            _ => Some(self.or()?),
        };
        let limit = if self.take(&Token::Limit) { Some(self.count()?) } else { None };
        if self.peek().is_some() {
            return Err(self.expected(match limit {
                Some(_) => "the end after LIMIT",
                None => "AND or OR or LIMIT or the end",
            }));
        }
        Ok(Filter { condition, limit })
    }

    fn count(&mut self) -> Result<u64, ParseError> {
        if let Some(&Token::Number(digits)) = self.peek() {
            let positive = matches!(digits.as_bytes()[0], b'1'..=b'9') && !digits.contains('.');
            if positive {
                self.next += 1;
                // Larger than any number of records is as good as the largest.
                return Ok(digits.parse().unwrap_or(u64::MAX));
            }
        }
        Err(self.expected("a positive whole number after LIMIT"))
    }

    /// Parses `or = and { OR and }`.
    fn or(&mut self) -> Result<Condition, ParseError> {
        self.chain(&Token::Or, Self::and, Condition::Or)
    }

    /// Parses `and = not { AND not }`.
    fn and(&mut self) -> Result<Condition, ParseError> {
        self.chain(&Token::And, Self::not, Condition::And)
    }

    fn chain(
        &mut self,
        separator: &Token<'_>,
        operand: fn(&mut Self) -> Result<Condition, ParseError>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Condition, ParseError> {
        let first = operand(self)?;
        if self.peek() != Some(separator) {
            return Ok(first);
        }
        let mut conditions = vec![first];
        while self.take(separator) {
            conditions.push(operand(self)?);
        }
        Ok(join(conditions))
    }

    /// Parses `not = NOT not | primary`.
    fn not(&mut self) -> Result<Condition, ParseError> {
        if !self.take(&Token::Not) {
            return self.primary();
        }
        self.nested(|parser| Ok(Condition::Not(Box::new(parser.not()?))))
    }

    /// Parses `primary = "(" or ")" | field … | literal`.
    fn primary(&mut self) -> Result<Condition, ParseError> {
        if self.take(&Token::LeftParenthesis) {
            let condition = self.nested(Self::or)?;
            self.demand(&Token::RightParenthesis, "a closing parenthesis")?;
            return Ok(condition);
        }
        if let Some(&Token::Identifier(field)) = self.peek() {
            self.next += 1;
            return self.test(field.to_owned());
        }
        match self.literal() {
            Some(literal) => Ok(Condition::Literal(literal)),
            None => Err(self.expected("a field")),
        }
    }

    /// Parses the part of a condition that follows its field, if there is one.
    fn test(&mut self, field: String) -> Result<Condition, ParseError> {
        match self.peek() {
            Some(&Token::Compare(comparison)) => {
                self.next += 1;
                let literal = self.operand(comparison)?;
                Ok(Condition::Compare(field, comparison, literal))
            }
            Some(Token::Between) => {
                self.next += 1;
                let low = self.value()?;
                self.demand(&Token::And, "the AND of BETWEEN")?;
                Ok(Condition::Between(field, low, self.value()?))
            }
            Some(Token::In) => {
                self.next += 1;
                self.demand(&Token::LeftParenthesis, "an opening parenthesis after IN")?;
                let mut literals = vec![self.value()?];
                while self.take(&Token::Comma) {
                    literals.push(self.value()?);
                }
                self.demand(&Token::RightParenthesis, "a comma or a closing parenthesis")?;
                Ok(Condition::In(field, literals))
            }
            // In `a b`, `a 5` or `a (` the operator is missing; say so.
            Some(Token::Identifier(_) | Token::LeftParenthesis | Token::Not) => {
                Err(self.expected("a comparison"))
            }
            Some(_) if self.at_literal() => Err(self.expected("a comparison")),
            _ => Ok(Condition::Field(field)),
        }
    }

    /// Parses the literal behind a comparison. Booleans go with `=` and `!=` only.
    fn operand(&mut self, comparison: Comparison) -> Result<Literal, ParseError> {
        let boolean = match self.peek() {
            Some(Token::True) => true,
            Some(Token::False) => false,
            _ => return self.value(),
        };
        if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            return Err(self.expected("a value that is no Boolean"));
        }
        self.next += 1;
        Ok(Literal::Boolean(boolean))
    }

    fn value(&mut self) -> Result<Literal, ParseError> {
        self.literal().ok_or_else(|| self.expected("a value"))
    }

    fn literal(&mut self) -> Option<Literal> {
        let literal = match self.peek()? {
            Token::Text(text) => Literal::Text(text.clone().into_owned()),
            &Token::Number(text) => Literal::Number(text.to_owned()),
            &Token::Date(text) => Literal::Date(text.to_owned()),
            &Token::DateTime(text) => Literal::DateTime(text.to_owned()),
            Token::Null => Literal::Null,
            _ => return None,
        };
        self.next += 1;
        Some(literal)
    }

    fn at_literal(&self) -> bool {
        matches!(
            self.peek(),
            Some(
                Token::Text(_)
                    | Token::Number(_)
                    | Token::Date(_)
                    | Token::DateTime(_)
                    | Token::Null
                    | Token::True
                    | Token::False
            )
        )
    }

    fn nested(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Condition, ParseError>,
    ) -> Result<Condition, ParseError> {
        if self.depth == MAX_DEPTH {
            let message = format!("Found more than {MAX_DEPTH} nested parentheses and NOTs");
            return Err(ParseError::new(self.input, self.place(), message));
        }
        self.depth += 1;
        let condition = inner(self)?;
        self.depth -= 1;
        Ok(condition)
    }

    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.next).map(|spanned| &spanned.token)
    }

    fn take(&mut self, token: &Token<'_>) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    fn demand(&mut self, token: &Token<'_>, name: &str) -> Result<(), ParseError> {
        if self.take(token) { Ok(()) } else { Err(self.expected(name)) }
    }

    /// Returns the place of the next token, or the end of the input.
    fn place(&self) -> Range<usize> {
        let end = self.input.len()..self.input.len();
        self.tokens.get(self.next).map_or(end, |spanned| spanned.span.clone())
    }

    fn expected(&self, what: &str) -> ParseError {
        const SHOWN: usize = 40;
        let span = self.place();
        let found = match &self.input[span.clone()] {
            "" => "the end".to_owned(),
            text if text.chars().count() > SHOWN => {
                format!("{}...", text.chars().take(SHOWN).collect::<String>())
            }
            "(" => "an opening parenthesis".to_owned(),
            ")" => "a closing parenthesis".to_owned(),
            "," => "a comma".to_owned(),
            "''" | "\"\"" => "an empty text".to_owned(),
            text => text.to_owned(),
        };
        let message = format!("Expected {what} but found {found}");
        ParseError::new(self.input, span, message)
    }
}
