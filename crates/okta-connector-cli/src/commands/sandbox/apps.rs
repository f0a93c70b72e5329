//! The apps that the org knows, as options.

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use http::Uri;
use okta_simulator::{Collection, RefreshTokens, ServiceApp, Simulator, WebApp};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The secret of the web app. It opens nothing but the simulator.
const CLIENT_SECRET: &str = "sandbox-client-secret-of-the-simulator";

/// The apps that the org knows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Apps")]
pub(super) struct AppOptions {
    /// A service app that the org knows: a JSON file with `clientId`, `keys` (public, as JSON Web Keys
    /// with a `kid`), `scopes` and `requiresDpop`.
    #[arg(long, value_name = "FILE")]
    service_app: Option<PathBuf>,
    /// A sign-in redirect URI of the web app, which may then send a browser to /oauth2/v1/authorize.
    /// May be given several times.
    #[arg(long = "redirect-uri", value_name = "URI", value_parser = redirect_uri)]
    redirect_uris: Vec<String>,
    /// The client id of the web app.
    #[arg(
        long,
        value_name = "ID",
        default_value = "0oasandboxwebapp0001",
        requires = "redirect_uris"
    )]
    client_id: String,
    /// The fate of a refresh token that was used.
    #[arg(long, value_enum, default_value_t = Rotation::Rotating, requires = "redirect_uris")]
    refresh_tokens: Rotation,
}

/// The fate of a refresh token that was used.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rotation {
    /// Another takes its place.
    Rotating,
    /// It stays good.
    Static,
}

impl AppOptions {
    /// Registers the apps, and returns their client ids.
    pub(super) fn register(&self, simulator: &mut Simulator) -> anyhow::Result<Vec<String>> {
        let mut client_ids = Vec::new();
        if let Some(file) = &self.service_app {
            let app = service_app(file)?;
            client_ids.push(app.client_id.clone());
            simulator.register_service_app(app);
        }
        if !self.redirect_uris.is_empty() {
            client_ids.push(self.client_id.clone());
            simulator.register_web_app(self.web_app());
        }
        Ok(client_ids)
    }

    fn web_app(&self) -> WebApp {
        let collections = Collection::ALL.iter().chain([&Collection::SystemLog]);
        let scopes: BTreeSet<_> = collections.map(|collection| collection.scope()).collect();
        WebApp {
            client_id: self.client_id.clone(),
            client_secret: Some(CLIENT_SECRET.to_owned()),
            redirect_uris: self.redirect_uris.clone(),
            scopes: scopes.into_iter().map(str::to_owned).collect(),
            refresh_tokens: match self.refresh_tokens {
                Rotation::Rotating => RefreshTokens::Rotating,
                Rotation::Static => RefreshTokens::Static,
            },
        }
    }

    /// Returns a line that tells of the web app, if there is one.
    pub(super) fn about(&self) -> String {
        match self.redirect_uris.is_empty() {
            true => String::new(),
            false => {
                format!("# The web app {} has the client secret {CLIENT_SECRET}.\n", self.client_id)
            }
        }
    }
}

/// Reads an address that a browser may be sent back to.
fn redirect_uri(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let is_absolute = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
    });
    match is_absolute && !text.contains('#') {
        true => Ok(text.to_owned()),
        false => {
            Err("expected an address that begins with https:// or http:// and has no #".to_owned())
        }
    }
}

fn service_app(file: &Path) -> anyhow::Result<ServiceApp> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let app: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?;
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

#[cfg(test)]
mod tests {
    use super::redirect_uri;

    #[test]
    fn a_redirect_uri_is_an_address() {
        for text in ["https://console.aws.amazon.com/appflow/oauth", "http://127.0.0.1:9/?a=b"] {
            assert_eq!(redirect_uri(text).unwrap(), text);
        }
        for text in ["", "/appflow", "appflow", "javascript:alert(1)", "ftp://a/", "https://a/#b"] {
            redirect_uri(text).unwrap_err();
        }
    }
}
