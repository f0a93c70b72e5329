//! Switches, for what differs between orgs, and for states that an org may be in.

use crate::Simulator;
use crate::dialect::AssignmentFilters;
use crate::paging::Pages;
use crate::view::{ApiNonce, Engine, Existence, NetworkZone, Projection, UngrantedScopes};

#[expect(
    clippy::fn_params_excessive_bools,
    reason = "a switch is on or off, and its name says of what"
)]
impl Simulator {
    /// Whether some pages are short or empty although more follows, and some last pages promise a next one.
    pub fn set_sparse_pages(&mut self, sparse: bool) {
        self.settings.pages = if sparse { Pages::Sparse } else { Pages::Full };
    }

    /// Whether the org knows the `fields` parameter; one that does not passes over it.
    pub fn set_projection_supported(&mut self, supported: bool) {
        self.settings.projection =
            if supported { Projection::Supported } else { Projection::Ignored };
    }

    /// Whether `filter` on apps takes `user.id` and `group.id`; an org that does not refuses them.
    pub fn set_app_assignment_filters(&mut self, accepted: bool) {
        self.settings.assignment_filters =
            if accepted { AssignmentFilters::Accepted } else { AssignmentFilters::Refused };
    }

    /// Whether the org runs on the Classic Engine instead of the Identity Engine. It says so to everybody, and it
    /// has no devices: calls for them are answered with 401 `E0000015`.
    ///
    /// That answer is a guess. Okta says that devices exist on the Identity Engine only, and answers so where
    /// other features are missing.
    pub fn set_classic_engine(&mut self, classic: bool) {
        self.settings.engine = if classic { Engine::Classic } else { Engine::Identity };
    }

    /// Whether there is an active org behind the host name. If not, every call is answered with 404 and a web
    /// page.
    ///
    /// That answer is a guess. No document has it, but a deactivated org was once seen to answer so, and a client
    /// that survives a page where it expects JSON survives JSON as well.
    pub fn set_org_active(&mut self, active: bool) {
        self.settings.existence = if active { Existence::Active } else { Existence::Gone };
    }

    /// Whether all calls come from outside the network zones that credentials may be used from. The token
    /// endpoint answers them with 403 `access_denied` then, as documented, and the API with 403 `E0000006`.
    ///
    /// The answer of the API is a guess, for API tokens and OAuth tokens alike.
    pub fn set_network_zone_blocked(&mut self, blocked: bool) {
        self.settings.zone = if blocked { NetworkZone::Blocked } else { NetworkZone::Allowed };
    }

    /// Whether the API asks for a nonce in each proof of possession, as the token endpoint always does. Okta's
    /// documents say that it does not; some have met it.
    ///
    /// The nonce of the token endpoint is not good for the API.
    pub fn set_api_nonce_required(&mut self, required: bool) {
        self.settings.api_nonce = if required { ApiNonce::Required } else { ApiNonce::Unasked };
    }

    /// Whether a token request in which no scope at all is granted to the app is answered with
    /// `consent_required` instead of `invalid_scope`. Okta documents both and does not say when it gives which.
    pub fn set_consent_required(&mut self, required: bool) {
        self.settings.ungranted_scopes =
            if required { UngrantedScopes::NeedConsent } else { UngrantedScopes::AreInvalid };
    }
}
