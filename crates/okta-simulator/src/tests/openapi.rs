//! Answers against Okta's own description of them, where an excerpt of it is at hand.

mod differences;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use serde_json::json;

use self::differences::{ABSENT, DIFFERENCES, Who};
use super::recorded::{Recorded, shared};
use super::*;
use crate::particulars::Envelope;

/// A place in the answers of a path, and what is wrong there. Places in arrays are one place.
type Fault = (String, String);

/// Reads the excerpt: a validator for each path of it. Ids in paths are `{}`.
fn validators() -> Option<BTreeMap<String, Validator>> {
    let file = shared("okta-openapi-excerpt.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        #[expect(clippy::print_stderr, reason = "a test that does not look has to say so")]
        {
            eprintln!("not tested: there is no {}", file.display());
        }
        return None;
    };
    let document: Value = serde_json::from_str(&text).unwrap();
    let components = schema::translated(&document);
    let paths = document["paths"].as_object().unwrap().iter().filter_map(|(path, operation)| {
        let answer = operation.pointer("/response/content/application~1json/schema")?;
        let validator = jsonschema::draft7::options()
            .should_validate_formats(true)
            .build(&schema::root(&components, answer))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        Some((with_blanks(path), validator))
    });
    Some(paths.collect())
}

/// Writes the names in a path as the rows do.
fn with_blanks(path: &str) -> String {
    let segments = path.split('/');
    let segments = segments.map(|it| if it.starts_with('{') { "{}" } else { it });
    segments.collect::<Vec<_>>().join("/")
}

/// Finds the places where a body is not as described, each with what one validation said.
fn faults(path: &str, validator: &Validator, body: &Value) -> BTreeMap<Fault, String> {
    let errors = validator.iter_errors(body).map(|error| {
        let place = error.instance_path().to_string();
        let place = place.split('/').filter(|it| it.parse::<usize>().is_err());
        ((path.to_owned(), place.collect::<Vec<_>>().join("/")), error.to_string())
    });
    errors.collect()
}

/// Compares what was found with the rows of differences that are on purpose.
fn assert_expected(who: Who, found: &BTreeMap<Fault, String>) {
    let rows = DIFFERENCES.iter().filter(|row| row.who == who || row.who == Who::Both);
    let places = rows.flat_map(|row| row.paths.iter().map(|path| (*path, row.place)));
    let expected: BTreeSet<Fault> =
        places.map(|(path, place)| (path.to_owned(), place.to_owned())).collect();
    let new: Vec<_> = found.iter().filter(|(fault, _)| !expected.contains(fault)).collect();
    let gone: Vec<_> = expected.iter().filter(|fault| !found.contains_key(fault)).collect();
    assert!(new.is_empty() && gone.is_empty(), "new: {new:#?}\ngone: {gone:#?}");
}

/// Returns the calls that a path stands for: one for each object, and one for each way to ask.
fn targets(org: &Org, path: &str) -> Vec<String> {
    let ids = |collection| {
        org.records(collection).map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let above = match path.split('/').nth(3) {
        Some("groups") => ids(Collection::Groups),
        Some("apps") | Some("clients") => ids(Collection::Apps),
        Some("users") => ids(Collection::Users),
        Some("devices") => ids(Collection::Devices),
        Some("policies") => ids(Collection::Policies),
        Some("meta") => {
            ids(Collection::UserSchemas).into_iter().chain(["default".to_owned()]).collect()
        }
        _ => Vec::new(),
    };
    let above = if path.contains("/oauth2/") { ids(Collection::Apps) } else { above };
    let mut targets = match path.contains("{}") {
        true => above.iter().map(|id| path.replace("{}", id)).collect(),
        false => vec![path.to_owned()],
    };
    let query = match path {
        "/api/v1/groups" => "expand=stats",
        "/api/v1/groups/{}/users" => "expand=group-rules",
        "/api/v1/groups/rules" => "expand=groupIdToGroupNameMap",
        "/api/v1/apps/{}/users" => "expand=user",
        "/api/v1/apps/{}/groups" => "expand=group",
        "/api/v1/apps/{}/grants" => "expand=scope",
        "/api/v1/devices" => "expand=userSummary",
        "/api/v1/principal-rate-limits" => {
            return vec![format!("{path}?filter=principalType eq \"SSWS_TOKEN\"")];
        }
        "/api/v1/policies" => "",
        _ => return targets,
    };
    if path == "/api/v1/policies" {
        let types: BTreeSet<_> = org
            .records(Collection::Policies)
            .map(|it| it["type"].as_str().unwrap().to_owned())
            .collect();
        return types.iter().map(|it| format!("{path}?type={it}")).collect();
    }
    let asking: Vec<_> = targets.iter().map(|target| format!("{target}?{query}")).collect();
    targets.extend(asking);
    targets
}

#[test]
fn answers_are_as_okta_describes_them() {
    let Some(validators) = validators() else { return };
    let mut caller = Caller::new(Org::generate(11, 60));
    let mut found = BTreeMap::new();
    for (path, validator) in &validators {
        let mut answered = 0;
        for target in targets(caller.simulator.org(), path) {
            let answer = caller.get(&target);
            if answer.status == 200 {
                answered += 1;
                found.extend(faults(path, validator, &answer.json()));
            }
        }
        assert!(answered > 0 || ABSENT.contains(&path.as_str()), "no answer to {path}");
    }
    assert_expected(Who::Simulator, &found);
}

#[test]
fn recorded_answers_are_as_okta_describes_them() {
    let (Some(validators), Some(recorded)) = (validators(), Recorded::read()) else { return };
    let mut found = BTreeMap::new();
    for (collection, text) in recorded.files() {
        let Some(validator) = collection.path().and_then(|path| validators.get(path)) else {
            continue;
        };
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let records = lines.map(|line| line.get("record").unwrap_or(&line).clone());
        let records = Value::from_iter(records);
        let envelope = collection.particulars().map(|it| it.envelope);
        let body = match envelope {
            Some(Envelope::Object(member)) => json!({ member: records }),
            _ => records,
        };
        found.extend(faults(collection.path().unwrap(), validator, &body));
    }
    assert_expected(Who::Recorded, &found);
}

#[test]
fn recorded_relations_are_listed_as_they_were() {
    let Some(recorded) = Recorded::read() else { return };
    let mut caller = Caller::new(recorded.org());
    let mut count = 0;
    for (collection, text) in recorded.files() {
        let Some(particulars) = collection.particulars() else { continue };
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let record = &line["record"];
            let path = collection.path().unwrap();
            let path = path.replace("{}", line["parent"].as_str().unwrap_or_default());
            let query = match particulars.required {
                Some(name) => format!("{name}={}", record[name].as_str().unwrap()),
                None => String::new(),
            };
            let mut answer = caller.get(&format!("{path}?{query}"));
            loop {
                let body = answer.json();
                let records = match particulars.envelope {
                    Envelope::Object(member) => &body[member],
                    Envelope::Array => &body,
                };
                if records.as_array().unwrap().contains(record) {
                    break;
                }
                let next = answer.link("next");
                let next = next.unwrap_or_else(|| panic!("{path} lacks {record}"));
                answer = caller.follow(&next);
            }
            count += 1;
        }
    }
    assert_eq!(count, 197);
}
