//! Pairs of objects: who is a member of what, and what is assigned to whom.

use fastrand::Rng;

use crate::collection::Collection;
use crate::fnv::fnv;
use crate::org::Org;

use super::changes::succeeded;
use super::event::Happening;
use super::kind::Part;
use super::target::Target;

/// Two objects that are related, by their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation<'a> {
    /// A user is a member of a group.
    GroupMember {
        /// The id of the group.
        group: &'a str,
        /// The id of the user.
        user: &'a str,
    },
    /// An application is assigned to a user.
    AppUser {
        /// The id of the application.
        app: &'a str,
        /// The id of the user.
        user: &'a str,
    },
    /// An application is assigned to a group.
    AppGroup {
        /// The id of the application.
        app: &'a str,
        /// The id of the group.
        group: &'a str,
    },
    /// A device is registered to a user.
    DeviceUser {
        /// The id of the device.
        device: &'a str,
        /// The id of the user.
        user: &'a str,
    },
    /// A user has an admin role. It is no longer so when the last one is taken.
    AdminRole {
        /// The id of the user.
        user: &'a str,
    },
    /// A group has an admin role.
    GroupRole {
        /// The id of the group.
        group: &'a str,
    },
    /// An application has an admin role as an OAuth client.
    ClientRole {
        /// The id of the application.
        app: &'a str,
    },
}

impl<'a> Relation<'a> {
    /// Returns what a record below an object stands for, if it is a relation.
    pub(crate) fn of(collection: Collection, parent_id: &'a str, id: &'a str) -> Option<Self> {
        let rows: [(Collection, Self); 7] = [
            (Collection::GroupMembers, Self::GroupMember { group: parent_id, user: id }),
            (Collection::ApplicationUsers, Self::AppUser { app: parent_id, user: id }),
            (Collection::ApplicationGroups, Self::AppGroup { app: parent_id, group: id }),
            (Collection::DeviceUsers, Self::DeviceUser { device: parent_id, user: id }),
            (Collection::UserRoles, Self::AdminRole { user: parent_id }),
            (Collection::GroupRoles, Self::GroupRole { group: parent_id }),
            (Collection::ClientRoles, Self::ClientRole { app: parent_id }),
        ];
        rows.into_iter().find(|(it, _)| *it == collection).map(|(_, relation)| relation)
    }

    /// Tells whether nothing is left of a relation of which a record was removed.
    pub(crate) fn is_gone(self, org: &Org) -> bool {
        match self {
            Self::AdminRole { user } => {
                org.kept_after(Collection::UserRoles, user, "").next().is_none()
            }
            _ => true,
        }
    }

    /// Tells that two objects were related.
    pub(crate) fn added(self, org: &Org) -> Happening {
        let event_type = match self {
            Self::GroupMember { .. } => "group.user_membership.add",
            Self::AppUser { .. } => "application.user_membership.add",
            Self::AppGroup { .. } => "group.application_assignment.add",
            Self::DeviceUser { .. } => "device.user.add",
            Self::AdminRole { .. } => "user.account.privilege.grant",
            Self::GroupRole { .. } => "group.privilege.grant",
            Self::ClientRole { .. } => "app.oauth2.client.privilege.grant",
        };
        succeeded(event_type, self.targets(org))
    }

    /// Tells that two objects are no longer related.
    pub(crate) fn removed(self, org: &Org) -> Happening {
        let event_type = match self {
            Self::GroupMember { .. } => "group.user_membership.remove",
            Self::AppUser { .. } => "application.user_membership.remove",
            Self::AppGroup { .. } => "group.application_assignment.remove",
            Self::DeviceUser { .. } => "device.user.remove",
            Self::AdminRole { .. } => "user.account.privilege.revoke",
            Self::GroupRole { .. } => "group.privilege.revoke",
            Self::ClientRole { .. } => "app.oauth2.client.privilege.revoke",
        };
        succeeded(event_type, self.targets(org))
    }

    /// Tells that two objects are related in another way than before. Only assignments of applications say more than
    /// that they are there.
    pub(crate) fn changed(self, org: &Org) -> Option<Happening> {
        let event_type = match self {
            Self::AppUser { .. } => "application.user_membership.update",
            Self::AppGroup { .. } => "group.application_assignment.update",
            _ => return None,
        };
        Some(succeeded(event_type, self.targets(org)))
    }

    fn targets(self, org: &Org) -> Vec<Target> {
        let user = |id| Target::find(org, Part::User, Collection::Users, id);
        let group = |id| Target::find(org, Part::Group, Collection::Groups, id);
        let app = |id| Target::find(org, Part::App, Collection::Apps, id);
        match self {
            Self::GroupMember { group: group_id, user: user_id } => {
                vec![user(user_id), group(group_id)]
            }
            Self::AppUser { app: app_id, user: user_id } => {
                let user = user(user_id);
                vec![app_user(app_id, &user), app(app_id), user]
            }
            Self::AppGroup { app: app_id, group: group_id } => vec![group(group_id), app(app_id)],
            Self::DeviceUser { device, user: user_id } => {
                vec![Target::find(org, Part::Device, Collection::Devices, device), user(user_id)]
            }
            Self::AdminRole { user: user_id } => vec![user(user_id)],
            Self::GroupRole { group: group_id } => vec![group(group_id)],
            // A guess: no document names the target.
            Self::ClientRole { app: app_id } => vec![app(app_id)],
        }
    }
}

/// Describes the user of an application, who has an id there that no other part of the API knows.
fn app_user(app_id: &str, user: &Target) -> Target {
    let mut random = Rng::with_seed(fnv(app_id, &user.id));
    let rest: String = (0..17).map(|_| random.alphanumeric()).collect();
    let id = format!("{}{rest}", Part::AppUser.id_prefix());
    Target::new(Part::AppUser, &id, &user.alternate_id, &user.display_name)
}
