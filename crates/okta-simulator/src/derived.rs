//! Records that follow from something else in the org, and so agree with it at any time.
//!
//! They are made as they are asked for: a page costs what is on it, however many are behind it.

mod app_groups;
mod app_users;
mod assignees;
mod bindings;
mod factors;
mod members;
mod roles;

use serde_json::Value;

use crate::collection::Collection;
use crate::fnv::fnv;
use crate::org::Org;
use crate::particulars::Derived;

pub(crate) use members::{device_user, rules_of_member, user_summary};

/// Records with their ids, sorted by them.
pub(crate) type Children<'a> = Box<dyn Iterator<Item = (String, Value)> + 'a>;

impl Org {
    /// Returns the records below an object as its listing shows them, with their ids and sorted by them.
    ///
    /// Those that are kept, and those that follow from memberships, assignments and the roles of groups.
    pub fn children<'a>(
        &'a self,
        collection: Collection,
        parent_id: &'a str,
    ) -> impl Iterator<Item = (String, Value)> + use<'a> {
        children_after(self, collection, parent_id, "")
    }

    /// Returns the records of a collection as its listings show them, each with the id of the object that it is below,
    /// which is empty where there is none.
    pub fn shown(&self, collection: Collection) -> Box<dyn Iterator<Item = (&str, Value)> + '_> {
        let below = move |parent_id| {
            let children = children_after(self, collection, parent_id, "");
            children.map(move |(_, record)| (parent_id, record))
        };
        match collection.parent() {
            None => Box::new(below("")),
            Some(parent) => {
                Box::new(self.records_after(parent, "").flat_map(move |(id, _)| below(id)))
            }
        }
    }

    /// Counts the records of a collection as its listings show them, those below all objects together.
    pub fn count_shown(&self, collection: Collection) -> usize {
        let derived = collection.particulars().and_then(|it| it.derived);
        match (derived, collection.parent()) {
            (None, _) => self.count(collection),
            // No member is drawn up for being counted.
            (Some(Derived::GroupMembers), Some(groups)) => {
                self.records_after(groups, "").map(|(id, _)| self.member_count(id)).sum()
            }
            _ => self.shown(collection).count(),
        }
    }
}

/// Returns the records below an object that come after an id.
pub(crate) fn children_after<'a>(
    org: &'a Org,
    collection: Collection,
    parent_id: &'a str,
    after: &str,
) -> Children<'a> {
    let kept = org.kept_after(collection, parent_id, after);
    let kept = kept.map(|(id, record)| (id.to_owned(), record));
    let Some(derived) = collection.particulars().and_then(|it| it.derived) else {
        return Box::new(kept);
    };
    let derived = match derived {
        Derived::GroupMembers => members::of_group(org, parent_id, after),
        Derived::DeviceUsers => members::of_device(org, parent_id, after),
        Derived::ApplicationUsers => app_users::of_app(org, parent_id, after),
        Derived::ApplicationGroups => app_groups::of_app(org, parent_id, after),
        Derived::UserRoles => roles::inherited(org, parent_id, after),
        Derived::UserFactors => factors::of_user(org, parent_id, after),
        Derived::RoleAssignees => assignees::assignees(org, after),
        Derived::ResourceSetBindings => bindings::of_resource_set(org, parent_id, after),
    };
    Box::new(merge(kept, derived))
}

/// Merges records that are kept and records that are derived. Where both have an id, the kept one is it.
fn merge<'a>(
    kept: impl Iterator<Item = (String, Value)> + 'a,
    derived: Children<'a>,
) -> impl Iterator<Item = (String, Value)> + 'a {
    let (mut kept, mut derived) = (kept.peekable(), derived.peekable());
    std::iter::from_fn(move || match (kept.peek(), derived.peek()) {
        (Some((first, _)), Some((second, _))) if first > second => derived.next(),
        (Some((first, _)), Some((second, _))) => {
            if first == second {
                derived.next();
            }
            kept.next()
        }
        (None, _) => derived.next(),
        (Some(_), None) => kept.next(),
    })
}

/// Makes an id of seventeen letters and digits behind a prefix: the same of the same texts.
fn id_of(prefix: &str, first: &str, second: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut id = prefix.to_owned();
    let (mut low, mut high) = (fnv(first, second), fnv(second, first));
    for at in 0..17 {
        let hash = if at % 2 == 0 { &mut low } else { &mut high };
        id.push(char::from(DIGITS[(*hash % 62) as usize]));
        *hash /= 62;
    }
    id
}

/// Returns a text of a record, or an empty one.
fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the later one of two time stamps.
fn later<'a>(first: &'a str, second: &'a str) -> &'a str {
    first.max(second)
}
