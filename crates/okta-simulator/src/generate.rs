//! Orgs made from a number: the same seed gives the same org, byte for byte.
//!
//! The data is awkward on purpose. Values are shared, differ only in case, hold whatever a query string or a
//! literal has to escape, and are null, empty or absent where real ones may be. Time stamps come in clusters,
//! so that many are equal and many are one second apart.

mod apps;
mod devices;
mod groups;
mod schemas;
mod users;
mod words;

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use crate::{Assignee, Org};

/// The host in the links of generated records.
const ORIGIN: &str = "https://acme.okta.com";

impl Org {
    /// Makes an org of so many users, with groups, applications, devices and user types in proportion.
    ///
    /// Some time stamps of a generated org are stored more finely than they are shown: the record says
    /// `.000`, and `search` and `filter` compare with the milliseconds behind it.
    pub fn generate(seed: u64, users: usize) -> Self {
        let mut org = Self::default();
        org.hide_fractions();
        let mut maker = Maker::new(seed, users);

        schemas::generate(&mut org, &mut maker);
        let apps = apps::generate(&mut org, &mut maker, (users / 20).max(12));
        let users = users::generate(&mut org, &mut maker, users);
        let groups = groups::generate(&mut org, &mut maker, (users.len() / 10).max(8), &apps);
        let devices = devices::generate(&mut org, &mut maker, (users.len() / 4).max(8));
        relate(&mut org, &mut maker, &Ids { apps, users, groups, devices });
        org
    }
}

/// The ids of what was made, in the order in which it was made.
struct Ids {
    apps: Vec<String>,
    users: Vec<String>,
    groups: Vec<String>,
    devices: Vec<String>,
}

/// Puts users into groups, and gives out apps and devices.
fn relate(org: &mut Org, maker: &mut Maker, ids: &Ids) {
    let (_everyone, groups) = ids.groups.split_first().expect("an org has at least eight groups");
    for user in &ids.users {
        for _ in 0..maker.random.usize(0..3) {
            let group: &String = maker.pick(groups);
            org.add_member(group, user);
        }
    }
    // The last app and the last group stay without assignments.
    for app in &ids.apps[..ids.apps.len() - 1] {
        for _ in 0..maker.random.usize(0..4) {
            let group = maker.pick(&groups[..groups.len() - 1]);
            org.assign(app, Assignee::Group(group.clone()));
        }
        if !ids.users.is_empty() {
            for _ in 0..maker.random.usize(0..5) {
                org.assign(app, Assignee::User(maker.pick(&ids.users).clone()));
            }
        }
    }
    if !ids.users.is_empty() {
        for device in &ids.devices {
            for _ in 0..maker.random.usize(0..3) {
                let user: &String = maker.pick(&ids.users);
                org.add_device_user(device, user);
            }
        }
    }
}

/// Randomness, and what everything that is generated has in common.
struct Maker {
    random: Rng,
    /// Over how many days time stamps spread: few in a small org, so that some are equal there too.
    days: i64,
    last_id: String,
}

impl Maker {
    fn new(seed: u64, users: usize) -> Self {
        let days = i64::try_from(users / 8).unwrap_or(i64::MAX).clamp(3, 700);
        Self { random: Rng::with_seed(seed), days, last_id: String::new() }
    }

    /// A new id. Now and then it differs from the one before in the case of one letter only.
    fn id(&mut self, prefix: &str) -> String {
        let twin = self.last_id.strip_prefix(prefix).and_then(|rest| {
            let last = rest.chars().last().filter(char::is_ascii_lowercase)?;
            Some(format!("{prefix}{}{}", &rest[..rest.len() - 1], last.to_ascii_uppercase()))
        });
        let id = match twin {
            Some(twin) if self.one_in(16) => twin,
            _ => {
                let rest = (0..17).map(|_| self.random.alphanumeric());
                let rest: String = rest.collect();
                format!("{prefix}{rest}")
            }
        };
        self.last_id.clone_from(&id);
        id
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.random.usize(..choices.len())]
    }

    /// One of the words, as JSON text.
    fn word(&mut self, words: &[&str]) -> Value {
        let word: &&str = self.pick(words);
        text(word)
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.random.u32(..n) == 0
    }

    /// Something that is often there.
    fn often<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (!self.one_in(3)).then(|| make(self))
    }

    /// A point in time, in seconds, drawn from a few per day.
    fn time(&mut self) -> i64 {
        const START: i64 = 1_704_067_200; // 2024-01-01T00:00:00Z
        const SECONDS: [i64; 8] = [0, 1, 2, 3_599, 3_600, 43_200, 43_201, 86_399];
        START + 86_400 * self.random.i64(0..self.days) + self.pick(&SECONDS)
    }

    /// A point in time that is not before another, and often is the same.
    fn time_from(&mut self, earlier: i64) -> i64 {
        earlier + *self.pick(&[0, 0, 1, 59, 60, 3_600, 86_399, 86_400])
    }
}

/// A time stamp as Okta shows it.
fn stamp(seconds: i64) -> Value {
    let time = Timestamp::from_second(seconds).expect("a time in this century");
    let mut text = time.to_string();
    text.truncate("2024-01-01T00:00:00".len());
    text.push_str(".000Z");
    Value::String(text)
}

fn text(word: &str) -> Value {
    Value::String(word.to_owned())
}
