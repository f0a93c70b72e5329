//! Checks the events that changes of relations leave in the log.

use std::collections::BTreeSet;

use super::*;
use crate::{Assignee, Effect, Fault, FaultScript, Mutation, Relation, Simulator, standard_role};

#[test]
fn relations_are_recorded_with_their_targets() {
    let mut org = Org::default();
    org.put(Collection::Users, record("00u1", "ACTIVE", "A"));
    org.put(Collection::Groups, record("00g1", "", "West"));
    org.put(Collection::Apps, record("0oa1", "ACTIVE", "Wiki"));
    let rows = [
        (
            Relation::GroupMember { group: "00g1", user: "00u1" },
            ["group.user_membership.add", "group.user_membership.remove"],
            "User ann@example.com, UserGroup unknown",
        ),
        (
            Relation::AppUser { app: "0oa1", user: "00u1" },
            ["application.user_membership.add", "application.user_membership.remove"],
            "AppUser ann@example.com, AppInstance Wiki, User ann@example.com",
        ),
        (
            Relation::AppGroup { app: "0oa1", group: "00g1" },
            ["group.application_assignment.add", "group.application_assignment.remove"],
            "UserGroup unknown, AppInstance Wiki",
        ),
        (
            Relation::DeviceUser { device: "guo1", user: "00u9" },
            ["device.user.add", "device.user.remove"],
            "Device unknown, User unknown",
        ),
        (
            Relation::AdminRole { user: "00u1" },
            ["user.account.privilege.grant", "user.account.privilege.revoke"],
            "User ann@example.com",
        ),
        (
            Relation::GroupRole { group: "00g1" },
            ["group.privilege.grant", "group.privilege.revoke"],
            "UserGroup unknown",
        ),
        (
            Relation::ClientRole { app: "0oa1" },
            ["app.oauth2.client.privilege.grant", "app.oauth2.client.privilege.revoke"],
            "AppInstance Wiki",
        ),
    ];
    for (relation, expected, targets) in rows {
        let mut log = SystemLog::default();
        log.record_added(&org, relation, NOW);
        log.record_removed(&org, relation, NOW);
        let events: Vec<_> = log.visible(NOW).collect();
        let types: Vec<_> = events.iter().map(|event| event["eventType"].clone()).collect();
        assert_eq!(types, expected);
        for event in &events {
            let names = event["target"].as_array().unwrap().iter().map(|target| {
                let text = |name: &str| target[name].as_str().unwrap().to_owned();
                format!("{} {}", text("type"), text("alternateId"))
            });
            assert_eq!(names.collect::<Vec<_>>().join(", "), targets);
        }
    }
}

/// Makes a caller of an org with one object of each kind that relations need.
fn caller() -> Caller {
    let mut org = Org::default();
    org.put(Collection::Users, record("00u1", "ACTIVE", "A"));
    org.put(Collection::Groups, record("00g1", "", "West"));
    org.put(Collection::Apps, record("0oa1", "ACTIVE", "Wiki"));
    org.put(Collection::Devices, record("guo1", "ACTIVE", "Phone"));
    Caller::new(org)
}

fn role(kind: &str, collection: Collection) -> Value {
    standard_role(kind, collection, "x", "2026-01-01T00:00:00.000Z")
}

fn grant(simulator: &mut Simulator, kind: &str, collection: Collection, assignee: &str) {
    simulator.grant_role(collection, assignee, role(kind, collection));
}

fn revoke(simulator: &mut Simulator, kind: &str, collection: Collection, assignee: &str) {
    let role = role(kind, collection);
    simulator.revoke_role(collection, assignee, role["id"].as_str().unwrap());
}

/// Checks that a relation that comes or goes is told of once, however often it is said.
#[test]
fn relations_come_and_go_once() {
    type Change = fn(&mut Simulator);
    let rows: [(Change, Change, &[&str]); 8] = [
        (
            |it| it.add_member("00g1", "00u1"),
            |it| it.remove_member("00g1", "00u1"),
            &["group.user_membership.add", "group.user_membership.remove"],
        ),
        (
            |it| it.assign("0oa1", Assignee::User("00u1".to_owned())),
            |it| it.unassign("0oa1", &Assignee::User("00u1".to_owned())),
            &["application.user_membership.add", "application.user_membership.remove"],
        ),
        (
            |it| it.assign("0oa1", Assignee::Group("00g1".to_owned())),
            |it| it.unassign("0oa1", &Assignee::Group("00g1".to_owned())),
            &["group.application_assignment.add", "group.application_assignment.remove"],
        ),
        (
            |it| it.add_device_user("guo1", "00u1"),
            |it| it.remove_device_user("guo1", "00u1"),
            &["device.user.add", "device.user.remove"],
        ),
        (
            |it| grant(it, "APP_ADMIN", Collection::UserRoles, "00u1"),
            |it| revoke(it, "APP_ADMIN", Collection::UserRoles, "00u1"),
            &["user.account.privilege.grant", "user.account.privilege.revoke"],
        ),
        (
            |it| grant(it, "APP_ADMIN", Collection::GroupRoles, "00g1"),
            |it| revoke(it, "APP_ADMIN", Collection::GroupRoles, "00g1"),
            &["group.privilege.grant", "group.privilege.revoke"],
        ),
        (
            |it| grant(it, "APP_ADMIN", Collection::ClientRoles, "0oa1"),
            |it| revoke(it, "APP_ADMIN", Collection::ClientRoles, "0oa1"),
            &["app.oauth2.client.privilege.grant", "app.oauth2.client.privilege.revoke"],
        ),
        (
            |it| it.put_child(Collection::GroupMembers, "00g1", record("00u1", "ACTIVE", "A")),
            |it| it.remove_child(Collection::GroupMembers, "00g1", "00u1"),
            &["group.user_membership.add", "group.user_membership.remove"],
        ),
    ];
    for (come, go, expected) in rows {
        let mut caller = caller();
        for change in [go, come, come, go, go] {
            change(&mut caller.simulator);
        }
        assert_eq!(types(&mut caller), expected);
        assert_eq!(caller.simulator.org().member_count("00g1"), 0);
    }
}

#[test]
fn a_role_is_gone_with_the_last_one() {
    let mut caller = caller();
    let okta = &mut caller.simulator;
    for kind in ["APP_ADMIN", "ORG_ADMIN"] {
        grant(okta, kind, Collection::UserRoles, "00u1");
    }
    for kind in ["APP_ADMIN", "ORG_ADMIN"] {
        revoke(okta, kind, Collection::UserRoles, "00u1");
    }
    let expected = [
        "user.account.privilege.grant",
        "user.account.privilege.grant",
        "user.account.privilege.revoke",
    ];
    assert_eq!(types(&mut caller), expected);
}

#[test]
fn an_assignment_that_says_something_else_is_updated() {
    let mut caller = caller();
    for (name, id) in [("a", "00u1"), ("b", "00u1"), ("b", "00u1")] {
        let record = json!({ "id": id, "scope": "USER", "credentials": { "userName": name } });
        caller.simulator.put_child(Collection::ApplicationUsers, "0oa1", record);
    }
    let group = |priority: u32| json!({ "id": "00g1", "priority": priority });
    caller.simulator.put_child(Collection::ApplicationGroups, "0oa1", group(0));
    caller.simulator.put_child(Collection::ApplicationGroups, "0oa1", group(1));
    let expected = [
        "application.user_membership.add",
        "application.user_membership.update",
        "group.application_assignment.add",
        "group.application_assignment.update",
    ];
    assert_eq!(types(&mut caller), expected);
}

#[test]
fn nobody_enters_or_leaves_the_group_of_everyone() {
    let mut caller = caller();
    let everyone = json!({ "id": "00g2", "type": "BUILT_IN", "profile": { "name": "Everyone" } });
    caller.simulator.org_mut().put(Collection::Groups, everyone);
    caller.simulator.add_member("00g2", "00u1");
    caller.simulator.remove_member("00g2", "00u1");
    assert!(types(&mut caller).is_empty());
    assert_eq!(caller.simulator.org().member_count("00g2"), 1);
}

/// Okta promises no event for what goes with something else.
#[test]
fn what_goes_with_an_object_is_not_told_of() {
    let mut caller = caller();
    let okta = &mut caller.simulator;
    okta.add_member("00g1", "00u1");
    okta.assign("0oa1", Assignee::Group("00g1".to_owned()));
    okta.assign("0oa1", Assignee::User("00u1".to_owned()));
    okta.add_device_user("guo1", "00u1");
    grant(okta, "APP_ADMIN", Collection::GroupRoles, "00g1");
    grant(okta, "APP_ADMIN", Collection::UserRoles, "00u1");
    let before = okta.system_log().count();
    okta.remove(Collection::Groups, "00g1");
    okta.remove(Collection::Apps, "0oa1");
    okta.remove(Collection::Devices, "guo1");
    okta.remove(Collection::Users, "00u1");
    let expected = [
        "group.lifecycle.delete",
        "application.lifecycle.delete",
        "device.lifecycle.delete",
        "user.lifecycle.deactivate",
        "user.lifecycle.delete.initiated",
        "user.lifecycle.delete.completed",
    ];
    assert_eq!(types(&mut caller)[before..], expected);
}

/// Pairs of ids: groups and their members, applications and their users by name, applications and their groups.
type Pairs = BTreeSet<(&'static str, String, String)>;

fn pairs(org: &Org) -> Pairs {
    let mut pairs = Pairs::new();
    let ids = |collection| org.records(collection).map(|it| it["id"].as_str().unwrap().to_owned());
    for group in ids(Collection::Groups) {
        let is_everyone = org.member_count(&group) == org.count(Collection::Users);
        let members = org.members(&group).filter(|_| !is_everyone);
        pairs.extend(members.map(|user| ("group", group.clone(), user.to_owned())));
    }
    for app in ids(Collection::Apps) {
        let users = org.app_users_after(&app, "");
        pairs.extend(users.map(|user| ("app user", app.clone(), user.to_owned())));
        let groups = org.app_groups_after(&app, "");
        pairs.extend(groups.map(|group| ("app group", app.clone(), group.to_owned())));
    }
    pairs
}

/// Changes the pairs as an event says.
fn apply(pairs: &mut Pairs, event: &Value) {
    let id = |kind: &str| {
        let target = event["target"].as_array().unwrap().iter().find(|it| it["type"] == kind);
        target.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let mut forget = |id: String| pairs.retain(|(_, left, right)| *left != id && *right != id);
    let event_type = event["eventType"].as_str().unwrap();
    let pair = match event_type.rsplit_once('.').unwrap().0 {
        "group.user_membership" => ("group", id("UserGroup"), id("User")),
        "application.user_membership" => ("app user", id("AppInstance"), id("User")),
        "group.application_assignment" => ("app group", id("AppInstance"), id("UserGroup")),
        "user.lifecycle.delete" => return forget(id("User")),
        _ => {
            return match event_type {
                "group.lifecycle.delete" | "system.import.group.delete" => forget(id("UserGroup")),
                "application.lifecycle.delete" => forget(id("AppInstance")),
                _ => {}
            };
        }
    };
    match event_type.ends_with(".add") {
        true => assert!(pairs.insert(pair), "{event} was already so"),
        false => assert!(pairs.remove(&pair), "{event} was not so"),
    }
}

/// Who knows the relations of yesterday and the log of today knows the relations of today.
#[test]
fn the_log_says_what_became_of_relations() {
    let mut caller = Caller::new(Org::generate(5, 60));
    let before = pairs(caller.simulator.org());
    let moves = [
        Mutation::AddMember,
        Mutation::RemoveMember,
        Mutation::Assign,
        Mutation::Unassign,
        Mutation::Grant,
        Mutation::Revoke,
        Mutation::Touch(Collection::Users),
        Mutation::Insert(Collection::Groups),
        Mutation::AddMember,
        Mutation::RemoveMember,
        Mutation::Unassign,
        Mutation::Remove(Collection::GroupOwners),
    ];
    let mut faults: Vec<_> = moves.map(|it| Fault::always(Effect::Mutate(it))).to_vec();
    let removals = [Collection::Users, Collection::Groups, Collection::Apps];
    for round in 0..60 {
        if round == 55 {
            let removals = removals.map(Mutation::Remove).map(Effect::Mutate).map(Fault::always);
            faults.extend(removals);
        }
        caller.simulator.set_faults(FaultScript::from(faults.clone()));
        caller.get("/api/v1/zones");
    }
    let mut told = before.clone();
    let now = caller.now;
    let events: Vec<_> = caller.log().visible(now).collect();
    events.iter().for_each(|event| apply(&mut told, event));
    let after = pairs(caller.simulator.org());
    assert!(before != after && events.len() > 300, "{}", events.len());
    assert_eq!(told, after);
}
