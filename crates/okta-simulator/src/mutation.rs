//! Changes that befall an org while somebody reads it.

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use crate::collection::{Collection, key_of};
use crate::org::Org;

/// A change of an org.
#[derive(Clone, Copy, Debug)]
pub enum Mutation {
    /// A record, drawn at random, gets another value in an attribute, and a new `lastUpdated`.
    Touch(Collection),
    /// A copy of a record, drawn at random, appears under a new id.
    Insert(Collection),
    /// A record, drawn at random, goes away.
    Remove(Collection),
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
                let mut record = any(org, collection, random)?.clone();
                touch(collection, &mut record, random.u16(..), now);
                Change::Put(collection, record)
            }
            Self::Insert(collection) => {
                let mut record = any(org, collection, random)?.clone();
                let rest: String = (0..17).map(|_| random.alphanumeric()).collect();
                if let Some(login) = record.pointer_mut("/profile/login") {
                    *login = format!("new-{rest}@example.com").into();
                }
                touch(collection, &mut record, random.u16(..), now);
                record["id"] = format!("{}{rest}", collection.row().id_prefix).into();
                Change::Put(collection, record)
            }
            Self::Remove(collection) => {
                let key = key_of(any(org, collection, random)?)?;
                Change::Remove(collection, key.to_owned())
            }
        })
    }
}

fn any<'a>(org: &'a Org, collection: Collection, random: &mut Rng) -> Option<&'a Value> {
    let count = org.count(collection);
    (count > 0).then(|| org.records(collection).nth(random.usize(..count)))?
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
