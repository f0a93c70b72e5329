//! A flow that is split by the filters of `docs/SCALE.md`: every record once, whatever changes meanwhile.

use crate::collections::{collection, id, ids};
use crate::scale::page;
use crate::support::{World, query};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use okta_simulator::Org;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An object, and an org in which it has 420 records.
struct Case {
    entity: &'static str,
    /// The users of the org. The simulator draws the number of everything else from theirs.
    users: usize,
    /// A status that a record may change to. Groups have none.
    status: &'static str,
    /// True if Okta selects by `created`.
    selects: bool,
}

#[rustfmt::skip]
const CASES: [Case; 4] = [
    Case { entity: "User",        users: 420,   status: "DEPROVISIONED", selects: true  },
    Case { entity: "Group",       users: 4_200, status: "",              selects: true  },
    Case { entity: "Application", users: 8_400, status: "INACTIVE",      selects: false },
    Case { entity: "Device",      users: 1_680, status: "DEACTIVATED",   selects: false },
];

/// Returns the filters that the page prints, one for each flow.
fn filters() -> Vec<String> {
    let page = page();
    let (_, rest) = page.split_once("```text\n").unwrap();
    let (filters, _) = rest.split_once("```").unwrap();
    filters.lines().map(str::to_owned).collect()
}

/// Returns the instants that the ranges of the filters end and begin with.
fn bounds(filters: &[String]) -> Vec<Timestamp> {
    let words = filters.iter().flat_map(|filter| filter.split(' '));
    words.filter_map(|word| word.parse().ok()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Makes an org whose records were created before, on, just beside and after every bound.
fn org(case: &Case, bounds: &[Timestamp]) -> Org {
    let mut org = Org::generate(7, case.users);
    let (first, last) = (bounds[0], *bounds.last().unwrap());
    let year = SignedDuration::from_hours(365 * 24);
    let edges = bounds.iter().flat_map(|&bound| {
        [-1_000, -1, 0, 0, 0, 1, 1_000].map(|millis| bound + SignedDuration::from_millis(millis))
    });
    let mut random = Rng::with_seed(7);
    let within = || random.i64((first - year).as_second()..(last + year).as_second());
    let others =
        std::iter::repeat_with(within).map(|second| Timestamp::from_second(second).unwrap());
    let collection = collection(case.entity);
    for (id, created) in ids(&org, collection).into_iter().zip(edges.chain(others)) {
        let mut record = org.get(collection, &id).unwrap();
        record["created"] = format!("{created:.3}").into();
        org.put(collection, record);
    }
    org
}

/// Changes some records, removes one of `there`, and adds one that is created now. Nothing moves `created`.
///
/// The record that a call ended with is kept: without it, any flow reads its page again from the start.
fn change(world: &World, case: &Case, ends: &[String], there: &mut Vec<String>, random: &mut Rng) {
    const NOW: &str = "2026-01-01T00:00:00.000Z";
    let mut simulator = world.simulator();
    let collection = collection(case.entity);
    for _ in 0..20 {
        let mut record = simulator.org().get(collection, random.choice(&*there).unwrap()).unwrap();
        record["lastUpdated"] = NOW.into();
        if let Some(status) = record.get_mut("status") {
            *status = case.status.into();
        }
        simulator.put(collection, record);
    }
    let removable: Vec<_> = (0..there.len()).filter(|&at| !ends.contains(&there[at])).collect();
    let removed = there.swap_remove(*random.choice(&removable).unwrap());
    let mut added = simulator.org_mut().remove(collection, &removed).unwrap();
    added["id"] = format!("{}new", &removed[..17]).into();
    added["created"] = NOW.into();
    simulator.put(collection, added);
}

/// Runs the flows of the filters side by side, a call of each in turn. Between the calls, `change` is told the records
/// that the last calls ended with. Returns how often each record was delivered.
async fn side_by_side(
    world: &World,
    entity: &str,
    filters: &[String],
    mut change: impl FnMut(&[String]),
) -> BTreeMap<String, usize> {
    let mut delivered = BTreeMap::new();
    let event = |filter| query(entity, &json!({ "filterExpression": filter, "maxResults": 20 }));
    let mut flows: VecDeque<_> = filters.iter().map(|filter| (event(filter), None)).collect();
    while let Some((mut event, mut end)) = flows.pop_front() {
        let answer = world.ask(&event).await;
        assert_eq!(answer["isSuccess"], true, "{entity}: {event}: {answer}");
        for text in answer["records"].as_array().unwrap() {
            let record: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
            *delivered.entry(id(&record).to_owned()).or_default() += 1;
            end = Some(id(&record).to_owned());
        }
        if let Some(token) = answer["nextToken"].as_str() {
            event["nextToken"] = token.into();
            flows.push_back((event, end));
        }
        let ends: Vec<_> = flows.iter().filter_map(|(_, end)| end.clone()).collect();
        change(&ends);
    }
    delivered
}

#[tokio::test(start_paused = true)]
async fn flows_split_by_created_deliver_every_record_once_while_the_org_changes() {
    let filters = filters();
    let bounds = bounds(&filters);
    assert_eq!(bounds.len() + 1, filters.len(), "{filters:?}");
    for case in CASES {
        let entity = case.entity;
        let world = World::new(org(&case, &bounds));
        let mut there = ids(world.simulator().org(), collection(entity));
        let mut random = Rng::with_seed(1);
        let delivered = side_by_side(&world, entity, &filters, |ends| {
            change(&world, &case, ends, &mut there, &mut random);
        })
        .await;
        let twice: Vec<_> = delivered.iter().filter(|&(_, &times)| times > 1).collect();
        assert!(twice.is_empty(), "{entity}: {twice:?}");
        let lost: Vec<_> = there.iter().filter(|&id| !delivered.contains_key(id)).collect();
        assert!(lost.is_empty(), "{entity}: {lost:?}");
        assert!(there.len() > 300, "{entity}: only {} records stayed", there.len());
    }
}

/// Runs a flow. Returns the number of records that it delivered, and of requests that it took.
async fn cost(world: &World, entity: &str, filter: &str) -> (usize, usize) {
    world.simulator().clear_requests();
    let extra = json!({ "filterExpression": filter, "selectedFieldNames": ["id"] });
    let records = world.run(&query(entity, &extra)).await.unwrap().len();
    (records, world.simulator().requests().len())
}

/// Checks what the page says of requests: where Okta selects by `created`, a flow takes those of its own records, and
/// elsewhere those of the whole listing.
#[tokio::test(start_paused = true)]
async fn a_split_saves_requests_where_okta_selects_by_created() {
    const PAGE: usize = 200;
    let filters = filters();
    let bounds = bounds(&filters);
    for case in CASES {
        let entity = case.entity;
        let world = World::new(org(&case, &bounds));
        let (all, whole) = cost(&world, entity, "").await;
        assert!(whole >= 3, "{entity}: {whole} requests");
        let mut sum = 0;
        for filter in &filters {
            let (records, requests) = cost(&world, entity, filter).await;
            assert!(records > 0, "{entity}: {filter}");
            let expected = if case.selects { records.div_ceil(PAGE) } else { whole };
            assert_eq!(requests, expected, "{entity}: {filter}");
            sum += records;
        }
        assert_eq!(sum, all, "{entity}");
    }
}
