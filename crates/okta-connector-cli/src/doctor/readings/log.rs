//! Open questions about the System Log.

use super::Reading;
use crate::doctor::answer::Answer;
use crate::doctor::asks;
use crate::doctor::finding::Finding;

pub(super) const READINGS: &[Reading] = &[
    Reading {
        id: "log.until",
        subject: "an event that was published at until",
        relied_on: "nothing, as bounds are exact here",
        asks: &[asks::last_event_until_the_latest],
        judge: until,
        ..Reading::PLAIN
    },
    Reading {
        id: "log.link",
        subject: "since and until in the next link of a bounded query",
        relied_on: "nothing, as the bounds of the link go on with its cursor",
        asks: &[asks::first_event_of_a_week],
        judge: bounds,
        ..Reading::PLAIN
    },
    Reading {
        id: "log.device-targets",
        subject: "the types of targets of events about devices",
        relied_on: "Device, or an id that begins with guo",
        asks: &[asks::device_events],
        judge: device_targets,
        ..Reading::PLAIN
    },
    Reading {
        id: "log.members-of-deleted",
        subject: "removals of members when a group is deleted",
        relied_on: "nothing, as what is below a deleted object goes with it",
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
    let lists = || answer.records().iter().filter_map(|event| event["target"].as_array());
    let targets = || lists().flatten();
    let mut types: Vec<_> = targets().filter_map(|target| target["type"].as_str()).collect();
    types.sort_unstable();
    types.dedup();
    let is_device = |target: &&serde_json::Value| {
        let id = target["id"].as_str().unwrap_or_default();
        target["type"] == "Device" || id.starts_with("guo")
    };
    match (types.as_slice(), targets().any(|target| is_device(&target))) {
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
        true => "none within a minute of the latest deletion, of a group that may have been empty",
        false => "some within a minute of the latest deletion",
    })
}

/// Each of these queries is of the form that flows send.
fn refused(answer: &Answer) -> Finding {
    Finding::failure(
        format!("refused with {}", answer.outcome()),
        "Report it: entities of the System Log cannot be read from this org",
    )
}
