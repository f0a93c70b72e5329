//! Worlds with one trial each: an org that refuses what a client could do without, that refuses in the middle of a
//! listing, or whose answers are not what they should be.
//!
//! A trial says how a flow may end because of it. What else goes wrong in its world passes.

use super::script::{PASSING_CODES, scatter};
use fastrand::Rng;
use okta_simulator::{ApiError, Effect, Fault, Part, When};
use serde_json::json;

/// So many of a hundred runs have a trial.
const PERCENT: u32 = 25;

/// A trial of a client by an org.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) name: &'static str,
    weight: u32,
    faults: fn(&mut Rng) -> Vec<Fault>,
    ending: Ending,
    /// Only a refusal that comes again and again tells of it.
    takes_tries: bool,
    /// The holder of the credential has an admin role.
    pub(crate) has_role: bool,
    /// The transport takes no longer body.
    pub(crate) largest_body: usize,
}

/// A flow may end so because of a trial, if it is not complete.
#[derive(Debug)]
enum Ending {
    /// No other end is excused.
    Complete,
    /// With one of these codes.
    Codes(&'static [&'static str]),
    /// With a message that names this.
    Naming(&'static str),
}

const PLAIN: Trial = Trial {
    name: "",
    weight: 1,
    faults: |_| Vec::new(),
    ending: Ending::Complete,
    takes_tries: false,
    has_role: true,
    largest_body: usize::MAX,
};

const TRIALS: [Trial; 10] = [
    Trial {
        name: "no admin role",
        weight: 2,
        has_role: false,
        ending: Ending::Codes(&["AccessDenied"]),
        ..PLAIN
    },
    Trial {
        name: "sorting is refused",
        weight: 3,
        faults: sorting,
        takes_tries: true,
        ending: Ending::Naming("maxConcurrentRequests"),
        ..PLAIN
    },
    Trial {
        name: "a parameter is refused",
        weight: 3,
        faults: parameter,
        takes_tries: true,
        ..PLAIN
    },
    Trial {
        name: "refused once in mid-listing",
        weight: 4,
        faults: once,
        takes_tries: true,
        ..PLAIN
    },
    Trial {
        name: "refused for good in mid-listing",
        weight: 3,
        faults: for_good,
        takes_tries: true,
        ending: Ending::Codes(&["AccessDenied", "ClientError", "InvalidCredentials"]),
        ..PLAIN
    },
    Trial {
        name: "pages that are too large",
        faults: |_| vec![Fault::always(Effect::Pad { bytes: 4_000 }).carrying(LIMIT)],
        takes_tries: true,
        // A page of 25 still fits.
        largest_body: 400_000,
        ..PLAIN
    },
    Trial {
        name: "no list for once",
        faults: |random| vec![Fault::on_call(random.u64(1..8), no_list(random))],
        takes_tries: true,
        ..PLAIN
    },
    Trial {
        name: "no list for good",
        faults: |random| vec![Fault::from_call(random.u64(1..8), no_list(random))],
        takes_tries: true,
        ending: Ending::Codes(&["ServerError"]),
        ..PLAIN
    },
    Trial {
        name: "a listing without end",
        weight: 2,
        faults: |random| vec![Fault::from_call(random.u64(1..8), Effect::EmptyPage)],
        takes_tries: true,
        ending: Ending::Codes(&["ServerError", "ClientError"]),
        ..PLAIN
    },
    Trial { name: "nothing to fail of", weight: 2, faults: harmless, ..PLAIN },
];

const LIMIT: Part = Part::Parameter("limit");

/// Draws a trial, if the run has one, and all that goes wrong in its world.
pub(crate) fn draw(random: &mut Rng) -> Option<(&'static Trial, Vec<Fault>)> {
    if random.u32(..100) >= PERCENT {
        return None;
    }
    let urn = TRIALS.iter().flat_map(|trial| std::iter::repeat_n(trial, trial.weight as usize));
    let urn: Vec<&'static Trial> = urn.collect();
    let trial = urn[random.usize(..urn.len())];
    let mut faults = (trial.faults)(random);
    if random.bool() {
        scatter(random, &mut faults);
    }
    Some((trial, faults))
}

impl Trial {
    /// Tells whether a flow may end so because of it.
    pub(crate) fn explains(&self, code: &str, message: &str, smallest_share: u64) -> bool {
        // A client has to ask some times until it knows, for which a small share leaves no time.
        if self.takes_tries && smallest_share < 8 && PASSING_CODES.contains(&code) {
            return true;
        }
        match self.ending {
            Ending::Complete => false,
            // AppFlow tries again after a code that may pass, and the last try may meet another fault.
            Ending::Codes(codes) => {
                let is_tried_again = codes.iter().any(|code| PASSING_CODES.contains(code));
                codes.contains(&code) || (is_tried_again && PASSING_CODES.contains(&code))
            }
            Ending::Naming(setting) => message.contains(setting),
        }
    }
}

/// Sorted listings fail at once, or at their second page.
fn sorting(random: &mut Rng) -> Vec<Fault> {
    let sorted = |effect| Fault::always(effect).carrying(Part::Parameter("sortBy"));
    vec![match random.bool() {
        true => sorted(Effect::status(500)),
        false => sorted(Effect::Error(ApiError::InvalidCursor)).carrying(Part::Parameter("after")),
    }]
}

fn parameter(random: &mut Rng) -> Vec<Fault> {
    let (part, effect) = match random.u32(..4) {
        0 => (Part::Parameter("fields"), Effect::Error(ApiError::InvalidParameter)),
        1 => (Part::Parameter("fields"), Effect::status(500)),
        2 => (Part::Parameter("filter"), Effect::Error(ApiError::InvalidSearch)),
        _ => (Part::Omissions, Effect::Error(ApiError::UnsupportedMediaType)),
    };
    vec![Fault::always(effect).carrying(part)]
}

/// A page that is not the first is refused.
fn refused(random: &mut Rng, when: When) -> Vec<Fault> {
    let errors = [
        Effect::Error(ApiError::InvalidToken),
        Effect::Error(ApiError::NoPermission),
        Effect::Error(ApiError::InvalidSession),
        Effect::Error(ApiError::NotFound),
        Effect::Error(ApiError::InvalidCursor),
        Effect::web_page(404),
    ];
    let effect = errors[random.usize(..errors.len())].clone();
    vec![Fault { when, ..Fault::always(effect).carrying(Part::Parameter("after")) }]
}

fn once(random: &mut Rng) -> Vec<Fault> {
    let nth = random.u64(1..4);
    refused(random, When::Nth(nth))
}

fn for_good(random: &mut Rng) -> Vec<Fault> {
    let nth = random.u64(1..4);
    refused(random, When::From(nth))
}

/// A success that holds no list.
fn no_list(random: &mut Rng) -> Effect {
    match random.bool() {
        true => Effect::status(200),
        false => Effect::body(200, "{}"),
    }
}

fn harmless(random: &mut Rng) -> Vec<Fault> {
    let nth = random.u64(1..8);
    let once = |effects: Vec<Effect>| {
        effects.into_iter().map(|effect| Fault::on_call(nth, effect)).collect()
    };
    match random.u32(..7) {
        0 => vec![Fault::always(Effect::ExtraHeader {
            name: "link".to_owned(),
            value: "<:\\ no link".to_owned(),
        })],
        1 => {
            let host = "acme-admin.okta.com".to_owned();
            vec![Fault::always(Effect::ForeignNextLink { host })]
        }
        2 => once(vec![Effect::status(408)]),
        3 => once(vec![Effect::Error(ApiError::SchemaChanging)]),
        4 => once(vec![Effect::Error(ApiError::Locked)]),
        5 => {
            let headers = vec![("retry-after".to_owned(), "2".to_owned())];
            let status = Effect::Status { status: 429, body: None, headers };
            once(vec![status, Effect::MissingRateLimitHeaders])
        }
        _ => once(vec![
            Effect::status(503),
            Effect::Member { name: "errorCauses", value: json!(["x"]) },
            Effect::Member { name: "errorSummary", value: json!({}) },
        ]),
    }
}
