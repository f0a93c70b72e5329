//! Open questions about the System Log.

use super::Reading;
use crate::doctor::answer::Answer;
use crate::doctor::asks;
use crate::doctor::finding::Finding;

pub(super) const READINGS: &[Reading] = &[
    Reading {
        id: "log.until",
        subject: "an event that was published at until",
        relied_on: "either: bounds are exact here",
        asks: &[asks::last_event_until_the_latest],
        judge: until,
        ..Reading::PLAIN
    },
    Reading {
        id: "log.link",
        subject: "since and until in the next link of a bounded query",
        relied_on: "either: the bounds of the link go on with its cursor",
        asks: &[asks::first_event_of_a_week],
        judge: bounds,
        ..Reading::PLAIN
    },
    Reading {
        id: "log.device-targets",
        subject: "the types of targets of events about devices",
        relied_on: "Device for the device, and User for the user",
        asks: &[asks::device_events],
        judge: device_targets,
        ..Reading::PLAIN
    },
    Reading {
        id: "log.members-of-deleted",
        subject: "removals of members when a group is deleted",
        relied_on: "none: what is below a deleted object goes with it",
        asks: &[asks::deletions_of_groups, asks::removals_of_members],
        judge: removals,
        ..Reading::PLAIN
    },
];

fn until(answers: &[&Answer]) -> Finding {
    let answer = answers[0];
    if !answer.is_ok() {
        return refused(answer);
    }
    let until = answer.asked.split('&').find_map(|it| it.strip_prefix("until="));
    Finding::ok(match answer.first("/published") == until {
        true => "is in the answer",
        false => "is not in the answer",
    })
}

fn bounds(answers: &[&Answer]) -> Finding {
    let answer = answers[0];
    if !answer.is_ok() {
        return refused(answer);
    }
    if answer.link("next").is_none() {
        return Finding::unknown("the answer has no next link");
    }
    let asked = |name: &str| {
        let name = format!("{name}=");
        answer.asked.split(['?', '&']).find_map(|it| it.strip_prefix(&*name).map(str::to_owned))
    };
    let moved = ["since", "until"].map(|name| {
        let found = answer.in_link("next", name);
        match (&found, found == asked(name)) {
            (None, _) => format!("{name} is lost"),
            (_, true) => format!("{name} is kept"),
            (_, false) => format!("{name} is moved"),
        }
    });
    Finding::ok(moved.join(", "))
}

fn device_targets(answers: &[&Answer]) -> Finding {
    let answer = answers[0];
    if !answer.is_ok() {
        return refused(answer);
    }
    let targets = answer.records().iter().filter_map(|event| event["target"].as_array());
    let mut types: Vec<_> =
        targets.flatten().filter_map(|target| target["type"].as_str()).collect();
    types.sort_unstable();
    types.dedup();
    match (types.as_slice(), types.contains(&"Device")) {
        ([], _) => Finding::unknown("there is no event about devices in the last 80 days"),
        (_, true) => Finding::ok(types.join(", ")),
        (_, false) => Finding::failure(
            types.join(", "),
            "Report it: deletions of devices are not found in this org's log",
        ),
    }
}

fn removals(answers: &[&Answer]) -> Finding {
    let answer = answers[1];
    if !answer.is_ok() {
        return refused(answer);
    }
    Finding::ok(match answer.records().is_empty() {
        true => "the log has none for the latest group that was deleted, which may have been empty",
        false => "the log has removals for the latest group that was deleted",
    })
}

/// Each of these queries is of the form that flows send.
fn refused(answer: &Answer) -> Finding {
    Finding::failure(
        format!("refused with {}", answer.outcome()),
        "Report it: entities of the System Log cannot be read from this org",
    )
}
