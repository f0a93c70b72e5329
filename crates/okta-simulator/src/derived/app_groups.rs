//! Groups that have an application.

use serde_json::json;

use super::{Children, later, text};
use crate::collection::Collection;
use crate::fnv::fnv;
use crate::maker::ORIGIN;
use crate::org::Org;

/// Returns the groups of an application that come after an id.
pub(super) fn of_app<'a>(org: &'a Org, app_id: &'a str, after: &str) -> Children<'a> {
    let app = org.get(Collection::Apps, app_id).unwrap_or_default();
    let groups = org.app_groups_after(app_id, after);
    Box::new(groups.filter_map(move |id| {
        let group = org.get(Collection::Groups, id)?;
        let created = text(&app, "created");
        let noted = org.assigned_since(app_id, id).unwrap_or_default();
        let updated = later(later(created, text(&group, "created")), noted);
        let hash = fnv(app_id, id);
        let record = json!({
            "id": id,
            "lastUpdated": updated,
            "priority": hash % 5,
            "profile": if hash.is_multiple_of(3) { json!({ "role": "viewer" }) } else { json!({}) },
            "_links": {
                "app": { "href": format!("{ORIGIN}/api/v1/apps/{app_id}") },
                "self": { "href": format!("{ORIGIN}/api/v1/apps/{app_id}/groups/{id}") },
                "group": { "href": format!("{ORIGIN}/api/v1/groups/{id}") },
            },
        });
        Some((id.to_owned(), record))
    }))
}
