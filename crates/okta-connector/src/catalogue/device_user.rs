//! Users of devices, which Okta embeds in the devices: 200 devices take one request.

use super::Kind::{DateTime, Enumeration, Id, Key, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, device, field, row,
};

pub(super) static DEVICE_USER: Object = Object {
    name: "DeviceUser",
    label: "Device User",
    description: "A user of a device.",
    endpoint: Endpoint::whole("/api/v1/devices/{}/users"),
    collation: Collation::IgnoreCase,
    scope: "okta.devices.read",
    feature: Some("Devices need Okta Identity Engine"),
    reach: Reach::Below(&BRANCHES),
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 1] = [Branch {
    parent: &device::DEVICE,
    children: Children::Embedded { parameter: ("expand", "userSummary"), array: "_embedded.users" },
    ..Branch::PLAIN
}];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",               "Key",                 Key,         At::Joined(&["deviceId", "userId"]), NOTHING, "The ids of the device and the user joined by colons. It identifies the record."),
    row("deviceId",          "Device ID",           Id,          At::Above("id"),                     NOTHING, "Id of the device."),
    row("deviceDisplayName", "Device Display Name", Text,        At::Above("profile.displayName"),    NOTHING, "Name of the device."),
    field("userId",            "User ID",             Id,          "user.id",                           NOTHING, "Id of the user."),
    field("login",             "Username",            Text,        "user.profile.login",                NOTHING, "Unique name with which the user signs in."),
    field("managementStatus",  "Management Status",   Enumeration, "managementStatus",                  NOTHING, "MANAGED or NOT_MANAGED."),
    field("screenLockType",    "Screen Lock Type",    Enumeration, "screenLockType",                    NOTHING, "NONE PASSCODE or BIOMETRIC."),
    field("created",           "Created",             DateTime,    "created",                           NOTHING, "When the user was added to the device."),
];
