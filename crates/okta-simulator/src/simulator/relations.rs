//! Changes of relations while somebody reads the org: who belongs where, and who may do what.

use jiff::Timestamp;
use serde_json::Value;

use crate::collection::Collection;
use crate::mutation::Change;
use crate::org::Assignee;
use crate::simulator::Simulator;

impl Simulator {
    /// Makes a user a member of a group now, by hand. The group shows when its membership last changed.
    pub fn add_member(&mut self, group_id: &str, user_id: &str) {
        self.org.add_member(group_id, user_id);
        self.membership_changed(group_id);
    }

    /// Ends a membership now. Nothing happens where there is none.
    pub fn remove_member(&mut self, group_id: &str, user_id: &str) {
        if self.org.remove_member(group_id, user_id) {
            self.membership_changed(group_id);
        }
    }

    /// Assigns an application to a user or to a group now.
    pub fn assign(&mut self, app_id: &str, assignee: Assignee) {
        self.org.assign_at(app_id, assignee, &stamp(self.now));
    }

    /// Takes an application from a user or from a group.
    pub fn unassign(&mut self, app_id: &str, assignee: &Assignee) {
        self.org.unassign(app_id, assignee);
    }

    /// Gives a role, such as [`standard_role`](crate::standard_role) makes one. The collection says to whom:
    /// [`UserRoles`](Collection::UserRoles), [`GroupRoles`](Collection::GroupRoles) or
    /// [`ClientRoles`](Collection::ClientRoles).
    ///
    /// # Panics
    ///
    /// If the record has no `id`.
    pub fn grant_role(&mut self, collection: Collection, assignee_id: &str, role: Value) {
        self.org.put_child(collection, assignee_id, role);
    }

    /// Takes a role away.
    pub fn revoke_role(&mut self, collection: Collection, assignee_id: &str, role_id: &str) {
        self.org.remove_child(collection, assignee_id, role_id);
    }

    /// Makes a change of the org.
    pub(super) fn change(&mut self, change: Change) {
        match change {
            Change::Put(collection, Some(parent), record) => {
                self.org.put_child(collection, &parent, record);
            }
            Change::Put(collection, None, record) => self.put(collection, record),
            Change::Remove(collection, id) => self.remove(collection, &id),
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
