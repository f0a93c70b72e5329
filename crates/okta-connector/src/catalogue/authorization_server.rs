//! Custom authorization servers. An org without API Access Management answers with a refusal.

use super::Kind::{Boolean, DateTime, Enumeration, Key, List, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static AUTHORIZATION_SERVER: Object = Object {
    name: "AuthorizationServer",
    label: "Authorization Server",
    description: "A custom OAuth 2.0 authorization server of the org.",
    endpoint: Endpoint::paged("/api/v1/authorizationServers", 200),
    collation: Collation::Exact,
    scope: "okta.authorizationServers.read",
    feature: Some("Custom authorization servers need API Access Management"),
    probe_turn: 11,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",                  "ID",                    Key,         "id",                               NOTHING, "Unique key of the authorization server."),
    field("name",                "Name",                  Text,        "name",                             NOTHING, "Name of the server."),
    field("description",         "Description",           Text,        "description",                      NOTHING, "Description of the server."),
    field("audiences",           "Audiences",             List,        "audiences",                        NOTHING, "Recipients for which tokens are meant."),
    field("issuer",              "Issuer",                Text,        "issuer",                           NOTHING, "URL that tokens name as their issuer."),
    field("issuerMode",          "Issuer Mode",           Enumeration, "issuerMode",                       NOTHING, "ORG_URL CUSTOM_URL or DYNAMIC."),
    field("status",              "Status",                Enumeration, "status",                           NOTHING, "ACTIVE or INACTIVE."),
    field("default",             "Default",               Boolean,     "default",                          NOTHING, "Whether it is the default server."),
    field("signingKeyId",        "Signing Key ID",        Text,        "credentials.signing.kid",          NOTHING, "Id of the key that signs tokens."),
    field("signingRotationMode", "Signing Rotation Mode", Enumeration, "credentials.signing.rotationMode", NOTHING, "AUTO or MANUAL."),
    field("signingLastRotated",  "Signing Last Rotated",  DateTime,    "credentials.signing.lastRotated",  NOTHING, "When the signing key was last changed."),
    field("signingNextRotation", "Signing Next Rotation", DateTime,    "credentials.signing.nextRotation", NOTHING, "When the signing key changes next."),
    field("created",             "Created",               DateTime,    "created",                          NOTHING, "When the server was created."),
    field("lastUpdated",         "Last Updated",          DateTime,    "lastUpdated",                      NOTHING, "When the server was last changed."),
];
