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
    /// Query parameters that `next` links lose, beyond those that Okta is known to drop.
    pub(crate) links_drop: Vec<String>,
}

/// Whether the org knows the `fields` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Projection {
    Supported,
    Ignored,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pages: Pages::Full,
            projection: Projection::Supported,
            assignment_filters: AssignmentFilters::Accepted,
            links_drop: Vec::new(),
        }
    }
}
