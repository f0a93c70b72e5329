//! The orgs that a process may talk to, whatever a connection says.

use crate::org::{CUSTOMER_DOMAINS, InvalidOrgUrl, Loopback, OrgUrl, below};
use std::fmt;
use std::str::FromStr;

/// Characters of an entry that a message shows.
const MAX_SHOWN: usize = 64;

/// The orgs to which a credential may go: named hosts, and all orgs below domains of Okta.
///
/// It is read from a list with commas, such as `*.okta.com,login.acme.com`. Without one, all orgs below the
/// domains that Okta gives to customers are allowed. It prints as such a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOrgs {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    /// One org.
    Host(String),
    /// Every org below a domain of Okta.
    Below(&'static str),
}

/// The reason why a list is none of orgs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAllowedOrgs {
    /// An entry is neither a host nor a domain of Okta with a wildcard.
    #[error(
        "{entry:?} is no org - expected a host name like acme.okta.com, or one of {}",
        wildcards()
    )]
    Entry {
        /// The entry, cut.
        entry: String,
    },
    /// An entry looks like a host that cannot be an org.
    #[error("{entry:?} {reason}")]
    Host {
        /// The entry, cut.
        entry: String,
        /// The rest of the sentence.
        reason: InvalidOrgUrl,
    },
}

impl AllowedOrgs {
    /// Returns true if a credential may be sent to `org`. An org on this machine exists only where
    /// [`Loopback::Allowed`] says so, and needs no entry.
    pub fn allows(&self, org: &OrgUrl) -> bool {
        let host = org.host();
        org.is_loopback()
            || self.entries.iter().any(|entry| match entry {
                Entry::Host(allowed) => allowed == host,
                Entry::Below(domain) => below(host, domain).is_some(),
            })
    }
}

impl Default for AllowedOrgs {
    fn default() -> Self {
        Self { entries: CUSTOMER_DOMAINS.iter().copied().map(Entry::Below).collect() }
    }
}

impl FromStr for AllowedOrgs {
    type Err = InvalidAllowedOrgs;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        list.split(',').map(Entry::parse).collect::<Result<_, _>>().map(|entries| Self { entries })
    }
}

impl fmt::Display for AllowedOrgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.entries.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            match entry {
                Entry::Host(host) => write!(f, "{comma}{host}")?,
                Entry::Below(domain) => write!(f, "{comma}*.{domain}")?,
            }
        }
        Ok(())
    }
}

impl Entry {
    fn parse(text: &str) -> Result<Self, InvalidAllowedOrgs> {
        let text = text.trim();
        let shown = || text.chars().take(MAX_SHOWN).collect();
        if let Some(domain) = text.strip_prefix("*.") {
            let known = CUSTOMER_DOMAINS.iter().find(|known| known.eq_ignore_ascii_case(domain));
            let known = known.ok_or_else(|| InvalidAllowedOrgs::Entry { entry: shown() })?;
            return Ok(Self::Below(known));
        }
        // An address would name no more than a host, but look as if its other parts counted.
        if text.is_empty() || text.contains(['/', '\\', ':', '*']) {
            return Err(InvalidAllowedOrgs::Entry { entry: shown() });
        }
        let org = OrgUrl::parse(text, Loopback::Refused)
            .map_err(|reason| InvalidAllowedOrgs::Host { entry: shown(), reason })?;
        Ok(Self::Host(org.host().to_owned()))
    }
}

fn wildcards() -> String {
    AllowedOrgs::default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = "*.okta.com,*.oktapreview.com,*.okta-emea.com,*.okta-gov.com,*.okta.mil";

    #[test]
    fn lists() {
        let rows = [
            (DEFAULT, DEFAULT),
            ("acme.okta.com", "acme.okta.com"),
            (
                " ACME.okta.com , *.Okta.Mil,login.acme.com.",
                "acme.okta.com,*.okta.mil,login.acme.com",
            ),
        ];
        for (list, printed) in rows {
            assert_eq!(list.parse::<AllowedOrgs>().unwrap().to_string(), printed, "{list}");
        }
        assert_eq!(AllowedOrgs::default().to_string(), DEFAULT);
    }

    #[test]
    fn refused_lists() {
        let long = "a".repeat(1_000_000);
        let rows = [
            (
                "",
                r#""" is no org - expected a host name like acme.okta.com, or one of *.okta.com,"#,
            ),
            ("acme.okta.com,", r#""" is no org"#),
            ("*.acme.com", r#""*.acme.com" is no org"#),
            ("*.example.okta.com", r#""*.example.okta.com" is no org"#),
            ("*", r#""*" is no org"#),
            ("*.*", r#""*.*" is no org"#),
            ("acme*.okta.com", r#""acme*.okta.com" is no org"#),
            ("https://acme.okta.com", r#""https://acme.okta.com" is no org"#),
            ("acme.okta.com/", r#""acme.okta.com/" is no org"#),
            ("acme.okta.com:443", r#""acme.okta.com:443" is no org"#),
            ("okta.com", r#""okta.com" names no org"#),
            ("acme.okta.com,10.0.0.1", r#""10.0.0.1" must name a host"#),
            ("host.docker.internal", r#""host.docker.internal" must be a public"#),
            ("acme-admin.okta.com", r#""acme-admin.okta.com" is the Admin Console"#),
            ("acme.okta.com evil.com", r#""acme.okta.com evil.com" is not an address"#),
            (&long, &format!("{:?} is not an address", &long[..MAX_SHOWN])),
        ];
        for (list, expected) in rows {
            let error = list.parse::<AllowedOrgs>().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn orgs() {
        let rows = [
            (DEFAULT, "https://acme.okta.com", true),
            (DEFAULT, "https://acme.okta-gov.com", true),
            (DEFAULT, "https://login.acme.com", false),
            (DEFAULT, "https://acme.okta.com.evil.com", false),
            (DEFAULT, "https://evilokta.com", false),
            (DEFAULT, "https://acme.trexcloud.com", false),
            (DEFAULT, "http://127.0.0.1:8080", true),
            ("acme.okta.com", "https://acme.okta.com.", true),
            ("acme.okta.com", "https://other.okta.com", false),
            ("acme.okta.com", "https://a.acme.okta.com", false),
            ("acme.okta.com", "http://host.docker.internal:8080", true),
            ("acme.okta.com,login.acme.com", "https://LOGIN.acme.com", true),
        ];
        for (list, org, expected) in rows {
            let allowed: AllowedOrgs = list.parse().unwrap();
            let org = OrgUrl::parse(org, Loopback::Allowed).unwrap();
            assert_eq!(allowed.allows(&org), expected, "{list} {org:?}");
        }
    }
}
