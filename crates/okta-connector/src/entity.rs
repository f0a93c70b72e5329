//! An entity as it is described: an object of the catalogue and its fields, by number.
//!
//! Queries, plans and layouts name a field by its [`FieldId`], so that a field need not be a row of
//! the catalogue, two fields are told apart by a number, and a look-up while records are tested takes
//! one step.

use crate::catalogue::{Field, OBJECTS, Object};
use crate::error::Error;
use std::borrow::Cow;
use std::ops::Index;

/// The number of a field in its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(u16);

impl FieldId {
    /// Returns the number, for tables that are indexed by it.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// An object and its fields.
#[derive(Clone, Debug)]
pub struct Entity {
    /// The object.
    pub object: Object,
    fields: Cow<'static, [Field]>,
}

impl Entity {
    /// Describes an object by the rows of the catalogue alone.
    pub fn fixed(object: &Object) -> Self {
        Self { object: *object, fields: Cow::Borrowed(object.fields) }
    }

    /// Finds the entity that AppFlow calls `name`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` if there is none; it lists those that there are.
    pub fn find(name: &str) -> Result<Self, Error> {
        Object::find(name).map(Self::fixed).ok_or_else(|| {
            let names: Vec<_> = OBJECTS.iter().map(|object| object.name).collect();
            Error::invalid(format!("Unknown entity {name}. Expected one of {}", names.join(" ")))
        })
    }

    /// Returns all fields with their numbers, in the order in which the console shows them.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        (0..=u16::MAX).map(FieldId).zip(self.fields.iter())
    }

    /// Finds the field that AppFlow calls `name`.
    pub fn field(&self, name: &str) -> Option<FieldId> {
        self.fields().find(|(_, field)| field.name == name).map(|(id, _)| id)
    }

    /// Returns the primary key.
    pub fn key(&self) -> FieldId {
        let key = &self.object.key().name;
        self.field(key).expect("the rows of the catalogue are among the fields")
    }

    /// Returns how many fields there are.
    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }
}

impl Index<FieldId> for Entity {
    type Output = Field;

    fn index(&self, id: FieldId) -> &Field {
        &self.fields[id.index()]
    }
}
