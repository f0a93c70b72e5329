//! The requests that came, for tests that ask what was sent.
//!
//! Credentials are not kept.

use bytes::Bytes;
use http::{Method, StatusCode};
use jiff::Timestamp;

use crate::call::Call;
use crate::faults::Effect;

/// One request that came, and the status it was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRequest {
    /// The method.
    pub method: Method,
    /// The path, as it came.
    pub path: String,
    /// The parameters of the query, decoded, in the order in which they came. Credentials, which do not belong
    /// there, are replaced.
    pub query: Vec<(String, String)>,
    /// The rate-limit bucket that the path counts in, named by its path.
    pub bucket: Option<&'static str>,
    /// So many requests the answer says that the bucket has left.
    pub remaining: Option<u64>,
    /// The status of the answer.
    pub status: StatusCode,
    /// It came at this virtual time.
    pub time: Timestamp,
    /// The names of the faults that it met.
    pub faults: Vec<String>,
}

impl LoggedRequest {
    pub(crate) fn new(
        call: &Call,
        bucket: Option<&'static str>,
        status: StatusCode,
        time: Timestamp,
        effects: &[Effect],
    ) -> Self {
        Self {
            method: call.method.clone(),
            path: call.path.clone(),
            query: call.query.iter().map(without_secret).collect(),
            bucket,
            remaining: None,
            status,
            time,
            faults: effects.iter().map(Effect::name).collect(),
        }
    }

    /// Makes the entry of a request that cannot be read.
    pub(crate) fn unreadable(
        request: &http::Request<Bytes>,
        status: StatusCode,
        time: Timestamp,
    ) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: Vec::new(),
            bucket: None,
            remaining: None,
            status,
            time,
            faults: Vec::new(),
        }
    }

    /// Replaces what is a credential wherever it does not belong: as a segment of the path, or in the query.
    pub(crate) fn hide(&mut self, is_credential: impl Fn(&str) -> bool) {
        if self.path.split('/').any(&is_credential) {
            let segments = self.path.split('/');
            let shown = segments.map(|it| if is_credential(it) { HIDDEN } else { it });
            self.path = shown.collect::<Vec<_>>().join("/");
        }
        for (_, value) in &mut self.query {
            if is_credential(value) {
                HIDDEN.clone_into(value);
            }
        }
    }

    /// Returns the first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Parameters that hold a credential.
const SECRETS: [&str; 9] = [
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "id_token_hint",
    "refresh_token",
    "token",
];

/// The text that stands in the place of a credential.
const HIDDEN: &str = "(secret)";

fn without_secret((name, value): &(String, String)) -> (String, String) {
    let value = if SECRETS.contains(&name.as_str()) { HIDDEN } else { value };
    (name.clone(), value.to_owned())
}

/// The latest requests.
#[derive(Clone, Debug)]
pub(crate) struct RequestLog {
    requests: Vec<LoggedRequest>,
    most: usize,
}

impl Default for RequestLog {
    fn default() -> Self {
        Self { requests: Vec::new(), most: usize::MAX }
    }
}

impl RequestLog {
    pub(crate) fn push(&mut self, request: LoggedRequest) {
        self.requests.push(request);
        // The surplus is dropped in one go, so that a bounded log costs no more than an unbounded one.
        if self.requests.len() > self.most.saturating_mul(2) {
            self.requests.drain(..self.requests.len() - self.most);
        }
    }

    /// Completes the latest entry with what its answer says.
    pub(crate) fn delivered(&mut self, response: &http::Response<Bytes>) {
        if let Some(request) = self.requests.last_mut() {
            let remaining = response.headers().get("x-rate-limit-remaining");
            request.remaining = remaining.and_then(|it| it.to_str().ok()?.parse().ok());
        }
    }

    pub(crate) fn requests(&self) -> &[LoggedRequest] {
        &self.requests[self.requests.len().saturating_sub(self.most)..]
    }

    pub(crate) fn keep(&mut self, most: usize) {
        self.most = most;
    }

    pub(crate) fn clear(&mut self) {
        self.requests.clear();
    }
}
