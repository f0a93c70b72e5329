//! The data of an org: records by collection, and who is assigned to what.
//!
//! Records are JSON in the form that a listing shows them. Nothing here is typed further, so an org can hold
//! whatever a real one has answered with.

mod relations;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde_json::Value;

use crate::collection::{Batch, Collection, key_of};
use crate::fnv::fnv;
use crate::record::{Entry, Record};
use crate::ties::Ties;

pub(crate) use relations::child_id;

/// Everything that is in an Okta org, as far as this crate knows of it.
///
/// Make one with [`Org::generate`] or [`Org::from_json_lines`], or start from the empty `Org::default()` and
/// [`put`](Org::put) records into it.
#[derive(Clone, Debug, Default)]
pub struct Org {
    collections: BTreeMap<Collection, Records>,
    app_users: Ties,
    app_groups: Ties,
    group_members: Ties,
    device_users: Ties,
    pushed_groups: Ties,
    hidden_fractions: bool,
}

/// The records of a collection by their keys.
type Records = BTreeMap<Box<str>, Record>;

/// An application is assigned to one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignee {
    /// The user with this id.
    User(String),
    /// The group with this id, and with it every member.
    Group(String),
}

/// JSON lines could not be read as an org.
#[derive(Debug, thiserror::Error)]
#[error("{file}, line {line}: {cause}", file = collection.file_name())]
pub struct LoadError {
    /// The collection that was being read.
    pub collection: Collection,
    /// The line, counted from one.
    pub line: usize,
    /// The fault of the line.
    pub cause: LoadErrorCause,
}

/// A line has one of these faults.
#[derive(Debug, thiserror::Error)]
pub enum LoadErrorCause {
    /// The line is not JSON.
    #[error("not JSON: {0}")]
    Json(serde_json::Error),
    /// The line is JSON but holds no object with an id.
    #[error("not an object with a text under `id`")]
    NoId,
    /// The collection is below another one, and the line does not say below which object.
    #[error("not an object with an id under `parent` and an object under `record`")]
    NoParent,
    /// The line is JSON but holds no event of the System Log.
    #[error("not an object with a text under `uuid` and a time under `published`")]
    NoEvent,
    /// Another record of the collection has the same id.
    #[error("the id {0:?} occurs twice")]
    DuplicateId(String),
}

impl Org {
    /// Reads an org from JSON lines: one object a line, blank lines allowed.
    ///
    /// A collection that is not given is empty. Where records are below an object, a line is
    /// `{"parent": its id, "record": the record}`; elsewhere it is the record, or `{"record": the record}`. What a
    /// file holds is not judged further: a record is shown exactly as it was read, but for links that Okta shows with
    /// a single object only.
    pub fn from_json_lines<'a>(
        files: impl IntoIterator<Item = (Collection, &'a str)>,
    ) -> Result<Self, LoadError> {
        let mut org = Self::default();
        for (collection, text) in files {
            for (index, line) in text.lines().enumerate() {
                if line.trim().is_empty() {
                    continue;
                }
                org.load_line(collection, line).map_err(|cause| LoadError {
                    collection,
                    line: index + 1,
                    cause,
                })?;
            }
        }
        Ok(org)
    }

    fn load_line(&mut self, collection: Collection, line: &str) -> Result<(), LoadErrorCause> {
        let line: Value = serde_json::from_str(line).map_err(LoadErrorCause::Json)?;
        if collection.parent().is_some() {
            return self.load_child(collection, line);
        }
        let mut record = unwrapped(line);
        let key = key_of(&record).ok_or(LoadErrorCause::NoId)?.to_owned();
        if self.contains(collection, &key) {
            return Err(LoadErrorCause::DuplicateId(key));
        }
        // Read from the endpoint for one object, it has links that a listing does not show.
        let listing = collection.row().listing.as_ref();
        if listing.is_some_and(|listing| listing.links_self_alone)
            && let Some(links) = record.get_mut("_links").and_then(Value::as_object_mut)
        {
            links.retain(|name, _| name == "self");
        }
        self.insert(collection, key.into(), Record::from(&record));
        Ok(())
    }

    /// Returns the records of a collection as a listing shows them, sorted by id.
    pub fn records(&self, collection: Collection) -> impl Iterator<Item = Value> {
        self.collection(collection).values().map(Record::value)
    }

    /// Counts the records of a collection.
    pub fn count(&self, collection: Collection) -> usize {
        self.collection(collection).len()
    }

    /// Returns the record with this id. Ids are case-sensitive.
    pub fn get(&self, collection: Collection, id: &str) -> Option<Value> {
        self.collection(collection).get(id).map(Record::value)
    }

    /// Tells whether there is a record with this id.
    pub fn contains(&self, collection: Collection, id: &str) -> bool {
        self.collection(collection).contains_key(id)
    }

    /// Adds a record, or replaces the one with the same id.
    ///
    /// # Panics
    ///
    /// If the record has no `id`.
    pub fn put(&mut self, collection: Collection, record: Value) {
        let key = key_of(&record).expect("a record has an id").into();
        self.insert(collection, key, Record::from(&record));
    }

    /// Rewrites a member of every record of a collection that has it. `pointer` is a JSON pointer, such as
    /// `/profile/city`.
    ///
    /// # Panics
    ///
    /// If a record has no `id` afterwards that it is kept under.
    pub fn rewrite(
        &mut self,
        collection: Collection,
        pointer: &str,
        rewrite: impl Fn(&Value) -> Value,
    ) {
        for (key, record) in self.collections.entry(collection).or_default() {
            let mut rewritten = record.value();
            let Some(value) = rewritten.pointer_mut(pointer) else { continue };
            *value = rewrite(value);
            assert_eq!(key_of(&rewritten), Some(&**key), "a record keeps its id");
            *record = Record::from(&rewritten);
        }
    }

    /// Removes a record, if it is there, and gives it back. Its relations go with it.
    pub fn remove(&mut self, collection: Collection, id: &str) -> Option<Value> {
        self.take(collection, id).map(|record| record.value())
    }

    pub(crate) fn take(&mut self, collection: Collection, id: &str) -> Option<Record> {
        let taken = self.collections.get_mut(&collection)?.remove(id)?;
        self.untie(collection, id);
        Some(taken)
    }

    /// Makes these the records of a collection.
    pub(crate) fn replace(&mut self, collection: Collection, records: Batch) {
        // Sorted first and put together then, which is quicker and smaller than one by one.
        self.collections.insert(collection, records.into_iter().collect());
    }

    /// Adds a record under its key, or replaces the one that is there.
    pub(crate) fn insert(&mut self, collection: Collection, key: Box<str>, record: Record) {
        self.collections.entry(collection).or_default().insert(key, record);
    }

    /// Returns the ids of the applications assigned to a group, sorted.
    pub fn apps_of_group(&self, group_id: &str) -> impl Iterator<Item = &str> {
        self.app_groups.lefts(group_id)
    }

    /// Returns the ids of the applications assigned to a user, directly or through a group, sorted.
    pub fn apps_of_user(&self, user_id: &str) -> impl Iterator<Item = &str> {
        let direct = self.app_users.lefts(user_id);
        let indirect = self.groups_of_user(user_id).flat_map(|group| self.apps_of_group(group));
        direct.chain(indirect).collect::<BTreeSet<_>>().into_iter()
    }

    /// Returns the ids of the groups that a user is a member of, sorted.
    pub(crate) fn groups_of_user(&self, user_id: &str) -> impl Iterator<Item = &str> {
        let known = self.contains(Collection::Users, user_id);
        let groups = self.collection(Collection::Groups).iter().filter(move |_| known);
        let everyone = groups.filter(|(_, group)| is_everyone(group)).map(|(id, _)| &**id);
        self.group_members.lefts(user_id).chain(everyone).collect::<BTreeSet<_>>().into_iter()
    }

    /// Returns the ids of the members of a group, sorted. The built-in group of everyone has every user.
    pub fn members(&self, group_id: &str) -> impl Iterator<Item = &str> {
        self.members_after(group_id, "")
    }

    /// Returns the record with this id, and the id as the org holds it.
    pub(crate) fn entry(&self, collection: Collection, id: &str) -> Option<Entry<'_>> {
        let entry = self.collection(collection).get_key_value(id);
        entry.map(|(key, record)| (&**key, record))
    }

    /// Returns the records whose id comes after `id`, with their keys.
    pub(crate) fn records_after<'a>(
        &'a self,
        collection: Collection,
        id: &str,
    ) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        self.collection(collection)
            .range::<str, _>((Bound::Excluded(id), Bound::Unbounded))
            .map(|(key, record)| (&**key, record))
    }

    /// Returns the milliseconds that the store knows of a time stamp and the record does not show.
    ///
    /// Zero in an org that was loaded. In a generated org it is a third of all time stamps that have some.
    pub(crate) fn hidden_millis(&self, id: &str, property: &str) -> i64 {
        if !self.hidden_fractions {
            return 0;
        }
        let hash = fnv(id, property);
        if hash.is_multiple_of(3) { i64::from((hash >> 8) as u16 % 1000) } else { 0 }
    }

    pub(crate) fn hide_fractions(&mut self) {
        self.hidden_fractions = true;
    }

    fn collection(&self, collection: Collection) -> &Records {
        static EMPTY: Records = Records::new();
        self.collections.get(&collection).unwrap_or(&EMPTY)
    }
}

fn is_everyone(group: &Record) -> bool {
    // Few groups have the word anywhere, and the others need not be parsed.
    if !group.json().contains("Everyone") {
        return false;
    }
    let group = group.value();
    group["type"] == "BUILT_IN" && group["profile"]["name"] == "Everyone"
}

/// Takes a record out of the form in which relations are recorded.
fn unwrapped(mut line: Value) -> Value {
    match line.get("id").is_none() && line.get("record").is_some() {
        true => line["record"].take(),
        false => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named() {
        let rows = [
            ("{\"id\":\"00u1\"}\n\nnope", "users.jsonl, line 3: not JSON: expected ident"),
            ("{\"id\":\"00u1\"}\n{\"id\":\"00u1\"}", "users.jsonl, line 2: the id \"00u1\" occurs"),
            ("[1]", "users.jsonl, line 1: not an object with a text under `id`"),
        ];
        for (text, expected) in rows {
            let error = Org::from_json_lines([(Collection::Users, text)]).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_user_has_the_apps_of_their_groups() {
        let mut org = Org::default();
        org.assign("0oaB", Assignee::User("00u1".to_owned()));
        org.assign("0oaA", Assignee::Group("00g1".to_owned()));
        org.assign("0oaB", Assignee::Group("00g1".to_owned()));
        org.add_member("00g1", "00u1");
        assert_eq!(org.apps_of_user("00u1").collect::<Vec<_>>(), ["0oaA", "0oaB"]);
        assert_eq!(org.apps_of_group("00g1").collect::<Vec<_>>(), ["0oaA", "0oaB"]);
        assert_eq!(org.apps_of_user("00u2").count(), 0);
    }
}
