//! Setters of what goes wrong, what takes time, and what differs between orgs.

use std::time::Duration;

use jiff::SignedDuration;

use crate::api_error::ApiError;
use crate::faults::FaultScript;
use crate::feature::Feature;
use crate::limits::{Limiter, RateLimits};
use crate::simulator::Simulator;

impl Simulator {
    /// Sets the rate limits, and forgets what was used of the old ones.
    pub fn set_rate_limits(&mut self, limits: RateLimits) {
        self.limiter = Limiter::new(limits);
    }

    /// Sets how long every response takes.
    pub fn set_latency(&mut self, latency: Duration) {
        self.latency = latency;
    }

    /// Sets what goes wrong from now on.
    pub fn set_faults(&mut self, script: FaultScript) {
        self.faults = script;
    }

    /// Sets how long the search index takes to learn of a change made with [`put`](Self::put).
    pub fn set_index_lag(&mut self, lag: Duration) {
        self.index.delay = SignedDuration::try_from(lag).expect("a lag is shorter than a lifetime");
    }

    /// Takes a feature from the org. What it brings is refused with this error; [`ApiError::NoFeature`] is what Okta was
    /// seen to answer for authorization servers, and the rest is not documented.
    pub fn lack(&mut self, feature: Feature, error: ApiError) {
        self.behaviour.lacking.insert(feature, error);
    }

    /// Gives a feature to the org, which has all of them until [`lack`](Self::lack) takes one.
    pub fn provide(&mut self, feature: Feature) {
        self.behaviour.lacking.remove(&feature);
    }

    /// Names the types of policies that the org lacks. Asked for one, it answers with 400 `E0000001`.
    ///
    /// That answer is a guess.
    pub fn set_lacking_policy_types(&mut self, types: &[&str]) {
        self.behaviour.lacking_policy_types = types.iter().map(|&it| it.to_owned()).collect();
    }

    /// Names query parameters that `next` links lose, beyond those that Okta is known to drop.
    pub fn set_links_drop(&mut self, parameters: Vec<String>) {
        self.behaviour.links_drop = parameters;
    }
}

#[expect(
    clippy::fn_params_excessive_bools,
    reason = "a switch is on or off, and its name says of what"
)]
impl Simulator {
    /// Sets whether some pages are short or empty although more follows, and some last pages promise a next one.
    pub fn set_sparse_pages(&mut self, sparse: bool) {
        self.behaviour.sparse_pages = sparse;
    }

    /// Sets whether the org knows the `fields` parameter; one that does not passes over it.
    pub fn set_projection_supported(&mut self, supported: bool) {
        self.behaviour.projection = supported;
    }

    /// Sets whether members are shown with the rules that made them members, where `expand=group-rules` asks for it; an
    /// org that does not know this passes over it.
    pub fn set_member_rules_shown(&mut self, shown: bool) {
        self.behaviour.shows_member_rules = shown;
    }

    /// Sets whether `/api/v1/iam/assignees/users` lists users who have a role through a group alone. Okta does not say;
    /// until this is set they are left out, which is harder on who relies on it.
    pub fn set_inheriting_assignees_listed(&mut self, listed: bool) {
        self.behaviour.lists_inheriting_assignees = listed;
    }

    /// Sets whether links in bodies lead to the host of the Admin Console, as they do in most orgs.
    pub fn set_admin_host_links(&mut self, admin: bool) {
        self.behaviour.admin_host_links = admin;
    }

    /// Sets whether `filter` on apps takes `user.id` and `group.id`; an org that does not refuses them.
    pub fn set_app_assignment_filters(&mut self, accepted: bool) {
        self.behaviour.app_assignment_filters = accepted;
    }

    /// Sets whether `search` takes `ne`, which Okta documents nowhere and refuses for users.
    pub fn set_search_takes_ne(&mut self, accepted: bool) {
        self.behaviour.search_takes_ne = accepted;
    }

    /// Sets whether `search` takes an attribute that no schema of the org defines, and finds nothing by it; Okta does not
    /// say, so it is refused unless this says so.
    pub fn set_unknown_attributes_searched(&mut self, searched: bool) {
        self.behaviour.searches_unknown_attributes = searched;
    }

    /// Sets whether a `limit` above the maximum is refused with 400 `E0000001` instead of being lowered. Okta does not say.
    pub fn set_large_limits_refused(&mut self, refused: bool) {
        self.behaviour.refuses_large_limits = refused;
    }

    /// Sets whether a `filter` that Okta documents for one comparison, as that of apps, takes `and` and `or`.
    pub fn set_app_filters_joined(&mut self, accepted: bool) {
        self.behaviour.joins_app_filters = accepted;
    }

    /// Sets whether there is an active org behind the host name. If not, every call is answered with 404 and a web
    /// page.
    ///
    /// That answer is a guess. No document has it, but a deactivated org was once seen to answer so, and a client
    /// that survives a page where it expects JSON survives JSON as well.
    pub fn set_org_active(&mut self, active: bool) {
        self.behaviour.active = active;
    }

    /// Sets whether the org runs on the Classic Engine instead of the Identity Engine. It has no devices then: calls
    /// for them are answered with 401 `E0000015`.
    ///
    /// That answer is a guess. Okta says that devices exist on the Identity Engine only, and answers so where
    /// other features are missing.
    pub fn set_classic_engine(&mut self, classic: bool) {
        self.behaviour.classic_engine = classic;
    }

    /// Sets whether all calls come from outside the network zones that credentials may be used from. The token
    /// endpoint answers them with 403 `access_denied` then, as documented, and the API with 403 `E0000006`.
    ///
    /// The answer of the API is a guess, for API tokens and OAuth tokens alike.
    pub fn set_network_zone_blocked(&mut self, blocked: bool) {
        self.behaviour.zone_blocked = blocked;
    }

    /// Sets whether a bounded query of the System Log has what was published at `until`. Okta does not say, so it
    /// has not unless this says so.
    pub fn set_log_until_included(&mut self, included: bool) {
        self.behaviour.log_until_included = included;
    }

    /// Sets whether the API asks for a nonce in each proof of possession, as the token endpoint always does. Okta's
    /// documents say that it does not; some have met it.
    ///
    /// The nonce of the token endpoint is not good for the API.
    pub fn set_api_nonce_required(&mut self, required: bool) {
        self.behaviour.api_nonce = required;
    }

    /// Sets whether a token request in which no scope at all is granted to the app is answered with
    /// `consent_required` instead of `invalid_scope`. Okta documents both and does not say when it gives which.
    pub fn set_consent_required(&mut self, required: bool) {
        self.behaviour.consent_required = required;
    }

    /// Sets whether a token request is told which of its scopes are not granted. No document says that Okta does so.
    pub fn set_scopes_named(&mut self, named: bool) {
        self.behaviour.names_scopes = named;
    }
}
