//! The faults of a run, and the ends that a run may have because of them.

use super::scenario::{Deprovisioned, Scenario};
use crate::collections::is_relation;
use crate::parity::may_lack_events;
use fastrand::Rng;
use jiff::SignedDuration;
use okta_simulator::{Collection, Effect, Fault, Mutation, When};
use std::time::Duration;

/// Draws a script for flows over a collection.
pub(crate) fn draw(random: &mut Rng, collection: Collection) -> Vec<Fault> {
    let mut faults = Vec::new();
    if random.u32(..4) > 0 {
        scatter(random, &mut faults);
    }
    if random.u32(..3) == 0 {
        burst(random, &mut faults);
    }
    if random.u32(..5) == 0 {
        faults.push(Fault::always(odd(random)));
    }
    if random.u32(..12) == 0 {
        let from = When::From(random.u64(1..12));
        faults.extend(together(from, harmful(random)));
    }
    if random.u32(..6) == 0 {
        faults.push(Fault::on_call(random.u64(1..12), fatal(random)));
    }
    // What happens while a flow reads the log is about as new as its window ends.
    if random.u32(..4) == 0 && collection != Collection::SystemLog {
        stir(random, collection, &mut faults);
    }
    faults
}

/// Adds faults of single calls all over the run, of up to 40 calls in a hundred.
pub(crate) fn scatter(random: &mut Rng, faults: &mut Vec<Fault>) {
    let mut left = random.u32(..=40);
    while left > 0 {
        let percent = random.u32(1..=left.min(10));
        left -= percent;
        let when = When::Chance { percent, seed: random.u64(..) };
        let effects = match random.u32(..5) {
            0 => vec![odd(random)],
            _ => passing(random),
        };
        faults.extend(together(when, effects));
    }
}

/// Adds the same refusal of some calls in a row.
fn burst(random: &mut Rng, faults: &mut Vec<Fault>) {
    let effects = refusal(random);
    let start = random.u64(1..20);
    for call in start..start + random.u64(1..=6) {
        faults.extend(together(When::Nth(call), effects.clone()));
    }
}

/// Adds changes of the org that the flow reads.
fn stir(random: &mut Rng, collection: Collection, faults: &mut Vec<Fault>) {
    for _ in 0..random.usize(1..=3) {
        let mutation = match (collection.parent(), random.u32(..4)) {
            (Some(above), _) => relation(random, above),
            (None, 0) => Mutation::Insert(collection),
            (None, 1) => Mutation::Remove(collection),
            (None, _) => Mutation::Touch(collection),
        };
        let when = When::Chance { percent: random.u32(5..=80), seed: random.u64(..) };
        faults.push(Fault { when, ..Fault::always(Effect::Mutate(mutation)) });
    }
}

/// Draws a change of relations, or of the objects that are above records.
fn relation(random: &mut Rng, above: Collection) -> Mutation {
    let mutations = [
        Mutation::AddMember,
        Mutation::RemoveMember,
        Mutation::Assign,
        Mutation::Unassign,
        Mutation::Grant,
        Mutation::Revoke,
        Mutation::Insert(above),
        Mutation::Remove(above),
        Mutation::Touch(above),
    ];
    mutations[random.usize(..mutations.len())]
}

fn together(when: When, effects: Vec<Effect>) -> impl Iterator<Item = Fault> {
    effects.into_iter().map(move |what| Fault { when, ..Fault::always(what) })
}

/// Draws a fault that a patient client survives, since it passes.
fn passing(random: &mut Rng) -> Vec<Effect> {
    let single = match random.u32(..10) {
        0..5 => return refusal(random),
        5 => Effect::Delay(Duration::from_millis(random.u64(1..25_000))),
        6 => Effect::Cut { after: random.usize(..2_000) },
        7 => Effect::TruncateBody { to: random.usize(..3_000) },
        8 => Effect::MalformedJson,
        _ => Effect::WrongContentType,
    };
    vec![single]
}

/// Draws a refusal that passes, as Okta words it or as something on the way does.
fn refusal(random: &mut Rng) -> Vec<Effect> {
    let status = [429, 429, 500, 502, 503, 504][random.usize(..6)];
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let own = |body: Option<&str>, headers| Effect::Status {
        status,
        body: body.map(str::to_owned),
        headers,
    };
    match random.u32(..6) {
        // The signature of the concurrency limit.
        0 if status == 429 => {
            let zero =
                ["x-rate-limit-limit", "x-rate-limit-remaining"].map(|name| header(name, "0"));
            vec![own(None, zero.to_vec())]
        }
        // What the edge says knows no limits.
        1 => vec![
            own(Some("<html><h1>Bad Gateway</h1></html>"), Vec::new()),
            Effect::MissingRateLimitHeaders,
        ],
        2 => vec![own(None, vec![header("retry-after", "7")])],
        _ => vec![Effect::status(status)],
    }
}

/// Draws a fault that is unusual and no reason to fail.
fn odd(random: &mut Rng) -> Effect {
    let garbage = ["", "many", "-1", "1e3", "99999999999999999999"][random.usize(..5)];
    match random.u32(..8) {
        0 => Effect::FoldedLinks,
        1 => Effect::RelativeNextLink,
        2 => Effect::DuplicateRateLimitHeaders,
        3 => Effect::MissingRateLimitHeaders,
        4 => Effect::SkewedDate(SignedDuration::from_secs(random.i64(-90..=90))),
        5 => Effect::TimeOutAbove { limit: [25, 50, 100, 150][random.usize(..4)] },
        6 => Effect::ExtraHeader {
            name: "x-rate-limit-remaining".to_owned(),
            value: garbage.to_owned(),
        },
        _ => Effect::Delay(Duration::from_millis(random.u64(1..1_500))),
    }
}

/// Draws a fault that no patience survives once it lasts.
fn harmful(random: &mut Rng) -> Vec<Effect> {
    let single = match random.u32(..12) {
        0..3 => return refusal(random),
        3 => Effect::MalformedJson,
        4 => Effect::WrongContentType,
        5 => Effect::TruncateBody { to: random.usize(..3_000) },
        6 => Effect::Cut { after: 0 },
        7 => Effect::Delay(Duration::from_secs(60)),
        8 => Effect::TimeOutAbove { limit: 10 },
        9 => Effect::status(403),
        _ => fatal(random),
    };
    vec![single]
}

/// Draws a fault that may end a flow although it happens once.
fn fatal(random: &mut Rng) -> Effect {
    match random.u32(..6) {
        0 => Effect::ForeignNextLink { host: "evil.example".to_owned() },
        1 => Effect::RepeatedCursor,
        2 => Effect::CursorExpired,
        3 => Effect::Revoke,
        4 => Effect::status(401),
        _ => Effect::Status {
            status: 302,
            body: Some(String::new()),
            headers: vec![("location".to_owned(), "https://evil.example/api/v1/users".to_owned())],
        },
    }
}

/// The codes with which AppFlow had better try again.
pub(crate) const PASSING_CODES: [&str; 4] =
    ["RateLimitExceeded", "ServiceUnavailable", "RequestTimeout", "ServerError"];

/// The circumstances of a run that may explain its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The smallest share of any window.
    pub(crate) smallest_share: u64,
    /// True if Okta has refused an expression.
    pub(crate) was_refused: bool,
    /// True if the filter asks for a group and a user.
    pub(crate) has_two_assignments: bool,
    /// True if nobody can say what attributes the connector knows of.
    pub(crate) schemas_in_doubt: bool,
}

/// Tells whether a world explains that a flow ended with this code and this message. Before it ends with one of
/// `PASSING_CODES`, AppFlow has tried again and again.
pub(crate) fn explains(scenario: &Scenario, met: Circumstances, code: &str, message: &str) -> bool {
    let okta = &scenario.okta;
    if scenario.trial.is_some_and(|trial| trial.explains(code, message, met.smallest_share)) {
        return true;
    }
    if scenario.names_attributes() {
        // All schemas of users are read before there is anything to hand out.
        if code == "RateLimitExceeded" && met.smallest_share < 8 {
            return true;
        }
        if scenario.schemas.is_some_and(|trial| trial.explains(code)) {
            return true;
        }
        // An attribute that is not known is none, and its type is what its values look like.
        if met.schemas_in_doubt && scenario.filters_attributes() && code == "InvalidArgument" {
            return true;
        }
    }
    let is_too_old = |error: &str| {
        let error = serde_json::json!({ "errorMessage": error });
        may_lack_events(scenario.entity, &scenario.ask.filter, &error)
    };
    if code == "InvalidArgument" && is_too_old(message) {
        return true;
    }
    // Every org has a user and the group of everyone, so one that shows none is taken for one that hides them.
    // A few users may all be deprovisioned.
    let may_be_omitted = scenario.ask.deprovisioned == Deprovisioned::Omitted && scenario.size < 8;
    let may_be_empty = scenario.size == 0 || may_be_omitted || is_moving(&okta.faults);
    if code == "AccessDenied" && scenario.shows_everyone() && may_be_empty {
        return true;
    }
    // Two assignments take two requests before there is anything to hand out, and one to spare.
    // Without headers, a share of the smallest limit there is is assumed.
    let hides_limits =
        |fault: &Fault| matches!(fault.what, Effect::MissingRateLimitHeaders | Effect::Cut { .. });
    let may_be_small = met.smallest_share < 3 || okta.faults.iter().any(hides_limits);
    if code == "RateLimitExceeded" && met.has_two_assignments && may_be_small {
        return true;
    }
    // So does a record below another one: a page of objects, one of what is below them, and one to spare for an object
    // that may be gone.
    let is_relation = is_relation(scenario.entity);
    if code == "RateLimitExceeded" && is_relation && (may_be_small || met.smallest_share < 4) {
        return true;
    }
    // A few users have no roles, and what moves may lose its last record.
    let may_have_none = scenario.entity == "RoleAssignment" || is_moving(&okta.faults);
    if code == "AccessDenied" && is_relation && may_have_none && scenario.ask.filter.expr.is_none()
    {
        return true;
    }
    // A refusal in mid-listing is told when it has come several times, for which a small share leaves no time.
    let refuses = |fault: &Fault| {
        matches!(fault.what, Effect::Revoke | Effect::Status { status: 401 | 403 | 404, .. })
    };
    let may_be_short = met.smallest_share < 8 || okta.faults.iter().any(hides_limits);
    if may_be_short && code == "RateLimitExceeded" && okta.faults.iter().any(refuses) {
        return true;
    }
    // What only some calls carry a client could do without: that is a trial's to explain.
    okta.faults.iter().filter(|fault| fault.parts.is_empty()).any(|fault| {
        let lasts = matches!(fault.when, When::Always | When::From(_));
        let is_hopeless = lasts && PASSING_CODES.contains(&code);
        match &fault.what {
            Effect::Revoke | Effect::Status { status: 401, .. } => {
                is_hopeless || code == "InvalidCredentials"
            }
            Effect::Status { status: 403, .. } => is_hopeless || code == "AccessDenied",
            Effect::CursorExpired => is_hopeless || code == "ClientError",
            Effect::WrongContentType | Effect::TruncateBody { .. } | Effect::MalformedJson => {
                // What Okta says against an expression cannot be read any more.
                is_hopeless || (code == "ClientError" && met.was_refused)
            }
            Effect::Status { .. }
            | Effect::ForeignNextLink { .. }
            | Effect::RepeatedCursor
            | Effect::Cut { .. } => is_hopeless,
            Effect::Delay(delay) => is_hopeless && *delay > Duration::from_secs(30),
            // The smallest page is 25. Until a call comes to it, it has asked four times, for which a
            // small share leaves no time.
            Effect::TimeOutAbove { limit } => {
                is_hopeless && (*limit < 25 || met.smallest_share < 8)
            }
            _ => false,
        }
    })
}

/// Says whether a script lets the org change.
pub(crate) fn is_moving(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| matches!(fault.what, Effect::Mutate(_)))
}
