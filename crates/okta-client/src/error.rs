//! Reads refusals: a kind to act on, the rest to tell people. No other file knows Okta's codes.

use crate::http::{HttpError, HttpErrorKind};
use crate::rate_limit::Observation;
use bytes::Bytes;
use http::HeaderMap;
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// The time after which a call that met too many simultaneous requests may come back.
const CROWD_DISPERSES: Duration = Duration::from_secs(2);

/// A request failed, after all attempts that made sense.
///
/// It prints as a sentence for people, with Okta's code and the ids that its support asks for, and
/// without secrets, cursors and bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind of failure, which says what a caller may do.
    pub kind: ErrorKind,
    /// The status of Okta's answer, if there was one.
    pub(crate) status: Option<u16>,
    /// A sentence for people.
    pub(crate) message: Box<str>,
    /// Okta's `errorCode`, or the `error` of OAuth 2.0.
    pub(crate) error_code: Option<Box<str>>,
    /// Okta's `errorId`, under which its support finds the failure.
    pub(crate) error_id: Option<Box<str>>,
    /// Okta's `X-Okta-Request-Id`.
    pub(crate) request_id: Option<Box<str>>,
    /// The wish about the next request, if Okta has one.
    pub(crate) demand: Option<Demand>,
}

/// A kind of failure: two failures differ in it if a caller does something different about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The credential is wrong, has expired or was revoked. Another one may do.
    Unauthorized,
    /// The token does not have the OAuth 2.0 scope that the path needs (403 with `insufficient_scope`).
    MissingScope {
        /// The scope, as Okta names it.
        scope: String,
    },
    /// The service app is not granted all scopes that it asked for (`invalid_scope`, `consent_required`
    /// at the token endpoint), so it has no token at all.
    ScopesNotGranted,
    /// The service app may not get a token from this address (`access_denied` at the token endpoint): it
    /// is restricted to a network zone.
    AddressRefused,
    /// Any other lack of rights: that of an admin role, or of a network zone that the token may be used
    /// from.
    Forbidden,
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
        /// The time until the window ends, or until fewer requests are on their way.
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

/// A wish about the next request that this crate can fulfil by itself, so that callers need not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// The proof of possession is to repeat the nonce of this answer.
    Nonce,
    /// There is to be a proof of possession, or another one.
    Proof,
    /// The assertion of the service app is to be another one.
    Assertion,
    /// Fewer requests are to be on their way at once.
    FewerAtOnce,
}

impl Error {
    /// Makes a failure that is not an answer of Okta.
    pub fn local(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            message: message.into().into_boxed_str(),
            error_code: None,
            error_id: None,
            request_id: None,
            demand: None,
        }
    }

    /// Makes a failure of the lack of a response.
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
        let (status, headers) = (response.status().as_u16(), response.headers());
        let body: OktaError = serde_json::from_slice(response.body()).unwrap_or_default();
        let challenge = Challenge::read(headers);
        let demand = demand(status, headers, &body, &challenge);
        let summary = body
            .text()
            .or_else(|| challenge.error_description.clone())
            .unwrap_or_else(|| "no further details".to_owned());
        Self {
            kind: kind(status, demand, &body, &challenge),
            status: Some(status),
            message: format!("Okta answered {status} - {summary}").into(),
            error_code: code(&body, &challenge).map(Box::from),
            error_id: body.error_id.map(String::into),
            request_id: request_id(headers),
            demand,
        }
    }
}

/// Reads Okta's id of a request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<Box<str>> {
    headers.get("x-okta-request-id")?.to_str().ok().map(Box::from)
}

/// Returns the code of a refusal, wherever it stands.
fn code<'a>(body: &'a OktaError, challenge: &'a Challenge) -> Option<&'a str> {
    let codes = [&body.error_code, &body.error, &challenge.error];
    codes.into_iter().find_map(|code| code.as_deref())
}

fn demand(
    status: u16,
    headers: &HeaderMap,
    body: &OktaError,
    challenge: &Challenge,
) -> Option<Demand> {
    match (status, code(body, challenge)) {
        (_, Some("use_dpop_nonce")) => Some(Demand::Nonce),
        (_, Some("invalid_dpop_proof")) => Some(Demand::Proof),
        (_, Some("invalid_client")) => Some(Demand::Assertion),
        (429, _) if Observation::is_concurrency_limit(headers) => Some(Demand::FewerAtOnce),
        _ => None,
    }
}

fn kind(status: u16, demand: Option<Demand>, body: &OktaError, challenge: &Challenge) -> ErrorKind {
    match (status, code(body, challenge).unwrap_or_default()) {
        (400, _) if challenge.wants_proof && body.error_code.is_none() => ErrorKind::ProofDemanded,
        (400, "invalid_client") => ErrorKind::Unauthorized,
        // RFC 6749 has the server say so where a status of its own cannot be sent.
        (400, "server_error" | "temporarily_unavailable") => ErrorKind::Unavailable,
        (400 | 403, "invalid_scope" | "consent_required") => ErrorKind::ScopesNotGranted,
        (_, "E0000015") => ErrorKind::FeatureMissing,
        (_, "E0000047") | (429, _) => {
            let is_crowded = demand == Some(Demand::FewerAtOnce);
            let retry_after = if is_crowded { CROWD_DISPERSES } else { Duration::ZERO };
            ErrorKind::RateLimited { retry_after }
        }
        (_, "E0000005") | (401, _) => ErrorKind::Unauthorized,
        (403, code) => match (&challenge.scope, code) {
            (Some(scope), _) => ErrorKind::MissingScope { scope: scope.clone() },
            (None, "access_denied") => ErrorKind::AddressRefused,
            (None, _) => ErrorKind::Forbidden,
        },
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

    /// Returns true if the cursor is refused: applications say `E0000029`, devices `E0000031` with a cause
    /// that names the cursor.
    fn is_about_cursor(&self) -> bool {
        self.error_code.as_deref() == Some("E0000029")
            || self.causes().any(|cause| cause.to_ascii_lowercase().contains("cursor"))
    }
}

/// A `WWW-Authenticate` header.
#[derive(Debug, Default)]
struct Challenge {
    error: Option<String>,
    error_description: Option<String>,
    scope: Option<String>,
    /// True if the scheme is DPoP.
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

/// Splits `a="b", c="d, e"` into pairs.
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
        let missing = |scope: &str| ErrorKind::MissingScope { scope: scope.to_owned() };
        let limited =
            |seconds| ErrorKind::RateLimited { retry_after: Duration::from_secs(seconds) };
        let crowded = [("x-rate-limit-limit", "0"), ("x-rate-limit-remaining", "0")];
        let proof = [("www-authenticate", r#"DPoP error="invalid_dpop_proof""#)];
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
            (error(400, &[], r#"{"error":"server_error"}"#), ErrorKind::Unavailable),
            (error(400, &[], r#"{"error":"invalid_client"}"#), ErrorKind::Unauthorized),
            (error(401, &[], r#"{"error":"invalid_client"}"#), ErrorKind::Unauthorized),
            (error(400, &[], r#"{"error":"invalid_scope"}"#), ErrorKind::ScopesNotGranted),
            (error(400, &[], r#"{"error":"consent_required"}"#), ErrorKind::ScopesNotGranted),
            (error(403, &[], r#"{"error":"consent_required"}"#), ErrorKind::ScopesNotGranted),
            (error(403, &[], r#"{"error":"access_denied"}"#), ErrorKind::AddressRefused),
            // The user of an app, not its address, is refused.
            (error(400, &[], r#"{"error":"access_denied"}"#), ErrorKind::Client),
            (error(400, &[], r#"{"error":"use_dpop_nonce"}"#), ErrorKind::Client),
            (error(400, &proof, ""), ErrorKind::ProofDemanded),
            (error(401, &proof, ""), ErrorKind::Unauthorized),
            (error(403, &[], &body("E0000006", "")), ErrorKind::Forbidden),
            (error(403, &[], ""), ErrorKind::Forbidden),
            (error(403, &[("WWW-Authenticate", challenge)], ""), missing("okta.groups.read")),
            (error(401, &[], ""), ErrorKind::Unauthorized),
            (error(404, &[], &body("E0000007", "")), ErrorKind::NotFound),
            (error(400, &[], &body("E0000029", "Invalid cursor.")), ErrorKind::InvalidCursor),
            (error(400, &[], &body("E0000031", "Invalid cursor.")), ErrorKind::InvalidCursor),
            (error(400, &[], &body("E0000031", "bad property")), ErrorKind::Rejected),
            (error(414, &[], &body("E0000256", "")), ErrorKind::Rejected),
            (error(409, &[], &body("E0000145", "")), ErrorKind::Unavailable),
            (error(409, &[], &body("E0000157", "")), ErrorKind::Client),
            (error(423, &[], &body("E0000239", "")), ErrorKind::Unavailable),
            (error(429, &[], ""), limited(0)),
            (error(429, &crowded, ""), limited(2)),
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
    fn demands() {
        let crowded = [("x-rate-limit-limit", "0"), ("x-rate-limit-remaining", "0")];
        let nonce = [("www-authenticate", r#"DPoP error="use_dpop_nonce""#)];
        let rows = [
            (error(400, &[], r#"{"error":"use_dpop_nonce"}"#), Some(Demand::Nonce)),
            (error(401, &nonce, ""), Some(Demand::Nonce)),
            (error(400, &[], r#"{"error":"invalid_dpop_proof"}"#), Some(Demand::Proof)),
            (error(401, &[], r#"{"error":"invalid_client"}"#), Some(Demand::Assertion)),
            (error(429, &crowded, ""), Some(Demand::FewerAtOnce)),
            (error(429, &[], ""), None),
            (error(503, &crowded, ""), None),
            (error(401, &[], &body("E0000011", "")), None),
        ];
        for (error, demand) in rows {
            assert_eq!(error.demand, demand, "{error}");
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
