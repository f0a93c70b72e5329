//! Reads from options what differs between orgs, and what goes wrong in them.

use super::fault_option;
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, ValueEnum};
use okta_connector_cli::API_TOKEN;
use okta_simulator::{Fault, FaultScript, RateLimits, Simulator, Subscription};
use std::ffi::OsStr;
use std::time::Duration;

/// Chooses what differs between orgs, and what goes wrong in them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Behaviour")]
pub(super) struct OrgOptions {
    #[arg(
        long = "fault",
        value_name = "FAULT",
        value_parser = ReadFault,
        help = "Something that goes wrong, such as 429@2-5 or cut@every:10; see --help",
        long_help = fault_option::HELP
    )]
    faults: Vec<GivenFault>,
    /// The rate limits: those of one of Okta's subscriptions, or so many requests a minute for each
    /// token and bucket.
    #[arg(long, value_name = "LIMITS", default_value = "none", value_parser = ReadLimits)]
    limits: Limits,
    /// The time that every answer takes, such as 200ms.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = fault_option::duration)]
    latency: Duration,
    /// The engine: the Classic Engine has no devices.
    #[arg(long, value_enum, default_value_t = Engine::Identity)]
    engine: Engine,
    /// The admin role of tokens and apps: without any, what scopes open looks like an empty org.
    #[arg(long, value_enum, default_value_t = AdminRole::Super)]
    admin_role: AdminRole,
    /// The number of API tokens. Each has rate limits of its own.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=9))]
    tokens: u8,
}

/// An engine of Okta.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// The Identity Engine.
    Identity,
    /// The Classic Engine.
    Classic,
}

/// The admin role of whoever holds a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AdminRole {
    /// Super Administrator, who may read everything.
    Super,
    /// Read-only Administrator, who may read neither schemas nor roles.
    ReadOnly,
    /// None at all.
    None,
}

/// A fault, and the text that it was read from.
#[derive(Clone, Debug)]
struct GivenFault {
    text: String,
    fault: Fault,
}

/// Rate limits, and the text that they were read from.
#[derive(Clone, Debug)]
struct Limits {
    text: String,
    limits: RateLimits,
}

/// The rate limits that have names.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum NamedLimits {
    /// None that anybody meets.
    None,
    /// Those of a workforce org.
    Okta,
    /// Those of Customer Identity.
    CustomerIdentity,
    /// Those of the free plan for integrators.
    IntegratorFree,
}

/// Reads a fault. What is wrong with it is said as of any other option.
#[derive(Clone)]
struct ReadFault;

impl TypedValueParser for ReadFault {
    type Value = GivenFault;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<GivenFault, clap::Error> {
        let read = |text: &str| {
            let fault = fault_option::parse(text)?;
            Ok::<_, String>(GivenFault { text: text.to_owned(), fault })
        };
        read.parse_ref(command, argument, value)
    }
}

/// Reads rate limits: a name or a number.
#[derive(Clone)]
struct ReadLimits;

impl TypedValueParser for ReadLimits {
    type Value = Limits;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Limits, clap::Error> {
        let text = value.to_string_lossy().into_owned();
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
            let number: u32 = number.ok_or_else(|| {
                let message = format!("--limits {text}: expected 1 to 1000000 requests a minute\n");
                command.clone().error(ErrorKind::InvalidValue, message)
            })?;
            return Ok(Limits { text, limits: uniform(number) });
        }
        let named = EnumValueParser::<NamedLimits>::new().parse_ref(command, argument, value)?;
        Ok(Limits { text, limits: named.limits() })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let number = PossibleValue::new("<NUMBER>").help("So many requests a minute");
        let named = NamedLimits::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        Some(Box::new(named.chain([number])))
    }
}

impl NamedLimits {
    fn limits(self) -> RateLimits {
        let of = |subscription| RateLimits { subscription, ..RateLimits::default() };
        match self {
            Self::None => RateLimits::generous(),
            Self::Okta => of(Subscription::Workforce),
            Self::CustomerIdentity => of(Subscription::CustomerIdentity),
            Self::IntegratorFree => of(Subscription::IntegratorFree),
        }
    }
}

/// Makes limits of so many requests a minute for each token. The org has enough for two of them, as Okta's orgs have.
fn uniform(per_minute: u32) -> RateLimits {
    let subscription = Subscription::Uniform { per_minute: per_minute.saturating_mul(2) };
    RateLimits { subscription, ..RateLimits::default() }
}

impl OrgOptions {
    /// Makes the org as the options say. The apps that it knows already have the role, too.
    pub(super) fn apply(&self, simulator: &mut Simulator, apps: &[String]) {
        let faults: Vec<_> = self.faults.iter().map(|given| given.fault.clone()).collect();
        simulator.set_faults(FaultScript::from(faults));
        simulator.set_rate_limits(self.limits.limits.clone());
        simulator.set_latency(self.latency);
        simulator.set_classic_engine(self.engine == Engine::Classic);
        for token in self.tokens().skip(1) {
            simulator.accept_api_token(&token);
        }
        for holder in self.tokens().chain(apps.iter().cloned()) {
            match self.admin_role {
                AdminRole::Super => {}
                AdminRole::ReadOnly => simulator.make_read_only_admin(&holder),
                AdminRole::None => simulator.take_role(&holder),
            }
        }
    }

    /// Returns the API tokens that the org accepts.
    pub(super) fn tokens(&self) -> impl Iterator<Item = String> {
        (1..=self.tokens).map(|number| match number {
            1 => API_TOKEN.to_owned(),
            number => format!("{API_TOKEN}-{number}"),
        })
    }

    /// Says what was chosen: pairs of a name and a value.
    pub(super) fn described(&self) -> Vec<(&'static str, String)> {
        let name = |value: Option<PossibleValue>| {
            value.map(|value| value.get_name().to_owned()).unwrap_or_default()
        };
        let faults: Vec<_> = self.faults.iter().map(|given| given.text.as_str()).collect();
        vec![
            ("Engine", name(self.engine.to_possible_value())),
            ("Admin role", name(self.admin_role.to_possible_value())),
            ("API tokens", self.tokens.to_string()),
            ("Rate limits", self.limits.text.clone()),
            ("Latency", format!("{} ms", self.latency.as_millis())),
            ("Faults", if faults.is_empty() { "none".to_owned() } else { faults.join(", ") }),
        ]
    }
}
