//! An HTTP server on a port, whose answers take as long, or break, as their [`Delivery`] says.

use anyhow::Context as _;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use okta_simulator::Delivery;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;

/// The time after which a connection is looked for again, where none could be taken.
const PATIENCE: Duration = Duration::from_millis(100);

/// Answers requests.
pub(super) type Handler = Arc<dyn Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync>;

/// A port that is listened on, whose requests nobody takes yet.
pub(super) struct Port(TcpListener);

impl Port {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address} - port 0 takes any that is free")
        })?;
        Ok(Self(listener))
    }

    pub(super) fn number(&self) -> anyhow::Result<u16> {
        Ok(self.0.local_addr()?.port())
    }

    /// Serves until the process ends.
    pub(super) fn serve(self, handler: Handler) {
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = self.0.accept().await else {
                    // Too many open files, say: a little later some may be closed.
                    tokio::time::sleep(PATIENCE).await;
                    continue;
                };
                let handler = Arc::clone(&handler);
                let service = service_fn(move |request| respond(Arc::clone(&handler), request));
                tokio::spawn(async move {
                    let connection =
                        http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                    // A client that goes away in the middle is its own business.
                    let _ = connection.await;
                });
            }
        });
    }
}

async fn respond(
    handler: Handler,
    request: Request<Incoming>,
) -> Result<Response<DeliveredBody>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let response = handler(Request::from_parts(head, body));
    let delivery = response.extensions().get::<Delivery>().copied().unwrap_or_default();
    tokio::time::sleep(delivery.delay).await;
    Ok(response.map(|bytes| DeliveredBody::new(bytes, delivery.cut_after)))
}

/// A body that arrives whole, or breaks on its way.
struct DeliveredBody {
    length: u64,
    /// The bytes that are still to be sent.
    left: Option<Bytes>,
    is_cut: bool,
}

impl DeliveredBody {
    fn new(mut bytes: Bytes, cut_after: Option<usize>) -> Self {
        let length = bytes.len() as u64;
        if let Some(after) = cut_after {
            bytes.truncate(after);
        }
        // What is cut is shorter than it says, so that the client notices: an empty body says that there is a byte.
        let is_cut = cut_after.is_some();
        Self { length: length.max(u64::from(is_cut)), left: Some(bytes), is_cut }
    }
}

impl Body for DeliveredBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match self.left.take() {
            Some(bytes) if !bytes.is_empty() => Some(Ok(Frame::data(bytes))),
            _ if self.is_cut => Some(Err(io::ErrorKind::ConnectionAborted.into())),
            _ => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        !self.is_cut && self.left.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
