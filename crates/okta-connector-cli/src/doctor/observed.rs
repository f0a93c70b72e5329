//! Reads off all answers together what needs no other request.

use super::answer::{Answer, RELATIVE};
use super::finding::Finding;
use serde_json::Value;
use std::collections::BTreeSet;

/// An open question that the answers to others tell something about.
pub(super) struct Observation {
    /// Its name.
    pub(super) id: &'static str,
    /// The subject.
    pub(super) subject: &'static str,
    /// The behaviour that the connector relies on.
    pub(super) relied_on: &'static str,
    /// Judges the answers of an org at this host.
    pub(super) judge: fn(&[Answer], &str) -> Finding,
}

/// The mark of the answer to a call without a credential.
pub(super) const ANONYMOUS: &str = "(without a credential)";

pub(super) const OBSERVATIONS: &[Observation] = &[
    Observation {
        id: "links.host",
        subject: "the hosts of next links",
        relied_on: "nothing, as each request goes to the address of the connection",
        judge: hosts,
    },
    Observation {
        id: "times.fraction",
        subject: "fractions of a second in times of records",
        relied_on: "nothing, as the shown value counts and whole seconds are asked for",
        judge: fractions,
    },
    Observation {
        id: "times.form",
        subject: "the forms of times",
        relied_on: "those of RFC 3339, and 2026-01-01 00:00:00.0",
        judge: forms,
    },
    Observation {
        id: "limits.family",
        subject: "whether paths outside of the large listings share a limit",
        relied_on: "nothing, as each path has a budget and headers decide",
        judge: families,
    },
    Observation {
        id: "anonymous",
        subject: "a call without a credential",
        relied_on: "401, or 403 with E0000005",
        judge: anonymous,
    },
];

fn hosts(answers: &[Answer], own: &str) -> Finding {
    let admin = own.split_once('.').map(|(first, rest)| format!("{first}-admin.{rest}"));
    let kinds: BTreeSet<_> = answers
        .iter()
        .filter_map(|answer| answer.link("next"))
        .map(|link| {
            let host = link.host_str().unwrap_or_default();
            let port = link.port().map(|port| format!(":{port}")).unwrap_or_default();
            match format!("{host}{port}") {
                host if host == own => "its own host",
                host if host == RELATIVE => "none, as they are relative",
                host if Some(&host) == admin.as_ref() => "the host of the Admin Console",
                _ => "another host",
            }
        })
        .collect();
    match kinds.is_empty() {
        true => Finding::unknown("no answer has a next link"),
        false => Finding::ok(Vec::from_iter(kinds).join(", ")),
    }
}

/// Calls `look` with each text in a value.
fn texts<'a>(value: &'a Value, look: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, look)),
        Value::Object(members) => members.values().for_each(|value| texts(value, look)),
        _ => {}
    }
}

/// Returns the form of a text that begins like a time: each digit is a `0`.
fn form(text: &str) -> Option<String> {
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let is_time = form.len() < 40 && form.starts_with("0000-00-00") && form.contains("00:00:00");
    is_time.then_some(form)
}

/// The listings whose times have real milliseconds by Okta's documents.
fn is_of_log(answer: &Answer) -> bool {
    answer.asked.starts_with("/api/v1/logs")
}

fn fractions(answers: &[Answer], _: &str) -> Finding {
    let (mut whole, mut finer) = (0_u32, 0_u32);
    for answer in answers.iter().filter(|answer| answer.is_ok() && !is_of_log(answer)) {
        texts(&answer.body, &mut |text| {
            let fraction = form(text).and_then(|_| text.split_once('.'));
            match fraction.map(|(_, rest)| rest.trim_end_matches(|c: char| !c.is_ascii_digit())) {
                Some(digits) if digits.bytes().all(|digit| digit == b'0') => whole += 1,
                Some(_) => finer += 1,
                None => {}
            }
        });
    }
    match (whole, finer) {
        (0, 0) => Finding::unknown("no time has a fraction"),
        (_, 0) => Finding::ok(format!("none in {whole} times")),
        _ => Finding::ok(format!("{finer} of {} times have one", whole + finer)),
    }
}

/// The forms that the connector reads.
const READ: [&str; 4] = [
    "0000-00-00T00:00:00.000Z",
    "0000-00-00T00:00:00Z",
    "0000-00-00T00:00:00.000+00:00",
    "0000-00-00 00:00:00.0",
];

fn forms(answers: &[Answer], _: &str) -> Finding {
    let mut found = BTreeSet::new();
    for answer in answers.iter().filter(|answer| answer.is_ok()) {
        texts(&answer.body, &mut |text| found.extend(form(text)));
    }
    let is_read = |form: &&String| {
        let is_rfc3339 = || form.replace('0', "1").parse::<jiff::Timestamp>().is_ok();
        READ.contains(&form.as_str()) || is_rfc3339()
    };
    match (found.is_empty(), found.iter().find(|form| !is_read(form))) {
        (true, _) => Finding::unknown("no answer has a time"),
        (false, Some(other)) => Finding::warning(
            format!("also {other}"),
            "Report it: filters on such a field pass over the record",
        ),
        (false, None) => Finding::ok(Vec::from_iter(found).join(", ")),
    }
}

/// The first request to a path leaves one fewer than its limit, unless others count in it too. Paths that share a limit name
/// the same one, with the same end.
fn families(answers: &[Answer], _: &str) -> Finding {
    const LARGE: [&str; 6] = ["users", "groups", "apps", "devices", "logs", "iam"];
    let number = |answer: &Answer, name: &str| answer.header(name)?.parse::<u64>().ok();
    let rows = answers.iter().filter_map(|answer| {
        let segment = answer.asked.strip_prefix("/api/v1/")?.split(['/', '?']).next()?;
        let of = |name| number(answer, name);
        let (limit, left) = (of("x-rate-limit-limit")?, of("x-rate-limit-remaining")?);
        Some((segment, limit, left, of("x-rate-limit-reset")?))
    });
    let mut firsts: Vec<(&str, u64, u64, u64)> = Vec::new();
    for row in rows.filter(|(segment, ..)| !LARGE.contains(segment)) {
        if !firsts.iter().any(|first| first.0 == row.0) {
            firsts.push(row);
        }
    }
    let is_of_one = |one: &[(&str, u64, u64, u64)]| {
        let [one, other] = one else { return false };
        (one.1, one.3) == (other.1, other.3) && one.2 > other.2
    };
    match (firsts.len(), firsts.windows(2).any(is_of_one)) {
        (0 | 1, _) => Finding::unknown("too few answers have X-Rate-Limit headers"),
        (_, true) => Finding::ok("some seem to"),
        (_, false) => Finding::ok("none of those that were asked"),
    }
}

fn anonymous(answers: &[Answer], _: &str) -> Finding {
    let Some(answer) = answers.iter().find(|answer| answer.asked == ANONYMOUS) else {
        return Finding::unknown("it was not asked");
    };
    let code = answer.body["errorCode"].as_str().unwrap_or("no code");
    match answer.status.map(|status| status.as_u16()) {
        Some(status @ (401 | 403)) => Finding::ok(format!("refused with {status} {code}")),
        Some(200) => Finding::failure(
            "answered with 200",
            "Something in front of the org adds a credential: what the connector reads is not what its own shows",
        ),
        Some(status) => Finding::unknown(format!("refused with {status} {code}")),
        None => Finding::unknown("no answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(asked: &str, status: u16, body: Value) -> Answer {
        Answer {
            asked: asked.to_owned(),
            error: None,
            status: http::StatusCode::from_u16(status).ok(),
            headers: http::HeaderMap::new(),
            body,
        }
    }

    #[test]
    fn times() {
        let rows = [
            (json!("2026-01-01T00:00:00.000Z"), "none in 1 times", "0000-00-00T00:00:00.000Z"),
            (
                json!("2026-01-01T00:00:00.120Z"),
                "1 of 1 times have one",
                "0000-00-00T00:00:00.000Z",
            ),
            (json!("2026-01-01T00:00:00Z"), "no time has a fraction", "0000-00-00T00:00:00Z"),
            (json!("2026-03-05 08:36:55.0"), "none in 1 times", "0000-00-00 00:00:00.0"),
            (
                json!("2026-03-05 08:36:55 CET"),
                "no time has a fraction",
                "also 0000-00-00 00:00:00 CET",
            ),
            (json!("2026"), "no time has a fraction", "no answer has a time"),
        ];
        for (time, fraction, form) in rows {
            let answers = [answer("/api/v1/users?", 200, json!([{ "created": time }]))];
            assert_eq!(fractions(&answers, "").found, fraction, "{answers:?}");
            assert_eq!(forms(&answers, "").found, form, "{answers:?}");
        }
    }

    #[test]
    fn calls_without_a_credential() {
        let rows = [
            (403, json!({ "errorCode": "E0000005" }), "refused with 403 E0000005"),
            (401, Value::Null, "refused with 401 no code"),
            (200, json!([]), "answered with 200"),
        ];
        for (status, body, expected) in rows {
            assert_eq!(anonymous(&[answer(ANONYMOUS, status, body)], "").found, expected);
        }
        assert_eq!(anonymous(&[], "").found, "it was not asked");
    }
}
