//! Members of groups: one record for each group and member.
//!
//! Okta lists the members of one group at a time. No record says when somebody joined. Since June 2026 Okta says at no extra
//! request which rules put a member into the group, and forgets to in its links, so it is asked for on every page.
//! Okta refuses to list the built-in group of administrators.

use super::Kind::{DateTime, Enumeration, Id, Key, Text, Texts};
use super::{
    At, Branch, Children, Collation, Count, Endpoint, Expansion, Field, NOTHING, Object, Reach,
    field, group, row, user,
};

pub(super) static GROUP_MEMBER: Object = Object {
    name: "GroupMember",
    label: "Group Member",
    description: "A user as a member of a group.",
    endpoint: Endpoint::paged("/api/v1/groups/{}/users", 1000),
    collation: Collation::IgnoreCase,
    scope: "okta.groups.read",
    further_scopes: &["okta.users.read"],
    always_has_records: true,
    reach: Reach::Below(&BRANCHES),
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

/// Members are below their groups. Those of one user are the groups below the user, which say nothing of rules.
static BRANCHES: [Branch; 2] = [
    Branch {
        parent: &group::GROUP,
        children: Children::Listed(["/api/v1/groups/", "/users"]),
        count: Some(Count { parameter: ("expand", "stats"), path: "_embedded.stats.usersCount" }),
        closed: &[("type", "BUILT_IN"), ("profile.name", "Okta Administrators")],
        expansion: Some(Expansion {
            parameter: ("expand", "group-rules"),
            property: "_embedded.group-rules",
        }),
        ..Branch::PLAIN
    },
    Branch {
        parent: &user::USER,
        children: Children::Listed(["/api/v1/users/", "/groups"]),
        page_size: Some(200),
        turned: Some("userId"),
        ..Branch::PLAIN
    },
];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",                        "Key",                           Key,         At::Joined(&["groupId", "userId"]),  NOTHING, "The ids of the group and the user joined by colons. It identifies the record."),
    row("groupId",                    "Group ID",                      Id,          At::Above("id"),                     NOTHING, "Id of the group."),
    row("groupName",                  "Group Name",                    Text,        At::Above("profile.name"),           NOTHING, "Name of the group."),
    row("groupType",                  "Group Type",                    Enumeration, At::Above("type"),                   NOTHING, "OKTA_GROUP APP_GROUP or BUILT_IN."),
    row("groupLastMembershipUpdated", "Group Last Membership Updated", DateTime,    At::Above("lastMembershipUpdated"),  NOTHING, "When a member was last added to the group or removed. All members of such groups are read."),
    field("userId",                     "User ID",                       Id,          "id",                                NOTHING, "Id of the user."),
    field("login",                      "Username",                      Text,        "profile.login",                     NOTHING, "Unique name with which the user signs in."),
    field("email",                      "Email",                         Text,        "profile.email",                     NOTHING, "Primary email address."),
    field("firstName",                  "First Name",                    Text,        "profile.firstName",                 NOTHING, "Given name."),
    field("lastName",                   "Last Name",                     Text,        "profile.lastName",                  NOTHING, "Family name."),
    field("displayName",                "Display Name",                  Text,        "profile.displayName",               NOTHING, "Name of the user as shown to others."),
    field("status",                     "Status",                        Enumeration, "status",                            NOTHING, "Status of the user."),
    row("assignedBy",                 "Assigned By",                   Enumeration, At::Origin("_embedded.group-rules"), NOTHING, "RULE if a group rule put the user into the group and DIRECT if a person or an import did. Absent where the org does not say."),
    row("ruleIds",                    "Rule IDs",                      Texts,       At::Rules("_embedded.group-rules"),  NOTHING, "Ids of the rules that put the user into the group. Absent where the org does not say."),
];
