//! Connections' secrets from Secrets Manager, where AppFlow keeps them.

use aws_config::BehaviorVersion;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use okta_connector::{Freshness, SecretError, SecretSource};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

/// AppFlow renews access tokens every hour and users change connections; neither waits longer.
const TIME_TO_LIVE: Duration = Duration::from_secs(5 * 60);

/// Connections whose secrets a warm process keeps.
const MAX_KEPT: usize = 64;

/// Reads secrets, and keeps each for five minutes at most.
#[derive(Debug, Default)]
pub(crate) struct AwsSecrets {
    client: OnceCell<Client>,
    kept: Mutex<HashMap<String, Kept>>,
}

#[derive(Debug)]
struct Kept {
    secret: SecretString,
    since: Instant,
}

impl AwsSecrets {
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

    async fn read(&self, arn: &str) -> Result<SecretString, SecretError> {
        let client = self.client.get_or_init(connect).await;
        let output = client.get_secret_value().secret_id(arn).send().await.map_err(explain)?;
        output.secret_string.map(SecretString::from).ok_or(SecretError::NoText)
    }
}

impl SecretSource for AwsSecrets {
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
        let secret = timeout_at(deadline, self.read(arn)).await.map_err(late)??;
        self.keep(arn, &secret);
        Ok(secret)
    }
}

async fn connect() -> Client {
    let https = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(https).load().await;
    Client::new(&config)
}

/// Tells apart what someone must change. The texts of AWS name the secret and the key, never what is
/// in them.
fn explain(error: SdkError<GetSecretValueError>) -> SecretError {
    let text = || match error.message() {
        Some(message) => message.to_owned(),
        None => DisplayErrorContext(&error).to_string(),
    };
    match error.code() {
        Some("ResourceNotFoundException") => SecretError::NotFound,
        Some("AccessDeniedException") => SecretError::AccessDenied(text()),
        Some("DecryptionFailure" | "KMSAccessDeniedException" | "KMSInvalidStateException") => {
            SecretError::Key(text())
        }
        // A secret that was deleted stays visible for some days, but cannot be read.
        Some("InvalidRequestException") => SecretError::NotFound,
        _ => SecretError::Unavailable(text()),
    }
}
