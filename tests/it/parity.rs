//! The law of the planner: for every filter and org, the answer is exactly the matching records,
//! each once, whatever part of the filter went to Okta.
//!
//! `brute_force` says what matches. It was written without a look at the connector, as was the
//! simulator, so that the three can disagree.
//!
//! `PARITY_CASES` sets the number of cases for each object and org; the default is what `make test`
//! has time for.

use crate::brute_force::{
    Assignment, Filter, arb_assignment, arb_filter, arb_selection, expected_record, matches,
};
use crate::support::{World, query, top};
use okta_simulator::{Collection, Org};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

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

fn check(runtime: &tokio::runtime::Runtime, world: &World, entity: &str, case: &Case) {
    let event = case.event(entity);
    world.simulator().clear_requests();
    let found = runtime.block_on(world.run(&event));
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

fn law_holds(entity: &str) {
    let cases = std::env::var("PARITY_CASES").ok().map_or(DEFAULT_CASES, |n| n.parse().unwrap());
    for seed in SEEDS {
        // Everything runs on a paused clock, so waiting for the rate budget takes no time.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
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
        proptest!(config, |(case in case)| check(&runtime, &world, entity, &case));
    }
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
