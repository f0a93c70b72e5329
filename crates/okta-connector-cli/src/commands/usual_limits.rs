//! The limits that Okta last published for workforce orgs. An org's own may be others: the connector learns them from
//! headers, and takes no number from here.

use okta_client::Bucket;

/// The part of an org's limit that Okta gives to one credential unless an administrator says otherwise, in percent.
pub(crate) const CREDENTIAL_PERCENT: u64 = 50;

/// The share of that which a connection uses unless it says otherwise, in percent.
pub(crate) const CONNECTION_PERCENT: u64 = 75;

/// Returns the requests a minute that all clients of a workforce org have in a bucket.
pub(crate) fn usual_limit(bucket: Bucket) -> u64 {
    match bucket {
        Bucket::User | Bucket::Token => 2_000,
        Bucket::Other => 1_200,
        Bucket::Group
        | Bucket::Policies
        | Bucket::Idps
        | Bucket::AuthorizationServers
        | Bucket::TrustedOrigins
        | Bucket::EventHooks
        | Bucket::InlineHooks => 1_000,
        Bucket::Users => 600,
        Bucket::Groups | Bucket::App | Bucket::Realms => 500,
        Bucket::ApiTokens | Bucket::LogStreams => 300,
        Bucket::Logs => 120,
        Bucket::Apps | Bucket::Devices | Bucket::Iam | Bucket::Clients | Bucket::Zones => 100,
    }
}

/// Returns the requests a minute that a connection may send under the usual limit.
pub(crate) fn usual_share(bucket: Bucket) -> u64 {
    (usual_limit(bucket) * CREDENTIAL_PERCENT * CONNECTION_PERCENT / 10_000).max(1)
}
