//! The simulated org and a stand-in for Secrets Manager, for a `bootstrap` that runs beside them.

use super::org::EmbeddedOrg;
use super::print;
use anyhow::Context as _;
use bytes::Bytes;
use clap::Args;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use okta_connector_cli::{API_TOKEN, Clock, SandboxUrls, api_token_secret};
use okta_simulator::ServiceApp;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serve the simulated org and a stand-in for Secrets Manager.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    #[command(flatten)]
    org: EmbeddedOrg,
    /// The address to listen on. Another than 127.0.0.1 is for containers, where the URLs that are printed
    /// name this machine `host.docker.internal`: the function accepts no other name for it.
    #[arg(long, default_value_t = Ipv4Addr::LOCALHOST, value_name = "ADDRESS")]
    listen: Ipv4Addr,
    /// The port of the org, as the files of `events/` name it; any free one if it is 0.
    #[arg(long, default_value_t = 8700)]
    okta_port: u16,
    /// The port of the stand-in for Secrets Manager; any free one if it is 0.
    #[arg(long, default_value_t = 8701)]
    secrets_port: u16,
    /// A service app that the org knows: a JSON file with `clientId`, `keys` (public, as JSON Web Keys
    /// with a `kid`), `scopes` and `requiresDpop`.
    #[arg(long, value_name = "FILE")]
    service_app: Option<PathBuf>,
    /// The secret of every connection, as JSON, instead of one with an API token that the org accepts.
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
}

type Handler = Arc<dyn Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync>;

impl Sandbox {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let okta = self.org.okta(Clock::Wall)?;
        // A server runs for long; what has arrived is of no use here.
        okta.simulator().keep_requests(0);
        if let Some(file) = &self.service_app {
            okta.simulator().register_service_app(service_app(file)?);
        }
        let okta: Handler = Arc::new(move |request| okta.answer(request));
        let okta_address = serve((self.listen, self.okta_port).into(), okta).await?;
        let (secret, about_secret) = match &self.secret {
            Some(file) => (read(file)?, format!("the secret in {}", file.display())),
            None => {
                (api_token_secret(API_TOKEN), format!("a secret with the API token {API_TOKEN}"))
            }
        };
        let secrets: Handler = Arc::new(move |request| secrets_manager(&request, &secret));
        let secrets_address = serve((self.listen, self.secrets_port).into(), secrets).await?;
        let (host, about) = name_of(self.listen);
        let urls = SandboxUrls {
            org: format!("http://{host}:{}", okta_address.port()),
            secrets_manager: format!("http://{host}:{}", secrets_address.port()),
        };
        print(&format!("{about}# Every secretArn has {about_secret}.\n{urls}"))?;
        tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")
    }
}

/// Returns the name of a machine that listens on an address, as the function accepts it in an `instanceUrl`,
/// and lines that explain the name. Of addresses, the function accepts 127.0.0.1 alone.
fn name_of(listen: Ipv4Addr) -> (&'static str, String) {
    if listen == Ipv4Addr::LOCALHOST {
        return ("127.0.0.1", String::new());
    }
    let address = match listen.is_unspecified() {
        true => "host-gateway".to_owned(),
        false => listen.to_string(),
    };
    let about = format!(
        "# Containers find it under host.docker.internal. An engine on Linux must be told:\n\
         # --add-host host.docker.internal:{address}\n"
    );
    ("host.docker.internal", about)
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn service_app(file: &Path) -> anyhow::Result<ServiceApp> {
    let app: serde_json::Value = serde_json::from_str(&read(file)?)
        .with_context(|| format!("{} is not JSON", file.display()))?;
    let client_id = app["clientId"].as_str();
    let client_id = client_id.with_context(|| format!("{} has no clientId", file.display()))?;
    let list = |name: &str| app[name].as_array().cloned().unwrap_or_default();
    Ok(ServiceApp {
        client_id: client_id.to_owned(),
        keys: list("keys"),
        scopes: list("scopes")
            .iter()
            .filter_map(|scope| scope.as_str().map(str::to_owned))
            .collect(),
        requires_dpop: app["requiresDpop"] == true,
    })
}

/// Serves until the process ends.
async fn serve(address: SocketAddr, handler: Handler) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} - port 0 takes any that is free"))?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let handler = Arc::clone(&handler);
            let service = service_fn(move |request| respond(Arc::clone(&handler), request));
            tokio::spawn(async move {
                // A client that goes away in the middle is its own business.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(address)
}

async fn respond(
    handler: Handler,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    Ok(handler(Request::from_parts(head, body)).map(Full::new))
}

/// Answers `GetSecretValue` for every ARN with the secret of the simulated connection.
fn secrets_manager(request: &Request<Bytes>, secret: &str) -> Response<Bytes> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let answer = |status: u16, body: serde_json::Value| {
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
        response.headers_mut().insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static("application/x-amz-json-1.1"),
        );
        response
    };
    if target != Some("secretsmanager.GetSecretValue") {
        return answer(400, serde_json::json!({ "__type": "InvalidAction" }));
    }
    let asked: serde_json::Value = serde_json::from_slice(request.body()).unwrap_or_default();
    answer(
        200,
        serde_json::json!({
            "ARN": asked["SecretId"],
            "Name": "sandbox",
            "SecretString": secret,
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use okta_client::{Loopback, OrgUrl};

    #[test]
    fn what_is_printed_may_be_an_org() {
        let rows = [
            (Ipv4Addr::LOCALHOST, "127.0.0.1", None),
            (Ipv4Addr::new(172, 17, 0, 1), "host.docker.internal", Some("172.17.0.1")),
            (Ipv4Addr::UNSPECIFIED, "host.docker.internal", Some("host-gateway")),
        ];
        for (listen, expected, address) in rows {
            let (host, about) = name_of(listen);
            assert_eq!(host, expected);
            OrgUrl::parse(&format!("http://{host}:8700"), Loopback::Allowed).unwrap();
            let told = address.map(|address| format!("--add-host {host}:{address}\n"));
            assert!(told.is_none_or(|told| about.ends_with(&told)), "{about}");
            assert_eq!(about.is_empty(), address.is_none());
            // Whoever reads the output, line by line, reads on.
            let urls = SandboxUrls {
                org: format!("http://{host}:8700"),
                secrets_manager: format!("http://{host}:8701"),
            };
            let printed = format!("{about}{urls}");
            assert_eq!(SandboxUrls::read(printed.as_bytes()).unwrap(), urls);
        }
    }
}
