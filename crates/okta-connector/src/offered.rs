//! The entities that a deployment offers: they are listed, described and asked consent for.

use crate::catalogue::{OBJECTS, Object};
use crate::error::Error;
use std::fmt;

/// A choice of entities.
#[derive(Clone, Debug)]
pub struct Offered {
    objects: Vec<&'static Object>,
}

/// A name that is none of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEntity(String);

impl fmt::Display for UnknownEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = OBJECTS.iter().map(|object| object.name).collect();
        write!(f, "{:?} is no entity, expected {EVERYTHING} or some of {}", self.0, names.join(" "))
    }
}

impl std::error::Error for UnknownEntity {}

/// The word for all entities.
const EVERYTHING: &str = "*";

impl Default for Offered {
    /// Offers what most people move, and what needs no scope beyond those of the objects that AWS's own connector has.
    fn default() -> Self {
        Self { objects: OBJECTS.into_iter().filter(|object| object.by_default).collect() }
    }
}

impl Offered {
    /// Offers everything.
    pub fn everything() -> Self {
        Self { objects: OBJECTS.to_vec() }
    }

    /// Reads names with commas between them; `*` stands for all, and no name for the default.
    ///
    /// # Errors
    ///
    /// The first name that is none of an entity.
    pub fn parse(names: &str) -> Result<Self, UnknownEntity> {
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names: Vec<_> = names.collect();
        if names.is_empty() {
            return Ok(Self::default());
        }
        let mut offered = Self { objects: Vec::new() };
        for name in &names {
            match (*name, Object::find(name)) {
                (EVERYTHING, _) => return Ok(Self::everything()),
                (_, Some(_)) => {}
                (name, None) => return Err(UnknownEntity(name.to_owned())),
            }
        }
        offered.objects.extend(OBJECTS.into_iter().filter(|object| names.contains(&object.name)));
        Ok(offered)
    }

    /// Returns the objects, in the order of their names.
    pub fn objects(&self) -> impl Iterator<Item = &'static Object> {
        self.objects.iter().copied()
    }

    /// Returns the scopes that read them and the schemas that define their attributes, each once.
    pub fn scopes(&self) -> Vec<&'static str> {
        let mut scopes = Vec::new();
        let of_schemas = self.objects().filter_map(|object| Some(object.schemas?.scope));
        for scope in self.objects().flat_map(Object::scopes).chain(of_schemas) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        scopes
    }

    /// Checks that an entity is offered. One that there is not is another matter.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` that says what to do.
    pub(crate) fn check(&self, name: &str) -> Result<(), Error> {
        if Object::find(name).is_none() || self.objects().any(|object| object.name == name) {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "{name} is not among the entities that this deployment offers. Add it to the stack parameter Entities"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<&'static str>, String> {
        let offered = Offered::parse(text).map_err(|error| error.to_string())?;
        Ok(offered.objects().map(|object| object.name).collect())
    }

    #[test]
    fn choices() {
        let default = "Application ApplicationGroup ApplicationUser Device Group GroupMember GroupRule GroupSchemaAttribute User UserSchemaAttribute UserType";
        let rows: [(&str, &str); 4] = [
            ("", default),
            (" , ", default),
            ("User,Group", "Group User"),
            (" Realm , Realm ", "Realm"),
        ];
        for (text, expected) in rows {
            assert_eq!(names(text).unwrap().join(" "), expected, "{text}");
        }
        for text in ["*", "User, *"] {
            assert_eq!(names(text).unwrap().len(), OBJECTS.len(), "{text}");
        }
        for text in ["user", "User,Nobody", "User Group"] {
            let error = names(text).unwrap_err();
            assert!(error.contains("is no entity") && error.contains("UserType"), "{error}");
        }
    }

    #[test]
    fn the_default_asks_for_the_scopes_of_the_oldest_objects() {
        let expected = [
            "okta.apps.read",
            "okta.devices.read",
            "okta.groups.read",
            "okta.users.read",
            "okta.schemas.read",
            "okta.userTypes.read",
        ];
        assert_eq!(Offered::default().scopes(), expected);
        assert!(Offered::everything().scopes().len() > 15);
    }
}
