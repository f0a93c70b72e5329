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

/// Returns the records of an entity, as Okta shows them. Attributes of schemas are shown inside of these: each has there
/// what `catalogue/schema_attribute.rs` says, and beside it what identifies it.
pub(crate) fn records(org: &Org, entity: &str) -> Vec<Value> {
    match entity {
        "GroupSchemaAttribute" => attributes(org, Collection::GroupSchemas),
        "UserSchemaAttribute" => attributes(org, Collection::UserSchemas),
        _ => org.records(collection(entity)).collect(),
    }
}

fn attributes(org: &Org, schemas: Collection) -> Vec<Value> {
    let mut attributes = Vec::new();
    for schema in org.records(schemas) {
        let link = schema.pointer("/_links/type/href").and_then(Value::as_str);
        let type_id = link.map(|link| link.rsplit_once('/').unwrap().1);
        let Some(definitions) = schema.get("definitions") else { continue };
        for part in ["base", "custom"] {
            for (name, definition) in definitions[part]["properties"].as_object().unwrap() {
                let mut attribute = definition.clone();
                attribute["name"] = name.as_str().into();
                attribute["part"] = part.into();
                attribute["schemaUpdated"] = schema["lastUpdated"].clone();
                attribute["typeTitle"] = schema["title"].clone();
                attribute["typeId"] = type_id.into();
                attribute["key"] = match type_id {
                    Some(type_id) => format!("{type_id}:{name}").into(),
                    None => name.as_str().into(),
                };
                attributes.push(attribute);
            }
        }
    }
    attributes
}

/// Returns the ids of the records of a collection.
pub(crate) fn ids(org: &Org, collection: Collection) -> Vec<String> {
    org.records(collection).map(|record| id(&record).to_owned()).collect()
}

/// Returns the id of a record.
pub(crate) fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}
