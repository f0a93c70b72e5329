//! The search index, which learns of a change a while after it happened.
//!
//! Only `search` reads the index. What the index still believes is kept here, beside the org, which always
//! holds the truth.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{Collection, Org};

/// Records as the index still has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchIndex {
    pub(crate) delay: SignedDuration,
    stale: BTreeMap<(Collection, String), Vec<Stale>>,
}

/// What the index believes until a time. `None` is: no such record.
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
        if self.delay.is_zero() {
            return;
        }
        let beliefs = self.stale.entry((collection, key.to_owned())).or_default();
        beliefs.retain(|belief| belief.until > now);
        beliefs.push(Stale { until: now + self.delay, record: before });
    }

    /// The records of the index whose key comes after `key`.
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

/// Two sequences in the order of their keys, as one.
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
