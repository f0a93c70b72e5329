//! Orgs made from a number: the same seed gives the same org, byte for byte.
//!
//! The data is awkward on purpose. Values are shared, differ only in case, hold whatever a query string or a
//! literal has to escape, and are null, empty or absent where real ones may be. Time stamps come in clusters,
//! so that many are equal and many are one second apart.

use serde_json::{Value, json};

use crate::collection::{Collection, Made};
use crate::fnv::fnv;
use crate::maker::{Maker, ORIGIN};
use crate::org::{Assignee, Org};

impl Org {
    /// Makes an org of so many users, with groups, applications, devices and user types in proportion.
    ///
    /// Some time stamps of a generated org are stored more finely than they are shown: the record says
    /// `.000`, and `search` and `filter` compare with the milliseconds behind it.
    pub fn generate(seed: u64, users: usize) -> Self {
        let mut org = Self::default();
        org.hide_fractions();
        let mut maker = Maker::new(seed, users);
        let mut made = Made::default();
        for &collection in Collection::ALL {
            let records = (collection.row().generate)(&mut maker, &made);
            made.add(collection, records);
            // At once, so that no collection added later changes who has what.
            if collection == Collection::Devices {
                relate(&mut org, &mut maker, &made);
            }
        }
        apply_rules(&mut org, &made);
        for (collection, records) in made {
            if collection.parent().is_none() {
                org.replace(collection, records);
                continue;
            }
            for (key, record) in records {
                let (parent, _) = key.split_once('/').expect("it is below an object");
                org.put_child(collection, parent, record.value());
            }
        }
        org
    }

    /// Adds the built-in group of all administrators, and returns its id. Okta lists the group, and neither its members
    /// nor its applications.
    pub fn add_administrators_group(&mut self) -> String {
        let id = format!("00g{}Admins", "0".repeat(11));
        let url = format!("{ORIGIN}/api/v1/groups/{id}");
        let time = "2024-01-01T00:00:00.000Z";
        self.put(
            Collection::Groups,
            json!({
                "id": id,
                "created": time,
                "lastUpdated": time,
                "lastMembershipUpdated": time,
                "objectClass": ["okta:user_group"],
                "type": "BUILT_IN",
                "profile": { "name": "Okta Administrators", "description": "All administrators" },
                "_links": {
                    "users": { "href": format!("{url}/users") },
                    "apps": { "href": format!("{url}/apps") },
                },
            }),
        );
        let administrators: Vec<_> =
            self.parents_after(Collection::UserRoles, "").map(str::to_owned).collect();
        for user in administrators {
            self.add_member(&id, &user);
        }
        id
    }
}

/// Lets rules be the reason of most memberships in the groups that they are about. The others were made by hand.
fn apply_rules(org: &mut Org, made: &Made) {
    let rules = made.records(Collection::GroupRules);
    for rule in rules.filter(|rule| rule["status"] == "ACTIVE") {
        let rule_id = rule["id"].as_str().unwrap_or_default();
        let groups = rule["actions"]["assignUserToGroups"]["groupIds"].as_array();
        for group in groups.into_iter().flatten().filter_map(Value::as_str) {
            let members: Vec<_> = org.members(group).map(str::to_owned).collect();
            for member in members.iter().filter(|id| !fnv(rule_id, id).is_multiple_of(3)) {
                org.add_member_by_rule(group, member, rule_id);
            }
        }
    }
}

/// Puts users into groups, and gives out apps and devices.
fn relate(org: &mut Org, maker: &mut Maker, made: &Made) {
    let (apps, users) = (made.ids(Collection::Apps), made.ids(Collection::Users));
    let (groups, devices) = (made.ids(Collection::Groups), made.ids(Collection::Devices));
    let (_everyone, groups) = groups.split_first().expect("an org has at least eight groups");
    for user in &users {
        for _ in 0..maker.random.usize(0..3) {
            let group: &String = maker.pick(groups);
            org.add_member(group, user);
        }
    }
    // The last app and the last group stay without assignments.
    for app in &apps[..apps.len() - 1] {
        for _ in 0..maker.random.usize(0..4) {
            let group = maker.pick(&groups[..groups.len() - 1]);
            org.assign(app, Assignee::Group(group.clone()));
        }
        if !users.is_empty() {
            for _ in 0..maker.random.usize(0..5) {
                org.assign(app, Assignee::User(maker.pick(&users).clone()));
            }
        }
    }
    if !users.is_empty() {
        for device in &devices {
            for _ in 0..maker.random.usize(0..3) {
                let user: &String = maker.pick(&users);
                org.add_device_user(device, user);
            }
        }
    }
}
