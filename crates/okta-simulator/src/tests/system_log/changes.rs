//! Checks the events that changes of the org leave in the log.

use super::*;
use crate::{Effect, Fault, Mutation, When};

/// The status of a record and its name, or nothing if it is gone.
type State = Option<(&'static str, &'static str)>;

#[test]
fn changes_of_records_are_recorded() {
    let put = |status, name| Some((status, name));
    let rows: [(Collection, &[State], &[&str]); 9] = [
        (
            Collection::Users,
            &[put("STAGED", "A"), put("ACTIVE", "A"), put("SUSPENDED", "B"), put("ACTIVE", "B")],
            &[
                "user.lifecycle.create",
                "user.lifecycle.activate",
                "user.lifecycle.suspend",
                "user.account.update_profile",
                "user.lifecycle.unsuspend",
            ],
        ),
        (
            Collection::Users,
            &[put("ACTIVE", "A"), put("LOCKED_OUT", "A"), put("ACTIVE", "A"), None],
            &[
                "user.lifecycle.create",
                "user.account.lock",
                "user.account.unlock",
                "user.lifecycle.deactivate",
                "user.lifecycle.delete.initiated",
                "user.lifecycle.delete.completed",
            ],
        ),
        (
            Collection::Users,
            &[put("DEPROVISIONED", "A"), None],
            &[
                "user.lifecycle.create",
                "user.lifecycle.delete.initiated",
                "user.lifecycle.delete.completed",
            ],
        ),
        (
            Collection::Groups,
            &[put("", "A"), put("", "A"), put("", "B"), None],
            &["group.lifecycle.create", "group.profile.update", "group.lifecycle.delete"],
        ),
        (
            Collection::Apps,
            &[
                put("ACTIVE", "A"),
                put("INACTIVE", "A"),
                put("INACTIVE", "B"),
                put("ACTIVE", "B"),
                None,
            ],
            &[
                "application.lifecycle.create",
                "application.lifecycle.deactivate",
                "application.lifecycle.update",
                "application.lifecycle.activate",
                "application.lifecycle.delete",
            ],
        ),
        (
            Collection::Apps,
            &[put("ACTIVE", "A"), put("DELETED", "A"), None],
            &["application.lifecycle.create", "application.lifecycle.delete"],
        ),
        (
            Collection::Devices,
            &[put("ACTIVE", "A"), put("ACTIVE", "B"), put("SUSPENDED", "B"), put("ACTIVE", "B")],
            &["device.enrollment.create", "device.lifecycle.suspend", "device.lifecycle.unsuspend"],
        ),
        (
            Collection::Devices,
            &[put("ACTIVE", "A"), put("DEACTIVATED", "A"), None],
            &["device.enrollment.create", "device.lifecycle.deactivate", "device.lifecycle.delete"],
        ),
        (Collection::UserTypes, &[put("ACTIVE", "A"), put("ACTIVE", "B"), None], &[]),
    ];
    for (collection, states, expected) in rows {
        let mut caller = Caller::new(Org::default());
        for state in states {
            match state {
                Some((status, name)) => {
                    caller.simulator.put(collection, record("x1", status, name))
                }
                None => caller.simulator.remove(collection, "x1"),
            }
        }
        assert_eq!(types(&mut caller), expected, "{collection:?} {states:?}");
    }
}

#[test]
fn an_imported_group_has_events_of_its_own() {
    let mut caller = Caller::new(Org::default());
    let mut group = record("00g1", "", "A");
    group["type"] = "APP_GROUP".into();
    caller.simulator.put(Collection::Groups, group);
    caller.simulator.remove(Collection::Groups, "00g1");
    assert_eq!(types(&mut caller), ["system.import.group.create", "system.import.group.delete"]);
    let job = caller.get("/api/v1/logs").json()[1].clone();
    assert_eq!(job["transaction"]["type"], "JOB");
    assert_eq!(job["request"]["ipChain"], json!([]));
    assert_eq!(job["client"]["ipAddress"], Value::Null);
}

#[test]
fn an_update_says_what_was_and_what_is() {
    let mut caller = Caller::new(Org::default());
    caller.simulator.put(Collection::Users, record("00u1", "ACTIVE", "A"));
    caller.simulator.put(Collection::Users, record("00u1", "ACTIVE", "B"));
    let event = caller.get("/api/v1/logs").json()[1].clone();
    assert_eq!(event["published"], "2026-01-01T00:00:00.000Z");
    assert_eq!(event["outcome"]["result"], "SUCCESS");
    let expected = json!([{
        "id": "00u1",
        "type": "User",
        "alternateId": "ann@example.com",
        "displayName": "Ann B",
        "detailEntry": null,
        "changeDetails": {
            "from": { "name": "A", "lastName": "A" },
            "to": { "name": "B", "lastName": "B" },
        },
    }]);
    assert_eq!(event["target"], expected);
}

#[test]
fn what_a_script_changes_is_recorded_and_late_by_plan() {
    let mut caller = Caller::new(Org::generate(2, 20));
    caller.log().set_lateness(&[Duration::ZERO, Duration::from_secs(60)]);
    let fault = |mutation| Fault {
        path: "/api/v1/users".to_owned(),
        parts: Vec::new(),
        when: When::Nth(1),
        what: Effect::Mutate(mutation),
    };
    let faults = [
        Mutation::Insert(Collection::Users),
        Mutation::Touch(Collection::Groups),
        Mutation::Remove(Collection::Apps),
    ];
    caller.simulator.set_faults(faults.map(fault).to_vec().into());
    caller.get("/api/v1/users");
    assert_eq!(types(&mut caller), ["user.lifecycle.create", "application.lifecycle.delete"]);
    caller.set_time(NOW + Duration::from_secs(60));
    let expected =
        ["user.lifecycle.create", "group.profile.update", "application.lifecycle.delete"];
    assert_eq!(types(&mut caller), expected);
}
