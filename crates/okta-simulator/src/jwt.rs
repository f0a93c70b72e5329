//! JSON Web Tokens as clients sign them: taken apart here, judged by those who asked for them.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::jwk::{Algorithm, PublicKey, decode};

/// A signed token in its compact form. Its signature is yet to be verified.
pub(crate) struct Jwt<'a> {
    pub(crate) jose_header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

/// A claim that should be a time in whole seconds is something else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotATime;

impl<'a> Jwt<'a> {
    /// Takes a token apart.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| match serde_json::from_slice(&decode(part)?) {
            Ok(Value::Object(object)) => Some(object),
            _ => None,
        };
        let jwt = Self {
            jose_header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: decode(signature)?,
        };
        // Who marks an extension as critical wants it understood, and none is.
        (!jwt.jose_header.contains_key("crit")).then_some(jwt)
    }

    /// Returns the algorithm of the signature, if it is one that is understood.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        let name = self.jose_header.get("alg")?.as_str()?;
        Algorithm::named(name)
    }

    /// Verifies the signature.
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.algorithm().is_some_and(|algorithm| {
            key.verifies(algorithm, self.signed.as_bytes(), &self.signature)
        })
    }

    /// Returns a claim that is text.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// Returns a claim that is a time, if it is there. Times beyond all calendars are the nearest that has a date.
    pub(crate) fn time(&self, claim: &str) -> Result<Option<Timestamp>, NotATime> {
        let Some(value) = self.claims.get(claim) else { return Ok(None) };
        let seconds = value.as_i64().ok_or(NotATime)?;
        let nearest = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Ok(Some(Timestamp::from_second(seconds).unwrap_or(nearest)))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn only_the_compact_form_is_read() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let (object, list) = (encode("{}"), encode("[]"));
        let critical = encode(r#"{"crit":["x"]}"#);
        let rows = [
            (format!("{object}.{object}."), true),
            (format!("{object}.{object}.AQAB"), true),
            (format!("{object}.{object}"), false),
            (format!("{object}.{object}.AQAB.AQAB"), false),
            (format!("{object}.{list}.AQAB"), false),
            (format!("{list}.{object}.AQAB"), false),
            (format!("{critical}.{object}.AQAB"), false),
            (format!("{object}.{object}.AQAB=="), false),
            (format!("{object}.{object}.?"), false),
            (String::new(), false),
        ];
        for (text, expected) in rows {
            assert_eq!(Jwt::parse(&text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn times_are_whole_seconds() {
        let claims = URL_SAFE_NO_PAD
            .encode(r#"{"a":1767225600,"b":1767225600000,"c":1.5,"d":"1","e":-9999999999999}"#);
        let text = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode("{}"));
        let jwt = Jwt::parse(&text).unwrap();
        assert_eq!(jwt.time("a").unwrap().unwrap().as_second(), 1_767_225_600);
        assert_eq!(jwt.time("b").unwrap(), Some(Timestamp::MAX));
        jwt.time("c").unwrap_err();
        jwt.time("d").unwrap_err();
        assert_eq!(jwt.time("e").unwrap(), Some(Timestamp::MIN));
        assert_eq!(jwt.time("f").unwrap(), None);
    }
}
