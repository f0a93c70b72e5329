//! AppFlow's words, which it takes in one spelling only.

/// A word that is none of those expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misspelled {
    /// It would be right in another case.
    #[error("{member} `{found}` is spelled `{expected}`")]
    Case {
        /// The member of the flow.
        member: &'static str,
        /// The word that it has.
        found: String,
        /// The word that it should have.
        expected: &'static str,
    },
    /// It is another word.
    #[error("{member} `{found}` is not known: expected {expected}")]
    Unknown {
        /// The member of the flow.
        member: &'static str,
        /// The word that it has.
        found: String,
        /// The words that it may have.
        expected: String,
    },
}

/// Finds what `found` stands for in `words`, the spellings that `member` of a flow may have.
///
/// # Errors
///
/// It is none of them.
pub fn find<T: Copy>(
    member: &'static str,
    found: String,
    words: &[(&'static str, T)],
) -> Result<T, Misspelled> {
    if let Some(&(_, meaning)) = words.iter().find(|(word, _)| *word == found) {
        return Ok(meaning);
    }
    if let Some(&(expected, _)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&found)) {
        return Err(Misspelled::Case { member, found, expected });
    }
    let words: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    Err(Misspelled::Unknown { member, found, expected: words.join(" or ") })
}
