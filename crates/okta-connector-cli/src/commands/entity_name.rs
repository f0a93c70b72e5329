//! The name of an entity as an argument: one of the catalogue's, or a refusal that names the nearest.

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};
use okta_connector::catalogue::{OBJECTS, Object};
use okta_connector::entity::nearest;
use std::ffi::OsStr;

/// Reads the name of an entity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntityName;

impl TypedValueParser for EntityName {
    type Value = &'static Object;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        let name = value.to_string_lossy();
        if let Some(object) = Object::find(&name) {
            return Ok(object);
        }
        let names = OBJECTS.map(|object| object.name);
        let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(command);
        if let Some(argument) = argument {
            let argument = ContextValue::String(argument.to_string());
            error.insert(ContextKind::InvalidArg, argument);
        }
        error.insert(ContextKind::InvalidValue, ContextValue::String(name.clone().into_owned()));
        if let Some(nearest) = nearest(&name, &names) {
            error.insert(ContextKind::SuggestedValue, ContextValue::String(nearest.to_owned()));
        }
        let all = "`okta-connector entities` lists all";
        let all = ContextValue::StyledStrs(vec![all.into()]);
        error.insert(ContextKind::Suggested, all);
        Err(error)
    }

    /// Returns all names, for completions. Help would be too long with them.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(OBJECTS.iter().map(|object| PossibleValue::new(object.name))))
    }
}
