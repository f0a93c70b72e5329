//! Things that go wrong, by script.
//!
//! A script is a list of faults, each with the calls that it meets. It is data, so a test can say in one line
//! what fails and when:
//!
//! ```
//! use okta_simulator::{ApiError, Effect, Fault, Part};
//!
//! // The second page of any listing is refused, once.
//! let once = Fault::on_call(1, Effect::Error(ApiError::NoPermission)).carrying(Part::Parameter("after"));
//! // The org cannot sort.
//! let unsorted = Fault::always(Effect::status(500)).carrying(Part::Parameter("sortBy"));
//! # let _ = [once, unsorted];
//! ```

use std::time::Duration;

use fastrand::Rng;
use http::header;
use jiff::SignedDuration;
use serde_json::Value;

use crate::api_error::ApiError;
use crate::call::Call;
use crate::mutation::Mutation;

/// A list of faults. The empty script, which is the default, lets everything go well.
#[derive(Clone, Debug, Default)]
pub struct FaultScript {
    faults: Vec<Fault>,
    /// Counts, for each fault, of the calls so far that fit its path and its parts.
    fitting: Vec<u64>,
}

/// One thing that goes wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The calls it is about: those whose path starts with this. The empty text is about all of them.
    pub path: String,
    /// Those calls carry all of these.
    pub parts: Vec<Part>,
    /// Which of those calls it meets.
    pub when: When,
    /// This happens to them.
    pub what: Effect,
}

/// A part of a call that an org may choke on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A query parameter of this name. All pages of a listing but the first carry `after`.
    Parameter(&'static str),
    /// A query parameter of this name whose value holds a text, as `search` does `created ge`.
    Text {
        /// The name of the parameter.
        parameter: &'static str,
        /// The text.
        text: &'static str,
    },
    /// The parameter `okta-response` of `Content-Type`.
    Omissions,
}

/// Which of the calls that fit a fault it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// All of them.
    Always,
    /// This one, counted from one.
    Nth(u64),
    /// This one and all that follow, counted from one.
    From(u64),
    /// This one, the last one and all in between, counted from one.
    Between {
        /// The first one.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// Each one whose number this divides, counted from one.
    Every(u64),
    /// So many in a hundred, drawn by a seed.
    Chance {
        /// The share of calls, in percent.
        percent: u32,
        /// The draws are made from this.
        seed: u64,
    },
}

/// An effect on a call.
#[derive(Clone, Debug)]
pub enum Effect {
    /// The answer has this status. Without a body of its own it has the error body that Okta most likely sends
    /// with it, and a success has the body of a failure.
    Status {
        /// The status code.
        status: u16,
        /// The body, instead of Okta's.
        body: Option<String>,
        /// Headers, instead of those of the same name.
        headers: Vec<(String, String)>,
    },
    /// The answer is this error.
    Error(ApiError),
    /// The JSON object in the body has this value in a member, which may be of another type than usual.
    Member {
        /// The name of the member.
        name: &'static str,
        /// Its value.
        value: Value,
    },
    /// A text is replaced wherever the body has it, by what need not be valid there: `\ud800` makes a lone
    /// surrogate.
    Replace {
        /// The text.
        text: &'static str,
        /// What stands in its place.
        with: &'static str,
    },
    /// Each record of a listing is longer by so many bytes, which are in a member `padding`.
    Pad {
        /// So many bytes are added.
        bytes: usize,
    },
    /// The page of a listing is empty, and its `next` link has a cursor that was never given out before. It names
    /// the same place, so nothing is skipped once the fault is over.
    EmptyPage,
    /// A listing that asks for more records than this is answered with 500, as if it had taken too long.
    TimeOutAbove {
        /// The largest `limit` that works.
        limit: usize,
    },
    /// The answer has one more header.
    ExtraHeader {
        /// The name of the header.
        name: String,
        /// Its value.
        value: String,
    },
    /// The answer takes this much longer.
    Delay(Duration),
    /// The connection breaks after so many bytes of the body.
    Cut {
        /// So many bytes still come.
        after: usize,
    },
    /// The body ends early, and nothing tells that it does.
    TruncateBody {
        /// So many bytes are left.
        to: usize,
    },
    /// The body is not JSON, although it says so.
    MalformedJson,
    /// The body is a web page, as proxies send them.
    WrongContentType,
    /// The answer is an error that repeats the credentials of the call, in each of its texts and in a header.
    RepeatedCredentials {
        /// The status code.
        status: u16,
    },
    /// The rate-limit headers come twice, the second time with lower numbers.
    DuplicateRateLimitHeaders,
    /// The rate-limit headers are missing.
    MissingRateLimitHeaders,
    /// The `Date` header is off by so much; `X-Rate-Limit-Reset` is not.
    SkewedDate(SignedDuration),
    /// The `next` link leads to this host.
    ForeignNextLink {
        /// The host, with a port if it has one.
        host: String,
    },
    /// The `next` link has neither scheme nor host.
    RelativeNextLink,
    /// All links come in one header line, with commas in between.
    FoldedLinks,
    /// The `next` link leads to the page it is on. The first page of a listing has no such link, and is spared.
    RepeatedCursor,
    /// The cursor is refused. A call without one is spared.
    CursorExpired,
    /// The credential of the call is revoked, from this call on.
    Revoke,
    /// The org changes once the call is answered: what the next page shows may have moved.
    Mutate(Mutation),
}

impl Fault {
    /// Makes a fault of every call.
    pub fn always(what: Effect) -> Self {
        Self { path: String::new(), parts: Vec::new(), when: When::Always, what }
    }

    /// Makes a fault of the n-th call, counted from one.
    pub fn on_call(n: u64, what: Effect) -> Self {
        Self { when: When::Nth(n), ..Self::always(what) }
    }

    /// Makes a fault of the n-th call and all that follow, counted from one.
    pub fn from_call(n: u64, what: Effect) -> Self {
        Self { when: When::From(n), ..Self::always(what) }
    }

    /// Narrows the fault to calls of this path.
    pub fn to(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Narrows the fault to calls that carry this part, besides those that they had to carry already.
    pub fn carrying(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    fn is_about(&self, call: &Call) -> bool {
        call.path.starts_with(&self.path) && self.parts.iter().all(|part| part.is_in(call))
    }
}

impl Part {
    fn is_in(self, call: &Call) -> bool {
        match self {
            Self::Parameter(name) => call.param(name).is_some(),
            Self::Text { parameter, text } => {
                call.param(parameter).is_some_and(|value| value.contains(text))
            }
            Self::Omissions => call
                .header(&header::CONTENT_TYPE)
                .is_some_and(|value| value.to_ascii_lowercase().contains("okta-response")),
        }
    }
}

impl Effect {
    /// Makes an answer with this status, and the error body that Okta sends with it.
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: None, headers: Vec::new() }
    }

    /// Makes an answer with this status and this body.
    pub fn body(status: u16, body: impl Into<String>) -> Self {
        Self::Status { status, body: Some(body.into()), headers: Vec::new() }
    }

    /// Makes an answer with this status and a web page for a body, as proxies send it.
    pub fn web_page(status: u16) -> Self {
        Self::Status {
            status,
            body: Some("<!DOCTYPE html><title>Error</title>".to_owned()),
            headers: vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())],
        }
    }

    /// Makes an answer that sends the client to another address.
    pub fn redirect(location: &str) -> Self {
        Self::Status {
            status: 302,
            body: Some(String::new()),
            headers: vec![("location".to_owned(), location.to_owned())],
        }
    }

    /// Returns its name for a report, without its numbers but for the status.
    pub(crate) fn name(&self) -> String {
        let name = match self {
            Self::Status { status, .. } => return format!("status {status}"),
            Self::Error(error) => return format!("{error:?}"),
            Self::Member { name, .. } => return format!("other {name}"),
            Self::Replace { .. } => "replaced text",
            Self::Pad { .. } => "padding",
            Self::EmptyPage => "empty page",
            Self::TimeOutAbove { .. } => "time-out of long pages",
            Self::ExtraHeader { name, .. } => return format!("extra {name}"),
            Self::Delay(_) => "delay",
            Self::Cut { .. } => "cut connection",
            Self::TruncateBody { .. } => "truncated body",
            Self::MalformedJson => "malformed JSON",
            Self::WrongContentType => "web page",
            Self::RepeatedCredentials { .. } => "repeated credentials",
            Self::DuplicateRateLimitHeaders => "duplicate rate-limit headers",
            Self::MissingRateLimitHeaders => "missing rate-limit headers",
            Self::SkewedDate(_) => "skewed date",
            Self::ForeignNextLink { .. } => "foreign next link",
            Self::RelativeNextLink => "relative next link",
            Self::FoldedLinks => "folded links",
            Self::RepeatedCursor => "repeated cursor",
            Self::CursorExpired => "expired cursor",
            Self::Revoke => "revoked credential",
            Self::Mutate(_) => "moving org",
        };
        name.to_owned()
    }
}

impl From<Vec<Fault>> for FaultScript {
    fn from(faults: Vec<Fault>) -> Self {
        let fitting = vec![0; faults.len()];
        Self { faults, fitting }
    }
}

impl FaultScript {
    /// Returns the effects that this call meets, and counts the call.
    pub(crate) fn meet(&mut self, call: &Call) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (fault, fitting) in self.faults.iter().zip(&mut self.fitting) {
            if fault.is_about(call) {
                *fitting += 1;
                if fault.when.is_met(*fitting) {
                    effects.push(fault.what.clone());
                }
            }
        }
        effects
    }
}

impl When {
    fn is_met(self, nth: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Nth(n) => nth == n,
            Self::From(n) => nth >= n,
            Self::Between { first, last } => (first..=last).contains(&nth),
            Self::Every(n) => nth.checked_rem(n) == Some(0),
            Self::Chance { percent, seed } => {
                Rng::with_seed(seed.wrapping_add(nth)).u32(..100) < percent
            }
        }
    }
}
