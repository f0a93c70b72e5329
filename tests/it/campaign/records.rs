//! The law of the records: those that must arrive, those that may, and those that never do.
//!
//! A record has one version in an org that stands still, and one for each change in an org that moves.
//! It must arrive if it was there all the time and every version matched; it may arrive in the form
//! of any version that matched. What stands still arrives once.

use super::scenario::{Ask, Deprovisioned, Scenario};
use crate::brute_force::{Entity, Expr, expected_record, matches};
use crate::collections::{is_relation, key, key_field, records};
use okta_connector::catalogue::{At, Field, Object};
use okta_simulator::Org;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A record as it is delivered.
pub(crate) type Record = Map<String, Value>;

/// The versions of all records of an entity during a flow.
#[derive(Debug)]
pub(crate) struct Chronicle {
    /// The entity with the fields that it had when the flow began.
    entity: Entity,
    versions: BTreeMap<String, Vec<Option<Value>>>,
}

/// The part of a record on which it is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// Fields that differ between a listing and a record that was read alone.
    pub(crate) ignored: &'a [&'a str],
    pub(crate) attributes: Attributes,
}

/// The custom attributes, as the connector may take them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attributes {
    /// They are those that the org had when the flow began.
    Known,
    /// Any of them may be unknown, or taken for one of another type.
    InDoubt,
}

/// The progress of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Complete,
    Partial,
}

/// The texts that may arrive for one id.
struct Candidates {
    texts: BTreeSet<String>,
    is_certain: bool,
}

impl Chronicle {
    pub(crate) fn begin(scenario: &Scenario, org: &Org) -> Self {
        let records = records(org, scenario.entity).into_iter();
        let versions = records.map(|it| (key(&it).to_owned(), vec![Some(it)])).collect();
        Self { entity: Entity::of(scenario.entity, org), versions }
    }

    /// Notes the state of the org after a change.
    pub(crate) fn note(&mut self, scenario: &Scenario, org: &Org) {
        let mut there = BTreeSet::new();
        for record in records(org, scenario.entity) {
            there.insert(key(&record).to_owned());
            let known = self.versions.entry(key(&record).to_owned()).or_insert_with(|| vec![None]);
            if known.last() != Some(&Some(record.clone())) {
                known.push(Some(record));
            }
        }
        for (key, known) in &mut self.versions {
            if known.last() != Some(&None) && !there.contains(key) {
                known.push(None);
            }
        }
    }

    /// Checks the records that were delivered, call by call.
    pub(crate) fn check(
        &self,
        scenario: &Scenario,
        org: &Org,
        calls: &[Vec<Record>],
        mut progress: Progress,
        view: &View<'_>,
    ) -> Result<(), String> {
        if view.attributes == Attributes::InDoubt {
            calls.iter().flatten().try_for_each(|record| self.check_attributes(record))?;
            if scenario.filters_attributes() {
                progress = Progress::Partial;
            }
        }
        let candidates = self.candidates(scenario, org, view);
        let text = |record: &Record| self.seen(record.clone(), view);
        let delivered: Vec<Vec<String>> =
            calls.iter().map(|call| call.iter().map(text).collect()).collect();
        let limit =
            scenario.ask.filter.limit.map_or(usize::MAX, |it| it.try_into().unwrap_or(usize::MAX));
        let total: usize = delivered.iter().map(Vec::len).sum();
        if total > limit {
            return Err(format!("{total} records, and LIMIT is {limit}"));
        }
        if self.is_still() {
            check_still(candidates.values(), &delivered, progress, limit)
        } else {
            let key = key_field(scenario.entity);
            check_moving(&candidates, key, calls, &delivered, progress, limit)
        }
    }

    /// Returns the text of what is judged of a record.
    fn seen(&self, mut record: Record, view: &View<'_>) -> String {
        let is_fixed =
            |name: &str| self.entity.fields.iter().any(|it| !it.is_custom && it.name == name);
        // A record and the object above it are read at two times.
        let is_above = |field: &str| {
            let is_moving = is_relation(&self.entity.name) && !self.is_still();
            is_moving && of_above(&self.entity.name).any(|name| name == field)
        };
        record.retain(|field, _| {
            let is_judged = view.attributes == Attributes::Known || is_fixed(field);
            is_judged && !is_above(field) && !view.ignored.contains(&field.as_str())
        });
        Value::from(record).to_string()
    }

    /// Checks that each value under another name than that of a fixed field is one that the profile had, in an
    /// attribute that may be called so.
    fn check_attributes(&self, record: &Record) -> Result<(), String> {
        let profiles: Vec<&Value> = match record.get("id").and_then(Value::as_str) {
            Some(id) => self.versions.get(id).into_iter().flatten().flatten().collect(),
            None => self.versions.values().flatten().flatten().collect(),
        };
        let fixed =
            |name: &str| self.entity.fields.iter().any(|it| !it.is_custom && it.name == name);
        let found = record.iter().filter(|(name, _)| !fixed(name)).find(|(name, delivered)| {
            let attributes = profiles.iter().filter_map(|it| it["profile"].as_object()).flatten();
            let mut attributes = attributes.filter(|(attribute, _)| {
                let rest = name.strip_prefix("profile_").unwrap_or(name);
                name == attribute || rest.starts_with(attribute.as_str())
            });
            !attributes.any(|(_, value)| value == *delivered || *delivered == &value.to_string())
        });
        match found {
            Some((name, value)) => Err(format!("no profile has {value} for {name}")),
            None => Ok(()),
        }
    }

    fn is_still(&self) -> bool {
        self.versions.values().all(|versions| versions.len() == 1)
    }

    fn candidates(
        &self,
        scenario: &Scenario,
        org: &Org,
        view: &View<'_>,
    ) -> BTreeMap<&str, Candidates> {
        let (entity, ask) = (&self.entity, &scenario.ask);
        let candidates = self.versions.iter().filter(|(id, _)| is_assigned(ask, org, id));
        candidates
            .map(|(id, versions)| {
                let is_open =
                    view.attributes == Attributes::InDoubt && scenario.filters_attributes();
                let filter = ask.filter.expr.as_ref().filter(|_| !is_open);
                let fits = |record: &&Value| is_asked_for(ask, filter, record, entity);
                let fitting: Vec<_> = versions.iter().flatten().filter(fits).collect();
                let is_certain = fitting.len() == versions.len();
                let shown = fitting.into_iter().map(|record| {
                    let selection = ask.selection.as_deref();
                    self.seen(expected_record(entity, record, selection, &ask.assignment), view)
                });
                (id.as_str(), Candidates { texts: shown.collect(), is_certain })
            })
            .filter(|(_, candidates)| !candidates.texts.is_empty())
            .collect()
    }
}

/// Returns the fields that a record has of the object above it, but for those that identify it.
fn of_above(entity: &str) -> impl Iterator<Item = &'static str> {
    let object = Object::find(entity).unwrap();
    let fields = object.fields.iter();
    let is_of_above = |field: &&Field| matches!(field.at, At::Above(path) if path != "id");
    fields.filter(is_of_above).map(|field| &*field.name)
}

fn is_assigned(ask: &Ask, org: &Org, id: &str) -> bool {
    let (group, user) = (ask.assignment.group_id.as_ref(), ask.assignment.user_id.as_ref());
    group.is_none_or(|group| org.apps_of_group(group).any(|app| app == id))
        && user.is_none_or(|user| org.apps_of_user(user).any(|app| app == id))
}

fn is_asked_for(ask: &Ask, filter: Option<&Expr>, record: &Value, entity: &Entity) -> bool {
    let is_hidden = entity.name == "User"
        && ask.deprovisioned == Deprovisioned::Omitted
        && record["status"] == "DEPROVISIONED";
    !is_hidden && filter.is_none_or(|expr| matches(expr, record, entity))
}

/// Checks the records of an org that stands still. Records may look alike once fields are selected,
/// so they are counted.
fn check_still<'a>(
    candidates: impl Iterator<Item = &'a Candidates>,
    delivered: &[Vec<String>],
    progress: Progress,
    limit: usize,
) -> Result<(), String> {
    let mut left: BTreeMap<&str, i64> = BTreeMap::new();
    let mut all = 0_usize;
    for text in candidates.flat_map(|it| &it.texts) {
        *left.entry(text).or_default() += 1;
        all += 1;
    }
    for text in delivered.iter().flatten() {
        let count =
            left.get_mut(text.as_str()).ok_or_else(|| format!("delivered wrongly: {text}"))?;
        *count -= 1;
        if *count < 0 {
            return Err(format!("delivered twice: {text}"));
        }
    }
    let total: usize = delivered.iter().map(Vec::len).sum();
    if progress == Progress::Complete && total < all.min(limit) {
        let lost = left.iter().find(|(_, count)| **count > 0).map(|(text, _)| text);
        return Err(format!("{total} of {} records, lost for example {lost:?}", all.min(limit)));
    }
    Ok(())
}

fn check_moving(
    candidates: &BTreeMap<&str, Candidates>,
    key: &str,
    calls: &[Vec<Record>],
    delivered: &[Vec<String>],
    progress: Progress,
    limit: usize,
) -> Result<(), String> {
    let mut arrived = BTreeSet::new();
    for (records, texts) in calls.iter().zip(delivered) {
        let mut in_call = BTreeSet::new();
        for (record, text) in records.iter().zip(texts) {
            let id = record[key].as_str().unwrap_or_default();
            let known = candidates.get(id).is_some_and(|it| it.texts.contains(text));
            if !known {
                return Err(format!("delivered, but never was so: {text}"));
            }
            if !in_call.insert(id) {
                return Err(format!("twice in one answer: {text}"));
            }
            arrived.insert(id);
        }
    }
    let total: usize = delivered.iter().map(Vec::len).sum();
    let lost = candidates.iter().find(|(id, it)| it.is_certain && !arrived.contains(*id));
    match lost {
        Some((id, it)) if progress == Progress::Complete && total < limit => {
            Err(format!("{id} was there all the time and is lost: {:?}", it.texts))
        }
        _ => Ok(()),
    }
}
