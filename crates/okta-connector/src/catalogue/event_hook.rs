//! Event hooks, which call an address when something happens.
//!
//! Values of the headers that a hook sends may be secrets, so they are cut.

use super::Kind::{DateTime, Enumeration, Key, Struct, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static EVENT_HOOK: Object = Object {
    name: "EventHook",
    label: "Event Hook",
    description: "A hook that Okta calls when events happen.",
    endpoint: Endpoint::whole("/api/v1/eventHooks"),
    collation: Collation::Exact,
    scope: "okta.eventHooks.read",
    role_is_expected: true,
    probe_turn: 13,
    secrets: SECRETS,
    fields: FIELDS,
    ..Object::LISTED
};

/// The secrets in the channel of a hook of either kind.
pub(super) const SECRETS: &[&str] = &[
    "channel.config.headers.value",
    "channel.config.authScheme.value",
    "channel.config.clientSecret",
];

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",                 "ID",                  Key,         "id",                 NOTHING, "Unique key of the event hook."),
    field("name",               "Name",                Text,        "name",               NOTHING, "Name of the hook."),
    field("description",        "Description",         Text,        "description",        NOTHING, "Description of the hook. Usually absent."),
    field("status",             "Status",              Enumeration, "status",             NOTHING, "ACTIVE or INACTIVE."),
    field("verificationStatus", "Verification Status", Enumeration, "verificationStatus", NOTHING, "VERIFIED or UNVERIFIED."),
    field("channelUri",         "Channel URI",         Text,        "channel.config.uri", NOTHING, "Address that is called."),
    field("channel",            "Channel",             Struct,      "channel",            NOTHING, "How the hook is called. Values of headers and secrets are left out."),
    field("events",             "Events",              Struct,      "events",             NOTHING, "Types of events for which it is called."),
    field("createdBy",          "Created By",          Text,        "createdBy",          NOTHING, "Id of the user who created it."),
    field("created",            "Created",             DateTime,    "created",            NOTHING, "When the hook was created."),
    field("lastUpdated",        "Last Updated",        DateTime,    "lastUpdated",        NOTHING, "When the hook was last changed."),
];
