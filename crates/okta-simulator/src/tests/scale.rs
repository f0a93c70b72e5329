//! Large orgs, and orgs recorded from real ones.

use super::recorded::Recorded;
use super::*;

#[test]
fn the_same_seed_gives_the_same_org() {
    let text = |org: &Org| {
        let all = Collection::ALL.iter().flat_map(|&it| org.records(it));
        all.map(|record| record.to_string()).collect::<Vec<_>>()
    };
    let org = Org::generate(42, 100);
    assert_eq!(text(&org), text(&Org::generate(42, 100)));
    assert_ne!(text(&org), text(&Org::generate(43, 100)));
    let counts: Vec<_> = Collection::ALL.iter().map(|&it| (it, org.count(it))).collect();
    let expected = [
        (Collection::UserTypes, 3),
        (Collection::UserSchemas, 3),
        (Collection::GroupSchemas, 1),
        (Collection::Apps, 12),
        (Collection::Users, 100),
        (Collection::Groups, 10),
        (Collection::Devices, 25),
    ];
    assert_eq!(counts[..expected.len()], expected);
}

#[test]
fn a_generated_org_is_awkward() {
    let org = Org::generate(5, 400);
    let users: Vec<_> = org.records(Collection::Users).collect();
    let some = |holds: &dyn Fn(&Value) -> bool| users.iter().any(holds);
    assert!(some(&|user| user["profile"]["title"] == ""));
    assert!(some(
        &|user| user["profile"]["title"].is_null() && user["profile"].get("title").is_some()
    ));
    assert!(some(&|user| user["profile"].get("title").is_none()));
    assert!(some(&|user| user["activated"].is_null()));
    let statuses: std::collections::BTreeSet<_> =
        users.iter().map(|user| user["status"].as_str().unwrap()).collect();
    assert_eq!(statuses.len(), 8);
    for record in Collection::ALL.iter().flat_map(|&it| org.records(it)) {
        let text = record.to_string();
        assert!(text.chars().all(|c| c.len_utf8() <= 3), "Okta knows no such character: {text}");
    }
    assert!(users.iter().all(|user| user["id"].as_str().unwrap().len() == 20));
}

/// A record shows the second; the store may know the millisecond. So equality may miss, and a window never does.
#[test]
fn time_stamps_are_stored_more_finely_than_shown() {
    let mut caller = Caller::new(Org::generate(9, 60));
    let users: Vec<Value> = caller.simulator.org().records(Collection::Users).collect();
    let mut missed = 0;
    for user in users {
        let (id, shown) = (user["id"].as_str().unwrap(), user["lastUpdated"].as_str().unwrap());
        let id = id.to_owned();
        let last_milli = shown.replace(".000Z", ".999Z");
        for form in ["search", "filter"] {
            let mut finds = |condition: String| {
                let target = format!("/api/v1/users?{form}={condition}");
                caller.ids(&target).contains(&id)
            };
            missed += usize::from(!finds(format!("lastUpdated eq \"{shown}\"")));
            let window = format!("lastUpdated ge \"{shown}\" and lastUpdated le \"{last_milli}\"");
            assert!(finds(window), "{id}");
        }
    }
    assert!((20..60).contains(&missed), "{missed}");
}

/// A page of a large org is found in an order. What is found is what a walk over everything finds. Nothing matches
/// the terms that are added for the walk, and no order knows both of them.
#[test]
fn what_is_found_in_an_order_is_what_a_walk_finds() {
    let mut caller = Caller::new(Org::generate(4, 1_500));
    let mut users = caller.simulator.org().records(Collection::Users);
    let (mut first, mut second) = (users.next().unwrap(), users.next().unwrap());
    drop(users);
    let login = first["profile"]["login"].clone();
    let id = first["id"].clone();
    second["lastUpdated"] = serde_json::json!(["2024-05-01T00:00:00.000Z"]);
    caller.simulator.org_mut().put(Collection::Users, second);
    caller.simulator.set_index_lag(std::time::Duration::from_secs(60));
    first["created"] = "2024-05-01T00:00:00.000Z".into();
    first["lastUpdated"] = "2024-05-02T00:00:00.000Z".into();
    caller.simulator.put(Collection::Users, first);
    let window = |name: &str, from: &str, to: &str| {
        format!("{name} ge \"2024-{from}T00:00:00.000Z\" and {name} lt \"2024-{to}T00:00:00.000Z\"")
    };
    let rows = [
        window("lastUpdated", "05-01", "05-03"),
        window("lastUpdated", "01-01", "12-01"),
        window("lastUpdated", "05-03", "05-01"),
        format!(
            "{} or lastUpdated lt \"2024-01-05T00:00:00.000Z\"",
            window("lastUpdated", "05-01", "05-03")
        ),
        format!("({}) and status eq \"ACTIVE\"", window("lastUpdated", "03-01", "05-03")),
        "status eq \"RECOVERY\"".to_owned(),
        "status eq \"ACTIVE\"".to_owned(),
        "status eq \"active\"".to_owned(),
        format!("id eq {id} or id eq \"none\""),
        format!("id eq {id} and profile.login eq {login}"),
    ];
    let created = [
        window("created", "05-01", "05-02"),
        window("created", "02-01", "12-01"),
        format!("{} or status eq \"STAGED\"", window("created", "05-01", "05-02")),
        "status pr".to_owned(),
    ];
    let everywhere = [
        ("filter", ""),
        ("search", ""),
        ("search", "&sortBy=lastUpdated"),
        ("search", "&sortBy=lastUpdated&sortOrder=desc"),
        ("search", "&sortBy=created"),
        ("search", "&sortBy=created&sortOrder=desc"),
    ];
    let asked = rows.iter().map(|row| (row, &everywhere[..]));
    let asked = asked.chain(created.iter().map(|row| (row, &everywhere[1..])));
    let mut found = 0;
    for (condition, forms) in asked {
        for (form, rest) in forms {
            let walked = format!("({condition}) or status eq \"none\" or id eq \"none\"");
            let mut ids = |condition: &str| {
                caller.ids(&format!("/api/v1/users?{form}={condition}&limit=150{rest}"))
            };
            let ids_found = ids(condition);
            assert_eq!(ids_found, ids(&walked), "{form}: {condition}{rest}");
            found += ids_found.len();
        }
    }
    assert!(found > 10_000, "{found}");
}

#[test]
fn a_recorded_org_is_listed_as_it_was() {
    let Some(recorded) = Recorded::read() else { return };
    let mut caller = Caller::new(recorded.org());
    for (target, collection) in [
        ("/api/v1/users", Collection::Users),
        ("/api/v1/groups", Collection::Groups),
        ("/api/v1/apps?includeNonDeleted=true&limit=200", Collection::Apps),
        ("/api/v1/devices", Collection::Devices),
        ("/api/v1/meta/types/user", Collection::UserTypes),
    ] {
        let mut expected = recorded.records(collection);
        if collection == Collection::Users {
            // Some were recorded alone, with more links than they have in a listing.
            for user in &mut expected {
                user["_links"].as_object_mut().unwrap().retain(|name, _| name == "self");
            }
        }
        expected.sort_by(|a, b| a["id"].as_str().cmp(&b["id"].as_str()));
        assert_eq!(caller.get(target).json(), Value::Array(expected), "{target}");
    }
}
