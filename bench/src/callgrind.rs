//! Callgrind: it counts the instructions of a program.

use anyhow::Context as _;
use okta_connector_cli::HostedFunction;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A place for what callgrind says of one program.
#[derive(Debug)]
pub(crate) struct Callgrind {
    log: PathBuf,
}

impl Callgrind {
    pub(crate) fn new() -> Self {
        let name = format!("okta-connector-bench-{}.callgrind", std::process::id());
        Self { log: std::env::temp_dir().join(name) }
    }

    /// Counts the instructions of a program that ends by itself.
    pub(crate) fn count(&self, program: &str, arguments: &[&str]) -> anyhow::Result<u64> {
        let mut command = self.command(program);
        command.args(arguments).stdout(Stdio::null());
        let status = command.status().context("cannot start valgrind: is it installed?")?;
        anyhow::ensure!(status.success(), "{}", std::fs::read_to_string(&self.log)?);
        self.collected()
    }

    /// Counts the instructions of a function, from its start, while `use_it` gives it work.
    pub(crate) fn count_function(
        &self,
        program: &str,
        environment: &[(&str, &str)],
        use_it: impl FnOnce(&mut HostedFunction) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let environment = [environment, &[("PATH", "/usr/local/bin:/usr/bin:/bin")]].concat();
        let mut function = HostedFunction::run(self.command(program), &environment, Stdio::null())
            .context("is valgrind installed?")?;
        function.first_request()?;
        use_it(&mut function)?;
        function.end()?;
        self.collected()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        command.arg(format!("--log-file={}", self.log.display())).arg(Path::new(program));
        command
    }

    fn collected(&self) -> anyhow::Result<u64> {
        let text = std::fs::read_to_string(&self.log)?;
        let line = text.lines().find_map(|line| line.split_once("Collected : "));
        Ok(line.context("callgrind did not say what it counted")?.1.trim().parse()?)
    }
}

impl Drop for Callgrind {
    fn drop(&mut self) {
        // Nothing was written if nothing was counted.
        let _ = std::fs::remove_file(&self.log);
    }
}
