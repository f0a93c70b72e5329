//! A flow that fits its entity: what is asked of the connector, and what becomes of the answers.

use crate::column::DataType;
use crate::definition::Flow;
use crate::entity::field;
use crate::filter::{self, timestamp_field};
use crate::refusal::{Refusal, any_of, suggestion};
use crate::task::Task;
use crate::transform::Transform;
use crate::window::{Window, WindowForm};
use appflow_connector::Filter;
use appflow_connector::entity::EntityDefinition;

/// A flow that fits its entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The fields that are asked for.
    pub selected: Vec<String>,
    /// The conditions that records have to fulfil.
    pub filter: Filter,
    /// The way from records to rows.
    pub transform: Transform,
    /// The columns by whose values rows are put into folders, outermost first.
    pub partition_by: Vec<usize>,
}

impl Transfer {
    /// Fits a flow to the entity that its connector describes; `window` is that of an incremental run.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of what the entity does not have, or what AppFlow would leave empty without a word.
    pub fn new(
        flow: &Flow,
        definition: &EntityDefinition,
        window: Option<Window>,
        form: WindowForm,
    ) -> Result<Self, Refusal> {
        if flow.incremental().is_some()
            && let Some(name) = &flow.source.datetime_type_field_name
        {
            timestamp_field(name, definition)?;
        }
        let transform = Transform::new(flow, definition)?;
        Ok(Self {
            selected: selected(flow, definition, &transform)?,
            filter: filter::filter(flow, definition, window, form)?,
            partition_by: partition_by(flow, definition, &transform)?,
            transform,
        })
    }
}

/// Returns the fields that are asked for: those of the projection, and with `Map_all` those that are mapped.
fn selected(
    flow: &Flow,
    definition: &EntityDefinition,
    transform: &Transform,
) -> Result<Vec<String>, Refusal> {
    let mut selected: Vec<String> = Vec::new();
    let mut is_projected = false;
    for task in &flow.tasks {
        let Task::Project(names) = task else { continue };
        is_projected = true;
        for name in names {
            field("the PROJECTION", name, definition)?;
            if !selected.contains(name) {
                selected.push(name.clone());
            }
        }
    }
    let maps_all = flow.tasks.iter().any(|task| matches!(task, Task::MapAll(_)));
    for name in transform.sources() {
        if selected.iter().any(|known| known == name) {
            continue;
        }
        if !maps_all {
            return Err(Refusal::new(match is_projected {
                true => format!(
                    "`{name}` is not in the PROJECTION, so AppFlow would leave it empty: expected it in the sourceFields of that task"
                ),
                false => "the flow has no Filter task with the operator PROJECTION, without which AppFlow leaves mapped fields \
                          empty: expected one with all of the fields in its sourceFields"
                    .to_owned(),
            }));
        }
        selected.push(name.to_owned());
    }
    Ok(selected)
}

fn partition_by(
    flow: &Flow,
    definition: &EntityDefinition,
    transform: &Transform,
) -> Result<Vec<usize>, Refusal> {
    let mut columns = Vec::new();
    for task in &flow.tasks {
        let Task::Partition(names) = task else { continue };
        if !columns.is_empty() {
            return Err(Refusal::new(
                "the flow has several Partition tasks: expected one, with all of the fields",
            ));
        }
        for name in names {
            let Some(column) = transform.column_of(name) else {
                let known = || transform.columns().iter().map(|column| column.name.as_str());
                let expected = match suggestion(name, known()) {
                    none if none.is_empty() => format!(": expected {}", any_of(known())),
                    near => near,
                };
                let is_field = definition.fields.iter().any(|field| field.field_name == *name);
                let what = if is_field { "is not mapped" } else { "is no field" };
                return Err(Refusal::new(format!(
                    "the Partition by `{name}`, which {what}{expected}"
                )));
            };
            let data_type = transform.columns()[column].data_type;
            if let DataType::Struct | DataType::Map | DataType::List = data_type {
                return Err(Refusal::new(format!(
                    "the Partition by `{name}`, which is a {data_type:?}: expected a field whose values can name a folder"
                )));
            }
            if columns.contains(&column) {
                return Err(Refusal::new(format!(
                    "the Partition by `{name}` a second time: expected each field once"
                )));
            }
            columns.push(column);
        }
    }
    Ok(columns)
}
