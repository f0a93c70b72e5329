//! The commands, a file each, and what they share.

pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod describe;
pub(crate) mod doctor;
pub(crate) mod entities;
mod entity_name;
pub(crate) mod explain;
pub(crate) mod flow;
pub(crate) mod invoke;
mod org;
mod output;
mod question;
mod refusal;
pub(crate) mod sandbox;
mod table;
mod terminal;
mod usual_limits;
mod words;

use std::io::{self, Write as _};

/// Writes to standard output; unlike `print!` it can fail.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    Ok(output.flush()?)
}

/// Says something on standard error. If nobody hears it, that is no failure.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
