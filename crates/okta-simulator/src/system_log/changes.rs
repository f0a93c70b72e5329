//! From a change of a record to the events that tell of it.
//!
//! Okta's log has nothing on some changes, such as the name of a device or anything of a user type, and neither
//! has this one. What goes with an object, such as the memberships of a group that is deleted, goes without an
//! event of its own: Okta promises none.

use serde_json::{Map, Value, json};

use crate::collection::{Collection, key_of};

use super::event::{Happening, Targets};
use super::kinds::{Part, kind};
use super::target::Target;

/// A record before and after it changed. One of the two is there.
type Change<'a> = (Option<&'a Value>, Option<&'a Value>);

/// Returns the types of the events that tell of a change.
type Types = fn(Change<'_>) -> Vec<&'static str>;

/// The collections whose changes Okta's log tells of.
const RECORDED: [(Collection, Part, Types); 4] = [
    (Collection::Users, Part::User, user),
    (Collection::Groups, Part::Group, group),
    (Collection::Apps, Part::App, app),
    (Collection::Devices, Part::Device, device),
];

/// Returns the events that tell that a record was created, changed or removed.
pub(crate) fn happenings(
    collection: Collection,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Vec<Happening> {
    let Some(&(_, part, types)) = RECORDED.iter().find(|(it, ..)| *it == collection) else {
        return Vec::new();
    };
    let Some((id, record)) = after.or(before).and_then(|it| Some((key_of(it)?, it))) else {
        return Vec::new();
    };
    let happenings = types((before, after)).into_iter().map(|event_type| {
        let mut target = Target::of(part, id, record);
        if event_type == "user.account.update_profile" {
            target.change_details = Some(profile_change(before, after));
        }
        succeeded(event_type, vec![target])
    });
    happenings.collect()
}

/// Tells of something that was done.
pub(crate) fn succeeded(event_type: &str, targets: Vec<Target>) -> Happening {
    let kind = kind(event_type).expect("the types of what is recorded are in the table");
    let targets = Targets::Some(targets);
    Happening { kind, outcome: ("SUCCESS", None), actor: None, targets, is_lean: false }
}

fn user(change: Change<'_>) -> Vec<&'static str> {
    let (before, after) = match change {
        (None, _) => return vec!["user.lifecycle.create"],
        // Only a deactivated user can be deleted.
        (Some(before), None) => {
            let deleted = ["user.lifecycle.delete.initiated", "user.lifecycle.delete.completed"];
            let is_active = status(before) != "DEPROVISIONED";
            let deactivated = is_active.then_some("user.lifecycle.deactivate");
            return deactivated.into_iter().chain(deleted).collect();
        }
        (Some(before), Some(after)) => (before, after),
    };
    let mut types = Vec::new();
    match (status(before), status(after)) {
        (before, after) if before == after => {}
        ("LOCKED_OUT", "ACTIVE") => types.push("user.account.unlock"),
        ("SUSPENDED", "ACTIVE") => types.push("user.lifecycle.unsuspend"),
        (_, "ACTIVE" | "PROVISIONED") => types.push("user.lifecycle.activate"),
        (_, "SUSPENDED") => types.push("user.lifecycle.suspend"),
        (_, "DEPROVISIONED") => types.push("user.lifecycle.deactivate"),
        (_, "LOCKED_OUT") => types.push("user.account.lock"),
        _ => {}
    }
    let differs = |pointer| before.pointer(pointer) != after.pointer(pointer);
    if differs("/profile") {
        types.push("user.account.update_profile");
    }
    if differs("/passwordChanged") {
        types.push("user.account.update_password");
    }
    if differs("/type/id") {
        types.push("user.account.update_user_type");
    }
    types
}

fn group(change: Change<'_>) -> Vec<&'static str> {
    let is_imported = |group: &Value| group["type"] == "APP_GROUP";
    let event_type = match change {
        (None, Some(group)) if is_imported(group) => "system.import.group.create",
        (None, _) => "group.lifecycle.create",
        (Some(group), None) if is_imported(group) => "system.import.group.delete",
        (Some(_), None) => "group.lifecycle.delete",
        (Some(before), Some(after)) if before.get("profile") != after.get("profile") => {
            "group.profile.update"
        }
        (Some(_), Some(_)) => return Vec::new(),
    };
    vec![event_type]
}

fn app(change: Change<'_>) -> Vec<&'static str> {
    let (before, after) = match living(change) {
        (None, None) => return Vec::new(),
        (None, Some(_)) => return vec!["application.lifecycle.create"],
        (Some(_), None) => return vec!["application.lifecycle.delete"],
        (Some(before), Some(after)) => (before, after),
    };
    let mut types = Vec::new();
    match (status(before), status(after)) {
        (before, after) if before == after => {}
        (_, "ACTIVE") => types.push("application.lifecycle.activate"),
        (_, "INACTIVE") => types.push("application.lifecycle.deactivate"),
        _ => {}
    }
    if content(before) != content(after) {
        types.push("application.lifecycle.update");
    }
    types
}

fn device(change: Change<'_>) -> Vec<&'static str> {
    let event_type = match living(change) {
        (None, None) => return Vec::new(),
        (None, Some(_)) => "device.enrollment.create",
        (Some(_), None) => "device.lifecycle.delete",
        (Some(before), Some(after)) => match (status(before), status(after)) {
            (before, after) if before == after => return Vec::new(),
            ("SUSPENDED", "ACTIVE") => "device.lifecycle.unsuspend",
            (_, "ACTIVE") => "device.lifecycle.activate",
            (_, "SUSPENDED") => "device.lifecycle.suspend",
            (_, "DEACTIVATED") => "device.lifecycle.deactivate",
            _ => return Vec::new(),
        },
    };
    vec![event_type]
}

/// Takes what has the status `DELETED` for what is gone, which it is.
fn living((before, after): Change<'_>) -> Change<'_> {
    let living = |record: &&Value| status(record) != "DELETED";
    (before.filter(living), after.filter(living))
}

fn status(record: &Value) -> &str {
    record["status"].as_str().unwrap_or_default()
}

/// Returns what a record says beyond its status and its last change.
fn content(record: &Value) -> Vec<(&String, &Value)> {
    let members = record.as_object().into_iter().flatten();
    members.filter(|(name, _)| !matches!(name.as_str(), "status" | "lastUpdated")).collect()
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
