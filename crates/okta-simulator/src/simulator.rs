//! The org as a server: one request in, one response out.
//!
//! [`Simulator::handle`] is the only door. It never looks at a clock: time is what [`Simulator::set_time`] last
//! said, and a response that takes time says so in its [`Delivery`].

mod credentials;
mod relations;
mod switches;

use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::auth::{Admitted, Authorizer, token_of};
use crate::authorize_endpoint::AuthorizeEndpoint;
use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::collection::{Collection, key_of};
use crate::delivery::Delivery;
use crate::dpop::Proofs;
use crate::error::{OktaError, Refusal};
use crate::faults::{Effect, FaultScript};
use crate::fnv::fnv;
use crate::grants::Grants;
use crate::limits::{Limiter, Quota, RateLimits, WindowUsage};
use crate::log::{LoggedRequest, RequestLog};
use crate::org::Org;
use crate::record::Record;
use crate::reply::Reply;
use crate::routes::{Endpoint, Route};
use crate::search_index::SearchIndex;
use crate::service_app::ServiceApps;
use crate::system_log::{RecordChange, SystemLog};
use crate::token_endpoint::TokenEndpoint;
use crate::tokens::{Role, Tokens};
use crate::view::View;
use crate::web_app::WebApps;
use crate::{about_org, children, interference, listing, objects, roster, system_log};

/// A fake Okta org that answers requests.
///
/// It knows no credential until it is given one, enforces [`RateLimits::generous`], and answers at once.
#[derive(Debug)]
pub struct Simulator {
    org: Org,
    index: SearchIndex,
    tokens: Tokens,
    apps: ServiceApps,
    web_apps: WebApps,
    grants: Grants,
    proofs: Proofs,
    behaviour: Behaviour,
    limiter: Limiter,
    faults: FaultScript,
    latency: Duration,
    now: Timestamp,
    log: RequestLog,
    system_log: SystemLog,
    answered: u64,
}

impl Simulator {
    /// Makes an org that answers requests.
    pub fn new(org: Org) -> Self {
        Self {
            org,
            index: SearchIndex::default(),
            tokens: Tokens::default(),
            apps: ServiceApps::default(),
            web_apps: WebApps::default(),
            grants: Grants::default(),
            proofs: Proofs::default(),
            behaviour: Behaviour::default(),
            limiter: Limiter::new(RateLimits::generous()),
            faults: FaultScript::default(),
            latency: Duration::ZERO,
            now: Timestamp::constant(1_767_225_600, 0), // 2026-01-01T00:00:00Z
            log: RequestLog::default(),
            system_log: SystemLog::default(),
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
            Err(error) => {
                let reply = self.refuse(error.into());
                self.log.push(LoggedRequest::unreadable(&request, reply.status, self.now));
                reply
            }
        };
        let response = self.deliver(reply, &exchange);
        self.log.delivered(&response);
        self.mutate(&exchange.effects);
        self.answered += 1;
        response
    }

    /// Returns what the org holds.
    pub fn org(&self) -> &Org {
        &self.org
    }

    /// Returns what the org holds, to be changed. Changes made here are seen by `search` at once;
    /// [`put`](Self::put) lets the search index lag behind.
    pub fn org_mut(&mut self) -> &mut Org {
        self.index.forget_orders();
        &mut self.org
    }

    /// Adds or replaces a record; `search` learns of it after the index lag, and the System Log tells of it.
    ///
    /// # Panics
    ///
    /// If the record has no `id`.
    pub fn put(&mut self, collection: Collection, record: Value) {
        let key = key_of(&record).expect("a record has an id");
        let before = self.org.entry(collection, key).map(|(_, record)| record.clone());
        let old = before.as_ref().map(Record::value);
        self.record_change(collection, old.as_ref(), Some(&record));
        self.index.changing(collection, key, before, self.now);
        self.org.put(collection, record);
    }

    /// Removes a record and its relations, if it is there; `search` learns of it after the index lag, and the System
    /// Log tells of the record.
    pub fn remove(&mut self, collection: Collection, id: &str) {
        if let Some(removed) = self.org.take(collection, id) {
            self.record_change(collection, Some(&removed.value()), None);
            self.index.changing(collection, id, Some(removed), self.now);
        }
    }

    fn record_change(
        &mut self,
        collection: Collection,
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        let change = RecordChange { collection, parent_id: None, before, after };
        self.system_log.record_change(&self.org, change, self.now);
    }

    /// Returns the System Log, which is empty until the org is changed here.
    pub fn system_log(&self) -> &SystemLog {
        &self.system_log
    }

    /// Returns the System Log, to be written to.
    pub fn system_log_mut(&mut self) -> &mut SystemLog {
        &mut self.system_log
    }

    /// Sets the time, which is 2026-01-01T00:00:00Z until then.
    pub fn set_time(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Returns what was used of each bucket, one row for each window and principal, in the order in which the use began.
    pub fn usage(&self) -> Vec<WindowUsage> {
        self.limiter.windows.clone()
    }

    /// Returns what was used of each bucket in the windows that run now, in the order in which the use began.
    pub fn current_usage(&self) -> impl Iterator<Item = &WindowUsage> {
        self.limiter.windows_at(self.now)
    }

    /// Returns the requests that came, in order. One whose URL cannot be read is shown without its query.
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
            Err(refusal) => self.refuse(refusal),
        };
        let effects = &exchange.effects;
        interference::alter_reply(effects, call, &mut reply);
        let mut request =
            LoggedRequest::new(call, exchange.bucket, reply.status, self.now, effects);
        request.hide(|text| self.tokens.knows(text));
        self.log.push(request);
        reply
    }

    /// Answers a call unless a check on the way refuses it.
    fn answer(&mut self, call: &Call, exchange: &mut Exchange) -> Result<Reply, Refusal> {
        if !self.behaviour.active {
            return Err(Refusal::NoOrg);
        }
        let (route, id) = Route::find(call)?;
        if let Endpoint::Organization = route.endpoint {
            if let Some(error) = interference::refusal(&exchange.effects, call) {
                return Err(error);
            }
            // What everybody may read is not counted.
            return Ok(about_org::organization(call, &self.behaviour));
        }
        exchange.bucket = Some(route.bucket.name);
        let Admitted { role, principal } = match (route.collection, route.endpoint) {
            (Some(collection), endpoint) => {
                let scopes = endpoint.scopes(collection);
                self.authorizer().authorize(call, &scopes)?
            }
            (None, Endpoint::Shares) => {
                self.authorizer().authorize(call, &[about_org::SHARES_SCOPE])?
            }
            (None, _) => Admitted::default(),
        };
        let admission = self.limiter.admit(route.bucket, &principal, self.now);
        exchange.quota = Some(admission.unwrap_or_else(|quota| quota));
        admission.map_err(|_| OktaError::too_many_requests())?;
        if let Some(error) = interference::refusal(&exchange.effects, call) {
            return Err(error);
        }
        self.check_role(&route, &role)?;
        let reply = self.respond(call, &exchange.effects, &role, route.endpoint, &id)?;
        if interference::times_out(&exchange.effects, &reply) {
            return Err(OktaError::internal().into());
        }
        Ok(reply)
    }

    /// Refuses what the org does not have, or not for this role.
    fn check_role(&self, route: &Route, role: &Role) -> Result<(), OktaError> {
        let Some(collection) = route.collection else {
            return match role.is_missing {
                true => Err(OktaError::no_permission()),
                false => Ok(()),
            };
        };
        // Who may not read an object may not read what its scope opens below it either.
        let above = collection.parent().filter(|it| it.row().scope == collection.row().scope);
        if [Some(collection), above].iter().flatten().any(|it| role.forbidden.contains(it)) {
            return Err(OktaError::no_permission());
        }
        let particulars = collection.particulars();
        let needs_identity_engine = particulars.is_some_and(|it| it.identity_engine_only);
        if self.behaviour.classic_engine
            && (needs_identity_engine || collection == Collection::Devices)
        {
            return Err(OktaError::no_feature());
        }
        let feature = particulars.and_then(|it| it.feature);
        if let Some(&error) = feature.and_then(|it| self.behaviour.lacking.get(&it)) {
            return Err(error.into());
        }
        let shows_nothing =
            matches!(route.endpoint, Endpoint::Listing(_, listing) if listing.empty_without_role);
        match role.is_missing && !shows_nothing {
            true => Err(OktaError::no_permission()),
            false => Ok(()),
        }
    }

    fn respond(
        &mut self,
        call: &Call,
        effects: &[Effect],
        role: &Role,
        endpoint: Endpoint,
        id: &str,
    ) -> Result<Reply, Refusal> {
        let (org, index) = match role.is_missing {
            true => (&Org::default(), &SearchIndex::default()),
            false => (&self.org, &self.index),
        };
        let (behaviour, now, stalls) = (&self.behaviour, self.now, interference::stalls(effects));
        let view = View { org, index, behaviour, now, call, stalls };
        let reply = match endpoint {
            Endpoint::Listing(collection, listing) => match listing.particulars {
                Some(particulars) => roster::list(view, collection, listing, particulars, id),
                None => listing::list(view, collection, listing),
            },
            Endpoint::Single(collection, lookup) => objects::object(view, collection, lookup, id),
            Endpoint::UserAppLinks => children::user_app_links(view, id),
            Endpoint::GroupApps => children::group_apps(view, id),
            Endpoint::UserGroups => children::user_groups(view, id),
            Endpoint::SystemLog => system_log::list(view, &self.system_log),
            Endpoint::Token => return self.token_endpoint().answer(call),
            Endpoint::Authorize => return Ok(self.authorize_endpoint("consent").ask(call)),
            Endpoint::Consent => return self.authorize_endpoint("code").answer(call),
            Endpoint::Organization => Ok(about_org::organization(call, behaviour)),
            Endpoint::Shares => {
                about_org::shares(call, self.limiter.limits.share_percent, self.apps.ids())
            }
        };
        Ok(reply?.checked()?)
    }

    fn authorizer(&mut self) -> Authorizer<'_> {
        Authorizer {
            tokens: &mut self.tokens,
            proofs: &mut self.proofs,
            behaviour: &self.behaviour,
            now: self.now,
        }
    }

    fn token_endpoint(&mut self) -> TokenEndpoint<'_> {
        let new_token = self.new_token();
        let new_refresh_token = self.unique_text("refresh token");
        TokenEndpoint {
            apps: &mut self.apps,
            web_apps: &self.web_apps,
            grants: &mut self.grants,
            proofs: &mut self.proofs,
            tokens: &mut self.tokens,
            behaviour: &self.behaviour,
            now: self.now,
            new_token,
            new_refresh_token,
        }
    }

    fn authorize_endpoint(&mut self, purpose: &str) -> AuthorizeEndpoint<'_> {
        let new_text = self.unique_text(purpose);
        AuthorizeEndpoint {
            apps: &self.web_apps,
            grants: &mut self.grants,
            behaviour: &self.behaviour,
            now: self.now,
            new_text,
        }
    }

    fn refuse(&self, refusal: Refusal) -> Reply {
        Reply::refusal(refusal, &format!("oae{}", self.unique_text("error")))
    }

    /// Draws twenty letters and digits that no other answer has.
    fn unique_text(&self, purpose: &str) -> String {
        let mut random = Rng::with_seed(fnv(purpose, "") ^ self.answered);
        (0..20).map(|_| random.alphanumeric()).collect()
    }

    /// Draws an access token that nobody has yet. It has the size and the looks of those that Okta gives out, and
    /// nothing in it means anything.
    fn new_token(&self) -> String {
        let mut random = Rng::with_seed(fnv("access token", "") ^ self.answered);
        let mut part = |length| (0..length).map(|_| random.alphanumeric()).collect::<String>();
        format!("eyJ{}.eyJ{}.{}", part(90), part(480), part(342))
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
        let request_id = HeaderValue::try_from(self.unique_text("request"));
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
            if let Some(change) = mutation.draw(&self.org, &mut random, self.now) {
                self.change(change);
            }
        }
    }
}

/// Facts about a call that are learned on its way.
#[derive(Debug, Default)]
struct Exchange {
    bucket: Option<&'static str>,
    quota: Option<Quota>,
    effects: Vec<Effect>,
}

fn http_date(time: Timestamp) -> HeaderValue {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
    let text = text.expect("the years of HTTP dates have four digits");
    HeaderValue::try_from(text).expect("a date is ASCII")
}
