//! The seam of HTTP with a memory: what went over it, as it was.
//!
//! Authorization headers and bodies of requests are not kept.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use okta_client::{HttpError, HttpErrorKind, HttpService};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A transport that remembers each exchange. Its clones share the memory.
#[derive(Clone, Debug)]
pub(super) struct Recorder<H> {
    inner: H,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

/// A request, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) method: Method,
    pub(super) path: String,
    /// The query as it was sent, encoded.
    pub(super) query: String,
    pub(super) outcome: Result<Response, HttpErrorKind>,
}

/// An answer, as it came.
#[derive(Clone)]
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// By hand, so that no access token is ever printed.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

impl<H> Recorder<H> {
    /// Remembers what goes over `inner` from now on.
    pub(super) fn new(inner: H) -> Self {
        Self { inner, exchanges: Arc::default() }
    }

    /// Returns what went over it so far.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the latest answer.
    pub(super) fn latest(&self) -> Option<Response> {
        let exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.last()?.outcome.as_ref().ok().cloned()
    }

    /// Counts what went over it so far.
    pub(super) fn count(&self) -> usize {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl<H: HttpService> HttpService for Recorder<H> {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let answer = self.inner.call(request, timeout).await;
        let outcome = match &answer {
            Ok(response) => Ok(Response {
                status: response.status(),
                headers: response.headers().clone(),
                body: response.body().clone(),
            }),
            Err(error) => Err(error.kind),
        };
        let path = uri.path().to_owned();
        let query = uri.query().unwrap_or_default().to_owned();
        let exchange = Exchange { method, path, query, outcome };
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
        answer
    }
}
