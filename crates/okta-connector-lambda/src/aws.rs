//! The AWS services behind a connection: Secrets Manager, where AppFlow keeps its secret, and KMS,
//! where the private key of a service app may be.
//!
//! The AWS configuration is loaded when the first of them is called, and each client is made once.

use crate::aws_http::AwsHttp;
use crate::kms::KmsSigner;
use crate::patience::{ATTEMPT, patiently, retries, timeouts};
use crate::sdk_error::describe;
use crate::secret_name::SecretNames;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_sdk_secretsmanager::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use okta_client::Signer;
use okta_connector::{Freshness, KeyError, SecretError, SecretSource};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

/// AppFlow puts another access token there and users change connections; neither waits longer.
const TIME_TO_LIVE: Duration = Duration::from_secs(5 * 60);

/// Connections whose secrets a warm process keeps.
const MAX_KEPT: usize = 64;

/// Reads secrets, and keeps each for five minutes at most.
#[derive(Debug)]
pub(crate) struct Aws {
    source: SecretsManager,
    config: OnceCell<SdkConfig>,
    secrets: OnceCell<aws_sdk_secretsmanager::Client>,
    keys: OnceCell<aws_sdk_kms::Client>,
    kept: Mutex<HashMap<String, Kept>>,
}

/// The place that secrets are read from.
#[derive(Debug)]
pub(crate) enum SecretsManager {
    /// AWS's own, for the secrets with these names.
    Aws(SecretNames),
    /// A stand-in on this machine, for any secret.
    StandIn(String),
}

#[derive(Debug)]
struct Kept {
    secret: SecretString,
    since: Instant,
}

impl Aws {
    /// Makes a source that has loaded and asked nothing yet.
    pub(crate) fn new(source: SecretsManager) -> Self {
        Self {
            source,
            config: OnceCell::new(),
            secrets: OnceCell::new(),
            keys: OnceCell::new(),
            kept: Mutex::default(),
        }
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

    async fn config(&self) -> Result<&SdkConfig, BoxError> {
        let load = || async { Ok(loader(ATTEMPT)?.load().await) };
        self.config.get_or_try_init(load).await
    }

    async fn read(&self, arn: &str) -> Result<SecretString, SecretError> {
        let connect = || async {
            let config = aws_sdk_secretsmanager::config::Builder::from(self.config().await?);
            let config = match &self.source {
                SecretsManager::StandIn(url) => config.endpoint_url(url),
                SecretsManager::Aws(_) => config,
            };
            Ok(aws_sdk_secretsmanager::Client::from_conf(config.build()))
        };
        let client = self.secrets.get_or_try_init(connect).await;
        let client =
            client.map_err(|error: BoxError| SecretError::Unavailable(error.to_string()))?;
        let output = client.get_secret_value().secret_id(arn).send().await.map_err(explain)?;
        output.secret_string.map(SecretString::from).ok_or(SecretError::NoText)
    }
}

/// Prepares the configuration. An attempt at a request may take as long as `attempt`.
fn loader(attempt: Duration) -> Result<ConfigLoader, BoxError> {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(AwsHttp::new(attempt)?)
        .timeout_config(timeouts(attempt))
        .retry_config(retries());
    Ok(loader)
}

impl SecretSource for Aws {
    async fn secret(
        &self,
        arn: &str,
        freshness: Freshness,
        deadline: Instant,
    ) -> Result<SecretString, SecretError> {
        if let SecretsManager::Aws(names) = &self.source {
            names.check(arn)?;
        }
        match freshness {
            Freshness::Cached => {
                if let Some(secret) = self.kept(arn) {
                    return Ok(secret);
                }
            }
            Freshness::Fresh => self.forget(arn),
        }
        let late = |_| SecretError::Unavailable("No answer in time".to_owned());
        let read = patiently(may_pass, || self.read(arn));
        let secret = timeout_at(deadline, read).await.map_err(late)??;
        self.keep(arn, &secret);
        Ok(secret)
    }

    async fn signer(&self, key_id: &str, deadline: Instant) -> Result<Arc<dyn Signer>, KeyError> {
        let connect = || async { Ok(aws_sdk_kms::Client::new(self.config().await?)) };
        let client = self.keys.get_or_try_init(connect).await;
        let client = client.map_err(|error: BoxError| KeyError::Unavailable(error.to_string()))?;
        let late = |_| KeyError::Unavailable("No answer in time".to_owned());
        let signer = timeout_at(deadline, KmsSigner::new(client, key_id)).await.map_err(late)??;
        Ok(Arc::new(signer))
    }
}

/// Returns true for the failures of a secret or a right that may be too new to be seen everywhere.
fn may_pass(error: &SecretError) -> bool {
    matches!(error, SecretError::NotFound | SecretError::AccessDenied(_))
}

/// Tells apart what someone must change. The texts of AWS name the secret and the key, never what is
/// in them.
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

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_secretsmanager::config::{Credentials, Region};
    use std::collections::VecDeque;
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    const ATTEMPT: Duration = Duration::from_millis(300);
    const TIME: Duration = Duration::from_secs(20);

    /// An answer of AWS; none is silence on a connection that stays open.
    type Reply = Option<(u16, &'static str)>;

    const SECRET: Reply = Some((200, r#"{"ARN":"arn","SecretString":"text"}"#));
    const PUBLIC_KEY: Reply = Some((
        200,
        r#"{"KeyUsage":"SIGN_VERIFY","KeySpec":"ECC_NIST_P256",
            "PublicKey":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"}"#,
    ));
    const SIGNATURE: Reply = Some((200, r#"{"Signature":"MAYCAQECAQE="}"#));
    const DENIED: Reply = Some((400, r#"{"__type":"AccessDeniedException","message":"no"}"#));
    const NO_SECRET: Reply = Some((400, r#"{"__type":"ResourceNotFoundException"}"#));
    const NO_KEY: Reply = Some((400, r#"{"__type":"NotFoundException","message":"no"}"#));
    const SILENCE: Reply = None;

    /// Reads one request; false if the connection has ended.
    fn read_request(connection: &mut BufReader<TcpStream>) -> bool {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if connection.read_line(&mut line).unwrap_or_default() == 0 {
                return false;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.is_empty() {
                return connection.read_exact(&mut vec![0; length]).is_ok();
            }
        }
    }

    /// Gives one reply after the other, whoever asks, and counts the connections.
    struct Script {
        replies: VecDeque<Reply>,
        connections: usize,
    }

    fn serve(replies: &[Reply]) -> (String, Arc<Mutex<Script>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Script { replies: replies.iter().copied().collect(), connections: 0 };
        let script = Arc::new(Mutex::new(script));
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let script = Arc::clone(&shared);
                script.lock().unwrap().connections += 1;
                std::thread::spawn(move || {
                    let mut connection = BufReader::new(stream.unwrap());
                    while read_request(&mut connection) {
                        let reply = script.lock().unwrap().replies.pop_front().unwrap();
                        let Some((status, body)) = reply else { continue };
                        let head = format!("HTTP/1.1 {status} -\r\ncontent-length: {}", body.len());
                        let _ = write!(connection.get_mut(), "{head}\r\n\r\n{body}");
                    }
                });
            }
        });
        (url, script)
    }

    /// Secrets Manager and KMS at `url`, with less patience.
    async fn aws(url: &str) -> Aws {
        let config = loader(ATTEMPT)
            .unwrap()
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .endpoint_url(url)
            .load()
            .await;
        let source = SecretsManager::StandIn(url.to_owned());
        Aws { config: OnceCell::new_with(Some(config)), ..Aws::new(source) }
    }

    async fn read_secret(aws: &Aws) -> Result<(), String> {
        let secret = aws.secret("arn", Freshness::Cached, Instant::now() + TIME).await;
        secret.map(drop).map_err(|error| error.to_string())
    }

    async fn sign(aws: &Aws) -> Result<(), String> {
        let signer = aws.signer("key", Instant::now() + TIME).await;
        let signer = signer.map_err(|error| error.to_string())?;
        signer.sign(b"text").await.map(drop).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn an_attempt_that_hangs_costs_no_call() {
        let of_secrets = [&[SILENCE, SECRET][..], &[SILENCE, SILENCE, SECRET]];
        for replies in of_secrets {
            let (url, script) = serve(replies);
            assert_eq!(read_secret(&aws(&url).await).await, Ok(()), "{replies:?}");
            assert_eq!(script.lock().unwrap().connections, replies.len(), "{replies:?}");
        }
        let of_keys = [&[SILENCE, PUBLIC_KEY, SIGNATURE][..], &[PUBLIC_KEY, SILENCE, SIGNATURE]];
        for replies in of_keys {
            let (url, script) = serve(replies);
            assert_eq!(sign(&aws(&url).await).await, Ok(()), "{replies:?}");
            assert_eq!(script.lock().unwrap().connections, 2, "{replies:?}");
        }
    }

    #[tokio::test]
    async fn silence_that_lasts_names_the_service() {
        let (url, script) = serve(&[SILENCE; 3]);
        let error = read_secret(&aws(&url).await).await.unwrap_err();
        assert!(error.starts_with("Secrets Manager did not give the secret"), "{error}");
        assert_eq!(script.lock().unwrap().connections, 3);
        let (url, _) = serve(&[SILENCE; 3]);
        let error = sign(&aws(&url).await).await.unwrap_err();
        assert!(error.starts_with("KMS did not answer for the key kmsKeyId"), "{error}");
        let (url, _) = serve(&[PUBLIC_KEY, SILENCE, SILENCE, SILENCE]);
        let error = sign(&aws(&url).await).await.unwrap_err();
        assert!(error.starts_with("KMS did not answer for the key kmsKeyId"), "{error}");
    }

    #[tokio::test]
    async fn a_right_that_was_just_given_gets_a_second_look() {
        let of_secrets = [&[DENIED, SECRET][..], &[NO_SECRET, SECRET]];
        let of_keys =
            [&[NO_KEY, PUBLIC_KEY, DENIED, SIGNATURE][..], &[DENIED, PUBLIC_KEY, SIGNATURE]];
        for replies in of_secrets {
            let (url, _) = serve(replies);
            assert_eq!(read_secret(&aws(&url).await).await, Ok(()), "{replies:?}");
        }
        for replies in of_keys {
            let (url, _) = serve(replies);
            assert_eq!(sign(&aws(&url).await).await, Ok(()), "{replies:?}");
        }
        let (url, _) = serve(&[DENIED; 3]);
        let error = sign(&aws(&url).await).await.unwrap_err();
        assert!(error.starts_with("The function may not sign"), "{error}");
    }

    #[tokio::test]
    async fn a_secret_of_another_label_is_not_asked_for() {
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:appflow!123456789012-Other-x-a1B2c3";
        let (url, script) = serve(&[]);
        let names = SecretNames::new("Okta".to_owned());
        let aws = Aws { source: SecretsManager::Aws(names), ..aws(&url).await };
        for freshness in [Freshness::Cached, Freshness::Fresh] {
            let outcome = aws.secret(arn, freshness, Instant::now() + TIME).await;
            assert!(matches!(outcome, Err(SecretError::OfAnother(_))), "{outcome:?}");
        }
        assert_eq!(script.lock().unwrap().connections, 0);
    }
}
