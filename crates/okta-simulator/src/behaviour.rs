//! Switches, for what differs between orgs or is left open by Okta's documents.

use std::collections::{BTreeMap, BTreeSet};

use crate::api_error::ApiError;
use crate::feature::Feature;

/// An org behaves as these say.
#[derive(Clone, Debug)]
pub(crate) struct Behaviour {
    /// There is an active org behind the host name.
    pub(crate) active: bool,
    /// The org runs on the Classic Engine, which has no devices.
    pub(crate) classic_engine: bool,
    /// All calls come from outside the network zones that credentials may be used from.
    pub(crate) zone_blocked: bool,
    /// Some pages are short or empty although more follows.
    pub(crate) sparse_pages: bool,
    /// The org knows the `fields` parameter.
    pub(crate) projection: bool,
    /// The `filter` on apps takes `user.id` and `group.id`.
    pub(crate) app_assignment_filters: bool,
    /// A bounded query of the System Log has what was published at `until`.
    pub(crate) log_until_included: bool,
    /// The API wants a nonce in each proof of possession.
    pub(crate) api_nonce: bool,
    /// A token request of which no scope is granted is told that consent is required.
    pub(crate) consent_required: bool,
    /// A token request of which some scopes are not granted is told which.
    pub(crate) names_scopes: bool,
    /// Query parameters that `next` links lose, beyond those that Okta is known to drop.
    pub(crate) links_drop: Vec<String>,
    /// The org lacks these features, and refuses what they bring with these errors.
    pub(crate) lacking: BTreeMap<Feature, ApiError>,
    /// The org lacks policies of these types.
    pub(crate) lacking_policy_types: BTreeSet<String>,
    /// Members are shown with the rules that made them members, if asked for.
    pub(crate) shows_member_rules: bool,
    /// Who has a role through a group alone is listed among those who have roles.
    pub(crate) lists_inheriting_assignees: bool,
    /// `search` takes `ne`.
    pub(crate) search_takes_ne: bool,
    /// `search` takes attributes that no schema defines, and finds nothing by them.
    pub(crate) searches_unknown_attributes: bool,
    /// A page size above the maximum is refused.
    pub(crate) refuses_large_limits: bool,
    /// A `filter` that is for one comparison, as that of apps, takes several.
    pub(crate) joins_app_filters: bool,
    /// Links in bodies lead to the host of the Admin Console.
    pub(crate) admin_host_links: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            active: true,
            classic_engine: false,
            zone_blocked: false,
            sparse_pages: false,
            projection: true,
            app_assignment_filters: true,
            log_until_included: false,
            api_nonce: false,
            consent_required: false,
            names_scopes: false,
            links_drop: Vec::new(),
            lacking: BTreeMap::new(),
            lacking_policy_types: BTreeSet::new(),
            shows_member_rules: true,
            lists_inheriting_assignees: false,
            search_takes_ne: false,
            searches_unknown_attributes: false,
            refuses_large_limits: false,
            joins_app_filters: false,
            admin_host_links: true,
        }
    }
}
