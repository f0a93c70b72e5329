//! Faults as the command line writes them: `WHAT`, `WHAT@WHEN`, `WHAT@PATH` or `WHAT@WHEN@PATH`.

use jiff::SignedDuration;
use okta_simulator::{ApiError, Collection, Effect, Fault, Mutation, When};
use std::time::Duration;

/// The help of the option.
pub(super) const HELP: &str = "\
Something that goes wrong: WHAT, WHAT@WHEN, WHAT@PATH or
WHAT@WHEN@PATH. May be given several times.

WHAT  a status (503, 429, 401), an error code (E0000006), or one of
      cut, timeout, delay:2s, truncated, malformed-json, web-page,
      concurrency, revoked, empty-page, expired-cursor,
      repeated-cursor, foreign-link, relative-link, folded-links,
      slow-above:50, clock:5m, no-limit-headers,
      double-limit-headers, user-added, user-changed, user-removed
WHEN  always, or which of the requests: 2, 2-5, 3- (the third and all
      that follow), every:10, 5% (drawn)
PATH  requests of paths that begin so, such as /api/v1/groups, which
      are counted by themselves

Examples: --fault 429@2-5  --fault cut@every:10@/api/v1/users";

/// A status that says too many requests are in flight comes with these.
const CONCURRENCY: [(&str, &str); 2] =
    [("x-rate-limit-limit", "0"), ("x-rate-limit-remaining", "0")];

type MakeEffect = fn() -> Effect;

/// The faults that take no number, by their names.
const NAMED: [(&str, MakeEffect); 18] = [
    ("cut", || Effect::Cut { after: 1 }),
    ("timeout", || Effect::Delay(LONG)),
    ("truncated", || Effect::TruncateBody { to: 10 }),
    ("malformed-json", || Effect::MalformedJson),
    ("web-page", || Effect::WrongContentType),
    ("concurrency", concurrency),
    ("revoked", || Effect::Revoke),
    ("empty-page", || Effect::EmptyPage),
    ("expired-cursor", || Effect::CursorExpired),
    ("repeated-cursor", || Effect::RepeatedCursor),
    ("foreign-link", || Effect::ForeignNextLink { host: "other.example.com".to_owned() }),
    ("relative-link", || Effect::RelativeNextLink),
    ("folded-links", || Effect::FoldedLinks),
    ("no-limit-headers", || Effect::MissingRateLimitHeaders),
    ("double-limit-headers", || Effect::DuplicateRateLimitHeaders),
    ("user-added", || Effect::Mutate(Mutation::Insert(Collection::Users))),
    ("user-changed", || Effect::Mutate(Mutation::Touch(Collection::Users))),
    ("user-removed", || Effect::Mutate(Mutation::Remove(Collection::Users))),
];

/// Nobody waits so long for an answer.
const LONG: Duration = Duration::from_secs(600);

/// The error codes of Okta that a fault may name.
const CODES: [(&str, ApiError); 12] = [
    ("E0000001", ApiError::InvalidParameter),
    ("E0000005", ApiError::InvalidSession),
    ("E0000006", ApiError::NoPermission),
    ("E0000007", ApiError::NotFound),
    ("E0000008", ApiError::NoPath),
    ("E0000011", ApiError::InvalidToken),
    ("E0000015", ApiError::NoFeature),
    ("E0000021", ApiError::UnsupportedMediaType),
    ("E0000031", ApiError::InvalidSearch),
    ("E0000053", ApiError::InvalidLogFilter),
    ("E0000145", ApiError::SchemaChanging),
    ("E0000239", ApiError::Locked),
];

/// Reads a fault.
pub(super) fn parse(text: &str) -> Result<Fault, String> {
    let mut parts = text.split('@');
    let effect = effect(parts.next().unwrap_or_default())?;
    let (mut when, mut path) = (None, None);
    for part in parts {
        match part.starts_with('/') {
            true if path.is_none() => path = Some(part),
            false if when.is_none() && path.is_none() => when = Some(self::when(part)?),
            _ => return Err(format!("{part:?} is one part too many, expected WHAT@WHEN@PATH")),
        }
    }
    let fault = Fault { when: when.unwrap_or(When::Always), ..Fault::always(effect) };
    Ok(fault.to(path.unwrap_or_default()))
}

fn effect(text: &str) -> Result<Effect, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        let status = text.parse().ok().filter(|status| (400..=599).contains(status));
        let status = status.ok_or_else(|| format!("{text} is no status from 400 to 599"))?;
        return Ok(Effect::status(status));
    }
    if let Some((_, error)) = CODES.iter().find(|(code, _)| *code == text) {
        return Ok(Effect::Error(*error));
    }
    if let Some((_, effect)) = NAMED.iter().find(|(name, _)| *name == text) {
        return Ok(effect());
    }
    match text.split_once(':') {
        Some(("delay", time)) => Ok(Effect::Delay(duration(time)?)),
        Some(("clock", time)) => Ok(Effect::SkewedDate(signed_duration(time)?)),
        Some(("slow-above", limit)) => {
            let limit = limit.parse().map_err(|_| format!("{limit:?} is no number of records"))?;
            Ok(Effect::TimeOutAbove { limit })
        }
        _ => Err(unknown(text)),
    }
}

/// Says that a fault does not exist, and which one comes nearest.
fn unknown(text: &str) -> String {
    let others = ["delay:2s", "clock:5m", "slow-above:50"];
    let names = NAMED.iter().map(|(name, _)| *name).chain(others);
    let names = names.chain(CODES.iter().map(|(code, _)| *code));
    let similarity = |name: &&str| strsim::jaro(text, name);
    let nearest = names.filter(|name| similarity(name) > 0.7);
    let nearest = nearest.max_by(|first, second| similarity(first).total_cmp(&similarity(second)));
    let hint = nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
    format!(
        "{text:?} is no fault, expected a status such as 503, an error code of Okta such as E0000006, or a name such as \
         cut{hint}"
    )
}

fn when(text: &str) -> Result<When, String> {
    let number = |text: &str| match text.parse() {
        Ok(0) => Err("requests are counted from 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!(
            "{text:?} does not say which requests, expected always, 2, 2-5, 3-, every:10 or 5%"
        )),
    };
    if text == "always" {
        return Ok(When::Always);
    }
    if let Some(n) = text.strip_prefix("every:") {
        return Ok(When::Every(number(n)?));
    }
    if let Some(percent) = text.strip_suffix('%') {
        let drawn = percent.parse().ok().filter(|percent| (1..=100).contains(percent));
        let percent = drawn.ok_or_else(|| format!("{text:?} is no share from 1% to 100%"))?;
        return Ok(When::Chance { percent, seed: 1 });
    }
    match text.split_once('-') {
        None => Ok(When::Nth(number(text)?)),
        Some((first, "")) => Ok(When::From(number(first)?)),
        Some((first, last)) => {
            let (first, last) = (number(first)?, number(last)?);
            match first <= last {
                true => Ok(When::Between { first, last }),
                false => Err(format!("{text} ends before it begins")),
            }
        }
    }
}

/// Reads a time that something takes, such as `200ms`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = Duration::try_from(signed_duration(text)?);
    let duration = duration.map_err(|_| format!("{text:?} is before now"))?;
    match duration <= LONG {
        true => Ok(duration),
        false => Err(format!("{text:?} is longer than 10m")),
    }
}

fn signed_duration(text: &str) -> Result<SignedDuration, String> {
    text.parse().map_err(|_| format!("{text:?} is no time, expected one such as 200ms, 2s or 5m"))
}

fn concurrency() -> Effect {
    let headers = CONCURRENCY.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Effect::Status { status: 429, body: None, headers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read() {
        let rows = [
            ("429", "Status { status: 429", When::Always, ""),
            ("429@2", "Status { status: 429", When::Nth(2), ""),
            ("429@2-5", "Status { status: 429", When::Between { first: 2, last: 5 }, ""),
            ("503@3-", "Status { status: 503", When::From(3), ""),
            ("503@every:10", "Status { status: 503", When::Every(10), ""),
            ("cut@5%", "Cut { after: 1 }", When::Chance { percent: 5, seed: 1 }, ""),
            ("E0000006@always@/api/v1/logs", "Error(NoPermission)", When::Always, "/api/v1/logs"),
            ("delay:2s@/api", "Delay(2s)", When::Always, "/api"),
            ("clock:-5m", "SkewedDate(", When::Always, ""),
            ("slow-above:50", "TimeOutAbove { limit: 50 }", When::Always, ""),
        ];
        for (text, what, when, path) in rows {
            let fault = parse(text).unwrap();
            let found = format!("{:?}", fault.what);
            assert!(found.starts_with(what), "{text}: {found}");
            assert_eq!((fault.when, fault.path.as_str()), (when, path), "{text}");
        }
    }

    #[test]
    fn every_fault_is_in_the_help_and_every_one_there_is_read() {
        let names = HELP.split_once("or one of").unwrap().1.split_once("WHEN").unwrap().0;
        let names: Vec<_> =
            names.split([',', '\n']).map(str::trim).filter(|it| !it.is_empty()).collect();
        for name in &names {
            parse(name).unwrap();
        }
        for (name, _) in NAMED {
            assert!(names.contains(&name), "{name}");
        }
        assert!(HELP.lines().all(|line| line.len() <= 70));
    }

    #[test]
    fn a_mistake_is_named() {
        let rows = [
            ("", "\"\" is no fault, expected a status such as 503,"),
            ("200", "200 is no status from 400 to 599"),
            ("99999", "99999 is no status from 400 to 599"),
            ("cutt", "did you mean cut?"),
            ("E000006", "did you mean E0000006?"),
            ("429@0", "requests are counted from 1"),
            ("429@x", "\"x\" does not say which requests, expected always, 2, 2-5,"),
            ("429@5-2", "5-2 ends before it begins"),
            ("429@every:0", "requests are counted from 1"),
            ("429@0%", "\"0%\" is no share from 1% to 100%"),
            ("429@2@3", "\"3\" is one part too many, expected WHAT@WHEN@PATH"),
            ("429@/a@/b", "\"/b\" is one part too many, expected WHAT@WHEN@PATH"),
            ("429@/a@2", "\"2\" is one part too many, expected WHAT@WHEN@PATH"),
            ("delay:x", "\"x\" is no time, expected one such as 200ms, 2s or 5m"),
            ("delay:-1s", "\"-1s\" is before now"),
            ("delay:1h", "\"1h\" is longer than 10m"),
            ("slow-above:-1", "\"-1\" is no number of records"),
        ];
        for (text, expected) in rows {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
