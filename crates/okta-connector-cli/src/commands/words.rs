//! Numbers with their nouns.

use indicatif::HumanCount;

/// Writes a number with the noun in the right form: `1 record`, `2,500 records`, `2 entities`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let count = HumanCount(number);
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("{count} {noun}"),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn numbers_with_nouns() {
        let rows = [
            (0, "record", "0 records"),
            (1, "record", "1 record"),
            (2, "record", "2 records"),
            (2_500, "Okta request", "2,500 Okta requests"),
            (1, "entity", "1 entity"),
            (34, "entity", "34 entities"),
            (3, "day", "3 days"),
        ];
        for (number, noun, expected) in rows {
            assert_eq!(counted(number, noun), expected);
        }
    }
}
