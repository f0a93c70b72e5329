//! Deletions: objects and relations that no listing shows any more, told by the System Log.
//!
//! Only events that succeeded count. Okta does not promise an event for each child of a parent that goes, so members go with
//! their group. Okta documents the types of few targets, so those are taken by the beginnings of their ids as well.

use super::Kind::{DateTime, Id, Key, Text};
use super::element::{Elements, Part, Telling};
use super::system_log_event::{READ_FROM_LOG, SYSTEM_LOG_EVENT};
use super::{At, FILTER, Field, NOTHING, Object, Reach, row};

pub(super) static DELETION: Object = Object {
    name: "Deletion",
    label: "Deletion",
    description: "What was deleted or taken away. A flow without a bound on published reads the last 90 days.",
    reach: Reach::Elements(&ELEMENTS),
    fields: FIELDS,
    ..READ_FROM_LOG
};

static ELEMENTS: Elements = Elements {
    of: &SYSTEM_LOG_EVENT,
    key: &["eventId", "parentId", "objectId"],
    tellings: TELLINGS,
    note: "Okta promises no event of their own for what goes with its parent: when a group is deleted its members go with \
           it, and so do the assignments of an application and the users of a device. A user who is deactivated is not \
           deleted. `application.user_membership.deprovision` and `application.user_membership.revoke` tell that the \
           account in the application is gone; the assignment may stay. Okta's log does not tell of user types, admin roles \
           one by one, or mappings of pushed groups.",
};

const USER: Part = Part::new("User", "00u", "objectId").named("name");
const GROUP: Part = Part::new("UserGroup", "00g", "objectId").named("name");
const APPLICATION: Part = Part::new("AppInstance", "0oa", "objectId").named("name");
const DEVICE: Part = Part::new("Device", "guo", "objectId").named("name");
const OF_GROUP: Part = Part::new("UserGroup", "00g", "parentId");
const OF_APPLICATION: Part = Part::new("AppInstance", "0oa", "parentId");
const OF_DEVICE: Part = Part::new("Device", "guo", "parentId");
const OF_POLICY: Part = Part::new("PolicyEntity", "00p", "parentId").optional();

const fn other(type_name: &'static str, prefix: &'static str) -> Part {
    Part::new(type_name, prefix, "objectId").named("name")
}

macro_rules! tellings {
    ($($event_type:literal: $object:literal, $($part:expr),+;)*) => {
        &[$(Telling {
            event_type: $event_type,
            fixed: &[("objectType", $object)],
            parts: &[$($part),+],
        }),*]
    };
}

#[rustfmt::skip]
const TELLINGS: &[Telling] = tellings! {
    "user.lifecycle.delete.completed":           "User",                USER;
    "system.identity_sources.user.delete":       "User",                USER;
    "system.import.user.delete":                 "User",                USER;
    "group.lifecycle.delete":                    "Group",               GROUP;
    "system.import.group.delete":                "Group",               GROUP;
    "system.identity_sources.group.delete":      "Group",               GROUP;
    "app.user_management.user_group_import.delete_success": "Group",    GROUP;
    "application.lifecycle.delete":              "Application",         APPLICATION;
    "device.lifecycle.delete":                   "Device",              DEVICE;
    "group.user_membership.remove":              "GroupMember",         OF_GROUP, USER;
    "application.user_membership.remove":        "ApplicationUser",     OF_APPLICATION, USER;
    "application.user_membership.deprovision":   "ApplicationUser",     OF_APPLICATION, USER;
    "application.user_membership.revoke":        "ApplicationUser",     OF_APPLICATION, USER;
    "group.application_assignment.remove":       "ApplicationGroup",    OF_APPLICATION, GROUP;
    "device.user.remove":                        "DeviceUser",          OF_DEVICE, USER;
    "iam.role.delete":                           "CustomRole",          other("CustomRole", "cr0");
    "iam.resourceset.delete":                    "ResourceSet",         other("ResourceSet", "iam");
    "policy.lifecycle.delete":                   "Policy",              other("PolicyEntity", "00p");
    "policy.rule.delete":                        "PolicyRule",          OF_POLICY, other("PolicyRule", "0pr");
    "zone.delete":                               "NetworkZone",         other("NetworkZone", "nzo");
    "system.idp.lifecycle.delete":               "IdentityProvider",    other("IdentityProvider", "0oa");
    "oauth2.as.deleted":                         "AuthorizationServer", other("AuthorizationServer", "aus");
    "system.api_token.revoke":                   "ApiToken",            other("Token", "00T");
    "event_hook.deleted":                        "EventHook",           other("EventHook", "who");
    "inline_hook.deleted":                       "InlineHook",          other("InlineHook", "cal");
    "security.trusted_origin.delete":            "TrustedOrigin",       other("TrustedOrigin", "tos");
    "directory.realm.lifecycle.delete":          "Realm",               other("Realm", "guo");
    "system.log_stream.lifecycle.delete":        "LogStream",           other("LogStream", "0oa");
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, what the filter of the log calls it, pushed down, what it holds
    row("key",        "Key",         Key,      At::Made(""),           NOTHING, "The ids of the event and the parent and the object joined by colons. It identifies the record."),
    row("objectType", "Object Type", Id,       At::Made(""),           NOTHING, "Entity of what is gone such as User or GroupMember."),
    row("objectId",   "Object ID",   Id,       At::Made("target.id"),  FILTER,  "Id of what is gone. For a member or an assignment it is the id of the user or the group."),
    row("parentId",   "Parent ID",   Id,       At::Made("target.id"),  FILTER,  "Id of the group or application or device or policy that it was taken from."),
    row("name",       "Name",        Text,     At::Made(""),           NOTHING, "Name as far as the log still has it."),
    row("actorId",    "Actor ID",    Id,       At::Made("actor.id"),   FILTER,  "Id of who did it."),
    row("actorType",  "Actor Type",  Text,     At::Made("actor.type"), FILTER,  "Type of who did it such as User or SystemPrincipal."),
    row("published",  "Published",   DateTime, At::Made(""),           NOTHING, "When it happened."),
    row("eventType",  "Event Type",  Id,       At::Made("eventType"),  NOTHING, "Type of the event such as user.lifecycle.delete.completed."),
    row("eventId",    "Event ID",    Id,       At::Made("uuid"),       FILTER,  "Unique key of the event."),
];
