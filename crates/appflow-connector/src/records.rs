//! The records of an answer, encoded as they arrive.
//!
//! AppFlow wants each record as the text of a JSON object inside a JSON string. Quotes and
//! backslashes are therefore escaped a second time, and the size that counts is the size after
//! that. Records are written straight into the bytes of the response, so the size is known exactly
//! at every moment and nothing is copied once more at the end.

use crate::response::ErrorDetails;
use std::fmt;

/// The start of a response. It starts with its records; the rest of the response is written behind them.
const HEAD: &[u8] = br#"{"records":["#;

/// The number of bytes kept free for everything behind the records but the text of the token:
/// `],"nextToken":"","isSuccess":true,"errorDetails":null}`.
const TAIL_BYTES: usize = 64;

/// The records of one [`QueryData`](crate::Operation::QueryData) or
/// [`RetrieveData`](crate::Operation::RetrieveData) response, in their final encoding.
///
/// A record is written in pieces: [`begin`](Self::begin), any number of [`write`](Self::write)s
/// that together are one JSON object, [`end`](Self::end). A record that turns out not to fit is
/// taken back with [`rewind`](Self::rewind).
#[derive(Clone, PartialEq, Eq)]
pub struct Records {
    bytes: Vec<u8>,
    count: usize,
}

/// A place between two records to which [`Records::rewind`] returns.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    bytes: usize,
    count: usize,
}

/// A piece of JSON text that is escaped already, to be written into many records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escaped(Vec<u8>);

impl Escaped {
    /// Escapes `json` for the string that will hold it.
    pub fn new(json: &str) -> Self {
        let mut bytes = Vec::new();
        escape_into(&mut bytes, json.as_bytes());
        Self(bytes)
    }
}

impl Records {
    /// Makes an empty list of records.
    pub fn new() -> Self {
        Self { bytes: HEAD.to_vec(), count: 0 }
    }

    /// Makes an empty list of records in the memory of an answer that was sent, or of nothing, with
    /// room for a response of so many bytes. The system hands out the memory only as it is written
    /// to, and nothing is moved to make more of it.
    pub fn reusing(mut answer: Vec<u8>, response_bytes: usize) -> Self {
        answer.clear();
        answer.reserve_exact(response_bytes);
        answer.extend_from_slice(HEAD);
        Self { bytes: answer, count: 0 }
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Says whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the size of the response if it ended here with a token of `token_bytes` bytes.
    ///
    /// The token must need no escaping, as base64 does not.
    pub fn response_bytes(&self, token_bytes: usize) -> usize {
        self.bytes.len() + TAIL_BYTES + token_bytes
    }

    /// Returns the place behind the last complete record.
    pub fn mark(&self) -> Mark {
        Mark { bytes: self.bytes.len(), count: self.count }
    }

    /// Takes back everything written since `mark`.
    pub fn rewind(&mut self, mark: Mark) {
        self.bytes.truncate(mark.bytes);
        self.count = mark.count;
    }

    /// Starts a record.
    pub fn begin(&mut self) {
        if self.count > 0 {
            self.bytes.push(b',');
        }
        self.bytes.push(b'"');
    }

    /// Writes a piece of the record's JSON text, escaped for the string that holds it.
    pub fn write(&mut self, json: &str) {
        escape_into(&mut self.bytes, json.as_bytes());
    }

    /// Writes a piece that is escaped already.
    pub fn write_escaped(&mut self, piece: &Escaped) {
        self.bytes.extend_from_slice(&piece.0);
    }

    /// Writes a JSON string with this inside, all of which must need no escape: [`unescaped_len`]
    /// of it is its length.
    pub fn write_plain(&mut self, inside: &str) {
        debug_assert_eq!(unescaped_len(inside.as_bytes()), inside.len());
        self.bytes.reserve(inside.len() + 4);
        self.bytes.extend_from_slice(b"\\\"");
        self.bytes.extend_from_slice(inside.as_bytes());
        self.bytes.extend_from_slice(b"\\\"");
    }

    /// Ends a record.
    pub fn end(&mut self) {
        self.bytes.push(b'"');
        self.count += 1;
    }

    /// Writes a whole record.
    pub fn push(&mut self, json: &str) {
        self.begin();
        self.write(json);
        self.end();
    }

    /// Moves the records of `other` behind these.
    pub fn append(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        if self.count > 0 {
            self.bytes.push(b',');
        }
        self.bytes.extend_from_slice(&other.bytes[HEAD.len()..]);
        self.count += other.count;
    }

    /// Returns the bytes of a `QueryDataResponse`.
    pub(crate) fn into_query_response(mut self, next_token: Option<&str>) -> Vec<u8> {
        self.bytes.extend_from_slice(b"],\"nextToken\":");
        write_json(&mut self.bytes, &next_token);
        self.finish(None)
    }

    /// Returns the bytes of a `RetrieveDataResponse`.
    pub(crate) fn into_retrieve_response(mut self) -> Vec<u8> {
        self.bytes.push(b']');
        self.finish(None)
    }

    /// Returns the bytes of either response when the call failed.
    pub(crate) fn failure(details: &ErrorDetails) -> Vec<u8> {
        let mut nothing = Self::new();
        nothing.bytes.push(b']');
        nothing.finish(Some(details))
    }

    fn finish(mut self, failure: Option<&ErrorDetails>) -> Vec<u8> {
        self.bytes.extend_from_slice(b",\"isSuccess\":");
        write_json(&mut self.bytes, &failure.is_none());
        self.bytes.extend_from_slice(b",\"errorDetails\":");
        write_json(&mut self.bytes, &failure);
        self.bytes.push(b'}');
        self.bytes
    }
}

impl Default for Records {
    fn default() -> Self {
        Self::new()
    }
}

/// Prints no record, since records are people's data.
impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("count", &self.count)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

fn write_json<T: serde::Serialize>(bytes: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(bytes, value).expect("writing plain data to memory cannot fail");
}

/// Returns the number of bytes at the start of `text` that need no escape inside a JSON string:
/// those before the first quote, backslash or control character.
pub fn unescaped_len(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
    const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
    const SPACES: u64 = u64::from_ne_bytes([b' '; 8]);
    let mut length = 0;
    // Eight bytes at a time. The highest bit of a byte of `special` is set where the byte is special;
    // above the first such byte a carry may set others, which does not matter.
    while let Some(chunk) = text[length..].first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        let is_zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let quotes = is_zero(word ^ QUOTES);
        let backslashes = is_zero(word ^ BACKSLASHES);
        let controls = word.wrapping_sub(SPACES) & !word;
        let special = (quotes | backslashes | controls) & HIGHS;
        if special != 0 {
            return length + (special.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    let rest = text[length..].iter();
    length + rest.take_while(|&&byte| byte >= b' ' && byte != b'"' && byte != b'\\').count()
}

/// Appends `text` as the inside of a JSON string.
fn escape_into(bytes: &mut Vec<u8>, mut text: &[u8]) {
    bytes.reserve(text.len() + text.len() / 8);
    loop {
        let (plain, rest) = text.split_at(unescaped_len(text));
        bytes.extend_from_slice(plain);
        let Some((&special, rest)) = rest.split_first() else { return };
        text = rest;
        match special {
            b'"' => bytes.extend_from_slice(b"\\\""),
            b'\\' => bytes.extend_from_slice(b"\\\\"),
            b'\n' => bytes.extend_from_slice(b"\\n"),
            b'\r' => bytes.extend_from_slice(b"\\r"),
            b'\t' => bytes.extend_from_slice(b"\\t"),
            control => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                bytes.extend_from_slice(b"\\u00");
                bytes.push(HEX[usize::from(control >> 4)]);
                bytes.push(HEX[usize::from(control & 0xf)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::{ErrorCode, QueryDataResponse, RetrieveDataResponse};
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> QueryDataResponse {
        serde_json::from_slice(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn eight_bytes_at_a_time_find_what_one_at_a_time_does(
            text in prop::collection::vec(prop_oneof![any::<u8>(), 0x1eu8..0x24, 0x5bu8..0x5e], 0..40),
        ) {
            let special = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
            let expected = text.iter().position(special).unwrap_or(text.len());
            prop_assert_eq!(unescaped_len(&text), expected);
        }

        #[test]
        fn what_is_written_is_what_is_read(
            texts in prop::collection::vec(any::<String>(), 0..8),
            token in prop::option::of("[A-Za-z0-9_-]{0,40}"),
        ) {
            let mut records = Records::new();
            for text in &texts {
                records.push(text);
            }
            let bound = records.response_bytes(token.as_ref().map_or(0, String::len));
            let response = records.clone().into_query_response(token.as_deref());
            prop_assert!(response.len() <= bound);
            let read = read(&response);
            prop_assert!(read.is_success);
            prop_assert_eq!(&read.records, &texts);
            prop_assert_eq!(read.next_token, token);
        }
    }

    #[test]
    fn a_record_can_be_taken_back() {
        let mut records = Records::new();
        records.push("{}");
        let mark = records.mark();
        records.push(r#"{"id":"too large"}"#);
        records.rewind(mark);
        records.push(r#"{"id":"2"}"#);
        assert_eq!(read(&records.into_query_response(None)).records, ["{}", r#"{"id":"2"}"#]);
    }

    #[test]
    fn the_memory_of_an_answer_is_used_again() {
        let mut records = Records::reusing(Vec::new(), 1_000);
        records.push("{}");
        let sent = records.into_query_response(Some("token"));
        let memory = sent.as_ptr();
        let mut records = Records::reusing(sent, 1_000);
        records.push("[]");
        let answer = records.into_query_response(None);
        assert_eq!(answer.as_ptr(), memory);
        assert_eq!(read(&answer).records, ["[]"]);
    }

    #[test]
    fn records_of_two_buffers_can_be_joined() {
        let [mut left, mut right] = [Records::new(), Records::new()];
        left.append(&right);
        right.push("{}");
        left.append(&right);
        left.append(&right);
        assert_eq!(left.len(), 2);
        assert_eq!(read(&left.into_query_response(None)).records, ["{}", "{}"]);
    }

    #[test]
    fn a_failure_has_an_empty_list() {
        let details = ErrorDetails::new(ErrorCode::ServerError, "it broke");
        let response: RetrieveDataResponse =
            serde_json::from_slice(&Records::failure(&details)).unwrap();
        assert_eq!(response.error_details, Some(details));
        assert!(!response.is_success);
        assert!(response.records.is_empty());
    }
}
