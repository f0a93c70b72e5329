//! What can go wrong between a request and its page: a kind to act on, the rest to tell people.

use crate::http::{HttpError, HttpErrorKind};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// A request failed, after all attempts that made sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What a caller may do about it.
    pub kind: ErrorKind,
    /// The status of Okta's answer, if there was one.
    pub status: Option<u16>,
    /// What happened, in a sentence without secrets, cursors or bodies.
    pub message: Box<str>,
    /// Okta's `errorCode`.
    pub error_code: Option<Box<str>>,
    /// Okta's `errorId`, under which its support finds the failure.
    pub error_id: Option<Box<str>>,
    /// Okta's `X-Okta-Request-Id`.
    pub request_id: Option<Box<str>>,
}

/// What a caller may do about a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The credential is wrong, has expired or was revoked. Another one may do.
    Unauthorized,
    /// The credential does not suffice. `scope` is the OAuth 2.0 scope that is missing, if named.
    Forbidden {
        /// As Okta names it.
        scope: Option<String>,
    },
    /// The app demands DPoP, and the credential cannot give it.
    ProofDemanded,
    /// The private key of the service app does not sign.
    KeyRefused,
    /// The org does not have this feature (`E0000015`). No credential would help.
    FeatureMissing,
    /// There is nothing at that path.
    NotFound,
    /// The cursor is not good, or no longer. The listing may be started again.
    InvalidCursor,
    /// Okta does not understand the question (`E0000031` and its relatives): ask in another way.
    Rejected,
    /// A limit is reached; after `retry_after` it makes sense to come back.
    RateLimited {
        /// Until the window ends.
        retry_after: Duration,
    },
    /// No answer in time.
    Timeout,
    /// Okta cannot be reached or says that it is down.
    Unavailable,
    /// Any other refusal.
    Client,
    /// Any other failure of Okta.
    Server,
    /// The answer is not one that Okta's API gives: another origin in a link, broken JSON.
    Protocol,
}

impl Error {
    /// A failure that is not an answer of Okta.
    pub fn local(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into().into_boxed_str();
        Self { kind, status: None, message, error_code: None, error_id: None, request_id: None }
    }

    /// Whether a service app gets no token, so that nothing else it asks for can fare better.
    pub fn is_without_token(&self) -> bool {
        self.is_about_scopes() || self.error_code.as_deref() == Some("access_denied")
    }

    /// Whether the scopes that a token was asked for are not all granted.
    pub(crate) fn is_about_scopes(&self) -> bool {
        self.error_code.as_deref().is_some_and(is_about_scopes)
    }

    pub(crate) fn from_http(error: &HttpError) -> Self {
        let kind = match error.kind {
            HttpErrorKind::Connect | HttpErrorKind::Interrupted => ErrorKind::Unavailable,
            HttpErrorKind::Timeout => ErrorKind::Timeout,
            HttpErrorKind::TooLarge | HttpErrorKind::Unsendable => ErrorKind::Protocol,
        };
        Self::local(kind, format!("Okta was not reached - {error}"))
    }

    /// Reads a refusal: JSON with `errorCode`, JSON with `error`, `WWW-Authenticate`, or nothing
    /// but the status, in this order.
    pub(crate) fn from_response(response: &http::Response<Bytes>) -> Self {
        let (status, headers) = (response.status(), response.headers());
        let body: OktaError = serde_json::from_slice(response.body()).unwrap_or_default();
        let challenge = Challenge::read(headers);
        let summary = body
            .text()
            .or_else(|| challenge.error_description.clone())
            .unwrap_or_else(|| "no further details".to_owned());
        Self {
            kind: kind(status, &body, &challenge),
            status: Some(status.as_u16()),
            message: format!("Okta answered {} - {summary}", status.as_u16()).into(),
            error_code: body.error_code.or(body.error).or(challenge.error).map(String::into),
            error_id: body.error_id.map(String::into),
            request_id: request_id(headers),
        }
    }
}

/// Okta's id of a request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<Box<str>> {
    headers.get("x-okta-request-id")?.to_str().ok().map(Box::from)
}

fn kind(status: StatusCode, body: &OktaError, challenge: &Challenge) -> ErrorKind {
    let code = body.error_code.as_deref().unwrap_or_default();
    match (status.as_u16(), code) {
        (400, "") if challenge.wants_proof => ErrorKind::ProofDemanded,
        (400 | 401, "") if body.error.as_deref() == Some("invalid_client") => {
            ErrorKind::Unauthorized
        }
        (400, "") if body.is_passing() => ErrorKind::Unavailable,
        (400 | 403, "") if body.error.as_deref().is_some_and(is_about_scopes) => {
            ErrorKind::Forbidden { scope: None }
        }
        (_, "E0000015") => ErrorKind::FeatureMissing,
        (_, "E0000047") | (429, _) => ErrorKind::RateLimited { retry_after: Duration::ZERO },
        (_, "E0000005") => ErrorKind::Unauthorized,
        (401, _) => ErrorKind::Unauthorized,
        (403, _) => ErrorKind::Forbidden { scope: challenge.scope.clone() },
        (404, _) => ErrorKind::NotFound,
        (400, _) if body.is_about_cursor() => ErrorKind::InvalidCursor,
        (400, "E0000031" | "E0000030" | "E0000001" | "E0000053" | "E0000063" | "E0000094")
        | (414, _) => ErrorKind::Rejected,
        // A schema, a user type or a policy is being changed; it passes.
        (409, "E0000145" | "E0000253") | (423, _) => ErrorKind::Unavailable,
        (408 | 504, _) => ErrorKind::Timeout,
        (502 | 503, _) => ErrorKind::Unavailable,
        (400..=499, _) => ErrorKind::Client,
        (500..=599, _) => ErrorKind::Server,
        // A redirect, or an answer that only something in between can have given.
        _ => ErrorKind::Protocol,
    }
}

fn is_about_scopes(code: &str) -> bool {
    matches!(code, "invalid_scope" | "consent_required")
}

/// The error bodies of the management API and of OAuth 2.0, read leniently.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OktaError {
    error_code: Option<String>,
    error_summary: Option<String>,
    error_id: Option<String>,
    error_causes: Option<Vec<OktaErrorCause>>,
    error: Option<String>,
    #[serde(rename = "error_description")]
    error_description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OktaErrorCause {
    error_summary: Option<String>,
}

impl OktaError {
    fn causes(&self) -> impl Iterator<Item = &str> {
        self.error_causes.iter().flatten().filter_map(|cause| cause.error_summary.as_deref())
    }

    fn text(&self) -> Option<String> {
        let Some(summary) = &self.error_summary else { return self.error_description.clone() };
        let mut text = summary.clone();
        for cause in self.causes() {
            text.push_str(" - ");
            text.push_str(cause);
        }
        Some(text)
    }

    /// RFC 6749 has the server say so where a status of its own cannot be sent.
    fn is_passing(&self) -> bool {
        matches!(self.error.as_deref(), Some("server_error" | "temporarily_unavailable"))
    }

    /// Applications say `E0000029`, devices `E0000031` with a cause that names the cursor.
    fn is_about_cursor(&self) -> bool {
        self.error_code.as_deref() == Some("E0000029")
            || self.causes().any(|cause| cause.to_ascii_lowercase().contains("cursor"))
    }
}

/// What a `WWW-Authenticate` header says.
#[derive(Debug, Default)]
struct Challenge {
    error: Option<String>,
    error_description: Option<String>,
    scope: Option<String>,
    /// Whether the scheme is DPoP.
    wants_proof: bool,
}

impl Challenge {
    fn read(headers: &HeaderMap) -> Self {
        let mut challenge = Self::default();
        for header in headers.get_all(http::header::WWW_AUTHENTICATE) {
            let Ok(header) = header.to_str() else { continue };
            let (scheme, parameters) = header.split_once(' ').unwrap_or((header, ""));
            challenge.wants_proof |= scheme.eq_ignore_ascii_case("DPoP");
            for (name, value) in quoted_parameters(parameters) {
                match name {
                    "error" => challenge.error = Some(value.to_owned()),
                    "error_description" => challenge.error_description = Some(value.to_owned()),
                    "scope" => challenge.scope = Some(value.to_owned()),
                    _ => {}
                }
            }
        }
        challenge
    }
}

/// `a="b", c="d, e"` as pairs.
fn quoted_parameters(mut text: &str) -> impl Iterator<Item = (&str, &str)> {
    std::iter::from_fn(move || {
        let (name, rest) = text.split_once("=\"")?;
        let (value, rest) = rest.split_once('"')?;
        text = rest;
        Some((name.trim_matches([',', ' ']), value))
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (name, value) in [
            ("code", &self.error_code),
            ("error id", &self.error_id),
            ("request id", &self.request_id),
        ] {
            if let Some(value) = value {
                write!(f, " - {name} {value}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let body = Bytes::copy_from_slice(body.as_bytes());
        Error::from_response(&response.body(body).unwrap())
    }

    fn body(code: &str, cause: &str) -> String {
        format!(
            r#"{{"errorCode":"{code}","errorSummary":"It failed","errorId":"oae1",
                "errorCauses":[{{"errorSummary":"{cause}"}}]}}"#
        )
    }

    #[test]
    fn kinds() {
        let forbidden =
            |scope: Option<&str>| ErrorKind::Forbidden { scope: scope.map(str::to_owned) };
        let challenge = r#"Bearer authorization_uri="http://a/b", scope="okta.groups.read", error="insufficient_scope", error_description="no, it does not""#;
        let rows = [
            (error(401, &[], &body("E0000011", "")), ErrorKind::Unauthorized),
            (error(401, &[], &body("E0000015", "")), ErrorKind::FeatureMissing),
            (
                error(401, &[], r#"{"errorCode":"E0000015","errorCauses":null}"#),
                ErrorKind::FeatureMissing,
            ),
            (error(400, &[], r#"{"error":"temporarily_unavailable"}"#), ErrorKind::Unavailable),
            (error(403, &[], &body("E0000005", "")), ErrorKind::Unauthorized),
            (error(403, &[], &body("E0000006", "")), forbidden(None)),
            (
                error(403, &[("WWW-Authenticate", challenge)], ""),
                forbidden(Some("okta.groups.read")),
            ),
            (error(401, &[], ""), ErrorKind::Unauthorized),
            (error(404, &[], &body("E0000007", "")), ErrorKind::NotFound),
            (error(400, &[], &body("E0000029", "Invalid cursor.")), ErrorKind::InvalidCursor),
            (error(400, &[], &body("E0000031", "Invalid cursor.")), ErrorKind::InvalidCursor),
            (error(400, &[], &body("E0000031", "bad property")), ErrorKind::Rejected),
            (error(414, &[], &body("E0000256", "")), ErrorKind::Rejected),
            (error(409, &[], &body("E0000145", "")), ErrorKind::Unavailable),
            (error(409, &[], &body("E0000157", "")), ErrorKind::Client),
            (error(423, &[], &body("E0000239", "")), ErrorKind::Unavailable),
            (error(429, &[], ""), ErrorKind::RateLimited { retry_after: Duration::ZERO }),
            (error(500, &[], &body("E0000009", "")), ErrorKind::Server),
            (error(502, &[], "<html>"), ErrorKind::Unavailable),
            (error(503, &[], ""), ErrorKind::Unavailable),
            (error(504, &[], ""), ErrorKind::Timeout),
            (error(302, &[], ""), ErrorKind::Protocol),
        ];
        for (error, kind) in rows {
            assert_eq!(error.kind, kind, "{error}");
        }
    }

    #[test]
    fn texts_keep_what_support_asks_for() {
        let with_id = error(400, &[("X-Okta-Request-Id", "r1")], &body("E0000001", "Why."));
        assert_eq!(
            with_id.to_string(),
            "Okta answered 400 - It failed - Why. - code E0000001 - error id oae1 - request id r1"
        );
        let oauth = error(400, &[], r#"{"error":"invalid_scope","error_description":"No."}"#);
        assert_eq!(oauth.to_string(), "Okta answered 400 - No. - code invalid_scope");
        let html = error(503, &[], "<html>secret page</html>");
        assert_eq!(html.to_string(), "Okta answered 503 - no further details");
    }
}
