//! Grants of scopes to applications, which are OAuth 2.0 clients.

use super::Kind::{DateTime, Enumeration, Id, Key, Struct, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, application, field,
    row,
};

pub(super) static APPLICATION_GRANT: Object = Object {
    name: "ApplicationGrant",
    label: "Application Grant",
    description: "A scope of the Okta API that is granted to an application.",
    endpoint: Endpoint::whole("/api/v1/apps/{}/grants"),
    collation: Collation::Exact,
    scope: "okta.appGrants.read",
    further_scopes: &["okta.apps.read"],
    reach: Reach::Below(&BRANCHES),
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 1] = [Branch {
    parent: &application::APPLICATION,
    children: Children::Listed(["/api/v1/apps/", "/grants"]),
    ..Branch::PLAIN
}];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",              "Key",               Key,         At::Joined(&["applicationId", "id"]), NOTHING, "The ids of the application and the grant joined by colons. It identifies the record."),
    row("applicationId",    "Application ID",    Id,          At::Above("id"),                      NOTHING, "Id of the application."),
    row("applicationLabel", "Application Label", Text,        At::Above("label"),                   NOTHING, "Display name of the application."),
    field("id",               "ID",                Id,          "id",                                 NOTHING, "Id of the grant."),
    field("scopeId",          "Scope ID",          Text,        "scopeId",                            NOTHING, "The scope such as okta.users.read."),
    field("status",           "Status",            Enumeration, "status",                             NOTHING, "ACTIVE or REVOKED."),
    field("source",           "Source",            Enumeration, "source",                             NOTHING, "ADMIN or END_USER."),
    field("clientId",         "Client ID",         Text,        "clientId",                           NOTHING, "Id of the application as a client."),
    field("issuer",           "Issuer",            Text,        "issuer",                             NOTHING, "Authorization server that gives tokens."),
    field("userId",           "User ID",           Id,          "userId",                             NOTHING, "Id of the user who consented."),
    field("createdBy",        "Created By",        Struct,      "createdBy",                          NOTHING, "Who made the grant."),
    field("created",          "Created",           DateTime,    "created",                            NOTHING, "When the grant was created."),
    field("lastUpdated",      "Last Updated",      DateTime,    "lastUpdated",                        NOTHING, "When the grant was last changed."),
];
