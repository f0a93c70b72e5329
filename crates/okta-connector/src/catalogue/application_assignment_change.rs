//! Changes of assignments: one record for each user or group to whom an application was assigned or no longer is, told by
//! the System Log. What happens to an account in the application, such as that it is deprovisioned, is no such change.

use super::Kind::{DateTime, Enumeration, Id, Key, Text};
use super::element::{Elements, Part, Telling};
use super::system_log_event::{READ_FROM_LOG, SYSTEM_LOG_EVENT};
use super::{At, FILTER, Field, NOTHING, Object, Reach, row};

pub(super) static APPLICATION_ASSIGNMENT_CHANGE: Object = Object {
    name: "ApplicationAssignmentChange",
    label: "Application Assignment Change",
    description: "A user or group that an application was assigned to or taken from. A flow without a bound on published reads the last 90 days.",
    reach: Reach::Elements(&ELEMENTS),
    fields: FIELDS,
    ..READ_FROM_LOG
};

static ELEMENTS: Elements = Elements {
    of: &SYSTEM_LOG_EVENT,
    key: &["eventId", "applicationId", "assigneeId"],
    tellings: TELLINGS,
    note: "Okta promises no such event where the application or the assignee is deleted.",
};

const APPLICATION: Part =
    Part::new("AppInstance", "0oa", "applicationId").named("applicationLabel");
const TO_USER: &[Part] = &[APPLICATION, Part::new("User", "00u", "assigneeId")];
const TO_GROUP: &[Part] = &[APPLICATION, Part::new("UserGroup", "00g", "assigneeId")];

const TELLINGS: &[Telling] = &[
    Telling {
        event_type: "application.user_membership.add",
        fixed: &[("change", "ADDED"), ("assigneeType", "USER")],
        parts: TO_USER,
    },
    Telling {
        event_type: "application.user_membership.remove",
        fixed: &[("change", "REMOVED"), ("assigneeType", "USER")],
        parts: TO_USER,
    },
    Telling {
        event_type: "group.application_assignment.add",
        fixed: &[("change", "ADDED"), ("assigneeType", "GROUP")],
        parts: TO_GROUP,
    },
    Telling {
        event_type: "group.application_assignment.remove",
        fixed: &[("change", "REMOVED"), ("assigneeType", "GROUP")],
        parts: TO_GROUP,
    },
];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, what the filter of the log calls it, pushed down, what it holds
    row("key",              "Key",               Key,         At::Made(""),          NOTHING, "The ids of the event and the application and the assignee joined by colons. It identifies the record."),
    row("change",           "Change",            Enumeration, At::Made(""),          NOTHING, "ADDED or REMOVED."),
    row("applicationId",    "Application ID",    Id,          At::Made("target.id"), FILTER,  "Id of the application."),
    row("applicationLabel", "Application Label", Text,        At::Made(""),          NOTHING, "Name of the application as far as the log still has it."),
    row("assigneeType",     "Assignee Type",     Enumeration, At::Made(""),          NOTHING, "USER or GROUP."),
    row("assigneeId",       "Assignee ID",       Id,          At::Made("target.id"), FILTER,  "Id of the user or the group."),
    row("actorId",          "Actor ID",          Id,          At::Made("actor.id"),  FILTER,  "Id of who did it."),
    row("published",        "Published",         DateTime,    At::Made(""),          NOTHING, "When it happened."),
    row("eventId",          "Event ID",          Id,          At::Made("uuid"),      FILTER,  "Unique key of the event."),
];
