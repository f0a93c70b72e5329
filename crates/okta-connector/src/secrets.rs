//! The source of secrets, which is passed in as the transport is.

use crate::error::Error;
use appflow_connector::ErrorCode;
use okta_client::{SignError, Signer};
use secrecy::SecretString;
use std::future::Future;
use std::sync::Arc;
use tokio::time::Instant;

/// A reader of the secrets of connections.
pub trait SecretSource: Send + Sync {
    /// Reads the text of the secret with this ARN.
    ///
    /// # Errors
    ///
    /// [`SecretError`], told apart by what someone must change.
    fn secret(
        &self,
        arn: &str,
        freshness: Freshness,
        deadline: Instant,
    ) -> impl Future<Output = Result<SecretString, SecretError>> + Send;

    /// Returns a signer that uses the asymmetric key of AWS KMS with this id, ARN or alias. The key stays
    /// where it is. A source without a KMS has no key.
    ///
    /// # Errors
    ///
    /// [`KeyError`], told apart by what someone must change.
    fn signer(
        &self,
        key_id: &str,
        _deadline: Instant,
    ) -> impl Future<Output = Result<Arc<dyn Signer>, KeyError>> + Send {
        let missing = KeyError::NotFound(format!("There is no KMS to ask for {key_id}"));
        std::future::ready(Err(missing))
    }
}

/// The reason for which a key of AWS KMS does not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no such key.
    #[error("The KMS key kmsKeyId does not exist in this account and Region. {0}")]
    NotFound(String),
    /// The function may not use it.
    #[error(
        "The function may not sign with the KMS key kmsKeyId. Allow kms GetPublicKey and kms Sign on it. {0}"
    )]
    AccessDenied(String),
    /// It is disabled, or of a kind that cannot sign for Okta.
    #[error("The KMS key kmsKeyId cannot sign for Okta. {0}")]
    Unusable(String),
    /// KMS did not answer, or said that it cannot.
    #[error("KMS did not answer for the key kmsKeyId. {0}")]
    Unavailable(String),
}

impl From<KeyError> for SignError {
    fn from(error: KeyError) -> Self {
        let message = error.to_string();
        match error {
            KeyError::Unavailable(_) => Self::Unavailable(message),
            _ => Self::Refused(message),
        }
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        let code = match error {
            KeyError::NotFound(_) => ErrorCode::ResourceNotFoundError,
            KeyError::AccessDenied(_) | KeyError::Unusable(_) => ErrorCode::AccessDenied,
            KeyError::Unavailable(_) => ErrorCode::ServiceUnavailable,
        };
        Self::new(code, error.to_string())
    }
}

/// The age that a secret may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It may come from a cache, if it was read in the last five minutes.
    Cached,
    /// It must be read now: Okta refused what the cached one holds, or somebody wants to know how it is now.
    Fresh,
}

/// The reason for which there is no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no such secret.
    #[error("The secret of the connection does not exist. Create the connection again")]
    NotFound,
    /// It is not one of this connector.
    #[error(
        "The secret is not one that AppFlow made for a connection of this connector and is not read. {0}"
    )]
    OfAnother(String),
    /// The function may not read it.
    #[error(
        "The function may not read the secret of the connection. Allow secretsmanager GetSecretValue on it. {0}"
    )]
    AccessDenied(String),
    /// The key that encrypts it cannot be used.
    #[error(
        "The KMS key of the secret cannot be used. Check its state and that the function may use it. {0}"
    )]
    Key(String),
    /// It has no text.
    #[error("The secret of the connection holds no text. Create the connection again")]
    NoText,
    /// Secrets Manager did not answer, or said that it cannot.
    #[error("Secrets Manager did not give the secret of the connection. {0}")]
    Unavailable(String),
}

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        let code = match error {
            SecretError::NotFound => ErrorCode::ResourceNotFoundError,
            SecretError::OfAnother(_) | SecretError::AccessDenied(_) | SecretError::Key(_) => {
                ErrorCode::AccessDenied
            }
            SecretError::NoText => ErrorCode::InvalidCredentials,
            SecretError::Unavailable(_) => ErrorCode::ServiceUnavailable,
        };
        Self::new(code, error.to_string())
    }
}
