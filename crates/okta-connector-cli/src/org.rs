//! The simulated org, generated or read from a folder.

use crate::OrgArguments;
use anyhow::Context as _;
use okta_simulator::{Collection, Org, Simulator};
use std::path::Path;

/// The token that the simulated org knows. It is no secret: it opens nothing but the simulator.
pub(crate) const API_TOKEN: &str = "00sandbox-token-of-the-simulator";

impl OrgArguments {
    /// Makes the org.
    pub(crate) fn simulator(&self) -> anyhow::Result<Simulator> {
        let org = match &self.org {
            Some(folder) => read(folder)?,
            None => Org::generate(self.seed, self.users),
        };
        let mut simulator = Simulator::new(org);
        simulator.accept_api_token(API_TOKEN);
        Ok(simulator)
    }
}

fn read(folder: &Path) -> anyhow::Result<Org> {
    anyhow::ensure!(folder.is_dir(), "{} is not a folder", folder.display());
    let mut files = Vec::new();
    for &collection in Collection::ALL {
        let path = folder.join(collection.file_name());
        if path.exists() {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            files.push((collection, text));
        }
    }
    anyhow::ensure!(!files.is_empty(), "{} holds no file of an org", folder.display());
    let files = files.iter().map(|(collection, text)| (*collection, text.as_str()));
    Org::from_json_lines(files).with_context(|| format!("cannot read {}", folder.display()))
}
