//! The page token: all the state there is between two calls.
//!
//! AppFlow keeps it for us and gives it back as it is. It holds positions and counts and what was
//! learned of the rate limits; no address, no credential and nothing of any record but an id.

use crate::error::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use okta_client::{Bucket, Lesson};
use serde::{Deserialize, Serialize};

/// AppFlow's limit, in characters.
pub const MAX_TOKEN: usize = 2_048;

/// Changes with every change of what a token means. A token of another version is refused, and the
/// flow's run starts again: that is better than going on in the wrong place.
const VERSION: u8 = 2;

/// Where a query goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which listing of the plan.
    #[serde(rename = "l")]
    pub listing: u32,
    /// Which way of asking for it.
    #[serde(rename = "w", default, skip_serializing_if = "is_default")]
    pub way: u32,
    /// How many records were delivered over all, for LIMIT.
    #[serde(rename = "n")]
    pub delivered: u64,
    /// What the walk through the listing has come to.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub progress: Progress,
    /// The lanes that are not at their end; none before the first page.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub lanes: Vec<Lane>,
}

/// What the walk through a listing has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Pages read.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub pages: u32,
    /// Lanes that were split off.
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    pub splits: u32,
    /// The page size at which Okta no longer timed out; absent while it never did.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub page_size: Option<u32>,
    /// Whether records come in the order that was asked for.
    #[serde(rename = "o", default, skip_serializing_if = "is_default")]
    pub order: Order,
}

/// Whether the records of a listing come in the order that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// No two records that differ in it were seen.
    #[default]
    #[serde(rename = "u")]
    Unknown,
    /// They do, as far as was seen.
    #[serde(rename = "k")]
    Kept,
    /// They do not.
    #[serde(rename = "b")]
    Broken,
}

/// A range of a listing that is walked by itself, page by page. Bounds and places are whole seconds
/// since 1970 on the instant by which the listing is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The range that Okta is asked for; absent if it is the whole listing.
    #[serde(rename = "q", default, skip_serializing_if = "is_default")]
    pub asked: Option<Range>,
    /// The range whose records this lane delivers: what was split off since is no longer in it.
    #[serde(rename = "r", default, skip_serializing_if = "is_default")]
    pub range: Range,
    /// Where the first record is.
    #[serde(rename = "g", default, skip_serializing_if = "is_default")]
    pub first: Option<i64>,
    /// Where the last record that was looked at is.
    #[serde(rename = "t", default, skip_serializing_if = "is_default")]
    pub at: Option<i64>,
    /// Okta's cursor of the page; absent for the first one.
    #[serde(rename = "c", default, skip_serializing_if = "is_default")]
    pub cursor: Option<String>,
    /// The part of that page that was delivered already.
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    pub done: Option<Done>,
    /// Pages read.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub pages: u32,
    /// The hash of one of the cursors met: if it is met again, the lane goes in circles.
    #[serde(rename = "h", default, skip_serializing_if = "is_default")]
    pub mark: u64,
    /// Records delivered: only a lane without any can be started again.
    #[serde(rename = "d", default, skip_serializing_if = "is_default")]
    pub delivered: u64,
    /// Whether it was started again already.
    #[serde(rename = "b", default, skip_serializing_if = "is_default")]
    pub restarted: bool,
}

/// From an instant on until another one, which is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Open if absent.
    #[serde(rename = "f", default, skip_serializing_if = "is_default")]
    pub from: Option<i64>,
    /// Open if absent.
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub until: Option<i64>,
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
    /// The page size that was asked for: with another one the page might end elsewhere.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub limit: Option<u32>,
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
    let lessons = lessons.iter().map(|(bucket, lesson)| {
        (bucket.number(), lesson.limit, lesson.spent, lesson.reset, lesson.skew)
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
        let bucket = Bucket::from_number(number)?;
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

/// A hash of a text, the same in every process.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hash = Fnv::new();
    hash.update(text.as_bytes());
    hash.0
}

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

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(cursor: &str) -> Lane {
        let range = |from, until| Range { from: Some(from), until };
        Lane {
            asked: Some(range(1_700_000_000, None)),
            range: range(1_700_000_000, Some(1_750_000_000)),
            first: Some(1_700_000_000),
            at: Some(1_710_000_000),
            cursor: Some(cursor.to_owned()),
            done: Some(Done { id: "00u1".to_owned(), records: 7, limit: Some(200) }),
            pages: 12,
            mark: u64::MAX,
            delivered: 2_400,
            restarted: true,
        }
    }

    fn position() -> Position {
        Position {
            listing: 2,
            way: 1,
            delivered: 1_000_000,
            progress: Progress { pages: 9, splits: 3, page_size: Some(25), order: Order::Kept },
            lanes: vec![lane("200u1/+="), Lane::default(), lane("x"), lane("00ucw2RPGIUNTDQOYPOF")],
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
        let position = Position { lanes: vec![lane(&"x".repeat(1_600))], ..position() };
        let error = seal(Fingerprint::of(["User"]), &position, []).unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
    }
}
