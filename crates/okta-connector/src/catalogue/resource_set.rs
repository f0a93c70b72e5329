//! Resource sets, to which custom roles are limited.
//!
//! A page is an object, and names the next one in its body.

use super::Kind::{DateTime, Key, Struct, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static RESOURCE_SET: Object = Object {
    name: "ResourceSet",
    label: "Resource Set",
    description: "A set of resources that custom roles are limited to.",
    endpoint: Endpoint {
        envelope: Some("resource-sets"),
        ..Endpoint::paged("/api/v1/iam/resource-sets", 100)
    },
    collation: Collation::Exact,
    scope: "okta.roles.read",
    role: "Super Administrator",
    probe_turn: 19,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",          "ID",           Key,      "id",          NOTHING, "Unique key of the resource set."),
    field("label",       "Label",        Text,     "label",       NOTHING, "Name of the resource set."),
    field("description", "Description",  Text,     "description", NOTHING, "Description of the resource set."),
    field("links",       "Links",        Struct,   "_links",      NOTHING, "Links to related resources."),
    field("created",     "Created",      DateTime, "created",     NOTHING, "When the resource set was created."),
    field("lastUpdated", "Last Updated", DateTime, "lastUpdated", NOTHING, "When the resource set was last changed."),
];
