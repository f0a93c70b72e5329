//! Expressions that grow too long, cut into several.

use super::expression::{Language, MAX_EXPRESSION, Pushed, encoded_len};
use crate::predicate::{Check, Predicate, all_of};

/// The length of ` and `, of parentheses and spaces, as they are sent.
const JOINT: usize = 3 + 3 + 3 + 6;

/// The number of listings beyond which reading everything is cheaper.
pub(super) const MAX_LISTINGS: usize = 40;

/// Returns the expressions to send, each with the part of the records that it is for; none if nothing can be pushed.
pub(super) fn split(language: &Language<'_>, predicate: &Predicate) -> Vec<(Pushed, Predicate)> {
    let Some(whole) = language.push(predicate) else { return Vec::new() };
    if whole.fits() {
        return vec![(whole, Predicate::everything())];
    }
    let pushable = predicate.conjuncts().iter().filter_map(|conjunct| {
        let length = encoded_len(&language.push(conjunct)?.text);
        Some((length, conjunct))
    });
    let mut pushable: Vec<_> = pushable.collect();
    // The short ones go along with every part of the longest one, as long as half of the room is left.
    pushable.sort_by_key(|(length, _)| *length);
    let Some((_, longest)) = pushable.pop() else { return Vec::new() };
    let mut room = MAX_EXPRESSION / 2;
    let companions = pushable.into_iter().map_while(|(length, conjunct)| {
        room = room.checked_sub(length + JOINT)?;
        Some(conjunct.clone())
    });
    let companions = all_of(companions);
    let parts = parts(longest, &companions, language);
    if parts.is_empty() || parts.len() > MAX_LISTINGS {
        let without = language.push(&companions).filter(Pushed::fits);
        let incomplete = |pushed| Pushed { complete: false, ..pushed };
        return without.map(|it| (incomplete(it), Predicate::everything())).into_iter().collect();
    }
    let mut earlier: Vec<Predicate> = Vec::new();
    let listings = parts.into_iter().map(|(pushed, part)| {
        let pushed = Pushed { complete: false, ..pushed };
        // A value that is one of some is not one of others.
        if matches!(part, Predicate::Test(_, Check::OneOf(_))) {
            return (pushed, part);
        }
        let others = earlier.iter().cloned().map(|part| Predicate::Unless(Box::new(part)));
        let only_here = all_of([part.clone()].into_iter().chain(others));
        earlier.push(part);
        (pushed, only_here)
    });
    listings.collect()
}

/// Cuts a disjunction into parts that fit beside their companions; returns `None` if it cannot be cut so.
fn parts(
    predicate: &Predicate,
    companions: &Predicate,
    language: &Language<'_>,
) -> Vec<(Pushed, Predicate)> {
    let branches: Vec<Predicate> = match predicate {
        Predicate::Test(field, Check::OneOf(texts)) => texts
            .iter()
            .map(|text| Predicate::Test(*field, Check::OneOf(vec![text.clone()])))
            .collect(),
        Predicate::Any(branches) => branches.clone(),
        _ => return Vec::new(),
    };
    let join = |branches: &[Predicate]| match predicate {
        Predicate::Test(field, Check::OneOf(_)) => {
            let texts = branches.iter().flat_map(|branch| match branch {
                Predicate::Test(_, Check::OneOf(texts)) => texts.clone(),
                _ => Vec::new(),
            });
            Predicate::Test(*field, Check::OneOf(texts.collect()))
        }
        _ => Predicate::Any(branches.to_vec()),
    };
    let fitting = |branches: &[Predicate]| {
        let part = join(branches);
        let expression = all_of([companions.clone(), part.clone()]);
        let pushed = language.push(&part).and(language.push(&expression))?;
        pushed.fits().then_some((pushed, part))
    };
    let mut parts = Vec::new();
    let mut start = 0;
    while start < branches.len() {
        // Grow by doubling, then by halves: the number of attempts stays logarithmic.
        let longest = longest_prefix(branches.len() - start, |length| {
            fitting(&branches[start..start + length]).is_some()
        });
        let Some(part) = fitting(&branches[start..start + longest]) else { return Vec::new() };
        parts.push(part);
        if parts.len() > MAX_LISTINGS {
            break;
        }
        start += longest;
    }
    parts
}

/// Finds the largest length up to `most` that fits, given that a part of what fits does too; at least 1.
fn longest_prefix(most: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (1, 2);
    while high <= most && fits(high) {
        low = high;
        high *= 2;
    }
    let mut beyond = high.min(most + 1);
    while low + 1 < beyond {
        let middle = usize::midpoint(low, beyond);
        if fits(middle) {
            low = middle;
        } else {
            beyond = middle;
        }
    }
    low
}
