//! Open questions about groups and their members.

use super::{NEVER_SENT, Reading, fields, kept, understood};
use crate::doctor::answer::Answer;
use crate::doctor::asks;
use crate::doctor::finding::Finding;

pub(super) const READINGS: &[Reading] = &[
    Reading {
        id: "groups.fields",
        subject: "fields of groups",
        relied_on: "nothing, as records are cut here too",
        asks: &[asks::groups_by_fields],
        judge: |answers| fields(answers[0]),
        ..Reading::PLAIN
    },
    Reading {
        id: "groups.ne",
        subject: "ne in the search of groups",
        relied_on: NEVER_SENT,
        asks: &[asks::groups_by_ne],
        judge: understood,
        ..Reading::PLAIN
    },
    Reading {
        id: "groups.stats",
        subject: "expand=stats tells how many members a group has",
        relied_on: "it does, or else empty groups are asked for members too",
        asks: &[asks::groups_with_counts],
        judge: stats,
        ..Reading::PLAIN
    },
    Reading {
        id: "groups.link",
        subject: "parameters in the next link of groups",
        relied_on: "nothing, as the connector takes the cursor alone",
        asks: &[asks::groups_with_counts],
        judge: |answers| kept(&[(answers[0], &["expand"])]),
        ..Reading::PLAIN
    },
    Reading {
        id: "members.rules",
        subject: "expand=group-rules tells who made a member",
        relied_on: "it does, or else assignedBy and ruleIds are empty",
        asks: &[asks::built_in_groups, asks::members_with_rules],
        judge: rules,
        ..Reading::PLAIN
    },
    Reading {
        id: "members.link",
        subject: "parameters in the next link of members",
        relied_on: "nothing, as the connector takes the cursor alone",
        asks: &[asks::built_in_groups, asks::members_with_rules],
        judge: |answers| kept(&[(answers[1], &["expand"])]),
        ..Reading::PLAIN
    },
    Reading {
        id: "members.search",
        subject: "search of members",
        relied_on: NEVER_SENT,
        asks: &[asks::built_in_groups, asks::members_by_search],
        judge: search,
        ..Reading::PLAIN
    },
    Reading {
        id: "members.administrators",
        subject: "members of the group Okta Administrators",
        relied_on: "nothing, as a refusal is passed over and counted",
        asks: &[asks::built_in_groups, asks::administrators],
        judge: administrators,
        takes_refusals: true,
    },
];

fn stats(answers: &[&Answer]) -> Finding {
    let answer = answers[0];
    let count = |it: &serde_json::Value| it.pointer("/_embedded/stats/usersCount").is_some();
    match (answer.is_ok(), answer.records().first().map(count)) {
        (true, Some(true)) => Finding::ok("it does"),
        (true, None) => Finding::unknown("there is no group to see it in"),
        (true, Some(false)) => Finding::warning(
            "it does not: passed over",
            "Nothing: memberships cost a request for each empty group",
        ),
        (false, _) => Finding::warning(
            format!("refused with {}", answer.outcome()),
            "Nothing: memberships cost a request for each empty group",
        ),
    }
}

fn rules(answers: &[&Answer]) -> Finding {
    let answer = answers[1];
    let shown = |it: &serde_json::Value| it.pointer("/_embedded/group-rules").is_some();
    let remedy = "Nothing, if no flow maps assignedBy or ruleIds";
    match (answer.is_ok(), answer.records().first().map(shown)) {
        (true, Some(true)) => Finding::ok("it does"),
        (true, None) => Finding::unknown("there is no member to see it in"),
        (true, Some(false)) => Finding::warning("it does not: passed over", remedy),
        (false, _) => Finding::warning(format!("refused with {}", answer.outcome()), remedy),
    }
}

fn search(answers: &[&Answer]) -> Finding {
    let answer = answers[1];
    Finding::ok(match (answer.is_ok(), answer.records().is_empty()) {
        (true, true) => "understood".to_owned(),
        (true, false) => "passed over".to_owned(),
        (false, _) => format!("refused with {}", answer.outcome()),
    })
}

fn administrators(answers: &[&Answer]) -> Finding {
    match answers[1].is_ok() {
        true => Finding::ok("listed"),
        false => Finding::ok(format!("refused with {}", answers[1].outcome())),
    }
}
