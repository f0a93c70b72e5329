//! The same law over custom attributes: schemas of all shapes, with names that clash and types on which user types
//! disagree, and values of other types than a schema says.

use super::{ENOUGH_FOR_LANES, cases, law_holds, law_holds_in_lanes, runtime, world};
use crate::brute_force::{Entity, FieldRow, Kind, Operator};
use crate::collections::collection;
use crate::support::{World, context};
use fastrand::Rng;
use okta_simulator::{ApiError, Effect, Fault, Org, Part};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The objects whose profiles an org may add attributes to.
const ENTITIES: [&str; 2] = ["User", "Group"];

/// The number of users of an org. A call looks at all of them before it stops, and a run may make a call for each.
const USERS: usize = 16;

/// The number of cases of an object for which a schema is drawn.
const CASES_OF_A_SCHEMA: u32 = 50;

/// Generates an org of so many users with attributes of its own.
fn org(seed: u64, users: usize) -> Org {
    let mut org = Org::generate(seed, users);
    org.draw_attributes(seed);
    org
}

/// Gives some attributes values that need not fit their type.
fn stray(org: &mut Org, seed: u64) {
    let mut random = Rng::with_seed(seed);
    for name in ENTITIES {
        let collection = collection(name);
        let custom = Entity::of(name, org).fields.into_iter().filter(|field| field.is_custom);
        let paths: Vec<String> = custom.map(|field| field.path).collect();
        let records: Vec<Value> = org.records(collection).collect();
        for mut record in records {
            for path in &paths {
                if random.u32(..8) == 0 {
                    let attribute = path.strip_prefix("profile.").expect("it is in a profile");
                    record["profile"][attribute] = any_value(&mut random);
                }
            }
            org.put(collection, record);
        }
    }
}

/// Draws a value that fits few types.
fn any_value(random: &mut Rng) -> Value {
    match random.u32(..13) {
        0 => json!("7"),
        1 => json!(7),
        2 => json!(9_007_199_254_740_993_i64),
        3 => json!(0.1),
        4 => json!(true),
        5 => json!([1, 7]),
        6 => json!(["a", "A", "it's", "b\\"]),
        7 => json!({ "a": [null, "b"] }),
        8 => json!("Ünï\n"),
        9 => json!("2024-05-01 02:00:00.0"),
        10 => json!("2024-05-01T02:00:00+0200"),
        11 => json!(1_714_521_600_500_i64),
        _ => Value::Null,
    }
}

/// Returns the refusal of every search for a profile attribute.
///
/// Nobody knows what Okta finds of a value that the schema does not allow, so the org does not search where there are such
/// values, and the connector decides about all of them.
fn no_search() -> Fault {
    let profile = Part::Text { parameter: "search", text: "profile." };
    Fault::always(Effect::Error(ApiError::InvalidSearch)).carrying(profile)
}

/// Runs users and groups in so many orgs that there is one for a few cases. Every second one has values that do not fit
/// their type.
fn orgs(seed: u64) {
    let runtime = runtime();
    let cases = cases(ENTITIES.len());
    for number in 0..cases.div_ceil(CASES_OF_A_SCHEMA) {
        let seed = seed + 1_000 * u64::from(number);
        let mut org = org(seed, USERS);
        let is_stray = number % 2 == 1;
        if is_stray {
            stray(&mut org, seed);
        }
        let world = world(&runtime, seed, org);
        world
            .simulator()
            .set_faults(is_stray.then(no_search).into_iter().collect::<Vec<_>>().into());
        for name in ENTITIES {
            law_holds(&runtime, &world, name, seed, CASES_OF_A_SCHEMA.min(cases));
        }
    }
}

#[test]
fn orgs_1() {
    orgs(1);
}

#[test]
fn orgs_2() {
    orgs(2);
}

#[test]
fn orgs_3() {
    orgs(3);
}

#[test]
fn orgs_4() {
    orgs(4);
}

#[test]
fn in_lanes() {
    law_holds_in_lanes(org(5, ENOUGH_FOR_LANES), "User", "created", 5, 12);
}

/// Returns the type and the operators that a field is described with.
fn description(field: &FieldRow) -> (String, Vec<String>) {
    let data_type = match field.kind {
        Kind::Text => "String",
        Kind::DateTime => "DateTime",
        Kind::Boolean => "Boolean",
        Kind::Long => "Long",
        Kind::Double => "Double",
        Kind::TextList | Kind::List => "List",
        Kind::Struct => "Struct",
    };
    let operators = field.operators().into_iter().map(|operator| match operator {
        Operator::Compare(comparison) => comparison.name().to_owned(),
        Operator::Contains => "CONTAINS".to_owned(),
        Operator::Between => "BETWEEN".to_owned(),
    });
    let mut operators: Vec<String> = operators.collect();
    operators.sort();
    (data_type.to_owned(), operators)
}

/// Checks that an org's attributes are described under the names and with the types that they have, behind the
/// fixed fields.
#[tokio::test(start_paused = true)]
async fn every_attribute_is_described() {
    for seed in 1..=8 {
        let mut org = org(seed, USERS);
        stray(&mut org, seed);
        for name in ENTITIES {
            let entity = Entity::of(name, &org);
            let world = World::new(org.clone());
            let event = json!({
                "type": "DescribeEntityRequest",
                "entityIdentifier": name,
                "connectorContext": context(),
            });
            let answer = world.ask(&event).await;
            let described = answer["entityDefinition"]["fields"].as_array();
            let described = described.unwrap_or_else(|| panic!("{seed} {answer}"));
            let fixed = entity.fields.iter().filter(|field| !field.is_custom).count();
            let custom: BTreeMap<_, _> = described[fixed..].iter().map(shown).collect();
            let expected = entity.fields.iter().filter(|field| field.is_custom);
            let expected: BTreeMap<_, _> =
                expected.map(|field| (field.name.clone(), description(field))).collect();
            assert_eq!(custom, expected, "{seed} {name}");
            assert_eq!(described.len(), entity.fields.len(), "{seed} {name}");
        }
    }
}

/// Returns the name, the type and the operators of a described field.
fn shown(field: &Value) -> (String, (String, Vec<String>)) {
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    let operators = field["filterOperators"].as_array().into_iter().flatten().map(text);
    let mut operators: Vec<String> = operators.collect();
    operators.sort();
    (text(&field["fieldName"]), (text(&field["dataType"]), operators))
}
