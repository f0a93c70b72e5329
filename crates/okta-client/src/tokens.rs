//! The tokens that a process has of a service app, each with the scopes that it was asked for.

use crate::access_token::AccessToken;
use std::sync::Arc;
use tokio::time::Instant;

/// Tokens of one app.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Vec<Held>);

#[derive(Debug)]
struct Held {
    /// The scopes for which there is no better token.
    needed: Vec<String>,
    /// Those that it has.
    granted: Vec<String>,
    token: Arc<AccessToken>,
}

impl Tokens {
    /// Returns the best token for scopes: one that was found for them, even if it does not have all.
    pub(crate) fn best_for(&self, needed: &[String]) -> Option<Arc<AccessToken>> {
        self.find(|held| contains_all(&held.needed, needed))
    }

    /// Returns a token that has all of the scopes.
    pub(crate) fn with_all(&self, scopes: &[String]) -> Option<Arc<AccessToken>> {
        self.find(|held| contains_all(&held.granted, scopes))
    }

    /// Returns true if some token has a scope.
    pub(crate) fn have(&self, scope: &String) -> bool {
        self.0.iter().any(|held| held.granted.contains(scope))
    }

    /// Keeps a token that has some of the scopes that are needed.
    pub(crate) fn keep(
        &mut self,
        needed: &[String],
        granted: Vec<String>,
        token: &Arc<AccessToken>,
    ) {
        self.0.push(Held { needed: needed.to_vec(), granted, token: Arc::clone(token) });
    }

    /// Forgets a token that Okta refused.
    pub(crate) fn forget(&mut self, token: &Arc<AccessToken>) {
        self.0.retain(|held| !Arc::ptr_eq(&held.token, token));
    }

    /// Forgets those that may not be sent any more.
    pub(crate) fn forget_old(&mut self, now: Instant) {
        self.0.retain(|held| held.token.is_good(now));
    }

    fn find(&self, is_it: impl Fn(&Held) -> bool) -> Option<Arc<AccessToken>> {
        self.0.iter().find(|held| is_it(held)).map(|held| Arc::clone(&held.token))
    }
}

fn contains_all(scopes: &[String], others: &[String]) -> bool {
    others.iter().all(|scope| scopes.contains(scope))
}
