//! A process that ends with whoever started it.

use anyhow::Context as _;
use std::process::{Child, Command};

/// A child process. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process(pub(crate) Child);

impl Process {
    /// Starts `command`.
    ///
    /// # Errors
    ///
    /// The program cannot be started; the error names it.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.spawn();
        let program = || format!("cannot start {}", command.get_program().display());
        Ok(Self(child.with_context(program)?))
    }

    /// Returns the number that the operating system gave the process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
