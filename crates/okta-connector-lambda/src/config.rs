//! The only place that reads the environment. (The AWS SDK reads its own variables itself.)

use okta_client::{Loopback, OrgUrl};
use tracing::Level;

/// The settings of the process that its environment decides.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    /// The permission for `instanceUrl` to be a port of this machine: `OKTA_CONNECTOR_ALLOW_LOOPBACK=true`.
    pub(crate) loopback: Loopback,
    /// The value of `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration.
    pub(crate) log_level: Level,
    /// The value of `OKTA_CONNECTOR_SECRETS_MANAGER_URL`: the address of a stand-in for Secrets
    /// Manager on this machine. It is used only if loopback is allowed.
    pub(crate) secrets_manager: Option<String>,
    /// The value of `OKTA_CONNECTOR_LABEL`, under which the connector is registered: metrics are
    /// kept apart by it.
    pub(crate) label: String,
}

impl Environment {
    /// Reads the environment, once.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let loopback = match variable("OKTA_CONNECTOR_ALLOW_LOOPBACK")?.as_deref() {
            Some("true") => Loopback::Allowed,
            None | Some("" | "false") => Loopback::Refused,
            Some(other) => {
                anyhow::bail!("OKTA_CONNECTOR_ALLOW_LOOPBACK is {other:?}, expected true or false")
            }
        };
        let log_level = match variable("AWS_LAMBDA_LOG_LEVEL")?.as_deref() {
            None | Some("") => Level::INFO,
            // Lambda knows FATAL, which tracing does not.
            Some("FATAL") => Level::ERROR,
            Some(level) => level.parse().map_err(|_| {
                anyhow::anyhow!("AWS_LAMBDA_LOG_LEVEL is {level:?}, expected a level")
            })?,
        };
        let secrets_manager =
            variable("OKTA_CONNECTOR_SECRETS_MANAGER_URL")?.filter(|url| !url.is_empty());
        if let Some(url) = &secrets_manager {
            let is_here = url.starts_with("http:") && OrgUrl::parse(url, loopback).is_ok();
            anyhow::ensure!(
                is_here,
                "OKTA_CONNECTOR_SECRETS_MANAGER_URL is {url:?}, expected http://127.0.0.1:PORT, and \
                 OKTA_CONNECTOR_ALLOW_LOOPBACK=true"
            );
        }
        let label = variable("OKTA_CONNECTOR_LABEL")?.filter(|label| !label.is_empty());
        Ok(Self {
            loopback,
            log_level,
            secrets_manager,
            label: label.unwrap_or_else(|| "Okta".to_owned()),
        })
    }
}

fn variable(name: &str) -> anyhow::Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => anyhow::bail!("{name} is not UTF-8"),
    }
}
