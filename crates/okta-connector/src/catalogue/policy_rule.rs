//! Rules of policies. A default rule may have no timestamps.

use super::Kind::{Boolean, DateTime, Enumeration, Id, Integer, Key, Struct, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, field, policy, row,
};

pub(super) static POLICY_RULE: Object = Object {
    name: "PolicyRule",
    label: "Policy Rule",
    description: "A rule of a policy.",
    endpoint: Endpoint::whole("/api/v1/policies/{}/rules"),
    collation: Collation::Exact,
    scope: "okta.policies.read",
    always_has_records: true,
    reach: Reach::Below(&BRANCHES),
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 1] = [Branch {
    parent: &policy::POLICY,
    children: Children::Listed(["/api/v1/policies/", "/rules"]),
    ..Branch::PLAIN
}];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",         "Key",          Key,         At::Joined(&["policyId", "id"]), NOTHING, "The ids of the policy and the rule joined by colons. It identifies the record."),
    row("policyId",    "Policy ID",    Id,          At::Above("id"),                 NOTHING, "Id of the policy."),
    row("policyName",  "Policy Name",  Text,        At::Above("name"),               NOTHING, "Name of the policy."),
    row("policyType",  "Policy Type",  Enumeration, At::Above("type"),               NOTHING, "Type of the policy."),
    field("id",          "ID",           Id,          "id",                            NOTHING, "Id of the rule."),
    field("name",        "Name",         Text,        "name",                          NOTHING, "Name of the rule."),
    field("type",        "Type",         Enumeration, "type",                          NOTHING, "Type of the rule. It may differ from that of the policy."),
    field("status",      "Status",       Enumeration, "status",                        NOTHING, "ACTIVE or INACTIVE."),
    field("priority",    "Priority",     Integer,  "priority",                      NOTHING, "Place among the rules of the policy."),
    field("system",      "System",       Boolean,     "system",                        NOTHING, "Whether Okta made the rule."),
    field("conditions",  "Conditions",   Struct,      "conditions",                    NOTHING, "To whom and when the rule applies."),
    field("actions",     "Actions",      Struct,      "actions",                       NOTHING, "What the rule does."),
    field("created",     "Created",      DateTime,    "created",                       NOTHING, "When the rule was created."),
    field("lastUpdated", "Last Updated", DateTime,    "lastUpdated",                   NOTHING, "When the rule was last changed."),
];
