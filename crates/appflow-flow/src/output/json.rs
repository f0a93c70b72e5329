//! JSON lines: an object on each, with every column in its place.

use super::table::{Counted, RowError, RowWriter};
use crate::column::{Column, Row};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use std::io::Write as _;

/// Writes lines of JSON.
pub(super) struct Lines<'a> {
    bytes: Counted,
    columns: &'a [Column],
}

impl<'a> Lines<'a> {
    pub(super) fn begin(bytes: Counted, columns: &'a [Column]) -> Self {
        Self { bytes, columns }
    }
}

impl RowWriter for Lines<'_> {
    fn write(&mut self, row: &Row) -> Result<(), RowError> {
        let line = Line { columns: self.columns, row };
        serde_json::to_writer(&mut self.bytes, &line).map_err(std::io::Error::from)?;
        Ok(self.bytes.write_all(b"\n")?)
    }

    fn size(&self) -> u64 {
        self.bytes.count()
    }

    fn finish(mut self: Box<Self>) -> Result<(), RowError> {
        Ok(self.bytes.flush()?)
    }
}

/// An object whose keys are in the order of the columns. What is missing is null, so that all lines have the same keys.
struct Line<'a> {
    columns: &'a [Column],
    row: &'a Row,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, value) in self.columns.iter().zip(self.row) {
            map.serialize_entry(&column.name, value)?;
        }
        map.end()
    }
}
