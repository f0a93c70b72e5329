//! Policies: rules for signing in, passwords, enrolment and more.
//!
//! Okta lists one type at a time. An org does not have all of them, and refuses those that it lacks. The type in a record
//! may be another one than was asked for.

use super::Kind::{Boolean, DateTime, Enumeration, Integer, Key, Struct, Text};
use super::{Collation, Endpoint, Field, Listed, NOTHING, Object, Reach, field};

pub(super) static POLICY: Object = Object {
    name: "Policy",
    label: "Policy",
    description: "A policy of any type.",
    endpoint: Endpoint::whole("/api/v1/policies"),
    collation: Collation::Exact,
    scope: "okta.policies.read",
    always_has_records: true,
    probe_turn: 21,
    reach: Reach::Kinds("type", &TYPES),
    fields: FIELDS,
    ..Object::LISTED
};

/// The types of policies. Each is listed by itself.
static TYPES: [Listed; 12] = [
    Listed { value: "OKTA_SIGN_ON", everywhere: true },
    Listed { value: "PASSWORD", everywhere: true },
    Listed { value: "MFA_ENROLL", everywhere: true },
    Listed { value: "IDP_DISCOVERY", everywhere: true },
    Listed { value: "ACCESS_POLICY", everywhere: false },
    Listed { value: "PROFILE_ENROLLMENT", everywhere: false },
    Listed { value: "POST_AUTH_SESSION", everywhere: false },
    Listed { value: "ENTITY_RISK", everywhere: false },
    Listed { value: "CLIENT_UPDATE", everywhere: false },
    Listed { value: "DEVICE_SIGNAL_COLLECTION", everywhere: false },
    Listed { value: "IDENTITY_CLAIM_SOURCING", everywhere: false },
    Listed { value: "SESSION_VIOLATION_DETECTION", everywhere: false },
];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",          "ID",           Key,         "id",          NOTHING, "Unique key of the policy."),
    field("name",        "Name",         Text,        "name",        NOTHING, "Name of the policy."),
    field("type",        "Type",         Enumeration, "type",        NOTHING, "Type such as OKTA_SIGN_ON PASSWORD MFA_ENROLL or ACCESS_POLICY."),
    field("status",      "Status",       Enumeration, "status",      NOTHING, "ACTIVE or INACTIVE."),
    field("priority",    "Priority",     Integer,  "priority",    NOTHING, "Place among the policies of its type."),
    field("system",      "System",       Boolean,     "system",      NOTHING, "Whether Okta made the policy."),
    field("description", "Description",  Text,        "description", NOTHING, "Description of the policy."),
    field("conditions",  "Conditions",   Struct,      "conditions",  NOTHING, "To whom and when the policy applies."),
    field("settings",    "Settings",     Struct,      "settings",    NOTHING, "Settings of the policy."),
    field("embedded",    "Embedded",     Struct,      "_embedded",   NOTHING, "Resources embedded in the policy."),
    field("created",     "Created",      DateTime,    "created",     NOTHING, "When the policy was created."),
    field("lastUpdated", "Last Updated", DateTime,    "lastUpdated", NOTHING, "When the policy was last changed."),
];
