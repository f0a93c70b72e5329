//! Objects above records, read off a page: their ids, and what their records have of them.

use crate::entity::{Entity, FieldId};
use crate::plan::{Relation, Shape};
use crate::record::{Constants, Habits, Layout, Malformed, RecordReader, Turn, is_text, quoted};
use std::sync::Arc;

/// The places of all that is looked at in the objects above records.
#[derive(Debug)]
pub(crate) struct Sight {
    layout: Layout,
    id: usize,
    count: Option<usize>,
    called: Option<usize>,
    array: Option<usize>,
    /// The properties that a closed object has, and their values.
    closed: Vec<(usize, &'static str)>,
    inherited: Vec<Inherited>,
    /// The field that names the branch, and the name as JSON.
    named: Option<(FieldId, String)>,
}

#[derive(Debug)]
struct Inherited {
    field: FieldId,
    slot: usize,
    is_text: bool,
}

/// An object above records.
#[derive(Clone, Debug)]
pub(crate) struct Above<'p> {
    /// Its id.
    pub(crate) id: Box<str>,
    /// The values that its records take from it.
    pub(crate) constants: Arc<Constants>,
    /// The number of records below it, if Okta tells it.
    pub(crate) count: Option<u64>,
    /// True if Okta may show its records to nobody.
    pub(crate) is_closed: bool,
    /// The name that people know it by, if it has one.
    pub(crate) called: Option<String>,
    /// The array of records that is in it.
    pub(crate) array: Option<&'p str>,
}

impl Sight {
    /// Finds the places for the objects above records of `entity`.
    pub(crate) fn new(entity: &Entity, relation: &Relation) -> Self {
        let mut needed = Vec::new();
        relation.above.predicate.for_each_field(&mut |field| needed.push(field));
        relation.part.for_each_field(&mut |field| needed.push(field));
        let nothing = Constants::default();
        let above = &relation.above.entity;
        let mut layout = Layout::new(above, needed, &[], &nothing, Turn::Straight);
        let branch = relation.branch;
        let inherited = relation.inherited.iter().map(|&(field, path)| {
            let (slot, is_text) = (layout.slot(path), is_text(&entity[field]));
            Inherited { field, slot, is_text }
        });
        let inherited = inherited.collect();
        let closed = branch.closed.iter().map(|&(path, value)| (layout.slot(path), value));
        let closed = closed.collect();
        Self {
            id: layout.slot(branch.id),
            count: branch.count.map(|count| layout.slot(count.path)),
            called: relation.called.map(|path| layout.slot(path)),
            array: relation.array().map(|path| layout.slot(path)),
            closed,
            inherited,
            named: relation.named.map(|field| (field, quoted(branch.name))),
            layout,
        }
    }

    /// Reads the objects of a page that pass the question about them, and how many there are in all.
    pub(crate) fn read<'p>(
        &self,
        relation: &Relation,
        shape: Shape,
        text: &'p str,
    ) -> Result<(Vec<Above<'p>>, usize), Malformed> {
        let mut reader = match shape {
            Shape::List => RecordReader::list(text),
            Shape::Record | Shape::Schema => RecordReader::alone(text),
        };
        let (nothing, mut habits) = (Constants::default(), Habits::default());
        let (mut found, mut all) = (Vec::new(), 0);
        let above = &relation.above;
        while let Some(object) = reader.next(&self.layout, &nothing, &mut habits)? {
            all += 1;
            // An object without such an id has no such records.
            let Some(id) = object.text_in(self.id) else { continue };
            if !above.predicate.passes(&object, &above.entity)
                || !relation.part.passes(&object, &above.entity)
            {
                continue;
            }
            let values = self.inherited.iter().map(|inherited| {
                let value = object.raw(inherited.slot).map(|value| match inherited.is_text {
                    true if !value.starts_with('"') => quoted(value),
                    _ => value.to_owned(),
                });
                (inherited.field, value)
            });
            let named = self.named.iter().map(|(field, name)| (*field, Some(name.clone())));
            let is = |&(slot, value): &(usize, &str)| {
                object.text_in(slot).is_some_and(|found| found == value)
            };
            found.push(Above {
                constants: Arc::new(Constants::of_object(&id, values.chain(named))),
                count: self.count.and_then(|slot| object.raw(slot)?.parse().ok()),
                is_closed: !self.closed.is_empty() && self.closed.iter().all(is),
                called: self.called.and_then(|slot| object.text_in(slot)).map(Into::into),
                array: self.array.and_then(|slot| object.raw(slot)),
                id: id.into(),
            });
        }
        Ok((found, all))
    }
}
