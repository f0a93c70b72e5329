//! The table of collections: a file for each, and a line for each.

#![expect(non_upper_case_globals, reason = "a collection reads as a variant of an enum would")]

mod api_tokens;
mod app_grants;
mod app_groups;
mod app_users;
mod apps;
mod authorization_servers;
mod client_roles;
mod custom_roles;
mod device_users;
mod devices;
mod event_hooks;
mod group_members;
mod group_owners;
mod group_roles;
mod group_rules;
mod group_schemas;
mod groups;
mod idps;
mod inline_hooks;
mod log_streams;
mod policies;
mod policy_rules;
mod push_mappings;
mod realms;
mod resource_sets;
mod role_assignees;
mod set_bindings;
mod system_log;
mod trusted_origins;
mod user_factors;
mod user_roles;
mod user_schemas;
mod user_types;
mod users;
mod zones;

use crate::collection::Collection;

impl Collection {
    /// Every collection, each after those that its objects refer to.
    ///
    /// An org is generated in this order from one row of random numbers, so a new collection stands last: then
    /// what is generated before it stays as it is.
    pub const ALL: &'static [Self] = &[
        Self::UserTypes,
        Self::UserSchemas,
        Self::GroupSchemas,
        Self::Apps,
        Self::Users,
        Self::Groups,
        Self::Devices,
        Self::GroupRules,
        Self::GroupMembers,
        Self::GroupOwners,
        Self::ApplicationUsers,
        Self::ApplicationGroups,
        Self::ApplicationGrants,
        Self::GroupPushMappings,
        Self::DeviceUsers,
        Self::UserFactors,
        Self::CustomRoles,
        Self::ResourceSets,
        Self::ResourceSetBindings,
        Self::UserRoles,
        Self::GroupRoles,
        Self::ClientRoles,
        Self::RoleAssignees,
        Self::NetworkZones,
        Self::Policies,
        Self::PolicyRules,
        Self::IdentityProviders,
        Self::AuthorizationServers,
        Self::TrustedOrigins,
        Self::EventHooks,
        Self::InlineHooks,
        Self::ApiTokens,
        Self::Realms,
        Self::LogStreams,
    ];
}
