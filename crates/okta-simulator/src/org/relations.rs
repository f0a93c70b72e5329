//! Relations: who belongs where, and the records below an object.
//!
//! A record below an object is kept under `parent/id`, so all of an object stand together and in order. Memberships and
//! assignments are ties: their records follow from what they tie.

use serde_json::Value;

use super::{Assignee, LoadErrorCause, Org, is_everyone};
use crate::collection::Collection;
use crate::particulars::Derived;
use crate::record::Record;

impl Org {
    /// Makes a user a member of a group, by hand.
    pub fn add_member(&mut self, group_id: &str, user_id: &str) {
        self.group_members.insert(group_id, user_id);
    }

    /// Makes a user a member of a group, by a group rule. Several rules may say the same.
    pub fn add_member_by_rule(&mut self, group_id: &str, user_id: &str, rule_id: &str) {
        self.group_members.add_rule(group_id, user_id, rule_id);
    }

    /// Ends a membership, and tells whether there was one. Nobody leaves the group of everyone.
    pub fn remove_member(&mut self, group_id: &str, user_id: &str) -> bool {
        let was_member = self.has_child(Collection::GroupMembers, group_id, user_id);
        self.remove_child(Collection::GroupMembers, group_id, user_id);
        was_member && !self.is_of_everyone(group_id)
    }

    /// Assigns an application to a user or to a group.
    pub fn assign(&mut self, app_id: &str, assignee: Assignee) {
        match assignee {
            Assignee::User(user_id) => self.app_users.insert(app_id, &user_id),
            Assignee::Group(group_id) => self.app_groups.insert(app_id, &group_id),
        }
    }

    /// Assigns an application and notes when, for the record to show.
    pub fn assign_at(&mut self, app_id: &str, assignee: Assignee, time: &str) {
        match assignee {
            Assignee::User(user_id) => self.app_users.set_since(app_id, &user_id, time.to_owned()),
            Assignee::Group(group_id) => {
                self.app_groups.set_since(app_id, &group_id, time.to_owned());
            }
        }
    }

    /// Takes an application from a user or from a group, and tells whether it was theirs.
    pub fn unassign(&mut self, app_id: &str, assignee: &Assignee) -> bool {
        let (collection, id) = assignee.place();
        let was_assigned = self.has_child(collection, app_id, id);
        self.remove_child(collection, app_id, id);
        was_assigned
    }

    /// Registers a device to a user.
    pub fn add_device_user(&mut self, device_id: &str, user_id: &str) {
        self.device_users.insert(device_id, user_id);
    }

    /// Takes a device from a user, and tells whether it was theirs.
    pub fn remove_device_user(&mut self, device_id: &str, user_id: &str) -> bool {
        let was_theirs = self.has_child(Collection::DeviceUsers, device_id, user_id);
        self.remove_child(Collection::DeviceUsers, device_id, user_id);
        was_theirs
    }

    /// Adds a record below an object, or replaces the one with the same id there. Such are role assignments, owners of
    /// groups or rules of a policy.
    ///
    /// # Panics
    ///
    /// If the record has no `id`.
    pub fn put_child(&mut self, collection: Collection, parent_id: &str, record: Value) {
        let id = child_id(&record).expect("a record has an id").to_owned();
        match collection.particulars().and_then(|it| it.derived) {
            Some(Derived::GroupMembers) => self.group_members.insert(parent_id, &id),
            Some(Derived::ApplicationGroups) => self.app_groups.insert(parent_id, &id),
            Some(Derived::DeviceUsers) => self.device_users.insert(parent_id, &id),
            Some(Derived::ApplicationUsers) if record["scope"] == "USER" => {
                self.app_users.insert(parent_id, &id);
            }
            _ => {}
        }
        if let Some(group) = record.get("sourceGroupId").and_then(Value::as_str) {
            self.pushed_groups.insert(group, &id);
        }
        self.insert(collection, child_key(parent_id, &id).into(), Record::from(&record));
    }

    /// Removes a record below an object, if it is there, and gives it back. A relation ends, whether a record of it is
    /// kept or not.
    pub fn remove_child(
        &mut self,
        collection: Collection,
        parent_id: &str,
        id: &str,
    ) -> Option<Value> {
        if collection == Collection::GroupPushMappings {
            self.pushed_groups.remove_all(id);
        }
        match collection.particulars().and_then(|it| it.derived) {
            Some(Derived::GroupMembers) => self.group_members.remove(parent_id, id),
            Some(Derived::ApplicationUsers) => self.app_users.remove(parent_id, id),
            Some(Derived::ApplicationGroups) => self.app_groups.remove(parent_id, id),
            Some(Derived::DeviceUsers) => self.device_users.remove(parent_id, id),
            _ => false,
        };
        let removed =
            self.collections.get_mut(&collection)?.remove(child_key(parent_id, id).as_str())?;
        Some(removed.value())
    }

    /// Tells whether a record is below an object, or would be if somebody asked. An application that a user has through
    /// a group alone is not theirs by name.
    pub(crate) fn has_child(&self, collection: Collection, parent_id: &str, id: &str) -> bool {
        let is_tied = match collection.particulars().and_then(|it| it.derived) {
            Some(Derived::GroupMembers) if self.is_of_everyone(parent_id) => {
                return self.contains(Collection::Users, id);
            }
            Some(Derived::GroupMembers) => self.group_members.contains(parent_id, id),
            Some(Derived::ApplicationUsers) => self.app_users.contains(parent_id, id),
            Some(Derived::ApplicationGroups) => self.app_groups.contains(parent_id, id),
            Some(Derived::DeviceUsers) => self.device_users.contains(parent_id, id),
            _ => false,
        };
        is_tied || self.contains(collection, &child_key(parent_id, id))
    }

    /// Returns the record below an object, if it is kept.
    pub(crate) fn kept(&self, collection: Collection, parent_id: &str, id: &str) -> Option<Value> {
        self.get(collection, &child_key(parent_id, id))
    }

    /// Counts the push mappings of a group.
    pub(crate) fn push_mapping_count(&self, group_id: &str) -> usize {
        self.pushed_groups.count(group_id)
    }

    /// Reads a line of a file of relations.
    pub(super) fn load_child(
        &mut self,
        collection: Collection,
        mut line: Value,
    ) -> Result<(), LoadErrorCause> {
        let record = line.get_mut("record").map(Value::take).ok_or(LoadErrorCause::NoParent)?;
        let parent = line.get("parent").and_then(Value::as_str).ok_or(LoadErrorCause::NoParent)?;
        let key = child_key(parent, child_id(&record).ok_or(LoadErrorCause::NoId)?);
        if self.contains(collection, &key) {
            return Err(LoadErrorCause::DuplicateId(key));
        }
        self.put_child(collection, parent, record);
        Ok(())
    }

    /// Returns the records below an object that are kept and come after an id, with their ids. Below nothing are those
    /// of a collection without a parent.
    pub(crate) fn kept_after<'a>(
        &'a self,
        collection: Collection,
        parent_id: &str,
        after: &str,
    ) -> impl Iterator<Item = (&'a str, Value)> + use<'a> {
        let prefix = match collection.parent() {
            Some(_) => child_key(parent_id, ""),
            None => String::new(),
        };
        let records = self.records_after(collection, &format!("{prefix}{after}"));
        records.map_while(move |(key, record)| {
            Some((key.strip_prefix(prefix.as_str())?, record.value()))
        })
    }

    /// Returns the ids of the objects that have records of a collection below them and come after an id.
    pub(crate) fn parents_after<'a>(
        &'a self,
        collection: Collection,
        after: &str,
    ) -> impl Iterator<Item = &'a str> + use<'a> {
        // `0` is the character behind the slash, so this is behind everything below the object.
        let mut from = format!("{after}0");
        std::iter::from_fn(move || {
            let (key, _) = self.records_after(collection, &from).next()?;
            let (parent, _) = key.split_once('/')?;
            from = format!("{parent}0");
            Some(parent)
        })
    }

    /// Returns the ids of the members of a group that come after an id, sorted.
    pub(crate) fn members_after<'a>(
        &'a self,
        group_id: &str,
        after: &str,
    ) -> impl Iterator<Item = &'a str> + use<'a> {
        let everyone = self.is_of_everyone(group_id);
        let users = everyone.then(|| self.records_after(Collection::Users, after));
        let named = (!everyone).then(|| self.group_members.rights_after(group_id, after));
        let users = users.into_iter().flatten().map(|(id, _)| id);
        named.into_iter().flatten().chain(users)
    }

    fn is_of_everyone(&self, group_id: &str) -> bool {
        let group = self.entry(Collection::Groups, group_id);
        group.is_some_and(|(_, group)| is_everyone(group))
    }

    /// Counts the members of a group.
    pub fn member_count(&self, group_id: &str) -> usize {
        match self.is_of_everyone(group_id) {
            true => self.count(Collection::Users),
            false => self.group_members.count(group_id),
        }
    }

    /// Returns the ids of the rules that made somebody a member, sorted.
    pub fn rules_of_member(&self, group_id: &str, user_id: &str) -> impl Iterator<Item = &str> {
        self.group_members.rules(group_id, user_id)
    }

    /// Returns the ids of the users to whom an application is assigned by name and who come after an id, sorted.
    pub(crate) fn app_users_after<'a>(
        &'a self,
        app_id: &str,
        after: &str,
    ) -> impl Iterator<Item = &'a str> + use<'a> {
        self.app_users.rights_after(app_id, after)
    }

    /// Returns the ids of the groups to which an application is assigned and which come after an id, sorted.
    pub(crate) fn app_groups_after<'a>(
        &'a self,
        app_id: &str,
        after: &str,
    ) -> impl Iterator<Item = &'a str> + use<'a> {
        self.app_groups.rights_after(app_id, after)
    }

    /// Returns when an application was assigned to a user or group, if somebody noted it.
    pub(crate) fn assigned_since(&self, app_id: &str, assignee_id: &str) -> Option<&str> {
        let to_group = || self.app_groups.since(app_id, assignee_id);
        self.app_users.since(app_id, assignee_id).or_else(to_group)
    }

    /// Returns the ids of the users of a device that come after an id, sorted.
    pub(crate) fn device_users_after<'a>(
        &'a self,
        device_id: &str,
        after: &str,
    ) -> impl Iterator<Item = &'a str> + use<'a> {
        self.device_users.rights_after(device_id, after)
    }

    /// Tells whether the org was generated.
    pub(crate) fn is_generated(&self) -> bool {
        self.hidden_fractions
    }

    /// Forgets the relations of an object that is gone.
    pub(super) fn untie(&mut self, collection: Collection, id: &str) {
        // No two objects share an id, of whatever kind they are.
        let Self { app_users, app_groups, group_members, device_users, .. } = self;
        for ties in [app_users, app_groups, group_members, device_users] {
            ties.remove_all(id);
        }
        for &below in Collection::ALL {
            if below.parent() == Some(collection) {
                let keys = self.kept_after(below, id, "").map(|(it, _)| it.to_owned());
                for child in keys.collect::<Vec<_>>() {
                    self.remove_child(below, id, &child);
                }
            }
        }
    }
}

fn child_key(parent_id: &str, id: &str) -> String {
    format!("{parent_id}/{id}")
}

impl Assignee {
    /// Returns the collection below an application that has a record of them, and their id.
    pub(crate) fn place(&self) -> (Collection, &str) {
        match self {
            Self::User(id) => (Collection::ApplicationUsers, id),
            Self::Group(id) => (Collection::ApplicationGroups, id),
        }
    }
}

/// Returns the id of a record below an object. The user of a device has none but their own.
pub(crate) fn child_id(record: &Value) -> Option<&str> {
    record.get("id").or_else(|| record.pointer("/user/id")).and_then(Value::as_str)
}
