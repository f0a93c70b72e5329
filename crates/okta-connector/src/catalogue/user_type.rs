//! User types, each of which says which attributes a user has. An org has ten at most.
//!
//! The listing is one answer without parameters, so every condition is evaluated here.

use super::Kind::{Boolean, DateTime, Key, Struct, Text};
use super::{Endpoint, Field, NOTHING, Object, field};

pub(super) static USER_TYPE: Object = Object {
    name: "UserType",
    label: "User Type",
    description: "A type of user with its own profile schema.",
    endpoint: Endpoint::whole("/api/v1/meta/types/user"),
    scope: "okta.userTypes.read",
    probe_turn: 1,
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place in the record, pushed down, what it holds
    field("created",       "Created",         DateTime,    "created",       NOTHING,  "When the user type was created."),
    field("createdBy",     "Created By",      Text,        "createdBy",     NOTHING,  "Id of the user or system principal who created it."),
    field("default",       "Default",         Boolean,     "default",       NOTHING,  "Whether it is the default user type."),
    field("description",   "Description",     Text,        "description",   NOTHING,  "Human-readable description."),
    field("displayName",   "Display Name",    Text,        "displayName",   NOTHING,  "Human-readable name."),
    field("id",            "ID",              Key,         "id",            NOTHING,  "Unique key of the user type."),
    field("lastUpdated",   "Last Updated",    DateTime,    "lastUpdated",   NOTHING,  "When the user type was last changed."),
    field("lastUpdatedBy", "Last Updated By", Text,        "lastUpdatedBy", NOTHING,  "Id of the user or system principal who last changed it."),
    field("links",         "Links",           Struct,      "_links",        NOTHING,  "Links to the user type and its schema."),
    field("name",          "Name",            Text,        "name",          NOTHING,  "Unique name of the user type.").unique(),
];
