//! The org that a command reads: the embedded one, or a real one that Okta's own SDKs would read.

mod embedded;
mod sdk_settings;

pub(crate) use embedded::EmbeddedOrg;

use super::say;
use anyhow::Context as _;
use appflow_connector::request::ConnectorContext;
use bytes::Bytes;
use clap::Args;
use okta_client::{HttpError, HttpService, Loopback, OrgUrl, ReqwestTransport};
use okta_connector::OktaConnector;
use okta_connector_cli::doctor::Patient;
use okta_connector_cli::{
    API_TOKEN, Clock, SimulatedOkta, SimulatedSecrets, api_token_secret, connector_on, context_of,
};
use sdk_settings::{Files, SdkSettings};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Says of real orgs, in the help of a command that reads one, how they are found.
pub(crate) const REAL_ORG: &str = "\
Without --org, --users or --seed, the org of Okta's own settings is read:
OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN, or OKTA_CLIENT_CLIENTID and
OKTA_CLIENT_PRIVATEKEY, or okta.yaml here or in ~/.okta.";

/// The choice of an org: the embedded one if an option says so, and the one of Okta's own settings otherwise.
#[derive(Debug, Args)]
pub(crate) struct OrgArguments {
    #[command(flatten)]
    embedded: EmbeddedOrg,
}

/// The transport to an org.
#[derive(Clone, Debug)]
pub(crate) enum Transport {
    /// To the org in this process.
    Embedded(SimulatedOkta),
    /// To an org over HTTPS.
    Real(ReqwestTransport),
}

impl HttpService for Transport {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        match self {
            Self::Embedded(okta) => okta.call(request, timeout).await,
            Self::Real(transport) => transport.call(request, timeout).await,
        }
    }
}

/// An org with a credential: all that a connector needs.
#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) transport: Transport,
    /// The address, as a connection names it.
    pub(crate) url: String,
    pub(crate) authentication_type: &'static str,
    /// The secret, as AppFlow would keep it.
    secret: SecretString,
    loopback: Loopback,
}

/// The connector on an org.
pub(crate) type OrgConnector = OktaConnector<Transport, SimulatedSecrets>;

impl OrgArguments {
    /// Says whether the embedded org was chosen, whose time may be simulated.
    pub(crate) fn is_embedded(&self) -> bool {
        self.embedded.was_chosen()
    }

    /// Names the data of the embedded org, if that was chosen.
    pub(crate) fn data(&self) -> Option<String> {
        self.is_embedded().then(|| self.embedded.data())
    }

    /// Takes up the org. What is odd about Okta's own settings is said on standard error.
    pub(crate) fn open(&self, clock: Clock) -> anyhow::Result<Org> {
        self.find(clock)?.context(
            "there is no org to read: --org demo takes the embedded one. For a real one set OKTA_CLIENT_ORGURL and \
             OKTA_CLIENT_TOKEN, or write ~/.okta/okta.yaml",
        )
    }

    /// Takes up the org as well; none if no option and no setting names one.
    pub(crate) fn find(&self, clock: Clock) -> anyhow::Result<Option<Org>> {
        if self.is_embedded() {
            return Ok(Some(Org::embedded(self.embedded.okta(clock)?)));
        }
        let files = Files::read()?;
        let (settings, warnings) = SdkSettings::read(&files, &|name| std::env::var(name).ok())?;
        for warning in warnings {
            say(&format!("warning: {warning}"));
        }
        settings.map(Org::real).transpose()
    }
}

impl Org {
    /// Takes the embedded org, under the name of `demo.okta.com`.
    pub(crate) fn embedded(okta: SimulatedOkta) -> Self {
        Self {
            transport: Transport::Embedded(okta),
            url: "https://demo.okta.com".to_owned(),
            authentication_type: "CustomAuth",
            secret: api_token_secret(API_TOKEN).into(),
            loopback: Loopback::Allowed,
        }
    }

    fn real(settings: SdkSettings) -> anyhow::Result<Self> {
        let SdkSettings { url, secret, authentication_type, loopback } = settings;
        let transport = ReqwestTransport::new(loopback)?;
        Ok(Self {
            transport: Transport::Real(transport),
            url,
            authentication_type,
            secret,
            loopback,
        })
    }

    /// Makes the connector on the org. It offers every entity, and sends the credential to this org alone.
    pub(crate) fn connector(&self) -> anyhow::Result<OrgConnector> {
        let org = OrgUrl::parse(&self.url, self.loopback)
            // The address is not repeated: a password may be in it.
            .map_err(|error| anyhow::anyhow!("the address of the org (orgUrl) {error}"))?;
        let (transport, secret) = (self.transport.clone(), self.secret.expose_secret());
        Ok(connector_on(&org, self.loopback, transport, secret, seconds_since_1970, self.seed()))
    }

    /// Returns the org as an examination takes it.
    pub(crate) fn patient(&self) -> Patient<'_, Transport> {
        Patient {
            address: &self.url,
            loopback: self.loopback,
            transport: self.transport.clone(),
            secret: self.secret.expose_secret(),
            authentication_type: self.authentication_type,
            clock: seconds_since_1970,
            seed: self.seed(),
        }
    }

    /// Returns the seed of the jitter of retries. The embedded org shows the same each time.
    fn seed(&self) -> u64 {
        match self.transport {
            Transport::Embedded(_) => 1,
            Transport::Real(_) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::from(now.subsec_nanos())
            }
        }
    }

    /// Makes the context of a request to that connector, for a flow of this name.
    pub(crate) fn context(&self, flow: &str) -> ConnectorContext {
        ConnectorContext {
            flow_name: Some(flow.to_owned()),
            ..context_of(&self.url, self.authentication_type, flow)
        }
    }
}

/// Returns the time of day. It goes on with the clock of the runtime, which may be ahead of the machine's.
fn seconds_since_1970() -> u64 {
    static BEGAN: LazyLock<(SystemTime, Instant)> =
        LazyLock::new(|| (SystemTime::now(), Instant::now()));
    let (time, instant) = &*BEGAN;
    (time.duration_since(UNIX_EPOCH).unwrap_or_default() + instant.elapsed()).as_secs()
}
