//! Every call is reported to the observer, whatever becomes of it, with its costs.

use crate::support::{API_TOKEN, EPOCH, InterceptedOkta, context, query, simulated_okta};
use appflow_connector::{Operation, handle};
use okta_connector::{CallReport, Config, Ending, Observer, OktaConnector, SecretError};
use okta_connector_cli::{SimulatedSecrets, api_token_secret};
use okta_simulator::{Collection, Effect, Fault, Org, When};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An observer that writes down each report.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<Option<u64>>>>);

impl Observer for Ear {
    fn call(&self, report: &CallReport<'_>) {
        let ending = match report.ending {
            Ending::Done => "done".to_owned(),
            Ending::Delivered(it) => {
                self.2.lock().unwrap().push(it.run_records);
                let skipped = match it.skipped_parents {
                    0 => String::new(),
                    skipped => format!(", {skipped} skipped"),
                };
                format!("{} records, more {}{skipped}", it.records, it.has_more)
            }
            Ending::Failed(error) => {
                self.1.lock().unwrap().push(error.logged().to_owned());
                error.code.name().to_owned()
            }
        };
        let line = format!(
            "{} {} at {}: {ending}; {} requests, {} pages, {} ids",
            report.operation,
            report.entity.unwrap_or("-"),
            report.org.unwrap_or("-"),
            report.cost.requests,
            report.cost.pages,
            report.cost.request_ids.len()
        );
        self.0.lock().unwrap().push(line);
    }
}

/// Asks one thing, and returns what the observer heard of it.
async fn heard(
    secret: Result<String, SecretError>,
    faults: Vec<Fault>,
    event: &Value,
) -> Vec<String> {
    let okta = simulated_okta(Org::generate(1, 450));
    okta.simulator().set_faults(faults.into());
    let ear = Ear::default();
    let config = Config::new(|| EPOCH.cast_unsigned(), 1);
    let secrets = SimulatedSecrets::new(secret);
    let connector = OktaConnector::new(okta, secrets, config).observed_by(ear.clone());
    let payload = event.to_string();
    let answer = handle(&connector, payload.as_bytes(), Duration::from_secs(30)).await.unwrap();
    drop(answer);
    ear.0.lock().unwrap().clone()
}

fn good_secret() -> Result<String, SecretError> {
    Ok(api_token_secret(API_TOKEN))
}

/// Returns a request of each operation that succeeds, if one can, and one that fails.
fn requests() -> Vec<(Operation, Option<Value>, Option<Value>)> {
    let settings = |url: &str| json!({ "instanceUrl": url });
    let about = |request: &str, entity: &str| json!({ "type": request, "entityIdentifier": entity, "connectorContext": context() });
    let retrieve = |entity: &str| {
        let mut event = about("RetrieveDataRequest", entity);
        event["ids"] = json!(["00u1"]);
        event
    };
    let validate = |url: &str| {
        json!({
            "type": "ValidateCredentialsRequest",
            "connectorRuntimeSettings": settings(url),
            "credentials": context()["credentials"],
        })
    };
    let settings = |url: &str| {
        json!({
            "type": "ValidateConnectorRuntimeSettingsRequest",
            "scope": "CONNECTOR_PROFILE",
            "connectorRuntimeSettings": settings(url),
        })
    };
    let list = |path: &str| json!({ "type": "ListEntitiesRequest", "entitiesPath": path, "connectorContext": context() });
    let (good, bad) = ("https://acme.okta.com", "https://127.0.0.1");
    vec![
        (
            Operation::DescribeConnectorConfiguration,
            Some(json!({ "type": "DescribeConnectorConfigurationRequest" })),
            None,
        ),
        (Operation::ValidateConnectorRuntimeSettings, Some(settings(good)), Some(settings(bad))),
        (Operation::ValidateCredentials, Some(validate(good)), Some(validate(bad))),
        (Operation::ListEntities, Some(list("")), Some(list("Nobody"))),
        (
            Operation::DescribeEntity,
            Some(about("DescribeEntityRequest", "User")),
            Some(about("DescribeEntityRequest", "Nobody")),
        ),
        (
            Operation::QueryData,
            Some(query("User", &json!({ "maxResults": 200 }))),
            Some(query("Nobody", &json!({}))),
        ),
        (Operation::RetrieveData, Some(retrieve("User")), Some(retrieve("Nobody"))),
        (Operation::WriteData, None, Some(about("WriteDataRequest", "User"))),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_call_of_every_operation_is_reported_once() {
    let requests = requests();
    assert_eq!(
        requests.iter().map(|(operation, ..)| *operation).collect::<Vec<_>>(),
        Operation::ALL
    );
    for (operation, good, bad) in requests {
        let named = |heard: &[String]| {
            let [line] = heard else { panic!("{operation} was heard as {heard:?}") };
            assert!(line.starts_with(&format!("{operation} ")), "{line}");
            line.clone()
        };
        if let Some(good) = good {
            let line = named(&heard(good_secret(), Vec::new(), &good).await);
            assert!(line.contains(": done") || line.contains(" records, "), "{line}");
        }
        if let Some(bad) = bad {
            let line = named(&heard(good_secret(), Vec::new(), &bad).await);
            assert!(line.contains("InvalidArgument"), "{line}");
        }
        // Nor is one forgotten that cannot be read.
        let unreadable = json!({ "type": operation.request_type(), "connectorContext": 5, "entityIdentifier": 5, "connectorRuntimeSettings": 5 });
        named(&heard(good_secret(), Vec::new(), &unreadable).await);
    }
}

#[tokio::test(start_paused = true)]
async fn failures_carry_their_costs() {
    let users = query("User", &json!({ "maxResults": 1_000, "selectedFieldNames": ["id"] }));
    let status = |status, when| Fault { when, ..Fault::always(Effect::status(status)) };
    let rows = [
        (
            good_secret(),
            vec![],
            "QueryData User at acme.okta.com: 450 records, more false; 3 requests, 3 pages, 3 ids",
        ),
        (
            good_secret(),
            vec![status(403, When::From(1))],
            "QueryData User at acme.okta.com: AccessDenied; 1 requests, 0 pages, 1 ids",
        ),
        (
            good_secret(),
            vec![status(503, When::From(1))],
            "QueryData User at acme.okta.com: ServiceUnavailable; 6 requests, 0 pages, 6 ids",
        ),
        (
            Err(SecretError::NotFound),
            vec![],
            "QueryData User at acme.okta.com: ResourceNotFoundError; 0 requests, 0 pages, 0 ids",
        ),
    ];
    for (secret, faults, expected) in rows {
        assert_eq!(heard(secret, faults, &users).await, [expected]);
    }
}

/// Checks that groups are counted that were passed over: one that is gone when its members are asked for, and the one of
/// administrators, whose members Okta shows to nobody.
#[tokio::test(start_paused = true)]
async fn what_is_passed_over_is_counted() {
    let okta = InterceptedOkta::new(Org::generate(3, 60));
    let (gone, closed) = {
        let mut simulator = okta.simulator();
        let groups: Vec<_> = simulator.org().records(Collection::Groups).collect();
        let with_members = |group: &&Value| {
            group["type"] == "OKTA_GROUP"
                && simulator.org().member_count(group["id"].as_str().unwrap()) > 0
        };
        let mut groups = groups.iter().filter(with_members).cloned();
        let (gone, mut closed) = (groups.next().unwrap(), groups.next().unwrap());
        closed["type"] = "BUILT_IN".into();
        closed["profile"]["name"] = "Okta Administrators".into();
        drop(groups);
        simulator.org_mut().put(Collection::Groups, closed.clone());
        (gone["id"].as_str().unwrap().to_owned(), closed["id"].as_str().unwrap().to_owned())
    };
    assert_ne!(gone, closed);
    let org = okta.clone();
    okta.meddle(move |request| {
        if request.uri().path().contains(&format!("{gone}/users")) {
            org.simulator().remove(Collection::Groups, &gone);
        }
        None
    });
    let ear = Ear::default();
    let config = Config::new(|| EPOCH.cast_unsigned(), 1);
    let secrets = SimulatedSecrets::new(good_secret());
    let connector = OktaConnector::new(okta, secrets, config).observed_by(ear.clone());
    let event = query("GroupMember", &json!({ "maxResults": 10_000 })).to_string();
    let answer = handle(&connector, event.as_bytes(), Duration::from_secs(30)).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["isSuccess"], true, "{answer}");
    let heard = ear.0.lock().unwrap().clone();
    assert!(heard[0].contains("more false, 2 skipped; "), "{heard:?}");
}

/// Checks that the last answer of a run says how many records all its answers had, and no other answer does.
#[tokio::test(start_paused = true)]
async fn the_last_answer_of_a_run_counts_its_records() {
    let ear = Ear::default();
    let okta = simulated_okta(Org::generate(1, 450));
    let config = Config::new(|| EPOCH.cast_unsigned(), 1);
    let secrets = SimulatedSecrets::new(good_secret());
    let connector = OktaConnector::new(okta, secrets, config).observed_by(ear.clone());
    let mut event = query("User", &json!({ "maxResults": 200, "filterExpression": "LIMIT 430" }));
    for _page in 0..3 {
        let payload = event.to_string();
        let answer = handle(&connector, payload.as_bytes(), Duration::from_secs(30)).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        event["nextToken"] = answer["nextToken"].clone();
    }
    assert_eq!(*ear.2.lock().unwrap(), [None, None, Some(430)]);
}

/// Checks that what people write in filters, which are names and addresses of people, is told to them and not to the log.
#[tokio::test(start_paused = true)]
async fn filters_stay_out_of_the_log() {
    let okta = simulated_okta(Org::generate(1, 5));
    let ear = Ear::default();
    let config = Config::new(|| EPOCH.cast_unsigned(), 1);
    let secrets = SimulatedSecrets::new(good_secret());
    let connector = OktaConnector::new(okta, secrets, config).observed_by(ear.clone());
    for filter in
        ["created > 'Jane'", "'Jane'", "city = 'Jane' and", "city = Jane", "not 'Jane' and x"]
    {
        let event = query("User", &json!({ "filterExpression": filter })).to_string();
        handle(&connector, event.as_bytes(), Duration::from_secs(30)).await.unwrap();
    }
    let logged = ear.1.lock().unwrap().clone();
    assert_eq!(logged.len(), 5, "{logged:?}");
    for sentence in logged {
        assert!(!sentence.is_empty() && !sentence.contains("Jane"), "{sentence}");
    }
}
