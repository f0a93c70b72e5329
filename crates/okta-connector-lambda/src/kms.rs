//! A private key that never leaves AWS KMS: what is to be signed goes there, the signature comes back.

use aws_sdk_kms::Client;
use aws_sdk_kms::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec};
use okta_client::{Algorithm, Signer, Signing, es256_from_der};
use okta_connector::KeyError;

/// Signs with one key.
#[derive(Debug)]
pub(crate) struct KmsSigner {
    client: Client,
    key_id: String,
    algorithm: Algorithm,
}

impl KmsSigner {
    /// Looks at the public key, whose kind decides how it signs.
    pub(crate) async fn new(client: &Client, key_id: &str) -> Result<Self, KeyError> {
        let request = client.get_public_key().key_id(key_id);
        let public = request.send().await.map_err(|error| explain(&error))?;
        let unusable = |found: &str| {
            KeyError::Unusable(format!(
                "It is {found} - expected RSA or ECC NIST P256 to sign with"
            ))
        };
        if public.key_usage() != Some(&KeyUsageType::SignVerify) {
            return Err(unusable("not made for signing"));
        }
        let algorithm = match public.key_spec() {
            Some(KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096) => Algorithm::Rs256,
            Some(KeySpec::EccNistP256) => Algorithm::Es256,
            Some(other) => return Err(unusable(other.as_str())),
            None => return Err(unusable("of an unknown kind")),
        };
        Ok(Self { client: client.clone(), key_id: key_id.to_owned(), algorithm })
    }

    async fn signature(&self, input: &[u8]) -> Result<Vec<u8>, KeyError> {
        let algorithm = match self.algorithm {
            Algorithm::Rs256 => SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
            Algorithm::Es256 => SigningAlgorithmSpec::EcdsaSha256,
        };
        let request = self
            .client
            .sign()
            .key_id(&self.key_id)
            .signing_algorithm(algorithm)
            .message_type(MessageType::Raw)
            .message(Blob::new(input));
        let output = request.send().await.map_err(|error| explain(&error))?;
        let signature = output.signature.map(Blob::into_inner).unwrap_or_default();
        match self.algorithm {
            Algorithm::Rs256 => Some(signature).filter(|signature| !signature.is_empty()),
            Algorithm::Es256 => es256_from_der(&signature),
        }
        .ok_or_else(|| KeyError::Unavailable("KMS answered without a signature".to_owned()))
    }
}

impl Signer for KmsSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign<'a>(&'a self, input: &'a [u8]) -> Signing<'a> {
        Box::pin(async move { Ok(self.signature(input).await?) })
    }
}

/// Tells apart what someone must change.
fn explain<E>(error: &SdkError<E>) -> KeyError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let text = match error.message() {
        Some(message) => message.to_owned(),
        None => DisplayErrorContext(error).to_string(),
    };
    match error.code() {
        Some("NotFoundException") => KeyError::NotFound(text),
        Some("AccessDeniedException") => KeyError::AccessDenied(text),
        Some(
            "DisabledException"
            | "KMSInvalidStateException"
            | "InvalidKeyUsageException"
            | "UnsupportedOperationException"
            | "InvalidArnException"
            | "ValidationException",
        ) => KeyError::Unusable(text),
        _ => KeyError::Unavailable(text),
    }
}
