//! Listings that Okta refuses for what the object is, or for what the org lacks.

use crate::collection::Collection;
use crate::error::OktaError;
use crate::view::View;

/// Returns the answer to a listing below an object that does not have one, or to a type that the org does not have.
pub(crate) fn refusal(view: View<'_>, collection: Collection, parent: &str) -> Option<OktaError> {
    if collection == Collection::GroupMembers && is_of_administrators(view, parent) {
        return Some(OktaError::no_permission());
    }
    // Okta does not document the answer; connectors are told to take any refusal for an empty listing.
    if collection == Collection::GroupPushMappings && !pushes_groups(view, parent) {
        return Some(OktaError::invalid_parameter("appId", "Group push is not supported."));
    }
    if collection == Collection::Policies {
        let kind = view.call.param("type")?;
        let lacks = view.behaviour.lacking_policy_types.contains(kind);
        let classic_lacks = view.behaviour.classic_engine && !CLASSIC_TYPES.contains(&kind);
        if !POLICY_TYPES.contains(&kind) || lacks || classic_lacks {
            let cause = "The policy type is not supported.";
            return Some(OktaError::invalid_parameter("type", cause));
        }
    }
    None
}

/// Tells whether a group is the one of all administrators, whose members and applications Okta does not list.
pub(crate) fn is_of_administrators(view: View<'_>, group_id: &str) -> bool {
    let group = view.org.get(Collection::Groups, group_id);
    group.is_some_and(|group| {
        group["type"] == "BUILT_IN" && group["profile"]["name"] == "Okta Administrators"
    })
}

fn pushes_groups(view: View<'_>, app_id: &str) -> bool {
    let app = view.org.get(Collection::Apps, app_id);
    let has_feature = app.is_some_and(|app| {
        app["features"].as_array().is_some_and(|it| it.iter().any(|name| name == "GROUP_PUSH"))
    });
    let mappings = Collection::GroupPushMappings;
    has_feature || view.org.kept_after(mappings, app_id, "").next().is_some()
}

/// The types of policies that Okta documents.
const POLICY_TYPES: [&str; 12] = [
    "ACCESS_POLICY",
    "CLIENT_UPDATE",
    "DEVICE_SIGNAL_COLLECTION",
    "ENTITY_RISK",
    "IDENTITY_CLAIM_SOURCING",
    "IDP_DISCOVERY",
    "MFA_ENROLL",
    "OKTA_SIGN_ON",
    "PASSWORD",
    "POST_AUTH_SESSION",
    "PROFILE_ENROLLMENT",
    "SESSION_VIOLATION_DETECTION",
];

/// Those that the Classic Engine has as well.
const CLASSIC_TYPES: [&str; 4] = ["IDP_DISCOVERY", "MFA_ENROLL", "OKTA_SIGN_ON", "PASSWORD"];
