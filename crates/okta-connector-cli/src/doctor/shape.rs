//! The shape of what Okta sent: keys, types and classes of length, and none of its values.
//!
//! A shape may be attached to an issue, so the rule is to leave out what is not known to be Okta's own word.

use okta_connector::catalogue::{Object, PROFILE};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Members whose keys are names that an org gave.
const OPEN: [&str; 13] = [
    "app",
    "appLinks",
    "attributes",
    "changeDetails",
    "config",
    "debugData",
    "detail",
    "detailEntry",
    "groupIdToGroupNameMap",
    "mappings",
    PROFILE,
    "properties",
    "settings",
];

/// The key that stands for all that are names.
const NAME: &str = "(name)";

/// Returns the shape of a value.
pub(super) fn shape(value: &Value) -> Value {
    shape_at(value, "")
}

fn shape_at(value: &Value, key: &str) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => json!("boolean"),
        Value::Number(number) if number.is_f64() => json!("number"),
        Value::Number(_) => json!("integer"),
        Value::String(text) => match key {
            "errorCode" | "errorLink" if is_error_code(text) => json!(text),
            "error" if is_oauth_error(text) => json!(text),
            _ => json!(class(text)),
        },
        Value::Array(values) => {
            let shapes = values.iter().map(|value| shape_at(value, key));
            json!({ "array of": distinct(shapes), "length": length(values.len()) })
        }
        Value::Object(members) => {
            let mut shapes = Map::new();
            let mut named = Vec::new();
            for (member, value) in members {
                match is_word(member, key) {
                    true => {
                        shapes.insert(member.clone(), shape_at(value, member));
                    }
                    // What is below a name is no less the org's own.
                    false => named.push(shape_at(value, PROFILE)),
                }
            }
            if !named.is_empty() {
                shapes.insert(NAME.to_owned(), distinct(named.into_iter()));
            }
            Value::Object(shapes)
        }
    }
}

fn distinct(shapes: impl Iterator<Item = Value>) -> Value {
    let mut seen = BTreeSet::new();
    shapes.filter(|shape| seen.insert(shape.to_string())).collect()
}

/// Says whether a key is a word of Okta's, below the member `above`.
fn is_word(key: &str, above: &str) -> bool {
    let letters = key.trim_start_matches(['_', '$']);
    let is_plain = letters.starts_with(|c: char| c.is_ascii_lowercase())
        && letters.len() <= 40
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-".contains(&byte));
    match OPEN.contains(&above) {
        true => is_attribute(key),
        false => is_plain,
    }
}

/// Says whether a name is one of the attributes that every org has.
pub(super) fn is_attribute(name: &str) -> bool {
    ["User", "Group", "Device"].into_iter().filter_map(Object::find).any(|object| {
        let paths = object.fields.iter().filter_map(|field| field.path());
        let mut attributes = paths.filter_map(|path| path.strip_prefix(PROFILE)?.strip_prefix('.'));
        attributes.any(|attribute| attribute == name)
    })
}

/// Returns the class of a text.
pub(super) fn class(text: &str) -> String {
    if let Some(form) = time(text) {
        return form;
    }
    let is_id = text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match text {
        _ if is_id => "id".to_owned(),
        _ if text.starts_with("https://") || text.starts_with("http://") => "address".to_owned(),
        _ => format!("text, {}", length(text.chars().count())),
    }
}

/// Returns the form of a time: each digit is a zero, but a fraction of nothing can be told from another.
fn time(text: &str) -> Option<String> {
    let is_time = text.len() < 36
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TZ ".contains(&byte));
    let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
    let (instant, fraction) = text.split_once('.').unwrap_or((text, ""));
    let form: String = instant.chars().map(digits).collect();
    let is_zero = fraction.trim_matches(|c: char| !c.is_ascii_digit()).bytes().all(|b| b == b'0');
    let fraction: String = match is_zero {
        true => fraction.to_owned(),
        false => fraction.chars().map(|c| if c.is_ascii_digit() { '1' } else { c }).collect(),
    };
    let separator = if text.contains('.') { "." } else { "" };
    (is_time && form.starts_with("0000-00-00")).then(|| format!("{form}{separator}{fraction}"))
}

/// Returns the class of a length.
fn length(length: usize) -> &'static str {
    match length {
        0 => "0",
        1 => "1",
        2..=9 => "2 to 9",
        10..=99 => "10 to 99",
        100..=999 => "100 to 999",
        _ => "1000 or more",
    }
}

/// Says whether a text is a code of Okta's.
fn is_error_code(text: &str) -> bool {
    let digits = text.strip_prefix('E');
    digits.is_some_and(|it| it.len() == 7 && it.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Says whether a text is an error of OAuth 2.0.
pub(super) fn is_oauth_error(text: &str) -> bool {
    const ERRORS: [&str; 14] = [
        "access_denied",
        "consent_required",
        "insufficient_scope",
        "invalid_client",
        "invalid_dpop_proof",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "invalid_token",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
        "use_dpop_nonce",
    ];
    ERRORS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_no_values() {
        let rows = [
            (json!("Jane"), json!("text, 2 to 9")),
            (json!("00u1ero7vZFVEIYLWPBN"), json!("id")),
            (json!("2026-01-02T03:04:05.000Z"), json!("0000-00-00T00:00:00.000Z")),
            (json!("2026-01-02T03:04:05.123Z"), json!("0000-00-00T00:00:00.111Z")),
            (json!("2026-01-02T03:04:05Z"), json!("0000-00-00T00:00:00Z")),
            (json!("https://a.okta.com/x"), json!("address")),
            (json!(7), json!("integer")),
            (json!(0.5), json!("number")),
            (
                json!([1, 2, true]),
                json!({ "array of": ["integer", "boolean"], "length": "2 to 9" }),
            ),
            (json!({ "errorCode": "E0000011" }), json!({ "errorCode": "E0000011" })),
            (json!({ "errorCode": "canary" }), json!({ "errorCode": "text, 2 to 9" })),
            (json!({ "error": "invalid_client" }), json!({ "error": "invalid_client" })),
            (
                json!({ "profile": { "login": "a", "canary": "b", "other": "c" } }),
                json!({ "profile": { "login": "text, 1", "(name)": ["text, 1"] } }),
            ),
            (
                json!({ "_embedded": { "groupIdToGroupNameMap": { "00g1": "canary" } } }),
                json!({ "_embedded": { "groupIdToGroupNameMap": { "(name)": ["text, 2 to 9"] } } }),
            ),
            (json!({ "jane@acme.com": 1 }), json!({ "(name)": ["integer"] })),
        ];
        for (value, expected) in rows {
            assert_eq!(shape(&value), expected, "{value}");
        }
    }
}
