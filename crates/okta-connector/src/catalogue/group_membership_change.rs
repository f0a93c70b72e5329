//! Changes of membership: one record for each user that was added to a group or removed, told by the System Log. A thousand
//! changes take one request, where the members of a group take one for each thousand of them.

use super::Kind::{DateTime, Enumeration, Id, Key, Text};
use super::element::{Elements, Part, Telling};
use super::system_log_event::{READ_FROM_LOG, SYSTEM_LOG_EVENT};
use super::{At, FILTER, Field, NOTHING, Object, Reach, row};

pub(super) static GROUP_MEMBERSHIP_CHANGE: Object = Object {
    name: "GroupMembershipChange",
    label: "Group Membership Change",
    description: "A user who was added to a group or removed. A flow without a bound on published reads the last 90 days.",
    reach: Reach::Elements(&ELEMENTS),
    fields: FIELDS,
    ..READ_FROM_LOG
};

static ELEMENTS: Elements = Elements {
    of: &SYSTEM_LOG_EVENT,
    key: &["eventId", "groupId", "userId"],
    tellings: TELLINGS,
    note: "Okta promises no such event for the members of a group that is deleted, or of a user.",
};

const PARTS: &[Part] = &[
    Part::new("UserGroup", "00g", "groupId").named("groupName"),
    Part::new("User", "00u", "userId").also("login"),
];

const TELLINGS: &[Telling] = &[
    Telling {
        event_type: "group.user_membership.add",
        fixed: &[("change", "ADDED")],
        parts: PARTS,
    },
    Telling {
        event_type: "group.user_membership.remove",
        fixed: &[("change", "REMOVED")],
        parts: PARTS,
    },
];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, what the filter of the log calls it, pushed down, what it holds
    row("key",       "Key",        Key,         At::Made(""),          NOTHING, "The ids of the event and the group and the user joined by colons. It identifies the record."),
    row("change",    "Change",     Enumeration, At::Made(""),          NOTHING, "ADDED or REMOVED."),
    row("groupId",   "Group ID",   Id,          At::Made("target.id"), FILTER,  "Id of the group."),
    row("groupName", "Group Name", Text,        At::Made(""),          NOTHING, "Name of the group as far as the log still has it."),
    row("userId",    "User ID",    Id,          At::Made("target.id"), FILTER,  "Id of the user."),
    row("login",     "Username",   Text,        At::Made(""),          NOTHING, "Username as far as the log still has it."),
    row("actorId",   "Actor ID",   Id,          At::Made("actor.id"),  FILTER,  "Id of who did it."),
    row("published", "Published",  DateTime,    At::Made(""),          NOTHING, "When it happened."),
    row("eventId",   "Event ID",   Id,          At::Made("uuid"),      FILTER,  "Unique key of the event."),
];
