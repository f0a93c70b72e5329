//! Orgs made from a number: the same seed gives the same org, byte for byte.
//!
//! The data is awkward on purpose. Values are shared, differ only in case, hold whatever a query string or a
//! literal has to escape, and are null, empty or absent where real ones may be. Time stamps come in clusters,
//! so that many are equal and many are one second apart.

use crate::collection::{Collection, Made};
use crate::maker::Maker;
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
        for (collection, records) in made {
            org.replace(collection, records);
        }
        org
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
