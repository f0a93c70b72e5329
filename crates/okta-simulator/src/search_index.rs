//! The search index, which learns of a change a while after it happened.
//!
//! Only `search` reads the index. What the index still believes is kept here, beside the org, which always
//! holds the truth.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::collection::Collection;
use crate::condition::{Condition, Property};
use crate::narrowing::{Span, spans};
use crate::order::Order;
use crate::org::Org;
use crate::record::{Entry, Record};
use crate::sort::Sort;

/// Records as the index still has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchIndex {
    pub(crate) delay: SignedDuration,
    stale: BTreeMap<(Collection, String), Vec<Stale>>,
    /// The orders of the truth that were asked for since the org last changed. Without them, each page of a sorted
    /// listing would walk and sort the whole collection.
    orders: RefCell<BTreeMap<(Collection, Sort), Arc<Order>>>,
}

/// Records in the order of a listing.
pub(crate) type Walk<'a> = Box<dyn Iterator<Item = Entry<'a>> + 'a>;

/// The properties by which a condition may find its records, and whether they are instants.
const NARROWING: [(&str, bool); 4] =
    [("id", false), ("lastUpdated", true), ("created", true), ("status", false)];

/// Records up to this number are gathered from an order and put in the order of their ids for each page. Of more,
/// so many match that walking past those that do not is cheaper.
const FEW: usize = 1_000;

/// The index believes this of a record until a time. `None` is: no such record.
#[derive(Clone, Debug)]
struct Stale {
    until: Timestamp,
    record: Option<Record>,
}

impl SearchIndex {
    /// Notes that a record is changing now; `before` is what it was.
    pub(crate) fn changing(
        &mut self,
        collection: Collection,
        key: &str,
        before: Option<Record>,
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

    /// Returns the records of the index in the order of a property, after a position or from the first. Records
    /// that the condition does not match may be missing.
    pub(crate) fn sorted_records_after<'a>(
        &'a self,
        org: &'a Org,
        collection: Collection,
        sort: &'a Sort,
        condition: &Condition,
        from: Option<(&str, &str)>,
        now: Timestamp,
    ) -> Walk<'a> {
        let stale = self.stale_after(collection, "", now);
        let believed = stale.iter().filter_map(|(&key, &record)| Some((key, record?)));
        let believed = Order::of(org, sort, believed);
        let mut next_believed = believed.after(from).peekable();
        let order = self.order(org, collection, sort);
        let after = order.after(from);
        let spans = spans(condition, sort).unwrap_or_else(|| vec![Span::all()]);
        let ranges = order.within(&spans).into_iter();
        let ranges = ranges.map(move |it| it.start.max(after.start)..it.end.min(after.end));
        let mut next_true = ranges.flatten().peekable();
        Box::new(std::iter::from_fn(move || {
            loop {
                let (truth, belief) = (next_true.peek(), next_believed.peek());
                let truth = truth.map(|&index| order.at(index));
                let belief = belief.map(|&index| believed.at(index));
                let is_belief = match (truth, belief) {
                    (None, None) => return None,
                    (Some(truth), Some(belief)) => sort.compare(belief, truth).is_lt(),
                    (truth, _) => truth.is_none(),
                };
                if is_belief {
                    next_believed.next();
                    let (id, record) = stale.get_key_value(belief?.1)?;
                    return Some((*id, (*record)?));
                }
                next_true.next();
                let (_, id) = truth?;
                if !stale.contains_key(id) {
                    return org.entry(collection, id);
                }
            }
        }))
    }

    /// Returns the records of the index whose key comes after `key`. Records that the condition does not match may
    /// be missing.
    pub(crate) fn records_after<'a>(
        &'a self,
        org: &'a Org,
        collection: Collection,
        condition: &Condition,
        key: &str,
        now: Timestamp,
    ) -> Walk<'a> {
        let stale = self.stale_after(collection, key, now);
        let truth = self.true_records_after(org, collection, condition, key);
        if stale.is_empty() {
            return truth;
        }
        let believed: Vec<_> =
            stale.iter().filter_map(|(&key, &record)| Some((key, record?))).collect();
        let truth = truth.filter(move |(key, _)| !stale.contains_key(key));
        Box::new(merge(truth, believed.into_iter()))
    }

    /// Returns the records of the org whose key comes after `key`. Records that the condition does not match may be
    /// missing.
    pub(crate) fn true_records_after<'a>(
        &'a self,
        org: &'a Org,
        collection: Collection,
        condition: &Condition,
        key: &str,
    ) -> Walk<'a> {
        let few = NARROWING.iter().find_map(|&(name, is_instant)| {
            let property = Property(name.to_owned());
            let sort = Sort { property, is_instant, descending: false };
            let spans = spans(condition, &sort)?;
            let order = self.order(org, collection, &sort);
            let ranges = order.within(&spans);
            let count: usize = ranges.iter().map(ExactSizeIterator::len).sum();
            (count <= FEW).then(|| {
                let ids = ranges.into_iter().flatten().map(|index| order.at(index).1);
                let entries = ids.filter(|&id| id > key).filter_map(|id| org.entry(collection, id));
                entries.collect::<BTreeMap<_, _>>()
            })
        });
        match few {
            Some(few) => Box::new(few.into_iter()),
            None => Box::new(org.records_after(collection, key)),
        }
    }

    /// Returns the order of a whole collection, as the org has it.
    fn order(&self, org: &Org, collection: Collection, sort: &Sort) -> Arc<Order> {
        let mut orders = self.orders.borrow_mut();
        let order = orders
            .entry((collection, sort.clone()))
            .or_insert_with(|| Order::of(org, sort, org.records_after(collection, "")).into());
        Arc::clone(order)
    }

    fn stale_after(
        &self,
        collection: Collection,
        key: &str,
        now: Timestamp,
    ) -> BTreeMap<&str, Option<&Record>> {
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

/// Merges two sequences that are in the order of their keys.
fn merge<'a>(
    left: impl Iterator<Item = Entry<'a>>,
    right: impl Iterator<Item = Entry<'a>>,
) -> impl Iterator<Item = Entry<'a>> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (Some((first, _)), Some((second, _))) if first > second => right.next(),
        (None, _) => right.next(),
        _ => left.next(),
    })
}
