//! Switches, for what differs between orgs or is left open by Okta's documents.

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
    /// The API wants a nonce in each proof of possession.
    pub(crate) api_nonce: bool,
    /// A token request of which no scope is granted is told that consent is required.
    pub(crate) consent_required: bool,
    /// Query parameters that `next` links lose, beyond those that Okta is known to drop.
    pub(crate) links_drop: Vec<String>,
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
            api_nonce: false,
            consent_required: false,
            links_drop: Vec::new(),
        }
    }
}
