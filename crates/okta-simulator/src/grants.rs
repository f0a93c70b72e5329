//! Keeps what users have granted: requests that wait for their consent, codes, and chains of refresh tokens.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::jwk::sha256;
use crate::oauth_error::OAuthError;
use crate::web_app::{RefreshTokens, WebApp};

/// A request of an app that a user is asked to consent to.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) state: String,
    /// The hash of what the app will have to send along with the code.
    pub(crate) code_challenge: Option<String>,
}

/// Everything that was asked for and granted.
#[derive(Clone, Default)]
pub(crate) struct Grants {
    /// Requests that wait for an answer until then.
    waiting: BTreeMap<String, (Request, Timestamp)>,
    codes: BTreeMap<String, Code>,
    chains: Vec<Chain>,
    refresh_tokens: BTreeMap<String, RefreshToken>,
}

// By hand, so that no code and no token is ever printed.
impl std::fmt::Debug for Grants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grants")
            .field("waiting", &self.waiting.len())
            .field("codes", &self.codes.len())
            .field("chains", &self.chains.len())
            .field("refresh_tokens", &self.refresh_tokens.len())
            .finish()
    }
}

/// A code that an app may exchange for tokens, once.
#[derive(Clone)]
struct Code {
    request: Request,
    expires: Timestamp,
    /// The chain that it was exchanged for.
    chain: Option<usize>,
}

/// All the tokens that follow from one consent.
#[derive(Clone)]
struct Chain {
    client_id: String,
    scopes: Vec<String>,
    access_tokens: Vec<String>,
    is_revoked: bool,
}

#[derive(Clone)]
struct RefreshToken {
    chain: usize,
    expires: Timestamp,
    /// Another took its place then.
    replaced: Option<Timestamp>,
}

/// Tokens that an app is given.
pub(crate) struct Issue {
    pub(crate) scopes: Vec<String>,
    pub(crate) refresh_token: Option<String>,
}

/// An app asked for tokens and gets none.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) error: OAuthError,
    /// Access tokens that are good no more, because a code or a refresh token was used again.
    pub(crate) revoked: Vec<String>,
}

/// The tokens that are given out if any are.
pub(crate) struct NewTokens<'a> {
    pub(crate) access_token: &'a str,
    pub(crate) refresh_token: &'a str,
}

const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(300);
const REFRESH_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A refresh token that was replaced stays good for so long.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);

impl From<OAuthError> for Rejected {
    fn from(error: OAuthError) -> Self {
        Self { error, revoked: Vec::new() }
    }
}

impl Grants {
    /// Lets a request wait for the answer of a user, under an id.
    pub(crate) fn wait(&mut self, id: String, request: Request, now: Timestamp) {
        self.waiting.retain(|_, (_, until)| *until > now);
        self.waiting.insert(id, (request, later(now, CODE_LIFETIME)));
    }

    /// Returns a request that waits, which then waits no more.
    pub(crate) fn answered(&mut self, id: &str, now: Timestamp) -> Option<Request> {
        let (request, until) = self.waiting.remove(id)?;
        (now < until).then_some(request)
    }

    /// Gives out a code for a request that a user consented to.
    pub(crate) fn allow(&mut self, code: String, request: Request, now: Timestamp) {
        let expires = later(now, CODE_LIFETIME);
        self.codes.retain(|_, known| known.chain.is_some() || known.expires > now);
        self.codes.insert(code, Code { request, expires, chain: None });
    }

    /// Exchanges a code for tokens.
    pub(crate) fn exchange(
        &mut self,
        app: &WebApp,
        code: &str,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
        new: &NewTokens<'_>,
        now: Timestamp,
    ) -> Result<Issue, Rejected> {
        let invalid =
            || OAuthError::invalid_grant("The authorization code is invalid or has expired.");
        let known = self.codes.get_mut(code).ok_or_else(invalid)?;
        if known.request.client_id != app.client_id {
            return Err(invalid().into());
        }
        // Who has a code that was used may have stolen it, so what it brought is taken back.
        if let Some(chain) = known.chain {
            let revoked = self.revoke(chain);
            return Err(Rejected { error: invalid(), revoked });
        }
        if known.expires <= now {
            return Err(invalid().into());
        }
        if redirect_uri != Some(&known.request.redirect_uri) {
            let description = "The 'redirect_uri' does not match the redirection URI used in the \
                               authorization request.";
            return Err(OAuthError::invalid_grant(description).into());
        }
        let proven = verifier.map(sha256);
        if proven != known.request.code_challenge {
            return Err(OAuthError::invalid_grant("PKCE verification failed.").into());
        }
        let scopes = known.request.scopes.clone();
        known.chain = Some(self.chains.len());
        self.chains.push(Chain {
            client_id: app.client_id.clone(),
            scopes: scopes.clone(),
            access_tokens: vec![new.access_token.to_owned()],
            is_revoked: false,
        });
        let is_offline = scopes.iter().any(|scope| scope == crate::web_app::OFFLINE_ACCESS);
        let chain = self.chains.len() - 1;
        let refresh_token = is_offline.then(|| self.new_refresh_token(chain, new, now));
        Ok(Issue { scopes, refresh_token })
    }

    /// Gives out tokens for a refresh token.
    pub(crate) fn refresh(
        &mut self,
        app: &WebApp,
        token: &str,
        asked: Option<&str>,
        new: &NewTokens<'_>,
        now: Timestamp,
    ) -> Result<Issue, Rejected> {
        let invalid = || OAuthError::invalid_grant("The refresh token is invalid or expired.");
        let known = self.refresh_tokens.get_mut(token).ok_or_else(invalid)?;
        let index = known.chain;
        let chain = &mut self.chains[index];
        if chain.is_revoked || chain.client_id != app.client_id || known.expires <= now {
            return Err(invalid().into());
        }
        if known.replaced.is_some_and(|since| now.duration_since(since) > LEEWAY) {
            let revoked = self.revoke(index);
            return Err(Rejected { error: invalid(), revoked });
        }
        let scopes = match asked {
            Some(asked) => app.granted(asked)?,
            None => chain.scopes.clone(),
        };
        if !scopes.iter().all(|scope| chain.scopes.contains(scope)) {
            return Err(OAuthError::scope_not_granted().into());
        }
        chain.access_tokens.push(new.access_token.to_owned());
        let refresh_token = match app.refresh_tokens {
            RefreshTokens::Static => token.to_owned(),
            RefreshTokens::Rotating => {
                known.replaced.get_or_insert(now);
                self.new_refresh_token(index, new, now)
            }
        };
        Ok(Issue { scopes, refresh_token: Some(refresh_token) })
    }

    fn new_refresh_token(&mut self, chain: usize, new: &NewTokens<'_>, now: Timestamp) -> String {
        let token = new.refresh_token.to_owned();
        let expires = later(now, REFRESH_TOKEN_LIFETIME);
        let fresh = RefreshToken { chain, expires, replaced: None };
        self.refresh_tokens.insert(token.clone(), fresh);
        token
    }

    /// Makes an end of a chain, and returns its access tokens.
    fn revoke(&mut self, chain: usize) -> Vec<String> {
        self.chains[chain].is_revoked = true;
        std::mem::take(&mut self.chains[chain].access_tokens)
    }
}

fn later(now: Timestamp, duration: SignedDuration) -> Timestamp {
    now.saturating_add(duration).unwrap_or(Timestamp::MAX)
}
