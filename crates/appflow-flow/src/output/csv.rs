//! CSV: a line of names, then lines of values, quoted as RFC 4180 says. A line ends with a line feed, which every reader takes.

use super::table::{Counted, RowError, RowWriter};
use super::text::text;
use crate::column::{Column, Row};
use std::io;

/// Writes lines of values.
pub(super) struct Lines {
    writer: csv::Writer<Counted>,
}

impl Lines {
    pub(super) fn begin(bytes: Counted, columns: &[Column]) -> Result<Self, RowError> {
        let mut writer = csv::Writer::from_writer(bytes);
        writer.write_record(columns.iter().map(|column| &column.name)).map_err(io::Error::from)?;
        Ok(Self { writer })
    }
}

impl RowWriter for Lines {
    fn write(&mut self, row: &Row) -> Result<(), RowError> {
        for value in row {
            let text = text(value.as_ref()).unwrap_or_default();
            self.writer.write_field(text.as_bytes()).map_err(io::Error::from)?;
        }
        // The end of the line.
        Ok(self.writer.write_record(None::<&[u8]>).map_err(io::Error::from)?)
    }

    fn size(&self) -> u64 {
        self.writer.get_ref().count()
    }

    fn finish(mut self: Box<Self>) -> Result<(), RowError> {
        Ok(self.writer.flush()?)
    }
}
