//! The table: printed for people, written as JSON for the README and whoever compares.

use anyhow::Context as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A measure.
#[derive(Debug)]
pub(crate) struct Row {
    measure: String,
    figures: String,
    ratio: f64,
    /// The figures of an earlier report.
    before: Option<String>,
    /// The data that the measure adds to the picture of this name.
    drawn: Option<(&'static str, Value)>,
}

impl Row {
    /// Makes a row of a measure, its figures, and their ratio: machines differ, ratios less.
    pub(crate) fn new(measure: String, figures: String, ratio: f64) -> Self {
        Self { measure, figures, ratio, before: None, drawn: None }
    }

    /// Adds what was measured to the picture of this name ([`connector_bench::pictures`]).
    pub(crate) fn drawn(mut self, picture: &'static str, series: Value) -> Self {
        self.drawn = Some((picture, series));
        self
    }
}

/// Returns a number with two digits behind the point.
pub(crate) fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Puts the figures of an earlier report beside those of the same measures.
pub(crate) fn compare(rows: &mut [Row], report: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(report).with_context(|| format!("cannot read {report}"))?;
    let report: Value =
        serde_json::from_str(&text).with_context(|| format!("{report} is not JSON"))?;
    for before in report["rows"].as_array().into_iter().flatten() {
        if let Some(row) = rows.iter_mut().find(|row| before["measure"] == row.measure) {
            row.before = before["figures"].as_str().map(str::to_owned);
        }
    }
    Ok(())
}

/// Writes the rows side by side.
pub(crate) fn table(rows: &[Row]) -> String {
    let widest = |width: fn(&Row) -> usize| rows.iter().map(width).max().unwrap_or_default();
    let measures = widest(|row| row.measure.chars().count());
    let figures = widest(|row| row.figures.chars().count());
    let earlier = widest(|row| row.before.as_ref().map_or(0, |text| text.chars().count()));
    let mut table = String::new();
    for row in rows {
        let before = row.before.as_deref().unwrap_or_default();
        let line = format!(
            "{:measures$}  {:>figures$}  {:>7.2}  {before:>earlier$}",
            row.measure, row.figures, row.ratio
        );
        writeln!(table, "{}", line.trim_end()).expect("writing to memory cannot fail");
    }
    table
}

/// Returns the report that is kept: JSON with a line for each row, and for what it adds to a picture.
pub(crate) fn json(machine: &str, rows: &[Row]) -> String {
    let mut pictures: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (picture, series) in rows.iter().filter_map(|row| row.drawn.as_ref()) {
        pictures.entry(picture).or_default().push(series);
    }
    let rows = rows.iter().map(|row| {
        let ratio = rounded(row.ratio);
        let mut json = json!({ "measure": row.measure, "figures": row.figures, "ratio": ratio });
        if let Some(before) = &row.before {
            json["before"] = before.as_str().into();
        }
        json
    });
    let pictures = pictures.into_iter().map(|(picture, series)| {
        let series = lines(series.into_iter().map(Value::to_string));
        format!("{}: [\n{series}\n]", json!(picture))
    });
    let (pictures, rows) = (lines(pictures), lines(rows.map(|row| row.to_string())));
    let machine = json!(machine);
    format!(
        "{{\n\"machine\": {machine},\n\"pictures\": {{\n{pictures}\n}},\n\"rows\": [\n{rows}\n]\n}}\n"
    )
}

/// Puts each text on a line of its own, with a comma between each two.
fn lines(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(",\n")
}
