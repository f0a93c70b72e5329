//! Factors with which users sign in. Okta lists those of one user at a time, so a flow costs a request for each user.
//!
//! Keys of factors are cut.

use super::Kind::{DateTime, Enumeration, Id, Key, Struct, Text};
use super::{
    At, Branch, Children, Collation, Endpoint, Field, NOTHING, Object, Reach, field, row, user,
};

pub(super) static USER_FACTOR: Object = Object {
    name: "UserFactor",
    label: "User Factor",
    description: "A factor that a user has enrolled.",
    endpoint: Endpoint::whole("/api/v1/users/{}/factors"),
    collation: Collation::IgnoreCase,
    scope: "okta.users.read",
    reach: Reach::Below(&BRANCHES),
    secrets: &["profile.keys", "profile.sharedSecret", "profile.answer"],
    fields: FIELDS,
    ..Object::LISTED
};

static BRANCHES: [Branch; 1] = [Branch {
    parent: &user::USER,
    children: Children::Listed(["/api/v1/users/", "/factors"]),
    closed: &[("status", "DEPROVISIONED")],
    ..Branch::PLAIN
}];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    row("key",         "Key",          Key,         At::Joined(&["userId", "id"]), NOTHING, "The ids of the user and the factor joined by colons. It identifies the record."),
    row("userId",      "User ID",      Id,          At::Above("id"),               NOTHING, "Id of the user."),
    row("login",       "Username",     Text,        At::Above("profile.login"),    NOTHING, "Unique name with which the user signs in."),
    row("userStatus",  "User Status",  Enumeration, At::Above("status"),           NOTHING, "Status of the user."),
    field("id",          "ID",           Id,          "id",                          NOTHING, "Id of the factor."),
    field("factorType",  "Factor Type",  Text,        "factorType",                  NOTHING, "Kind of factor such as push or webauthn."),
    field("provider",    "Provider",     Enumeration, "provider",                    NOTHING, "Provider of the factor."),
    field("vendorName",  "Vendor Name",  Text,        "vendorName",                  NOTHING, "Name of the vendor."),
    field("status",      "Status",       Enumeration, "status",                      NOTHING, "Status of the factor."),
    field("created",     "Created",      DateTime,    "created",                     NOTHING, "When the factor was created."),
    field("lastUpdated", "Last Updated", DateTime,    "lastUpdated",                 NOTHING, "When the factor was last changed."),
    field("profile",     "Profile",      Struct,      "profile",                     NOTHING, "Attributes of the factor without its keys."),
];
