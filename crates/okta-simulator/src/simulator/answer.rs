//! From a call to the reply: who may have it, whether it is too much, what goes wrong, and which endpoint answers.

use std::collections::BTreeSet;

use fastrand::Rng;
use http::{HeaderValue, StatusCode, header};

use crate::auth::{Gate, token_of};
use crate::error::{OktaError, Refusal};
use crate::faults::Effect;
use crate::listing::{self, list};
use crate::log::LoggedRequest;
use crate::org::fnv;
use crate::reply::Reply;
use crate::request::Call;
use crate::routes::{Endpoint, Route};
use crate::simulator::{Exchange, Simulator};
use crate::token_endpoint::TokenEndpoint;
use crate::view::{Engine, Existence, View};
use crate::{Collection, interference, metadata, objects};

impl Simulator {
    pub(super) fn reply(&mut self, call: &Call, exchange: &mut Exchange) -> Reply {
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
        if self.settings.existence == Existence::Gone {
            return Err(Refusal::NoOrg);
        }
        let (route, id) = Route::find(call)?;
        exchange.bucket = route.bucket;
        let forbidden = match route.scope {
            Some(scope) => self.gate().authorize(call, scope)?,
            None => BTreeSet::new(),
        };
        if let Some(bucket) = route.bucket {
            let admission = self.limiter.admit(bucket, self.now);
            exchange.quota = Some(admission.unwrap_or_else(|quota| quota));
            admission.map_err(|_| OktaError::too_many_requests())?;
        }
        if let Some(error) = interference::refusal(&exchange.effects, call) {
            return Err(error);
        }
        match route.endpoint.collection() {
            Some(collection) if forbidden.contains(&collection) => {
                return Err(OktaError::no_permission().into());
            }
            Some(Collection::Devices) if self.settings.engine == Engine::Classic => {
                return Err(OktaError::no_feature().into());
            }
            _ => {}
        }
        let reply = self.respond(call, route.endpoint, &id)?;
        if interference::times_out(&exchange.effects, &reply) {
            return Err(OktaError::internal().into());
        }
        Ok(reply)
    }

    fn respond(&mut self, call: &Call, endpoint: Endpoint, id: &str) -> Result<Reply, Refusal> {
        let view = View {
            org: &self.org,
            index: &self.index,
            settings: &self.settings,
            now: self.now,
            call,
        };
        let reply = match endpoint {
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
            Endpoint::Organization => Ok(metadata::organization(view)),
            Endpoint::AuthorizationServer => Ok(metadata::authorization_server(view)),
            Endpoint::Keys => Ok(metadata::keys()),
            Endpoint::Token => return self.token_endpoint().answer(call),
        };
        Ok(reply?.checked()?)
    }

    fn gate(&mut self) -> Gate<'_> {
        Gate {
            tokens: &mut self.tokens,
            proofs: &mut self.proofs,
            settings: &self.settings,
            now: self.now,
        }
    }

    fn token_endpoint(&mut self) -> TokenEndpoint<'_> {
        let new_token = self.new_token();
        TokenEndpoint {
            apps: &mut self.apps,
            proofs: &mut self.proofs,
            tokens: &mut self.tokens,
            settings: &self.settings,
            now: self.now,
            new_token,
        }
    }

    pub(super) fn refusal(&self, refusal: Refusal) -> Reply {
        match refusal {
            Refusal::Coded(error) => {
                let error_id = format!("oae{}", self.token_of_answer("error"));
                Reply::json(error.status, error.body(&error_id).to_string())
            }
            Refusal::OAuth(error) => {
                let mut reply = Reply::json(error.status, error.body().to_string());
                if let Some(nonce) = &error.dpop_nonce {
                    reply.set_dpop_nonce(nonce);
                }
                reply
            }
            Refusal::NoOrg => {
                let page = "<!DOCTYPE html><title>Okta - Page not found</title>";
                Reply::html(StatusCode::NOT_FOUND, page)
            }
            Refusal::Challenge { status, www_authenticate, dpop_nonce } => {
                let mut reply = Reply::empty(status);
                let challenge = HeaderValue::try_from(www_authenticate)
                    .unwrap_or(HeaderValue::from_static("Bearer"));
                reply.headers.insert(header::WWW_AUTHENTICATE, challenge);
                if let Some(nonce) = dpop_nonce {
                    reply.set_dpop_nonce(&nonce);
                }
                reply
            }
        }
    }

    /// Twenty letters and digits that no other answer has.
    pub(super) fn token_of_answer(&self, purpose: &str) -> String {
        let mut random = Rng::with_seed(fnv(purpose, "") ^ self.answered);
        (0..20).map(|_| random.alphanumeric()).collect()
    }

    /// An access token that nobody has yet. It has the size and the looks of those that Okta gives out, and
    /// nothing in it means anything.
    fn new_token(&self) -> String {
        let mut random = Rng::with_seed(fnv("access token", "") ^ self.answered);
        let mut part = |length| (0..length).map(|_| random.alphanumeric()).collect::<String>();
        format!("eyJ{}.eyJ{}.{}", part(90), part(480), part(342))
    }
}
