//! `bench/README.md`: its table and its pictures show the report that `make bench` keeps.

use crate::generated::between;
use crate::support::top;
use connector_bench::pictures;
use expect_test::expect_file;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Checks the table and the pictures, and what GitHub needs to show them. One test, since it rewrites what it reads.
#[test]
fn the_page_and_its_pictures_are_those_of_the_report() {
    const MOST_BYTES: usize = 60_000;
    let folder = top().join("bench");
    let report = std::fs::read_to_string(folder.join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let page = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let page = between(&page, "bench", &table(&report));
    expect_file![folder.join("README.md")].assert_eq(&page);
    let pictures = pictures::draw(&report).unwrap();
    for (name, picture) in &pictures {
        expect_file![folder.join("pictures").join(name)].assert_eq(picture);
        assert!(picture.len() < MOST_BYTES, "{name} has {} bytes", picture.len());
        assert!(!picture.contains("<script"), "{name}");
        assert!(page.contains(&format!("](pictures/{name})")), "{name} is not shown");
    }
    let drawn: BTreeSet<_> = pictures.iter().map(|&(name, _)| name.to_owned()).collect();
    let kept = std::fs::read_dir(folder.join("pictures")).unwrap();
    let kept: BTreeSet<_> =
        kept.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(kept, drawn);
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
