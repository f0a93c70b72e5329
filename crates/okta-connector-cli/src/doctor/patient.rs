//! The org that is examined, and its credential.

use super::limits::Principal;
use super::recorder::Recorder;
use super::way::Scheme;
use crate::connection::{connector_on, context_of};
use crate::simulated_secrets::SimulatedSecrets;
use appflow_connector::request::ConnectorContext;
use okta_client::{HttpService, Loopback, OrgUrl};
use okta_connector::OktaConnector;
use serde_json::Value;
use std::fmt;

/// An org, and the credential to examine it with.
#[derive(Clone)]
pub struct Patient<'a, H> {
    /// The address, as somebody wrote it.
    pub address: &'a str,
    /// Says whether it may be on this machine.
    pub loopback: Loopback,
    /// The way to it.
    pub transport: H,
    /// The secret of a connection, as AppFlow would keep it.
    pub secret: &'a str,
    /// The kind of the secret, in AppFlow's word.
    pub authentication_type: &'a str,
    /// The clock that is compared with Okta's: seconds since 1970.
    pub clock: fn() -> u64,
    /// The seed of the jitter of retries.
    pub seed: u64,
}

/// By hand, so that the secret is never printed.
impl<H> fmt::Debug for Patient<'_, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patient").field("address", &self.shown_address()).finish_non_exhaustive()
    }
}

impl<H> Patient<'_, H> {
    /// Returns the address, unless a password may be in it.
    pub(super) fn shown_address(&self) -> &str {
        if self.address.contains('@') { "(an address with a user name)" } else { self.address }
    }

    /// Makes the context of a request to the connector.
    pub(super) fn context(&self) -> ConnectorContext {
        context_of(self.address, self.authentication_type, "doctor")
    }

    /// Reads off the secret what kind of a credential it is.
    pub(super) fn identity(&self) -> (Scheme, Principal) {
        let secret: Value = serde_json::from_str(self.secret).unwrap_or_default();
        let client_id = secret["clientId"].as_str().map(str::to_owned);
        let scheme = match secret["customAuthenticationType"].as_str() {
            Some("Okta_API_Token") => Scheme::ApiToken,
            Some(_) => Scheme::ServiceApp,
            None => Scheme::AccessToken,
        };
        let kind = if scheme == Scheme::ApiToken { "SSWS_TOKEN" } else { "OAUTH_CLIENT" };
        (scheme, Principal { kind, id: client_id })
    }
}

impl<H: HttpService + Clone> Patient<'_, H> {
    /// Makes the connector on the org, whose exchanges are recorded.
    pub(super) fn connector(
        &self,
        org: &OrgUrl,
        recorder: &Recorder<H>,
    ) -> OktaConnector<Recorder<H>, SimulatedSecrets> {
        connector_on(org, self.loopback, recorder.clone(), self.secret, self.clock, self.seed)
    }
}
