//! The credentials that an org knows, and how long they live.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::collection::Collection;

/// The credentials that the org knows.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    /// API tokens, each with the time it was last used, if it ever was.
    api: BTreeMap<String, Option<Timestamp>>,
    oauth: BTreeMap<String, OAuthToken>,
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

/// An OAuth token may be used for this.
#[derive(Clone, Default)]
pub(crate) struct OAuthToken {
    pub(crate) scopes: BTreeSet<String>,
    /// It stops working then, if it does.
    pub(crate) expires: Option<Timestamp>,
    /// The thumbprint of the key that it is bound to, if it is.
    pub(crate) thumbprint: Option<String>,
    /// The service app that it was issued to.
    pub(crate) client_id: Option<String>,
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
        self.api.insert(token.to_owned(), None);
    }

    pub(crate) fn accept_oauth(&mut self, token: &str, grant: OAuthToken) {
        self.revoked.remove(token);
        self.oauth.insert(token.to_owned(), grant);
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

    /// Tells whether an API token is good now.
    ///
    /// The thirty days start with the first call, so that a token may be handed out before the clock is set.
    pub(crate) fn is_good_api(&self, token: &str, now: Timestamp) -> bool {
        self.api
            .get(token)
            .is_some_and(|used| used.is_none_or(|used| now.duration_since(used) < MAX_IDLE))
    }

    /// Notes that an API token is used now.
    pub(crate) fn renew_api(&mut self, token: &str, now: Timestamp) {
        if let Some(used) = self.api.get_mut(token) {
            *used = Some(now);
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
