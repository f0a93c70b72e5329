//! Turns a record of the connector, an object with fields, into a row of columns.
//!
//! AppFlow does not say in which order it does things. Here the values of the source are looked at first (`Validate`), then cut
//! and hidden (`Truncate`, `Mask`), then put together (`Arithmetic`, `Merge`), so that what is hidden is hidden wherever it goes.

use crate::cast::{cast, number, text};
use crate::column::{Column, DataType, Row};
use crate::definition::Flow;
use crate::entity::{field, is_retrievable};
use crate::refusal::Refusal;
use crate::task::{
    ArithmeticTask, Hides, MapTask, MaskTask, MergePart, MergeTask, Task, ValidateTask,
    ValidationAction,
};
use appflow_connector::entity::{EntityDefinition, Operator};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// The way from records to rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Transform {
    validations: Vec<ValidateTask>,
    changes: Vec<Change>,
    made: Vec<Made>,
    /// A source and two types for each column.
    mappings: Vec<Mapping>,
    columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq)]
enum Change {
    Truncate(String, usize),
    Mask(MaskTask),
}

/// A field that the source does not have.
#[derive(Clone, Debug, PartialEq)]
enum Made {
    Sum(ArithmeticTask),
    Text(MergeTask),
}

#[derive(Clone, Debug, PartialEq)]
struct Mapping {
    source: String,
    from: DataType,
    to: DataType,
}

/// A record that cannot be passed on, which ends the run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It does not meet a demand of the flow that no record may fail.
    #[error(
        "record {record}: {field} is {found}, and the flow's {operator} with DropDataset fails the run"
    )]
    Invalid {
        /// The number of the record in the run, from 1.
        record: u64,
        /// The field.
        field: String,
        /// The value, shortened.
        found: String,
        /// The demand.
        operator: &'static str,
    },
    /// A value is not of the type of its column, or not what a calculation takes.
    #[error("record {record}: {field} is {found}: expected {expected}")]
    Value {
        /// The number of the record in the run, from 1.
        record: u64,
        /// The field.
        field: String,
        /// The value, shortened.
        found: String,
        /// The type that is expected.
        expected: String,
    },
}

impl Transform {
    /// Works out what the tasks of a flow do with the records of an entity.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of a task that does not fit the entity, or another task.
    pub fn new(flow: &Flow, definition: &EntityDefinition) -> Result<Self, Refusal> {
        let mut transform = Self {
            validations: Vec::new(),
            changes: Vec::new(),
            made: Vec::new(),
            mappings: Vec::new(),
            columns: Vec::new(),
        };
        // The types of what may be mapped: fields as they are after the changes, and what is made of them.
        let mut types = BTreeMap::new();
        for field in definition.fields.iter().filter(|field| is_retrievable(field)) {
            types.insert(field.field_name.clone(), field.data_type);
        }
        for task in &flow.tasks {
            match task {
                Task::Validate(task) => {
                    field(&format!("the Validate of `{}`", task.field), &task.field, definition)?;
                    transform.validations.push(task.clone());
                }
                Task::Truncate(name, length) => {
                    field(&format!("the Truncate of `{name}`"), name, definition)?;
                    types.insert(name.clone(), DataType::String);
                    transform.changes.push(Change::Truncate(name.clone(), *length));
                }
                Task::Mask(task) => {
                    field(&format!("the Mask of `{}`", task.field), &task.field, definition)?;
                    types.insert(task.field.clone(), DataType::String);
                    transform.changes.push(Change::Mask(task.clone()));
                }
                Task::Project(_)
                | Task::Filter(_)
                | Task::Map(_)
                | Task::MapAll(_)
                | Task::Merge(_)
                | Task::Arithmetic(_)
                | Task::Partition(_) => {}
            }
        }
        // A cut keeps characters of the value, and a mask those of what was kept.
        transform.changes.sort_by_key(|change| matches!(change, Change::Mask(_)));
        let made = transform.made_of(flow, definition, &mut types)?;
        transform.map_all(flow, definition, &types)?;
        for task in &flow.tasks {
            if let Task::Map(task) = task {
                transform.map(task, definition, &types)?;
            }
        }
        // What is made and not mapped goes on under the name that it was given.
        for name in made {
            if !transform.mappings.iter().any(|mapping| mapping.source == name) {
                let task = MapTask { source: name.clone(), destination: name, data_type: None };
                transform.map(&task, definition, &types)?;
            }
        }
        if transform.columns.is_empty() {
            return Err(Refusal::new(
                "the flow maps no field: expected a task of the type `Map` or `Map_all`",
            ));
        }
        Ok(transform)
    }

    /// Returns the columns of a row.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the fields of the source that it takes, in the order in which they are first named.
    pub fn sources(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let made_of = self.made.iter().flat_map(Made::sources);
        let mapped = self.mappings.iter().map(|mapping| mapping.source.as_str());
        let mapped = mapped.filter(|name| !self.made.iter().any(|made| made.name() == *name));
        let validated = self.validations.iter().map(|task| task.field.as_str());
        for name in mapped.chain(made_of).chain(validated) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Returns the number of the column that a field of the source or a name of the destination goes into.
    pub fn column_of(&self, name: &str) -> Option<usize> {
        let by_source = self.mappings.iter().position(|mapping| mapping.source == name);
        by_source.or_else(|| self.columns.iter().position(|column| column.name == name))
    }

    /// Makes a row of a record; `None` if the flow leaves the record out.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if that fails the run. `number` is that of the record in the run, from 1.
    pub fn row(
        &self,
        mut record: Map<String, Value>,
        number: u64,
    ) -> Result<Option<Row>, RecordError> {
        for task in &self.validations {
            let value = record.get(&task.field).filter(|value| !value.is_null());
            if is_valid(task.operator, value) {
                continue;
            }
            match task.action {
                ValidationAction::DropRecord => return Ok(None),
                ValidationAction::DropDataset => {
                    return Err(RecordError::Invalid {
                        record: number,
                        field: task.field.clone(),
                        found: shown(value.unwrap_or(&Value::Null)),
                        operator: task.operator.name(),
                    });
                }
            }
        }
        for change in &self.changes {
            change.apply(&mut record);
        }
        for made in &self.made {
            if let Some(value) = made.value(&record, number)? {
                record.insert(made.name().to_owned(), value);
            }
        }
        let mappings = self.mappings.iter().zip(&self.columns);
        let values = mappings.map(|(mapping, column)| {
            let value = record.get(&mapping.source).filter(|value| !value.is_null());
            let Some(value) = value else { return Ok(None) };
            let cast = cast(value.clone(), mapping.from, mapping.to);
            cast.map(Some).ok_or_else(|| RecordError::Value {
                record: number,
                field: column.name.clone(),
                found: shown(value),
                expected: format!("{:?}", mapping.to),
            })
        });
        values.collect::<Result<_, _>>().map(Some)
    }

    /// Takes up what is made of several fields. Returns its names.
    fn made_of(
        &mut self,
        flow: &Flow,
        definition: &EntityDefinition,
        types: &mut BTreeMap<String, DataType>,
    ) -> Result<Vec<String>, Refusal> {
        let mut names = Vec::new();
        for task in &flow.tasks {
            let (made, data_type) = match task {
                Task::Arithmetic(task) => (Made::Sum(task.clone()), sum_type(task, definition)?),
                Task::Merge(task) => (Made::Text(task.clone()), DataType::String),
                _ => continue,
            };
            let who = format!("what makes `{}`", made.name());
            for name in made.sources() {
                field(&who, name, definition)?;
            }
            if types.insert(made.name().to_owned(), data_type).is_some() {
                let entity = &definition.entity.entity_identifier;
                return Err(Refusal::new(format!(
                    "{who}: {entity} has a field of that name, or another task makes one: expected another destinationField"
                )));
            }
            names.push(made.name().to_owned());
            self.made.push(made);
        }
        Ok(names)
    }

    fn map_all(
        &mut self,
        flow: &Flow,
        definition: &EntityDefinition,
        types: &BTreeMap<String, DataType>,
    ) -> Result<(), Refusal> {
        for task in &flow.tasks {
            let Task::MapAll(excluded) = task else { continue };
            for name in excluded {
                field("EXCLUDE_SOURCE_FIELDS_LIST of the Map_all", name, definition)?;
            }
            for field in definition.fields.iter().filter(|field| is_retrievable(field)) {
                let name = &field.field_name;
                if !excluded.contains(name) {
                    let (source, destination) = (name.clone(), name.clone());
                    self.map(&MapTask { source, destination, data_type: None }, definition, types)?;
                }
            }
        }
        Ok(())
    }

    fn map(
        &mut self,
        task: &MapTask,
        definition: &EntityDefinition,
        types: &BTreeMap<String, DataType>,
    ) -> Result<(), Refusal> {
        let MapTask { source, destination, data_type } = task;
        let who = format!("the Map of `{source}`");
        let Some(&from) = types.get(source) else {
            // It is no field, or one that records do not have.
            field(&who, source, definition)?;
            return Err(Refusal::new(format!(
                "{who}: the field exists in filters only: expected one that records have"
            )));
        };
        if self.columns.iter().any(|column| column.name == *destination) {
            return Err(Refusal::new(format!(
                "{who}: another field goes into `{destination}` already: expected another destinationField"
            )));
        }
        let to = data_type.unwrap_or(from);
        self.mappings.push(Mapping { source: source.clone(), from, to });
        self.columns.push(Column { name: destination.clone(), data_type: to });
        Ok(())
    }
}

/// Returns the type of what two fields come to, which both have to be numbers.
fn sum_type(task: &ArithmeticTask, definition: &EntityDefinition) -> Result<DataType, Refusal> {
    let who = format!("the Arithmetic of `{}` and `{}`", task.operands[0], task.operands[1]);
    let mut is_whole = task.operator != Operator::Division;
    for name in &task.operands {
        match field(&who, name, definition)?.data_type {
            DataType::Short | DataType::Integer | DataType::Long | DataType::BigInteger => {}
            DataType::Float | DataType::Double | DataType::BigDecimal => is_whole = false,
            other => {
                return Err(Refusal::new(format!(
                    "{who}: `{name}` is a {other:?}: expected a number"
                )));
            }
        }
    }
    Ok(if is_whole { DataType::Long } else { DataType::Double })
}

/// Says whether a value meets a demand. Whether it may be missing is for `VALIDATE_NON_NULL` alone to say.
fn is_valid(operator: Operator, value: Option<&Value>) -> bool {
    let Some(value) = value else { return operator != Operator::ValidateNonNull };
    match operator {
        Operator::ValidateNonZero => number(value).is_some_and(|number| number != 0.0),
        Operator::ValidateNonNegative => number(value).is_some_and(|number| number >= 0.0),
        Operator::ValidateNumeric => number(value).is_some(),
        _ => true,
    }
}

impl Change {
    fn apply(&self, record: &mut Map<String, Value>) {
        let (Self::Truncate(field, _) | Self::Mask(MaskTask { field, .. })) = self;
        let Some(value) = record.get_mut(field).filter(|value| !value.is_null()) else { return };
        let before = text(value);
        let after = match self {
            Self::Truncate(_, length) => before.chars().take(*length).collect(),
            Self::Mask(task) => masked(&before, task),
        };
        *value = Value::String(after);
    }
}

fn masked(text: &str, task: &MaskTask) -> String {
    let length = text.chars().count();
    let (hidden, kept_before, kept_after) = match task.hides {
        Hides::All(shown) => (shown.unwrap_or(length), 0, 0),
        Hides::First(count) => (count.min(length), 0, length.saturating_sub(count)),
        Hides::Last(count) => (count.min(length), length.saturating_sub(count), 0),
    };
    let before = text.chars().take(kept_before);
    let after = text.chars().skip(length - kept_after);
    before.chain(task.mask.repeat(hidden).chars()).chain(after).collect()
}

impl Made {
    fn name(&self) -> &str {
        match self {
            Self::Sum(task) => &task.destination,
            Self::Text(task) => &task.destination,
        }
    }

    fn sources(&self) -> Vec<&str> {
        match self {
            Self::Sum(task) => task.operands.iter().map(String::as_str).collect(),
            Self::Text(task) => {
                let fields = task.parts.iter().filter_map(|part| match part {
                    MergePart::Field(name) => Some(name.as_str()),
                    MergePart::Text(_) => None,
                });
                fields.collect()
            }
        }
    }

    fn value(
        &self,
        record: &Map<String, Value>,
        number: u64,
    ) -> Result<Option<Value>, RecordError> {
        let value_of = |name: &str| record.get(name).filter(|value| !value.is_null());
        match self {
            Self::Sum(task) => {
                let [Some(first), Some(second)] =
                    task.operands.each_ref().map(|name| value_of(name))
                else {
                    return Ok(None);
                };
                let sum = calculate(task.operator, first, second);
                sum.map(Some).ok_or_else(|| RecordError::Value {
                    record: number,
                    field: task.destination.clone(),
                    found: format!(
                        "{} of {} and {}",
                        task.operator.name(),
                        shown(first),
                        shown(second)
                    ),
                    expected: "a number that a column can hold".to_owned(),
                })
            }
            Self::Text(task) => {
                let parts = task.parts.iter().map(|part| match part {
                    MergePart::Text(text) => text.clone(),
                    MergePart::Field(name) => value_of(name).map(text).unwrap_or_default(),
                });
                Ok(Some(Value::String(parts.collect())))
            }
        }
    }
}

/// Calculates exactly where both are whole, and in floating point where not.
fn calculate(operator: Operator, first: &Value, second: &Value) -> Option<Value> {
    if let (Some(first), Some(second)) = (first.as_i64(), second.as_i64()) {
        let exact = match operator {
            Operator::Addition => Some(first.checked_add(second)),
            Operator::Subtraction => Some(first.checked_sub(second)),
            Operator::Multiplication => Some(first.checked_mul(second)),
            _ => None,
        };
        if let Some(exact) = exact {
            return exact.map(Value::from);
        }
    }
    let (first, second) = (number(first)?, number(second)?);
    let result = match operator {
        Operator::Addition => first + second,
        Operator::Subtraction => first - second,
        Operator::Multiplication => first * second,
        _ => first / second,
    };
    Number::from_f64(result).map(Value::Number)
}

/// Shows a value, as much of it as a sentence has room for.
fn shown(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
