//! Tests from outside: requests in, answers out.
//!
//! Most tests are rows over one of the two helpers here: [`Caller::get`] for one answer, and
//! [`Caller::ids`] for the ids of a listing that is followed to its end.

mod about_org;
mod access;
mod administrators;
mod app_relations;
mod apps;
mod assertions;
mod attributes;
mod devices;
mod dpop;
mod dpop_api;
mod faults;
mod group_relations;
mod groups;
mod limits;
mod listings;
mod moving;
mod openapi;
mod org_objects;
mod people;
mod recorded;
mod scale;
mod schemas;
mod secrets;
mod service;
mod signing;
mod system_log;
mod tokens;
mod users;
mod web_app;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

use crate::{Collection, Delivery, Org, Simulator};

const ORIGIN: &str = "https://acme.okta.com";

/// A client with an API token, and the time it is.
struct Caller {
    simulator: Simulator,
    now: Timestamp,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    delivery: Delivery,
    body: Bytes,
}

impl Caller {
    fn new(org: Org) -> Self {
        let mut simulator = Simulator::new(org);
        simulator.accept_api_token("token");
        let mut caller = Self { simulator, now: Timestamp::UNIX_EPOCH };
        caller.set_time(Timestamp::constant(1_767_225_600, 0)); // 2026-01-01T00:00:00Z
        caller
    }

    fn set_time(&mut self, now: Timestamp) {
        self.now = now;
        self.simulator.set_time(now);
    }

    /// Makes an org of these records, written as JSON lines.
    fn with(collection: Collection, lines: &str) -> Self {
        Self::new(Org::from_json_lines([(collection, lines)]).unwrap())
    }

    /// Sends a `GET`. The query of `target` is readable: blanks and quotes are encoded here.
    fn get(&mut self, target: &str) -> Answer {
        self.get_with(target, "application/json")
    }

    fn get_with(&mut self, target: &str, content_type: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut encoded = String::new();
        for byte in query.bytes() {
            match byte {
                b'&' | b'=' | b'%' | b'+' => encoded.push(char::from(byte)),
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => encoded.push(char::from(byte)),
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        let uri = format!("{ORIGIN}{path}?{encoded}");
        let request = http::Request::get(uri)
            .header(header::AUTHORIZATION, "SSWS token")
            .header(header::CONTENT_TYPE, content_type);
        self.send(request.body(Bytes::new()).unwrap())
    }

    fn send(&mut self, request: http::Request<Bytes>) -> Answer {
        let (parts, body) = self.simulator.handle(request).into_parts();
        let delivery = parts.extensions.get().copied().unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, delivery, body }
    }

    /// Follows a URL that the org gave out.
    fn follow(&mut self, url: &str) -> Answer {
        let request = http::Request::get(url).header(header::AUTHORIZATION, "SSWS token");
        self.send(request.body(Bytes::new()).unwrap())
    }

    /// Collects the ids of a whole listing, page after page.
    fn ids(&mut self, target: &str) -> Vec<String> {
        self.pages(target).into_iter().flatten().collect()
    }

    fn pages(&mut self, target: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut answer = self.get(target);
        loop {
            pages.push(answer.ids());
            match answer.link("next") {
                Some(next) => answer = self.follow(&next),
                None => return pages,
            }
            assert!(pages.len() < 10_000, "{target} has no end");
        }
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn ids(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", self.json());
        let records = self.json();
        let ids =
            records.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned());
        ids.collect()
    }

    fn link(&self, relation: &str) -> Option<String> {
        let suffix = format!("; rel=\"{relation}\"");
        let links = self.headers.get_all(header::LINK);
        let mut links = links.iter().map(|link| link.to_str().unwrap());
        let link = links.find_map(|link| link.strip_suffix(&suffix))?;
        Some(link.trim_start_matches('<').trim_end_matches('>').to_owned())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}")).to_str().unwrap()
    }

    /// Writes the status and the error code, as in `400 E0000031`; only the status of a success.
    fn outcome(&self) -> String {
        if self.status.is_success() || self.body.is_empty() {
            return self.status.as_str().to_owned();
        }
        format!("{} {}", self.status.as_str(), self.json()["errorCode"].as_str().unwrap())
    }
}
