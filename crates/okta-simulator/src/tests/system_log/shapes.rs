//! The shape of events, drawn and loaded.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

#[test]
fn the_same_seed_draws_the_same_events() {
    let events = || caller_of_random(50).log().visible(NOW).collect::<Vec<_>>();
    assert_eq!(events(), events());
}

#[test]
fn random_events_are_awkward() {
    let mut caller = caller_of_random(2_000);
    let now = NOW + Duration::from_secs(3_600);
    let events: Vec<Value> = caller.log().visible(now).collect();
    assert_eq!(events.len(), 2_000);
    let some = |holds: &dyn Fn(&Value) -> bool| events.iter().any(holds);
    assert!(some(&|event| event["target"].is_null() && event.get("target").is_some()));
    assert!(some(&|event| event.get("target").is_none()));
    assert!(some(&|event| event["target"] == json!([])));
    assert!(some(&|event| event["target"].as_array().is_some_and(|it| it.len() > 3)));
    assert!(some(&|event| event["eventType"] == "galaxy.gate.opened"));
    assert!(some(&|event| event["eventType"] == "user.lifecycle.delete.completed"
        && event["outcome"]["result"] == "FAILURE"));
    assert!(some(&|event| event["outcome"].get("reason").is_none()));
    assert!(some(
        &|event| event["target"][0]["type"] == "UserGroup" && event["target"][1]["type"] == "User"
    ));
    let times: BTreeSet<_> = events.iter().map(|event| event["published"].as_str()).collect();
    assert!(times.len() < 1_900, "{}", times.len());
    let uuids: BTreeSet<_> = uuids(events).into_iter().collect();
    assert_eq!(uuids.len(), 2_000);
}

#[test]
fn unknown_types_are_not_drawn() {
    let mut log = SystemLog::default();
    let events = RandomEvents {
        seed: 1,
        count: 5,
        from: NOW,
        within: Duration::ZERO,
        lateness: Duration::ZERO,
        types: &["x"],
    };
    log.draw(&Org::default(), &events);
    assert_eq!(log.count(), 0);
    log.draw(&Org::default(), &RandomEvents { types: &["zone.delete", "x"], ..events });
    assert!(log.visible(NOW).all(|event| event["eventType"] == "zone.delete"));
    assert_eq!(log.count(), 5);
}

/// Compares with Okta's own description, if it is at hand. What it says is a text may be null: Okta's events are
/// full of that.
#[test]
fn events_are_as_described() {
    let up = ["..", "..", "..", "shared", "data", "okta-openapi-excerpt.json"];
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(up.iter().collect::<PathBuf>());
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let description: Value = serde_json::from_str(&text).unwrap();
    let schemas = &description["components"]["schemas"];
    let mut caller = caller_of_random(500);
    for event in caller.log().visible(NOW) {
        check(&event, &schemas["LogEvent"], schemas, "LogEvent");
    }
}

fn check(value: &Value, schema: &Value, schemas: &Value, path: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(value, &schemas[reference.rsplit('/').next().unwrap()], schemas, path);
    }
    if let Some(choices) = schema["enum"].as_array() {
        assert!(value.is_null() || choices.contains(value), "{path}: {value}");
    }
    match value {
        Value::Null => {}
        Value::Object(members) => {
            assert_eq!(schema["type"], "object", "{path}");
            for (name, member) in members {
                let path = format!("{path}.{name}");
                match schema["properties"].get(name) {
                    Some(schema) => check(member, schema, schemas, &path),
                    // Okta's guide has it, and its description has not.
                    None if name == "rootSessionId" => {}
                    None => assert_eq!(schema["additionalProperties"], true, "{path}"),
                }
            }
        }
        Value::Array(elements) => {
            assert_eq!(schema["type"], "array", "{path}");
            elements.iter().for_each(|it| check(it, &schema["items"], schemas, path));
        }
        Value::String(_) => assert_eq!(schema["type"], "string", "{path}"),
        Value::Bool(_) => assert_eq!(schema["type"], "boolean", "{path}"),
        Value::Number(_) => {
            assert!(schema["type"] == "number" || schema["type"] == "integer", "{path}");
        }
    }
}

#[test]
fn a_log_is_read_from_json_lines() {
    let text = r#"
{"uuid":"b","published":"2025-12-31T00:00:00.000Z"}

{"uuid":"a","published":"2025-12-30T00:00:00Z","target":null,"more":[1.50]}"#;
    let log = SystemLog::from_json_lines(text).unwrap();
    assert_eq!(uuids(log.visible(NOW)), ["a", "b"]);

    let event = r#"{"uuid":"a","published":"2025-12-31T00:00:00.000Z"}"#;
    let twice = format!("{event}\n{event}");
    let rows = [
        ("nope", "logs.jsonl, line 1: not JSON: expected ident at line 1 column 2"),
        (
            r#"{"published":"2025-12-31T00:00:00.000Z"}"#,
            "logs.jsonl, line 1: not an object with a text under `uuid` and a time under `published`",
        ),
        (
            r#"{"uuid":"a","published":"soon"}"#,
            "logs.jsonl, line 1: not an object with a text under `uuid` and a time under `published`",
        ),
        (&twice, "logs.jsonl, line 2: the id \"a\" occurs twice"),
    ];
    for (text, expected) in rows {
        assert_eq!(SystemLog::from_json_lines(text).unwrap_err().to_string(), expected);
    }
}
