//! The authorize endpoint of the org authorization server, `GET /oauth2/v1/authorize`, and the answer of the user.
//!
//! Until the app and its address are known nothing is sent there: whoever asks is shown a page. After that every refusal
//! is the app's to hear.

use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;

use crate::behaviour::Behaviour;
use crate::bucket;
use crate::call::{Call, encode_form};
use crate::consent_page;
use crate::error::{OktaError, Refusal};
use crate::grants::{Grants, Request};
use crate::oauth_error::OAuthError;
use crate::reply::Reply;
use crate::web_app::{WebApp, WebApps};

/// The path of the endpoint.
pub(crate) const AUTHORIZE_PATH: &str = bucket::AUTHORIZE.name;

/// The endpoint works with these.
pub(crate) struct AuthorizeEndpoint<'a> {
    pub(crate) apps: &'a WebApps,
    pub(crate) grants: &'a mut Grants,
    pub(crate) behaviour: &'a Behaviour,
    pub(crate) now: Timestamp,
    /// The id of a request that a user is asked about, or the code that is given out.
    pub(crate) new_text: String,
}

impl AuthorizeEndpoint<'_> {
    /// Shows the page that asks the user, or sends the browser back to the app with the reason why not.
    pub(crate) fn ask(self, call: &Call) -> Reply {
        let mut names: Vec<_> = call.query.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            let reason = "The request contained multiple parameters with the same name.";
            return consent_page::refusal(reason);
        }
        let app = call.param("client_id").and_then(|client_id| self.apps.find(client_id));
        let Some(app) = app else {
            return consent_page::refusal("Invalid value for 'client_id' parameter.");
        };
        let is_registered = |uri: &&str| app.redirect_uris.iter().any(|it| it == uri);
        let Some(redirect_uri) = call.param("redirect_uri").filter(is_registered) else {
            return consent_page::refusal(
                "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
            );
        };
        let state = call.param("state").unwrap_or_default();
        match request(call, app, redirect_uri, state, self.behaviour) {
            Ok(request) => {
                let page = consent_page::consent(&self.new_text, &request);
                self.grants.wait(self.new_text, request, self.now);
                page
            }
            Err(error) => refuse(redirect_uri, &error, state),
        }
    }

    /// Sends the browser back to the app with a code, or with the word that the user denied it.
    pub(crate) fn answer(self, call: &Call) -> Result<Reply, Refusal> {
        let form = call.form().ok_or(OktaError::bad_request("The body is no form."))?;
        let get = |name| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let request = get("consent").and_then(|id| self.grants.answered(id, self.now));
        let Some(request) = request else {
            let reason = "Nobody waits for this answer any more. Start again from the app.";
            return Ok(consent_page::refusal(reason));
        };
        if get("decision") != Some("allow") {
            return Ok(refuse(
                &request.redirect_uri,
                &OAuthError::denied_by_user(),
                &request.state,
            ));
        }
        let pairs = [("code", self.new_text.as_str()), ("state", &request.state)];
        let reply = redirect(&request.redirect_uri, &pairs);
        self.grants.allow(self.new_text, request, self.now);
        Ok(reply)
    }
}

/// Reads what an app asks for.
fn request(
    call: &Call,
    app: &WebApp,
    redirect_uri: &str,
    state: &str,
    behaviour: &Behaviour,
) -> Result<Request, OAuthError> {
    if call.param("response_type") != Some("code") {
        return Err(OAuthError::unsupported_response_type());
    }
    if state.is_empty() {
        let description = "The authentication request has an invalid 'state' parameter.";
        return Err(OAuthError::invalid_request(description));
    }
    let challenge = call.param("code_challenge");
    match (challenge, call.param("code_challenge_method")) {
        (None, None) if app.client_secret.is_some() => {}
        (None, _) => {
            return Err(OAuthError::invalid_request(
                "PKCE code challenge is required when the token endpoint authentication method is 'NONE'.",
            ));
        }
        (Some(challenge), Some("S256")) if is_hash(challenge) => {}
        (Some(_), Some("S256")) => {
            return Err(OAuthError::invalid_request("The 'code_challenge' parameter is invalid."));
        }
        (Some(_), _) => {
            let description = "The 'code_challenge_method' parameter must be 'S256'.";
            return Err(OAuthError::invalid_request(description));
        }
    }
    if behaviour.zone_blocked {
        return Err(OAuthError::disallowed_network_zone());
    }
    Ok(Request {
        client_id: app.client_id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        scopes: app.granted(call.param("scope").unwrap_or_default())?,
        state: state.to_owned(),
        code_challenge: challenge.map(str::to_owned),
    })
}

/// Tells whether a text may be the hash of a verifier: 43 characters of base64 for URLs.
fn is_hash(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn refuse(redirect_uri: &str, error: &OAuthError, state: &str) -> Reply {
    let mut pairs = vec![("error", error.error), ("error_description", &error.description)];
    if !state.is_empty() {
        pairs.push(("state", state));
    }
    redirect(redirect_uri, &pairs)
}

fn redirect(redirect_uri: &str, pairs: &[(&str, &str)]) -> Reply {
    let query: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encode_form(value))).collect();
    let sign = if redirect_uri.contains('?') { '&' } else { '?' };
    let Ok(location) = HeaderValue::try_from(format!("{redirect_uri}{sign}{}", query.join("&")))
    else {
        return consent_page::refusal("The 'redirect_uri' parameter is no URL.");
    };
    let mut reply = Reply::empty(StatusCode::FOUND);
    reply.headers.insert(header::LOCATION, location);
    reply.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}
