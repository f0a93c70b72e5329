//! Admin roles that the org has made.
//!
//! A page is an object, and names the next one in its body.

use super::Kind::{DateTime, Key, Struct, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static CUSTOM_ROLE: Object = Object {
    name: "CustomRole",
    label: "Custom Role",
    description: "An admin role that the org has made.",
    endpoint: Endpoint { envelope: Some("roles"), ..Endpoint::paged("/api/v1/iam/roles", 100) },
    collation: Collation::Exact,
    scope: "okta.roles.read",
    role: "Super Administrator",
    probe_turn: 15,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",          "ID",           Key,      "id",          NOTHING, "Unique key of the role."),
    field("label",       "Label",        Text,     "label",       NOTHING, "Name of the role."),
    field("description", "Description",  Text,     "description", NOTHING, "Description of the role."),
    field("links",       "Links",        Struct,   "_links",      NOTHING, "Links to related resources."),
    field("created",     "Created",      DateTime, "created",     NOTHING, "When the role was created."),
    field("lastUpdated", "Last Updated", DateTime, "lastUpdated", NOTHING, "When the role was last changed."),
];
