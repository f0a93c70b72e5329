//! Fields that a deployment withholds: not described, refused when named, and never in an answer.

use crate::brute_force::Entity;
use crate::collections::records;
use crate::support::{API_TOKEN, EPOCH, InterceptedOkta, World, context, query};
use okta_connector::catalogue::OBJECTS;
use okta_connector::{Config, Offered, Withheld};
use okta_connector_cli::{SimulatedSecrets, api_token_secret};
use okta_simulator::Org;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Makes the connector of a deployment that withholds fields.
fn world(withheld: &str) -> World {
    let withheld = Withheld::parse(withheld).unwrap();
    let offered = Offered::everything();
    let config = Config { offered, withheld, ..Config::new(|| EPOCH.cast_unsigned(), 1) };
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    World::with_config(InterceptedOkta::new(Org::generate(3, 60)), secrets, config)
}

async fn described(world: &World, entity: &str) -> Vec<String> {
    let event = json!({
        "type": "DescribeEntityRequest",
        "entityIdentifier": entity,
        "connectorContext": context(),
    });
    let answer = world.ask(&event).await;
    let fields = answer["entityDefinition"]["fields"].as_array().unwrap();
    fields.iter().map(|field| field["fieldName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_withheld_field_is_neither_offered_nor_answered() {
    let world = world("User.mobilePhone,User.profile.cost*,User.status");
    let fields = described(&world, "User").await;
    for name in ["mobilePhone", "costCenter", "status"] {
        assert!(!fields.iter().any(|field| field == name), "{name}");
        for asked in [
            json!({ "selectedFieldNames": [name] }),
            json!({ "filterExpression": format!("{name} = 'x'") }),
        ] {
            let answer = world.ask(&query("User", &asked)).await;
            let message = answer["errorDetails"]["errorMessage"].as_str().unwrap();
            let expected =
                format!("{name} of User is withheld by the deployment of this connector");
            assert_eq!(message, expected);
        }
    }
    assert!(fields.iter().any(|field| field == "profile"));
    let users = world.run(&query("User", &json!({}))).await.unwrap();
    assert_eq!(users.len(), 60);
    for user in &users {
        for name in ["mobilePhone", "costCenter", "status"] {
            assert!(user[name].is_null() && user["profile"][name].is_null(), "{user}");
        }
        assert!(user["profile"]["login"].is_string(), "{user}");
    }
    // Deprovisioned users are left out all the same.
    let mut context = context();
    context["connectorRuntimeSettings"]["includeDeprovisioned"] = "false".into();
    let fewer = world.run(&query("User", &json!({ "connectorContext": context }))).await.unwrap();
    assert!(fewer.len() < 60 && !fewer.is_empty());
}

/// Checks that an attribute of the org that is withheld, by its own name or by a pattern, is as good as not there, and
/// that the others keep the names that they have beside it.
#[tokio::test(start_paused = true)]
async fn a_withheld_attribute_is_neither_offered_nor_answered() {
    let mut org = Org::generate(3, 60);
    org.draw_attributes(3);
    let entity = Entity::of("User", &org);
    let custom: Vec<_> = entity.fields.iter().filter(|field| field.is_custom).collect();
    let patterns = ["shoeSize", "profile_*", "badgeNumber", "id", "_*"];
    let withheld = patterns.map(|pattern| format!("User.profile.{pattern}")).join(",");
    let (hidden, shown): (Vec<_>, Vec<_>) = custom.into_iter().partition(|field| {
        let attribute = field.path.strip_prefix("profile.").unwrap();
        patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => attribute.starts_with(start),
            None => attribute == *pattern,
        })
    });
    assert!(hidden.len() > 4 && shown.len() > 4);
    let withheld = Withheld::parse(&withheld).unwrap();
    let config = Config { withheld, ..Config::new(|| EPOCH.cast_unsigned(), 1) };
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let world = World::with_config(InterceptedOkta::new(org), secrets, config);

    let described = described(&world, "User").await;
    assert!(shown.iter().all(|field| described.contains(&field.name)), "{described:?}");
    for field in &hidden {
        assert!(!described.contains(&field.name), "{}", field.name);
        for asked in [
            json!({ "selectedFieldNames": ["id", field.name] }),
            json!({ "filterExpression": format!("{} = null", field.name) }),
        ] {
            let answer = world.ask(&query("User", &asked)).await;
            assert_eq!(answer["errorDetails"]["errorCode"], "InvalidArgument", "{asked}: {answer}");
        }
    }
    for user in world.run(&query("User", &json!({}))).await.unwrap() {
        for field in &hidden {
            let attribute = field.path.strip_prefix("profile.").unwrap();
            assert!(user["profile"][attribute].is_null(), "{attribute}: {user}");
            assert!(user[&field.name].is_null(), "{}: {user}", field.name);
        }
    }
}

/// Puts every value that stands at a path of a record into `found`, as JSON text.
fn values(record: &Value, path: &str, found: &mut Vec<String>) {
    let value = path.split('.').try_fold(record, |value, name| value.get(name));
    found.extend(value.filter(|value| value.is_string()).map(ToString::to_string));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: prop::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::with_cases(60)
    })]

    /// Whatever is withheld, and whatever a flow maps: no value of it leaves, unless another field has the same one.
    #[test]
    fn no_withheld_value_leaves(
        object in prop::sample::select(&OBJECTS[..]),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        selected in prop::option::of(prop::collection::vec(any::<prop::sample::Index>(), 1..6)),
    ) {
        let fields: Vec<_> = object.fields.iter().filter(|field| field.path().is_some()).collect();
        // What is made of parts of a record has no path of its own.
        prop_assume!(!fields.is_empty());
        let withheld: Vec<_> = picks.iter().map(|pick| fields[pick.index(fields.len())]).collect();
        prop_assume!(withheld.iter().all(|field| field.name != object.key().name));
        let patterns: Vec<_> =
            withheld.iter().map(|field| format!("{}.{}", object.name, field.name)).collect();
        // A part of a key cannot be withheld.
        prop_assume!(Withheld::parse(&patterns.join(",")).is_ok());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let world = world(&patterns.join(","));
            let offered = described(&world, object.name).await;
            for field in &withheld {
                assert!(!offered.iter().any(|name| *name == field.name), "{}", field.name);
            }
            let selected = selected.map(|picks| {
                picks.iter().map(|it| offered[it.index(offered.len())].clone()).collect::<Vec<_>>()
            });
            let event = query(object.name, &json!({ "selectedFieldNames": selected }));
            let delivered = world.run(&event).await;
            // An application's parent exists in filters only.
            let Ok(delivered) = delivered else { return };
            let mut secrets = Vec::new();
            let mut others = Vec::new();
            for record in records(world.simulator().org(), object.name) {
                let mut rest = record.clone();
                for field in &withheld {
                    let path = field.path().unwrap();
                    values(&record, path, &mut secrets);
                    let pointer = format!("/{}", path.replace('.', "/"));
                    if let Some(value) = rest.pointer_mut(&pointer) {
                        *value = Value::Null;
                    }
                }
                others.push(rest.to_string());
            }
            let delivered = Value::from(delivered).to_string();
            for secret in secrets {
                let is_elsewhere = others.iter().any(|record| record.contains(secret.trim_matches('"')));
                assert!(is_elsewhere || !delivered.contains(&secret), "{patterns:?}: {secret}");
            }
        });
    }
}
