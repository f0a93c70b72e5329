//! Signed texts: the form of a JSON Web Signature, and keys that sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde::Serialize;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// A way to sign. Okta takes others as well; these two are what every kind of key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// Returns the name that the header of a signature has for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// A signature that is being made.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, SignError>> + Send + 'a>>;

/// A private key, wherever it is.
pub trait Signer: fmt::Debug + Send + Sync {
    /// Returns the way in which the key signs.
    fn algorithm(&self) -> Algorithm;

    /// Signs `input`. For [`Algorithm::Es256`] the signature is the two numbers one after the other, 32
    /// bytes each; [`es256_from_der`] makes that of the other common form.
    fn sign<'a>(&'a self, input: &'a [u8]) -> Signing<'a>;
}

/// A key did not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Somebody must change something before it will.
    #[error("{0}")]
    Refused(String),
    /// It may the next time.
    #[error("{0}")]
    Unavailable(String),
}

/// A private key in the memory of this process.
pub struct LocalKey {
    pair: Pair,
}

pub(crate) enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

impl LocalKey {
    pub(crate) fn new(pair: Pair) -> Self {
        Self { pair }
    }

    pub(crate) fn sign_now(&self, input: &[u8]) -> Result<Vec<u8>, SignError> {
        let random = SystemRandom::new();
        let failed = |_| SignError::Unavailable("The private key could not sign".to_owned());
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, input, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            Pair::Ec(pair) => Ok(pair.sign(&random, input).map_err(failed)?.as_ref().to_vec()),
        }
    }
}

impl Signer for LocalKey {
    fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Rsa(_) => Algorithm::Rs256,
            Pair::Ec(_) => Algorithm::Es256,
        }
    }

    fn sign<'a>(&'a self, input: &'a [u8]) -> Signing<'a> {
        Box::pin(std::future::ready(self.sign_now(input)))
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalKey({})", self.algorithm().name())
    }
}

/// Makes a new pair of keys on P-256, with the bytes of the public one.
pub(crate) fn new_ec_key() -> Option<(LocalKey, Vec<u8>)> {
    use ring::signature::KeyPair as _;
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).ok()?;
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).ok()?;
    let public = pair.public_key().as_ref().to_vec();
    Some((LocalKey::new(Pair::Ec(pair)), public))
}

/// Encodes bytes as the parts of a signature carry them.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Makes the text that is signed, of header and claims.
pub(crate) fn signing_input(header: &impl Serialize, claims: &impl Serialize) -> String {
    let part = |json: serde_json::Result<Vec<u8>>| {
        base64url(&json.expect("texts and numbers are always JSON"))
    };
    let (header, claims) = (serde_json::to_vec(header), serde_json::to_vec(claims));
    format!("{}.{}", part(header), part(claims))
}

/// Makes a name that nothing else has, of 128 random bits.
pub(crate) fn unique() -> String {
    let mut bytes = [0; 16];
    // Without randomness no signature can be made either, so the failure is met there.
    let _ = SystemRandom::new().fill(&mut bytes);
    base64url(&bytes)
}

/// Turns a signature of ES256 into the form of JWS, from the DER that AWS KMS and others give; none if it is
/// not such a signature.
pub fn es256_from_der(der: &[u8]) -> Option<Vec<u8>> {
    /// Reads an INTEGER as 32 bytes, and what follows it.
    fn number(der: &[u8]) -> Option<([u8; 32], &[u8])> {
        let (&[0x02, length], rest) = der.split_first_chunk()? else { return None };
        let (bytes, rest) = rest.split_at_checked(usize::from(length))?;
        let bytes = &bytes[bytes.iter().take_while(|&&byte| byte == 0).count()..];
        let mut number = [0; 32];
        number[32usize.checked_sub(bytes.len())?..].copy_from_slice(bytes);
        Some((number, rest))
    }
    let (&[0x30, length], rest) = der.split_first_chunk()? else { return None };
    if usize::from(length) != rest.len() {
        return None;
    }
    let (r, rest) = number(rest)?;
    let (s, rest) = number(rest)?;
    rest.is_empty().then(|| [r, s].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED, UnparsedPublicKey,
    };

    #[test]
    fn signatures_in_der_become_fixed() {
        use ring::signature::KeyPair as _;
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
        // Numbers with leading zeros are rarer than one in a hundred.
        for n in 0..400u32 {
            let message = n.to_be_bytes();
            let der = pair.sign(&random, &message).unwrap();
            let fixed = es256_from_der(der.as_ref()).unwrap();
            public.verify(&message, &fixed).unwrap();
        }
    }

    #[test]
    fn what_is_no_signature_is_none() {
        let long = [&[0x30, 70, 0x02, 34][..], &[1; 34], &[0x02, 32], &[1; 32]].concat();
        for der in
            [&b""[..], &[0x30], &[0x30, 0], &[0x30, 2, 2, 5], &[0x31, 6, 2, 1, 1, 2, 1, 1], &long]
        {
            assert_eq!(es256_from_der(der), None, "{der:?}");
        }
        let small = es256_from_der(&[0x30, 6, 2, 1, 1, 2, 1, 2]).unwrap();
        assert_eq!((small[31], small[63], small.len()), (1, 2, 64));
    }
}
