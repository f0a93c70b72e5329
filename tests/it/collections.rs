//! The records of an object in the simulated org.

use okta_connector::catalogue::Object;
use okta_simulator::{Collection, Org};
use serde_json::Value;

/// Returns the collection that the listing of an entity shows.
pub(crate) fn collection(entity: &str) -> Collection {
    let object = Object::find(entity).unwrap_or_else(|| panic!("there is no entity {entity}"));
    let listed = object.endpoint.path;
    Collection::ALL
        .iter()
        .copied()
        .find(|collection| collection.path() == Some(listed))
        .unwrap_or_else(|| panic!("the simulator has no collection at {listed}"))
}

/// Returns the ids of the records of a collection.
pub(crate) fn ids(org: &Org, collection: Collection) -> Vec<String> {
    org.records(collection).map(|record| id(&record).to_owned()).collect()
}

/// Returns the id of a record.
pub(crate) fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}
