//! Web apps: clients that somebody lets in, in a browser.

use std::collections::BTreeMap;

use crate::oauth_error::OAuthError;

/// An OpenID Connect app that gets its tokens for a user: by an authorization code, and then by refresh tokens.
#[derive(Clone, PartialEq)]
pub struct WebApp {
    /// Its id, such as `0oa1a2b3c4d5e6f7g8h9`.
    pub client_id: String,
    /// Its secret. An app without one is public, and has to use PKCE.
    pub client_secret: Option<String>,
    /// The sign-in redirect URIs. A request names one of them, to the letter.
    pub redirect_uris: Vec<String>,
    /// The scopes that were granted to it.
    pub scopes: Vec<String>,
    /// The fate of a refresh token that was used.
    pub refresh_tokens: RefreshTokens,
}

/// The fate of a refresh token that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokens {
    /// It stays good.
    Static,
    /// Another takes its place, and it is good for thirty seconds more. Whoever uses it later makes an end of the new one
    /// as well, and of all access tokens.
    Rotating,
}

// By hand, so that the secret is never printed.
impl std::fmt::Debug for WebApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebApp")
            .field("client_id", &self.client_id)
            .field("is_public", &self.client_secret.is_none())
            .field("redirect_uris", &self.redirect_uris)
            .field("scopes", &self.scopes)
            .field("refresh_tokens", &self.refresh_tokens)
            .finish()
    }
}

/// The web apps of an org.
#[derive(Clone, Debug, Default)]
pub(crate) struct WebApps(BTreeMap<String, WebApp>);

impl WebApps {
    pub(crate) fn register(&mut self, app: WebApp) {
        self.0.insert(app.client_id.clone(), app);
    }

    /// Finds the app that a request in a browser names. Nobody has shown yet that it is this app.
    pub(crate) fn find(&self, client_id: &str) -> Option<&WebApp> {
        self.0.get(client_id)
    }

    /// Finds out which app sends a secret, or sends none because it has none.
    pub(crate) fn authenticate(
        &self,
        client_id: &str,
        secret: Option<&str>,
    ) -> Result<&WebApp, OAuthError> {
        let invalid = |description| Err(OAuthError::invalid_client(description));
        let Some(app) = self.find(client_id) else {
            return invalid("Invalid value for 'client_id' parameter.");
        };
        match (&app.client_secret, secret) {
            (None, Some(_)) => invalid("A public client has no client secret."),
            (Some(_), None) => invalid("Client authentication failed. No client secret provided."),
            (expected, found) if expected.as_deref() == found => Ok(app),
            _ => invalid("The client secret supplied for a confidential client is invalid."),
        }
    }
}

impl WebApp {
    /// Returns the scopes that are asked for, each once, if the app may have all of them.
    ///
    /// `openid` is not among them: this server signs no ID tokens.
    pub(crate) fn granted(&self, asked: &str) -> Result<Vec<String>, OAuthError> {
        let mut scopes: Vec<String> = Vec::new();
        for scope in asked.split(' ').filter(|scope| !scope.is_empty()) {
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        let may_have =
            |scope: &String| scope == OFFLINE_ACCESS || self.scopes.iter().any(|it| it == scope);
        match scopes.is_empty() {
            true => Err(OAuthError::no_scope()),
            false if !scopes.iter().all(may_have) => Err(OAuthError::scope_not_granted()),
            false => Ok(scopes),
        }
    }
}

/// The scope that asks for a refresh token.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";
