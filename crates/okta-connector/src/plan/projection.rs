//! The parts of a record that Okta is asked for: `fields=` and the words of `okta-response`.

use crate::catalogue::{At, Field, PROFILE};
use crate::entity::FieldId;
use crate::query::Query;
use std::collections::{BTreeMap, BTreeSet};

/// Returns the `fields` parameter: what is selected, what the filter needs, `extra`, and the key.
/// Returns `None` if the endpoint does not know it, or if properties are wanted that it is not
/// known to name.
pub(super) fn fields(query: &Query, extra: Option<FieldId>) -> Option<String> {
    if !query.entity.object.endpoint.projection {
        return None;
    }
    let mut properties: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut whole = BTreeSet::new();
    for field in needed(query, extra) {
        let At::Record(path) = &field.at else { return None };
        if path.starts_with('_') {
            return None;
        }
        match path.split_once('.') {
            Some((PROFILE, attribute)) => {
                properties.entry(PROFILE).or_default().insert(attribute);
            }
            _ => {
                whole.extend(field.property());
            }
        }
    }
    properties.retain(|property, _| !whole.contains(property));
    let nested = properties.into_iter().map(|(property, attributes)| {
        let attributes: Vec<_> = attributes.into_iter().collect();
        format!("{property}:({})", attributes.join(","))
    });
    let named: Vec<_> = whole.into_iter().map(str::to_owned).chain(nested).collect();
    Some(named.join(","))
}

/// Returns the words for the parts of records that nothing needs.
pub(super) fn omissions(query: &Query) -> impl Iterator<Item = &'static str> {
    let needed: BTreeSet<_> = needed(query, None).filter_map(Field::property).collect();
    let omissions = query.entity.object.endpoint.omissions.iter();
    omissions.filter(move |part| !needed.contains(part.property)).map(|part| part.word)
}

fn needed(query: &Query, extra: Option<FieldId>) -> impl Iterator<Item = &Field> {
    let mut tested = Vec::new();
    query.predicate.for_each_field(&mut |field| tested.push(field));
    let ids = query.selected.iter().copied().chain(tested).chain(extra).chain([query.entity.key()]);
    ids.map(|id| &query.entity[id])
}
