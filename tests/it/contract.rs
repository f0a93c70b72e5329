//! Everything that the connector says stays inside what AppFlow's public API allows, and every file
//! of `events/` is read and answered.

use crate::events::{HOST, check, texts};
use crate::support::{World, context, query};
use appflow_connector::response::{
    DescribeConnectorConfigurationResponse, DescribeEntityResponse, ListEntitiesResponse,
    QueryDataResponse, RetrieveDataResponse, ValidateConnectorRuntimeSettingsResponse,
    ValidateCredentialsResponse, WriteDataResponse,
};
use appflow_connector::{Operation, Request};
use okta_connector::catalogue::OBJECTS;
use okta_simulator::{Collection, Org};
use serde_json::{Value, json};

/// Returns the requests among the events, by file name. They are about the sandbox; here they are
/// about an org.
pub(crate) fn events() -> Vec<(String, Value)> {
    let read = |text: String| {
        let text = text.replace(&format!("{HOST}:8700"), "https://acme.okta.com");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let events = texts().into_iter().map(|(name, text)| (name, read(text)));
    events.filter(|(_, event)| event["type"].is_string()).collect()
}

#[test]
fn every_event_is_read_and_written_alike() {
    let events = events();
    for operation in Operation::ALL {
        assert!(
            events.iter().any(|(_, event)| event["type"] == operation.request_type()),
            "no event for {operation}"
        );
    }
    for object in OBJECTS {
        for operation in ["QueryDataRequest", "DescribeEntityRequest"] {
            let is_about = |event: &Value| {
                event["type"] == operation && event["entityIdentifier"] == object.name
            };
            assert!(events.iter().any(|(_, event)| is_about(event)), "{operation} {}", object.name);
        }
    }
    for (name, event) in events {
        let request: Request = serde_json::from_value(event).unwrap();
        let written = serde_json::to_vec(&request).unwrap();
        let again: Request = serde_json::from_slice(&written).unwrap();
        assert_eq!(again, request, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_event_is_answered_as_expected_and_in_its_shape() {
    // The org of the sandbox.
    let world = World::new(Org::generate(1, 2_500));
    for (name, event) in events() {
        let answer = world.ask(&event).await;
        check(&name, &answer);
        let is_write = event["type"] == "WriteDataRequest";
        assert_eq!(answer["isSuccess"], !is_write, "{name}: {answer}");
        check_shape(event["type"].as_str().unwrap(), &answer);
        check_texts(&answer);
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_the_connector_declares_fits_the_public_api() {
    let world = World::new(Org::generate(1, 5));
    let configuration =
        world.ask(&json!({ "type": "DescribeConnectorConfigurationRequest" })).await;
    check_texts(&configuration);
    check_configuration(&configuration);
    let entities =
        world.ask(&json!({ "type": "ListEntitiesRequest", "connectorContext": context() })).await;
    check_texts(&entities);
    for entity in entities["entities"].as_array().unwrap() {
        let name = &entity["entityIdentifier"];
        let described = world
            .ask(&json!({
                "type": "DescribeEntityRequest",
                "entityIdentifier": name,
                "connectorContext": context(),
            }))
            .await;
        check_shape("DescribeEntityRequest", &described);
        check_texts(&described);
        let under = world
            .ask(&json!({
                "type": "ListEntitiesRequest",
                "entitiesPath": name,
                "connectorContext": context(),
            }))
            .await;
        assert_eq!(under["entities"].as_array().unwrap().len(), 1, "{name}");
    }
}

/// Checks the rules that the SDK's own test tool checks, and those of the Java reader.
fn check_configuration(configuration: &Value) {
    for key in ["connectorOwner", "connectorName"] {
        let name = configuration[key].as_str().unwrap().to_ascii_lowercase();
        for prefix in ["aws", "amazon", "appflow"] {
            assert!(!name.starts_with(prefix), "{name}");
        }
    }
    let authentication = &configuration["authenticationConfig"];
    for (switch, details) in
        [("isOAuth2Supported", "oAuth2Defaults"), ("isCustomAuthSupported", "customAuthConfig")]
    {
        assert_eq!(authentication[switch], !authentication[details].is_null(), "{switch}");
    }
    assert!(configuration["connectorRuntimeSetting"].as_array().is_some_and(|s| s.len() == 5));
    for list in
        ["connectorModes", "supportedApiVersions", "operatorsSupported", "supportedTriggerTypes"]
    {
        assert!(configuration[list].as_array().is_some_and(|list| !list.is_empty()), "{list}");
    }
}

/// Walks everything and holds each text against the public API's lengths and patterns.
fn check_texts(value: &Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if let Some(text) = value.as_str() {
                    check_text(key, text);
                }
                check_texts(value);
            }
        }
        Value::Array(items) => items.iter().for_each(check_texts),
        _ => {}
    }
}

fn check_text(key: &str, text: &str) {
    let described =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "_/!@#+=.-".contains(c);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (max, allowed): (usize, &dyn Fn(char) -> bool) = match key {
        "description" => (1_024, &described),
        "errorMessage" => (900, &described),
        "label" => (128, &|_| true),
        "key" => (128, &word),
        "fieldName" => (128, &word),
        "entityIdentifier" => (128, &word),
        "connectorOwner" | "connectorName" => (256, &|_| true),
        "connectorVersion" | "authenticationType" => (256, &|c| !c.is_whitespace()),
        "nextToken" => (2_048, &|c| !c.is_whitespace()),
        _ => return,
    };
    assert!(text.len() <= max && !text.is_empty(), "{key}: {text}");
    assert!(text.chars().all(allowed), "{key}: {text}");
}

/// Reads an answer as AppFlow would: every key, every spelling.
fn check_shape(request_type: &str, answer: &Value) {
    fn read<T: serde_json_round_trip::RoundTrip>(answer: &Value) {
        T::check(answer);
    }
    match request_type {
        "DescribeConnectorConfigurationRequest" => {
            read::<DescribeConnectorConfigurationResponse>(answer);
        }
        "ValidateConnectorRuntimeSettingsRequest" => {
            read::<ValidateConnectorRuntimeSettingsResponse>(answer);
        }
        "ValidateCredentialsRequest" => read::<ValidateCredentialsResponse>(answer),
        "ListEntitiesRequest" => read::<ListEntitiesResponse>(answer),
        "DescribeEntityRequest" => read::<DescribeEntityResponse>(answer),
        "QueryDataRequest" => read::<QueryDataResponse>(answer),
        "RetrieveDataRequest" => read::<RetrieveDataResponse>(answer),
        "WriteDataRequest" => read::<WriteDataResponse>(answer),
        other => panic!("{other}"),
    }
}

mod serde_json_round_trip {
    //! An answer that is read and written again must be the same: no key is lost or misspelt.

    use serde_json::Value;

    pub(super) trait RoundTrip {
        fn check(answer: &Value);
    }

    macro_rules! round_trip {
        ($($response:ident),* $(,)?) => {
            $(impl RoundTrip for appflow_connector::response::$response {
                fn check(answer: &Value) {
                    let read: Self = serde_json::from_value(answer.clone()).unwrap();
                    assert_eq!(&serde_json::to_value(read).unwrap(), answer);
                }
            })*
        };
    }

    round_trip!(
        DescribeConnectorConfigurationResponse,
        ValidateConnectorRuntimeSettingsResponse,
        ValidateCredentialsResponse,
        ListEntitiesResponse,
        DescribeEntityResponse,
        QueryDataResponse,
        RetrieveDataResponse,
        WriteDataResponse,
    );
}

#[tokio::test(start_paused = true)]
async fn requests_are_read_leniently() {
    let world = World::new(Org::generate(1, 7));
    let users = world.simulator().org().records(Collection::Users).count();
    let bare = query("User", &json!({}));
    let odd = query(
        "User",
        &json!({
            "selectedFieldNames": null,
            "filterExpression": " ",
            "maxResults": null,
            "maxResult": "1000",
            "nextToken": null,
            "somethingNew": { "type": "ignored" },
        }),
    );
    for event in [bare, odd] {
        assert_eq!(world.run(&event).await.unwrap().len(), users, "{event}");
    }
    let mut context = context();
    context["connectorRuntimeSettings"]["rateLimitPercent"] = 50.into();
    context["connectorRuntimeSettings"]["includeDeprovisioned"] = Value::Null;
    context["entityDefinition"] = json!({ "entity": "compressed beyond recognition" });
    let event = query("User", &json!({ "connectorContext": context, "maxResult": 2 }));
    assert_eq!(world.ask(&event).await["records"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_type_may_stand_anywhere() {
    let world = World::new(Org::generate(1, 5));
    let payload = br#"{"locale":"en-US","nested":{"type":"x"},"type":"DescribeConnectorConfigurationRequest"}"#;
    let event: Value = serde_json::from_slice(payload).unwrap();
    assert_eq!(world.ask(&event).await["connectorName"], "Okta");
}
