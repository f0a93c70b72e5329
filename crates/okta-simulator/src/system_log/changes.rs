//! From a change of a record to the events that tell of it.
//!
//! Anything that goes with an object, such as the memberships of a group that is deleted, goes without an event of its own: Okta
//! promises none. Nor is there one for what a change brings along, such as the members of a group as users of an
//! application that the group is given.

use serde_json::{Map, Value, json};

use crate::collection::{Collection, key_of};
use crate::org::Org;

use super::event::{Happening, Targets};
use super::kinds::kind;
use super::recorded::Recorded;
use super::target::Target;

/// A record before and after it changed. One of the two is there, unless nothing happened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordChange<'a> {
    pub(crate) collection: Collection,
    /// The id of the object that the record is below, if it is below one.
    pub(crate) parent_id: Option<&'a str>,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
}

/// Returns the events that tell that a record was created, changed or removed.
pub(crate) fn happenings(org: &Org, change: RecordChange<'_>) -> Vec<Happening> {
    let RecordChange { collection, parent_id, before, after } = change;
    let Some(recorded) = Recorded::find(collection) else { return Vec::new() };
    let Some((id, record)) = after.or(before).and_then(|it| Some((key_of(it)?, it))) else {
        return Vec::new();
    };
    let happenings = recorded.types((before, after)).into_iter().map(|event_type| {
        let mut target = recorded.part.map(|part| Target::of(part, id, record));
        if event_type == "user.account.update_profile"
            && let Some(target) = &mut target
        {
            target.change_details = Some(profile_change(before, after));
        }
        let parent = parent_id.and_then(|id| parent(org, collection, id));
        succeeded(event_type, parent.into_iter().chain(target).collect())
    });
    happenings.collect()
}

/// Describes the object that a record is below.
fn parent(org: &Org, collection: Collection, id: &str) -> Option<Target> {
    let recorded = Recorded::find(collection.parent()?)?;
    Some(Target::find(org, recorded.part?, recorded.collection, id))
}

/// Tells of something that was done.
pub(crate) fn succeeded(event_type: &str, targets: Vec<Target>) -> Happening {
    let kind = kind(event_type).expect("the types of what is recorded are in the table");
    let targets = Targets::Some(targets);
    Happening { kind, outcome: ("SUCCESS", None), actor: None, targets, is_lean: false }
}

/// Returns the attributes that differ, as they were and as they are.
fn profile_change(before: Option<&Value>, after: Option<&Value>) -> Value {
    let profile = |record: Option<&Value>| -> Map<String, Value> {
        let profile = record.and_then(|record| record.get("profile")?.as_object());
        profile.cloned().unwrap_or_default()
    };
    let (from, to) = (profile(before), profile(after));
    let differing = |these: &Map<String, Value>, those: &Map<String, Value>| -> Map<_, _> {
        let differing = these.iter().filter(|(name, value)| those.get(*name) != Some(value));
        differing.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    json!({ "from": differing(&from, &to), "to": differing(&to, &from) })
}
