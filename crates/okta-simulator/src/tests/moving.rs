//! Relations that change while somebody reads them.

use serde_json::json;

use super::*;
use crate::{Assignee, Effect, Fault, Mutation, standard_role};

const GROUP: &str = "00g00000000000000001";
const APP: &str = "0oa00000000000000001";

fn user(number: usize) -> String {
    format!("00u0000000000000000{number}")
}

fn caller() -> Caller {
    let mut org = Org::default();
    let time = "2024-01-01T00:00:00.000Z";
    org.put(
        Collection::Groups,
        json!({"id": GROUP, "type": "OKTA_GROUP", "lastMembershipUpdated": time}),
    );
    org.put(Collection::Apps, json!({"id": APP, "created": time, "lastUpdated": time}));
    for number in 1..=4 {
        org.put(
            Collection::Users,
            json!({"id": user(number), "created": time, "lastUpdated": time}),
        );
        org.add_member(GROUP, &user(number));
    }
    Caller::new(org)
}

#[test]
fn a_membership_moves_the_time_of_its_group() {
    let mut caller = caller();
    let shown = |caller: &mut Caller| {
        let members = caller.ids(&format!("/api/v1/groups/{GROUP}/users")).len();
        let group = caller.get(&format!("/api/v1/groups/{GROUP}")).json();
        (members, group["lastMembershipUpdated"].as_str().unwrap().to_owned())
    };
    let (before, now) =
        ("2024-01-01T00:00:00.000Z".to_owned(), "2026-01-01T00:00:00.000Z".to_owned());
    caller.simulator.remove_member(GROUP, "00u9");
    assert_eq!(shown(&mut caller), (4, before));
    caller.simulator.remove_member(GROUP, &user(1));
    assert_eq!(shown(&mut caller), (3, now.clone()));
    caller.simulator.add_member(GROUP, &user(1));
    assert_eq!(shown(&mut caller), (4, now));
}

#[test]
fn what_is_left_of_a_listing_goes_on_behind_a_member_who_is_gone() {
    let mut caller = caller();
    let first = caller.get(&format!("/api/v1/groups/{GROUP}/users?limit=2"));
    caller.simulator.remove_member(GROUP, &user(2));
    caller.simulator.remove(Collection::Users, &user(3));
    assert_eq!(caller.follow(&first.link("next").unwrap()).ids(), [user(4)]);
}

#[test]
fn an_assignment_is_as_old_as_it_is() {
    let mut caller = caller();
    let path = format!("/api/v1/apps/{APP}/users");
    caller.simulator.assign(APP, Assignee::Group(GROUP.to_owned()));
    let users = caller.get(&path).json();
    assert_eq!((users.as_array().unwrap().len(), &users[0]["scope"]), (4, &json!("GROUP")));
    assert_eq!(users[0]["lastUpdated"], "2026-01-01T00:00:00.000Z");
    caller.simulator.assign(APP, Assignee::User(user(1)));
    assert_eq!(caller.get(&path).json()[0]["scope"], "USER");
    caller.simulator.unassign(APP, &Assignee::Group(GROUP.to_owned()));
    assert_eq!(caller.ids(&path), [user(1)]);
    caller.simulator.unassign(APP, &Assignee::User(user(1)));
    assert!(caller.ids(&path).is_empty());
}

#[test]
fn a_group_that_is_gone_takes_its_relations_along() {
    let mut caller = caller();
    caller.simulator.assign(APP, Assignee::Group(GROUP.to_owned()));
    let role =
        standard_role("APP_ADMIN", Collection::GroupRoles, GROUP, "2024-01-01T00:00:00.000Z");
    caller.simulator.grant_role(Collection::GroupRoles, GROUP, role);
    let roles = format!("/api/v1/users/{}/roles", user(1));
    assert_eq!(caller.ids(&roles).len(), 1);
    caller.simulator.remove(Collection::Groups, GROUP);
    for below in ["users", "roles", "owners"] {
        assert_eq!(
            caller.get(&format!("/api/v1/groups/{GROUP}/{below}")).outcome(),
            "404 E0000007"
        );
    }
    assert!(caller.ids(&roles).is_empty());
    assert!(caller.ids(&format!("/api/v1/apps/{APP}/users")).is_empty());
    assert!(caller.ids(&format!("/api/v1/users/{}/groups", user(1))).is_empty());
}

#[test]
fn a_role_is_given_and_taken() {
    let mut caller = caller();
    let path = format!("/api/v1/users/{}/roles", user(2));
    let role =
        standard_role("ORG_ADMIN", Collection::UserRoles, &user(2), "2024-01-01T00:00:00.000Z");
    let id = role["id"].as_str().unwrap().to_owned();
    caller.simulator.grant_role(Collection::UserRoles, &user(2), role);
    assert_eq!(caller.ids(&path), [id.as_str()]);
    caller.simulator.revoke_role(Collection::UserRoles, &user(2), &id);
    assert!(caller.ids(&path).is_empty());
}

/// A fault with the path of one object refuses what is below it, and nothing else.
#[test]
fn one_parent_is_refused() {
    let mut caller = Caller::new(Org::generate(3, 100));
    let groups = caller.ids("/api/v1/groups");
    let refused = format!("/api/v1/groups/{}/users", groups[1]);
    caller
        .simulator
        .set_faults(vec![Fault::always(Effect::status(403)).to(refused.as_str())].into());
    for group in &groups[..3] {
        let path = format!("/api/v1/groups/{group}/users");
        let expected = if path == refused { "403 E0000006" } else { "200" };
        assert_eq!(caller.get(&path).outcome(), expected);
    }
}

/// Whatever moves, every listing goes on to answer, and says the same on both sides of a relation.
#[test]
fn an_org_that_moves_agrees_with_itself() {
    let mut caller = Caller::new(Org::generate(3, 100));
    let moves = [
        Mutation::AddMember,
        Mutation::RemoveMember,
        Mutation::Assign,
        Mutation::Unassign,
        Mutation::Grant,
        Mutation::Revoke,
        Mutation::Remove(Collection::Groups),
        Mutation::Remove(Collection::Users),
        Mutation::Touch(Collection::UserRoles),
        Mutation::Insert(Collection::PolicyRules),
        Mutation::Remove(Collection::GroupOwners),
        Mutation::Insert(Collection::NetworkZones),
    ];
    let before = caller.ids("/api/v1/groups").len();
    let faults = moves.map(|it| Fault::always(Effect::Mutate(it)));
    caller.simulator.set_faults(faults.to_vec().into());
    for _ in 0..4 {
        assert_eq!(caller.get("/api/v1/zones").outcome(), "200");
    }
    caller.simulator.set_faults(crate::FaultScript::default());
    let groups = caller.ids("/api/v1/groups");
    assert_eq!(groups.len(), before - 4);
    for group in &groups {
        for member in caller.ids(&format!("/api/v1/groups/{group}/users")) {
            let of_user = caller.ids(&format!("/api/v1/users/{member}/groups"));
            assert!(of_user.contains(group), "{group} {member}");
        }
    }
    let rules = caller.simulator.org().records(Collection::PolicyRules).count();
    let policies = caller.simulator.org().records(Collection::Policies);
    let policies: Vec<_> = policies.map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    let listed =
        policies.iter().map(|id| caller.ids(&format!("/api/v1/policies/{id}/rules")).len());
    assert_eq!(listed.sum::<usize>(), rules);
}
