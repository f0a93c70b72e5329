//! The transport of real processes: reqwest on rustls with ring and the webpki roots.

use crate::http::{HttpError, HttpErrorKind, HttpService};
use bytes::{Bytes, BytesMut};
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

/// No page of 200 records comes near this; a response beyond it would not fit the function's memory. What
/// comes compressed is counted as it is afterwards.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends requests over HTTPS, or over HTTP to loopback addresses.
///
/// Follows no redirect: Okta's API has none, and a credential must not travel to where one points.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// Builds the connection pool. No connection is made yet.
    ///
    /// # Errors
    ///
    /// [`HttpErrorKind::Unsendable`] if TLS cannot be set up, which no environment is known to cause.
    pub fn new() -> Result<Self, HttpError> {
        let unsendable = |cause: String| HttpError { kind: HttpErrorKind::Unsendable, cause };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unsendable(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| unsendable(describe(&error)))?;
        Ok(Self { client })
    }
}

impl HttpService for ReqwestTransport {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let mut request = reqwest::Request::try_from(request).map_err(|error| classify(&error))?;
        *request.timeout_mut() = Some(timeout);
        let mut response = self.client.execute(request).await.map_err(|error| classify(&error))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                let cause = format!("more than {MAX_BODY_BYTES} bytes");
                return Err(HttpError { kind: HttpErrorKind::TooLarge, cause });
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = http::Response::new(body.freeze());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

fn classify(error: &reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
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
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if error.source().is_none() { "request failed".to_owned() } else { cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// Serves one request on a loopback port with a body that is compressed; what came, and what the
    /// transport makes of the answer.
    async fn exchange(body: &[u8]) -> (String, Result<http::Response<Bytes>, HttpError>) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).unwrap();
        let body = encoder.finish().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4_096];
            let read = stream.read(&mut request).await.unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            // A client that has had enough goes away.
            let _ = stream.write_all(&body).await;
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        let request = http::Request::get(format!("http://{address}/")).body(Bytes::new()).unwrap();
        let transport = ReqwestTransport::new().unwrap();
        let answer = transport.call(request, Duration::from_secs(30)).await;
        (server.await.unwrap(), answer)
    }

    #[tokio::test]
    async fn compressed_answers_are_asked_for_and_read() {
        let page = b"[{\"id\":\"00u1\"}]".repeat(1_000);
        let (request, answer) = exchange(&page).await;
        assert!(request.to_lowercase().contains("accept-encoding: gzip"), "{request}");
        assert_eq!(answer.unwrap().body(), &page);
    }

    #[tokio::test]
    async fn an_answer_that_swells_is_cut_off() {
        let (_, answer) = exchange(&vec![b' '; MAX_BODY_BYTES + 1]).await;
        assert_eq!(answer.unwrap_err().kind, HttpErrorKind::TooLarge);
    }
}
