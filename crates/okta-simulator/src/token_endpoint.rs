//! The token endpoint of the org authorization server: `POST /oauth2/v1/token`.
//!
//! Only this server can give out `okta.` scopes. A service app gets them with `client_credentials` and a signed assertion
//! alone, a web app with the code of a user who consented, and then with refresh tokens. What is checked first is Okta's to
//! know; here it is the client, then the network zone, then the proof of possession, then the scopes.

use http::{HeaderValue, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::behaviour::Behaviour;
use crate::bucket;
use crate::call::Call;
use crate::dpop::{NonceIssuer, ProofError, Proofs, proof_of};
use crate::error::Refusal;
use crate::grants::{Grants, NewTokens};
use crate::oauth_error::OAuthError;
use crate::reply::Reply;
use crate::service_app::{ServiceApp, ServiceApps};
use crate::token_form::Form;
use crate::tokens::{OAuthToken, Tokens};
use crate::web_app::WebApps;

/// The path of the endpoint.
pub(crate) const TOKEN_PATH: &str = bucket::TOKEN.name;

/// Grant types that the server knows, but a service app may not use.
const OTHER_GRANT_TYPES: [&str; 6] = [
    "authorization_code",
    "refresh_token",
    "password",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
];

/// Scopes that are about a user. Whether Okta refuses or ignores `offline_access` here is not
/// documented: the strict reading finds the client that sends it.
const OPENID_SCOPES: [&str; 8] =
    ["openid", "profile", "email", "address", "phone", "groups", "device_sso", "offline_access"];

const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// The endpoint works with these.
pub(crate) struct TokenEndpoint<'a> {
    pub(crate) apps: &'a mut ServiceApps,
    pub(crate) web_apps: &'a WebApps,
    pub(crate) grants: &'a mut Grants,
    pub(crate) proofs: &'a mut Proofs,
    pub(crate) tokens: &'a mut Tokens,
    pub(crate) behaviour: &'a Behaviour,
    pub(crate) now: Timestamp,
    /// The token to give out, if one is given out.
    pub(crate) new_token: String,
    /// The refresh token to give out beside it, if one is.
    pub(crate) new_refresh_token: String,
}

impl TokenEndpoint<'_> {
    /// Answers one request.
    pub(crate) fn answer(self, call: &Call) -> Result<Reply, Refusal> {
        let form = Form::read(call)?;
        let grant_type = form.get("grant_type").ok_or(OAuthError::invalid_request(
            "The token request must specify a 'grant_type'. Valid values: [client_credentials].",
        ))?;
        if grant_type != "client_credentials" && !OTHER_GRANT_TYPES.contains(&grant_type) {
            return Err(OAuthError::unsupported_grant_type().into());
        }
        let is_of_web_apps = matches!(grant_type, "authorization_code" | "refresh_token");
        if is_of_web_apps && form.get("client_assertion").is_none() {
            return self.answer_web_app(call, &form, grant_type);
        }
        let assertion = form.assertion(call)?;
        let url = format!("{}{}", call.origin, call.path);
        let app = self.apps.authenticate(assertion, &url, self.now)?;
        if grant_type != "client_credentials" {
            return Err(OAuthError::unauthorized_client().into());
        }
        if self.behaviour.zone_blocked {
            return Err(OAuthError::disallowed_network_zone().into());
        }
        let thumbprint = check_proof(self.proofs, call, self.now)?;
        if thumbprint.is_none() && app.requires_dpop {
            let description = "The DPoP proof JWT header is missing.";
            return Err(OAuthError::invalid_dpop_proof(description).into());
        }
        let scopes = granted_scopes(form.get("scope"), app, self.behaviour)?;
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        let client_id = app.client_id.clone();
        Ok(self.issue(&client_id, scopes, thumbprint, None))
    }

    /// Answers an app that has a code or a refresh token.
    fn answer_web_app(self, call: &Call, form: &Form, grant_type: &str) -> Result<Reply, Refusal> {
        let (client_id, secret) = form.client(call)?;
        let app = self.web_apps.authenticate(&client_id, secret.as_deref())?;
        if self.behaviour.zone_blocked {
            return Err(OAuthError::disallowed_network_zone().into());
        }
        let thumbprint = check_proof(self.proofs, call, self.now)?;
        let new =
            NewTokens { access_token: &self.new_token, refresh_token: &self.new_refresh_token };
        let given = |name: &'static str| {
            let missing = format!("The token request must specify a '{name}'.");
            form.get(name).ok_or(OAuthError::invalid_request(missing))
        };
        let issued = match grant_type {
            "authorization_code" => self.grants.exchange(
                app,
                given("code")?,
                form.get("redirect_uri"),
                form.get("code_verifier"),
                &new,
                self.now,
            ),
            _ => {
                let token = given("refresh_token")?;
                self.grants.refresh(app, token, form.get("scope"), &new, self.now)
            }
        };
        let issued = issued.map_err(|rejected| {
            for token in &rejected.revoked {
                self.tokens.revoke(token);
            }
            rejected.error
        })?;
        Ok(self.issue(&client_id, issued.scopes, thumbprint, issued.refresh_token))
    }

    /// Lets the new token in, and tells the app of it.
    fn issue(
        self,
        client_id: &str,
        scopes: Vec<String>,
        thumbprint: Option<String>,
        refresh_token: Option<String>,
    ) -> Reply {
        let token_type = if thumbprint.is_some() { "DPoP" } else { "Bearer" };
        let mut body = json!({
            "token_type": token_type,
            "expires_in": LIFETIME.as_secs(),
            "access_token": self.new_token,
            "scope": scopes.join(" "),
        });
        if let Some(refresh_token) = refresh_token {
            body["refresh_token"] = refresh_token.into();
        }
        let mut reply = Reply::object(&body);
        let no_store = HeaderValue::from_static("no-cache, no-store");
        reply.headers.insert(header::CACHE_CONTROL, no_store);
        reply.headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if thumbprint.is_some() {
            reply.set_dpop_nonce(&NonceIssuer::AuthorizationServer.nonce(self.now));
        }
        let grant = OAuthToken {
            scopes: scopes.into_iter().collect(),
            expires: Some(self.now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX)),
            thumbprint,
            client_id: Some(client_id.to_owned()),
            ..OAuthToken::default()
        };
        self.tokens.accept_oauth(&self.new_token, grant);
        reply
    }
}

/// Returns the thumbprint of the key that the token is to be bound to, if it is. A client that proves possession gets a
/// bound token, whether or not the app requires it.
fn check_proof(
    proofs: &mut Proofs,
    call: &Call,
    now: Timestamp,
) -> Result<Option<String>, OAuthError> {
    let checked = proof_of(call).and_then(|proof| {
        let issuer = Some(NonceIssuer::AuthorizationServer);
        proof.map(|proof| proofs.check(proof, call, None, issuer, now)).transpose()
    });
    match checked {
        Ok(thumbprint) => Ok(thumbprint),
        Err(ProofError::Invalid(description)) => Err(OAuthError::invalid_dpop_proof(description)),
        Err(ProofError::NonceNeeded(nonce)) => Err(OAuthError::use_dpop_nonce(nonce)),
    }
}

/// Returns the scopes that are asked for, each once, if the app may have all of them.
fn granted_scopes<'a>(
    asked: Option<&'a str>,
    app: &ServiceApp,
    behaviour: &Behaviour,
) -> Result<Vec<&'a str>, OAuthError> {
    let mut scopes = Vec::new();
    for scope in asked.unwrap_or_default().split(' ').filter(|scope| !scope.is_empty()) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(OAuthError::no_scope());
    }
    if scopes.iter().any(|scope| OPENID_SCOPES.contains(scope)) {
        let description = "Cannot request 'openid' scopes using client credentials.";
        return Err(OAuthError::invalid_scope(description));
    }
    if scopes.iter().any(|scope| !scope.starts_with("okta.")) {
        let description = "Custom scopes are not allowed for this request.";
        return Err(OAuthError::invalid_scope(description));
    }
    if scopes.iter().any(|scope| scope.ends_with(".self")) {
        return Err(OAuthError::self_scope());
    }
    let is_granted = |scope: &&str| app.scopes.iter().any(|granted| granted == scope);
    if behaviour.consent_required && !scopes.iter().any(is_granted) {
        return Err(OAuthError::consent_required());
    }
    let lacking: Vec<_> = scopes.iter().filter(|scope| !is_granted(scope)).copied().collect();
    if !lacking.is_empty() {
        return Err(match behaviour.names_scopes {
            true => OAuthError::scopes_not_granted(&lacking),
            false => OAuthError::scope_not_granted(),
        });
    }
    Ok(scopes)
}
