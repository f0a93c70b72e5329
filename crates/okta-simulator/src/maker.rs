//! Randomness for generated records, and what all of them have in common.

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use crate::fnv::fnv;

/// The host in the links of generated records.
pub(crate) const ORIGIN: &str = "https://acme.okta.com";

/// The host of the Admin Console, which some records link to.
pub(crate) const ADMIN_ORIGIN: &str = "https://acme-admin.okta.com";

/// Draws what generated records are made of.
#[derive(Debug)]
pub(crate) struct Maker {
    pub(crate) random: Rng,
    /// The org has so many users. Other collections are in proportion.
    pub(crate) users: usize,
    /// Time stamps spread over so many days: few in a small org, so that some are equal there too.
    days: i64,
    seed: u64,
    last_id: String,
}

impl Maker {
    pub(crate) fn new(seed: u64, users: usize) -> Self {
        let days = i64::try_from(users / 8).unwrap_or(i64::MAX).clamp(3, 700);
        Self { random: Rng::with_seed(seed), users, days, seed, last_id: String::new() }
    }

    /// Makes a maker that draws for one purpose alone, so that nothing else that is drawn changes its records, nor
    /// its records anything else.
    pub(crate) fn fork(&self, purpose: &str) -> Self {
        Self::new(self.seed ^ fnv(purpose, "maker"), self.users)
    }

    /// Makes a new id. Now and then it differs from the one before in the case of one letter only.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
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

    /// Draws one of the choices, of which there must be some.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.random.usize(..choices.len())]
    }

    /// Draws one of the words, as JSON text.
    pub(crate) fn word(&mut self, words: &[&str]) -> Value {
        let word: &&str = self.pick(words);
        text(word)
    }

    /// Holds in one case of so many.
    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.random.u32(..n) == 0
    }

    /// Makes something in two cases of three.
    pub(crate) fn often<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (!self.one_in(3)).then(|| make(self))
    }

    /// Draws a point in time, in seconds, of which there are a few per day.
    pub(crate) fn time(&mut self) -> i64 {
        const START: i64 = 1_704_067_200; // 2024-01-01T00:00:00Z
        const SECONDS: [i64; 8] = [0, 1, 2, 3_599, 3_600, 43_200, 43_201, 86_399];
        START + 86_400 * self.random.i64(0..self.days) + self.pick(&SECONDS)
    }

    /// Draws a point in time that is not before another, and often is the same.
    pub(crate) fn time_from(&mut self, earlier: i64) -> i64 {
        earlier + *self.pick(&[0, 0, 1, 59, 60, 3_600, 86_399, 86_400])
    }
}

/// Writes a time stamp as Okta shows it.
pub(crate) fn stamp(seconds: i64) -> Value {
    let time = Timestamp::from_second(seconds).expect("a time in this century");
    let mut text = time.to_string();
    text.truncate("2024-01-01T00:00:00".len());
    text.push_str(".000Z");
    Value::String(text)
}

/// Makes JSON text.
pub(crate) fn text(word: &str) -> Value {
    Value::String(word.to_owned())
}
