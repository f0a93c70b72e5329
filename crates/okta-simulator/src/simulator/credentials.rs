//! Credentials that are let in: tokens, service apps, and what their roles leave out.

use jiff::Timestamp;

use crate::collection::Collection;
use crate::service_app::ServiceApp;
use crate::simulator::Simulator;
use crate::tokens::OAuthToken;
use crate::web_app::WebApp;

impl Simulator {
    /// Lets a token in with the `SSWS` scheme. It may read everything.
    ///
    /// Like any API token it dies when it is not used for thirty days, and each call renews it. The days count
    /// from its first call on, so that the clock may be set after the token is accepted.
    pub fn accept_api_token(&mut self, token: &str) {
        self.tokens.accept_api(token);
    }

    /// Lets an OAuth token in with the `Bearer` scheme. It may read what its scopes name, and never expires
    /// unless [`expire_bearer_token`](Self::expire_bearer_token) says when.
    pub fn accept_bearer_token(&mut self, token: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.tokens.accept_oauth(token, OAuthToken { scopes, ..OAuthToken::default() });
    }

    /// Sets when an OAuth token expires, also one that a service app was given. A time that has come makes it
    /// expired at once. A token that the org does not know stays unknown.
    pub fn expire_bearer_token(&mut self, token: &str, time: Timestamp) {
        self.tokens.expire_oauth(token, time);
    }

    /// Revokes a token of any kind.
    pub fn revoke(&mut self, token: &str) {
        self.tokens.revoke(token);
    }

    /// Registers a service app, which may then ask for tokens with assertions signed by one of its keys. An app
    /// with the same id is replaced, and the tokens that it was given stay good.
    pub fn register_service_app(&mut self, app: ServiceApp) {
        self.apps.register(app);
    }

    /// Registers a web app, which may then ask for codes in a browser, and for tokens with them. An app with the same id
    /// is replaced, and the tokens that it was given stay good.
    pub fn register_web_app(&mut self, app: WebApp) {
        self.web_apps.register(app);
    }

    /// Takes a collection out of the role of a holder: a token of any kind, or a service app by its client id,
    /// and then all its tokens. Calls that read the collection are answered with 403 `E0000006`, whatever the
    /// scopes.
    pub fn forbid(&mut self, holder: &str, collection: Collection) {
        self.tokens.forbid(holder, collection);
    }

    /// Makes a holder a Read-only Administrator: a token of any kind, or a service app by its client id, and then
    /// all its tokens. That role reads everything but the profile schemas, which are for the administrators of the
    /// org, of apps and of API access, and what the super administrator alone reads. They are refused with 403
    /// `E0000006`, whatever the scopes.
    ///
    /// Who may read is documented; the refusal is the one that other missing rights lead to.
    pub fn make_read_only_admin(&mut self, holder: &str) {
        for schemas in [Collection::UserSchemas, Collection::GroupSchemas] {
            self.forbid(holder, schemas);
        }
        self.take_super_role(holder);
    }

    /// Takes from a holder what the super administrator alone may read: roles and who has them, API tokens, log streams.
    pub fn take_super_role(&mut self, holder: &str) {
        for &collection in Collection::ALL {
            if collection.particulars().is_some_and(|it| it.for_super_administrators) {
                self.tokens.forbid(holder, collection);
            }
        }
    }

    /// Takes the whole admin role from a holder: a token of any kind, or a service app by its client id, and then
    /// all its tokens. What its scopes open looks like an empty org: listings of users, groups and applications
    /// are answered with 200 `[]`, and everything else with 403 `E0000006`.
    ///
    /// That is what those who run connectors report of users, groups, applications and devices. For the rest it is
    /// a guess.
    pub fn take_role(&mut self, holder: &str) {
        self.tokens.take_role(holder);
    }
}
