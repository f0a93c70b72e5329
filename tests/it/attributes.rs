//! The attributes that an org has added to its users and groups: discovered, mapped, filtered, gone.

use crate::support::{API_TOKEN, EPOCH, InterceptedOkta, World, context, query, top};
use okta_connector::{Config, Withheld};
use okta_connector_cli::{SimulatedSecrets, api_token_secret};
use okta_simulator::{Attribute, AttributeType, Collection, Org, ProfileSchema, SchemaPart};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

fn org() -> Org {
    Org::generate(5, 420)
}

/// Returns the ids of the user types.
fn types(org: &Org) -> Vec<String> {
    org.records(Collection::UserTypes).map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

/// Takes all custom attributes away, and their values.
fn bare(mut org: Org) -> Org {
    for type_id in types(&org) {
        for attribute in org.attributes(ProfileSchema::User(&type_id), SchemaPart::Custom) {
            org.remove_attribute(ProfileSchema::User(&type_id), &attribute.name);
        }
    }
    org
}

async fn describe(world: &World, entity: &str) -> Value {
    let event = json!({
        "type": "DescribeEntityRequest",
        "entityIdentifier": entity,
        "connectorContext": context(),
    });
    world.ask(&event).await
}

/// Returns the described fields that are not the catalogue's, by name.
async fn custom(world: &World, entity: &str) -> BTreeMap<String, Value> {
    let answer = describe(world, entity).await;
    assert_eq!(answer["isSuccess"], true, "{answer}");
    let object = okta_connector::catalogue::Object::find(entity).unwrap();
    let fields = answer["entityDefinition"]["fields"].as_array().unwrap();
    let behind = &fields[object.fields.len()..];
    behind.iter().map(|it| (it["fieldName"].as_str().unwrap().to_owned(), it.clone())).collect()
}

fn requests(world: &World) -> usize {
    let count = world.simulator().requests().len();
    world.simulator().clear_requests();
    count
}

/// Checks the rules of `docs/OBJECTS.md`: an attribute's definition, and the field that it becomes.
#[tokio::test(start_paused = true)]
async fn attributes_become_fields() {
    let text = |name: &str| Attribute::new(name, AttributeType::String);
    let mut org = bare(org());
    let ids = types(&org);
    let first = [
        text("badge_code").titled("Badge code (2024)").described("Printed on the \"badge\"."),
        Attribute::new("hired", AttributeType::DateTime),
        Attribute::new("isContractor", AttributeType::Boolean),
        Attribute::new("level", AttributeType::Integer),
        Attribute::new("quota", AttributeType::Number),
        Attribute::new("skills", AttributeType::StringArray),
        Attribute::new("lucky", AttributeType::IntegerArray),
        text("typeId"),
        text("profile_typeId"),
        text("TypeID"),
        text("limit"),
        text("Between"),
        text("_hidden").hidden(),
        text("Team"),
        text("team"),
        text("bürowort"),
        text("with-dash"),
        text("title2").titled("肩書き"),
        Attribute::new("mixed", AttributeType::Integer),
        Attribute::new("mixedLists", AttributeType::StringArray),
        text("odd").with("type", json!("money")),
    ];
    for attribute in first {
        org.put_attribute(ProfileSchema::User(&ids[0]), attribute);
    }
    for attribute in [
        text("mixed"),
        Attribute::new("mixedLists", AttributeType::NumberArray),
        Attribute::new("level", AttributeType::Integer),
    ] {
        org.put_attribute(ProfileSchema::User(&ids[1]), attribute);
    }
    let world = World::new(org);
    let found = custom(&world, "User").await;
    let texts = "EQUAL_TO NOT_EQUAL_TO CONTAINS";
    let order = "EQUAL_TO NOT_EQUAL_TO LESS_THAN LESS_THAN_OR_EQUAL_TO GREATER_THAN GREATER_THAN_OR_EQUAL_TO BETWEEN";
    let rows = [
        // name, type, label, operators, description
        ("badge_code", "String", "Badge code 2024", texts, "Printed on the badge."),
        ("hired", "DateTime", "hired", order, "Custom attribute."),
        ("isContractor", "Boolean", "isContractor", "EQUAL_TO NOT_EQUAL_TO", "Custom attribute."),
        ("level", "Long", "level", order, "Custom attribute."),
        ("quota", "Double", "quota", order, "Custom attribute."),
        ("skills", "List", "skills", "CONTAINS", "Custom attribute."),
        ("lucky", "List", "lucky", "", "Custom attribute."),
        ("profile_TypeID", "String", "TypeID", texts, "The attribute TypeID."),
        (
            "profile_profile_typeId",
            "String",
            "profile_typeId",
            texts,
            "The attribute profile_typeId.",
        ),
        ("profile_typeId_2", "String", "typeId", texts, "The attribute typeId."),
        ("profile_limit", "String", "limit", texts, "The attribute limit."),
        ("profile_Between", "String", "Between", texts, "The attribute Between."),
        (
            "profile__hidden",
            "String",
            "_hidden",
            texts,
            "The attribute _hidden. Hidden from the user whose profile it is.",
        ),
        ("Team", "String", "Team", texts, "Custom attribute."),
        ("profile_team", "String", "team", texts, "The attribute team."),
        ("title2", "String", "title2", texts, "Custom attribute."),
        ("mixed", "String", "mixed", texts, "A text since its type differs between user types."),
        (
            "mixedLists",
            "String",
            "mixedLists",
            texts,
            "A text since its type differs between user types.",
        ),
        ("odd", "String", "odd", texts, "Custom attribute."),
    ];
    for (name, kind, label, operators, description) in rows {
        let field = found.get(name).unwrap_or_else(|| panic!("{name}: {:?}", found.keys()));
        let offered: Vec<_> = field["filterOperators"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap())
            .collect();
        let got = [
            field["dataType"].as_str().unwrap(),
            field["label"].as_str().unwrap(),
            &offered.join(" "),
            field["description"].as_str().unwrap(),
        ];
        assert_eq!(got, [kind, label, operators, description], "{name}");
    }
    assert_eq!(found.len(), rows.len(), "{:?}", found.keys());
}

/// Checks what the knowledge costs: nothing where fixed fields are named, and otherwise one request for each user type
/// and one for their list, once in a run, whichever processes its calls fall to.
#[tokio::test(start_paused = true)]
async fn a_run_looks_at_the_schemas_once() {
    let okta = InterceptedOkta::new(org());
    let secrets = || SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let world = World::on(okta.clone(), secrets());
    let per_look = types(world.simulator().org()).len() + 1;
    describe(&world, "User").await;
    assert_eq!(requests(&world), per_look);
    describe(&world, "Group").await;
    assert_eq!(requests(&world), 1);

    let fixed = query("User", &json!({ "selectedFieldNames": ["id", "login"], "maxResults": 100 }));
    world.run(&fixed).await.unwrap();
    let pages = requests(&world);

    let named = json!({ "selectedFieldNames": ["id", "isContractor", "clearance", "gone"], "maxResults": 100 });
    let mut event = query("User", &named);
    let mut ids = BTreeSet::new();
    loop {
        // Each call in a process of its own.
        let answer = World::on(okta.clone(), secrets()).ask(&event).await;
        assert_eq!(answer["isSuccess"], true, "{answer}");
        for record in answer["records"].as_array().unwrap() {
            let record: Value = serde_json::from_str(record.as_str().unwrap()).unwrap();
            assert!(ids.insert(record["id"].as_str().unwrap().to_owned()));
            assert!(record.get("gone").is_none());
            let user = world
                .simulator()
                .org()
                .get(Collection::Users, record["id"].as_str().unwrap())
                .unwrap();
            assert_eq!(record.get("isContractor"), user["profile"].get("isContractor"));
            // An integer in one type and a text in the others.
            let clearance = user["profile"].get("clearance").filter(|it| !it.is_null());
            let expected =
                clearance.map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
            assert_eq!(record.get("clearance").map(|it| it.as_str().unwrap().to_owned()), expected);
        }
        match answer["nextToken"].as_str() {
            Some(token) => event["nextToken"] = token.into(),
            None => break,
        }
    }
    assert_eq!(ids.len(), 420);
    assert_eq!(requests(&world), pages + per_look);

    // All fields, without naming them.
    let users = world.run(&query("User", &json!({ "maxResults": 100 }))).await.unwrap();
    assert!(users.iter().any(|user| user["isContractor"].is_boolean()));
    assert_eq!(requests(&world), pages + per_look);
}

/// Checks that Okta selects by attributes where it documents that, and that a name that the org does not have is refused
/// in a filter.
#[tokio::test(start_paused = true)]
async fn filters_name_attributes() {
    let world = World::new(org());
    let rows = [
        ("isContractor", "profile.isContractor eq true"),
        ("score >= 3", "profile.score ge 3"),
        ("score > 3", "profile.score "),
        ("skills CONTAINS \"rust\"", "profile.skills eq \"rust\""),
        ("favoriteColor = 'blue'", "profile.favoriteColor eq \"blue\""),
    ];
    for (filter, pushed) in rows {
        let event =
            query("User", &json!({ "selectedFieldNames": ["id"], "filterExpression": filter }));
        world.run(&event).await.unwrap();
        let requests: Vec<_> = world.simulator().requests().to_vec();
        world.simulator().clear_requests();
        let is_pushed = |request: &okta_simulator::LoggedRequest| {
            request.param("search").is_some_and(|search| search.contains(pushed))
        };
        assert!(requests.iter().any(is_pushed), "{filter}: {requests:?}");
    }
    let refusals = [
        (
            "isContracter = true",
            "User has no field isContracter in this org. The nearest name is isContractor",
        ),
        ("score > \"x\"", "score is compared with x. Expected a number"),
        ("isContractor = \"maybe\"", "isContractor is compared with maybe. Expected true or false"),
        ("skills = \"rust\"", "skills does not offer EQUAL_TO. It offers CONTAINS"),
        ("luckyNumbers CONTAINS \"7\"", "luckyNumbers cannot be filtered. Found CONTAINS"),
    ];
    for (filter, expected) in refusals {
        let event =
            query("User", &json!({ "selectedFieldNames": ["id"], "filterExpression": filter }));
        let error = world.run(&event).await.unwrap_err();
        assert_eq!(error["errorCode"], "InvalidArgument", "{filter}");
        assert_eq!(error["errorMessage"], expected, "{filter}");
    }
}

/// Checks an attribute that changes its type: a run keeps the types that it began with, the next one has the new ones.
#[tokio::test(start_paused = true)]
async fn types_change_between_runs() {
    let world = World::new(org());
    let mapped = json!({ "selectedFieldNames": ["id", "score"], "maxResults": 100 });
    let first = world.ask(&query("User", &mapped)).await;
    let ids = types(world.simulator().org());
    for id in &ids {
        let changed = Attribute::new("score", AttributeType::String);
        world.simulator().org_mut().put_attribute(ProfileSchema::User(id), changed);
    }
    let mut event = query("User", &mapped);
    event["nextToken"] = first["nextToken"].clone();
    let rest = world.run(&event).await.unwrap();
    let scores: Vec<_> = rest.iter().filter_map(|user| user.get("score")).collect();
    assert!(!scores.is_empty() && scores.iter().all(|score| score.is_number()));

    assert_eq!(custom(&world, "User").await["score"]["dataType"], "String");
    let compared = json!({ "selectedFieldNames": ["id"], "filterExpression": "score >= 0" });
    let error = world.run(&query("User", &compared)).await.unwrap_err();
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("score does not offer GREATER_THAN_OR_EQUAL_TO"), "{message}");
    let all = json!({ "selectedFieldNames": ["id", "score"], "filterExpression": "score != null" });
    let users = world.run(&query("User", &all)).await.unwrap();
    assert!(!users.is_empty() && users.iter().all(|user| user["score"].is_string()), "{users:?}");
}

/// Checks an org whose schemas may not be read, which is usual: attributes are inferred from a sample.
#[tokio::test(start_paused = true)]
async fn what_may_not_be_read_is_inferred() {
    let world = World::new(org());
    world.simulator().make_read_only_admin(API_TOKEN);
    let found = custom(&world, "User").await;
    let kinds: Vec<_> = ["isContractor", "score", "skills", "favoriteColor"]
        .iter()
        .map(|name| found[*name]["dataType"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["Boolean", "Double", "List", "String"]);
    let description = found["skills"]["description"].as_str().unwrap();
    assert!(description.starts_with("Inferred from a sample"), "{description}");

    let named = json!({
        "selectedFieldNames": ["id", "score", "never_seen"],
        "filterExpression": "score >= 3",
    });
    let delivered = world.run(&query("User", &named)).await.unwrap();
    let is_expected = |user: &Value| user["profile"]["score"].as_f64().is_some_and(|it| it >= 3.0);
    let users: Vec<_> = world.simulator().org().records(Collection::Users).collect();
    assert_eq!(delivered.len(), users.iter().filter(|user| is_expected(user)).count());
    assert!(!delivered.is_empty());

    let unknown = json!({ "selectedFieldNames": ["id"], "filterExpression": "never_seen = 'x'" });
    let error = world.run(&query("User", &unknown)).await.unwrap_err();
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.contains("okta.schemas.read"), "{message}");

    // Without a sample the fixed fields stand.
    let world = World::new(org());
    world.simulator().make_read_only_admin(API_TOKEN);
    world.simulator().forbid(API_TOKEN, Collection::Users);
    assert_eq!(custom(&world, "User").await, BTreeMap::new());
}

/// Checks thousands of attributes: described within AppFlow's time and size, at Okta's usual limits and from cold.
#[tokio::test(start_paused = true)]
async fn thousands_of_attributes_are_described() {
    for (count, described) in [(2_000, 2_000), (20_000, 5_000)] {
        let mut org = bare(Org::generate(5, 20));
        let ids = types(&org);
        let mut schema = org
            .records(Collection::UserSchemas)
            .find(|schema| schema["_links"]["type"]["href"].as_str().unwrap().ends_with(&ids[0]))
            .unwrap();
        let properties = schema.pointer_mut("/definitions/custom/properties").unwrap();
        for number in 0..count {
            let title = format!("Attribute {number} of the org");
            properties[format!("attribute_{number:05}")] =
                json!({ "type": "string", "title": title, "description": "d".repeat(100) });
        }
        org.put(Collection::UserSchemas, schema);
        let world = World::new(org);
        world.simulator().set_latency(Duration::from_millis(500));
        let began = Instant::now();
        let answer = describe(&world, "User").await;
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        assert_eq!(answer["isSuccess"], true, "{:.300}", answer.to_string());
        assert!(answer.to_string().len() < 6_000_000, "{}", answer.to_string().len());
        let fields = answer["entityDefinition"]["fields"].as_array().unwrap();
        let object = okta_connector::catalogue::Object::find("User").unwrap();
        assert_eq!(fields.len(), object.fields.len() + described);
    }
}

/// Checks that a deployment withholds attributes by pattern.
#[tokio::test(start_paused = true)]
async fn withheld_attributes_stay() {
    let withheld = Withheld::parse("User.profile.sc*").unwrap();
    let config = Config { withheld, ..Config::new(|| EPOCH.cast_unsigned(), 1) };
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let world = World::with_config(InterceptedOkta::new(org()), secrets, config);
    let found = custom(&world, "User").await;
    assert!(!found.contains_key("score") && found.contains_key("skills"), "{:?}", found.keys());
    for asked in [
        json!({ "selectedFieldNames": ["id", "score"] }),
        json!({ "selectedFieldNames": ["id"], "filterExpression": "score > 3" }),
    ] {
        let error = world.run(&query("User", &asked)).await.unwrap_err();
        let expected = "score of User is withheld by the deployment of this connector";
        assert_eq!(error["errorMessage"], expected);
    }
    let users = world.run(&query("User", &json!({}))).await.unwrap();
    assert!(users.iter().any(|user| user["profile"]["skills"].is_array()));
    assert!(
        users
            .iter()
            .all(|user| user.get("score").is_none() && user["profile"].get("score").is_none())
    );
}

/// Checks that every custom attribute of the recorded schemas is described, if the recordings lie beside the checkout.
#[tokio::test(start_paused = true)]
async fn recorded_schemas_are_described() {
    let folder = top().join(["..", "shared", "data", "recorded"].iter().collect::<PathBuf>());
    if !folder.is_dir() {
        println!("*** SKIPPED: there are no recordings beside this checkout ***");
        return;
    }
    let files = Collection::ALL.iter().filter_map(|collection| {
        Some((*collection, std::fs::read_to_string(folder.join(collection.file_name())).ok()?))
    });
    let files: Vec<_> = files.collect();
    let files = files.iter().map(|(collection, text)| (*collection, text.as_str()));
    let world = World::new(Org::from_json_lines(files).unwrap());
    for (entity, collection) in
        [("User", Collection::UserSchemas), ("Group", Collection::GroupSchemas)]
    {
        let recorded: Vec<_> = world.simulator().org().records(collection).collect();
        let defined: Vec<String> = recorded
            .iter()
            .filter_map(|schema| schema.pointer("/definitions/custom/properties")?.as_object())
            .flat_map(|properties| properties.keys().cloned())
            .collect();
        assert!(!defined.is_empty(), "{entity}");
        let found = custom(&world, entity).await;
        for name in defined {
            assert!(found.contains_key(&name), "{entity} {name}: {:?}", found.keys());
        }
    }
}
