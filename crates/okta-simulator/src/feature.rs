//! Features that an org may lack.

/// A feature or edition that an org has or lacks. A new simulator has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// API Access Management: custom authorization servers.
    ApiAccessManagement,
    /// Identity Governance: owners of groups.
    IdentityGovernance,
    /// Log streaming.
    LogStreaming,
    /// Realms, which come with Identity Governance, Secure Partner Access and others.
    Realms,
}
