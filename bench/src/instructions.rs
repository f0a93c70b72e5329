//! Instructions for each record, counted by callgrind: the same on every run of the same program.

use crate::callgrind::Callgrind;
use crate::report::Row;
use crate::world::TEN_FIELDS;
use bytes::Bytes;
use okta_simulator::{Org, Simulator};
use std::path::{Path, PathBuf};

/// The number of records on a page.
const PAGE: u64 = 200;

/// The subject of a count: a program and a page.
struct Counted<'a> {
    pages: &'a str,
    page: PathBuf,
    fields: String,
}

impl Counted<'_> {
    /// Returns the instructions for each record, without those that it takes to start.
    fn of(&self, way: &str, times: u64) -> anyhow::Result<f64> {
        let (with, without) = (self.count(way, times)?, self.count(way, 0)?);
        Ok((with - without) as f64 / (times * PAGE) as f64)
    }

    fn count(&self, way: &str, times: u64) -> anyhow::Result<u64> {
        let page = self.page.to_string_lossy();
        let arguments = [way, &page, &self.fields, &times.to_string()];
        Callgrind::new().count(self.pages, &arguments)
    }
}

pub(crate) fn rows(pages: &str) -> anyhow::Result<Vec<Row>> {
    let folder = std::env::temp_dir().join("okta-connector-bench");
    std::fs::create_dir_all(&folder)?;
    let projected =
        "id,status,created,lastUpdated,profile:(login,email,firstName,lastName,department,title)";
    let all = Counted { pages, page: page(&folder, "all.json", None)?, fields: "all".to_owned() };
    let ten = Counted {
        pages,
        page: page(&folder, "ten.json", Some(projected))?,
        fields: TEN_FIELDS.join(","),
    };
    let mut rows = Vec::new();
    for (name, counted) in [("all fields", &all), ("ten fields", &ten)] {
        let ours = counted.of("connector", 20)?;
        for (against, label) in
            [("floor", "finding and escaping alone"), ("value", "trees of values")]
        {
            let other = counted.of(against, 20)?;
            rows.push(Row::new(
                format!("instructions for a record of {name}, against {label}"),
                format!("{ours:.0} / {other:.0}"),
                ours / other,
            ));
        }
    }
    Ok(rows)
}

/// Writes a page of users to a file, as Okta sends it with the given projection, and returns the path.
fn page(folder: &Path, name: &str, fields: Option<&str>) -> anyhow::Result<PathBuf> {
    let mut simulator = Simulator::new(Org::generate(1, 200));
    simulator.accept_api_token("token");
    let fields = fields.map_or(String::new(), |fields| format!("&fields={fields}"));
    let request = http::Request::get(format!(
        "https://acme.okta.com/api/v1/users?search=status+pr&limit={PAGE}{fields}"
    ));
    let request = request.header("authorization", "SSWS token").body(Bytes::new())?;
    let response = simulator.handle(request);
    anyhow::ensure!(response.status() == 200, "{response:?}");
    let path = folder.join(name);
    std::fs::write(&path, response.body())?;
    Ok(path)
}
