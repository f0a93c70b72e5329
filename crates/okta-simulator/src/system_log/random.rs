//! Events drawn at random: the same seed and the same org give the same events.

use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use crate::fnv::fnv;
use crate::org::Org;

use super::cast::Cast;
use super::event::{Happening, Targets};
use super::kind::{Kind, Part};
use super::kinds::kinds;

/// Events to be drawn.
///
/// They are of all types, succeed and fail, have several targets or none, and are of types that nobody knows. A
/// burst is many of them within a second.
#[derive(Clone, Copy, Debug)]
pub struct RandomEvents {
    /// They are drawn from this.
    pub seed: u64,
    /// There are so many.
    pub count: u32,
    /// None is published before.
    pub from: Timestamp,
    /// All are published so soon after that, many of them at the same time.
    pub within: Duration,
    /// One in four can be read later than it was published, by up to so much.
    pub lateness: Duration,
    /// They are of these types only, of all if there are none here. Types that this crate does not write are passed
    /// over.
    pub types: &'static [&'static str],
}

impl RandomEvents {
    /// Draws when each is published, and how much later it can be read.
    pub(crate) fn times(&self) -> impl Iterator<Item = (i64, Duration)> {
        let mut random = Rng::with_seed(fnv("times", &self.seed.to_string()));
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let (from, within) = (self.from.as_millisecond(), millis(self.within));
        let latest = millis(self.lateness);
        let mut last = 0;
        let count = if self.kinds().is_empty() { 0 } else { self.count };
        (0..count).map(move |_| {
            let at = match random.u32(..4) {
                0 => last,
                1 => random.u64(..=within) / 1_000 * 1_000,
                _ => random.u64(..=within),
            };
            last = at;
            let is_late = latest > 0 && random.u32(..4) == 0;
            let lateness = if is_late { random.u64(1..=latest) } else { 0 };
            let published = from.saturating_add(i64::try_from(at).unwrap_or(i64::MAX));
            (published, Duration::from_millis(lateness))
        })
    }

    fn kinds(&self) -> Vec<&'static Kind> {
        let is_meant =
            |kind: &&Kind| self.types.is_empty() || self.types.contains(&kind.event_type);
        kinds().filter(is_meant).collect()
    }
}

/// Draws random events.
#[derive(Debug)]
pub(crate) struct Drawing {
    seed: u64,
    kinds: Vec<&'static Kind>,
    cast: Cast,
}

impl Drawing {
    pub(crate) fn new(org: &Org, events: &RandomEvents) -> Self {
        Self { seed: events.seed, kinds: events.kinds(), cast: Cast::of(org) }
    }

    /// Returns the kind of the event with this number.
    pub(crate) fn kind(&self, number: u32) -> &'static Kind {
        self.begin(number).1
    }

    /// Shows the event with this number as JSON.
    pub(crate) fn show(&self, published: i64, number: u32) -> String {
        let (mut random, kind) = self.begin(number);
        self.happening(&mut random, kind).show(published, number)
    }

    fn begin(&self, number: u32) -> (Rng, &'static Kind) {
        let mut random = Rng::with_seed(fnv(&self.seed.to_string(), &number.to_string()));
        let kind = self.kinds[random.usize(..self.kinds.len())];
        (random, kind)
    }

    fn happening(&self, random: &mut Rng, kind: &'static Kind) -> Happening {
        let mut targets: Vec<_> =
            kind.targets.iter().map(|&part| self.cast.draw(part, random)).collect();
        if let (Some(&part), 0) = (kind.targets.first(), random.u32(..8)) {
            targets.push(self.cast.draw(part, random));
        }
        random.shuffle(&mut targets);
        // Even an event that is about something may have lost what it is about.
        let targets = match random.u32(..12) {
            0 => Targets::Null,
            1 => Targets::Absent,
            2 => Targets::Some(Vec::new()),
            _ if targets.is_empty() => Targets::Null,
            _ => Targets::Some(targets),
        };
        let actor = random.bool().then(|| self.cast.draw(Part::User, random));
        let outcome = kind.outcomes[random.usize(..kind.outcomes.len())];
        Happening { kind, outcome, actor, targets, is_lean: random.u32(..8) == 0 }
    }
}
