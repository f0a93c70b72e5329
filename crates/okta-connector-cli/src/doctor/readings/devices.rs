//! Open questions about devices.

use super::{NEVER_SENT, Reading, fields, large_limit, understood};
use crate::doctor::answer::Answer;
use crate::doctor::asks;
use crate::doctor::finding::Finding;

pub(super) const READINGS: &[Reading] = &[
    Reading {
        id: "devices.without",
        subject: "the answer of an org without devices",
        relied_on: "any refusal, as the message names the feature",
        asks: &[asks::devices],
        judge: without,
        takes_refusals: true,
    },
    Reading {
        id: "devices.fields",
        subject: "fields of devices",
        relied_on: "nothing, as records are cut here too",
        asks: &[asks::devices_by_fields],
        judge: |answers| fields(answers[0]),
        ..Reading::PLAIN
    },
    Reading {
        id: "devices.ne",
        subject: "ne in the search of devices",
        relied_on: NEVER_SENT,
        asks: &[asks::devices_by_ne],
        judge: understood,
        ..Reading::PLAIN
    },
    Reading {
        id: "devices.limit",
        subject: "a limit of 201 on devices",
        relied_on: NEVER_SENT,
        asks: &[asks::too_many_devices],
        judge: large_limit,
        ..Reading::PLAIN
    },
    Reading {
        id: "devices.users",
        subject: "expand=userSummary shows id and login of users",
        relied_on: "it does",
        asks: &[asks::devices_with_users],
        judge: users,
        ..Reading::PLAIN
    },
];

fn without(answers: &[&Answer]) -> Finding {
    match answers[0].is_ok() {
        true => Finding::skipped("this org has devices"),
        false => Finding::ok(answers[0].outcome()),
    }
}

fn users(answers: &[&Answer]) -> Finding {
    let answer = answers[0];
    let remedy = "Report it: the entity DeviceUser lacks what it should have";
    if !answer.is_ok() {
        return Finding::warning(format!("refused with {}", answer.outcome()), remedy);
    }
    let embedded = answer.records().iter().map(|device| device.pointer("/_embedded/users"));
    let lists: Vec<_> = embedded.collect();
    if lists.iter().any(Option::is_none) {
        return Finding::warning("passed over: no users are embedded", remedy);
    }
    let users = lists.iter().flatten().filter_map(|list| list.as_array()).flatten();
    let users: Vec<_> = users.filter_map(|it| it.get("user")).collect();
    let is_whole =
        |user: &&serde_json::Value| user["id"].is_string() && user["profile"]["login"].is_string();
    match (users.first(), users.iter().all(is_whole)) {
        (None, _) => Finding::unknown("the first devices have no users"),
        (Some(_), true) => Finding::ok("it does"),
        (Some(_), false) => Finding::warning("it does not", remedy),
    }
}
