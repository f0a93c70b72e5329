//! The buckets in which Okta counts requests, and their sizes.

/// The requests to one set of paths, which share a limit.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// The path that names it.
    pub(crate) name: &'static str,
    /// Requests per minute of a whole org, by its subscription.
    pub(crate) workforce: u32,
    pub(crate) customer_identity: u32,
    pub(crate) integrator_free: u32,
}

pub(crate) const APPS: &Bucket = &Bucket::new("/api/v1/apps", [100, 100, 20]);
pub(crate) const APP: &Bucket = &Bucket::new("/api/v1/apps/{id}", [500, 600, 100]);
pub(crate) const GROUPS: &Bucket = &Bucket::new("/api/v1/groups", [500, 600, 100]);
pub(crate) const GROUP: &Bucket = &Bucket::new("/api/v1/groups/{id}", [1000, 600, 100]);
pub(crate) const USERS: &Bucket = &Bucket::new("/api/v1/users", [600, 600, 100]);
pub(crate) const USER: &Bucket = &Bucket::new("/api/v1/users/{id}", [2000, 1000, 100]);
pub(crate) const DEVICES: &Bucket = &Bucket::new("/api/v1/devices", [100, 150, 100]);
/// No table has it. The one answer that was recorded has this limit, and not that of its neighbours.
pub(crate) const GROUP_SCHEMA: &Bucket =
    &Bucket::new("/api/v1/meta/schemas/group/default", [100, 100, 100]);
pub(crate) const LOGS: &Bucket = &Bucket::new("/api/v1/logs", [120, 50, 20]);
pub(crate) const TOKEN: &Bucket = &Bucket::new("/oauth2/v1/token", [2000, 1200, 300]);
pub(crate) const AUTHORIZE: &Bucket = &Bucket::new("/oauth2/v1/authorize", [2000, 1200, 300]);
pub(crate) const BELOW_USER: &Bucket = &Bucket::new("/api/v1/users/{id}/", [600, 600, 100]);
pub(crate) const DEVICE_USERS: &Bucket =
    &Bucket::new("/api/v1/devices/{id}/users", [300, 300, 100]);
pub(crate) const CLIENTS: &Bucket = &Bucket::new("/oauth2/v1/clients", [100, 100, 25]);
// These were only ever seen in headers, and only of some kinds of orgs.
pub(crate) const IAM: &Bucket = &Bucket::new("/api/v1/iam", [100, 100, 50]);
pub(crate) const ZONES: &Bucket = &Bucket::new("/api/v1/zones", [100, 100, 50]);
pub(crate) const POLICIES: &Bucket = &Bucket::new("/api/v1/policies", [1000, 600, 100]);
pub(crate) const IDPS: &Bucket = &Bucket::new("/api/v1/idps", [1000, 600, 100]);
pub(crate) const AUTHORIZATION_SERVERS: &Bucket =
    &Bucket::new("/api/v1/authorizationServers", [1000, 600, 100]);
pub(crate) const TRUSTED_ORIGINS: &Bucket =
    &Bucket::new("/api/v1/trustedOrigins", [1000, 600, 100]);
pub(crate) const EVENT_HOOKS: &Bucket = &Bucket::new("/api/v1/eventHooks", [1000, 600, 100]);
pub(crate) const INLINE_HOOKS: &Bucket = &Bucket::new("/api/v1/inlineHooks", [1000, 600, 100]);
pub(crate) const API_TOKENS: &Bucket = &Bucket::new("/api/v1/api-tokens", [300, 300, 100]);
pub(crate) const REALMS: &Bucket = &Bucket::new("/api/v1/realms", [500, 500, 100]);
pub(crate) const LOG_STREAMS: &Bucket = &Bucket::new("/api/v1/logStreams", [300, 300, 100]);
pub(crate) const SHARES: &Bucket = &Bucket::new("/api/v1/principal-rate-limits", [100, 100, 50]);
/// Everything that has no bucket of its own.
pub(crate) const OTHER: &Bucket = &Bucket::new("/api/v1", [1200, 600, 100]);

impl Bucket {
    /// Describes a bucket: its limits are those of Workforce Identity, Customer Identity and the free plan.
    const fn new(name: &'static str, per_minute: [u32; 3]) -> Self {
        let [workforce, customer_identity, integrator_free] = per_minute;
        Self { name, workforce, customer_identity, integrator_free }
    }
}
