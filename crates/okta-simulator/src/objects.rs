//! The endpoints that answer with one object.

use serde_json::{Value, json};

use crate::collection::{Collection, Lookup};
use crate::condition::fold;
use crate::error::OktaError;
use crate::presentation::omissions;
use crate::reply::Reply;
use crate::schema;
use crate::view::View;

/// Answers with the object of this name.
pub(crate) fn object(
    view: View<'_>,
    collection: Collection,
    lookup: Lookup,
    name: &str,
) -> Result<Reply, OktaError> {
    let by_id = || view.org.get(collection, name);
    let found = match lookup {
        Lookup::Id => by_id(),
        Lookup::User => find_user(view, name),
        Lookup::UserType if name == "default" => schema::default_user_type(view.org).or_else(by_id),
        Lookup::UserType => by_id(),
        Lookup::UserSchema if name == "default" => schema::default_user_schema(view.org),
        Lookup::UserSchema => schema::user_schema(view.org, name),
        Lookup::GroupSchema => schema::group_schema(view.org),
    };
    let name = if lookup == Lookup::GroupSchema { "default" } else { name };
    let record = found.ok_or_else(|| missing(collection, name))?;
    Ok(match lookup {
        Lookup::User => {
            let user = with_links_of_its_own(view, record);
            let mut reply = Reply::object(&omissions(view.call, collection).apply(user));
            reply.set_etag();
            reply
        }
        _ => Reply::object(&record),
    })
}

/// Makes the answer where there is no such object.
pub(crate) fn missing(collection: Collection, name: &str) -> OktaError {
    OktaError::not_found(name, collection.row().type_name)
}

/// Finds a user by id, by login, or as the owner of the credential.
pub(crate) fn find_user(view: View<'_>, key: &str) -> Option<Value> {
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
fn with_links_of_its_own(view: View<'_>, mut user: Value) -> Value {
    let type_id = user.pointer("/type/id").and_then(Value::as_str);
    let user_type = type_id.and_then(|id| view.org.get(Collection::UserTypes, id));
    let relations = [("type", "/_links/self/href"), ("schema", "/_links/schema/href")];
    let relations =
        relations.map(|(name, at)| Some((name, user_type.as_ref()?.pointer(at)?.clone())));
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
        for (name, href) in relations.into_iter().flatten() {
            links.entry(name).or_insert(json!({ "href": href }));
        }
    }
    user
}

/// Actions on a user: the link's name, its path, and the statuses that allow it.
#[rustfmt::skip]
const LIFECYCLE: [(&str, &str, &[&str]); 11] = [
    ("activate",               "lifecycle/activate",                   &["STAGED", "DEPROVISIONED"]),
    ("changePassword",         "credentials/change_password",          &["ACTIVE", "PASSWORD_EXPIRED"]),
    ("changeRecoveryQuestion", "credentials/change_recovery_question", &["ACTIVE", "PASSWORD_EXPIRED"]),
    ("deactivate",             "lifecycle/deactivate",                 &["PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT"]),
    ("expirePassword",         "lifecycle/expire_password",            &["ACTIVE", "PASSWORD_EXPIRED"]),
    ("forgotPassword",         "credentials/forgot_password",          &["ACTIVE", "PASSWORD_EXPIRED"]),
    ("resetFactors",           "lifecycle/reset_factors",              &["ACTIVE", "RECOVERY", "PASSWORD_EXPIRED"]),
    ("resetPassword",          "lifecycle/reset_password",             &["PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED"]),
    ("suspend",                "lifecycle/suspend",                    &["ACTIVE", "PASSWORD_EXPIRED"]),
    ("unlock",                 "lifecycle/unlock",                     &["LOCKED_OUT"]),
    ("unsuspend",              "lifecycle/unsuspend",                  &["SUSPENDED"]),
];
