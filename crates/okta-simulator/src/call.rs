//! One incoming call, taken apart: origin, path, decoded query.
//!
//! The query is form-decoded, so a literal `+` has to arrive as `%2B`: a bare `+` is a space.

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::error::OktaError;

/// A request as the endpoints want to see it.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Scheme and host, such as `https://acme.okta.com`.
    pub(crate) origin: String,
    /// The path as it came, still encoded.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    body: Bytes,
}

// By hand, so that neither the credentials in the headers nor those in the body are ever printed.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { method, origin, path, .. } = self;
        write!(f, "{method} {origin}{path}")
    }
}

impl Call {
    pub(crate) fn parse(request: &http::Request<Bytes>) -> Result<Self, OktaError> {
        let uri = request.uri();
        let origin = match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{}", authority.as_str()),
            _ => {
                let host = request.headers().get(http::header::HOST);
                let host = host.and_then(|host| host.to_str().ok());
                format!("http://{}", host.unwrap_or("localhost"))
            }
        };
        Ok(Self {
            method: request.method().clone(),
            origin,
            path: uri.path().to_owned(),
            query: decode_query(uri.query().unwrap_or_default())?,
            headers: request.headers().clone(),
            body: request.body().clone(),
        })
    }

    /// Returns the first value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Reads the fields of a form in the body, if it is one.
    pub(crate) fn form(&self) -> Option<Vec<(String, String)>> {
        decode_query(std::str::from_utf8(&self.body).ok()?).ok()
    }

    /// Returns a header that is text.
    pub(crate) fn header(&self, name: &http::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn decode_query(query: &str) -> Result<Vec<(String, String)>, OktaError> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode_form(key)?, decode_form(value)?))
        })
        .collect()
}

/// Undoes the encoding of forms.
pub(crate) fn decode_form(text: &str) -> Result<String, OktaError> {
    decode_percent(&text.replace('+', " "))
}

/// Undoes percent-encoding.
pub(crate) fn decode_percent(text: &str) -> Result<String, OktaError> {
    let malformed = || OktaError::bad_request("The URL is not well-formed.");
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let digits = text.get(at + 1..at + 3).ok_or_else(malformed)?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(malformed());
            }
            decoded.push(u8::from_str_radix(digits, 16).map_err(|_| malformed())?);
            at += 3;
        } else {
            decoded.push(byte);
            at += 1;
        }
    }
    String::from_utf8(decoded).map_err(|_| malformed())
}

/// Encodes text as a value of a form, the way Okta writes its own links: a space is `+`.
pub(crate) fn encode_form(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        for text in ["", "a b", "\"q\" eq", "1+1=2&3", "100%", "Zoë\\/", "~*-._"] {
            assert_eq!(decode_form(&encode_form(text)).unwrap(), text);
        }
        assert_eq!(encode_form("a@b \"c\""), "a%40b+%22c%22");
        assert_eq!(decode_form("a+b%2Bc").unwrap(), "a b+c");
    }

    #[test]
    fn a_broken_escape_is_refused() {
        for text in ["%", "%4", "%zz", "%ff", "%+1", "%é"] {
            decode_form(text).unwrap_err();
        }
    }
}
