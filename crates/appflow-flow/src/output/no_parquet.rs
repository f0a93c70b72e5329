//! Stands for Parquet in a program without it: none of its values can be made.

use super::error::{Misfit, OutputError};
use super::table::{Counted, RowError, RowWriter};
use crate::column::{Column, Row};
use crate::s3::S3OutputFormatConfig;

#[derive(Debug)]
pub(super) enum Columns {}

impl Columns {
    pub(super) fn new(
        _: &S3OutputFormatConfig,
        _: &[Column],
        _: Option<u64>,
    ) -> Result<Self, OutputError> {
        Err(OutputError::NoParquet)
    }

    pub(super) fn check(&self, _: &Row) -> Result<(), Misfit> {
        match *self {}
    }
}

pub(super) enum Groups {}

impl Groups {
    pub(super) fn begin(_: Counted, columns: &Columns) -> Result<Self, RowError> {
        match *columns {}
    }
}

impl RowWriter for Groups {
    fn write(&mut self, _: &Row) -> Result<(), RowError> {
        match *self {}
    }

    fn size(&self) -> u64 {
        match *self {}
    }

    fn finish(self: Box<Self>) -> Result<(), RowError> {
        match *self {}
    }
}
