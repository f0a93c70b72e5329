//! An oracle for filters: the meaning of a filter on a record, evaluated by brute force.
//!
//! It shares nothing with the connector but names, types and places of fields, and these only for
//! objects that the AWS-managed connector does not have, so that the two can disagree. The tree of
//! an expression is never parsed here: it is made at random, evaluated as it stands, and printed in
//! one of its many spellings for the connector to read.
//!
//! * `fields`: the fixed fields of each object, and the conditions that may be asked of them.
//! * `attributes`: the custom attributes of an org, learned from its schemas.
//! * `entity`: an object with all its fields.
//! * `expr`: the tree, and its spellings.
//! * `meaning`: the truth of a tree on a record, and the record that is delivered.
//! * `generate`: random filters, selections and assignments.

mod attributes;
mod decimal;
mod entity;
mod expr;
mod fields;
mod generate;
mod instant;
mod meaning;
mod overlap;
#[cfg(test)]
mod tests;

pub(crate) use decimal::Decimal;
pub(crate) use entity::Entity;
pub(crate) use expr::{Assignment, Expr, Filter, Literal};
pub(crate) use fields::{Comparison, FieldRow, Kind, Operator, field, fields};
pub(crate) use generate::{arb_assignment, arb_filter, arb_selection};
pub(crate) use instant::Instant;
pub(crate) use meaning::{evaluate, expected_record, matches};
pub(crate) use overlap::reaches_back;
