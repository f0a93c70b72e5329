//! One event as the log shows it.

use fastrand::Rng;
use jiff::Timestamp;

use crate::fnv::fnv;

use super::client::Client;
use super::kind::{Kind, Outcome, Transaction};
use super::target::{Names, Target, quoted};

/// Holds the particulars of one event.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub(crate) kind: &'static Kind,
    pub(crate) outcome: Outcome,
    /// Somebody did it, and if nobody is named, an administrator or the org itself.
    pub(crate) actor: Option<Target>,
    pub(crate) targets: Targets,
    /// It leaves out what is null, as Okta may.
    pub(crate) is_lean: bool,
}

/// An event is about these.
#[derive(Clone, Debug)]
pub(crate) enum Targets {
    Some(Vec<Target>),
    /// The member is `null`.
    Null,
    /// There is no such member.
    Absent,
}

/// The administrator whose API token the changes are made with.
const ADMINISTRATOR: Names<'_> =
    ("User", "00u0administrator000", "admin@example.com", "Org Administrator");

/// Jobs are run by the org itself.
const SYSTEM: Names<'_> =
    ("SystemPrincipal", "spr0system0000000000", "system@okta.com", "Okta System");

/// Nothing is known of how anybody signed in.
const SIGN_IN: &str = r#"{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"rootSessionId":null,"externalSessionId":"unknown"}"#;

/// The same without what is null.
const LEAN_SIGN_IN: &str = r#"{"authenticationStep":0,"externalSessionId":"unknown"}"#;

/// Nothing is known of the networks that requests come from.
const NETWORK: &str = r#"{"asNumber":null,"asOrg":null,"isp":null,"domain":null,"isProxy":null}"#;

impl Happening {
    /// Shows the event as JSON. What is not particular about it depends on its number alone.
    ///
    /// The text is written at once. To build a value first takes ten times as long, which a burst of events is too
    /// large for.
    pub(crate) fn show(&self, published: i64, number: u32) -> String {
        let mut random = Rng::with_seed(fnv("event", &number.to_string()));
        let uuid = uuid(&mut random);
        let request = uuid.replace('-', "");
        let is_job = self.kind.transaction == Transaction::Job;
        let Client { client, ip_chain } = match is_job {
            true => Client::none(),
            false => Client::draw(&mut random),
        };
        let (actor, token) = match &self.actor {
            Some(actor) => (actor.show(), ""),
            None if is_job => (Target::named(SYSTEM).show(), ""),
            None => {
                let token = r#""requestApiTokenId":"00T0administrator000""#;
                (Target::named(ADMINISTRATOR).show(), token)
            }
        };
        let event_type = self.kind.event_type;
        let path = format!("/api/{event_type}");
        let transaction = if is_job { "JOB" } else { "WEB" };
        let (sign_in, network) =
            if self.is_lean { (LEAN_SIGN_IN, "{}") } else { (SIGN_IN, NETWORK) };
        let members = [
            ("uuid", quoted(&uuid)),
            ("published", quoted(&stamp(published))),
            ("eventType", quoted(event_type)),
            ("version", quoted("0")),
            ("severity", quoted(severity(self.outcome.0))),
            ("legacyEventType", quoted(&format!("core.{event_type}"))),
            ("displayMessage", quoted(self.kind.message)),
            ("actor", actor),
            ("client", client),
            ("outcome", self.outcome()),
            (
                "transaction",
                format!(r#"{{"type":"{transaction}","id":"{request}","detail":{{{token}}}}}"#),
            ),
            (
                "debugContext",
                format!(
                    r#"{{"debugData":{{"requestId":"{request}","requestUri":"{path}","url":"{path}?"}}}}"#
                ),
            ),
            ("authenticationContext", sign_in.to_owned()),
            ("securityContext", network.to_owned()),
            ("request", format!(r#"{{"ipChain":{ip_chain}}}"#)),
        ];
        let members = members.into_iter().chain(self.targets().map(|targets| ("target", targets)));
        let members = members.map(|(name, value)| format!(r#""{name}":{value}"#));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }

    fn outcome(&self) -> String {
        let (result, reason) = self.outcome;
        match reason {
            Some(reason) => format!(r#"{{"result":"{result}","reason":{}}}"#, quoted(reason)),
            None if self.is_lean => format!(r#"{{"result":"{result}"}}"#),
            None => format!(r#"{{"result":"{result}","reason":null}}"#),
        }
    }

    fn targets(&self) -> Option<String> {
        match &self.targets {
            Targets::Some(targets) => {
                let targets: Vec<_> = targets.iter().map(Target::show).collect();
                Some(format!("[{}]", targets.join(",")))
            }
            Targets::Null => Some("null".to_owned()),
            Targets::Absent => None,
        }
    }
}

fn severity(result: &str) -> &'static str {
    match result {
        "FAILURE" | "DENY" | "RATE_LIMIT" => "WARN",
        "UNKNOWN" => "ERROR",
        "SKIPPED" | "DEFERRED" => "DEBUG",
        _ => "INFO",
    }
}

fn uuid(random: &mut Rng) -> String {
    let digits = format!("{:032x}", random.u128(..));
    let (version, variant) = ("4", "a");
    format!(
        "{}-{}-{version}{}-{variant}{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..]
    )
}

/// Writes a time as events show it, with milliseconds.
pub(crate) fn stamp(millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    format!("{time:.3}")
}
