//! Log streams, to which Okta sends its System Log.

use super::Kind::{DateTime, Enumeration, Key, Struct, Text};
use super::{Collation, Endpoint, Field, NOTHING, Object, field};

pub(super) static LOG_STREAM: Object = Object {
    name: "LogStream",
    label: "Log Stream",
    description: "A destination of the System Log.",
    endpoint: Endpoint::paged("/api/v1/logStreams", 200),
    collation: Collation::Exact,
    scope: "okta.logStreams.read",
    role: "Super Administrator",
    feature: Some("Log streams need an edition with log streaming"),
    probe_turn: 18,
    secrets: &["settings.token"],
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place, pushed down, what it holds
    field("id",          "ID",           Key,         "id",          NOTHING, "Unique key of the log stream."),
    field("name",        "Name",         Text,        "name",        NOTHING, "Name of the stream."),
    field("type",        "Type",         Text,        "type",        NOTHING, "Kind of destination such as aws_eventbridge."),
    field("status",      "Status",       Enumeration, "status",      NOTHING, "ACTIVE or INACTIVE."),
    field("settings",    "Settings",     Struct,      "settings",    NOTHING, "Settings of the destination without its token."),
    field("created",     "Created",      DateTime,    "created",     NOTHING, "When the stream was created."),
    field("lastUpdated", "Last Updated", DateTime,    "lastUpdated", NOTHING, "When the stream was last changed."),
];
