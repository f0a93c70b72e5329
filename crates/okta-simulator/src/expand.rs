//! The `expand` parameter: related objects inside a record, under `_embedded`.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::collection::{Collection, Expand, Expansion};
use crate::error::OktaError;
use crate::view::View;

/// Reads `expand`, a list with commas.
pub(crate) fn expansions(call: &Call, collection: Collection) -> Result<Vec<Expansion>, OktaError> {
    let Some(text) = call.param("expand") else { return Ok(Vec::new()) };
    let Expand::Embeds(known) = collection.row().expand else {
        return Err(OktaError::invalid_parameter("expand", "Expand query is malformed."));
    };
    let asked = text.split(',').map(str::trim);
    let known = asked.filter_map(|name| known.iter().find(|(known, _)| *known == name));
    Ok(known.map(|(_, expansion)| *expansion).collect())
}

/// Embeds related objects into the record that is kept under `id`.
pub(crate) fn embed(expansion: Expansion, view: View<'_>, id: &str, record: &mut Value) {
    let (name, value) = match expansion {
        Expansion::GroupStats => ("stats", group_stats(view, id, record)),
        Expansion::DeviceUsers => ("users", device_users(view, id, |user| user)),
        Expansion::DeviceUserSummaries => ("users", device_users(view, id, user_summary)),
    };
    let Some(object) = record.as_object_mut() else { return };
    let embedded = object.entry("_embedded").or_insert_with(|| Value::Object(Map::new()));
    if let Some(embedded) = embedded.as_object_mut() {
        embedded.insert(name.to_owned(), value);
    }
}

fn device_users(view: View<'_>, device_id: &str, show: fn(Value) -> Value) -> Value {
    let device = view.org.get(Collection::Devices, device_id);
    let created = device.and_then(|device| device.get("created").cloned());
    let users = view.org.users_of_device(device_id);
    let users = users.filter_map(|id| view.org.get(Collection::Users, id));
    let entries = users.map(|user| {
        json!({
            "created": created,
            "managementStatus": "NOT_MANAGED",
            "screenLockType": "BIOMETRIC",
            "user": show(user),
        })
    });
    entries.collect()
}

fn user_summary(user: Value) -> Value {
    let profile = |name: &str| user.pointer(&format!("/profile/{name}"));
    json!({
        "id": user["id"],
        "profile": {
            "login": profile("login"),
            "email": profile("email"),
            "firstName": profile("firstName"),
            "lastName": profile("lastName"),
        },
    })
}

fn group_stats(view: View<'_>, group_id: &str, record: &Value) -> Value {
    json!({
        "usersCount": view.org.members(group_id).count(),
        "appsCount": view.org.apps_of_group(group_id).count(),
        "groupPushMappingsCount": 0,
        "hasAdminPrivilege": record["type"] == "BUILT_IN",
        "_links": {},
    })
}
