//! Changes that befall an org while somebody reads it.

use std::fmt;
use std::sync::Arc;

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use crate::{Collection, Org};

/// A change of an org.
#[derive(Clone)]
pub enum Mutation {
    /// A record, drawn at random, gets another value in an attribute, and a new `lastUpdated`.
    Touch(Collection),
    /// A copy of a record, drawn at random, appears under a new id.
    Insert(Collection),
    /// A record, drawn at random, goes away.
    Remove(Collection),
    /// Anything else. It works on the org itself, so `search` sees it at once.
    Custom(Arc<dyn Fn(&mut Org) + Send + Sync>),
}

impl fmt::Debug for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Touch(collection) => f.debug_tuple("Touch").field(collection).finish(),
            Self::Insert(collection) => f.debug_tuple("Insert").field(collection).finish(),
            Self::Remove(collection) => f.debug_tuple("Remove").field(collection).finish(),
            Self::Custom(_) => f.write_str("Custom"),
        }
    }
}

/// What a mutation does to the records of a collection.
pub(crate) enum Change {
    Put(Collection, Value),
    Remove(Collection, String),
}

impl Mutation {
    /// Draws the change; `None` if there is nothing to draw from. What is custom is done at once.
    pub(crate) fn draw(&self, org: &mut Org, random: &mut Rng, now: Timestamp) -> Option<Change> {
        Some(match self {
            Self::Touch(collection) => {
                let mut record = any(org, *collection, random)?.clone();
                touch(*collection, &mut record, random.u16(..), now);
                Change::Put(*collection, record)
            }
            Self::Insert(collection) => {
                let mut record = any(org, *collection, random)?.clone();
                let rest: String = (0..17).map(|_| random.alphanumeric()).collect();
                if let Some(login) = record.pointer_mut("/profile/login") {
                    *login = format!("new-{rest}@example.com").into();
                }
                touch(*collection, &mut record, random.u16(..), now);
                record["id"] = format!("{}{rest}", collection.id_prefix()).into();
                Change::Put(*collection, record)
            }
            Self::Remove(collection) => {
                let key = collection.key_of(any(org, *collection, random)?)?;
                Change::Remove(*collection, key.to_owned())
            }
            Self::Custom(change) => {
                change(org);
                return None;
            }
        })
    }
}

fn any<'a>(org: &'a Org, collection: Collection, random: &mut Rng) -> Option<&'a Value> {
    let count = org.count(collection);
    (count > 0).then(|| org.records(collection).nth(random.usize(..count)))?
}

fn touch(collection: Collection, record: &mut Value, number: u16, now: Timestamp) {
    let (object, name) = match collection {
        Collection::Users => (record.pointer_mut("/profile"), "nickName"),
        Collection::Groups => (record.pointer_mut("/profile"), "description"),
        Collection::Devices => (record.pointer_mut("/profile"), "model"),
        Collection::Apps => (Some(&mut *record), "label"),
        _ => (Some(&mut *record), "description"),
    };
    if let Some(object) = object.and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), format!("touched {number}").into());
    }
    if let Some(updated) = record.get_mut("lastUpdated") {
        *updated = now.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string().into();
    }
}
