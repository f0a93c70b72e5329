//! Expressions that grow too long, cut into several.

use super::expression::{Language, MAX_EXPRESSION, Pushed, encoded_len};
use crate::predicate::{Check, Predicate, all_of};

/// The number of listings beyond which reading everything is cheaper.
pub(super) const MAX_LISTINGS: usize = 40;

/// Returns the expressions to send, each with the predicate that its records must pass; none if
/// nothing can be pushed.
pub(super) fn split(language: &Language<'_>, predicate: &Predicate) -> Vec<(Pushed, Predicate)> {
    let Some(whole) = language.push(predicate) else { return Vec::new() };
    if whole.fits() {
        return vec![(whole, predicate.clone())];
    }
    let conjuncts = predicate.conjuncts();
    let pushed: Vec<_> = conjuncts.iter().map(|conjunct| language.push(conjunct)).collect();
    let longest = (0..conjuncts.len())
        .max_by_key(|&index| pushed[index].as_ref().map_or(0, |pushed| encoded_len(&pushed.text)))
        .unwrap_or_default();
    // The short ones go along with every part, as long as half of the room is left.
    let mut others: Vec<_> = (0..conjuncts.len()).filter(|&index| index != longest).collect();
    others.sort_by_key(|&index| pushed[index].as_ref().map_or(0, |pushed| pushed.text.len()));
    let mut companions = Vec::new();
    for index in others {
        companions.push(conjuncts[index].clone());
        let joined = language.push(&all_of(companions.clone()));
        if joined.is_some_and(|joined| encoded_len(&joined.text) > MAX_EXPRESSION / 2) {
            companions.pop();
        }
    }
    let parts = parts(&conjuncts[longest], &companions, language);
    if parts.is_empty() || parts.len() > MAX_LISTINGS {
        let without = language.push(&all_of(companions));
        return without
            .into_iter()
            .map(|pushed| (Pushed { complete: false, ..pushed }, predicate.clone()))
            .collect();
    }
    let rest = conjuncts.iter().enumerate().filter(|(index, _)| *index != longest);
    let rest: Vec<_> = rest.map(|(_, conjunct)| conjunct.clone()).collect();
    let mut earlier: Vec<Predicate> = Vec::new();
    let mut listings = Vec::new();
    for (pushed, part) in parts {
        let disjoint = matches!(part, Predicate::Test(_, Check::OneOf(_)));
        let mut conditions = rest.clone();
        conditions.push(part.clone());
        if !disjoint {
            conditions
                .extend(earlier.iter().cloned().map(|part| Predicate::Unless(Box::new(part))));
            earlier.push(part);
        }
        listings.push((Pushed { complete: false, ..pushed }, all_of(conditions)));
    }
    listings
}

/// Cuts a disjunction into parts that fit beside their companions; returns `None` if it cannot be cut so.
fn parts(
    predicate: &Predicate,
    companions: &[Predicate],
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
        let expression = all_of([all_of(companions.to_vec()), part.clone()]);
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
