//! Things that go wrong, by script.
//!
//! A script is a list of faults, each with the calls that it meets. It is data, so a test can say in one line
//! what fails and when.

use std::time::Duration;

use fastrand::Rng;
use jiff::SignedDuration;

use crate::call::Call;
use crate::mutation::Mutation;

/// A list of faults. The empty script, which is the default, lets everything go well.
#[derive(Clone, Debug, Default)]
pub struct FaultScript {
    faults: Vec<Fault>,
    /// Counts, for each fault, of the calls so far that fit its path.
    fitting: Vec<u64>,
}

/// One thing that goes wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The calls it is about: those whose path starts with this. The empty text is about all of them.
    pub path: String,
    /// Which of those calls it meets.
    pub when: When,
    /// This happens to them.
    pub what: Effect,
}

/// Which of the calls that fit a fault's path it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// All of them.
    Always,
    /// This one, counted from one.
    Nth(u64),
    /// This one and all that follow, counted from one.
    From(u64),
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
    /// The answer has this status. Without a body of its own it has the error body that Okta sends with it.
    Status {
        /// The status code.
        status: u16,
        /// The body, instead of Okta's.
        body: Option<String>,
        /// Headers, instead of those of the same name.
        headers: Vec<(String, String)>,
    },
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
        Self { path: String::new(), when: When::Always, what }
    }

    /// Makes a fault of the n-th call, counted from one.
    pub fn on_call(n: u64, what: Effect) -> Self {
        Self { path: String::new(), when: When::Nth(n), what }
    }

    /// Narrows the fault to calls of this path.
    pub fn to(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }
}

impl Effect {
    /// Makes an answer with this status, and the error body that Okta sends with it.
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: None, headers: Vec::new() }
    }

    /// Returns its name for a report, without its numbers but for the status.
    pub(crate) fn name(&self) -> String {
        let name = match self {
            Self::Status { status, .. } => return format!("status {status}"),
            Self::TimeOutAbove { .. } => "time-out of long pages",
            Self::ExtraHeader { name, .. } => return format!("extra {name}"),
            Self::Delay(_) => "delay",
            Self::Cut { .. } => "cut connection",
            Self::TruncateBody { .. } => "truncated body",
            Self::MalformedJson => "malformed JSON",
            Self::WrongContentType => "web page",
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
            if call.path.starts_with(&fault.path) {
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
            Self::Chance { percent, seed } => {
                Rng::with_seed(seed.wrapping_add(nth)).u32(..100) < percent
            }
        }
    }
}
