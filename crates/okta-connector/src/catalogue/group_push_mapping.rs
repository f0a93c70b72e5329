//! Group push mappings: groups of Okta that applications get as groups of their own.
//!
//! An application that takes no groups refuses the question, which means that it has none.

use super::Kind::{DateTime, Enumeration, Id, Key, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, application, field,
    row,
};

pub(super) static GROUP_PUSH_MAPPING: Object = Object {
    name: "GroupPushMapping",
    label: "Group Push Mapping",
    description: "A group that is pushed to an application.",
    endpoint: Endpoint::paged("/api/v1/apps/{}/group-push/mappings", 1000),
    collation: Collation::Exact,
    scope: "okta.apps.read",
    further_scopes: &["okta.groups.read"],
    reach: Reach::Below(&BRANCHES),
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 1] = [Branch {
    parent: &application::APPLICATION,
    children: Children::Listed(["/api/v1/apps/", "/group-push/mappings"]),
    refusal_is_none: true,
    ..Branch::PLAIN
}];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",              "Key",               Key,         At::Joined(&["applicationId", "id"]), NOTHING, "The ids of the application and the mapping joined by colons. It identifies the record."),
    row("applicationId",    "Application ID",    Id,          At::Above("id"),                      NOTHING, "Id of the application."),
    row("applicationLabel", "Application Label", Text,        At::Above("label"),                   NOTHING, "Display name of the application."),
    field("id",               "ID",                Id,          "id",                                 NOTHING, "Id of the mapping."),
    field("sourceGroupId",    "Source Group ID",   Id,          "sourceGroupId",                      NOTHING, "Id of the group that is pushed."),
    field("targetGroupId",    "Target Group ID",   Id,          "targetGroupId",                      NOTHING, "Id of the group of the application."),
    field("status",           "Status",            Enumeration, "status",                             NOTHING, "ACTIVE INACTIVE or ERROR."),
    field("errorSummary",     "Error Summary",     Text,        "errorSummary",                       NOTHING, "What went wrong."),
    field("lastPush",         "Last Push",         DateTime,    "lastPush",                           NOTHING, "When the group was last pushed."),
    field("userGroupId",      "User Group ID",     Id,          "userGroupId",                        NOTHING, "Id of the group of users. Usually absent."),
    field("created",          "Created",           DateTime,    "created",                            NOTHING, "When the mapping was created."),
    field("lastUpdated",      "Last Updated",      DateTime,    "lastUpdated",                        NOTHING, "When the mapping was last changed."),
];
