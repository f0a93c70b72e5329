//! Changes of relations while somebody reads the org: who belongs where, and who may do what.

use jiff::Timestamp;
use serde_json::Value;

use crate::collection::Collection;
use crate::mutation::Change;
use crate::org::{Assignee, Org, child_id};
use crate::simulator::Simulator;
use crate::system_log::{RecordChange, Relation};

impl Simulator {
    /// Makes a user a member of a group now, by hand. The group shows when its membership last changed.
    pub fn add_member(&mut self, group_id: &str, user_id: &str) {
        self.change_child(Collection::GroupMembers, group_id, user_id, |org| {
            org.add_member(group_id, user_id);
        });
    }

    /// Ends a membership now. Nothing happens where there is none.
    pub fn remove_member(&mut self, group_id: &str, user_id: &str) {
        self.remove_child(Collection::GroupMembers, group_id, user_id);
    }

    /// Assigns an application to a user or to a group now.
    pub fn assign(&mut self, app_id: &str, assignee: Assignee) {
        let now = stamp(self.now);
        let named = assignee.clone();
        let (collection, id) = named.place();
        self.change_child(collection, app_id, id, |org| org.assign_at(app_id, assignee, &now));
    }

    /// Takes an application from a user or from a group.
    pub fn unassign(&mut self, app_id: &str, assignee: &Assignee) {
        let (collection, id) = assignee.place();
        self.remove_child(collection, app_id, id);
    }

    /// Registers a device to a user.
    pub fn add_device_user(&mut self, device_id: &str, user_id: &str) {
        self.change_child(Collection::DeviceUsers, device_id, user_id, |org| {
            org.add_device_user(device_id, user_id);
        });
    }

    /// Takes a device from a user.
    pub fn remove_device_user(&mut self, device_id: &str, user_id: &str) {
        self.remove_child(Collection::DeviceUsers, device_id, user_id);
    }

    /// Gives a role, such as [`standard_role`](crate::standard_role) makes one. The collection says to whom:
    /// [`UserRoles`](Collection::UserRoles), [`GroupRoles`](Collection::GroupRoles) or
    /// [`ClientRoles`](Collection::ClientRoles).
    ///
    /// # Panics
    ///
    /// If the record has no `id`.
    pub fn grant_role(&mut self, collection: Collection, assignee_id: &str, role: Value) {
        self.put_child(collection, assignee_id, role);
    }

    /// Takes a role away. The System Log tells of it when a user has none left, which is what Okta's event says.
    pub fn revoke_role(&mut self, collection: Collection, assignee_id: &str, role_id: &str) {
        self.remove_child(collection, assignee_id, role_id);
    }

    /// Adds a record below an object, or replaces the one with the same id there, and the System Log tells of it. Such
    /// are rules of a policy, or factors of a user.
    ///
    /// # Panics
    ///
    /// If the record has no `id`.
    pub fn put_child(&mut self, collection: Collection, parent_id: &str, record: Value) {
        let id = child_id(&record).expect("a record has an id").to_owned();
        self.change_child(collection, parent_id, &id, |org| {
            org.put_child(collection, parent_id, record);
        });
    }

    /// Removes a record below an object, if it is there, and the System Log tells of it.
    pub fn remove_child(&mut self, collection: Collection, parent_id: &str, id: &str) {
        self.change_child(collection, parent_id, id, |org| {
            org.remove_child(collection, parent_id, id);
        });
    }

    /// Makes a change of the org.
    pub(super) fn change(&mut self, change: Change) {
        match change {
            Change::Put(collection, Some(parent), record) => {
                self.put_child(collection, &parent, record);
            }
            Change::Put(collection, None, record) => self.put(collection, record),
            Change::Remove(collection, Some(parent), id) => {
                self.remove_child(collection, &parent, &id);
            }
            Change::Remove(collection, None, id) => self.remove(collection, &id),
            Change::AddMember(group_id, user_id) => self.add_member(&group_id, &user_id),
            Change::RemoveMember(group_id, user_id) => self.remove_member(&group_id, &user_id),
            Change::Assign(app_id, assignee) => self.assign(&app_id, assignee),
            Change::Unassign(app_id, assignee) => self.unassign(&app_id, &assignee),
            Change::Grant(user_id, role) => {
                self.grant_role(Collection::UserRoles, &user_id, role);
            }
            Change::Revoke(user_id, role_id) => {
                self.revoke_role(Collection::UserRoles, &user_id, &role_id);
            }
        }
    }

    /// Changes what is below an object, and tells the System Log what became of it.
    fn change_child(
        &mut self,
        collection: Collection,
        parent_id: &str,
        id: &str,
        change: impl FnOnce(&mut Org),
    ) {
        let was_there = self.org.has_child(collection, parent_id, id);
        let before = self.org.kept(collection, parent_id, id);
        change(&mut self.org);
        let is_there = self.org.has_child(collection, parent_id, id);
        let after = self.org.kept(collection, parent_id, id);
        let (org, log, now) = (&self.org, &mut self.system_log, self.now);
        match (Relation::of(collection, parent_id, id), was_there, is_there) {
            (None, ..) => {
                let (before, after) = (before.as_ref(), after.as_ref());
                let parent_id = Some(parent_id);
                log.record_change(org, RecordChange { collection, parent_id, before, after }, now);
            }
            (Some(relation), false, true) => log.record_added(org, relation, now),
            (Some(relation), true, false) if relation.is_gone(org) => {
                log.record_removed(org, relation, now);
            }
            (Some(relation), true, true) if before != after => {
                log.record_changed(org, relation, now);
            }
            _ => {}
        }
        if collection == Collection::GroupMembers && was_there != is_there {
            self.membership_changed(parent_id);
        }
    }

    fn membership_changed(&mut self, group_id: &str) {
        let group = self.org.get(Collection::Groups, group_id);
        if let Some(mut group) = group {
            group["lastMembershipUpdated"] = stamp(self.now).into();
            self.put(Collection::Groups, group);
        }
    }
}

fn stamp(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}
