//! Realms, which divide the users of an org. Without `limit` Okta shows ten.

use super::Kind::{Boolean, DateTime, Enumeration, Key, List, Struct, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static REALM: Object = Object {
    name: "Realm",
    label: "Realm",
    description: "A part of the users of the org.",
    endpoint: Endpoint::paged("/api/v1/realms", 200),
    collation: Collation::Exact,
    scope: "okta.realms.read",
    feature: Some(
        "Realms need Identity Governance or Secure Partner Access or another edition that has them",
    ),
    probe_turn: 17,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",          "ID",           Key,         "id",                NOTHING, "Unique key of the realm."),
    field("name",        "Name",         Text,        "profile.name",      NOTHING, "Name of the realm."),
    field("realmType",   "Realm Type",   Enumeration, "profile.realmType", NOTHING, "PARTNER or DEFAULT."),
    field("domains",     "Domains",      List,        "profile.domains",   NOTHING, "Domains of the email addresses of its users."),
    field("isDefault",   "Is Default",   Boolean,     "isDefault",         NOTHING, "Whether it is the default realm."),
    field("profile",     "Profile",      Struct,      "profile",           NOTHING, "The whole profile."),
    field("created",     "Created",      DateTime,    "created",           NOTHING, "When the realm was created."),
    field("lastUpdated", "Last Updated", DateTime,    "lastUpdated",       NOTHING, "When the realm was last changed."),
];
