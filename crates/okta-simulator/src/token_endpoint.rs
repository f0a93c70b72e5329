//! The token endpoint of the org authorization server: `POST /oauth2/v1/token`.
//!
//! Only this server can give out `okta.` scopes, and a service app gets them with `client_credentials` and a
//! signed assertion alone. What is checked first is Okta's to know; here it is the client, then the network zone,
//! then the proof of possession, then the scopes.

use http::{HeaderValue, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::behaviour::Behaviour;
use crate::bucket;
use crate::call::Call;
use crate::dpop::{NonceIssuer, ProofError, Proofs, proof_of};
use crate::error::{OktaError, Refusal};
use crate::oauth_error::OAuthError;
use crate::reply::Reply;
use crate::service_app::{ServiceApp, ServiceApps};
use crate::tokens::{OAuthToken, Tokens};

/// The path of the endpoint.
pub(crate) const TOKEN_PATH: &str = bucket::TOKEN.name;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

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
    pub(crate) proofs: &'a mut Proofs,
    pub(crate) tokens: &'a mut Tokens,
    pub(crate) behaviour: &'a Behaviour,
    pub(crate) now: Timestamp,
    /// The token to give out, if one is given out.
    pub(crate) new_token: String,
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
        let assertion = form.assertion(call)?;
        let url = format!("{}{}", call.origin, call.path);
        let app = self.apps.authenticate(assertion, &url, self.now)?;
        if grant_type != "client_credentials" {
            return Err(OAuthError::unauthorized_client().into());
        }
        if self.behaviour.zone_blocked {
            return Err(OAuthError::disallowed_network_zone().into());
        }
        let thumbprint = check_proof(self.proofs, call, app, self.now)?;
        let scopes = granted_scopes(form.get("scope"), app, self.behaviour)?;

        let token_type = if thumbprint.is_some() { "DPoP" } else { "Bearer" };
        let body = json!({
            "token_type": token_type,
            "expires_in": LIFETIME.as_secs(),
            "access_token": self.new_token,
            "scope": scopes.join(" "),
        });
        let mut reply = Reply::object(&body);
        let no_store = HeaderValue::from_static("no-cache, no-store");
        reply.headers.insert(header::CACHE_CONTROL, no_store);
        reply.headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if thumbprint.is_some() {
            reply.set_dpop_nonce(&NonceIssuer::AuthorizationServer.nonce(self.now));
        }
        let grant = OAuthToken {
            scopes: scopes.into_iter().map(str::to_owned).collect(),
            expires: Some(self.now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX)),
            thumbprint,
            client_id: Some(app.client_id.clone()),
            ..OAuthToken::default()
        };
        self.tokens.accept_oauth(&self.new_token, grant);
        Ok(reply)
    }
}

/// Returns the thumbprint of the key that the token is to be bound to, if it is. A client that proves possession gets a
/// bound token, whether or not the app requires it.
fn check_proof(
    proofs: &mut Proofs,
    call: &Call,
    app: &ServiceApp,
    now: Timestamp,
) -> Result<Option<String>, OAuthError> {
    let checked = proof_of(call).and_then(|proof| {
        let issuer = Some(NonceIssuer::AuthorizationServer);
        proof.map(|proof| proofs.check(proof, call, None, issuer, now)).transpose()
    });
    match checked {
        Ok(None) if app.requires_dpop => {
            Err(OAuthError::invalid_dpop_proof("The DPoP proof JWT header is missing."))
        }
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
        return Err(OAuthError::invalid_scope(
            "The authorization server resource does not have any configured default scopes, \
             'scope' must be provided.",
        ));
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
    if !scopes.iter().all(is_granted) {
        return Err(OAuthError::invalid_scope(
            "One or more scopes are not configured for the authorization server resource.",
        ));
    }
    Ok(scopes)
}

/// The fields of the request.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(call: &Call) -> Result<Self, Refusal> {
        let content_type = call.header(&header::CONTENT_TYPE).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OktaError::unsupported_media_type().into());
        }
        let credentials = ["client_id", "client_secret", "client_assertion"];
        if credentials.iter().any(|name| call.param(name).is_some()) {
            let description = "Client credentials cannot be supplied via query parameters.";
            return Err(OAuthError::invalid_request(description).into());
        }
        let form = Self(call.form().ok_or(OAuthError::invalid_request("Invalid request"))?);
        let mut names: Vec<_> = form.0.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            let description = "The request contained multiple parameters with the same name.";
            return Err(OAuthError::invalid_request(description).into());
        }
        Ok(form)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Returns the assertion, which must be the only credential.
    fn assertion(&self, call: &Call) -> Result<&str, OAuthError> {
        let in_header = call.headers.contains_key(header::AUTHORIZATION);
        let in_body = self.get("client_id").is_some() || self.get("client_secret").is_some();
        match self.get("client_assertion") {
            Some(_) if in_header || in_body => Err(OAuthError::multiple_credentials()),
            None if in_header && in_body => Err(OAuthError::multiple_credentials()),
            None if in_header || in_body => Err(OAuthError::invalid_client(
                "Client Credentials requests to the Org Authorization Server must use the \
                 private_key_jwt token_endpoint_auth_method.",
            )),
            None => Err(OAuthError::invalid_client("No client credentials found.")),
            Some(_) if self.get("client_assertion_type") != Some(ASSERTION_TYPE) => {
                Err(OAuthError::invalid_request("The client_assertion_type is invalid."))
            }
            Some(assertion) => Ok(assertion),
        }
    }
}
