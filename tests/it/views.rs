//! Questions that people ask of an org: the SQL of `examples/views` on what flows deliver from the org of `okta-connector demo`,
//! against what is in it.

use crate::collections::id;
use crate::support::{EPOCH, World, part, query, top};
use jiff::Timestamp;
use okta_simulator::{Assignee, Collection, Org, SystemLog, standard_role};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// The tables, by name.
pub(crate) type Tables = BTreeMap<&'static str, Vec<Value>>;

/// A record of a view, behind the view's name.
pub(crate) type Row = Vec<Option<String>>;

const DAY: i64 = 86_400;

/// The flows, each with the table that it feeds.
const FLOWS: [(&str, &str); 12] = [
    ("okta_user", "User"),
    ("okta_group", "Group"),
    ("okta_group_member", "GroupMember"),
    ("okta_deletion", "Deletion"),
    ("okta_group_membership_change", "GroupMembershipChange"),
    ("okta_application", "Application"),
    ("okta_application_user", "ApplicationUser"),
    ("okta_application_group", "ApplicationGroup"),
    ("okta_role_assignment", "RoleAssignment"),
    ("okta_resource_set", "ResourceSet"),
    ("okta_api_token", "ApiToken"),
    ("okta_user_factor", "UserFactor"),
];

/// Returns what views have.
pub(crate) fn run_views(python: &Path, tables: &Tables, views: &[&str]) -> BTreeSet<Row> {
    static TURN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let turn = TURN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = format!("okta-connector-views-{}-{turn}", std::process::id());
    let folder = std::env::temp_dir().join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, rows) in tables {
        let mut text = String::new();
        for row in rows {
            writeln!(text, "{row}").unwrap();
        }
        std::fs::write(folder.join(format!("{name}.jsonl")), text).unwrap();
    }
    let mut python = Command::new(python);
    python.arg(top().join("tests/tools/run_views.py")).arg(&folder);
    let output = python.arg(top().join("examples/views")).args(views).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_dir_all(&folder).unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns a record of a view.
pub(crate) fn row(view: &str, values: &[&Value]) -> Row {
    let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
    [Some(view.to_owned())].into_iter().chain(texts).collect()
}

/// Says whether somebody may sign in, or could without the help of an administrator.
fn is_let_in(user: &Value) -> bool {
    !["STAGED", "SUSPENDED", "DEPROVISIONED"].contains(&user["status"].as_str().unwrap())
}

/// Returns who may use which application: what is assigned to a user, and from each group to its members.
fn application_access(org: &Org) -> Vec<Row> {
    let view = |app: &str, user: &str, way: &str, group: Option<&str>| {
        row("application_access", &[&app.into(), &user.into(), &way.into(), &group.into()])
    };
    let is_active = |app: &str| org.get(Collection::Apps, app).unwrap()["status"] == "ACTIVE";
    let is_let_in = |user: &str| is_let_in(&org.get(Collection::Users, user).unwrap());
    let mut rows = Vec::new();
    for group in org.records(Collection::Groups) {
        for app in org.apps_of_group(id(&group)).filter(|app| is_active(app)) {
            let members = org.members(id(&group)).filter(|user| is_let_in(user));
            rows.extend(members.map(|user| view(app, user, "GROUP", Some(id(&group)))));
        }
    }
    for app in org.records(Collection::Apps).filter(|app| is_active(id(app))) {
        let users = org.children(Collection::ApplicationUsers, id(&app));
        let by_name = users.filter(|(user, record)| record["scope"] == "USER" && is_let_in(user));
        rows.extend(by_name.map(|(user, _)| view(id(&app), &user, "USER", None)));
    }
    rows
}

/// Returns who has which admin role: the roles that Okta shows of every user, whether or not it names them as administrators, and
/// those of client apps.
fn administrators(org: &Org) -> Vec<Row> {
    let nothing = Value::Null;
    let view = |assignee: &str, name: &Value, way: &str, role: &Value| {
        let link = role["_links"]["assignee"]["href"].as_str().unwrap();
        let group: Value = link.split_once("/groups/").map(|(_, group)| group).into();
        let way = if group.is_null() { way } else { "GROUP" };
        let set = role["resource-set"].as_str();
        let set = set.and_then(|set| org.get(Collection::ResourceSets, set)).unwrap_or_default();
        let (of_role, of_set) = (role.get("role"), role.get("resource-set"));
        row(
            "administrators",
            &[
                &assignee.into(),
                name,
                &role["type"],
                of_role.unwrap_or(&nothing),
                of_set.unwrap_or(&nothing),
                set.get("label").unwrap_or(&nothing),
                &way.into(),
                &group,
            ],
        )
    };
    let mut rows = Vec::new();
    for user in org.records(Collection::Users) {
        let roles = org.children(Collection::UserRoles, id(&user));
        let active = roles.filter(|(_, role)| role["status"] == "ACTIVE");
        rows.extend(
            active.map(|(_, role)| view(id(&user), &user["profile"]["login"], "USER", &role)),
        );
    }
    for app in org.records(Collection::Apps) {
        let roles = org.children(Collection::ClientRoles, id(&app));
        let active = roles.filter(|(_, role)| role["status"] == "ACTIVE");
        rows.extend(active.map(|(_, role)| view(id(&app), &app["label"], "CLIENT", &role)));
    }
    rows
}

/// Returns the members whom no rule of the org made one.
fn members_without_rule(org: &Org) -> Vec<Row> {
    let mut rows = Vec::new();
    for group in org.records(Collection::Groups).filter(|group| group["type"] != "BUILT_IN") {
        let by_rule = |user: &&str| {
            let mut rules = org.rules_of_member(id(&group), user);
            rules.any(|rule| org.contains(Collection::GroupRules, rule))
        };
        let by_hand = org.members(id(&group)).filter(|user| !by_rule(user));
        rows.extend(by_hand.map(|user| row("members_without_rule", &[&group["id"], &user.into()])));
    }
    rows
}

/// Returns the tokens that were last used more than 14 days ago.
fn idle_api_tokens(org: &Org) -> Vec<Row> {
    let second = |value: &Value| value.as_str().unwrap().parse::<Timestamp>().unwrap().as_second();
    let mut rows = Vec::new();
    for token in org.records(Collection::ApiTokens) {
        let used = match token["tokenWindow"].as_str() {
            Some("P30D") => second(&token["expiresAt"]) - 30 * DAY,
            Some("P7D") => second(&token["expiresAt"]) - 7 * DAY,
            _ => second(&token["lastUpdated"]),
        };
        if used < EPOCH - 14 * DAY {
            let user = org.get(Collection::Users, token["userId"].as_str().unwrap()).unwrap();
            let login = &user["profile"]["login"];
            rows.push(row("idle_api_tokens", &[&token["id"], login, &used.to_string().into()]));
        }
    }
    rows
}

/// Returns the users who may sign in with a password alone.
fn users_without_second_factor(org: &Org) -> Vec<Row> {
    let mut rows = Vec::new();
    for user in org.records(Collection::Users).filter(is_let_in) {
        let mut factors = org.children(Collection::UserFactors, id(&user));
        let is_good =
            |factor: &Value| factor["status"] == "ACTIVE" && factor["factorType"] != "question";
        if !factors.any(|(_, factor)| is_good(&factor)) {
            let login = &user["profile"]["login"];
            rows.push(row("users_without_second_factor", &[&user["id"], login]));
        }
    }
    rows
}

/// Makes the org of `okta-connector demo`, and adds what it has not: an application of everybody, one who has an application and
/// a role in two ways, and tokens that were used of late.
fn org() -> Org {
    let mut org = Org::generate(1, 2_500);
    let find = |collection, is_it: &dyn Fn(&Value) -> bool| {
        org.records(collection).find(|record| is_it(record)).unwrap()
    };
    let everyone = find(Collection::Groups, &|group| group["type"] == "BUILT_IN");
    let app = find(Collection::Apps, &|app| app["status"] == "ACTIVE");
    let user = find(Collection::Users, &|user| user["status"] == "ACTIVE");
    let admins = find(Collection::Groups, &|group| {
        org.children(Collection::GroupRoles, id(group)).next().is_some()
    });
    let token = find(Collection::ApiTokens, &|token| token["tokenWindow"] == "P30D");
    org.assign(id(&app), Assignee::Group(id(&everyone).to_owned()));
    org.assign(id(&app), Assignee::User(id(&user).to_owned()));
    org.add_member(id(&admins), id(&user));
    let (_, given) = org.children(Collection::GroupRoles, id(&admins)).next().unwrap();
    let role = given["type"].as_str().unwrap();
    let role = standard_role(role, Collection::UserRoles, id(&user), "2025-01-01T00:00:00.000Z");
    org.put_child(Collection::UserRoles, id(&user), role);
    for (window, days) in [(30, 13), (30, 15), (7, 13), (7, 15)] {
        let end = Timestamp::from_second(EPOCH + (window - days) * DAY).unwrap();
        let mut token = token.clone();
        token["id"] = format!("00Tused{days:02}daysof{window:05}").into();
        token["tokenWindow"] = format!("P{window}D").into();
        token["expiresAt"] = end.to_string().into();
        org.put(Collection::ApiTokens, token);
    }
    org
}

#[tokio::test(start_paused = true)]
async fn views_answer_what_people_ask_of_an_org() {
    let Some(venv) = part("SAM_VENV") else { return };
    let world = World::new(org());
    // Nothing has happened since.
    *world.simulator().system_log_mut() = SystemLog::default();
    let run = Timestamp::from_second(EPOCH).unwrap().to_string();
    let mut tables = Tables::new();
    for (table, entity) in FLOWS {
        let records = world.run(&query(entity, &json!({}))).await;
        let records = records.unwrap_or_else(|error| panic!("{entity}: {error}"));
        let with_run = records.into_iter().map(|mut record| {
            record["run"] = run.as_str().into();
            record
        });
        tables.insert(table, with_run.collect());
    }
    let simulator = world.simulator();
    for (view, expected) in [
        ("application_access", application_access(simulator.org())),
        ("administrators", administrators(simulator.org())),
        ("members_without_rule", members_without_rule(simulator.org())),
        ("idle_api_tokens", idle_api_tokens(simulator.org())),
        ("users_without_second_factor", users_without_second_factor(simulator.org())),
    ] {
        let found = run_views(&venv.join("bin/python"), &tables, &[view]);
        let expected: BTreeSet<_> = expected.into_iter().collect();
        let lost: Vec<_> = expected.difference(&found).take(5).collect();
        let wrong: Vec<_> = found.difference(&expected).take(5).collect();
        assert!(lost.is_empty() && wrong.is_empty(), "{view}: lost {lost:?}, wrong {wrong:?}");
        assert!(expected.len() > 50, "{view}: {}", expected.len());
        let ways = expected.iter().flat_map(|row| row.iter().flatten());
        let ways: BTreeSet<_> =
            ways.filter(|it| ["USER", "GROUP", "CLIENT"].contains(&it.as_str())).collect();
        let most = match view {
            "application_access" => 2,
            "administrators" => 3,
            _ => 0,
        };
        assert_eq!(ways.len(), most, "{view}");
    }
}
