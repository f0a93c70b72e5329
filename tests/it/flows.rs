//! The flows of `examples/flows`, run as AppFlow would: the two spellings of each are one flow, and whatever way a window of
//! time is told in, the same records come.

use crate::generated::file_name;
use crate::support::{EPOCH, World, context, top};
use appflow_connector::entity::EntityDefinition;
use appflow_connector::request::ConnectorContext;
use appflow_flow::cloudformation::{Choice, flow_of};
use appflow_flow::column::Row;
use appflow_flow::output::{Output, RunInfo};
use appflow_flow::run::{End, Place, Question, Sink, run};
use appflow_flow::transfer::Transfer;
use appflow_flow::window::{Bounds, Window, WindowForm};
use appflow_flow::{Flow, instant};
use jiff::Timestamp;
use okta_connector::catalogue::OBJECTS;
use okta_simulator::Org;
use serde_json::json;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::rc::Rc;
use std::task::Poll;

/// Keeps the rows, and counts the pages.
#[derive(Default)]
struct Rows(Vec<Row>, Rc<Cell<u64>>);

impl Sink for Rows {
    type Error = Infallible;

    fn page(&mut self, rows: Vec<Row>) -> Result<(), Infallible> {
        self.0.extend(rows);
        self.1.set(self.1.get() + 1);
        Ok(())
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(EPOCH).unwrap()
}

/// Reads a file of `examples/flows`. A template gets what it has no default for.
fn flow(file: &str) -> Flow {
    let text = fs::read_to_string(top().join("examples/flows").join(file)).unwrap();
    let parameters = match file.ends_with(".yaml") {
        true => [("ConnectionName", "okta"), ("BucketName", "amzn-s3-demo-bucket")].as_slice(),
        false => &[],
    };
    let parameters =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let choice = Choice { resource: None, parameters: parameters.collect() };
    flow_of(&text, &choice)
        .and_then(|flow| Flow::read(&flow))
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Asks the connector for the fields of an entity.
async fn describe(world: &World, entity: &str) -> EntityDefinition {
    let event = json!({ "type": "DescribeEntityRequest", "entityIdentifier": entity, "connectorContext": context() });
    serde_json::from_value(world.ask(&event).await["entityDefinition"].clone()).unwrap()
}

fn question(flow: &Flow) -> Question {
    let mut context: ConnectorContext = serde_json::from_value(context()).unwrap();
    context.connector_runtime_settings.extend(flow.source.custom_properties.clone());
    let entity_name = flow.source.entity_name.clone();
    Question { entity_name, context, max_results: 50 }
}

/// Makes the transfer of the first run of a flow, in these bounds.
async fn transfer(world: &World, flow: &Flow, bounds: Bounds, form: WindowForm) -> Transfer {
    let window =
        flow.incremental().map(|schedule| Window::of_run(schedule, now(), None, bounds).unwrap());
    let definition = describe(world, &flow.source.entity_name).await;
    let name = &flow.name;
    Transfer::new(flow, &definition, window, form).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs a transfer from a place, until it is over or `stop` is ready.
async fn go<S: Sink>(
    world: &World,
    flow: &Flow,
    transfer: &Transfer,
    place: Place,
    sink: &mut S,
    stop: impl Future<Output = ()>,
) -> End {
    let question = question(flow);
    let end = run(world.connector(), &question, transfer, place, sink, &mut |_| {}, stop).await;
    end.unwrap_or_else(|error| panic!("{}: {error}", flow.name))
}

/// Runs a flow on a new org: what Okta was asked, and the rows.
async fn first_run(flow: &Flow, bounds: Bounds, form: WindowForm) -> (Vec<String>, Vec<Row>) {
    let world = World::new(Org::generate(7, 60));
    let transfer = transfer(&world, flow, bounds, form).await;
    let asked_before = world.simulator().requests().len();
    let mut rows = Rows::default();
    go(&world, flow, &transfer, Place::default(), &mut rows, std::future::pending()).await;
    let simulator = world.simulator();
    let asked = simulator.requests().iter().skip(asked_before);
    (asked.map(|request| format!("{} {:?}", request.path, request.query)).collect(), rows.0)
}

#[test]
fn a_template_and_its_twin_are_one_flow() {
    for object in OBJECTS {
        let name = file_name(object.name);
        assert_eq!(flow(&format!("{name}.yaml")), flow(&format!("{name}.json")), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_flow_runs_and_its_template_asks_and_answers_the_same() {
    for object in OBJECTS {
        let name = file_name(object.name);
        let [yaml, json] = [flow(&format!("{name}.yaml")), flow(&format!("{name}.json"))];
        let of_json = first_run(&json, Bounds::default(), WindowForm::default()).await;
        assert!(!of_json.1.is_empty(), "{name} transfers nothing");
        assert_eq!(
            first_run(&yaml, Bounds::default(), WindowForm::default()).await,
            of_json,
            "{name}"
        );
    }
}

/// Writes what a flow comes to into files, and counts the records in them.
async fn written(file: &str, folder: &Path) -> (u64, u64) {
    let flow = flow(file);
    let world = World::new(Org::generate(7, 60));
    let transfer = transfer(&world, &flow, Bounds::default(), WindowForm::default()).await;
    let info = RunInfo {
        flow_name: flow.name.clone(),
        execution_id: "00000000-0000-4000-8000-000000000000".to_owned(),
        started: now(),
        schema_version: flow.schema_version,
    };
    let columns = transfer.transform.columns().to_vec();
    let partition_by = transfer.partition_by.clone();
    let mut output = Output::open(folder, &flow.destination, &info, columns, partition_by).unwrap();
    let end =
        go(&world, &flow, &transfer, Place::default(), &mut output, std::future::pending()).await;
    let End::Finished(progress) = end else { panic!("{file}: {end:?}") };
    let files = output.finish().unwrap();
    (progress.records, files.iter().map(|file| file.records).sum())
}

#[tokio::test(start_paused = true)]
async fn every_flow_fits_into_its_files() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flows");
    let _ = fs::remove_dir_all(&folder);
    let names = OBJECTS.iter().map(|object| file_name(object.name));
    for name in names.chain(["users-incremental".to_owned()]) {
        let (read, written) = written(&format!("{name}.json"), &folder.join(&name)).await;
        assert!(read > 0 && read == written, "{name}: {read} read, {written} written");
    }
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_is_stopped_goes_on_in_another_process() {
    let flow = flow("users-incremental.json");
    let world = World::new(Org::generate(7, 220));
    let transfer = transfer(&world, &flow, Bounds::default(), WindowForm::default()).await;
    let mut whole = Rows::default();
    go(&world, &flow, &transfer, Place::default(), &mut whole, std::future::pending()).await;
    let mut rows = Rows::default();
    let mut place = Place::default();
    let mut stops = 0;
    loop {
        let world = world.restarted();
        let (pages, before) = (Rc::clone(&rows.1), rows.1.get());
        let stop = poll_fn(move |_| match pages.get() > before {
            true => Poll::Ready(()),
            false => Poll::Pending,
        });
        match go(&world, &flow, &transfer, place, &mut rows, stop).await {
            End::Finished(progress) => {
                assert_eq!((progress.records, progress.pages), (220, 5));
                break;
            }
            End::Stopped(stopped) => place = stopped,
        }
        stops += 1;
    }
    assert!(stops >= 4, "{stops}");
    assert_eq!(rows.0, whole.0);
}

/// Makes a flow of everything that an entity has, by one of its timestamps.
fn incremental(entity: &str, field: &str) -> Flow {
    let flow = json!({
        "flowName": "all",
        "triggerConfig": { "triggerType": "Scheduled", "triggerProperties": { "Scheduled": {
            "scheduleExpression": "rate(1hours)", "dataPullMode": "Incremental",
        } } },
        "sourceFlowConfig": {
            "connectorType": "CustomConnector",
            "sourceConnectorProperties": { "CustomConnector": { "entityName": entity } },
            "incrementalPullConfig": { "datetimeTypeFieldName": field },
        },
        "destinationFlowConfigList": [{
            "connectorType": "S3",
            "destinationConnectorProperties": { "S3": { "bucketName": "a-bucket" } },
        }],
        "tasks": [{ "taskType": "Map_all", "sourceFields": [] }],
    });
    Flow::read(&flow).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_form_of_a_window_finds_the_same() {
    let day = |text: &str| instant(text).unwrap();
    let world = World::new(Org::generate(7, 60));
    let mut found = BTreeSet::new();
    for object in OBJECTS {
        let definition = describe(&world, object.name).await;
        let offered = definition.fields.iter().filter(|field| {
            field.read_properties.unwrap().is_timestamp_field_for_incremental_queries == Some(true)
        });
        for field in offered {
            let name = &field.field_name;
            let flow = incremental(object.name, name);
            // Okta keeps events for 90 days.
            let since = if object.windowed_by().is_some() {
                "2025-11-01T00:00:00Z"
            } else {
                "2000-01-01T00:00:00Z"
            };
            let all = Bounds { since: Some(day(since)), until: None };
            let all = transfer(&world, &flow, all, WindowForm::Between).await;
            let column = all.transform.column_of(name).unwrap();
            let mut rows = Rows::default();
            go(&world, &flow, &all, Place::default(), &mut rows, std::future::pending()).await;
            let time = |row: &Row| day(row[column].as_ref().unwrap().as_str().unwrap());
            let times: BTreeSet<_> = rows.0.iter().map(time).collect();
            let times: Vec<_> = times.into_iter().collect();
            if times.is_empty() {
                continue;
            }
            // Both edges are instants at which something changed.
            let bounds = Bounds {
                since: Some(times[times.len() / 4]),
                until: Some(times[3 * times.len() / 4]),
            };
            let mut of_forms = Vec::new();
            for form in [WindowForm::Between, WindowForm::Epoch, WindowForm::HalfOpen] {
                let transfer = transfer(&world, &flow, bounds, form).await;
                let mut rows = Rows::default();
                go(&world, &flow, &transfer, Place::default(), &mut rows, std::future::pending())
                    .await;
                of_forms.push(rows.0);
            }
            let [between, epoch, half_open] = of_forms.try_into().unwrap();
            assert_eq!(between, epoch, "{} by {name}", object.name);
            assert!(!between.is_empty(), "{} by {name}", object.name);
            let before_the_end = |row: &&Row| Some(time(row)) < bounds.until;
            let before_the_end: Vec<_> = between.iter().filter(before_the_end).cloned().collect();
            assert_eq!(before_the_end, half_open, "{} by {name}", object.name);
            found.insert(object.name);
        }
    }
    for object in OBJECTS {
        assert!(found.contains(object.name), "{} has no timestamp with a value", object.name);
    }
}
