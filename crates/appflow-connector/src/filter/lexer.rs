//! The step from characters to tokens with their places.
//!
//! The longest token wins; `2021-04-203` is a date and a number, not a mistake of the lexer.

use super::{Comparison, ParseError};
use std::borrow::Cow;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    And,
    Or,
    Not,
    True,
    False,
    Compare(Comparison),
    Between,
    In,
    Limit,
    LeftParenthesis,
    RightParenthesis,
    Comma,
    Null,
    Identifier(&'a str),
    Number(&'a str),
    Date(&'a str),
    DateTime(&'a str),
    Text(Cow<'a, str>),
}

#[derive(Clone, Debug)]
pub(super) struct Spanned<'a> {
    pub(super) token: Token<'a>,
    pub(super) span: Range<usize>,
}

/// The rule for the end of a quoted text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Closing {
    /// As in the reference: the text ends at the first such quote that has no backslash right
    /// before it, else at the last such quote of the whole input.
    Reference,
    /// The text ends at the first such quote that is not escaped, where a backslash can itself be escaped.
    Escaped,
}

pub(super) fn tokens(input: &str, closing: Closing) -> Result<Vec<Spanned<'_>>, ParseError> {
    let mut lexer = Lexer { input, position: 0, closing };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    input: &'a str,
    position: usize,
    closing: Closing,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Result<Option<Spanned<'a>>, ParseError> {
        let rest = &self.input[self.position..];
        let trimmed = rest.trim_start_matches([' ', '\r', '\n', '\t', '\x0c']);
        let start = self.position + rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else { return Ok(None) };
        let (token, length) = match first {
            '(' => (Token::LeftParenthesis, 1),
            ')' => (Token::RightParenthesis, 1),
            ',' => (Token::Comma, 1),
            '=' => (Token::Compare(Comparison::Equal), 1),
            '!' if trimmed.starts_with("!=") => (Token::Compare(Comparison::NotEqual), 2),
            '<' if trimmed.starts_with("<=") => (Token::Compare(Comparison::LessOrEqual), 2),
            '<' => (Token::Compare(Comparison::Less), 1),
            '>' if trimmed.starts_with(">=") => (Token::Compare(Comparison::GreaterOrEqual), 2),
            '>' => (Token::Compare(Comparison::Greater), 1),
            'a'..='z' | 'A'..='Z' => word(trimmed),
            '0'..='9' if is_broken_time(trimmed) => return Err(self.broken_time(start)),
            '0'..='9' if is_broken_date(trimmed) => return Err(self.broken_date(start)),
            '0'..='9' => number_or_date(trimmed),
            '-' if trimmed[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                number_or_date(trimmed)
            }
            '\'' | '"' => self.text(start, trimmed)?,
            other => return Err(self.unexpected(start, other)),
        };
        self.position = start + length;
        Ok(Some(Spanned { token, span: start..self.position }))
    }

    fn text(&self, start: usize, text: &'a str) -> Result<(Token<'a>, usize), ParseError> {
        let length = match self.closing {
            Closing::Reference => reference_length(text),
            Closing::Escaped => escaped_length(text),
        };
        let Some(length) = length else {
            let span = start..self.input.len();
            return Err(ParseError::new(self.input, span, "Found a text without its end".into()));
        };
        Ok((Token::Text(unescape(&text[1..length - 1])), length))
    }

    fn broken_time(&self, start: usize) -> ParseError {
        let message = "Expected a date and time of ISO 8601 with its zone or a quoted one";
        ParseError::new(self.input, self.until_blank(start), message.to_owned())
    }

    fn broken_date(&self, start: usize) -> ParseError {
        const LONGEST: usize = "yyyy-mm-dd".len();
        let span = self.until_blank(start);
        let found: String = self.input[span.clone()].chars().take(LONGEST).collect();
        let message = format!("Expected a date such as 2024-05-01 but found {found}");
        ParseError::new(self.input, span, message)
    }

    fn until_blank(&self, start: usize) -> std::ops::Range<usize> {
        let ends = |c: char| c.is_whitespace() || matches!(c, ')' | ',');
        let rest = &self.input[start..];
        start..start + rest.find(ends).unwrap_or(rest.len())
    }

    fn unexpected(&self, start: usize, character: char) -> ParseError {
        let message = if character.is_ascii_graphic() && !",\"'()".contains(character) {
            format!("Found {character} U+{:04X} which has no meaning here", u32::from(character))
        } else {
            format!("Found U+{:04X} which has no meaning here", u32::from(character))
        };
        ParseError::new(self.input, start..start + character.len_utf8(), message)
    }
}

fn word(text: &str) -> (Token<'_>, usize) {
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let length = text.find(|c| !part_of_word(c)).unwrap_or(text.len());
    let word = &text[..length];
    let token = match word {
        "AND" | "and" => Token::And,
        "OR" | "or" => Token::Or,
        "NOT" | "not" => Token::Not,
        "TRUE" | "True" | "true" => Token::True,
        "FALSE" | "False" | "false" => Token::False,
        "CONTAINS" | "contains" => Token::Compare(Comparison::Contains),
        "BETWEEN" | "between" => Token::Between,
        "IN" | "in" => Token::In,
        "LIMIT" | "limit" => Token::Limit,
        "null" => Token::Null,
        _ => Token::Identifier(word),
    };
    (token, length)
}

fn number_or_date(text: &str) -> (Token<'_>, usize) {
    if let Some(date) = date_length(text) {
        return match time_length(&text[date..]) {
            Some(time) => (Token::DateTime(&text[..date + time]), date + time),
            None => (Token::Date(&text[..date]), date),
        };
    }
    let sign = usize::from(text.starts_with('-'));
    let whole = sign + digits(&text[sign..]);
    let length = match text[whole..].strip_prefix('.').map(digits) {
        Some(fraction) if fraction > 0 => whole + 1 + fraction,
        _ => whole,
    };
    (Token::Number(&text[..length]), length)
}

/// Says whether a date goes on like a date and time but is none, as `2024-05-01T12:00` or with an offset.
fn is_broken_time(text: &str) -> bool {
    date_length(text).is_some_and(|date| {
        let time = &text[date..];
        time.starts_with('T') && digits(&time[1..]) > 0 && time_length(time).is_none()
    })
}

/// Says whether three numbers are written like a date but are none, as `2024-13-01` or `2024-5-1`.
fn is_broken_date(text: &str) -> bool {
    digits(text) == 4
        && date_length(text).is_none()
        && after_number(text).and_then(after_number).is_some_and(|day| digits(day) > 0)
}

/// Returns what follows a number and a dash.
fn after_number(text: &str) -> Option<&str> {
    let number = digits(text);
    text[number..].strip_prefix('-').filter(|_| number > 0)
}

/// Returns the number of digits at the front.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Returns the length of a date such as `2024-05-31` at the front. The month is checked, the day
/// may be anything from 00 to 31.
fn date_length(text: &str) -> Option<usize> {
    const LENGTH: usize = "yyyy-mm-dd".len();
    let date = text.as_bytes().get(..LENGTH)?;
    let shape = digits(text) == 4 && date[4] == b'-' && date[7] == b'-';
    (shape && two_digits(date, 5, 1..=12) && two_digits(date, 8, 0..=31)).then_some(LENGTH)
}

/// Returns the length of a time such as `T23:59:59.999Z` at the front. The hour may be 24.
fn time_length(text: &str) -> Option<usize> {
    const SECONDS: usize = "Thh:mm:ss".len();
    let time = text.as_bytes().get(..SECONDS)?;
    let shape = time[0] == b'T' && time[3] == b':' && time[6] == b':';
    let in_range =
        two_digits(time, 1, 0..=24) && two_digits(time, 4, 0..=59) && two_digits(time, 7, 0..=59);
    if !(shape && in_range) {
        return None;
    }
    let fraction = match text[SECONDS..].strip_prefix('.') {
        Some(fraction) => 1 + digits(fraction).max(1),
        None => 0,
    };
    let zone = SECONDS + fraction;
    text.get(zone..)?.starts_with('Z').then_some(zone + 1)
}

fn two_digits(text: &[u8], at: usize, range: std::ops::RangeInclusive<u8>) -> bool {
    let (tens, ones) = (text[at], text[at + 1]);
    tens.is_ascii_digit()
        && ones.is_ascii_digit()
        && range.contains(&((tens - b'0') * 10 + (ones - b'0')))
}

fn reference_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = bytes[0];
    let closes = |&position: &usize| bytes[position] == quote && bytes[position - 1] != b'\\';
    let first = (1..bytes.len()).find(closes);
    let last = || (1..bytes.len()).rev().find(|&position| bytes[position] == quote);
    first.or_else(last).map(|position| position + 1)
}

fn escaped_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut position = 1;
    while position < bytes.len() {
        match bytes[position] {
            b'\\' => position += 2,
            byte if byte == bytes[0] => return Some(position + 1),
            _ => position += 1,
        }
    }
    None
}

fn unescape(inside: &str) -> Cow<'_, str> {
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped =
            characters.next_if(|next| character == '\\' && matches!(next, '\'' | '"' | '\\'));
        text.push(escaped.unwrap_or(character));
    }
    Cow::Owned(text)
}
