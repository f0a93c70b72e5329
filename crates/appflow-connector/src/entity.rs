//! Entities and fields: what a connector tells AppFlow about its data.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// The name in flows: at most 128 characters, no white space.
    pub entity_identifier: String,
    /// Whether further entities live under this one. AppFlow rejects an answer without this key.
    pub has_nested_entities: bool,
    /// Whether the entity can be a destination. AppFlow takes an absent key for true.
    #[serde(default)]
    pub is_writable: bool,
    /// The name that the console shows: at most 128 characters.
    pub label: Option<String>,
    /// What it holds: at most 1,024 characters of the public API's description pattern.
    pub description: Option<String>,
    /// Anything the connector wants back on later calls.
    #[serde(default)]
    pub custom_properties: Option<BTreeMap<String, String>>,
}

/// An entity and its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityDefinition {
    /// The entity.
    pub entity: Entity,
    /// Its fields.
    #[serde(default)]
    pub fields: Vec<FieldDefinition>,
    /// Anything the connector wants back on later calls.
    #[serde(default)]
    pub custom_properties: Option<BTreeMap<String, String>>,
}

/// One field of an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDefinition {
    /// The key in records: at most 128 characters. Only `[A-Za-z][A-Za-z0-9_.-]*` that is no
    /// keyword of the filter language can be filtered.
    pub field_name: String,
    /// The type of its values.
    pub data_type: FieldDataType,
    /// The type's name in the source.
    #[serde(default)]
    pub data_type_label: Option<String>,
    /// The name that the console shows: at most 128 characters.
    #[serde(default)]
    pub label: Option<String>,
    /// What it holds: at most 1,024 characters of the public API's description pattern.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it identifies a record.
    #[serde(default)]
    pub is_primary_key: Option<bool>,
    /// Not used by sources.
    #[serde(default)]
    pub default_value: Option<String>,
    /// Whether flows should stop using it.
    #[serde(default)]
    pub is_deprecated: Option<bool>,
    /// Limits of its values.
    #[serde(default)]
    pub constraints: Option<FieldConstraints>,
    /// How it can be read; give it for every field of a source.
    #[serde(default)]
    pub read_properties: Option<ReadOperationProperty>,
    /// How it can be written; give it for every field of a destination.
    #[serde(default)]
    pub write_properties: Option<WriteOperationProperty>,
    /// The operators that AppFlow offers for it. Never null: AppFlow's reader rejects that.
    #[serde(default)]
    pub filter_operators: Vec<Operator>,
    /// Anything the connector wants back on later calls.
    #[serde(default)]
    pub custom_properties: Option<BTreeMap<String, String>>,
}

/// The type of a field's values. Maps and lists hold primitives; anything deeper is a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum FieldDataType {
    String,
    Integer,
    Float,
    Double,
    Long,
    Short,
    BigInteger,
    BigDecimal,
    ByteArray,
    Boolean,
    Date,
    DateTime,
    Struct,
    Map,
    List,
}

/// Limits of a field's values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldConstraints {
    /// The lengths allowed.
    pub allowed_length_range: Option<Range>,
    /// The values allowed, as a range.
    pub allowed_value_range: Option<Range>,
    /// The values allowed, as a list: each at most 128 characters without white space.
    pub allowed_values: Option<Vec<String>>,
    /// The values allowed, as a pattern.
    pub allowed_values_regex_pattern: Option<String>,
    /// The date format allowed.
    pub allowed_date_format: Option<String>,
}

/// A range; AppFlow rejects one with a single end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    /// The smallest.
    pub min_range: i64,
    /// The largest.
    pub max_range: i64,
}

/// How a field can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadOperationProperty {
    /// It may be selected.
    pub is_retrievable: Option<bool>,
    /// It may be null. If false, a null fails the flow.
    pub is_nullable: Option<bool>,
    /// It may appear in filters.
    pub is_queryable: Option<bool>,
    /// It may drive incremental pulls.
    pub is_timestamp_field_for_incremental_queries: Option<bool>,
}

/// How a field can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteOperationProperty {
    /// It may be set by an insert.
    pub is_creatable: Option<bool>,
    /// It may be set by an update.
    pub is_updatable: Option<bool>,
    /// It may be set by an upsert.
    pub is_upsertable: Option<bool>,
    /// It may be null. If false, a null fails the flow.
    pub is_nullable: Option<bool>,
    /// The destination fills it when it is absent.
    pub is_defaulted_on_create: Option<bool>,
    /// The operations for which it may identify records.
    pub supported_write_operations: Option<Vec<WriteOperationType>>,
}

/// Operators: those of filters, and those that AppFlow itself applies to records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum Operator {
    Projection,
    LessThan,
    GreaterThan,
    Between,
    LessThanOrEqualTo,
    GreaterThanOrEqualTo,
    EqualTo,
    Contains,
    NotEqualTo,
    Addition,
    Subtraction,
    Multiplication,
    Division,
    MaskAll,
    #[serde(rename = "MASK_FIRST_N")]
    MaskFirstN,
    #[serde(rename = "MASK_LAST_N")]
    MaskLastN,
    ValidateNonNull,
    ValidateNonZero,
    ValidateNonNegative,
    ValidateNumeric,
    NoOp,
}

impl Operator {
    /// The spelling on the wire, which is also how people are told about it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Projection => "PROJECTION",
            Self::LessThan => "LESS_THAN",
            Self::GreaterThan => "GREATER_THAN",
            Self::Between => "BETWEEN",
            Self::LessThanOrEqualTo => "LESS_THAN_OR_EQUAL_TO",
            Self::GreaterThanOrEqualTo => "GREATER_THAN_OR_EQUAL_TO",
            Self::EqualTo => "EQUAL_TO",
            Self::Contains => "CONTAINS",
            Self::NotEqualTo => "NOT_EQUAL_TO",
            Self::Addition => "ADDITION",
            Self::Subtraction => "SUBTRACTION",
            Self::Multiplication => "MULTIPLICATION",
            Self::Division => "DIVISION",
            Self::MaskAll => "MASK_ALL",
            Self::MaskFirstN => "MASK_FIRST_N",
            Self::MaskLastN => "MASK_LAST_N",
            Self::ValidateNonNull => "VALIDATE_NON_NULL",
            Self::ValidateNonZero => "VALIDATE_NON_ZERO",
            Self::ValidateNonNegative => "VALIDATE_NON_NEGATIVE",
            Self::ValidateNumeric => "VALIDATE_NUMERIC",
            Self::NoOp => "NO_OP",
        }
    }
}

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum WriteOperationType {
    Insert,
    Update,
    Upsert,
    Delete,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operator_names_are_their_wire_spelling() {
        use Operator::*;
        let all = [
            Projection,
            LessThan,
            GreaterThan,
            Between,
            LessThanOrEqualTo,
            GreaterThanOrEqualTo,
            EqualTo,
            Contains,
            NotEqualTo,
            Addition,
            Subtraction,
            Multiplication,
            Division,
            MaskAll,
            MaskFirstN,
            MaskLastN,
            ValidateNonNull,
            ValidateNonZero,
            ValidateNonNegative,
            ValidateNumeric,
            NoOp,
        ];
        for operator in all {
            let wire = serde_json::to_value(operator).unwrap();
            assert_eq!(wire, operator.name());
        }
    }
}
