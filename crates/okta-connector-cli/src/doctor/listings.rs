//! Judges what each listing shows: whether scope, admin role and feature are there.

use super::answer::Answer;
use super::finding::Finding;
use super::way::Engine;
use okta_client::ErrorKind;
use okta_connector::catalogue::{OBJECTS, Object, Shows};
use okta_connector::trouble;

/// Returns the objects that are listed by themselves, each listing once. Schemas are looked at apart.
pub(super) fn listed() -> Vec<&'static Object> {
    let is_listed = |object: &&&Object| {
        object.branches().is_empty()
            && object.elements().is_none()
            && matches!(object.endpoint.shows, Shows::Records)
    };
    let mut objects: Vec<&Object> = Vec::new();
    for object in OBJECTS.iter().filter(is_listed) {
        if !objects.iter().any(|it| it.endpoint.path == object.endpoint.path) {
            objects.push(object);
        }
    }
    objects.sort_by_key(|object| object.probe_turn);
    objects
}

/// Names what can be read if a listing can.
pub(super) fn readers(object: &Object) -> String {
    let above = |it: &Object| match it.elements() {
        Some(elements) => elements.of.name == object.name,
        None => it.branches().first().is_some_and(|branch| branch.parent.name == object.name),
    };
    // What needs another scope or a feature besides has a row of its own.
    let is_alike = |it: &&Object| {
        it.scope == object.scope && (it.feature.is_none() || it.feature == object.feature)
    };
    let below = OBJECTS.into_iter().filter(|it| above(it)).filter(is_alike).map(|it| it.name);
    [object.name].into_iter().chain(below).collect::<Vec<_>>().join(", ")
}

/// Says whether an org shows anything to the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    Shown,
    Hidden,
}

/// Says whether an org that shows nothing hides everything: every org has users and groups.
pub(super) fn sight(answers: &[(&'static Object, &Answer)]) -> Sight {
    let telling = answers.iter().filter(|(object, _)| object.always_has_records);
    let lists: Vec<_> =
        telling.filter(|(_, answer)| answer.is_ok()).map(|(_, answer)| answer.records()).collect();
    match !lists.is_empty() && lists.iter().all(|list| list.is_empty()) {
        true => Sight::Hidden,
        false => Sight::Shown,
    }
}

pub(super) fn judge_role(answers: &[(&'static Object, &Answer)]) -> Finding {
    let is_answered = |(_, answer): &&(&Object, &Answer)| answer.is_ok();
    match (sight(answers), answers.iter().find(is_answered)) {
        (Sight::Hidden, _) => {
            let hidden = trouble::of_hidden_org();
            Finding::failure("users and groups are hidden: the lists are empty", hidden.remedy)
        }
        (Sight::Shown, Some(_)) => Finding::ok("shows records"),
        (Sight::Shown, None) => {
            Finding::failure("may read nothing", trouble::of(&ErrorKind::Forbidden).remedy)
        }
    }
}

/// Judges the answer to the cheapest question about an object.
pub(super) fn judge(object: &Object, answer: &Answer, sight: Sight, engine: Engine) -> Finding {
    let is_hidden = sight == Sight::Hidden;
    let Some(error) = &answer.error else {
        return match answer.records() {
            [] if is_hidden && object.always_has_records => Finding::unknown("hidden"),
            [] if object.always_has_records => {
                let hidden = trouble::of_hidden_org();
                Finding::failure("shows none, and every org has some", hidden.remedy)
            }
            [] => Finding::ok("shows none"),
            _ => Finding::ok("shows records"),
        };
    };
    let outcome = answer.outcome();
    let is_classic = engine == Engine::Classic && object.feature.is_some_and(of_identity_engine);
    match &error.kind {
        _ if is_classic => Finding::skipped(format!("{outcome}: Classic Engine has none")),
        ErrorKind::Forbidden if is_hidden => Finding::unknown(format!("{outcome}: hidden")),
        ErrorKind::MissingScope { .. } | ErrorKind::ScopesNotGranted => {
            let found = format!("{outcome}: {} is missing", object.scope);
            grave(object, found, trouble::of(&error.kind).remedy)
        }
        ErrorKind::FeatureMissing | ErrorKind::NotFound => {
            let remedy = object.feature.unwrap_or(trouble::of(&error.kind).remedy);
            Finding::warning(format!("{outcome}: the org does not have this"), remedy)
        }
        ErrorKind::Forbidden => {
            let needed = object.role;
            let remedy = format!("The role that is known to read it is {needed}");
            grave(object, format!("{outcome}: the admin role does not reach it"), remedy)
        }
        // The table of limits says so already.
        ErrorKind::RateLimited { .. } | ErrorKind::ShareSpent { .. } => {
            Finding::unknown(trouble::of(&error.kind).sentence)
        }
        kind => grave(object, error.message(), trouble::of(kind).remedy),
    }
}

fn of_identity_engine(feature: &str) -> bool {
    feature.contains("Identity Engine")
}

/// Judges a listing that shows less than it should: an entity that AppFlow is offered by default has to be there.
fn grave(object: &Object, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
    match object.by_default {
        true => Finding::failure(found, remedy),
        false => {
            let remedy = format!("If a flow reads {}: {}", object.name, remedy.into());
            Finding::warning(found, remedy)
        }
    }
}

/// Judges a schema: with it, custom attributes are offered with their types.
pub(super) fn judge_schema(answer: &Answer) -> Finding {
    let custom = answer.body.pointer("/definitions/custom/properties");
    match (&answer.error, custom.and_then(serde_json::Value::as_object)) {
        (None, Some(custom)) => match custom.len() {
            0 => Finding::ok("no custom attributes"),
            1 => Finding::ok("1 custom attribute"),
            count => Finding::ok(format!("{count} custom attributes")),
        },
        (None, None) => Finding::warning(
            "the answer is no schema",
            "Custom attributes are inferred from a page of records until it is",
        ),
        (Some(error), _) => match error.kind {
            ErrorKind::Forbidden | ErrorKind::ScopesNotGranted | ErrorKind::MissingScope { .. } => {
                Finding::warning(
                    format!("{}: may not be read", answer.outcome()),
                    "Custom attributes are inferred from a page of records. Grant okta.schemas.read, and a role such as Organization Administrator: Read-only Administrator does not reach schemas",
                )
            }
            ref kind => Finding::unknown(trouble::of(kind).sentence),
        },
    }
}
