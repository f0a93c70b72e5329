//! Completions for shells, and pages of the manual: both are made of the arguments as they are.

use super::print;
use anyhow::Context as _;
use clap::{Args, Command};
use clap_complete::Shell;
use std::path::PathBuf;

/// Print the completions of a shell.
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

const COMPLETIONS: &str = "\
Examples:
  okta-connector completions bash > okta-connector.bash
  okta-connector completions zsh > _okta-connector";

/// Write the pages of the manual.
#[derive(Debug, Args)]
#[command(after_help = MAN)]
pub(crate) struct Man {
    /// The folder to write them to: a page for each command.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

const MAN: &str = "\
Examples:
  okta-connector man man1
  okta-connector man ~/.local/share/man/man1";

impl Completions {
    pub(crate) fn run(self, mut command: Command) -> anyhow::Result<()> {
        let name = command.get_name().to_owned();
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut text);
        print(&String::from_utf8_lossy(&text))
    }
}

impl Man {
    pub(crate) fn run(&self, command: Command) -> anyhow::Result<()> {
        let shown = self.folder.display();
        std::fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {shown}"))?;
        clap_mangen::generate_to(command, &self.folder)
            .with_context(|| format!("cannot write into {shown}"))
    }
}
