//! Records on disk, one on each line, until their partition is complete: what is aggregated needs no memory.

use super::OutputError;
use crate::column::Row;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

/// Adds records, each with its number, to the file `path`.
pub(super) fn append(path: &Path, rows: &[(u64, Row)]) -> Result<(), OutputError> {
    let write = || -> io::Result<()> {
        let file = File::options().append(true).create(true).open(path)?;
        let mut lines = BufWriter::new(file);
        for (record, row) in rows {
            write!(lines, "{record} ")?;
            serde_json::to_writer(&mut lines, row)?;
            lines.write_all(b"\n")?;
        }
        lines.flush()
    };
    write().map_err(OutputError::file("write", path))
}

/// Hands the records of the file `path` to `take`, one by one.
pub(super) fn read(
    path: &Path,
    mut take: impl FnMut(u64, Row) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    let cannot = || OutputError::file("read", path);
    let mut lines = BufReader::new(File::open(path).map_err(cannot())?);
    let mut line = String::new();
    while lines.read_line(&mut line).map_err(cannot())? > 0 {
        let (record, row) = parse(&line).map_err(cannot())?;
        take(record, row)?;
        line.clear();
    }
    Ok(())
}

fn parse(line: &str) -> io::Result<(u64, Row)> {
    let (record, row) = line.split_once(' ').unwrap_or_default();
    let record =
        record.parse().map_err(|_| io::Error::other("a line has no number of a record"))?;
    Ok((record, serde_json::from_str(row)?))
}
