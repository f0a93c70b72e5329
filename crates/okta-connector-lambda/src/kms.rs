//! A private key that never leaves AWS KMS: what is to be signed goes there, the signature comes back.

use crate::patience::patiently;
use crate::sdk_error::describe;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeyUsageType, MessageType, SigningAlgorithmSpec};
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
        let look = || {
            let request = request.clone();
            async move { request.send().await.map_err(|error| explain(&error)) }
        };
        let public = patiently(may_pass, look).await?;
        let unusable = |found: &str| {
            KeyError::Unusable(format!(
                "It is {found} - expected RSA or ECC NIST P256 to sign with"
            ))
        };
        if public.key_usage() != Some(&KeyUsageType::SignVerify) {
            return Err(unusable("not made for signing"));
        }
        let der = public.public_key().map(Blob::as_ref).unwrap_or_default();
        let algorithm = algorithm(der).ok_or_else(|| {
            unusable(public.key_spec().map_or("of another kind", |spec| spec.as_str()))
        })?;
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
        let sign = || {
            let request = request.clone();
            async move { request.send().await.map_err(|error| explain(&error)) }
        };
        let output = patiently(may_pass, sign).await?;
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

/// Finds out how a key signs, by the object identifiers in its public half.
fn algorithm(public: &[u8]) -> Option<Algorithm> {
    const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const PRIME256V1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    // They stand at the start, before the key itself.
    let head = &public[..public.len().min(32)];
    let names = |identifier: &[u8]| head.windows(identifier.len()).any(|part| part == identifier);
    if names(RSA_ENCRYPTION) {
        Some(Algorithm::Rs256)
    } else {
        names(PRIME256V1).then_some(Algorithm::Es256)
    }
}

/// Returns true for the failures of a key or a right that may be too new to be seen everywhere.
fn may_pass(error: &KeyError) -> bool {
    matches!(error, KeyError::NotFound(_) | KeyError::AccessDenied(_))
}

/// Tells apart what someone must change.
fn explain<E>(error: &SdkError<E>) -> KeyError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let text = describe(error);
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
