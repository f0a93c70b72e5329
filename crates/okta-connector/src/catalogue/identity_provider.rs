//! Identity providers, from which users may sign in.
//!
//! A listing shows secrets of clients, so none of the credentials but what is named here leaves the process.

use super::Kind::{DateTime, Enumeration, Key, List, Struct, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static IDENTITY_PROVIDER: Object = Object {
    name: "IdentityProvider",
    label: "Identity Provider",
    description: "A provider of identities that the org trusts.",
    endpoint: Endpoint::paged("/api/v1/idps", 200),
    collation: Collation::Exact,
    scope: "okta.idps.read",
    role_is_expected: true,
    probe_turn: 10,
    secrets: &[
        "protocol.credentials.client.client_secret",
        "protocol.credentials.signing.privateKey",
    ],
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",                "ID",                  Key,         "id",                                    NOTHING, "Unique key of the identity provider."),
    field("name",              "Name",                Text,        "name",                                  NOTHING, "Name of the provider."),
    field("type",              "Type",                Enumeration, "type",                                  NOTHING, "Kind of provider such as SAML2 OIDC or GOOGLE."),
    field("status",            "Status",              Enumeration, "status",                                NOTHING, "ACTIVE or INACTIVE."),
    field("issuerMode",        "Issuer Mode",         Enumeration, "issuerMode",                            NOTHING, "ORG_URL CUSTOM_URL or DYNAMIC."),
    field("protocolType",      "Protocol Type",       Enumeration, "protocol.type",                         NOTHING, "SAML2 OIDC OAUTH2 or MTLS."),
    field("protocolIssuerUrl", "Protocol Issuer URL", Text,        "protocol.issuer.url",                   NOTHING, "Issuer of an OpenID Connect provider."),
    field("protocolEndpoints", "Protocol Endpoints",  Struct,      "protocol.endpoints",                    NOTHING, "Addresses of the provider."),
    field("protocolScopes",    "Protocol Scopes",     List,        "protocol.scopes",                       NOTHING, "Scopes that the org asks for."),
    field("clientId",          "Client ID",           Text,        "protocol.credentials.client.client_id", NOTHING, "Id under which the provider knows the org."),
    field("trustIssuer",       "Trust Issuer",        Text,        "protocol.credentials.trust.issuer",     NOTHING, "Issuer of assertions."),
    field("trustAudience",     "Trust Audience",      Text,        "protocol.credentials.trust.audience",   NOTHING, "Audience of assertions."),
    field("trustKeyId",        "Trust Key ID",        Text,        "protocol.credentials.trust.kid",        NOTHING, "Id of the key that assertions are checked with."),
    field("policy",            "Policy",              Struct,      "policy",                                NOTHING, "How accounts are linked and provisioned."),
    field("created",           "Created",             DateTime,    "created",                               NOTHING, "When the provider was created."),
    field("lastUpdated",       "Last Updated",        DateTime,    "lastUpdated",                           NOTHING, "When the provider was last changed."),
];
