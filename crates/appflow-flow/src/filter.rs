//! The filter expression of a run: the conditions of the flow, and the window of an incremental run.

use crate::column::DataType;
use crate::definition::Flow;
use crate::entity::field;
use crate::reader::instant;
use crate::refusal::{Refusal, any_of};
use crate::task::{FilterTask, Operand, Task};
use crate::window::{Window, WindowForm};
use appflow_connector::Filter;
use appflow_connector::entity::{EntityDefinition, FieldDefinition, Operator};
use appflow_connector::filter::{Comparison, Condition, Literal};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Returns the filter of a run, in the language that a connector is asked in; `window` is that of an incremental one.
///
/// # Errors
///
/// [`Refusal`] of a condition on what is no field of the entity, by an operator that the field does not offer, or with a value
/// that its type does not have.
pub fn filter(
    flow: &Flow,
    definition: &EntityDefinition,
    window: Option<Window>,
    form: WindowForm,
) -> Result<Filter, Refusal> {
    let mut conditions = Vec::new();
    for task in &flow.tasks {
        if let Task::Filter(task) = task {
            conditions.push(condition(task, definition, form)?);
        }
    }
    if let (Some(window), Some(name)) = (window, &flow.source.datetime_type_field_name) {
        timestamp_field(name, definition)?;
        conditions.extend(window_conditions(name, window, form));
    }
    let condition =
        if conditions.len() > 1 { Some(Condition::And(conditions)) } else { conditions.pop() };
    Ok(Filter { condition, limit: None })
}

/// Checks that a flow may be incremental by a field.
///
/// # Errors
///
/// [`Refusal`] with the fields by which it may.
pub(crate) fn timestamp_field(name: &str, definition: &EntityDefinition) -> Result<(), Refusal> {
    let is_offered = |field: &FieldDefinition| {
        let properties = field.read_properties;
        properties.and_then(|properties| properties.is_timestamp_field_for_incremental_queries)
            == Some(true)
    };
    let who = "incrementalPullConfig.datetimeTypeFieldName";
    if is_offered(field(who, name, definition)?) {
        return Ok(());
    }
    let offered = definition.fields.iter().filter(|field| is_offered(field));
    let offered = any_of(offered.map(|field| field.field_name.as_str()));
    let entity = &definition.entity.entity_identifier;
    Err(Refusal::new(format!(
        "{who} `{name}` is not offered for incremental runs of {entity}: expected {offered}"
    )))
}

fn window_conditions(name: &str, window: Window, form: WindowForm) -> Vec<Condition> {
    let [since, until] = [window.since, window.until].map(|time| time_literal(time, form));
    let field = name.to_owned();
    match form {
        WindowForm::Between | WindowForm::Epoch => vec![Condition::Between(field, since, until)],
        WindowForm::HalfOpen => vec![
            Condition::Compare(field.clone(), Comparison::GreaterOrEqual, since),
            Condition::Compare(field, Comparison::Less, until),
        ],
    }
}

/// Writes an instant to the millisecond, which is what AppFlow keeps.
fn time_literal(time: Timestamp, form: WindowForm) -> Literal {
    match form {
        WindowForm::Between | WindowForm::HalfOpen => Literal::DateTime(format!("{time:.3}")),
        WindowForm::Epoch => Literal::Number(time.as_millisecond().to_string()),
    }
}

fn condition(
    task: &FilterTask,
    definition: &EntityDefinition,
    form: WindowForm,
) -> Result<Condition, Refusal> {
    let who = format!("the Filter of `{}`", task.field);
    let field = field(&who, &task.field, definition)?;
    if !field.filter_operators.contains(&task.operator) {
        let offered = any_of(field.filter_operators.iter().map(|operator| operator.name()));
        let operator = task.operator.name();
        return Err(Refusal::new(format!(
            "{who}: the field does not offer {operator}: expected {offered}"
        )));
    }
    let name = || task.field.clone();
    let literal = |text: &str| {
        literal(field.data_type, text, form).ok_or_else(|| {
            Refusal::new(format!(
                "{who}: `{text}` is no {:?}: expected {}",
                field.data_type,
                form_of(field.data_type)
            ))
        })
    };
    let values = match &task.operand {
        Operand::Bounds(lower, upper) => {
            return Ok(Condition::Between(name(), literal(lower)?, literal(upper)?));
        }
        Operand::AnyOf(values) => values,
    };
    let comparison = comparison(task.operator);
    let mut conditions = Vec::new();
    for value in values {
        conditions.push(Condition::Compare(name(), comparison, literal(value)?));
    }
    Ok(match conditions.len() {
        1 => conditions.remove(0),
        _ if comparison == Comparison::NotEqual => Condition::And(conditions),
        _ => Condition::Or(conditions),
    })
}

fn comparison(operator: Operator) -> Comparison {
    match operator {
        Operator::NotEqualTo => Comparison::NotEqual,
        Operator::LessThan => Comparison::Less,
        Operator::LessThanOrEqualTo => Comparison::LessOrEqual,
        Operator::GreaterThan => Comparison::Greater,
        Operator::GreaterThanOrEqualTo => Comparison::GreaterOrEqual,
        Operator::Contains => Comparison::Contains,
        _ => Comparison::Equal,
    }
}

/// Reads the text of a value as the type of the field wants it.
fn literal(data_type: DataType, text: &str, form: WindowForm) -> Option<Literal> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    Some(match data_type {
        DataType::Short
        | DataType::Integer
        | DataType::Long
        | DataType::BigInteger
        | DataType::Float
        | DataType::Double
        | DataType::BigDecimal => {
            let unsigned = text.strip_prefix('-').unwrap_or(text);
            let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
            (is_digits(whole) && is_digits(fraction)).then(|| Literal::Number(text.to_owned()))?
        }
        DataType::Boolean => Literal::Boolean(text.to_ascii_lowercase().parse().ok()?),
        DataType::DateTime => time_literal(time(text)?, form),
        DataType::Date => {
            Literal::Date(time(text)?.to_zoned_datetime(TimeZone::UTC).date().to_string())
        }
        DataType::String
        | DataType::ByteArray
        | DataType::Struct
        | DataType::Map
        | DataType::List => Literal::Text(text.to_owned()),
    })
}

/// Reads the instant of a condition, which AppFlow keeps as milliseconds since 1970.
fn time(text: &str) -> Option<Timestamp> {
    match text.parse() {
        Ok(milliseconds) => Timestamp::from_millisecond(milliseconds).ok(),
        Err(_) => instant(text),
    }
}

fn form_of(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "true or false",
        DataType::DateTime => "milliseconds since 1970, or a text such as 2026-01-01T00:00:00Z",
        DataType::Date => "milliseconds since 1970, or a text such as 2026-01-01",
        _ => "digits",
    }
}
