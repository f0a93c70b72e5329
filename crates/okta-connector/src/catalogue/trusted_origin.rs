//! Trusted origins: web sites from which browsers may call the org.

use super::Kind::{DateTime, Enumeration, Key, List, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static TRUSTED_ORIGIN: Object = Object {
    name: "TrustedOrigin",
    label: "Trusted Origin",
    description: "A web site from which browsers may call the org.",
    endpoint: Endpoint::paged("/api/v1/trustedOrigins", 200),
    collation: Collation::Exact,
    scope: "okta.trustedOrigins.read",
    role_is_expected: true,
    probe_turn: 12,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",            "ID",              Key,         "id",            NOTHING, "Unique key of the trusted origin."),
    field("name",          "Name",            Text,        "name",          NOTHING, "Name of the origin."),
    field("origin",        "Origin",          Text,        "origin",        NOTHING, "Scheme host and port of the site."),
    field("scopes",        "Scopes",          List,        "scopes",        NOTHING, "What the origin may do such as CORS or REDIRECT."),
    field("status",        "Status",          Enumeration, "status",        NOTHING, "ACTIVE or INACTIVE."),
    field("createdBy",     "Created By",      Text,        "createdBy",     NOTHING, "Id of the user who created it."),
    field("lastUpdatedBy", "Last Updated By", Text,        "lastUpdatedBy", NOTHING, "Id of the user who last changed it."),
    field("created",       "Created",         DateTime,    "created",       NOTHING, "When the origin was created."),
    field("lastUpdated",   "Last Updated",    DateTime,    "lastUpdated",   NOTHING, "When the origin was last changed."),
];
