//! Groups of applications: one record for each application and group. A page has at least 20 records.

use super::Kind::{DateTime, Id, Integer, Key, Struct, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, application, field,
    row,
};

pub(super) static APPLICATION_GROUP: Object = Object {
    name: "ApplicationGroup",
    label: "Application Group",
    description: "A group to which an application is assigned.",
    endpoint: Endpoint::paged("/api/v1/apps/{}/groups", 200),
    collation: Collation::Exact,
    scope: "okta.apps.read",
    reach: Reach::Below(&BRANCHES),
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 1] = [Branch {
    parent: &application::APPLICATION,
    children: Children::Listed(["/api/v1/apps/", "/groups"]),
    least: 20,
    ..Branch::PLAIN
}];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",              "Key",               Key,      At::Joined(&["applicationId", "groupId"]), NOTHING, "The ids of the application and the group joined by colons. It identifies the record."),
    row("applicationId",    "Application ID",    Id,       At::Above("id"),                           NOTHING, "Id of the application."),
    row("applicationLabel", "Application Label", Text,     At::Above("label"),                        NOTHING, "Display name of the application."),
    field("groupId",          "Group ID",          Id,       "id",                                      NOTHING, "Id of the group."),
    field("priority",         "Priority",          Integer,  "priority",                                NOTHING, "Place among the groups of the application."),
    field("lastUpdated",      "Last Updated",      DateTime, "lastUpdated",                             NOTHING, "When the assignment was last changed."),
    field("profile",          "Profile",           Struct,   "profile",                                 NOTHING, "Values that members of the group get in the application."),
];
