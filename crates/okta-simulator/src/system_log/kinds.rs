//! The types of events that are written here, each with what it says and what it is about.
//!
//! Okta's catalogue has more than a thousand. These are those that change an object, and some noise of which any
//! org is full.

/// Events of one type.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) event_type: &'static str,
    /// What people read.
    pub(crate) message: &'static str,
    /// The targets of an event, of which Okta does not promise the order. An event without any has none.
    pub(crate) targets: &'static [Part],
    pub(crate) outcomes: &'static [Outcome],
    pub(crate) transaction: Transaction,
}

/// The result of what was tried, and the reason for it where there is one.
pub(crate) type Outcome = (&'static str, Option<&'static str>);

/// What is done belongs to one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transaction {
    /// A request of somebody.
    Web,
    /// A job of the org itself.
    Job,
}

/// A thing that an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    User,
    Group,
    App,
    AppUser,
    Device,
    Other(OtherPart),
}

/// The type of a target and the prefix of its ids, for things of which no names are known here.
pub(crate) type OtherPart = (&'static str, &'static str);

impl Part {
    /// Returns the type of a target that is one.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "UserGroup",
            Self::App => "AppInstance",
            Self::AppUser => "AppUser",
            // A guess: no document and no recording has a target that is a device.
            Self::Device => "Device",
            Self::Other((type_name, _)) => type_name,
        }
    }

    /// Returns the first three characters of its ids.
    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Self::User => "00u",
            Self::Group => "00g",
            Self::App => "0oa",
            Self::AppUser => "0ua",
            Self::Device => "guo",
            Self::Other((_, id_prefix)) => id_prefix,
        }
    }
}

/// Returns the row of a type, if there is one.
pub(crate) fn kind(event_type: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.event_type == event_type)
}

const USER: &[Part] = &[Part::User];
const GROUP: &[Part] = &[Part::Group];
const APP: &[Part] = &[Part::App];
const DEVICE: &[Part] = &[Part::Device];
const USER_GROUP: &[Part] = &[Part::User, Part::Group];
const APP_USER: &[Part] = &[Part::AppUser, Part::App, Part::User];
const GROUP_APP: &[Part] = &[Part::Group, Part::App];
const DEVICE_USER: &[Part] = &[Part::Device, Part::User];
const POLICY: Part = Part::Other(("PolicyEntity", "00p"));
const RULE: Part = Part::Other(("PolicyRule", "0pr"));

/// What is tried mostly succeeds.
const TRIED: &[Outcome] = &[
    ("SUCCESS", None),
    ("SUCCESS", None),
    ("SUCCESS", None),
    ("FAILURE", Some("VERIFICATION_ERROR")),
    ("SKIPPED", Some("Nothing to do")),
];

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

const fn web(event_type: &'static str, message: &'static str, targets: &'static [Part]) -> Kind {
    Kind { event_type, message, targets, outcomes: TRIED, transaction: Transaction::Web }
}

const fn job(event_type: &'static str, message: &'static str, targets: &'static [Part]) -> Kind {
    Kind { transaction: Transaction::Job, ..web(event_type, message, targets) }
}

const fn noise(
    event_type: &'static str,
    message: &'static str,
    targets: &'static [Part],
    outcomes: &'static [Outcome],
) -> Kind {
    Kind { outcomes, ..web(event_type, message, targets) }
}

pub(crate) static KINDS: &[Kind] = &[
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
    web("group.lifecycle.create", "Create Okta group", GROUP),
    web("group.lifecycle.delete", "Delete Okta group", GROUP),
    web("group.profile.update", "Okta group profile update", GROUP),
    web("group.user_membership.add", "Add user to group membership", USER_GROUP),
    web("group.user_membership.remove", "Remove user from group membership", USER_GROUP),
    web("group.application_assignment.add", "Add assigned application to group", GROUP_APP),
    web("group.application_assignment.update", "Update assigned application to group", GROUP_APP),
    web("group.application_assignment.remove", "Remove assigned application from group", GROUP_APP),
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
    web("policy.lifecycle.delete", "Delete policy", &[POLICY]),
    web("policy.rule.delete", "Delete policy rule", &[POLICY, RULE]),
    web("zone.delete", "Delete network zone", &[Part::Other(("NetworkZone", "nzo"))]),
    web(
        "system.idp.lifecycle.delete",
        "Delete identity provider",
        &[Part::Other(("IdentityProvider", "0oa"))],
    ),
    web(
        "oauth2.as.deleted",
        "Authorization server is deleted",
        &[Part::Other(("AuthorizationServer", "aus"))],
    ),
    web("system.api_token.revoke", "Revoke API token", &[Part::Other(("Token", "00T"))]),
    web("event_hook.deleted", "Event hook was deleted", &[Part::Other(("EventHook", "who"))]),
    web(
        "security.trusted_origin.delete",
        "Trusted origin was deleted",
        &[Part::Other(("TrustedOrigin", "tos"))],
    ),
    // The ids of realms begin as those of devices do.
    web("directory.realm.lifecycle.delete", "Delete realm", &[Part::Other(("Realm", "guo"))]),
    web("iam.role.delete", "Delete custom role", &[Part::Other(("CustomRole", "cr0"))]),
    web("iam.resourceset.delete", "Delete resource set", &[Part::Other(("ResourceSet", "iam"))]),
    noise("user.session.start", "User login to Okta", &[], SIGN_IN),
    noise("user.session.end", "User logout from Okta", &[], SIGN_IN),
    noise("user.authentication.sso", "User single sign on to app", APP_USER, SIGN_IN),
    noise("policy.evaluate_sign_on", "Evaluation of sign-on policy", &[POLICY, RULE], EVALUATED),
    noise("system.org.rate_limit.violation", "Rate limit violation", &[], LIMITED),
    noise("user.risk.change", "User risk level changed", USER, &[("UNKNOWN", None)]),
    // No catalogue has these yet.
    noise("galaxy.gate.opened", "Gate opened", &[Part::Other(("Gate", "gat")), Part::User], TRIED),
    noise("user.lifecycle.delete.regretted", "Regret \"delete\"", USER, TRIED),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_type_has_one_row() {
        let types: BTreeSet<_> = KINDS.iter().map(|kind| kind.event_type).collect();
        assert_eq!(types.len(), KINDS.len());
    }
}
