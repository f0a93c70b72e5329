//! Measures memberships: the requests sent against the fewest possible, in one go and cut into many calls.

use crate::report::Row;
use crate::transfer::{Transfer, transfer};
use anyhow::Context as _;
use okta_simulator::{Collection, Org, Simulator};
use serde_json::json;
use std::collections::HashSet;

const GROUPS: usize = 2_000;

const EMPTY: usize = 1_200;

const LARGEST: usize = 100_000;

/// The largest pages that Okta gives: groups with the number of their members, and members.
const PAGE_OF_GROUPS: usize = 200;
const PAGE_OF_MEMBERS: usize = 1_000;

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    let sizes = sizes();
    let org = org(&sizes)?;
    // Each group has to be seen once, and each member.
    let pages = sizes.iter().map(|size| size.div_ceil(PAGE_OF_MEMBERS)).sum::<usize>();
    let minimum = GROUPS.div_ceil(PAGE_OF_GROUPS) + pages;
    let members = sizes.iter().sum::<usize>();
    let mut rows = Vec::new();
    // A call that ends inside a group costs a request where what is left of the group is another page. One process
    // answers all calls, and keeps the page of groups from one to the next.
    for max_results in [10_000, 1_000] {
        let (requests, calls) = runtime.block_on(run(&org, members, max_results))?;
        rows.push(Row::new(
            format!(
                "requests for {members} memberships of {GROUPS} groups, {EMPTY} of them empty and one with {LARGEST} members, \
                 in {calls} calls of up to {max_results}, against the fewest possible"
            ),
            format!("{requests} / {minimum}"),
            requests as f64 / minimum as f64,
        ));
    }
    Ok(rows)
}

/// Returns how many members each group has, the empty ones and the large one in between.
fn sizes() -> Vec<usize> {
    let mut sizes: Vec<_> =
        (0..GROUPS).map(|number| if number % 5 < 3 { 0 } else { 1 + number * 7 % 90 }).collect();
    sizes[GROUPS / 2 + 3] = LARGEST;
    sizes
}

fn org(sizes: &[usize]) -> anyhow::Result<Org> {
    let mut org = Org::generate(1, LARGEST);
    let groups: Vec<_> = org.records(Collection::Groups).collect();
    let model = groups.iter().find(|group| group["type"] == "OKTA_GROUP");
    let mut model = model.context("the org has a group")?.clone();
    for group in &groups {
        org.remove(Collection::Groups, group["id"].as_str().context("a group has an id")?);
    }
    let users: Vec<_> = org.records(Collection::Users).collect();
    let users: Vec<_> = users.iter().filter_map(|user| user["id"].as_str()).collect();
    for (number, &size) in sizes.iter().enumerate() {
        let id = format!("00g{number:017}");
        model["id"] = id.as_str().into();
        org.put(Collection::Groups, model.clone());
        users[..size].iter().for_each(|user| org.add_member(&id, user));
    }
    Ok(org)
}

/// Transfers all memberships, so many in a call, and returns the requests and the calls that it took. Every one must come
/// once.
async fn run(org: &Org, members: usize, max_results: usize) -> anyhow::Result<(usize, usize)> {
    let event = json!({
        "entityIdentifier": "GroupMember",
        "selectedFieldNames": ["key", "assignedBy"],
        "maxResults": max_results,
    });
    let Transfer { requests, calls, records } =
        transfer(Simulator::new(org.clone()), event).await?;
    let different = records.iter().collect::<HashSet<_>>().len();
    let found = (records.len(), different);
    anyhow::ensure!(found == (members, members), "{found:?} records and different ones");
    Ok((requests, calls))
}
