//! The law of the planner: for every filter and org, the answer is exactly the matching records,
//! each once, whatever part of the filter went to Okta.
//!
//! `brute_force` says what matches. It was written without a look at the connector, as was the
//! simulator, so that the three can disagree.
//!
//! `PARITY_CASES` sets the number of cases for each object and org; the default is what `make test`
//! has time for.

use crate::brute_force::{
    Assignment, Comparison, Expr, Filter, Literal, arb_assignment, arb_filter, arb_selection,
    expected_record, matches,
};
use crate::support::{World, query, top};
use okta_simulator::{Collection, LoggedRequest, Org};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Orgs that each object is queried in.
const SEEDS: [u64; 4] = [1, 2, 3, 4];

/// 4 orgs, 5 objects: 2,400 cases.
const DEFAULT_CASES: u32 = 120;

fn collection(entity: &str) -> Collection {
    match entity {
        "User" => Collection::Users,
        "Group" => Collection::Groups,
        "Application" => Collection::Apps,
        "Device" => Collection::Devices,
        "UserType" => Collection::UserTypes,
        other => panic!("{other}"),
    }
}

fn records(world: &World, collection: Collection) -> Vec<Value> {
    world.simulator().org().records(collection).cloned().collect()
}

fn ids(records: &[Value]) -> Vec<String> {
    records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

/// A case: what AppFlow asks.
#[derive(Debug)]
struct Case {
    filter: Filter,
    assignment: Assignment,
    selection: Option<Vec<String>>,
    max_results: u64,
    style: u64,
}

impl Case {
    fn event(&self, entity: &str) -> Value {
        query(
            entity,
            &json!({
                "filterExpression": self.filter.to_filter_text(&self.assignment, self.style),
                "selectedFieldNames": self.selection,
                "maxResults": self.max_results,
            }),
        )
    }

    fn expected(&self, world: &World, entity: &str) -> Vec<Map<String, Value>> {
        let simulator = world.simulator();
        let org = simulator.org();
        let assigned = |id: &str| {
            let group = self.assignment.group_id.as_ref();
            let user = self.assignment.user_id.as_ref();
            group.is_none_or(|group| org.apps_of_group(group).any(|app| app == id))
                && user.is_none_or(|user| org.apps_of_user(user).any(|app| app == id))
        };
        org.records(collection(entity))
            .filter(|record| assigned(record["id"].as_str().unwrap()))
            .filter(|record| {
                self.filter.expr.as_ref().is_none_or(|expr| matches(expr, record, entity))
            })
            .map(|record| {
                expected_record(entity, record, self.selection.as_deref(), &self.assignment)
            })
            .collect()
    }
}

/// How often each record comes. What Okta embeds and links differs between a listing and the record
/// itself, so it is left out where the record itself was read.
fn tally(
    records: impl IntoIterator<Item = Map<String, Value>>,
    read_alone: &[&str],
) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for mut record in records {
        record.retain(|field, _| !read_alone.contains(&field.as_str()));
        *tally.entry(Value::from(record).to_string()).or_default() += 1;
    }
    tally
}

fn check(
    runtime: &tokio::runtime::Runtime,
    world: &World,
    entity: &str,
    case: &Case,
    event: &Value,
) {
    world.simulator().clear_requests();
    let found = runtime.block_on(world.run(event));
    let found = found.unwrap_or_else(|error| panic!("{event}: {error}"));
    let found: Vec<_> =
        found.into_iter().map(|record| record.as_object().unwrap().clone()).collect();
    let expected = case.expected(world, entity);
    let alone = |path: &str| matches!(path.split('/').collect::<Vec<_>>()[..], [_, _, _, _, _]);
    let read_alone = world
        .simulator()
        .requests()
        .iter()
        .any(|request| alone(&request.path) && !request.path.starts_with("/api/v1/meta"));
    let differing: &[&str] = if read_alone { &["links", "embedded"] } else { &[] };
    let requests = || {
        let simulator = world.simulator();
        let lines = simulator.requests().iter().map(|r| format!("{} {:?}", r.path, r.query));
        lines.collect::<Vec<_>>().join("\n")
    };
    let all = expected.len();
    let (found_tally, expected_tally) =
        (tally(found.clone(), differing), tally(expected, differing));
    match case.filter.limit {
        None => assert_eq!(found_tally, expected_tally, "{event}\n{}", requests()),
        Some(limit) => {
            let count = usize::try_from(limit).unwrap_or(usize::MAX).min(all);
            assert_eq!(found.len(), count, "{event}\n{}", requests());
            for (record, times) in found_tally {
                let known = expected_tally.get(&record).copied().unwrap_or_default();
                assert!(times <= known, "{event}: {record}\n{}", requests());
            }
        }
    }
}

/// A paused clock: waiting for the rate budget takes no time.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

fn law_holds(entity: &str) {
    let cases = std::env::var("PARITY_CASES").ok().map_or(DEFAULT_CASES, |n| n.parse().unwrap());
    for seed in SEEDS {
        let runtime = runtime();
        let world = runtime.block_on(async { World::new(Org::generate(seed, 60)) });
        world.simulator().set_app_assignment_filters(seed % 2 == 0);
        world.simulator().set_projection_supported(seed % 3 != 0);
        let sample = Arc::new(records(&world, collection(entity)));
        let assignment = match entity {
            "Application" => arb_assignment(
                &ids(&records(&world, Collection::Groups)),
                &ids(&records(&world, Collection::Users)),
            ),
            _ => Just(Assignment::default()).boxed(),
        };
        let case = (
            arb_filter(entity, sample),
            assignment,
            arb_selection(entity),
            prop::sample::select(&[1, 2, 7, 200][..]),
            any::<u64>(),
        )
            .prop_map(|(filter, assignment, selection, max_results, style)| Case {
                filter,
                assignment,
                selection,
                max_results,
                style,
            });
        let config = ProptestConfig {
            failure_persistence: None,
            rng_seed: prop::test_runner::RngSeed::Fixed(seed),
            ..ProptestConfig::with_cases(cases)
        };
        proptest!(config, |(case in case)| {
            check(&runtime, &world, entity, &case, &case.event(entity));
        });
    }
}

/// The law in large and slow orgs, where listings are walked side by side, and at most one at a time.
fn law_holds_in_lanes(entity: &str, users: usize) {
    let runtime = runtime();
    let split = Cell::new(0);
    for seed in 1..=4 {
        let world = runtime.block_on(async { World::new(Org::generate(seed, users)) });
        world.simulator().set_latency(Duration::from_millis(300));
        let sample = Arc::new(records(&world, collection(entity)));
        // What every record passes and `filter` does not know, so that `search` is used.
        let created = Expr::Compare {
            field: "created".to_owned(),
            comparison: Comparison::Greater,
            literal: Literal::Text("2000-01-01".to_owned()),
        };
        let every = Filter { expr: Some(created), limit: None };
        let case = (
            prop_oneof![Just(every), arb_filter(entity, sample)],
            prop::sample::select(&[300, 1_000, 10_000][..]),
            prop::sample::select(&["1", "2", "4"][..]),
            any::<u64>(),
        )
            .prop_map(|(filter, max_results, concurrency, style)| {
                let selection = Some(vec!["id".to_owned(), "created".to_owned()]);
                let assignment = Assignment::default();
                (Case { filter, assignment, selection, max_results, style }, concurrency)
            });
        let config = ProptestConfig {
            failure_persistence: None,
            rng_seed: prop::test_runner::RngSeed::Fixed(seed),
            ..ProptestConfig::with_cases(12)
        };
        proptest!(config, |((case, concurrency) in case)| {
            let mut event = case.event(entity);
            event["connectorContext"]["connectorRuntimeSettings"]["maxConcurrentRequests"] =
                concurrency.into();
            check(&runtime, &world, entity, &case, &event);
            let bounded = |request: &LoggedRequest| {
                request.param("search").is_some_and(|search| search.contains(" and created ge "))
            };
            let in_lanes = world.simulator().requests().iter().any(bounded);
            split.set(split.get() + u32::from(in_lanes));
            assert!(!in_lanes || concurrency != "1");
        });
    }
    assert!(split.get() > 0, "no listing of {entity} was cut");
}

#[test]
fn users_in_lanes() {
    law_holds_in_lanes("User", 1_500);
}

#[test]
fn groups_in_lanes() {
    law_holds_in_lanes("Group", 8_000);
}

#[test]
fn applications() {
    law_holds("Application");
}

#[test]
fn devices() {
    law_holds("Device");
}

#[test]
fn groups() {
    law_holds("Group");
}

#[test]
fn users() {
    law_holds("User");
}

#[test]
fn user_types() {
    law_holds("UserType");
}

/// Records of real orgs come out as they were recorded, where the recordings lie beside the checkout.
#[tokio::test(start_paused = true)]
async fn recorded_records_come_out_as_recorded() {
    let folder = top().join(["..", "shared", "data", "recorded"].iter().collect::<PathBuf>());
    if !folder.is_dir() {
        println!("*** SKIPPED: there are no recordings beside this checkout ***");
        return;
    }
    let entities = ["Application", "Device", "Group", "User", "UserType"];
    let files: Vec<_> = entities
        .map(collection)
        .into_iter()
        .chain([Collection::UserSchemas, Collection::GroupSchemas])
        .map(|collection| {
            (collection, std::fs::read_to_string(folder.join(collection.file_name())).unwrap())
        })
        .collect();
    let files = files.iter().map(|(collection, text)| (*collection, text.as_str()));
    let world = World::new(Org::from_json_lines(files).unwrap());
    for entity in entities {
        let found = world.run(&query(entity, &json!({ "maxResults": 5 }))).await.unwrap();
        let found = found.into_iter().map(|record| record.as_object().unwrap().clone());
        let recorded = records(&world, collection(entity));
        let expected = recorded
            .iter()
            .map(|record| expected_record(entity, record, None, &Assignment::default()));
        assert_eq!(tally(found, &[]), tally(expected, &[]), "{entity}");
    }
}
