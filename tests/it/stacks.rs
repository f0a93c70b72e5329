//! Stacks of `template.yaml` in moto's `CloudFormation`, and who may deploy them.
//!
//! AWS's own translator writes what stands for the function. What AWS then has is in `tests/data/stacks.txt`, to be read
//! like code: each row of parameters with what it changes.

use crate::infrastructure::paths;
use crate::support::{part, top};
use expect_test::expect_file;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:topic";
const CONNECTIONS: &str = r#"[{"secretArn":"arn:x!y","instanceUrl":"https://acme.okta.com"}]"#;

/// Returns the sets of parameters to which a stack is updated, and with which one is made.
fn rows() -> Value {
    json!([
        { "ConnectorLabel": "OktaReader" },
        { "RegisterConnector": "false" },
        { "Architecture": "x86_64" },
        { "LogRetentionInDays": "365", "LogKmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/l" },
        { "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary" },
        { "ReservedConcurrency": "5" },
        {
            "SecretKmsKeyArns": "arn:aws:kms:us-east-1:123456789012:key/a,arn:aws:kms:us-east-1:4:key/b",
            "SigningKmsKeyArns": "arn:aws:kms:us-east-1:123456789012:key/c",
        },
        { "SubnetIds": "subnet-1,subnet-2", "SecurityGroupIds": "sg-1" },
        { "AllowedOrgs": "acme.okta.com", "Entities": "*", "WithheldFields": "User.mobilePhone" },
        { "Monitoring": "true" },
        { "Monitoring": "true", "AlarmTopicArn": TOPIC, "ErrorAlarmThreshold": "1" },
        { "FlowTopicArn": TOPIC, "FlowNamePrefix": "crm-" },
        { "HealthCheckSchedule": "rate(1 day)", "HealthCheckConnections": CONNECTIONS },
    ])
}

/// Returns parameters that are refused before anything is made.
fn refused() -> Value {
    json!([
        { "ConnectorLabel": "Okta Dev" },
        { "RegisterConnector": "no" },
        { "LogRetentionInDays": "31" },
        { "LogKmsKeyArn": "arn:aws:kms:us-east-1:123456789012:alias/log" },
        { "PermissionsBoundaryArn": "arn:aws:iam::123456789012:role/boundary" },
        { "ReservedConcurrency": "-1" },
        { "SubnetIds": "subnet-1" },
        { "SecurityGroupIds": "sg-1" },
        { "AllowedOrgs": "https://acme.okta.com" },
        { "AlarmTopicArn": "topic" },
        { "FlowTopicArn": "arn:aws:sns:us-east-1:123456789012:topic.fifo" },
        { "FlowTopicArn": TOPIC, "FlowNamePrefix": "" },
        { "HealthCheckSchedule": "daily" },
        { "HealthCheckSchedule": "rate(1 day)" },
        { "HealthCheckConnections": "[<id>]" },
    ])
}

/// Returns events of AppFlow in the form that its guide shows.
fn events() -> Value {
    let event = |kind: &str, flow: &str, status: Value| {
        json!({
            "version": "0",
            "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
            "detail-type": kind,
            "source": "aws.appflow",
            "account": "123456789012",
            "time": "2026-01-01T00:00:00Z",
            "region": "us-east-1",
            "resources": [format!("arn:aws:appflow:us-east-1:123456789012:flow/{flow}")],
            "detail": { "flow-name": flow, "trigger-type": "SCHEDULED", "status": status },
        })
    };
    let (started, ended, deactivated) = (
        "AppFlow Start Flow Run Report",
        "AppFlow End Flow Run Report",
        "AppFlow Scheduled Flow Deactivated",
    );
    json!({
        "a run that begins": event(started, "okta-users", Value::Null),
        "a run that succeeds": event(ended, "okta-users", "Execution Successful".into()),
        "a run that fails": event(ended, "okta-users", "Execution Failed".into()),
        "a run with another end": event(ended, "okta-users", "Execution Partially Successful".into()),
        "a run that fails, of another flow": event(ended, "crm-users", "Execution Failed".into()),
        "a flow that is deactivated": event(deactivated, "okta-users", Value::Null),
        "another flow that is deactivated": event(deactivated, "crm-users", Value::Null),
    })
}

/// Starts a tool of `tests/tools`.
pub(crate) fn tool(venv: &Path, name: &str) -> Command {
    let mut python = Command::new(venv.join("bin/python"));
    // It leaves no compiled modules in the checkout.
    python.arg("-B").arg(top().join("tests/tools").join(name)).current_dir(top());
    python
}

#[test]
fn stacks_have_what_their_parameters_ask_for() {
    let Some(venv) = part("SAM_VENV") else { return };
    let order = json!({
        "rows": rows(),
        "refused": refused(),
        "listening": { "FlowTopicArn": TOPIC },
        "events": events(),
    });
    let mut python = tool(&venv, "run_stacks.py");
    let python = python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut python = python.spawn().unwrap();
    python.stdin.take().unwrap().write_all(order.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = String::from_utf8(output.stdout).unwrap();
    assert!(!found.contains("is taken"), "what should be refused is taken: {found}");
    expect_file![top().join("tests/data/stacks.txt")].assert_eq(&found);
}

/// Checks that the policy for whoever deploys allows what the templates make and no more, and that a parameter whose
/// change would cost something says so.
#[test]
fn templates_can_be_deployed_and_say_what_must_not_change() {
    let Some(venv) = part("SAM_VENV") else { return };
    let output = tool(&venv, "check_templates.py").args(paths()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "");
}
