//! The table of the collections whose changes Okta's log tells of.
//!
//! It has nothing on some changes, such as the name of a device or anything of a user type, of an owner of a group or
//! of a scope that an application was granted, and neither has this one.

use crate::collection::Collection;

use super::kind::Part;
use super::lifecycle::{Change, Lifecycle};
use super::org_kinds::{
    API_TOKEN, AUTHORIZATION_SERVER, CUSTOM_ROLE, EVENT_HOOK, GROUP_RULE, IDP, INLINE_HOOK,
    LOG_STREAM, POLICY, REALM, RESOURCE_SET, RULE, TRUSTED_ORIGIN, ZONE,
};
use super::types;

/// A collection whose changes the log tells of.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) collection: Collection,
    /// Events name a record as this. Without it, they name only the object that the record is below.
    pub(super) part: Option<Part>,
    told: Told,
}

/// A change is told of in one of these ways.
#[derive(Debug)]
enum Told {
    /// It is what befalls most objects.
    Lifecycle(Lifecycle),
    /// This function returns the types of the events.
    By(fn(Change<'_>) -> Vec<&'static str>),
}

impl Recorded {
    /// Finds the row of a collection.
    pub(super) fn find(collection: Collection) -> Option<&'static Self> {
        RECORDED.iter().find(|it| it.collection == collection)
    }

    /// Returns the types of the events that tell of a change.
    pub(super) fn types(&self, change: Change<'_>) -> Vec<&'static str> {
        match &self.told {
            Told::Lifecycle(lifecycle) => lifecycle.types(change),
            Told::By(types) => types(change),
        }
    }
}

static RECORDED: [Recorded; 21] = [
    row(Collection::Users, Some(Part::User), Told::By(types::user)),
    row(Collection::Groups, Some(Part::Group), Told::By(types::group)),
    row(Collection::Devices, Some(Part::Device), Told::By(types::device)),
    row(Collection::UserFactors, None, Told::By(types::factor)),
    row(Collection::GroupRules, Some(GROUP_RULE), Told::By(types::group_rule)),
    row(
        Collection::Apps,
        Some(Part::App),
        of([
            "application.lifecycle.create",
            "application.lifecycle.update",
            "application.lifecycle.activate",
            "application.lifecycle.deactivate",
            "application.lifecycle.delete",
        ]),
    ),
    // No document says how such an event names the mapping.
    row(
        Collection::GroupPushMappings,
        None,
        of([
            "application.provision.group_push.mapping.created",
            "application.provision.group_push.pushed",
            "application.provision.group_push.activate_mapping",
            "application.provision.group_push.deactivate_mapping",
            "application.provision.group_push.removed",
        ]),
    ),
    row(
        Collection::Policies,
        Some(POLICY),
        of([
            "policy.lifecycle.create",
            "policy.lifecycle.update",
            "policy.lifecycle.activate",
            "policy.lifecycle.deactivate",
            "policy.lifecycle.delete",
        ]),
    ),
    row(
        Collection::PolicyRules,
        Some(RULE),
        of([
            "policy.rule.add",
            "policy.rule.update",
            "policy.rule.activate",
            "policy.rule.deactivate",
            "policy.rule.delete",
        ]),
    ),
    row(
        Collection::NetworkZones,
        Some(ZONE),
        of(["zone.create", "zone.update", "zone.activate", "zone.deactivate", "zone.delete"]),
    ),
    row(
        Collection::IdentityProviders,
        Some(IDP),
        of([
            "system.idp.lifecycle.create",
            "system.idp.lifecycle.update",
            "system.idp.lifecycle.activate",
            "system.idp.lifecycle.deactivate",
            "system.idp.lifecycle.delete",
        ]),
    ),
    row(
        Collection::AuthorizationServers,
        Some(AUTHORIZATION_SERVER),
        of([
            "oauth2.as.created",
            "oauth2.as.updated",
            "oauth2.as.activated",
            "oauth2.as.deactivated",
            "oauth2.as.deleted",
        ]),
    ),
    row(
        Collection::EventHooks,
        Some(EVENT_HOOK),
        of([
            "event_hook.created",
            "event_hook.updated",
            "event_hook.activated",
            "event_hook.deactivated",
            "event_hook.deleted",
        ]),
    ),
    row(
        Collection::InlineHooks,
        Some(INLINE_HOOK),
        of([
            "inline_hook.created",
            "inline_hook.updated",
            "inline_hook.activated",
            "inline_hook.deactivated",
            "inline_hook.deleted",
        ]),
    ),
    row(
        Collection::TrustedOrigins,
        Some(TRUSTED_ORIGIN),
        of([
            "security.trusted_origin.create",
            "security.trusted_origin.update",
            "security.trusted_origin.activate",
            "security.trusted_origin.deactivate",
            "security.trusted_origin.delete",
        ]),
    ),
    row(
        Collection::LogStreams,
        Some(LOG_STREAM),
        of([
            "system.log_stream.lifecycle.create",
            "system.log_stream.lifecycle.update",
            "system.log_stream.lifecycle.activate",
            "system.log_stream.lifecycle.deactivate",
            "system.log_stream.lifecycle.delete",
        ]),
    ),
    row(
        Collection::ApiTokens,
        Some(API_TOKEN),
        always_active([
            "system.api_token.create",
            "system.api_token.update",
            "system.api_token.revoke",
        ]),
    ),
    // Of these three types, Okta's documents spell out the last one.
    row(
        Collection::Realms,
        Some(REALM),
        always_active([
            "directory.realm.lifecycle.create",
            "directory.realm.lifecycle.update",
            "directory.realm.lifecycle.delete",
        ]),
    ),
    row(
        Collection::CustomRoles,
        Some(CUSTOM_ROLE),
        always_active(["iam.role.create", "iam.role.update", "iam.role.delete"]),
    ),
    row(
        Collection::ResourceSets,
        Some(RESOURCE_SET),
        always_active([
            "iam.resourceset.create",
            "iam.resourceset.update",
            "iam.resourceset.delete",
        ]),
    ),
    // A binding has the id of its role.
    row(Collection::ResourceSetBindings, Some(CUSTOM_ROLE), Told::By(types::binding)),
];

const fn row(collection: Collection, part: Option<Part>, told: Told) -> Recorded {
    Recorded { collection, part, told }
}

const fn of(types: [&'static str; 5]) -> Told {
    Told::Lifecycle(Lifecycle::of(types))
}

const fn always_active(types: [&'static str; 3]) -> Told {
    Told::Lifecycle(Lifecycle::always_active(types))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_log::kinds::kind;

    /// Checks that the table of kinds has every type: recording another one would panic.
    #[test]
    fn every_type_of_a_lifecycle_has_a_kind() {
        for Recorded { told, .. } in &RECORDED {
            let Told::Lifecycle(lifecycle) = told else { continue };
            let Lifecycle { created, updated, activated, deactivated, deleted } = lifecycle;
            for event_type in [created, updated, activated, deactivated, deleted] {
                assert!(event_type.is_none_or(|it| kind(it).is_some()), "{event_type:?}");
            }
        }
    }
}
