//! Applications, to which users sign in.
//!
//! The listing understands one equality on one of a few properties, so at most one condition is
//! pushed down. Group and user of an assignment are no properties of the record: they can be asked
//! for and are not answered, so they must be pushed down and their value is put on the record here.
//! Okta documents that the listing hides inactive applications without `includeNonDeleted`, so it is
//! sent; orgs have been recorded that list them either way.

use super::Kind::{DateTime, Enumeration, Id, Key, List, Struct, Text};
use super::{
    At, Collation, Dialect, Endpoint, FILTER, Field, Lists, NOTHING, Object, Parent, Shows, field,
    row,
};

pub(super) static APPLICATION: Object = Object {
    name: "Application",
    label: "Application",
    description: "An application that is integrated with the org.",
    endpoint: Endpoint {
        path: "/api/v1/apps",
        page_size: Some(200),
        envelope: None,
        dialect: Dialect::OneEquality,
        lanes: None,
        shows: Shows::Records,
        projection: false,
        always: &[("includeNonDeleted", "true")],
        omissions: &[],
    },
    collation: Collation::Exact,
    scope: "okta.apps.read",
    always_has_records: false,
    probe_turn: 5,
    deprovisioned: None,
    schemas: None,
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

/// The group that an application is assigned to.
static GROUP: Parent =
    Parent { filter: "group.id", path: ["/api/v1/groups/", "/apps"], lists: Lists::Records };

/// The user that an application is assigned to. Okta lists links to the user's applications.
static USER: Parent = Parent {
    filter: "user.id",
    path: ["/api/v1/users/", "/appLinks"],
    lists: Lists::References("appInstanceId"),
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place in the record, pushed down, what it holds
    field("accessibility",           "Accessibility",              Struct,      "accessibility",                                   NOTHING,  "Who may see and request the application."),
    field("created",                 "Created",                    DateTime,    "created",                                         NOTHING,  "When the application was created."),
    field("credentials",             "Credentials",                Struct,      "credentials",                                     NOTHING,  "How users of the application are named and signing is done."),
    field("credentialsSigningKeyId", "Credentials Signing Key ID", Text,        "credentials.signing.kid",                         FILTER,   "Id of the key that signs assertions."),
    field("embedded",                "Embedded",                   Struct,      "_embedded",                                       NOTHING,  "Resources embedded in the application. Usually absent."),
    field("features",                "Features",                   List,        "features",                                        NOTHING,  "Provisioning features that are enabled."),
    row("groupId",                  "Group ID",                   Id,          At::Parent(&GROUP),                                FILTER,   "Id of a group to which the application is assigned. Exists in filters only and the record carries the value asked for."),
    field("id",                      "ID",                         Key,         "id",                                              NOTHING,  "Unique key of the application."),
    field("label",                   "Label",                      Text,        "label",                                           NOTHING,  "Display name of this instance."),
    field("lastUpdated",             "Last Updated",               DateTime,    "lastUpdated",                                     NOTHING,  "When the application was last changed."),
    field("links",                   "Links",                      Struct,      "_links",                                          NOTHING,  "Links to related resources and actions."),
    field("name",                    "Name",                       Text,        "name",                                            FILTER,   "Key of the application definition. Several instances share it."),
    field("profile",                 "Profile",                    Struct,      "profile",                                         NOTHING,  "Free-form profile of an OpenID Connect client."),
    field("requestObjectSigningAlg", "Request Object Signing Alg", Text,        "settings.oauthClient.request_object_signing_alg", NOTHING,  "Algorithm that signs request objects of an OpenID Connect client."),
    field("settings",                "Settings",                   Struct,      "settings",                                        NOTHING,  "Settings of the application."),
    field("status",                  "Status",                     Enumeration, "status",                                          FILTER,   "ACTIVE or INACTIVE."),
    row("userId",                   "User ID",                    Id,          At::Parent(&USER),                                 FILTER,   "Id of a user to whom the application is assigned. Exists in filters only and the record carries the value asked for."),
    field("visibility",              "Visibility",                 Struct,      "visibility",                                      NOTHING,  "Where users see the application."),
    field("signOnMode",              "signOnMode",                 Enumeration, "signOnMode",                                      NOTHING,  "How users sign on. Empty for directories and the like."),
];
