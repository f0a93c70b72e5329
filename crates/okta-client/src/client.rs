//! The walk of one request: wait for the budget, send, learn, decide, perhaps again.

use crate::auth::{Credential, authorization, sensitive};
use crate::error::{Error, ErrorKind, request_id};
use crate::http::{HttpError, HttpErrorKind, HttpService};
use crate::link::next_cursor;
use crate::org::OrgUrl;
use crate::page_limits::PageLimits;
use crate::rate_limit::{Admission, Bucket, Observation, RateLimits, server_time};
use crate::request::{Cursor, Request};
use crate::retry::{Decision, Outcome, decide};
use crate::service_app::Token;
use crate::token_endpoint::MIN_SKEW;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

/// An attempt that has less time than this is not started.
pub(crate) const MIN_ATTEMPT: Duration = Duration::from_millis(250);

/// No single attempt waits longer: Okta itself gives up on a listing after 30 s.
const MAX_ATTEMPT: Duration = Duration::from_secs(20);

/// An answer that takes this long may have been about too large a page.
const LONG: Duration = Duration::from_secs(10);

/// What a client is made of.
#[derive(Debug)]
pub struct ClientConfig {
    /// The org to ask.
    pub org: OrgUrl,
    /// Who asks.
    pub credential: Credential,
    /// The budgets of the connection; shared by all clients of the connection in this process.
    pub rate_limits: Arc<Mutex<RateLimits>>,
    /// The page sizes that its listings take; likewise shared.
    pub page_limits: Arc<Mutex<PageLimits>>,
    /// How many requests may be on their way at once.
    pub max_concurrency: usize,
    /// Seeds the jitter of retries.
    pub seed: u64,
    /// The time of day in seconds since 1970, for answers without a `Date`.
    pub wall_clock: fn() -> u64,
}

/// Asks one org.
#[derive(Debug)]
pub struct Client<S> {
    http: S,
    org: OrgUrl,
    credential: Credential,
    rate_limits: Arc<Mutex<RateLimits>>,
    page_limits: Arc<Mutex<PageLimits>>,
    in_flight: Semaphore,
    jitter: Mutex<fastrand::Rng>,
    wall_clock: fn() -> u64,
}

/// One answer of Okta: for a listing a JSON array, else a JSON object.
#[derive(Clone, Debug)]
pub struct Page {
    /// The JSON, with both its ends but not looked at in between.
    pub body: Bytes,
    /// Where the listing goes on; absent at its end.
    pub next: Option<Cursor>,
    /// The page size with which Okta answered in the end.
    pub limit: Option<u32>,
    /// Okta's id of the request.
    pub request_id: Option<Box<str>>,
    /// How many requests it took.
    pub attempts: u32,
    /// How long Okta took for the last of them.
    pub latency: Duration,
    /// How long the budget kept them, all together.
    pub waited: Duration,
}

impl<S: HttpService> Client<S> {
    /// A client that has sent nothing yet.
    pub fn new(http: S, config: ClientConfig) -> Self {
        Self {
            http,
            org: config.org,
            credential: config.credential,
            rate_limits: config.rate_limits,
            page_limits: config.page_limits,
            in_flight: Semaphore::new(config.max_concurrency.max(1)),
            jitter: Mutex::new(fastrand::Rng::with_seed(config.seed)),
            wall_clock: config.wall_clock,
        }
    }

    /// Asks once, and again as long as that makes sense before `deadline`.
    ///
    /// # Errors
    ///
    /// [`Error`], whose kind says what to do next. A wait that would pass the deadline is not begun:
    /// it comes back at once as [`ErrorKind::RateLimited`].
    pub async fn get(
        &self,
        request: &Request,
        cursor: Option<&Cursor>,
        deadline: Instant,
    ) -> Result<Page, Error> {
        let mut attempt = 1;
        let mut waited = Duration::ZERO;
        loop {
            let request = self.within_page_limit(request);
            let answer = self.attempt(&request, cursor, deadline, &mut waited).await?;
            let (outcome, error) = match answer {
                Ok(page) => return Ok(Page { attempts: attempt, waited, ..page }),
                Err(failure) => failure,
            };
            if let (Some(limit), true) = (request.limit(), outcome.is_about_size()) {
                self.page_limits().halve(request.path(), limit, Instant::now());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let left = left.saturating_sub(MIN_ATTEMPT);
            let wait = match decide(outcome, attempt, left, self.jitter()) {
                Decision::Stop => return Err(error),
                Decision::Wait(wait) => wait,
            };
            tracing::debug!(%error, attempt, wait_ms = millis(wait), "Okta is asked again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// The request with the page size that its listing takes.
    fn within_page_limit(&self, request: &Request) -> Request {
        match request.limit() {
            Some(limit) => {
                let limit = self.page_limits().within(request.path(), limit, Instant::now());
                request.clone().with_limit(limit.max(request.least()))
            }
            None => request.clone(),
        }
    }

    fn page_limits(&self) -> std::sync::MutexGuard<'_, PageLimits> {
        self.page_limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One attempt. The outer error is final: the budget does not allow another one in time.
    async fn attempt(
        &self,
        request: &Request,
        cursor: Option<&Cursor>,
        deadline: Instant,
        waited: &mut Duration,
    ) -> Result<Result<Page, (Outcome, Error)>, Error> {
        let permit = self.in_flight.acquire().await;
        let _permit = permit.expect("the semaphore lives as long as the client and is not closed");
        let token = match &self.credential {
            Credential::ServiceApp(app) => Some(self.token(app, deadline).await?),
            Credential::ApiToken(_) | Credential::AccessToken(_) => None,
        };
        let bucket = Bucket::of(request.path());
        let arrived = Instant::now();
        let admitted = self.wait_for_budget(bucket, deadline).await?;
        *waited += arrived.elapsed();
        // A proof is dated, so it is made when the request goes.
        let http_request = self.build(request, cursor, token.as_deref())?;
        let sent = Instant::now();
        let response = self.send(http_request, deadline).await;
        let latency = sent.elapsed();
        admitted.settle(response.as_ref().ok().map(http::Response::headers));
        match self.judge(bucket, request, response) {
            Ok(page) => Ok(Ok(Page { latency, ..page })),
            // The call ended before Okta can be said to have taken long.
            Err((Outcome::TimedOut, error)) if latency < LONG => {
                Ok(Err((Outcome::NoResponse, error)))
            }
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// Sends a request that the budget let go.
    pub(crate) async fn send(
        &self,
        request: http::Request<Bytes>,
        deadline: Instant,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let timeout = deadline.saturating_duration_since(Instant::now()).min(MAX_ATTEMPT);
        self.http.call(request, timeout).await
    }

    /// Waits until the bucket's budget lets a request go, unless that is too late.
    pub(crate) async fn wait_for_budget(
        &self,
        bucket: Bucket,
        deadline: Instant,
    ) -> Result<Admitted<'_, S>, Error> {
        let latest = deadline.checked_sub(MIN_ATTEMPT).unwrap_or(deadline);
        loop {
            let now = Instant::now();
            let slot = match self.rate_limits().admit(bucket, now, latest) {
                Admission::Go => return Ok(Admitted { client: self, bucket, is_settled: false }),
                Admission::At(slot) => slot,
            };
            if slot > latest {
                let retry_after = slot.saturating_duration_since(now);
                let message = "The share of the rate limit that this connection may use is spent";
                return Err(Error::local(ErrorKind::RateLimited { retry_after }, message));
            }
            sleep_until(slot).await;
        }
    }

    fn build(
        &self,
        request: &Request,
        cursor: Option<&Cursor>,
        token: Option<&Token>,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut http_request =
            http::Request::get(format!("{}{}", self.org.origin(), request.target(cursor)))
                .header(header::ACCEPT, HeaderValue::from_static("application/json"))
                .header(header::CONTENT_TYPE, request.omissions().content_type())
                .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let authorization = match (&self.credential, token) {
            (Credential::ApiToken(secret), _) => authorization("SSWS", secret),
            (Credential::AccessToken(secret), _) => authorization("Bearer", secret),
            (Credential::ServiceApp(app), Some(token)) => {
                let url = format!("{}{}", self.org.origin(), request.path());
                let now = app.server_now(self.wall_now());
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

    fn settle(&self, bucket: Bucket, headers: Option<&HeaderMap>) {
        let wall_now = self.wall_now();
        let observation = headers.and_then(|headers| Observation::read(headers, wall_now));
        let skew = headers
            .and_then(server_time)
            .map(|server| server.cast_signed() - wall_now.cast_signed());
        self.rate_limits().settle(bucket, observation, skew, Instant::now());
    }

    fn judge(
        &self,
        bucket: Bucket,
        request: &Request,
        response: Result<http::Response<Bytes>, HttpError>,
    ) -> Result<Page, (Outcome, Error)> {
        let response = match response {
            Ok(response) => response,
            Err(error) => return Err((outcome_of(&error), Error::from_http(&error))),
        };
        if response.status() == http::StatusCode::OK {
            return self.page(request, response);
        }
        let mut error = Error::from_response(&response);
        if self.learn_of_proof(&response, &error) {
            return Err((Outcome::ProofRefused, error));
        }
        let outcome = self.outcome(bucket, &response, &error);
        match outcome {
            Outcome::TooManyAtOnce => {
                error.kind = ErrorKind::RateLimited { retry_after: Duration::from_secs(2) };
            }
            Outcome::WindowExhausted(retry_after) => {
                error.kind = ErrorKind::RateLimited { retry_after };
            }
            _ => {}
        }
        Err((outcome, error))
    }

    /// What a refusal means for trying again.
    pub(crate) fn outcome(
        &self,
        bucket: Bucket,
        response: &http::Response<Bytes>,
        error: &Error,
    ) -> Outcome {
        match response.status().as_u16() {
            429 if Observation::is_concurrency_limit(response.headers()) => Outcome::TooManyAtOnce,
            429 => Outcome::WindowExhausted(self.rate_limits().exhaust(bucket, Instant::now())),
            // Okta says what it refuses; a bare 400 comes from something in between.
            400 if error.error_code.is_none() => Outcome::Garbled,
            // OAuth 2.0 has no status of its own for this; it is a 503 in all but the number.
            400 if error.kind == ErrorKind::Unavailable => Outcome::Status(503),
            status => Outcome::Status(status),
        }
    }

    /// Whether another proof may please Okta: with the nonce that it wants, or with its time of day.
    fn learn_of_proof(&self, response: &http::Response<Bytes>, error: &Error) -> bool {
        let Credential::ServiceApp(app) = &self.credential else { return false };
        let off_by = server_time(response.headers())
            .map_or(0, |server_now| app.learn_time(server_now, self.wall_now()));
        let nonce = response.headers().get("dpop-nonce").and_then(|nonce| nonce.to_str().ok());
        match (error.error_code.as_deref(), nonce) {
            (Some("use_dpop_nonce"), Some(nonce)) => {
                app.learn_api_nonce(nonce);
                true
            }
            (Some("invalid_dpop_proof"), _) => off_by >= MIN_SKEW,
            _ => false,
        }
    }

    fn page(
        &self,
        request: &Request,
        response: http::Response<Bytes>,
    ) -> Result<Page, (Outcome, Error)> {
        let request_id = request_id(response.headers());
        let protocol = |message: String| Error {
            request_id: request_id.clone(),
            status: Some(200),
            ..Error::local(ErrorKind::Protocol, message)
        };
        // A proxy's page of HTML, or an answer that broke off, is worth another try. What is between the
        // ends is for the one to judge who reads it.
        if let Some(what) = garbled(response.body()) {
            let what = format!("Okta answered 200 with a body that {what}");
            return Err((Outcome::Garbled, protocol(what)));
        }
        let next = next_cursor(response.headers(), &self.org).map_err(|error| {
            (Outcome::Status(200), protocol(format!("Okta answered 200 but {error}")))
        })?;
        let limit = request.limit();
        let body = response.into_body();
        Ok(Page {
            body,
            next,
            limit,
            request_id,
            attempts: 1,
            latency: Duration::ZERO,
            waited: Duration::ZERO,
        })
    }

    /// How much of the limit for requests like this one is left in its window, in percent; none while
    /// the limit is unknown.
    pub fn remaining_percent(&self, request: &Request) -> Option<u32> {
        self.rate_limits().remaining_percent(Bucket::of(request.path()))
    }

    /// Whether a credential that Okta refuses can be replaced without anybody's doing.
    pub fn renews_its_credential(&self) -> bool {
        matches!(self.credential, Credential::ServiceApp(_))
    }

    pub(crate) fn org(&self) -> &OrgUrl {
        &self.org
    }

    pub(crate) fn wall_now(&self) -> u64 {
        (self.wall_clock)()
    }

    pub(crate) fn jitter(&self) -> f64 {
        self.jitter.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }

    /// How far apart requests like this one are when they use the whole budget; none while that is
    /// unknown.
    pub fn spacing(&self, request: &Request) -> Option<Duration> {
        self.rate_limits().spacing(Bucket::of(request.path()))
    }

    /// The budgets of the connection. Held only as long as it takes to read or write them.
    pub fn rate_limits(&self) -> std::sync::MutexGuard<'_, RateLimits> {
        self.rate_limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unusable() -> Error {
    let message = "The token holds characters that no HTTP header can carry";
    Error::local(ErrorKind::Unauthorized, message)
}

/// What the lack of an answer means for trying again.
pub(crate) fn outcome_of(error: &HttpError) -> Outcome {
    match error.kind {
        HttpErrorKind::Connect | HttpErrorKind::Interrupted => Outcome::NoResponse,
        HttpErrorKind::Timeout => Outcome::TimedOut,
        HttpErrorKind::TooLarge | HttpErrorKind::Unsendable => Outcome::Status(0),
    }
}

/// A request that the budget let go. Whatever becomes of it, it is settled once: a caller that no
/// longer wants the answer and drops the request has spent it all the same.
pub(crate) struct Admitted<'a, S: HttpService> {
    client: &'a Client<S>,
    bucket: Bucket,
    is_settled: bool,
}

impl<S: HttpService> Admitted<'_, S> {
    pub(crate) fn settle(mut self, headers: Option<&HeaderMap>) {
        self.is_settled = true;
        self.client.settle(self.bucket, headers);
    }
}

impl<S: HttpService> Drop for Admitted<'_, S> {
    fn drop(&mut self) {
        if !self.is_settled {
            self.client.settle(self.bucket, None);
        }
    }
}

pub(crate) const USER_AGENT: &str = concat!("okta-appflow-connector/", env!("CARGO_PKG_VERSION"));

/// What is wrong with a body that should be a JSON array or object, as far as its ends tell.
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
