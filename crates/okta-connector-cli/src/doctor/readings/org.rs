//! Open questions about the org as a whole.

use super::{Reading, understood};
use crate::doctor::asks;

pub(super) const READINGS: &[Reading] = &[Reading {
    id: "policies.type",
    subject: "a type of policies that there is not",
    relied_on: "a refusal with 400 or 404, and the type is passed over",
    asks: &[asks::policies_of_no_type],
    judge: understood,
    ..Reading::PLAIN
}];
