//! API tokens: who holds one, and until when. The tokens themselves are never shown.
//!
//! Okta lists active tokens only.

use super::Kind::{DateTime, Enumeration, Id, Key, Struct, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static API_TOKEN: Object = Object {
    name: "ApiToken",
    label: "API Token",
    description: "An API token of the org without its secret.",
    endpoint: Endpoint::whole("/api/v1/api-tokens"),
    collation: Collation::Exact,
    scope: "okta.apiTokens.read",
    role: "Super Administrator",
    probe_turn: 16,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",                "ID",                 Key,         "id",                 NOTHING, "Unique key of the API token."),
    field("name",              "Name",               Text,        "name",               NOTHING, "Name of the token."),
    field("userId",            "User ID",            Id,          "userId",             NOTHING, "Id of the user who holds the token."),
    field("clientName",        "Client Name",        Text,        "clientName",         NOTHING, "Name of the client for which it was made."),
    field("tokenWindow",       "Token Window",       Text,        "tokenWindow",        NOTHING, "Time after which an unused token expires as an ISO 8601 duration. Absent if it is not limited."),
    field("networkConnection", "Network Connection", Enumeration, "network.connection", NOTHING, "ANYWHERE or ZONE."),
    field("network",           "Network",            Struct,      "network",            NOTHING, "Network zones from which the token may be used."),
    field("expiresAt",         "Expires At",         DateTime,    "expiresAt",          NOTHING, "When the token expires unless it is used before."),
    field("created",           "Created",            DateTime,    "created",            NOTHING, "When the token was created."),
    field("lastUpdated",       "Last Updated",       DateTime,    "lastUpdated",        NOTHING, "When the token was last changed."),
];
