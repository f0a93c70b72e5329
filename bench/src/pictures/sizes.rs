//! Memory and instructions over the size of the org, side by side.

use super::{BLUE, GRID, INK, Paper, RED, TEXT, TITLE, grouped, number, on_paper, text};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use serde_json::Value;

/// One of the two charts.
struct Chart {
    title: &'static str,
    unit: &'static str,
    /// Writes what was measured.
    figure: fn(f64) -> String,
    /// Users, and what was measured with so many.
    points: Vec<(f64, f64)>,
    /// A bound that is allowed, and the words that say it.
    bound: Option<(f64, String)>,
}

pub(super) fn draw(memory: &[Value], instructions: &[Value]) -> anyhow::Result<String> {
    let allowed = number(&memory[0], "/allowed")?;
    let memory = Chart {
        title: "peak memory of the process",
        unit: "MiB",
        figure: |mib| format!("{mib:.1}"),
        points: points(memory, "/mib")?,
        bound: Some((allowed, format!("allowed: {allowed:.0} MiB"))),
    };
    let instructions = Chart {
        title: "instructions for each record of ten fields",
        unit: "instructions of the run / records",
        figure: grouped,
        points: points(instructions, "/instructions")?,
        bound: None,
    };
    on_paper((860, 380), |paper| {
        let (left, right) = paper.split_horizontally(430);
        memory.draw(&left)?;
        instructions.draw(&right)
    })
}

fn points(series: &[Value], measure: &str) -> anyhow::Result<Vec<(f64, f64)>> {
    series.iter().map(|point| Ok((number(point, "/users")?, number(point, measure)?))).collect()
}

impl Chart {
    fn draw(&self, paper: &Paper<'_>) -> anyhow::Result<()> {
        let bound = self.bound.as_ref().map_or(0.0, |&(bound, _)| bound);
        let top = self.points.iter().map(|&(_, measured)| measured).fold(bound, f64::max) * 1.2;
        // Orgs stand side by side in their order, each ten times as large as the one before.
        let places = self.points.iter().enumerate().map(|(place, &(_, it))| (place as f64, it));
        let places: Vec<_> = places.collect();
        let end = places.len() as f64 - 0.5;
        let mut chart = ChartBuilder::on(paper)
            .caption(self.title, text(TITLE - 2, INK))
            .margin(14)
            .x_label_area_size(48)
            .y_label_area_size(72)
            .build_cartesian_2d(-0.5..end, 0.0..top.max(1.0))?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style(text(TEXT, INK))
            .axis_desc_style(text(TEXT, INK))
            .y_desc(self.unit)
            .y_label_formatter(&|&measured| grouped(measured))
            .draw()?;
        let below = text(TEXT, INK).pos(Pos::new(HPos::Center, VPos::Top));
        chart.draw_series(self.points.iter().zip(&places).map(|(&(users, _), &(place, _))| {
            EmptyElement::at((place, 0.0)) + Text::new(grouped(users), (0, 8), below.clone())
        }))?;
        let middle = (places.len() as f64 - 1.0) / 2.0;
        chart.draw_series([
            EmptyElement::at((middle, 0.0)) + Text::new("users of the org", (0, 30), below)
        ])?;
        if let Some((bound, label)) = &self.bound {
            let line = [(-0.5, *bound), (end, *bound)];
            chart.draw_series(LineSeries::new(line, RED.stroke_width(2)))?;
            let above = text(TEXT, RED).pos(Pos::new(HPos::Left, VPos::Bottom));
            chart.draw_series([
                EmptyElement::at((-0.5, *bound)) + Text::new(label.clone(), (8, -4), above)
            ])?;
        }
        chart.draw_series(LineSeries::new(places.iter().copied(), BLUE.stroke_width(2)))?;
        let above = text(TEXT, INK).pos(Pos::new(HPos::Center, VPos::Bottom));
        chart.draw_series(places.iter().map(|&(place, measured)| {
            EmptyElement::at((place, measured))
                + Circle::new((0, 0), 4, BLUE.filled())
                + Text::new((self.figure)(measured), (0, -10), above.clone())
        }))?;
        Ok(())
    }
}
