//! A service app, with what it signs and sends.

use http::HeaderName;
use jiff::SignedDuration;
use serde_json::json;

use super::signing::{Key, ath};
use super::*;
use crate::ServiceApp;

pub(super) const CLIENT: &str = "0oa1a2b3c4d5e6f7g8h9";
pub(super) const TOKEN_URL: &str = "https://acme.okta.com/oauth2/v1/token";

/// An org, and a service app that calls it.
pub(super) struct Service {
    pub(super) caller: Caller,
    pub(super) key: Key,
    pub(super) proof_key: Key,
    requires_dpop: bool,
    ids: u32,
}

/// A token, before it is signed.
#[derive(Clone)]
pub(super) struct Unsigned {
    pub(super) header: Value,
    pub(super) claims: Value,
}

/// A token request, before its parts are signed.
pub(super) struct TokenRequest {
    pub(super) assertion: Unsigned,
    pub(super) proof: Option<Unsigned>,
    pub(super) query: &'static str,
    pub(super) form: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Service {
    /// Makes an app with an EC key that need not prove possession.
    pub(super) fn new() -> Self {
        Self::with(Key::p256())
    }

    /// Makes an app with this key, which is named `k1`.
    pub(super) fn with(key: Key) -> Self {
        let caller = Caller::new(Org::generate(1, 20));
        let proof_key = Key::p256();
        let mut service = Self { caller, key, proof_key, requires_dpop: false, ids: 0 };
        service.register(vec![service.key.named("k1")]);
        service
    }

    /// Makes an app that has to prove possession.
    pub(super) fn proving() -> Self {
        let mut service = Self::new();
        service.requires_dpop = true;
        service.register(vec![service.key.named("k1")]);
        service
    }

    pub(super) fn register(&mut self, keys: Vec<Value>) {
        let scopes = ["okta.users.read", "okta.groups.read", "okta.apps.manage"];
        self.caller.simulator.register_service_app(ServiceApp {
            client_id: CLIENT.to_owned(),
            keys,
            scopes: scopes.map(str::to_owned).to_vec(),
            requires_dpop: self.requires_dpop,
        });
    }

    pub(super) fn now(&self) -> i64 {
        self.caller.now.as_second()
    }

    fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("id-{}", self.ids)
    }

    /// Makes a good request for `okta.users.read`, without a proof.
    pub(super) fn request(&mut self) -> TokenRequest {
        let algorithm = match &self.key {
            Key::Ec("P-384", _) => "ES384",
            Key::Ec(..) => "ES256",
            Key::Rsa(_) => "RS256",
        };
        let assertion = Unsigned {
            header: json!({ "alg": algorithm, "kid": "k1" }),
            claims: json!({
                "iss": CLIENT,
                "sub": CLIENT,
                "aud": TOKEN_URL,
                "iat": self.now() - 5,
                "exp": self.now() + 300,
                "jti": self.new_id(),
            }),
        };
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "okta.users.read"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ];
        TokenRequest {
            assertion,
            proof: None,
            query: "",
            form: form.map(|(name, value)| (name, value.to_owned())).to_vec(),
            headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        }
    }

    /// Makes a good proof for a call, without nonce and token.
    pub(super) fn proof(&mut self, method: &str, url: &str) -> Unsigned {
        Unsigned {
            header: json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.proof_key.jwk() }),
            claims: json!({
                "htm": method,
                "htu": url,
                "iat": self.now(),
                "jti": self.new_id(),
            }),
        }
    }

    /// Makes a good proof for the token endpoint.
    pub(super) fn token_proof(&mut self, nonce: &str) -> Unsigned {
        let mut proof = self.proof("POST", TOKEN_URL);
        proof.claims["nonce"] = json!(nonce);
        proof
    }

    /// Makes a good proof for a call of the API with this token.
    pub(super) fn api_proof(&mut self, url: &str, token: &str) -> Unsigned {
        let mut proof = self.proof("GET", url);
        proof.claims["ath"] = json!(ath(token));
        proof
    }

    /// Signs a request with the keys of this app and sends it. What the form already has is not signed anew.
    pub(super) fn send(&mut self, request: &TokenRequest) -> Answer {
        self.send_to(TOKEN_URL, request)
    }

    pub(super) fn send_to(&mut self, url: &str, request: &TokenRequest) -> Answer {
        let mut form = request.form.clone();
        if !form.iter().any(|(name, _)| *name == "client_assertion") {
            let assertion = self.key.sign(&request.assertion.header, &request.assertion.claims);
            form.push(("client_assertion", assertion));
        }
        form.retain(|(_, value)| !value.is_empty());
        let body: Vec<_> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", crate::call::encode_form(value)))
            .collect();
        let mut http = http::Request::post(format!("{url}{}", request.query));
        for (name, value) in &request.headers {
            http = http.header(*name, value);
        }
        if let Some(proof) = &request.proof {
            http = http.header("dpop", self.proof_key.sign(&proof.header, &proof.claims));
        }
        self.caller.send(http.body(Bytes::from(body.join("&"))).unwrap())
    }

    /// Sends a good request with one thing changed.
    pub(super) fn outcome_of(&mut self, change: fn(&mut TokenRequest)) -> String {
        let mut request = self.request();
        change(&mut request);
        self.send(&request).oauth()
    }

    /// Lets hours pass.
    pub(super) fn wait(&mut self, hours: i64) {
        self.caller.set_time(self.caller.now + SignedDuration::from_hours(hours));
    }

    /// Gets a token that is not bound to a key.
    pub(super) fn bearer_token(&mut self) -> String {
        let request = self.request();
        let answer = self.send(&request);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Gets a nonce that is good now.
    pub(super) fn nonce(&mut self) -> String {
        let mut request = self.request();
        request.proof = Some(self.token_proof(""));
        self.send(&request).header("dpop-nonce").to_owned()
    }

    /// Gets a token that is bound to the key of this app.
    pub(super) fn bound_token(&mut self) -> String {
        let nonce = self.nonce();
        let mut request = self.request();
        request.proof = Some(self.token_proof(&nonce));
        let answer = self.send(&request);
        assert_eq!(answer.json()["token_type"], "DPoP");
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Calls the API with these credentials.
    pub(super) fn call(&mut self, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        let mut http = http::Request::get(format!("{ORIGIN}{path}"));
        for (name, value) in headers {
            http = http.header(HeaderName::from_static(name), *value);
        }
        self.caller.send(http.body(Bytes::new()).unwrap())
    }

    pub(super) fn call_with_bearer(&mut self, path: &str, token: &str) -> Answer {
        self.call(path, &[("authorization", &format!("Bearer {token}"))])
    }

    /// Calls the API with a token and a proof, which this app signs.
    pub(super) fn call_with_proof(&mut self, path: &str, token: &str, proof: &Unsigned) -> Answer {
        let proof = self.proof_key.sign(&proof.header, &proof.claims);
        self.call(path, &[("authorization", &format!("DPoP {token}")), ("dpop", &proof)])
    }
}

impl TokenRequest {
    /// Replaces a field of the form; an empty one is left out.
    pub(super) fn set(&mut self, name: &'static str, value: &str) {
        self.form.retain(|(field, _)| *field != name);
        self.form.push((name, value.to_owned()));
    }
}

impl Answer {
    /// Writes the outcome at the token endpoint, as in `401 invalid_client: The client_assertion token is expired.`
    pub(super) fn oauth(&self) -> String {
        let status = self.status.as_str();
        if self.status.is_success() {
            return status.to_owned();
        }
        let body = self.json();
        match (body["error"].as_str(), body["error_description"].as_str()) {
            (Some(error), Some(description)) => format!("{status} {error}: {description}"),
            _ => self.outcome(),
        }
    }

    /// Writes the outcome of a call with an OAuth token, as in `401 Bearer invalid_token: The token has expired.`
    pub(super) fn challenge(&self) -> String {
        let status = self.status.as_str();
        let Some(challenge) = self.headers.get(header::WWW_AUTHENTICATE) else {
            return self.outcome();
        };
        assert!(self.body.is_empty(), "a challenge has no body");
        let challenge = challenge.to_str().unwrap();
        let scheme = challenge.split(' ').next().unwrap();
        let value = |name: &str| {
            let (_, rest) = challenge.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap()
        };
        format!("{status} {scheme} {}: {}", value(" error"), value("error_description"))
    }
}
