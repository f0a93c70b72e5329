//! Who and what random events are about.

use fastrand::Rng;
use serde_json::Value;

use crate::collection::{Collection, key_of};
use crate::org::Org;

use super::kind::Part;
use super::target::Target;

/// Objects of an org that events can name, some of each kind.
#[derive(Debug, Default)]
pub(crate) struct Cast {
    users: Vec<Target>,
    groups: Vec<Target>,
    apps: Vec<Target>,
    devices: Vec<Target>,
}

/// Of a kind there are no more than this.
const MOST: usize = 200;

impl Cast {
    pub(crate) fn of(org: &Org) -> Self {
        let targets = |part, collection| {
            let records = org.records(collection).take(MOST);
            let target = |record: Value| Some(Target::of(part, key_of(&record)?, &record));
            records.filter_map(target).collect()
        };
        Self {
            users: targets(Part::User, Collection::Users),
            groups: targets(Part::Group, Collection::Groups),
            apps: targets(Part::App, Collection::Apps),
            devices: targets(Part::Device, Collection::Devices),
        }
    }

    /// Draws a thing: in three cases of four one of the org, if there is any, and else one that is not there.
    pub(crate) fn draw(&self, part: Part, random: &mut Rng) -> Target {
        let known = match part {
            Part::User => &self.users,
            Part::Group => &self.groups,
            Part::App => &self.apps,
            Part::Device => &self.devices,
            Part::AppUser | Part::Other(_) => &Vec::new(),
        };
        if !known.is_empty() && random.u32(..4) > 0 {
            return known[random.usize(..known.len())].clone();
        }
        let rest: String = (0..17).map(|_| random.alphanumeric()).collect();
        let id = format!("{}{rest}", part.id_prefix());
        // Of what is gone, the log may have kept the names or not.
        let names =
            [("gone@example.com", "Gone \"for good\", they say"), ("unknown", "unknown"), ("", "")];
        let (alternate_id, display_name) = names[random.usize(..names.len())];
        Target::new(part, &id, alternate_id, display_name)
    }
}
