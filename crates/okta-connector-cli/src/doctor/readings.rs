//! What Okta's documents leave open, as a table: what is asked, what the connector relies on, and what an answer means.
//!
//! Hardly any answer is a failure: the connector was made so that either answer does. The table says which one this org
//! gives, for whoever writes down what Okta does.

mod apps;
mod devices;
mod groups;
mod log;
mod org;
mod users;

use super::answer::Answer;
use super::asks::Ask;
use super::finding::Finding;
use super::seen::Seen;

/// An open question.
pub(super) struct Reading {
    /// Its name.
    pub(super) id: &'static str,
    /// What it is about.
    pub(super) subject: &'static str,
    /// What the connector relies on.
    pub(super) relied_on: &'static str,
    /// What is asked, in turn. A later request may rest on an earlier answer.
    pub(super) asks: &'static [fn(&Seen) -> Ask],
    /// What the answers mean. All of them are there.
    pub(super) judge: fn(&[&Answer]) -> Finding,
    /// True if a lack of rights is an answer too.
    pub(super) takes_refusals: bool,
}

impl Reading {
    /// A question that a lack of rights leaves open.
    const PLAIN: Self = Self {
        id: "",
        subject: "",
        relied_on: "",
        asks: &[],
        judge: |_| Finding::ok(""),
        takes_refusals: false,
    };

    /// Judges the answers, if they are about the question at all.
    pub(super) fn finding(&self, answers: &[&Answer]) -> Finding {
        let is_refused = |it: &Answer| self.takes_refusals && it.is_refused();
        let beside = answers.iter().find(|it| !it.is_about_the_question() && !is_refused(it));
        match beside {
            None => (self.judge)(answers),
            Some(beside) => Finding::unknown(beside.trouble()),
        }
    }
}

/// Returns the whole table.
pub(super) fn readings() -> impl Iterator<Item = &'static Reading> {
    [
        users::READINGS,
        groups::READINGS,
        devices::READINGS,
        apps::READINGS,
        log::READINGS,
        org::READINGS,
    ]
    .into_iter()
    .flatten()
}

/// Tells whether a question is understood, where the connector does without it.
fn understood(answers: &[&Answer]) -> Finding {
    match answers {
        [answer, ..] if answer.is_ok() => Finding::ok("understood"),
        [answer, ..] => Finding::ok(format!("refused with {}", answer.outcome())),
        [] => Finding::unknown("nothing was asked"),
    }
}

/// Tells what becomes of a page size of 201 where 200 is the largest.
fn large_limit(answers: &[&Answer]) -> Finding {
    let [answer] = answers else { return Finding::unknown("nothing was asked") };
    if !answer.is_ok() {
        return Finding::ok(format!("refused with {}", answer.outcome()));
    }
    Finding::ok(match answer.in_link("self", "limit").as_deref() {
        Some("201") => "taken as it is, by the link to the page itself".to_owned(),
        Some(limit) => format!("lowered to {limit}"),
        None => "answered, without a word on the size".to_owned(),
    })
}

/// Tells whether `fields` is honoured: a record has only what it names.
fn fields(answer: &Answer) -> Finding {
    let Some(record) = answer.records().first() else {
        return match answer.is_ok() {
            true => Finding::unknown("there is no record to see it in"),
            false => Finding::warning(
                format!("refused with {}", answer.outcome()),
                "Each run asks with it first and then without it, which costs a request",
            ),
        };
    };
    match record.get("_links").is_none() && record.get("profile").is_none() {
        true => Finding::ok("honoured"),
        false => Finding::ok("passed over: whole records come"),
    }
}

/// Tells which of these parameters of requests the next links have lost.
fn kept(asked: &[(&Answer, &[&str])]) -> Finding {
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for (answer, names) in asked.iter().filter(|(answer, _)| answer.link("next").is_some()) {
        for name in *names {
            match answer.in_link("next", name) {
                Some(_) => kept.push(*name),
                None => lost.push(*name),
            }
        }
    }
    match (kept.as_slice(), lost.as_slice()) {
        ([], []) => Finding::unknown("no answer has a next link"),
        (kept, []) => Finding::ok(format!("keeps {}", kept.join(", "))),
        (_, lost) => Finding::ok(format!("loses {}", lost.join(", "))),
    }
}

/// What lets a question pass that the connector never asks.
const NEVER_SENT: &str = "neither: the connector never asks so";
