//! The transport of real processes: reqwest on rustls with ring and the webpki roots.
//!
//! What comes is bounded where it comes in. A body has the limit of its request (8 MiB for a page, 1 MiB for
//! a token) after decompression, or 64 KiB if it is a refusal, and all bodies on their way have 24 MiB
//! together. Headers are bounded by hyper: 100 of them, 408 KiB in all.

use crate::http::{BodyLimit, HttpError, HttpErrorKind, HttpService};
use crate::org::Loopback;
use crate::resolver::{NotPublic, PublicResolver};
use crate::tls::tls_config;
use bytes::Bytes;
use http::StatusCode;
use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A body of this many bytes has room in one of the [`SMALL_PLACES`].
const SMALL_BODY: usize = 1024 * 1024;

/// Bodies that may be on their way at once.
const SMALL_PLACES: usize = 10;

/// Of these, the ones that may be larger than [`SMALL_BODY`], by 7 MiB at most: 24 MiB with the small places.
const LARGE_PLACES: usize = 2;

/// Sends requests over HTTPS, or over HTTP to loopback addresses.
///
/// Follows no redirect: Okta's API has none, and a credential must not travel to where one points. Connects to
/// public addresses only, whatever a host name leads to, and through no proxy, which would look names up by
/// itself.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    resolver: PublicResolver,
    places: Arc<Places>,
}

/// The room for bodies.
///
/// Who has a small place may wait for a large one, but who has a large one waits for nothing: so the large
/// ones become free, and then the small ones.
#[derive(Debug)]
struct Places {
    small: Semaphore,
    large: Semaphore,
}

impl Places {
    async fn take(semaphore: &Semaphore) -> SemaphorePermit<'_> {
        semaphore.acquire().await.expect("no semaphore of the transport is ever closed")
    }
}

impl ReqwestTransport {
    /// Builds the connection pool. No connection is made yet. Addresses of this machine are connected to only
    /// if `loopback` allows it.
    ///
    /// # Errors
    ///
    /// [`HttpErrorKind::Unsendable`] if TLS cannot be set up, which no environment is known to cause.
    pub fn new(loopback: Loopback) -> Result<Self, HttpError> {
        let unsendable = |cause: String| HttpError { kind: HttpErrorKind::Unsendable, cause };
        let tls = tls_config().map_err(|error| unsendable(error.to_string()))?;
        let resolver = PublicResolver { loopback };
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(resolver)
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| unsendable(describe(&error)))?;
        let (small, large) = (Semaphore::new(SMALL_PLACES), Semaphore::new(LARGE_PLACES));
        Ok(Self { client, resolver, places: Arc::new(Places { small, large }) })
    }

    /// Refuses a host that is an address and not a public one. It is not looked up, so the resolver never
    /// sees it.
    fn check_host(&self, uri: &http::Uri) -> Result<(), HttpError> {
        let host = uri.host().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        match address.is_ok_and(|address| !self.resolver.admits(host, address)) {
            true => Err(HttpError { kind: HttpErrorKind::NotPublic, cause: NotPublic.to_string() }),
            false => Ok(()),
        }
    }

    async fn exchange(
        &self,
        request: reqwest::Request,
        limit: BodyLimit,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let mut response = self.client.execute(request).await.map_err(|error| classify(&error))?;
        let body = self.body(&mut response, limit).await?;
        let mut answer = http::Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }

    async fn body(
        &self,
        response: &mut reqwest::Response,
        limit: BodyLimit,
    ) -> Result<Bytes, HttpError> {
        let (status, most) = (response.status(), limit.with(response.status()));
        let _small = Places::take(&self.places.small).await;
        let mut large = None;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
            let length = body.len() + chunk.len();
            if length > most && status == StatusCode::OK {
                return Err(limit.exceeded());
            }
            if length > SMALL_BODY && large.is_none() {
                large = Some(Places::take(&self.places.large).await);
            }
            let chunk = &chunk[..chunk.len().min(most - body.len())];
            if body.capacity() < length.min(most) {
                let capacity = length.next_power_of_two().min(most);
                body.reserve_exact(capacity - body.len());
            }
            body.extend_from_slice(chunk);
            if body.len() == most && status != StatusCode::OK {
                // The rest of a refusal is of no interest.
                break;
            }
        }
        Ok(body.into())
    }
}

impl HttpService for ReqwestTransport {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        self.check_host(request.uri())?;
        let limit = BodyLimit::of(&request);
        let request = reqwest::Request::try_from(request).map_err(|error| classify(&error))?;
        let exchange = tokio::time::timeout(timeout, self.exchange(request, limit));
        exchange.await.unwrap_or_else(|_| {
            let cause = format!("nothing within {} ms", timeout.as_millis());
            Err(HttpError { kind: HttpErrorKind::Timeout, cause })
        })
    }
}

fn classify(error: &reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if innermost(error).is::<NotPublic>() {
        HttpErrorKind::NotPublic
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_builder() {
        HttpErrorKind::Unsendable
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError { kind, cause: describe(error) }
}

/// The innermost cause says what happened; reqwest's own text would repeat the address.
fn describe(error: &reqwest::Error) -> String {
    match error.source() {
        Some(_) => innermost(error).to_string(),
        None => "request failed".to_owned(),
    }
}

fn innermost(error: &reqwest::Error) -> &(dyn std::error::Error + 'static) {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    /// Answers every connection to a loopback port with `status` and a body that is compressed. Returns the
    /// port; what came is told on the channel.
    async fn serve(status: u16, body: &[u8]) -> (u16, mpsc::UnboundedReceiver<String>) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        let body: Arc<[u8]> = encoder.finish().unwrap().into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (body, tell) = (Arc::clone(&body), tell.clone());
                tokio::spawn(async move {
                    let mut request = vec![0; 4_096];
                    let read = stream.read(&mut request).await.unwrap();
                    tell.send(String::from_utf8_lossy(&request[..read]).into_owned()).unwrap();
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-encoding: gzip\r\nconnection: close\r\n\
                         content-length: {}\r\n\r\n",
                        body.len()
                    );
                    stream.write_all(head.as_bytes()).await.unwrap();
                    // A client that has had enough goes away.
                    let _ = stream.write_all(&body).await;
                });
            }
        });
        (port, told)
    }

    async fn get(
        transport: &ReqwestTransport,
        host: &str,
        port: u16,
        limit: Option<BodyLimit>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let mut request = http::Request::get(format!("http://{host}:{port}/"));
        if let Some(limit) = limit {
            request = request.extension(limit);
        }
        transport.call(request.body(Bytes::new()).unwrap(), Duration::from_secs(30)).await
    }

    fn transport() -> ReqwestTransport {
        ReqwestTransport::new(Loopback::Allowed).unwrap()
    }

    #[tokio::test]
    async fn compressed_answers_are_asked_for_and_read() {
        let page = b"[{\"id\":\"00u1\"}]".repeat(1_000);
        let (port, mut told) = serve(200, &page).await;
        let answer = get(&transport(), "127.0.0.1", port, None).await;
        assert_eq!(answer.unwrap().body(), &page);
        let request = told.recv().await.unwrap();
        assert!(request.to_lowercase().contains("accept-encoding: gzip"), "{request}");
    }

    #[tokio::test]
    async fn answers_are_bounded_as_they_come() {
        const KIB: usize = 1024;
        let (page, token) = (BodyLimit::PAGE.0, BodyLimit::TOKEN.0);
        let rows = [
            // status, bytes, limit, bytes read
            (200, page, None, Some(page)),
            (200, page + 1, None, None),
            (200, 4 * page, None, None),
            (200, token, Some(BodyLimit::TOKEN), Some(token)),
            (200, token + 1, Some(BodyLimit::TOKEN), None),
            (400, 64 * KIB, None, Some(64 * KIB)),
            (400, 64 * KIB + 1, None, Some(64 * KIB)),
            (503, 4 * page, Some(BodyLimit::TOKEN), Some(64 * KIB)),
            (302, 4 * page, None, Some(64 * KIB)),
        ];
        for (status, length, limit, expected) in rows {
            let (port, _told) = serve(status, &vec![b' '; length]).await;
            let answer = get(&transport(), "127.0.0.1", port, limit).await;
            let read = answer.as_ref().ok().map(|answer| answer.body().len());
            assert_eq!(read, expected, "{status} {length}");
            if let Err(error) = answer {
                assert_eq!(error.kind, HttpErrorKind::TooLarge);
            }
        }
    }

    /// There are two places for bodies of this size.
    #[tokio::test]
    async fn large_answers_wait_for_each_other() {
        let length = SMALL_BODY + 1;
        let (port, _told) = serve(200, &vec![b' '; length]).await;
        let transport = transport();
        let mut reads = Vec::new();
        for _ in 0..SMALL_PLACES + 2 {
            let transport = transport.clone();
            let read = async move { get(&transport, "127.0.0.1", port, None).await };
            reads.push(tokio::spawn(read));
        }
        for read in reads {
            assert_eq!(read.await.unwrap().unwrap().body().len(), length);
        }
        let Places { small, large } = &*transport.places;
        assert_eq!((small.available_permits(), large.available_permits()), (10, 2));
    }

    #[tokio::test]
    async fn a_body_that_finds_no_room_is_late() {
        let (port, _told) = serve(200, &vec![b' '; SMALL_BODY + 1]).await;
        let transport = transport();
        let _taken = transport.places.large.acquire_many(2).await.unwrap();
        let request = http::Request::get(format!("http://127.0.0.1:{port}/"));
        let request = request.body(Bytes::new()).unwrap();
        let answer = transport.call(request, Duration::from_millis(200)).await;
        assert_eq!(answer.unwrap_err().kind, HttpErrorKind::Timeout);
        assert_eq!(transport.places.small.available_permits(), SMALL_PLACES);
    }

    #[tokio::test]
    async fn private_addresses_are_not_connected_to() {
        let (port, mut told) = serve(200, b"[]").await;
        let refusing = ReqwestTransport::new(Loopback::Refused).unwrap();
        let mut messages = Vec::new();
        // One port is open, one is not; the name is looked up, the addresses are not.
        for (host, port) in
            [("localhost", port), ("localhost", 1), ("127.0.0.1", port), ("[::1]", port)]
        {
            let error = get(&refusing, host, port, None).await.unwrap_err();
            assert_eq!(error.kind, HttpErrorKind::NotPublic, "{host} {error}");
            messages.push(error.to_string());
        }
        messages.dedup();
        assert_eq!(messages, ["no connection: the host name does not lead to a public address"]);
        told.try_recv().unwrap_err();
        get(&transport(), "localhost", port, None).await.unwrap();
        told.try_recv().unwrap();
    }
}
