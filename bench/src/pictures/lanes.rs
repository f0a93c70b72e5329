//! A run as a timeline: a row for each lane, a bar for each request.

use super::{BLUE, GRID, INK, PALE, TEXT, TITLE, grouped, list, number, on_paper, start, text};
use anyhow::Context as _;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use serde_json::Value;

/// The most lanes that a run may have: more rows than that nobody could read.
const MOST_LANES: u64 = 40;

/// The rows of the picture, from the top, and the bars in them.
#[derive(Default)]
struct Timeline {
    labels: Vec<String>,
    bars: Vec<Bar>,
}

/// A request on its way, in seconds.
struct Bar {
    row: usize,
    sent: f64,
    arrived: f64,
    colour: RGBColor,
}

pub(super) fn draw(series: &[Value]) -> anyhow::Result<String> {
    let (users, pause) = (number(&series[0], "/users")?, number(&series[0], "/milliseconds")?);
    let mut timeline = Timeline::default();
    for run in series {
        timeline.add(run)?;
    }
    let Timeline { labels, bars } = timeline;
    let end = bars.iter().map(|bar| bar.arrived).fold(1.0, f64::max).ceil();
    let height = labels.len() as f64;
    on_paper((860, 112 + 32 * labels.len() as u32), |paper| {
        let title = format!(
            "{} users, {pause:.0} ms for each page: when each lane waits for Okta",
            grouped(users)
        );
        let mut chart = ChartBuilder::on(paper)
            .caption(title, text(TITLE, INK))
            .margin(14)
            .x_label_area_size(48)
            .y_label_area_size(112)
            .build_cartesian_2d(0.0..end, 0.0..height)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style(text(TEXT, INK))
            .axis_desc_style(text(TEXT, INK))
            .x_desc("seconds since the run began; the shade changes with each call of AppFlow")
            .x_label_formatter(&|second| format!("{second:.0}"))
            .draw()?;
        let at_the_left = text(TEXT, INK).pos(Pos::new(HPos::Right, VPos::Center));
        chart.draw_series(labels.into_iter().enumerate().map(|(row, label)| {
            EmptyElement::at((0.0, height - row as f64 - 0.5))
                + Text::new(label, (-10, 0), at_the_left.clone())
        }))?;
        chart.draw_series(bars.iter().map(|bar| {
            let top = height - bar.row as f64;
            let corners = [(bar.sent, top - 0.15), (bar.arrived, top - 0.85)];
            let mut bar = Rectangle::new(corners, bar.colour.filled());
            bar.set_margin(0, 0, 0, 1); // So that two requests in a row are two bars.
            bar
        }))?;
        Ok(())
    })
}

impl Timeline {
    /// Adds the lanes of a run below those that are there.
    fn add(&mut self, run: &Value) -> anyhow::Result<()> {
        let way = run["way"].as_str().with_context(|| format!("no way in {}", start(run)))?;
        let calls = list(run, "calls")?.iter().map(|call| number(call, ""));
        let calls = calls.collect::<anyhow::Result<Vec<_>>>()?;
        let (above, mut lanes) = (self.labels.len(), 0);
        for request in list(run, "requests")? {
            let lane = request[0].as_u64().filter(|lane| (1..=MOST_LANES).contains(lane));
            let lane = lane
                .with_context(|| format!("no lane from 1 to {MOST_LANES} in {}", start(request)))?;
            let (sent, arrived) = (number(request, "/1")?, number(request, "/2")?);
            let call = calls.iter().filter(|&&began| began <= sent).count();
            let colour = if call % 2 == 1 { BLUE } else { PALE };
            let row = above + lane as usize - 1;
            lanes = lanes.max(lane);
            self.bars.push(Bar { row, sent, arrived, colour });
        }
        self.labels.extend((1..=lanes).map(|lane| match lanes {
            1 => way.to_owned(),
            _ => format!("{way}: {lane}"),
        }));
        Ok(())
    }
}
