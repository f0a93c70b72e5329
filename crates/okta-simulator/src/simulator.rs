//! The org as a server: one request in, one response out.
//!
//! [`Simulator::handle`] is the only door. It never looks at a clock: time is what [`Simulator::set_time`] last
//! said, and a response that takes time says so in its [`Delivery`].

use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::auth::{Tokens, token_of};
use crate::dialect::AssignmentFilters;
use crate::error::{OktaError, Refusal};
use crate::faults::{Effect, FaultScript};
use crate::interference;
use crate::lag::SearchIndex;
use crate::limits::{Limiter, Quota, RateLimits, WindowUsage};
use crate::listing::{self, list};
use crate::log::{LoggedRequest, RequestLog};
use crate::mutation::Change;
use crate::objects;
use crate::paging::Pages;
use crate::reply::Reply;
use crate::request::Call;
use crate::routes::{Endpoint, Route};
use crate::view::{Projection, Settings, View};
use crate::{Collection, Org};

/// A fake Okta org that answers requests.
///
/// It knows no credential until it is given one, enforces [`RateLimits::generous`], and answers at once.
#[derive(Debug)]
pub struct Simulator {
    org: Org,
    index: SearchIndex,
    tokens: Tokens,
    settings: Settings,
    limiter: Limiter,
    faults: FaultScript,
    latency: Duration,
    now: Timestamp,
    log: RequestLog,
    answered: u64,
}

/// How a response reaches the caller. It is in the extensions of the response; a response without one is
/// delivered at once and whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// How long the response takes.
    pub delay: Duration,
    /// After how many bytes of the body the connection breaks, if it does.
    pub cut_after: Option<usize>,
}

impl Simulator {
    /// An org that answers requests.
    pub fn new(org: Org) -> Self {
        Self {
            org,
            index: SearchIndex::default(),
            tokens: Tokens::default(),
            settings: Settings::default(),
            limiter: Limiter::new(RateLimits::generous()),
            faults: FaultScript::default(),
            latency: Duration::ZERO,
            now: Timestamp::constant(1_767_225_600, 0), // 2026-01-01T00:00:00Z
            log: RequestLog::default(),
            answered: 0,
        }
    }

    /// Answers one request.
    ///
    /// The URI is absolute, or a path beside a `Host` header. Whatever comes, there is an answer.
    pub fn handle(&mut self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let mut exchange = Exchange::default();
        let reply = match Call::parse(&request) {
            Ok(call) => self.reply(&call, &mut exchange),
            Err(error) => self.refusal(error.into()),
        };
        let response = self.deliver(reply, &exchange);
        self.mutate(&exchange.effects);
        self.answered += 1;
        response
    }

    /// What the org holds.
    pub fn org(&self) -> &Org {
        &self.org
    }

    /// What the org holds, to be changed. Changes made here are seen by `search` at once;
    /// [`put`](Self::put) and [`remove`](Self::remove) let the search index lag behind.
    pub fn org_mut(&mut self) -> &mut Org {
        &mut self.org
    }

    /// Adds or replaces a record; `search` learns of it after the index lag.
    ///
    /// # Panics
    ///
    /// If the record has no `id`.
    pub fn put(&mut self, collection: Collection, record: Value) {
        let key = collection.key_of(&record).expect("a record has an id");
        let before = self.org.get(collection, key).cloned();
        self.index.changing(collection, key, before, self.now);
        self.org.put(collection, record);
    }

    /// Removes a record, if it is there; `search` learns of it after the index lag.
    pub fn remove(&mut self, collection: Collection, id: &str) -> Option<Value> {
        let removed = self.org.remove(collection, id)?;
        self.index.changing(collection, id, Some(removed.clone()), self.now);
        Some(removed)
    }

    /// What time it is: 2026-01-01T00:00:00Z, or what it was last set to.
    pub fn time(&self) -> Timestamp {
        self.now
    }

    /// Sets the time.
    pub fn set_time(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Lets a token in with the `SSWS` scheme. It may read everything.
    pub fn accept_api_token(&mut self, token: &str) {
        self.tokens.accept_api(token);
    }

    /// Lets an OAuth token in with the `Bearer` scheme. It may read what its scopes name.
    pub fn accept_bearer_token(&mut self, token: &str, scopes: &[&str]) {
        self.tokens.accept_bearer(token, scopes);
    }

    /// Revokes a token of either kind.
    pub fn revoke(&mut self, token: &str) {
        self.tokens.revoke(token);
    }

    /// Sets the rate limits, and forgets what was used of the old ones.
    pub fn set_rate_limits(&mut self, limits: RateLimits) {
        self.limiter = Limiter::new(limits);
    }

    /// What was used of each bucket, one row for each window, in the order in which the windows started.
    pub fn usage(&self) -> Vec<WindowUsage> {
        self.limiter.windows.clone()
    }

    /// Sets how long every response takes.
    pub fn set_latency(&mut self, latency: Duration) {
        self.latency = latency;
    }

    /// Sets what goes wrong from now on.
    pub fn set_faults(&mut self, script: FaultScript) {
        self.faults = script;
    }

    /// Sets how long the search index takes to learn of a change made with [`put`](Self::put) or
    /// [`remove`](Self::remove).
    pub fn set_index_lag(&mut self, lag: Duration) {
        self.index.delay = SignedDuration::try_from(lag).expect("a lag is shorter than a lifetime");
    }

    /// Names query parameters that `next` links lose, beyond those that Okta is known to drop.
    pub fn set_links_drop(&mut self, parameters: Vec<String>) {
        self.settings.links_drop = parameters;
    }

    /// The requests that came, in order. A request whose URL cannot be read is not among them.
    pub fn requests(&self) -> &[LoggedRequest] {
        self.log.requests()
    }

    /// Forgets the requests that came.
    pub fn clear_requests(&mut self) {
        self.log.clear();
    }

    /// Keeps only the latest requests, this many. With zero, none.
    pub fn keep_requests(&mut self, most: usize) {
        self.log.keep(most);
    }

    fn reply(&mut self, call: &Call, exchange: &mut Exchange) -> Reply {
        exchange.effects = self.faults.meet(call);
        if exchange.effects.iter().any(|effect| matches!(effect, Effect::Revoke))
            && let Some(token) = token_of(call)
        {
            self.tokens.revoke(token);
        }
        let mut reply = match self.answer(call, exchange) {
            Ok(reply) => reply,
            Err(refusal) => self.refusal(refusal),
        };
        interference::alter_reply(&exchange.effects, call, &mut reply);
        let effects = &exchange.effects;
        self.log.push(LoggedRequest::new(call, exchange.bucket, reply.status, self.now, effects));
        reply
    }

    fn answer(&mut self, call: &Call, exchange: &mut Exchange) -> Result<Reply, Refusal> {
        let (route, id) = Route::find(call)?;
        exchange.bucket = route.bucket;
        if let Some(scope) = route.scope {
            self.tokens.authorize(call, scope)?;
        }
        if let Some(bucket) = route.bucket {
            let admission = self.limiter.admit(bucket, self.now);
            exchange.quota = Some(admission.unwrap_or_else(|quota| quota));
            admission.map_err(|_| OktaError::too_many_requests())?;
        }
        if let Some(error) = interference::refusal(&exchange.effects, call) {
            return Err(error.into());
        }
        let view = View {
            org: &self.org,
            index: &self.index,
            settings: &self.settings,
            now: self.now,
            call,
        };
        let reply = respond(view, route.endpoint, &id)?.checked()?;
        if interference::times_out(&exchange.effects, &reply) {
            return Err(OktaError::internal().into());
        }
        Ok(reply)
    }

    fn refusal(&self, refusal: Refusal) -> Reply {
        match refusal {
            Refusal::Coded(error) => {
                let error_id = format!("oae{}", self.token_of_answer("error"));
                Reply::json(error.status, error.body(&error_id).to_string())
            }
            Refusal::Challenge { status, www_authenticate } => {
                let mut reply = Reply::empty(status);
                let challenge = HeaderValue::try_from(www_authenticate)
                    .unwrap_or(HeaderValue::from_static("Bearer"));
                reply.headers.insert(header::WWW_AUTHENTICATE, challenge);
                reply
            }
        }
    }

    fn deliver(&mut self, reply: Reply, exchange: &Exchange) -> http::Response<Bytes> {
        let mut response = http::Response::new(reply.body);
        *response.status_mut() = reply.status;
        let headers = response.headers_mut();
        *headers = reply.headers;
        for link in reply.links {
            let line = format!("<{}>; rel=\"{}\"", link.url, link.relation);
            headers.append(header::LINK, HeaderValue::try_from(line).expect("a URL is ASCII"));
        }
        let date = self.now + interference::skew(&exchange.effects);
        headers.insert(header::DATE, http_date(date));
        let request_id = HeaderValue::try_from(self.token_of_answer("request"));
        let request_id = request_id.expect("letters and digits");
        headers.insert(HeaderName::from_static("x-okta-request-id"), request_id);
        if let Some(mut quota) = exchange.quota {
            if reply.status == StatusCode::TOO_MANY_REQUESTS {
                quota.remaining = 0;
            }
            quota.write(headers);
        }
        interference::alter_headers(&exchange.effects, headers);
        let mut delivery = Delivery { delay: self.latency, cut_after: None };
        interference::alter_delivery(&exchange.effects, &mut delivery);
        if delivery != Delivery::default() {
            response.extensions_mut().insert(delivery);
        }
        if exchange.quota.is_some() && response.status() != StatusCode::TOO_MANY_REQUESTS {
            let delay = SignedDuration::try_from(delivery.delay).unwrap_or(SignedDuration::MAX);
            self.limiter.busy_until(self.now.saturating_add(delay).unwrap_or(Timestamp::MAX));
        }
        response
    }

    /// Lets the changes happen that a script has after this call.
    fn mutate(&mut self, effects: &[Effect]) {
        let mut random = Rng::with_seed(self.answered);
        for effect in effects {
            let Effect::Mutate(mutation) = effect else { continue };
            match mutation.draw(&mut self.org, &mut random, self.now) {
                Some(Change::Put(collection, record)) => self.put(collection, record),
                Some(Change::Remove(collection, id)) => {
                    self.remove(collection, &id);
                }
                None => {}
            }
        }
    }

    /// Twenty letters and digits that no other answer has.
    fn token_of_answer(&self, purpose: &str) -> String {
        let mut random = Rng::with_seed(crate::org::fnv(purpose, "") ^ self.answered);
        (0..20).map(|_| random.alphanumeric()).collect()
    }
}

/// Switches, for what differs between orgs.
#[expect(
    clippy::fn_params_excessive_bools,
    reason = "a switch is on or off, and its name says of what"
)]
impl Simulator {
    /// Whether some pages are short or empty although more follows, and some last pages promise a next one.
    pub fn set_sparse_pages(&mut self, sparse: bool) {
        self.settings.pages = if sparse { Pages::Sparse } else { Pages::Full };
    }

    /// Whether the org knows the `fields` parameter; one that does not passes over it.
    pub fn set_projection_supported(&mut self, supported: bool) {
        self.settings.projection =
            if supported { Projection::Supported } else { Projection::Ignored };
    }

    /// Whether `filter` on apps takes `user.id` and `group.id`; an org that does not refuses them.
    pub fn set_app_assignment_filters(&mut self, accepted: bool) {
        self.settings.assignment_filters =
            if accepted { AssignmentFilters::Accepted } else { AssignmentFilters::Refused };
    }
}

/// What is learned of a call on its way.
#[derive(Debug, Default)]
struct Exchange {
    bucket: Option<&'static str>,
    quota: Option<Quota>,
    effects: Vec<Effect>,
}

fn respond(view: View<'_>, endpoint: Endpoint, id: &str) -> Result<Reply, OktaError> {
    match endpoint {
        Endpoint::Users => list(view, &listing::USERS),
        Endpoint::User => objects::user(view, id),
        Endpoint::UserAppLinks => objects::user_app_links(view, id),
        Endpoint::Groups => list(view, &listing::GROUPS),
        Endpoint::Group => objects::object(view, Collection::Groups, id),
        Endpoint::GroupApps => objects::group_apps(view, id),
        Endpoint::GroupUsers => objects::group_users(view, id),
        Endpoint::Apps => list(view, &listing::APPS),
        Endpoint::App => objects::object(view, Collection::Apps, id),
        Endpoint::Devices => list(view, &listing::DEVICES),
        Endpoint::Device => objects::object(view, Collection::Devices, id),
        Endpoint::UserTypes => Ok(objects::user_types(view)),
        Endpoint::UserType => objects::user_type(view, id),
        Endpoint::UserSchema => objects::user_schema(view, id),
        Endpoint::GroupSchema => objects::group_schema(view),
        Endpoint::Org => Ok(objects::org(view)),
        Endpoint::WellKnown => Ok(objects::well_known(view)),
    }
}

fn http_date(time: Timestamp) -> HeaderValue {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
    let text = text.expect("the years of HTTP dates have four digits");
    HeaderValue::try_from(text).expect("a date is ASCII")
}
