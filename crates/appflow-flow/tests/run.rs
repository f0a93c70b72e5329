//! Runs against a connector that answers as it is told: repeats, limits, stops, and what becomes of records.

#![expect(clippy::unwrap_used, reason = "a test may panic, and so may what it is helped by")]

use appflow_connector::configuration::ConnectorConfiguration;
use appflow_connector::entity::EntityDefinition;
use appflow_connector::request::{
    ConnectorContext, DescribeConnectorConfigurationRequest, DescribeEntityRequest,
    ListEntitiesRequest, QueryDataRequest, RetrieveDataRequest,
    ValidateConnectorRuntimeSettingsRequest, ValidateCredentialsRequest,
};
use appflow_connector::{
    Connector, DescribedEntity, EntityList, ErrorCode, ErrorDetails, InvalidSettings, RecordPage,
    Records,
};
use appflow_flow::Flow;
use appflow_flow::column::Row;
use appflow_flow::run::{End, Place, Progress, Question, Sink, run};
use appflow_flow::transfer::Transfer;
use appflow_flow::window::WindowForm;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Answers for the connector when it is asked for a page.
enum Answer {
    /// It answers with these records and this token.
    Page(Vec<Value>, Option<&'static str>),
    /// It refuses, and may say when to come back.
    Refusal(ErrorCode, Option<u64>),
    /// It thinks for so long.
    Late(Duration),
}

/// A connector with its answers in order.
struct Scripted {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<QueryDataRequest>>,
}

impl Connector for Scripted {
    fn describe_connector_configuration(
        &self,
        _request: &DescribeConnectorConfigurationRequest,
    ) -> ConnectorConfiguration {
        unreachable!("a run does not ask for it")
    }

    async fn validate_connector_runtime_settings(
        &self,
        _request: &ValidateConnectorRuntimeSettingsRequest,
        _time_left: Duration,
    ) -> Result<(), InvalidSettings> {
        Ok(())
    }

    async fn validate_credentials(
        &self,
        _request: &ValidateCredentialsRequest,
        _time_left: Duration,
    ) -> Result<(), ErrorDetails> {
        Ok(())
    }

    async fn list_entities(
        &self,
        _request: &ListEntitiesRequest,
        _time_left: Duration,
    ) -> Result<EntityList, ErrorDetails> {
        unreachable!("a run does not ask for it")
    }

    async fn describe_entity(
        &self,
        _request: &DescribeEntityRequest,
        _time_left: Duration,
    ) -> Result<DescribedEntity, ErrorDetails> {
        unreachable!("a run does not ask for it")
    }

    async fn query_data(
        &self,
        request: &QueryDataRequest,
        _time_left: Duration,
    ) -> Result<RecordPage, ErrorDetails> {
        self.asked.lock().unwrap().push(request.clone());
        let answer = self.answers.lock().unwrap().pop_front().unwrap();
        match answer {
            Answer::Page(page, token) => {
                let mut records = Records::new();
                for record in page {
                    records.push(&record.to_string());
                }
                Ok(RecordPage { records, next_token: token.map(str::to_owned) })
            }
            Answer::Refusal(code, retry_after_seconds) => {
                Err(ErrorDetails { retry_after_seconds, ..ErrorDetails::new(code, "no") })
            }
            Answer::Late(time) => {
                sleep(time).await;
                Ok(RecordPage { records: Records::new(), next_token: None })
            }
        }
    }

    async fn retrieve_data(
        &self,
        _request: &RetrieveDataRequest,
        _time_left: Duration,
    ) -> Result<Records, ErrorDetails> {
        unreachable!("a run does not ask for it")
    }
}

/// Keeps the rows.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Sink for Rows {
    type Error = Infallible;

    fn page(&mut self, rows: Vec<Row>) -> Result<(), Infallible> {
        self.0.extend(rows);
        Ok(())
    }
}

fn definition() -> EntityDefinition {
    let field = |name: &str, data_type: &str| json!({ "fieldName": name, "dataType": data_type, "filterOperators": ["EQUAL_TO", "NOT_EQUAL_TO", "CONTAINS", "BETWEEN", "LESS_THAN"] });
    serde_json::from_value(json!({
        "entity": { "entityIdentifier": "Thing", "hasNestedEntities": false },
        "fields": [
            field("id", "String"), field("name", "String"), field("count", "Long"), field("rate", "Double"),
            field("isBig", "Boolean"), field("day", "Date"), field("changed", "DateTime"), field("tags", "List"),
        ],
    }))
    .unwrap()
}

/// Makes the flow with these tasks, and a projection of everything.
fn transfer(tasks: &[Value], form: WindowForm) -> Transfer {
    let all = ["id", "name", "count", "rate", "isBig", "day", "changed", "tags"];
    let mut tasks = tasks.to_vec();
    tasks.push(json!({ "taskType": "Filter", "sourceFields": all, "connectorOperator": { "CustomConnector": "PROJECTION" } }));
    let flow = json!({
        "flowName": "things",
        "triggerConfig": { "triggerType": "OnDemand" },
        "sourceFlowConfig": {
            "connectorType": "CustomConnector",
            "sourceConnectorProperties": { "CustomConnector": { "entityName": "Thing" } },
        },
        "destinationFlowConfigList": [{
            "connectorType": "S3",
            "destinationConnectorProperties": { "S3": { "bucketName": "a-bucket" } },
        }],
        "tasks": tasks,
    });
    Transfer::new(&Flow::read(&flow).unwrap(), &definition(), None, form).unwrap()
}

fn map(source: &str, destination: &str, data_type: Option<&str>) -> Value {
    let mut properties = json!({});
    if let Some(data_type) = data_type {
        properties["DESTINATION_DATA_TYPE"] = data_type.into();
    }
    json!({ "taskType": "Map", "sourceFields": [source], "destinationField": destination, "taskProperties": properties })
}

fn task(task_type: &str, fields: &[&str], operator: &str, properties: &Value) -> Value {
    json!({
        "taskType": task_type,
        "sourceFields": fields,
        "connectorOperator": { "CustomConnector": operator },
        "destinationField": fields.join(","),
        "taskProperties": properties,
    })
}

/// The outcome of a run: its end, the rows, the requests, and its time.
struct Outcome {
    end: Result<End, String>,
    rows: Vec<Row>,
    asked: Vec<QueryDataRequest>,
    reports: Vec<Progress>,
    took: u64,
}

async fn outcome(
    answers: Vec<Answer>,
    transfer: &Transfer,
    place: Place,
    stop: impl Future<Output = ()>,
) -> Outcome {
    let connector = Scripted { answers: Mutex::new(answers.into()), asked: Mutex::default() };
    let question = Question {
        entity_name: "Thing".to_owned(),
        context: ConnectorContext::default(),
        max_results: 1_000,
    };
    let (mut rows, mut reports) = (Rows::default(), Vec::new());
    let began = Instant::now();
    let mut report = |progress: &Progress| reports.push(*progress);
    let end = run(&connector, &question, transfer, place, &mut rows, &mut report, stop).await;
    let end = end.map_err(|error| error.to_string());
    let asked = connector.asked.into_inner().unwrap();
    Outcome { end, rows: rows.0, asked, reports, took: began.elapsed().as_secs() }
}

async fn finished(records: Vec<Value>, tasks: &[Value]) -> Result<Vec<Row>, String> {
    let transfer = transfer(tasks, WindowForm::Between);
    let answers = vec![Answer::Page(records, None)];
    let outcome = outcome(answers, &transfer, Place::default(), std::future::pending()).await;
    outcome.end.map(|_| outcome.rows)
}

#[tokio::test(start_paused = true)]
async fn pages_are_asked_for_until_there_is_no_token() {
    let transfer = transfer(&[map("id", "key", None)], WindowForm::Between);
    let answers = vec![
        Answer::Page(vec![json!({ "id": "a" })], Some("t1")),
        Answer::Page(vec![], Some("t2")),
        Answer::Page(vec![json!({ "id": "b" }), json!({ "id": null })], None),
    ];
    let outcome = outcome(answers, &transfer, Place::default(), std::future::pending()).await;
    assert_eq!(outcome.rows, [[Some(json!("a"))], [Some(json!("b"))], [None]]);
    let tokens: Vec<_> = outcome.asked.iter().map(|asked| asked.next_token.as_deref()).collect();
    assert_eq!(tokens, [None, Some("t1"), Some("t2")]);
    let Ok(End::Finished(progress)) = outcome.end else { panic!("{:?}", outcome.end) };
    assert_eq!((progress.records, progress.pages, progress.calls), (3, 3, 3));
    assert_eq!(outcome.reports.last(), Some(&progress));
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_asked_again_and_the_rest_is_not() {
    use ErrorCode::*;
    let good = || Answer::Page(vec![], None);
    let rows = [
        (vec![Answer::Refusal(RateLimitExceeded, Some(40)), good()], Ok(()), 40),
        (
            vec![
                Answer::Refusal(ServiceUnavailable, None),
                Answer::Refusal(ServerError, None),
                good(),
            ],
            Ok(()),
            3,
        ),
        (
            vec![Answer::Refusal(RequestTimeout, Some(5)), Answer::Refusal(AccessDenied, None)],
            Err("the connector answered AccessDenied: no"),
            5,
        ),
        (
            vec![Answer::Refusal(InvalidArgument, Some(9))],
            Err("the connector answered InvalidArgument: no"),
            0,
        ),
        (
            vec![Answer::Refusal(InvalidCredentials, None)],
            Err("the connector answered InvalidCredentials: no"),
            0,
        ),
        (
            (0..11).map(|_| Answer::Refusal(RateLimitExceeded, Some(1))).collect(),
            Err("the connector answered RateLimitExceeded: no"),
            10,
        ),
        (vec![Answer::Late(Duration::from_secs(29)), good()], Ok(()), 29),
        (
            vec![Answer::Late(Duration::from_secs(31))],
            Err("the connector did not answer within 30 s, which is as long as AppFlow waits"),
            30,
        ),
        (
            vec![Answer::Page(vec![], Some("t")), Answer::Page(vec![], Some("t"))],
            Err(
                "the connector answered page 2 with the token that it was asked with: expected another one, or none",
            ),
            0,
        ),
    ];
    let transfer = transfer(&[map("id", "key", None)], WindowForm::Between);
    for (answers, expected, seconds) in rows {
        let outcome = outcome(answers, &transfer, Place::default(), std::future::pending()).await;
        let end = outcome.end.map(|_| ());
        assert_eq!(end, expected.map_err(str::to_owned));
        assert_eq!(outcome.took, seconds, "{expected:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_stops_behind_a_page_and_goes_on_from_there() {
    let transfer = transfer(&[map("id", "key", None)], WindowForm::Between);
    let page = |id: &str, token| Answer::Page(vec![json!({ "id": id })], token);
    let stop = sleep(Duration::from_secs(10));
    let answers =
        vec![page("a", Some("t1")), Answer::Refusal(ErrorCode::RateLimitExceeded, Some(60))];
    let stopped = outcome(answers, &transfer, Place::default(), stop).await;
    assert_eq!(stopped.took, 10, "it does not wait for the end of a pause");
    let Ok(End::Stopped(place)) = stopped.end else { panic!("{:?}", stopped.end) };
    assert_eq!(place.next_token.as_deref(), Some("t1"));
    let kept: Place = serde_json::from_str(&serde_json::to_string(&place).unwrap()).unwrap();
    let rest = outcome(vec![page("b", None)], &transfer, kept, std::future::pending()).await;
    assert_eq!([stopped.rows, rest.rows].concat(), [[Some(json!("a"))], [Some(json!("b"))]]);
    let Ok(End::Finished(progress)) = rest.end else { panic!("{:?}", rest.end) };
    assert_eq!((progress.records, progress.pages, progress.calls), (2, 2, 3));
    let at_once = outcome(vec![], &transfer, Place::default(), std::future::ready(())).await;
    assert_eq!(at_once.end, Ok(End::Stopped(Place::default())));
}

#[tokio::test(start_paused = true)]
async fn records_are_changed_as_the_tasks_say() {
    let record = json!({ "id": "00u1abc", "name": "Zoë Doe", "count": 7, "rate": 0.5, "isBig": true, "changed": "2026-01-02T03:04:05.678Z", "tags": ["a"] });
    let merged =
        task("Merge", &["id", "name"], "NO_OP", &json!({ "CONCAT_FORMAT": "${name} <${id}>" }));
    let sum = |operator: &str| task("Arithmetic", &["count", "rate"], operator, &json!({}));
    let mask = |operator: &str, properties: Value| task("Mask", &["name"], operator, &properties);
    let rows: [(&[Value], Value); 19] = [
        (&[map("id", "key", None), map("name", "label", None)], json!(["00u1abc", "Zoë Doe"])),
        (
            &[map("count", "a", Some("String")), map("count", "b", Some("double"))],
            json!(["7", 7.0]),
        ),
        (&[map("changed", "day", Some("Date"))], json!(["2026-01-02"])),
        (&[map("tags", "tags", Some("String"))], json!(["[\"a\"]"])),
        (&[map("day", "day", None)], json!([null])),
        (&[merged.clone(), map("id,name", "who", None)], json!(["Zoë Doe <00u1abc>"])),
        (std::slice::from_ref(&merged), json!(["Zoë Doe <00u1abc>"])),
        (&[sum("ADDITION")], json!([7.5])),
        (&[sum("SUBTRACTION"), map("count,rate", "left", None)], json!([6.5])),
        (&[sum("MULTIPLICATION")], json!([3.5])),
        (&[sum("DIVISION")], json!([14.0])),
        (&[task("Arithmetic", &["count", "count"], "MULTIPLICATION", &json!({}))], json!([49])),
        (&[map("name", "name", None), mask("MASK_ALL", json!({}))], json!(["*******"])),
        (
            &[
                map("name", "name", None),
                mask("MASK_ALL", json!({ "MASK_LENGTH": "3", "MASK_VALUE": "#" })),
            ],
            json!(["###"]),
        ),
        (
            &[map("name", "name", None), mask("MASK_FIRST_N", json!({ "MASK_LENGTH": "3" }))],
            json!(["*** Doe"]),
        ),
        (
            &[map("name", "name", None), mask("MASK_LAST_N", json!({ "MASK_LENGTH": "30" }))],
            json!(["*******"]),
        ),
        (
            &[
                map("name", "name", None),
                task("Truncate", &["name"], "NO_OP", &json!({ "TRUNCATE_LENGTH": "3" })),
            ],
            json!(["Zoë"]),
        ),
        // What is hidden is hidden wherever it goes.
        (
            &[merged.clone(), mask("MASK_LAST_N", json!({ "MASK_LENGTH": "3" }))],
            json!(["Zoë *** <00u1abc>"]),
        ),
        (
            &[
                json!({ "taskType": "Map_all", "sourceFields": [], "taskProperties": { "EXCLUDE_SOURCE_FIELDS_LIST": r#"["tags","changed"]"# } }),
            ],
            json!(["00u1abc", "Zoë Doe", 7, 0.5, true, null]),
        ),
    ];
    for (tasks, expected) in rows {
        let rows = finished(vec![record.clone()], tasks).await.unwrap();
        assert_eq!(json!(rows), json!([expected]), "{tasks:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn records_that_do_not_meet_a_demand_are_left_out_or_fail_the_run() {
    let records = vec![
        json!({ "id": "1", "count": 1, "name": "12" }),
        json!({ "id": "2", "count": 0, "name": "" }),
        json!({ "id": "3", "count": -1, "name": "x" }),
        json!({ "id": "4" }),
    ];
    let rows = [
        (
            "VALIDATE_NON_NULL",
            "count",
            "123",
            "record 4: count is null, and the flow's VALIDATE_NON_NULL with DropDataset fails the run",
        ),
        (
            "VALIDATE_NON_ZERO",
            "count",
            "134",
            "record 2: count is 0, and the flow's VALIDATE_NON_ZERO with DropDataset fails the run",
        ),
        (
            "VALIDATE_NON_NEGATIVE",
            "count",
            "124",
            "record 3: count is -1, and the flow's VALIDATE_NON_NEGATIVE with DropDataset fails the run",
        ),
        (
            "VALIDATE_NUMERIC",
            "name",
            "14",
            "record 2: name is \"\", and the flow's VALIDATE_NUMERIC with DropDataset fails the run",
        ),
    ];
    for (operator, field, kept, failure) in rows {
        let validate =
            |action| task("Validate", &[field], operator, &json!({ "VALIDATION_ACTION": action }));
        let rows = finished(records.clone(), &[map("id", "id", None), validate("DropRecord")])
            .await
            .unwrap();
        let ids: String =
            rows.iter().map(|row| row[0].as_ref().unwrap().as_str().unwrap()).collect();
        assert_eq!(ids, kept, "{operator}");
        let failed =
            finished(records.clone(), &[map("id", "id", None), validate("DropDataset")]).await;
        assert_eq!(failed, Err(failure.to_owned()), "{operator}");
    }
}

#[tokio::test(start_paused = true)]
async fn values_that_have_no_place_fail_the_run() {
    let rows: [(Value, &[Value], &str); 4] = [
        (
            json!({ "name": "much" }),
            &[map("name", "n", Some("Long"))],
            "record 1: n is \"much\": expected Long",
        ),
        (
            json!({ "count": i64::MAX }),
            &[task("Arithmetic", &["count", "count"], "ADDITION", &json!({}))],
            "record 1: count,count is ADDITION of 9223372036854775807 and 9223372036854775807: expected a number that a column can hold",
        ),
        (
            json!({ "count": 1, "rate": 0 }),
            &[task("Arithmetic", &["count", "rate"], "DIVISION", &json!({}))],
            "record 1: count,rate is DIVISION of 1 and 0: expected a number that a column can hold",
        ),
        (
            json!(["no object"]),
            &[map("id", "id", None)],
            "the connector's answer cannot be read: record 1 is no JSON object, invalid type: sequence, expected a map at line 1 column 0",
        ),
    ];
    for (record, tasks, expected) in rows {
        assert_eq!(finished(vec![record], tasks).await, Err(expected.to_owned()));
    }
}

#[test]
fn conditions_are_written_in_the_connectors_language() {
    use WindowForm::*;
    let rows = [
        ("name", "EQUAL_TO", json!({ "VALUE": "O'Brien\\" }), Between, "name = \"O\\'Brien\\\\\""),
        ("name", "EQUAL_TO", json!({ "VALUES": "a,b" }), Between, "name = 'a' OR name = 'b'"),
        (
            "name",
            "NOT_EQUAL_TO",
            json!({ "VALUES": "a,b" }),
            Between,
            "name != 'a' AND name != 'b'",
        ),
        ("tags", "CONTAINS", json!({ "VALUE": "a" }), Between, "tags CONTAINS 'a'"),
        ("count", "LESS_THAN", json!({ "VALUE": "-5" }), Between, "count < -5"),
        ("isBig", "EQUAL_TO", json!({ "VALUE": "True" }), Between, "isBig = true"),
        ("day", "EQUAL_TO", json!({ "VALUE": "1643760000000" }), Between, "day = 2022-02-02"),
        (
            "changed",
            "LESS_THAN",
            json!({ "VALUE": "1643760000000", "DATA_TYPE": "datetime" }),
            HalfOpen,
            "changed < 2022-02-02T00:00:00.000Z",
        ),
        (
            "changed",
            "LESS_THAN",
            json!({ "VALUE": "1643760000000" }),
            Epoch,
            "changed < 1643760000000",
        ),
        (
            "changed",
            "BETWEEN",
            json!({ "LOWER_BOUND": "2022-02-02", "UPPER_BOUND": "1643760000001" }),
            Between,
            "changed BETWEEN 2022-02-02T00:00:00.000Z AND 2022-02-02T00:00:00.001Z",
        ),
    ];
    for (field, operator, properties, form, expected) in rows {
        let tasks = [map("id", "id", None), task("Filter", &[field], operator, &properties)];
        assert_eq!(transfer(&tasks, form).filter.to_string(), expected);
    }
    let several = ["a", "b"].map(|name| {
        task("Filter", &["name"], "EQUAL_TO", &json!({ "VALUES": format!("{name},c") }))
    });
    let tasks = [several.as_slice(), &[map("id", "id", None)]].concat();
    let filter = transfer(&tasks, Between).filter;
    assert_eq!(filter.to_string(), "(name = 'a' OR name = 'c') AND (name = 'b' OR name = 'c')");
    assert_eq!(appflow_connector::Filter::parse(&filter.to_string()), Ok(filter));
}
