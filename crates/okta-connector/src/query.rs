//! The question of one flow: an entity, a condition, fields, a limit.

use crate::catalogue::At;
use crate::entity::{Entity, FieldId};
use crate::error::Error;
use crate::predicate::{Check, Predicate, all_of};
use appflow_connector::Filter;
use appflow_connector::filter::{Comparison, Condition, Literal};
use std::collections::BTreeSet;

/// A question, read and checked.
#[derive(Clone, Debug)]
pub struct Query {
    /// The entity whose records are wanted.
    pub entity: Entity,
    /// The condition that the filter states, without the parents that it names.
    pub(crate) asked: Predicate,
    /// The condition on a record: the filter's, and that it is none that the flow leaves out. A window of time begins
    /// earlier in it, if the flow wishes so.
    pub predicate: Predicate,
    /// The number of records wanted over all pages.
    pub limit: Option<u64>,
    /// The fields wanted, each once.
    pub selected: Vec<FieldId>,
    /// The names wanted that the org does not have. They may have vanished since the flow was made.
    pub unknown: BTreeSet<String>,
    /// The parents below which the records must be listed.
    pub parents: Vec<FixedParent>,
    /// The wish about walking side by side.
    pub parallelism: Parallelism,
}

/// A parent that the filter names by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedParent {
    /// The field that holds the id.
    pub field: FieldId,
    /// The id, which is safe in a path.
    pub id: String,
}

/// The wishes of a flow and its connection, beside the filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The wish about deprovisioned records.
    pub deprovisioned: Deprovisioned,
    /// The wish about walking side by side.
    pub parallelism: Parallelism,
    /// The minutes by which a window of time begins earlier than the filter says, where an object is read so.
    pub log_overlap: u32,
}

/// A wish about records that are deprovisioned, where an object has such records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deprovisioned {
    /// They are delivered, as everything else.
    #[default]
    Included,
    /// They are left out.
    LeftOut,
}

/// A wish about walking parts of a listing side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parallelism {
    /// As many lanes as pay, where the listing allows it.
    #[default]
    SideBySide,
    /// One request after the other.
    InOrder,
}

impl Query {
    /// Reads a question.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a filter or a field that the entity does not have.
    pub fn new(
        entity: Entity,
        filter: &Filter,
        selected: Option<&[String]>,
        Preferences { deprovisioned, parallelism, log_overlap }: Preferences,
    ) -> Result<Self, Error> {
        let resolved = match &filter.condition {
            Some(condition) => Predicate::resolve(&entity, condition)?,
            None => Predicate::everything(),
        };
        let left_out = match (deprovisioned, entity.object.deprovisioned) {
            (Deprovisioned::LeftOut, Some(sign)) => {
                // The field may be withheld, which is no reason to deliver these records.
                let known = Entity::fixed(&entity.object);
                Some(Predicate::resolve(&known, &differs(sign.field, sign.value))?)
            }
            _ => None,
        };
        let (parents, asked) = take_parents(&entity, &resolved)?;
        let begun_earlier = match entity.object.windowed_by().and_then(|name| entity.field(name)) {
            Some(field) => asked.begun_earlier(field, log_overlap),
            None => asked.clone(),
        };
        let predicate = all_of([begun_earlier].into_iter().chain(left_out));
        let (selected, unknown) = select(&entity, selected)?;
        let limit = filter.limit;
        Ok(Self { entity, asked, predicate, limit, selected, unknown, parents, parallelism })
    }
}

impl Query {
    /// Counts the names wanted that the org does not have, and says in the log what they are.
    pub(crate) fn count_unknown(&self) -> u64 {
        const SHOWN: usize = 20;
        const MOST_CHARS: usize = 100;
        if !self.unknown.is_empty() {
            let entity = self.entity.object.name;
            let cut = |name: &String| name.chars().take(MOST_CHARS).collect::<String>();
            let fields: Vec<_> = self.unknown.iter().take(SHOWN).map(cut).collect();
            let fields = fields.join(" ");
            tracing::warn!(entity, fields, "the org does not have fields that the flow names");
        }
        self.unknown.len() as u64
    }

    /// Says whether an org without an answer to the question is unthinkable: every org has a user and a group.
    pub(crate) fn must_find_something(&self) -> bool {
        self.entity.object.always_has_records
            && self.asked == Predicate::everything()
            && self.parents.is_empty()
            && self.limit != Some(0)
    }
}

/// Makes the condition that a field has another value.
pub(crate) fn differs(field: &str, value: &str) -> Condition {
    Condition::Compare(field.to_owned(), Comparison::NotEqual, Literal::Text(value.to_owned()))
}

/// Says whether `text` can be an id of Okta, which may stand in a path: letters and digits, 20 of them. A short word
/// without a digit, such as `rules` or `me`, leads to another path.
pub(crate) fn is_id(text: &str) -> bool {
    let is_word = text.len() < 20 && !text.bytes().any(|byte| byte.is_ascii_digit());
    (1..=64).contains(&text.len())
        && !is_word
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Takes the parents that are named out of the conjunction.
fn take_parents(
    entity: &Entity,
    predicate: &Predicate,
) -> Result<(Vec<FixedParent>, Predicate), Error> {
    let is_parent = |id: FieldId| matches!(entity[id].at, At::Parent(_));
    let misused = |id: FieldId| {
        Error::invalid(format!(
            "{0} is no property of a record. It can be used once as {0} = an id that is joined to the rest by AND",
            entity[id].name
        ))
    };
    let mut parents: Vec<FixedParent> = Vec::new();
    let mut rest = Vec::new();
    for conjunct in predicate.conjuncts() {
        let (field, values) = match conjunct {
            Predicate::Test(field, Check::OneOf(values)) if is_parent(*field) => (*field, values),
            _ => {
                rest.push(conjunct.clone());
                continue;
            }
        };
        let [value] = values.as_slice() else { return Err(misused(field)) };
        if !is_id(&value.written) {
            let name = &entity[field].name;
            return Err(Error::invalid(format!("{name} is compared with a text that is no id")));
        }
        if parents.iter().any(|known| known.field == field) {
            return Err(misused(field));
        }
        parents.push(FixedParent { field, id: value.written.clone() });
    }
    let rest = all_of(rest);
    let mut misplaced = None;
    rest.for_each_field(&mut |field| {
        if is_parent(field) {
            misplaced = Some(field);
        }
    });
    match misplaced {
        Some(field) => Err(misused(field)),
        None => Ok((parents, rest)),
    }
}

/// Returns the names that a request lists; none if it means all fields. AppFlow means all by no list, and flows were seen
/// to send an empty one for it.
pub(crate) fn listed(names: Option<&[String]>) -> Option<&[String]> {
    names.filter(|names| names.iter().any(|name| !name.is_empty()))
}

/// Finds the fields of these names, and the names that the org does not have.
fn select(
    entity: &Entity,
    names: Option<&[String]>,
) -> Result<(Vec<FieldId>, BTreeSet<String>), Error> {
    let Some(names) = listed(names) else {
        return Ok((entity.fields().map(|(id, _)| id).collect(), BTreeSet::new()));
    };
    let mut selected = Vec::with_capacity(names.len());
    let mut unknown = BTreeSet::new();
    let mut is_selected = vec![false; entity.len()];
    for name in names {
        if entity.may_have_lost(name) {
            unknown.insert(name.clone());
            continue;
        }
        let id = entity.named(name, ("Its fields", |_| true))?;
        if !std::mem::replace(&mut is_selected[id.index()], true) {
            selected.push(id);
        }
    }
    Ok((selected, unknown))
}
