//! Delivery times and broken connections, which are the transport's to act on.

use std::time::Duration;

/// How a response reaches the caller. It is in the extensions of the response; a response without one is
/// delivered at once and whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// How long the response takes.
    pub delay: Duration,
    /// After how many bytes of the body the connection breaks, if it does.
    pub cut_after: Option<usize>,
}
