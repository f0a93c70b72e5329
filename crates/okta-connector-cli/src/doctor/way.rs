//! Judges the way to the org: address, connection, clock and engine.

use super::answer::Answer;
use super::finding::Finding;
use okta_client::{AllowedOrgs, HttpError, HttpErrorKind, OrgUrl};
use okta_connector::trouble;

/// Clocks may differ by so many seconds without a word.
const SLIGHT: i64 = 60;

/// Proofs of possession older than this are refused, in seconds.
const GRAVE: i64 = 300;

/// Judges the address: is it one of Okta's own, or a domain of the org's?
pub(super) fn address(org: &OrgUrl) -> Finding {
    let host = org.host();
    let is_custom = !AllowedOrgs::default().allows(org) && !org.is_loopback();
    match is_custom {
        true => Finding::ok(format!("{host}, a custom domain")),
        false => Finding::ok(host),
    }
}

/// Judges the failure of a connection.
pub(super) fn no_connection(error: &HttpError) -> Finding {
    let remedy = match error.kind {
        HttpErrorKind::NotPublic => {
            "The name leads to no public address: check the address and the DNS of this machine"
        }
        HttpErrorKind::Connect => {
            "Check the address, the DNS of this machine, and what may stand between it and Okta: a proxy, a firewall, a certificate of its own"
        }
        _ => "Check the network of this machine, and the status of Okta at status.okta.com",
    };
    Finding::failure(error.to_string(), remedy)
}

/// Judges whether there is an org of Okta at the address.
pub(super) fn org(answer: &Answer) -> Finding {
    let no_api = "Check the address: it is that of the org, such as acme.okta.com";
    match (answer.status.map(|status| status.as_u16()), answer.body["id"].as_str()) {
        (Some(200), Some(_)) => Finding::ok("answers as an org of Okta does"),
        (Some(status @ 500..), _) => {
            Finding::failure(format!("answers {status}"), "Look at status.okta.com")
        }
        (Some(status), _) => {
            Finding::failure(format!("answers {status}, and not as an org of Okta does"), no_api)
        }
        (None, _) => Finding::failure("does not answer", no_api),
    }
}

/// Judges how far the clock of this machine is from that of Okta. `ours` is in seconds since 1970.
pub(super) fn clock(answer: &Answer, ours: u64) -> Finding {
    let date = answer.header("date").and_then(|date| {
        let time = jiff::fmt::rfc2822::parse(date).ok()?;
        Some(time.timestamp().as_second())
    });
    let Some(theirs) = date else { return Finding::unknown("the answer has no Date") };
    let ahead = ours.cast_signed() - theirs;
    let found = match ahead {
        -2..=2 => "as Okta's".to_owned(),
        3.. => format!("{ahead} seconds ahead of Okta's"),
        _ => format!("{} seconds behind Okta's", -ahead),
    };
    let remedy = "Set the clock of this machine, for instance by NTP";
    match ahead.abs() {
        0..=SLIGHT => Finding::ok(found),
        ..=GRAVE => Finding::warning(found, remedy),
        _ => Finding::failure(found, remedy),
    }
}

/// The engine that an org runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Identity,
    Classic,
    Unknown,
}

pub(super) fn engine(answer: &Answer) -> Engine {
    match answer.body["pipeline"].as_str() {
        Some("idx") => Engine::Identity,
        Some("v1") => Engine::Classic,
        _ => Engine::Unknown,
    }
}

pub(super) fn judge_engine(answer: &Answer) -> Finding {
    match engine(answer) {
        Engine::Identity => Finding::ok("Identity Engine"),
        Engine::Classic => Finding::warning(
            "Classic Engine, which has no devices",
            "Leave out Device and DeviceUser, or upgrade the org to Identity Engine",
        ),
        Engine::Unknown => Finding::unknown("the org does not say"),
    }
}

/// Judges the credential by the first answer to it.
pub(super) fn credential(answer: &Answer, scheme: Scheme) -> Finding {
    use okta_client::ErrorKind;
    let Some(error) = &answer.error else { return Finding::ok(scheme.name()) };
    let told = format!("{}: {}", scheme.name(), error.message());
    match &error.kind {
        ErrorKind::Unauthorized => Finding::failure(told, scheme.renewal()),
        ErrorKind::AddressRefused
        | ErrorKind::ProofDemanded
        | ErrorKind::KeyRefused
        | ErrorKind::KeyUnavailable => Finding::failure(told, trouble::of(&error.kind).remedy),
        ErrorKind::MissingScope { .. }
        | ErrorKind::ScopesNotGranted
        | ErrorKind::Forbidden
        | ErrorKind::FeatureMissing
        | ErrorKind::Rejected
        | ErrorKind::Client => Finding::ok(scheme.name()),
        ErrorKind::RateLimited { .. } | ErrorKind::ShareSpent { .. } => {
            Finding::unknown(trouble::of(&error.kind).sentence)
        }
        // There is a check for this.
        _ => Finding::skipped(SILENT),
    }
}

/// Judges a credential that has none of the scopes.
pub(super) fn no_scope(answer: &Answer, scheme: Scheme) -> Finding {
    let found = format!("{}: {}, for each of the scopes", scheme.name(), answer.outcome());
    Finding::failure(found, trouble::of(&okta_client::ErrorKind::ScopesNotGranted).remedy)
}

/// The reason why nothing more is asked of an org that gives no answers.
pub(super) const SILENT: &str = "Okta does not answer";

/// The reason for which nothing more is asked where the API is not.
pub(super) const NO_API: &str = "there is no API of Okta at the address";

/// Judges by the first answer to a credential whether the API answers at all.
pub(super) fn api(answer: &Answer) -> Finding {
    use okta_client::ErrorKind;
    match &answer.error {
        Some(error) if is_silence(&error.kind) => {
            Finding::failure(error.message(), "Look at status.okta.com, and ask again")
        }
        Some(okta_client::Error { kind: ErrorKind::NotFound, .. }) => Finding::failure(
            "answers 404",
            "Check the address, and whether the org is still active",
        ),
        _ => Finding::ok("answers"),
    }
}

/// Says whether a failure is none that Okta decided on.
pub(super) fn is_silence(kind: &okta_client::ErrorKind) -> bool {
    use okta_client::ErrorKind;
    matches!(
        kind,
        ErrorKind::Timeout
            | ErrorKind::Unavailable
            | ErrorKind::Server
            | ErrorKind::NoApi
            | ErrorKind::TooLarge
            | ErrorKind::Protocol
    )
}

/// The kind of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    ApiToken,
    AccessToken,
    ServiceApp,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::ApiToken => "API token",
            Self::AccessToken => "OAuth 2.0 access token",
            Self::ServiceApp => "service app",
        }
    }

    /// Okta answers the same to a token that was mistyped, has expired, was revoked, or whose owner was deactivated.
    fn renewal(self) -> &'static str {
        match self {
            Self::ApiToken => {
                "Okta does not say which: it is mistyped, it was not used for 30 days, somebody revoked it, or its owner was deactivated. Make a new one under Security > API > Tokens"
            }
            Self::AccessToken => "An access token lives for an hour: ask for a new one",
            Self::ServiceApp => {
                "Check the client id, and that the app is active and has the public key to this private key"
            }
        }
    }
}
