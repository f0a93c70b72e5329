//! Records of role assignments.

use serde_json::{Value, json};

use crate::collection::Collection;
use crate::maker::ORIGIN;

/// The standard roles that generated orgs give, and that mutations draw from.
pub(crate) const STANDARD_ROLES: [&str; 9] = [
    "SUPER_ADMIN",
    "ORG_ADMIN",
    "APP_ADMIN",
    "USER_ADMIN",
    "HELP_DESK_ADMIN",
    "GROUP_MEMBERSHIP_ADMIN",
    "READ_ONLY_ADMIN",
    "API_ACCESS_MANAGEMENT_ADMIN",
    "REPORT_ADMIN",
];

/// Makes the record of a standard role that somebody has, such as `APP_ADMIN`.
///
/// Its id is the type in base 32, as Okta writes it, and so the same for everybody who has the role.
pub fn standard_role(kind: &str, collection: Collection, assignee_id: &str, time: &str) -> Value {
    json!({
        "id": base32(kind),
        "label": label(kind),
        "type": kind,
        "status": "ACTIVE",
        "created": time,
        "lastUpdated": time,
        "assignmentType": assignment_type(collection),
        "_links": { "assignee": { "href": assignee_url(collection, assignee_id) } },
    })
}

/// Returns how a record says whom its role is given to.
pub(crate) fn assignment_type(collection: Collection) -> &'static str {
    of_assignee(collection, ["USER", "GROUP", "CLIENT"])
}

/// Returns the URL of somebody who has a role.
pub(crate) fn assignee_url(collection: Collection, id: &str) -> String {
    let path = of_assignee(collection, ["api/v1/users", "api/v1/groups", "oauth2/v1/clients"]);
    format!("{ORIGIN}/{path}/{id}")
}

/// Chooses what is said of users, of groups and of clients.
fn of_assignee(collection: Collection, [user, group, client]: [&'static str; 3]) -> &'static str {
    if collection == Collection::GroupRoles {
        group
    } else if collection == Collection::ClientRoles {
        client
    } else {
        user
    }
}

fn label(kind: &str) -> String {
    match kind {
        "SUPER_ADMIN" => "Super Administrator",
        "ORG_ADMIN" => "Organization Administrator",
        "APP_ADMIN" => "Application Administrator",
        "USER_ADMIN" => "Group Administrator",
        "HELP_DESK_ADMIN" => "Help Desk Administrator",
        "GROUP_MEMBERSHIP_ADMIN" => "Group Membership Administrator",
        "READ_ONLY_ADMIN" => "Read-only Administrator",
        "API_ACCESS_MANAGEMENT_ADMIN" => "API Access Management Administrator",
        "REPORT_ADMIN" => "Report Administrator",
        other => other,
    }
    .to_owned()
}

/// Writes a text in base 32, without what fills up the last group.
fn base32(text: &str) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<bool> =
        text.bytes().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
    let digit = |group: &[bool]| {
        let group = group.iter().chain(std::iter::repeat(&false)).take(5);
        let index = group.fold(0, |index, &bit| index * 2 + usize::from(bit));
        char::from(DIGITS[index])
    };
    bits.chunks(5).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_okta() {
        let rows = [
            ("APP_ADMIN", "IFIFAX2BIRGUSTQ"),
            ("HELP_DESK_ADMIN", "JBCUYUC7IRCVGS27IFCE2SKO"),
            ("GROUP_MEMBERSHIP_ADMIN", "I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA"),
            ("USER_ADMIN", "KVJUKUS7IFCE2SKO"),
        ];
        for (kind, id) in rows {
            assert_eq!(base32(kind), id);
        }
    }
}
