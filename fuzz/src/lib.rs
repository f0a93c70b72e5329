//! The laws that hold for any bytes that reach one of the three readers: the filter, the page token
//! and the request with Okta's answer to it.
//!
//! Each property is a function that panics where it is violated. `make fuzz` drives them with
//! libFuzzer, from the files of `corpus/` on; the tests of this crate run over the same files.

use appflow_connector::{Filter, handle};
use bytes::Bytes;
use okta_client::{Bucket, HttpError, HttpService, Lesson};
use okta_connector::Withheld;
use okta_connector::entity::Entity;
use okta_connector::plan::Plan;
use okta_connector::position::{Done, Frame, Lane, Order, Position, Progress, Seconds};
use okta_connector::query::{Preferences, Query};
use okta_connector::token::{Fingerprint, Token, seal};
use okta_connector::{Config, Error, OktaConnector};
use okta_connector_cli::{API_TOKEN, SimulatedSecrets, api_token_secret};
use std::time::Duration;

/// Checks that a filter is read, or refused with a span inside it, and that a filter that was read
/// is printed so that it is read again as the same filter.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Filter::parse(text) {
        Ok(filter) => {
            let printed = filter.to_string();
            assert_eq!(Filter::parse(&printed).as_ref(), Ok(&filter), "{printed}");
        }
        Err(error) => {
            let span = error.span();
            assert!(span.start <= span.end && span.end <= text.len(), "{span:?}");
            assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        }
    }
}

/// Checks that a text is a token or is refused, that any position that is sealed is opened again,
/// and that one that is damaged in one place is not taken for another position.
pub fn page_token(data: &[u8]) {
    let plan = plan();
    let fingerprint = Fingerprint::new(["Application"], &plan);
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(opened) = open(fingerprint, &plan, text)
    {
        let sealed = seal(fingerprint, &opened, [], None);
        let again = sealed.and_then(|sealed| open(fingerprint, &plan, &sealed));
        assert_eq!(again, Ok(opened));
    }

    let mut bytes = Input(data);
    let position = bytes.position();
    let mut lessons = Vec::new();
    for bucket in (0..=u8::MAX).filter_map(Bucket::from_number) {
        if bytes.byte() % 2 == 1 {
            lessons.push((bucket, bytes.lesson()));
        }
    }
    // A cursor may be too long to be carried.
    let Ok(sealed) = seal(fingerprint, &position, lessons.clone(), None) else { return };
    let opened = open(fingerprint, &plan, &sealed).expect("what was sealed is opened");
    assert_eq!(opened, position);
    let kept: Vec<_> = Token::read(&sealed).expect("as above").lessons().collect();
    assert!(kept == lessons || kept.is_empty());

    let mut damaged = sealed.into_bytes();
    let place = usize::from(bytes.byte()) % damaged.len();
    damaged[place] ^= 1 << (bytes.byte() % 7);
    if let Ok(damaged) = String::from_utf8(damaged)
        && let Ok(other) = open(fingerprint, &plan, &damaged)
    {
        assert_eq!(other, position, "a damaged token is taken for another position");
    }
}

fn open(fingerprint: Fingerprint, plan: &Plan, token: &str) -> Result<Position, Error> {
    Token::read(token)?.open(fingerprint, plan)
}

/// Checks that there is an answer, and that it is JSON, for any request of AppFlow (the first line)
/// and any answer of Okta (the rest, its first byte choosing the status).
pub fn request(data: &[u8]) {
    let mut parts = data.splitn(2, |&byte| byte == b'\n');
    let payload = parts.next().unwrap_or_default();
    let okta = parts.next().unwrap_or_default();
    let (status, body) = match okta.split_first() {
        Some((&status, body)) => (STATUSES[usize::from(status) % STATUSES.len()], body),
        None => (200, okta),
    };
    let okta = Answer { status, body: Bytes::copy_from_slice(body) };
    let secrets = SimulatedSecrets::new(Ok(api_token_secret(API_TOKEN)));
    let connector = OktaConnector::new(okta, secrets, Config::new(|| 1_767_225_600, 1));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without input and output can be made");
    let answer = runtime.block_on(handle(&connector, payload, Duration::from_secs(30)));
    if let Ok(answer) = answer {
        let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        assert!(answer["isSuccess"].is_boolean(), "{answer}");
    }
}

fn plan() -> Plan {
    let filter = Filter::parse("userId = '00u1'").expect("it is a filter");
    let entity = Entity::find("Application", &Withheld::default()).expect("it is an entity");
    let query = Query::new(entity, &filter, None, Preferences::default());
    Plan::new(&query.expect("the entity has the field"))
}

/// The statuses of Okta's answers. Most are good, so that bodies are looked at.
const STATUSES: [u16; 8] = [200, 200, 200, 200, 400, 401, 404, 500];

/// An Okta that has one answer.
#[derive(Clone)]
struct Answer {
    status: u16,
    body: Bytes,
}

impl HttpService for Answer {
    async fn call(
        &self,
        _request: http::Request<Bytes>,
        _timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let response = http::Response::builder().status(self.status).body(self.body.clone());
        Ok(response.expect("the status is one of ours"))
    }
}

/// Bytes as a source of values; zeros when they are used up.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        byte
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn small(&mut self) -> u32 {
        u32::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn text(&mut self) -> String {
        let length = usize::from(self.byte());
        let (text, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    /// Makes a position of [`plan`]: one listing in two ways, the second one with a listing below
    /// each of its objects.
    fn position(&mut self) -> Position {
        let way = u32::from(self.byte() % 2);
        let mut frames = vec![self.frame(way)];
        if way == 1 && self.byte() % 2 == 1 {
            frames.push(self.frame(0));
        }
        Position { delivered: self.number(), began: self.number(), frames }
    }

    fn frame(&mut self, way: u32) -> Frame {
        let lanes = self.byte() % 5;
        Frame {
            listing: 0,
            way,
            progress: Progress {
                pages: self.small(),
                splits: self.small(),
                delivered: self.number(),
                latency: self.small(),
                page_size: (self.byte() % 2 == 1).then(|| self.small()),
                order: [Order::Unknown, Order::Kept, Order::Broken][usize::from(self.byte() % 3)],
                above: self.small(),
                skipped: self.small(),
                unexpanded: self.byte() % 2 == 1,
            },
            above: (self.byte() % 2 == 1).then(|| self.text()),
            lanes: (0..lanes).map(|_| self.lane()).collect(),
        }
    }

    fn lane(&mut self) -> Lane {
        let has = self.byte();
        Lane {
            asked: (has & 1 == 1).then(|| self.range()),
            range: self.range(),
            first: (has & 32 == 32).then(|| self.number().cast_signed()),
            at: (has & 2 == 2).then(|| self.number().cast_signed()),
            cursor: (has & 4 == 4).then(|| self.text()),
            done: (has & 8 == 8).then(|| Done {
                id: self.text(),
                records: self.small(),
                limit: (has & 64 == 64).then(|| self.small()),
            }),
            pages: self.small(),
            empty: self.small(),
            mark: self.number(),
            delivered: self.number(),
            restarted: has & 16 == 16,
        }
    }

    fn range(&mut self) -> Seconds {
        let has = self.byte();
        let mut bound = |bit| (has & bit == bit).then(|| self.number().cast_signed());
        Seconds { from: bound(1), until: bound(2) }
    }

    fn lesson(&mut self) -> Lesson {
        Lesson {
            limit: self.small(),
            spent: self.small(),
            reset: self.number(),
            skew: self.number().cast_signed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn over_the_corpus(target: &str, property: impl Fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
        let mut files = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            property(&std::fs::read(entry.unwrap().path()).unwrap());
            files += 1;
        }
        assert!(files > 0, "no corpus for {target}");
    }

    #[test]
    fn filters() {
        over_the_corpus("filter", super::filter);
    }

    #[test]
    fn page_tokens() {
        over_the_corpus("page_token", super::page_token);
    }

    #[test]
    fn requests() {
        over_the_corpus("request", super::request);
    }
}
