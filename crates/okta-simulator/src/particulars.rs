//! Particulars of a listing: what relations and the org's own objects have, and the five oldest listings do not.
//!
//! Like a row this is plain data. Who computes records that no store holds is named by [`Derived`] only.

use crate::feature::Feature;

/// A listing of relations, or of objects of the org itself, has these.
pub(crate) struct Particulars {
    /// The records are below one of these; its name stands for `{}` in the path.
    pub(crate) parent: Option<Parent>,
    /// A scope that is needed besides that of the row.
    pub(crate) second_scope: Option<&'static str>,
    /// An org without it refuses the listing.
    pub(crate) feature: Option<Feature>,
    /// The Classic Engine does not have it.
    pub(crate) identity_engine_only: bool,
    pub(crate) envelope: Envelope,
    /// Query parameters that choose records.
    pub(crate) selectors: &'static [Selector],
    /// A query parameter that must be there.
    pub(crate) required: Option<&'static str>,
    /// Cursors hold this property instead of the id, and the listing is in its order.
    pub(crate) ordered_by: Option<&'static str>,
    /// The answer has links only if the call asks for a page.
    pub(crate) links_on_request: bool,
    /// Records that follow from something else in the org. A record in the store goes before them.
    pub(crate) derived: Option<Derived>,
    /// Of the standard roles, the super administrator alone may read it.
    pub(crate) for_super_administrators: bool,
}

/// Relations are below objects of these kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    Group,
    User,
    App,
    /// An application, named by the id that it has as an OAuth client.
    Client,
    Device,
    Policy,
    ResourceSet,
}

/// The body of a page has one of these forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// An array, with links in the headers.
    Array,
    /// An object that holds the records in this member, and links under `_links`.
    Object(&'static str),
}

/// A query parameter that chooses records by their properties. One property that passes is enough.
#[derive(Debug)]
pub(crate) struct Selector {
    pub(crate) parameter: &'static str,
    pub(crate) properties: &'static [&'static str],
    pub(crate) test: Test,
}

/// A selector tests a property so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// It is the value.
    Is,
    /// It starts with the value, in any case.
    StartsWith,
    /// It has the value somewhere, in any case.
    Contains,
    /// It is an instant, and not before the value.
    Since,
}

/// Records that follow from something else in the org.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Derived {
    GroupMembers,
    ApplicationUsers,
    ApplicationGroups,
    DeviceUsers,
    UserRoles,
    UserFactors,
    RoleAssignees,
    ResourceSetBindings,
}

impl Particulars {
    /// Describes a listing that differs from the oldest in nothing but the way it is answered.
    pub(crate) const PLAIN: Self = Self {
        parent: None,
        second_scope: None,
        feature: None,
        identity_engine_only: false,
        envelope: Envelope::Array,
        selectors: &[],
        required: None,
        ordered_by: None,
        links_on_request: false,
        derived: None,
        for_super_administrators: false,
    };

    /// Describes a listing of what is below an object.
    pub(crate) const fn below(parent: Parent) -> Self {
        Self { parent: Some(parent), ..Self::PLAIN }
    }
}

impl Selector {
    /// Describes a parameter that a property must be equal to.
    pub(crate) const fn is(parameter: &'static str, properties: &'static [&'static str]) -> Self {
        Self { parameter, properties, test: Test::Is }
    }

    /// Describes the keyword search of a listing: `q` is a prefix of one of the properties.
    pub(crate) const fn q(properties: &'static [&'static str]) -> Self {
        Self { parameter: "q", properties, test: Test::StartsWith }
    }
}
