//! All records of a collection in the order of a property, and the parts of it where something may be found.

use std::ops::Range;

use crate::narrowing::Span;
use crate::org::Org;
use crate::record::Entry;
use crate::sort::Sort;

/// The sort key of a record, and its id.
pub(crate) type Position = (Box<str>, Box<str>);

/// The positions of records, in the order that was asked for.
#[derive(Debug)]
pub(crate) struct Order {
    sort: Sort,
    positions: Vec<Position>,
}

impl Order {
    /// Sorts records.
    pub(crate) fn of<'a>(org: &Org, sort: &Sort, records: impl Iterator<Item = Entry<'a>>) -> Self {
        let positions = records.map(|(id, record)| {
            (sort.key_of(org, id, record).into_boxed_str(), Box::<str>::from(id))
        });
        let mut positions: Vec<_> = positions.collect();
        positions.sort_unstable_by(|a, b| sort.compare((&a.0, &a.1), (&b.0, &b.1)));
        Self { sort: sort.clone(), positions }
    }

    /// Returns the position at an index.
    pub(crate) fn at(&self, index: usize) -> (&str, &str) {
        let (key, id) = &self.positions[index];
        (key, id)
    }

    /// Returns the indices of everything that follows a position, or of everything.
    pub(crate) fn after(&self, from: Option<(&str, &str)>) -> Range<usize> {
        let start = from.map_or(0, |from| {
            self.positions.partition_point(|(key, id)| self.sort.compare((key, id), from).is_le())
        });
        start..self.positions.len()
    }

    /// Returns the indices of the records whose key is in one of the spans, in order, each once. Records without
    /// the property, or with a list under it, have no key: they are always among them.
    pub(crate) fn within(&self, spans: &[Span]) -> Vec<Range<usize>> {
        let without = Span::without_key();
        let spans = spans.iter().chain([&without]).map(|span| {
            let before = |key: &str| match self.sort.descending {
                false => span.is_above(key),
                true => span.is_below(key),
            };
            let not_after = |key: &str| match self.sort.descending {
                false => !span.is_below(key),
                true => !span.is_above(key),
            };
            let start = self.positions.partition_point(|(key, _)| before(key));
            let end = self.positions.partition_point(|(key, _)| not_after(key));
            start..end.max(start)
        });
        let mut ranges: Vec<_> = spans.collect();
        ranges.sort_unstable_by_key(|range| range.start);
        let mut apart: Vec<Range<usize>> = Vec::new();
        for range in ranges {
            match apart.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => apart.push(range),
            }
        }
        apart
    }
}
