//! A position in a plan: all the state there is between two calls.
//!
//! A plan is a tree of listings: most have records, some have parents below each of which a listing has records.
//! A position has a frame for each level of the listing that is walked, outermost first.

use serde::{Deserialize, Serialize};

/// The place at which a query goes on. The default is its start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The records delivered over all, for LIMIT.
    #[serde(rename = "n")]
    pub delivered: u64,
    /// The second since 1970 in which the run began, where its requests depend on it; else 0.
    #[serde(rename = "b", default, skip_serializing_if = "is_default")]
    pub began: u64,
    /// The levels, outermost first: one for a flat listing, two inside a parent.
    #[serde(rename = "f", default, skip_serializing_if = "is_default")]
    pub frames: Vec<Frame>,
}

/// A position at one level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The number of the listing in the plan; 0 below a parent, which has one listing.
    #[serde(rename = "l", default, skip_serializing_if = "is_default")]
    pub listing: u32,
    /// The number of the way in which it is asked for.
    #[serde(rename = "w", default, skip_serializing_if = "is_default")]
    pub way: u32,
    /// The facts that the walk through the listing has found.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub progress: Progress,
    /// The id of the object below which the listing is; absent where it is below none.
    #[serde(rename = "i", default, skip_serializing_if = "is_default")]
    pub above: Option<String>,
    /// The lanes that are not at their end; none before the first page.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub lanes: Vec<Lane>,
}

/// The facts that a walk through a listing has found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The pages read.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub pages: u32,
    /// The lanes that were split off.
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    pub splits: u32,
    /// The page size at which Okta no longer timed out; absent while it never did.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub page_size: Option<u32>,
    /// The records delivered.
    #[serde(rename = "d", default, skip_serializing_if = "is_default")]
    pub delivered: u64,
    /// The milliseconds that Okta took for the last page.
    #[serde(rename = "t", default, skip_serializing_if = "is_default")]
    pub latency: u32,
    /// The order in which records come.
    #[serde(rename = "o", default, skip_serializing_if = "is_default")]
    pub order: Order,
    /// The objects met below which records are.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub above: u32,
    /// Those of them that were gone or closed when they were asked.
    #[serde(rename = "k", default, skip_serializing_if = "is_default")]
    pub skipped: u32,
    /// True if Okta does not add to records what it was asked to add.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub unexpanded: bool,
}

/// The order in which the records of a listing come, against the one that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// No two records that differ in it were seen.
    #[default]
    #[serde(rename = "u")]
    Unknown,
    /// It is kept, as far as was seen.
    #[serde(rename = "k")]
    Kept,
    /// It is not kept.
    #[serde(rename = "b")]
    Broken,
}

/// A range of a listing that is walked by itself, page by page. Bounds and places are whole seconds
/// since 1970 on the instant by which the listing is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The range that Okta is asked for; absent if it is the whole listing.
    #[serde(rename = "q", default, skip_serializing_if = "is_default")]
    pub asked: Option<Seconds>,
    /// The range whose records this lane delivers: a part that was split off is no longer in it.
    #[serde(rename = "r", default, skip_serializing_if = "is_default")]
    pub range: Seconds,
    /// The place of the first record.
    #[serde(rename = "g", default, skip_serializing_if = "is_default")]
    pub first: Option<i64>,
    /// The place of the last record that was looked at.
    #[serde(rename = "t", default, skip_serializing_if = "is_default")]
    pub at: Option<i64>,
    /// Okta's cursor of the page; absent for the first one.
    #[serde(rename = "c", default, skip_serializing_if = "is_default")]
    pub cursor: Option<String>,
    /// The part of that page that was delivered already.
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    pub done: Option<Done>,
    /// The pages read.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub pages: u32,
    /// The pages in a row that were empty.
    #[serde(rename = "e", default, skip_serializing_if = "is_default")]
    pub empty: u32,
    /// The hash of one of the cursors met: if it is met again, the lane goes in circles.
    #[serde(rename = "h", default, skip_serializing_if = "is_default")]
    pub mark: u64,
    /// The records delivered: only a lane without any can be started again.
    #[serde(rename = "d", default, skip_serializing_if = "is_default")]
    pub delivered: u64,
    /// True if it was started again already.
    #[serde(rename = "b", default, skip_serializing_if = "is_default")]
    pub restarted: bool,
}

/// Seconds since 1970, from one on until another one, which is not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seconds {
    /// The first second; unlimited if absent.
    #[serde(rename = "f", default, skip_serializing_if = "is_default")]
    pub from: Option<i64>,
    /// The second behind the last one; unlimited if absent.
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub until: Option<i64>,
}

/// The part of a page that was delivered already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The id of the last record that was looked at.
    #[serde(rename = "i")]
    pub id: String,
    /// The number of records of the page that were looked at, that one included.
    #[serde(rename = "n")]
    pub records: u32,
    /// The page size that was asked for: with another one the page might end elsewhere.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub limit: Option<u32>,
}

impl Position {
    /// Returns the frame of the outermost level.
    pub(crate) fn outermost(&self) -> Frame {
        self.frames.first().cloned().unwrap_or_default()
    }

    /// Says whether as much of the plan is done at `other` as here. Facts that were found on the way, and ways that Okta
    /// refused, do not count.
    pub(crate) fn is_as_far_as(&self, other: &Self) -> bool {
        let is_there = |(here, there): (&Frame, &Frame)| {
            here.listing == there.listing
                && here.lanes.iter().map(Lane::place).eq(there.lanes.iter().map(Lane::place))
        };
        self.delivered == other.delivered
            && self.frames.len() == other.frames.len()
            && self.frames.iter().zip(&other.frames).all(is_there)
    }
}

impl Lane {
    /// Returns the range, the page in it, and the part of the page that is done.
    fn place(&self) -> (Seconds, Option<&str>, Option<&Done>) {
        (self.range, self.cursor.as_deref(), self.done.as_ref())
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
