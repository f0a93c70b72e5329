//! Tells what a check found.

use std::fmt;

/// The verdict of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All is as the connector needs it.
    Ok,
    /// It was not asked.
    Skipped,
    /// The answer does not tell.
    Unknown,
    /// Flows run, with less than they could have.
    Warning,
    /// Flows fail, or would deliver something wrong.
    Failure,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Failure => "failure",
        })
    }
}

/// A verdict, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// The behaviour of this org, in a few words.
    pub found: String,
    /// The remedy, if anything is to be done.
    pub remedy: Option<String>,
}

impl Finding {
    /// Makes a finding. What Okta sent reaches no terminal as a control character.
    fn new(verdict: Verdict, found: impl Into<String>, remedy: Option<String>) -> Self {
        let found = found.into().replace(char::is_control, "?");
        Self { verdict, found, remedy }
    }

    pub(super) fn ok(found: impl Into<String>) -> Self {
        Self::new(Verdict::Ok, found, None)
    }

    pub(super) fn skipped(why: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, why, None)
    }

    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, why, None)
    }

    pub(super) fn warning(found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Verdict::Warning, found, Some(remedy.into()))
    }

    pub(super) fn failure(found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Verdict::Failure, found, Some(remedy.into()))
    }
}

/// The part of an examination that a check belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Address, connection and clock.
    Way,
    /// The credential, and what it may do.
    Rights,
    /// The listings, and what each shows.
    Listings,
    /// The limits on requests.
    Limits,
    /// The readings that Okta's documents leave open.
    Readings,
}

impl Area {
    /// Every part, in the order in which an examination goes through them.
    pub const ALL: [Self; 5] =
        [Self::Way, Self::Rights, Self::Listings, Self::Limits, Self::Readings];

    /// Returns the heading for people.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Way => "The way to the org",
            Self::Rights => "Credential and rights",
            Self::Listings => "Listings",
            Self::Limits => "Rate limits, in requests a minute",
            Self::Readings => "What Okta's documents leave open",
        }
    }
}

/// A check that was made, or passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its name, which stays the same from version to version.
    pub id: String,
    /// The part that it belongs to.
    pub area: Area,
    /// The subject.
    pub subject: String,
    /// The behaviour that the connector relies on, or that it expects.
    pub expected: String,
    /// The finding.
    pub finding: Finding,
}
