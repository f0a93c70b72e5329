//! The token endpoint, from which a service app gets its tokens: one request at a time, each with an
//! assertion of its own.

use crate::access_token::AccessToken;
use crate::auth::sensitive;
use crate::bucket::Bucket;
use crate::channel::{Answer, Channel, USER_AGENT};
use crate::dpop::{DpopKey, Purpose, dpop_nonce};
use crate::error::{Demand, Error, ErrorKind};
use crate::http::{BodyLimit, HttpService};
use crate::rate_limit::server_time;
use crate::retry::{Decision, Failure, Outcome};
use crate::service_app::{ServiceApp, TOKEN_PATH, TokenState};
use bytes::Bytes;
use http::{HeaderValue, header};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// Requests in which the server may say one after another that it wants a proof, a nonce, a better clock.
const MAX_ROUNDS: u32 = 4;

/// Refusals whose names of scopes are gone by.
const MAX_NAMINGS: u32 = 2;

/// The time for which scopes are not asked for all together after that was refused: the life of a token.
const APART: Duration = Duration::from_secs(3_600);

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

    /// Returns the present token of the app for the scopes that are needed, or a new one.
    ///
    /// Most apps are granted all, and then one token serves everybody. A scope that is not granted spoils the others, and Okta
    /// need not name it: then only what is needed is asked for, so that a read takes at most three requests and one for
    /// each scope that it needs, and two more where Okta names some, however many there are.
    pub(crate) async fn token(
        &self,
        needs: &[String],
        deadline: Instant,
    ) -> Result<Arc<AccessToken>, Error> {
        let needs = self.app.scopes().needed(needs);
        let mut state = self.app.state.lock().await;
        state.tokens.forget_old(Instant::now());
        if let Some(token) = state.tokens.best_for(&needs) {
            return Ok(token);
        }
        if state.apart_until.is_none_or(|until| until <= Instant::now()) {
            let refusal = match self.ask(&mut state, self.app.scopes().all(), deadline).await {
                Err(error) if is_about_scopes(&error) && self.app.scopes().may_be_fewer() => error,
                outcome => {
                    let all = self.app.scopes().all();
                    return Ok(state.keep(all, all.to_vec(), outcome?));
                }
            };
            self.ask_for_rest(&mut state, refusal, deadline).await?;
            // An administrator may have granted more by then.
            state.apart_until = Some(Instant::now() + APART);
            if let Some(token) = state.tokens.best_for(&needs) {
                return Ok(token);
            }
        }
        let outcome = self.explored_token(&mut state, &needs, deadline).await;
        // Where a small budget ends in between, the next call goes on. A token, or the lack of one, is the end: what
        // is granted may be another matter by the time the next one is needed.
        if outcome.as_ref().map_or_else(is_lack, |_| true) {
            state.explored.clear();
        }
        outcome
    }

    /// Asks for the scopes that a refusal does not name, and once more if the next one names others: Okta's text may have been
    /// cut. Refusals that name none lead nowhere.
    async fn ask_for_rest(
        &self,
        state: &mut TokenState,
        mut refusal: Error,
        deadline: Instant,
    ) -> Result<(), Error> {
        let mut scopes = self.app.scopes().all().to_vec();
        for _round in 0..MAX_NAMINGS {
            let asked = scopes.len();
            scopes.retain(|scope| !refusal.names(scope));
            if scopes.is_empty() || scopes.len() == asked {
                return Ok(());
            }
            match self.ask(state, &scopes, deadline).await {
                Ok(token) => {
                    state.keep(&scopes, scopes.clone(), token);
                    return Ok(());
                }
                Err(error) if is_about_scopes(&error) => refusal = error,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Gets a token for the scopes that are needed and granted: all that are needed at once, then each alone.
    async fn explored_token(
        &self,
        state: &mut TokenState,
        needs: &[String],
        deadline: Instant,
    ) -> Result<Arc<AccessToken>, Error> {
        let is_part = needs.len() < self.app.scopes().all().len();
        if is_part && needs.len() > 1 && state.explored.is_empty() {
            match self.ask(state, needs, deadline).await {
                Ok(token) => return Ok(state.keep(needs, needs.to_vec(), token)),
                Err(error) if is_about_scopes(&error) => {}
                Err(error) => return Err(error),
            }
        }
        let (mut granted, mut refusal) = (Vec::new(), None);
        for scope in needs {
            match self.verdict(state, scope, deadline).await? {
                None => granted.push(scope.clone()),
                Some(error) => {
                    refusal.get_or_insert((scope, error));
                }
            }
        }
        match refusal {
            Some((scope, error)) if granted.is_empty() && is_part => {
                let kind = ErrorKind::MissingScope { scope: scope.clone() };
                return Err(Error { kind, ..error });
            }
            Some((_, error)) if granted.is_empty() => return Err(error),
            _ => {}
        }
        let granted_only = granted.join(" ");
        tracing::info!(granted = granted_only, "not every scope is granted to the service app");
        if let Some(token) = state.tokens.with_all(&granted) {
            state.tokens.keep(needs, granted, &token);
            return Ok(token);
        }
        let token = self.ask(state, &granted, deadline).await?;
        Ok(state.keep(needs, granted, token))
    }

    /// Finds out whether a scope is granted: there is a refusal if it is not.
    async fn verdict(
        &self,
        state: &mut TokenState,
        scope: &String,
        deadline: Instant,
    ) -> Result<Option<Error>, Error> {
        if state.tokens.have(scope) {
            return Ok(None);
        }
        if let Some((_, verdict)) = state.explored.iter().find(|(known, _)| known == scope) {
            return Ok(verdict.clone());
        }
        let alone = std::slice::from_ref(scope);
        let verdict = match self.ask(state, alone, deadline).await {
            Ok(token) => {
                state.keep(alone, alone.to_vec(), token);
                None
            }
            Err(error) if is_about_scopes(&error) => Some(error),
            Err(error) => return Err(error),
        };
        state.explored.push((scope.clone(), verdict.clone()));
        Ok(verdict)
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

/// Returns true if an error says that there is no token, and not that one could not be asked for.
fn is_lack(error: &Error) -> bool {
    is_about_scopes(error) || matches!(error.kind, ErrorKind::MissingScope { .. })
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
