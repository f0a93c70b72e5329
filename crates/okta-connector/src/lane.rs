//! A lane: a range of a listing that is walked by itself, page by page.
//!
//! Okta's cursors lead from one page to the next, so one listing is one chain of requests. What
//! never changes about a record, such as the instant of its creation, cuts the listing into ranges
//! that are chains of their own. No record moves from one range to another, whatever happens to it.

use crate::token::{Lane, Range, hash};

/// A lane that has fewer pages left is not cut any more.
const MIN_PAGES: u64 = 2;

/// Lanes share the page token, so cursors that are longer than this stay alone.
const MAX_CURSOR: usize = 128;

/// Where a record is, as seen from a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In its range.
    Inside,
    /// In front of its range.
    Before,
    /// Behind its range.
    Beyond,
}

impl Lane {
    /// How many pages are left, if the rest of the range is filled like what was walked of it, and if
    /// they are enough for two. An open range is taken to end `now`.
    pub(crate) fn pages_left(&self, now: i64) -> Option<u64> {
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
    pub(crate) fn split(&mut self, now: i64) -> Option<Self> {
        self.pages_left(now)?;
        let (at, until) = (self.at?, self.range.until.unwrap_or(now));
        let middle = until - (until - at) / 2;
        let range = Range { from: Some(middle), until: self.range.until };
        self.range.until = Some(middle);
        Some(Self { asked: Some(range), range, first: range.from, ..Self::default() })
    }

    /// Notes where a record is that was looked at.
    pub(crate) fn pass(&mut self, second: i64) {
        self.first.get_or_insert(second);
        self.at = Some(second);
    }

    /// Where a record is whose instant falls into this second.
    pub(crate) fn place(&self, second: i64) -> Place {
        if self.range.until.is_some_and(|until| second >= until) {
            return Place::Beyond;
        }
        match self.range.from {
            Some(from) if second < from => Place::Before,
            _ => Place::Inside,
        }
    }

    /// Whether a page that names `next` leads back to where the lane was already. Brent's algorithm:
    /// one remembered cursor finds any circle, however long.
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

    /// A lane that has walked this far from zero.
    fn walked(at: i64) -> Lane {
        Lane { first: Some(0), at: Some(at), ..Lane::default() }
    }

    #[test]
    fn what_is_split_off_begins_where_the_rest_ends() {
        let mut lane = walked(100);
        let second = lane.split(400).unwrap();
        assert_eq!(lane.range, Range { from: None, until: Some(250) });
        assert_eq!(second.range, Range { from: Some(250), until: None });
        assert_eq!(second.asked, Some(second.range));
        for at in [100, 249, 250, 900] {
            let places = [lane.place(at), second.place(at)];
            let expected = match at < 250 {
                true => [Place::Inside, Place::Before],
                false => [Place::Beyond, Place::Inside],
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
