//! Users who have a role.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Children;
use crate::collection::Collection;
use crate::maker::ORIGIN;
use crate::org::Org;

/// Returns the users who have a role of their own and come after an id.
pub(super) fn assignees<'a>(org: &'a Org, after: &str) -> Children<'a> {
    let users = org.parents_after(Collection::UserRoles, after);
    let users = users.filter(|id| org.contains(Collection::Users, id));
    Box::new(users.map(|id| (id.to_owned(), assignee(id))))
}

impl Org {
    /// Returns the users who have a role through a group alone and come after an id.
    pub(crate) fn inheriting_assignees(&self, after: &str) -> Vec<(String, Value)> {
        let groups = self.parents_after(Collection::GroupRoles, "");
        let members: BTreeSet<_> =
            groups.flat_map(|group| self.members_after(group, after)).collect();
        let has_own = |id: &str| self.kept_after(Collection::UserRoles, id, "").next().is_some();
        let is_known = |id: &str| self.contains(Collection::Users, id);
        let members = members.into_iter().filter(|id| is_known(id) && !has_own(id));
        members.map(|id| (id.to_owned(), assignee(id))).collect()
    }
}

fn assignee(id: &str) -> Value {
    json!({
        "id": id,
        "orn": format!("orn:okta:directory:00o1a2b3c4d5e6f7g8h9:users:{id}"),
        "_links": {
            "self": { "href": format!("{ORIGIN}/api/v1/users/{id}") },
            "roles": { "href": format!("{ORIGIN}/api/v1/users/{id}/roles") },
        },
    })
}
