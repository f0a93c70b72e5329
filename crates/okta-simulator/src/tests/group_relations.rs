//! Members, owners and rules of groups.

use serde_json::json;

use super::*;
use crate::{ApiError, Feature};

const GROUP: &str = "00g00000000000000002";
const EVERYONE: &str = "00g00000000000000001";

/// Makes an org of three users. The first is in the group by hand, the second by two rules.
fn caller() -> Caller {
    let mut org = Org::default();
    for (id, kind, name) in [
        (EVERYONE, "BUILT_IN", "Everyone"),
        (GROUP, "OKTA_GROUP", "West"),
        ("00g00000000000000003", "OKTA_GROUP", "East"),
    ] {
        org.put(Collection::Groups, json!({"id": id, "type": kind, "profile": {"name": name}}));
    }
    for number in 1..=3 {
        let id = format!("00u0000000000000000{number}");
        let user =
            json!({"id": id, "status": "ACTIVE", "profile": {"login": id}, "credentials": {}});
        org.put(Collection::Users, user);
        org.put(
            Collection::GroupRules,
            json!({
                "id": format!("0pr0000000000000000{number}"),
                "name": format!("Rule {number}"),
                "actions": {"assignUserToGroups": {"groupIds": [GROUP]}},
            }),
        );
    }
    org.add_member(GROUP, "00u00000000000000001");
    for rule in ["0pr00000000000000002", "0pr00000000000000001"] {
        org.add_member_by_rule(GROUP, "00u00000000000000002", rule);
    }
    Caller::new(org)
}

#[test]
fn members_say_which_rules_made_them_members() {
    let mut caller = caller();
    let target = format!("/api/v1/groups/{GROUP}/users");
    let asked = format!("{target}?expand=group-rules");
    let rules = |answer: &Answer| -> Vec<Value> {
        let members = answer.json();
        let rules =
            members.as_array().unwrap().iter().map(|it| it["_embedded"]["group-rules"].clone());
        rules.collect()
    };
    let both = json!([
        {"id": "0pr00000000000000001", "name": "Rule 1"},
        {"id": "0pr00000000000000002", "name": "Rule 2"},
    ]);
    assert_eq!(rules(&caller.get(&asked)), [json!([]), both]);
    assert!(caller.get(&target).json()[0].get("_embedded").is_none());

    // An org that does not know the expansion passes over it.
    caller.simulator.set_member_rules_shown(false);
    let answer = caller.get(&asked);
    assert!(answer.status == 200 && answer.json()[1].get("_embedded").is_none());
}

#[test]
fn the_expansion_is_not_in_the_next_link() {
    let mut caller = caller();
    let first = caller.get(&format!("/api/v1/groups/{GROUP}/users?limit=1&expand=group-rules"));
    assert!(first.link("self").unwrap().contains("expand=group-rules"));
    let next = first.link("next").unwrap();
    assert!(!next.contains("expand"), "{next}");
    assert!(caller.follow(&next).json()[0].get("_embedded").is_none());
    let put_back = caller.follow(&format!("{next}&expand=group-rules")).json();
    assert_eq!(put_back[0]["_embedded"]["group-rules"][1]["name"], "Rule 2");
}

#[test]
fn listings_of_groups() {
    let rows = [
        (format!("/api/v1/groups/{GROUP}/users"), "12"),
        (format!("/api/v1/groups/{GROUP}/users?limit=1"), "12"),
        (format!("/api/v1/groups/{GROUP}/users?limit=0"), ""),
        (format!("/api/v1/groups/{EVERYONE}/users?limit=2"), "123"),
        ("/api/v1/groups/00g00000000000000003/users".to_owned(), ""),
        ("/api/v1/users/00u00000000000000001/groups?limit=1".to_owned(), "12"),
        ("/api/v1/users/00u00000000000000003/groups".to_owned(), "1"),
        ("/api/v1/groups/rules?limit=2".to_owned(), "123"),
        ("/api/v1/groups/rules?search=LE 2".to_owned(), "2"),
    ];
    for (target, expected) in rows {
        let ids = caller().ids(&target);
        let digits: String = ids.iter().map(|id| &id[id.len() - 1..]).collect();
        assert_eq!(digits, expected, "{target}");
    }
    let limits = [
        (format!("/api/v1/groups/{GROUP}/users"), "limit=1000"),
        (format!("/api/v1/groups/{GROUP}/users?limit=2000"), "limit=1000"),
        ("/api/v1/users/00u00000000000000001/groups".to_owned(), "limit=200"),
        ("/api/v1/groups/rules".to_owned(), "limit=50"),
        ("/api/v1/groups/rules?limit=500".to_owned(), "limit=200"),
    ];
    for (target, expected) in limits {
        let link = caller().get(&target).link("self").unwrap();
        assert!(link.ends_with(expected), "{target}: {link}");
    }
}

#[test]
fn refusals() {
    let rows = [
        ("/api/v1/groups/00gx/users", "404 E0000007"),
        ("/api/v1/groups/00gx/owners", "404 E0000007"),
        ("/api/v1/users/nobody/groups", "404 E0000007"),
        ("/api/v1/groups/00g00000000000000002/users?after=forged", "400 E0000031"),
        ("/api/v1/groups/00g00000000000000002/users?search=profile.login sw \"a\"", "400 E0000031"),
        ("/api/v1/groups/00g00000000000000002/users?filter=status eq \"ACTIVE\"", "400 E0000031"),
        ("/api/v1/groups/rules?limit=0", "400 E0000001"),
        ("/api/v1/groups/rules?q=x", "400 E0000031"),
    ];
    for (target, expected) in rows {
        assert_eq!(caller().get(target).outcome(), expected, "{target}");
    }
}

#[test]
fn members_are_listed_without_credentials_if_asked_so() {
    let omit = "application/json; okta-response=omitCredentials";
    let target = format!("/api/v1/groups/{GROUP}/users");
    assert!(caller().get_with(&target, omit).json()[0].get("credentials").is_none());
    assert!(caller().get(&target).json()[0].get("credentials").is_some());
}

#[test]
fn rules_name_their_groups_if_asked_to() {
    let rules = caller().get("/api/v1/groups/rules?expand=groupIdToGroupNameMap").json();
    assert_eq!(rules[0]["_embedded"]["groupIdToGroupNameMap"], json!({GROUP: "West"}));
    let rule = caller().get("/api/v1/groups/rules/0pr00000000000000003").json();
    assert_eq!(rule["name"], "Rule 3");
}

#[test]
fn owners_have_links_only_if_a_page_is_asked_for() {
    let mut caller = Caller::new(Org::generate(3, 200));
    let owned = caller.simulator.org().records(Collection::Groups).map(|group| group["id"].clone());
    let owned: Vec<String> = owned.map(|id| id.as_str().unwrap().to_owned()).collect();
    let owners = |caller: &Caller, id: &str| {
        caller.simulator.org().children(Collection::GroupOwners, id).collect::<Vec<_>>()
    };
    let group = owned.iter().find(|id| owners(&caller, id).len() == 2).unwrap();
    let target = format!("/api/v1/groups/{group}/owners");
    let answer = caller.get(&target);
    assert_eq!(answer.ids().len(), 2);
    assert!(!answer.headers.contains_key(header::LINK));
    assert_eq!(caller.ids(&format!("{target}?limit=1")).len(), 2);
    let groups = caller.get(&format!("{target}?search=GROUP")).json();
    assert!(groups[0]["type"] == "GROUP" && groups[1].is_null(), "{groups}");
    let time = answer.json()[0]["lastUpdated"].as_str().unwrap().to_owned();
    assert!(time.ends_with(".0") && time.contains(' '), "{time}");

    for (error, expected) in [
        (ApiError::NoFeature, "401 E0000015"),
        (ApiError::NoPermission, "403 E0000006"),
        (ApiError::NoPath, "404 E0000008"),
    ] {
        caller.simulator.lack(Feature::IdentityGovernance, error);
        assert_eq!(caller.get(&target).outcome(), expected);
    }
    caller.simulator.provide(Feature::IdentityGovernance);
    assert_eq!(caller.get(&target).outcome(), "200");
}

#[test]
fn the_administrators_are_listed_and_their_members_are_not() {
    let mut org = Org::generate(3, 60);
    let id = org.add_administrators_group();
    assert!(org.member_count(&id) > 0);
    let mut caller = Caller::new(org);
    assert!(caller.ids("/api/v1/groups").contains(&id));
    let rows =
        [("users", "403 E0000006"), ("apps", "403 E0000006"), ("owners", "200"), ("roles", "200")];
    for (below, expected) in rows {
        assert_eq!(
            caller.get(&format!("/api/v1/groups/{id}/{below}")).outcome(),
            expected,
            "{below}"
        );
    }
}

#[test]
fn a_generated_org_has_members_of_every_origin() {
    let mut caller = Caller::new(Org::generate(7, 400));
    let groups = caller.get("/api/v1/groups?expand=stats").json();
    let (mut by_rule, mut by_hand) = (0, 0);
    for group in groups.as_array().unwrap() {
        let id = group["id"].as_str().unwrap();
        let members = caller.get(&format!("/api/v1/groups/{id}/users?expand=group-rules")).json();
        let members = members.as_array().unwrap();
        assert_eq!(group["_embedded"]["stats"]["usersCount"], members.len());
        for member in members {
            match member["_embedded"]["group-rules"].as_array().unwrap().is_empty() {
                true => by_hand += 1,
                false => by_rule += 1,
            }
        }
    }
    // The group of everyone has all 400 by hand.
    assert!(by_rule > 40 && by_hand > 500, "{by_rule} {by_hand}");
}

/// A page costs what is on it: the last one of a large group is no more work than the first.
#[test]
fn a_large_group_among_many_empty_ones() {
    let mut org = Org::default();
    for number in 1..=2_000 {
        let id = format!("00g{number:017}");
        org.put(
            Collection::Groups,
            json!({"id": id, "type": "OKTA_GROUP", "profile": {"name": id}}),
        );
    }
    for number in 1..=100_000 {
        let id = format!("00u{number:017}");
        org.put(Collection::Users, json!({"id": id, "profile": {"login": id}}));
        org.add_member("00g00000000000000001", &id);
        if number < 800 {
            org.add_member(&format!("00g{:017}", number + 1), &id);
        }
    }
    let mut caller = Caller::new(org);
    let pages = caller.pages("/api/v1/groups/00g00000000000000001/users");
    assert_eq!((pages.len(), pages.iter().map(Vec::len).sum::<usize>()), (100, 100_000));
    let groups = caller.pages("/api/v1/groups?expand=stats").len();
    assert_eq!(groups, 10);
    let counts =
        (1..=2_000).map(|number| caller.simulator.org().member_count(&format!("00g{number:017}")));
    assert_eq!(counts.filter(|&count| count == 0).count(), 1_200);
}
