//! The page token: all the state there is between two calls.
//!
//! AppFlow keeps it for us and gives it back as it is. It holds positions and counts and what was
//! learned of the rate limits; no address, no credential and nothing of any record but an id.

use crate::error::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use okta_client::rate_limit::{Bucket, Lesson};
use serde::{Deserialize, Serialize};

/// AppFlow's limit, in characters.
pub const MAX_TOKEN: usize = 2_048;

/// Changes with every change of what a token means. A token of another version is refused, and the
/// flow's run starts again: that is better than going on in the wrong place.
const VERSION: u8 = 1;

/// Where a query goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which listing of the plan.
    #[serde(rename = "l")]
    pub listing: u32,
    /// Which way of asking for it.
    #[serde(rename = "w", default, skip_serializing_if = "is_zero")]
    pub way: u32,
    /// Okta's cursor of the page; absent for the first one.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The part of that page that was delivered already.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
    /// How many records were delivered over all, for LIMIT.
    #[serde(rename = "n")]
    pub delivered: u64,
    /// How many records this listing delivered: only a listing without any can be started again.
    #[serde(rename = "d")]
    pub delivered_by_listing: u64,
}

/// The part of a page that was delivered already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The id of the last record that was looked at.
    #[serde(rename = "i")]
    pub id: String,
    /// How many records of the page were looked at, that one included.
    #[serde(rename = "n")]
    pub records: u32,
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    v: u8,
    /// Fingerprint of the query.
    q: u64,
    p: Position,
    /// Lessons: bucket, limit, spent, reset, skew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    r: Vec<(u8, u32, u32, u64, i64)>,
}

/// A token that was opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened {
    /// Where the query goes on.
    pub position: Position,
    /// What was learned of the rate limits.
    pub lessons: Vec<(Bucket, Lesson)>,
}

/// Identifies a query, so that a token of another one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of all that the meaning of a position depends on.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Fnv::new();
        for part in parts {
            hash.update(part.as_bytes());
            // No part holds this byte, so parts cannot run into each other.
            hash.update(&[0xff]);
        }
        Self(hash.0)
    }
}

/// Writes a token.
///
/// # Errors
///
/// [`Error::ServerError`] if Okta's cursor is so long that AppFlow would not carry the token.
pub fn seal(
    fingerprint: Fingerprint,
    position: &Position,
    lessons: impl IntoIterator<Item = (Bucket, Lesson)>,
) -> Result<String, Error> {
    let lessons: Vec<_> = lessons.into_iter().collect();
    let sealed = encode(fingerprint, position, &lessons);
    if sealed.len() <= MAX_TOKEN {
        return Ok(sealed);
    }
    // What was learned is learned again from the next answer; the position is not.
    let sealed = encode(fingerprint, position, &[]);
    if sealed.len() <= MAX_TOKEN {
        return Ok(sealed);
    }
    Err(Error::ServerError("Okta gave a cursor that is too long for a page token".to_owned()))
}

fn encode(fingerprint: Fingerprint, position: &Position, lessons: &[(Bucket, Lesson)]) -> String {
    let number = |bucket: Bucket| {
        Bucket::ALL.iter().find(|(_, known)| *known == bucket).map(|(number, _)| *number)
    };
    let lessons = lessons.iter().filter_map(|(bucket, lesson)| {
        Some((number(*bucket)?, lesson.limit, lesson.spent, lesson.reset, lesson.skew))
    });
    let envelope =
        Envelope { v: VERSION, q: fingerprint.0, p: position.clone(), r: lessons.collect() };
    let mut bytes = serde_json::to_vec(&envelope).expect("numbers and texts are always JSON");
    let check = checksum(&bytes);
    bytes.extend_from_slice(&check);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a token.
///
/// # Errors
///
/// [`Error::InvalidArgument`], with one message for whatever is wrong.
pub fn open(fingerprint: Fingerprint, token: &str) -> Result<Opened, Error> {
    decode(fingerprint, token).ok_or_else(|| {
        Error::invalid("The nextToken is not one of this query. Run the flow again from its start")
    })
}

fn decode(fingerprint: Fingerprint, token: &str) -> Option<Opened> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (json, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    if checksum(json) != check {
        return None;
    }
    let envelope: Envelope = serde_json::from_slice(json).ok()?;
    if envelope.v != VERSION || envelope.q != fingerprint.0 {
        return None;
    }
    let lessons = envelope.r.into_iter().filter_map(|(number, limit, spent, reset, skew)| {
        let (_, bucket) = Bucket::ALL.into_iter().find(|(known, _)| *known == number)?;
        Some((bucket, Lesson { limit, spent, reset, skew }))
    });
    Some(Opened { position: envelope.p, lessons: lessons.collect() })
}

const CHECKSUM: usize = 4;

/// Tells a damaged token from a good one; nobody gains anything by forging one.
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Fnv::new();
    hash.update(bytes);
    let [a, b, c, d, ..] = hash.0.to_be_bytes();
    [a, b, c, d]
}

/// FNV-1a: stable between versions of the compiler, as a token may outlive a deployment.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position() -> Position {
        Position {
            listing: 2,
            way: 1,
            cursor: Some("200u1/+=".to_owned()),
            done: Some(Done { id: "00u1".to_owned(), records: 7 }),
            delivered: 1_000_000,
            delivered_by_listing: 42,
        }
    }

    #[test]
    fn what_is_sealed_is_opened() {
        let fingerprint = Fingerprint::of(["User", "filter"]);
        let lesson = Lesson { limit: 600, spent: 7, reset: 1_900_000_000, skew: -3 };
        let lessons = vec![(Bucket::Users, lesson), (Bucket::Other, lesson)];
        let sealed = seal(fingerprint, &position(), lessons.clone()).unwrap();
        assert_eq!(open(fingerprint, &sealed), Ok(Opened { position: position(), lessons }));
        assert!(sealed.len() <= MAX_TOKEN && !sealed.contains(char::is_whitespace));
    }

    #[test]
    fn whatever_is_wrong_has_one_message() {
        let fingerprint = Fingerprint::of(["User", "ab", "c"]);
        let sealed = seal(fingerprint, &position(), []).unwrap();
        let refused = |token: &str| open(fingerprint, token).unwrap_err();
        let message = refused("None");
        assert_eq!(open(Fingerprint::of(["User", "a", "bc"]), &sealed), Err(message.clone()));
        for token in
            ["", "null", "a b", "é", &sealed[1..], &sealed[..sealed.len() - 1], &"A".repeat(9_999)]
        {
            assert_eq!(refused(token), message, "{token}");
        }
        for index in 0..sealed.len() {
            let mut damaged = sealed.clone().into_bytes();
            damaged[index] = if damaged[index] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(damaged).unwrap();
            // The last character may hold bits that mean nothing.
            if let Ok(opened) = open(fingerprint, &damaged) {
                assert_eq!(opened.position, position());
            }
        }
    }

    #[test]
    fn a_cursor_that_is_too_long_is_an_error() {
        let cursor = Some("x".repeat(1_600));
        let position = Position { cursor, ..position() };
        let error = seal(Fingerprint::of(["User"]), &position, []).unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
    }
}
