//! The parts of the simulator that an endpoint reads while it answers.

use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::org::Org;
use crate::search_index::SearchIndex;

/// An endpoint may look at these, as they are now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) org: &'a Org,
    pub(crate) index: &'a SearchIndex,
    pub(crate) behaviour: &'a Behaviour,
    pub(crate) now: jiff::Timestamp,
    pub(crate) call: &'a Call,
    /// Listings show nothing and stay where they are.
    pub(crate) stalls: bool,
}
