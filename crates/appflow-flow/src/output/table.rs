//! Holds what all files of a run have in common: their format and their columns.

use super::error::{Misfit, OutputError};
use super::{csv, json, parquet};
use crate::column::{Column, Row};
use crate::s3::{FileType, S3OutputFormatConfig};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The format and the columns of files.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    format: Format,
}

#[derive(Debug)]
enum Format {
    Csv,
    Json,
    Parquet(parquet::Columns),
}

impl Table {
    /// Makes the table of a destination. `file_bytes` is about the size of a file, where one is wanted.
    pub(super) fn new(
        config: &S3OutputFormatConfig,
        columns: Vec<Column>,
        file_bytes: Option<u64>,
    ) -> Result<Self, OutputError> {
        let format = match config.file_type {
            FileType::Csv => Format::Csv,
            FileType::Json => Format::Json,
            FileType::Parquet => {
                Format::Parquet(parquet::Columns::new(config, &columns, file_bytes)?)
            }
        };
        Ok(Self { columns, format })
    }

    /// Checks that a record can be written.
    pub(super) fn check(&self, record: u64, row: &Row) -> Result<(), OutputError> {
        match &self.format {
            Format::Csv | Format::Json => Ok(()),
            Format::Parquet(columns) => {
                columns.check(row).map_err(|misfit| OutputError::Misfit { record, misfit })
            }
        }
    }

    /// Begins a file.
    pub(super) fn create(&self, path: PathBuf) -> Result<TableFile<'_>, OutputError> {
        let begin = || -> Result<Box<dyn RowWriter + '_>, RowError> {
            let bytes = Counted { writer: BufWriter::new(File::create(&path)?), count: 0 };
            Ok(match &self.format {
                Format::Csv => Box::new(csv::Lines::begin(bytes, &self.columns)?),
                Format::Json => Box::new(json::Lines::begin(bytes, &self.columns)),
                Format::Parquet(columns) => Box::new(parquet::Groups::begin(bytes, columns)?),
            })
        };
        match begin() {
            Ok(writer) => Ok(TableFile { writer, path, records: 0 }),
            Err(error) => Err(error.of(&path, 0)),
        }
    }
}

/// A file that records are written to.
pub(super) struct TableFile<'a> {
    writer: Box<dyn RowWriter + 'a>,
    path: PathBuf,
    records: u64,
}

impl TableFile<'_> {
    pub(super) fn write(&mut self, record: u64, row: &Row) -> Result<(), OutputError> {
        self.records += 1;
        self.writer.write(row).map_err(|error| error.of(&self.path, record))
    }

    /// Returns about how many bytes the file has by now.
    pub(super) fn size(&self) -> u64 {
        self.writer.size()
    }

    /// Writes what is left, and returns how many records the file has.
    pub(super) fn finish(self) -> Result<u64, OutputError> {
        self.writer.finish().map_err(|error| error.of(&self.path, 0))?;
        Ok(self.records)
    }
}

/// Writes rows in one format.
pub(super) trait RowWriter {
    fn write(&mut self, row: &Row) -> Result<(), RowError>;

    fn size(&self) -> u64;

    fn finish(self: Box<Self>) -> Result<(), RowError>;
}

/// A failure to write a row, by whoever does not know the file.
pub(super) enum RowError {
    System(io::Error),
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "other formats take all"))]
    Misfit(Misfit),
}

impl From<io::Error> for RowError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl RowError {
    fn of(self, path: &Path, record: u64) -> OutputError {
        match self {
            Self::System(cause) => OutputError::file("write", path)(cause),
            Self::Misfit(misfit) => OutputError::Misfit { record, misfit },
        }
    }
}

/// The bytes of a file, counted before they are buffered.
pub(super) struct Counted {
    writer: BufWriter<File>,
    count: u64,
}

impl Counted {
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes)?;
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
