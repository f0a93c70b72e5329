//! Events of the System Log: what happened in the org, who did it and to whom.
//!
//! A question without an end would make Okta wait for new events for ever, so that every request has both `since` and
//! `until`. `filter` knows every property but `published`. Okta promises no order of an event's targets, so they are told
//! apart by their types.

use super::Kind::{DateTime, Enumeration, Id, Key, List, Struct, Text};
use super::{At, Dialect, Endpoint, FILTER, Field, NOTHING, Object, field, row};

pub(super) static SYSTEM_LOG_EVENT: Object = Object {
    name: "SystemLogEvent",
    label: "System Log Event",
    description: "An event of the System Log. A flow without a bound on published reads the last 90 days.",
    probe_turn: 22,
    fields: FIELDS,
    ..READ_FROM_LOG
};

/// An object that is read from the log: its events, and everything that is made of events. What is empty here has to be
/// filled in.
pub(super) const READ_FROM_LOG: Object = Object {
    endpoint: Endpoint {
        dialect: Dialect::Windowed { by: "published" },
        ..Endpoint::paged("/api/v1/logs", 1000)
    },
    scope: "okta.logs.read",
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place in the record, pushed down, what it holds
    field("uuid",                  "UUID",                   Key,         "uuid",                          FILTER,  "Unique key of the event."),
    field("published",             "Published",              DateTime,    "published",                     NOTHING, "When the event happened. Okta may show it some minutes later."),
    field("eventType",             "Event Type",             Id,          "eventType",                     FILTER,  "Type such as user.lifecycle.create."),
    field("severity",              "Severity",               Enumeration, "severity",                      FILTER,  "DEBUG INFO WARN or ERROR."),
    field("displayMessage",        "Display Message",        Text,        "displayMessage",                FILTER,  "What happened in a few words."),
    field("actorId",               "Actor ID",               Id,          "actor.id",                      FILTER,  "Id of who did it."),
    field("actorType",             "Actor Type",             Text,        "actor.type",                    FILTER,  "Type of who did it such as User or SystemPrincipal."),
    field("actorAlternateId",      "Actor Alternate ID",     Text,        "actor.alternateId",             FILTER,  "Another name of who did it. For a user it is the username."),
    field("actorDisplayName",      "Actor Display Name",     Text,        "actor.displayName",             FILTER,  "Name of who did it as shown to others."),
    field("outcomeResult",         "Outcome Result",         Enumeration, "outcome.result",                FILTER,  "SUCCESS FAILURE SKIPPED ALLOW DENY CHALLENGE UNKNOWN or another result."),
    field("outcomeReason",         "Outcome Reason",         Text,        "outcome.reason",                FILTER,  "Reason for the result."),
    field("clientIpAddress",       "Client IP Address",      Text,        "client.ipAddress",              FILTER,  "Address that the request came from."),
    field("clientUserAgent",       "Client User Agent",      Text,        "client.userAgent.rawUserAgent", FILTER,  "Program that the request came from."),
    field("transactionId",         "Transaction ID",         Id,          "transaction.id",                FILTER,  "Id that the events of one request have in common."),
    field("transactionType",       "Transaction Type",       Enumeration, "transaction.type",              FILTER,  "WEB for a request of somebody and JOB for a job of the org."),
    row("targetUserId",          "Target User ID",         Id,          At::Target("User"),                FILTER,  "Id of the first user that it happened to."),
    row("targetGroupId",         "Target Group ID",        Id,          At::Target("UserGroup"),           FILTER,  "Id of the first group that it happened to."),
    row("targetApplicationId",   "Target Application ID",  Id,          At::Target("AppInstance"),         FILTER,  "Id of the first application that it happened to."),
    field("actor",                 "Actor",                  Struct,      "actor",                         NOTHING, "Who did it."),
    field("client",                "Client",                 Struct,      "client",                        NOTHING, "What the request came from."),
    field("outcome",               "Outcome",                Struct,      "outcome",                       NOTHING, "Result and reason."),
    field("target",                "Target",                 List,        "target",                        NOTHING, "All that it happened to."),
    field("transaction",           "Transaction",            Struct,      "transaction",                   NOTHING, "Request or job that it was a part of."),
    field("debugContext",          "Debug Context",          Struct,      "debugContext",                  NOTHING, "Details that differ between event types."),
    field("authenticationContext", "Authentication Context", Struct,      "authenticationContext",         NOTHING, "How the actor had signed in."),
    field("securityContext",       "Security Context",       Struct,      "securityContext",               NOTHING, "Network that the request came from."),
    field("request",               "Request",                Struct,      "request",                       NOTHING, "Addresses that the request went through."),
];
