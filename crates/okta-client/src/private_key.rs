//! A private key as a connection's secret holds it: on one line, as base64 of DER, which is what a PEM file has between
//! its first and its last line, as a JSON Web Key, or as base64 of either file.

use crate::jws::{LocalKey, Pair};
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

/// The reason why a text is no private key that can sign for Okta.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum InvalidKey {
    #[error("is not base64 - expected a PEM file without its first and last line")]
    NotBase64,
    #[error(
        "holds no private key - expected a PEM file without its first and last line or a JSON Web Key"
    )]
    Unknown,
    #[error("is protected by a passphrase - store the key without one")]
    Encrypted,
    #[error("holds a public key or a certificate - the private key is needed")]
    Public,
    #[error("is damaged, or is not an RSA key of 2048 bits or more or an EC key on P-256")]
    Unusable,
}

/// A key with the id that stands beside it, if one does.
#[derive(Debug)]
pub struct PrivateKey {
    /// The key.
    pub key: LocalKey,
    /// The `kid` of a JSON Web Key.
    pub id: Option<String>,
}

impl PrivateKey {
    /// Reads PKCS#8, PKCS#1 and SEC 1 in DER and PEM, and JSON Web Keys; RSA and EC on P-256.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`], whose message completes a sentence that starts with the setting's name.
    pub fn parse(text: &SecretString) -> Result<Self, InvalidKey> {
        let text = text.expose_secret().trim();
        // A JSON Web Key without white space can be stored as it is. A PEM file has lines, which AppFlow refuses; others
        // than AppFlow may hold one.
        let bytes = match text.starts_with('{') || text.starts_with("-----") {
            true => Zeroizing::new(text.as_bytes().to_vec()),
            false => decode(text).ok_or(InvalidKey::NotBase64)?,
        };
        let pair = match bytes.trim_ascii_start() {
            json @ [b'{', ..] => return from_jwk(json),
            pem if pem.starts_with(b"-----") => from_pem(pem)?,
            _ => from_der(
                &PrivateKeyDer::try_from(bytes.as_slice()).map_err(|_| InvalidKey::Unknown)?,
            )?,
        };
        Ok(Self { key: LocalKey::new(pair), id: None })
    }
}

/// Decodes base64 of either alphabet, with or without padding.
fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let decoded = GeneralPurpose::new(alphabet, LENIENT).decode(text);
    decoded.ok().map(Zeroizing::new)
}

fn from_pem(pem: &[u8]) -> Result<Pair, InvalidKey> {
    let holds = |what: &str| pem.windows(what.len()).any(|window| window == what.as_bytes());
    if holds("ENCRYPTED") {
        return Err(InvalidKey::Encrypted);
    }
    if !holds("PRIVATE KEY-----") {
        let is_public = holds("PUBLIC KEY-----") || holds("CERTIFICATE-----");
        return Err(if is_public { InvalidKey::Public } else { InvalidKey::Unknown });
    }
    from_der(&PrivateKeyDer::from_pem_slice(pem).map_err(|_| InvalidKey::Unusable)?)
}

fn from_der(der: &PrivateKeyDer<'_>) -> Result<Pair, InvalidKey> {
    match der {
        PrivateKeyDer::Pkcs1(der) => {
            RsaKeyPair::from_der(der.secret_pkcs1_der()).map(Pair::Rsa).ok()
        }
        PrivateKeyDer::Pkcs8(der) => from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Sec1(der) => {
            from_pkcs8(&wrap(der.secret_sec1_der()).ok_or(InvalidKey::Unusable)?)
        }
        _ => None,
    }
    .ok_or(InvalidKey::Unusable)
}

fn from_pkcs8(der: &[u8]) -> Option<Pair> {
    let ec = || {
        let random = SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &random).map(Pair::Ec)
    };
    RsaKeyPair::from_pkcs8(der).map(Pair::Rsa).or_else(|_| ec()).ok()
}

/// Wraps a SEC 1 key into PKCS#8, the only form of it that ring reads.
fn wrap(sec1: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    /// Version 0, id-ecPublicKey, secp256r1.
    const PREFIX: [u8; 24] = [
        0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
        0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    ];
    // A key on P-256 stays below 128 bytes; the whole, below 256.
    let inner = u8::try_from(sec1.len()).ok().filter(|length| *length < 128)?;
    let outer = u8::try_from(PREFIX.len() + 2 + sec1.len()).ok()?;
    let head = if outer < 128 { vec![0x30, outer] } else { vec![0x30, 0x81, outer] };
    Some(Zeroizing::new([&head, &PREFIX[..], &[0x04, inner], sec1].concat()))
}

/// A JSON Web Key, with the names of RFC 7518.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    crv: Option<String>,
    x: Option<Number>,
    y: Option<Number>,
    n: Option<Number>,
    e: Option<Number>,
    d: Option<Number>,
    p: Option<Number>,
    q: Option<Number>,
    dp: Option<Number>,
    dq: Option<Number>,
    qi: Option<Number>,
}

/// A big number in base64url.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Number(Zeroizing<Vec<u8>>);

impl TryFrom<String> for Number {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = Zeroizing::new(text);
        decode(&text).map(Self).ok_or("a number is not base64url")
    }
}

fn from_jwk(json: &[u8]) -> Result<PrivateKey, InvalidKey> {
    let jwk: Jwk = serde_json::from_slice(json).map_err(|_| InvalidKey::Unknown)?;
    if jwk.d.is_none() {
        return Err(InvalidKey::Public);
    }
    let pair = match jwk.kty.as_str() {
        "RSA" => jwk.rsa(),
        "EC" => jwk.ec(),
        _ => None,
    };
    let key = LocalKey::new(pair.ok_or(InvalidKey::Unusable)?);
    Ok(PrivateKey { key, id: jwk.kid })
}

impl Jwk {
    fn rsa(&self) -> Option<Pair> {
        let number = |number: &'_ Option<Number>| number.as_ref().map(|number| number.0.clone());
        let (n, e, d) = (number(&self.n)?, number(&self.e)?, number(&self.d)?);
        let (p, q) = (number(&self.p)?, number(&self.q)?);
        let (dp, dq, qi) = (number(&self.dp)?, number(&self.dq)?, number(&self.qi)?);
        let public_key = PublicKeyComponents { n: n.as_slice(), e: e.as_slice() };
        let components = KeyPairComponents {
            public_key,
            d: d.as_slice(),
            p: p.as_slice(),
            q: q.as_slice(),
            dP: dp.as_slice(),
            dQ: dq.as_slice(),
            qInv: qi.as_slice(),
        };
        RsaKeyPair::from_components(&components).map(Pair::Rsa).ok()
    }

    fn ec(&self) -> Option<Pair> {
        if self.crv.as_deref() != Some("P-256") {
            return None;
        }
        let (x, y, d) = (self.x.as_ref()?, self.y.as_ref()?, self.d.as_ref()?);
        let point = [&[0x04][..], &x.0, &y.0].concat();
        EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &d.0,
            &point,
            &SystemRandom::new(),
        )
        .map(Pair::Ec)
        .ok()
    }
}
