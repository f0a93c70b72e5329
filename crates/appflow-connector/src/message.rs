//! Text that AppFlow shows to people, kept inside the limits of the public AppFlow API.
//!
//! The API's own messages have the pattern `[\s\w/!@#+=.-]*`. It is not documented whether AppFlow
//! strips or rejects other characters, so every other character is replaced here, once.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A message for the AppFlow user.
///
/// * at most [`Message::MAX_CHARS`] characters,
/// * only ASCII letters, digits, white space and `_ / ! @ # + = . -`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Message(String);

impl Message {
    /// The largest length in characters. AppFlow breaks on messages over 1,024 characters, and the
    /// text that it puts in front of a message needs room.
    pub const MAX_CHARS: usize = 900;

    /// Makes `text` safe to show. Each character outside the pattern is replaced by the one nearest to it.
    pub fn new(text: impl AsRef<str>) -> Self {
        let mut safe = String::with_capacity(text.as_ref().len());
        for character in text.as_ref().chars() {
            match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' => safe.push(character),
                '_' | '/' | '!' | '@' | '#' | '+' | '=' | '.' | '-' => safe.push(character),
                '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | ',' => {}
                ':' | ';' if safe.ends_with(char::is_alphanumeric) => safe.push_str(" -"),
                '\\' | '|' => safe.push('/'),
                '&' => safe.push('+'),
                '?' => safe.push('.'),
                '<' => safe.push_str(" less than "),
                '>' => safe.push_str(" greater than "),
                '%' => safe.push_str(" percent "),
                '–' | '—' | '~' => safe.push('-'),
                _ => safe.push(' '),
            }
        }
        Self(truncate(&collapse_spaces(&safe)))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn collapse_spaces(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

/// Cuts the text at the limit. The text is ASCII by now, so a byte is a character.
fn truncate(text: &str) -> String {
    const ELLIPSIS: &str = "...";
    if text.len() <= Message::MAX_CHARS {
        return text.to_owned();
    }
    format!("{}{ELLIPSIS}", text[..Message::MAX_CHARS - ELLIPSIS.len()].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_allowed_characters_leave() {
        let rows = [
            ("status is ACTIVE", "status is ACTIVE"),
            ("field \"a\": found 'b', expected (c)", "field a - found b expected c"),
            ("https://acme.okta.com/x?y", "https -//acme.okta.com/x.y"),
            ("a < b && c", "a less than b ++ c"),
            ("Zoë\n\tfoo 日本", "Zo foo"),
            ("", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(Message::new(text).as_str(), expected, "{text}");
        }
    }

    #[test]
    fn long_text_is_cut_with_an_ellipsis() {
        let message = Message::new("x".repeat(5_000));
        assert_eq!(message.as_str().len(), Message::MAX_CHARS);
        assert!(message.as_str().ends_with("..."));
    }
}
