//! Parquet: columns in groups of rows.
//!
//! A group is held in memory until it is written, so it is bounded. Columns are flat: AppFlow's types for nested values are
//! documented nowhere, so structs, maps and lists are their JSON.

use super::cell::{Cell, text_cell, typed_cell};
use super::error::{Misfit, OutputError};
use super::table::{Counted, RowError, RowWriter};
use crate::column::{Column, DataType, Row};
use crate::s3::S3OutputFormatConfig;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::data_type as stored;
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use serde_json::Value;
use std::io;
use std::sync::Arc;

/// About the most bytes of a group of rows, before they are encoded.
const GROUP_BYTES: u64 = 16 << 20;

/// The columns of a Parquet file.
#[derive(Debug)]
pub(super) struct Columns {
    columns: Vec<Column>,
    typing: Typing,
    schema: TypePtr,
    properties: WriterPropertiesPtr,
    /// About the bytes of a group.
    group_bytes: u64,
}

#[derive(Clone, Copy, Debug)]
enum Typing {
    /// Every column is a text.
    Texts,
    /// Every column has the type of its field.
    Types,
}

impl Columns {
    /// Lays out files. `file_bytes` is about the size of one, where a size is wanted.
    pub(super) fn new(
        config: &S3OutputFormatConfig,
        columns: &[Column],
        file_bytes: Option<u64>,
    ) -> Result<Self, OutputError> {
        let typing = if config.preserve_source_data_typing { Typing::Types } else { Typing::Texts };
        let field = |column: &Column| {
            let (physical, logical) = match typing {
                Typing::Texts => stored_type(DataType::String),
                Typing::Types => stored_type(column.data_type),
            };
            let field = Type::primitive_type_builder(&column.name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical);
            field.build().map(Arc::new)
        };
        let fields = columns.iter().map(field).collect::<Result<_, _>>();
        let schema = fields
            .and_then(|fields| Type::group_type_builder("schema").with_fields(fields).build());
        let schema = schema.map_err(|error| OutputError::Columns(error.to_string()))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(Self {
            columns: columns.to_vec(),
            typing,
            schema: Arc::new(schema),
            properties: Arc::new(properties),
            // The size of a file is known between groups alone.
            group_bytes: file_bytes.map_or(GROUP_BYTES, |bytes| (bytes / 4).min(GROUP_BYTES)),
        })
    }

    pub(super) fn check(&self, row: &Row) -> Result<(), Misfit> {
        self.cells(row).try_for_each(|cell| cell.map(drop))
    }

    fn cells<'a>(
        &'a self,
        row: &'a Row,
    ) -> impl Iterator<Item = Result<Option<Cell>, Misfit>> + 'a {
        let cell = |(column, value): (&Column, &Option<Value>)| match self.typing {
            Typing::Texts => Ok(text_cell(value.as_ref())),
            Typing::Types => typed_cell(column, value.as_ref()),
        };
        self.columns.iter().zip(row).map(cell)
    }
}

/// Returns how Parquet stores a type: what [`typed_cell`] makes of it.
fn stored_type(data_type: DataType) -> (PhysicalType, Option<LogicalType>) {
    const IS_SIGNED: bool = true;
    const IS_UTC: bool = true;
    let integer = |bits| LogicalType::integer(bits, IS_SIGNED);
    let time = LogicalType::timestamp(IS_UTC, TimeUnit::MILLIS);
    match data_type {
        DataType::Boolean => (PhysicalType::BOOLEAN, None),
        DataType::Short => (PhysicalType::INT32, Some(integer(16))),
        DataType::Integer => (PhysicalType::INT32, Some(integer(32))),
        DataType::Long => (PhysicalType::INT64, Some(integer(64))),
        DataType::Float => (PhysicalType::FLOAT, None),
        DataType::Double => (PhysicalType::DOUBLE, None),
        DataType::Date => (PhysicalType::INT32, Some(LogicalType::Date)),
        DataType::DateTime => (PhysicalType::INT64, Some(time)),
        DataType::String
        | DataType::BigInteger
        | DataType::BigDecimal
        | DataType::ByteArray
        | DataType::Struct
        | DataType::Map
        | DataType::List => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
    }
}

/// Writes groups of rows.
pub(super) struct Groups<'a> {
    writer: SerializedFileWriter<Counted>,
    columns: &'a Columns,
    group: Vec<Buffer>,
    bytes: u64,
}

impl<'a> Groups<'a> {
    pub(super) fn begin(bytes: Counted, columns: &'a Columns) -> Result<Self, RowError> {
        let writer = SerializedFileWriter::new(
            bytes,
            Arc::clone(&columns.schema),
            Arc::clone(&columns.properties),
        )?;
        let kinds = columns.schema.get_fields().iter();
        let group = kinds.map(|field| Buffer::new(field.get_physical_type())).collect();
        Ok(Self { writer, columns, group, bytes: 0 })
    }

    fn write_group(&mut self) -> Result<(), RowError> {
        let mut group = self.writer.next_row_group()?;
        for buffer in &mut self.group {
            let column = group.next_column()?;
            buffer.write(column.expect("there is a buffer for each column"))?;
        }
        group.close()?;
        self.bytes = 0;
        Ok(())
    }
}

impl RowWriter for Groups<'_> {
    fn write(&mut self, row: &Row) -> Result<(), RowError> {
        for (buffer, cell) in self.group.iter_mut().zip(self.columns.cells(row)) {
            self.bytes += buffer.push(cell.map_err(RowError::Misfit)?);
        }
        if self.bytes >= self.columns.group_bytes { self.write_group() } else { Ok(()) }
    }

    fn size(&self) -> u64 {
        self.writer.bytes_written() as u64
    }

    fn finish(mut self: Box<Self>) -> Result<(), RowError> {
        if self.bytes > 0 {
            self.write_group()?;
        }
        // The footer, and what is buffered.
        self.writer.finish()?;
        Ok(io::Write::flush(self.writer.inner_mut())?)
    }
}

impl From<ParquetError> for RowError {
    fn from(error: ParquetError) -> Self {
        Self::System(match error {
            ParquetError::External(error) => match error.downcast::<io::Error>() {
                Ok(error) => *error,
                Err(error) => io::Error::other(error),
            },
            error => io::Error::other(error),
        })
    }
}

/// The values of one column in a group: a level for each row, 1 if it has a value, and the values.
struct Buffer {
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Boolean(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Text(Vec<stored::ByteArray>),
}

impl Buffer {
    fn new(physical: PhysicalType) -> Self {
        let values = match physical {
            PhysicalType::BOOLEAN => Values::Boolean(Vec::new()),
            PhysicalType::INT32 => Values::Int32(Vec::new()),
            PhysicalType::INT64 => Values::Int64(Vec::new()),
            PhysicalType::FLOAT => Values::Float(Vec::new()),
            PhysicalType::DOUBLE => Values::Double(Vec::new()),
            PhysicalType::BYTE_ARRAY | PhysicalType::INT96 | PhysicalType::FIXED_LEN_BYTE_ARRAY => {
                Values::Text(Vec::new())
            }
        };
        Self { levels: Vec::new(), values }
    }

    /// Takes a value, and returns about how many bytes it takes.
    fn push(&mut self, cell: Option<Cell>) -> u64 {
        self.levels.push(cell.is_some().into());
        let mut length = 0;
        match (&mut self.values, cell) {
            (_, None) => {}
            (Values::Boolean(values), Some(Cell::Boolean(value))) => values.push(value),
            (Values::Int32(values), Some(Cell::Int32(value))) => values.push(value),
            (Values::Int64(values), Some(Cell::Int64(value))) => values.push(value),
            (Values::Float(values), Some(Cell::Float(value))) => values.push(value),
            (Values::Double(values), Some(Cell::Double(value))) => values.push(value),
            (Values::Text(values), Some(Cell::Text(value))) => {
                length = value.len();
                values.push(value.into_bytes().into());
            }
            (_, Some(cell)) => unreachable!("`stored_type` is no type of {cell:?}"),
        }
        // A level, and a value or what leads to it.
        length as u64 + 34
    }

    fn write(&mut self, mut column: SerializedColumnWriter<'_>) -> Result<(), RowError> {
        let levels = Some(self.levels.as_slice());
        macro_rules! write {
            ($kind:ty, $values:expr) => {{
                column.typed::<$kind>().write_batch($values, levels, None)?;
                $values.clear();
            }};
        }
        match &mut self.values {
            Values::Boolean(values) => write!(stored::BoolType, values),
            Values::Int32(values) => write!(stored::Int32Type, values),
            Values::Int64(values) => write!(stored::Int64Type, values),
            Values::Float(values) => write!(stored::FloatType, values),
            Values::Double(values) => write!(stored::DoubleType, values),
            Values::Text(values) => write!(stored::ByteArrayType, values),
        }
        self.levels.clear();
        Ok(column.close()?)
    }
}
