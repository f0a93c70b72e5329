//! Asks Okta: one request at a time, safely.
//!
//! [`Client::get`] sends an [`OktaRequest`] to one org and returns a [`Page`] of JSON bytes. Inside, in
//! this order: the rate budget decides when the request may go ([`RateLimits`]), the credential is
//! put on ([`Credential`]), the transport carries it ([`HttpService`]), the answer teaches the
//! budget, a pure decision says if it is tried again, and a [`Ledger`] adds up what all that costs.
//!
//! Only reads exist here, so every request may be repeated. A page is bytes and a cursor; what is
//! in it is not this crate's business. Rules that Okta states and this crate rests on:
//!
//! * A rate limit belongs to a bucket of paths and to a window of 60 s that starts with its first
//!   request; headers tell limit, remaining and the end of the window.
//! * A list goes on exactly if a `Link` header with `rel="next"` is there. A short or empty page is
//!   not the end.
//! * An error has a JSON body with `errorCode`, except for OAuth 2.0 failures, which have an empty
//!   body and a `WWW-Authenticate` header.
//!
//! A credential goes to its own org ([`OrgUrl`], [`AllowedOrgs`]) at a public address
//! ([`ReqwestTransport`]), and no text that comes back repeats it.

mod access_token;
mod allowed_orgs;
mod auth;
mod bucket;
mod channel;
mod client;
mod dpop;
mod envelope;
mod error;
mod http;
mod jws;
mod ledger;
mod link;
mod org;
mod page_limits;
mod private_key;
mod rate_limit;
mod redaction;
mod request;
mod resolver;
mod retry;
mod service_app;
mod tls;
mod token_endpoint;
mod tokens;
mod transport;

#[cfg(test)]
mod tests;

pub use allowed_orgs::{AllowedOrgs, InvalidAllowedOrgs};
pub use auth::Credential;
pub use bucket::Bucket;
pub use client::{Client, ClientConfig, Page};
pub use error::{Error, ErrorKind};
pub use http::{HttpError, HttpErrorKind, HttpService, MAX_PAGE_BYTES};
pub use jws::{Algorithm, LocalKey, SignError, Signer, Signing, es256_from_der};
pub use ledger::{Cost, Ledger};
pub use org::{InvalidOrgUrl, Loopback, OrgUrl};
pub use page_limits::PageLimits;
pub use private_key::{InvalidKey, PrivateKey};
pub use rate_limit::{Lesson, RateLimits};
pub use request::{Cursor, OktaRequest};
pub use service_app::{Scopes, ServiceApp};
pub use tls::tls_config;
pub use transport::ReqwestTransport;
