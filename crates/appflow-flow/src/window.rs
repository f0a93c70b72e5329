//! The time of which an incremental run transfers changes.

use crate::refusal::Refusal;
use crate::schedule::Schedule;
use jiff::{SignedDuration, Timestamp};

/// The time that AppFlow looks back in a first run, unless the flow says otherwise.
const FIRST_RUN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub since: Timestamp,
    /// Its end. Whether a change at this very instant is in it depends on the [`WindowForm`].
    pub until: Timestamp,
}

/// The text in which a connector is told of a window. AppFlow does not document its own, so a connector has to answer all of
/// them alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowForm {
    /// `field BETWEEN 2026-01-01T00:00:00.000Z AND 2026-01-02T00:00:00.000Z`
    #[default]
    Between,
    /// `field >= 2026-01-01T00:00:00.000Z AND field < 2026-01-02T00:00:00.000Z`
    HalfOpen,
    /// `field BETWEEN 1767225600000 AND 1767312000000`
    Epoch,
}

/// Bounds that somebody sets for a run, in place of those that it would have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The beginning.
    pub since: Option<Timestamp>,
    /// The end.
    pub until: Option<Timestamp>,
}

impl Window {
    /// Returns the window of a run that begins `now`: from the end of the last one that was a success, if there was any.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it would end before it begins.
    pub fn of_run(
        schedule: &Schedule,
        now: Timestamp,
        last: Option<Timestamp>,
        bounds: Bounds,
    ) -> Result<Self, Refusal> {
        let earlier = |time: Timestamp, by| time.saturating_sub(by).unwrap_or(Timestamp::MIN);
        let until = bounds.until.unwrap_or_else(|| earlier(now, schedule.offset));
        let first = || schedule.first_execution_from.unwrap_or_else(|| earlier(until, FIRST_RUN));
        let since = bounds.since.or(last).unwrap_or_else(first);
        if since > until {
            return Err(Refusal::new(format!(
                "the window begins at {since}, after its end at {until}: expected a beginning before that"
            )));
        }
        Ok(Self { since, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{DataPullMode, ScheduleExpression};

    #[test]
    fn a_run_goes_on_where_the_last_one_ended() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let some = |text| Some(at(text));
        let now = at("2026-03-01T12:00:00Z");
        let none = Bounds::default();
        let since = Bounds { since: some("2026-02-27T00:00:00Z"), until: None };
        let until = Bounds { since: None, until: some("2026-02-28T00:00:00Z") };
        let last = some("2026-02-26T00:00:00Z");
        let from = some("2000-01-01T00:00:00Z");
        let rows = [
            (0, None, None, none, "2026-01-30T12:00:00Z", "2026-03-01T12:00:00Z"),
            (300, None, None, none, "2026-01-30T11:55:00Z", "2026-03-01T11:55:00Z"),
            (300, from, None, none, "2000-01-01T00:00:00Z", "2026-03-01T11:55:00Z"),
            (300, from, last, none, "2026-02-26T00:00:00Z", "2026-03-01T11:55:00Z"),
            (300, from, last, since, "2026-02-27T00:00:00Z", "2026-03-01T11:55:00Z"),
            (300, from, last, until, "2026-02-26T00:00:00Z", "2026-02-28T00:00:00Z"),
        ];
        for (offset, first_execution_from, last, bounds, since, until) in rows {
            let schedule = Schedule {
                expression: ScheduleExpression::Rate(SignedDuration::from_hours(1)),
                pull: DataPullMode::Incremental,
                start: None,
                end: None,
                offset: SignedDuration::from_secs(offset),
                first_execution_from,
                error_deactivation_threshold: None,
            };
            let window = Window::of_run(&schedule, now, last, bounds).unwrap();
            assert_eq!(window, Window { since: at(since), until: at(until) });
            let backwards = Bounds { since: Some(now + SignedDuration::from_secs(1)), until: None };
            assert!(Window::of_run(&schedule, now, last, backwards).is_err());
        }
    }
}
