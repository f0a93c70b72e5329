//! Events of the System Log, and records that are made of them. `filter` says what it can of a question; all of it is tested
//! here.

use super::expression::{Form, Language, Pushed, quote};
use super::split::split;
use super::{Listing, NOTHING_PUSHED, Planner, Way};
use crate::catalogue::{EVENT_TYPE, Elements, SUCCESS, Telling, paths};
use crate::predicate::{Check, Predicate, Text, all_of};

/// The grammar of `filter`. It knows no time, so that it does not matter what it thinks of times.
const FORM: Form = Form::Filter { ge: true };

/// Plans listings of events.
pub(super) fn events(planner: Planner<'_>) -> Vec<Listing> {
    let query = planner.query;
    let language = Language { entity: &query.entity, form: FORM };
    let parts = split(&language, &query.predicate);
    if parts.is_empty() {
        return vec![planner.listing_of_everything(NOTHING_PUSHED)];
    }
    let reason = "filter knows every property but the time";
    let listings = parts.into_iter().map(|(pushed, part)| {
        let pushed = Pushed { complete: false, ..pushed };
        Listing { part, ..planner.filtered(pushed, reason) }
    });
    listings.collect()
}

/// Plans the listing of events of which records are made; none if no event can tell of one.
pub(super) fn elements(planner: Planner<'_>, elements: &Elements) -> Vec<Listing> {
    let Some(conjuncts) = of_events(planner, elements) else { return Vec::new() };
    let tellings = elements.tellings.iter().filter(|it| may_tell(planner, it, &conjuncts));
    let types: Vec<_> = tellings.map(|it| comparison(paths::EVENT_TYPE, it.event_type)).collect();
    if types.is_empty() {
        return Vec::new();
    }
    let succeeded = comparison(paths::RESULT, SUCCESS);
    let types = match types.as_slice() {
        [only] => only.clone(),
        types => format!("({})", types.join(" or ")),
    };
    let least = Pushed::simple(format!("{succeeded} and {types}"));
    let language = Language { entity: &planner.query.entity, form: FORM };
    let narrower = language.push(&all_of(conjuncts));
    let narrower =
        narrower.map(|it| Pushed::simple(format!("{} and {}", least.text, it.operand())));
    let pushed = narrower.filter(Pushed::fits).unwrap_or(least);
    let reason = "these events tell of records";
    let listing = planner.filtered(Pushed { complete: false, ..pushed }, reason);
    // A page of events has any number of records.
    let ways = listing.ways.into_iter().map(|way| Way { narrowed_here: true, ..way }).collect();
    vec![Listing { ways, ..listing }]
}

/// Returns all that every record must fulfil, where a key also says which event it is of; none if no record can.
fn of_events(planner: Planner<'_>, elements: &Elements) -> Option<Vec<Predicate>> {
    let entity = &planner.query.entity;
    let mut all = planner.query.predicate.conjuncts().to_vec();
    let event_id = elements.key.first().and_then(|name| entity.field(name))?;
    for conjunct in planner.query.predicate.conjuncts() {
        let Predicate::Test(field, Check::OneOf(keys)) = conjunct else { continue };
        if *field == entity.key() {
            let ids = keys.iter().filter_map(|key| Some(key.written.split_once(':')?.0));
            let ids = Text::exact(ids);
            if ids.is_empty() {
                return None;
            }
            all.push(Predicate::Test(event_id, Check::OneOf(ids)));
        }
    }
    Some(all)
}

/// Says whether events of a type may tell of a record that passes.
fn may_tell(planner: Planner<'_>, telling: &Telling, conjuncts: &[Predicate]) -> bool {
    let fixed = telling.fixed.iter().copied().chain([(EVENT_TYPE, telling.event_type)]);
    let fixed = fixed.filter_map(|(name, text)| Some((planner.query.entity.field(name)?, text)));
    fixed.into_iter().all(|(field, text)| conjuncts.iter().all(|it| it.admits(field, text)))
}

fn comparison(path: &str, text: &str) -> String {
    format!("{path} eq {}", quote(text))
}
