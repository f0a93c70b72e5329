//! The one seam to the world: an HTTP request in, an HTTP response out.
//!
//! Everything else in this crate sits above it and therefore runs in every test.

use bytes::Bytes;
use http::StatusCode;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// The part of a body that is read if its status is not 200, in bytes. Okta's errors are shorter than 1 KiB.
pub(crate) const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// The largest page that is read, in bytes after decompression: 200 applications of 40 kB come to this.
pub const MAX_PAGE_BYTES: usize = 8 * 1024 * 1024;

/// The largest body, in bytes after decompression, that a request wants to have with the status 200. It
/// travels in the extensions of a request; without it, that of a page is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyLimit(pub(crate) usize);

impl BodyLimit {
    /// The limit of a page.
    pub(crate) const PAGE: Self = Self(MAX_PAGE_BYTES);

    /// The limit of an answer that holds a token.
    pub(crate) const TOKEN: Self = Self(1024 * 1024);

    /// Returns the limit that `request` carries.
    pub(crate) fn of(request: &http::Request<Bytes>) -> Self {
        request.extensions().get().copied().unwrap_or(Self::PAGE)
    }

    /// Returns the number of bytes to read of a body that comes with `status`. More than that is
    /// [`HttpErrorKind::TooLarge`] with the status 200, and of no interest with any other.
    pub(crate) fn with(self, status: StatusCode) -> usize {
        if status == StatusCode::OK { self.0 } else { MAX_REFUSAL_BYTES }
    }

    /// Makes the failure of a body that is larger.
    pub(crate) fn exceeded(self) -> HttpError {
        let cause = format!("more than {} bytes", self.0);
        HttpError { kind: HttpErrorKind::TooLarge, cause }
    }
}

/// Carries one request to Okta.
///
/// An implementation follows no redirect, retries nothing and puts nothing on the request. One that reads
/// from a network bounds what it reads of a body, as [`ReqwestTransport`](crate::ReqwestTransport) does.
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
    /// The body is larger than the request allows. A listing is tried again with a smaller page.
    #[error("the response is too large")]
    TooLarge,
    /// The host name leads to no public address, so nothing was sent. Not tried again.
    #[error("no connection")]
    NotPublic,
    /// The request could not even be made. Not tried again.
    #[error("the request cannot be sent")]
    Unsendable,
}
