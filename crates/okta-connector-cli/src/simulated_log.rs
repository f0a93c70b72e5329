//! The System Log of a simulated org: a month in which all kinds of things happened.

use jiff::{SignedDuration, Timestamp};
use okta_simulator::{Org, RandomEvents, SystemLog};
use std::time::Duration;

/// The time in which everything happened.
const MONTH: Duration = Duration::from_hours(29 * 24);

/// The end of that month is so long ago.
const QUIET: Duration = Duration::from_hours(1);

/// The types of what happens in an org every day.
const DAILY: &[&str] = &[
    "application.user_membership.add",
    "application.user_membership.remove",
    "group.application_assignment.add",
    "group.application_assignment.remove",
    "group.user_membership.add",
    "group.user_membership.remove",
    "user.lifecycle.create",
    "user.lifecycle.deactivate",
    "user.lifecycle.delete.completed",
];

/// Draws what happened in an org in the month before `now`. The same org has the same events, at times that go with `now`.
pub fn draw_log(org: &Org, now: Timestamp) -> SystemLog {
    let ago = SignedDuration::try_from(MONTH + QUIET).expect("a month is not too long");
    let from = now.saturating_sub(ago).unwrap_or(Timestamp::MIN);
    let all = RandomEvents {
        seed: 1,
        count: 150,
        from,
        within: MONTH,
        lateness: Duration::ZERO,
        types: &[],
    };
    let mut log = SystemLog::default();
    log.draw(org, &all);
    log.draw(org, &RandomEvents { seed: 2, count: 100, types: DAILY, ..all });
    log
}
