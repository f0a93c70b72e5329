//! The table: printed for people, written as JSON for the README and whoever compares.

use serde_json::{Value, json};
use std::fmt::Write as _;

/// A measure.
#[derive(Debug)]
pub(crate) struct Row {
    measure: String,
    figures: String,
    ratio: f64,
}

impl Row {
    /// Makes a row of a measure, its figures, and their ratio: machines differ, ratios less.
    pub(crate) fn new(measure: String, figures: String, ratio: f64) -> Self {
        Self { measure, figures, ratio }
    }
}

/// Writes the rows side by side.
pub(crate) fn table(rows: &[Row]) -> String {
    let widest = rows.iter().map(|row| row.measure.len()).max().unwrap_or_default();
    let mut table = String::new();
    for row in rows {
        let Row { measure, figures, ratio } = row;
        writeln!(table, "{measure:widest$}  {figures:>26}  {ratio:>7.2}")
            .expect("writing to memory cannot fail");
    }
    table
}

/// Returns the report that is kept.
pub(crate) fn json(machine: &str, rows: &[Row]) -> Value {
    let rows = rows.iter().map(|row| {
        let ratio = (row.ratio * 100.0).round() / 100.0;
        json!({ "measure": row.measure, "figures": row.figures, "ratio": ratio })
    });
    json!({ "machine": machine, "rows": rows.collect::<Vec<_>>() })
}
