//! The bytes that Lambda gets are the ones that the connector wrote.

use crate::processes::sandbox;
use crate::support::{part, query};
use appflow_connector::handle;
use okta_client::{AllowedOrgs, Loopback, ReqwestTransport};
use okta_connector::{Config, OktaConnector, Orgs};
use okta_connector_cli::{API_TOKEN, HostedFunction, SimulatedSecrets, api_token_secret};
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;

const TIME: Duration = Duration::from_secs(30);

/// Asks one process several times, so that answers are written into the memory of those before them: large ones, small
/// ones, failures and answers without records.
#[tokio::test]
async fn an_answer_arrives_as_it_was_written() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let sandbox =
        sandbox(&bootstrap, &["--okta-port", "0", "--secrets-port", "0", "--users", "900"]);
    let (org, secrets) = (&sandbox.urls().org, &sandbox.urls().secrets_manager);
    let environment = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("OKTA_CONNECTOR_ALLOW_LOOPBACK", "true"),
        ("OKTA_CONNECTOR_SECRETS_MANAGER_URL", secrets.as_str()),
    ];
    let mut function = HostedFunction::start(&bootstrap, &environment, Stdio::null()).unwrap();
    function.first_request().unwrap();

    let loopback = Loopback::Allowed;
    let config =
        Config { orgs: Orgs { loopback, allowed: AllowedOrgs::default() }, ..Config::new(|| 0, 1) };
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let connector = OktaConnector::new(ReqwestTransport::new(loopback).unwrap(), secrets, config);

    let asked = |entity, extra: Value| {
        let mut event = query(entity, &extra);
        event["connectorContext"]["connectorRuntimeSettings"]["instanceUrl"] = org.as_str().into();
        event
    };
    let mut describe = asked("Group", json!({}));
    describe["type"] = "DescribeEntityRequest".into();
    let events = [
        asked("User", json!({ "maxResults": 1000 })),
        asked("User", json!({ "filterExpression": "login = 'nobody@example.com'" })),
        asked("User", json!({ "filterExpression": "login =" })),
        describe,
        asked("Group", json!({ "maxResults": 1000 })),
        asked("User", json!({ "maxResults": 1000 })),
    ];
    for event in events {
        let payload = event.to_string();
        let expected = handle(&connector, payload.as_bytes(), TIME).await.unwrap();
        let answer = function.invoke(payload.as_bytes(), TIME).unwrap();
        function.accept().unwrap();
        assert!(answer == expected, "{}", String::from_utf8_lossy(&answer));
        connector.take_back(answer);
    }
}
