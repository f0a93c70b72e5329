//! A flow on its schedule: a run each time that it is due, with the window where the last success ended.

use super::job::Job;
use super::progress::{say, stop_signal};
use super::state::StateFile;
use super::{Run, Stopped};
use appflow_flow::Flow;
use appflow_flow::schedule::{Schedule, ScheduleExpression, Trigger};
use appflow_flow::window::Bounds;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Runs the flow until it is stopped, its schedule ends, or it has failed too often in a row.
pub(super) async fn watch(arguments: &Run, flow: &Flow) -> anyhow::Result<()> {
    let (schedule, rate) = schedule(flow)?;
    let file = StateFile::of(&arguments.out, &flow.name);
    let mut stop = stop_signal();
    let mut due =
        schedule.start.map_or_else(Timestamp::now, |start| next(start, rate, Timestamp::now()));
    let mut failures = 0;
    loop {
        if schedule.end.is_some_and(|end| due > end) {
            say(&format!("the schedule of {} is over", flow.name));
            return Ok(());
        }
        let pause = Duration::try_from(due.duration_since(Timestamp::now())).unwrap_or_default();
        if !pause.is_zero() {
            say(&format!("the next run of {} is due at {due:.0}", flow.name));
        }
        tokio::select! {
            biased;
            () = stop.wait() => return Err(Stopped.into()),
            () = tokio::time::sleep(pause) => {}
        }
        let last = file.read()?.until;
        let outcome = match Job::prepare(arguments, flow, Bounds::default(), last).await {
            Ok(job) => job.run(&mut stop).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => failures = 0,
            Err(error) if error.is::<Stopped>() => return Err(error),
            Err(error) => {
                failures += 1;
                let threshold = schedule.error_deactivation_threshold;
                if threshold.is_some_and(|threshold| failures >= threshold) {
                    return Err(error.context(format!(
                        "{} failed {failures} times in a row, and AppFlow would run it no more",
                        flow.name
                    )));
                }
                // The window stays where it is, so that the next run covers this one's too.
                say(&format!("error: {error:#}"));
            }
        }
        let after = due.saturating_add(rate).unwrap_or(Timestamp::MAX);
        due = next(after, rate, Timestamp::now());
    }
}

fn schedule(flow: &Flow) -> anyhow::Result<(&Schedule, SignedDuration)> {
    let Trigger::Scheduled(schedule) = &flow.trigger else {
        anyhow::bail!("--watch is for a flow with a schedule, and {} runs on demand", flow.name);
    };
    match &schedule.expression {
        ScheduleExpression::Rate(rate) => Ok((schedule, *rate)),
        ScheduleExpression::Cron(cron) => anyhow::bail!(
            "--watch does not know when {cron} is due, as AppFlow does not document it: expected a rate such as rate(5minutes)"
        ),
    }
}

/// Returns when a run is due, from now on: runs that were missed are not made up for.
fn next(due: Timestamp, rate: SignedDuration, now: Timestamp) -> Timestamp {
    let missed = (now.as_second() - due.as_second()).div_euclid(rate.as_secs().max(1));
    if missed <= 0 {
        return due;
    }
    let to_catch_up = rate.as_secs().saturating_mul(missed);
    let caught_up =
        due.saturating_add(SignedDuration::from_secs(to_catch_up)).unwrap_or(Timestamp::MAX);
    if caught_up < now {
        caught_up.saturating_add(rate).unwrap_or(Timestamp::MAX)
    } else {
        caught_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let rows = [
            ("2026-01-01T12:00:00Z", "2026-01-01T11:00:00Z", "2026-01-01T12:00:00Z"),
            ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"),
            ("2026-01-01T12:00:00Z", "2026-01-01T15:10:00Z", "2026-01-01T16:00:00Z"),
            ("2026-01-01T12:00:00Z", "2026-01-01T15:00:00Z", "2026-01-01T15:00:00Z"),
        ];
        for (due, now, expected) in rows {
            assert_eq!(
                next(at(due), SignedDuration::from_hours(1), at(now)),
                at(expected),
                "{now}"
            );
        }
    }
}
