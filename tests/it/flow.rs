//! A flow from its first page to its last: every record once, whatever the page size.

use crate::brute_force::{self, Kind};
use crate::collections::{is_relation, records};
use crate::support::{API_TOKEN, InterceptedOkta, Meddling, World, context, query};
use okta_connector::catalogue::OBJECTS;
use okta_connector_cli::{SimulatedSecrets, api_token_secret};
use okta_simulator::{Attribute, AttributeType, Collection, Org, ProfileSchema};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

fn ids(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["id"].as_str().unwrap()).collect()
}

fn user_ids(world: &World) -> BTreeSet<String> {
    let simulator = world.simulator();
    let users = simulator.org().records(Collection::Users);
    users.map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn every_user_arrives_once_whatever_the_page_size() {
    let world = World::new(Org::generate(7, 450));
    let expected = user_ids(&world);
    for max_results in [1, 2, 7, 200, 1_000] {
        let event =
            query("User", &json!({ "maxResults": max_results, "selectedFieldNames": ["id"] }));
        let records = world.run(&event).await.unwrap();
        let found: BTreeSet<String> = ids(&records).into_iter().map(str::to_owned).collect();
        assert_eq!(records.len(), expected.len(), "{max_results}");
        assert_eq!(found, expected, "{max_results}");
    }
}

#[tokio::test(start_paused = true)]
async fn deprovisioned_users_come_unless_they_are_left_out() {
    let world = World::new(Org::generate(7, 100));
    let all = user_ids(&world).len();
    let deprovisioned = {
        let simulator = world.simulator();
        let users = simulator.org().records(Collection::Users);
        users.filter(|user| user["status"] == "DEPROVISIONED").count()
    };
    assert!(deprovisioned > 0);
    assert_eq!(world.run(&query("User", &json!({}))).await.unwrap().len(), all);
    let mut context = context();
    context["connectorRuntimeSettings"]["includeDeprovisioned"] = "false".into();
    let event = query("User", &json!({ "connectorContext": context }));
    assert_eq!(world.run(&event).await.unwrap().len(), all - deprovisioned);
}

#[tokio::test(start_paused = true)]
async fn a_limit_holds_across_pages() {
    let world = World::new(Org::generate(7, 450));
    for (filter, expected) in [("LIMIT 5", 5), ("LIMIT 300", 300), ("LIMIT 100000", 450)] {
        let event = query("User", &json!({ "filterExpression": filter, "maxResults": 120 }));
        assert_eq!(world.run(&event).await.unwrap().len(), expected, "{filter}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_selected_fields_are_answered() {
    let world = World::new(Org::generate(7, 20));
    let event =
        query("User", &json!({ "selectedFieldNames": ["login", "typeId", "status", "login"] }));
    for record in world.run(&event).await.unwrap() {
        let keys: Vec<_> = record.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["login", "status", "typeId"]);
    }
}

#[tokio::test(start_paused = true)]
async fn user_types_come_in_one_request() {
    let world = World::new(Org::generate(7, 20));
    let expected: Vec<_> = world.simulator().org().records(Collection::UserTypes).collect();
    let records = world.run(&query("UserType", &json!({ "maxResults": 1 }))).await.unwrap();
    assert_eq!(records.len(), expected.len());
    for (record, expected) in records.iter().zip(&expected) {
        for field in ["id", "name", "displayName", "default", "created", "lastUpdatedBy"] {
            assert_eq!(record[field], expected[field], "{field}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn records_are_retrieved_by_id_in_order() {
    let world = World::new(Org::generate(7, 50));
    let known: Vec<String> = user_ids(&world).into_iter().collect();
    let retrieve = |extra: Value| {
        let mut event = json!({
            "type": "RetrieveDataRequest",
            "entityIdentifier": "User",
            "connectorContext": context(),
            "selectedFieldNames": ["id", "login"],
        });
        for (key, value) in extra.as_object().unwrap() {
            event[key] = value.clone();
        }
        event
    };
    let asked = json!([known[30], "00uDoesNotExist00000", known[2], "no/id", known[17]]);
    let answer = world.ask(&retrieve(json!({ "ids": asked, "idFieldName": null }))).await;
    let records: Vec<Value> = answer["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(ids(&records), [&known[30], &known[2], &known[17]]);

    let logins: Vec<_> = records.iter().map(|record| record["login"].clone()).collect();
    let answer = world.ask(&retrieve(json!({ "ids": logins, "idFieldName": "login" }))).await;
    assert_eq!(answer["records"].as_array().unwrap().len(), 3, "{answer}");

    let answer = world.ask(&retrieve(json!({ "ids": ["x"], "idFieldName": "city" }))).await;
    assert_eq!(
        answer["errorDetails"]["errorMessage"],
        "city does not identify a record of User. Use id or login"
    );
}

#[tokio::test(start_paused = true)]
async fn every_object_is_retrieved_by_its_identifying_fields() {
    let world = World::new(Org::generate(7, 50));
    let identifying = OBJECTS.into_iter().flat_map(|object| {
        let fields = object.fields.iter().filter(|field| field.unique);
        fields.map(|field| (object.name, &*field.name))
    });
    for (entity, field) in identifying {
        let values: Vec<Value> = {
            let simulator = world.simulator();
            let records = records(simulator.org(), entity);
            let shown = brute_force::field(entity, field);
            let mut values: Vec<_> =
                records.iter().filter_map(|record| shown.value(record)).collect();
            values.truncate(6);
            values.reverse();
            values
        };
        assert!(!values.is_empty(), "{entity} {field}");
        let event = json!({
            "type": "RetrieveDataRequest",
            "entityIdentifier": entity,
            "connectorContext": context(),
            "selectedFieldNames": [field],
            "idFieldName": field,
            "ids": values,
        });
        let answer = world.ask(&event).await;
        let found: Vec<Value> = answer["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| {
                serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap()[field].clone()
            })
            .collect();
        assert_eq!(found, values, "{entity} {field}: {answer}");
    }
}

/// Checks that each field has values of its type in the simulated org. The simulator is written
/// from Okta's documentation, so that a place that none of its records has is a mistake in the
/// catalogue, as is a value of another type.
#[test]
fn every_field_has_values_of_its_type_in_the_simulated_org() {
    let (mut large, small) = (Org::generate(1, 2_500), Org::generate(1, 500));
    large.draw_attributes(1);
    let unique = Attribute::new("costCode", AttributeType::String).unique();
    large.put_attribute(ProfileSchema::Group, unique);
    for object in OBJECTS {
        let org = if is_relation(object.name) { &small } else { &large };
        let records = records(org, object.name);
        for field in brute_force::fields(object.name) {
            if field.is_request_only() {
                continue;
            }
            let values: Vec<Value> =
                records.iter().filter_map(|record| field.value(record)).collect();
            let is_of_type = |value: &Value| match field.kind {
                Kind::Text => value.is_string(),
                Kind::DateTime => brute_force::Instant::read(value).is_some(),
                Kind::Boolean => value.is_boolean(),
                Kind::Long | Kind::Double => value.is_number(),
                Kind::Struct => value.is_object(),
                Kind::TextList | Kind::List => value.is_array(),
            };
            let description = &object.field(&field.name).unwrap().description;
            // Okta has some properties in two shapes, of which a field has the first.
            let has_two_shapes = description.contains("An object in");
            let odd = values.iter().find(|value| !is_of_type(value) && !has_two_shapes);
            assert_eq!(odd, None, "{}.{}", object.name, field.name);
            let is_absent = description.ends_with("Usually absent.");
            assert_eq!(values.is_empty(), is_absent, "{}.{}", object.name, field.name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn parameters_that_okta_drops_from_its_links_are_sent_all_the_same() {
    let world = World::new(Org::generate(7, 450));
    let dropped = ["fields", "search", "limit"].map(str::to_owned).to_vec();
    world.simulator().set_links_drop(dropped);
    let filter = "status != 'STAGED'";
    let event = query("User", &json!({ "filterExpression": filter, "selectedFieldNames": ["id"] }));
    let found = world.run(&event).await.unwrap().len();
    let simulator = world.simulator();
    let users = simulator.org().records(Collection::Users);
    let expected = users.filter(|user| user["status"] != "STAGED").count();
    assert_eq!(found, expected);
    let pages = simulator.requests();
    assert!(pages.len() > 1);
    for page in pages {
        for name in ["fields", "search", "limit"] {
            assert!(page.query.iter().any(|(known, _)| known == name), "{:?}", page.query);
        }
    }
}

/// Checks that an org need not define every attribute of the catalogue; Okta then refuses the expression.
#[tokio::test(start_paused = true)]
async fn a_refused_expression_is_evaluated_here_on_whole_pages() {
    let world = World::new(Org::generate(7, 450));
    let schemas: Vec<Value> = world.simulator().org().records(Collection::UserSchemas).collect();
    for mut schema in schemas {
        let custom = schema.pointer_mut("/definitions/custom/properties").unwrap();
        custom.as_object_mut().unwrap().remove("occupation");
        world.simulator().org_mut().put(Collection::UserSchemas, schema);
    }
    let filter = "occupation = 'none' LIMIT 5";
    let event = query("User", &json!({ "filterExpression": filter, "selectedFieldNames": ["id"] }));
    assert_eq!(world.run(&event).await.unwrap(), Vec::<Value>::new());
    let statuses: Vec<_> = world.simulator().requests().iter().map(|r| r.status.as_u16()).collect();
    // Sorted, unsorted, whole records, and then without the expression.
    assert_eq!(statuses, [400, 400, 400, 200, 200, 200]);
}

/// Checks that the parts of a listing are walked side by side while Okta is slow, and that nothing
/// else changes.
#[tokio::test(start_paused = true)]
async fn lanes_deliver_the_same_records_in_less_time() {
    let mut times = Vec::new();
    for concurrency in ["1", "4"] {
        let world = World::new(Org::generate(7, 5_000));
        let expected = user_ids(&world);
        world.simulator().set_latency(Duration::from_millis(400));
        let mut context = context();
        context["connectorRuntimeSettings"]["maxConcurrentRequests"] = concurrency.into();
        context["connectorRuntimeSettings"]["rateLimitPercent"] = "100".into();
        let event =
            query("User", &json!({ "connectorContext": context, "selectedFieldNames": ["id"] }));
        let began = Instant::now();
        let records = world.run(&event).await.unwrap();
        times.push(began.elapsed());
        let found: BTreeSet<String> = ids(&records).into_iter().map(str::to_owned).collect();
        assert_eq!(records.len(), expected.len(), "{concurrency}");
        assert_eq!(found, expected, "{concurrency}");
    }
    assert!(times[1] * 3 < times[0] * 2, "{times:?}");
}

/// The answer of Okta to an expression with a property that it no longer knows.
const REFUSED: Meddling = Meddling::Answer(
    400,
    r#"{"errorCode":"E0000031","errorSummary":"Invalid search criteria.","errorCauses":[]}"#,
);

/// Runs a flow until its end or its first failure. Returns the ids that were delivered, each once.
async fn delivered_once(
    world: &World,
    mut event: Value,
    mut after_first_page: impl FnMut(),
) -> (BTreeSet<String>, Value) {
    let mut all = BTreeSet::new();
    loop {
        let answer = world.ask(&event).await;
        for text in answer["records"].as_array().into_iter().flatten() {
            let record: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
            let id = record["id"].as_str().unwrap().to_owned();
            assert!(!all.contains(&id), "{id} came twice");
            all.insert(id);
        }
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => return (all, answer),
        }
        after_first_page();
    }
}

/// Checks a flow during which the attribute that a filter names goes away, after the first page was
/// delivered in part.
#[tokio::test(start_paused = true)]
async fn an_expression_that_is_refused_halfway_is_not_begun_anew() {
    let world = World::new(Org::generate(1, 300));
    let event = query(
        "User",
        &json!({ "selectedFieldNames": ["id"], "maxResults": 20, "filterExpression": "title = null" }),
    );
    let (delivered, answer) = delivered_once(&world, event, || {
        world.meddle(|request| request.uri().query()?.contains("sortBy").then_some(REFUSED));
    })
    .await;
    assert_eq!(delivered.len(), 20);
    assert_eq!(answer["errorDetails"]["errorCode"], "ClientError", "{answer}");
}

/// Checks two lanes, one of which has come to its end; the range of the other one is refused.
#[tokio::test(start_paused = true)]
async fn a_refused_range_is_not_taken_for_the_whole_listing() {
    let okta = InterceptedOkta::new(Org::generate(1, 1_500));
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    // 2024-07-06, when the last of these users had just been created: half of the time is half of them.
    let world = World::at(|| 1_720_224_000, okta, secrets);
    let expected = user_ids(&world);
    world.simulator().set_latency(Duration::from_millis(200));
    let is_range = |request: &http::Request<_>| {
        request.uri().query().is_some_and(|query| query.contains("created%20ge"))
    };
    world.meddle(move |request| {
        is_range(request).then_some(Meddling::Delay(Duration::from_secs(60)))
    });
    let event = query("User", &json!({ "selectedFieldNames": ["id"], "maxResults": 100_000 }));
    let mut refused = false;
    let (delivered, answer) = delivered_once(&world, event, || {
        refused = true;
        world.meddle(move |request| is_range(request).then_some(REFUSED));
    })
    .await;
    assert!(refused, "it was over after one call");
    assert_eq!(answer["isSuccess"], true, "{answer}");
    assert_eq!(delivered, expected);
}

/// Checks that a call that ends while Okta is asked says nothing about the size of the page.
#[tokio::test(start_paused = true)]
async fn the_end_of_a_call_makes_no_page_smaller() {
    let world = World::new(Org::generate(1, 12_000));
    world.simulator().set_latency(Duration::from_millis(950));
    let mut count = 0;
    world.meddle(move |_| {
        count += 1;
        (count == 25).then_some(Meddling::Delay(Duration::from_secs(5)))
    });
    let mut context = context();
    context["connectorRuntimeSettings"]["maxConcurrentRequests"] = "1".into();
    let event = query(
        "User",
        &json!({
            "connectorContext": context,
            "selectedFieldNames": ["id"],
            "maxResults": 100_000,
        }),
    );
    let mut calls = 1;
    let (delivered, answer) = delivered_once(&world, event, || calls += 1).await;
    assert_eq!((answer["isSuccess"].as_bool(), delivered.len()), (Some(true), 12_000));
    assert!(calls > 1);
    for request in world.simulator().requests() {
        let limit = request.query.iter().find(|(name, _)| name == "limit").unwrap();
        assert_eq!(limit.1, "200");
    }
}

/// Checks that a key is recognised by the key that stood in its place in the record before; the
/// same characters are not the same key.
#[tokio::test(start_paused = true)]
async fn a_key_with_escapes_is_read_as_it_is_meant() {
    let world = World::new(Org::generate(1, 3));
    world.meddle(|_| {
        let body = r#"[{"x\":":1,"id":"00u1","status":"ACTIVE"},{"x":":foo","id":"00u2","status":"ACTIVE"}]"#;
        Some(Meddling::Answer(200, body))
    });
    let records =
        world.run(&query("User", &json!({ "selectedFieldNames": ["id"] }))).await.unwrap();
    assert_eq!(ids(&records), ["00u1", "00u2"]);
}
