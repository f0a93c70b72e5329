//! Orgs of any size: generated ones, with one collection grown or cut to so many records.

use crate::collections::{collection, id, ids, is_relation};
use crate::happenings::is_of_log;
use fastrand::Rng;
use okta_simulator::{Assignee, Collection, Org};
use serde_json::Value;

/// The number of users of an org in which something else is asked for.
const USERS_ELSEWHERE: usize = 40;

/// Generates an org with exactly `size` records of an entity, or users of whom it has relations, and with the custom
/// attributes of a seed.
pub(crate) fn org(seed: u64, entity: &str, size: usize, attributes: Option<u64>) -> Org {
    let collection = collection(entity);
    let is_of_users = collection == Collection::Users || is_relation(entity);
    let mut org = Org::generate(seed, if is_of_users { size } else { USERS_ELSEWHERE });
    // A log has as much as that of any other org.
    if !is_of_users && !is_of_log(entity) {
        resize(&mut org, collection, size, &mut Rng::with_seed(seed));
    }
    if let Some(seed) = attributes {
        org.draw_attributes(seed);
    }
    org
}

/// Returns the group that most of the copied applications are assigned to.
pub(crate) fn hub(org: &Org) -> Option<String> {
    ids(org, Collection::Groups).into_iter().next()
}

fn resize(org: &mut Org, collection: Collection, size: usize, random: &mut Rng) {
    let models: Vec<Value> = org.records(collection).collect();
    assert!(!models.is_empty(), "the simulator generates no {collection:?}");
    let surplus = models.len().saturating_sub(size);
    for model in &models[..surplus] {
        org.remove(collection, id(model));
    }
    let hub = hub(org);
    while org.count(collection) < size {
        let mut record = models[random.usize(..models.len())].clone();
        let rest: String = (0..17).map(|_| random.alphanumeric()).collect();
        let copy = format!("{}{rest}", &id(&record)[..3]);
        record["id"] = copy.clone().into();
        // No two zones have one name, and cursors are names.
        if collection == Collection::NetworkZones {
            record["name"] = format!("{} {rest}", record["name"].as_str().unwrap()).into();
        }
        org.put(collection, record);
        if let Some(hub) =
            hub.as_ref().filter(|_| collection == Collection::Apps && random.u32(..5) > 0)
        {
            org.assign(&copy, Assignee::Group(hub.clone()));
        }
    }
}
