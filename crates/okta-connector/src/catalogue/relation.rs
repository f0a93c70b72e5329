//! Records that are below others: members below groups, rules below policies.

use super::{Object, device};

/// A kind of objects below which records are.
#[derive(Debug)]
pub struct Branch {
    /// Okta's word for the kind, where records are below several.
    pub name: &'static str,
    /// The objects above.
    pub parent: &'static Object,
    /// The path of the id of an object above by which its children are asked for. An object without one has none.
    pub id: &'static str,
    /// The place of the records.
    pub children: Children,
    /// The largest page, where it is another one than that of the object's own listing.
    pub page_size: Option<u32>,
    /// The smallest page that Okta gives.
    pub least: u32,
    /// The number of records below an object, where Okta tells it.
    pub count: Option<Count>,
    /// Properties of an object whose children Okta does not show to anybody. A refusal is no failure then.
    pub closed: &'static [(&'static str, &'static str)],
    /// True if Okta refuses the question (400 or 404) where an object cannot have such records.
    pub refusal_is_none: bool,
    /// A property that Okta adds to the records if it is asked to.
    pub expansion: Option<Expansion>,
    /// The field that chooses this branch if a filter fixes it. What is above a record on the other branches is the
    /// record here, and the other way round.
    pub turned: Option<&'static str>,
}

/// The place of records below an object.
#[derive(Clone, Copy, Debug)]
pub enum Children {
    /// A listing whose path has the id of the object between these parts.
    Listed([&'static str; 2]),
    /// An array in the object itself, if this parameter asks for it.
    Embedded {
        /// The parameter and its value.
        parameter: (&'static str, &'static str),
        /// The path of the array.
        array: &'static str,
    },
}

/// The number of records below an object.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// The parameter that asks for it.
    pub parameter: (&'static str, &'static str),
    /// Its path in the object.
    pub path: &'static str,
}

/// A property that Okta adds to records. An org that does not know it passes over the question.
#[derive(Clone, Copy, Debug)]
pub struct Expansion {
    /// The parameter that asks for it.
    pub parameter: (&'static str, &'static str),
    /// The path of the property.
    pub property: &'static str,
}

impl Branch {
    /// A branch on which nothing is special. Parent and children have to be filled in.
    pub(super) const PLAIN: Self = Self {
        name: "",
        parent: &device::DEVICE,
        id: "id",
        children: Children::Listed(["", ""]),
        page_size: None,
        least: 1,
        count: None,
        closed: &[],
        refusal_is_none: false,
        expansion: None,
        turned: None,
    };
}
