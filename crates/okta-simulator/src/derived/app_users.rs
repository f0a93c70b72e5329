//! Users of applications: those by name, and the members of the groups that have the application.

use serde_json::{Map, Value, json};

use super::{Children, later, text};
use crate::collection::Collection;
use crate::fnv::fnv;
use crate::maker::ORIGIN;
use crate::org::Org;

/// Returns the users of an application that come after an id.
pub(super) fn of_app<'a>(org: &'a Org, app_id: &'a str, after: &str) -> Children<'a> {
    let app = org.get(Collection::Apps, app_id).unwrap_or_default();
    // Each source is sorted, so the next user is the first of all sources.
    let by_name: Box<dyn Iterator<Item = (&str, Option<&str>)>> =
        Box::new(org.app_users_after(app_id, after).map(|id| (id, None)));
    let mut sources = vec![by_name.peekable()];
    for group in org.app_groups_after(app_id, "") {
        let members = org.members_after(group, after);
        let source: Box<dyn Iterator<Item = _>> =
            Box::new(members.map(move |id| (id, Some(group))));
        sources.push(source.peekable());
    }
    let users = std::iter::from_fn(move || {
        let id = sources.iter_mut().filter_map(|it| it.peek()).map(|(id, _)| *id).min()?;
        let mut found = sources.iter_mut().filter_map(|it| it.next_if(|(next, _)| *next == id));
        // An assignment by name counts before those through groups, and comes first here.
        let first = found.next();
        found.for_each(drop);
        first
    });
    Box::new(users.filter_map(move |(id, group)| {
        Some((id.to_owned(), app_user(org, &app, &org.get(Collection::Users, id)?, group)))
    }))
}

fn app_user(org: &Org, app: &Value, user: &Value, group: Option<&str>) -> Value {
    let (app_id, user_id) = (text(app, "id"), text(user, "id"));
    let hash = fnv(app_id, user_id);
    let noted = org.assigned_since(app_id, group.unwrap_or(user_id));
    let earliest = later(text(app, "created"), text(user, "created"));
    let created = later(earliest, noted.unwrap_or_default());
    let updated = match hash % 3 {
        0 => created,
        1 => later(created, text(app, "lastUpdated")),
        _ => later(created, text(user, "lastUpdated")),
    };
    let is_active = text(app, "status") == "ACTIVE" && text(user, "status") == "ACTIVE";
    let provisions = has_feature(app, "PUSH_NEW_USERS");
    let status = match (is_active, provisions) {
        (true, true) => "PROVISIONED",
        (true, false) => "ACTIVE",
        (false, _) => "INACTIVE",
    };
    let login = user.pointer("/profile/login");
    let mut record = json!({
        "id": user_id,
        "externalId": provisions.then(|| format!("ext-{:08x}", hash >> 32)),
        "created": created,
        "lastUpdated": updated,
        "scope": if group.is_some() { "GROUP" } else { "USER" },
        "status": status,
        "statusChanged": created,
        "passwordChanged": null,
        "syncState": if provisions { "SYNCHRONIZED" } else { "DISABLED" },
        "credentials": { "userName": login },
        "profile": profile(user),
        "_links": {
            "app": { "href": format!("{ORIGIN}/api/v1/apps/{app_id}") },
            "user": { "href": format!("{ORIGIN}/api/v1/users/{user_id}") },
        },
    });
    if provisions {
        record["lastSync"] = updated.into();
    }
    if text(app, "signOnMode") == "SECURE_PASSWORD_STORE" {
        record["credentials"]["password"] = json!({});
    }
    // Some answers name the group, and some do not.
    if let Some(group) = group.filter(|_| hash.is_multiple_of(2)) {
        record["_links"]["group"] = json!({ "href": format!("{ORIGIN}/api/v1/groups/{group}") });
    }
    record
}

/// Makes the profile that an application has of a user: names of its own, and nulls where there is nothing.
fn profile(user: &Value) -> Value {
    const NAMES: [(&str, &str); 6] = [
        ("email", "email"),
        ("given_name", "firstName"),
        ("family_name", "lastName"),
        ("nickname", "nickName"),
        ("zoneinfo", "timezone"),
        ("phone_number", "primaryPhone"),
    ];
    let value = |name: &str| user["profile"].get(name).cloned().unwrap_or_default();
    let profile = NAMES.into_iter().map(|(own, name)| (own.to_owned(), value(name)));
    Value::Object(profile.collect::<Map<_, _>>())
}

fn has_feature(app: &Value, feature: &str) -> bool {
    app["features"].as_array().is_some_and(|features| features.iter().any(|it| it == feature))
}
