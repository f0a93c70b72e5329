//! A connection without AppFlow and Secrets Manager: the connector on one org, and the context of requests to it.

use crate::simulated_secrets::SimulatedSecrets;
use appflow_connector::request::{ConnectorContext, Credentials};
use okta_client::{AllowedOrgs, HttpService, Loopback, OrgUrl};
use okta_connector::{Config, Offered, OktaConnector};
use std::collections::BTreeMap;

/// Makes the connector on one org. It offers every entity, and sends the credential to this org alone, and to this machine
/// if `loopback` allows it.
pub fn connector_on<H: HttpService + Clone>(
    org: &OrgUrl,
    loopback: Loopback,
    transport: H,
    secret: &str,
    clock: fn() -> u64,
    seed: u64,
) -> OktaConnector<H, SimulatedSecrets> {
    let mut config = Config::new(clock, seed);
    config.orgs.loopback = loopback;
    // An address on this machine needs no entry.
    if !org.is_loopback()
        && let Ok(allowed) = org.host().parse::<AllowedOrgs>()
    {
        config.orgs.allowed = allowed;
    }
    config.offered = Offered::everything();
    let secrets = SimulatedSecrets::new(Ok(secret.to_owned()));
    OktaConnector::new(transport, secrets, config)
}

/// Makes the context of requests about an org. The source of secrets has one secret, whatever it is called.
pub fn context_of(url: &str, authentication_type: &str, secret_arn: &str) -> ConnectorContext {
    ConnectorContext {
        connector_runtime_settings: BTreeMap::from([("instanceUrl".to_owned(), url.to_owned())]),
        credentials: Some(Credentials {
            secret_arn: Some(secret_arn.to_owned()),
            authentication_type: Some(authentication_type.to_owned()),
        }),
        ..ConnectorContext::default()
    }
}
