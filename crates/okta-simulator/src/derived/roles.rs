//! Roles that somebody has through a group.

use serde_json::{Value, json};

use super::{Children, id_of, text};
use crate::collection::Collection;
use crate::org::Org;

/// Returns the roles that a user has through groups and that come after an id.
///
/// The id of an inherited role begins with `gra`, and names the group and the role together.
pub(super) fn inherited<'a>(org: &'a Org, user_id: &str, after: &str) -> Children<'a> {
    let mut roles: Vec<_> = org
        .groups_of_user(user_id)
        .flat_map(|group| {
            org.kept_after(Collection::GroupRoles, group, "").map(move |it| (group, it))
        })
        .map(|(group, (id, role))| through_group(group, id, role))
        .filter(|(id, _)| id.as_str() > after)
        .collect();
    roles.sort_by(|(first, _), (second, _)| first.cmp(second));
    Box::new(roles.into_iter())
}

fn through_group(group_id: &str, id: &str, mut role: Value) -> (String, Value) {
    let id = match id.starts_with("gra") {
        true => id.to_owned(),
        false => id_of("gra", group_id, id),
    };
    role["id"] = json!(id);
    // The link to the assignee stays that of the group, which is how one learns of it.
    if text(&role, "assignmentType") != "GROUP" {
        role["assignmentType"] = json!("GROUP");
    }
    (id, role)
}
