//! Cursors of the log, which look like ids of events while a query is bounded and like times while it polls.
//!
//! The cursor of a bounded query is good only beside the bound that Okta wrote into the same link.

use crate::fnv::fnv;

use super::Place;

/// A bounded query goes on here: with the event at this place, or with the one before it where the order is
/// descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BoundedCursor {
    pub(crate) place: Place,
    /// So many empty pages were already shown here.
    pub(crate) pauses: u16,
}

/// Polling goes on behind so many of the events that arrived at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PollingCursor {
    pub(crate) arrives: i64,
    pub(crate) turn: usize,
}

impl BoundedCursor {
    pub(crate) fn write(self) -> String {
        let Self { place: (millis, number), pauses } = self;
        let pauses = pauses & 0xfff;
        let text = format!("{number:08x}-4{pauses:03x}-{millis:012x}");
        let check = fnv("cursor", &text) as u16;
        let (first, rest) = text.split_at(8);
        format!("{first}-{check:04x}{}-a000{}", &rest[..5], &rest[5..])
    }

    /// Reads a cursor that may have been written here.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split('-').collect();
        let &[number, _, pauses, _, millis] = parts.as_slice() else { return None };
        let millis = i64::from_str_radix(millis, 16).ok()?;
        let number = u32::from_str_radix(number, 16).ok()?;
        let pauses = u16::from_str_radix(pauses.strip_prefix('4')?, 16).ok()?;
        let cursor = Self { place: (millis, number), pauses };
        (cursor.write() == text).then_some(cursor)
    }
}

impl PollingCursor {
    pub(crate) fn write(self) -> String {
        format!("{}_{}", self.arrives, self.turn)
    }

    /// Reads a cursor that may have been written here.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (arrives, turn) = text.split_once('_')?;
        let cursor = Self { arrives: arrives.parse().ok()?, turn: turn.parse().ok()? };
        (cursor.write() == text).then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for place in [(0, 0), (1_767_225_600_000, 99_999), (253_402_300_799_999, u32::MAX)] {
            for pauses in [0, 1, 0xfff] {
                let cursor = BoundedCursor { place, pauses };
                assert_eq!(cursor.write().len(), 36);
                assert_eq!(BoundedCursor::read(&cursor.write()), Some(cursor));
            }
            let cursor = PollingCursor { arrives: place.0, turn: 7 };
            assert_eq!(PollingCursor::read(&cursor.write()), Some(cursor));
        }
    }

    #[test]
    fn what_was_not_written_is_not_read() {
        let forged = "00000001-1234-4000-a000-019b76da6000";
        for text in ["", "-", "----", "x", "1_2", "é-é-é-é-é", forged] {
            assert_eq!(BoundedCursor::read(text), None, "{text}");
        }
        for text in ["", "_", "1", "1_", "_1", "1_+1", "01_1", "1_2_3", forged] {
            assert_eq!(PollingCursor::read(text), None, "{text}");
        }
    }
}
