//! Identifiers that may be used once, such as the `jti` of a token.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// The identifiers that were used, for as long as anybody could use them again.
#[derive(Clone, Default)]
pub(crate) struct SingleUse {
    used: BTreeSet<(String, String)>,
    until: BTreeSet<(Timestamp, String, String)>,
}

// By hand, so that nothing of a token is ever printed.
impl std::fmt::Debug for SingleUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SingleUse").field("used", &self.used.len()).finish()
    }
}

impl SingleUse {
    /// Uses an identifier of its owner, and tells whether that was the first time. It is forgotten after `until`,
    /// when whatever carries it is too old to be accepted.
    pub(crate) fn claim(
        &mut self,
        owner: &str,
        identifier: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> bool {
        while let Some((end, owner, identifier)) = self.until.first()
            && *end < now
        {
            self.used.remove(&(owner.clone(), identifier.clone()));
            self.until.pop_first();
        }
        let (owner, identifier) = (owner.to_owned(), identifier.to_owned());
        let is_first = self.used.insert((owner.clone(), identifier.clone()));
        if is_first {
            self.until.insert((until, owner, identifier));
        }
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_remembered_for_as_long_as_it_matters() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut ids = SingleUse::default();
        let rows = [
            ("a", "1", 10, 0, true),
            ("a", "1", 10, 5, false),
            ("b", "1", 20, 5, true),
            ("a", "2", 10, 10, true),
            ("a", "1", 10, 10, false),
            ("a", "1", 30, 11, true),
            ("b", "1", 30, 11, false),
        ];
        for (owner, id, until, now, expected) in rows {
            assert_eq!(ids.claim(owner, id, at(until), at(now)), expected, "{owner} {id} {now}");
        }
        assert_eq!(ids.used.len(), 2);
    }
}
