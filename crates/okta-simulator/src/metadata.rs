//! What anybody may know of an org: which engine it runs, and where its authorization server is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fastrand::Rng;
use serde_json::json;

use crate::objects::ORG_ID;
use crate::reply::Reply;
use crate::token_endpoint::TOKEN_PATH;
use crate::view::{Engine, View};

/// `GET /.well-known/okta-organization`.
pub(crate) fn organization(view: View<'_>) -> Reply {
    let pipeline = match view.settings.engine {
        Engine::Identity => "idx",
        Engine::Classic => "v1",
    };
    Reply::object(&json!({
        "id": ORG_ID,
        "cell": "ok1",
        "pipeline": pipeline,
        "settings": { "analyticsCollectionEnabled": false, "bugReportingEnabled": false },
        "_links": { "organization": { "href": view.call.origin } },
    }))
}

/// `GET /.well-known/oauth-authorization-server`.
pub(crate) fn authorization_server(view: View<'_>) -> Reply {
    let origin = &view.call.origin;
    let at = |path: &str| format!("{origin}{path}");
    Reply::object(&json!({
        "issuer": origin,
        "authorization_endpoint": at("/oauth2/v1/authorize"),
        "token_endpoint": at(TOKEN_PATH),
        "registration_endpoint": at("/oauth2/v1/clients"),
        "jwks_uri": at("/oauth2/v1/keys"),
        "introspection_endpoint": at("/oauth2/v1/introspect"),
        "revocation_endpoint": at("/oauth2/v1/revoke"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none",
        ],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": [
            "RS256", "RS384", "RS512", "ES256", "ES384", "ES512",
        ],
    }))
}

/// `GET /oauth2/v1/keys`.
///
/// The key verifies nothing, because access tokens are opaque here: it is there to be looked at.
pub(crate) fn keys() -> Reply {
    let mut random = Rng::with_seed(1);
    let mut modulus = [0; 256];
    random.fill(&mut modulus);
    modulus[0] |= 0x80;
    modulus[255] |= 1;
    let kid: String = (0..43).map(|_| random.alphanumeric()).collect();
    Reply::object(&json!({
        "keys": [{
            "kty": "RSA",
            "alg": "RS256",
            "kid": kid,
            "use": "sig",
            "e": "AQAB",
            "n": URL_SAFE_NO_PAD.encode(modulus),
        }],
    }))
}
