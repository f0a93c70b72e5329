//! The share of the rate limit that a run has used in each window, second by second, and its cap.

use super::{BLUE, GRID, INK, PALE, RED, TEXT, TITLE, grouped, list, number, on_paper, text};
use plotters::prelude::*;
use serde_json::Value;

/// The seconds of a window.
const WINDOW: f64 = 60.0;

pub(super) fn draw(series: &[Value]) -> anyhow::Result<String> {
    let run = &series[0];
    let (users, cap) = (number(run, "/users")?, number(run, "/cap")?);
    let windows: Vec<_> =
        list(run, "windows")?.iter().map(Window::read).collect::<Result<_, _>>()?;
    let limit = windows.iter().map(|window| window.limit).fold(0.0, f64::max);
    let last = windows.iter().filter_map(|window| window.steps.last()).map(|&(second, _)| second);
    let end = (last.fold(WINDOW, f64::max) / 10.0).ceil() * 10.0;
    on_paper((860, 400), |paper| {
        let mut chart = ChartBuilder::on(paper)
            .caption(
                format!(
                    "{} users under a limit of {limit:.0} requests a minute: the share used",
                    grouped(users)
                ),
                text(TITLE, INK),
            )
            .margin(14)
            .x_label_area_size(48)
            .y_label_area_size(62)
            .build_cartesian_2d(0.0..end, 0.0..100.0)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style(text(TEXT, INK))
            .axis_desc_style(text(TEXT, INK))
            .x_desc("seconds since the run began; a window of Okta's limit lasts 60 of them")
            .y_desc("requests sent in the window, % of the limit")
            .x_label_formatter(&|second| format!("{second:.0}"))
            .y_label_formatter(&|share| format!("{share:.0} %"))
            .draw()?;
        for (index, window) in windows.iter().enumerate() {
            // The run is over with its last request, and the others with their windows.
            let is_last = index + 1 == windows.len();
            let seconds = if is_last { window.seconds_used() } else { WINDOW };
            let outline = window.outline(seconds);
            let mut area = outline.clone();
            area.extend(outline.last().map(|&(second, _)| (second, 0.0)));
            chart.draw_series([Polygon::new(area, PALE.mix(0.45).filled())])?;
            chart.draw_series(LineSeries::new(outline, BLUE.stroke_width(2)))?;
        }
        chart.draw_series(LineSeries::new([(0.0, cap), (end, cap)], RED.stroke_width(2)))?;
        let label = format!("the cap: {cap:.0} %, or {:.0} requests", limit * cap / 100.0);
        chart.draw_series([Text::new(label, (1.0, cap + 6.0), text(TEXT, RED))])?;
        Ok(())
    })
}

struct Window {
    began: f64,
    limit: f64,
    /// Seconds, and the share that was used at their end.
    steps: Vec<(f64, f64)>,
}

impl Window {
    fn read(json: &Value) -> anyhow::Result<Self> {
        let step = |step| Ok((number(step, "/0")?, number(step, "/1")?));
        let steps = list(json, "shares")?.iter().map(step).collect::<anyhow::Result<_>>()?;
        Ok(Self { began: number(json, "/began")?, limit: number(json, "/limit")?, steps })
    }

    /// Returns the line of its share, as stairs from nothing at its beginning, for so many seconds.
    fn outline(&self, seconds: f64) -> Vec<(f64, f64)> {
        let (mut line, mut share) = (vec![(self.began, 0.0)], 0.0);
        for &(second, next) in &self.steps {
            let second = second.max(self.began);
            line.extend([(second, share), (second, next)]);
            share = next;
        }
        line.push((self.began + seconds, share));
        line
    }

    /// Returns the seconds from its beginning to the end of the second of its last request.
    fn seconds_used(&self) -> f64 {
        let last = self.steps.last().map_or(self.began, |&(second, _)| second + 1.0);
        (last - self.began).clamp(0.0, WINDOW)
    }
}
