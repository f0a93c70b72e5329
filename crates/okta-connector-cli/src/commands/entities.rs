//! The entities of the catalogue, in a table.

use super::print;
use super::table::Table;
use super::terminal;
use clap::Args;
use okta_connector::catalogue::{Children, Kind, OBJECTS, Object};
use serde::Serialize;

/// List the entities.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Entities {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  okta-connector entities
  okta-connector entities --json";

/// An entity, as it is listed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    scopes: Vec<&'static str>,
    admin_role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<&'static str>,
    key: &'static str,
    timestamp: Option<&'static str>,
    /// None if a request brings however many there are.
    records_per_request: Option<u32>,
    offered_by_default: bool,
    #[serde(skip)]
    without_pages: &'static str,
}

impl Entities {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let entities = OBJECTS.map(Listed::new);
        if self.json {
            return print(&format!("{:#}\n", serde_json::to_value(entities.as_slice())?));
        }
        let width = terminal::width();
        let whole = whole(&entities);
        let table = match width {
            Some(width) if whole.width() > width => in_two_lines(&entities),
            _ => whole,
        };
        print(&table.render(width))
    }
}

fn whole(entities: &[Listed]) -> Table {
    let mut table = Table::new(&[
        "NAME",
        "LABEL",
        "KEY",
        "TIMESTAMP",
        "RECORDS PER REQUEST",
        "SCOPE",
        "DESCRIPTION",
    ]);
    for it in entities {
        let [name, label, key, scope, description] =
            [it.name, it.label, it.key, it.scopes[0], it.description].map(str::to_owned);
        table.row(vec![name, label, key, it.timestamp(), it.per_request(), scope, description]);
    }
    table
}

/// Makes a table for a narrow terminal: what is left of a line that scope and label take, the description gets.
fn in_two_lines(entities: &[Listed]) -> Table {
    let scope_width = entities.iter().map(|it| it.scopes[0].len()).max().unwrap_or_default();
    let below = |scope: &str, rest: &str| format!("{scope:scope_width$}  {rest}");
    let table = Table::new(&["NAME", "KEY", "TIMESTAMP", "PER REQUEST"]);
    let mut table = table.with_header_below(&below("SCOPE", "LABEL: DESCRIPTION"));
    for it in entities {
        let cells = vec![it.name.to_owned(), it.key.to_owned(), it.timestamp(), it.per_request()];
        let about = format!("{}: {}", it.label, it.description);
        table.row_with(cells, below(it.scopes[0], &about));
    }
    table
}

impl Listed {
    fn new(object: &'static Object) -> Self {
        Self {
            name: object.name,
            label: object.label,
            description: object.description,
            scopes: object.scopes().collect(),
            admin_role: object.role,
            feature: object.feature,
            key: &object.key().name,
            timestamp: timestamp(object),
            records_per_request: page_size(object),
            offered_by_default: object.by_default,
            without_pages: without_pages(object),
        }
    }

    fn timestamp(&self) -> String {
        self.timestamp.unwrap_or("-").to_owned()
    }

    fn per_request(&self) -> String {
        let size = self.records_per_request;
        size.map_or_else(|| self.without_pages.to_owned(), |size| size.to_string())
    }
}

/// Returns the field that tells an incremental flow best what is new.
fn timestamp(object: &'static Object) -> Option<&'static str> {
    let times = || object.fields.iter().filter(|field| field.kind == Kind::DateTime);
    let named = |name| times().find(|field| field.name == name);
    let window = object.windowed_by().and_then(named);
    let fresh = || times().find(|field| object.pushdown(field).filter);
    let found = window.or_else(|| named("lastUpdated")).or_else(fresh).or_else(|| times().next());
    found.map(|field| &*field.name)
}

/// Returns the most records that a request brings.
fn page_size(object: &Object) -> Option<u32> {
    let branch = object.branches().first().and_then(|branch| branch.page_size);
    branch.or(object.endpoint.page_size)
}

/// Says what a request brings where there are no pages of records.
fn without_pages(object: &Object) -> &'static str {
    match object.branches().first().map(|branch| branch.children) {
        None => "all",
        Some(Children::Listed(_)) => "all of one",
        Some(Children::Embedded { .. }) => "any",
    }
}
