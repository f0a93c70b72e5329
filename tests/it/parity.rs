//! The law of the planner: for every filter and org, the answer is exactly the matching records,
//! each once, whatever part of the filter went to Okta.
//!
//! `brute_force` says what matches. It was written without a look at the connector, as was the
//! simulator, so that the three can disagree.
//!
//! The fields are those of the catalogue and the custom attributes that the org's schemas define, which
//! `attributes` draws.
//!
//! `PARITY_CASES` sets the number of cases for each object and org; without it, all objects share what
//! `make test` has time for.

mod attributes;

use crate::brute_force::{
    Assignment, Comparison, Entity, Expr, Filter, Instant, Literal, arb_assignment, arb_filter,
    arb_selection, expected_record, matches, reaches_back,
};
use crate::collections::{self, collection, ids};
use crate::happenings::is_of_log;
use crate::support::{World, query};
use okta_connector::catalogue::{OBJECTS, Object};
use okta_simulator::{Collection, LoggedRequest, Org};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The number of cases in each org, for all objects together.
const CASES: u32 = 600;

/// The number of cases in each org whose listings are walked in lanes, for all objects together.
const CASES_IN_LANES: u32 = 24;

/// A number of records that is enough for several lanes.
const ENOUGH_FOR_LANES: usize = 700;

fn records(world: &World, entity: &str) -> Vec<Value> {
    collections::records(world.simulator().org(), entity)
}

/// Returns an entity with the fields that it has in the org of a world.
fn entity_of(world: &World, name: &str) -> Entity {
    Entity::of(name, world.simulator().org())
}

/// A case: the request of AppFlow.
#[derive(Debug)]
struct Case {
    filter: Filter,
    assignment: Assignment,
    selection: Option<Vec<String>>,
    max_results: u64,
    style: u64,
    /// The process that answers has answered nothing before.
    is_cold: bool,
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

    fn expected(&self, world: &World, entity: &Entity) -> Vec<Map<String, Value>> {
        let simulator = world.simulator();
        let org = simulator.org();
        let assigned = |id: &str| {
            let group = self.assignment.group_id.as_ref();
            let user = self.assignment.user_id.as_ref();
            group.is_none_or(|group| org.apps_of_group(group).any(|app| app == id))
                && user.is_none_or(|user| org.apps_of_user(user).any(|app| app == id))
        };
        collections::records(org, &entity.name)
            .into_iter()
            .filter(|record| record["id"].as_str().is_none_or(assigned))
            .filter(|record| {
                self.filter.expr.as_ref().is_none_or(|expr| matches(expr, record, entity))
            })
            .map(|record| {
                expected_record(entity, &record, self.selection.as_deref(), &self.assignment)
            })
            .collect()
    }
}

/// Counts how often each record comes. The parts that Okta embeds and links differ between a
/// listing and the record itself, so they are left out if the record itself was read.
pub(crate) fn tally(
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
    entity: &Entity,
    case: &Case,
    event: &Value,
) {
    world.simulator().clear_requests();
    let found = match case.is_cold {
        true => runtime.block_on(async { world.restarted().run(event).await }),
        false => runtime.block_on(world.run(event)),
    };
    let found = match found {
        Err(error) if may_lack_events(&entity.name, &case.filter, &error) => return,
        found => found.unwrap_or_else(|error| panic!("{event}: {error}")),
    };
    let found: Vec<_> =
        found.into_iter().map(|record| record.as_object().unwrap().clone()).collect();
    let expected = case.expected(world, entity);
    let listing = Object::find(&entity.name).unwrap().endpoint.path;
    let read_alone = world.simulator().requests().iter().any(|request| {
        request.path.strip_prefix(listing).is_some_and(|rest| rest.starts_with('/'))
    });
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
        None => {
            let all: BTreeSet<_> = found_tally.keys().chain(expected_tally.keys()).collect();
            let times = |tally: &BTreeMap<_, _>, record| tally.get(record).copied().unwrap_or(0);
            for record in all {
                let (found, expected) =
                    (times(&found_tally, record), times(&expected_tally, record));
                assert_eq!(found, expected, "{event}: {record}\n{}", requests());
            }
        }
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

/// Says whether an error tells that the log does not go back as far as a filter does.
pub(crate) fn may_lack_events(entity: &str, filter: &Filter, error: &Value) -> bool {
    let days = 90 * 24 * 60 * 60;
    let oldest = Instant::parse("2026-01-01").unwrap().moved(3_600 - days, "");
    let message = error["errorMessage"].as_str().unwrap_or_default();
    is_of_log(entity)
        && message.starts_with("Okta keeps events for 90 days")
        && filter.expr.as_ref().is_some_and(|expr| reaches_back(expr, &oldest))
}

/// Makes a runtime with a paused clock: waiting for the rate budget takes no time.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

fn config(seed: u64, cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: prop::test_runner::RngSeed::Fixed(seed),
        ..ProptestConfig::with_cases(cases)
    }
}

/// Checks the law in random cases of one entity.
fn law_holds(runtime: &tokio::runtime::Runtime, world: &World, name: &str, seed: u64, cases: u32) {
    let entity = entity_of(world, name);
    let sample = Arc::new(records(world, name));
    let assignment = {
        let simulator = world.simulator();
        let of = |collection| ids(simulator.org(), collection);
        arb_assignment(&entity, &of(Collection::Groups), &of(Collection::Users))
    };
    // A page of events is large, and each call reads one: `system_log.rs` asks for few records of a few events.
    let sizes = match is_of_log(name) {
        true => &[23, 60, 200][..],
        false => &[1, 2, 7, 200][..],
    };
    let case =
        (
            arb_filter(&entity, sample),
            assignment,
            arb_selection(&entity),
            prop::sample::select(sizes),
            any::<u64>(),
            prop::bool::weighted(0.25),
        )
            .prop_map(|(filter, assignment, selection, max_results, style, is_cold)| {
                Case { filter, assignment, selection, max_results, style, is_cold }
            });
    proptest!(config(seed, cases), |(case in case)| {
        check(runtime, world, &entity, &case, &case.event(name));
    });
}

/// Returns an org with enough records of an entity, made of as many users as that takes.
fn large_org(seed: u64, entity: &str) -> Org {
    let sizes = [1_500, 8_000, 30_000];
    let mut orgs = sizes.into_iter().map(|users| Org::generate(seed, users));
    let large = orgs.find(|org| org.count(collection(entity)) >= ENOUGH_FOR_LANES);
    large.unwrap_or_else(|| panic!("the largest org has too few records of {entity}"))
}

/// Checks the law in a large and slow org, whose listings are walked side by side.
fn law_holds_in_lanes(org: Org, name: &str, by: &str, seed: u64, cases: u32) {
    let runtime = runtime();
    let world = runtime.block_on(async { World::new(org) });
    world.simulator().set_latency(Duration::from_millis(300));
    let entity = entity_of(&world, name);
    let sample = Arc::new(records(&world, name));
    // Checks a case, and tells whether a listing was cut into ranges.
    let is_cut = |case: &Case, concurrency: &str| {
        let mut event = case.event(name);
        event["connectorContext"]["connectorRuntimeSettings"]["maxConcurrentRequests"] =
            concurrency.into();
        check(&runtime, &world, &entity, case, &event);
        let range = format!(" and {by} ge ");
        let is_range = |request: &LoggedRequest| {
            request.param("search").is_some_and(|search| search.contains(&range))
        };
        world.simulator().requests().iter().any(is_range)
    };
    let custom = entity.fields.iter().filter(|field| field.is_custom).map(|field| &*field.name);
    let selection = ["id", by].into_iter().chain(custom.step_by(5)).map(str::to_owned);
    let selection: Vec<String> = selection.collect();
    let case = |filter, max_results, style| Case {
        filter,
        assignment: Assignment::default(),
        selection: Some(selection.clone()),
        max_results,
        style,
        is_cold: false,
    };
    // What every record passes and `filter` does not know, so that `search` is used.
    let compared = Expr::Compare {
        field: by.to_owned(),
        comparison: Comparison::Greater,
        literal: Literal::Text("2000-01-01".to_owned()),
    };
    let every = Filter { expr: Some(compared), limit: None };
    assert!(is_cut(&case(every.clone(), 10_000, 0), "4"), "no listing of {name} was cut");
    let drawn = (
        prop_oneof![Just(every), arb_filter(&entity, sample)],
        prop::sample::select(&[300, 1_000, 10_000][..]),
        prop::sample::select(&["1", "2", "4"][..]),
        any::<u64>(),
    );
    proptest!(config(seed, cases), |((filter, max_results, concurrency, style) in drawn)| {
        let is_cut = is_cut(&case(filter, max_results, style), concurrency);
        assert!(!is_cut || concurrency != "1");
    });
}

/// Returns the number of cases of one of so many objects in an org.
fn cases(objects: usize) -> u32 {
    let asked = std::env::var("PARITY_CASES").ok().map(|cases| cases.parse().unwrap());
    asked.unwrap_or_else(|| share(CASES, objects))
}

/// Puts the connector on an org, of which every second one filters applications by those who have them, and every
/// third one knows no projection.
fn world(runtime: &tokio::runtime::Runtime, seed: u64, org: Org) -> World {
    let world = runtime.block_on(async { World::new(org) });
    world.simulator().set_app_assignment_filters(seed.is_multiple_of(2));
    world.simulator().set_projection_supported(!seed.is_multiple_of(3));
    world
}

/// Runs every object in the org of a seed.
fn org(seed: u64) {
    let runtime = runtime();
    for object in OBJECTS {
        let world = world(&runtime, seed, Org::generate(seed, 60));
        law_holds(&runtime, &world, object.name, seed, cases(OBJECTS.len()));
    }
}

/// Runs every object that is walked in lanes in the org of a seed.
fn org_in_lanes(seed: u64) {
    let by = OBJECTS.into_iter().filter_map(|object| Some((object, object.endpoint.lanes?)));
    let by: Vec<_> = by.collect();
    for (object, field) in &by {
        let cases = share(CASES_IN_LANES, by.len());
        law_holds_in_lanes(large_org(seed, object.name), object.name, field, seed, cases);
    }
}

/// Returns the part of each object, so that one more takes no more time.
fn share(cases: u32, parts: usize) -> u32 {
    cases.div_ceil(u32::try_from(parts).unwrap())
}

macro_rules! orgs {
    ($($name:ident $in_lanes:ident: $seed:literal)*) => {
        $(
            #[test]
            fn $name() {
                org($seed);
            }

            #[test]
            fn $in_lanes() {
                org_in_lanes($seed);
            }
        )*
    };
}

orgs! {
    org_1 org_1_in_lanes: 1
    org_2 org_2_in_lanes: 2
    org_3 org_3_in_lanes: 3
    org_4 org_4_in_lanes: 4
}
