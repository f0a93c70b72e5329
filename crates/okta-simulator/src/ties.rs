//! Ties between two kinds of objects, which can be read from either side.
//!
//! A group may have a hundred thousand members, so an id is kept once, and a page starts where it has to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// Pairs of ids, each with what is known of how it came about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ties {
    by_left: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Origin>>,
    by_right: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

/// Tells how a pair came about. Most came by hand at a time that nobody noted, which takes no memory.
type Origin = Option<Box<Known>>;

#[derive(Clone, Debug, Default)]
struct Known {
    since: Option<String>,
    rules: BTreeSet<String>,
}

impl Ties {
    /// Ties two ids, if they are not yet.
    pub(crate) fn insert(&mut self, left: &str, right: &str) {
        self.origin(left, right);
    }

    /// Notes when a pair was tied.
    pub(crate) fn set_since(&mut self, left: &str, right: &str, since: String) {
        self.origin(left, right).get_or_insert_default().since = Some(since);
    }

    /// Notes a rule that ties a pair.
    pub(crate) fn add_rule(&mut self, left: &str, right: &str, rule: &str) {
        self.origin(left, right).get_or_insert_default().rules.insert(rule.to_owned());
    }

    /// Unties two ids, and tells whether they were tied.
    pub(crate) fn remove(&mut self, left: &str, right: &str) -> bool {
        remove(&mut self.by_right, right, |lefts| lefts.remove(left), BTreeSet::is_empty);
        let removed = |rights: &mut BTreeMap<_, _>| rights.remove(right).is_some();
        remove(&mut self.by_left, left, removed, BTreeMap::is_empty)
    }

    /// Unties an id from all others.
    pub(crate) fn remove_all(&mut self, id: &str) {
        for right in self.rights_after(id, "").map(str::to_owned).collect::<Vec<_>>() {
            self.remove(id, &right);
        }
        for left in self.lefts(id).map(str::to_owned).collect::<Vec<_>>() {
            self.remove(&left, id);
        }
    }

    /// Returns what is tied to `right`, sorted.
    pub(crate) fn lefts(&self, right: &str) -> impl Iterator<Item = &str> {
        self.by_right.get(right).into_iter().flatten().map(|left| &**left)
    }

    /// Returns what is tied to `left` and comes after an id, sorted.
    pub(crate) fn rights_after<'a>(
        &'a self,
        left: &str,
        after: &str,
    ) -> impl Iterator<Item = &'a str> + use<'a> {
        let from = (Bound::Excluded(after), Bound::Unbounded);
        let rights = self.by_left.get(left).map(|rights| rights.range::<str, _>(from));
        rights.into_iter().flatten().map(|(right, _)| &**right)
    }

    /// Tells whether two ids are tied.
    pub(crate) fn contains(&self, left: &str, right: &str) -> bool {
        self.by_left.get(left).is_some_and(|rights| rights.contains_key(right))
    }

    /// Counts what is tied to `left`.
    pub(crate) fn count(&self, left: &str) -> usize {
        self.by_left.get(left).map_or(0, BTreeMap::len)
    }

    /// Returns when a pair was tied, if somebody noted it.
    pub(crate) fn since(&self, left: &str, right: &str) -> Option<&str> {
        self.known(left, right)?.since.as_deref()
    }

    /// Returns the rules that tie a pair, sorted.
    pub(crate) fn rules(&self, left: &str, right: &str) -> impl Iterator<Item = &str> {
        self.known(left, right).into_iter().flat_map(|known| &known.rules).map(String::as_str)
    }

    fn known(&self, left: &str, right: &str) -> Option<&Known> {
        self.by_left.get(left)?.get(right)?.as_deref()
    }

    fn origin(&mut self, left: &str, right: &str) -> &mut Origin {
        let known = |key: Option<&Arc<str>>, id: &str| key.map_or_else(|| id.into(), Arc::clone);
        // A left id that is new here is kept once for both sides, and so is a right one.
        let left = known(self.by_left.get_key_value(left).map(|(key, _)| key), left);
        let right = known(self.by_right.get_key_value(right).map(|(key, _)| key), right);
        self.by_right.entry(Arc::clone(&right)).or_default().insert(Arc::clone(&left));
        self.by_left.entry(left).or_default().entry(right).or_default()
    }
}

/// Removes something from the set under a key, and the set if nothing is left of it.
fn remove<S>(
    sets: &mut BTreeMap<Arc<str>, S>,
    key: &str,
    remove: impl FnOnce(&mut S) -> bool,
    is_empty: impl FnOnce(&S) -> bool,
) -> bool {
    let Some(set) = sets.get_mut(key) else { return false };
    let removed = remove(set);
    if is_empty(set) {
        sets.remove(key);
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_from_both_sides() {
        let mut ties = Ties::default();
        for (left, right) in [("g1", "u2"), ("g1", "u1"), ("g2", "u1"), ("g1", "u1")] {
            ties.insert(left, right);
        }
        ties.add_rule("g1", "u1", "r2");
        ties.add_rule("g1", "u1", "r1");
        let rights = |ties: &Ties, left, after| {
            ties.rights_after(left, after).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(rights(&ties, "g1", ""), ["u1", "u2"]);
        assert_eq!(rights(&ties, "g1", "u1"), ["u2"]);
        assert_eq!(ties.lefts("u1").collect::<Vec<_>>(), ["g1", "g2"]);
        assert_eq!(ties.rules("g1", "u1").collect::<Vec<_>>(), ["r1", "r2"]);
        assert_eq!((ties.count("g1"), ties.count("g3")), (2, 0));
        assert!(ties.remove("g1", "u2") && !ties.remove("g1", "u2"));
        ties.remove_all("u1");
        assert!(ties.by_left.is_empty() && ties.by_right.is_empty());
    }
}
