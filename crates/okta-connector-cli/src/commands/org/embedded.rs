//! The embedded org: drawn from a seed, or read from a folder.

use anyhow::Context as _;
use clap::Args;
use okta_connector_cli::{API_TOKEN, Clock, SimulatedOkta, draw_log};
use okta_simulator::{Collection, Org, Simulator, SystemLog};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The number of users of an org that is drawn, unless an option says another.
const USERS: usize = 2_500;

/// The seed that an org is drawn from, unless an option says another.
const SEED: u64 = 1;

/// The embedded org.
#[derive(Debug, Args)]
#[command(next_help_heading = "Org")]
pub(crate) struct EmbeddedOrg {
    /// The embedded org: `demo` is drawn, a folder of JSON-lines files such as `users.jsonl` is read.
    #[arg(long, value_name = "demo|DIR")]
    org: Option<Data>,
    /// The number of users to draw, 2500 if left out.
    #[arg(long)]
    users: Option<usize>,
    /// The seed to draw from, 1 if left out: the same seed makes the same org.
    #[arg(long)]
    seed: Option<u64>,
}

/// The data of an embedded org.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Data {
    /// Drawn.
    Drawn,
    /// Read from a folder.
    Folder(PathBuf),
}

impl FromStr for Data {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "demo" => Self::Drawn,
            folder => Self::Folder(folder.into()),
        })
    }
}

impl EmbeddedOrg {
    /// Says whether an option asks for this org.
    pub(crate) fn was_chosen(&self) -> bool {
        self.org.is_some() || self.users.is_some() || self.seed.is_some()
    }

    /// Names the data of the org.
    pub(crate) fn data(&self) -> String {
        match &self.org {
            Some(Data::Folder(folder)) => folder.display().to_string(),
            None | Some(Data::Drawn) => {
                let (users, seed) = (self.users.unwrap_or(USERS), self.seed.unwrap_or(SEED));
                format!("{users} users of seed {seed}")
            }
        }
    }

    /// Makes the org, which accepts [`API_TOKEN`]. It is drawn unless an option says otherwise.
    pub(crate) fn okta(&self, clock: Clock) -> anyhow::Result<SimulatedOkta> {
        let (org, log) = match &self.org {
            Some(Data::Folder(folder)) => {
                let is_drawn = self.users.is_some() || self.seed.is_some();
                anyhow::ensure!(
                    !is_drawn,
                    "--users and --seed draw an org, and --org {} reads one",
                    folder.display()
                );
                (read(folder)?, read_log(folder)?)
            }
            None | Some(Data::Drawn) => {
                let org = Org::generate(self.seed.unwrap_or(SEED), self.users.unwrap_or(USERS));
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

fn read(folder: &Path) -> anyhow::Result<Org> {
    anyhow::ensure!(
        folder.is_dir(),
        "--org {} is not a folder - expected demo, or a folder of JSON-lines files",
        folder.display()
    );
    let mut files = Vec::new();
    for &collection in Collection::ALL {
        if let Some(text) = read_file(folder, collection)? {
            files.push((collection, text));
        }
    }
    anyhow::ensure!(
        !files.is_empty(),
        "{} holds no file of an org - expected some of {}",
        folder.display(),
        Collection::ALL.iter().map(|kind| kind.file_name()).collect::<Vec<_>>().join(", ")
    );
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
