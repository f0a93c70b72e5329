//! Bindings of a resource set: the custom roles that somebody has on it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Children;
use crate::collection::Collection;
use crate::maker::ADMIN_ORIGIN;
use crate::org::Org;

/// Returns the roles that are bound to a resource set and come after an id.
pub(super) fn of_resource_set<'a>(org: &'a Org, set_id: &'a str, after: &str) -> Children<'a> {
    let after = after.to_owned();
    let assignments = [Collection::UserRoles, Collection::GroupRoles, Collection::ClientRoles];
    let assignments = assignments.into_iter().flat_map(|it| org.records(it));
    let bound = assignments.filter(|role| role["resource-set"] == set_id);
    let roles: BTreeSet<_> =
        bound.filter_map(|role| Some(role.get("role")?.as_str()?.to_owned())).collect();
    let roles = roles.into_iter().filter(move |id| *id > after);
    Box::new(roles.map(move |id| {
        let binding = binding(set_id, &id);
        (id, binding)
    }))
}

fn binding(set_id: &str, role_id: &str) -> Value {
    let url = format!("{ADMIN_ORIGIN}/api/v1/iam/resource-sets/{set_id}/bindings/{role_id}");
    json!({
        "id": role_id,
        "_links": { "self": { "href": url }, "members": { "href": format!("{url}/members") } },
    })
}
