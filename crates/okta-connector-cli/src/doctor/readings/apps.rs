//! Open questions about applications.

use super::{NEVER_SENT, Reading, large_limit, understood};
use crate::doctor::answer::Answer;
use crate::doctor::asks;
use crate::doctor::finding::Finding;

pub(super) const READINGS: &[Reading] = &[
    Reading {
        id: "apps.and",
        subject: "and in the filter of applications",
        relied_on: NEVER_SENT,
        asks: &[asks::apps_by_two_conditions],
        judge: understood,
        ..Reading::PLAIN
    },
    Reading {
        id: "apps.user",
        subject: "user.id in the filter of applications",
        relied_on: "nothing, as the links below the user do as well",
        asks: &[asks::apps_of_user],
        judge: assignment,
        ..Reading::PLAIN
    },
    Reading {
        id: "apps.group",
        subject: "group.id in the filter of applications",
        relied_on: "nothing, as the listing below the group does as well",
        asks: &[asks::built_in_groups, asks::apps_of_group],
        judge: |answers| assignment(&answers[1..]),
        ..Reading::PLAIN
    },
    Reading {
        id: "apps.limit",
        subject: "a limit of 201 on applications",
        relied_on: NEVER_SENT,
        asks: &[asks::too_many_apps],
        judge: large_limit,
        ..Reading::PLAIN
    },
];

fn assignment(answers: &[&Answer]) -> Finding {
    match answers.first() {
        Some(answer) if !answer.is_ok() => Finding::warning(
            format!("refused with {}", answer.outcome()),
            "Nothing: userId and groupId of Application cost a request more in each call",
        ),
        _ => understood(answers),
    }
}
