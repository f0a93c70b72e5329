//! Owners of groups, who are users or groups. Their timestamps have a blank and no zone.

use super::Kind::{Boolean, DateTime, Enumeration, Id, Key, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, field, group, row,
};

pub(super) static GROUP_OWNER: Object = Object {
    name: "GroupOwner",
    label: "Group Owner",
    description: "A user or a group as an owner of a group.",
    endpoint: Endpoint::paged("/api/v1/groups/{}/owners", 1000),
    collation: Collation::IgnoreCase,
    scope: "okta.groups.read",
    feature: Some("Owners of groups need Identity Governance"),
    reach: Reach::Below(&BRANCHES),
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 1] = [Branch {
    parent: &group::GROUP,
    children: Children::Listed(["/api/v1/groups/", "/owners"]),
    closed: &[("type", "BUILT_IN"), ("profile.name", "Okta Administrators")],
    ..Branch::PLAIN
}];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",         "Key",          Key,         At::Joined(&["groupId", "id"]), NOTHING, "The ids of the group and the owner joined by colons. It identifies the record."),
    row("groupId",     "Group ID",     Id,          At::Above("id"),                NOTHING, "Id of the group."),
    row("groupName",   "Group Name",   Text,        At::Above("profile.name"),      NOTHING, "Name of the group."),
    row("groupType",   "Group Type",   Enumeration, At::Above("type"),              NOTHING, "OKTA_GROUP APP_GROUP or BUILT_IN."),
    field("id",          "ID",           Id,          "id",                           NOTHING, "Id of the user or group that owns the group."),
    field("type",        "Type",         Enumeration, "type",                         NOTHING, "USER or GROUP."),
    field("displayName", "Display Name", Text,        "displayName",                  NOTHING, "Name of the owner."),
    field("resolved",    "Resolved",     Boolean,     "resolved",                     NOTHING, "Whether Okta knows the owner."),
    field("originType",  "Origin Type",  Enumeration, "originType",                   NOTHING, "OKTA_DIRECTORY or APPLICATION."),
    field("originId",    "Origin ID",    Id,          "originId",                     NOTHING, "Id of the application that the owner comes from."),
    field("lastUpdated", "Last Updated", DateTime,    "lastUpdated",                  NOTHING, "When the owner was last changed."),
];
