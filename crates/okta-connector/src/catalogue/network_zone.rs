//! Network zones: addresses and places that policies name.
//!
//! Cursors of the listing are names of zones. `asns` and `locations` are lists in a zone of type DYNAMIC and objects in
//! one of type `DYNAMIC_V2`.

use super::Kind::{Boolean, DateTime, Enumeration, Key, List, Struct, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static NETWORK_ZONE: Object = Object {
    name: "NetworkZone",
    label: "Network Zone",
    description: "A set of addresses or places that policies name.",
    endpoint: Endpoint::paged("/api/v1/zones", 200),
    collation: Collation::Exact,
    scope: "okta.networkZones.read",
    probe_turn: 8,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",                  "ID",                    Key,         "id",                  NOTHING, "Unique key of the network zone."),
    field("name",                "Name",                  Text,        "name",                NOTHING, "Name of the zone."),
    field("type",                "Type",                  Enumeration, "type",                NOTHING, "IP DYNAMIC or DYNAMIC_V2."),
    field("status",              "Status",                Enumeration, "status",              NOTHING, "ACTIVE or INACTIVE."),
    field("usage",               "Usage",                 Enumeration, "usage",               NOTHING, "POLICY or BLOCKLIST."),
    field("system",              "System",                Boolean,     "system",              NOTHING, "Whether Okta made the zone."),
    field("gateways",            "Gateways",              List,        "gateways",            NOTHING, "Addresses of an IP zone."),
    field("proxies",             "Proxies",               List,        "proxies",             NOTHING, "Trusted proxies of an IP zone. Usually absent."),
    field("asns",                "ASNs",                  List,        "asns",                NOTHING, "Autonomous systems of a dynamic zone. An object in a zone of type DYNAMIC_V2."),
    field("locations",           "Locations",             List,        "locations",           NOTHING, "Places of a dynamic zone. An object in a zone of type DYNAMIC_V2."),
    field("proxyType",           "Proxy Type",            Text,        "proxyType",           NOTHING, "Kind of proxy of a dynamic zone."),
    field("ipServiceCategories", "IP Service Categories", Struct,      "ipServiceCategories", NOTHING, "Kinds of services of a zone of type DYNAMIC_V2."),
    field("created",             "Created",               DateTime,    "created",             NOTHING, "When the zone was created."),
    field("lastUpdated",         "Last Updated",          DateTime,    "lastUpdated",         NOTHING, "When the zone was last changed."),
];
