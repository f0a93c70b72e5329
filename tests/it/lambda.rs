//! The real function under AWS's own Lambda Runtime Interface Emulator, with moto for Secrets
//! Manager and the sandbox for Okta.
//!
//! `make test` says where the parts are; without them the tests are skipped.

use crate::canary::disguises;
use crate::contract::events;
use crate::processes::{Function, free_port, sandbox, wait_for};
use crate::support::{part, query, top};
use bytes::Bytes;
use expect_test::expect_file;
use okta_client::{HttpService, Loopback, ReqwestTransport};
use okta_connector_cli::{API_TOKEN, Process, Sandbox};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const SERVICE_APP: &str = "0oaserviceapp1234567";

/// The function and all that is around it.
struct World {
    function: Function,
    sandbox: Sandbox,
    secret_arn: String,
    moto: String,
    /// The keys in KMS: their ARNs and public JWKs.
    keys: Value,
    http: ReqwestTransport,
    _moto: Process,
}

impl World {
    async fn start(bootstrap: &Path, venv: &Path) -> Self {
        let http = ReqwestTransport::new(Loopback::Allowed).unwrap();
        let moto_port = free_port();
        let moto_process = Process::start(
            Command::new(venv.join("bin/moto_server"))
                .args(["-H", "127.0.0.1", "-p", &moto_port.to_string()])
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )
        .unwrap();
        wait_for(moto_port);
        let moto = format!("http://127.0.0.1:{moto_port}");
        let keys = create_keys(venv, &moto);
        let app = std::env::temp_dir().join(format!("okta-connector-it-{moto_port}.json"));
        std::fs::write(&app, service_app(&keys).to_string()).unwrap();
        let ports = ["--okta-port", "0", "--secrets-port", "0"];
        let org = ["--users", "1200", "--service-app", app.to_str().unwrap()];
        let sandbox = sandbox(bootstrap, &[ports, org].concat());
        let secret = json!({
            "customAuthenticationType": "Okta_API_Token",
            "apiToken": API_TOKEN,
        });
        let secret_arn = create_secret(&http, &moto, "acme", &secret).await;
        let environment = [
            ("AWS_ENDPOINT_URL", moto.as_str()),
            ("OKTA_CONNECTOR_ALLOW_LOOPBACK", "true"),
            ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
        ];
        let function = Function::start(bootstrap, venv, &environment);
        Self { function, sandbox, secret_arn, moto, keys, http, _moto: moto_process }
    }

    async fn invoke(&self, payload: impl Into<Bytes>) -> Value {
        self.function.invoke(payload).await
    }

    /// Points an event at the org and the secret of this world.
    fn point(&self, mut event: Value) -> Value {
        for place in ["/connectorRuntimeSettings", "/connectorContext/connectorRuntimeSettings"] {
            if let Some(settings) = event.pointer_mut(place) {
                settings["instanceUrl"] = self.sandbox.urls().org.as_str().into();
            }
        }
        for place in ["/credentials", "/connectorContext/credentials"] {
            if let Some(credentials) = event.pointer_mut(place) {
                credentials["secretArn"] = self.secret_arn.as_str().into();
            }
        }
        event
    }
}

/// Makes signing keys in moto's KMS.
fn create_keys(venv: &Path, moto: &str) -> Value {
    let mut python = Command::new(venv.join("bin/python"));
    python.arg(top().join("tests/tools/kms_keys.py")).arg(moto);
    let output = python.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Makes a service app that Okta knows by the public halves of the keys in KMS.
fn service_app(keys: &Value) -> Value {
    json!({
        "clientId": SERVICE_APP,
        "keys": [keys["rsa"]["jwk"], keys["ec"]["jwk"]],
        "scopes": ["okta.users.read", "okta.userTypes.read"],
        "requiresDpop": true,
    })
}

async fn create_secret(http: &ReqwestTransport, moto: &str, name: &str, secret: &Value) -> String {
    let body = json!({
        "Name": format!("appflow!123456789012-Okta-{name}"),
        "SecretString": secret.to_string(),
        "ClientRequestToken": "00000000-0000-0000-0000-000000000001",
    });
    // moto takes the service from here and checks no signature.
    let credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/secretsmanager/aws4_request, \
                      SignedHeaders=host, Signature=none";
    let request = http::Request::post(moto)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "secretsmanager.CreateSecret")
        .header("authorization", credential)
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let answer = http.call(request, Duration::from_secs(30)).await.unwrap();
    let answer: Value = serde_json::from_slice(answer.body()).unwrap();
    answer["ARN"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Checks the function under the emulator, in one test since it starts four processes; the emulator
/// takes one call at a time.
#[tokio::test]
async fn the_function_answers_under_the_emulator() {
    let (Some(bootstrap), Some(venv)) = (part("BOOTSTRAP"), part("SAM_VENV")) else { return };
    let world = World::start(&bootstrap, &venv).await;

    // A whole flow through the real process: every user once.
    let (_, event) = events().into_iter().find(|(name, _)| name == "query-data-user.json").unwrap();
    let mut event = world.point(event);
    event["filterExpression"] = Value::Null;
    let mut logins = std::collections::BTreeSet::new();
    loop {
        let answer = world.invoke(event.to_string()).await;
        assert_eq!(answer["isSuccess"], true, "{answer}");
        for record in answer["records"].as_array().unwrap() {
            let record: Value = serde_json::from_str(record.as_str().unwrap()).unwrap();
            assert!(logins.insert(record["login"].as_str().unwrap().to_owned()));
        }
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => break,
        }
    }
    assert_eq!(logins.len(), 1_200);

    // What is wrong comes back as an answer.
    event["nextToken"] = Value::Null;
    event["connectorContext"]["credentials"]["secretArn"] =
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:appflow!123456789012-Okta-gone-a1B2c3".into();
    let answer = world.invoke(event.to_string()).await;
    assert_eq!(answer["errorDetails"]["errorCode"], "ResourceNotFoundError", "{answer}");

    // A secret that is there, but of no connection of this connector.
    let other = json!({ "apiToken": "canary-of-another" });
    let of_another = create_secret(&world.http, &world.moto, "x", &other).await;
    for secret in ["prod/database".to_owned(), of_another.replace("-Okta-", "-Other-")] {
        event["connectorContext"]["credentials"]["secretArn"] = secret.into();
        let answer = world.invoke(event.to_string()).await;
        assert_eq!(answer["errorDetails"]["errorCode"], "AccessDenied", "{answer}");
        let message = answer["errorDetails"]["errorMessage"].as_str().unwrap();
        assert!(message.contains("Its label is Okta"), "{answer}");
    }

    // Only what names no operation is a failure of the function, with a clean type.
    let answer = world.invoke(r#"{"type":"SomethingElse"}"#).await;
    assert_eq!(answer["errorType"], "UnknownOperation", "{answer}");

    // A service app whose key stays in KMS, and one whose key cannot sign for Okta.
    let (_, event) = events().into_iter().find(|(name, _)| name == "query-data-user.json").unwrap();
    for (key, expected) in [("rsa", None), ("ec", None), ("unfit", Some("AccessDenied"))] {
        let secret = json!({
            "customAuthenticationType": "Okta_Service_App",
            "clientId": SERVICE_APP,
            "keyId": key,
            "kmsKeyId": world.keys[key]["arn"],
        });
        let arn = create_secret(&world.http, &world.moto, key, &secret).await;
        let mut event = world.point(event.clone());
        event["connectorContext"]["credentials"]["secretArn"] = arn.into();
        let answer = world.invoke(event.to_string()).await;
        match expected {
            None => assert_eq!(answer["isSuccess"], true, "{key}: {answer}"),
            Some(code) => assert_eq!(answer["errorDetails"]["errorCode"], code, "{key}: {answer}"),
        }
    }

    // The scheduled check: a connection that works, one whose secret is gone, one whose org is, and two entries that are
    // wrong. Each is answered by itself.
    let text = std::fs::read_to_string(top().join("events/health-check.json")).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    let missing = "arn:aws:secretsmanager:us-east-1:123456789012:secret:appflow!123456789012-Okta-gone-a1B2c3";
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    event["detail"]["oktaConnectorHealthCheck"]["connections"] = json!([
        { "instanceUrl": world.sandbox.urls().org },
        { "secretArn": missing, "instanceUrl": 5 },
        { "secretArn": world.secret_arn, "instanceUrl": world.sandbox.urls().org },
        { "secretArn": missing, "instanceUrl": world.sandbox.urls().org },
        { "secretArn": world.secret_arn, "instanceUrl": nowhere },
    ]);
    let answer = world.invoke(event.to_string()).await;
    let checked = answer["connections"].as_array().unwrap().iter();
    let checked: Vec<_> =
        checked.map(|one| (one["connection"].as_str(), one["healthy"].as_bool())).collect();
    let expected = [
        (None, Some(false)),
        (Some("Okta-gone"), Some(false)),
        (Some("Okta-acme"), Some(true)),
        (Some("Okta-gone"), Some(false)),
        (Some("Okta-acme"), None),
    ];
    assert_eq!(checked, expected, "{answer}");
    for (index, key) in [(0, "secretArn"), (1, "instanceUrl")] {
        let problem = answer["connections"][index]["problem"].as_str().unwrap();
        assert!(problem.starts_with(&format!("The entry has no text {key}")), "{answer}");
    }

    let log = world.function.log();
    check_metrics(&venv, &log);
    assert!(log.contains(r#""flow_name":"okta-users-to-s3""#), "{log}");
    assert!(log.contains(r#""okta_request_ids":""#), "{log}");
    for operation in ["QueryData", "ValidateCredentials"] {
        let parts = [
            operation,
            "\"answered\"",
            r#""secret":"appflow!123456789012-Okta-acme-"#,
            r#""org":"127.0.0.1:"#,
        ];
        let is_named = log.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(is_named, "no line of {operation} names org and secret: {log}");
    }
    let unchecked: Vec<_> =
        log.lines().filter(|line| line.contains("ConnectionUnchecked\":")).collect();
    let is = |line: &&str, value| line.contains(&format!("\"ConnectionUnchecked\":{value}"));
    assert_eq!(unchecked.iter().filter(|line| is(line, 1)).count(), 1, "{unchecked:?}");
    assert_eq!(unchecked.iter().filter(|line| is(line, 0)).count(), 4, "{unchecked:?}");
    for secret in [API_TOKEN, "canary-aws-secret-key", "after="] {
        for disguise in disguises(secret) {
            assert!(!log.contains(&disguise), "the log holds {disguise}");
        }
    }
}

/// Checks that an answer that breaks off behind the secret is no answer and gives the secret, which
/// is in it, not away.
#[tokio::test]
async fn a_broken_answer_of_secrets_manager_gives_nothing_away() {
    let (Some(bootstrap), Some(venv)) = (part("BOOTSTRAP"), part("SAM_VENV")) else { return };
    const SECRET: &str = "canary-of-a-broken-answer";
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // The request is not looked at, but a connection that is closed with bytes unread breaks.
            let _ = stream.read(&mut [0; 16_384]);
            let body = format!(
                r#"{{"ARN":"arn","SecretString":"{{\"apiToken\":\"{SECRET}\"}}","CreatedDate":"#
            );
            let head = format!(
                "content-type: application/x-amz-json-1.1\r\ncontent-length: {}",
                body.len()
            );
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\nconnection: close\r\n\r\n{body}");
        }
    });
    let environment = [
        ("OKTA_CONNECTOR_SECRETS_MANAGER_URL", url.as_str()),
        ("OKTA_CONNECTOR_ALLOW_LOOPBACK", "true"),
        ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
    ];
    let function = Function::start(&bootstrap, &venv, &environment);
    let event = query("User", &json!({}));
    let answer = function.invoke(event.to_string()).await;
    assert_eq!(answer["errorDetails"]["errorCode"], "ServiceUnavailable", "{answer}");
    let written = format!("{answer}{}", function.log());
    for disguise in disguises(SECRET) {
        assert!(!written.contains(&disguise), "{written}");
    }
}

/// Checks the metrics that the process wrote, against the published schema and by name.
fn check_metrics(venv: &Path, log: &str) {
    let lines: Vec<_> = log.lines().filter(|line| line.contains("\"_aws\"")).collect();
    let mut python = Command::new(venv.join("bin/python"))
        .arg(top().join("tests/tools/validate_emf.py"))
        .arg(top().join("tests/data/emf.schema.json"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let metrics = String::from_utf8(output.stdout).unwrap();
    expect_file![top().join("tests/data/metrics.txt")].assert_eq(&metrics);
}
