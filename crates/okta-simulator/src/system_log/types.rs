//! From a change of an object to the types of the events that tell of it, for objects that have a life of their own.

use serde_json::Value;

use super::lifecycle::{Change, content, living, status};

pub(super) fn user(change: Change<'_>) -> Vec<&'static str> {
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

pub(super) fn group(change: Change<'_>) -> Vec<&'static str> {
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

pub(super) fn device(change: Change<'_>) -> Vec<&'static str> {
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

/// A factor is told of once it can be used. An event names its user.
pub(super) fn factor(change: Change<'_>) -> Vec<&'static str> {
    let (before, after) = match change {
        (None, Some(after)) if status(after) == "ACTIVE" => {
            return vec!["user.mfa.factor.activate"];
        }
        (None, _) => return Vec::new(),
        (Some(_), None) => return vec!["user.mfa.factor.deactivate"],
        (Some(before), Some(after)) => (before, after),
    };
    let moved = match (status(before), status(after)) {
        (before, after) if before == after => None,
        (_, "ACTIVE") => Some("user.mfa.factor.activate"),
        ("ACTIVE", _) => Some("user.mfa.factor.deactivate"),
        _ => None,
    };
    let updated = (content(before) != content(after)).then_some("user.mfa.factor.update");
    moved.into_iter().chain(updated).collect()
}

/// Okta has no events for a rule that is created, changed or deleted.
pub(super) fn group_rule(change: Change<'_>) -> Vec<&'static str> {
    let (Some(before), Some(after)) = change else { return Vec::new() };
    match (status(before), status(after)) {
        (before, after) if before == after => Vec::new(),
        (_, "INACTIVE") => vec!["group.user_membership.rule.deactivated"],
        (_, "INVALID") => vec!["group.user_membership.rule.invalidate"],
        _ => Vec::new(),
    }
}

/// A binding says nothing but which role it binds, so it does not change.
pub(super) fn binding(change: Change<'_>) -> Vec<&'static str> {
    match change {
        (None, Some(_)) => vec!["iam.resourceset.bindings.add"],
        (Some(_), None) => vec!["iam.resourceset.bindings.delete"],
        _ => Vec::new(),
    }
}
