//! `bench/README.md`: its table and its pictures show the report that `make bench` keeps.

use crate::generated::between;
use crate::support::top;
use connector_bench::pictures;
use expect_test::expect_file;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

fn folder() -> PathBuf {
    top().join("bench")
}

fn page() -> String {
    std::fs::read_to_string(folder().join("README.md")).unwrap()
}

fn report() -> Value {
    let report = std::fs::read_to_string(folder().join("report.json")).unwrap();
    serde_json::from_str(&report).unwrap()
}

#[test]
fn the_page_has_the_figures_of_the_report() {
    let page = between(&page(), "bench", &table(&report()));
    expect_file![folder().join("README.md")].assert_eq(&page);
}

fn table(report: &Value) -> String {
    let machine = report["machine"].as_str().unwrap();
    let mut table = format!("\n| on {machine} | figures | ratio |\n|---|---|---|\n");
    for row in report["rows"].as_array().unwrap() {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        writeln!(table, "| {} | {} | {} |", text("measure"), text("figures"), row["ratio"])
            .unwrap();
    }
    table
}

#[test]
fn the_pictures_are_those_of_the_report() {
    for (name, picture) in pictures::draw(&report()).unwrap() {
        expect_file![folder().join("pictures").join(name)].assert_eq(&picture);
    }
}

/// Checks what GitHub needs to show a picture, and readers to see it at once.
#[test]
fn the_pictures_are_small_and_shown() {
    const MOST_BYTES: usize = 60_000;
    let page = page();
    let drawn = pictures::draw(&report()).unwrap();
    for (name, picture) in &drawn {
        assert!(picture.len() < MOST_BYTES, "{name} has {} bytes", picture.len());
        assert!(!picture.contains("<script"), "{name}");
        assert!(page.contains(&format!("](pictures/{name})")), "{name} is not shown");
    }
    let drawn: BTreeSet<_> = drawn.iter().map(|&(name, _)| name.to_owned()).collect();
    let kept = std::fs::read_dir(folder().join("pictures")).unwrap();
    let kept: BTreeSet<_> =
        kept.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(kept, drawn);
}
