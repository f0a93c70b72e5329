//! Entities and fields: the description of its data that a connector gives AppFlow.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// The name in flows: at most 128 characters, no white space.
    pub entity_identifier: String,
    /// True if further entities live under this one. AppFlow rejects an answer without this key.
    pub has_nested_entities: bool,
    /// True if the entity can be a destination. AppFlow takes an absent key for true.
    #[serde(default)]
    pub is_writable: bool,
    /// The name that the console shows: at most 128 characters.
    pub label: Option<String>,
    /// A description of the entity: at most 1,024 characters of the public API's description pattern.
    pub description: Option<String>,
    /// Properties that AppFlow hands back to the connector on later calls.
    #[serde(default)]
    pub custom_properties: Option<BTreeMap<String, String>>,
}

/// An entity and its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityDefinition {
    /// The entity.
    pub entity: Entity,
    /// The fields of the entity.
    #[serde(default)]
    pub fields: Vec<FieldDefinition>,
    /// Properties that AppFlow hands back to the connector on later calls.
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
    /// A description of the field: at most 1,024 characters of the public API's description pattern.
    #[serde(default)]
    pub description: Option<String>,
    /// True if the field identifies a record.
    #[serde(default)]
    pub is_primary_key: Option<bool>,
    /// The default value. Sources do not use it.
    #[serde(default)]
    pub default_value: Option<String>,
    /// True if flows should stop using the field.
    #[serde(default)]
    pub is_deprecated: Option<bool>,
    /// Limits of its values.
    #[serde(default)]
    pub constraints: Option<FieldConstraints>,
    /// The ways in which the field can be read; give them for every field of a source.
    #[serde(default)]
    pub read_properties: Option<ReadOperationProperty>,
    /// The ways in which the field can be written; give them for every field of a destination.
    #[serde(default)]
    pub write_properties: Option<WriteOperationProperty>,
    /// The operators that AppFlow offers for the field. Never null: AppFlow's reader rejects that.
    #[serde(default)]
    pub filter_operators: Vec<Operator>,
    /// Properties that AppFlow hands back to the connector on later calls.
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
    /// The smallest value.
    pub min_range: i64,
    /// The largest value.
    pub max_range: i64,
}

/// The ways in which a field can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadOperationProperty {
    /// True if the field may be selected.
    pub is_retrievable: Option<bool>,
    /// True if the field may be null. If false, a null fails the flow.
    pub is_nullable: Option<bool>,
    /// True if the field may appear in filters.
    pub is_queryable: Option<bool>,
    /// True if the field may be the timestamp of incremental flows.
    pub is_timestamp_field_for_incremental_queries: Option<bool>,
}

/// The ways in which a field can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteOperationProperty {
    /// True if an insert may set the field.
    pub is_creatable: Option<bool>,
    /// True if an update may set the field.
    pub is_updatable: Option<bool>,
    /// True if an upsert may set the field.
    pub is_upsertable: Option<bool>,
    /// True if the field may be null. If false, a null fails the flow.
    pub is_nullable: Option<bool>,
    /// True if the destination fills the field when it is absent.
    pub is_defaulted_on_create: Option<bool>,
    /// The operations for which the field may identify records.
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
    /// Returns the spelling on the wire, which is also the spelling in texts for people.
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

/// The kind of a write.
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
