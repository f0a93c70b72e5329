//! A scanner of JSON text that builds nothing: it finds where values begin and end.
//!
//! Everything that is passed over is checked as strictly as a parser would, so that a slice of the text
//! is a value by itself and can be passed on as it is.

use appflow_connector::unescaped_len;

/// The largest depth to which values may be nested.
const MAX_DEPTH: u32 = 128;

/// A value, as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// Its text.
    pub(crate) text: &'a str,
    /// True if it is a string without any escape, so that its inside is the string's text.
    pub(crate) is_plain: bool,
}

/// A place in a text. Every method that does not find what it expects returns `None`.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Makes a scanner at the start of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Returns the next byte that is not white space; the place is then in front of it.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Passes over `byte`, white space in front of it included.
    pub(crate) fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Says whether nothing but white space is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Returns the place.
    pub(crate) fn place(&self) -> usize {
        self.at
    }

    /// Returns the text that was passed over since `place`.
    pub(crate) fn since(&self, place: usize) -> Value<'a> {
        Value { text: &self.text[place..self.at], is_plain: false }
    }

    /// Passes over a key and its colon if they are written just so.
    pub(crate) fn take_key(&mut self, name: &str) -> bool {
        let Some(rest) = self.text.as_bytes()[self.at..].strip_prefix(b"\"") else { return false };
        let Some(rest) = rest.strip_prefix(name.as_bytes()) else { return false };
        let found = rest.starts_with(b"\":");
        if found {
            self.at += name.len() + 3;
        }
        found
    }

    /// Passes over a key and its colon.
    pub(crate) fn key(&mut self) -> Option<Value<'a>> {
        self.peek()?;
        let key = self.string()?;
        self.take(b':')?;
        Some(key)
    }

    /// Passes over a value.
    pub(crate) fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => self.string(),
            b'{' | b'[' => {
                let start = self.at;
                self.container()?;
                Some(self.since(start))
            }
            _ => {
                let start = self.at;
                self.scalar()?;
                Some(self.since(start))
            }
        }
    }

    /// Passes over an object or an array. What is open is a bit each: one for an object, zero for an array.
    fn container(&mut self) -> Option<()> {
        let mut open: u128 = 0;
        let mut depth = 0;
        loop {
            match self.peek()? {
                bracket @ (b'{' | b'[') => {
                    self.at += 1;
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return None;
                    }
                    let is_object = bracket == b'{';
                    open = (open << 1) | u128::from(is_object);
                    if self.peek()? != if is_object { b'}' } else { b']' } {
                        if is_object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => {
                    self.string()?;
                }
                _ => self.scalar()?,
            }
            loop {
                let in_object = open & 1 == 1;
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        if in_object {
                            self.key()?;
                        }
                        break;
                    }
                    b'}' if in_object => {}
                    b']' if !in_object => {}
                    _ => return None,
                }
                self.at += 1;
                depth -= 1;
                open >>= 1;
                if depth == 0 {
                    return Some(());
                }
            }
        }
    }

    /// Passes over a string; the place is at its quote.
    fn string(&mut self) -> Option<Value<'a>> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        if *bytes.get(start)? != b'"' {
            return None;
        }
        let mut at = start + 1;
        let mut is_plain = true;
        loop {
            at += unescaped_len(&bytes[at..]);
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => {}
                _ => return None,
            }
            is_plain = false;
            at += match bytes.get(at + 1)? {
                b'u' => {
                    let digits = bytes.get(at + 2..at + 6)?;
                    digits.iter().all(u8::is_ascii_hexdigit).then_some(6)?
                }
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                _ => return None,
            };
        }
        self.at = at + 1;
        Some(Value { text: &self.text[start..self.at], is_plain })
    }

    /// Passes over a number, a Boolean or null.
    fn scalar(&mut self) -> Option<()> {
        let rest = &self.text.as_bytes()[self.at..];
        for word in [&b"true"[..], b"false", b"null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Some(());
            }
        }
        self.at += number_len(rest)?;
        Some(())
    }
}

/// Returns the length of the number at the start of `bytes`.
fn number_len(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let digits = bytes.get(from..).unwrap_or_default();
        digits.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let some_digits = |from| Some(digits(from)).filter(|&count| count > 0);
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at += if bytes.get(at) == Some(&b'0') { 1 } else { some_digits(at)? };
    if bytes.get(at) == Some(&b'.') {
        at += 1 + some_digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        at += some_digits(at)?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn accepts(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.value().is_some() && scanner.is_at_end()
    }

    /// Draws texts that are nearly JSON.
    fn arb_text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(
            &[
                "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", "\\", "\\n", "\\u00e9",
                "\\x", "0", "-", "1", "1.5", "e", "E+7", ".", "true", "false", "null", " ", "\n",
                "\u{1}", "é", "x",
            ][..],
        );
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_a_parser_accepts_is_accepted_and_nothing_else(text in arb_text()) {
            let parsed = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(accepts(&text), parsed, "{}", text);
        }
    }

    #[test]
    fn rows() {
        for text in
            ["{}", "[]", "[[],{}]", "{\"a\":{\"b\":[1,2,{\"c\":null}]}}", "-0.5e-7", " true "]
        {
            assert!(accepts(text), "{text}");
        }
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            "+1",
            "tru",
            "[1}",
            "\"a",
            "\"\\u12\"",
        ] {
            assert!(!accepts(text), "{text}");
        }
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(accepts(&nested(128)));
        assert!(!accepts(&nested(129)));
    }
}
