//! Pairs of objects: who is a member of what, and what is assigned to whom.

use fastrand::Rng;

use crate::collection::Collection;
use crate::fnv::fnv;
use crate::org::Org;

use super::changes::succeeded;
use super::event::Happening;
use super::kinds::Part;
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
}

impl Relation<'_> {
    /// Tells that two objects were related.
    pub(crate) fn added(self, org: &Org) -> Happening {
        let event_type = match self {
            Self::GroupMember { .. } => "group.user_membership.add",
            Self::AppUser { .. } => "application.user_membership.add",
            Self::AppGroup { .. } => "group.application_assignment.add",
            Self::DeviceUser { .. } => "device.user.add",
            Self::AdminRole { .. } => "user.account.privilege.grant",
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
        };
        succeeded(event_type, self.targets(org))
    }

    fn targets(self, org: &Org) -> Vec<Target> {
        let user = |id| target(org, Part::User, Collection::Users, id);
        let group = |id| target(org, Part::Group, Collection::Groups, id);
        let app = |id| target(org, Part::App, Collection::Apps, id);
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
                vec![target(org, Part::Device, Collection::Devices, device), user(user_id)]
            }
            Self::AdminRole { user: user_id } => vec![user(user_id)],
        }
    }
}

/// Describes an object, of which the log knows no name if the org does not have it.
fn target(org: &Org, part: Part, collection: Collection, id: &str) -> Target {
    match org.get(collection, id) {
        Some(record) => Target::of(part, id, &record),
        None => Target::new(part, id, "unknown", "unknown"),
    }
}

/// Describes the user of an application, who has an id there that no other part of the API knows.
fn app_user(app_id: &str, user: &Target) -> Target {
    let mut random = Rng::with_seed(fnv(app_id, &user.id));
    let rest: String = (0..17).map(|_| random.alphanumeric()).collect();
    let id = format!("{}{rest}", Part::AppUser.id_prefix());
    Target::new(Part::AppUser, &id, &user.alternate_id, &user.display_name)
}
