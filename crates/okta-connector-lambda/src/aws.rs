//! The AWS services behind a connection: Secrets Manager, where AppFlow keeps its secret, and KMS,
//! where the private key of a service app may be.
//!
//! The AWS configuration is loaded when the first of them is called, and each client is made once.

use crate::kms::KmsSigner;
use crate::sdk_error::describe;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use okta_client::Signer;
use okta_connector::{Freshness, KeyError, SecretError, SecretSource};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout_at};

/// The longest time for which a secret is kept. AppFlow puts another access token there and users
/// change connections; neither waits longer.
const TIME_TO_LIVE: Duration = Duration::from_secs(5 * 60);

/// The number of connections whose secrets a warm process keeps.
const MAX_KEPT: usize = 64;

/// The pauses before a secret is looked for again: one that was just made, or a permission that was
/// just given, is not visible everywhere at once.
const SECOND_LOOKS: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1_000)];

/// A source of secrets that keeps each for five minutes at most.
#[derive(Debug, Default)]
pub(crate) struct Aws {
    /// Another address of Secrets Manager.
    secrets_manager: Option<String>,
    config: OnceCell<SdkConfig>,
    secrets: OnceCell<aws_sdk_secretsmanager::Client>,
    keys: OnceCell<aws_sdk_kms::Client>,
    kept: Mutex<HashMap<String, Kept>>,
}

#[derive(Debug)]
struct Kept {
    secret: SecretString,
    since: Instant,
}

impl Aws {
    /// Makes a source that has loaded nothing yet. `secrets_manager` is another address of Secrets Manager.
    pub(crate) fn new(secrets_manager: Option<String>) -> Self {
        Self { secrets_manager, ..Self::default() }
    }

    fn kept(&self, arn: &str) -> Option<SecretString> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, kept| kept.since.elapsed() < TIME_TO_LIVE);
        kept.get(arn).map(|kept| kept.secret.clone())
    }

    fn keep(&self, arn: &str, secret: &SecretString) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        let value = Kept { secret: secret.clone(), since: Instant::now() };
        kept.insert(arn.to_owned(), value);
    }

    fn forget(&self, arn: &str) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(arn);
    }

    async fn config(&self) -> &SdkConfig {
        let load = || {
            let https = aws_smithy_http_client::Builder::new()
                .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
                .build_https();
            aws_config::defaults(BehaviorVersion::latest()).http_client(https).load()
        };
        self.config.get_or_init(load).await
    }

    async fn read(&self, arn: &str) -> Result<SecretString, SecretError> {
        let connect = || async {
            let config = aws_sdk_secretsmanager::config::Builder::from(self.config().await);
            let config = match &self.secrets_manager {
                Some(url) => config.endpoint_url(url),
                None => config,
            };
            aws_sdk_secretsmanager::Client::from_conf(config.build())
        };
        let client = self.secrets.get_or_init(connect).await;
        let output = client.get_secret_value().secret_id(arn).send().await.map_err(explain)?;
        output.secret_string.map(SecretString::from).ok_or(SecretError::NoText)
    }

    async fn read_patiently(&self, arn: &str) -> Result<SecretString, SecretError> {
        for pause in SECOND_LOOKS {
            match self.read(arn).await {
                Err(SecretError::NotFound | SecretError::AccessDenied(_)) => sleep(pause).await,
                outcome => return outcome,
            }
        }
        self.read(arn).await
    }
}

impl SecretSource for Aws {
    async fn secret(
        &self,
        arn: &str,
        freshness: Freshness,
        deadline: Instant,
    ) -> Result<SecretString, SecretError> {
        match freshness {
            Freshness::Cached => {
                if let Some(secret) = self.kept(arn) {
                    return Ok(secret);
                }
            }
            Freshness::Fresh => self.forget(arn),
        }
        let late = |_| SecretError::Unavailable("No answer in time".to_owned());
        let secret = timeout_at(deadline, self.read_patiently(arn)).await.map_err(late)??;
        self.keep(arn, &secret);
        Ok(secret)
    }

    async fn signer(&self, key_id: &str, deadline: Instant) -> Result<Arc<dyn Signer>, KeyError> {
        let connect = || async { aws_sdk_kms::Client::new(self.config().await) };
        let client = self.keys.get_or_init(connect).await;
        let late = |_| KeyError::Unavailable("No answer in time".to_owned());
        let signer = timeout_at(deadline, KmsSigner::new(client, key_id)).await.map_err(late)??;
        Ok(Arc::new(signer))
    }
}

/// Sorts a failure by what someone must change. The texts of AWS name the secret and the key, never
/// what is in them.
fn explain(error: SdkError<GetSecretValueError>) -> SecretError {
    let text = describe(&error);
    match error.code() {
        Some("ResourceNotFoundException") => SecretError::NotFound,
        // Secrets Manager asks KMS on behalf of the function and passes on what that says.
        Some("AccessDeniedException") if text.contains("KMS") => SecretError::Key(text),
        Some("AccessDeniedException") => SecretError::AccessDenied(text),
        Some("DecryptionFailure" | "KMSAccessDeniedException" | "KMSInvalidStateException") => {
            SecretError::Key(text)
        }
        // A secret that was deleted stays visible for some days, but cannot be read.
        Some("InvalidRequestException") if text.contains("deletion") => SecretError::NotFound,
        Some("InvalidRequestException") => SecretError::Key(text),
        _ => SecretError::Unavailable(text),
    }
}
