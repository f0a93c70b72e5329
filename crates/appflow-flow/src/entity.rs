//! Checks what a flow names: the entity of a connection, and the fields of one.

use crate::refusal::{Refusal, suggestion};
use appflow_connector::entity::{Entity, EntityDefinition, FieldDefinition};

/// Checks that a connection has an entity.
///
/// # Errors
///
/// [`Refusal`] with the nearest name.
pub fn check_entity(name: &str, entities: &[Entity]) -> Result<(), Refusal> {
    let names = || entities.iter().map(|entity| entity.entity_identifier.as_str());
    if names().any(|known| known == name) {
        return Ok(());
    }
    let near = suggestion(name, names());
    Err(Refusal::new(format!("the connector has no entity `{name}`{near}")))
}

/// Finds a field; `who` names it.
pub(crate) fn field<'a>(
    who: &str,
    name: &str,
    definition: &'a EntityDefinition,
) -> Result<&'a FieldDefinition, Refusal> {
    let found = definition.fields.iter().find(|field| field.field_name == name);
    found.ok_or_else(|| {
        let near =
            suggestion(name, definition.fields.iter().map(|field| field.field_name.as_str()));
        let entity = &definition.entity.entity_identifier;
        Refusal::new(format!("{who}: {entity} has no field `{name}`{near}"))
    })
}

/// Says whether records have the field, which some have in filters only.
pub(crate) fn is_retrievable(field: &FieldDefinition) -> bool {
    let properties = field.read_properties;
    properties.and_then(|properties| properties.is_retrievable).unwrap_or(true)
}
