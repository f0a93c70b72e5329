//! Devices, on which users sign in. Orgs on Classic Engine have none.
//!
//! `search` is the only way to narrow the listing. It knows every profile property, but not
//! `created`. `co` is documented for six properties alone.

use super::Kind::{Boolean, DateTime, Enumeration, Key, Struct, Text};
use super::{CONTAINS, Collation, Dialect, Endpoint, Field, NOTHING, Object, SEARCH, Shows, field};

pub(super) static DEVICE: Object = Object {
    name: "Device",
    label: "Device",
    description: "A device that is registered with the org.",
    endpoint: Endpoint {
        path: "/api/v1/devices",
        page_size: Some(200),
        envelope: None,
        dialect: Dialect::Search,
        lanes: None,
        shows: Shows::Records,
        projection: true,
        always: &[],
        omissions: &[],
    },
    collation: Collation::IgnoreCase,
    scope: "okta.devices.read",
    always_has_records: false,
    feature: Some("Devices need Okta Identity Engine"),
    probe_turn: 4,
    deprovisioned: None,
    schemas: None,
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place in the record, pushed down, what it holds
    field("created",               "Created",                            DateTime,    "created",                       NOTHING,  "When the device was created."),
    field("displayName",           "Display Name",                       Text,        "profile.displayName",           CONTAINS, "Name of the device."),
    field("id",                    "ID",                                 Key,         "id",                            SEARCH,   "Unique key of the device."),
    field("imei",                  "IMEI",                               Text,        "profile.imei",                  CONTAINS, "International Mobile Equipment Identity."),
    field("lastUpdated",           "Last Updated",                       DateTime,    "lastUpdated",                   SEARCH,   "When the device was last changed."),
    field("links",                 "Links",                              Struct,      "_links",                        NOTHING,  "Links to related resources and actions."),
    field("manufacturer",          "Manufacturer",                       Text,        "profile.manufacturer",          SEARCH,   "Manufacturer of the device."),
    field("meid",                  "Mobile Equipment Identifier (MEID)", Text,        "profile.meid",                  CONTAINS, "Mobile equipment identifier."),
    field("model",                 "Model",                              Text,        "profile.model",                 SEARCH,   "Model of the device."),
    field("osVersion",             "OS Version",                         Text,        "profile.osVersion",             SEARCH,   "Version of the operating system."),
    field("platform",              "Platform",                           Enumeration, "profile.platform",              SEARCH,   "ANDROID IOS MACOS or WINDOWS."),
    field("profile",               "Profile",                            Struct,      "profile",                       NOTHING,  "The whole profile."),
    field("registered",            "Registered",                         Boolean,     "profile.registered",            SEARCH,   "Whether the device is registered with Okta."),
    field("resourceAlternateId",   "Resource Alternate ID",              Text,        "resourceAlternateId",           NOTHING,  "Alternate id of the resource. Usually absent."),
    field("resourceDisplayName",   "Resource Display Name",              Struct,      "resourceDisplayName",           NOTHING,  "Display name of the resource and whether it is sensitive."),
    field("resourceId",            "Resource ID",                        Text,        "resourceId",                    NOTHING,  "Id of the resource. The same as the id."),
    field("resourceType",          "Resource Type",                      Text,        "resourceType",                  NOTHING,  "Kind of the resource."),
    field("secureHardwarePresent", "Secure Hardware Present",            Boolean,     "profile.secureHardwarePresent", SEARCH,   "Whether the device has secure hardware."),
    field("serialNumber",          "Serial Number",                      Text,        "profile.serialNumber",          CONTAINS, "Serial number."),
    field("status",                "Status",                             Enumeration, "status",                        SEARCH,   "CREATED ACTIVE DEACTIVATED SUSPENDED or UNSUSPENDED."),
    field("sid",                   "Windows Security identifier (SID)",  Text,        "profile.sid",                   CONTAINS, "Windows security identifier."),
    field("udid",                  "macOS UDID",                         Text,        "profile.udid",                  CONTAINS, "Unique device identifier of macOS and others."),
    field("tpmPublicKeyHash",      "tpmPublicKeyHash",                   Text,        "profile.tpmPublicKeyHash",      SEARCH,   "Hash of the public key of the Trusted Platform Module."),
];
