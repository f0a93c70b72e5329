//! Delivery times and broken connections, which are the transport's to act on.

use std::time::Duration;

/// A response takes time, and may arrive in part. This is in the extensions of the response; a response without one is
/// delivered at once and whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The response takes this long.
    pub delay: Duration,
    /// The connection breaks after so many bytes of the body, if it does.
    pub cut_after: Option<usize>,
}
