//! Stories of a client: Okta is a function from requests to answers, and the clock is paused.

mod pages;
mod refusals;
mod tokens;

use crate::auth::Credential;
use crate::client::{Client, ClientConfig};
use crate::error::ErrorKind;
use crate::http::{HttpError, HttpErrorKind, HttpService};
use crate::ledger::Ledger;
use crate::org::{Loopback, OrgUrl};
use crate::rate_limit::RateLimits;
use bytes::Bytes;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep};

type Request = http::Request<Bytes>;
type Response = http::Response<Bytes>;

/// Answers the `n`th request (from 1); none is silence.
type Answers = Box<dyn FnMut(&Request, usize) -> Option<Response> + Send>;

/// An Okta that a test describes.
struct Scripted {
    answers: Mutex<Answers>,
    requests: Mutex<Vec<Request>>,
}

impl HttpService for Scripted {
    async fn call(&self, request: Request, timeout: Duration) -> Result<Response, HttpError> {
        let answer = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request);
            (self.answers.lock().unwrap())(&requests[requests.len() - 1], requests.len())
        };
        match answer {
            Some(answer) => Ok(answer),
            None => {
                sleep(timeout).await;
                Err(HttpError { kind: HttpErrorKind::Timeout, cause: "silence".to_owned() })
            }
        }
    }
}

/// A client of a scripted Okta.
struct Story {
    client: Client<Arc<Scripted>>,
    okta: Arc<Scripted>,
    ledger: Arc<Ledger>,
    began: Instant,
}

const TOKEN: &str = "00canaryCANARYcanaryCANARYcanaryCANARYcanar";

impl Story {
    fn new(
        credential: Credential,
        answers: impl FnMut(&Request, usize) -> Option<Response> + Send + 'static,
    ) -> Self {
        let okta = Arc::new(Scripted {
            answers: Mutex::new(Box::new(answers)),
            requests: Mutex::default(),
        });
        let ledger = Arc::<Ledger>::default();
        let config = ClientConfig {
            org: OrgUrl::parse("acme.okta.com", Loopback::Refused).unwrap(),
            credential,
            rate_limits: Arc::new(Mutex::new(RateLimits::new(75))),
            page_limits: Arc::default(),
            ledger: Arc::clone(&ledger),
            max_concurrency: 4,
            seed: 1,
            wall_clock: || 1_000,
        };
        let client = Client::new(Arc::clone(&okta), config);
        Self { client, okta, ledger, began: Instant::now() }
    }

    /// Makes a client with an API token.
    fn with_token(
        answers: impl FnMut(&Request, usize) -> Option<Response> + Send + 'static,
    ) -> Self {
        Self::new(Credential::ApiToken(TOKEN.into()), answers)
    }

    /// Returns the targets of the requests so far.
    fn targets(&self) -> Vec<String> {
        let requests = self.okta.requests.lock().unwrap();
        requests.iter().map(|request| request.uri().to_string()).collect()
    }

    /// Returns the number of requests so far.
    fn requests(&self) -> usize {
        self.okta.requests.lock().unwrap().len()
    }

    /// Returns the time since the beginning.
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

/// Returns the end of a call that may take `seconds` from now.
fn within(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

fn kind_of<T>(result: Result<T, crate::Error>) -> Result<T, ErrorKind> {
    result.map_err(|error| error.kind)
}

/// Makes an answer without rate-limit headers.
fn bare(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Option<Response> {
    let mut answer = http::Response::builder()
        .status(status)
        .header("date", "Thu, 01 Jan 1970 00:16:40 GMT")
        .header("x-okta-request-id", "r1");
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    Some(answer.body(body.into()).unwrap())
}

/// Makes an answer of an org whose limits are far away.
fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Option<Response> {
    let limits = [
        ("x-rate-limit-limit", "60000"),
        ("x-rate-limit-remaining", "59000"),
        ("x-rate-limit-reset", "1050"),
    ];
    bare(status, &[&limits[..], headers].concat(), body)
}
