//! Changes a good flow, a row each, and reads the sentence that refuses it.

#![expect(clippy::unwrap_used, reason = "a test may panic, and so may what it is helped by")]

use appflow_connector::entity::{EntityDefinition, FieldDefinition};
use appflow_flow::cloudformation::{Choice, flow_of};
use appflow_flow::transfer::Transfer;
use appflow_flow::window::WindowForm;
use appflow_flow::{Flow, Refusal};
use serde_json::{Value, json};

/// Returns a flow that does a bit of everything.
fn flow() -> Value {
    json!({
        "flowName": "okta-users",
        "description": "Okta users to S3.",
        "triggerConfig": {
            "triggerType": "Scheduled",
            "triggerProperties": { "Scheduled": {
                "scheduleExpression": "rate(5minutes)",
                "dataPullMode": "Incremental",
                "scheduleStartTime": 1767225600,
                "scheduleOffset": 300,
                "firstExecutionFrom": "2026-01-01T00:00:00+01:00",
                "flowErrorDeactivationThreshold": 10,
            } },
        },
        "sourceFlowConfig": {
            "connectorType": "CustomConnector",
            "apiVersion": "v1",
            "connectorProfileName": "okta",
            "sourceConnectorProperties": { "CustomConnector": {
                "entityName": "User",
                "customProperties": { "includeDeprovisioned": "true" },
            } },
            "incrementalPullConfig": { "datetimeTypeFieldName": "lastUpdated" },
        },
        "destinationFlowConfigList": [{
            "connectorType": "S3",
            "destinationConnectorProperties": { "S3": {
                "bucketName": "a-bucket",
                "s3OutputFormatConfig": { "fileType": "PARQUET" },
            } },
        }],
        "tasks": [
            task("Filter", &["id", "login", "score", "rank", "lastUpdated"], "PROJECTION", json!({})),
            task("Filter", &["login"], "EQUAL_TO", json!({ "DATA_TYPE": "String", "VALUES": "a,b" })),
            map("id", "id"),
            map("login", "name"),
            map("lastUpdated", "changed"),
            task("Mask", &["login"], "MASK_FIRST_N", json!({ "MASK_LENGTH": "2", "MASK_VALUE": "*" })),
            task("Validate", &["id"], "VALIDATE_NON_NULL", json!({ "VALIDATION_ACTION": "DropRecord" })),
            task("Truncate", &["login"], "NO_OP", json!({ "TRUNCATE_LENGTH": "5" })),
            made("Arithmetic", &["score", "rank"], "ADDITION", json!({ "MATH_OPERATION_FIELDS_ORDER": "score,rank" })),
            made("Merge", &["id", "login"], "NO_OP", json!({ "CONCAT_FORMAT": "${id} is ${login}" })),
            task("Partition", &["id"], "NO_OP", json!({ "ORDERED_PARTITION_KEYS_LIST": r#"["id"]"# })),
        ],
    })
}

fn task(task_type: &str, fields: &[&str], operator: &str, properties: Value) -> Value {
    json!({
        "taskType": task_type,
        "sourceFields": fields,
        "connectorOperator": { "CustomConnector": operator },
        "taskProperties": properties,
    })
}

fn made(task_type: &str, fields: &[&str], operator: &str, properties: Value) -> Value {
    let mut task = task(task_type, fields, operator, properties);
    task["destinationField"] = fields.join(",").into();
    task
}

fn map(source: &str, destination: &str) -> Value {
    let mut task = task("Map", &[source], "NO_OP", json!({ "SOURCE_DATA_TYPE": "String" }));
    task["destinationField"] = destination.into();
    task
}

/// Describes the entity that the flow reads.
fn definition() -> EntityDefinition {
    let field =
        |name: &str, data_type: &str, operators: &[&str], is_timestamp: bool| -> FieldDefinition {
            serde_json::from_value(json!({
                "fieldName": name,
                "dataType": data_type,
                "filterOperators": operators,
                "readProperties": {
                    "isRetrievable": name != "parentId",
                    "isTimestampFieldForIncrementalQueries": is_timestamp,
                },
            }))
            .unwrap()
        };
    let text = ["EQUAL_TO", "NOT_EQUAL_TO", "CONTAINS"];
    let time = ["EQUAL_TO", "LESS_THAN", "BETWEEN"];
    serde_json::from_value(json!({
        "entity": { "entityIdentifier": "User", "hasNestedEntities": false },
        "fields": [
            field("id", "String", &text, false),
            field("login", "String", &text, false),
            field("parentId", "String", &text, false),
            field("score", "Long", &["EQUAL_TO", "LESS_THAN"], false),
            field("rank", "Integer", &["EQUAL_TO"], false),
            field("isActive", "Boolean", &["EQUAL_TO"], false),
            field("birthday", "Date", &time, false),
            field("created", "DateTime", &time, false),
            field("lastUpdated", "DateTime", &time, true),
            field("profile", "Struct", &[], false),
        ],
    }))
    .unwrap()
}

fn refusal(flow: &Value) -> Option<String> {
    let transfer = Flow::read(flow)
        .and_then(|flow| Transfer::new(&flow, &definition(), None, WindowForm::Between));
    transfer.err().map(|refusal: Refusal| refusal.to_string())
}

#[test]
fn the_good_flow_is_good() {
    assert_eq!(refusal(&flow()), None);
    // What describe-flow prints beside it.
    let mut described = flow();
    for name in [
        "flowArn",
        "flowStatus",
        "flowStatusMessage",
        "lastRunExecutionDetails",
        "createdAt",
        "createdBy",
    ] {
        described[name] = json!("anything");
    }
    described["schemaVersion"] = 3.into();
    described["tasks"][2]["connectorOperator"] = json!({ "S3": "NO_OP" });
    assert_eq!(refusal(&described), None);
}

#[test]
fn what_appflow_refuses_is_refused_by_name() {
    let schedule = "/triggerConfig/triggerProperties/Scheduled";
    let rows = [
        ("", json!([]), "the flow is a list of 0: expected an object"),
        (
            "/flowName",
            json!("a b"),
            "flowName is `a b`: expected 2 to 256 letters, digits and _!@#.-, the first a letter or digit",
        ),
        ("/flowName", Value::Null, "flowName is missing"),
        (
            "/flowNmae",
            json!("a"),
            "the flow has `flowNmae`, which is not known, did you mean `flowName`?",
        ),
        ("/FlowName", json!("a"), "the flow has `FlowName`, which is spelled `flowName`"),
        (
            "/description",
            json!("Okta: users"),
            "description has `:`, which AppFlow refuses: expected letters, digits, white space and _!@#-.?,",
        ),
        (
            "/schemaVersion",
            json!(0),
            "schemaVersion is 0: expected a whole number from 1 to 4294967295",
        ),
        (
            "/triggerConfig/triggerType",
            json!("Event"),
            "triggerConfig.triggerType is `Event`, which no custom connector has: expected `OnDemand` or `Scheduled`",
        ),
        (
            "/triggerConfig/triggerType",
            json!("ONDEMAND"),
            "triggerConfig.triggerType `ONDEMAND` is spelled `OnDemand`",
        ),
        (
            "/triggerConfig/triggerProperties",
            json!({ "scheduleExpression": "rate(1days)" }),
            "triggerConfig.triggerProperties has `scheduleExpression`: expected `Scheduled`",
        ),
        (
            &format!("{schedule}/scheduleExpression"),
            json!("rate(5)"),
            "triggerConfig.triggerProperties.Scheduled.scheduleExpression is `rate(5)`: expected a rate such as rate(5minutes), rate(1hours) or rate(1days), with a unit",
        ),
        (
            &format!("{schedule}/scheduleExpression"),
            json!("rate(5 minutes)"),
            "triggerConfig.triggerProperties.Scheduled.scheduleExpression is `rate(5 minutes)`: expected a rate such as rate(5minutes), rate(1hours) or rate(1days), without a blank",
        ),
        (
            &format!("{schedule}/scheduleExpression"),
            json!("rate(0minutes)"),
            "triggerConfig.triggerProperties.Scheduled.scheduleExpression is `rate(0minutes)`: expected a rate such as rate(5minutes), rate(1hours) or rate(1days), with a number from 1",
        ),
        (
            &format!("{schedule}/scheduleExpression"),
            json!("rate(5fortnights)"),
            "triggerConfig.triggerProperties.Scheduled.scheduleExpression is `rate(5fortnights)`: expected a rate such as rate(5minutes), rate(1hours) or rate(1days), with a unit of minutes, hours, days, weeks or months",
        ),
        (
            &format!("{schedule}/scheduleExpression"),
            json!("daily"),
            "triggerConfig.triggerProperties.Scheduled.scheduleExpression is `daily`: expected a rate such as rate(5minutes), rate(1hours) or rate(1days)",
        ),
        (
            &format!("{schedule}/dataPullMode"),
            json!("incremental"),
            "triggerConfig.triggerProperties.Scheduled.dataPullMode `incremental` is spelled `Incremental`",
        ),
        (
            &format!("{schedule}/scheduleOffset"),
            json!(36_001),
            "triggerConfig.triggerProperties.Scheduled.scheduleOffset is 36001: expected a whole number from 0 to 36000",
        ),
        (
            &format!("{schedule}/scheduleStartTime"),
            json!("soon"),
            "triggerConfig.triggerProperties.Scheduled.scheduleStartTime is `soon`: expected an instant such as 2026-01-01T00:00:00Z, or seconds since 1970",
        ),
        (
            &format!("{schedule}/flowErrorDeactivationThreshold"),
            json!(0),
            "triggerConfig.triggerProperties.Scheduled.flowErrorDeactivationThreshold is 0: expected a whole number from 1 to 100",
        ),
        (
            "/sourceFlowConfig/connectorType",
            json!("Salesforce"),
            "sourceFlowConfig.connectorType is `Salesforce`: expected `CustomConnector`",
        ),
        (
            "/sourceFlowConfig/sourceConnectorProperties/CustomConnector/entityName",
            json!(""),
            "sourceFlowConfig.sourceConnectorProperties.CustomConnector.entityName is ``: expected 1 to 1024 characters without white space",
        ),
        (
            "/sourceFlowConfig/sourceConnectorProperties/CustomConnector/customProperties/a",
            json!("b c"),
            "sourceFlowConfig.sourceConnectorProperties.CustomConnector.customProperties.a is `b c`: expected 1 to 2048 characters without white space",
        ),
        (
            "/sourceFlowConfig/incrementalPullConfig",
            Value::Null,
            "dataPullMode is `Incremental` but sourceFlowConfig.incrementalPullConfig.datetimeTypeFieldName is missing: expected the field by which records are found that changed",
        ),
        (
            "/sourceFlowConfig/incrementalPullConfig/datetimeTypeFieldName",
            json!("created"),
            "incrementalPullConfig.datetimeTypeFieldName `created` is not offered for incremental runs of User: expected `lastUpdated`",
        ),
        (
            "/sourceFlowConfig/incrementalPullConfig/datetimeTypeFieldName",
            json!("lastUpdate"),
            "incrementalPullConfig.datetimeTypeFieldName: User has no field `lastUpdate`, did you mean `lastUpdated`?",
        ),
        (
            "/destinationFlowConfigList",
            json!([1, 2]),
            "destinationFlowConfigList has 2 destinations: expected one",
        ),
        (
            "/destinationFlowConfigList/0/connectorType",
            json!("Redshift"),
            "destinationFlowConfigList[0].connectorType is `Redshift`: expected `S3`, the only destination that this program writes",
        ),
        (
            "/destinationFlowConfigList/0/destinationConnectorProperties/S3/s3OutputFormatConfig/fileType",
            json!("Parquet"),
            "destinationFlowConfigList[0].destinationConnectorProperties.S3: fileType `Parquet` is spelled `PARQUET`",
        ),
        (
            "/tasks",
            json!([]),
            "the flow maps no field: expected a task of the type `Map` or `Map_all`",
        ),
        ("/tasks/2/taskType", json!("map"), "tasks[2].taskType `map` is spelled `Map`"),
        (
            "/tasks/2/taskType",
            json!("Copy"),
            "tasks[2].taskType `Copy` is not known: expected `Arithmetic`, `Filter`, `Map`, `Map_all`, `Mask`, `Merge`, `Partition`, `Passthrough`, `Truncate` or `Validate`",
        ),
        (
            "/tasks/2/taskType",
            json!("Passthrough"),
            "tasks[2] is of the type `Passthrough`, which this program cannot run: expected `Map` or `Map_all`",
        ),
        ("/tasks/2/sourceFields", json!([]), "tasks[2] has 0 sourceFields: expected one"),
        ("/tasks/2/destinationField", Value::Null, "tasks[2].destinationField is missing"),
        (
            "/tasks/2/taskProperties/DESTINATION_DATATYPE",
            json!("String"),
            "tasks[2].taskProperties.DESTINATION_DATATYPE is a property that AppFlow does not know, did you mean `DESTINATION_DATA_TYPE`?",
        ),
        (
            "/tasks/2/taskProperties/SUBFIELD_CATEGORY_MAP",
            json!("{}"),
            "tasks[2].taskProperties.SUBFIELD_CATEGORY_MAP is a property that this program cannot run",
        ),
        (
            "/tasks/2/taskProperties/SOURCE_DATA_TYPE",
            json!(""),
            "tasks[2].taskProperties.SOURCE_DATA_TYPE is ``: expected 1 to 2048 characters on one line",
        ),
        (
            "/tasks/2/taskProperties/DESTINATION_DATA_TYPE",
            json!("Text"),
            "tasks[2].taskProperties.DESTINATION_DATA_TYPE is `Text`: expected `String`, `Integer`, `Float`, `Double`, `Long`, `Short`, `BigInteger`, `BigDecimal`, `ByteArray`, `Boolean`, `Date`, `DateTime`, `Struct`, `Map` or `List`",
        ),
        (
            "/tasks/2/connectorOperator/CustomConnector",
            json!("NOOP"),
            "tasks[2].connectorOperator.CustomConnector `NOOP` is not known: expected `PROJECTION`, `NO_OP`, `EQUAL_TO`, `NOT_EQUAL_TO`, `LESS_THAN`, `LESS_THAN_OR_EQUAL_TO`, `GREATER_THAN`, `GREATER_THAN_OR_EQUAL_TO`, `BETWEEN`, `CONTAINS`, `ADDITION`, `SUBTRACTION`, `MULTIPLICATION`, `DIVISION`, `MASK_ALL`, `MASK_FIRST_N`, `MASK_LAST_N`, `VALIDATE_NON_NULL`, `VALIDATE_NON_ZERO`, `VALIDATE_NON_NEGATIVE` or `VALIDATE_NUMERIC`",
        ),
        (
            "/tasks/2/connectorOperator/CustomConnector",
            json!("EQUAL_TO"),
            "tasks[2].connectorOperator.CustomConnector is `EQUAL_TO`: expected `NO_OP`",
        ),
        (
            "/tasks/1/connectorOperator",
            json!({ "S3": "EQUAL_TO" }),
            "tasks[1].connectorOperator.S3 is for another connector than the source: expected the member `CustomConnector`",
        ),
        (
            "/tasks/1/connectorOperator",
            Value::Null,
            "tasks[1] has no connectorOperator: expected `PROJECTION`, `EQUAL_TO`, `NOT_EQUAL_TO`, `LESS_THAN`, `LESS_THAN_OR_EQUAL_TO`, `GREATER_THAN`, `GREATER_THAN_OR_EQUAL_TO`, `BETWEEN` or `CONTAINS`",
        ),
        (
            "/tasks/1/taskProperties",
            json!({}),
            "tasks[1] has neither VALUE nor VALUES: expected one of them",
        ),
        (
            "/tasks/1/taskProperties/VALUE",
            json!("a"),
            "tasks[1] has VALUE and VALUES: expected one of them",
        ),
        (
            "/tasks/1/connectorOperator/CustomConnector",
            json!("LESS_THAN"),
            "tasks[1] compares by LESS_THAN with several VALUES: expected one",
        ),
        (
            "/tasks/1/connectorOperator/CustomConnector",
            json!("BETWEEN"),
            "tasks[1].taskProperties.LOWER_BOUND is missing",
        ),
        (
            "/tasks/1",
            task("Filter", &["logni"], "EQUAL_TO", json!({ "VALUE": "a" })),
            "the Filter of `logni`: User has no field `logni`, did you mean `login`?",
        ),
        (
            "/tasks/1",
            task("Filter", &["login"], "LESS_THAN", json!({ "VALUE": "a" })),
            "the Filter of `login`: the field does not offer LESS_THAN: expected `EQUAL_TO`, `NOT_EQUAL_TO` or `CONTAINS`",
        ),
        (
            "/tasks/1",
            task("Filter", &["profile"], "EQUAL_TO", json!({ "VALUE": "a" })),
            "the Filter of `profile`: the field does not offer EQUAL_TO: expected nothing",
        ),
        (
            "/tasks/1",
            task("Filter", &["score"], "EQUAL_TO", json!({ "VALUE": "1e5" })),
            "the Filter of `score`: `1e5` is no Long: expected digits",
        ),
        (
            "/tasks/1",
            task("Filter", &["isActive"], "EQUAL_TO", json!({ "VALUE": "yes" })),
            "the Filter of `isActive`: `yes` is no Boolean: expected true or false",
        ),
        (
            "/tasks/1",
            task("Filter", &["created"], "LESS_THAN", json!({ "VALUE": "today" })),
            "the Filter of `created`: `today` is no DateTime: expected milliseconds since 1970, or a text such as 2026-01-01T00:00:00Z",
        ),
        (
            "/tasks/0/sourceFields",
            json!(["id", "logni"]),
            "the PROJECTION: User has no field `logni`, did you mean `login`?",
        ),
        (
            "/tasks/0/sourceFields",
            json!(["id", "score", "rank", "lastUpdated"]),
            "`login` is not in the PROJECTION, so AppFlow would leave it empty: expected it in the sourceFields of that task",
        ),
        (
            "/tasks/0",
            map("rank", "rank"),
            "the flow has no Filter task with the operator PROJECTION, without which AppFlow leaves mapped fields empty: expected one with all of the fields in its sourceFields",
        ),
        (
            "/tasks/2",
            map("idd", "id"),
            "the Map of `idd`: User has no field `idd`, did you mean `id`?",
        ),
        (
            "/tasks/2",
            map("id", "name"),
            "the Map of `login`: another field goes into `name` already: expected another destinationField",
        ),
        (
            "/tasks/2",
            map("parentId", "id"),
            "the Map of `parentId`: the field exists in filters only: expected one that records have",
        ),
        ("/tasks/5/taskProperties", json!({}), "tasks[5].taskProperties.MASK_LENGTH is missing"),
        (
            "/tasks/5/taskProperties/MASK_LENGTH",
            json!("two"),
            "tasks[5].taskProperties.MASK_LENGTH is `two`: expected a whole number from 1 to 2048, as text",
        ),
        (
            "/tasks/5/taskProperties/MASK_LENGTH",
            json!(2),
            "tasks[5].taskProperties.MASK_LENGTH is 2: expected a text",
        ),
        (
            "/tasks/5/sourceFields",
            json!(["logn"]),
            "the Mask of `logn`: User has no field `logn`, did you mean `login`?",
        ),
        (
            "/tasks/6/taskProperties/VALIDATION_ACTION",
            json!("dropRecord"),
            "tasks[6].taskProperties.VALIDATION_ACTION `dropRecord` is spelled `DropRecord`",
        ),
        (
            "/tasks/6/taskProperties",
            json!({}),
            "tasks[6].taskProperties.VALIDATION_ACTION is missing",
        ),
        (
            "/tasks/7/taskProperties/TRUNCATE_LENGTH",
            json!("0"),
            "tasks[7].taskProperties.TRUNCATE_LENGTH is `0`: expected a whole number from 1 to 2048, as text",
        ),
        ("/tasks/8/sourceFields", json!(["score"]), "tasks[8] has 1 sourceFields: expected two"),
        (
            "/tasks/8/sourceFields",
            json!(["score", "rank", "id"]),
            "tasks[8] has 3 sourceFields: expected two",
        ),
        (
            "/tasks/8/taskProperties/MATH_OPERATION_FIELDS_ORDER",
            json!("rank,id"),
            "tasks[8]: MATH_OPERATION_FIELDS_ORDER is not its sourceFields: expected `score,rank` or `rank,score`",
        ),
        (
            "/tasks/8",
            made("Arithmetic", &["score", "id"], "ADDITION", json!({})),
            "the Arithmetic of `score` and `id`: `id` is a String: expected a number",
        ),
        (
            "/tasks/8/destinationField",
            json!("login"),
            "what makes `login`: User has a field of that name, or another task makes one: expected another destinationField",
        ),
        (
            "/tasks/9/taskProperties/CONCAT_FORMAT",
            json!("${id} ${name}"),
            "tasks[9] has ${name} in CONCAT_FORMAT, which is none of its sourceFields",
        ),
        (
            "/tasks/9/taskProperties/CONCAT_FORMAT",
            json!("-"),
            "tasks[9] has the CONCAT_FORMAT `-`, which names no field: expected a text such as `${firstName} ${lastName}`",
        ),
        (
            "/tasks/10/taskProperties/ORDERED_PARTITION_KEYS_LIST",
            json!("id"),
            r#"tasks[10].taskProperties.ORDERED_PARTITION_KEYS_LIST is `id`: expected the text of a list, such as `["a","b"]`"#,
        ),
        (
            "/tasks/10/taskProperties/ORDERED_PARTITION_KEYS_LIST",
            json!("[]"),
            "tasks[10] partitions by 0 fields: expected 1 to 10",
        ),
        (
            "/tasks/10/taskProperties/ORDERED_PARTITION_KEYS_LIST",
            json!(r#"["created"]"#),
            "the Partition by `created`, which is not mapped: expected `id`, `name`, `changed`, `score,rank` or `id,login`",
        ),
        (
            "/tasks/10/taskProperties/ORDERED_PARTITION_KEYS_LIST",
            json!(r#"["color"]"#),
            "the Partition by `color`, which is no field: expected `id`, `name`, `changed`, `score,rank` or `id,login`",
        ),
        (
            "/tasks/10/taskProperties/ORDERED_PARTITION_KEYS_LIST",
            json!(r#"["chnged"]"#),
            "the Partition by `chnged`, which is no field, did you mean `changed`?",
        ),
        (
            "/tasks/10/taskProperties/ORDERED_PARTITION_KEYS_LIST",
            json!(r#"["id","id"]"#),
            "the Partition by `id` a second time: expected each field once",
        ),
    ];
    for (place, value, expected) in rows {
        let mut flow = flow();
        match place.rsplit_once('/') {
            None => flow = value,
            Some((parent, member)) => match flow.pointer_mut(parent).unwrap() {
                Value::Array(list) => list[member.parse::<usize>().unwrap()] = value,
                parent => parent[member] = value,
            },
        }
        assert_eq!(refusal(&flow).as_deref(), Some(expected), "{place}");
    }
}

const TEMPLATE: &str = r#"
Parameters:
  Bucket: {Type: String}
  Rate: {Type: String, Default: rate(1hours), AllowedValues: [rate(1hours), rate(1days)]}
  Offset: {Type: Number, Default: 60}
Conditions:
  IsHourly: !Equals [!Ref Rate, rate(1hours)]
Resources:
  Topic: {Type: "AWS::SNS::Topic"}
  Flow:
    Type: AWS::AppFlow::Flow
    Properties:
      FlowName: !Sub "okta-${AWS::StackName}"
      FlowStatus: Active
      TriggerConfig:
        TriggerType: Scheduled
        TriggerProperties:
          ScheduleExpression: !If [IsHourly, !Ref Rate, !Ref AWS::NoValue]
          ScheduleOffset: !Ref Offset
      SourceFlowConfig:
        ConnectorType: CustomConnector
        SourceConnectorProperties: {CustomConnector: {EntityName: User}}
      DestinationFlowConfigList:
        - ConnectorType: S3
          DestinationConnectorProperties: {S3: {BucketName: !Ref Bucket}}
      Tasks:
        - TaskType: Map_all
          SourceFields: []
          TaskProperties: [{Key: EXCLUDE_SOURCE_FIELDS_LIST, Value: "[]"}]
"#;

fn choice(resource: Option<&str>, parameters: &[(&str, &str)]) -> Choice {
    let parameters =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Choice { resource: resource.map(str::to_owned), parameters: parameters.collect() }
}

fn template_refusal(text: &str, choice: &Choice) -> Option<String> {
    let flow = flow_of(text, choice).and_then(|flow| Flow::read(&flow));
    flow.err().map(|refusal| refusal.to_string())
}

#[test]
fn what_cannot_be_read_of_a_template_is_refused_by_name() {
    let good = choice(None, &[("Bucket", "a-bucket")]);
    assert_eq!(template_refusal(TEMPLATE, &good), None);
    let choices = [
        (
            choice(None, &[]),
            "the template needs a value for Bucket: expected `--parameter NAME=VALUE` for each",
        ),
        (
            choice(None, &[("Buket", "b")]),
            "the template has no parameter `Buket`, did you mean `Bucket`?",
        ),
        (
            choice(Some("Topic"), &[("Bucket", "abc")]),
            "resource `Topic` is AWS::SNS::Topic: expected AWS::AppFlow::Flow",
        ),
        (
            choice(Some("Flwo"), &[("Bucket", "abc")]),
            "the template has no resource `Flwo`, did you mean `Flow`?",
        ),
        (
            choice(None, &[("Bucket", "abc"), ("Rate", "rate(2days)")]),
            "parameter Rate is `rate(2days)`: expected `rate(1hours)` or `rate(1days)`",
        ),
        (
            choice(None, &[("Bucket", "abc"), ("Offset", "much")]),
            "parameter Offset is `much`: expected a number",
        ),
        (
            choice(None, &[("Bucket", "abc"), ("Offset", "36001")]),
            "triggerConfig.triggerProperties.Scheduled.scheduleOffset is 36001: expected a whole number from 0 to 36000",
        ),
        (
            choice(None, &[("Bucket", "abc"), ("Rate", "rate(1days)")]),
            "triggerConfig.triggerProperties.Scheduled.scheduleExpression is missing",
        ),
    ];
    for (choice, expected) in choices {
        assert_eq!(template_refusal(TEMPLATE, &choice).as_deref(), Some(expected), "{choice:?}");
    }
    let changes = [
        (
            "AWS::AppFlow::Flow",
            "AWS::AppFlow::Flw",
            "the template has no resource of the type AWS::AppFlow::Flow",
        ),
        (
            "  Topic: {Type: \"AWS::SNS::Topic\"}",
            "  Other: {Type: \"AWS::AppFlow::Flow\"}",
            "the template has 2 flows, Flow, Other: expected `--resource` with one of them",
        ),
        (
            "!Ref Bucket",
            "!Ref Buckt",
            "Resources.Flow.Properties.DestinationFlowConfigList[0].DestinationConnectorProperties.S3.BucketName refers to `Buckt`, which is no parameter and no resource, did you mean `Bucket`?",
        ),
        (
            "!Ref Bucket",
            "!ImportValue Bucket",
            "Resources.Flow.Properties.DestinationFlowConfigList[0].DestinationConnectorProperties.S3.BucketName calls Fn::ImportValue, which this program cannot work out: expected `Ref`, `Fn::Sub`, `Fn::If`, `Fn::Join`, `Fn::Split`, `Fn::Select`, `Fn::FindInMap`, `Fn::GetAtt`, `Fn::Equals`, `Fn::Not`, `Fn::And` or `Fn::Or`",
        ),
        (
            "[IsHourly,",
            "[IsHurly,",
            "Resources.Flow.Properties.TriggerConfig.TriggerProperties.ScheduleExpression names the condition `IsHurly`, which is not there, did you mean `IsHourly`?",
        ),
        (
            "IsHourly: !Equals [!Ref Rate, rate(1hours)]",
            "IsHourly: !Not [Condition: IsHourly]",
            "Conditions.IsHourly refers to itself",
        ),
        (
            "FlowName:",
            "flowName:",
            "Resources.Flow.Properties.flowName is not spelled as CloudFormation does: expected a capital letter in front",
        ),
        (
            "FlowStatus: Active",
            "FlowStatus: &status Active\n      Description: *status",
            "line 15 has an alias, which CloudFormation does not take",
        ),
        ("FlowStatus: Active", "FlowName: Active", "line 14 has `FlowName` a second time"),
        (
            "Key: EXCLUDE_SOURCE_FIELDS_LIST,",
            "key: EXCLUDE_SOURCE_FIELDS_LIST,",
            "Resources.Flow.Properties.Tasks[0].TaskProperties[0] has `key`, which is spelled `Key`",
        ),
        ("Tasks:", "Tsaks:", "the flow has `tsaks`, which is not known, did you mean `tasks`?"),
        (
            "Resources:",
            "Resource:",
            "this is no flow and no template: expected `flowName`, as in CreateFlow, or `Resources`, as in CloudFormation",
        ),
    ];
    for (from, to, expected) in changes {
        assert!(TEMPLATE.contains(from), "{from}");
        let text = TEMPLATE.replacen(from, to, 1);
        assert_eq!(template_refusal(&text, &good).as_deref(), Some(expected), "{to}");
    }
    let deep = "[".repeat(150);
    let texts = [
        (
            "- a\n- b",
            "this is no flow: expected an object, as CreateFlow takes it or as a template of CloudFormation",
        ),
        (
            "",
            "this is no flow: expected an object, as CreateFlow takes it or as a template of CloudFormation",
        ),
        ("a: 1\n---\nb: 2", "line 2 begins a second document: expected one"),
        (
            r#"{"flowName": "a" "tasks": []}"#,
            "this is no JSON: expected `,` or `}` at line 1 column 18",
        ),
        (
            r#"{"flowName": "aa"}"#,
            "this is no template, which alone has resources and parameters: expected neither --resource nor --parameter",
        ),
        ("a: [b", "line 2 is no YAML: while parsing a flow sequence, expected ',' or ']'"),
        (&deep, "line 1 nests deeper than 100 levels"),
    ];
    for (text, expected) in texts {
        assert_eq!(template_refusal(text, &good).as_deref(), Some(expected), "{text:.60}");
    }
}

#[test]
fn no_text_is_too_odd_to_be_refused() {
    let mut random = fastrand::Rng::with_seed(7);
    let good = choice(None, &[("Bucket", "a-bucket")]);
    let json = flow().to_string();
    for text in [TEMPLATE, &json] {
        for _ in 0..2_000 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..random.usize(1..5) {
                let (from, to) = (random.usize(..bytes.len()), random.usize(..bytes.len()));
                match random.u8(..3) {
                    0 => bytes[from] = b"!{}[]&*:-,\"' \n\t0a\0"[random.usize(..17)],
                    1 => bytes.swap(from, to),
                    _ => {
                        drop(bytes.drain(
                            from.min(to)..from.min(to) + (from.max(to) - from.min(to)).min(9),
                        ))
                    }
                }
            }
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let read = flow_of(&text, &good).and_then(|flow| Flow::read(&flow));
            if let Ok(flow) = read {
                drop(Transfer::new(&flow, &definition(), None, WindowForm::Between));
            }
        }
    }
}
