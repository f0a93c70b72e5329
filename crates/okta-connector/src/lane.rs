//! A lane: a range of a listing that is walked by itself, page by page.
//!
//! Okta's cursors lead from one page to the next, so one listing is one chain of requests. What
//! never changes about a record, such as the instant of its creation, cuts the listing into ranges
//! that are chains of their own. No record moves from one range to another, whatever happens to it.

use crate::token::{Lane, Range, hash};

/// A range of this many seconds is not cut any more.
const MIN_RANGE: i64 = 2;

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
    /// How many seconds of the range are still to be walked, if that is known. An open range is
    /// taken to end `now`.
    pub(crate) fn remaining(&self, now: i64) -> Option<i64> {
        let fits = self.cursor.as_ref().is_none_or(|cursor| cursor.len() <= MAX_CURSOR);
        let remaining = self.range.until.unwrap_or(now).saturating_sub(self.at?);
        (fits && remaining >= MIN_RANGE).then_some(remaining)
    }

    /// Gives the second half of what is still to be walked to a new lane.
    pub(crate) fn split(&mut self, now: i64) -> Option<Self> {
        let remaining = self.remaining(now)?;
        let middle = self.at?.saturating_add(remaining - remaining / 2);
        let range = Range { from: Some(middle), until: self.range.until };
        self.range.until = Some(middle);
        Some(Self { asked: Some(range), range, ..Self::default() })
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
        *self = Self { asked: self.asked, range: self.range, restarted: true, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_split_off_begins_where_the_rest_ends() {
        let mut lane = Lane { at: Some(100), ..Lane::default() };
        let second = lane.split(200).unwrap();
        assert_eq!(lane.range, Range { from: None, until: Some(150) });
        assert_eq!(second.range, Range { from: Some(150), until: None });
        assert_eq!(second.asked, Some(second.range));
        for at in [100, 149, 150, 500] {
            let places = [lane.place(at), second.place(at)];
            let expected = match at < 150 {
                true => [Place::Inside, Place::Before],
                false => [Place::Beyond, Place::Inside],
            };
            assert_eq!(places, expected, "{at}");
        }
        lane.at = Some(148);
        assert_eq!(lane.split(200).unwrap().range, Range { from: Some(149), until: Some(150) });
        assert_eq!(lane.split(200), None);
    }

    #[test]
    fn what_is_not_known_is_not_split() {
        assert_eq!(Lane::default().split(200), None);
        let ahead = Lane { at: Some(300), ..Lane::default() };
        assert_eq!(ahead.remaining(200), None);
        let long = Lane { at: Some(1), cursor: Some("x".repeat(129)), ..Lane::default() };
        assert_eq!(long.remaining(200), None);
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
