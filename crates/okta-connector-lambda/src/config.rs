//! The only place that reads the environment. (The AWS SDK reads its own variables itself.)

use anyhow::Context as _;
use okta_client::{AllowedOrgs, Loopback, OrgUrl};
use okta_connector::{Offered, Withheld};
use tracing::Level;

/// What the environment decides.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    /// `OKTA_CONNECTOR_ALLOW_LOOPBACK=true` lets `instanceUrl` be a port of this machine.
    pub(crate) loopback: Loopback,
    /// `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration.
    pub(crate) log_level: Level,
    /// `OKTA_CONNECTOR_SECRETS_MANAGER_URL`: a stand-in for Secrets Manager on this machine. It takes
    /// loopback to be allowed.
    pub(crate) secrets_manager: Option<String>,
    /// `OKTA_CONNECTOR_LABEL`, under which the connector is registered: it is part of the names of the secrets
    /// that may be read, and metrics are kept apart by it.
    pub(crate) label: String,
    /// `OKTA_CONNECTOR_ORGS`, comma-separated: the orgs that a credential may be sent to. None means Okta's own
    /// domains.
    pub(crate) allowed_orgs: AllowedOrgs,
    /// `OKTA_CONNECTOR_ENTITIES`, comma-separated: the entities that are offered, `*` for all. None means those that need
    /// no scope beyond those of the oldest objects.
    pub(crate) offered: Offered,
    /// `OKTA_CONNECTOR_WITHHELD_FIELDS`, comma-separated: patterns of fields that are never exported.
    pub(crate) withheld: Withheld,
}

impl Environment {
    /// Reads it, once.
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
        let secrets_manager = text("OKTA_CONNECTOR_SECRETS_MANAGER_URL")?;
        if let Some(url) = &secrets_manager {
            let is_here = url.starts_with("http:") && OrgUrl::parse(url, loopback).is_ok();
            anyhow::ensure!(
                is_here,
                "OKTA_CONNECTOR_SECRETS_MANAGER_URL is {url:?}, expected http://127.0.0.1:PORT, and \
                 OKTA_CONNECTOR_ALLOW_LOOPBACK=true"
            );
        }
        Ok(Self {
            loopback,
            log_level,
            secrets_manager,
            label: text("OKTA_CONNECTOR_LABEL")?.unwrap_or_else(|| "Okta".to_owned()),
            allowed_orgs: match text("OKTA_CONNECTOR_ORGS")? {
                Some(orgs) => orgs.parse().context("OKTA_CONNECTOR_ORGS")?,
                None => AllowedOrgs::default(),
            },
            offered: Offered::parse(&text("OKTA_CONNECTOR_ENTITIES")?.unwrap_or_default())
                .context("OKTA_CONNECTOR_ENTITIES")?,
            withheld: Withheld::parse(&text("OKTA_CONNECTOR_WITHHELD_FIELDS")?.unwrap_or_default())
                .context("OKTA_CONNECTOR_WITHHELD_FIELDS")?,
        })
    }
}

/// Reads a variable that a template sets to nothing where a deployment says nothing.
fn text(name: &str) -> anyhow::Result<Option<String>> {
    Ok(variable(name)?.filter(|value| !value.trim().is_empty()))
}

fn variable(name: &str) -> anyhow::Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => anyhow::bail!("{name} is not UTF-8"),
    }
}
