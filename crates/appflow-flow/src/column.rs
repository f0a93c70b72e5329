//! Names the columns of a run, and makes rows of a value for each.

pub use appflow_connector::entity::FieldDataType as DataType;
use serde_json::Value;

/// One column of what a flow writes: a mapped field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name in the destination.
    pub name: String,
    /// The type of its values.
    pub data_type: DataType,
}

/// One record: a value for each column, in their order. A value that is missing is `None`; JSON's null counts as missing too.
pub type Row = Vec<Option<Value>>;
