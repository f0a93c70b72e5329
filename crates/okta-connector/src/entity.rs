//! An entity as it is described: an object of the catalogue and its fields, by number.
//!
//! Queries, plans and layouts name a field by its [`FieldId`], so that a field need not be a row of
//! the catalogue, two fields are told apart by a number, and a look-up while records are tested takes
//! one step.

use crate::catalogue::{Field, OBJECTS, Object};
use crate::error::Error;
use crate::withheld::{Path, Withheld, secrets};
use std::ops::Index;
use std::sync::Arc;

/// The number of a field in its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(u16);

impl FieldId {
    /// Returns the number, for tables that are indexed by it.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The source of the knowledge of an org's own attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KnownFrom {
    /// Nothing was asked: the fields are those of the catalogue.
    #[default]
    Catalogue,
    /// The schemas, so that there are no others.
    Schemas,
    /// A sample of records, since the schemas may not be read.
    Sample,
}

/// An object and its fields.
#[derive(Clone, Debug)]
pub struct Entity {
    /// The object.
    pub object: Object,
    /// The attributes that the org adds, behind the rows of the catalogue.
    custom: Arc<[Field]>,
    /// The numbers of these, sorted by their names: there may be thousands.
    by_name: Arc<[FieldId]>,
    /// The source of that knowledge.
    known_from: KnownFrom,
    /// The paths of the record that the deployment withholds.
    withheld: Vec<Path>,
}

impl Entity {
    /// Describes an object by the rows of the catalogue alone.
    pub fn fixed(object: &Object) -> Self {
        let (custom, by_name) = (Arc::default(), Arc::default());
        let (known_from, withheld) = (KnownFrom::Catalogue, secrets(object));
        Self { object: *object, custom, by_name, known_from, withheld }
    }

    /// Adds attributes of the org behind the fixed fields.
    pub(crate) fn with(self, custom: Arc<[Field]>, known_from: KnownFrom) -> Self {
        let mut entity = Self { custom, known_from, ..self };
        let mut by_name: Vec<_> =
            entity.all().map(|(id, _)| id).filter(|id| entity.is_custom(*id)).collect();
        by_name.sort_by(|left, right| entity[*left].name.cmp(&entity[*right].name));
        entity.by_name = by_name.into();
        entity
    }

    /// Says whether a field is an attribute that the org has added.
    pub fn is_custom(&self, id: FieldId) -> bool {
        id.index() >= self.object.fields.len()
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
        let mut entity = Self::fixed(object);
        entity.withheld.extend(withheld.of(object));
        Ok(entity)
    }

    /// Returns the fields that are offered with their numbers, in the order in which the console shows them.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        self.all().filter(|(_, field)| !self.withholds(field))
    }

    /// Finds the field that AppFlow calls `name`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` if there is none, or if it is withheld. The message says which name is nearest, and where all
    /// are known lists the fields that are `wanted`.
    pub(crate) fn named(
        &self,
        name: &str,
        wanted: (&str, impl Fn(&Field) -> bool),
    ) -> Result<FieldId, Error> {
        match self.field(name) {
            Some(id) if !self.withholds(&self[id]) => Ok(id),
            Some(_) => Err(Error::invalid(format!(
                "{} of {} is withheld by the deployment of this connector",
                name, self.object.name
            ))),
            None => {
                let (which, is_wanted) = wanted;
                let fields = self.fields().map(|(_, field)| field).filter(|field| is_wanted(field));
                let names: Vec<_> = fields.map(|field| &*field.name).collect();
                let found = if name.is_empty() { "without a name" } else { name };
                let object = self.object.name;
                let nearest = nearest(name, &names);
                let nearest = nearest
                    .map_or_else(String::new, |nearest| format!(". The nearest name is {nearest}"));
                Err(Error::invalid(match (self.known_from, nearest) {
                    (KnownFrom::Catalogue, nearest) => {
                        let names = names.join(" ");
                        format!("{object} has no field {found}{nearest}. {which} are {names}")
                    }
                    (KnownFrom::Schemas, nearest) => {
                        format!("{object} has no field {found} in this org{nearest}")
                    }
                    (KnownFrom::Sample, nearest) => format!(
                        "{object} has no field {found} in the records that were looked at{nearest}. Let the \
                         connection read the schemas - the scope is {} - to use attributes that few have",
                        self.object.schemas.map_or("", |schemas| schemas.scope)
                    ),
                }))
            }
        }
    }

    /// Says whether `name` may be one of an attribute that the org had when a flow was made: it is none of the fields, and
    /// the org's attributes were looked at.
    pub(crate) fn may_have_lost(&self, name: &str) -> bool {
        self.known_from != KnownFrom::Catalogue && self.field(name).is_none()
    }

    /// Finds a field by its name, also where it is withheld: for use inside the connector.
    pub(crate) fn field(&self, name: &str) -> Option<FieldId> {
        let fixed = self.object.fields.iter().position(|field| field.name == name);
        if let Some(fixed) = fixed.and_then(|index| u16::try_from(index).ok()) {
            return Some(FieldId(fixed));
        }
        let place = self.by_name.binary_search_by(|id| (*self[*id].name).cmp(name)).ok()?;
        Some(self.by_name[place])
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
        self.object.fields.len() + self.custom.len()
    }

    fn all(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        (0..=u16::MAX).map(FieldId).zip(self.object.fields.iter().chain(self.custom.iter()))
    }

    fn withholds(&self, field: &Field) -> bool {
        self.withheld.iter().any(|path| path.covers(field))
    }
}

/// Returns the one of `names` that is most like `name`; none if none is like it at all.
pub fn nearest<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    const LONGEST: usize = 128;
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    const LEAST: f64 = 0.5;
    let likeness = |other: &str| {
        let [name, other] = [name, other].map(str::to_ascii_lowercase);
        strsim::normalized_damerau_levenshtein(&name, &other)
    };
    let rated = names.iter().map(|other| (likeness(other), *other));
    let nearest = rated.filter(|(likeness, _)| *likeness >= LEAST);
    let nearest = nearest.max_by(|(left, _), (right, _)| left.total_cmp(right));
    nearest.map(|(_, nearest)| nearest)
}

impl Index<FieldId> for Entity {
    type Output = Field;

    fn index(&self, id: FieldId) -> &Field {
        let fixed = self.object.fields;
        fixed.get(id.index()).unwrap_or_else(|| &self.custom[id.index() - fixed.len()])
    }
}
