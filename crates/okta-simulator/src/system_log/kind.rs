//! A type of events: what it says and what it is about.

/// Events of one type.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) event_type: &'static str,
    /// The text that people read.
    pub(crate) message: &'static str,
    /// The targets of an event, of which Okta does not promise the order. An event without any has none.
    pub(crate) targets: &'static [Part],
    pub(crate) outcomes: &'static [Outcome],
    pub(crate) transaction: Transaction,
}

/// The result of what was tried, and the reason for it where there is one.
pub(crate) type Outcome = (&'static str, Option<&'static str>);

/// Names the transaction that an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transaction {
    /// A request of somebody.
    Web,
    /// A job of the org itself.
    Job,
}

/// A thing that an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    User,
    Group,
    App,
    AppUser,
    Device,
    Other(OtherPart),
}

/// The type of a target and the prefix of its ids, for objects of the org itself.
pub(crate) type OtherPart = (&'static str, &'static str);

impl Part {
    /// Returns the type of a target that is one.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "UserGroup",
            Self::App => "AppInstance",
            Self::AppUser => "AppUser",
            // A guess: no document and no recording has a target that is a device.
            Self::Device => "Device",
            Self::Other((type_name, _)) => type_name,
        }
    }

    /// Returns the first three characters of its ids.
    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Self::User => "00u",
            Self::Group => "00g",
            Self::App => "0oa",
            Self::AppUser => "0ua",
            Self::Device => "guo",
            Self::Other((_, id_prefix)) => id_prefix,
        }
    }
}

/// Lets most attempts succeed.
const TRIED: &[Outcome] = &[
    ("SUCCESS", None),
    ("SUCCESS", None),
    ("SUCCESS", None),
    ("FAILURE", Some("VERIFICATION_ERROR")),
    ("SKIPPED", Some("Nothing to do")),
];

/// Describes what somebody does by a request.
pub(crate) const fn web(
    event_type: &'static str,
    message: &'static str,
    targets: &'static [Part],
) -> Kind {
    Kind { event_type, message, targets, outcomes: TRIED, transaction: Transaction::Web }
}

/// Describes what the org does by a job.
pub(crate) const fn job(
    event_type: &'static str,
    message: &'static str,
    targets: &'static [Part],
) -> Kind {
    Kind { transaction: Transaction::Job, ..web(event_type, message, targets) }
}
