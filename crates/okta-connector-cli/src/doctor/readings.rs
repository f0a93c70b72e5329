//! Lists what Okta's documents leave open: the question, the reading that the connector relies on, and the meaning of an answer.
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
    /// The subject.
    pub(super) subject: &'static str,
    /// The behaviour that the connector relies on.
    pub(super) relied_on: &'static str,
    /// The requests, in turn. A later one may rest on an earlier answer.
    pub(super) asks: &'static [fn(&Seen) -> Ask],
    /// Judges the answers. All of them are there.
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

/// The remedy where the connector never asks so.
const NEVER_SENT: &str = "nothing, as the connector never asks so";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Verdict::{self, Failure, Ok, Skipped, Unknown, Warning};
    use http::{HeaderMap, HeaderValue, StatusCode};
    use okta_client::{Error, ErrorKind};
    use serde_json::{Value, json};

    fn answer(asked: &str, body: Value) -> Answer {
        let (status, headers) = (Some(StatusCode::OK), HeaderMap::new());
        Answer { asked: asked.to_owned(), error: None, status, headers, body }
    }

    fn refused(kind: ErrorKind) -> Answer {
        Answer { error: Some(Error::local(kind, "no")), ..answer("", Value::Null) }
    }

    fn linked(asked: &str, body: Value, relation: &str, query: &str) -> Answer {
        let mut answer = answer(asked, body);
        let link = format!("<https://acme.okta.com/x?{query}>; rel=\"{relation}\"");
        answer.headers.insert("link", HeaderValue::from_str(&link).unwrap());
        answer
    }

    #[test]
    fn answers_are_judged() {
        let rejected = || refused(ErrorKind::Rejected);
        let user = || json!({ "id": "1", "created": "2026", "profile": {}, "_links": {} });
        let embedded = |users: Value| json!([{ "_embedded": { "users": users } }]);
        let login = json!({ "user": { "id": "1", "profile": { "login": "x" } } });
        let event = |kind: &str| json!([{ "target": [{ "type": kind, "id": "g" }] }]);
        let rules = |rules: Value| json!([{ "_embedded": rules }]);
        let until = "/logs?since=a&until=b&limit=1";
        let rows: Vec<(&str, Vec<Answer>, Verdict, &str)> = vec![
            (
                "users.sort",
                vec![answer("", json!([{ "created": "1" }, { "created": "2" }]))],
                Ok,
                "order is kept",
            ),
            (
                "users.sort",
                vec![answer("", json!([{ "created": "2" }, { "created": "1" }]))],
                Warning,
                "not kept",
            ),
            ("users.sort", vec![rejected()], Warning, "refused"),
            ("users.fields", vec![answer("", json!([{ "id": "1" }]))], Ok, "honoured"),
            ("users.fields", vec![answer("", json!([user()]))], Ok, "passed over"),
            ("users.fields", vec![answer("", json!([]))], Unknown, "no record"),
            ("users.fields", vec![rejected()], Warning, "refused"),
            ("users.fields", vec![refused(ErrorKind::Forbidden)], Unknown, "may not read this"),
            (
                "users.fields-paging",
                vec![answer("", json!([user()])), answer("", json!([{ "id": "1" }]))],
                Ok,
                "the same",
            ),
            (
                "users.fields-paging",
                vec![answer("", json!([user()])), answer("", json!([{ "id": "2" }]))],
                Failure,
                "other",
            ),
            ("users.limit", vec![linked("", json!([]), "self", "limit=200")], Ok, "lowered to 200"),
            ("users.limit", vec![linked("", json!([]), "self", "limit=201")], Ok, "taken as it is"),
            ("users.limit", vec![rejected()], Ok, "refused"),
            ("groups.link", vec![linked("", json!([]), "next", "after=x")], Ok, "loses expand"),
            (
                "groups.link",
                vec![linked("", json!([]), "next", "after=x&expand=stats")],
                Ok,
                "keeps expand",
            ),
            ("groups.link", vec![answer("", json!([]))], Unknown, "has a next link"),
            ("groups.ne", vec![answer("", json!([]))], Ok, "understood"),
            (
                "groups.stats",
                vec![answer("", json!([{ "_embedded": { "stats": { "usersCount": 0 } } }]))],
                Ok,
                "it does",
            ),
            ("groups.stats", vec![answer("", json!([{}]))], Warning, "passed over"),
            ("users.unknown-attribute", vec![answer("", json!([]))], Ok, "an empty list"),
            ("users.unknown-attribute", vec![answer("", json!([user()]))], Warning, "passed over"),
            ("users.unknown-attribute", vec![rejected()], Ok, "refused"),
            ("users.date-eq", vec![answer("", json!([user()]))], Ok, "it does: "),
            ("users.date-eq", vec![answer("", json!([]))], Ok, "it does not: "),
            ("users.long-search", vec![rejected()], Warning, "refused"),
            (
                "members.rules",
                vec![answer("", json!([])), answer("", rules(json!({ "group-rules": [] })))],
                Ok,
                "it does",
            ),
            (
                "members.rules",
                vec![answer("", json!([])), answer("", rules(json!({})))],
                Warning,
                "does not",
            ),
            (
                "members.administrators",
                vec![answer("", json!([])), refused(ErrorKind::Forbidden)],
                Ok,
                "refused",
            ),
            (
                "members.administrators",
                vec![answer("", json!([])), refused(ErrorKind::Timeout)],
                Unknown,
                "in time",
            ),
            ("devices.without", vec![refused(ErrorKind::FeatureMissing)], Ok, "no"),
            ("devices.without", vec![answer("", json!([]))], Skipped, "has devices"),
            ("devices.users", vec![answer("", embedded(json!([login])))], Ok, "it does"),
            (
                "devices.users",
                vec![answer("", embedded(json!([{ "user": { "id": "1" } }])))],
                Warning,
                "does not",
            ),
            ("devices.users", vec![answer("", json!([{}]))], Warning, "passed over"),
            ("apps.user", vec![rejected()], Warning, "refused"),
            ("log.until", vec![answer(until, json!([{ "published": "b" }]))], Ok, "is in"),
            ("log.until", vec![answer(until, json!([{ "published": "a" }]))], Ok, "is not in"),
            ("log.until", vec![rejected()], Failure, "refused"),
            (
                "log.link",
                vec![linked(until, json!([]), "next", "since=c&until=b&after=x")],
                Ok,
                "since is moved, until is kept",
            ),
            (
                "log.link",
                vec![linked(until, json!([]), "next", "until=b&after=x")],
                Ok,
                "since is lost",
            ),
            ("log.device-targets", vec![answer("", event("Device"))], Ok, "Device"),
            ("log.device-targets", vec![answer("", event("UDDevice"))], Failure, "UDDevice"),
            ("log.device-targets", vec![answer("", json!([]))], Unknown, "no event"),
            (
                "log.members-of-deleted",
                vec![answer("", event("UserGroup")), answer("", json!([{}]))],
                Ok,
                "some within",
            ),
            ("policies.type", vec![rejected()], Ok, "refused"),
        ];
        for (id, answers, verdict, found) in rows {
            let reading = readings().find(|reading| reading.id == id).unwrap();
            let finding = reading.finding(&answers.iter().collect::<Vec<_>>());
            let is_told = finding.verdict == verdict && finding.found.contains(found);
            assert!(is_told, "{id} {verdict} {found}: {finding:?}");
        }
    }
}
