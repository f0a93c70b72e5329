//! The credentials that an org knows, and how long they live.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::collection::Collection;
use crate::limits::Principal;

/// The credentials that the org knows.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    api: BTreeMap<String, ApiToken>,
    oauth: BTreeMap<String, OAuthToken>,
    /// So many tokens were accepted that no client asked for.
    named: usize,
    revoked: BTreeSet<String>,
    /// The role of a holder leaves out these. A holder is a token, or a service app by its id.
    forbidden: BTreeMap<String, BTreeSet<Collection>>,
    /// These holders have no role at all.
    roleless: BTreeSet<String>,
}

/// The role of a holder leaves out these.
#[derive(Clone, Default)]
pub(crate) struct Role {
    /// There is no role.
    pub(crate) is_missing: bool,
    pub(crate) forbidden: BTreeSet<Collection>,
}

/// An API token that the org knows.
#[derive(Clone)]
struct ApiToken {
    /// It was last used then, if it ever was.
    used: Option<Timestamp>,
    principal: Principal,
}

/// An OAuth token may be used for this.
#[derive(Clone, Default)]
pub(crate) struct OAuthToken {
    pub(crate) scopes: BTreeSet<String>,
    /// It stops working then, if it does.
    pub(crate) expires: Option<Timestamp>,
    /// The thumbprint of the key that it is bound to, if it is.
    pub(crate) thumbprint: Option<String>,
    /// The app that it was issued to.
    pub(crate) client_id: Option<String>,
    /// Calls with it count for this one, which is set when it is accepted.
    pub(crate) principal: Principal,
}

/// A token is refused for one of these reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    Unknown,
    Revoked,
    Expired,
}

/// An API token that was not used for so long is dead.
const MAX_IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Role {
    /// Adds what another holder's role leaves out, of whom both are asked.
    pub(crate) fn join(mut self, other: Self) -> Self {
        self.is_missing |= other.is_missing;
        self.forbidden.extend(other.forbidden);
        self
    }
}

// By hand, so that no token is ever printed.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("api", &self.api.len())
            .field("oauth", &self.oauth.len())
            .field("revoked", &self.revoked.len())
            .field("forbidden", &self.forbidden.len())
            .field("roleless", &self.roleless.len())
            .finish()
    }
}

impl Tokens {
    pub(crate) fn accept_api(&mut self, token: &str) {
        self.revoked.remove(token);
        let principal = self.next_principal("API token");
        self.api.insert(token.to_owned(), ApiToken { used: None, principal });
    }

    pub(crate) fn accept_oauth(&mut self, token: &str, mut grant: OAuthToken) {
        self.revoked.remove(token);
        grant.principal = match &grant.client_id {
            Some(client_id) => client_id.as_str().into(),
            None => self.next_principal("access token"),
        };
        self.oauth.insert(token.to_owned(), grant);
    }

    /// Names a token that belongs to no app, without giving it away.
    fn next_principal(&mut self, kind: &str) -> Principal {
        self.named += 1;
        format!("{kind} {}", self.named).into()
    }

    /// Tells whether a text is a token that the org knows, or knew.
    pub(crate) fn knows(&self, text: &str) -> bool {
        self.api.contains_key(text) || self.oauth.contains_key(text) || self.revoked.contains(text)
    }

    pub(crate) fn expire_oauth(&mut self, token: &str, time: Timestamp) {
        if let Some(grant) = self.oauth.get_mut(token) {
            grant.expires = Some(time);
        }
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        let known = self.api.remove(token).is_some() | self.oauth.remove(token).is_some();
        if known {
            self.revoked.insert(token.to_owned());
        }
    }

    pub(crate) fn forbid(&mut self, holder: &str, collection: Collection) {
        self.forbidden.entry(holder.to_owned()).or_default().insert(collection);
    }

    pub(crate) fn take_role(&mut self, holder: &str) {
        self.roleless.insert(holder.to_owned());
    }

    /// Returns the one that calls with an API token count for, if it is good now.
    ///
    /// The thirty days start with the first call, so that a token may be handed out before the clock is set.
    pub(crate) fn good_api(&self, token: &str, now: Timestamp) -> Option<Principal> {
        let token = self.api.get(token)?;
        let is_good = token.used.is_none_or(|used| now.duration_since(used) < MAX_IDLE);
        is_good.then(|| token.principal.clone())
    }

    /// Notes that an API token is used now.
    pub(crate) fn renew_api(&mut self, token: &str, now: Timestamp) {
        if let Some(token) = self.api.get_mut(token) {
            token.used = Some(now);
        }
    }

    /// Returns what an OAuth token may be used for now.
    pub(crate) fn oauth(&self, token: &str, now: Timestamp) -> Result<&OAuthToken, Rejection> {
        match self.oauth.get(token) {
            Some(grant) if grant.expires.is_some_and(|time| time <= now) => Err(Rejection::Expired),
            Some(grant) => Ok(grant),
            None if self.revoked.contains(token) => Err(Rejection::Revoked),
            None => Err(Rejection::Unknown),
        }
    }

    /// Returns what the role of a holder leaves out.
    pub(crate) fn role(&self, holder: &str) -> Role {
        Role {
            is_missing: self.roleless.contains(holder),
            forbidden: self.forbidden.get(holder).cloned().unwrap_or_default(),
        }
    }
}
