//! Tells what happened in the simulated org, as entities do: written from Okta's documentation, without a look at the
//! connector's tables.

use crate::support::EPOCH;
use jiff::Timestamp;
use okta_connector::catalogue::Object;
use okta_connector_cli::draw_log;
use okta_simulator::Org;
use serde_json::{Value, json};

/// The minutes by which a window of the log begins earlier, where a flow does not say otherwise.
pub(crate) const OVERLAP: i64 = 10;

/// Says whether an entity is read off the System Log.
pub(crate) fn is_of_log(entity: &str) -> bool {
    Object::find(entity).is_some_and(|object| object.endpoint.path == "/api/v1/logs")
}

/// Returns the records of an entity that the log of every simulated org makes.
pub(crate) fn drawn(org: &Org, entity: &str) -> Vec<Value> {
    let now = Timestamp::from_second(EPOCH).unwrap();
    let log = draw_log(org, now);
    log.visible(now).flat_map(|event| told(entity, &event)).collect()
}

/// Returns the records of an entity that an event makes.
pub(crate) fn told(entity: &str, event: &Value) -> Vec<Value> {
    let mut records = match entity {
        "SystemLogEvent" => {
            let first = |kind| targets(event, kind).first().map(|target| target["id"].clone());
            let mut event = event.clone();
            event["derived"] = json!({
                "targetUserId": first("User"),
                "targetGroupId": first("UserGroup"),
                "targetApplicationId": first("AppInstance"),
            });
            return vec![event];
        }
        _ if event["outcome"]["result"] != "SUCCESS" => return Vec::new(),
        "Deletion" => deletions(event),
        "GroupMembershipChange" => membership_changes(event),
        "ApplicationAssignmentChange" => assignment_changes(event),
        other => panic!("{other} is not told of by the log"),
    };
    records.dedup_by_key(|record| record["key"].clone());
    let mut seen = std::collections::BTreeSet::new();
    records.retain(|record| seen.insert(record["key"].as_str().unwrap().to_owned()));
    records
}

fn targets<'e>(event: &'e Value, kind: &str) -> Vec<&'e Value> {
    let targets = event["target"].as_array().into_iter().flatten();
    targets.filter(|target| target["type"] == kind).collect()
}

/// Returns a record of an event, with these parts of its key behind the id of the event.
fn record(event: &Value, ids: &[&Value], own: Value) -> Value {
    let mut record = own;
    let ids = [&event["uuid"]].into_iter().chain(ids.iter().copied());
    let ids: Vec<_> = ids.filter_map(Value::as_str).collect();
    record["key"] = ids.join(":").into();
    record["eventId"] = event["uuid"].clone();
    record["eventType"] = event["eventType"].clone();
    record["published"] = event["published"].clone();
    record["actorId"] = event["actor"]["id"].clone();
    record["actorType"] = event["actor"]["type"].clone();
    record
}

/// Returns a text, unless it is empty.
fn text(value: &Value) -> Value {
    if value == "" { Value::Null } else { value.clone() }
}

fn deletions(event: &Value) -> Vec<Value> {
    let (object_type, object, parent) = match event["eventType"].as_str().unwrap() {
        "user.lifecycle.delete.completed"
        | "system.import.user.delete"
        | "system.identity_sources.user.delete" => ("User", "User", None),
        "group.lifecycle.delete"
        | "system.import.group.delete"
        | "system.identity_sources.group.delete" => ("Group", "UserGroup", None),
        "application.lifecycle.delete" => ("Application", "AppInstance", None),
        "device.lifecycle.delete" => ("Device", "Device", None),
        "group.user_membership.remove" => ("GroupMember", "User", Some("UserGroup")),
        "application.user_membership.remove" | "application.user_membership.deprovision" => {
            ("ApplicationUser", "User", Some("AppInstance"))
        }
        "group.application_assignment.remove" => {
            ("ApplicationGroup", "UserGroup", Some("AppInstance"))
        }
        "device.user.remove" => ("DeviceUser", "User", Some("Device")),
        "iam.role.delete" => ("CustomRole", "CustomRole", None),
        "iam.resourceset.delete" => ("ResourceSet", "ResourceSet", None),
        "policy.lifecycle.delete" => ("Policy", "PolicyEntity", None),
        "policy.rule.delete" => ("PolicyRule", "PolicyRule", Some("PolicyEntity")),
        "zone.delete" => ("NetworkZone", "NetworkZone", None),
        "system.idp.lifecycle.delete" => ("IdentityProvider", "IdentityProvider", None),
        "oauth2.as.deleted" => ("AuthorizationServer", "AuthorizationServer", None),
        "system.api_token.revoke" => ("ApiToken", "Token", None),
        "event_hook.deleted" => ("EventHook", "EventHook", None),
        "inline_hook.deleted" => ("InlineHook", "InlineHook", None),
        "system.log_stream.lifecycle.delete" => ("LogStream", "LogStream", None),
        "security.trusted_origin.delete" => ("TrustedOrigin", "TrustedOrigin", None),
        "directory.realm.lifecycle.delete" => ("Realm", "Realm", None),
        _ => return Vec::new(),
    };
    let nothing = Value::Null;
    let parents = match parent {
        None => vec![&nothing],
        Some(kind) => targets(event, kind).into_iter().map(|parent| &parent["id"]).collect(),
    };
    let mut deletions = Vec::new();
    for parent in parents {
        for object in targets(event, object) {
            let own = json!({
                "objectType": object_type,
                "objectId": object["id"],
                "parentId": parent,
                "name": text(&object["displayName"]),
            });
            deletions.push(record(event, &[parent, &object["id"]], own));
        }
    }
    deletions
}

/// Returns what was done, by the last word of an event's type.
fn change(event: &Value, prefix: &str) -> Option<&'static str> {
    match event["eventType"].as_str()?.strip_prefix(prefix)? {
        ".add" => Some("ADDED"),
        ".remove" => Some("REMOVED"),
        _ => None,
    }
}

fn membership_changes(event: &Value) -> Vec<Value> {
    let Some(change) = change(event, "group.user_membership") else { return Vec::new() };
    let mut changes = Vec::new();
    for group in targets(event, "UserGroup") {
        for user in targets(event, "User") {
            let own = json!({
                "change": change,
                "groupId": group["id"],
                "groupName": text(&group["displayName"]),
                "userId": user["id"],
                "login": text(&user["alternateId"]),
            });
            changes.push(record(event, &[&group["id"], &user["id"]], own));
        }
    }
    changes
}

fn assignment_changes(event: &Value) -> Vec<Value> {
    let to_user = change(event, "application.user_membership");
    let to_group = change(event, "group.application_assignment");
    let (change, assignee_type, kind) = match (to_user, to_group) {
        (Some(change), _) => (change, "USER", "User"),
        (_, Some(change)) => (change, "GROUP", "UserGroup"),
        _ => return Vec::new(),
    };
    let mut changes = Vec::new();
    for app in targets(event, "AppInstance") {
        for assignee in targets(event, kind) {
            let own = json!({
                "change": change,
                "applicationId": app["id"],
                "applicationLabel": text(&app["displayName"]),
                "assigneeType": assignee_type,
                "assigneeId": assignee["id"],
            });
            changes.push(record(event, &[&app["id"], &assignee["id"]], own));
        }
    }
    changes
}
