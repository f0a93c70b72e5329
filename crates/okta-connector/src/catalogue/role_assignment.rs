//! Who has which admin role: users, groups and client apps.
//!
//! Okta names the users who have a role; groups and client apps are asked one by one. The id of a standard role is the same
//! for everybody who has it, so that only the assignee and it together identify a record. A user's roles hold those that come
//! through a group.

use super::Kind::{DateTime, Enumeration, Id, Key, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, application, field,
    group, row,
};

pub(super) static ROLE_ASSIGNMENT: Object = Object {
    name: "RoleAssignment",
    label: "Role Assignment",
    description: "An admin role that a user or a group or a client app has.",
    endpoint: Endpoint::whole("/api/v1/users/{}/roles"),
    collation: Collation::Exact,
    scope: "okta.roles.read",
    further_scopes: &["okta.groups.read", "okta.apps.read"],
    role: "Super Administrator",
    always_has_records: true,
    reach: Reach::Below(&BRANCHES),
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 3] = [
    Branch {
        name: "USER",
        parent: &ROLE_ASSIGNEE,
        children: Children::Listed(["/api/v1/users/", "/roles"]),
        ..Branch::PLAIN
    },
    Branch {
        name: "GROUP",
        parent: &group::GROUP,
        children: Children::Listed(["/api/v1/groups/", "/roles"]),
        closed: &[("type", "BUILT_IN"), ("profile.name", "Okta Administrators")],
        ..Branch::PLAIN
    },
    Branch {
        name: "CLIENT",
        parent: &application::APPLICATION,
        id: "credentials.oauthClient.client_id",
        refusal_is_none: true,
        children: Children::Listed(["/oauth2/v1/clients/", "/roles"]),
        ..Branch::PLAIN
    },
];

/// Users who have a role. It is no entity, only the way to their roles.
static ROLE_ASSIGNEE: Object = Object {
    name: "RoleAssignee",
    label: "Role Assignee",
    description: "A user who has an admin role.",
    endpoint: Endpoint {
        envelope: Some("value"),
        ..Endpoint::paged("/api/v1/iam/assignees/users", 100)
    },
    collation: Collation::Exact,
    scope: "okta.roles.read",
    role: "Super Administrator",
    always_has_records: true,
    probe_turn: 15,
    fields: &[field("id", "ID", Key, "id", NOTHING, "Id of the user.")],
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",                  "Key",                     Key,         At::Joined(&["assigneeType", "assigneeId", "id"]), NOTHING, "The type and id of the assignee and the id of the role joined by colons. It identifies the record."),
    row("assigneeType",         "Assignee Type",           Enumeration, At::Branch,                                        NOTHING, "USER GROUP or CLIENT."),
    row("assigneeId",           "Assignee ID",             Id,          At::Above("id"),                                   NOTHING, "Id of the user or group or client app."),
    field("id",                   "ID",                      Id,          "id",                                              NOTHING, "Id of the role or of its binding. It may be the same for several assignees."),
    field("type",                 "Type",                    Enumeration, "type",                                            NOTHING, "Type of the role such as SUPER_ADMIN. CUSTOM for a role that the org has made."),
    field("label",                "Label",                   Text,        "label",                                           NOTHING, "Name of the role."),
    field("status",               "Status",                  Enumeration, "status",                                          NOTHING, "ACTIVE or INACTIVE."),
    field("assignmentType",       "Assignment Type",         Enumeration, "assignmentType",                                  NOTHING, "USER GROUP or CLIENT. GROUP in the record of a user says that the role comes through a group."),
    row("inheritedFromGroupId", "Inherited From Group ID", Id,          At::AssigneeGroup("_links.assignee.href"),         NOTHING, "Id of the group through which a user has the role."),
    field("roleId",               "Role ID",                 Text,        "role",                                            NOTHING, "Id of a custom role or name of a role of Okta."),
    field("resourceSetId",        "Resource Set ID",         Text,        "resource-set",                                    NOTHING, "Id of the resource set that a custom role is limited to."),
    field("created",              "Created",                 DateTime,    "created",                                         NOTHING, "When the assignment was created."),
    field("lastUpdated",          "Last Updated",            DateTime,    "lastUpdated",                                     NOTHING, "When the assignment was last changed."),
];
