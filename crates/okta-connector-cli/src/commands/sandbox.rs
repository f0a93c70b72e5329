//! The simulated org, a stand-in for Secrets Manager and a status page, for a `bootstrap` that runs beside them.

mod apps;
mod fault_option;
mod journal;
mod org_options;
mod secrets_manager;
mod server;
mod status_page;

use super::org::EmbeddedOrg;
use super::print;
use anyhow::Context as _;
use apps::AppOptions;
use bytes::Bytes;
use clap::Args;
use http::{Request, Response};
use journal::{Entry, Journal};
use okta_connector_cli::{API_TOKEN, Clock, SandboxUrls, SimulatedOkta, api_token_secret};
use okta_simulator::Delivery;
use org_options::OrgOptions;
use server::{Handler, Port};
use status_page::StatusPage;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Serve the simulated org, a stand-in for Secrets Manager and a status page.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sandbox {
    /// The secret of every connection, as JSON, instead of one with an API token that the org accepts.
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
    #[command(flatten)]
    org: EmbeddedOrg,
    #[command(flatten)]
    options: OrgOptions,
    #[command(flatten)]
    apps: AppOptions,
    #[command(flatten)]
    ports: Ports,
}

/// The places to listen at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Ports")]
struct Ports {
    /// The address to listen on. Another than 127.0.0.1 is for containers, where the URLs that are printed
    /// name this machine `host.docker.internal`: the function accepts no other name for it.
    #[arg(long, default_value_t = Ipv4Addr::LOCALHOST, value_name = "ADDRESS")]
    listen: Ipv4Addr,
    /// The port of the org, as the files of `events/` name it; any free one if it is 0.
    #[arg(long, value_name = "PORT", default_value_t = 8700)]
    okta_port: u16,
    /// The port of the stand-in for Secrets Manager; any free one if it is 0.
    #[arg(long, value_name = "PORT", default_value_t = 8701)]
    secrets_port: u16,
    /// The port of the status page, always on 127.0.0.1; any free one if it is 0.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    status_port: u16,
}

const EXAMPLES: &str = "\
Examples:
  okta-connector sandbox --okta-port 0 --secrets-port 0
  okta-connector sandbox --users 50 --fault 429@2 --okta-port 0 --secrets-port 0";

impl Sandbox {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let okta = self.org.okta(Clock::Wall)?;
        let client_ids = self.apps.register(&mut okta.simulator())?;
        self.options.apply(&mut okta.simulator(), &client_ids);
        // A server runs for long: the journal has what is of use of what has arrived.
        okta.simulator().keep_requests(1);
        let (secret, about_secret) = match &self.secret {
            Some(file) => (read(file)?, format!("the secret in {}", file.display())),
            None => {
                (api_token_secret(API_TOKEN), format!("a secret with the API token {API_TOKEN}"))
            }
        };
        // All ports are there before the first is told of.
        let listen = self.ports.listen;
        let okta_port = Port::open((listen, self.ports.okta_port).into()).await?;
        let secrets_port = Port::open((listen, self.ports.secrets_port).into()).await?;
        let status_port = Port::open((Ipv4Addr::LOCALHOST, self.ports.status_port).into()).await?;
        let (host, about) = name_of(listen);
        let urls = SandboxUrls {
            org: format!("http://{host}:{}", okta_port.number()?),
            secrets_manager: format!("http://{host}:{}", secrets_port.number()?),
            status_page: format!("http://127.0.0.1:{}", status_port.number()?),
        };

        let journal = Arc::new(Mutex::new(Journal::default()));
        let page = StatusPage {
            okta: okta.clone(),
            journal: Arc::clone(&journal),
            org: urls.org.clone(),
            options: self.options.described(),
            counts: Mutex::default(),
        };
        okta_port.serve(org(okta, journal));
        secrets_port.serve(Arc::new(move |request| secrets_manager::answer(&request, &secret)));
        status_port.serve(Arc::new(move |request| page.answer(&request)));
        let about_tokens: String = self
            .options
            .tokens()
            .skip(1)
            .map(|token| format!("# The org accepts the API token {token} as well.\n"))
            .collect();
        let about_app = self.apps.about();
        let about =
            format!("{about}# Every secretArn has {about_secret}.\n{about_tokens}{about_app}");
        print(&format!("{about}{urls}"))?;
        tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")
    }
}

/// Makes a handler that answers as the org, and writes down what came.
fn org(okta: SimulatedOkta, journal: Arc<Mutex<Journal>>) -> Handler {
    Arc::new(move |request: Request<Bytes>| -> Response<Bytes> {
        let began = Instant::now();
        let (response, request) = okta.answer_and_log(request);
        let delivery = response.extensions().get::<Delivery>().copied().unwrap_or_default();
        if let Some(request) = request {
            let entry = Entry { request, took: began.elapsed() + delivery.delay };
            // Whoever has closed standard error does not want to know.
            let _ = writeln!(std::io::stderr(), "{entry}");
            journal.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        }
        response
    })
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
                status_page: "http://127.0.0.1:8702".to_owned(),
            };
            let printed = format!("{about}{urls}");
            assert_eq!(SandboxUrls::read(printed.as_bytes()).unwrap(), urls);
        }
    }
}
