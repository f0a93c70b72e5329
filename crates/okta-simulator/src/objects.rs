//! The endpoints that answer with one object or with an unpaged array.

use serde_json::{Value, json};

use crate::Collection;
use crate::condition::fold;
use crate::error::OktaError;
use crate::links::links;
use crate::paging::{Cursor, CursorStyle, page};
use crate::query::{read_cursor, read_limit};
use crate::reply::Reply;
use crate::shape::omissions;
use crate::view::View;

/// `GET /api/v1/users/{id | login | me}`.
pub(crate) fn user(view: View<'_>, key: &str) -> Result<Reply, OktaError> {
    let missing = || OktaError::not_found(key, Collection::Users);
    let user = find_user(view, key).ok_or_else(missing)?;
    let user = omissions(view.call, Collection::Users).apply(with_lifecycle_links(user.clone()));
    Ok(Reply::object(&user))
}

fn find_user<'a>(view: View<'a>, key: &str) -> Option<&'a Value> {
    if let Some(user) = view.org.get(Collection::Users, key) {
        return Some(user);
    }
    let mut users = view.org.records(Collection::Users);
    match key {
        // The owner of every credential is the first active user.
        "me" => users.find(|user| user["status"] == "ACTIVE"),
        // A login with a slash cannot be told from a longer path.
        _ if key.contains('/') => None,
        _ => {
            let login = fold(key);
            users.find(|user| user["profile"]["login"].as_str().is_some_and(|it| fold(it) == login))
        }
    }
}

/// Adds the links that only the object itself carries: a listing shows no more than `self`.
fn with_lifecycle_links(mut user: Value) -> Value {
    let status = user["status"].as_str().unwrap_or_default();
    let actions: Vec<_> =
        LIFECYCLE.iter().filter(|(_, _, statuses)| statuses.contains(&status)).collect();
    if let Some(links) = user.get_mut("_links").and_then(Value::as_object_mut)
        && let Some(url) = links.get("self").and_then(|link| link["href"].as_str())
    {
        let url = url.to_owned();
        for (name, path, _) in actions {
            let link = json!({ "href": format!("{url}/{path}"), "method": "POST" });
            links.entry(*name).or_insert(link);
        }
    }
    user
}

/// What can be done with a user: the link's name, its path, and the statuses that allow it.
#[rustfmt::skip]
const LIFECYCLE: [(&str, &str, &[&str]); 10] = [
    ("activate",               "lifecycle/activate",                   &["STAGED", "DEPROVISIONED"]),
    ("changePassword",         "credentials/change_password",          &["ACTIVE", "PASSWORD_EXPIRED"]),
    ("changeRecoveryQuestion", "credentials/change_recovery_question", &["ACTIVE"]),
    ("deactivate",             "lifecycle/deactivate",                 &["PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT"]),
    ("forgotPassword",         "credentials/forgot_password",          &["ACTIVE"]),
    ("resetFactors",           "lifecycle/reset_factors",              &["ACTIVE", "RECOVERY", "PASSWORD_EXPIRED"]),
    ("resetPassword",          "lifecycle/reset_password",             &["PROVISIONED", "ACTIVE", "RECOVERY"]),
    ("suspend",                "lifecycle/suspend",                    &["ACTIVE"]),
    ("unlock",                 "lifecycle/unlock",                     &["LOCKED_OUT"]),
    ("unsuspend",              "lifecycle/unsuspend",                  &["SUSPENDED"]),
];

/// `GET` of a group, an app or a device by its id.
pub(crate) fn object(view: View<'_>, collection: Collection, id: &str) -> Result<Reply, OktaError> {
    let record = view.org.get(collection, id);
    record.map(Reply::object).ok_or_else(|| OktaError::not_found(id, collection))
}

/// `GET /api/v1/meta/types/user`: all of them, without a link.
pub(crate) fn user_types(view: View<'_>) -> Reply {
    Reply::array(view.org.records(Collection::UserTypes))
}

/// `GET /api/v1/meta/types/user/{id | default}`.
pub(crate) fn user_type(view: View<'_>, id: &str) -> Result<Reply, OktaError> {
    match (id, default_user_type(view)) {
        ("default", Some(user_type)) => Ok(Reply::object(user_type)),
        _ => object(view, Collection::UserTypes, id),
    }
}

fn default_user_type<'a>(view: View<'a>) -> Option<&'a Value> {
    view.org.records(Collection::UserTypes).find(|user_type| user_type["default"] == true)
}

/// `GET /api/v1/meta/schemas/user/{id | default}`.
pub(crate) fn user_schema(view: View<'_>, id: &str) -> Result<Reply, OktaError> {
    if id != "default" {
        return object(view, Collection::UserSchemas, id);
    }
    let of_default_type = || {
        let link = default_user_type(view)?.pointer("/_links/schema/href")?.as_str()?;
        view.org.get(Collection::UserSchemas, link.rsplit('/').next()?)
    };
    let named_default = || {
        let is_default = |schema: &&Value| {
            schema["id"].as_str().is_some_and(|id| id.ends_with("/meta/schemas/user/default"))
        };
        view.org.records(Collection::UserSchemas).find(is_default)
    };
    let schema = of_default_type().or_else(named_default);
    schema.map(Reply::object).ok_or_else(|| OktaError::not_found(id, Collection::UserSchemas))
}

/// `GET /api/v1/meta/schemas/group/default`: groups have one schema.
pub(crate) fn group_schema(view: View<'_>) -> Result<Reply, OktaError> {
    let schema = view.org.records(Collection::GroupSchemas).next();
    let missing = || OktaError::not_found("default", Collection::GroupSchemas);
    schema.map(Reply::object).ok_or_else(missing)
}

/// `GET /api/v1/groups/{id}/apps`.
pub(crate) fn group_apps(view: View<'_>, group_id: &str) -> Result<Reply, OktaError> {
    group_relation(view, group_id, Collection::Apps, 20, 200)
}

/// `GET /api/v1/groups/{id}/users`.
pub(crate) fn group_users(view: View<'_>, group_id: &str) -> Result<Reply, OktaError> {
    group_relation(view, group_id, Collection::Users, 1000, 1000)
}

fn group_relation(
    view: View<'_>,
    group_id: &str,
    collection: Collection,
    default_limit: usize,
    max_limit: usize,
) -> Result<Reply, OktaError> {
    if view.org.get(Collection::Groups, group_id).is_none() {
        return Err(OktaError::not_found(group_id, Collection::Groups));
    }
    let limit = read_limit(view.call, default_limit, max_limit)?;
    let style = CursorStyle { collection, prefix: "" };
    let from = read_cursor(view, style)?;
    let ids: Vec<&str> = match collection {
        Collection::Apps => view.org.apps_of_group(group_id).collect(),
        _ => view.org.members(group_id).collect(),
    };
    let rest = ids.into_iter().skip_while(|&id| id <= from.id.as_str());
    let records = rest.filter_map(|id| Some((id, view.org.get(collection, id)?)));
    let page =
        page(records, from.clone(), limit, view.settings.pages, |id, _| Cursor::after(id, None));
    let shown = omissions(view.call, collection);
    let mut reply = Reply::array(page.records.iter().map(|(_, it)| shown.apply((*it).clone())));
    let next = page.next.map(|cursor| cursor.write(style));
    reply.links = links(view, limit, next, &[]);
    Ok(reply)
}

/// `GET /api/v1/users/{id}/appLinks`: what the user can open, in a shape of its own and unpaged.
pub(crate) fn user_app_links(view: View<'_>, key: &str) -> Result<Reply, OktaError> {
    let missing = || OktaError::not_found(key, Collection::Users);
    let user = find_user(view, key).ok_or_else(missing)?;
    let user_id = user["id"].as_str().unwrap_or_default();
    let apps = view.org.apps_of_user(user_id);
    let apps = apps.filter_map(|id| view.org.get(Collection::Apps, id));
    let links = apps.enumerate().map(|(index, app)| {
        let id = app["id"].as_str().unwrap_or_default();
        let name = app["name"].as_str().unwrap_or_default();
        json!({
            "id": format!("00u{}", &id[3.min(id.len())..]),
            "label": app["label"],
            "linkUrl": format!("{}/home/{name}/{id}/1", view.call.origin),
            "logoUrl": null,
            "appName": name,
            "appInstanceId": id,
            "appAssignmentId": format!("0ua{}", &id[3.min(id.len())..]),
            "credentialsSetup": false,
            "hidden": false,
            "sortOrder": index,
        })
    });
    Ok(Reply::array(links))
}

/// `GET /api/v1/org`.
pub(crate) fn org(view: View<'_>) -> Reply {
    Reply::object(&json!({
        "id": ORG_ID,
        "companyName": "Acme",
        "subdomain": "acme",
        "status": "ACTIVE",
        "created": "2020-01-01T00:00:00.000Z",
        "lastUpdated": "2020-01-01T00:00:00.000Z",
        "expiresAt": null,
        "_links": {},
        "website": view.call.origin,
    }))
}

pub(crate) const ORG_ID: &str = "00o1a2b3c4d5e6f7g8h9";
