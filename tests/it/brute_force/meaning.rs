//! The meaning of a filter on one record, and the form in which the record must be delivered.
//!
//! SQL's three-valued logic: `Some(true)`, `Some(false)`, and `None` for unknown. Plain on purpose;
//! nothing here knows what Okta can evaluate.

use serde_json::{Map, Value};

use super::decimal::Decimal;
use super::entity::Entity;
use super::expr::{Assignment, Expr, Literal};
use super::fields::{Comparison, FieldRow, Kind};
use super::instant::Instant;
use super::overlap::begun_earlier;
use crate::happenings::{OVERLAP, is_of_log};

/// Says whether a record passes: only true does. Windows of the log begin earlier, as they do unless a flow says
/// otherwise.
pub(crate) fn matches(expr: &Expr, record: &Value, entity: &Entity) -> bool {
    if is_of_log(&entity.name) {
        return evaluate(&begun_earlier(expr, OVERLAP), record, entity) == Some(true);
    }
    evaluate(expr, record, entity) == Some(true)
}

/// Returns the truth of an expression on a record.
pub(crate) fn evaluate(expr: &Expr, record: &Value, entity: &Entity) -> Option<bool> {
    let of = |expr: &Expr| evaluate(expr, record, entity);
    let compared = |name: &str, comparison, literal: &Literal| {
        compare(entity.field(name), record, comparison, literal)
    };
    match expr {
        Expr::And(left, right) => and(of(left), of(right)),
        Expr::Or(left, right) => or(of(left), of(right)),
        Expr::Not(inner) => not(of(inner)),
        Expr::Compare { field, comparison, literal } => compared(field, *comparison, literal),
        Expr::Contains { field: name, literal } => contains(entity.field(name), record, literal),
        Expr::Between { field, low, high } => and(
            compared(field, Comparison::GreaterOrEqual, low),
            compared(field, Comparison::LessOrEqual, high),
        ),
        Expr::In { field, literals } => literals
            .iter()
            .map(|literal| compared(field, Comparison::Equal, literal))
            .fold(Some(false), or),
    }
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn not(inner: Option<bool>) -> Option<bool> {
    inner.map(|truth| !truth)
}

fn compare(
    field: &FieldRow,
    record: &Value,
    comparison: Comparison,
    literal: &Literal,
) -> Option<bool> {
    let value = field.value(record);
    match (literal, comparison) {
        (Literal::Null, Comparison::Equal) => Some(value.is_none()),
        (Literal::Null, Comparison::NotEqual) => Some(value.is_some()),
        (Literal::Null, _) => None,
        (Literal::Text(literal), _) => {
            let text = folded(field, value?.as_str()?);
            Some(holds(comparison, &text, &folded(field, literal)))
        }
        (Literal::Instant(literal), _) => {
            let instant = Instant::read(&value?)?;
            Some(holds(comparison, &instant, literal))
        }
        (Literal::Number(literal), _) => {
            let number = Decimal::parse(&value?.as_number()?.to_string())?;
            Some(holds(comparison, &number, literal))
        }
        (Literal::Boolean(literal), _) => Some(holds(comparison, &value?.as_bool()?, literal)),
    }
}

fn holds<T: Ord>(comparison: Comparison, value: &T, literal: &T) -> bool {
    match comparison {
        Comparison::Equal => value == literal,
        Comparison::NotEqual => value != literal,
        Comparison::Less => value < literal,
        Comparison::LessOrEqual => value <= literal,
        Comparison::Greater => value > literal,
        Comparison::GreaterOrEqual => value >= literal,
    }
}

fn contains(field: &FieldRow, record: &Value, literal: &Literal) -> Option<bool> {
    let value = field.value(record)?;
    let part = match literal {
        Literal::Null => return None,
        Literal::Text(part) => folded(field, part),
        other => panic!("CONTAINS takes text, not {other:?}"),
    };
    match field.kind {
        Kind::TextList => {
            let elements: Option<Vec<_>> = value.as_array()?.iter().map(Value::as_str).collect();
            Some(elements?.into_iter().any(|element| folded(field, element) == part))
        }
        _ => Some(folded(field, value.as_str()?).contains(&part)),
    }
}

/// Returns a text as the field compares it, each character lowered by itself.
fn folded(field: &FieldRow, text: &str) -> String {
    if field.ignores_case {
        text.chars().flat_map(char::to_lowercase).collect()
    } else {
        text.to_owned()
    }
}

/// Returns the record that the connector must deliver: each selected field (all of them for `None`)
/// with the value that it shows; nothing for a value that is absent or null. A field that exists in the
/// request only carries the value that was asked for.
pub(crate) fn expected_record(
    entity: &Entity,
    record: &Value,
    selection: Option<&[String]>,
    assignment: &Assignment,
) -> Map<String, Value> {
    let selected = |row: &FieldRow| selection.is_none_or(|names| names.contains(&row.name));
    let delivered = |row: &FieldRow| {
        let value = match row.name.as_str() {
            _ if !row.is_request_only() => row.value(record).map(|value| match row.kind {
                // What is a text by its type is one as it is delivered.
                Kind::Text if !value.is_string() => value.to_string().into(),
                _ => value,
            }),
            "groupId" => assignment.group_id.clone().map(Value::from),
            "userId" => assignment.user_id.clone().map(Value::from),
            other => panic!("{other} has no path"),
        };
        Some((row.name.clone(), value?))
    };
    entity.fields.iter().filter(|row| selected(row)).filter_map(delivered).collect()
}
