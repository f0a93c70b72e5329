//! The page token: a position on its way through AppFlow.
//!
//! AppFlow keeps the token and gives it back as it is. It holds positions and counts and the facts
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
use std::fmt;

/// The number of characters of a token that AppFlow carries.
pub const MAX_TOKEN: usize = 2_048;

/// The version of the format, which changes with every change of the way a token is written. A
/// token of another version is refused, and the flow's run starts again: that is better than going
/// on in the wrong place.
const VERSION: u8 = 4;

#[derive(Clone, Serialize, Deserialize)]
struct Envelope {
    v: u8,
    /// The fingerprint of the query and its plan.
    q: u64,
    p: Position,
    /// The lessons: bucket, limit, spent, reset, skew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    r: Vec<(u8, u32, u32, u64, i64)>,
    /// The attributes of the org that the request names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<String>,
}

/// A token that was read. It is not yet known whether it is one of the query.
#[derive(Clone)]
pub struct Token(Envelope);

/// The identity of a query and the requests that answer it, so that a token of another one is refused.
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

/// Writes a token. `attributes` are the ones that the request names, in the form of `hints.rs`.
///
/// # Errors
///
/// `ServerError` if Okta's cursor is so long that AppFlow would not carry the token.
pub fn seal(
    fingerprint: Fingerprint,
    position: &Position,
    lessons: impl IntoIterator<Item = (Bucket, Lesson)>,
    attributes: Option<&str>,
) -> Result<String, Error> {
    let lessons: Vec<_> = lessons.into_iter().collect();
    // Lessons are learned again from the next answer and attributes are looked at again; the position is not.
    let shorter = [(&*lessons, attributes), (&[], attributes), (&lessons, None), (&[], None)];
    for (lessons, attributes) in shorter {
        let sealed = encode(fingerprint, position, lessons, attributes);
        if sealed.len() <= MAX_TOKEN {
            return Ok(sealed);
        }
    }
    let message = "Okta gave a cursor that is too long for a page token";
    Err(Error::new(ErrorCode::ServerError, message))
}

fn encode(
    fingerprint: Fingerprint,
    position: &Position,
    lessons: &[(Bucket, Lesson)],
    attributes: Option<&str>,
) -> String {
    let lessons = lessons.iter().map(|(bucket, lesson)| {
        (bucket.number(), lesson.limit, lesson.spent, lesson.reset, lesson.skew)
    });
    let envelope = Envelope {
        v: VERSION,
        q: fingerprint.0,
        p: position.clone(),
        r: lessons.collect(),
        a: attributes.map(str::to_owned),
    };
    let mut bytes = serde_json::to_vec(&envelope).expect("numbers and texts are always JSON");
    let check = checksum(&bytes);
    bytes.extend_from_slice(&check);
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Token {
    /// Reads a token.
    ///
    /// # Errors
    ///
    /// `InvalidArgument`, with one message for whatever is wrong.
    pub fn read(token: &str) -> Result<Self, Error> {
        decode(token).map(Self).ok_or_else(refused)
    }

    /// Returns the attributes of the org that the request names, as they were sealed.
    pub fn attributes(&self) -> Option<&str> {
        self.0.a.as_deref()
    }

    /// Returns the lessons about the rate limits. They hold whatever the token is of, as far as they are possible.
    pub fn lessons(&self) -> impl Iterator<Item = (Bucket, Lesson)> + '_ {
        self.0.r.iter().filter_map(|&(number, limit, spent, reset, skew)| {
            let bucket = Bucket::from_number(number)?;
            Some((bucket, Lesson { limit, spent, reset, skew }))
        })
    }

    /// Returns the place at which the query of `plan` goes on.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` if it is a token of another query or plan.
    pub fn open(&self, fingerprint: Fingerprint, plan: &Plan) -> Result<Position, Error> {
        let Envelope { q, p, .. } = &self.0;
        match *q == fingerprint.0 && plan.has(p) {
            true => Ok(p.clone()),
            false => Err(refused()),
        }
    }
}

/// Prints nothing of what AppFlow carries.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

fn refused() -> Error {
    Error::invalid("The nextToken is not one of this query. Run the flow again from its start")
}

fn decode(token: &str) -> Option<Envelope> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (json, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    if checksum(json) != check {
        return None;
    }
    let envelope: Envelope = serde_json::from_slice(json).ok()?;
    (envelope.v == VERSION).then_some(envelope)
}

const CHECKSUM: usize = 4;

/// Returns a checksum, which tells a damaged token from a good one; nobody gains anything by forging one.
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Fnv::new();
    hash.update(bytes);
    let [a, b, c, d, ..] = hash.value().to_be_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::Entity;
    use crate::plan::Way;
    use crate::position::{Done, Frame, Lane, Order, Progress, Seconds};
    use crate::query::{Preferences, Query};
    use appflow_connector::Filter;
    use proptest::prelude::*;

    fn plan_of(entity: &str, filter: &str) -> Plan {
        let filter = Filter::parse(filter).unwrap();
        let entity = Entity::find(entity, &crate::withheld::Withheld::default()).unwrap();
        Plan::new(&Query::new(entity, &filter, None, Preferences::default()).unwrap())
    }

    /// Plans at least three listings, of three ways each.
    fn plan() -> Plan {
        let cities: Vec<_> = (0..120).map(|n| format!("'Some value number {n:03}'")).collect();
        plan_of("User", &format!("city in ({})", cities.join(", ")))
    }

    fn lane(cursor: &str) -> Lane {
        let range = |from, until| Seconds { from: Some(from), until };
        Lane {
            asked: Some(range(1_700_000_000, None)),
            range: range(1_700_000_000, Some(1_750_000_000)),
            first: Some(1_700_000_000),
            at: Some(1_710_000_000),
            cursor: Some(cursor.to_owned()),
            done: Some(Done { id: "00u1".to_owned(), records: 7, limit: Some(200) }),
            pages: 12,
            empty: 3,
            mark: u64::MAX,
            delivered: 2_400,
            restarted: true,
        }
    }

    fn open(fingerprint: Fingerprint, plan: &Plan, token: &str) -> Result<Position, Error> {
        Token::read(token)?.open(fingerprint, plan)
    }

    fn position() -> Position {
        let lanes =
            vec![lane("200u1/+="), Lane::default(), lane("x"), lane("00ucw2RPGIUNTDQOYPOF")];
        let progress = Progress {
            pages: 9,
            splits: 3,
            page_size: Some(25),
            delivered: 1_800,
            latency: 180,
            order: Order::Kept,
            above: 40,
            skipped: 2,
            unexpanded: true,
        };
        let frame = Frame { listing: 2, way: 1, progress, lanes, above: None };
        Position { delivered: 1_000_000, began: 1_767_225_600, frames: vec![frame] }
    }

    fn frames(places: &[(u32, u32)]) -> Position {
        let frame = |&(listing, way)| Frame { listing, way, ..Frame::default() };
        Position { frames: places.iter().map(frame).collect(), ..Position::default() }
    }

    #[test]
    fn what_is_sealed_is_opened() {
        let plan = plan();
        let fingerprint = Fingerprint::new(["User", "filter"], &plan);
        let lesson = Lesson { limit: 600, spent: 7, reset: 1_900_000_000, skew: -3 };
        let lessons = vec![(Bucket::Users, lesson), (Bucket::Other, lesson)];
        let sealed = seal(fingerprint, &position(), lessons.clone(), Some("ti_x")).unwrap();
        assert_eq!(open(fingerprint, &plan, &sealed), Ok(position()));
        let token = Token::read(&sealed).unwrap();
        assert_eq!(token.lessons().collect::<Vec<_>>(), lessons);
        assert_eq!(token.attributes(), Some("ti_x"));
        assert!(sealed.len() <= MAX_TOKEN && !sealed.contains(char::is_whitespace));
    }

    #[test]
    fn whatever_is_wrong_has_one_message() {
        let plan = plan();
        let fingerprint = Fingerprint::new(["User", "ab", "c"], &plan);
        let sealed = seal(fingerprint, &position(), [], None).unwrap();
        let refused = |token: &str| open(fingerprint, &plan, token).unwrap_err();
        let message = refused("None");
        let other = Fingerprint::new(["User", "a", "bc"], &plan);
        assert_eq!(open(other, &plan, &sealed), Err(message.clone()));
        for token in
            ["", "null", "a b", "é", &sealed[1..], &sealed[..sealed.len() - 1], &"A".repeat(9_999)]
        {
            assert_eq!(refused(token), message, "{token}");
        }
        let listings = u32::try_from(plan.listings.len()).unwrap();
        for beyond in [&[(listings, 0)][..], &[(0, 3)], &[(u32::MAX, 0)], &[(0, 0), (0, 0)]] {
            let sealed = seal(fingerprint, &frames(beyond), [], None).unwrap();
            assert_eq!(refused(&sealed), message, "{beyond:?}");
        }
        for index in 0..sealed.len() {
            let mut damaged = sealed.clone().into_bytes();
            damaged[index] = if damaged[index] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(damaged).unwrap();
            // The last character may hold bits that mean nothing.
            if let Ok(opened) = open(fingerprint, &plan, &damaged) {
                assert_eq!(opened, position());
            }
        }
    }

    #[test]
    fn a_frame_inside_a_parent_is_one_of_the_way_by_references() {
        let plan = plan_of("Application", "userId = '00u1'");
        for (places, expected) in [
            (&[][..], true),
            (&[(0, 0)], true),
            (&[(0, 1)], true),
            (&[(0, 1), (0, 0)], true),
            (&[(0, 0), (0, 0)], false),
            (&[(0, 1), (1, 0)], false),
            (&[(0, 1), (0, 1)], false),
            (&[(0, 1), (0, 0), (0, 0)], false),
        ] {
            assert_eq!(plan.has(&frames(places)), expected, "{places:?}");
        }
    }

    #[test]
    fn a_cursor_that_is_too_long_is_an_error() {
        let long = Frame { lanes: vec![lane(&"x".repeat(1_600))], ..Frame::default() };
        let position = Position { frames: vec![long], ..position() };
        let error = seal(Fingerprint::new(["User"], &plan()), &position, [], None).unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        /// Checks that a position means something in its own plan alone: a token of a plan that
        /// differs in any request is refused.
        #[test]
        fn a_token_of_another_plan_is_refused(
            (entity, filter) in arb_question(),
            (other_entity, other) in arb_question(),
        ) {
            let (plan, other) = (plan_of(entity, &filter), plan_of(other_entity, &other));
            let question = ["the same question"];
            let sealed = seal(Fingerprint::new(question, &plan), &Position::default(), [], None).unwrap();
            let opened = open(Fingerprint::new(question, &other), &other, &sealed);
            prop_assert_eq!(opened.is_ok(), requests(&plan) == requests(&other));
        }

        /// Checks that the digest tells plans apart by every part of every request.
        #[test]
        fn a_request_that_changes_changes_the_digest(
            (entity, filter) in arb_question(),
            pick in any::<prop::sample::Index>(),
            change in 0..6,
        ) {
            let mut plan = plan_of(entity, &filter);
            let before = plan.digest();
            prop_assume!(!plan.listings.is_empty());
            let listings = plan.listings.len();
            let listing = &mut plan.listings[pick.index(listings)];
            let ways = listing.ways.len();
            let way = &mut listing.ways[pick.index(ways)];
            let request = way.request.clone();
            let limit = request.limit().unwrap_or_default();
            way.request = match change {
                0 => request.at("/elsewhere"),
                1 => request.with("search", "another"),
                2 => request.with_limit(limit + 1),
                3 => request.with_omissions(["another"]),
                4 => request.with("another", ""),
                _ => {
                    way.id_path.push('x');
                    request
                }
            };
            prop_assert_ne!(plan.digest(), before);
        }
    }

    /// Writes all that a plan may ask.
    fn requests(plan: &Plan) -> String {
        let mut text = String::new();
        for listing in &plan.listings {
            let ways = listing.ways.iter().chain(listing.among.iter().flat_map(|it| &it.ways));
            for way in ways {
                let Way { request, shape, id_path, cut, below, .. } = way;
                text += &format!("{request:?} {shape:?} {id_path} {cut:?} {below:?}\n");
            }
        }
        text
    }

    fn arb_question() -> impl Strategy<Value = (&'static str, String)> {
        let rows = vec![
            (
                "User",
                vec![
                    "",
                    "city = 'A'",
                    "city = 'B'",
                    "status = 'ACTIVE'",
                    "id = '00u1'",
                    "lastLogin > 2024-01-01",
                    "lastUpdated > 2024-01-01",
                ],
            ),
            ("Group", vec!["", "name = 'A'", "type = 'BUILT_IN'"]),
            (
                "Application",
                vec![
                    "",
                    "groupId = '00g1'",
                    "userId = '00u1'",
                    "groupId = '00g1' and userId = '00u1'",
                    "name = 'A'",
                ],
            ),
            ("Device", vec!["", "platform = 'IOS'"]),
            ("UserType", vec![""]),
        ];
        let rows: Vec<_> = rows
            .into_iter()
            .flat_map(|(entity, filters)| {
                filters.into_iter().map(move |it| (entity, it.to_owned()))
            })
            .collect();
        prop::sample::select(rows)
    }
}
