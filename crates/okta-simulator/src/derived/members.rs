//! Members of groups, and users of devices: users as they are, and what is known of the tie.

use serde_json::{Value, json};

use super::Children;
use crate::collection::Collection;
use crate::org::Org;

/// Returns the members of a group that come after an id, each as the user is listed.
pub(super) fn of_group<'a>(org: &'a Org, group_id: &str, after: &str) -> Children<'a> {
    let ids = org.members_after(group_id, after);
    Box::new(ids.filter_map(|id| Some((id.to_owned(), org.get(Collection::Users, id)?))))
}

/// Returns the users of a device that come after an id.
pub(super) fn of_device<'a>(org: &'a Org, device_id: &'a str, after: &str) -> Children<'a> {
    let ids = org.device_users_after(device_id, after);
    Box::new(ids.filter_map(move |id| {
        let user = org.get(Collection::Users, id)?;
        Some((id.to_owned(), device_user(org, device_id, user)))
    }))
}

/// Makes the record of a user of a device, with this much of the user in it.
pub(crate) fn device_user(org: &Org, device_id: &str, user: Value) -> Value {
    let device = org.get(Collection::Devices, device_id);
    let created = device.and_then(|device| device.get("created").cloned());
    json!({
        "created": created,
        "managementStatus": "NOT_MANAGED",
        "screenLockType": "BIOMETRIC",
        "user": user,
    })
}

/// Shortens a user to what a summary keeps.
pub(crate) fn user_summary(user: Value) -> Value {
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

/// Names the rules that made somebody a member of a group. Without any, it was done by hand or by an import.
pub(crate) fn rules_of_member(org: &Org, group_id: &str, user_id: &str) -> Value {
    let rules = org.rules_of_member(group_id, user_id);
    let rules = rules.filter_map(|id| org.get(Collection::GroupRules, id));
    rules.map(|rule| json!({ "id": rule["id"], "name": rule["name"] })).collect()
}
