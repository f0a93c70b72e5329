//! The walk of one read: wait for the budget, send, learn, decide, perhaps again.

use crate::access_token::AccessToken;
use crate::auth::{Credential, authorization, sensitive};
use crate::bucket::Bucket;
use crate::channel::{Answer, Channel, USER_AGENT};
use crate::dpop::dpop_nonce;
use crate::envelope;
use crate::error::{Demand, Error, ErrorKind, is_error_body};
use crate::http::{BodyLimit, HttpService};
use crate::ledger::Ledger;
use crate::link::{next_cursor, next_in_body};
use crate::org::OrgUrl;
use crate::page_limits::{MIN_PAGE_SIZE, PageLimits};
use crate::rate_limit::{RateLimits, server_time};
use crate::request::{Cursor, OktaRequest, Shape};
use crate::retry::{Decision, Failure, Outcome};
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
    /// The scopes that the reads to come need.
    needs: Vec<String>,
    page_limits: Arc<Mutex<PageLimits>>,
    in_flight: Semaphore,
}

/// One answer of Okta: a JSON array or object, whichever was asked for.
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
            needs: Vec::new(),
            page_limits: config.page_limits,
            in_flight: Semaphore::new(config.max_concurrency.max(1)),
        }
    }

    /// Says which OAuth 2.0 scopes the reads to come need. A service app that is not granted all then asks for these alone;
    /// until somebody says so, for all.
    pub fn need<'a>(&mut self, scopes: impl IntoIterator<Item = &'a str>) {
        self.needs = scopes.into_iter().map(str::to_owned).collect();
    }

    /// Asks once, and again as long as that makes sense before `deadline`: up to 6 times, with pauses that
    /// double from 250 ms on. A page that is too large is asked for with half its size at once.
    ///
    /// A `cursor` means that the listing was answered before, in this call or an earlier one: what would else
    /// be final (400, 401, 403, 404) is then tried again as well.
    ///
    /// # Errors
    ///
    /// [`Error`], whose kind says what to do next. A wait that would pass the deadline is not begun: it
    /// comes back at once as [`ErrorKind::ShareSpent`] or [`ErrorKind::RateLimited`].
    pub async fn get(
        &self,
        request: &OktaRequest,
        cursor: Option<&Cursor>,
        deadline: Instant,
    ) -> Result<Page, Error> {
        let mut attempt = 1;
        // A failure that the caller may take another way around.
        let mut avoidable: Option<Error> = None;
        loop {
            let request = self.within_page_limit(request);
            let (outcome, error) = match self.attempt(&request, cursor, deadline).await {
                Ok(Ok(page)) => {
                    self.channel.ledger.count_page();
                    return Ok(page);
                }
                Ok(Err(failed)) => failed,
                Err(error) => return Err(avoidable.unwrap_or(error)),
            };
            if error.kind == ErrorKind::Server && request.has_alternative() {
                if avoidable.is_some() {
                    return Err(error);
                }
                avoidable = Some(error.clone());
            }
            match outcome {
                Outcome::Again { smaller: true } => {
                    self.halve(&request, MIN_PAGE_SIZE);
                }
                // The sizes run out by themselves, so this is no attempt that counts.
                Outcome::TooLarge if self.halve(&request, 1) => continue,
                Outcome::TooLarge => return Err(too_large(&request)),
                _ => {}
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
        self.rate_limits().spacing(Bucket::of(request.path()), Instant::now())
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

    /// Halves the page size of a listing, but not below `least`. Returns true if it becomes smaller.
    fn halve(&self, request: &OktaRequest, least: u32) -> bool {
        let least = least.max(request.least());
        request.limit().is_some_and(|limit| {
            self.page_limits().halve(request.path(), limit, least, Instant::now())
        })
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
                Some(TokenEndpoint::new(&self.channel, app).token(&self.needs, deadline).await?)
            }
            Credential::ApiToken(_) | Credential::AccessToken(_) => None,
        };
        // A token that cannot be sent costs nothing.
        let authorization = self.authorization(token.as_deref())?;
        let bucket = Bucket::of(request.path());
        let admitted = self.channel.admit(bucket, deadline).await?;
        // A proof is dated, so it is made when the request goes.
        let http_request = self.build(request, cursor, authorization, token.as_deref())?;
        let judged = match admitted.send(http_request, deadline).await {
            Ok(answer) => self.judge(bucket, request, cursor, answer),
            Err(failed) => Err(failed),
        };
        if let (Err((_, error)), Some(token), Credential::ServiceApp(app)) =
            (&judged, &token, &self.credential)
            && error.kind == ErrorKind::Unauthorized
        {
            app.forget(token).await;
        }
        Ok(judged)
    }

    /// Makes the `Authorization` header of a read.
    fn authorization(&self, token: Option<&AccessToken>) -> Result<HeaderValue, Error> {
        let header = match (&self.credential, token) {
            (Credential::ApiToken(secret), _) => authorization("SSWS", secret),
            (Credential::AccessToken(secret), _) => authorization("Bearer", secret),
            (Credential::ServiceApp(_), Some(token)) => {
                let (scheme, secret) = token.authorization();
                authorization(scheme, secret)
            }
            (Credential::ServiceApp(_), None) => None,
        };
        header.ok_or_else(unusable)
    }

    fn build(
        &self,
        request: &OktaRequest,
        cursor: Option<&Cursor>,
        authorization: HeaderValue,
        token: Option<&AccessToken>,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut http_request = http::Request::get(self.channel.url(&request.target(cursor)))
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))
            .header(header::CONTENT_TYPE, request.content_type())
            .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT))
            .header(header::AUTHORIZATION, authorization);
        if let (Credential::ServiceApp(app), Some(token)) = (&self.credential, token) {
            let url = self.channel.url(request.path());
            let now = app.server_now(self.channel.wall_now());
            if let Some(proof) = token.proof(&url, app.api_nonce().as_deref(), now) {
                let proof = sensitive(proof.into()).ok_or_else(unusable)?;
                http_request = http_request.header("DPoP", proof);
            }
        }
        http_request
            .body(Bytes::new())
            .map_err(|_| Error::local(ErrorKind::Protocol, "The request cannot be written"))
    }

    fn judge(
        &self,
        bucket: Bucket,
        request: &OktaRequest,
        cursor: Option<&Cursor>,
        answer: Answer,
    ) -> Result<Page, (Outcome, Error)> {
        if answer.response.status() == http::StatusCode::OK {
            return page(request, answer);
        }
        let error = self.channel.refusal(bucket, &answer);
        let failure = match (self.learn_of_proof(&answer.response, &error), cursor) {
            (true, _) => Failure::StaleProof,
            (false, Some(_)) => Failure::RefusedMidway(&error),
            (false, None) => Failure::Refused(&error),
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
}

/// Makes a page of an answer with the status 200.
fn page(request: &OktaRequest, answer: Answer) -> Result<Page, (Outcome, Error)> {
    let Answer { response, latency, redactor } = answer;
    let failed =
        |failure, what: &str| (Outcome::of(failure), Error::unexpected(&response, &redactor, what));
    // Between the ends, the body is for the one to judge who reads it.
    if let Some(what) = unexpected(request.shape(), response.body()) {
        return Err(failed(Failure::Unexpected, what));
    }
    let (body, next) = match request.shape() {
        Shape::Envelope(member) => {
            let (list, links) = envelope::open(response.body(), member).ok_or_else(|| {
                let what = format!("with an object that has no list of {member}");
                failed(Failure::Unexpected, &what)
            })?;
            (list, next_in_body(&links, request))
        }
        _ => (response.body().clone(), next_cursor(response.headers(), request)),
    };
    let next = next.map_err(|error| failed(Failure::BadLink, &format!("but {error}")))?;
    Ok(Page { body, next, limit: request.limit(), latency })
}

fn unusable() -> Error {
    let message = "The token holds characters that no HTTP header can carry";
    Error::local(ErrorKind::Unauthorized, message)
}

fn too_large(request: &OktaRequest) -> Error {
    let what = match request.limit() {
        Some(1) => "A single record of Okta".to_owned(),
        Some(limit) => format!("A page of {limit} records of Okta, which can be no smaller,"),
        None => "The answer of Okta".to_owned(),
    };
    Error::local(ErrorKind::TooLarge, format!("{what} has {}", BodyLimit::PAGE.exceeded().cause))
}

/// Says what is wrong with a body, as far as its ends tell.
fn unexpected(shape: Shape, body: &[u8]) -> Option<&'static str> {
    let body = body.trim_ascii();
    match (body.first(), body.last(), shape) {
        (Some(b'['), Some(b']'), Shape::List) if body.len() > 1 => None,
        (Some(b'{'), Some(b'}'), Shape::Object | Shape::Envelope(_)) if body.len() > 1 => {
            is_error_body(body).then_some("with an error")
        }
        (Some(b'['), Some(b']'), Shape::Object | Shape::Envelope(_)) if body.len() > 1 => {
            Some("with a list where an object was asked for")
        }
        (Some(b'{'), Some(b'}'), Shape::List) if body.len() > 1 => {
            Some("with an object where a list was asked for")
        }
        (Some(b'[' | b'{'), _, _) => Some("with a body that breaks off"),
        _ => Some("with a body that is not JSON"),
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
    use crate::redaction::Redactor;
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
        let request = OktaRequest::list("/api/v1/apps").with_limit(200);
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
        let down = answer(503, "c", "4");
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
            // The budget spreads the four requests that are left over a minute.
            (
                vec![down.clone(), ok.clone()],
                PATIENT,
                Some(Ok(())),
                expected(2, 1, 11, &["c", "a"], Some(30)),
            ),
            (vec![spent], PATIENT, Some(Err(limited(60))), expected(1, 0, 0, &["d"], Some(0))),
            // Cancelled while Okta is silent, at the first and at the second attempt.
            (vec![], Duration::from_secs(1), None, expected(1, 0, 0, &[], None)),
            (
                vec![down.clone()],
                Duration::from_secs(20),
                None,
                expected(2, 0, 11, &["c"], Some(30)),
            ),
            // Cancelled while the budget keeps the second attempt.
            (vec![down], Duration::from_secs(2), None, expected(1, 0, 1, &["c"], Some(40))),
        ];
        for (index, (answers, patience, end, cost_expected)) in rows.into_iter().enumerate() {
            assert_eq!(cost(answers, patience).await, (end, cost_expected), "row {index}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_request_is_spent() {
        let client = client([answer(200, "a", "9")]);
        let request = OktaRequest::list("/api/v1/apps");
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
        let (list, object) = (OktaRequest::list("/api/v1/users"), OktaRequest::object("/a"));
        let again = Outcome::Again { smaller: false };
        let rows = [
            (&list, "[]", "", Ok(None)),
            (&list, " [1]\n", "nonsense", Ok(None)),
            (&object, " {} ", "", Ok(None)),
            (
                &list,
                "[]",
                r#"<https://acme.okta.com/api/v1/users?after=x>; rel="next""#,
                Ok(Some("x")),
            ),
            (
                &list,
                "[]",
                r#"<https://acme.okta.com/api/v1/apps?after=x>; rel="next""#,
                Err(Outcome::Final),
            ),
            (&list, "{}", "", Err(again)),
            (&list, r#"{"errorCode":"E0000009"}"#, "", Err(again)),
            (&object, "[]", "", Err(again)),
            (&object, r#"{"errorCode":"E0000009","errorSummary":"Internal"}"#, "", Err(again)),
            (&object, r#"{"errorCode":"mine"}"#, "", Ok(None)),
            (&list, "[1", "", Err(again)),
            (&list, "[", "", Err(again)),
            (&list, "", "", Err(again)),
            (&list, "<html>", "", Err(again)),
        ];
        for (request, body, link, expected) in rows {
            let response = http::Response::builder().header("link", link);
            let response = response.body(Bytes::from_static(body.as_bytes())).unwrap();
            let redactor = Redactor::default();
            let answer = Answer { response, latency: Duration::ZERO, redactor };
            let next = page(request, answer).map(|page| page.next).map_err(|(outcome, _)| outcome);
            assert_eq!(next, expected.map(|after| after.map(Cursor::new)), "{body} {link}");
        }
    }
}
