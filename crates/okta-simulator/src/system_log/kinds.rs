//! The types of events that are written here.
//!
//! Okta's catalogue has more than a thousand. These are those that change an object, and some noise of which any
//! org is full.

use super::kind::{Kind, Outcome, Part, job, web};
use super::org_kinds::{ORG_KINDS, POLICY, RULE};

/// Returns the row of a type, if there is one.
pub(crate) fn kind(event_type: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.event_type == event_type)
}

/// Returns all rows.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().chain(ORG_KINDS)
}

const USER: &[Part] = &[Part::User];
const GROUP: &[Part] = &[Part::Group];
const APP: &[Part] = &[Part::App];
const DEVICE: &[Part] = &[Part::Device];
const USER_GROUP: &[Part] = &[Part::User, Part::Group];
const APP_USER: &[Part] = &[Part::AppUser, Part::App, Part::User];
const GROUP_APP: &[Part] = &[Part::Group, Part::App];
const DEVICE_USER: &[Part] = &[Part::Device, Part::User];

const SIGN_IN: &[Outcome] = &[
    ("SUCCESS", None),
    ("FAILURE", Some("INVALID_CREDENTIALS")),
    ("FAILURE", Some("LOCKED_OUT")),
    ("UNANSWERED", None),
    ("ABANDONED", None),
];

const EVALUATED: &[Outcome] = &[
    ("ALLOW", Some("Sign-on policy evaluation resulted in ALLOW")),
    ("CHALLENGE", Some("Sign-on policy evaluation resulted in CHALLENGE")),
    ("DENY", Some("Sign-on policy evaluation resulted in DENY")),
];

const LIMITED: &[Outcome] = &[("RATE_LIMIT", None), ("DEFERRED", None)];

const fn noise(
    event_type: &'static str,
    message: &'static str,
    targets: &'static [Part],
    outcomes: &'static [Outcome],
) -> Kind {
    Kind { outcomes, ..web(event_type, message, targets) }
}

static KINDS: &[Kind] = &[
    web("user.lifecycle.create", "Create Okta user", USER),
    web("user.lifecycle.activate", "Activate Okta user", USER),
    web("user.lifecycle.deactivate", "Deactivate Okta user", USER),
    web("user.lifecycle.suspend", "Suspend Okta user", USER),
    web("user.lifecycle.unsuspend", "Unsuspend Okta user", USER),
    web("user.lifecycle.delete.initiated", "Delete Okta user initiated", USER),
    web("user.lifecycle.delete.completed", "Delete Okta user completed", USER),
    web("user.account.lock", "Max sign in attempts exceeded", USER),
    web("user.account.unlock", "Unlock user account", USER),
    web("user.account.update_profile", "Update user profile for Okta", USER),
    web("user.account.update_password", "User update password for Okta", USER),
    web("user.account.update_user_type", "Update user type", USER),
    web("user.account.privilege.grant", "Grant user privilege", USER),
    web("user.account.privilege.revoke", "Revoke user privilege", USER),
    web("user.mfa.factor.activate", "Activate factor for user", USER),
    web("user.mfa.factor.deactivate", "Deactivate factor for user", USER),
    web("user.mfa.factor.update", "Update factor for user", USER),
    web("group.lifecycle.create", "Create Okta group", GROUP),
    web("group.lifecycle.delete", "Delete Okta group", GROUP),
    web("group.profile.update", "Okta group profile update", GROUP),
    web("group.user_membership.add", "Add user to group membership", USER_GROUP),
    web("group.user_membership.remove", "Remove user from group membership", USER_GROUP),
    web("group.application_assignment.add", "Add assigned application to group", GROUP_APP),
    web("group.application_assignment.update", "Update assigned application to group", GROUP_APP),
    web("group.application_assignment.remove", "Remove assigned application from group", GROUP_APP),
    web("group.privilege.grant", "Grant group privilege", GROUP),
    web("group.privilege.revoke", "Revoke group privilege", GROUP),
    web("application.lifecycle.create", "Create application", APP),
    web("application.lifecycle.update", "Update application", APP),
    web("application.lifecycle.activate", "Activate application", APP),
    web("application.lifecycle.deactivate", "Deactivate application", APP),
    web("application.lifecycle.delete", "Delete application", APP),
    web("application.user_membership.add", "Add user to application membership", APP_USER),
    web("application.user_membership.update", "Update application membership", APP_USER),
    web("application.user_membership.remove", "Remove user's application membership", APP_USER),
    job("application.user_membership.deprovision", "Deprovision user from application", APP_USER),
    web("app.oauth2.client.privilege.grant", "Grant privilege to OAuth client", APP),
    web("app.oauth2.client.privilege.revoke", "Revoke privilege from OAuth client", APP),
    web("application.provision.group_push.mapping.created", "Create group push mapping", APP),
    web("application.provision.group_push.pushed", "Push group to application", APP),
    web("application.provision.group_push.activate_mapping", "Activate group push mapping", APP),
    web(
        "application.provision.group_push.deactivate_mapping",
        "Deactivate group push mapping",
        APP,
    ),
    web("application.provision.group_push.removed", "Remove pushed group", APP),
    web("device.enrollment.create", "Create device enrollment", DEVICE),
    web("device.lifecycle.activate", "Activate device", DEVICE),
    web("device.lifecycle.deactivate", "Deactivate device", DEVICE),
    web("device.lifecycle.suspend", "Suspend device", DEVICE),
    web("device.lifecycle.unsuspend", "Unsuspend device", DEVICE),
    web("device.lifecycle.delete", "Delete device", DEVICE),
    web("device.user.add", "Add user to device", DEVICE_USER),
    web("device.user.remove", "Remove user from device", DEVICE_USER),
    job("system.import.user.delete", "Delete user during import", USER),
    job("system.import.group.create", "Create group during import", GROUP),
    job("system.import.group.delete", "Delete group during import", GROUP),
    job("system.identity_sources.user.delete", "Delete user of identity source", USER),
    job("system.identity_sources.group.delete", "Delete group of identity source", GROUP),
    noise("user.session.start", "User login to Okta", &[], SIGN_IN),
    noise("user.session.end", "User logout from Okta", &[], SIGN_IN),
    noise("user.authentication.sso", "User single sign on to app", APP_USER, SIGN_IN),
    noise("policy.evaluate_sign_on", "Evaluation of sign-on policy", &[POLICY, RULE], EVALUATED),
    noise("system.org.rate_limit.violation", "Rate limit violation", &[], LIMITED),
    noise("user.risk.change", "User risk level changed", USER, &[("UNKNOWN", None)]),
    // No catalogue has these yet.
    web("galaxy.gate.opened", "Gate opened", &[Part::Other(("Gate", "gat")), Part::User]),
    web("user.lifecycle.delete.regretted", "Regret \"delete\"", USER),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_type_has_one_row() {
        let types: BTreeSet<_> = kinds().map(|kind| kind.event_type).collect();
        assert_eq!(types.len(), kinds().count());
    }
}
