//! An object as one org has it: its fixed fields, and behind them the custom attributes.

use super::attributes::learn;
use super::fields::{FieldRow, fields};
use okta_simulator::Org;

/// An object and its fields.
#[derive(Debug, Clone)]
pub(crate) struct Entity {
    pub(crate) name: String,
    pub(crate) fields: Vec<FieldRow>,
}

impl Entity {
    /// Makes an object with the fields that it has in every org.
    pub(crate) fn fixed(name: &str) -> Self {
        Self { name: name.to_owned(), fields: fields(name) }
    }

    /// Makes an object with the fields that it has in this org.
    pub(crate) fn of(name: &str, org: &Org) -> Self {
        let mut entity = Self::fixed(name);
        let custom = learn(name, &entity.fields, org);
        entity.fields.extend(custom);
        entity
    }

    /// Returns one field.
    pub(crate) fn field(&self, name: &str) -> &FieldRow {
        let found = self.fields.iter().find(|row| row.name == name);
        found.unwrap_or_else(|| panic!("{} has no field {name}", self.name))
    }
}
