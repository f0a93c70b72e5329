//! `template.yaml` and `examples/`, held against the connector that they deploy.
//!
//! cfn-lint knows AWS's side: resources, properties, types. The rest, which only the connector
//! knows, is looked at here, on the templates as a deployment would resolve them for some
//! parameters.

use crate::support::{EPOCH, World, part, query, top};
use expect_test::expect;
use jiff::Timestamp;
use okta_connector::catalogue::{Kind, OBJECTS, Object};
use okta_simulator::Org;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// Returns the paths of the templates from the top.
pub(crate) fn paths() -> Vec<String> {
    let mut paths = vec!["template.yaml".to_owned()];
    let mut folders = vec![top().join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                paths.push(path.strip_prefix(top()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    paths.sort();
    paths
}

/// The Python program that reads YAML with its short forms of functions, `!Ref x` as `{"Ref": "x"}`.
const READER: &str = r#"
import json, sys, yaml
def function(loader, name, node):
    kind = {yaml.ScalarNode: "scalar", yaml.SequenceNode: "sequence", yaml.MappingNode: "mapping"}[type(node)]
    deep = {} if kind == "scalar" else {"deep": True}
    value = getattr(loader, "construct_" + kind)(node, **deep)
    return {name if name in ("Ref", "Condition") else "Fn::" + name: value}
yaml.SafeLoader.add_multi_constructor("!", function)
print(json.dumps({path: yaml.safe_load(open(path)) for path in sys.argv[1:]}))
"#;

/// Reads the templates; returns `None` if the tools are not installed.
fn templates() -> Option<BTreeMap<String, Value>> {
    let mut python = Command::new(part("SAM_VENV")?.join("bin/python"));
    let output = python.args(["-c", READER]).args(paths()).current_dir(top()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// A template with parameters.
struct Stack<'a> {
    template: &'a Value,
    parameters: BTreeMap<&'a str, Value>,
}

impl<'a> Stack<'a> {
    fn new(template: &'a Value, given: &[(&str, &str)]) -> Self {
        let declared = template["Parameters"].as_object().unwrap();
        for (name, _) in given {
            assert!(declared.contains_key(*name), "there is no parameter {name}");
        }
        let parameters = declared.iter().map(|(name, parameter)| {
            let text = given.iter().find(|given| given.0 == name).map_or_else(
                || match &parameter["Default"] {
                    Value::Null => panic!("{name} has no default"),
                    Value::String(text) => text.clone(),
                    number => number.to_string(),
                },
                |given| given.1.to_owned(),
            );
            let is_list = parameter["Type"] == "CommaDelimitedList";
            let items = || text.split(',').map(Value::from).collect();
            (name.as_str(), if is_list { Value::Array(items()) } else { text.into() })
        });
        Self { template, parameters: parameters.collect() }
    }

    /// Returns the properties of the resources that there are, by name.
    fn resources(&self) -> BTreeMap<&'a str, Value> {
        let resources = self.template["Resources"].as_object().unwrap().iter();
        resources
            .filter(|(_, resource)| resource["Condition"].as_str().is_none_or(|name| self.is(name)))
            .map(|(name, resource)| (name.as_str(), self.value(&resource["Properties"]).unwrap()))
            .collect()
    }

    /// Returns the resources of a type.
    fn of_type(&self, resource_type: &str) -> BTreeMap<&'a str, Value> {
        let mut resources = self.resources();
        resources.retain(|name, _| self.template["Resources"][name]["Type"] == resource_type);
        resources
    }

    /// Returns the text of an output; `None` if there is no such output.
    fn output(&self, name: &str) -> Option<String> {
        let output = self.template["Outputs"].get(name)?;
        let exists = output["Condition"].as_str().is_none_or(|name| self.is(name));
        let value = exists.then(|| self.value(&output["Value"]))??;
        Some(value.as_str().unwrap().to_owned())
    }

    fn is(&self, condition: &str) -> bool {
        self.value(&self.template["Conditions"][condition]).unwrap().as_bool().unwrap()
    }

    /// Returns the value that a deployment makes of a value; `None` for `AWS::NoValue`. Attributes
    /// and names that AWS would give stay names.
    fn value(&self, value: &Value) -> Option<Value> {
        Some(match value {
            Value::Array(items) => items.iter().filter_map(|item| self.value(item)).collect(),
            Value::Object(members) => match members.iter().next() {
                Some((function, argument)) if members.len() == 1 => {
                    return self.call(function, argument).unwrap_or_else(|| self.members(members));
                }
                _ => return self.members(members),
            },
            plain => plain.clone(),
        })
    }

    fn members(&self, members: &Map<String, Value>) -> Option<Value> {
        let members = members.iter();
        let members = members.filter_map(|(key, value)| Some((key.clone(), self.value(value)?)));
        Some(Value::Object(members.collect()))
    }

    /// Returns the value of a function; `None` if it is none.
    fn call(&self, function: &str, argument: &Value) -> Option<Option<Value>> {
        let text = argument.as_str();
        let values = || self.value(argument).unwrap().as_array().unwrap().clone();
        Some(Some(match function {
            "Ref" if text == Some("AWS::NoValue") => return Some(None),
            "Ref" => self.named(text?),
            "Condition" => self.is(text?).into(),
            "Fn::GetAtt" => text?.into(),
            "Fn::Sub" => self.substituted(text?).into(),
            "Fn::Join" => {
                let items: Vec<_> = values()[1].as_array().unwrap().iter().map(plain).collect();
                items.join(argument[0].as_str().unwrap()).into()
            }
            "Fn::Equals" => {
                let values = values();
                (plain(&values[0]) == plain(&values[1])).into()
            }
            "Fn::Not" => (values()[0] == false).into(),
            "Fn::And" => values().iter().all(|value| *value == true).into(),
            "Fn::If" => {
                let branch = if self.is(argument[0].as_str().unwrap()) { 1 } else { 2 };
                return Some(self.value(&argument[branch]));
            }
            _ => {
                assert!(!function.starts_with("Fn::"), "{function} is not known here");
                return None;
            }
        }))
    }

    fn named(&self, name: &str) -> Value {
        match name {
            "AWS::Partition" => "aws".into(),
            "AWS::Region" => "us-east-1".into(),
            "AWS::AccountId" => "111122223333".into(),
            "AWS::URLSuffix" => "amazonaws.com".into(),
            "AWS::StackName" => "stack".into(),
            _ => self.parameters.get(name).cloned().unwrap_or_else(|| name.into()),
        }
    }

    fn substituted(&self, text: &str) -> String {
        let mut parts = text.split("${");
        let mut substituted = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            substituted.push_str(&plain(&self.named(name)));
            substituted.push_str(rest);
        }
        substituted
    }
}

/// Returns a scalar as it is compared and written.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).into_iter().map(|text| text.as_str().unwrap()).collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// The parameters with which the template makes everything that it can.
const EVERYTHING: [(&str, &str); 15] = [
    ("PermissionsBoundaryArn", "arn:aws:iam::111122223333:policy/boundary"),
    ("LogKmsKeyArn", "arn:aws:kms:us-east-1:111122223333:key/log"),
    ("FlowTopicArn", "arn:aws:sns:us-east-1:111122223333:topic"),
    ("SecretKmsKeyArns", "arn:aws:kms:us-east-1:111122223333:key/a,arn:aws:kms:us-east-1:4:key/b"),
    ("SigningKmsKeyArns", "arn:aws:kms:us-east-1:111122223333:key/c"),
    ("AllowedOrgs", "acme.okta.com,login.acme.com"),
    ("Entities", "*"),
    ("WithheldFields", "User.mobilePhone"),
    ("SubnetIds", "subnet-1,subnet-2"),
    ("SecurityGroupIds", "sg-1"),
    ("ReservedConcurrency", "5"),
    ("Monitoring", "true"),
    ("AlarmTopicArn", "arn:aws:sns:us-east-1:111122223333:topic"),
    ("HealthCheckSchedule", "rate(1 day)"),
    (
        "HealthCheckConnections",
        r#"[{"secretArn":"arn:x!y","instanceUrl":"https://acme.okta.com"}]"#,
    ),
];

#[test]
fn cfn_lint_finds_nothing() {
    let Some(venv) = part("SAM_VENV") else { return };
    let mut lint = Command::new(venv.join("bin/cfn-lint"));
    lint.args(["--regions", "us-east-1", "--"]).args(paths()).current_dir(top());
    let output = lint.env("AWS_DEFAULT_REGION", "us-east-1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_template_says_what_it_is_for() {
    let Some(templates) = templates() else { return };
    for (path, template) in &templates {
        let text = fs::read_to_string(top().join(path)).unwrap();
        assert!(text.starts_with("# "), "{path} does not open with a comment");
        // CloudFormation reads no aliases, though every YAML reader here does.
        assert!(!text.contains(": &") && !text.contains(": *"), "{path} has an alias");
        for section in ["Parameters", "Outputs"] {
            for (name, item) in template[section].as_object().unwrap() {
                assert!(item["Description"].is_string(), "{path}: {name} has no description");
            }
        }
    }
}

#[test]
fn operations_tell_of_every_parameter() {
    let Some(templates) = templates() else { return };
    let page = fs::read_to_string(top().join("docs/OPERATIONS.md")).unwrap();
    let (_, table) = page.split_once("| parameter | default | meaning |\n|---|---|---|\n").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let told: BTreeSet<_> = table
        .lines()
        .flat_map(|row| row.split('|').nth(1).unwrap().split(','))
        .map(|name| name.trim().trim_matches('`'))
        .collect();
    assert_eq!(told, keys(&templates["template.yaml"]["Parameters"]));
}

#[test]
fn environments_set_parameters_that_there_are() {
    let Some(templates) = templates() else { return };
    let declared = keys(&templates["template.yaml"]["Parameters"]);
    let text = fs::read_to_string(top().join("samconfig.toml")).unwrap();
    let mut count = 0;
    for line in text.lines().filter_map(|line| line.strip_prefix("parameter_overrides = ")) {
        for pair in line.trim_matches('"').split(' ') {
            let (name, _) = pair.split_once('=').unwrap();
            assert!(declared.contains(name), "samconfig.toml sets {name}");
            count += 1;
        }
    }
    assert!(count > 0, "samconfig.toml sets nothing");
}

#[test]
fn the_function_is_told_its_label_and_its_orgs_and_that_loopback_is_refused() {
    let Some(templates) = templates() else { return };
    let given = [
        (&[][..], ["", "", ""]),
        (&EVERYTHING, ["acme.okta.com,login.acme.com", "*", "User.mobilePhone"]),
    ];
    for (parameters, [orgs, entities, withheld]) in given {
        let stack = Stack::new(&templates["template.yaml"], parameters);
        let function = &stack.resources()["OktaConnectorFunction"];
        assert_eq!(
            function["Environment"]["Variables"],
            json!({
                "OKTA_CONNECTOR_LABEL": "Okta",
                "OKTA_CONNECTOR_ORGS": orgs,
                "OKTA_CONNECTOR_ENTITIES": entities,
                "OKTA_CONNECTOR_WITHHELD_FIELDS": withheld,
                "OKTA_CONNECTOR_ALLOW_LOOPBACK": "false",
                "OKTA_CONNECTOR_SECRETS_MANAGER_URL": "",
            })
        );
        assert_eq!(function["VpcConfig"].is_null(), parameters.is_empty());
        assert_eq!(function["ReservedConcurrentExecutions"].is_null(), parameters.is_empty());
    }
}

/// Checks that the sandbox sets only variables that the template has. SAM leaves out any other
/// without a word.
#[test]
fn the_sandbox_sets_variables_that_there_are() {
    let Some(templates) = templates() else { return };
    let function = &templates["template.yaml"]["Resources"]["OktaConnectorFunction"];
    let declared = keys(&function["Properties"]["Environment"]["Variables"]);
    let text = fs::read_to_string(top().join("events/env.sandbox.json")).unwrap();
    let environment: Value = serde_json::from_str(&text).unwrap();
    let set = keys(&environment["OktaConnectorFunction"]);
    assert!(!set.is_empty() && set.is_subset(&declared), "{set:?}");
}

/// Returns the statements of the function's role.
fn statements(template: &Value, parameters: &[(&str, &str)]) -> Vec<Value> {
    let role = Stack::new(template, parameters).resources().remove("OktaConnectorRole").unwrap();
    assert!(role["ManagedPolicyArns"].is_null());
    let policies = role["Policies"].as_array().unwrap().iter();
    policies
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap().clone())
        .collect()
}

#[test]
fn the_role_may_do_what_it_is_given_and_no_more() {
    let Some(templates) = templates() else { return };
    let template = &templates["template.yaml"];
    let mut shown = String::new();
    for (heading, parameters) in [("by default", &[][..]), ("at most", &EVERYTHING)] {
        writeln!(shown, "{heading}").unwrap();
        for statement in statements(template, parameters) {
            let conditions = statement.get("Condition").unwrap_or(&Value::Null);
            let [effect, sid] = ["Effect", "Sid"].map(|key| statement[key].as_str().unwrap());
            writeln!(shown, "  {effect} {sid}: {}", texts(&statement["Action"]).join(" ")).unwrap();
            writeln!(shown, "    on {}", texts(&statement["Resource"]).join(" ")).unwrap();
            if !conditions.is_null() {
                writeln!(shown, "    if {conditions}").unwrap();
            }
            let everything = texts(&statement["Resource"]).contains(&"*");
            let insisted_on = texts(&statement["Action"]).iter().all(|a| a.starts_with("ec2:"));
            assert!(!everything || insisted_on, "{sid} names every resource");
        }
    }
    expect![[r#"
        by default
          Allow ReadTheSecretsOfThisConnector: secretsmanager:GetSecretValue
            on arn:aws:secretsmanager:us-east-1:111122223333:secret:appflow!111122223333-Okta-*
          Allow WriteTheLog: logs:CreateLogStream logs:PutLogEvents
            on OktaConnectorLogGroup.Arn
        at most
          Allow ReadTheSecretsOfThisConnector: secretsmanager:GetSecretValue
            on arn:aws:secretsmanager:us-east-1:111122223333:secret:appflow!111122223333-Okta-*
          Allow DecryptThemThroughSecretsManager: kms:Decrypt
            on arn:aws:kms:us-east-1:111122223333:key/a arn:aws:kms:us-east-1:4:key/b
            if {"StringEquals":{"kms:ViaService":"secretsmanager.us-east-1.amazonaws.com"}}
          Allow SignForServiceApps: kms:Sign
            on arn:aws:kms:us-east-1:111122223333:key/c
            if {"StringEquals":{"kms:SigningAlgorithm":["RSASSA_PKCS1_V1_5_SHA_256","ECDSA_SHA_256"]}}
          Allow SeeHowTheKeySigns: kms:GetPublicKey
            on arn:aws:kms:us-east-1:111122223333:key/c
          Allow WriteTheLog: logs:CreateLogStream logs:PutLogEvents
            on OktaConnectorLogGroup.Arn
          Allow ConnectToTheVpc: ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:UnassignPrivateIpAddresses
            on *
          Deny ButNotForTheCode: ec2:*
            on *
            if {"Null":{"lambda:SourceFunctionArn":"false"}}
    "#]].assert_eq(&shown);
}

#[test]
fn only_appflow_and_the_schedule_may_call() {
    let Some(templates) = templates() else { return };
    let template = &templates["template.yaml"];
    let callers = |parameters: &[(&str, &str)]| {
        let permissions = Stack::new(template, parameters).of_type("AWS::Lambda::Permission");
        let callers: Vec<_> = permissions
            .into_values()
            .map(|permission| {
                let [who, what] =
                    ["Principal", "SourceArn"].map(|key| permission[key].as_str().unwrap());
                format!("{who} for {what}")
            })
            .collect();
        callers
    };
    let appflow = "appflow.amazonaws.com for arn:aws:appflow:us-east-1:111122223333:*".to_owned();
    let schedule = "events.amazonaws.com for HealthCheck.Arn".to_owned();
    assert_eq!(callers(&[]), [appflow.as_str()]);
    assert_eq!(callers(&EVERYTHING), [appflow, schedule]);
}

#[test]
fn the_connector_is_registered_unless_told_otherwise() {
    let Some(templates) = templates() else { return };
    let template = &templates["template.yaml"];
    let stack = Stack::new(template, &[]);
    let connector = &stack.resources()["OktaConnector"];
    let description = connector["Description"].as_str().unwrap();
    let allowed = |c: char| c.is_ascii_alphanumeric() || " _/!@#+=.-".contains(c);
    assert!(description.chars().all(allowed), "{description}");
    assert_eq!(template["Resources"]["OktaConnector"]["DependsOn"], "AppFlowMayInvoke");
    assert_eq!(stack.output("RegisterCommand"), None);
    let by_hand = Stack::new(template, &[("RegisterConnector", "false")]);
    assert!(!by_hand.resources().contains_key("OktaConnector"));
    assert!(by_hand.output("RegisterCommand").unwrap().contains("--connector-label Okta "));
}

/// Returns the metrics that the function was seen to write, and the dimensions beside `Connector`
/// under which it did, from lines such as `OktaConnector Pages Count ['Connector', 'Entity']`.
fn written() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut written = BTreeMap::<_, BTreeSet<_>>::new();
    for line in include_str!("../data/metrics.txt").lines() {
        let name = line.split(' ').nth(1).unwrap();
        let mut dimensions = line.split('\'').skip(1).step_by(2);
        assert_eq!(dimensions.next(), Some("Connector"), "{line}");
        written.entry(name).or_default().insert(dimensions.next().unwrap_or_default());
    }
    written
}

/// A metric as an alarm or a widget names it: namespace, name, dimensions with their values.
type Metric = (String, String, Vec<(String, Option<String>)>);

fn metrics(value: &Value, found: &mut Vec<Metric>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = value["MetricName"].as_str() {
                let dimensions = list(&value["Dimensions"])
                    .into_iter()
                    .map(|dimension| (plain(&dimension["Name"]), Some(plain(&dimension["Value"]))));
                found.push((plain(&value["Namespace"]), name.to_owned(), dimensions.collect()));
            }
            if let Some(expression) = value["expression"].as_str() {
                found.push(searched(expression));
            }
            members.values().for_each(|value| metrics(value, found));
        }
        Value::Array(items) => {
            let words: Vec<_> = items.iter().map_while(Value::as_str).collect();
            if words.len() > 2 && words[0] == "OktaConnector" {
                let (namespace, name) = (words[0].to_owned(), words[1].to_owned());
                let dimensions =
                    words[2..].chunks(2).map(|pair| (pair[0].to_owned(), Some(pair[1].to_owned())));
                found.push((namespace, name, dimensions.collect()));
            }
            items.iter().for_each(|item| metrics(item, found));
        }
        _ => {}
    }
}

/// Returns the metric that `SEARCH('{Namespace,Dimension,...} MetricName="Name" Dimension="value"',
/// ...)` looks for.
fn searched(expression: &str) -> Metric {
    let (schema, rest) = expression.strip_prefix("SEARCH('{").unwrap().split_once("} ").unwrap();
    let value = |key: &str| {
        let (_, rest) = rest.split_once(&format!("{key}=\""))?;
        Some(rest.split_once('"').unwrap().0.to_owned())
    };
    let mut names = schema.split(',').map(str::to_owned);
    let namespace = names.next().unwrap();
    (
        namespace,
        value("MetricName").unwrap(),
        names.map(|name| (name.clone(), value(&name))).collect(),
    )
}

#[test]
fn alarms_and_dashboard_name_metrics_that_there_are() {
    let Some(templates) = templates() else { return };
    let template = &templates["template.yaml"];
    let quiet = Stack::new(template, &[]);
    assert!(quiet.of_type("AWS::CloudWatch::Alarm").is_empty());
    assert!(quiet.of_type("AWS::CloudWatch::Dashboard").is_empty());
    let stack = Stack::new(template, &EVERYTHING);
    let alarms = stack.of_type("AWS::CloudWatch::Alarm");
    assert_eq!(alarms.len(), 4);
    let dashboard = &stack.resources()["Dashboard"];
    let body: Value = serde_json::from_str(dashboard["DashboardBody"].as_str().unwrap()).unwrap();
    for alarm in alarms.keys() {
        assert!(body.to_string().contains(&format!("\"{alarm}.Arn\"")), "{alarm} is not shown");
    }
    let written = written();
    let mut found = Vec::new();
    alarms.values().chain([&body]).for_each(|value| metrics(value, &mut found));
    for (namespace, name, dimensions) in &found {
        if namespace == "AWS/Lambda" {
            assert_eq!((name.as_str(), dimensions[0].0.as_str()), ("Errors", "FunctionName"));
            continue;
        }
        assert_eq!(namespace, "OktaConnector");
        let known = written.get(name.as_str()).unwrap_or_else(|| {
            panic!("the function writes no metric {name}");
        });
        assert_eq!(dimensions[0], ("Connector".to_owned(), Some("Okta".to_owned())), "{name}");
        let second = dimensions.get(1).map_or("", |dimension| dimension.0.as_str());
        assert!(known.contains(second) && dimensions.len() <= 2, "{name} by {dimensions:?}");
    }
    for name in written.keys() {
        assert!(found.iter().any(|metric| metric.1 == *name), "{name} is shown nowhere");
    }
    for alarm in alarms.values() {
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(texts(&alarm[actions]), ["arn:aws:sns:us-east-1:111122223333:topic"]);
        }
    }
}

/// CloudWatch looks back seven days at most, and one day where a period is shorter than an hour.
#[test]
fn an_alarm_looks_back_no_further_than_it_can() {
    let Some(templates) = templates() else { return };
    let stack = Stack::new(&templates["template.yaml"], &EVERYTHING);
    let alarms = stack.of_type("AWS::CloudWatch::Alarm");
    for (name, alarm) in &alarms {
        let Some(period) = alarm["Period"].as_u64() else { continue };
        let most = if period < 3_600 { 86_400 } else { 7 * 86_400 };
        assert!(period * alarm["EvaluationPeriods"].as_u64().unwrap() <= most, "{name}");
    }
    assert_eq!(alarms["UncheckedAlarm"]["EvaluationPeriods"], 3);
    assert_eq!(alarms["ConnectionAlarm"]["EvaluationPeriods"], 1);
}

#[test]
fn a_health_check_arrives_as_a_scheduled_event() {
    let Some(templates) = templates() else { return };
    let template = &templates["template.yaml"];
    assert!(Stack::new(template, &[]).of_type("AWS::Events::Rule").is_empty());
    let rule = Stack::new(template, &EVERYTHING).resources().remove("HealthCheck").unwrap();
    let scheduled = json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "111122223333",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:111122223333:rule/health"],
        "detail": {},
    });
    let transformer = &rule["Targets"][0]["InputTransformer"];
    let mut input = transformer["InputTemplate"].as_str().unwrap().to_owned();
    for (variable, path) in transformer["InputPathsMap"].as_object().unwrap() {
        let value = &scheduled[path.as_str().unwrap().strip_prefix("$.").unwrap()];
        input = input.replace(&format!("<{variable}>"), &value.to_string());
    }
    let mut event: Value = serde_json::from_str(&input).unwrap();
    assert_eq!(
        event["detail"].take(),
        json!({ "oktaConnectorHealthCheck": { "connections": [
            { "secretArn": "arn:x!y", "instanceUrl": "https://acme.okta.com" },
        ]}})
    );
    event["detail"] = json!({});
    assert_eq!(event, scheduled);
}

/// Returns the description of the connector that AppFlow gets.
async fn configuration(world: &World) -> Value {
    world.ask(&json!({ "type": "DescribeConnectorConfigurationRequest" })).await
}

/// Checks that the settings of a scope are complete, known and well-formed.
async fn check_settings(world: &World, scope: &str, settings: &Value) {
    let configuration = configuration(world).await;
    let declared = list(&configuration["connectorRuntimeSetting"]).into_iter();
    let declared: Vec<_> = declared.filter(|setting| setting["scope"] == scope).collect();
    for key in keys(settings) {
        assert!(
            declared.iter().any(|setting| setting["key"] == key),
            "{key} is no {scope} setting"
        );
        assert!(!plain(&settings[key]).contains(char::is_whitespace), "{key}");
    }
    let answer = world
        .ask(&json!({
            "type": "ValidateConnectorRuntimeSettingsRequest",
            "scope": scope,
            "connectorRuntimeSettings": settings,
        }))
        .await;
    assert_eq!(answer["isSuccess"], true, "{settings}: {answer}");
}

/// Returns the examples of a folder, by the name of the file.
fn examples<'a>(
    templates: &'a BTreeMap<String, Value>,
    folder: &'a str,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    templates.iter().filter_map(move |(path, template)| {
        let name = path.strip_prefix("examples/")?.strip_prefix(folder)?.strip_prefix('/')?;
        Some((name.strip_suffix(".yaml")?, template))
    })
}

/// Makes the stack of a connection from parameters; those that the template does not have are left out.
fn connection<'a>(template: &'a Value, client_id: &str) -> Stack<'a> {
    let given = [
        ("FunctionRoleArn", "arn:aws:iam::111122223333:role/function"),
        ("InstanceUrl", "https://acme.okta.com"),
        ("CredentialsSecret", "okta/secret"),
        ("ClientId", client_id),
    ];
    let known = keys(&template["Parameters"]);
    let given: Vec<_> = given.into_iter().filter(|(name, _)| known.contains(name)).collect();
    Stack::new(template, &given)
}

#[tokio::test(start_paused = true)]
async fn connections_say_what_the_connector_asks_for() {
    let Some(templates) = templates() else { return };
    let world = World::new(Org::generate(1, 5));
    let configuration = configuration(&world).await;
    let authentication = &configuration["authenticationConfig"];
    let mut shown = BTreeSet::new();
    for (name, template) in examples(&templates, "connections") {
        let stack = connection(template, "0oa1");
        let profile = stack.resources().remove("Connection").unwrap();
        assert_eq!(profile["ConnectorType"], "CustomConnector", "{name}");
        let config = &profile["ConnectorProfileConfig"];
        let properties = &config["ConnectorProfileProperties"]["CustomConnector"];
        check_settings(&world, "CONNECTOR_PROFILE", &properties["ProfileProperties"]).await;
        let credentials = &config["ConnectorProfileCredentials"]["CustomConnector"];
        if credentials["AuthenticationType"] == "OAUTH2" {
            assert_eq!(authentication["isOAuth2Supported"], true);
            let defaults = &authentication["oAuth2Defaults"];
            let oauth2 = &properties["OAuth2Properties"];
            assert!(
                list(&defaults["oAuth2GrantTypesSupported"]).contains(&&oauth2["OAuth2GrantType"])
            );
            let url = oauth2["TokenUrl"].as_str().unwrap();
            let path = |url: &str| url.splitn(4, '/').nth(3).unwrap().to_owned();
            let declared = texts(&defaults["tokenURL"]);
            assert!(declared.iter().all(|declared| path(declared) == path(url)), "{url}");
            for key in ["ClientId", "ClientSecret", "AccessToken", "RefreshToken"] {
                is_kept_elsewhere(&credentials["Oauth2"][key]);
            }
            shown.insert("OAuth2");
            continue;
        }
        assert_eq!(credentials["AuthenticationType"], "CUSTOM", "{name}");
        let custom = &credentials["Custom"];
        let declared = list(&authentication["customAuthConfig"]).into_iter();
        let mut declared = declared
            .filter(|scheme| scheme["authenticationType"] == custom["CustomAuthenticationType"]);
        let scheme = declared.next().unwrap();
        let given = &custom["CredentialsMap"];
        let parameters = list(&scheme["authParameters"]);
        for key in keys(given) {
            let parameter = parameters.iter().find(|parameter| parameter["key"] == key).unwrap();
            if parameter["sensitiveField"] == true {
                is_kept_elsewhere(&given[key]);
            }
        }
        for required in parameters.iter().filter(|parameter| parameter["required"] == true) {
            assert!(!given[required["key"].as_str().unwrap()].is_null(), "{name} lacks {required}");
        }
        shown.insert(scheme["authenticationType"].as_str().unwrap());
    }
    let schemes = list(&authentication["customAuthConfig"]).into_iter();
    let schemes = schemes.map(|scheme| scheme["authenticationType"].as_str().unwrap());
    assert_eq!(shown, schemes.chain(["OAuth2"]).collect());
}

/// Checks that a secret is referred to, so that it is in no template and no parameter.
fn is_kept_elsewhere(value: &Value) {
    assert!(
        value.as_str().unwrap().starts_with("{{resolve:secretsmanager:okta/secret:"),
        "{value}"
    );
}

#[test]
fn keys_of_connections_are_used_by_the_function_alone() {
    let Some(templates) = templates() else { return };
    for (name, template) in examples(&templates, "connections") {
        for client_id in ["", "0oa1"] {
            let stack = connection(template, client_id);
            for (key, properties) in stack.of_type("AWS::KMS::Key") {
                let statements = list(&properties["KeyPolicy"]["Statement"]);
                let of_function: Vec<_> = statements
                    .iter()
                    .filter(|statement| {
                        statement["Principal"]["AWS"] == "arn:aws:iam::111122223333:role/function"
                    })
                    .flat_map(|statement| texts(&statement["Action"]))
                    .collect();
                let expected = match key {
                    "SecretKey" => vec!["kms:Decrypt"],
                    _ => vec!["kms:Sign", "kms:GetPublicKey"],
                };
                assert_eq!(of_function, expected, "{name} {key}");
                for statement in statements {
                    let anybody = statement["Principal"]["AWS"] == "*";
                    assert!(!anybody || statement["Effect"] == "Deny", "{name} {key}");
                }
            }
            let waits = template["Resources"]["Connection"]["Condition"].is_string();
            let exists = stack.resources().contains_key("Connection");
            assert_eq!(exists, !waits || !client_id.is_empty(), "{name}");
            if let Some(check) = stack.output("HealthCheckConnection") {
                let check: Value = serde_json::from_str(&check).unwrap();
                assert_eq!(keys(&check), BTreeSet::from(["instanceUrl", "secretArn"]), "{name}");
            }
        }
    }
}

/// Checks that the command that a stack prints makes the key that Okta wants of the answer of KMS.
#[test]
fn a_public_key_is_printed_as_okta_wants_it() {
    const PUBLIC_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
    let Some(templates) = templates() else { return };
    let template = &templates["examples/connections/service-app.yaml"];
    let command = connection(template, "").output("PublicKeyCommand").unwrap();
    let known: Value = serde_json::from_str(include_str!("../data/keys.json")).unwrap();
    let known = &known["public"]["ec"];
    let point = ["x", "y"].map(|key| base64url(known[key].as_str().unwrap()));
    // The bytes before the point are 27, a multiple of three, so that the texts can be joined.
    let answer = format!("{PUBLIC_KEY}{}", base64_of(&point.concat()));
    let script = format!("aws() {{ echo '{answer}'; }}\n{command}");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        printed,
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "SigningKey",
            "x": known["x"], "y": known["y"],
        })
    );
}

fn base64url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The name of the flow that is no object's.
const MINIMAL: &str = "minimal";

/// Returns the flows of objects, by the name of the file.
fn flows(templates: &BTreeMap<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    examples(templates, "flows").filter(|(name, _)| *name != MINIMAL)
}

/// Makes a flow under some parameters, on a connection and into a bucket.
fn flow(template: &Value, given: &[(&str, &str)]) -> Value {
    let named = [("ConnectionName", "okta"), ("BucketName", "bucket")];
    let given: Vec<_> = named.iter().chain(given).copied().collect();
    let mut flows = Stack::new(template, &given).of_type("AWS::AppFlow::Flow");
    assert_eq!(flows.len(), 1);
    flows.remove("Flow").unwrap()
}

fn tasks<'a>(flow: &'a Value, task_type: &str) -> Vec<&'a Value> {
    list(&flow["Tasks"]).into_iter().filter(|task| task["TaskType"] == task_type).collect()
}

/// Returns a property of a task.
fn property<'a>(task: &'a Value, key: &str) -> &'a str {
    let properties = list(&task["TaskProperties"]);
    properties.iter().find(|property| property["Key"] == key).unwrap()["Value"].as_str().unwrap()
}

#[tokio::test(start_paused = true)]
async fn flows_transfer_fields_that_there_are() {
    let Some(templates) = templates() else { return };
    let world = World::new(Org::generate(1, 40));
    let configuration = configuration(&world).await;
    let mut transferred = BTreeSet::new();
    for (name, template) in flows(&templates) {
        let flow = flow(template, &[]);
        let source = &flow["SourceFlowConfig"];
        let properties = &source["SourceConnectorProperties"]["CustomConnector"];
        let object = Object::find(properties["EntityName"].as_str().unwrap()).unwrap();
        transferred.insert(object.name);
        assert!(list(&configuration["supportedApiVersions"]).contains(&&source["ApiVersion"]));
        check_settings(&world, "SOURCE", properties.get("CustomProperties").unwrap_or(&json!({})))
            .await;

        let filters = tasks(&flow, "Filter");
        let projection = texts(&filters[0]["SourceFields"]);
        assert_eq!(filters[0]["ConnectorOperator"]["CustomConnector"], "PROJECTION", "{name}");
        let mut mapped = Vec::new();
        for map in tasks(&flow, "Map") {
            let [field] = texts(&map["SourceFields"])[..] else { panic!("{name}: {map}") };
            assert_eq!(map["DestinationField"], field, "{name}");
            let known = object.field(field).unwrap_or_else(|| panic!("{name} has no {field}"));
            let data_type = format!("{:?}", known.data_type());
            assert_eq!(property(map, "SOURCE_DATA_TYPE"), data_type, "{name} {field}");
            mapped.push(field);
        }
        assert_eq!(mapped, projection, "{name}: what is mapped must be projected");
        let plain = object
            .fields
            .iter()
            .filter(|field| !matches!(field.kind, Kind::Struct | Kind::List | Kind::Texts))
            .filter(|field| !field.is_request_only());
        assert!(plain.map(|field| &*field.name).eq(mapped), "{name} lacks a field");

        // AppFlow asks for everything on demand, and for a window on the first scheduled run.
        let asked = json!({ "selectedFieldNames": projection });
        let everything = world.run(&query(object.name, &asked)).await.unwrap();
        assert!(!everything.is_empty(), "{name}");
        let (window, field) = first_window(template, object);
        // The header of a flow of records without a time says so.
        let has_time = |record: &&Value| !record[field].is_null();
        let everything = everything.iter().filter(has_time).count();
        let asked = json!({ "selectedFieldNames": projection, "filterExpression": window });
        let first = world.run(&query(object.name, &asked)).await.unwrap();
        assert_eq!(first.len(), everything, "{name}: {window}");
    }
    assert_eq!(transferred, OBJECTS.iter().map(|object| object.name).collect());
}

/// Returns the filter of the first run of a flow that is told to be incremental, and the field that it is about.
fn first_window(template: &Value, object: &Object) -> (String, &'static str) {
    let flow = flow(template, &[("PullMode", "Incremental")]);
    let field = flow["SourceFlowConfig"]["IncrementalPullConfig"]["DatetimeTypeFieldName"].as_str();
    let field = object.field(field.unwrap()).unwrap();
    assert_eq!(field.kind, Kind::DateTime, "{}", field.name);
    let from = flow["TriggerConfig"]["TriggerProperties"]["FirstExecutionFrom"].as_str();
    // AppFlow reaches back 30 days by itself.
    let from = from.map_or(EPOCH - 30 * 24 * 60 * 60, |from| from.parse().unwrap());
    let from = Timestamp::from_second(from).unwrap();
    let window = format!("{} between {from} and 2030-01-01T00:00:00Z", field.name);
    (window, &field.name)
}

/// Checks that the smallest flow takes any entity and transfers all of it: nothing is projected, filtered or scheduled.
#[tokio::test(start_paused = true)]
async fn the_minimal_flow_transfers_everything() {
    let Some(templates) = templates() else { return };
    let world = World::new(Org::generate(1, 40));
    let template = &templates[&format!("examples/flows/{MINIMAL}.yaml")];
    for object in OBJECTS {
        let flow = flow(template, &[("EntityName", object.name)]);
        assert_eq!(flow["TriggerConfig"], json!({ "TriggerType": "OnDemand" }));
        let source = &flow["SourceFlowConfig"]["SourceConnectorProperties"]["CustomConnector"];
        assert_eq!(*source, json!({ "EntityName": object.name }));
        let [task] = list(&flow["Tasks"])[..] else { panic!("{flow}") };
        assert_eq!(task["TaskType"], "Map_all");
        assert_eq!(property(task, "EXCLUDE_SOURCE_FIELDS_LIST"), "[]");
        let records = world.run(&query(object.name, &json!({}))).await.unwrap();
        assert!(!records.is_empty(), "{}", object.name);
    }
}

#[test]
fn flows_say_what_an_incremental_run_leaves_out() {
    for object in OBJECTS {
        let name = format!("{}.yaml", crate::generated::file_name(object.name));
        let text = fs::read_to_string(top().join("examples/flows").join(&name)).unwrap();
        let header: String =
            text.lines().map_while(|line| line.strip_prefix('#')).collect::<Vec<_>>().join("");
        let leaves_out = match object.windowed_by() {
            Some(_) => ["LogOverlapMinutes", "merge by the key"],
            None => ["stayed the same", "deleted"],
        };
        let always = ["first run", "FirstExecutionFrom", "leaves out", "Complete"];
        for told in always.into_iter().chain(leaves_out) {
            assert!(header.contains(told), "{name} does not say: {told}");
        }
    }
}

#[test]
fn flows_run_by_schedule_and_on_demand() {
    let Some(templates) = templates() else { return };
    for (name, template) in flows(&templates) {
        let on_demand = flow(template, &[("Trigger", "OnDemand"), ("PullMode", "Incremental")]);
        assert_eq!(on_demand["TriggerConfig"], json!({ "TriggerType": "OnDemand" }), "{name}");
        // It would be ignored, and make believe otherwise.
        assert!(on_demand["SourceFlowConfig"]["IncrementalPullConfig"].is_null(), "{name}");
        assert!(on_demand["FlowStatus"].is_null(), "{name}");
        let since = [("PullMode", "Incremental"), ("FirstExecutionFrom", "1767225600")];
        let incremental = flow(template, &since);
        let trigger = &incremental["TriggerConfig"]["TriggerProperties"];
        assert_eq!(trigger["DataPullMode"], "Incremental", "{name}");
        assert_eq!(trigger["FirstExecutionFrom"], "1767225600", "{name}");
        assert_eq!(trigger["ScheduleOffset"], "300", "{name}");
        assert_eq!(incremental["FlowStatus"], "Active", "{name}");
        let recent = flow(template, &[("PullMode", "Incremental"), ("FirstExecutionFrom", "")]);
        let trigger = &recent["TriggerConfig"]["TriggerProperties"];
        assert!(trigger["FirstExecutionFrom"].is_null(), "{name}");
        let complete = flow(template, &[("PullMode", "Complete")]);
        let trigger = &complete["TriggerConfig"]["TriggerProperties"];
        assert_eq!(keys(trigger), BTreeSet::from(["DataPullMode", "ScheduleExpression"]), "{name}");
        assert!(complete["SourceFlowConfig"]["IncrementalPullConfig"].is_null(), "{name}");
    }
}

#[test]
fn flows_filter_as_fields_allow() {
    let Some(templates) = templates() else { return };
    let flow = flow(&templates["examples/flows/group.yaml"], &[("GroupType", "OKTA_GROUP")]);
    let filter = tasks(&flow, "Filter")[1];
    let object = Object::find("Group").unwrap();
    let field = object.field(filter["SourceFields"][0].as_str().unwrap()).unwrap();
    let operator = filter["ConnectorOperator"]["CustomConnector"].as_str().unwrap();
    assert!(field.operators().iter().any(|offered| offered.name() == operator), "{operator}");
    assert_eq!(property(filter, "DATA_TYPE"), format!("{:?}", field.data_type()));
    assert_eq!(property(filter, "VALUE"), "OKTA_GROUP");
}

#[test]
fn the_page_on_examples_leads_to_every_template() {
    let page = fs::read_to_string(top().join("examples/README.md")).unwrap();
    for path in paths() {
        let Some(path) = path.strip_prefix("examples/") else { continue };
        assert!(page.contains(&format!("]({path})")), "no link to {path}");
    }
}
