//! The pictures of `bench/README.md`, drawn from the report of `make bench` alone: the same report gives the same bytes.

mod lanes;
mod share;
mod sizes;

use anyhow::Context as _;
use plotters::prelude::*;
use serde_json::Value;

/// The background is in the picture, since a page may be light or dark.
const PAPER: RGBColor = WHITE;
const INK: RGBColor = RGBColor(36, 41, 47);
const GRID: RGBColor = RGBColor(225, 228, 232);
const BLUE: RGBColor = RGBColor(9, 105, 218);
const PALE: RGBColor = RGBColor(128, 182, 245);
const RED: RGBColor = RGBColor(207, 34, 46);

/// The sizes of letters. Plotters writes them smaller by a quarter.
const TITLE: u32 = 22;
const TEXT: u32 = 16;

type Paper<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Draws all pictures of a report. Returns the name of each file and what is in it.
///
/// # Errors
///
/// If the report lacks what a picture shows.
pub fn draw(report: &Value) -> anyhow::Result<[(&'static str, String); 3]> {
    Ok([
        ("share.svg", share::draw(series(report, "share")?)?),
        ("lanes.svg", lanes::draw(series(report, "lanes")?)?),
        ("sizes.svg", sizes::draw(series(report, "memory")?, series(report, "instructions")?)?),
    ])
}

/// Returns what the rows of a report add to a picture.
fn series<'a>(report: &'a Value, picture: &str) -> anyhow::Result<&'a [Value]> {
    let series = report["pictures"][picture].as_array().filter(|series| !series.is_empty());
    series.map(Vec::as_slice).with_context(|| {
        format!("the report has nothing for the picture of {picture}: fill it with `make bench`")
    })
}

/// Returns the number at a place in JSON.
fn number(json: &Value, pointer: &str) -> anyhow::Result<f64> {
    let found = json.pointer(pointer);
    found
        .and_then(Value::as_f64)
        .with_context(|| format!("no number at {pointer} in {}", start(json)))
}

/// Returns the elements of the array of this name.
fn list<'a>(json: &'a Value, name: &str) -> anyhow::Result<&'a [Value]> {
    let found = json[name].as_array().map(Vec::as_slice);
    found.with_context(|| format!("no array {name} in {}", start(json)))
}

/// Returns the first characters of JSON, for a message.
fn start(json: &Value) -> String {
    json.to_string().chars().take(80).collect()
}

/// Draws a picture on paper of this size.
fn on_paper(
    size: (u32, u32),
    draw: impl FnOnce(&Paper<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let mut svg = String::new();
    let paper = SVGBackend::with_string(&mut svg, size).into_drawing_area();
    paper.fill(&PAPER)?;
    draw(&paper)?;
    paper.present()?;
    drop(paper);
    Ok(svg)
}

/// Returns the style of a text.
fn text(size: u32, colour: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&colour)
}

/// Returns a number with a comma before each three digits.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report() -> Value {
        json!({ "pictures": {
            "share": [{
                "users": 1_000,
                "cap": 75,
                "windows": [{ "began": 0, "limit": 300, "shares": [[0, 1], [59, 75]] }],
            }],
            "lanes": [{
                "users": 1_000,
                "milliseconds": 200,
                "way": "lanes",
                "calls": [0, 0.2],
                "requests": [[1, 0, 0.2], [2, 0.2, 0.4]],
            }],
            "memory": [{ "users": 1_000, "mib": 10.5, "allowed": 40 }],
            "instructions": [{ "users": 1_000, "instructions": 12_000 }],
        }})
    }

    #[test]
    fn a_picture_says_what_it_shows() {
        let expected = [
            ("share.svg", "1,000 users under a limit of 300 requests a minute"),
            ("lanes.svg", "1,000 users, 200 ms for each page"),
            ("sizes.svg", "12,000"),
        ];
        for ((name, picture), (file, text)) in draw(&report()).unwrap().into_iter().zip(expected) {
            assert_eq!(name, file);
            assert!(picture.contains(text), "{picture}");
        }
    }

    #[test]
    fn a_report_that_lacks_something_is_refused() {
        let rows = [
            ("/pictures", json!(null), "nothing for the picture of share"),
            ("/pictures/lanes", json!([]), "nothing for the picture of lanes"),
            ("/pictures/share/0/cap", json!("75"), "no number at /cap"),
            ("/pictures/share/0/windows", json!(7), "no array windows"),
            ("/pictures/share/0/windows/0/shares/0", json!([1]), "no number at /1"),
            ("/pictures/lanes/0/way", json!(1), "no way in"),
            ("/pictures/lanes/0/requests/0/0", json!(0), "no lane from 1 to 40"),
            ("/pictures/memory/0/mib", json!(null), "no number at /mib"),
        ];
        for (pointer, value, expected) in rows {
            let mut report = report();
            *report.pointer_mut(pointer).unwrap() = value;
            let error = draw(&report).unwrap_err().to_string();
            assert!(error.contains(expected), "{pointer}: {error}");
        }
    }
}
