//! Inline hooks, which Okta asks in the middle of its own work.
//!
//! Values of the headers that a hook sends may be secrets, so they are cut.

use super::Kind::{DateTime, Enumeration, Key, Struct, Text};
use super::event_hook::SECRETS;
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static INLINE_HOOK: Object = Object {
    name: "InlineHook",
    label: "Inline Hook",
    description: "A hook that Okta asks while it does something.",
    endpoint: Endpoint::whole("/api/v1/inlineHooks"),
    collation: Collation::Exact,
    scope: "okta.inlineHooks.read",
    role_is_expected: true,
    probe_turn: 14,
    secrets: SECRETS,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",          "ID",           Key,         "id",                 NOTHING, "Unique key of the inline hook."),
    field("name",        "Name",         Text,        "name",               NOTHING, "Name of the hook."),
    field("type",        "Type",         Text,        "type",               NOTHING, "Kind of work in which the hook is asked."),
    field("version",     "Version",      Text,        "version",            NOTHING, "Version of the kind of hook."),
    field("status",      "Status",       Enumeration, "status",             NOTHING, "ACTIVE or INACTIVE."),
    field("channelUri",  "Channel URI",  Text,        "channel.config.uri", NOTHING, "Address that is called."),
    field("channel",     "Channel",      Struct,      "channel",            NOTHING, "How the hook is called. Values of headers and secrets are left out."),
    field("created",     "Created",      DateTime,    "created",            NOTHING, "When the hook was created."),
    field("lastUpdated", "Last Updated", DateTime,    "lastUpdated",        NOTHING, "When the hook was last changed."),
];
