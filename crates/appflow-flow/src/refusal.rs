//! The refusal of a flow, and names that are near to one that does not exist.

/// The reason for which a flow is not run: the thing, what was found and what was expected, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(String);

impl Refusal {
    /// Makes a refusal of a sentence without a full stop.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// Says which of `names` was meant by one that is none of them: `, did you mean …`, or nothing if none is near.
pub(crate) fn suggestion<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let distance =
        |known: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &known.to_lowercase());
    let nearest = names.into_iter().map(|known| (distance(known), known)).min();
    // Among short names, a third of other letters is another word.
    match nearest {
        Some((distance, known)) if distance <= name.chars().count().div_ceil(3) => {
            format!(", did you mean `{known}`?")
        }
        _ => String::new(),
    }
}

/// Puts names into a sentence: `a`, `b` or `c`.
pub(crate) fn any_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
