//! Groups: the unit of access.
//!
//! `search` knows every property but the opaque ones; `filter` knows four and shows `eq`, `gt` and
//! `lt` only. Attributes of directory groups live in the profile beside those of Okta's own.
//! `source` is missing from newer answers, but the link to the application ends in the same id.

use super::At::RecordOrLastSegment;
use super::Kind::{DateTime, Enumeration, Key, List, Struct, Text};
use super::{
    BOTH, CONTAINS, Collation, Dialect, Endpoint, Field, NOTHING, Object, SEARCH, Schemas, Shows,
    field, row,
};

/// All groups of Okta's own have one schema. Attributes of directory groups are not in it.
static SCHEMA: Schemas = Schemas {
    path: "/api/v1/meta/schemas/group/default",
    types: None,
    scope: "okta.schemas.read",
    pushdown: SEARCH,
};

pub(super) static GROUP: Object = Object {
    name: "Group",
    label: "Group",
    description: "A group of users.",
    endpoint: Endpoint {
        path: "/api/v1/groups",
        page_size: Some(200),
        envelope: None,
        dialect: Dialect::SearchAndFilter {
            everything: None,
            filter_ge: false,
            search_orders_texts: false,
        },
        lanes: Some("created"),
        shows: Shows::Records,
        projection: true,
        always: &[],
        omissions: &[],
    },
    collation: Collation::IgnoreCase,
    scope: "okta.groups.read",
    always_has_records: true,
    probe_turn: 3,
    deprovisioned: None,
    schemas: Some(&SCHEMA),
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place in the record, pushed down, what it holds
    field("created",                    "Created",                                DateTime,    "created",                            SEARCH,   "When the group was created."),
    field("embedded",                   "Embedded",                               Struct,      "_embedded",                          NOTHING,  "Resources embedded in the group. Usually absent."),
    field("externalId",                 "GUID (objectGUID) of the Windows Group", Text,        "profile.externalId",                 SEARCH,   "The objectGUID of a Windows group in base64.").unique(),
    field("description",                "Group Description",                      Text,        "profile.description",                CONTAINS, "Description of the group."),
    field("name",                       "Group Name",                             Text,        "profile.name",                       CONTAINS, "Name of the group."),
    field("id",                         "ID",                                     Key,         "id",                                 BOTH,     "Unique key of the group."),
    field("lastMembershipUpdated",      "Last Membership Updated",                DateTime,    "lastMembershipUpdated",              BOTH,     "When a member was last added or removed."),
    field("lastUpdated",                "Last Updated",                           DateTime,    "lastUpdated",                        BOTH,     "When the profile was last changed. Membership does not count."),
    field("links",                      "Links",                                  Struct,      "_links",                             NOTHING,  "Links to related resources."),
    field("objectClass",                "Object Class",                           List,        "objectClass",                        NOTHING,  "Classes that determine the profile."),
    field("profile",                    "Profile",                                Struct,      "profile",                            NOTHING,  "The whole profile with custom attributes."),
    field("samAccountName",             "SAM Account Name",                       Text,        "profile.samAccountName",             SEARCH,   "SAM account name of a Windows group."),
    row("sourceId",                     "Source ID",                              Text,        RecordOrLastSegment("source.id", "_links.source.href"), SEARCH, "Id of the application from which the group was imported."),
    field("type",                       "Type",                                   Enumeration, "type",                               BOTH,     "OKTA_GROUP APP_GROUP or BUILT_IN."),
    field("windowsDomainQualifiedName", "Windows Domain Qualified Name",          Text,        "profile.windowsDomainQualifiedName", SEARCH,   "Domain-qualified name of a Windows group."),
    field("dn",                         "Windows Group Distinguished Name",       Text,        "profile.dn",                         SEARCH,   "Distinguished name of a Windows group."),
];
