//! Lanes: ranges of a listing that are walked by themselves, page by page, and the next step on them.
//!
//! Okta's cursors lead from one page to the next, so one listing is one chain of requests. What
//! never changes about a record, such as the instant of its creation, cuts the listing into ranges
//! that are chains of their own. No record moves from one range to another, whatever happens to it.

use crate::hash::hash;
use crate::position::{Lane, Seconds};

/// The smallest number of pages left at which a lane is still cut.
const MIN_PAGES: u64 = 2;

/// The longest cursor of a lane that is cut. Lanes share the page token, so a lane with a longer
/// cursor stays alone.
const MAX_CURSOR: usize = 128;

/// The number of pages for each of which one lane is split off at most, the first one aside: a
/// range may turn out empty.
pub(crate) const PAGES_PER_SPLIT: u32 = 4;

/// The place of a record, as seen from a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// In its range.
    Inside,
    /// In front of its range.
    Before,
    /// Behind its range.
    Beyond,
}

/// A lane while it is walked.
#[derive(Debug)]
struct Walker {
    lane: Lane,
    activity: Activity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Activity {
    /// Its next page is to be asked for.
    Idle,
    /// A page is on its way, and so many records are expected of it.
    Asked(u64),
    /// Nothing of its range is left.
    Over,
}

/// The lanes of a listing while they are walked.
#[derive(Debug)]
pub(crate) struct Lanes {
    walkers: Vec<Walker>,
    /// Requests on their way, those of lanes that are over included.
    on_their_way: usize,
}

/// The next step of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Ask for the next page of this lane; so many records are wanted of it and all behind it.
    Ask(usize, u64),
    /// Split this lane.
    Split(usize),
    /// Wait for a page.
    Wait,
    /// Stop: nothing is on its way, and nothing may be asked for.
    Stop,
}

/// All that the next step depends on, beside the lanes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    /// The records that this call may still deliver.
    pub(crate) wanted: u64,
    /// The records that LIMIT still allows.
    pub(crate) limit_left: u64,
    /// The records that AppFlow asked for.
    pub(crate) max_results: u64,
    /// True if nothing was delivered by this call.
    pub(crate) is_empty: bool,
    /// The requests that may be on their way at once.
    pub(crate) max_concurrency: usize,
    /// True if a page that is asked for now is likely to arrive in time.
    pub(crate) has_time: bool,
    /// The pages that will still fit into the answer.
    pub(crate) room: usize,
    /// The lanes that pay; 1 while none may be split off.
    pub(crate) paying: usize,
    /// True if a request has failed, so that no other one is sent.
    pub(crate) has_failed: bool,
    /// The time of day in seconds since 1970.
    pub(crate) now: i64,
}

impl Lanes {
    /// Takes up lanes where they were left; an empty list means a listing that was not begun.
    pub(crate) fn new(lanes: Vec<Lane>) -> Self {
        let lanes = if lanes.is_empty() { vec![Lane::default()] } else { lanes };
        let idle = |lane| Walker { lane, activity: Activity::Idle };
        Self { walkers: lanes.into_iter().map(idle).collect(), on_their_way: 0 }
    }

    /// Returns the lanes that are not at their end; none where nothing was done.
    pub(crate) fn rest(self) -> Vec<Lane> {
        let rest = self.walkers.into_iter().filter(|walker| walker.activity != Activity::Over);
        let rest: Vec<_> = rest.map(|walker| walker.lane).collect();
        if rest == [Lane::default()] { Vec::new() } else { rest }
    }

    /// Says whether all of the listing was walked.
    pub(crate) fn are_over(&self) -> bool {
        self.walkers.iter().all(|walker| walker.activity == Activity::Over)
    }

    /// Returns a lane.
    pub(crate) fn lane(&mut self, index: usize) -> &mut Lane {
        &mut self.walkers[index].lane
    }

    /// Decides on the next step.
    pub(crate) fn next(&self, situation: &Situation) -> Next {
        if !situation.has_failed {
            if let Some(index) = self.to_split(situation) {
                return Next::Split(index);
            }
            let idle = self.walkers.iter().position(|walker| walker.activity == Activity::Idle);
            if let Some(index) = idle.filter(|_| self.may_ask(situation)) {
                return Next::Ask(index, self.unclaimed(situation.wanted));
            }
        }
        if self.on_their_way > 0 { Next::Wait } else { Next::Stop }
    }

    /// Decides on the page behind the one in hand, of which `in_hand` records are expected. Returns
    /// the number of records that are wanted of it and all behind it; `None` if it should not be
    /// asked for yet.
    pub(crate) fn ahead(&self, index: usize, situation: &Situation, in_hand: u64) -> Option<u64> {
        let lane = &self.walkers[index].lane;
        let left = self.unclaimed(situation.wanted).saturating_sub(in_hand);
        // Where a part was split off, the page in hand may be the last one.
        let goes_on = lane.range.until == lane.asked.and_then(|asked| asked.until);
        let is_wanted = !situation.has_failed
            && is_worth_a_page(left, situation)
            && goes_on
            && situation.max_concurrency > 1
            && self.asked() < situation.max_concurrency
            && situation.has_time
            && self.asked() < situation.room;
        is_wanted.then_some(left)
    }

    /// Notes that a page of a lane was asked for, of which so many records are expected.
    pub(crate) fn ask(&mut self, index: usize, expected: u64) {
        self.walkers[index].activity = Activity::Asked(expected);
        self.on_their_way += 1;
    }

    /// Notes that an answer for a lane has arrived. Says whether it is still of use.
    pub(crate) fn arrive(&mut self, index: usize) -> bool {
        self.on_their_way -= 1;
        let activity = &mut self.walkers[index].activity;
        let is_of_use = *activity != Activity::Over;
        if is_of_use {
            *activity = Activity::Idle;
        }
        is_of_use
    }

    /// Notes that nothing of a lane's range is left.
    pub(crate) fn end(&mut self, index: usize) {
        self.walkers[index].activity = Activity::Over;
    }

    /// Gives the second half of what is left of a lane to a new one.
    pub(crate) fn split(&mut self, index: usize, now: i64) {
        if let Some(lane) = self.walkers[index].lane.split(now) {
            self.walkers.push(Walker { lane, activity: Activity::Idle });
        }
    }

    /// Returns the lane to split, which is the longest one, if one more lane would be faster.
    fn to_split(&self, situation: &Situation) -> Option<usize> {
        let walking = self.walkers.iter().enumerate();
        let walking = walking.filter(|(_, walker)| walker.activity != Activity::Over);
        if walking.clone().count() >= situation.paying || self.unclaimed(situation.wanted) == 0 {
            return None;
        }
        let lengths = walking
            .filter_map(|(index, walker)| Some((walker.lane.pages_left(situation.now)?, index)));
        lengths.max().map(|(_, index)| index)
    }

    /// Says whether one more page may be asked for.
    fn may_ask(&self, situation: &Situation) -> bool {
        let asked = self.asked();
        asked < situation.max_concurrency
            && is_worth_a_page(self.unclaimed(situation.wanted), situation)
            && situation.has_time
            // A page that will not fit would be asked for twice; the first one has to be.
            && (asked == 0 && situation.is_empty || asked < situation.room)
    }

    fn asked(&self) -> usize {
        let is_asked = |walker: &&Walker| matches!(walker.activity, Activity::Asked(_));
        self.walkers.iter().filter(is_asked).count()
    }

    /// Returns the number of records that are wanted beyond those that are on their way.
    fn unclaimed(&self, wanted: u64) -> u64 {
        let claimed = self.walkers.iter().map(|walker| match walker.activity {
            Activity::Asked(records) => records,
            Activity::Idle | Activity::Over => 0,
        });
        wanted.saturating_sub(claimed.sum())
    }
}

/// Says whether a page should be asked for when `left` records are wanted. The last few of a call are
/// left to the next one, where a whole page can be asked for, unless they are the last of all.
fn is_worth_a_page(left: u64, situation: &Situation) -> bool {
    let few = situation.max_results / 10;
    left > few || left > 0 && (situation.is_empty || left == situation.limit_left)
}

impl Lane {
    /// Estimates how many pages are left, if the rest of the range is filled like what was walked of it, and if
    /// they are enough for two. An open range is taken to end `now`.
    fn pages_left(&self, now: i64) -> Option<u64> {
        if self.cursor.as_ref().is_some_and(|cursor| cursor.len() > MAX_CURSOR) {
            return None;
        }
        let (at, until) = (self.at?, self.range.until.unwrap_or(now));
        let walked = u64::try_from(at.checked_sub(self.first?)?).ok()?.max(1);
        let left = u64::try_from(until.checked_sub(at)?).ok().filter(|&left| left > 1)?;
        let pages = u128::from(left) * u128::from(self.pages + 1) / u128::from(walked);
        let pages = u64::try_from(pages).unwrap_or(u64::MAX);
        (pages >= MIN_PAGES).then_some(pages)
    }

    /// Gives the second half of what is left to a new lane.
    fn split(&mut self, now: i64) -> Option<Self> {
        self.pages_left(now)?;
        let (at, until) = (self.at?, self.range.until.unwrap_or(now));
        let middle = until - (until - at) / 2;
        let range = Seconds { from: Some(middle), until: self.range.until };
        self.range.until = Some(middle);
        Some(Self { asked: Some(range), range, first: range.from, ..Self::default() })
    }

    /// Notes the second of a record that was looked at.
    pub(crate) fn pass(&mut self, second: i64) {
        self.first.get_or_insert(second);
        self.at = Some(second);
    }

    /// Says on which side of the range a record is whose instant falls into this second.
    pub(crate) fn side(&self, second: i64) -> Side {
        if self.range.until.is_some_and(|until| second >= until) {
            return Side::Beyond;
        }
        match self.range.from {
            Some(from) if second < from => Side::Before,
            _ => Side::Inside,
        }
    }

    /// Says whether a page that names `next` leads back to a page where the lane was already.
    /// Brent's algorithm: one remembered cursor finds any circle, however long.
    pub(crate) fn goes_in_circles(&self, next: &str) -> bool {
        self.cursor.as_deref() == Some(next) || (self.pages > 0 && self.mark == hash(next))
    }

    /// Goes on to the page at `next`.
    pub(crate) fn advance(&mut self, next: &str) {
        self.pages = self.pages.saturating_add(1);
        if self.pages.is_power_of_two() {
            self.mark = hash(next);
        }
        self.cursor = Some(next.to_owned());
        self.done = None;
    }

    /// Goes back to the start of what is asked for.
    pub(crate) fn restart(&mut self) {
        let Self { asked, range, .. } = *self;
        *self = Self { asked, range, first: range.from, restarted: true, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a lane that has walked this far from zero.
    fn walked(at: i64) -> Lane {
        Lane { first: Some(0), at: Some(at), ..Lane::default() }
    }

    #[test]
    fn what_is_split_off_begins_where_the_rest_ends() {
        let mut lane = walked(100);
        let second = lane.split(400).unwrap();
        assert_eq!(lane.range, Seconds { from: None, until: Some(250) });
        assert_eq!(second.range, Seconds { from: Some(250), until: None });
        assert_eq!(second.asked, Some(second.range));
        for at in [100, 249, 250, 900] {
            let places = [lane.side(at), second.side(at)];
            let expected = match at < 250 {
                true => [Side::Inside, Side::Before],
                false => [Side::Beyond, Side::Inside],
            };
            assert_eq!(places, expected, "{at}");
        }
    }

    #[test]
    fn a_lane_with_little_left_is_not_split() {
        assert_eq!(walked(100).pages_left(299), None);
        assert_eq!(walked(100).pages_left(300), Some(2));
        assert_eq!(Lane { pages: 3, ..walked(100) }.pages_left(150), Some(2));
        assert_eq!(walked(0).pages_left(1), None);
        assert_eq!(walked(0).pages_left(2), Some(2));
        assert_eq!(walked(0).split(2).unwrap().range.from, Some(1));
        assert_eq!(walked(300).pages_left(200), None);
        assert_eq!(Lane::default().pages_left(i64::MAX), None);
        assert_eq!(Lane { at: Some(1), ..Lane::default() }.pages_left(i64::MAX), None);
        let cursor = Some("x".repeat(129));
        assert_eq!(Lane { cursor, ..walked(1) }.pages_left(i64::MAX), None);
    }

    /// Makes two lanes: one that was walked to 100 and one behind it.
    fn lanes(activities: [Activity; 2]) -> Lanes {
        let mut lanes = Lanes::new(vec![walked(100), Lane::default()]);
        for (walker, activity) in lanes.walkers.iter_mut().zip(activities) {
            walker.activity = activity;
            lanes.on_their_way += usize::from(matches!(activity, Activity::Asked(_)));
        }
        lanes
    }

    /// Nothing is in the way.
    const CALM: Situation = Situation {
        wanted: 1_000,
        limit_left: u64::MAX,
        max_results: 1_000,
        is_empty: false,
        max_concurrency: 4,
        has_time: true,
        room: 10,
        paying: 1,
        has_failed: false,
        now: 1_000,
    };

    #[test]
    fn the_next_step() {
        use Activity::{Asked, Idle, Over};
        let calm = CALM;
        let rows = [
            ("the first idle lane is asked", [Idle, Idle], calm, Next::Ask(0, 1_000)),
            ("the other one next", [Asked(200), Idle], calm, Next::Ask(1, 800)),
            ("both are waited for", [Asked(200), Asked(200)], calm, Next::Wait),
            ("all is walked", [Over, Over], calm, Next::Stop),
            ("a third lane pays", [Idle, Idle], Situation { paying: 3, ..calm }, Next::Split(0)),
            (
                "a lane that is over makes room",
                [Idle, Over],
                Situation { paying: 2, ..calm },
                Next::Split(0),
            ),
            (
                "only what has pages left is split",
                [Over, Idle],
                Situation { paying: 2, ..calm },
                Next::Ask(1, 1_000),
            ),
            (
                "all that is wanted is on its way",
                [Asked(1_000), Idle],
                Situation { paying: 3, ..calm },
                Next::Wait,
            ),
            (
                "no third request",
                [Asked(200), Idle],
                Situation { max_concurrency: 1, ..calm },
                Next::Wait,
            ),
            ("no time is left", [Idle, Idle], Situation { has_time: false, ..calm }, Next::Stop),
            (
                "no time is left for another page",
                [Asked(9), Idle],
                Situation { has_time: false, ..calm },
                Next::Wait,
            ),
            ("no room is left", [Idle, Idle], Situation { room: 0, ..calm }, Next::Stop),
            (
                "the first page has to be asked for",
                [Idle, Idle],
                Situation { room: 0, is_empty: true, ..calm },
                Next::Ask(0, 1_000),
            ),
            (
                "a few are left to the next call",
                [Idle, Idle],
                Situation { wanted: 100, ..calm },
                Next::Stop,
            ),
            (
                "but not if they are the last",
                [Idle, Idle],
                Situation { wanted: 100, limit_left: 100, ..calm },
                Next::Ask(0, 100),
            ),
            (
                "nothing is wanted",
                [Idle, Idle],
                Situation { wanted: 0, limit_left: 0, ..calm },
                Next::Stop,
            ),
            (
                "a failure ends the asking",
                [Idle, Asked(200)],
                Situation { has_failed: true, paying: 4, ..calm },
                Next::Wait,
            ),
            ("and then the walk", [Idle, Idle], Situation { has_failed: true, ..calm }, Next::Stop),
        ];
        for (row, activities, situation, expected) in rows {
            assert_eq!(lanes(activities).next(&situation), expected, "{row}");
        }
    }

    #[test]
    fn the_page_behind_the_one_in_hand() {
        let calm = Situation { is_empty: true, ..CALM };
        let rows = [
            ("asked for while the one in hand is worked on", calm, Some(800)),
            (
                "not where requests follow each other",
                Situation { max_concurrency: 1, ..calm },
                None,
            ),
            (
                "not if the one in hand has all that is wanted",
                Situation { wanted: 200, ..calm },
                None,
            ),
            ("not if it would be late", Situation { has_time: false, ..calm }, None),
            ("not if it would not fit", Situation { room: 0, ..calm }, None),
            ("not after a failure", Situation { has_failed: true, ..calm }, None),
        ];
        for (row, situation, expected) in rows {
            let lanes = Lanes::new(vec![walked(100)]);
            assert_eq!(lanes.ahead(0, &situation, 200), expected, "{row}");
        }
        let mut split = Lanes::new(vec![walked(100)]);
        split.split(0, 1_000);
        assert_eq!(split.ahead(0, &calm, 200), None);
    }

    #[test]
    fn circles_are_found_however_long() {
        for (tail, length) in [(0, 1), (0, 2), (3, 5), (10, 100)] {
            let mut lane = Lane::default();
            let found = (0..1_000u32).find(|&step| {
                let step = if step < tail { step } else { tail + (step - tail) % length };
                let next = format!("cursor {step}");
                let is_circle = lane.goes_in_circles(&next);
                lane.advance(&next);
                is_circle
            });
            let found = found.unwrap_or_else(|| panic!("{tail} {length}"));
            assert!(found >= tail + length, "{tail} {length}: {found}");
        }
        let mut straight = Lane::default();
        for step in 0..10_000u32 {
            let next = format!("cursor {step}");
            assert!(!straight.goes_in_circles(&next));
            straight.advance(&next);
        }
    }
}
