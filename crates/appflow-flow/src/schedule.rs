//! When a flow runs, and of what time a run transfers changes: `triggerConfig`.

use crate::reader::{Members, Node};
use crate::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};

/// Starts a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Somebody does.
    OnDemand,
    /// The clock does.
    Scheduled(Schedule),
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// When a run is due.
    pub expression: ScheduleExpression,
    /// Which records a run transfers.
    pub pull: DataPullMode,
    /// The instant before which no run begins.
    pub start: Option<Timestamp>,
    /// The instant after which no run begins.
    pub end: Option<Timestamp>,
    /// By how much the window of an incremental run lags behind its start: 0 to 36,000 s.
    pub offset: SignedDuration,
    /// From when on the first incremental run transfers changes, if that is not the default.
    pub first_execution_from: Option<Timestamp>,
    /// After so many failures in a row, the flow runs no more: 1 to 100, if it is said.
    pub error_deactivation_threshold: Option<u64>,
}

/// Which records a scheduled run transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataPullMode {
    /// Those that changed since the last run that was a success.
    Incremental,
    /// All.
    Complete,
}

/// When a run is due: `rate(5minutes)` or `cron(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleExpression {
    /// Each time so much has passed.
    Rate(SignedDuration),
    /// As cron says. Its form is not documented for AppFlow, so it is kept as it is.
    Cron(String),
}

const TRIGGERS: &[(&str, TriggerType)] = &[
    ("OnDemand", TriggerType::OnDemand),
    ("Scheduled", TriggerType::Scheduled),
    ("Event", TriggerType::Event),
];

#[derive(Clone, Copy)]
enum TriggerType {
    OnDemand,
    Scheduled,
    Event,
}

const PULL_MODES: &[(&str, DataPullMode)] =
    &[("Incremental", DataPullMode::Incremental), ("Complete", DataPullMode::Complete)];

impl Trigger {
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, Refusal> {
        let members = node.members(&["triggerType", "triggerProperties"])?;
        let trigger = members.required("triggerType")?;
        match trigger.word(TRIGGERS)? {
            TriggerType::OnDemand => Ok(Self::OnDemand),
            TriggerType::Event => Err(Refusal::new(
                "triggerConfig.triggerType is `Event`, which no custom connector has: expected `OnDemand` or `Scheduled`",
            )),
            TriggerType::Scheduled => {
                let properties = members.required("triggerProperties")?.members(&["Scheduled"])?;
                Ok(Self::Scheduled(Schedule::read(&properties.required("Scheduled")?)?))
            }
        }
    }
}

impl Schedule {
    fn read(node: &Node<'_>) -> Result<Self, Refusal> {
        let members = node.members(&[
            "scheduleExpression",
            "dataPullMode",
            "scheduleStartTime",
            "scheduleEndTime",
            "timezone",
            "scheduleOffset",
            "firstExecutionFrom",
            "flowErrorDeactivationThreshold",
        ])?;
        let time = |name| members.optional(name).map(|node| node.timestamp()).transpose();
        let threshold = members.optional("flowErrorDeactivationThreshold");
        Ok(Self {
            expression: ScheduleExpression::read(&members.required("scheduleExpression")?)?,
            pull: match members.optional("dataPullMode") {
                Some(mode) => mode.word(PULL_MODES)?,
                None => DataPullMode::Complete,
            },
            start: time("scheduleStartTime")?,
            end: time("scheduleEndTime")?,
            offset: offset(&members)?,
            first_execution_from: time("firstExecutionFrom")?,
            error_deactivation_threshold: threshold.map(|node| node.whole(1..=100)).transpose()?,
        })
    }
}

fn offset(members: &Members<'_>) -> Result<SignedDuration, Refusal> {
    let Some(node) = members.optional("scheduleOffset") else { return Ok(SignedDuration::ZERO) };
    let seconds = i64::try_from(node.whole(0..=36_000)?).expect("36,000 is not too large");
    Ok(SignedDuration::from_secs(seconds))
}

impl ScheduleExpression {
    fn read(node: &Node<'_>) -> Result<Self, Refusal> {
        let text = node.text()?;
        if text.starts_with("cron(") && text.ends_with(')') {
            return Ok(Self::Cron(text.to_owned()));
        }
        let refuse = |why: &str| {
            node.refuse(&format!("a rate such as rate(5minutes), rate(1hours) or rate(1days){why}"))
        };
        let rate = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
        let rate = rate.ok_or_else(|| refuse(""))?;
        if rate.contains(char::is_whitespace) {
            return Err(refuse(", without a blank"));
        }
        let unit = rate.trim_start_matches(|c: char| c.is_ascii_digit());
        let number =
            rate[..rate.len() - unit.len()].parse::<u32>().ok().filter(|&number| number > 0);
        let number = number.ok_or_else(|| refuse(", with a number from 1"))?;
        let hours = match unit.strip_suffix('s').unwrap_or(unit) {
            "minute" => return Ok(Self::Rate(SignedDuration::from_mins(number.into()))),
            "hour" => 1,
            "day" => 24,
            "week" => 7 * 24,
            // AppFlow does not say how long its months are.
            "month" => 30 * 24,
            "" => return Err(refuse(", with a unit")),
            _ => return Err(refuse(", with a unit of minutes, hours, days, weeks or months")),
        };
        Ok(Self::Rate(SignedDuration::from_hours(i64::from(number) * hours)))
    }
}
