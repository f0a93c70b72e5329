//! The parts of a refusal, read leniently: the members of its body, the parameters of its challenge.

use crate::http::MAX_REFUSAL_BYTES;
use crate::redaction::Redactor;
use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

/// Characters of an `errorSummary` or `error_description`.
pub(super) const MAX_SUMMARY: usize = 500;

/// Causes of one failure, and the characters of each.
const MAX_CAUSES: usize = 5;
const MAX_CAUSE: usize = 200;

/// Characters of a code, an id or a scope.
pub(super) const MAX_NAME: usize = 64;

/// The members of an error body, of the management API or of OAuth 2.0.
///
/// Each is read by itself: one of an unexpected type, or one where the body breaks off, takes no other along.
#[derive(Debug, Default)]
pub(super) struct ErrorBody {
    pub(super) error_code: Option<Box<str>>,
    pub(super) error_summary: Option<Box<str>>,
    pub(super) error_id: Option<Box<str>>,
    causes: Vec<Box<str>>,
    pub(super) error: Option<Box<str>>,
    pub(super) error_description: Option<Box<str>>,
}

impl ErrorBody {
    pub(super) fn read(body: &[u8], redactor: &Redactor) -> Self {
        let body = String::from_utf8_lossy(&body[..body.len().min(MAX_REFUSAL_BYTES)]);
        let mut members = Members { body: Self::default(), redactor };
        // What stands before the place where the body breaks off counts.
        let _ = serde_json::Deserializer::from_str(&body).deserialize_map(&mut members);
        members.body
    }

    pub(super) fn text(&self) -> Option<String> {
        let summary = self.error_summary.as_ref().or(self.error_description.as_ref());
        let parts = summary.into_iter().chain(&self.causes).map(|part| &**part);
        Some(parts.collect::<Vec<_>>().join(" - ")).filter(|text| !text.is_empty())
    }

    /// Returns true if the cursor is refused: applications say `E0000029`, devices `E0000031` with a cause
    /// that names the cursor.
    pub(super) fn is_about_cursor(&self) -> bool {
        self.error_code.as_deref() == Some("E0000029")
            || self.causes.iter().any(|cause| cause.to_ascii_lowercase().contains("cursor"))
    }
}

/// Takes the members of an error body as they come.
struct Members<'a> {
    body: ErrorBody,
    redactor: &'a Redactor,
}

impl<'de> Visitor<'de> for &mut Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if let Ok(value) = serde_json::from_str(value.get()) {
                self.take(&name, &value);
            }
        }
        Ok(())
    }
}

impl Members<'_> {
    fn take(&mut self, name: &str, value: &Value) {
        let Self { body, redactor } = self;
        let text = |max| text(value).map(|text| redactor.text(&text, max));
        match name {
            "errorCode" => body.error_code = text(MAX_NAME),
            "errorSummary" => body.error_summary = text(MAX_SUMMARY),
            "errorId" => body.error_id = text(MAX_NAME),
            "errorCauses" => body.causes = causes(value, redactor),
            "error" => body.error = text(MAX_NAME),
            "error_description" => body.error_description = text(MAX_SUMMARY),
            _ => {}
        }
    }
}

/// Returns the text of a JSON text, number or Boolean.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Reads causes: objects with an `errorSummary`, or texts.
fn causes(value: &Value, redactor: &Redactor) -> Vec<Box<str>> {
    let causes = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let texts = causes.iter().filter_map(|cause| text(cause.get("errorSummary").unwrap_or(cause)));
    texts.take(MAX_CAUSES).map(|text| redactor.text(&text, MAX_CAUSE)).collect()
}

/// A `WWW-Authenticate` header.
#[derive(Debug, Default)]
pub(super) struct Challenge {
    pub(super) error: Option<Box<str>>,
    pub(super) error_description: Option<Box<str>>,
    pub(super) scope: Option<Box<str>>,
    /// True if the scheme is DPoP.
    pub(super) wants_proof: bool,
}

impl Challenge {
    pub(super) fn read(headers: &HeaderMap, redactor: &Redactor) -> Self {
        let mut challenge = Self::default();
        for header in headers.get_all(WWW_AUTHENTICATE) {
            let Ok(header) = header.to_str() else { continue };
            let (scheme, parameters) = header.split_once(' ').unwrap_or((header, ""));
            challenge.wants_proof |= scheme.eq_ignore_ascii_case("DPoP");
            for (name, value) in quoted_parameters(parameters) {
                let text = |max| Some(redactor.text(value, max));
                match name {
                    "error" => challenge.error = text(MAX_NAME),
                    "error_description" => challenge.error_description = text(MAX_SUMMARY),
                    "scope" => challenge.scope = text(MAX_NAME),
                    _ => {}
                }
            }
        }
        challenge
    }
}

/// Splits `a="b", c="d, e"` into pairs.
fn quoted_parameters(mut text: &str) -> impl Iterator<Item = (&str, &str)> {
    std::iter::from_fn(move || {
        let (name, rest) = text.split_once("=\"")?;
        let (value, rest) = rest.split_once('"')?;
        text = rest;
        Some((name.trim_matches([',', ' ']), value))
    })
}
