//! The System Log: what happened in the org, and who did it.
//!
//! An event is kept as what is particular about it. The rest, such as the client that it came from, is drawn from
//! its number whenever it is shown, so a hundred thousand events cost as little as their numbers and a page costs
//! what is on it.
//!
//! An event has two times: it was published at one, and can be read from the other on, which may be later.

mod bounds;
mod cast;
mod changes;
mod client;
mod cursor;
mod event;
mod filter;
mod kind;
mod kinds;
mod lifecycle;
mod listing;
mod org_kinds;
mod parameters;
mod random;
mod recorded;
mod relations;
mod target;
mod types;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::collection::Collection;
use crate::org::{LoadError, LoadErrorCause, Org};

pub(crate) use changes::RecordChange;
pub(crate) use listing::list;
pub use random::RandomEvents;
pub use relations::Relation;

use event::Happening;
use random::Drawing;

/// The System Log of an org.
///
/// A [`Simulator`](crate::Simulator) writes into its log what its own changes do. Events can be appended by hand,
/// and drawn at random.
#[derive(Clone, Debug, Default)]
pub struct SystemLog {
    entries: Vec<Entry>,
    by_published: BTreeSet<Place>,
    by_arrival: BTreeSet<Place>,
    /// Delays the arrival of recorded events, each in turn.
    lateness: Vec<Duration>,
    recorded: usize,
}

/// A time in milliseconds, and the number of the event that has it.
type Place = (i64, u32);

#[derive(Clone, Debug)]
struct Entry {
    published: i64,
    /// It can be read from then on.
    arrives: i64,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    /// JSON that somebody gave.
    Given(Box<str>),
    Recorded(Box<Happening>),
    Drawn(Arc<Drawing>),
}

/// Okta keeps an event for so long.
const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

impl SystemLog {
    /// Reads a log from JSON lines: one event a line, blank lines allowed. Each can be read from when it was
    /// published on.
    pub fn from_json_lines(text: &str) -> Result<Self, LoadError> {
        let mut log = Self::default();
        let mut uuids = BTreeSet::new();
        for (index, line) in text.lines().enumerate() {
            if !line.trim().is_empty() {
                log.load_line(&mut uuids, line).map_err(|cause| LoadError {
                    collection: Collection::SystemLog,
                    line: index + 1,
                    cause,
                })?;
            }
        }
        Ok(log)
    }

    fn load_line(
        &mut self,
        uuids: &mut BTreeSet<String>,
        line: &str,
    ) -> Result<(), LoadErrorCause> {
        let event: Value = serde_json::from_str(line).map_err(LoadErrorCause::Json)?;
        let uuid = event.get("uuid").and_then(Value::as_str);
        let (Some(uuid), Some(published)) = (uuid, published(&event)) else {
            return Err(LoadErrorCause::NoEvent);
        };
        if !uuids.insert(uuid.to_owned()) {
            return Err(LoadErrorCause::DuplicateId(uuid.to_owned()));
        }
        self.push(published, published, Body::Given(line.into()));
        Ok(())
    }

    /// Appends an event, which can be read from when it was published on.
    ///
    /// # Panics
    ///
    /// If `published` holds no time.
    pub fn append(&mut self, event: &Value) {
        self.append_late(event, Duration::ZERO);
    }

    /// Appends an event that can be read so much later than it was published.
    ///
    /// # Panics
    ///
    /// If `published` holds no time.
    pub fn append_late(&mut self, event: &Value, lateness: Duration) {
        let published = published(event).expect("an event says when it was published");
        self.push(published, later(published, lateness), Body::Given(event.to_string().into()));
    }

    /// Sets how much later than they are published the events can be read that are recorded from now on: each by
    /// the next one of these, over and over. Without any, which is how a log begins, they can be read at once.
    pub fn set_lateness(&mut self, lateness: &[Duration]) {
        self.lateness = lateness.to_vec();
    }

    /// Draws events at random, about objects of the org and about others.
    pub fn draw(&mut self, org: &Org, events: &RandomEvents) {
        let drawing = Arc::new(Drawing::new(org, events));
        for (published, lateness) in events.times() {
            let body = Body::Drawn(Arc::clone(&drawing));
            self.push(published, later(published, lateness), body);
        }
    }

    /// Records that an object was created, changed or removed.
    pub(crate) fn record_change(&mut self, org: &Org, change: RecordChange<'_>, now: Timestamp) {
        for happening in changes::happenings(org, change) {
            self.record(happening, now);
        }
    }

    /// Records that two objects were related.
    pub fn record_added(&mut self, org: &Org, relation: Relation<'_>, now: Timestamp) {
        self.record(relation.added(org), now);
    }

    /// Records that two objects are no longer related.
    pub fn record_removed(&mut self, org: &Org, relation: Relation<'_>, now: Timestamp) {
        self.record(relation.removed(org), now);
    }

    /// Records that two objects are related in another way than before, if Okta's log tells of it.
    pub(crate) fn record_changed(&mut self, org: &Org, relation: Relation<'_>, now: Timestamp) {
        if let Some(happening) = relation.changed(org) {
            self.record(happening, now);
        }
    }

    fn record(&mut self, happening: Happening, now: Timestamp) {
        let turn = self.recorded.checked_rem(self.lateness.len());
        let lateness = turn.map_or(Duration::ZERO, |turn| self.lateness[turn]);
        self.recorded += 1;
        let published = now.as_millisecond();
        self.push(published, later(published, lateness), Body::Recorded(Box::new(happening)));
    }

    fn push(&mut self, published: i64, arrives: i64, body: Body) {
        let number = u32::try_from(self.entries.len()).expect("a log has fewer events than that");
        self.entries.push(Entry { published, arrives, body });
        self.by_published.insert((published, number));
        self.by_arrival.insert((arrives, number));
    }

    /// Counts the events, whether they can be read or not.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Returns all events that can be read at a time, in the order in which they were published: those that have
    /// arrived and are not older than 90 days.
    pub fn visible(&self, now: Timestamp) -> impl Iterator<Item = Value> {
        let places = self.published((i64::MIN, 0), (i64::MAX, u32::MAX), now);
        places.map(|(_, number)| parsed(&self.event(number)))
    }

    /// Returns the places of what can be read, by the time at which it was published: from one on, before another.
    fn published(
        &self,
        from: Place,
        to: Place,
        now: Timestamp,
    ) -> impl DoubleEndedIterator<Item = Place> {
        let range = (Bound::Included(from), Bound::Excluded(to.max(from)));
        let places = self.by_published.range(range).copied();
        places.filter(move |&(_, number)| self.is_visible(number, now))
    }

    /// Returns the places of what can be read, by the time at which it arrived: from one on, but for so many.
    fn arrived(&self, from: i64, skipped: usize, now: Timestamp) -> impl Iterator<Item = Place> {
        let places = self.by_arrival.range((from, 0)..).copied().skip(skipped);
        let places = places.take_while(move |&(arrives, _)| arrives <= now.as_millisecond());
        places.filter(move |&(_, number)| self.is_visible(number, now))
    }

    fn is_visible(&self, number: u32, now: Timestamp) -> bool {
        let entry = self.entry(number);
        let oldest = now.saturating_sub(RETENTION).unwrap_or(Timestamp::MIN);
        entry.arrives <= now.as_millisecond() && entry.published >= oldest.as_millisecond()
    }

    /// Counts the events that arrived at the same time as one, up to it.
    fn turn(&self, (arrives, number): Place) -> usize {
        self.by_arrival.range((arrives, 0)..=(arrives, number)).count()
    }

    /// Returns the type of an event, if it can be told without showing the event.
    fn event_type(&self, number: u32) -> Option<&'static str> {
        match &self.entry(number).body {
            Body::Given(_) => None,
            Body::Recorded(happening) => Some(happening.kind.event_type),
            Body::Drawn(drawing) => Some(drawing.kind(number).event_type),
        }
    }

    /// Returns an event as JSON.
    fn event(&self, number: u32) -> Cow<'_, str> {
        let Entry { published, body, .. } = self.entry(number);
        match body {
            Body::Given(text) => Cow::Borrowed(text),
            Body::Recorded(happening) => happening.show(*published, number).into(),
            Body::Drawn(drawing) => drawing.show(*published, number).into(),
        }
    }

    fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }
}

fn parsed(event: &str) -> Value {
    serde_json::from_str(event).expect("an event is JSON")
}

fn published(event: &Value) -> Option<i64> {
    let published: Timestamp = event.get("published")?.as_str()?.parse().ok()?;
    Some(published.as_millisecond())
}

fn later(published: i64, lateness: Duration) -> i64 {
    published.saturating_add(i64::try_from(lateness.as_millis()).unwrap_or(i64::MAX))
}
