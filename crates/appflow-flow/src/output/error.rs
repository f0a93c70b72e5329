//! Says what can go wrong while files are written.

use crate::column::DataType;
use std::io;
use std::path::{Path, PathBuf};

/// A failure to write the files of a run.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The system refused something.
    #[error("cannot {action} {path}: {cause}", path = .path.display())]
    File {
        /// The action that was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The words of the system.
        cause: io::Error,
    },
    /// A value cannot be one of its column.
    #[error("record {record}: {misfit}")]
    Misfit {
        /// The number of the record in the run, from 1.
        record: u64,
        /// The value and its column.
        misfit: Misfit,
    },
    /// A value is too long to be the name of a folder.
    #[error(
        "record {record}: `{column}` is what the flow partitions by, and its value makes the name of a folder of {found} bytes; \
         expected at most {expected}"
    )]
    LongFolder {
        /// The number of the record in the run, from 1.
        record: u64,
        /// The column.
        column: String,
        /// The bytes that the name would have.
        found: usize,
        /// The bytes that a name may have.
        expected: usize,
    },
    /// A record has more or fewer values than there are columns.
    #[error("record {record} has {found} values, but the flow has {expected} columns")]
    Width {
        /// The number of the record in the run, from 1.
        record: u64,
        /// The number of its values.
        found: usize,
        /// The number that it should have.
        expected: usize,
    },
    /// The columns cannot be those of a file.
    #[error("{0}")]
    Columns(String),
    /// A name cannot be that of a folder.
    #[error(
        "{what} `{found}` cannot be the name of a folder: expected letters, digits and `_!@#.-`, not beginning with a dot"
    )]
    Name {
        /// The thing that has the name.
        what: &'static str,
        /// The name.
        found: String,
    },
    /// There is no run to go on with.
    #[error("{} has no run that was suspended: it was not begun, has ended, was broken off, or another process goes on with it", .0.display())]
    NotSuspended(PathBuf),
    /// The run was suspended by another version or with another flow.
    #[error("{} was begun with another destination, other columns or other partitions", .0.display())]
    Changed(PathBuf),
    /// A page was written in part, so that nobody could go on behind it.
    #[error("the last page was not written whole, so the run cannot be suspended")]
    Broken,
    /// Parquet was left out of this program.
    #[error(
        "this program was built without its feature `parquet`, and the flow's fileType is `PARQUET`"
    )]
    NoParquet,
}

impl OutputError {
    /// Returns a function that says of what the system refused what it was.
    pub(super) fn file<'a>(
        action: &'static str,
        path: &'a Path,
    ) -> impl FnOnce(io::Error) -> Self + 'a {
        move |cause| Self::File { action, path: path.to_owned(), cause }
    }
}

/// A value that cannot be one of its column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{column}` is {value}, but the column's type is {data_type:?}: expected {expected}")]
pub struct Misfit {
    /// The column.
    pub column: String,
    /// The value as JSON, the beginning of it if it is long.
    pub value: String,
    /// The type of the column.
    pub data_type: DataType,
    /// The look of a value of the type.
    pub expected: &'static str,
}
