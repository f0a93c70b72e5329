//! Endpoints below an object that show what has a listing of its own: applications of a group, groups and app links of
//! a user.

use serde_json::json;

use crate::collection::{Collection, PageLimits};
use crate::error::OktaError;
use crate::links::links;
use crate::objects::{find_user, missing};
use crate::paging::{Cursor, CursorStyle, page};
use crate::parameters::{read_cursor, read_limit};
use crate::presentation::omissions;
use crate::refusals::is_of_administrators;
use crate::reply::Reply;
use crate::view::View;

/// Answers `GET /api/v1/groups/{id}/apps`.
pub(crate) fn group_apps(view: View<'_>, group_id: &str) -> Result<Reply, OktaError> {
    let limits = PageLimits { min: 0, default: 20, max: 200 };
    if !view.org.contains(Collection::Groups, group_id) {
        return Err(missing(Collection::Groups, group_id));
    }
    if is_of_administrators(view, group_id) {
        return Err(OktaError::no_permission());
    }
    related(view, Collection::Apps, limits, view.org.apps_of_group(group_id))
}

/// Answers `GET /api/v1/users/{id}/groups`.
pub(crate) fn user_groups(view: View<'_>, key: &str) -> Result<Reply, OktaError> {
    let limits = PageLimits { min: 1, default: 200, max: 200 };
    let user = find_user(view, key).ok_or_else(|| missing(Collection::Users, key))?;
    let user_id = user["id"].as_str().unwrap_or_default();
    related(view, Collection::Groups, limits, view.org.groups_of_user(user_id))
}

/// Answers with the page of a collection that has these ids.
fn related<'a>(
    view: View<'a>,
    collection: Collection,
    limits: PageLimits,
    ids: impl Iterator<Item = &'a str>,
) -> Result<Reply, OktaError> {
    let limit = read_limit(view, limits)?;
    let style = CursorStyle { collection, prefix: "" };
    let from = read_cursor(view, style)?;
    let rest = ids.skip_while(|&id| id <= from.id.as_str());
    let records = rest.filter_map(|id| view.org.entry(collection, id));
    let page = page(view, records, from.clone(), limit, |id, _| Cursor::after(id, None));
    let omissions = omissions(view.call, collection);
    let shown = page.records.iter().map(|(_, record)| omissions.apply(record.value()));
    let mut reply = Reply::array(shown);
    let next = page.next.map(|cursor| cursor.write(style));
    reply.links = links(view, limit, next, &[]);
    Ok(reply)
}

/// Answers `GET /api/v1/users/{id}/appLinks`: what the user can open, in a shape of its own and unpaged.
pub(crate) fn user_app_links(view: View<'_>, key: &str) -> Result<Reply, OktaError> {
    let user = find_user(view, key).ok_or_else(|| missing(Collection::Users, key))?;
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
