//! An entity as it is described: an object of the catalogue and its fields, by number.
//!
//! Queries, plans and layouts name a field by its [`FieldId`], so that a field need not be a row of
//! the catalogue, two fields are told apart by a number, and a look-up while records are tested takes
//! one step.

use crate::catalogue::{Field, OBJECTS, Object};
use crate::error::Error;
use crate::withheld::{Path, Withheld};
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
    /// The paths of the record that the deployment withholds.
    withheld: Vec<Path>,
}

impl Entity {
    /// Describes an object by the rows of the catalogue alone.
    pub fn fixed(object: &Object) -> Self {
        Self { object: *object, fields: Cow::Borrowed(object.fields), withheld: Vec::new() }
    }

    /// Finds the entity that AppFlow calls `name`, without what is withheld of it.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` if there is none; it lists those that there are.
    pub fn find(name: &str, withheld: &Withheld) -> Result<Self, Error> {
        let object = Object::find(name).ok_or_else(|| {
            let names: Vec<_> = OBJECTS.iter().map(|object| object.name).collect();
            Error::invalid(format!("Unknown entity {name}. Expected one of {}", names.join(" ")))
        })?;
        Ok(Self { withheld: withheld.of(object), ..Self::fixed(object) })
    }

    /// Returns the fields that are offered with their numbers, in the order in which the console shows them.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        self.all().filter(|(_, field)| !self.withholds(field))
    }

    /// Finds the field that AppFlow calls `name`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` if there is none, or if it is withheld. `wanted` says which fields the message lists.
    pub(crate) fn named(
        &self,
        name: &str,
        wanted: (&str, impl Fn(&Field) -> bool),
    ) -> Result<FieldId, Error> {
        let found = self.all().find(|(_, field)| field.name == name);
        match found {
            Some((id, field)) if !self.withholds(field) => Ok(id),
            Some(_) => Err(Error::invalid(format!(
                "{} of {} is withheld by the deployment of this connector",
                name, self.object.name
            ))),
            None => {
                let (which, is_wanted) = wanted;
                let fields = self.fields().map(|(_, field)| field).filter(|field| is_wanted(field));
                let names: Vec<_> = fields.map(|field| &*field.name).collect();
                let found = if name.is_empty() { "without a name" } else { name };
                Err(Error::invalid(format!(
                    "{} has no field {found}. {which} are {}",
                    self.object.name,
                    names.join(" ")
                )))
            }
        }
    }

    /// Finds a field by its name, also where it is withheld: for use inside the connector.
    pub(crate) fn field(&self, name: &str) -> Option<FieldId> {
        self.all().find(|(_, field)| field.name == name).map(|(id, _)| id)
    }

    /// Returns the primary key.
    pub fn key(&self) -> FieldId {
        let key = &self.object.key().name;
        self.field(key).expect("the rows of the catalogue are among the fields")
    }

    /// Returns the paths inside the value of a field that are withheld.
    pub(crate) fn withheld_inside(&self, id: FieldId) -> Vec<Path> {
        self.withheld.iter().filter_map(|path| path.inside(&self[id])).collect()
    }

    /// Returns how many fields there are.
    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    fn all(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        (0..=u16::MAX).map(FieldId).zip(self.fields.iter())
    }

    fn withholds(&self, field: &Field) -> bool {
        self.withheld.iter().any(|path| path.covers(field))
    }
}

impl Index<FieldId> for Entity {
    type Output = Field;

    fn index(&self, id: FieldId) -> &Field {
        &self.fields[id.index()]
    }
}
