//! Changes that befall an org while somebody reads it.

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use crate::attribute::{Attribute, AttributeType};
use crate::collection::Collection;
use crate::org::Org;
use crate::record::Entry;

/// A change of an org.
#[derive(Clone, Copy, Debug)]
pub enum Mutation {
    /// A record, drawn at random, gets another value in an attribute, and a new `lastUpdated`.
    Touch(Collection),
    /// A copy of a record, drawn at random, appears under a new id.
    Insert(Collection),
    /// A record, drawn at random, goes away.
    Remove(Collection),
    /// A schema, drawn at random, gains a custom attribute, loses one, or has one of another type. The values of
    /// profiles stay.
    Redefine(Collection),
}

/// A mutation does this to the records of a collection.
pub(crate) enum Change {
    Put(Collection, Value),
    Remove(Collection, String),
}

impl Mutation {
    /// Draws the change. There is none if there is nothing to draw from.
    pub(crate) fn draw(self, org: &Org, random: &mut Rng, now: Timestamp) -> Option<Change> {
        Some(match self {
            Self::Touch(collection) => {
                let mut record = any(org, collection, random)?.1.value();
                touch(collection, &mut record, random.u16(..), now);
                Change::Put(collection, record)
            }
            Self::Insert(collection) => {
                let mut record = any(org, collection, random)?.1.value();
                let rest: String = (0..17).map(|_| random.alphanumeric()).collect();
                if let Some(login) = record.pointer_mut("/profile/login") {
                    *login = format!("new-{rest}@example.com").into();
                }
                touch(collection, &mut record, random.u16(..), now);
                record["id"] = format!("{}{rest}", collection.row().id_prefix).into();
                Change::Put(collection, record)
            }
            Self::Remove(collection) => {
                let (key, _) = any(org, collection, random)?;
                Change::Remove(collection, key.to_owned())
            }
            Self::Redefine(collection) => {
                let mut schema = any(org, collection, random)?.1.value();
                redefine(&mut schema, random)?;
                touch(collection, &mut schema, random.u16(..), now);
                Change::Put(collection, schema)
            }
        })
    }
}

fn any<'a>(org: &'a Org, collection: Collection, random: &mut Rng) -> Option<Entry<'a>> {
    let count = org.count(collection);
    (count > 0).then(|| org.records_after(collection, "").nth(random.usize(..count)))?
}

/// Changes one custom attribute of a schema, or makes one more. There is no change of what is no schema.
fn redefine(schema: &mut Value, random: &mut Rng) -> Option<()> {
    let custom = schema.pointer_mut("/definitions/custom/properties")?.as_object_mut()?;
    let kind = AttributeType::ALL[random.usize(..AttributeType::ALL.len())];
    let drawn = custom.keys().nth(random.usize(..custom.len().max(1))).cloned();
    match (random.u32(..3), drawn) {
        (0, Some(name)) => custom.remove(&name),
        (1, Some(name)) => custom.insert(name.clone(), Attribute::new(name, kind).definition),
        _ => {
            let new = Attribute::new(format!("new{}", random.u16(..)), kind);
            custom.insert(new.name, new.definition)
        }
    };
    Some(())
}

fn touch(collection: Collection, record: &mut Value, number: u16, now: Timestamp) {
    let (pointer, name) = collection.row().mutable;
    if let Some(object) = record.pointer_mut(pointer).and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), format!("touched {number}").into());
    }
    if let Some(updated) = record.get_mut("lastUpdated") {
        *updated = now.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string().into();
    }
}
