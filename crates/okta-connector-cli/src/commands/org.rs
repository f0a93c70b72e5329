//! The simulated org, generated or read from a folder, and the connector on it.

use anyhow::Context as _;
use clap::Args;
use okta_client::Loopback;
use okta_connector::{Config, Offered, OktaConnector};
use okta_connector_cli::{
    API_TOKEN, Clock, SimulatedOkta, SimulatedSecrets, api_token_secret, draw_log,
};
use okta_simulator::{Collection, Org, Simulator, SystemLog};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The org that is simulated.
#[derive(Debug, Args)]
pub(crate) struct OrgArguments {
    /// A folder of JSON-lines files, such as `users.jsonl`, to serve instead of a generated org.
    #[arg(long, value_name = "DIR")]
    org: Option<PathBuf>,
    /// The number of users to generate.
    #[arg(long, default_value_t = 2_500, conflicts_with = "org")]
    users: usize,
    /// The seed to generate from: the same seed makes the same org.
    #[arg(long, default_value_t = 1, conflicts_with = "org")]
    seed: u64,
}

impl OrgArguments {
    /// Makes the org, which accepts [`API_TOKEN`].
    pub(crate) fn okta(&self, clock: Clock) -> anyhow::Result<SimulatedOkta> {
        let (org, log) = match &self.org {
            Some(folder) => (read(folder)?, read_log(folder)?),
            None => {
                let org = Org::generate(self.seed, self.users);
                let log = draw_log(&org, clock.now());
                (org, log)
            }
        };
        let mut simulator = Simulator::new(org);
        *simulator.system_log_mut() = log;
        simulator.accept_api_token(API_TOKEN);
        Ok(SimulatedOkta::new(simulator, clock))
    }
}

/// The connector on a simulated org.
pub(crate) type SimulatedConnector = OktaConnector<SimulatedOkta, SimulatedSecrets>;

/// Makes the connector on a simulated org, with a connection that works.
pub(crate) fn connector(okta: SimulatedOkta) -> SimulatedConnector {
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let mut config = Config::new(seconds_since_1970, 1);
    config.orgs.loopback = Loopback::Allowed;
    config.offered = Offered::everything();
    OktaConnector::new(okta, secrets, config)
}

/// Returns the time of day. It goes on with the clock of the runtime, which may be ahead of the machine's.
fn seconds_since_1970() -> u64 {
    static BEGAN: LazyLock<(SystemTime, Instant)> =
        LazyLock::new(|| (SystemTime::now(), Instant::now()));
    let (time, instant) = &*BEGAN;
    (time.duration_since(UNIX_EPOCH).unwrap_or_default() + instant.elapsed()).as_secs()
}

fn read(folder: &Path) -> anyhow::Result<Org> {
    anyhow::ensure!(folder.is_dir(), "{} is not a folder", folder.display());
    let mut files = Vec::new();
    for &collection in Collection::ALL {
        if let Some(text) = read_file(folder, collection)? {
            files.push((collection, text));
        }
    }
    anyhow::ensure!(!files.is_empty(), "{} holds no file of an org", folder.display());
    let files = files.iter().map(|(collection, text)| (*collection, text.as_str()));
    Org::from_json_lines(files).with_context(|| format!("cannot read {}", folder.display()))
}

fn read_log(folder: &Path) -> anyhow::Result<SystemLog> {
    let text = read_file(folder, Collection::SystemLog)?.unwrap_or_default();
    SystemLog::from_json_lines(&text).with_context(|| format!("cannot read {}", folder.display()))
}

/// Reads the file of a collection, if there is one.
fn read_file(folder: &Path, collection: Collection) -> anyhow::Result<Option<String>> {
    let path = folder.join(collection.file_name());
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path);
    text.map(Some).with_context(|| format!("cannot read {}", path.display()))
}
