//! The address of an org: one origin, to which its credential may go and nowhere else.

use std::fmt;
use std::net::Ipv4Addr;
use url::{Host, Url};

/// The origin of an Okta org, such as `https://acme.okta.com`.
///
/// * The scheme is https, or http to this machine if that is [`Loopback::Allowed`].
/// * The host is a public DNS name of at least two labels: no IP address in any notation, no local name.
/// * It is not an Admin Console host (`acme-admin.okta.com`), which answers no API call.
/// * No user, no port but on this machine, no path, no query.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OrgUrl {
    /// `scheme://host[:port]`, without a slash at the end.
    origin: String,
}

/// Says if `http://127.0.0.1:PORT` may be an org, and so `http://host.docker.internal:PORT`, which is what a
/// container calls the machine it runs on: for the sandbox and for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loopback {
    /// As the environment asked.
    Allowed,
    /// As everywhere else.
    Refused,
}

/// The reason why a text is no address of an org.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum InvalidOrgUrl {
    #[error("is empty - expected an address like acme.okta.com")]
    Empty,
    #[error("is not an address - expected one like acme.okta.com")]
    Malformed,
    #[error("must start with https")]
    NotHttps,
    #[error("must not hold a user name or password")]
    UserInfo,
    #[error("must not hold a port")]
    Port,
    #[error("must not hold a path or query - remove what follows the host name")]
    Path,
    #[error("must name a host - IP addresses are not allowed")]
    IpAddress,
    #[error("must be a public host name - local names are not allowed")]
    LocalName,
    #[error("is the Admin Console - remove -admin from the host name")]
    AdminConsole,
    #[error("ends in .com twice")]
    DoubledSuffix,
}

/// The machine that a container runs on, as Docker calls it.
const OUTSIDE_OF_CONTAINER: &str = "host.docker.internal";

/// Names that never leave a private network.
const LOCAL_SUFFIXES: [&str; 8] =
    ["localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp"];

/// Second-level domains under which Okta runs orgs, and with them Admin Consoles.
const OKTA_DOMAINS: [&str; 8] = [
    "okta.com",
    "oktapreview.com",
    "okta-emea.com",
    "okta-gov.com",
    "okta.mil",
    "okta-miltest.com",
    "trexcloud.com",
    "trex-govcloud.com",
];

impl OrgUrl {
    /// Reads what a user typed. A missing scheme means https; one slash at the end is forgiven.
    ///
    /// # Errors
    ///
    /// [`InvalidOrgUrl`], whose message completes a sentence that starts with the setting's name.
    pub fn parse(text: &str, loopback: Loopback) -> Result<Self, InvalidOrgUrl> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidOrgUrl::Empty);
        }
        let address =
            if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&address).map_err(|_| InvalidOrgUrl::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidOrgUrl::UserInfo);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidOrgUrl::Path);
        }
        let host = url.host().ok_or(InvalidOrgUrl::Malformed)?;
        let is_loopback =
            [Host::Ipv4(Ipv4Addr::LOCALHOST), Host::Domain(OUTSIDE_OF_CONTAINER)].contains(&host);
        if url.scheme() == "http" && is_loopback && loopback == Loopback::Allowed {
            return Ok(Self { origin: url.origin().ascii_serialization() });
        }
        if url.scheme() != "https" {
            return Err(InvalidOrgUrl::NotHttps);
        }
        match host {
            Host::Domain(name) => check_name(name)?,
            Host::Ipv4(_) | Host::Ipv6(_) => return Err(InvalidOrgUrl::IpAddress),
        }
        if url.port().is_some() {
            return Err(InvalidOrgUrl::Port);
        }
        Ok(Self { origin: url.origin().ascii_serialization().trim_end_matches('.').to_owned() })
    }

    /// Returns `scheme://host[:port]`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the host, with the port if there is one.
    pub fn host(&self) -> &str {
        self.origin.split_once("://").map_or(&self.origin, |(_, host)| host)
    }

    /// Returns true if `link`, as Okta sent it, leads to this org. A relative link does.
    pub(crate) fn owns(&self, link: &str) -> bool {
        if link.starts_with('/') && !link.starts_with("//") {
            return true;
        }
        Url::parse(link).is_ok_and(|url| url.origin().ascii_serialization() == self.origin)
    }
}

fn check_name(name: &str) -> Result<(), InvalidOrgUrl> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    if name.ends_with(".com.com") {
        return Err(InvalidOrgUrl::DoubledSuffix);
    }
    let Some((rest, last)) = name.rsplit_once('.') else { return Err(InvalidOrgUrl::LocalName) };
    // A label is missing in `acme..com`; a last label of digits would be an address somewhere.
    if rest.split('.').any(str::is_empty) || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidOrgUrl::Malformed);
    }
    if LOCAL_SUFFIXES.contains(&last) || name.ends_with(".home.arpa") {
        return Err(InvalidOrgUrl::LocalName);
    }
    let tenant = OKTA_DOMAINS.iter().find_map(|domain| name.strip_suffix(&format!(".{domain}")));
    if tenant.is_some_and(|tenant| tenant.ends_with("-admin")) {
        return Err(InvalidOrgUrl::AdminConsole);
    }
    Ok(())
}

impl fmt::Debug for OrgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, InvalidOrgUrl> {
        OrgUrl::parse(text, Loopback::Refused).map(|org| org.origin)
    }

    #[test]
    fn accepted() {
        let rows = [
            ("https://acme.okta.com", "https://acme.okta.com"),
            ("https://acme.okta.com/", "https://acme.okta.com"),
            (" acme.oktapreview.com ", "https://acme.oktapreview.com"),
            ("https://ACME.Okta-EMEA.com", "https://acme.okta-emea.com"),
            ("https://acme.okta.com.", "https://acme.okta.com"),
            ("https://acme.okta.com:443", "https://acme.okta.com"),
            ("https://login.example.com", "https://login.example.com"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://site-admin.example.com", "https://site-admin.example.com"),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refused() {
        use InvalidOrgUrl::*;
        let rows = [
            ("", Empty),
            ("  ", Empty),
            ("http://acme.okta.com", NotHttps),
            ("ftp://acme.okta.com", NotHttps),
            ("http://127.0.0.1:8080", NotHttps),
            ("https://127.0.0.1", IpAddress),
            ("https://0x7f000001", IpAddress),
            ("https://2130706433", IpAddress),
            ("https://0177.0.0.1", IpAddress),
            ("https://127.1", IpAddress),
            ("https://[::1]", IpAddress),
            ("https://[::ffff:169.254.169.254]", IpAddress),
            ("https://169.254.169.254", IpAddress),
            ("https://①②⑦.0.0.1", IpAddress),
            ("https://localhost", LocalName),
            ("https://acme", LocalName),
            ("https://acme.local", LocalName),
            ("https://metadata.google.internal.", LocalName),
            ("https://okta.acme.corp", LocalName),
            ("https://me@acme.okta.com", UserInfo),
            ("https://acme.okta.com@evil.example", UserInfo),
            ("https://acme.okta.com:8443", Port),
            ("https://acme.okta.com/api/v1", Path),
            ("https://acme.okta.com?x=1", Path),
            ("https://acme.okta.com#x", Path),
            ("https://acme-admin.okta.com", AdminConsole),
            ("https://ACME-admin.oktapreview.com", AdminConsole),
            ("https://acme.okta.com.com", DoubledSuffix),
            ("https://acme..com", Malformed),
            ("https://", Malformed),
            ("https://acme okta.com", Malformed),
            ("not an address", Malformed),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn loopback_is_one_address_and_one_name_and_only_when_allowed() {
        let allowed = |text| OrgUrl::parse(text, Loopback::Allowed).map(|org| org.origin);
        for text in ["http://127.0.0.1:8080", "http://host.docker.internal:8080"] {
            assert_eq!(allowed(text).as_deref(), Ok(text));
            assert_eq!(parse(text), Err(InvalidOrgUrl::NotHttps));
        }
        assert_eq!(allowed("https://host.docker.internal"), Err(InvalidOrgUrl::LocalName));
        assert_eq!(allowed("http://localhost:8080"), Err(InvalidOrgUrl::NotHttps));
        assert_eq!(allowed("http://10.0.0.1"), Err(InvalidOrgUrl::NotHttps));
        assert_eq!(allowed("https://127.0.0.1"), Err(InvalidOrgUrl::IpAddress));
    }

    #[test]
    fn links_of_the_org() {
        let org = OrgUrl::parse("https://acme.okta.com", Loopback::Refused).unwrap();
        assert!(org.owns("https://acme.okta.com/api/v1/users?after=x"));
        assert!(org.owns("https://ACME.okta.com:443/api/v1/users?after=x"));
        assert!(org.owns("/api/v1/users?after=x"));
        assert!(!org.owns("https://evil.example/api/v1/users"));
        assert!(!org.owns("http://acme.okta.com/api/v1/users"));
        assert!(!org.owns("https://acme.okta.com:8443/"));
        assert!(!org.owns("//evil.example/api"));
    }
}
