//! Refusals of a filter: the text, and a caret under the place.

use std::ops::Range;

/// The most characters of a filter that are shown.
const SHOWN: usize = 72;

/// Makes an error that points at a place in a filter.
pub(crate) fn pointed(filter: &str, place: Range<usize>, message: &str) -> anyhow::Error {
    anyhow::anyhow!("{message}\n\n{}", marked(filter, place))
}

/// Writes the part of a filter around a place, and carets under the place.
fn marked(filter: &str, place: Range<usize>) -> String {
    // A line break would move the caret away from its place.
    let letters: Vec<char> =
        filter.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let start = filter.get(..place.start).map_or(letters.len(), |before| before.chars().count());
    let length = filter.get(place).map_or(0, |found| found.chars().count());
    let from = match letters.len() <= SHOWN {
        true => 0,
        false => start.saturating_sub(SHOWN / 2).min(letters.len() - SHOWN),
    };
    let until = (from + SHOWN).min(letters.len());
    let [before, after] =
        [from > 0, until < letters.len()].map(|is_cut| if is_cut { "..." } else { "" });
    let shown: String = letters[from..until].iter().collect();
    let carets = length.min(until.saturating_sub(start)).max(1);
    let blanks = textwrap::core::display_width(before)
        + letters[from..start.clamp(from, until)]
            .iter()
            .map(|letter| textwrap::core::display_width(letter.encode_utf8(&mut [0; 4])))
            .sum::<usize>();
    format!("  {before}{shown}{after}\n  {}{}", " ".repeat(blanks), "^".repeat(carets))
}

/// So many times a name is looked for in a filter, which may be long.
const MOST_LOOKS: usize = 1_000;

/// Finds a name in a filter, outside of its texts.
pub(crate) fn place_of(name: &str, filter: &str) -> Option<Range<usize>> {
    let is_part =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let is_whole = |range: &Range<usize>| {
        let (before, after) = (&filter[..range.start], &filter[range.end..]);
        !before.ends_with(is_part)
            && !after.starts_with(is_part)
            && before.matches('\'').count() % 2 == 0
            && before.matches('"').count() % 2 == 0
    };
    let found = filter.match_indices(name).map(|(start, _)| start..start + name.len());
    found.take(MOST_LOOKS).filter(|_| !name.is_empty()).find(is_whole)
}

#[cfg(test)]
mod tests {
    use super::{marked, place_of};

    #[test]
    fn carets_stand_under_the_place() {
        assert_eq!(marked("a = ", 4..4), "  a = \n      ^");
        assert_eq!(marked("a\n= é b", 7..8), "  a = é b\n        ^");
        assert_eq!(marked("a = 日本 b", 11..12), "  a = 日本 b\n           ^");
        assert_eq!(marked("", 0..0), "  \n  ^");
        let long = format!("{} ?? {}", "a".repeat(100), "b".repeat(100));
        let shown = marked(&long, 101..103);
        let [text, carets] = shown.lines().collect::<Vec<_>>()[..] else { panic!("{shown}") };
        assert_eq!(text.len(), 2 + 3 + 72 + 3);
        assert_eq!(text.find("??"), carets.find("^^"));
        for start in 0..=long.len() {
            assert!(marked(&long, start..long.len()).contains('^'));
        }
    }

    #[test]
    fn names_are_found_outside_of_texts() {
        assert_eq!(place_of("logni", "a = 'logni' and logni = 1"), Some(16..21));
        assert_eq!(place_of("log", "login = 1 and log = 2"), Some(14..17));
        assert_eq!(place_of("log", "login = 1"), None);
        assert_eq!(place_of("", "login = 1"), None);
    }
}
