//! Roles of groups, `/api/v1/groups/{id}/roles`, all at once.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Made, Row};
use crate::maker::{ADMIN_ORIGIN, Maker, stamp};
use crate::particulars::{Parent, Particulars};
use crate::role::{STANDARD_ROLES, assignee_url, assignment_type, standard_role};

impl Collection {
    /// Roles of groups, `/api/v1/groups/{}/roles`.
    pub const GroupRoles: Self = Self::new(&Row {
        name: "GroupRoles",
        file_name: "group_roles.jsonl",
        id_prefix: "gra",
        type_name: "Role",
        scope: "okta.roles.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                for_super_administrators: true,
                ..Particulars::below(Parent::Group)
            }),
            ..Listing::whole("/api/v1/groups/{}/roles", bucket::GROUPS)
        }),
        generate,
        ..Row::LISTED
    });
}

/// Gives roles to every sixth group but that of everyone. The second role of a group has an id of its own.
fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("GroupRoles");
    let groups = made.ids(Collection::Groups);
    let mut roles = Vec::new();
    for (index, group) in groups.iter().skip(1).step_by(6).take(100).enumerate() {
        let first = one_of_standard(maker, Collection::GroupRoles, group, index + 2);
        let mut second = one_of_standard(maker, Collection::GroupRoles, group, index + 3);
        second["id"] = maker.id("gra").into();
        let custom = custom_role(maker, made, Collection::GroupRoles, group);
        let custom = custom.filter(|_| index.is_multiple_of(2));
        let all = [Some(first), Some(second), custom].into_iter().flatten();
        roles.extend(all.map(|role| json!({ "parent": group, "record": role })));
    }
    roles.into_iter().collect()
}

/// Makes the record of a standard role, in turn.
pub(super) fn one_of_standard(
    maker: &mut Maker,
    collection: Collection,
    assignee_id: &str,
    index: usize,
) -> Value {
    let kind = STANDARD_ROLES[index % STANDARD_ROLES.len()];
    let created = maker.time();
    let mut role = standard_role(kind, collection, assignee_id, "");
    role["created"] = stamp(created);
    role["lastUpdated"] = stamp(maker.time_from(created));
    role
}

/// Makes the record of a custom role on a resource set, if the org has some.
pub(super) fn custom_role(
    maker: &mut Maker,
    made: &Made,
    collection: Collection,
    assignee_id: &str,
) -> Option<Value> {
    let role = maker.random.choice(made.records(Collection::CustomRoles).collect::<Vec<_>>())?;
    let set = maker.random.choice(made.records(Collection::ResourceSets).collect::<Vec<_>>())?;
    let (role_id, set_id) = (role["id"].as_str()?, set["id"].as_str()?);
    let id = maker.id("irb");
    let created = maker.time();
    let iam = format!("{ADMIN_ORIGIN}/api/v1/iam");
    let bindings = format!("{iam}/resource-sets/{set_id}/bindings/{role_id}");
    Some(json!({
        "id": id,
        "label": role["label"],
        "type": "CUSTOM",
        "status": "ACTIVE",
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "assignmentType": assignment_type(collection),
        "role": role_id,
        "resource-set": set_id,
        "_links": {
            "assignee": { "href": assignee_url(collection, assignee_id) },
            "role": { "href": format!("{iam}/roles/{role_id}") },
            "resource-set": { "href": format!("{iam}/resource-sets/{set_id}") },
            "permissions": { "href": format!("{iam}/roles/{role_id}/permissions") },
            "member": { "href": format!("{bindings}/members/{id}") },
        },
    }))
}
