//! The one seam to the world: an HTTP request in, an HTTP response out.
//!
//! Everything else in this crate sits above it and therefore runs in every test.

use bytes::Bytes;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Carries one request to Okta.
///
/// An implementation follows no redirect, retries nothing and puts nothing on the request.
pub trait HttpService: Send + Sync {
    /// Sends `request` and reads the whole response within `timeout`.
    ///
    /// # Errors
    ///
    /// [`HttpError`] if there is no complete response. A status of any kind is a response.
    fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> impl Future<Output = Result<http::Response<Bytes>, HttpError>> + Send;
}

impl<S: HttpService> HttpService for Arc<S> {
    fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> impl Future<Output = Result<http::Response<Bytes>, HttpError>> + Send {
        self.as_ref().call(request, timeout)
    }
}

/// There was no complete response.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: {cause}")]
pub struct HttpError {
    /// The kind of failure, as far as it matters for trying again.
    pub kind: HttpErrorKind,
    /// The details, without the address.
    pub cause: String,
}

/// A kind of failure to get a complete response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpErrorKind {
    /// No connection: name, route, handshake. Tried again.
    #[error("no connection")]
    Connect,
    /// Not in time. Tried again.
    #[error("time-out")]
    Timeout,
    /// The connection broke before the response was complete. Tried again.
    #[error("the connection broke")]
    Interrupted,
    /// The response is larger than anything that is sensible. Not tried again.
    #[error("the response is too large")]
    TooLarge,
    /// The request could not even be made. Not tried again.
    #[error("the request cannot be sent")]
    Unsendable,
}
