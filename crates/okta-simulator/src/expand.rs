//! The `expand` parameter: related objects inside a record, under `_embedded`.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::collection::{Collection, Expand, Expansion};
use crate::derived::{device_user, rules_of_member, user_summary};
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

/// Embeds related objects into the record that is kept under `key`. That of a record below an object is the id of the
/// object, a slash, and its own id.
pub(crate) fn embed(expansion: Expansion, view: View<'_>, key: &str, record: &mut Value) {
    let (parent, id) = key.split_once('/').unwrap_or(("", key));
    let get = |collection, id: &str| view.org.get(collection, id).unwrap_or_default();
    let (name, value) = match expansion {
        Expansion::GroupStats => ("stats", group_stats(view, id, record)),
        Expansion::DeviceUsers => ("users", device_users(view, id, |user| user)),
        Expansion::DeviceUserSummaries => ("users", device_users(view, id, user_summary)),
        // An org that does not know this expansion passes over it.
        Expansion::MemberRules if !view.behaviour.shows_member_rules => return,
        Expansion::MemberRules => ("group-rules", rules_of_member(view.org, parent, id)),
        Expansion::GroupNames => ("groupIdToGroupNameMap", group_names(view, record)),
        Expansion::AssignedUser => ("user", get(Collection::Users, id)),
        Expansion::AssignedGroup => ("group", get(Collection::Groups, id)),
        Expansion::GrantedScope => ("scope", json!({ "id": record["scopeId"] })),
        Expansion::PolicyRules => {
            let rules = view.org.kept_after(Collection::PolicyRules, id, "");
            ("rules", rules.map(|(_, rule)| rule).collect())
        }
    };
    let Some(object) = record.as_object_mut() else { return };
    let embedded = object.entry("_embedded").or_insert_with(|| Value::Object(Map::new()));
    if let Some(embedded) = embedded.as_object_mut() {
        embedded.insert(name.to_owned(), value);
    }
}

fn device_users(view: View<'_>, device_id: &str, show: fn(Value) -> Value) -> Value {
    let users = view.org.device_users_after(device_id, "");
    let users = users.filter_map(|id| view.org.get(Collection::Users, id));
    users.map(|user| device_user(view.org, device_id, show(user))).collect()
}

/// Names the groups that a rule puts people into.
fn group_names(view: View<'_>, rule: &Value) -> Value {
    let ids = rule.pointer("/actions/assignUserToGroups/groupIds").and_then(Value::as_array);
    let ids = ids.into_iter().flatten().filter_map(Value::as_str);
    let names = ids.filter_map(|id| {
        let name = view.org.get(Collection::Groups, id)?.pointer("/profile/name")?.clone();
        Some((id.to_owned(), name))
    });
    Value::Object(names.collect())
}

fn group_stats(view: View<'_>, group_id: &str, record: &Value) -> Value {
    json!({
        "usersCount": view.org.member_count(group_id),
        "appsCount": view.org.apps_of_group(group_id).count(),
        "groupPushMappingsCount": view.org.push_mapping_count(group_id),
        "hasAdminPrivilege": record["type"] == "BUILT_IN",
        "_links": {},
    })
}
