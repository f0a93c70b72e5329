//! The rules for bad requests: each fault has its own sentence and code, and nothing panics.

use crate::collections::ids;
use crate::contract::events;
use crate::support::{API_TOKEN, World, context, query};
use okta_connector::SecretError;
use okta_connector::catalogue::OBJECTS;
use okta_connector_cli::api_token_secret;
use okta_simulator::{Attribute, AttributeType, Collection, Org, ProfileSchema};
use proptest::prelude::*;
use serde_json::{Value, json};

fn org() -> Org {
    Org::generate(1, 10)
}

/// Asks, and returns the text that the user reads.
async fn told(world: &World, event: &Value) -> String {
    let answer = world.ask(event).await;
    assert_eq!(answer["isSuccess"], false, "{answer}");
    let details = &answer["errorDetails"];
    // A colon inside a word becomes a dash in front of the rest, and the user would type something else.
    let is_mangled = |word: &str| word.starts_with("-/") || word.starts_with("-0");
    let message = details["errorMessage"].as_str().unwrap();
    assert!(!message.split_whitespace().any(is_mangled), "{message}");
    format!(
        "{}: {}",
        details["errorCode"].as_str().unwrap(),
        details["errorMessage"].as_str().unwrap()
    )
}

fn with_url(url: &str) -> Value {
    let mut context = context();
    context["connectorRuntimeSettings"]["instanceUrl"] = url.into();
    query("User", &json!({ "connectorContext": context }))
}

#[tokio::test(start_paused = true)]
async fn requests() {
    let world = World::new(org());
    let filter = |filter: &str| query("User", &json!({ "filterExpression": filter }));
    let known = OBJECTS.map(|object| object.name).join(" ");
    let unknown = format!("InvalidArgument: Unknown entity Users. Expected one of {known}");
    let rows = [
        (query("Users", &json!({})), unknown.as_str()),
        (
            query("UserType", &json!({ "selectedFieldNames": ["id", "salary"] })),
            "InvalidArgument: UserType has no field salary. Its fields are created createdBy default description displayName id lastUpdated lastUpdatedBy links name",
        ),
        (
            filter("status = "),
            "InvalidArgument: The filter cannot be read. Expected a value but found the end at character 10",
        ),
        (
            filter("status ! = 'ACTIVE'"),
            "InvalidArgument: The filter cannot be read. Found ! U+0021 which has no meaning here at character 8",
        ),
        (
            filter("created > 'yesterday'"),
            "InvalidArgument: created is compared with yesterday. Expected a date such as 2024-05-01 or a date and time of ISO 8601 with its zone",
        ),
        (
            filter("created > 2024-02-30"),
            "InvalidArgument: created is compared with 2024-02-30. Expected a date such as 2024-05-01 or a date and time of ISO 8601 with its zone",
        ),
        (
            filter("city > 'a'"),
            "InvalidArgument: city does not offer GREATER_THAN. It offers EQUAL_TO NOT_EQUAL_TO CONTAINS",
        ),
        (filter("profile = 'x'"), "InvalidArgument: profile cannot be filtered. Found EQUAL_TO"),
        (filter("city"), "InvalidArgument: The filter names city without a comparison"),
        (
            filter("5"),
            "InvalidArgument: The filter holds 5 where a comparison of a field is expected",
        ),
        (
            query("User", &json!({ "nextToken": "None" })),
            "InvalidArgument: The nextToken is not one of this query. Run the flow again from its start",
        ),
        (
            query("Application", &json!({ "filterExpression": "groupId = 'g' or name = 'x'" })),
            "InvalidArgument: groupId is no property of a record. It can be used once as groupId = an id that is joined to the rest by AND",
        ),
        (with_url("http://acme.okta.com"), "InvalidArgument: instanceUrl must start with https"),
        (
            with_url("https://127.0.0.1"),
            "InvalidArgument: instanceUrl must name a host - IP addresses are not allowed",
        ),
        (
            with_url("https://acme-admin.okta.com"),
            "InvalidArgument: instanceUrl is the Admin Console - remove -admin from the host name",
        ),
        (
            query(
                "User",
                &json!({ "connectorContext": { "connectorRuntimeSettings": { "instanceUrl": "https://acme.okta.com" } } }),
            ),
            "ResourceNotFoundError: The request names no secret. Create the connection again",
        ),
        (
            json!({ "type": "QueryDataRequest", "entityIdentifier": 5 }),
            "InvalidArgument: The QueryDataRequest cannot be read. invalid type - integer 5 expected a string at line 1 column 21",
        ),
        (
            json!({ "type": "WriteDataRequest", "entityIdentifier": "User", "records": [] }),
            "InvalidArgument: This connector only reads. User cannot be written",
        ),
    ];
    for (event, expected) in rows {
        assert_eq!(told(&world, &event).await, expected, "{event}");
    }
}

/// Makes an org with attributes of its own, of each type.
fn org_with_attributes() -> Org {
    let mut org = org();
    for id in ids(&org, Collection::UserTypes) {
        let badge_level = Attribute::new("badgeLevel", AttributeType::Integer);
        org.put_attribute(ProfileSchema::User(&id), badge_level);
        let status = Attribute::new("status", AttributeType::StringArray);
        org.put_attribute(ProfileSchema::User(&id), status);
    }
    org
}

#[tokio::test(start_paused = true)]
async fn filters_on_custom_attributes() {
    let world = World::new(org_with_attributes());
    let rows = [
        ("badgeLevel > \"x\"", "badgeLevel is compared with x. Expected a number"),
        ("badgeLevel = ''", "badgeLevel is compared with an empty text. Expected a number"),
        ("badgeLevel in (1, '2 ')", "badgeLevel is compared with 2 . Expected a number"),
        (
            "badgeLevel between 1 and 2024-05-01",
            "badgeLevel is compared with 2024-05-01. Expected a number",
        ),
        (
            "badgeLevel = 0x10",
            "The filter cannot be read. Expected AND or OR or LIMIT or the end but found x10 at character 15",
        ),
        ("badgeLevel = 'NaN'", "badgeLevel is compared with NaN. Expected a number"),
        ("badgeLevel = true", "badgeLevel is compared with true. Expected a number"),
        (
            "badgeLevel contains 1",
            "badgeLevel does not offer CONTAINS. It offers EQUAL_TO NOT_EQUAL_TO LESS_THAN LESS_THAN_OR_EQUAL_TO GREATER_THAN GREATER_THAN_OR_EQUAL_TO BETWEEN",
        ),
        ("badgeLevel", "The filter names badgeLevel without a comparison"),
        (
            "badgeLevl = 3",
            "User has no field badgeLevl in this org. The nearest name is badgeLevel",
        ),
        (
            "badgelevel = 3",
            "User has no field badgelevel in this org. The nearest name is badgeLevel",
        ),
        (
            "profile_badgeLevel = 3",
            "User has no field profile_badgeLevel in this org. The nearest name is badgeLevel",
        ),
        ("isContractor = 'x'", "isContractor is compared with x. Expected true or false"),
        ("isContractor = 1", "isContractor is compared with 1. Expected true or false"),
        (
            "isContractor > 'true'",
            "isContractor does not offer GREATER_THAN. It offers EQUAL_TO NOT_EQUAL_TO",
        ),
        ("skills between 'a' and 'b'", "skills does not offer BETWEEN. It offers CONTAINS"),
        ("skills = 'a'", "skills does not offer EQUAL_TO. It offers CONTAINS"),
        ("skills in ('a', 'b')", "skills does not offer EQUAL_TO. It offers CONTAINS"),
        ("skills", "The filter names skills without a comparison"),
        ("profile_status = 'a'", "profile_status does not offer EQUAL_TO. It offers CONTAINS"),
        ("luckyNumbers contains 7", "luckyNumbers cannot be filtered. Found CONTAINS"),
        (
            "startDate > 'next spring'",
            "startDate is compared with next spring. Expected a date such as 2024-05-01 or a date and time of ISO 8601 with its zone",
        ),
        (
            "startDate contains '2024'",
            "startDate does not offer CONTAINS. It offers EQUAL_TO NOT_EQUAL_TO LESS_THAN LESS_THAN_OR_EQUAL_TO GREATER_THAN GREATER_THAN_OR_EQUAL_TO BETWEEN",
        ),
        (
            "favoriteColor > 'a'",
            "favoriteColor does not offer GREATER_THAN. It offers EQUAL_TO NOT_EQUAL_TO CONTAINS",
        ),
        (
            "_id = 'a'",
            "The filter cannot be read. Found _ U+005F which has no meaning here at character 1",
        ),
    ];
    for (filter, expected) in rows {
        let event = query("User", &json!({ "filterExpression": filter }));
        assert_eq!(told(&world, &event).await, format!("InvalidArgument: {expected}"), "{filter}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_query_is_refused() {
    let world = World::new(org());
    let event = query("User", &json!({ "maxResults": 2 }));
    let token = world.ask(&event).await["nextToken"].clone();
    assert!(token.is_string());
    let refused = "InvalidArgument: The nextToken is not one of this query. Run the flow again from its start";
    for other in [
        query("Group", &json!({ "nextToken": token })),
        query("User", &json!({ "nextToken": token, "filterExpression": "status = 'ACTIVE'" })),
        query("User", &json!({ "nextToken": token, "selectedFieldNames": ["id"] })),
    ] {
        assert_eq!(told(&world, &other).await, refused);
    }
}

#[tokio::test(start_paused = true)]
async fn secrets() {
    let denied = SecretError::AccessDenied("User is not authorized".to_owned());
    let rows = [
        (
            Err(SecretError::NotFound),
            "ResourceNotFoundError: The secret of the connection does not exist. Create the connection again",
        ),
        (
            Err(denied),
            "AccessDenied: The function may not read the secret of the connection. Allow secretsmanager GetSecretValue on it. User is not authorized",
        ),
        (
            Ok("not JSON".to_owned()),
            "InvalidCredentials: The secret of the connection cannot be used - it is not a JSON object of texts. Create the connection again",
        ),
        (
            Ok(r#"{"customAuthenticationType":"canary: a token that was pasted into the wrong box"}"#.to_owned()),
            "InvalidCredentials: The secret of the connection cannot be used - its authentication type is neither Okta_API_Token nor Okta_Service_App. Create the connection again",
        ),
    ];
    for (secret, expected) in rows {
        let world = World::with_secret(org(), secret);
        assert_eq!(told(&world, &query("User", &json!({}))).await, expected);
        let event = json!({
            "type": "ValidateCredentialsRequest",
            "credentials": context()["credentials"],
            "connectorRuntimeSettings": context()["connectorRuntimeSettings"],
        });
        assert_eq!(told(&world, &event).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_token_is_told_from_a_right_one() {
    let event = json!({
        "type": "ValidateCredentialsRequest",
        "credentials": context()["credentials"],
        "connectorRuntimeSettings": context()["connectorRuntimeSettings"],
    });
    let good = World::with_secret(org(), Ok(api_token_secret(API_TOKEN)));
    assert_eq!(good.ask(&event).await["isSuccess"], true);
    let bad = World::with_secret(org(), Ok(api_token_secret("00canary-revoked")));
    let told = told(&bad, &event).await;
    assert!(told.starts_with("InvalidCredentials: Okta refused the credentials."), "{told}");
    assert!(told.contains("E0000011"), "{told}");
}

/// Checks that there is an answer in the operation's shape as long as the operation can be made
/// out, broken JSON or not.
#[tokio::test(start_paused = true)]
async fn payloads_that_are_no_json() {
    let world = World::new(org());
    for (payload, known) in [
        (r#"{"type":"QueryDataRequest","entityIdentifier":"User","#, true),
        (r#"{"type":"ListEntitiesRequest","x":1e}"#, true),
        (r#"{"locale":"en-US","type":"DescribeConnectorConfigurationRequest",]"#, true),
        (r#"{"entityIdentifier":"User","#, false),
        (r#"{"type":null}"#, false),
        (r#"{"type":"DeleteDataRequest"}"#, false),
        ("[]", false),
        ("not JSON", false),
        ("", false),
    ] {
        let answer = world.ask_payload(payload.as_bytes()).await;
        assert_eq!(answer.is_ok(), known, "{payload}: {answer:?}");
        if let Ok(answer) = answer {
            assert!(answer["isSuccess"].is_boolean(), "{payload}: {answer}");
        }
    }
    assert!(world.ask_payload(&[0xff, 0x00]).await.is_err());
}

#[test]
fn an_event_that_is_changed_anywhere_is_still_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let events = events();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) };
    proptest!(config, |(
        index in 0..events.len(),
        pointer in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just(Value::Null), Just(json!(-1)), Just(json!("")), Just(json!("\u{0}'\\\"")),
            Just(json!([null])), Just(json!({})), Just(json!(1e300)), Just(json!(true)),
        ],
    )| {
        let (_, event) = &events[index];
        let mut pointers = Vec::new();
        collect_pointers(event, "", &mut pointers);
        pointers.retain(|pointer| pointer != "/type");
        let pointer = pointer.get(&pointers);
        let mut event = event.clone();
        *event.pointer_mut(pointer).unwrap() = value;
        runtime.block_on(async {
            let answer = World::new(org()).ask(&event).await;
            assert!(answer["isSuccess"].is_boolean(), "{pointer}: {answer}");
        });
    });
}

fn collect_pointers(value: &Value, path: &str, pointers: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, v)| (key.clone(), v)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers.push(path.clone());
        collect_pointers(child, &path, pointers);
    }
}
