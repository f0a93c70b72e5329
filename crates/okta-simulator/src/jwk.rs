//! Public keys as clients hand them over: JSON Web Keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::Value;

/// A token is signed with one of these.
///
/// Okta knows `ES512` too. Nothing here can verify it, so it is refused like an algorithm that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Es256,
    Es384,
}

/// A public key that is fit for signatures.
pub(crate) struct PublicKey {
    parts: Parts,
    /// The one algorithm that the key is for, if it says so.
    algorithm: Option<String>,
    /// The thumbprint is made of this: the required members in alphabetical order.
    canonical: String,
}

enum Parts {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
}

/// The members that only a private or a symmetric key has.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Okta refuses shorter RSA keys.
const MIN_RSA_BITS: usize = 2048;

impl Algorithm {
    const ALL: [Self; 5] = [Self::Rs256, Self::Rs384, Self::Rs512, Self::Es256, Self::Es384];

    /// Finds the algorithm with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
        }
    }
}

impl PublicKey {
    /// Reads a key. There is none if the key gives a secret away, is not for signatures, or is too weak.
    pub(crate) fn parse(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if PRIVATE.iter().any(|name| jwk.get(name).is_some())
            || text("use").unwrap_or("sig") != "sig"
        {
            return None;
        }
        let (parts, canonical) = match text("kty")? {
            "RSA" => {
                let (n, e) = (text("n")?, text("e")?);
                let (modulus, exponent) = (decode(n)?, decode(e)?);
                if bits(&modulus) < MIN_RSA_BITS {
                    return None;
                }
                let canonical = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
                (Parts::Rsa { modulus, exponent }, canonical)
            }
            "EC" => {
                let (curve, x, y) = (text("crv")?, text("x")?, text("y")?);
                let point = [vec![4], decode(x)?, decode(y)?].concat();
                let canonical = format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#);
                match (curve, point.len()) {
                    ("P-256", 65) => (Parts::P256(point), canonical),
                    ("P-384", 97) => (Parts::P384(point), canonical),
                    _ => return None,
                }
            }
            _ => return None,
        };
        Some(Self { parts, algorithm: text("alg").map(str::to_owned), canonical })
    }

    /// Tells whether the key can be used with an algorithm.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        let kind = matches!(
            (&self.parts, algorithm),
            (Parts::Rsa { .. }, Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512)
                | (Parts::P256(_), Algorithm::Es256)
                | (Parts::P384(_), Algorithm::Es384)
        );
        kind && self.algorithm.as_deref().is_none_or(|name| name == algorithm.name())
    }

    /// Verifies a signature.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let verified =
            match &self.parts {
                Parts::Rsa { modulus, exponent } => {
                    let parameters = match algorithm {
                        Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                        Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
                        _ => &RSA_PKCS1_2048_8192_SHA256,
                    };
                    let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                    key.verify(parameters, message, signature)
                }
                Parts::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature),
                Parts::P384(point) => UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point)
                    .verify(message, signature),
            };
        self.fits(algorithm) && verified.is_ok()
    }

    /// Returns the name of the key: a hash of what makes it this key.
    pub(crate) fn thumbprint(&self) -> String {
        sha256(&self.canonical)
    }
}

/// Returns the SHA-256 hash of a text, in the encoding that tokens use for it.
pub(crate) fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// Reads the base64 of tokens and keys.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn bits(number: &[u8]) -> usize {
    number.len() * 8 - number.first().map_or(0, |first| first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // The example of RFC 7638, section 3.1.
    const N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    #[test]
    fn a_thumbprint_is_of_the_required_members_alone() {
        let key = PublicKey::parse(&json!({
            "kty": "RSA", "n": N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        }));
        assert_eq!(key.unwrap().thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn unfit_keys() {
        let short = &N[..N.len() - 2];
        let weak = format!("A{}", &N[1..]);
        let rows = [
            (json!({ "kty": "RSA", "n": N, "e": "AQAB" }), true),
            (json!({ "kty": "RSA", "n": N, "e": "AQAB", "use": "sig" }), true),
            (json!({ "kty": "RSA", "n": N, "e": "AQAB", "use": "enc" }), false),
            (json!({ "kty": "RSA", "n": N, "e": "AQAB", "d": "AQAB" }), false),
            (json!({ "kty": "RSA", "n": N }), false),
            (json!({ "kty": "RSA", "n": short, "e": "AQAB" }), false),
            (json!({ "kty": "RSA", "n": weak, "e": "AQAB" }), false),
            (json!({ "kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB" }), false),
            (json!({ "kty": "oct", "k": "AQAB" }), false),
            (json!({}), false),
        ];
        for (jwk, expected) in rows {
            assert_eq!(PublicKey::parse(&jwk).is_some(), expected, "{jwk}");
        }
    }
}
