//! The requests of an examination: the one table of paths and parameters. All of them read.

use super::seen::{Seen, around};
use jiff::SignedDuration;
use okta_client::OktaRequest;
use okta_connector::plan::MAX_EXPRESSION;

/// The engine and the hosts of the org, which it tells everybody.
pub(super) const ORGANIZATION: &str = "/.well-known/okta-organization";

const APPS: &str = "/api/v1/apps";
const DEVICES: &str = "/api/v1/devices";
const GROUPS: &str = "/api/v1/groups";
const LOGS: &str = "/api/v1/logs";
/// The listing of users, which an examination also asks without a credential.
pub(super) const USERS: &str = "/api/v1/users";

/// An id in Okta's form that no record has.
const NOBODY: &str = "00u0000000000doctor0";

/// The reason why something is not asked.
pub(super) type Reason = &'static str;

/// A request, or the reason why it is not sent.
pub(super) type Ask = Result<OktaRequest, Reason>;

fn one(path: &str) -> OktaRequest {
    OktaRequest::list(path).with_limit(1)
}

fn below(path: &str, id: &str, rest: &str) -> OktaRequest {
    one(&format!("{path}/{id}/{rest}"))
}

fn users(search: impl Into<String>) -> OktaRequest {
    one(USERS).with("search", search)
}

/// The listing of users that the connector walks: everybody, in the order of their creation.
pub(super) fn sorted_users(_: &Seen) -> Ask {
    let request = users("status pr").with("sortBy", "created").with("sortOrder", "asc");
    Ok(request.with_limit(2))
}

pub(super) fn whole_users(_: &Seen) -> Ask {
    Ok(users("status pr").with_limit(2))
}

pub(super) fn users_by_fields(seen: &Seen) -> Ask {
    Ok(whole_users(seen)?.with("fields", "id"))
}

pub(super) fn too_many_users(_: &Seen) -> Ask {
    Ok(users(format!("id eq \"{NOBODY}\"")).with_limit(201))
}

pub(super) fn users_by_id_pr(_: &Seen) -> Ask {
    Ok(users("id pr"))
}

pub(super) fn users_by_not(_: &Seen) -> Ask {
    Ok(users("not (status eq \"ACTIVE\")"))
}

pub(super) fn users_by_unknown_attribute(_: &Seen) -> Ask {
    Ok(users("profile.okta_connector_doctor eq \"x\""))
}

pub(super) fn users_by_realm(_: &Seen) -> Ask {
    Ok(users(format!("realmId eq \"{NOBODY}\"")))
}

pub(super) fn users_by_exact_date(seen: &Seen) -> Ask {
    let shown = seen.user("/lastUpdated")?;
    Ok(users(format!("lastUpdated eq \"{shown}\"")).with_limit(200).with("fields", "id"))
}

/// The longest expression that the connector sends.
pub(super) fn users_by_long_search(_: &Seen) -> Ask {
    const TERM: &str = "id eq \"00u0000000000doctor0\"";
    const JOINT: &str = " or ";
    // As they are sent: blanks and quotes take three bytes each.
    let (term, joint) = (TERM.len() + 4 * 2, JOINT.len() + 2 * 2);
    let count = (MAX_EXPRESSION + joint) / (term + joint);
    Ok(users(vec![TERM; count].join(JOINT)))
}

pub(super) fn users_by_array(seen: &Seen) -> Ask {
    let name = seen.array_attribute().ok_or("the org has no custom attribute that is a list")?;
    Ok(users(format!("profile.{name} sw \"okta-connector-doctor\"")))
}

pub(super) fn groups_of_user(seen: &Seen) -> Ask {
    Ok(below(USERS, seen.user("/id")?, "groups"))
}

pub(super) fn groups_by_fields(_: &Seen) -> Ask {
    Ok(one(GROUPS).with("fields", "id"))
}

pub(super) fn groups_by_ne(_: &Seen) -> Ask {
    Ok(one(GROUPS).with("search", "type ne \"APP_GROUP\""))
}

pub(super) fn groups_with_counts(_: &Seen) -> Ask {
    Ok(one(GROUPS).with("expand", "stats"))
}

/// The groups that every org has.
pub(super) fn built_in_groups(_: &Seen) -> Ask {
    Ok(OktaRequest::list(GROUPS).with("search", "type eq \"BUILT_IN\"").with_limit(10))
}

const NO_EVERYONE: Reason = "the group Everyone is not shown";

pub(super) fn members_with_rules(seen: &Seen) -> Ask {
    let group = seen.built_in("Everyone").ok_or(NO_EVERYONE)?;
    Ok(below(GROUPS, group, "users").with("expand", "group-rules"))
}

pub(super) fn members_by_search(seen: &Seen) -> Ask {
    let group = seen.built_in("Everyone").ok_or(NO_EVERYONE)?;
    Ok(below(GROUPS, group, "users").with("search", format!("id eq \"{NOBODY}\"")))
}

pub(super) fn administrators(seen: &Seen) -> Ask {
    let group = seen.built_in("Okta Administrators");
    Ok(below(GROUPS, group.ok_or("the group Okta Administrators is not shown")?, "users"))
}

pub(super) fn owners(seen: &Seen) -> Ask {
    let group = seen.built_in("Everyone").ok_or(NO_EVERYONE)?;
    Ok(below(GROUPS, group, "owners"))
}

pub(super) fn devices(_: &Seen) -> Ask {
    Ok(one(DEVICES))
}

pub(super) fn devices_by_fields(_: &Seen) -> Ask {
    Ok(one(DEVICES).with("fields", "id"))
}

pub(super) fn devices_by_ne(_: &Seen) -> Ask {
    Ok(one(DEVICES).with("search", "status ne \"SUSPENDED\""))
}

pub(super) fn too_many_devices(_: &Seen) -> Ask {
    let request = one(DEVICES).with("search", format!("id eq \"{NOBODY}\""));
    Ok(request.with_limit(201))
}

pub(super) fn devices_with_users(_: &Seen) -> Ask {
    Ok(OktaRequest::list(DEVICES).with("expand", "userSummary").with_limit(5))
}

pub(super) fn too_many_apps(_: &Seen) -> Ask {
    Ok(one(APPS).with("filter", "name eq \"okta_connector_doctor\"").with_limit(201))
}

pub(super) fn apps_by_two_conditions(_: &Seen) -> Ask {
    Ok(one(APPS).with("filter", "status eq \"ACTIVE\" and name eq \"okta_connector_doctor\""))
}

pub(super) fn apps_of_user(seen: &Seen) -> Ask {
    Ok(one(APPS).with("filter", format!("user.id eq \"{}\"", seen.user("/id")?)))
}

pub(super) fn apps_of_group(seen: &Seen) -> Ask {
    let group = seen.built_in("Everyone").ok_or(NO_EVERYONE)?;
    Ok(one(APPS).with("filter", format!("group.id eq \"{group}\"")))
}

pub(super) fn grants_of_app(seen: &Seen) -> Ask {
    Ok(OktaRequest::list(format!("{APPS}/{}/grants", seen.app()?)))
}

pub(super) fn policies_of_no_type(_: &Seen) -> Ask {
    Ok(OktaRequest::list("/api/v1/policies").with("type", "OKTA_CONNECTOR_DOCTOR"))
}

pub(super) fn user_schema(_: &Seen) -> Ask {
    Ok(OktaRequest::object("/api/v1/meta/schemas/user/default"))
}

pub(super) fn group_schema(_: &Seen) -> Ask {
    Ok(OktaRequest::object("/api/v1/meta/schemas/group/default"))
}

/// The shares that credentials have of the limits.
pub(super) fn shares(principal_type: &str) -> OktaRequest {
    OktaRequest::list("/api/v1/principal-rate-limits")
        .with("filter", format!("principalType eq \"{principal_type}\""))
        .with_limit(50)
}

fn events(since: &str, until: &str) -> OktaRequest {
    OktaRequest::list(LOGS).with("since", since).with("until", until)
}

/// Asks for the first event of the week before the latest one.
pub(super) fn first_event_of_a_week(seen: &Seen) -> Ask {
    let [since, _, until] = seen.latest_event(SignedDuration::from_hours(7 * 24))?;
    Ok(events(&since, &until).with_limit(1))
}

pub(super) fn last_event_until_the_latest(seen: &Seen) -> Ask {
    let [since, until, _] = seen.latest_event(SignedDuration::from_secs(60))?;
    Ok(events(&since, &until).with("sortOrder", "DESCENDING").with_limit(1))
}

fn latest_events(seen: &Seen, filter: &str) -> Ask {
    let [since, _, until] = seen.latest_event(SignedDuration::from_hours(80 * 24))?;
    let events = events(&since, &until).with("sortOrder", "DESCENDING");
    Ok(events.with("filter", filter).with_limit(5))
}

pub(super) fn device_events(seen: &Seen) -> Ask {
    latest_events(seen, "eventType sw \"device.\"")
}

pub(super) fn deletions_of_groups(seen: &Seen) -> Ask {
    latest_events(seen, "eventType eq \"group.lifecycle.delete\"")
}

const NO_DELETION: Reason = "no group was deleted in the last 80 days";

/// The removals of members within a minute of the latest deletion of a group.
pub(super) fn removals_of_members(seen: &Seen) -> Ask {
    let deletion = seen.find(&deletions_of_groups(seen)?).ok_or(NO_DELETION)?;
    let published = deletion.first("/published").ok_or(NO_DELETION)?;
    let target = deletion.records().first().and_then(|event| event["target"].as_array());
    let group = target.and_then(|targets| targets.iter().find(|it| it["type"] == "UserGroup"));
    let id = group.and_then(|group| group["id"].as_str()).ok_or(NO_DELETION)?;
    let minute = SignedDuration::from_secs(60);
    let [since, until] = around(published, minute, minute).ok_or(NO_DELETION)?;
    let filter = format!("eventType eq \"group.user_membership.remove\" and target.id eq \"{id}\"");
    Ok(events(&since, &until).with("filter", filter).with_limit(1))
}
