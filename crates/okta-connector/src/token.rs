//! The page token: a position on its way through AppFlow.
//!
//! AppFlow keeps it for us and gives it back as it is. It holds positions and counts and what was
//! learned of the rate limits; no address, no credential and nothing of any record but an id.

use crate::error::Error;
use crate::hash::Fnv;
use crate::plan::Plan;
use crate::position::Position;
use appflow_connector::ErrorCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use okta_client::{Bucket, Lesson};
use serde::{Deserialize, Serialize};

/// The number of characters of a token that AppFlow carries.
pub const MAX_TOKEN: usize = 2_048;

/// Changes with every change of how a token is written. A token of another version is refused, and the
/// flow's run starts again: that is better than going on in the wrong place.
const VERSION: u8 = 3;

#[derive(Serialize, Deserialize)]
struct Envelope {
    v: u8,
    /// The fingerprint of the query and its plan.
    q: u64,
    p: Position,
    /// Lessons: bucket, limit, spent, reset, skew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    r: Vec<(u8, u32, u32, u64, i64)>,
}

/// A token that was opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened {
    /// The place at which the query goes on.
    pub position: Position,
    /// The lessons about the rate limits.
    pub lessons: Vec<(Bucket, Lesson)>,
}

/// Identifies a query and the requests that answer it, so that a token of another one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Makes the fingerprint of all that the meaning of a position depends on: the parts of the question, and every
    /// request of the plan.
    pub fn new<'a>(question: impl IntoIterator<Item = &'a str>, plan: &Plan) -> Self {
        let mut hash = Fnv::new();
        question.into_iter().for_each(|part| hash.part(part));
        hash.update(&plan.digest().to_le_bytes());
        Self(hash.value())
    }
}

/// Writes a token.
///
/// # Errors
///
/// `ServerError` if Okta's cursor is so long that AppFlow would not carry the token.
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
    // Lessons are learned again from the next answer; the position is not.
    let sealed = encode(fingerprint, position, &[]);
    if sealed.len() <= MAX_TOKEN {
        return Ok(sealed);
    }
    let message = "Okta gave a cursor that is too long for a page token";
    Err(Error::new(ErrorCode::ServerError, message))
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

/// Reads a token of `plan`.
///
/// # Errors
///
/// `InvalidArgument`, with one message for whatever is wrong.
pub fn open(fingerprint: Fingerprint, plan: &Plan, token: &str) -> Result<Opened, Error> {
    decode(fingerprint, token).filter(|opened| plan.has(&opened.position)).ok_or_else(|| {
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
    let [a, b, c, d, ..] = hash.value().to_be_bytes();
    [a, b, c, d]
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
