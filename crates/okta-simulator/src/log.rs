//! The requests that came, for tests that ask what was sent.
//!
//! Credentials are not kept.

use http::StatusCode;
use jiff::Timestamp;

use crate::call::Call;
use crate::faults::Effect;

/// One request that came, and the status it was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRequest {
    /// The path, as it came.
    pub path: String,
    /// The parameters of the query, decoded, in the order in which they came. Credentials, which do not belong
    /// there, are replaced.
    pub query: Vec<(String, String)>,
    /// The rate-limit bucket that the path counts in, named by its path.
    pub bucket: Option<&'static str>,
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
            path: call.path.clone(),
            query: call.query.iter().map(without_secret).collect(),
            bucket,
            status,
            time,
            faults: effects.iter().map(Effect::name).collect(),
        }
    }

    /// Returns the first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Parameters that hold a credential.
const SECRETS: [&str; 4] = ["access_token", "assertion", "client_assertion", "client_secret"];

fn without_secret((name, value): &(String, String)) -> (String, String) {
    let value = if SECRETS.contains(&name.as_str()) { "(secret)" } else { value };
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
