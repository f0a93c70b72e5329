//! Orgs of any size: generated ones, with one collection grown or cut to so many records.

use crate::collections::{collection, id, ids};
use fastrand::Rng;
use okta_simulator::{Assignee, Collection, Org};
use serde_json::Value;

/// The number of users of an org in which something else is asked for.
const USERS_ELSEWHERE: usize = 40;

/// Generates an org with exactly `size` records of an entity.
pub(crate) fn org(seed: u64, entity: &str, size: usize) -> Org {
    let collection = collection(entity);
    if collection == Collection::Users {
        return Org::generate(seed, size);
    }
    let mut org = Org::generate(seed, USERS_ELSEWHERE);
    resize(&mut org, collection, size, &mut Rng::with_seed(seed));
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
        org.put(collection, record);
        if let Some(hub) =
            hub.as_ref().filter(|_| collection == Collection::Apps && random.u32(..5) > 0)
        {
            org.assign(&copy, Assignee::Group(hub.clone()));
        }
    }
}
