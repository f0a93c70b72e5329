//! The transport to Okta, built at the first request.

use bytes::Bytes;
use okta_client::{HttpError, HttpService, Loopback, ReqwestTransport};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A transport that builds [`ReqwestTransport`] when it is first used, once for the process.
#[derive(Clone, Debug)]
pub(crate) struct LazyTransport {
    loopback: Loopback,
    transport: Arc<OnceLock<ReqwestTransport>>,
}

impl LazyTransport {
    /// Makes a transport that connects to this machine only if `loopback` allows it.
    pub(crate) fn new(loopback: Loopback) -> Self {
        Self { loopback, transport: Arc::default() }
    }
}

impl HttpService for LazyTransport {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let transport = match self.transport.get() {
            Some(transport) => transport,
            None => {
                let transport = ReqwestTransport::new(self.loopback)?;
                self.transport.get_or_init(|| transport)
            }
        };
        transport.call(request, timeout).await
    }
}
