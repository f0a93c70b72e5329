//! Changes that befall an org while somebody reads it.

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use crate::attribute::{Attribute, AttributeType};
use crate::collection::Collection;
use crate::org::{Assignee, Org};
use crate::record::Entry;
use crate::role::{STANDARD_ROLES, standard_role};

/// A change of an org.
#[derive(Clone, Copy, Debug)]
pub enum Mutation {
    /// A record, drawn at random, gets another value in an attribute, and a new `lastUpdated`.
    Touch(Collection),
    /// A copy of a record, drawn at random, appears under a new id.
    Insert(Collection),
    /// A record, drawn at random, goes away, and its relations with it.
    Remove(Collection),
    /// A schema, drawn at random, gains a custom attribute, loses one, or has one of another type. The values of
    /// profiles stay.
    Redefine(Collection),
    /// A user, drawn at random, becomes a member of a group.
    AddMember,
    /// A member, drawn at random, leaves a group.
    RemoveMember,
    /// An application, drawn at random, is assigned to a user or to a group.
    Assign,
    /// An application, drawn at random, is taken from a user or from a group.
    Unassign,
    /// A user, drawn at random, gets a role.
    Grant,
    /// A user, drawn at random, loses a role.
    Revoke,
}

/// A mutation does this to an org. Ids of groups, applications and users come in this order.
pub(crate) enum Change {
    /// A record is put below an object, if the collection has one above it.
    Put(Collection, Option<String>, Value),
    /// A record is removed by its id, from below an object if the collection has one above it.
    Remove(Collection, Option<String>, String),
    AddMember(String, String),
    RemoveMember(String, String),
    Assign(String, Assignee),
    Unassign(String, Assignee),
    Grant(String, Value),
    Revoke(String, String),
}

impl Mutation {
    /// Draws the change. There is none if there is nothing to draw from.
    pub(crate) fn draw(self, org: &Org, random: &mut Rng, now: Timestamp) -> Option<Change> {
        Some(match self {
            Self::Touch(collection) => {
                let (key, record) = any(org, collection, random)?;
                let (parent, mut record) = (parent_of(key), record.value());
                touch(collection, &mut record, random.u16(..), now);
                Change::Put(collection, parent, record)
            }
            Self::Insert(collection) => {
                let (key, record) = any(org, collection, random)?;
                let (parent, mut record) = (parent_of(key), record.value());
                let rest: String = (0..17).map(|_| random.alphanumeric()).collect();
                if let Some(login) = record.pointer_mut("/profile/login") {
                    *login = format!("new-{rest}@example.com").into();
                }
                touch(collection, &mut record, random.u16(..), now);
                record["id"] = format!("{}{rest}", collection.row().id_prefix).into();
                Change::Put(collection, parent, record)
            }
            Self::Remove(collection) => {
                let (key, _) = any(org, collection, random)?;
                let id = key.rsplit('/').next().unwrap_or(key);
                Change::Remove(collection, parent_of(key), id.to_owned())
            }
            Self::Redefine(collection) => {
                let mut schema = any(org, collection, random)?.1.value();
                redefine(&mut schema, random)?;
                touch(collection, &mut schema, random.u16(..), now);
                Change::Put(collection, None, schema)
            }
            Self::AddMember => Change::AddMember(
                id(org, Collection::Groups, random)?,
                id(org, Collection::Users, random)?,
            ),
            Self::RemoveMember => {
                let group = id(org, Collection::Groups, random)?;
                let members: Vec<_> = org.members(&group).collect();
                let user = random.choice(members)?.to_owned();
                Change::RemoveMember(group, user)
            }
            Self::Assign => {
                let assignee = match random.bool() {
                    true => Assignee::User(id(org, Collection::Users, random)?),
                    false => Assignee::Group(id(org, Collection::Groups, random)?),
                };
                Change::Assign(id(org, Collection::Apps, random)?, assignee)
            }
            Self::Unassign => {
                let app = id(org, Collection::Apps, random)?;
                let users = org.app_users_after(&app, "").map(str::to_owned).map(Assignee::User);
                let groups = org.app_groups_after(&app, "").map(str::to_owned);
                let assignees: Vec<_> = users.chain(groups.map(Assignee::Group)).collect();
                Change::Unassign(app, random.choice(assignees)?)
            }
            Self::Grant => {
                let user = id(org, Collection::Users, random)?;
                let kind = *random.choice(&STANDARD_ROLES)?;
                let role = standard_role(kind, Collection::UserRoles, &user, &shown(now));
                Change::Grant(user, role)
            }
            Self::Revoke => {
                let users: Vec<_> = org.parents_after(Collection::UserRoles, "").collect();
                let user = random.choice(users)?;
                let roles: Vec<_> = org.kept_after(Collection::UserRoles, user, "").collect();
                let (role, _) = random.choice(roles)?;
                Change::Revoke(user.to_owned(), role.to_owned())
            }
        })
    }
}

/// Draws a record, with the key that it is kept under.
fn any<'a>(org: &'a Org, collection: Collection, random: &mut Rng) -> Option<Entry<'a>> {
    let count = org.count(collection);
    (count > 0).then(|| org.records_after(collection, "").nth(random.usize(..count)))?
}

/// Returns the id of the object that a record is below, from the key of the record.
fn parent_of(key: &str) -> Option<String> {
    key.split_once('/').map(|(parent, _)| parent.to_owned())
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

/// Draws the id of a record.
fn id(org: &Org, collection: Collection, random: &mut Rng) -> Option<String> {
    any(org, collection, random).map(|(key, _)| key.to_owned())
}

fn shown(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn touch(collection: Collection, record: &mut Value, number: u16, now: Timestamp) {
    let (pointer, name) = collection.row().mutable;
    if let Some(object) = record.pointer_mut(pointer).and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), format!("touched {number}").into());
    }
    if let Some(updated) = record.get_mut("lastUpdated") {
        *updated = shown(now).into();
    }
}
