//! Secrets that Okta puts into records.
//!
//! Each is a text that stands nowhere else, so whoever passes records on can look for it in what came out.

/// The secrets in the records of a generated org: none of them may leave whoever reads the org.
pub const PLANTED_SECRETS: [&str; 4] =
    [CLIENT_SECRET, EVENT_HOOK_HEADER, INLINE_HOOK_HEADER, FACTOR_KEY];

/// The secret of the client that an identity provider knows the org as.
pub(crate) const CLIENT_SECRET: &str = "canary-client-secret-of-an-identity-provider";
/// The value of a header that an event hook sends.
pub(crate) const EVENT_HOOK_HEADER: &str = "canary-header-value-of-an-event-hook";
/// The value of a header that an inline hook sends.
pub(crate) const INLINE_HOOK_HEADER: &str = "canary-header-value-of-an-inline-hook";
/// A key of a factor.
pub(crate) const FACTOR_KEY: &str = "canary-key-of-a-factor";
