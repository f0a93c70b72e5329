//! The files that a run writes, below a folder that stands for all buckets.
//!
//! A run writes beside, into `<executionId>.partial`, and its files are moved to their folders when all of them are complete: a run
//! that fails leaves nothing. One that is suspended leaves that folder, and another process can go on with it.
//!
//! Memory holds a page of records, or a part of a Parquet file, whatever the run's size and however many partitions it has. Fields
//! that a flow partitions by are told by folders and are in no file, which is what readers of such folders expect.

#[cfg(feature = "parquet")]
mod cell;
mod csv;
mod error;
mod json;
mod layout;
#[cfg_attr(not(feature = "parquet"), path = "output/no_parquet.rs")]
mod parquet;
mod spool;
mod staging;
mod table;
mod text;

pub use error::{Misfit, OutputError};

use crate::column::{Column, Row};
use crate::s3::{AggregationConfig, AggregationType, S3Destination};
use jiff::Timestamp;
use layout::{Layout, MAX_NAME, partition_folder};
use staging::{Staging, Suspended};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use table::Table;

/// The run whose files are written. A process that goes on with it gives the same.
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
    /// The number of its records.
    pub records: u64,
    /// The number of its bytes.
    pub bytes: u64,
}

/// Takes the records of a run, page by page. Nothing of it stays unless it is finished or suspended.
#[derive(Debug)]
pub struct Output {
    staging: Staging,
    layout: Layout,
    table: Table,
    /// The names of the columns, those in folders too.
    names: Vec<String>,
    partition_by: Vec<usize>,
    files: Files,
    pages: u64,
    records: u64,
    /// The destination, the columns and the partitions, to be compared with those of a process that goes on.
    asked: String,
    is_broken: bool,
}

/// The number of files in a partition.
#[derive(Clone, Copy, Debug)]
enum Files {
    OnePerPage,
    One,
    /// As many as it takes, each of about that many bytes.
    Sized(u64),
}

impl Files {
    fn new(config: &AggregationConfig) -> Self {
        match (config.target_file_size, config.aggregation_type) {
            (Some(megabytes), _) => Self::Sized(megabytes.get().saturating_mul(1 << 20)),
            (None, AggregationType::SingleFile) => Self::One,
            (None, AggregationType::None) => Self::OnePerPage,
        }
    }
}

impl Output {
    /// Begins to write the files of a run below `root`. `partition_by` are the places of columns, outermost folder first.
    ///
    /// # Errors
    ///
    /// The columns or names cannot be those of files, or the system refuses something.
    pub fn open(
        root: &Path,
        destination: &S3Destination,
        run: &RunInfo,
        columns: Vec<Column>,
        partition_by: Vec<usize>,
    ) -> Result<Self, OutputError> {
        Self::new(root, destination, run, columns, partition_by, |folder, _| {
            Ok((Staging::begin(folder)?, (0, 0)))
        })
    }

    /// Goes on with a run that was suspended; everything given has to be what it was.
    ///
    /// # Errors
    ///
    /// There is no such run, it was begun with something else, or the system refuses something.
    pub fn resume(
        root: &Path,
        destination: &S3Destination,
        run: &RunInfo,
        columns: Vec<Column>,
        partition_by: Vec<usize>,
    ) -> Result<Self, OutputError> {
        Self::new(root, destination, run, columns, partition_by, |folder, asked| {
            let (mut staging, suspended) = Staging::resume(folder)?;
            if suspended.asked != asked {
                return Err(OutputError::Changed(staging.folder().to_owned()));
            }
            staging.claim()?;
            Ok((staging, (suspended.pages, suspended.records)))
        })
    }

    fn new(
        root: &Path,
        destination: &S3Destination,
        run: &RunInfo,
        columns: Vec<Column>,
        partition_by: Vec<usize>,
        stage: impl FnOnce(PathBuf, &str) -> Result<(Staging, (u64, u64)), OutputError>,
    ) -> Result<Self, OutputError> {
        check_columns(&columns, &partition_by)?;
        let layout = Layout::new(root, destination, run)?;
        let asked = format!("{:?}", (destination, run, &columns, &partition_by));
        let names = columns.iter().map(|column| column.name.clone()).collect();
        let in_files = columns.into_iter().enumerate();
        let in_files = in_files.filter(|(place, _)| !partition_by.contains(place));
        let config = &destination.s3_output_format_config;
        let in_files = in_files.map(|(_, column)| column).collect();
        let files = Files::new(&config.aggregation_config);
        let file_bytes = match files {
            Files::Sized(bytes) => Some(bytes),
            Files::One | Files::OnePerPage => None,
        };
        let table = Table::new(config, in_files, file_bytes)?;
        let folder = root.join(format!("{}.partial", run.execution_id));
        let (staging, (pages, records)) = stage(folder, &asked)?;
        let is_broken = false;
        Ok(Self {
            staging,
            layout,
            table,
            names,
            partition_by,
            files,
            pages,
            records,
            asked,
            is_broken,
        })
    }

    /// Returns how many records were taken, by a process before this one too.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Takes a page of records. Behind a failure there is nothing to do but to drop this.
    ///
    /// # Errors
    ///
    /// A record cannot be written, or the system refuses something.
    pub fn page(&mut self, rows: Vec<Row>) -> Result<(), OutputError> {
        self.is_broken = true;
        let partitions = self.divide(rows)?;
        // A page without records makes no file.
        self.pages += u64::from(!partitions.is_empty());
        for (partition, rows) in partitions {
            if let Files::OnePerPage = self.files {
                let mut file = self.table.create(self.staging.incomplete(&partition)?)?;
                for (record, row) in &rows {
                    file.write(*record, row)?;
                }
                let records = file.finish()?;
                self.staging.complete(&partition, self.pages, records)?;
            } else {
                spool::append(&self.staging.spool(&partition)?, &rows)?;
            }
        }
        self.is_broken = false;
        Ok(())
    }

    /// Divides a page into its partitions, and checks that all of it can be written. Each row gets the number of its record.
    fn divide(
        &mut self,
        rows: Vec<Row>,
    ) -> Result<BTreeMap<PathBuf, Vec<(u64, Row)>>, OutputError> {
        let mut partitions: BTreeMap<PathBuf, Vec<(u64, Row)>> = BTreeMap::new();
        for row in rows {
            self.records += 1;
            let record = self.records;
            if row.len() != self.names.len() {
                let (found, expected) = (row.len(), self.names.len());
                return Err(OutputError::Width { record, found, expected });
            }
            let mut partition = PathBuf::new();
            for &place in &self.partition_by {
                let column = &self.names[place];
                let folder = partition_folder(column, row[place].as_ref());
                if folder.len() > MAX_NAME {
                    let (column, found, expected) = (column.clone(), folder.len(), MAX_NAME);
                    return Err(OutputError::LongFolder { record, column, found, expected });
                }
                partition.push(folder);
            }
            let in_file = row.into_iter().enumerate();
            let in_file = in_file.filter(|(place, _)| !self.partition_by.contains(place));
            let row = in_file.map(|(_, value)| value).collect();
            self.table.check(record, &row)?;
            partitions.entry(partition).or_default().push((record, row));
        }
        Ok(partitions)
    }

    /// Keeps what was taken, so that another process can go on behind it: see [`Output::resume`].
    ///
    /// # Errors
    ///
    /// The last page was a failure, or the system refuses something. Nothing is kept then.
    pub fn suspend(self) -> Result<(), OutputError> {
        if self.is_broken {
            return Err(OutputError::Broken);
        }
        let Self { asked, pages, records, .. } = self;
        self.staging.suspend(&Suspended { asked, pages, records })
    }

    /// Writes what is left, and puts all files where they are wanted. They are in the order of their partitions.
    ///
    /// # Errors
    ///
    /// The last page was a failure, or the system refuses something. Nothing is kept then.
    pub fn finish(self) -> Result<Vec<WrittenFile>, OutputError> {
        if self.is_broken {
            return Err(OutputError::Broken);
        }
        for partition in self.staging.spools()? {
            self.aggregate(&partition)?;
        }
        self.staging.place(&self.layout)
    }

    /// Makes files of the spool of a partition.
    fn aggregate(&self, partition: &Path) -> Result<(), OutputError> {
        let target = match self.files {
            Files::Sized(bytes) => bytes,
            Files::One | Files::OnePerPage => u64::MAX,
        };
        let spool = self.staging.spool(partition)?;
        let mut number = 0;
        let mut current = None;
        let mut end = |file: table::TableFile<'_>| {
            number += 1;
            self.staging.complete(partition, number, file.finish()?)
        };
        spool::read(&spool, |record, row| {
            let mut file = match current.take() {
                Some(file) => file,
                None => self.table.create(self.staging.incomplete(partition)?)?,
            };
            file.write(record, &row)?;
            if file.size() >= target {
                return end(file);
            }
            current = Some(file);
            Ok(())
        })?;
        current.map_or(Ok(()), end)?;
        // So that a disk never holds more than one partition twice.
        std::fs::remove_file(&spool).map_err(OutputError::file("remove", &spool))
    }
}

fn check_columns(columns: &[Column], partition_by: &[usize]) -> Result<(), OutputError> {
    let mut names = BTreeSet::new();
    if let Some(column) = columns.iter().find(|column| !names.insert(&column.name)) {
        return Err(OutputError::Columns(format!("two columns are named `{}`", column.name)));
    }
    let mut places = BTreeSet::new();
    for &place in partition_by {
        let Some(column) = columns.get(place) else {
            let text = format!("there is no column {place}: expected less than {}", columns.len());
            return Err(OutputError::Columns(text));
        };
        if !places.insert(place) {
            let text = format!("the flow partitions by `{}` twice", column.name);
            return Err(OutputError::Columns(text));
        }
    }
    if places.len() == columns.len() {
        let text =
            "the flow partitions by every field that it has, which leaves none for the files";
        return Err(OutputError::Columns(text.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
