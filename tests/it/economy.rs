//! A flow costs no more requests, and no more time, than it must.

use crate::support::{Meddling, World, query};
use okta_simulator::Org;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// The time that Okta takes for a page.
const LATENCY: Duration = Duration::from_secs(1);

/// A call of a flow: the requests and the time that it took, and the records that it delivered.
#[derive(Debug)]
struct Cost {
    requests: usize,
    seconds: u64,
    ids: Vec<String>,
}

/// The requests that may be on their way at once, each for a lane: when a flow ends, each may have asked for one page too
/// many.
const LANES: usize = 4;

/// Runs a flow, and returns what each of its calls cost.
async fn costs(users: usize, max_results: usize) -> Vec<Cost> {
    let world = World::new(Org::generate(7, users));
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    world.meddle(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Some(Meddling::Delay(LATENCY))
    });
    let extra = json!({ "selectedFieldNames": ["id", "login"], "maxResults": max_results });
    let mut event = query("User", &extra);
    let mut costs = Vec::new();
    loop {
        let began = Instant::now();
        let answer = world.ask(&event).await;
        assert_eq!(answer["isSuccess"], true, "{answer}");
        let records = answer["records"].as_array().unwrap().iter();
        let record = |text: &Value| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap();
        costs.push(Cost {
            requests: requests.swap(0, Ordering::Relaxed),
            seconds: began.elapsed().as_secs(),
            ids: records.map(|text| record(text)["id"].as_str().unwrap().to_owned()).collect(),
        });
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => return costs,
        }
    }
}

/// Checks that a call begins with as many requests as it may have, where the calls before it have found out how: its
/// five pages take the time of two.
#[tokio::test(start_paused = true)]
async fn a_call_begins_with_all_its_lanes() {
    let costs = costs(10_000, 1_000).await;
    let ids: BTreeSet<_> = costs.iter().flat_map(|cost| &cost.ids).collect();
    assert_eq!(ids.len(), 10_000);
    assert_eq!(costs.iter().map(|cost| cost.ids.len()).sum::<usize>(), 10_000);
    assert!(costs.iter().map(|cost| cost.requests).sum::<usize>() <= 10_000 / 200 + LANES);
    let (first, later) = costs.split_first().unwrap();
    assert_eq!((first.requests, first.seconds), (5, 3));
    for cost in later {
        assert!(cost.requests <= 5 && cost.seconds <= 2, "{costs:?}");
    }
}

/// Checks that a run that needs less than half of the share is not slowed: its requests follow each other at once.
#[tokio::test(start_paused = true)]
async fn a_small_run_is_not_slowed() {
    let costs = costs(2_000, 200).await;
    assert_eq!(costs.iter().map(|cost| cost.requests).sum::<usize>(), 10);
    assert_eq!(costs.iter().map(|cost| cost.seconds).sum::<u64>(), 10);
}
