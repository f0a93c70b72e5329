//! The secret of a simulated connection, in place of Secrets Manager and KMS.

use okta_client::Signer;
use okta_connector::{Freshness, KeyError, SecretError, SecretSource};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::time::Instant;

/// The token that the simulated org of the commands accepts. It opens nothing but the simulator.
pub const API_TOKEN: &str = "00sandbox-token-of-the-simulator";

/// Returns the secret of a connection with an API token, as AppFlow keeps it.
pub fn api_token_secret(token: &str) -> String {
    serde_json::json!({
        "customAuthenticationType": "Okta_API_Token",
        "authenticationType": "CustomAuth",
        "apiToken": token,
    })
    .to_string()
}

/// A source of one secret, which it gives for every ARN.
#[derive(Clone, Debug)]
pub struct SimulatedSecrets {
    /// The answer of Secrets Manager.
    pub secret: Result<SecretString, SecretError>,
    /// The secret that a warm process has kept, if it is another one.
    pub cached: Option<SecretString>,
    /// The keys of KMS by their ids.
    pub keys: BTreeMap<String, Result<Arc<dyn Signer>, KeyError>>,
}

impl SimulatedSecrets {
    /// Makes a source that answers with `secret`, has kept nothing and has no keys.
    pub fn new(secret: Result<String, SecretError>) -> Self {
        Self { secret: secret.map(SecretString::from), cached: None, keys: BTreeMap::new() }
    }
}

impl SecretSource for SimulatedSecrets {
    async fn secret(
        &self,
        _arn: &str,
        freshness: Freshness,
        _deadline: Instant,
    ) -> Result<SecretString, SecretError> {
        match &self.cached {
            Some(cached) if freshness == Freshness::Cached => Ok(cached.clone()),
            _ => self.secret.clone(),
        }
    }

    async fn signer(&self, key_id: &str, _deadline: Instant) -> Result<Arc<dyn Signer>, KeyError> {
        let missing = || Err(KeyError::NotFound(format!("Key {key_id} does not exist")));
        self.keys.get(key_id).cloned().unwrap_or_else(missing)
    }
}
