//! What an endpoint sees: the org, the index, the call, and how this org behaves where orgs differ or where
//! Okta's documents leave it open.

use crate::Org;
use crate::dialect::AssignmentFilters;
use crate::lag::SearchIndex;
use crate::paging::Pages;
use crate::request::Call;

/// What an endpoint may look at while it answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) org: &'a Org,
    pub(crate) index: &'a SearchIndex,
    pub(crate) settings: &'a Settings,
    pub(crate) now: jiff::Timestamp,
    pub(crate) call: &'a Call,
}

/// How this org behaves.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) pages: Pages,
    pub(crate) projection: Projection,
    pub(crate) assignment_filters: AssignmentFilters,
    pub(crate) engine: Engine,
    pub(crate) existence: Existence,
    pub(crate) zone: NetworkZone,
    pub(crate) api_nonce: ApiNonce,
    pub(crate) ungranted_scopes: UngrantedScopes,
    /// Query parameters that `next` links lose, beyond those that Okta is known to drop.
    pub(crate) links_drop: Vec<String>,
}

/// Whether the org knows the `fields` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Projection {
    Supported,
    Ignored,
}

/// What the org runs on. The older engine knows no devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Identity,
    Classic,
}

/// Whether there is an org behind the host name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existence {
    Active,
    Gone,
}

/// Whether calls come from where they may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NetworkZone {
    Allowed,
    Blocked,
}

/// Whether the API wants a nonce in each proof of possession.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiNonce {
    Unasked,
    Required,
}

/// What becomes of a token request when no scope in it is granted to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UngrantedScopes {
    AreInvalid,
    NeedConsent,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pages: Pages::Full,
            projection: Projection::Supported,
            assignment_filters: AssignmentFilters::Accepted,
            engine: Engine::Identity,
            existence: Existence::Active,
            zone: NetworkZone::Allowed,
            api_nonce: ApiNonce::Unasked,
            ungranted_scopes: UngrantedScopes::AreInvalid,
            links_drop: Vec::new(),
        }
    }
}
