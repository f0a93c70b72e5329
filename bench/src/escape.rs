//! The least that any connector must do with a page of Okta: find where each record begins and ends, and write it
//! with its quotes and backslashes escaped. Sixty-four bytes are looked at together.

use std::ops::Range;
use wide::u8x16;

/// The bytes that are looked at together: a bit each.
const BLOCK: usize = 64;

/// The bytes that are copied together.
const CHUNK: usize = 16;

/// The most bytes that a block may become, rounded up.
const MOST: usize = 4 * BLOCK;

/// The room that is kept for a block.
const ROOM: usize = MOST + CHUNK;

/// The first part of an answer, in memory that is kept from one answer to the next.
#[derive(Debug, Default)]
pub struct Answer {
    bytes: Vec<u8>,
    len: usize,
}

/// A bit for each byte of a block.
struct Block {
    quotes: u64,
    backslashes: u64,
    opening: u64,
    closing: u64,
}

impl Block {
    fn new(bytes: &[u8; BLOCK]) -> Self {
        let mut block = Self { quotes: 0, backslashes: 0, opening: 0, closing: 0 };
        let (chunks, _) = bytes.as_chunks::<CHUNK>();
        for (index, chunk) in chunks.iter().enumerate() {
            let chunk = u8x16::new(*chunk);
            let places =
                |byte| u64::from(chunk.simd_eq(u8x16::splat(byte)).to_bitmask()) << (index * CHUNK);
            block.quotes |= places(b'"');
            block.backslashes |= places(b'\\');
            block.opening |= places(b'{');
            block.closing |= places(b'}');
        }
        block
    }
}

/// Carries the knowledge of one block into the next.
#[derive(Default)]
struct State {
    /// 1 if the next byte stands behind a backslash that escapes it.
    escaped: u64,
    /// All ones inside a string.
    in_string: u64,
}

impl State {
    /// Returns the places of a block that are inside a string.
    fn strings(&mut self, block: &Block) -> u64 {
        let mut escaped = self.escaped;
        let mut left = block.backslashes & !escaped;
        self.escaped = 0;
        while left != 0 {
            let at = left.trailing_zeros();
            let next = 2u64.checked_shl(at).filter(|&next| next != 0);
            self.escaped = u64::from(next.is_none());
            escaped |= next.unwrap_or_default();
            left &= !(1 << at | next.unwrap_or_default());
        }
        let mut strings = block.quotes & !escaped;
        for shift in [1, 2, 4, 8, 16, 32] {
            strings ^= strings << shift;
        }
        strings ^= self.in_string;
        self.in_string = 0u64.wrapping_sub(strings >> (BLOCK - 1));
        strings
    }
}

impl Answer {
    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Returns what was written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Writes the objects of an array, each as a string and a comma. Returns their number.
    pub fn write_records(&mut self, page: &[u8]) -> usize {
        let most = self.len + page.len() * 2 + ROOM;
        if self.bytes.len() < most {
            self.bytes.resize(most, 0);
        }
        let (mut state, mut depth, mut count) = (State::default(), 0, 0);
        for at in (0..page.len()).step_by(BLOCK) {
            let mut last = [b' '; BLOCK + CHUNK];
            let bytes = page[at..].first_chunk().unwrap_or_else(|| {
                last[..page.len() - at].copy_from_slice(&page[at..]);
                &last
            });
            let block = Block::new(bytes.first_chunk().expect("it is the longer one"));
            let outside = !state.strings(&block);
            let special = block.quotes | block.backslashes;
            let (opening, closing) = (block.opening & outside, block.closing & outside);
            if depth > closing.count_ones() {
                depth = depth + opening.count_ones() - closing.count_ones();
                self.escape(bytes, special, 0..BLOCK);
                continue;
            }
            let (mut braces, mut start) = (opening | closing, 0);
            while braces != 0 {
                let place = braces.trailing_zeros() as usize;
                braces &= braces - 1;
                if opening >> place & 1 == 1 {
                    depth += 1;
                    if depth == 1 {
                        self.push(b'"');
                        start = place;
                    }
                    continue;
                }
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    self.escape(bytes, special, start..place + 1);
                    self.push(b'"');
                    self.push(b',');
                    count += 1;
                }
            }
            if depth > 0 {
                self.escape(bytes, special, start..BLOCK);
            }
        }
        count
    }

    /// Writes a part of a block with a backslash in front of each special byte.
    fn escape(&mut self, bytes: &[u8; BLOCK + CHUNK], special: u64, part: Range<usize>) {
        let room = self.bytes[self.len..].first_chunk_mut().expect("there is room for all");
        let (mut from, mut to) = (part.start, 0);
        let behind = u64::MAX.checked_shl(part.end as u32).unwrap_or_default();
        let mut special = special & (u64::MAX << part.start) & !behind;
        while special != 0 {
            let place = special.trailing_zeros() as usize;
            special &= special - 1;
            to = copy(bytes, from..place, room, to);
            room[to % MOST] = b'\\';
            to += 1;
            from = place;
        }
        self.len += copy(bytes, from..part.end, room, to);
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }
}

/// Copies a part of a block to a place. More than that is written, and written over by what comes next. Returns the
/// place behind it.
///
/// The remainders change nothing: they tell the compiler that nothing is out of bounds.
#[inline]
fn copy(
    bytes: &[u8; BLOCK + CHUNK],
    part: Range<usize>,
    room: &mut [u8; ROOM],
    to: usize,
) -> usize {
    let (mut source, mut target) = (part.start, to);
    while source < part.end {
        let (from, onto) = (source % BLOCK, target % MOST);
        room[onto..onto + CHUNK].copy_from_slice(&bytes[from..from + CHUNK]);
        source += CHUNK;
        target += CHUNK;
    }
    to + part.len()
}

#[cfg(test)]
mod tests {
    use super::Answer;
    use serde_json::{Value, json};

    #[test]
    fn records_are_what_they_were() {
        // Every place of a block has been that of a quote, a backslash, the start and the end of a record.
        let mut answer = Answer::default();
        for length in 0..200 {
            let text = "\\\"{}".repeat(length % 7) + &"x".repeat(length);
            let record = json!({ "a": { "b{\\": [text, { "c": {} }] }, "d": "\\\\" });
            let records = [record.to_string(), "{}".to_owned(), record.to_string()];
            let page = format!("[{}]", records.join(", "));
            answer.clear();
            assert_eq!(answer.write_records(page.as_bytes()), 3);
            let written = String::from_utf8(answer.bytes().to_vec()).unwrap();
            let read: Value = serde_json::from_str(&format!("[{written}null]")).unwrap();
            assert_eq!(read, json!([records[0], records[1], records[2], null]), "{page}");
        }
    }
}
