//! Answers before they are put on the wire: body, links and headers kept apart.

use std::borrow::Borrow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::error::{OktaError, Refusal};
use crate::fnv::fnv;

/// An endpoint answers with this.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) links: Vec<Link>,
    pub(crate) body: Bytes,
}

/// One header line `Link: <url>; rel="relation"`.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) relation: &'static str,
    pub(crate) url: String,
}

/// More than this in the links, and Okta refuses the call for the size of its own headers.
const MAX_LINKS: usize = 16 * 1024;

impl Reply {
    pub(crate) fn object(record: &Value) -> Self {
        Self::json(StatusCode::OK, record.to_string())
    }

    pub(crate) fn array(records: impl Iterator<Item = impl Borrow<Value>>) -> Self {
        Self::listing(records.map(|record| record.borrow().to_string()))
    }

    /// Answers with an array of records that are JSON text already.
    pub(crate) fn listing(records: impl Iterator<Item = impl AsRef<str>>) -> Self {
        let mut body = String::from("[");
        for (index, record) in records.enumerate() {
            if index > 0 {
                body.push(',');
            }
            body.push_str(record.as_ref());
        }
        body.push(']');
        Self::json(StatusCode::OK, body)
    }

    pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { status, headers, links: Vec::new(), body: body.into() }
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), links: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn html(status: StatusCode, body: &'static str) -> Self {
        let mut reply = Self::empty(status);
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        reply.headers.insert(header::CONTENT_TYPE, html);
        reply.body = Bytes::from_static(body.as_bytes());
        reply
    }

    /// Answers with a web page that is made for the call.
    pub(crate) fn page(status: StatusCode, body: String) -> Self {
        Self { body: body.into(), ..Self::html(status, "") }
    }

    /// Words a refusal. The id is that of the occurrence.
    pub(crate) fn refusal(refusal: Refusal, error_id: &str) -> Self {
        match refusal {
            Refusal::Coded(error) => Self::json(error.status, error.body(error_id).to_string()),
            Refusal::OAuth(error) => {
                let mut reply = Self::json(error.status, error.body().to_string());
                if let Some(nonce) = &error.dpop_nonce {
                    reply.set_dpop_nonce(nonce);
                }
                reply
            }
            Refusal::NoOrg => {
                let page = "<!DOCTYPE html><title>Okta - Page not found</title>";
                Self::html(StatusCode::NOT_FOUND, page)
            }
            Refusal::Challenge { status, www_authenticate, dpop_nonce } => {
                let mut reply = Self::empty(status);
                let challenge = HeaderValue::try_from(www_authenticate)
                    .unwrap_or(HeaderValue::from_static("Bearer"));
                reply.headers.insert(header::WWW_AUTHENTICATE, challenge);
                if let Some(nonce) = dpop_nonce {
                    reply.set_dpop_nonce(&nonce);
                }
                reply
            }
        }
    }

    /// Tells the client what its next proof of possession has to carry.
    pub(crate) fn set_dpop_nonce(&mut self, nonce: &str) {
        let nonce = HeaderValue::try_from(nonce).expect("a nonce is letters and digits");
        self.headers.insert(HeaderName::from_static("dpop-nonce"), nonce);
    }

    /// Names the version of the object that this shows.
    pub(crate) fn set_etag(&mut self) {
        let version = fnv(&String::from_utf8_lossy(&self.body), "");
        let etag = HeaderValue::try_from(format!("W/\"{version:016x}\""));
        self.headers.insert(header::ETAG, etag.expect("a version is letters and digits"));
    }

    /// Refuses an answer whose links would not fit.
    pub(crate) fn checked(self) -> Result<Self, OktaError> {
        let length: usize = self.links.iter().map(|link| link.url.len()).sum();
        if length > MAX_LINKS { Err(OktaError::header_too_large()) } else { Ok(self) }
    }
}
