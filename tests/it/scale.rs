//! The figures of `docs/SCALE.md`: measured ones from the report of `make bench`, the others by arithmetic.

use crate::generated::between;
use crate::support::{World, query, top};
use expect_test::expect_file;
use okta_connector::catalogue::Object;
use okta_simulator::Org;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The share of a limit that Okta gives one credential, and the share of that which a connection uses, both by default.
const SHARE_OF_CREDENTIAL: u64 = 50;
const RATE_LIMIT_PERCENT: u64 = 75;

/// The minutes of the longest run.
const LONGEST: u64 = 48 * 60;

/// The records that AppFlow asks for in a call.
const MAX_RESULTS: u64 = 1_000;

/// The memory of the function in `template.yaml`, in GB as Lambda counts it.
const MEMORY: f64 = 128.0 / 1_024.0;

/// A kind of records, its entity, and the requests a minute that a workforce org usually allows for the listing.
struct Listing {
    records: &'static str,
    entity: &'static str,
    limit: u64,
}

impl Listing {
    fn per_minute(&self) -> u64 {
        self.limit * SHARE_OF_CREDENTIAL / 100 * RATE_LIMIT_PERCENT / 100
    }

    /// Returns the number of records in a page.
    fn page(&self) -> u64 {
        let object = Object::find(self.entity).unwrap();
        object.endpoint.page_size.unwrap().into()
    }
}

const USERS: Listing = Listing { records: "users", entity: "User", limit: 600 };
const GROUPS: Listing = Listing { records: "groups", entity: "Group", limit: 500 };
const APPLICATIONS: Listing =
    Listing { records: "applications", entity: "Application", limit: 100 };
const DEVICES: Listing = Listing { records: "devices", entity: "Device", limit: 100 };
const MEMBERSHIPS: Listing =
    Listing { records: "memberships *", entity: "GroupMember", limit: 500 };
const EVENTS: Listing = Listing { records: "log events *", entity: "SystemLogEvent", limit: 120 };

/// The fields of a user that many flows map.
const TEN_FIELDS: [&str; 10] = [
    "id",
    "status",
    "created",
    "lastUpdated",
    "login",
    "email",
    "firstName",
    "lastName",
    "department",
    "title",
];

/// Returns the page.
pub(crate) fn page() -> String {
    std::fs::read_to_string(top().join("docs/SCALE.md")).unwrap()
}

#[tokio::test(start_paused = true)]
async fn scale_page_is_current() {
    let bytes = bytes_of_a_user(None).await;
    let ten = bytes_of_a_user(Some(&TEN_FIELDS)).await;
    let page = between(&page(), "rates", &rates());
    let page = between(&page, "sizes", &sizes(bytes, ten));
    let page = between(&page, "bench", &measured(bytes, ten));
    expect_file![top().join("docs/SCALE.md")].assert_eq(&page);
}

/// Returns the mean size of a simulated user as the function hands it to AppFlow.
async fn bytes_of_a_user(fields: Option<&[&str]>) -> u64 {
    const USERS: u64 = 1_000;
    let world = World::new(Org::generate(1, 1_000));
    let mut event = query("User", &json!({ "maxResults": USERS }));
    if let Some(fields) = fields {
        event["selectedFieldNames"] = fields.into();
    }
    let records = world.run(&event).await.unwrap();
    assert_eq!(records.len() as u64, USERS);
    records.iter().map(|record| record.to_string().len() as u64).sum::<u64>() / USERS
}

fn rates() -> String {
    let mut table = "\n| records | requests a minute: the org | one credential | one connection | records a request \
                     | a minute | in 48 hours |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    for listing in [USERS, GROUPS, APPLICATIONS, DEVICES, MEMBERSHIPS, EVENTS] {
        let (Listing { records, limit, .. }, page) = (&listing, listing.page());
        let (credential, connection) = (limit * SHARE_OF_CREDENTIAL / 100, listing.per_minute());
        let a_minute = connection * page;
        let millions = (a_minute * LONGEST) as f64 / 1e6;
        writeln!(
            table,
            "| {records} | {limit} | {credential} | {connection} | {} | {} | {millions:.1} million |",
            grouped(page),
            grouped(a_minute)
        )
        .unwrap();
    }
    table
}

/// Returns what a run of each size takes. The bytes are those of a user with all fields and with ten.
fn sizes(bytes: u64, ten: u64) -> String {
    /// The groups whose members are listed: each ends with a page that may be filled in part.
    const PARENTS: u64 = 2_000;
    let mut table = "\n| in one run | requests | time | calls | GB, all fields | GB, ten fields | GB-seconds |\n\
                     |---|---|---|---|---|---|---|\n"
        .to_owned();
    for (records, listing, parents) in [
        (100_000, USERS, 0),
        (1_000_000, USERS, 0),
        (10_000_000, USERS, 0),
        (1_000_000, MEMBERSHIPS, PARENTS),
        (100_000_000, EVENTS, 0),
    ] {
        let pages_of_parents = parents / GROUPS.page() + parents;
        let requests = u64::div_ceil(records, listing.page()) + pages_of_parents;
        let minutes = requests as f64 / listing.per_minute() as f64;
        let gb = |bytes: u64| match listing.records {
            "users" => format!("{:.2}", (records * bytes) as f64 / 1e9),
            _ => "not known".to_owned(),
        };
        writeln!(
            table,
            "| {} {} | {} | {} | {} | {} | {} | {} |",
            grouped(records),
            listing.records,
            grouped(requests),
            time(minutes),
            grouped(records / MAX_RESULTS),
            gb(bytes),
            gb(ten),
            grouped((minutes * 60.0 * MEMORY).round() as u64)
        )
        .unwrap();
    }
    table
}

/// Returns the rows of the report that are about large orgs and about executions side by side.
fn measured(bytes: u64, ten: u64) -> String {
    const ABOUT: [&str; 3] = [" 100000 users", " 1000000 users", " executions on one connection"];
    let report = std::fs::read_to_string(top().join("bench/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let mut table = "\n| measured | figures |\n|---|---|\n".to_owned();
    for row in report["rows"].as_array().unwrap() {
        let (measure, figures) =
            (row["measure"].as_str().unwrap(), row["figures"].as_str().unwrap());
        if ABOUT.iter().any(|&about| measure.contains(about)) {
            writeln!(table, "| {measure} | {figures} |").unwrap();
        }
    }
    let sizes = format!("{} / {} bytes", grouped(bytes), grouped(ten));
    writeln!(table, "| a simulated user as AppFlow gets it: all fields, ten fields | {sizes} |")
        .unwrap();
    table
}

fn time(minutes: f64) -> String {
    if minutes < 60.0 { format!("{minutes:.1} min") } else { format!("{:.1} h", minutes / 60.0) }
}

/// Returns a number with a comma before each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| group.iter().copied().map(char::from).collect::<String>());
    groups.collect::<Vec<_>>().join(",")
}
