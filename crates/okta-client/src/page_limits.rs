//! The page sizes above which listings time out inside Okta, or are larger than a body may be, for as long as
//! that is likely to last.

use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Okta may have been busy with something else, so a listing is tried at its full size again.
const TIME_TO_LIVE: Duration = Duration::from_secs(5 * 60);

/// The number of records below which a page that times out is not made smaller: the time is then not its
/// fault. A page of too many bytes may come down to one record.
pub(crate) const MIN_PAGE_SIZE: u32 = 25;

/// The page sizes, in records, that the listings of an org were found to take.
///
/// Okta documents no limit of this kind: it answers 500 or 504, or not at all, when a page takes it longer
/// than about 30 s.
#[derive(Debug, Default)]
pub struct PageLimits {
    by_path: BTreeMap<String, (u32, Instant)>,
}

impl PageLimits {
    /// Returns the page size to ask the listing at `path` for, where `limit` would be wished.
    pub(crate) fn within(&self, path: &str, limit: u32, now: Instant) -> u32 {
        match self.by_path.get(path) {
            Some((known, since)) if now < *since + TIME_TO_LIVE => limit.min(*known),
            _ => limit,
        }
    }

    /// Takes in that pages of `limit` records do not come, and halves the page size, but not below `least`.
    /// Returns true if the next page is to be smaller.
    pub(crate) fn halve(&mut self, path: &str, limit: u32, least: u32, now: Instant) -> bool {
        let half = self.within(path, (limit / 2).max(least), now);
        let is_smaller = half < limit;
        if is_smaller {
            self.by_path.insert(path.to_owned(), (half, now));
        }
        is_smaller
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_gets_smaller_and_recovers() {
        let now = Instant::now();
        let mut limits = PageLimits::default();
        assert_eq!(limits.within("/u", 200, now), 200);
        assert!(limits.halve("/u", 200, MIN_PAGE_SIZE, now));
        assert_eq!(limits.within("/u", 200, now), 100);
        assert_eq!(limits.within("/u", 30, now), 30);
        assert_eq!(limits.within("/g", 200, now), 200);
        assert!(limits.halve("/u", 30, MIN_PAGE_SIZE, now));
        assert_eq!(limits.within("/u", 200, now), 25);
        assert!(!limits.halve("/u", 25, MIN_PAGE_SIZE, now));
        assert_eq!(limits.within("/u", 200, now), 25);
        // A page that was asked for before, with more records, fails later.
        assert!(limits.halve("/u", 200, MIN_PAGE_SIZE, now));
        assert_eq!(limits.within("/u", 200, now), 25);
        assert!(limits.halve("/u", 3, 1, now));
        assert!(!limits.halve("/u", 1, 1, now));
        assert_eq!(limits.within("/u", 200, now), 1);
        assert_eq!(limits.within("/u", 200, now + TIME_TO_LIVE), 200);
    }
}
