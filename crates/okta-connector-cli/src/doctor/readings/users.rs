//! Open questions about users.

use super::{NEVER_SENT, Reading, fields, kept, large_limit, understood};
use crate::doctor::answer::Answer;
use crate::doctor::asks;
use crate::doctor::finding::Finding;

pub(super) const READINGS: &[Reading] = &[
    Reading {
        id: "users.sort",
        subject: "search=status pr, sorted by created",
        relied_on: "the order is kept, or else a listing is walked in one lane",
        asks: &[asks::sorted_users],
        judge: sort,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.fields",
        subject: "fields of users",
        relied_on: "nothing, as records are cut here too",
        asks: &[asks::users_by_fields],
        judge: |answers| fields(answers[0]),
        ..Reading::PLAIN
    },
    Reading {
        id: "users.fields-paging",
        subject: "the same records with fields and without",
        relied_on: "they are the same, in the same order",
        asks: &[asks::whole_users, asks::users_by_fields],
        judge: fields_paging,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.link",
        subject: "parameters in the next link of users",
        relied_on: "nothing, as the connector takes the cursor alone",
        asks: &[asks::sorted_users, asks::users_by_fields],
        judge: |answers| {
            kept(&[(answers[0], &["search", "sortBy", "sortOrder"]), (answers[1], &["fields"])])
        },
        ..Reading::PLAIN
    },
    Reading {
        id: "users.limit",
        subject: "a limit of 201 on users",
        relied_on: NEVER_SENT,
        asks: &[asks::too_many_users],
        judge: large_limit,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.id-pr",
        subject: "search=id pr on users",
        relied_on: NEVER_SENT,
        asks: &[asks::users_by_id_pr],
        judge: understood,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.not",
        subject: "not in search",
        relied_on: NEVER_SENT,
        asks: &[asks::users_by_not],
        judge: understood,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.unknown-attribute",
        subject: "search by an attribute that no schema defines",
        relied_on: "a refusal or an empty list, as no user has the attribute",
        asks: &[asks::users_by_unknown_attribute],
        judge: unknown_attribute,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.realm",
        subject: "search by realmId",
        relied_on: NEVER_SENT,
        asks: &[asks::users_by_realm],
        judge: understood,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.date-eq",
        subject: "eq on a date finds the record that shows it",
        relied_on: "nothing, as the connector asks for the whole second",
        asks: &[asks::users_by_exact_date],
        judge: exact_date,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.long-search",
        subject: "an expression of 2,000 bytes, as sent",
        relied_on: "it is understood, or else a filter is evaluated here",
        asks: &[asks::users_by_long_search],
        judge: long_search,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.array",
        subject: "sw on a custom attribute that is a list",
        relied_on: NEVER_SENT,
        asks: &[asks::users_by_array],
        judge: understood,
        ..Reading::PLAIN
    },
    Reading {
        id: "users.count",
        subject: "X-Total-Count at limit=1 on the groups of a user",
        relied_on: "nothing, as the connector counts by pages",
        asks: &[asks::groups_of_user],
        judge: count,
        ..Reading::PLAIN
    },
];

fn sort(answers: &[&Answer]) -> Finding {
    let answer = answers[0];
    if !answer.is_ok() {
        let found = format!("refused with {}", answer.outcome());
        return Finding::warning(found, "Nothing: users are read in one lane, and slower");
    }
    let created: Vec<_> = answer.records().iter().filter_map(|it| it["created"].as_str()).collect();
    match created.is_sorted() {
        true => Finding::ok("understood, and the order is kept"),
        false => Finding::warning(
            "understood, and the order is not kept",
            "Report it to Okta. Users are read in one lane, and slower",
        ),
    }
}

fn fields_paging(answers: &[&Answer]) -> Finding {
    let [whole, cut] = answers else { return Finding::unknown("nothing was asked") };
    if !cut.is_ok() || !whole.is_ok() {
        return Finding::unknown("one of the two was refused");
    }
    let ids = |answer: &Answer| -> Vec<_> {
        answer.records().iter().map(|record| record["id"].clone()).collect()
    };
    let next = |answer: &Answer| answer.in_link("next", "after");
    match (ids(whole) == ids(cut), next(whole) == next(cut)) {
        (true, true) => Finding::ok("the same, and so is the cursor"),
        (true, false) => Finding::ok("the same, with another cursor"),
        (false, _) => Finding::failure(
            "other records",
            "Report it: a flow with few fields could miss records. Until then select credentials or links as well, and compare",
        ),
    }
}

fn unknown_attribute(answers: &[&Answer]) -> Finding {
    let answer = answers[0];
    match (answer.is_ok(), answer.records().len()) {
        (true, 0) => Finding::ok("an empty list"),
        (true, _) => Finding::warning(
            "passed over: records come all the same",
            "Nothing: the connector tests each record",
        ),
        (false, _) => Finding::ok(format!("refused with {}", answer.outcome())),
    }
}

fn exact_date(answers: &[&Answer]) -> Finding {
    let answer = answers[0];
    Finding::ok(match (answer.is_ok(), answer.records().is_empty()) {
        (true, false) => "it does: Okta stores no finer time, or compares what it shows".to_owned(),
        (true, true) => "it does not: Okta stores a finer time than it shows".to_owned(),
        (false, _) => format!("refused with {}", answer.outcome()),
    })
}

fn long_search(answers: &[&Answer]) -> Finding {
    match answers[0].is_ok() {
        true => Finding::ok("understood"),
        false => Finding::warning(
            format!("refused with {}", answers[0].outcome()),
            "Report it. A filter with many values reads everything, and is tested here",
        ),
    }
}

fn count(answers: &[&Answer]) -> Finding {
    Finding::ok(match answers[0].header("x-total-count") {
        Some(_) => "sent",
        None => "not sent",
    })
}
