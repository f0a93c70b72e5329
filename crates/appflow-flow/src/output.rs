//! The files that a run writes, below a folder that stands for the bucket's region.

use jiff::Timestamp;
use std::path::PathBuf;

/// The run whose files are written. What goes on with a run that was stopped gives the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInfo {
    /// The name of the flow.
    pub flow_name: String,
    /// The run: a UUID.
    pub execution_id: String,
    /// The time at which the run began.
    pub started: Timestamp,
    /// The version of mappings, types and partitions, from 1.
    pub schema_version: u32,
}

/// A file that a run has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// The file.
    pub path: PathBuf,
    /// How many records it has.
    pub records: u64,
    /// How many bytes it has.
    pub bytes: u64,
}
