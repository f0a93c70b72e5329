//! How a service app gets its token: one request at a time, each with an assertion of its own.

use crate::auth::sensitive;
use crate::client::{Client, MIN_ATTEMPT, USER_AGENT, outcome_of};
use crate::dpop::{DpopKey, Purpose};
use crate::error::{Error, ErrorKind};
use crate::http::HttpService;
use crate::rate_limit::{Bucket, server_time};
use crate::retry::{Decision, Outcome, decide};
use crate::service_app::{BACKDATING, ServiceApp, State, TOKEN_PATH, Token};
use bytes::Bytes;
use http::{HeaderValue, header};
use std::sync::Arc;
use tokio::time::{Instant, sleep, timeout_at};

/// How often the server may change what it wants of a request: a proof, a nonce, a better clock.
const MAX_ROUNDS: u32 = 4;

/// A clock that is off by this many seconds may be why an assertion was refused. Less than what is signed is
/// dated back by cannot be.
pub(crate) const MIN_SKEW: u64 = BACKDATING - 1;

impl<S: HttpService> Client<S> {
    /// The present token of `app`, or a new one.
    pub(crate) async fn token(
        &self,
        app: &ServiceApp,
        deadline: Instant,
    ) -> Result<Arc<Token>, Error> {
        let mut state = app.state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| token.is_good(Instant::now())) {
            return Ok(Arc::clone(token));
        }
        let token = Arc::new(self.new_token(app, &mut state, deadline).await?);
        state.token = Some(Arc::clone(&token));
        Ok(token)
    }

    async fn new_token(
        &self,
        app: &ServiceApp,
        state: &mut State,
        deadline: Instant,
    ) -> Result<Token, Error> {
        let all = app.scopes().all();
        let mut explored = match state.explored.take() {
            Some(explored) => explored,
            None => match self.ask_for_token(app, state, all, deadline).await {
                Err(error) if error.is_about_scopes() && app.scopes().may_be_fewer() => Vec::new(),
                outcome => return outcome,
            },
        };
        let outcome = self.explored_token(app, state, &mut explored, deadline).await;
        // Where a small budget ends in between, the next call goes on. A token, or the lack of one, is the end: what
        // is granted may be another matter by the time the next one is needed.
        if outcome.as_ref().is_err_and(|error| !error.is_about_scopes()) {
            state.explored = Some(explored);
        }
        outcome
    }

    /// A token for the scopes that are granted. One that is not spoils all of them, and the answer does not name
    /// it, so each is asked for alone.
    async fn explored_token(
        &self,
        app: &ServiceApp,
        state: &mut State,
        explored: &mut Vec<Option<Error>>,
        deadline: Instant,
    ) -> Result<Token, Error> {
        let all = app.scopes().all();
        for scope in all.iter().skip(explored.len()) {
            let scope = std::slice::from_ref(scope);
            let refusal = match self.ask_for_token(app, state, scope, deadline).await {
                Ok(_) => None,
                Err(error) if error.is_about_scopes() => Some(error),
                Err(error) => return Err(error),
            };
            explored.push(refusal);
        }
        let granted = all.iter().zip(&*explored).filter(|(_, refusal)| refusal.is_none());
        let granted: Vec<_> = granted.map(|(scope, _)| scope.clone()).collect();
        match explored.iter().flatten().next() {
            Some(refusal) if granted.is_empty() => Err(refusal.clone()),
            _ => {
                let granted_only = granted.join(" ");
                tracing::info!(
                    granted = granted_only,
                    "not every scope is granted to the service app"
                );
                self.ask_for_token(app, state, &granted, deadline).await
            }
        }
    }

    async fn ask_for_token(
        &self,
        app: &ServiceApp,
        state: &mut State,
        scopes: &[String],
        deadline: Instant,
    ) -> Result<Token, Error> {
        let (mut attempt, mut round) = (1, 1);
        loop {
            let request = timeout_at(deadline, self.token_request(app, state, scopes));
            let request = request.await.map_err(|_| unsigned())??;
            let admitted = self.wait_for_budget(Bucket::Token, deadline).await?;
            let response = self.send(request, deadline).await;
            admitted.settle(response.as_ref().ok().map(http::Response::headers));
            let (outcome, error) = match response {
                Ok(response) if response.status() == http::StatusCode::OK => {
                    return read_token(&response, state);
                }
                Ok(response) => {
                    let error = Error::from_response(&response);
                    if round < MAX_ROUNDS && self.accommodate(app, state, &response, &error) {
                        round += 1;
                        continue;
                    }
                    (self.outcome(Bucket::Token, &response, &error), error)
                }
                Err(error) => (outcome_of(&error), Error::from_http(&error)),
            };
            let error = match outcome {
                Outcome::WindowExhausted(retry_after) => {
                    Error { kind: ErrorKind::RateLimited { retry_after }, ..error }
                }
                _ => error,
            };
            let left = deadline.saturating_duration_since(Instant::now());
            match decide(outcome, attempt, left.saturating_sub(MIN_ATTEMPT), self.jitter()) {
                Decision::Stop => return Err(error),
                Decision::Wait(wait) => sleep(wait).await,
            }
            attempt += 1;
        }
    }

    async fn token_request(
        &self,
        app: &ServiceApp,
        state: &State,
        scopes: &[String],
    ) -> Result<http::Request<Bytes>, Error> {
        let url = format!("{}{TOKEN_PATH}", self.org().origin());
        let now = app.server_now(self.wall_now());
        let form = app.form(&url, scopes, now).await?;
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
        let unwritable = |_| Error::local(ErrorKind::Protocol, "The request cannot be written");
        request.body(Bytes::from(form)).map_err(unwritable)
    }

    /// Does what the server wants of the next request, if that is something that can be done.
    fn accommodate(
        &self,
        app: &ServiceApp,
        state: &mut State,
        response: &http::Response<Bytes>,
        error: &Error,
    ) -> bool {
        let off_by = server_time(response.headers())
            .map_or(0, |server_now| app.learn_time(server_now, self.wall_now()));
        match error.error_code.as_deref() {
            Some("use_dpop_nonce") => {
                let nonce = response.headers().get("dpop-nonce").and_then(|it| it.to_str().ok());
                state.nonce = nonce.map(str::to_owned);
                state.nonce.is_some()
            }
            Some("invalid_dpop_proof") if state.dpop.is_none() => {
                state.dpop = DpopKey::generate().map(Arc::new);
                state.dpop.is_some()
            }
            Some("invalid_client" | "invalid_dpop_proof") if off_by >= MIN_SKEW => {
                tracing::warn!(seconds = off_by, "the clock of this machine differs from Okta's");
                true
            }
            _ => false,
        }
    }
}

fn read_token(response: &http::Response<Bytes>, state: &mut State) -> Result<Token, Error> {
    // The cause would quote the token.
    let answer = serde_json::from_slice(response.body()).map_err(|_| {
        Error::local(ErrorKind::Protocol, "Okta answered 200 with something that is not a token")
    })?;
    let nonce = response.headers().get("dpop-nonce").and_then(|nonce| nonce.to_str().ok());
    state.nonce = nonce.map(str::to_owned).or(state.nonce.take());
    Ok(Token::new(answer, state.dpop.clone(), Instant::now()))
}

fn unsigned() -> Error {
    Error::local(ErrorKind::Unavailable, "The private key did not sign in time")
}

fn no_randomness() -> Error {
    Error::local(ErrorKind::Unavailable, "The function has no source of randomness")
}
