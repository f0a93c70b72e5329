//! Records below others, seen from outside: what is asked of Okta, what is passed over, and what fails.

use crate::collections::{key, records};
use crate::support::{Meddling, World, query};
use okta_simulator::{ApiError, Collection, Feature, Org, PLANTED_SECRETS};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Makes an org with groups of so many members: the first users of the org, added by hand.
fn org_of_groups(users: usize, sizes: &[usize]) -> Org {
    let mut org = Org::generate(3, users);
    let groups: Vec<_> = org.records(Collection::Groups).collect();
    let model = groups.iter().find(|it| it["type"] == "OKTA_GROUP").unwrap().clone();
    for group in groups {
        org.remove(Collection::Groups, group["id"].as_str().unwrap());
    }
    let ids: Vec<String> = org
        .records(Collection::Users)
        .map(|user| user["id"].as_str().unwrap().to_owned())
        .collect();
    for (number, &size) in sizes.iter().enumerate() {
        let id = format!("00gA{number:016}");
        let mut group = model.clone();
        group["id"] = id.as_str().into();
        group["profile"]["name"] = format!("Group {number}").into();
        org.put(Collection::Groups, group);
        for user in &ids[..size] {
            org.add_member(&id, user);
        }
    }
    org
}

fn members(extra: &Value) -> Value {
    let mut event = query("GroupMember", &json!({ "selectedFieldNames": ["key"] }));
    for (name, value) in extra.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

fn keys(records: &[Value]) -> BTreeSet<String> {
    records.iter().map(|record| record["key"].as_str().unwrap().to_owned()).collect()
}

fn expected(world: &World, entity: &str) -> BTreeSet<String> {
    let records = records(world.simulator().org(), entity);
    records.iter().map(|record| key(record).to_owned()).collect()
}

fn paths(world: &World) -> Vec<String> {
    world.simulator().requests().iter().map(|request| request.path.clone()).collect()
}

/// Checks that empty groups cost nothing, and that a run takes the requests that it must.
#[tokio::test(start_paused = true)]
async fn what_is_empty_is_not_asked_for() {
    let mut sizes = vec![0; 120];
    sizes.extend([3; 80]);
    sizes[17] = 2_400;
    let world = World::new(org_of_groups(2_500, &sizes));
    let found = world.run(&members(&json!({ "maxResults": 10_000 }))).await.unwrap();
    assert_eq!(found.len(), 80 * 3 + 2_400);
    assert_eq!(keys(&found), expected(&world, "GroupMember"));
    // One page of groups, three of the large one, and one for each other group that is not empty.
    let asked = world.simulator().requests().len();
    assert_eq!(asked, 1 + 3 + 80, "{:?}", paths(&world));
}

/// Checks that a run that is cut into hundreds of calls gives the same set, each record once.
#[tokio::test(start_paused = true)]
async fn a_run_cut_into_many_calls_gives_the_same() {
    let sizes: Vec<usize> = (0..60).map(|number| number * 7 % 41).collect();
    for max_results in [1, 2, 7, 100] {
        let world = World::new(org_of_groups(60, &sizes));
        let found = world.run(&members(&json!({ "maxResults": max_results }))).await.unwrap();
        let expected = expected(&world, "GroupMember");
        assert_eq!((found.len(), keys(&found)), (expected.len(), expected), "{max_results}");
    }
}

/// The process that answers a call.
#[derive(Clone, Copy)]
enum Process {
    /// The one of the call before.
    Warm,
    /// A new one.
    Cold,
}

/// Runs a flow of members, so many a call, and returns the records and the number of calls.
async fn run_in_calls(world: &World, max_results: usize, process: Process) -> (Vec<Value>, usize) {
    let mut event = members(&json!({ "maxResults": max_results }));
    let (mut found, mut calls) = (Vec::new(), 0);
    loop {
        let answer = match process {
            Process::Warm => world.ask(&event).await,
            Process::Cold => world.restarted().ask(&event).await,
        };
        assert_eq!(answer["isSuccess"], true, "{answer}");
        let texts = answer["records"].as_array().unwrap().iter();
        found.extend(texts.map(|text| text.as_str().unwrap().parse::<Value>().unwrap()));
        calls += 1;
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => return (found, calls),
        }
    }
}

/// Returns the fewest requests for the members of groups: each page of groups, and each page of members.
fn fewest_requests(sizes: &[usize]) -> usize {
    let pages = sizes.iter().map(|size| size.div_ceil(1_000)).sum::<usize>();
    sizes.len().div_ceil(200) + pages
}

/// Checks what cuts cost. A call that ends inside a group costs up to two requests: what is left of the group is another
/// page, and a process that did not answer the call before looks at the page of groups again.
#[tokio::test(start_paused = true)]
async fn a_run_cut_into_200_calls_gives_the_same_for_two_requests_a_cut() {
    let size = |number: usize| if number % 5 < 3 { 0 } else { 1 + number * 7 % 19 };
    let mut sizes: Vec<_> = (0..200).map(size).collect();
    sizes[103] = 1_500;
    let members = sizes.iter().sum::<usize>();
    let minimum = fewest_requests(&sizes);
    let org = org_of_groups(1_500, &sizes);
    let few = members / 200;
    for (max_results, process, expected_calls, most) in [
        (10_000, Process::Warm, 1..=1, minimum * 11 / 10),
        (few, Process::Warm, 200..=220, minimum + 219),
        (few, Process::Cold, 200..=220, minimum + 2 * 219),
    ] {
        let world = World::new(org.clone());
        let (found, calls) = run_in_calls(&world, max_results, process).await;
        assert_eq!((found.len(), keys(&found)), (members, expected(&world, "GroupMember")));
        assert!(expected_calls.contains(&calls), "{calls}");
        let requests = world.simulator().requests().len();
        assert!(requests <= most, "{requests} where {minimum} are needed, in {calls} calls");
    }
}

/// Checks that a process goes on with the page of groups that its last call ended in, for five minutes, and that a run
/// which begins looks at the groups anew.
#[tokio::test(start_paused = true)]
async fn the_page_of_groups_that_a_call_ends_in_is_kept_for_the_next_one() {
    let world = World::new(org_of_groups(40, &[5; 30]));
    let begin = members(&json!({ "maxResults": 12 }));
    let listings = async |event: &Value| {
        world.simulator().clear_requests();
        let answer = world.ask(event).await;
        assert_eq!(answer["isSuccess"], true, "{answer}");
        let simulator = world.simulator();
        let asked = simulator.requests().iter().filter(|request| request.path == "/api/v1/groups");
        (asked.count(), answer["nextToken"].clone())
    };
    let (asked, first) = listings(&begin).await;
    assert_eq!(asked, 1);
    let mut go_on = begin.clone();
    go_on["nextToken"] = first.clone();
    let (asked, second) = listings(&go_on).await;
    assert_eq!(asked, 0, "the page is kept");
    assert_eq!(listings(&go_on).await.0, 1, "a call that is repeated is not the next one");
    assert_eq!(listings(&begin).await.0, 1, "another run looks anew");
    go_on["nextToken"] = first;
    listings(&go_on).await;
    go_on["nextToken"] = second;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(listings(&go_on).await.0, 1, "a page is old after five minutes");
}

/// Checks a group of 200,000 members among 10,000 that are empty: all are looked at, and the empty ones are not asked for
/// their members. Users have nothing but an id, since a debug build takes minutes for whole ones.
#[tokio::test(start_paused = true)]
async fn a_large_group_among_many_empty_ones() {
    const MEMBERS: usize = 200_000;
    let mut sizes = vec![0; 10_001];
    let mut org = org_of_groups(1, &sizes);
    sizes[7_777] = MEMBERS;
    for number in 0..MEMBERS {
        let id = format!("00uA{number:016}");
        org.put(Collection::Users, json!({ "id": id }));
        org.add_member("00gA0000000000007777", &id);
    }
    let world = World::new(org);
    let (found, calls) = run_in_calls(&world, 10_000, Process::Warm).await;
    assert_eq!((found.len(), keys(&found).len()), (MEMBERS, MEMBERS));
    assert!(calls < 30, "{calls}");
    let (requests, minimum) = (world.simulator().requests().len(), fewest_requests(&sizes));
    assert!(requests <= minimum * 11 / 10, "{requests} where {minimum} are needed");
}

/// Checks that pages are filled across parents: AppFlow writes a file for each.
#[tokio::test(start_paused = true)]
async fn pages_are_filled_across_parents() {
    let world = World::new(org_of_groups(40, &[5; 100]));
    let answer = world.ask(&members(&json!({ "maxResults": 200 }))).await;
    let filled = answer["records"].as_array().unwrap().len();
    assert!(filled >= 180, "{filled}");
}

#[tokio::test(start_paused = true)]
async fn conditions_on_groups_prune_them() {
    let world = World::new(org_of_groups(40, &[5; 30]));
    for (filter, groups) in [
        ("groupName = 'group 7'", 1),
        ("groupId = '00gA0000000000000003'", 1),
        ("groupName in ('Group 1', 'Group 2') and login != null", 2),
        ("groupType = 'APP_GROUP'", 0),
        ("groupId = 'x'", 0),
        ("key = '00gA0000000000000003:nobody'", 0),
    ] {
        world.simulator().clear_requests();
        let found = world.run(&members(&json!({ "filterExpression": filter }))).await.unwrap();
        assert_eq!(found.len(), groups * 5, "{filter}");
        let asked = paths(&world).iter().filter(|path| path.ends_with("/users")).count();
        assert_eq!(asked, groups, "{filter}");
    }
}

/// Checks that one user is asked for their groups, unless what only groups tell is wanted.
#[tokio::test(start_paused = true)]
async fn a_fixed_user_goes_by_their_groups() {
    let world = World::new(org_of_groups(40, &[5; 30]));
    let user = world.simulator().org().records(Collection::Users).next().unwrap()["id"].clone();
    let user = user.as_str().unwrap();
    let filter = format!("userId = '{user}'");
    let event = members(&json!({ "filterExpression": filter }));
    assert_eq!(world.run(&event).await.unwrap().len(), 30);
    assert_eq!(
        paths(&world),
        [format!("/api/v1/users/{user}"), format!("/api/v1/users/{user}/groups")]
    );
    let wanted = json!({ "filterExpression": filter, "selectedFieldNames": ["key", "assignedBy"] });
    let found = world.run(&members(&wanted)).await.unwrap();
    assert_eq!(found.len(), 30);
    assert!(found.iter().all(|member| member["assignedBy"] == "DIRECT"), "{found:?}");
}

/// Checks that rules are asked for on every page, since links forget to, and given up where the org shows none.
#[tokio::test(start_paused = true)]
async fn rules_are_asked_for_where_they_are_shown() {
    let expanded = |world: &World| {
        let simulator = world.simulator();
        let pages = simulator.requests().iter();
        let pages: Vec<_> = pages.filter(|it| it.path.ends_with("/users")).collect();
        let expanded = pages.iter().filter(|it| it.param("expand").is_some()).count();
        (expanded, pages.len())
    };
    let wanted =
        json!({ "selectedFieldNames": ["key", "assignedBy", "ruleIds"], "maxResults": 10_000 });
    let world = World::new(org_of_groups(2_500, &[2_500, 4, 4]));
    let found = world.run(&members(&wanted)).await.unwrap();
    assert!(found.iter().all(|member| member["ruleIds"] == json!([])));
    assert_eq!(expanded(&world), (5, 5));

    let world = World::new(org_of_groups(2_500, &[2_500, 4, 4]));
    world.simulator().set_member_rules_shown(false);
    let found = world.run(&members(&wanted)).await.unwrap();
    assert_eq!(found.len(), 2_508);
    assert!(found.iter().all(|member| member["assignedBy"].is_null()));
    let (with, all) = expanded(&world);
    assert!(with < all && all == 5, "{with} of {all}");
}

/// Checks that a refused group fails the run with its name, what was found before being handed out, and that the
/// built-in group of administrators is passed over.
#[tokio::test(start_paused = true)]
async fn a_refused_group_fails_the_run_by_name() {
    let world = World::new(org_of_groups(40, &[5; 10]));
    world.meddle(|request| {
        let forbidden = r#"{"errorCode":"E0000006","errorSummary":"You do not have permission"}"#;
        let is_refused = request.uri().path().contains("00gA0000000000000006/users");
        is_refused.then_some(Meddling::Answer(403, forbidden))
    });
    let mut event = members(&json!({}));
    let mut found = 0;
    let message = loop {
        let answer = world.ask(&event).await;
        if answer["isSuccess"] != true {
            break answer["errorDetails"]["errorMessage"].as_str().unwrap().to_owned();
        }
        found += answer["records"].as_array().unwrap().len();
        event["nextToken"] = answer["nextToken"].clone();
        assert!(event["nextToken"].is_string());
    };
    assert_eq!(found, 30);
    assert!(
        message.starts_with("Group Group 6 00gA0000000000000006. The connection may not"),
        "{message}"
    );

    let mut org = org_of_groups(40, &[5; 3]);
    let mut group = org.records(Collection::Groups).next().unwrap();
    group["type"] = "BUILT_IN".into();
    group["profile"]["name"] = "Okta Administrators".into();
    org.put(Collection::Groups, group);
    let world = World::new(org);
    assert_eq!(world.run(&members(&json!({}))).await.unwrap().len(), 10);
}

/// Checks that a group that is refused in the middle of its members fails the run with its name as well: what comes on the pages
/// before is handed out, and the refusal is not taken for the end.
#[tokio::test(start_paused = true)]
async fn a_group_that_is_refused_midway_fails_the_run_by_name() {
    let world = World::new(org_of_groups(2_500, &[3, 2_500, 3]));
    world.meddle(|request| {
        let forbidden = r#"{"errorCode":"E0000006","errorSummary":"You do not have permission"}"#;
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let is_refused = path.contains("00gA0000000000000001/users") && query.contains("after=");
        is_refused.then_some(Meddling::Answer(403, forbidden))
    });
    let mut event = members(&json!({ "maxResults": 10_000 }));
    let answer = world.ask(&event).await;
    assert_eq!(answer["records"].as_array().unwrap().len(), 1_003);
    event["nextToken"] = answer["nextToken"].clone();
    let refused = world.run(&event).await.unwrap_err();
    let message = refused["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("Group Group 1 00gA0000000000000001. "), "{message}");
    assert_eq!(refused["errorCode"], "AccessDenied");
}

/// Checks that a group that is gone is passed over, and one that is only denied is not.
#[tokio::test(start_paused = true)]
async fn what_is_gone_is_passed_over() {
    const GONE: &str = r#"{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: 00g (UserGroup)"}"#;
    let world = World::new(org_of_groups(40, &[5; 4]));
    world.meddle(|request| {
        let path = request.uri().path();
        path.contains("00gA0000000000000002/users").then_some(Meddling::Answer(404, GONE))
    });
    let denied = world.run(&members(&json!({}))).await.unwrap_err();
    let message = denied["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("Group Group 2 00gA0000000000000002. "), "{message}");

    let world = World::new(org_of_groups(40, &[5; 4]));
    world.meddle(|request| {
        let is_it = request.uri().path().contains("00gA0000000000000002/users");
        is_it.then_some(Meddling::Answer(404, GONE))
    });
    world.simulator().remove(Collection::Groups, "00gA0000000000000002");
    assert_eq!(world.run(&members(&json!({}))).await.unwrap().len(), 15);
}

/// Checks that an org without a feature is told of it, whatever way Okta says it.
#[tokio::test(start_paused = true)]
async fn an_org_without_a_feature_is_told_so() {
    for (entity, feature, told) in [
        ("AuthorizationServer", Feature::ApiAccessManagement, "API Access Management"),
        ("GroupOwner", Feature::IdentityGovernance, "Identity Governance"),
        ("LogStream", Feature::LogStreaming, "log streaming"),
        ("Realm", Feature::Realms, "Realms need"),
    ] {
        for error in [
            ApiError::NoFeature,
            ApiError::NoPermission,
            ApiError::NotFound,
            ApiError::InvalidParameter,
        ] {
            let world = World::new(Org::generate(3, 20));
            world.simulator().lack(feature, error);
            let refused = world.run(&query(entity, &json!({}))).await.unwrap_err();
            let message = refused["errorMessage"].as_str().unwrap();
            assert!(message.contains(told), "{entity}: {message}");
            assert_ne!(refused["errorCode"], "InvalidCredentials", "{entity}");
        }
    }
}

/// Checks that types of policies that an org lacks are passed over, and that those of every org are not.
#[tokio::test(start_paused = true)]
async fn types_of_policies_that_an_org_lacks_are_passed_over() {
    let world = World::new(Org::generate(3, 20));
    world.simulator().set_classic_engine(true);
    let found = world.run(&query("Policy", &json!({}))).await.unwrap();
    let types: BTreeSet<_> = found.iter().map(|policy| policy["type"].as_str().unwrap()).collect();
    assert_eq!(types, BTreeSet::from(["IDP_DISCOVERY", "MFA_ENROLL", "OKTA_SIGN_ON", "PASSWORD"]));
    let rules = world.run(&query("PolicyRule", &json!({}))).await.unwrap();
    assert!(!rules.is_empty());
    let world = World::new(Org::generate(3, 20));
    world.simulator().set_lacking_policy_types(&["PASSWORD"]);
    world.run(&query("Policy", &json!({}))).await.unwrap_err();
}

/// Checks that no secret that Okta puts into records gets out, whatever is asked for.
#[tokio::test(start_paused = true)]
async fn secrets_of_records_stay_inside() {
    let world = World::new(Org::generate(3, 60));
    for object in okta_connector::catalogue::OBJECTS {
        let found =
            Value::from(world.run(&query(object.name, &json!({}))).await.unwrap()).to_string();
        for secret in PLANTED_SECRETS {
            assert!(!found.contains(secret), "{} shows {secret}", object.name);
        }
    }
}

/// Checks that a deployment lists, describes and answers what it offers.
#[tokio::test(start_paused = true)]
async fn what_is_not_offered_is_refused_by_name() {
    let world = World::with_secret(
        Org::generate(3, 20),
        Ok(okta_connector_cli::api_token_secret(crate::support::API_TOKEN)),
    );
    for event in [
        query("Realm", &json!({})),
        json!({ "type": "DescribeEntityRequest", "entityIdentifier": "Realm", "connectorContext": crate::support::context() }),
    ] {
        let answer = world.ask(&event).await;
        let message = answer["errorDetails"]["errorMessage"].as_str().unwrap();
        assert!(message.contains("Add it to the stack parameter Entities"), "{message}");
    }
    assert!(!world.run(&query("GroupMember", &json!({}))).await.unwrap().is_empty());
}
