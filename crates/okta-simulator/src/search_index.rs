//! The search index, which learns of a change a while after it happened.
//!
//! Only `search` reads the index. What the index still believes is kept here, beside the org, which always
//! holds the truth.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::collection::Collection;
use crate::org::Org;
use crate::sort::Sort;

/// Records as the index still has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchIndex {
    pub(crate) delay: SignedDuration,
    stale: BTreeMap<(Collection, String), Vec<Stale>>,
    /// The orders that were asked for since the org last changed. Without them, each page of a sorted listing
    /// would walk and sort the whole collection.
    orders: RefCell<BTreeMap<(Collection, Sort), Order>>,
}

/// The sort key of a record, and its id.
type Position = (String, String);

/// All positions of a collection, in the order of a property.
type Order = Arc<[Position]>;

/// The index believes this of a record until a time. `None` is: no such record.
#[derive(Clone, Debug)]
struct Stale {
    until: Timestamp,
    record: Option<Value>,
}

impl SearchIndex {
    /// Notes that a record is changing now; `before` is what it was.
    pub(crate) fn changing(
        &mut self,
        collection: Collection,
        key: &str,
        before: Option<Value>,
        now: Timestamp,
    ) {
        self.forget_orders();
        if self.delay.is_zero() {
            return;
        }
        let beliefs = self.stale.entry((collection, key.to_owned())).or_default();
        beliefs.retain(|belief| belief.until > now);
        beliefs.push(Stale { until: now + self.delay, record: before });
    }

    /// Notes that the org may have changed in any way.
    pub(crate) fn forget_orders(&mut self) {
        self.orders.get_mut().clear();
    }

    /// Returns the records of the index in the order of a property, after a position or from the first.
    pub(crate) fn sorted_records_after<'a>(
        &'a self,
        org: &'a Org,
        collection: Collection,
        sort: &'a Sort,
        from: Option<(&str, &str)>,
        now: Timestamp,
    ) -> Box<dyn Iterator<Item = (&'a str, &'a Value)> + 'a> {
        let first = |positions: &[Position]| {
            from.map_or(0, |from| {
                positions.partition_point(|(key, id)| sort.compare((key, id), from).is_le())
            })
        };
        if self.stale_after(collection, "", now).is_empty() {
            let positions = self.order(org, collection, sort);
            let rest = first(&positions)..positions.len();
            return Box::new(rest.filter_map(move |at| org.entry(collection, &positions[at].1)));
        }
        let believed: BTreeMap<_, _> = self.records_after(org, collection, "", now).collect();
        let positions = sorted(org, sort, believed.iter().map(|(&id, &record)| (id, record)));
        let rest = first(&positions)..positions.len();
        Box::new(rest.filter_map(move |at| {
            believed.get_key_value(positions[at].1.as_str()).map(|(&id, &record)| (id, record))
        }))
    }

    /// Returns all positions of a collection of which the index believes nothing but the truth.
    fn order(&self, org: &Org, collection: Collection, sort: &Sort) -> Order {
        let mut orders = self.orders.borrow_mut();
        let order = orders
            .entry((collection, sort.clone()))
            .or_insert_with(|| sorted(org, sort, org.records_after(collection, "")).into());
        Arc::clone(order)
    }

    /// Returns the records of the index whose key comes after `key`.
    pub(crate) fn records_after<'a>(
        &'a self,
        org: &'a Org,
        collection: Collection,
        key: &str,
        now: Timestamp,
    ) -> Box<dyn Iterator<Item = (&'a str, &'a Value)> + 'a> {
        let stale = self.stale_after(collection, key, now);
        let truth = org.records_after(collection, key);
        if stale.is_empty() {
            return Box::new(truth);
        }
        let believed: Vec<_> =
            stale.iter().filter_map(|(&key, &record)| Some((key, record?))).collect();
        let truth = truth.filter(move |(key, _)| !stale.contains_key(key));
        Box::new(merge(truth, believed.into_iter()))
    }

    fn stale_after(
        &self,
        collection: Collection,
        key: &str,
        now: Timestamp,
    ) -> BTreeMap<&str, Option<&Value>> {
        let start = (collection, key.to_owned());
        self.stale
            .range((std::ops::Bound::Excluded(start), std::ops::Bound::Unbounded))
            .take_while(|((of, _), _)| *of == collection)
            .filter_map(|((_, key), beliefs)| {
                let belief = beliefs.iter().find(|belief| belief.until > now)?;
                Some((key.as_str(), belief.record.as_ref()))
            })
            .collect()
    }
}

fn sorted<'a>(
    org: &Org,
    sort: &Sort,
    records: impl Iterator<Item = (&'a str, &'a Value)>,
) -> Vec<Position> {
    let positions = records.map(|(id, record)| (sort.key_of(org, id, record), id.to_owned()));
    let mut positions: Vec<_> = positions.collect();
    positions.sort_unstable_by(|a, b| sort.compare((&a.0, &a.1), (&b.0, &b.1)));
    positions
}

/// Merges two sequences that are in the order of their keys.
fn merge<'a>(
    left: impl Iterator<Item = (&'a str, &'a Value)>,
    right: impl Iterator<Item = (&'a str, &'a Value)>,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (Some((first, _)), Some((second, _))) if first > second => right.next(),
        (None, _) => right.next(),
        _ => left.next(),
    })
}
