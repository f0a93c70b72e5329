//! Works out the functions of a template, a row each.

#![expect(clippy::unwrap_used, reason = "a test may panic, and so may what it is helped by")]

use appflow_flow::cloudformation::{Choice, flow_of};
use serde_json::{Value, json};

const TEMPLATE: &str = r#"
Parameters:
  Stage: {Type: String, Default: test}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  Size: {Type: Number, Default: 5}
  Empty: {Type: String, Default: ""}
Mappings:
  Buckets: {test: {name: bucket-of-test}, prod: {name: bucket-of-prod}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Not [!Condition IsProd]
  IsFive: !Equals [!Ref Size, "5"]
  Both: !And [!Condition IsTest, !Condition IsFive]
  Either: !Or [Condition: IsProd, Condition: IsFive]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Flow:
    Type: AWS::AppFlow::Flow
    Condition: Either
    Properties:
      FlowName: {{}}
"#;

/// Values of parameters, by name.
type Parameters = &'static [(&'static str, &'static str)];

/// Returns what a value comes to where the name of the flow stands.
fn resolved(value: &str, parameters: &[(&str, &str)]) -> Value {
    let text = TEMPLATE.replace("{{}}", value);
    let parameters =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let choice = Choice { resource: None, parameters: parameters.collect() };
    flow_of(&text, &choice).unwrap()["flowName"].clone()
}

#[test]
fn functions_come_to_values() {
    let rows: [(&str, Parameters, Value); 27] = [
        ("plain", &[], json!("plain")),
        ("\"quoted: text\"", &[], json!("quoted: text")),
        // What looks like something else is a text where a text is expected.
        ("12", &[], json!("12")),
        ("0012", &[], json!("0012")),
        ("true", &[], json!("true")),
        ("!Ref Stage", &[], json!("test")),
        ("{Ref: Stage}", &[("Stage", "prod")], json!("prod")),
        ("!Ref Size", &[], json!("5")),
        ("!Ref Bucket", &[], json!("Bucket")),
        ("!Ref AWS::NoValue", &[], Value::Null),
        ("!Ref AWS::Region", &[], json!("us-east-1")),
        ("!Ref AWS::Region", &[("AWS::Region", "eu-west-1")], json!("eu-west-1")),
        ("!GetAtt Bucket.Arn", &[], json!("Bucket.Arn")),
        ("{Fn::GetAtt: [Bucket, Arn]}", &[], json!("Bucket.Arn")),
        (
            "!Sub \"${Stage}-${Size}-${!Kept}-${Bucket.Arn}\"",
            &[],
            json!("test-5-${Kept}-Bucket.Arn"),
        ),
        ("!Sub [\"${Stage}-${Own}\", {Own: !Ref Size}]", &[], json!("test-5")),
        ("!Sub \"open ${Stage\"", &[], json!("open ${Stage")),
        ("!Join [\"-\", [a, !Ref Stage, !Ref Size]]", &[], json!("a-test-5")),
        ("!Join [\"-\", !Ref Names]", &[], json!("a-b-c")),
        ("!Select [1, !Ref Names]", &[], json!("b")),
        ("!Select [\"0\", !Split [\"/\", x/y]]", &[], json!("x")),
        ("!FindInMap [Buckets, !Ref Stage, name]", &[], json!("bucket-of-test")),
        ("!FindInMap [Buckets, !Ref Stage, name]", &[("Stage", "prod")], json!("bucket-of-prod")),
        ("!If [IsProd, a, b]", &[], json!("b")),
        ("!If [Both, !If [Either, c, d], !Ref Nothing]", &[], json!("c")),
        ("!If [IsTest, !Ref AWS::NoValue, x]", &[], Value::Null),
        ("!Ref Empty", &[], json!("")),
    ];
    for (value, parameters, expected) in rows {
        assert_eq!(resolved(value, parameters), expected, "{value}");
    }
}

#[test]
fn functions_that_are_called_wrongly_are_refused() {
    let rows = [
        ("!Sub [a]", "Resources.Flow.Properties.FlowName: Fn::Sub expects a text and an object"),
        ("!Join [a]", "Resources.Flow.Properties.FlowName: Fn::Join expects a list of 2"),
        (
            "!Select [9, !Ref Names]",
            "Resources.Flow.Properties.FlowName: Fn::Select expects an index and a list that has it",
        ),
        ("!If [IsTest, a]", "Resources.Flow.Properties.FlowName: Fn::If expects a list of three"),
        (
            "!FindInMap [Buckets, dev, name]",
            "Resources.Flow.Properties.FlowName: Mappings has no `Buckets.dev.name`",
        ),
        ("!Ref [a]", "Resources.Flow.Properties.FlowName: Ref expects a text"),
        (
            "!Sub \"${Nothing}\"",
            "Resources.Flow.Properties.FlowName refers to `Nothing`, which is no parameter and no resource",
        ),
        (
            "!Transform a",
            "Resources.Flow.Properties.FlowName calls Fn::Transform, which this program cannot work out: expected `Ref`, `Fn::Sub`, `Fn::If`, `Fn::Join`, `Fn::Split`, `Fn::Select`, `Fn::FindInMap`, `Fn::GetAtt`, `Fn::Equals`, `Fn::Not`, `Fn::And` or `Fn::Or`",
        ),
    ];
    for (value, expected) in rows {
        let text = TEMPLATE.replace("{{}}", value);
        let refusal = flow_of(&text, &Choice::default()).unwrap_err().to_string();
        assert_eq!(refusal, expected, "{value}");
    }
}

/// Checks that conditions which name each other many times over take no time: each is worked out once.
#[test]
fn conditions_are_worked_out_once() {
    let mut conditions = serde_json::Map::new();
    for number in 0..60 {
        let next = json!({ "Condition": format!("C{}", number + 1) });
        conditions.insert(format!("C{number}"), json!({ "Fn::And": [next, next] }));
    }
    conditions.insert("C60".to_owned(), json!({ "Fn::Equals": ["a", "a"] }));
    let conditions: String =
        conditions.iter().map(|(name, value)| format!("\n  {name}: {value}")).collect();
    let text = TEMPLATE.replace("{{}}", "!If [C0, then, else]");
    let text = text.replace("Conditions:", &format!("Conditions:{conditions}"));
    let flow = flow_of(&text, &Choice::default()).unwrap();
    assert_eq!(flow["flowName"], "then");
}

#[test]
fn the_same_template_may_be_json() {
    let template = json!({
        "Resources": { "Flow": { "Type": "AWS::AppFlow::Flow", "Properties": {
            "FlowName": { "Fn::Sub": "okta-${AWS::StackName}" },
            "KMSArn": "arn:aws:kms:a",
            "TriggerConfig": { "TriggerType": "Scheduled", "TriggerProperties": { "ScheduleOffset": "300", "TimeZone": "UTC" } },
            "SourceFlowConfig": { "SourceConnectorProperties": { "CustomConnector": { "CustomProperties": { "aB": 5 } } } },
            "DestinationFlowConfigList": [{ "DestinationConnectorProperties": { "S3": { "S3OutputFormatConfig": { "PreserveSourceDataTyping": "true" } } } }],
            "Tasks": [{ "SourceFields": ["a"], "TaskProperties": [{ "Key": "MASK_LENGTH", "Value": 5 }] }],
            "Tags": [{ "Key": "a", "Value": "b" }],
        } } },
    });
    let expected = json!({
        "flowName": "okta-stack",
        "kmsArn": "arn:aws:kms:a",
        "triggerConfig": { "triggerType": "Scheduled", "triggerProperties": { "Scheduled": { "scheduleOffset": 300, "timezone": "UTC" } } },
        "sourceFlowConfig": { "sourceConnectorProperties": { "CustomConnector": { "customProperties": { "aB": "5" } } } },
        "destinationFlowConfigList": [{ "destinationConnectorProperties": { "S3": { "s3OutputFormatConfig": { "preserveSourceDataTyping": true } } } }],
        "tasks": [{ "sourceFields": ["a"], "taskProperties": { "MASK_LENGTH": "5" } }],
    });
    for text in [template.to_string(), format!("{template:#}")] {
        assert_eq!(flow_of(&text, &Choice::default()).unwrap(), expected);
    }
}
