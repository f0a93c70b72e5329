//! The System Log as a caller meets it.

mod changes;
mod org_objects;
mod paging;
mod queries;
mod relations;
mod shapes;

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::{RandomEvents, SystemLog};

/// The time at which a test begins.
const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0); // 2026-01-01T00:00:00Z

/// Makes a caller of an org whose log has events published at these times, named by their order.
fn caller_of(published: &[&str]) -> Caller {
    let mut caller = Caller::new(Org::default());
    for (index, published) in published.iter().enumerate() {
        let event = json!({ "uuid": index.to_string(), "published": published });
        caller.simulator.system_log_mut().append(&event);
    }
    caller
}

/// Makes a caller of a generated org with events of the hour before, some of which are late.
fn caller_of_random(count: u32) -> Caller {
    let mut caller = Caller::new(Org::generate(7, 40));
    let events = RandomEvents {
        seed: 11,
        count,
        from: NOW - Duration::from_secs(3_600),
        within: Duration::from_secs(3_600),
        lateness: Duration::from_secs(600),
        types: &[],
    };
    let org = caller.simulator.org().clone();
    caller.simulator.system_log_mut().draw(&org, &events);
    caller
}

/// Returns the types of all events, in order.
fn types(caller: &mut Caller) -> Vec<String> {
    let now = caller.now;
    let events = caller.log().visible(now);
    events.map(|event| event["eventType"].as_str().unwrap().to_owned()).collect()
}

fn record(id: &str, status: &str, name: &str) -> Value {
    json!({
        "id": id, "status": status, "label": name, "lastUpdated": "2026-01-01T00:00:00.000Z",
        "profile": { "login": "ann@example.com", "firstName": "Ann", "lastName": name, "name": name },
    })
}

fn uuids(events: impl IntoIterator<Item = Value>) -> Vec<String> {
    events.into_iter().map(|event| event["uuid"].as_str().unwrap().to_owned()).collect()
}

impl Answer {
    fn uuids(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", self.json());
        uuids(self.json().as_array().unwrap().iter().cloned())
    }
}

impl Caller {
    fn log(&mut self) -> &mut SystemLog {
        self.simulator.system_log_mut()
    }

    /// Collects the events of a query that ends.
    fn logged(&mut self, query: &str) -> Vec<String> {
        let mut answer = self.get(&format!("/api/v1/logs?{query}"));
        let mut uuids = answer.uuids();
        while let Some(next) = answer.link("next") {
            answer = self.follow(&next);
            uuids.extend(answer.uuids());
            assert!(uuids.len() < 1_000_000, "{query} has no end");
        }
        uuids
    }
}
