//! The `expand` parameter: related objects inside a record, under `_embedded`.

use serde_json::{Map, Value, json};

use crate::Collection;
use crate::error::OktaError;
use crate::expression::{Expression, Literal, Operator};
use crate::view::View;

/// What a listing was asked to embed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expansion {
    /// Apps: the assignment of this user.
    AppUser(String),
    /// Devices: whole users.
    DeviceUsers,
    /// Devices: the names of users.
    DeviceUserSummaries,
    /// Groups: counts, the source application, or both.
    Group(Vec<GroupPart>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupPart {
    Stats,
    App,
}

impl Expansion {
    /// Reads `expand`. What a collection does not know is passed over, except by apps.
    pub(crate) fn read(view: View<'_>, collection: Collection) -> Result<Option<Self>, OktaError> {
        let Some(text) = view.call.param("expand") else { return Ok(None) };
        Ok(match (collection, text) {
            (Collection::Apps, _) => Some(Self::app_user(text, view.call.param("filter"))?),
            (Collection::Devices, "user") => Some(Self::DeviceUsers),
            (Collection::Devices, "userSummary") => Some(Self::DeviceUserSummaries),
            (Collection::Groups, _) => {
                let parts = text.split(',').filter_map(|part| match part.trim() {
                    "stats" => Some(GroupPart::Stats),
                    "app" => Some(GroupPart::App),
                    _ => None,
                });
                Some(Self::Group(parts.collect()))
            }
            _ => None,
        })
    }

    /// `user/{id}`, which must be the user that the filter asks for.
    fn app_user(text: &str, filter: Option<&str>) -> Result<Self, OktaError> {
        let malformed = || OktaError::invalid_parameter("expand", "Expand query is malformed.");
        let user_id = text.strip_prefix("user/").ok_or_else(malformed)?;
        match Expression::parse(filter.ok_or_else(malformed)?)? {
            Expression::Comparison(comparison)
                if comparison.attribute == "user.id"
                    && comparison.operator == Operator::Eq
                    && comparison.literal == Some(Literal::Text(user_id.to_owned())) =>
            {
                Ok(Self::AppUser(user_id.to_owned()))
            }
            _ => Err(malformed()),
        }
    }

    /// Embeds into a record what was asked for.
    pub(crate) fn apply(&self, view: View<'_>, id: &str, record: &mut Value) {
        match self {
            Self::AppUser(user_id) => embed(record, "user", app_user(view, id, user_id)),
            Self::DeviceUsers => embed(record, "users", device_users(view, id, Value::clone)),
            Self::DeviceUserSummaries => {
                embed(record, "users", device_users(view, id, user_summary));
            }
            Self::Group(parts) => {
                for part in parts {
                    let (name, value) = match part {
                        GroupPart::Stats => ("stats", Some(group_stats(view, id, record))),
                        GroupPart::App => ("app", source_app(view, record)),
                    };
                    if let Some(value) = value {
                        embed(record, name, value);
                    }
                }
            }
        }
    }
}

fn embed(record: &mut Value, name: &str, value: Value) {
    let Some(object) = record.as_object_mut() else { return };
    let embedded = object.entry("_embedded").or_insert_with(|| Value::Object(Map::new()));
    if let Some(embedded) = embedded.as_object_mut() {
        embedded.insert(name.to_owned(), value);
    }
}

fn app_user(view: View<'_>, app_id: &str, user_id: &str) -> Value {
    let user = view.org.get(Collection::Users, user_id);
    let property = |pointer: &str| user.and_then(|user| user.pointer(pointer)).cloned();
    json!({
        "id": user_id,
        "externalId": null,
        "created": property("/created"),
        "lastUpdated": property("/lastUpdated"),
        "scope": "USER",
        "status": "ACTIVE",
        "statusChanged": property("/created"),
        "passwordChanged": null,
        "syncState": "DISABLED",
        "credentials": { "userName": property("/profile/login") },
        "profile": {},
        "_links": {
            "app": { "href": format!("{}/api/v1/apps/{app_id}", view.call.origin) },
            "user": { "href": format!("{}/api/v1/users/{user_id}", view.call.origin) },
        },
    })
}

fn device_users(view: View<'_>, device_id: &str, show: fn(&Value) -> Value) -> Value {
    let device = view.org.get(Collection::Devices, device_id);
    let created = device.and_then(|device| device.get("created"));
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

fn user_summary(user: &Value) -> Value {
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

fn source_app(view: View<'_>, group: &Value) -> Option<Value> {
    let id = group.pointer("/source/id")?.as_str()?;
    let app = view.org.get(Collection::Apps, id)?;
    Some(json!({
        "id": app["id"],
        "name": app["name"],
        "label": app["label"],
        "status": app["status"],
        "signOnMode": app["signOnMode"],
    }))
}
