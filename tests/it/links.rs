//! Every link of every page leads to a file and a heading that there are, and so does every path in a page.

use crate::support::top;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The folders at the top whose files pages name in passing, as code.
const FOLDERS: [&str; 8] =
    ["bench/", "crates/", "docs/", "events/", "examples/", "fuzz/", "packaging/", "tests/"];

/// A page: its headings as anchors, its links, and its words in code.
#[derive(Debug, Default)]
struct Page {
    anchors: BTreeSet<String>,
    links: Vec<String>,
    code: Vec<String>,
}

impl Page {
    fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        for event in Parser::new(text) {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let text = heading.take().unwrap_or_default();
                    let anchor = page.free(&anchor(&text));
                    page.anchors.insert(anchor);
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(dest_url.into_string());
                }
                Event::Code(code) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&code);
                    }
                    page.code.push(code.into_string());
                }
                Event::Text(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        page
    }

    /// Returns an anchor that no heading before has: GitHub counts those that are alike.
    fn free(&self, anchor: &str) -> String {
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let mut tried = std::iter::once(anchor.to_owned()).chain(numbered);
        tried.find(|tried| !self.anchors.contains(tried)).unwrap_or_default()
    }
}

/// Returns the anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let kept = lower.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Finds the pages below a folder, but for what is built and what is hidden.
fn pages(folder: &Path, found: &mut BTreeMap<PathBuf, Page>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            let is_made = name.starts_with('.') || ["dist", "out", "target"].contains(&name);
            if !is_made {
                pages(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let page = Page::read(&fs::read_to_string(&path).unwrap());
            found.insert(path, page);
        }
    }
}

/// Returns the paths of all pages from the top.
pub(crate) fn names_of_pages() -> Vec<String> {
    let mut found = BTreeMap::new();
    pages(&top(), &mut found);
    let names = found.keys().map(|path| path.strip_prefix(top()).unwrap());
    names.map(|path| path.to_str().unwrap().to_owned()).collect()
}

/// Returns the path without `..`; `None` if it leaves the checkout.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain.starts_with(top()).then_some(plain)
}

/// Returns what is wrong with a link of the page at `from`, if anything is.
fn fault(pages: &BTreeMap<PathBuf, Page>, from: &Path, link: &str) -> Option<&'static str> {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, a)| (path, Some(a)));
    let path = if path.is_empty() { from.to_owned() } else { from.parent()?.join(path) };
    let Some(path) = plain(&path) else { return Some("leaves the repository") };
    if !path.exists() {
        return Some("leads to no file");
    }
    let anchor = anchor?;
    match pages.get(&path) {
        Some(page) if page.anchors.contains(anchor) => None,
        Some(_) => Some("leads to no heading"),
        None => Some("has an anchor in a file without headings"),
    }
}

#[test]
fn links_of_all_pages_lead_somewhere() {
    let mut found = BTreeMap::new();
    pages(&top(), &mut found);
    let mut faults = Vec::new();
    let mut count = 0;
    for (path, page) in &found {
        let name = path.strip_prefix(top()).unwrap().display();
        for link in &page.links {
            count += 1;
            if let Some(fault) = fault(&found, path, link) {
                faults.push(format!("{name}: {link} {fault}"));
            }
        }
        for code in &page.code {
            let is_path = FOLDERS.iter().any(|folder| code.starts_with(folder))
                && !code.contains([' ', '*', '<', '$', '{', '…']);
            if is_path && !top().join(code).exists() {
                faults.push(format!("{name}: there is no {code}"));
            }
        }
    }
    assert!(count > 50, "{count} links in {} pages", found.len());
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn faults_of_links_are_found() {
    let text = "# A `b` heading, twice\n# A `b` heading, twice\n[x](y)\n\n```\n[no](link)\n```\n";
    let page = Page::read(text);
    assert_eq!(
        page.anchors,
        ["a-b-heading-twice", "a-b-heading-twice-1"].map(str::to_owned).into()
    );
    assert_eq!(page.links, ["y"]);
    let from = top().join("docs/OBJECTS.md");
    let pages = BTreeMap::from([(from.clone(), page)]);
    let rows = [
        ("https://example.com/#anchor", None),
        ("#a-b-heading-twice-1", None),
        ("#a-b-heading", Some("leads to no heading")),
        ("SCALE.md", None),
        ("../README.md", None),
        ("../../README.md", Some("leaves the repository")),
        ("NOTHING.md", Some("leads to no file")),
        ("../template.yaml#anchor", Some("has an anchor in a file without headings")),
    ];
    for (link, expected) in rows {
        assert_eq!(fault(&pages, &from, link), expected, "{link}");
    }
}
