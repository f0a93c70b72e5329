//! The types of events about objects of the org itself.
//!
//! Okta documents its names of these objects as targets for policies and their rules alone. The others are guesses.

use super::kind::{Kind, Part, web};

pub(crate) const POLICY: Part = Part::Other(("PolicyEntity", "00p"));
pub(crate) const RULE: Part = Part::Other(("PolicyRule", "0pr"));
pub(crate) const GROUP_RULE: Part = Part::Other(("GroupRule", "0pr"));
pub(crate) const ZONE: Part = Part::Other(("NetworkZone", "nzo"));
pub(crate) const IDP: Part = Part::Other(("IdentityProvider", "0oa"));
pub(crate) const AUTHORIZATION_SERVER: Part = Part::Other(("AuthorizationServer", "aus"));
pub(crate) const API_TOKEN: Part = Part::Other(("Token", "00T"));
pub(crate) const EVENT_HOOK: Part = Part::Other(("EventHook", "who"));
pub(crate) const INLINE_HOOK: Part = Part::Other(("InlineHook", "cal"));
pub(crate) const TRUSTED_ORIGIN: Part = Part::Other(("TrustedOrigin", "tos"));
/// The ids of realms begin as those of devices do.
pub(crate) const REALM: Part = Part::Other(("Realm", "guo"));
pub(crate) const LOG_STREAM: Part = Part::Other(("LogStream", "0oa"));
pub(crate) const CUSTOM_ROLE: Part = Part::Other(("CustomRole", "cr0"));
pub(crate) const RESOURCE_SET: Part = Part::Other(("ResourceSet", "iam"));

const BINDING: &[Part] = &[RESOURCE_SET, CUSTOM_ROLE];
const POLICY_RULE: &[Part] = &[POLICY, RULE];

pub(crate) static ORG_KINDS: &[Kind] = &[
    web("policy.lifecycle.create", "Create policy", &[POLICY]),
    web("policy.lifecycle.update", "Update policy", &[POLICY]),
    web("policy.lifecycle.activate", "Activate policy", &[POLICY]),
    web("policy.lifecycle.deactivate", "Deactivate policy", &[POLICY]),
    web("policy.lifecycle.delete", "Delete policy", &[POLICY]),
    web("policy.rule.add", "Add policy rule", POLICY_RULE),
    web("policy.rule.update", "Update policy rule", POLICY_RULE),
    web("policy.rule.activate", "Activate policy rule", POLICY_RULE),
    web("policy.rule.deactivate", "Deactivate policy rule", POLICY_RULE),
    web("policy.rule.delete", "Delete policy rule", POLICY_RULE),
    web("group.user_membership.rule.deactivated", "Group rule deactivated", &[GROUP_RULE]),
    web("group.user_membership.rule.invalidate", "Group rule invalidated", &[GROUP_RULE]),
    web("zone.create", "Create network zone", &[ZONE]),
    web("zone.update", "Update network zone", &[ZONE]),
    web("zone.activate", "Activate network zone", &[ZONE]),
    web("zone.deactivate", "Deactivate network zone", &[ZONE]),
    web("zone.delete", "Delete network zone", &[ZONE]),
    web("system.idp.lifecycle.create", "Create identity provider", &[IDP]),
    web("system.idp.lifecycle.update", "Update identity provider", &[IDP]),
    web("system.idp.lifecycle.activate", "Activate identity provider", &[IDP]),
    web("system.idp.lifecycle.deactivate", "Deactivate identity provider", &[IDP]),
    web("system.idp.lifecycle.delete", "Delete identity provider", &[IDP]),
    web("oauth2.as.created", "Authorization server is created", &[AUTHORIZATION_SERVER]),
    web("oauth2.as.updated", "Authorization server is updated", &[AUTHORIZATION_SERVER]),
    web("oauth2.as.activated", "Authorization server is activated", &[AUTHORIZATION_SERVER]),
    web("oauth2.as.deactivated", "Authorization server is deactivated", &[AUTHORIZATION_SERVER]),
    web("oauth2.as.deleted", "Authorization server is deleted", &[AUTHORIZATION_SERVER]),
    web("system.api_token.create", "Create API token", &[API_TOKEN]),
    web("system.api_token.update", "Update API token", &[API_TOKEN]),
    web("system.api_token.revoke", "Revoke API token", &[API_TOKEN]),
    web("event_hook.created", "Event hook was created", &[EVENT_HOOK]),
    web("event_hook.updated", "Event hook was updated", &[EVENT_HOOK]),
    web("event_hook.activated", "Event hook was activated", &[EVENT_HOOK]),
    web("event_hook.deactivated", "Event hook was deactivated", &[EVENT_HOOK]),
    web("event_hook.deleted", "Event hook was deleted", &[EVENT_HOOK]),
    web("inline_hook.created", "Inline hook was created", &[INLINE_HOOK]),
    web("inline_hook.updated", "Inline hook was updated", &[INLINE_HOOK]),
    web("inline_hook.activated", "Inline hook was activated", &[INLINE_HOOK]),
    web("inline_hook.deactivated", "Inline hook was deactivated", &[INLINE_HOOK]),
    web("inline_hook.deleted", "Inline hook was deleted", &[INLINE_HOOK]),
    web("security.trusted_origin.create", "Trusted origin was created", &[TRUSTED_ORIGIN]),
    web("security.trusted_origin.update", "Trusted origin was updated", &[TRUSTED_ORIGIN]),
    web("security.trusted_origin.activate", "Trusted origin was activated", &[TRUSTED_ORIGIN]),
    web("security.trusted_origin.deactivate", "Trusted origin was deactivated", &[TRUSTED_ORIGIN]),
    web("security.trusted_origin.delete", "Trusted origin was deleted", &[TRUSTED_ORIGIN]),
    web("directory.realm.lifecycle.create", "Create realm", &[REALM]),
    web("directory.realm.lifecycle.update", "Update realm", &[REALM]),
    web("directory.realm.lifecycle.delete", "Delete realm", &[REALM]),
    web("system.log_stream.lifecycle.create", "Create log stream", &[LOG_STREAM]),
    web("system.log_stream.lifecycle.update", "Update log stream", &[LOG_STREAM]),
    web("system.log_stream.lifecycle.activate", "Activate log stream", &[LOG_STREAM]),
    web("system.log_stream.lifecycle.deactivate", "Deactivate log stream", &[LOG_STREAM]),
    web("system.log_stream.lifecycle.delete", "Delete log stream", &[LOG_STREAM]),
    web("iam.role.create", "Create custom role", &[CUSTOM_ROLE]),
    web("iam.role.update", "Update custom role", &[CUSTOM_ROLE]),
    web("iam.role.delete", "Delete custom role", &[CUSTOM_ROLE]),
    web("iam.resourceset.create", "Create resource set", &[RESOURCE_SET]),
    web("iam.resourceset.update", "Update resource set", &[RESOURCE_SET]),
    web("iam.resourceset.delete", "Delete resource set", &[RESOURCE_SET]),
    web("iam.resourceset.bindings.add", "Add binding of resource set", BINDING),
    web("iam.resourceset.bindings.delete", "Delete binding of resource set", BINDING),
];
