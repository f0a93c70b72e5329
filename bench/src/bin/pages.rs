//! One page of Okta, read over and over: the program whose instructions callgrind counts.
//!
//! `pages WAY PAGE FIELDS TIMES`: WAY is `connector` (from AppFlow's request to the bytes of its
//! answer), `value` (the same through trees of values) or `floor` (records are found and escaped,
//! and nothing else); PAGE is a file with a page of users; FIELDS is `all` fields that every org has,
//! or names separated by commas.

use anyhow::Context as _;
use appflow_connector::handle;
use bytes::Bytes;
use connector_bench::escape::Answer;
use okta_client::{HttpError, HttpService};
use okta_connector::catalogue::Object;
use okta_connector::{Config, OktaConnector};
use okta_connector_cli::{API_TOKEN, SimulatedSecrets, api_token_secret};
use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::time::Duration;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().context("pages WAY PAGE FIELDS TIMES");
    let (way, page, fields, times) = (argument()?, argument()?, argument()?, argument()?);
    let page = Bytes::from(std::fs::read(page)?);
    let user = Object::find("User").context("there are users")?;
    // An org has a field for each of its own attributes besides, which are not in this page.
    let fields: Vec<_> = match fields.as_str() {
        "all" => user.fields.iter().map(|field| field.name.as_ref()).collect(),
        names => names.split(',').collect(),
    };
    let times: u32 = times.parse()?;
    match way.as_str() {
        "connector" => connector(&page, &fields, times),
        "value" => value(&page, user, &fields, times),
        "floor" => {
            floor(&page, times);
            Ok(())
        }
        other => anyhow::bail!("there is no way {other}"),
    }
}

/// An Okta that has one page.
#[derive(Clone)]
struct OnePage(Bytes);

impl HttpService for OnePage {
    async fn call(
        &self,
        _request: http::Request<Bytes>,
        _timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        Ok(http::Response::new(self.0.clone()))
    }
}

fn connector(page: &Bytes, fields: &[&str], times: u32) -> anyhow::Result<()> {
    let event = json!({
        "type": "QueryDataRequest",
        "entityIdentifier": "User",
        "connectorContext": {
            "connectorRuntimeSettings": { "instanceUrl": "https://acme.okta.com" },
            "credentials": { "secretArn": "arn", "authenticationType": "CustomAuth" },
        },
        "selectedFieldNames": fields,
        "filterExpression": "status != 'NONE'",
    });
    let event = event.to_string();
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let config = Config::new(|| 1_767_225_600, 1);
    let connector = OktaConnector::new(OnePage(page.clone()), secrets, config);
    // The clock is paused: there are no headers, so the budget would have requests wait.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    for _ in 0..times {
        let answer = handle(&connector, event.as_bytes(), Duration::from_secs(30));
        let answer = runtime.block_on(answer)?;
        anyhow::ensure!(answer.len() > page.len() / 2, "{}", String::from_utf8_lossy(&answer));
        black_box(&answer);
    }
    Ok(())
}

fn value(page: &Bytes, user: &Object, fields: &[&str], times: u32) -> anyhow::Result<()> {
    let selected: Vec<_> =
        user.fields.iter().filter(|field| fields.contains(&field.name.as_ref())).collect();
    for _ in 0..times {
        let users: Vec<Value> = serde_json::from_slice(page)?;
        let mut records = Vec::new();
        for user in &users {
            let mut record = Map::new();
            for field in &selected {
                let path = field.path().unwrap_or_default();
                let value = path.split('.').try_fold(user, |value, name| value.get(name));
                if let Some(value) = value.filter(|value| !value.is_null()) {
                    record.insert(field.name.clone().into_owned(), value.clone());
                }
            }
            if user["status"] != "NONE" {
                records.push(Value::Object(record).to_string());
            }
        }
        let answer = json!({ "records": records, "nextToken": null, "isSuccess": true });
        black_box(serde_json::to_vec(&answer)?);
    }
    Ok(())
}

fn floor(page: &Bytes, times: u32) {
    let mut answer = Answer::default();
    for _ in 0..times {
        answer.clear();
        black_box(answer.write_records(page));
        black_box(answer.bytes());
    }
}
