//! The walk of one read: wait for the budget, send, learn, decide, perhaps again.

use crate::auth::{Credential, authorization, sensitive};
use crate::bucket::Bucket;
use crate::channel::{Channel, USER_AGENT};
use crate::dpop::dpop_nonce;
use crate::error::{Demand, Error, ErrorKind, request_id};
use crate::http::HttpService;
use crate::ledger::Ledger;
use crate::link::next_cursor;
use crate::org::OrgUrl;
use crate::page_limits::PageLimits;
use crate::rate_limit::{RateLimits, server_time};
use crate::request::{Cursor, OktaRequest};
use crate::retry::{Decision, Failure, Outcome};
use crate::service_app::AccessToken;
use crate::token_endpoint::TokenEndpoint;
use bytes::Bytes;
use http::{HeaderValue, header};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The parts of a client.
#[derive(Debug)]
pub struct ClientConfig {
    /// The org to ask.
    pub org: OrgUrl,
    /// The credential that every request carries.
    pub credential: Credential,
    /// The budgets of the connection; shared by all clients of the connection in this process.
    pub rate_limits: Arc<Mutex<RateLimits>>,
    /// The page sizes that its listings take; likewise shared.
    pub page_limits: Arc<Mutex<PageLimits>>,
    /// The account of the caller who is to know what the reads cost.
    pub ledger: Arc<Ledger>,
    /// Requests that may be on their way at once, at least 1. Okta refuses more than 35 to 75 of them,
    /// from all clients of the org together.
    pub max_concurrency: usize,
    /// Seeds the jitter of retries.
    pub seed: u64,
    /// Returns the time of day in seconds since 1970, for answers without a `Date`.
    pub wall_clock: fn() -> u64,
}

/// Reads from one org.
#[derive(Debug)]
pub struct Client<S> {
    channel: Channel<S>,
    credential: Credential,
    page_limits: Arc<Mutex<PageLimits>>,
    in_flight: Semaphore,
}

/// One answer of Okta: for a listing a JSON array, else a JSON object.
#[derive(Clone, Debug)]
pub struct Page {
    /// The JSON, with both its ends but not looked at in between.
    pub body: Bytes,
    /// The place where the listing goes on; absent at its end.
    pub next: Option<Cursor>,
    /// The page size with which Okta answered in the end.
    pub limit: Option<u32>,
    /// The time that Okta took for the attempt that succeeded.
    pub latency: Duration,
}

impl<S: HttpService> Client<S> {
    /// Makes a client that has sent nothing yet.
    pub fn new(http: S, config: ClientConfig) -> Self {
        let channel = Channel {
            http,
            org: config.org,
            rate_limits: config.rate_limits,
            ledger: config.ledger,
            jitter: Mutex::new(fastrand::Rng::with_seed(config.seed)),
            wall_clock: config.wall_clock,
        };
        Self {
            channel,
            credential: config.credential,
            page_limits: config.page_limits,
            in_flight: Semaphore::new(config.max_concurrency.max(1)),
        }
    }

    /// Asks once, and again as long as that makes sense before `deadline`: up to 6 times, with pauses that
    /// double from 250 ms on.
    ///
    /// # Errors
    ///
    /// [`Error`], whose kind says what to do next. A wait that would pass the deadline is not begun:
    /// it comes back at once as [`ErrorKind::RateLimited`].
    pub async fn get(
        &self,
        request: &OktaRequest,
        cursor: Option<&Cursor>,
        deadline: Instant,
    ) -> Result<Page, Error> {
        let mut attempt = 1;
        loop {
            let request = self.within_page_limit(request);
            let (outcome, error) = match self.attempt(&request, cursor, deadline).await? {
                Ok(page) => {
                    self.channel.ledger.count_page();
                    return Ok(page);
                }
                Err(failed) => failed,
            };
            if let (Some(limit), Outcome::Again { smaller: true }) = (request.limit(), outcome) {
                self.page_limits().halve(request.path(), limit, Instant::now());
            }
            let wait = match self.channel.decide(outcome, attempt, deadline) {
                Decision::Stop => return Err(error),
                Decision::Wait(wait) => wait,
            };
            tracing::debug!(%error, attempt, wait_ms = millis(wait), "Okta is asked again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Returns true if a credential that Okta refuses can be replaced without anybody's doing, as that of a
    /// service app can.
    pub fn renews_its_credential(&self) -> bool {
        matches!(self.credential, Credential::ServiceApp(_))
    }

    /// Returns the time between two requests like this one that use the whole budget; none while that is
    /// unknown.
    pub fn spacing(&self, request: &OktaRequest) -> Option<Duration> {
        self.rate_limits().spacing(Bucket::of(request.path()))
    }

    /// Locks the budgets of the connection. Nothing may be waited for while they are held.
    pub fn rate_limits(&self) -> MutexGuard<'_, RateLimits> {
        self.channel.rate_limits()
    }

    /// Returns the request with the page size that its listing takes.
    fn within_page_limit(&self, request: &OktaRequest) -> OktaRequest {
        match request.limit() {
            Some(limit) => {
                let limit = self.page_limits().within(request.path(), limit, Instant::now());
                request.clone().with_limit(limit.max(request.least()))
            }
            None => request.clone(),
        }
    }

    fn page_limits(&self) -> MutexGuard<'_, PageLimits> {
        self.page_limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one attempt. The outer error is final: no request could be sent in time.
    async fn attempt(
        &self,
        request: &OktaRequest,
        cursor: Option<&Cursor>,
        deadline: Instant,
    ) -> Result<Result<Page, (Outcome, Error)>, Error> {
        let permit = self.in_flight.acquire().await;
        let _permit = permit.expect("the semaphore lives as long as the client and is not closed");
        let token = match &self.credential {
            Credential::ServiceApp(app) => {
                Some(TokenEndpoint::new(&self.channel, app).token(deadline).await?)
            }
            Credential::ApiToken(_) | Credential::AccessToken(_) => None,
        };
        let bucket = Bucket::of(request.path());
        let admitted = self.channel.admit(bucket, deadline).await?;
        // A proof is dated, so it is made when the request goes.
        let http_request = self.build(request, cursor, token.as_deref())?;
        Ok(match admitted.send(http_request, deadline).await {
            Ok((response, latency)) => self.judge(bucket, request, response, latency),
            Err(failed) => Err(failed),
        })
    }

    fn build(
        &self,
        request: &OktaRequest,
        cursor: Option<&Cursor>,
        token: Option<&AccessToken>,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut http_request = http::Request::get(self.channel.url(&request.target(cursor)))
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))
            .header(header::CONTENT_TYPE, request.content_type())
            .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let authorization = match (&self.credential, token) {
            (Credential::ApiToken(secret), _) => authorization("SSWS", secret),
            (Credential::AccessToken(secret), _) => authorization("Bearer", secret),
            (Credential::ServiceApp(app), Some(token)) => {
                let url = self.channel.url(request.path());
                let now = app.server_now(self.channel.wall_now());
                if let Some(proof) = token.proof(&url, app.api_nonce().as_deref(), now) {
                    let proof = sensitive(proof.into()).ok_or_else(unusable)?;
                    http_request = http_request.header("DPoP", proof);
                }
                let (scheme, secret) = token.authorization();
                authorization(scheme, secret)
            }
            (Credential::ServiceApp(_), None) => None,
        };
        http_request
            .header(header::AUTHORIZATION, authorization.ok_or_else(unusable)?)
            .body(Bytes::new())
            .map_err(|_| Error::local(ErrorKind::Protocol, "The request cannot be written"))
    }

    fn judge(
        &self,
        bucket: Bucket,
        request: &OktaRequest,
        response: http::Response<Bytes>,
        latency: Duration,
    ) -> Result<Page, (Outcome, Error)> {
        if response.status() == http::StatusCode::OK {
            return self.page(request, response, latency);
        }
        let error = self.channel.refusal(bucket, &response);
        let failure = match self.learn_of_proof(&response, &error) {
            true => Failure::StaleProof,
            false => Failure::Refused(&error),
        };
        Err((Outcome::of(failure), error))
    }

    /// Returns true if another proof may please Okta: with the nonce that it wants, or with its time of
    /// day.
    fn learn_of_proof(&self, response: &http::Response<Bytes>, error: &Error) -> bool {
        let Credential::ServiceApp(app) = &self.credential else { return false };
        let off_by = app.learn_time(server_time(response.headers()), self.channel.wall_now());
        match (error.demand, dpop_nonce(response.headers())) {
            (Some(Demand::Nonce), Some(nonce)) => {
                app.learn_api_nonce(nonce);
                true
            }
            (Some(Demand::Proof), _) => off_by.is_some(),
            _ => false,
        }
    }

    fn page(
        &self,
        request: &OktaRequest,
        response: http::Response<Bytes>,
        latency: Duration,
    ) -> Result<Page, (Outcome, Error)> {
        let failed = |failure, message| {
            let error = Error {
                status: Some(response.status().as_u16()),
                request_id: request_id(response.headers()),
                ..Error::local(ErrorKind::Protocol, message)
            };
            (Outcome::of(failure), error)
        };
        // Between the ends, the body is for the one to judge who reads it.
        if let Some(what) = garbled(response.body()) {
            let message = format!("Okta answered 200 with a body that {what}");
            return Err(failed(Failure::Garbled, message));
        }
        let next = next_cursor(response.headers(), &self.channel.org)
            .map_err(|error| failed(Failure::BadLink, format!("Okta answered 200 but {error}")))?;
        Ok(Page { body: response.into_body(), next, limit: request.limit(), latency })
    }
}

fn unusable() -> Error {
    let message = "The token holds characters that no HTTP header can carry";
    Error::local(ErrorKind::Unauthorized, message)
}

/// Says what is wrong with a body that should be a JSON array or object, as far as its ends tell.
fn garbled(body: &[u8]) -> Option<&'static str> {
    let body = body.trim_ascii();
    match (body.first(), body.last()) {
        (Some(b'['), Some(b']')) | (Some(b'{'), Some(b'}')) if body.len() > 1 => None,
        (Some(b'[' | b'{'), _) => Some("breaks off"),
        _ => Some("is not JSON"),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpError;
    use crate::ledger::Cost;
    use crate::org::Loopback;
    use std::collections::VecDeque;
    use std::future::pending;
    use tokio::time::timeout;

    /// Gives one answer after the other, and then none any more.
    struct Script(Mutex<VecDeque<http::Response<Bytes>>>);

    impl HttpService for Script {
        async fn call(
            &self,
            _request: http::Request<Bytes>,
            _timeout: Duration,
        ) -> Result<http::Response<Bytes>, HttpError> {
            let answer = self.0.lock().unwrap().pop_front();
            match answer {
                Some(answer) => Ok(answer),
                None => pending().await,
            }
        }
    }

    /// An answer after which `remaining` of 10 requests a minute are left.
    fn answer(status: u16, id: &str, remaining: &str) -> http::Response<Bytes> {
        let answer = http::Response::builder()
            .status(status)
            .header("date", "Thu, 01 Jan 1970 00:16:40 GMT")
            .header("x-okta-request-id", id)
            .header("x-rate-limit-limit", "10")
            .header("x-rate-limit-remaining", remaining)
            .header("x-rate-limit-reset", "1059");
        answer.body(Bytes::from_static(b"[]")).unwrap()
    }

    fn client(answers: impl IntoIterator<Item = http::Response<Bytes>>) -> Client<Script> {
        let config = ClientConfig {
            org: OrgUrl::parse("acme.okta.com", Loopback::Refused).unwrap(),
            credential: Credential::ApiToken("token".into()),
            rate_limits: Arc::new(Mutex::new(RateLimits::new(100))),
            page_limits: Arc::default(),
            ledger: Arc::default(),
            max_concurrency: 1,
            seed: 1,
            wall_clock: || 1_000,
        };
        Client::new(Script(Mutex::new(answers.into_iter().collect())), config)
    }

    /// One GET that may take 30 s, and its caller's patience; the cost, in whole seconds of waiting.
    async fn cost(
        answers: impl IntoIterator<Item = http::Response<Bytes>>,
        patience: Duration,
    ) -> (Option<Result<(), ErrorKind>>, Cost) {
        let client = client(answers);
        let request = OktaRequest::new("/api/v1/apps").with_limit(200);
        let deadline = Instant::now() + Duration::from_secs(30);
        let got = timeout(patience, client.get(&request, None, deadline)).await.ok();
        let mut cost = client.channel.ledger.cost();
        cost.waited = Duration::from_secs(cost.waited.as_secs());
        (got.map(|got| got.map(|_| ()).map_err(|error| error.kind)), cost)
    }

    fn expected(requests: u64, pages: u64, waited: u64, ids: &[&str], left: Option<u32>) -> Cost {
        Cost {
            requests,
            pages,
            waited: Duration::from_secs(waited),
            request_ids: ids.iter().map(|&id| id.into()).collect(),
            limit_remaining: left,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn reads_cost_the_same_however_they_end() {
        const PATIENT: Duration = Duration::from_secs(60);
        let limited =
            |seconds| ErrorKind::RateLimited { retry_after: Duration::from_secs(seconds) };
        let ok = answer(200, "a", "9");
        let refused = answer(404, "b", "8");
        let down = answer(503, "c", "9");
        let spent = answer(429, "d", "5");
        let rows = [
            // answers, patience, how it ended, cost
            (vec![ok.clone()], PATIENT, Some(Ok(())), expected(1, 1, 0, &["a"], Some(90))),
            (
                vec![refused],
                PATIENT,
                Some(Err(ErrorKind::NotFound)),
                expected(1, 0, 0, &["b"], Some(80)),
            ),
            // The budget spreads ten requests over a minute.
            (
                vec![down.clone(), ok.clone()],
                PATIENT,
                Some(Ok(())),
                expected(2, 1, 5, &["c", "a"], Some(80)),
            ),
            (vec![spent], PATIENT, Some(Err(limited(60))), expected(1, 0, 0, &["d"], Some(0))),
            // Cancelled while Okta is silent, at the first and at the second attempt.
            (vec![], Duration::from_secs(1), None, expected(1, 0, 0, &[], None)),
            (
                vec![down.clone()],
                Duration::from_secs(10),
                None,
                expected(2, 0, 5, &["c"], Some(80)),
            ),
            // Cancelled while the budget keeps the second attempt.
            (vec![down], Duration::from_secs(2), None, expected(1, 0, 1, &["c"], Some(90))),
        ];
        for (index, (answers, patience, end, cost_expected)) in rows.into_iter().enumerate() {
            assert_eq!(cost(answers, patience).await, (end, cost_expected), "row {index}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_request_is_spent() {
        let client = client([answer(200, "a", "9")]);
        let request = OktaRequest::new("/api/v1/apps");
        let deadline = Instant::now() + Duration::from_secs(30);
        client.get(&request, None, deadline).await.unwrap();
        let cancelled = timeout(Duration::from_secs(20), client.get(&request, None, deadline));
        cancelled.await.unwrap_err();
        let lessons: Vec<_> = client.rate_limits().lessons(Instant::now(), 1_000).collect();
        let [(Bucket::Apps, lesson)] = lessons.as_slice() else { panic!("{lessons:?}") };
        assert_eq!((lesson.limit, lesson.spent), (10, 2));
    }

    #[test]
    fn bodies_and_links_make_pages_or_failures() {
        let client = client([]);
        let request = OktaRequest::new("/api/v1/users");
        let again = Outcome::Again { smaller: false };
        let rows = [
            ("[]", "", Ok(None)),
            (" {} ", "", Ok(None)),
            ("[]", r#"<https://acme.okta.com/u?after=x>; rel="next""#, Ok(Some("x"))),
            ("[]", r#"<https://evil.example/u?after=x>; rel="next""#, Err(Outcome::Final)),
            ("[1", "", Err(again)),
            ("[", "", Err(again)),
            ("", "", Err(again)),
            ("<html>", "", Err(again)),
        ];
        for (body, link, expected) in rows {
            let response = http::Response::builder().header("link", link);
            let response = response.body(Bytes::from_static(body.as_bytes())).unwrap();
            let page = client.page(&request, response, Duration::ZERO);
            let next = page.map(|page| page.next).map_err(|(outcome, _)| outcome);
            assert_eq!(next, expected.map(|after| after.map(Cursor::new)), "{body} {link}");
        }
    }
}
