//! The table of collections: a file for each, and a line for each.

#![expect(non_upper_case_globals, reason = "a collection reads as a variant of an enum would")]

mod apps;
mod devices;
mod group_schemas;
mod groups;
mod user_schemas;
mod user_types;
mod users;

use crate::collection::Collection;

impl Collection {
    /// Every collection, each after those that its objects refer to.
    ///
    /// An org is generated in this order from one row of random numbers, so a new collection stands last: then
    /// what is generated before it stays as it is.
    pub const ALL: &'static [Self] = &[
        Self::UserTypes,
        Self::UserSchemas,
        Self::GroupSchemas,
        Self::Apps,
        Self::Users,
        Self::Groups,
        Self::Devices,
    ];
}
