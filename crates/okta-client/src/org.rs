//! The address of an org: one origin, to which its credential may go and nowhere else.

use std::fmt;
use std::net::Ipv4Addr;
use url::{Host, Url};

/// The origin of an Okta org, such as `https://acme.okta.com`.
///
/// * The scheme is https, or http to this machine if that is [`Loopback::Allowed`].
/// * The host is a DNS name of at least two labels, each of 1 to 63 letters, digits and hyphens, 253 characters
///   in all: no IP address in any notation, no name that has no meaning in public DNS.
/// * Below one of Okta's own domains, it names an org, and not its Admin Console (`acme-admin.okta.com`), which
///   answers no API call.
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
    #[error(
        "must name a host by labels of 1 to 63 letters, digits and hyphens, 253 characters in all"
    )]
    HostName,
    #[error("names no org - put the name of yours in front, as in acme.okta.com")]
    NoTenant,
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
pub(crate) const OUTSIDE_OF_CONTAINER: &str = "host.docker.internal";

/// Last labels that public DNS does not have: those of RFC 6761, 6762, 7686 and 9476, `arpa`, which names no
/// hosts, and those that private networks and clusters use.
const LOCAL_SUFFIXES: [&str; 20] = [
    "alt",
    "arpa",
    "cluster",
    "consul",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "pod",
    "private",
    "svc",
    "test",
];

/// Domains under which Okta gives orgs to customers.
pub(crate) const CUSTOMER_DOMAINS: [&str; 5] =
    ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"];

/// Domains under which Okta has orgs of its own.
const INTERNAL_DOMAINS: [&str; 3] = ["okta-miltest.com", "trexcloud.com", "trex-govcloud.com"];

/// The longest text that is looked at. No host name of 253 characters needs more, however it is encoded.
const MAX_TEXT: usize = 1_024;

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
        // A parser of addresses would pass over control characters without a word.
        if text.len() > MAX_TEXT || text.contains(char::is_control) {
            return Err(InvalidOrgUrl::Malformed);
        }
        let address =
            if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        if authority(&address).contains('@') {
            return Err(InvalidOrgUrl::UserInfo);
        }
        let url = Url::parse(&address).map_err(|_| InvalidOrgUrl::Malformed)?;
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
        let origin = url.origin().ascii_serialization();
        Ok(Self { origin: origin.strip_suffix('.').unwrap_or(&origin).to_owned() })
    }

    /// Returns `scheme://host[:port]`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the host, with the port if there is one.
    pub fn host(&self) -> &str {
        self.origin.split_once("://").map_or(&self.origin, |(_, host)| host)
    }

    /// Returns true if the org is on this machine, which is so only where [`Loopback::Allowed`] admitted it.
    pub fn is_loopback(&self) -> bool {
        self.origin.starts_with("http://")
    }
}

/// Returns what stands between the scheme and the path, user name included.
fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.trim_start_matches(['/', '\\']);
    rest.split(['/', '\\', '?', '#']).next().unwrap_or(rest)
}

/// Checks a host name, which is in lower case and in the form of ASCII.
fn check_name(name: &str) -> Result<(), InvalidOrgUrl> {
    // One dot at the end means that the name is complete.
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.split('.').any(str::is_empty) {
        return Err(InvalidOrgUrl::Malformed);
    }
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(InvalidOrgUrl::HostName);
    }
    if name.ends_with(".com.com") {
        return Err(InvalidOrgUrl::DoubledSuffix);
    }
    let Some((_, last)) = name.rsplit_once('.') else { return Err(InvalidOrgUrl::LocalName) };
    // This would be an address somewhere.
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidOrgUrl::Malformed);
    }
    if LOCAL_SUFFIXES.contains(&last) {
        return Err(InvalidOrgUrl::LocalName);
    }
    let mut domains = CUSTOMER_DOMAINS.iter().chain(&INTERNAL_DOMAINS);
    if domains.clone().any(|&domain| domain == name) {
        return Err(InvalidOrgUrl::NoTenant);
    }
    let tenant = domains.find_map(|domain| below(name, domain));
    if tenant.is_some_and(|tenant| tenant.ends_with("-admin")) {
        return Err(InvalidOrgUrl::AdminConsole);
    }
    Ok(())
}

/// Returns true for 1 to 63 letters, digits and hyphens, with no hyphen at either end.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Returns the labels of `name` in front of `domain`; none if it is not below it.
pub(crate) fn below<'a>(name: &'a str, domain: &str) -> Option<&'a str> {
    name.strip_suffix(domain)?.strip_suffix('.')
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
            ("https://bücher.example.com", "https://xn--bcher-kva.example.com"),
            ("https://integrator-1234567.okta.com", "https://integrator-1234567.okta.com"),
            ("https://acme.okta.mil", "https://acme.okta.mil"),
            ("https://okta.acme.com", "https://okta.acme.com"),
            ("https://notokta.com", "https://notokta.com"),
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
            ("https://acme.okta.com..", Malformed),
            ("https://.okta.com", Malformed),
            ("https://acme\n.okta.com", Malformed),
            ("https://acme\t.okta.com", Malformed),
            ("https://acme.okta.1", Malformed),
            ("https://okta.com", NoTenant),
            ("okta.com.", NoTenant),
            ("https://okta-emea.com", NoTenant),
            ("https://okta.mil", NoTenant),
            ("https://*.okta.com", HostName),
            ("https://{tenant}.okta.com", HostName),
            ("https://a,b", HostName),
            ("https://acme_dev.okta.com", HostName),
            ("https://-acme.okta.com", HostName),
            ("https://acme-.okta.com", HostName),
            ("https://acme.okta.com,evil.com", HostName),
            ("https://@acme.okta.com", UserInfo),
            ("@acme.okta.com", UserInfo),
            ("https://:@acme.okta.com", UserInfo),
            ("https:///@acme.okta.com", UserInfo),
            ("https://acme.okta.com\\@evil.com", Path),
            ("https://kubernetes.default.svc", LocalName),
            ("https://kubernetes.default.svc.cluster.local", LocalName),
            ("https://okta.service.consul", LocalName),
            ("https://x.consul", LocalName),
            ("https://x.invalid", LocalName),
            ("https://x.test", LocalName),
            ("https://x.example", LocalName),
            ("https://x.localhost", LocalName),
            ("https://x.onion", LocalName),
            ("https://x.internal", LocalName),
            ("https://x.home.arpa", LocalName),
            ("https://1.0.0.127.in-addr.arpa", LocalName),
            ("https://1.ip6.arpa", LocalName),
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
    fn host_names_have_a_length() {
        let label = |length| "a".repeat(length);
        let three = [label(63), label(63), label(63)].join(".");
        let rows = [
            (format!("{}.okta.com", label(63)), Ok(())),
            (format!("{}.okta.com", label(64)), Err(InvalidOrgUrl::HostName)),
            (format!("{three}.{}.okta.com", label(52)), Ok(())),
            (format!("{three}.{}.okta.com", label(53)), Err(InvalidOrgUrl::HostName)),
            (format!("{}.okta.com", label(1_000_000)), Err(InvalidOrgUrl::Malformed)),
        ];
        for (host, expected) in rows {
            assert_eq!(parse(&host).map(|_| ()), expected, "{}", host.len());
        }
    }
}
