//! An org that is mirrored: flows into tables, the SQL of `examples/views` on them, and an org that goes on changing. After each
//! hour the views are the org.

use crate::collections;
use crate::support::{API_TOKEN, EPOCH, InterceptedOkta, World, part, query};
use crate::views::{self, Row, Tables, run_views};
use fastrand::Rng;
use jiff::Timestamp;
use okta_connector::{Config, Offered};
use okta_connector_cli::{SimulatedSecrets, api_token_secret};
use okta_simulator::{Collection, Org, Simulator, SystemLog};
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

const MINUTE: i64 = 60;

const HOUR: i64 = 60 * MINUTE;

/// The views that say how the org is.
const VIEWS: [&str; 3] = ["users", "groups", "group_members"];

/// Events may be so late. What happens shortly before a run is quiet for longer, so that a run may know all.
const LATENESS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(40),
    Duration::from_secs(9 * 60),
    Duration::from_secs(150),
];

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(EPOCH) };
}

fn now() -> u64 {
    NOW.get().unsigned_abs()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Runs a flow and puts its records into a table.
async fn transfer(world: &World, tables: &mut Tables, table: &'static str, flow: (&str, String)) {
    let (entity, filter) = flow;
    let event = query(entity, &json!({ "filterExpression": filter, "maxResults": 50 }));
    let records = world.run(&event).await.unwrap_or_else(|error| panic!("{entity}: {error}"));
    let run = at(NOW.get()).to_string();
    let rows = tables.entry(table).or_default();
    rows.extend(records.into_iter().map(|mut record| {
        record["run"] = run.as_str().into();
        record
    }));
}

/// Runs the flows of an hour.
async fn transfer_hour(world: &World, tables: &mut Tables) {
    let (from, until) = (at(NOW.get() - HOUR), at(NOW.get()));
    let window = |field: &str| format!("{field} >= {from} and {field} < {until}");
    for (table, entity, field) in [
        ("okta_user", "User", "lastUpdated"),
        ("okta_group", "Group", "lastUpdated"),
        ("okta_deletion", "Deletion", "published"),
        ("okta_group_membership_change", "GroupMembershipChange", "published"),
    ] {
        transfer(world, tables, table, (entity, window(field))).await;
    }
}

/// Returns what the views should have.
fn state(org: &Org) -> BTreeSet<Row> {
    let row = |view: &str, record: &Value, paths: &[&str]| {
        let values: Vec<_> = paths.iter().map(|path| record.pointer(path).unwrap()).collect();
        views::row(view, &values)
    };
    let records = |entity| collections::records(org, entity);
    let users = records("User");
    let users = users.iter().map(|it| row("users", it, &["/id", "/profile/login", "/status"]));
    let groups = records("Group");
    let groups = groups.iter().map(|it| row("groups", it, &["/id", "/profile/name"]));
    let members = records("GroupMember");
    // Okta's log says nothing of the groups that hold everyone.
    let members = members.iter().filter(|it| it["above"]["type"] != "BUILT_IN");
    let members = members.map(|it| row("group_members", it, &["/above/id", "/id"]));
    users.chain(groups).chain(members).collect()
}

/// Changes the org at random.
fn change(simulator: &mut Simulator, random: &mut Rng) {
    let now = simulator_stamp();
    let pick = |random: &mut Rng, records: &[Value]| records[random.usize(..records.len())].clone();
    let users: Vec<_> = simulator.org().records(Collection::Users).collect();
    let groups = simulator.org().records(Collection::Groups);
    let is_open = |group: &Value| group["type"] != "BUILT_IN";
    let groups: Vec<_> = groups.filter(is_open).collect();
    let (mut user, mut group) = (pick(random, &users), pick(random, &groups));
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();
    let fresh = |random: &mut Rng, prefix: &str| -> String {
        prefix.chars().chain((0..17).map(|_| random.alphanumeric())).collect()
    };
    match random.u32(..12) {
        0 => {
            user["id"] = fresh(random, "00u").into();
            user["profile"]["login"] = format!("{}@example.com", id(&user)).into();
            user["lastUpdated"] = now.as_str().into();
            user["created"] = now.into();
            simulator.put(Collection::Users, user);
        }
        1 => {
            user["profile"]["login"] = format!("{}@example.org", random.u32(..)).into();
            user["lastUpdated"] = now.into();
            simulator.put(Collection::Users, user);
        }
        2 if users.len() > 5 => simulator.remove(Collection::Users, &id(&user)),
        3 => {
            group["id"] = fresh(random, "00g").into();
            group["lastUpdated"] = now.as_str().into();
            group["created"] = now.into();
            simulator.put(Collection::Groups, group);
        }
        4 => {
            group["profile"]["name"] = format!("Group {}", random.u32(..)).into();
            group["lastUpdated"] = now.into();
            simulator.put(Collection::Groups, group);
        }
        5 if groups.len() > 3 => simulator.remove(Collection::Groups, &id(&group)),
        6..9 => simulator.add_member(&id(&group), &id(&user)),
        _ => {
            let members = collections::records(simulator.org(), "GroupMember");
            let is_open = |member: &&Value| member["above"]["type"] != "BUILT_IN";
            let members: Vec<_> = members.iter().filter(is_open).cloned().collect();
            if !members.is_empty() {
                let member = pick(random, &members);
                simulator.remove_member(&id(&member["above"]), &id(&member));
            }
        }
    }
}

fn simulator_stamp() -> String {
    at(NOW.get()).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

#[tokio::test(start_paused = true)]
async fn tables_that_flows_fill_are_the_org_after_each_hour() {
    let Some(venv) = part("SAM_VENV") else { return };
    let python = venv.join("bin/python");
    for seed in 0..2 {
        NOW.set(EPOCH);
        let began = tokio::time::Instant::now();
        let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
        let okta = InterceptedOkta::new(Org::generate(seed, 30));
        let config = Config { offered: Offered::everything(), ..Config::new(now, 1) };
        let world = World::with_config(okta, secrets, config);
        let mut log = SystemLog::default();
        log.set_lateness(&LATENESS);
        *world.simulator().system_log_mut() = log;
        let mut random = Rng::with_seed(seed);
        let mut tables: Tables =
            [("okta_deletion", vec![]), ("okta_group_membership_change", vec![])].into();
        for (table, entity) in
            [("okta_user", "User"), ("okta_group", "Group"), ("okta_group_member", "GroupMember")]
        {
            transfer(&world, &mut tables, table, (entity, String::new())).await;
        }
        for hour in 0..6 {
            for turn in 0..24 {
                let passed = hour * HOUR + turn * 2 * MINUTE + random.i64(1..100);
                pass(began, passed).await;
                let mut simulator = world.simulator();
                simulator.set_time(at(NOW.get()));
                change(&mut simulator, &mut random);
            }
            pass(began, (hour + 1) * HOUR).await;
            transfer_hour(&world, &mut tables).await;
            let (found, expected) =
                (run_views(&python, &tables, &VIEWS), state(world.simulator().org()));
            let lost: Vec<_> = expected.difference(&found).collect();
            let wrong: Vec<_> = found.difference(&expected).collect();
            assert!(lost.is_empty() && wrong.is_empty(), "{seed} {hour} {lost:?} {wrong:?}");
        }
        assert!(tables.values().all(|rows| rows.len() > 10), "{seed}");
    }
}

/// Lets time pass until so many seconds after the story began.
async fn pass(began: tokio::time::Instant, seconds: i64) {
    tokio::time::sleep_until(began + Duration::from_secs(seconds.unsigned_abs())).await;
    NOW.set(EPOCH + seconds);
}
