//! Shows a run while it goes on: a line that changes on a terminal, lines of JSON elsewhere.

use super::cost::Cost;
use crate::commands::say as say_line;
use crate::commands::words::counted;
use appflow_flow::run::Progress;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

/// Shows the progress of a run on standard error.
#[derive(Debug)]
pub(super) enum Display {
    Terminal(ProgressBar),
    Lines,
}

impl Display {
    /// Begins to show a run, which has about so many records if that is known.
    pub(super) fn new(expected: Option<u64>) -> anyhow::Result<Self> {
        if !io::stderr().is_terminal() {
            return Ok(Self::Lines);
        }
        let bar = match expected {
            Some(expected) => ProgressBar::new(expected).with_style(ProgressStyle::with_template(
                "{human_pos} of about {human_len} records {wide_bar} {msg}, {eta} left",
            )?),
            None => ProgressBar::new_spinner().with_style(ProgressStyle::with_template(
                "{spinner} {human_pos} records, {msg}, {elapsed}",
            )?),
        };
        Ok(Self::Terminal(bar))
    }

    /// Shows how far a run has come.
    pub(super) fn show(&self, progress: &Progress, cost: &Cost) {
        match self {
            Self::Terminal(bar) => {
                bar.set_position(progress.records);
                bar.set_message(message(progress, cost));
                bar.tick();
            }
            Self::Lines => {
                let event = match progress.pause {
                    Some(pause) => json!({ "event": "pause", "seconds": pause.as_secs() }),
                    None => json!({ "event": "page" }),
                };
                line(event, progress, cost);
            }
        }
    }

    /// Ends the display.
    pub(super) fn end(&self, event: &str, progress: &Progress, cost: &Cost) {
        match self {
            Self::Terminal(bar) => bar.finish_and_clear(),
            Self::Lines => line(json!({ "event": event }), progress, cost),
        }
    }
}

/// Says something beside the progress.
pub(super) fn say(text: &str) {
    match io::stderr().is_terminal() {
        true => say_line(text),
        false => say_line(&json!({ "event": "message", "text": text }).to_string()),
    }
}

fn message(progress: &Progress, cost: &Cost) -> String {
    let mut message = counted(cost.requests, "request");
    if let Some(used) = cost.used_now {
        message.push_str(&format!(", {used} % of limit"));
    }
    if let Some(pause) = progress.pause {
        message.push_str(&format!(", waiting {}", HumanDuration(pause)));
    }
    message
}

fn line(mut event: Value, progress: &Progress, cost: &Cost) {
    for (key, value) in [
        ("records", progress.records),
        ("filtered", progress.filtered),
        ("pages", progress.pages),
        ("calls", progress.calls),
        ("oktaRequests", cost.requests),
    ] {
        event[key] = value.into();
    }
    event["limitUsedPercent"] = cost.used_now.into();
    say_line(&event.to_string());
}

/// The signals of somebody who wants a run to stop: their number.
#[derive(Clone, Debug)]
pub(super) struct Stop(watch::Receiver<u8>);

impl Stop {
    /// Waits for the first one.
    pub(super) fn wait(&self) -> Pin<Box<impl Future<Output = ()> + use<>>> {
        self.wait_for(1)
    }

    /// Waits for the second one.
    pub(super) fn given_up(&self) -> Pin<Box<impl Future<Output = ()> + use<>>> {
        self.wait_for(2)
    }

    fn wait_for(&self, signals: u8) -> Pin<Box<impl Future<Output = ()> + use<>>> {
        let mut receiver = self.0.clone();
        // The sender lives as long as the process.
        Box::pin(async move {
            let _ = receiver.wait_for(|&got| got >= signals).await;
        })
    }
}

/// Listens to Ctrl-C: the first one stops a run behind its page, the second one at once, and what it has
/// written goes.
pub(super) fn stop_signal() -> Stop {
    let (sender, receiver) = watch::channel(0);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            say("stopping behind this page; Ctrl-C again to give the run up");
            let _ = sender.send(1);
            let _ = tokio::signal::ctrl_c().await;
            let _ = sender.send(2);
        }
        // Without signals nothing stops a run.
        sender.closed().await;
    });
    Stop(receiver)
}

/// Says how long something took, in the words of people.
pub(super) fn took(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        _ => HumanDuration(time).to_string(),
    }
}
