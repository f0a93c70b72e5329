//! Dialects of the expression language: which properties and operators a parameter understands.
//!
//! The rule is to refuse what Okta does not document for a parameter, so that a client that relies on luck fails
//! here and not in front of a customer. `ne`, `ew` and `not` are documented for none of them.

use crate::expression::Operator;
use crate::expression::Operator::{Co, Eq, Ge, Gt, Le, Lt, Pr, Sw};

/// A parameter that takes expressions understands these.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// Texts compare without regard to case.
    pub(crate) ignores_case: bool,
    /// `and` and `or` may join comparisons.
    pub(crate) joins: bool,
    /// Properties by name, with their type and operators.
    pub(crate) properties: &'static [PropertyRule],
    /// The attributes of a profile that are not among the properties.
    pub(crate) attributes: Option<AttributeRules>,
}

/// Names of properties, the type of their values, and the operators that they take.
pub(crate) type PropertyRule = (&'static [&'static str], ValueKind, &'static [Operator]);

/// The operators that profile attributes take, by the type that the org's schemas give them.
#[derive(Debug)]
pub(crate) struct AttributeRules {
    pub(crate) text: &'static [Operator],
    pub(crate) number: &'static [Operator],
    pub(crate) boolean: &'static [Operator],
    /// An attribute that no schema defines is refused.
    pub(crate) must_be_defined: bool,
}

/// Values of a property compare by their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Text,
    Instant,
    Number,
    Boolean,
    /// Nothing is known of the attribute: the literal decides.
    Unknown,
    /// The id of a user that an application is assigned to. Okta no longer documents it.
    AssignedUser,
    /// The id of a group that an application is assigned to. Okta no longer documents it.
    AssignedGroup,
}

pub(crate) const EQ: &[Operator] = &[Eq];
pub(crate) const EQ_SW: &[Operator] = &[Eq, Sw];
pub(crate) const EQ_SW_CO: &[Operator] = &[Eq, Sw, Co];
pub(crate) const EQ_CO: &[Operator] = &[Eq, Co];
pub(crate) const EQ_GT_LT: &[Operator] = &[Eq, Gt, Lt];
pub(crate) const EQ_PR: &[Operator] = &[Eq, Pr];
pub(crate) const ORDER: &[Operator] = &[Eq, Gt, Ge, Lt, Le];
pub(crate) const ORDER_PR: &[Operator] = &[Eq, Gt, Ge, Lt, Le, Pr];
pub(crate) const ORDER_PR_SW: &[Operator] = &[Eq, Gt, Ge, Lt, Le, Pr, Sw];
pub(crate) const ORDER_PR_SW_CO: &[Operator] = &[Eq, Gt, Ge, Lt, Le, Pr, Sw, Co];
