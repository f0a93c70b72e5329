//! Roles of users, `/api/v1/users/{id}/roles`: their own, and those of their groups.

use serde_json::json;

use super::group_roles::{custom_role, one_of_standard};
use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Made, Row};
use crate::maker::Maker;
use crate::particulars::{Derived, Parent, Particulars};

impl Collection {
    /// Roles of users, `/api/v1/users/{}/roles`.
    pub const UserRoles: Self = Self::new(&Row {
        name: "UserRoles",
        file_name: "user_roles.jsonl",
        id_prefix: "ra1",
        type_name: "Role",
        scope: "okta.roles.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                derived: Some(Derived::UserRoles),
                for_super_administrators: true,
                ..Particulars::below(Parent::User)
            }),
            ..Listing::whole("/api/v1/users/{}/roles", bucket::BELOW_USER)
        }),
        generate,
        ..Row::LISTED
    });
}

/// Gives roles to every ninth user, as long as they are few: the first user is the super administrator.
fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("UserRoles");
    let users = made.ids(Collection::Users);
    let mut roles = Vec::new();
    for (index, user) in users.iter().step_by(9).take(300).enumerate() {
        roles.push(json!({
            "parent": user,
            "record": one_of_standard(maker, Collection::UserRoles, user, index),
        }));
        if index.is_multiple_of(4) {
            let role = custom_role(maker, made, Collection::UserRoles, user);
            roles.extend(role.map(|role| json!({ "parent": user, "record": role })));
        }
    }
    roles.into_iter().collect()
}
