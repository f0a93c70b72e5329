//! The settings of a connection and a flow, read once.
//!
//! The texts that users see of them are declared here too, so that a name is written once.

use crate::error::Error;
use crate::query::{Deprovisioned, Parallelism, Preferences};
use appflow_connector::Message;
use appflow_connector::configuration::{ConnectorRuntimeSetting, SettingDataType, SettingScope};
use okta_client::{AllowedOrgs, Loopback, OrgUrl};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

const INSTANCE_URL: &str = "instanceUrl";
const RATE_LIMIT_PERCENT: &str = "rateLimitPercent";
const MAX_CONCURRENT_REQUESTS: &str = "maxConcurrentRequests";
const INCLUDE_DEPROVISIONED: &str = "includeDeprovisioned";
const LOG_OVERLAP_MINUTES: &str = "logOverlapMinutes";

const DEFAULT_RATE_LIMIT_PERCENT: u32 = 75;

/// Okta promises no bound on how late an event may be. Nearly all are there within a few minutes.
const DEFAULT_LOG_OVERLAP: u32 = 10;

/// The longest overlap in minutes, which is a day.
const MAX_LOG_OVERLAP: u32 = 1_440;

/// The largest number of requests that may be on their way at once. It is far below the 35 to 75
/// that an org allows to all its clients together.
const MAX_CONCURRENCY: usize = 4;

/// The orgs that a process talks to.
#[derive(Clone, Debug)]
pub struct Orgs {
    /// The orgs that the deployment allows.
    pub allowed: AllowedOrgs,
    /// The wish about orgs on this machine.
    pub loopback: Loopback,
}

/// The settings of a connection and a flow.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The org.
    pub org: OrgUrl,
    /// The share of each rate limit that the connection may use, 1 to 100.
    pub rate_limit_percent: u32,
    /// The number of requests that may be on their way at once, 1 to 4.
    pub max_concurrency: usize,
    /// The flow's wish about deprovisioned users.
    pub deprovisioned: Deprovisioned,
    /// The minutes by which a window of the System Log begins earlier than the flow asks, 0 to 1,440.
    pub log_overlap: u32,
}

/// The faults found, by setting.
pub type SettingErrors = BTreeMap<String, Message>;

impl Settings {
    /// Reads all settings.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` about the first setting that is wrong.
    pub fn read(settings: &BTreeMap<String, String>, orgs: &Orgs) -> Result<Self, Error> {
        Ok(Self {
            org: org(settings, orgs)?,
            rate_limit_percent: rate_limit_percent(settings)?,
            max_concurrency: max_concurrency(settings)?,
            deprovisioned: deprovisioned(settings)?,
            log_overlap: log_overlap(settings)?,
        })
    }

    /// Returns the wishes that the planner is told.
    pub fn preferences(&self) -> Preferences {
        let parallelism = match self.max_concurrency {
            0 | 1 => Parallelism::InOrder,
            _ => Parallelism::SideBySide,
        };
        let Self { deprovisioned, log_overlap, .. } = *self;
        Preferences { deprovisioned, parallelism, log_overlap }
    }

    /// Finds the faults in the settings of `scope`, each by itself. Settings of other scopes may come
    /// along or not; an unknown scope is taken for all of them that are there.
    pub fn check(
        settings: &BTreeMap<String, String>,
        scope: Option<&str>,
        orgs: &Orgs,
    ) -> SettingErrors {
        let mut errors = SettingErrors::new();
        let mut note = |key: &str, outcome: Result<(), Error>| {
            if let Err(error) = outcome {
                errors.insert(key.to_owned(), Message::new(error.to_string()));
            }
        };
        if scope == Some("CONNECTOR_PROFILE") || settings.contains_key(INSTANCE_URL) {
            note(INSTANCE_URL, org(settings, orgs).map(drop));
        }
        note(RATE_LIMIT_PERCENT, rate_limit_percent(settings).map(drop));
        note(MAX_CONCURRENT_REQUESTS, max_concurrency(settings).map(drop));
        note(INCLUDE_DEPROVISIONED, deprovisioned(settings).map(drop));
        note(LOG_OVERLAP_MINUTES, log_overlap(settings).map(drop));
        errors
    }

    /// Declares the settings as AppFlow asks users for them.
    pub fn declaration() -> Vec<ConnectorRuntimeSetting> {
        let setting =
            |key: &str, data_type, label: &str, description: &str, scope| ConnectorRuntimeSetting {
                key: key.to_owned(),
                data_type,
                required: key == INSTANCE_URL,
                label: label.to_owned(),
                description: description.to_owned(),
                scope,
                connector_supplied_value_options: None,
            };
        let options = |options: &[&str]| Some(options.iter().map(|&o| o.to_owned()).collect());
        vec![
            setting(
                INSTANCE_URL,
                SettingDataType::String,
                "Your Okta Domain URL",
                "The address of the Okta org such as acme.okta.com without -admin",
                SettingScope::ConnectorProfile,
            ),
            setting(
                RATE_LIMIT_PERCENT,
                SettingDataType::Integer,
                "Rate Limit Percent",
                "The share of each Okta rate limit that this connection may use from 1 to 100. The default is 75.",
                SettingScope::ConnectorProfile,
            ),
            setting(
                MAX_CONCURRENT_REQUESTS,
                SettingDataType::Integer,
                "Max Concurrent Requests",
                "How many requests to Okta may be on their way at once from 1 to 4. The default is 4. With 1 the next page is asked for when the present one is done.",
                SettingScope::ConnectorProfile,
            ),
            ConnectorRuntimeSetting {
                connector_supplied_value_options: options(&["true", "false"]),
                ..setting(
                    INCLUDE_DEPROVISIONED,
                    SettingDataType::Boolean,
                    "Include Deprovisioned Users",
                    "Whether deprovisioned users are transferred. The default is true.",
                    SettingScope::Source,
                )
            },
            setting(
                LOG_OVERLAP_MINUTES,
                SettingDataType::Integer,
                "Log Overlap Minutes",
                "How many minutes earlier than asked a window of the System Log begins from 0 to 1440. The default is 10. Events that came late are not lost then and some come again.",
                SettingScope::Source,
            ),
        ]
    }
}

/// Returns the value of a setting. A blank value is no value: forms send one for a field that was left empty.
fn value<'a>(settings: &'a BTreeMap<String, String>, key: &str) -> Option<&'a str> {
    settings.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
}

fn org(settings: &BTreeMap<String, String>, orgs: &Orgs) -> Result<OrgUrl, Error> {
    let url = value(settings, INSTANCE_URL).unwrap_or_default();
    let org = OrgUrl::parse(url, orgs.loopback)
        .map_err(|error| Error::invalid(format!("{INSTANCE_URL} {error}")))?;
    if orgs.allowed.allows(&org) {
        return Ok(org);
    }
    Err(Error::invalid(format!(
        "{INSTANCE_URL} names {host} and the deployment of this connector allows {allowed} alone. Add {host} to \
         AllowedOrgs of its stack",
        host = org.host(),
        allowed = orgs.allowed
    )))
}

/// Returns the host of the org that the settings name, if it may be one.
pub(crate) fn org_host(settings: &BTreeMap<String, String>, orgs: &Orgs) -> Option<String> {
    org(settings, orgs).ok().map(|org| org.host().to_owned())
}

fn rate_limit_percent(settings: &BTreeMap<String, String>) -> Result<u32, Error> {
    number(settings, RATE_LIMIT_PERCENT, 1..=100, DEFAULT_RATE_LIMIT_PERCENT)
}

fn max_concurrency(settings: &BTreeMap<String, String>) -> Result<usize, Error> {
    number(settings, MAX_CONCURRENT_REQUESTS, 1..=MAX_CONCURRENCY, MAX_CONCURRENCY)
}

fn log_overlap(settings: &BTreeMap<String, String>) -> Result<u32, Error> {
    number(settings, LOG_OVERLAP_MINUTES, 0..=MAX_LOG_OVERLAP, DEFAULT_LOG_OVERLAP)
}

/// Reads a number in a range.
fn number<N: FromStr + PartialOrd + Display>(
    settings: &BTreeMap<String, String>,
    key: &str,
    range: RangeInclusive<N>,
    default: N,
) -> Result<N, Error> {
    let Some(value) = value(settings, key) else { return Ok(default) };
    value.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let expected = format!("must be a whole number from {} to {}", range.start(), range.end());
        Error::invalid(format!("{key} is {value} - it {expected}"))
    })
}

fn deprovisioned(settings: &BTreeMap<String, String>) -> Result<Deprovisioned, Error> {
    match value(settings, INCLUDE_DEPROVISIONED).map(str::to_ascii_lowercase).as_deref() {
        None | Some("true") => Ok(Deprovisioned::Included),
        Some("false") => Ok(Deprovisioned::LeftOut),
        Some(other) => Err(Error::invalid(format!(
            "{INCLUDE_DEPROVISIONED} is {other} - it must be true or false"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
        rows.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    fn orgs() -> Orgs {
        Orgs { allowed: AllowedOrgs::default(), loopback: Loopback::Refused }
    }

    #[test]
    fn only_orgs_that_are_allowed_get_a_credential() {
        let read = |url: &str, allowed: &str| {
            let orgs = Orgs { allowed: allowed.parse().unwrap(), ..orgs() };
            Settings::read(&settings(&[("instanceUrl", url)]), &orgs)
                .map_err(|error| error.to_string())
        };
        for (url, allowed) in [
            ("acme.okta.com", "acme.okta.com"),
            ("acme.okta.com", "*.okta.com"),
            ("login.acme.com", "*.okta.com,login.acme.com"),
        ] {
            assert!(read(url, allowed).is_ok(), "{url} {allowed}");
        }
        for (url, allowed) in [
            ("other.okta.com", "acme.okta.com"),
            ("acme.okta.com.evil.com", "*.okta.com"),
            ("login.acme.com", "*.okta.com"),
        ] {
            let message = read(url, allowed).unwrap_err();
            let expected = format!("Add {url} to AllowedOrgs of its stack");
            assert!(message.contains(&expected) && message.contains(allowed), "{message}");
        }
    }

    #[test]
    fn defaults() {
        let settings = settings(&[("instanceUrl", "acme.okta.com"), ("rateLimitPercent", " ")]);
        let read = Settings::read(&settings, &orgs()).unwrap();
        assert_eq!(read.org.origin(), "https://acme.okta.com");
        assert_eq!(read.rate_limit_percent, 75);
        assert_eq!(read.deprovisioned, Deprovisioned::Included);
        assert_eq!(read.log_overlap, 10);
    }

    #[test]
    fn every_setting_is_checked_by_itself() {
        let wrong = settings(&[("rateLimitPercent", "101"), ("includeDeprovisioned", "maybe")]);
        let errors = Settings::check(&wrong, Some("CONNECTOR_PROFILE"), &orgs());
        let texts: Vec<_> =
            errors.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        assert_eq!(
            texts,
            [
                (
                    "includeDeprovisioned",
                    "includeDeprovisioned is maybe - it must be true or false"
                ),
                ("instanceUrl", "instanceUrl is empty - expected an address like acme.okta.com"),
                (
                    "rateLimitPercent",
                    "rateLimitPercent is 101 - it must be a whole number from 1 to 100"
                ),
            ]
        );
        let source = Settings::check(&settings(&[]), Some("SOURCE"), &orgs());
        assert!(source.is_empty(), "{source:?}");
    }
}
