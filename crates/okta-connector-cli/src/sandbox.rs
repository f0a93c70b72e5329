//! The sandbox as other processes see it: the text that it prints, and the process that prints it.

use crate::process::Process;
use anyhow::Context as _;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// The URLs of a sandbox. Their text is what the sandbox prints once it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxUrls {
    /// The simulated org: the `instanceUrl` of a connection.
    pub org: String,
    /// The stand-in for Secrets Manager.
    pub secrets_manager: String,
    /// The status page.
    pub status_page: String,
}

const BEFORE_ORG: &str = "# The simulated org is the instanceUrl ";
const BEFORE_STATUS_PAGE: &str = "# The status page is ";
const SECRETS_MANAGER: &str = "OKTA_CONNECTOR_SECRETS_MANAGER_URL";
const LAST_LINE: &str = "# Press Ctrl-C to stop.";

impl SandboxUrls {
    /// Returns the environment variables that point the function at the sandbox.
    pub fn environment(&self) -> [(&'static str, &str); 5] {
        [
            (SECRETS_MANAGER, &self.secrets_manager),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "sandbox"),
            ("AWS_SECRET_ACCESS_KEY", "sandbox"),
            ("OKTA_CONNECTOR_ALLOW_LOOPBACK", "true"),
        ]
    }

    /// Reads what a sandbox prints, up to its last line.
    ///
    /// # Errors
    ///
    /// The output cannot be read, or ends before it has named all URLs.
    pub fn read(output: impl BufRead) -> anyhow::Result<Self> {
        let (mut org, mut status_page, mut secrets_manager) = (None, None, None);
        for line in output.lines() {
            let line = line?;
            let variable = line.strip_prefix("export ").and_then(|pair| pair.split_once('='));
            if let Some(url) = line.strip_prefix(BEFORE_ORG) {
                org = Some(url.to_owned());
            } else if let Some(url) = line.strip_prefix(BEFORE_STATUS_PAGE) {
                status_page = Some(url.to_owned());
            } else if let Some((SECRETS_MANAGER, url)) = variable {
                secrets_manager = Some(url.to_owned());
            } else if line == LAST_LINE {
                break;
            }
        }
        let org = org.context("the sandbox ended before it printed the URL of its org")?;
        let status_page = status_page
            .context("the sandbox ended before it printed the URL of its status page")?;
        let secrets_manager = secrets_manager
            .with_context(|| format!("the sandbox ended before it printed {SECRETS_MANAGER}"))?;
        Ok(Self { org, secrets_manager, status_page })
    }
}

impl fmt::Display for SandboxUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{BEFORE_ORG}{}", self.org)?;
        writeln!(f, "{BEFORE_STATUS_PAGE}{}", self.status_page)?;
        for (name, value) in self.environment() {
            writeln!(f, "export {name}={value}")?;
        }
        writeln!(f, "{LAST_LINE}")
    }
}

/// A sandbox in a process of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    urls: SandboxUrls,
    _process: Process,
}

impl Sandbox {
    /// Starts `program`, which is `okta-connector`, with the options of its command `sandbox`, and waits
    /// until it serves. Nobody sees the lines that it writes for each request.
    ///
    /// # Errors
    ///
    /// The program cannot be started or ends before it serves.
    pub fn start(program: &Path, options: &[&str]) -> anyhow::Result<Self> {
        Self::start_logging(program, options, Stdio::null())
    }

    /// Does the same, with the lines that it writes for each request going to `log`.
    ///
    /// # Errors
    ///
    /// The program cannot be started or ends before it serves.
    pub fn start_logging(program: &Path, options: &[&str], log: Stdio) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.arg("sandbox").args(options).stdout(Stdio::piped()).stderr(log);
        let mut process = Process::start(&mut command)?;
        let output = process.0.stdout.as_mut().expect("the output is piped");
        let urls = SandboxUrls::read(BufReader::new(output))?;
        Ok(Self { urls, _process: process })
    }

    /// Returns the URLs at which it serves.
    pub fn urls(&self) -> &SandboxUrls {
        &self.urls
    }
}

#[cfg(test)]
mod tests {
    use super::SandboxUrls;

    #[test]
    fn what_is_printed_is_read_again() {
        let urls = SandboxUrls {
            org: "http://127.0.0.1:8700".to_owned(),
            secrets_manager: "http://127.0.0.1:8701".to_owned(),
            status_page: "http://127.0.0.1:8702".to_owned(),
        };
        let printed = urls.to_string();
        assert_eq!(SandboxUrls::read(printed.as_bytes()).unwrap(), urls);
        for (name, value) in urls.environment() {
            assert!(printed.lines().any(|line| line == format!("export {name}={value}")), "{name}");
        }
    }

    #[test]
    fn output_that_ends_early_is_an_error() {
        let rows = [
            ("", "the sandbox ended before it printed the URL of its org"),
            (
                "# The simulated org is the instanceUrl http://127.0.0.1:8700\n",
                "the sandbox ended before it printed the URL of its status page",
            ),
            (
                "# The simulated org is the instanceUrl http://127.0.0.1:8700\n\
                 # The status page is http://127.0.0.1:8702\n",
                "the sandbox ended before it printed OKTA_CONNECTOR_SECRETS_MANAGER_URL",
            ),
        ];
        for (output, expected) in rows {
            assert_eq!(SandboxUrls::read(output.as_bytes()).unwrap_err().to_string(), expected);
        }
    }
}
