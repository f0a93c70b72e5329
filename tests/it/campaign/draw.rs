//! The step from a seed to a scenario. The same seed gives the same scenario on every machine.

use super::orgs::{hub, org};
use super::scenario::{AppFlow, Ask, Deprovisioned, Okta, Scenario};
use super::{schemas, script, trials};
use crate::brute_force::{
    Assignment, Comparison, Entity, Expr, Filter, Instant, Kind, Literal, arb_assignment,
    arb_filter, arb_selection,
};
use crate::collections::{collection, ids, is_relation, key_field, records};
use fastrand::Rng;
use okta_connector::catalogue::{OBJECTS, Object};
use okta_simulator::{Collection, Org, RateLimits, Subscription};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The number of calls that a flow may need, about, so that a run takes milliseconds.
const MOST_CALLS: usize = 60;

/// The largest answer that Lambda takes, less what the function keeps free.
const MOST_BYTES: usize = 6_291_556 - 4_096;

impl Scenario {
    /// Draws the scenario of this seed.
    pub(crate) fn draw(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let object = object(&mut random);
        let entity = object.name;
        let size = size(&mut random, object);
        let attributes = attributes(&mut Rng::with_seed(seed ^ 3), entity);
        let org = org(seed, entity, size, attributes);
        let mut okta = okta(&mut random, collection(entity));
        let mut ask = ask(&mut random, &Entity::of(entity, &org), &org);
        // From numbers of their own, so that the runs without a trial are what they were without trials.
        let trial = trials::draw(&mut Rng::with_seed(!seed)).map(|(trial, faults)| {
            okta.faults = faults;
            trial
        });
        let drawn = schemas::draw(&mut Rng::with_seed(!seed ^ 3), collection(entity));
        let schemas = drawn.map(|(schemas, faults)| {
            okta.schema_faults = faults;
            schemas
        });
        let is_moving = okta.stirred > 0 || script::is_moving(&okta.faults);
        if is_moving || trial.is_some() || schemas.is_some() {
            let key = key_field(entity).to_owned();
            let selection = ask.selection.iter_mut().filter(|it| !it.contains(&key));
            selection.for_each(|selection| selection.push(key.clone()));
        }
        // A record and the object above it are read at two times, between which both may change.
        if script::is_moving(&okta.faults) && is_relation(entity) {
            ask.filter.expr = None;
        }
        Self {
            seed,
            entity,
            size,
            attributes,
            ask,
            okta,
            appflow: appflow(&mut random),
            trial,
            schemas,
        }
    }
}

/// The objects that are shown inside of schemas, of which no org has as many as one likes. What can go wrong with schemas
/// goes wrong with users and groups.
const INSIDE_OF_SCHEMAS: [&str; 2] = ["GroupSchemaAttribute", "UserSchemaAttribute"];

/// Returns the objects that flows are over.
fn objects() -> impl Iterator<Item = &'static Object> {
    OBJECTS.into_iter().filter(|object| !INSIDE_OF_SCHEMAS.contains(&object.name))
}

/// Draws an object. Those whose listing is walked in lanes come more often, since most can go wrong there.
fn object(random: &mut Rng) -> &'static Object {
    let weight = |object: &Object| if object.endpoint.lanes.is_some() { 3 } else { 1 };
    let urn = objects().flat_map(|object| std::iter::repeat_n(object, weight(object)));
    let urn: Vec<_> = urn.collect();
    urn[random.usize(..urn.len())]
}

fn size(random: &mut Rng, object: &Object) -> usize {
    match random.u32(..8) {
        // The number is that of users, who have relations.
        _ if !object.branches().is_empty() => random.usize(1..25),
        // The listing is one answer, so the org has but a few.
        _ if object.endpoint.page_size.is_none() => random.usize(1..12),
        0..4 => random.usize(..=60),
        4 | 5 => [0, 1, 199, 200, 201, 400, 401][random.usize(..7)],
        _ => random.usize(..=600),
    }
}

/// Draws custom attributes, if the org has some of its own.
fn attributes(random: &mut Rng, entity: &str) -> Option<u64> {
    let seed = random.u64(..);
    (["User", "Group"].contains(&entity) && random.bool()).then_some(seed)
}

fn ask(random: &mut Rng, entity: &Entity, org: &Org) -> Ask {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&random.u64(..).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut records = records(org, &entity.name);
    random.shuffle(&mut records);
    let count = records.len();
    records.truncate(40);
    let max_results = [None, Some(1), Some(2), Some(7), Some(100), Some(200), Some(1_000)];
    let affordable =
        |most: &Option<u64>| most.is_none_or(|most| count <= MOST_CALLS * most as usize);
    let max_results: Vec<_> = max_results.into_iter().filter(affordable).collect();
    let max_results = max_results[random.usize(..max_results.len())];
    let least_bytes = (count * 4_000 / MOST_CALLS).max(8 * 1024);
    let response_bytes = match random.u32(..3) {
        0 => least_bytes,
        1 => least_bytes + random.usize(..200_000),
        _ => MOST_BYTES,
    };
    let deprovisioned = match random.u32(..6) {
        0 => Deprovisioned::Omitted,
        _ => Deprovisioned::Included,
    };
    Ask {
        filter: filter(random, entity, records, &mut runner),
        assignment: assignment(random, entity, org, &mut runner),
        selection: arb_selection(entity).new_tree(&mut runner).unwrap().current(),
        style: random.u64(..),
        deprovisioned,
        max_results,
        rate_limit_percent: [1, 5, 20, 50, 75, 75, 90, 100, random.u32(1..=100)][random.usize(..9)],
        max_concurrency: [1, 2, 4, 4][random.usize(..4)],
        response_bytes,
    }
}

fn filter(
    random: &mut Rng,
    entity: &Entity,
    sample: Vec<Value>,
    runner: &mut TestRunner,
) -> Filter {
    let expr = match random.u32(..8) {
        0..3 => None,
        3..6 => window(random, entity, &sample),
        _ => return arb_filter(entity, Arc::new(sample)).new_tree(runner).unwrap().current(),
    };
    let limit = match random.u32(..6) {
        0 => Some(random.u64(1..=20)),
        1 => Some(random.u64(1..=500)),
        _ => None,
    };
    Filter { expr, limit }
}

/// Draws a window between the times of two records, in one of the forms that incremental flows have.
fn window(random: &mut Rng, entity: &Entity, records: &[Value]) -> Option<Expr> {
    let known = entity.fields.iter().filter(|field| field.kind == Kind::DateTime);
    let known: Vec<_> = known.collect();
    if known.is_empty() {
        return None;
    }
    let usual = known.iter().find(|field| field.name == "lastUpdated");
    let field = match usual.filter(|_| random.u32(..3) > 0) {
        Some(usual) => usual,
        None => known[random.usize(..known.len())],
    };
    let time = |record: &Value| Instant::read(&field.value(record)?);
    let mut times: Vec<_> = records.iter().filter_map(time).collect();
    if times.is_empty() {
        return None;
    }
    random.shuffle(&mut times);
    let (low, high) = (times.first()?.min(times.last()?), times.first()?.max(times.last()?));
    let compare = |comparison, instant: &Instant| Expr::Compare {
        field: field.name.clone(),
        comparison,
        literal: Literal::Instant(instant.clone()),
    };
    Some(match random.u32(..4) {
        0 => Expr::Between {
            field: field.name.clone(),
            low: Literal::Instant(low.clone()),
            high: Literal::Instant(high.clone()),
        },
        1 => compare(Comparison::Greater, low),
        2 => compare(Comparison::GreaterOrEqual, low),
        _ => Expr::and(compare(Comparison::GreaterOrEqual, low), compare(Comparison::Less, high)),
    })
}

fn assignment(random: &mut Rng, entity: &Entity, org: &Org, runner: &mut TestRunner) -> Assignment {
    let (groups, users) = (ids(org, Collection::Groups), ids(org, Collection::Users));
    let mut drawn = arb_assignment(entity, &groups, &users).new_tree(runner).unwrap().current();
    if collection(&entity.name) == Collection::Apps && random.u32(..3) == 0 {
        drawn = Assignment { group_id: hub(org), user_id: None };
    }
    drawn
}

fn okta(random: &mut Rng, collection: Collection) -> Okta {
    let index_lag = match random.u32(..4) {
        0 => Duration::from_secs(random.u64(1..=120)),
        _ => Duration::ZERO,
    };
    let stirs = !index_lag.is_zero()
        && random.bool()
        && collection.parent().is_none()
        && collection != Collection::SystemLog;
    let drops = ["search", "filter", "fields", "limit", "sortBy", "includeNonDeleted", "expand"];
    let drops = drops.into_iter().filter(|_| random.u32(..10) == 0).collect();
    Okta {
        limits: limits(random),
        latency: Duration::from_millis(
            [0, 0, 5, 120, 700, random.u64(..=3_000)][random.usize(..6)],
        ),
        uplink_percent: [0, 0, 30, 50, 100][random.usize(..5)],
        sparse_pages: random.u32(..4) == 0,
        links_drop: drops,
        index_lag,
        stirred: if stirs { random.usize(1..20) } else { 0 },
        assignment_filters: random.bool(),
        projection: random.u32(..3) > 0,
        unreachable_percent: [0, 0, 0, 0, 3, 20][random.usize(..6)],
        renewal: random.bool(),
        faults: script::draw(random, collection),
        schema_faults: Vec::new(),
    }
}

fn limits(random: &mut Rng) -> RateLimits {
    if random.u32(..5) == 0 {
        return RateLimits::generous();
    }
    RateLimits {
        subscription: [
            Subscription::Workforce,
            Subscription::CustomerIdentity,
            Subscription::IntegratorFree,
        ][random.usize(..3)],
        multiplier: [1, 1, 1, 5, 10][random.usize(..5)],
        share_percent: [50, 50, 100, 10, random.u32(1..=100)][random.usize(..5)],
        others_per_minute: [0, 0, 0, 10, random.u32(..=300)][random.usize(..5)],
        concurrency: [1, 2, 15, 35, 75, usize::MAX][random.usize(..6)],
    }
}

fn appflow(random: &mut Rng) -> AppFlow {
    AppFlow {
        cold_percent: [0, 0, 5, 30, 100][random.usize(..5)],
        pause_percent: [0, 0, 10, 50][random.usize(..4)],
        hurry_percent: [0, 0, 10, 50][random.usize(..4)],
        clock_skew: [0, 0, 0, -2, 2, -300, 300, random.i64(-3_600..=3_600)][random.usize(..8)],
    }
}

/// Returns a size of answers such that a process can deliver every one of these records.
pub(crate) fn room_for(records: impl Iterator<Item = String>) -> usize {
    /// The bytes of an answer that are not its records.
    const REST: usize = 2_048 + 256;
    records.map(|text| serde_json::json!(text).to_string().len()).max().unwrap_or(0) + REST
}

/// Checks that the seeds that `make test` runs draw every object.
#[test]
fn every_object_is_drawn() {
    for object in objects() {
        let is_drawn = |seed| self::object(&mut Rng::with_seed(seed)).name == object.name;
        assert!((0..300).any(is_drawn), "{} is in no seed that is run", object.name);
    }
}
