//! Group rules, which put users into groups by an expression.

use super::Kind::{Boolean, DateTime, Enumeration, Key, Struct, Text, Texts};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static GROUP_RULE: Object = Object {
    name: "GroupRule",
    label: "Group Rule",
    description: "A rule that puts users into groups.",
    endpoint: Endpoint::paged("/api/v1/groups/rules", 200),
    collation: Collation::IgnoreCase,
    scope: "okta.groups.read",
    probe_turn: 20,
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",             "ID",               Key,         "id",                                  NOTHING, "Unique key of the group rule."),
    field("name",           "Name",             Text,        "name",                                NOTHING, "Name of the rule."),
    field("status",         "Status",           Enumeration, "status",                              NOTHING, "ACTIVE INACTIVE or INVALID."),
    field("type",           "Type",             Text,        "type",                                NOTHING, "Kind of rule which is group_rule."),
    field("expression",     "Expression",       Text,        "conditions.expression.value",         NOTHING, "Expression of the Okta Expression Language that a user has to fulfil."),
    field("groupIds",       "Group IDs",        Texts,       "actions.assignUserToGroups.groupIds", NOTHING, "Ids of the groups into which the rule puts users."),
    field("allGroupsValid", "All Groups Valid", Boolean,     "allGroupsValid",                      NOTHING, "Whether all of these groups exist. Absent where Okta does not say."),
    field("conditions",     "Conditions",       Struct,      "conditions",                          NOTHING, "The expression and the users and groups that are excluded."),
    field("actions",        "Actions",          Struct,      "actions",                             NOTHING, "What the rule does."),
    field("created",        "Created",          DateTime,    "created",                             NOTHING, "When the rule was created."),
    field("lastUpdated",    "Last Updated",     DateTime,    "lastUpdated",                         NOTHING, "When the rule was last changed."),
];
