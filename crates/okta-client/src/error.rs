//! Reads refusals: a kind to act on, the rest to tell people. No other file knows Okta's codes.
//!
//! Texts from outside are cut and the credential is masked in them where they are read, here and in `parts.rs`:
//! no text of an answer gets into an [`Error`] in another way.

mod parts;

use crate::http::{HttpError, HttpErrorKind};
use crate::rate_limit::Observation;
use crate::redaction::Redactor;
use bytes::Bytes;
use http::HeaderMap;
use http::header::LOCATION;
use parts::{Challenge, ErrorBody, MAX_NAME, MAX_SUMMARY};
use std::fmt;
use std::time::Duration;
use url::Url;

/// The time after which a call that met too many simultaneous requests may come back.
const CROWD_DISPERSES: Duration = Duration::from_secs(2);

/// Characters of a host name.
const MAX_HOST: usize = 253;

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
    /// The private key of the service app did not sign in time. It may the next time.
    KeyUnavailable,
    /// The org does not have this feature (`E0000015`). No credential would help.
    FeatureMissing,
    /// There is nothing at that path.
    NotFound,
    /// There is no Okta API at the address of the org: its name leads to no public address, or it has no
    /// token endpoint. No other path would be found either.
    NoApi,
    /// The cursor is not good, or no longer. The listing may be started again.
    InvalidCursor,
    /// Okta does not understand the question (`E0000031` and its relatives): ask in another way.
    Rejected,
    /// Okta answered 429: whoever uses the credential or the org has used a limit up. After `retry_after` it
    /// makes sense to come back; a larger share for this connection would not help.
    RateLimited {
        /// The time until the window ends, or until fewer requests are on their way.
        retry_after: Duration,
    },
    /// The share of a limit that this connection may use is spent, so Okta was not asked. After `retry_after`
    /// it makes sense to come back; a larger share would help.
    ShareSpent {
        /// The time until the window ends.
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
    /// The answer is larger than this crate reads, and cannot be asked for in smaller parts.
    TooLarge,
    /// The answer is not one that Okta's API gives: a redirect, another path in a link, broken JSON.
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
    pub(crate) fn from_http(error: &HttpError, redactor: &Redactor) -> Self {
        let kind = match error.kind {
            HttpErrorKind::Connect | HttpErrorKind::Interrupted => ErrorKind::Unavailable,
            HttpErrorKind::Timeout => ErrorKind::Timeout,
            HttpErrorKind::NotPublic => ErrorKind::NoApi,
            HttpErrorKind::TooLarge => ErrorKind::TooLarge,
            HttpErrorKind::Unsendable => ErrorKind::Protocol,
        };
        // A certificate, for instance, names whom it belongs to.
        let cause = redactor.text(&error.to_string(), MAX_SUMMARY);
        Self::local(kind, format!("Okta was not reached - {cause}"))
    }

    /// Reads a refusal: JSON with `errorCode`, JSON with `error`, `WWW-Authenticate`, or nothing
    /// but the status, in this order.
    pub(crate) fn from_response(response: &http::Response<Bytes>, redactor: &Redactor) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers());
        let body = ErrorBody::read(response.body(), redactor);
        let challenge = Challenge::read(headers, redactor);
        let demand = demand(status, headers, &body, &challenge);
        let summary = redirection(response, redactor)
            .or_else(|| body.text())
            .or_else(|| challenge.error_description.as_deref().map(str::to_owned))
            .unwrap_or_else(|| "no further details".to_owned());
        Self {
            kind: kind(status, demand, &body, &challenge),
            status: Some(status),
            message: format!("Okta answered {status} - {summary}").into(),
            error_code: code(&body, &challenge).map(Box::from),
            error_id: body.error_id,
            request_id: request_id(headers, redactor),
            demand,
        }
    }

    /// Makes the failure of an answer with the status 200 that `what` is wrong with. If the body is an error
    /// of Okta all the same, its code and ids are kept.
    pub(crate) fn unexpected(
        response: &http::Response<Bytes>,
        redactor: &Redactor,
        what: &str,
    ) -> Self {
        let body = ErrorBody::read(response.body(), redactor);
        let summary = body.text().map(|text| format!(" - {text}")).unwrap_or_default();
        Self {
            status: Some(response.status().as_u16()),
            error_code: body.error_code.or(body.error),
            error_id: body.error_id,
            request_id: request_id(response.headers(), redactor),
            ..Self::local(ErrorKind::Protocol, format!("Okta answered 200 {what}{summary}"))
        }
    }
}

impl Error {
    /// Returns true if the text names a scope.
    pub(crate) fn names(&self, scope: &str) -> bool {
        let is_of_scope = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
        let words = self.message.split(|char| !is_of_scope(char));
        words.map(|word| word.trim_end_matches('.')).any(|word| word == scope)
    }
}

/// Returns true if a JSON object is an error of Okta, whatever status it came with.
pub(crate) fn is_error_body(body: &[u8]) -> bool {
    let body = ErrorBody::read(body, &Redactor::default());
    body.error_code.is_some() && body.error_summary.is_some()
}

/// Reads Okta's id of a request.
pub(crate) fn request_id(headers: &HeaderMap, redactor: &Redactor) -> Option<Box<str>> {
    let id = headers.get("x-okta-request-id")?.to_str().ok()?;
    Some(redactor.text(id, MAX_NAME))
}

/// Names the host that a redirect points to; nothing else of its address.
fn redirection(response: &http::Response<Bytes>, redactor: &Redactor) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let location = match location.starts_with("//") {
        true => format!("https:{location}"),
        false => location.to_owned(),
    };
    let url = Url::parse(&location).ok();
    let host = url.as_ref().and_then(Url::host_str).map(|host| redactor.text(host, MAX_HOST));
    let host = host.filter(|host| host.bytes().all(|byte| byte.is_ascii_graphic()));
    Some(host.map_or_else(|| "a redirect".to_owned(), |host| format!("a redirect to {host}")))
}

/// Returns the code of a refusal, wherever it stands.
fn code<'a>(body: &'a ErrorBody, challenge: &'a Challenge) -> Option<&'a str> {
    let codes = [&body.error_code, &body.error, &challenge.error];
    codes.into_iter().find_map(|code| code.as_deref())
}

fn demand(
    status: u16,
    headers: &HeaderMap,
    body: &ErrorBody,
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

fn kind(status: u16, demand: Option<Demand>, body: &ErrorBody, challenge: &Challenge) -> ErrorKind {
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
            (Some(scope), _) => ErrorKind::MissingScope { scope: scope.to_string() },
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

impl Error {
    /// Returns the status of Okta's answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns Okta's `errorCode`, or the `error` of OAuth 2.0.
    pub fn code(&self) -> Option<&str> {
        self.error_code.as_deref()
    }

    /// Returns the sentence without code and ids.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Writes the status, the code and the ids, which a log may hold: Okta's own sentence may repeat the question.
    pub fn ids(&self) -> String {
        let status = self.status.map(|status| format!("status {status}"));
        let ids = self.named_ids().map(|(name, value)| format!("{name} {value}"));
        status.into_iter().chain(ids).collect::<Vec<_>>().join(" - ")
    }

    fn named_ids(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let ids = [
            ("code", &self.error_code),
            ("error id", &self.error_id),
            ("request id", &self.request_id),
        ];
        ids.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.named_ids().try_for_each(|(name, value)| write!(f, " - {name} {value}"))
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
        Error::from_response(&response.body(body).unwrap(), &Redactor::default())
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
            (error(408, &[], ""), ErrorKind::Timeout),
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
    fn members_of_an_error_are_read_one_by_one() {
        let rows = [
            (
                r#"{"errorSummary":{},"errorCode":"E0000015","errorId":7,"errorCauses":["x"]}"#,
                "Okta answered 401 - x - code E0000015 - error id 7",
            ),
            (
                r#"{"errorCode":7,"errorSummary":"No","errorCauses":{"errorSummary":"y"}}"#,
                "Okta answered 401 - No - y - code 7",
            ),
            (
                r#"{"errorCode":null,"errorSummary":["No"],"errorId":false}"#,
                "Okta answered 401 - no further details - error id false",
            ),
            (
                r#"{"errorCauses":[{"errorSummary":5},{},null,[1]],"error":"invalid_client"}"#,
                "Okta answered 401 - 5 - code invalid_client",
            ),
            (
                r#"{"errorSummary":"\ud800","errorCode":"E0000011"}"#,
                "Okta answered 401 - no further details - code E0000011",
            ),
            (
                r#"{"errorCode":"E0000011","errorId":"oae1","errorSummary":"breaks of"#,
                "Okta answered 401 - no further details - code E0000011 - error id oae1",
            ),
            ("[]", "Okta answered 401 - no further details"),
        ];
        for (body, expected) in rows {
            assert_eq!(error(401, &[], body).to_string(), expected, "{body}");
        }
        let cursor = r#"{"errorCode":"E0000031","errorCauses":["Invalid cursor."],"errorId":{}}"#;
        assert_eq!(error(400, &[], cursor).kind, ErrorKind::InvalidCursor);
        assert_eq!(
            error(401, &[], r#"{"errorCode":"E0000015","errorSummary":{}}"#).kind,
            ErrorKind::FeatureMissing
        );
    }

    #[test]
    fn texts_from_outside_are_cut() {
        let long = "a".repeat(100_000);
        let id: &str = &long[..1_000];
        let challenge = format!(
            r#"Bearer scope="{long}", error="insufficient_scope", error_description="{long}""#
        );
        let causes = vec![format!(r#"{{"errorSummary":"{}"}}"#, &long[..1_000]); 50].join(",");
        let rows = [
            error(400, &[], &format!(r#"{{"errorCode":"E1","errorSummary":"{long}"}}"#)),
            error(400, &[], &format!(r#"{{"errorCode":"{id}","errorId":"{id}"}}"#)),
            error(400, &[("x-okta-request-id", &long)], "{}"),
            error(400, &[], &format!(r#"{{"errorSummary":"{id}","errorCauses":[{causes}]}}"#)),
            error(403, &[("www-authenticate", &challenge)], ""),
            error(302, &[("location", &format!("https://{long}.example"))], ""),
        ];
        for error in rows {
            assert!(error.to_string().len() < 2_000, "{}", error.to_string().len());
            if let ErrorKind::MissingScope { scope } = &error.kind {
                assert!(scope.len() < 100, "{}", scope.len());
            }
        }
    }

    #[test]
    fn a_redirect_names_the_host_alone() {
        let rows = [
            ("https://login.acme.com/app?token=x", "a redirect to login.acme.com"),
            ("http://evil.example:81/", "a redirect to evil.example"),
            ("//evil.example/api", "a redirect to evil.example"),
            ("https://me:pw@b%C3%BCcher.example", "a redirect to xn--bcher-kva.example"),
            ("/api/v2", "a redirect"),
            ("https://", "a redirect"),
            ("mailto:me", "a redirect"),
        ];
        for (location, expected) in rows {
            let error = error(302, &[("location", location)], "");
            assert_eq!(error.to_string(), format!("Okta answered 302 - {expected}"), "{location}");
            assert_eq!(error.kind, ErrorKind::Protocol);
        }
    }

    #[test]
    fn the_credential_of_the_request_is_masked() {
        const TOKEN: &str = "00canaryCANARYcanaryCANARYcanary";
        let request = http::Request::get("/").header("authorization", format!("SSWS {TOKEN}"));
        let redactor = Redactor::of(&request.body(Bytes::new()).unwrap());
        let member = |name: &str| format!(r#"{{"{name}":"SSWS {TOKEN}"}}"#);
        let cause = format!(r#"{{"errorCauses":[{{"errorSummary":"{TOKEN}"}}]}}"#);
        let escaped = TOKEN.replace('c', "\\u0063");
        let challenge = |name: &str| format!(r#"Bearer {name}="{TOKEN}""#);
        let rows: Vec<(&str, String, String)> = vec![
            ("", String::new(), member("errorSummary")),
            ("", String::new(), member("errorCode")),
            ("", String::new(), member("errorId")),
            ("", String::new(), member("error")),
            ("", String::new(), member("error_description")),
            ("", String::new(), cause),
            ("", String::new(), format!(r#"{{"errorSummary":"{escaped}"}}"#)),
            ("x-okta-request-id", TOKEN.to_owned(), String::new()),
            ("www-authenticate", challenge("error"), String::new()),
            ("www-authenticate", challenge("error_description"), String::new()),
            ("www-authenticate", challenge("scope"), String::new()),
            ("location", format!("https://{}.example/", TOKEN), String::new()),
        ];
        for (name, value, body) in rows {
            for status in [200, 302, 400, 401, 403] {
                let mut response = http::Response::builder().status(status);
                if !name.is_empty() {
                    response = response.header(name, &value);
                }
                let response = response.body(Bytes::from(body.clone())).unwrap();
                let refused = Error::from_response(&response, &redactor);
                let unexpected = Error::unexpected(&response, &redactor, "with an error");
                for error in [refused, unexpected] {
                    let printed = format!("{error} {error:?}").to_lowercase();
                    assert!(!printed.contains("canary"), "{printed}");
                }
            }
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

    #[test]
    fn scopes_that_a_refusal_names() {
        let refused = |text: &str| {
            let body = format!(r#"{{"error":"invalid_scope","error_description":"{text}"}}"#);
            error(400, &[], &body)
        };
        let rows = [
            ("Not granted: okta.users.read.", true),
            ("Scopes [okta.groups.read, okta.users.read] are not granted", true),
            ("okta.users.read.self is not granted", false),
            ("okta.users.readonly is not granted", false),
            ("One or more scopes are not configured", false),
        ];
        for (text, expected) in rows {
            assert_eq!(refused(text).names("okta.users.read"), expected, "{text}");
        }
    }
}
