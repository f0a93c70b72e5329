//! The commands, a file each, and what they share.

pub(crate) mod demo;
pub(crate) mod flow;
pub(crate) mod invoke;
mod org;
mod output;
pub(crate) mod sandbox;

use std::io::{self, Write as _};

/// Writes to standard output; unlike `print!` it can fail.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    Ok(output.flush()?)
}
