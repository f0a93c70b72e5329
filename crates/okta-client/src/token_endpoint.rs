//! The token endpoint, from which a service app gets its tokens: one request at a time, each with an
//! assertion of its own.

use crate::auth::sensitive;
use crate::bucket::Bucket;
use crate::channel::{Answer, Channel, USER_AGENT};
use crate::dpop::{DpopKey, Purpose, dpop_nonce};
use crate::error::{Demand, Error, ErrorKind};
use crate::http::{BodyLimit, HttpService};
use crate::rate_limit::server_time;
use crate::retry::{Decision, Failure, Outcome};
use crate::service_app::{AccessToken, ServiceApp, TOKEN_PATH, TokenState};
use bytes::Bytes;
use http::{HeaderValue, header};
use std::sync::Arc;
use tokio::time::{Instant, sleep, timeout_at};

/// Requests in which the server may say one after another that it wants a proof, a nonce, a better clock.
const MAX_ROUNDS: u32 = 4;

/// The token endpoint of the org authorization server, as one service app asks it.
#[derive(Debug)]
pub(crate) struct TokenEndpoint<'a, S> {
    channel: &'a Channel<S>,
    app: &'a ServiceApp,
}

impl<'a, S: HttpService> TokenEndpoint<'a, S> {
    pub(crate) fn new(channel: &'a Channel<S>, app: &'a ServiceApp) -> Self {
        Self { channel, app }
    }

    /// Returns the present token of the app, or a new one.
    pub(crate) async fn token(&self, deadline: Instant) -> Result<Arc<AccessToken>, Error> {
        let mut state = self.app.state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| token.is_good(Instant::now())) {
            return Ok(Arc::clone(token));
        }
        let token = Arc::new(self.new_token(&mut state, deadline).await?);
        state.token = Some(Arc::clone(&token));
        Ok(token)
    }

    async fn new_token(
        &self,
        state: &mut TokenState,
        deadline: Instant,
    ) -> Result<AccessToken, Error> {
        let scopes = self.app.scopes();
        let mut explored = match state.explored.take() {
            Some(explored) => explored,
            None => match self.ask(state, scopes.all(), deadline).await {
                Err(error) if is_about_scopes(&error) && scopes.may_be_fewer() => Vec::new(),
                outcome => return outcome,
            },
        };
        let outcome = self.explored_token(state, &mut explored, deadline).await;
        // Where a small budget ends in between, the next call goes on. A token, or the lack of one, is the end: what
        // is granted may be another matter by the time the next one is needed.
        if outcome.as_ref().is_err_and(|error| !is_about_scopes(error)) {
            state.explored = Some(explored);
        }
        outcome
    }

    /// Gets a token for the scopes that are granted. One that is not spoils all of them, and the answer does
    /// not name it, so each is asked for alone.
    async fn explored_token(
        &self,
        state: &mut TokenState,
        explored: &mut Vec<Option<Error>>,
        deadline: Instant,
    ) -> Result<AccessToken, Error> {
        let all = self.app.scopes().all();
        let mut latest = None;
        for scope in all.iter().skip(explored.len()) {
            let refusal = match self.ask(state, std::slice::from_ref(scope), deadline).await {
                Ok(token) => {
                    latest = Some(token);
                    None
                }
                Err(error) if is_about_scopes(&error) => Some(error),
                Err(error) => return Err(error),
            };
            explored.push(refusal);
        }
        let granted = all.iter().zip(&*explored).filter(|(_, refusal)| refusal.is_none());
        let granted: Vec<_> = granted.map(|(scope, _)| scope.clone()).collect();
        match explored.iter().flatten().next() {
            Some(refusal) if granted.is_empty() => return Err(refusal.clone()),
            _ => {}
        }
        let granted_only = granted.join(" ");
        tracing::info!(granted = granted_only, "not every scope is granted to the service app");
        match latest {
            Some(token) if granted.len() == 1 => Ok(token),
            _ => self.ask(state, &granted, deadline).await,
        }
    }

    /// Asks for a token, and again as long as that makes sense before `deadline`.
    async fn ask(
        &self,
        state: &mut TokenState,
        scopes: &[String],
        deadline: Instant,
    ) -> Result<AccessToken, Error> {
        let (mut attempt, mut round) = (1, 1);
        loop {
            let request = timeout_at(deadline, self.request(state, scopes));
            let request = request.await.map_err(|_| unsigned())??;
            let admitted = self.channel.admit(Bucket::Token, deadline).await?;
            let (outcome, error) = match admitted.send(request, deadline).await {
                Ok(answer) if answer.response.status() == http::StatusCode::OK => {
                    match read_token(&answer, state) {
                        Ok(token) => return Ok(token),
                        Err(error) => (Outcome::of(Failure::Unexpected), error),
                    }
                }
                Ok(answer) => {
                    let error = self.refusal(&answer);
                    if round < MAX_ROUNDS && self.accommodate(state, &answer.response, &error) {
                        round += 1;
                        continue;
                    }
                    (Outcome::of(Failure::Refused(&error)), error)
                }
                Err(failed) => failed,
            };
            match self.channel.decide(outcome, attempt, deadline) {
                Decision::Stop => return Err(error),
                Decision::Wait(wait) => sleep(wait).await,
            }
            attempt += 1;
        }
    }

    async fn request(
        &self,
        state: &TokenState,
        scopes: &[String],
    ) -> Result<http::Request<Bytes>, Error> {
        let url = self.channel.url(TOKEN_PATH);
        let now = self.app.server_now(self.channel.wall_now());
        let form = self.app.form(&url, scopes, now).await?;
        let mut request = http::Request::post(&url)
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))
            .header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            )
            .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        if let Some(key) = &state.dpop {
            let nonce = state.nonce.as_deref();
            let purpose = Purpose { method: "POST", url: &url, token: None, nonce, now };
            let proof = key.proof(&purpose).ok_or_else(no_randomness)?;
            request = request.header("DPoP", sensitive(proof.into()).ok_or_else(no_randomness)?);
        }
        request = request.extension(BodyLimit::TOKEN);
        let unwritable = |_| Error::local(ErrorKind::Protocol, "The request cannot be written");
        request.body(Bytes::from(form)).map_err(unwritable)
    }

    /// Reads a refusal. Every org has a token endpoint, so where there is none, there is no org.
    fn refusal(&self, answer: &Answer) -> Error {
        let error = self.channel.refusal(Bucket::Token, answer);
        match error.kind {
            ErrorKind::NotFound => Error { kind: ErrorKind::NoApi, ..error },
            _ => error,
        }
    }

    /// Does what the server wants of the next request. Returns true if that is something that can be done.
    fn accommodate(
        &self,
        state: &mut TokenState,
        response: &http::Response<Bytes>,
        error: &Error,
    ) -> bool {
        let server_now = server_time(response.headers());
        let off_by = self.app.learn_time(server_now, self.channel.wall_now());
        let nonce = dpop_nonce(response.headers()).map(str::to_owned);
        let is_new = nonce.is_some();
        // It is good for every request that follows, whatever this one was refused for.
        state.nonce = nonce.or(state.nonce.take());
        match (error.demand, off_by) {
            (Some(Demand::Nonce), _) => is_new,
            (Some(Demand::Proof), _) if state.dpop.is_none() => {
                state.dpop = DpopKey::generate().map(Arc::new);
                state.dpop.is_some()
            }
            (Some(Demand::Proof | Demand::Assertion), Some(seconds)) => {
                tracing::warn!(seconds, "the clock of this machine differs from Okta's");
                true
            }
            _ => false,
        }
    }
}

/// Returns true if another choice of scopes may get a token.
fn is_about_scopes(error: &Error) -> bool {
    error.kind == ErrorKind::ScopesNotGranted
}

fn read_token(answer: &Answer, state: &mut TokenState) -> Result<AccessToken, Error> {
    let Answer { response, redactor, .. } = answer;
    // The cause would quote the token.
    let token = serde_json::from_slice(response.body())
        .map_err(|_| Error::unexpected(response, redactor, "with something that is not a token"))?;
    state.nonce = dpop_nonce(response.headers()).map(str::to_owned).or(state.nonce.take());
    Ok(AccessToken::new(token, state.dpop.clone(), Instant::now()))
}

fn unsigned() -> Error {
    Error::local(ErrorKind::KeyUnavailable, "The private key did not sign in time")
}

fn no_randomness() -> Error {
    Error::local(ErrorKind::Unavailable, "The function has no source of randomness")
}
