//! The records of each entity, as an org has them.
//!
//! A record below another object is shown with that object beside it, under `above`, and with what follows from both,
//! under `derived`. It is written from Okta's documentation, and so is another opinion than the connector's.

use crate::happenings::{drawn, is_of_log};
use okta_connector::catalogue::Object;
use okta_simulator::{Collection, Org};
use serde_json::{Map, Value, json};

/// Returns the collection that the listing of an entity shows.
pub(crate) fn collection(entity: &str) -> Collection {
    let object = Object::find(entity).unwrap_or_else(|| panic!("there is no entity {entity}"));
    let listed = object.endpoint.path;
    if is_of_log(entity) {
        return Collection::SystemLog;
    }
    Collection::ALL
        .iter()
        .copied()
        .find(|collection| collection.path() == Some(listed))
        .unwrap_or_else(|| panic!("the simulator has no collection at {listed}"))
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

/// Returns the name of the field that identifies the records of an entity.
pub(crate) fn key_field(entity: &str) -> &'static str {
    &Object::find(entity).unwrap().key().name
}

/// Returns the text that identifies a record that [`records`] has shown.
pub(crate) fn key(record: &Value) -> &str {
    let own = record.get("key").or(record.get("uuid")).unwrap_or(&record["id"]);
    record.pointer("/derived/key").unwrap_or(own).as_str().unwrap()
}

/// Says whether the records of an entity are below other objects.
pub(crate) fn is_relation(entity: &str) -> bool {
    !Object::find(entity).unwrap().branches().is_empty()
}

/// Returns the records of an entity, as Okta shows them. Attributes of schemas are shown inside of these: each has there
/// what `catalogue/schema_attribute.rs` says, and beside it what identifies it.
pub(crate) fn records(org: &Org, entity: &str) -> Vec<Value> {
    if is_of_log(entity) {
        return drawn(org, entity);
    }
    let mut records = match entity {
        "GroupSchemaAttribute" => attributes(org, Collection::GroupSchemas),
        "UserSchemaAttribute" => attributes(org, Collection::UserSchemas),
        "RoleAssignment" => roles(org),
        _ => listed(org, entity),
    };
    for record in &mut records {
        without_secrets(entity, record);
        if !record["above"].is_null() {
            derive(org, entity, record);
        }
    }
    records
}

/// Returns the records of one collection, all of them or those below each object above.
fn listed(org: &Org, entity: &str) -> Vec<Value> {
    let collection = collection(entity);
    let Some(above) = collection.parent() else { return org.records(collection).collect() };
    let above = org.records(above).filter(|above| shows_children(entity, above));
    above.flat_map(|above| below(org, collection, &above)).collect()
}

/// Says whether Okta shows what is below an object to anybody.
fn shows_children(entity: &str, above: &Value) -> bool {
    entity != "GroupMember" || above["profile"]["name"] != "Okta Administrators"
}

fn below(org: &Org, collection: Collection, above: &Value) -> Vec<Value> {
    let children = org.children(collection, id(above));
    children.map(|(_, child)| joined(child, above)).collect()
}

fn joined(mut child: Value, above: &Value) -> Value {
    child["above"] = above.clone();
    child
}

/// Returns the roles of those whom Okta names as having one, of groups, and of OAuth clients.
fn roles(org: &Org) -> Vec<Value> {
    let mut roles = Vec::new();
    let mut add = |kind: &str, mut role: Value, above: &str| {
        role["branch"] = kind.into();
        roles.push(joined(role, &json!({ "id": above })));
    };
    for (user, _) in org.children(Collection::RoleAssignees, "") {
        let of_user = org.children(Collection::UserRoles, &user);
        of_user.for_each(|(_, role)| add("USER", role, &user));
    }
    for group in org.records(Collection::Groups) {
        let of_group = org.children(Collection::GroupRoles, id(&group));
        of_group.for_each(|(_, role)| add("GROUP", role, id(&group)));
    }
    for app in org.records(Collection::Apps) {
        if app.pointer("/credentials/oauthClient/client_id").is_some() {
            let of_client = org.children(Collection::ClientRoles, id(&app));
            of_client.for_each(|(_, role)| add("CLIENT", role, id(&app)));
        }
    }
    roles
}

/// Takes away what must never leave the connector.
fn without_secrets(entity: &str, record: &mut Value) {
    let mut remove = |pointer: &str, names: &[&str]| {
        let objects = match record.pointer_mut(pointer) {
            Some(Value::Array(objects)) => objects.iter_mut().collect(),
            Some(object) => vec![object],
            None => vec![],
        };
        for object in objects.into_iter().filter_map(Value::as_object_mut) {
            object.retain(|name, _| !names.contains(&name.as_str()));
        }
    };
    match entity {
        "EventHook" | "InlineHook" => {
            remove("/channel/config/headers", &["value"]);
            remove("/channel/config/authScheme", &["value"]);
        }
        "LogStream" => remove("/settings", &["token"]),
        "UserFactor" => remove("/profile", &["keys"]),
        _ => {}
    }
}

/// Adds what follows from a record and the object above it.
fn derive(org: &Org, entity: &str, record: &mut Value) {
    let above = id(&record["above"]).to_owned();
    let own = if entity == "DeviceUser" { &record["user"]["id"] } else { &record["id"] };
    let own = own.as_str().unwrap();
    let mut derived = Map::new();
    let key = match record["branch"].as_str() {
        Some(branch) => format!("{branch}:{above}:{own}"),
        None => format!("{above}:{own}"),
    };
    derived.insert("key".to_owned(), key.into());
    if entity == "GroupMember" {
        let rules: Vec<_> = org.rules_of_member(&above, own).collect();
        let known = rules.iter().filter(|rule| org.get(Collection::GroupRules, rule).is_some());
        let known: Vec<_> = known.collect();
        let by = if known.is_empty() { "DIRECT" } else { "RULE" };
        derived.insert("assignedBy".to_owned(), by.into());
        derived.insert("ruleIds".to_owned(), json!(known));
    }
    let assignee = record.pointer("/_links/assignee/href").and_then(Value::as_str);
    if let Some((_, group)) = assignee.and_then(|address| address.split_once("/groups/"))
        && group != above
    {
        derived.insert("inheritedFromGroupId".to_owned(), group.into());
    }
    record["derived"] = derived.into();
}
