//! Users of applications: one record for each application and user.
//!
//! Okta does not say through which group somebody has an application. The profile is the application's own.

use super::Kind::{DateTime, Enumeration, Id, Key, Struct, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, application, field,
    row,
};

pub(super) static APPLICATION_USER: Object = Object {
    name: "ApplicationUser",
    label: "Application User",
    description: "A user to whom an application is assigned.",
    endpoint: Endpoint::paged("/api/v1/apps/{}/users", 500),
    collation: Collation::Exact,
    scope: "okta.apps.read",
    reach: Reach::Below(&BRANCHES),
    secrets: &["profile.password"],
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 1] = [Branch {
    parent: &application::APPLICATION,
    children: Children::Listed(["/api/v1/apps/", "/users"]),
    ..Branch::PLAIN
}];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",              "Key",               Key,         At::Joined(&["applicationId", "userId"]), NOTHING, "The ids of the application and the user joined by colons. It identifies the record."),
    row("applicationId",    "Application ID",    Id,          At::Above("id"),                          NOTHING, "Id of the application."),
    row("applicationLabel", "Application Label", Text,        At::Above("label"),                       NOTHING, "Display name of the application."),
    field("userId",           "User ID",           Id,          "id",                                     NOTHING, "Id of the user."),
    field("userName",         "User Name",         Text,        "credentials.userName",                   NOTHING, "Name of the user in the application."),
    field("scope",            "Scope",             Enumeration, "scope",                                  NOTHING, "USER if the application is assigned to the user and GROUP if it comes through a group."),
    field("status",           "Status",            Enumeration, "status",                                 NOTHING, "Status of the assignment."),
    field("created",          "Created",           DateTime,    "created",                                NOTHING, "When the assignment was created."),
    field("lastUpdated",      "Last Updated",      DateTime,    "lastUpdated",                            NOTHING, "When the assignment was last changed."),
    field("statusChanged",    "Status Changed",    DateTime,    "statusChanged",                          NOTHING, "When the status last changed."),
    field("syncState",        "Sync State",        Enumeration, "syncState",                              NOTHING, "State of the synchronization with the application."),
    field("externalId",       "External ID",       Text,        "externalId",                             NOTHING, "Id of the user in the application."),
    field("profile",          "Profile",           Struct,      "profile",                                NOTHING, "The profile that the application has of the user."),
];
