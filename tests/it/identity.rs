//! The identity of the connection: every kind of credential in every state, and the text that AppFlow gets.

use crate::support::{EPOCH, InterceptedOkta, World, part, query, top};
use expect_test::expect_file;
use jiff::Timestamp;
use okta_client::{PrivateKey, SignError, Signer};
use okta_connector::{Config, KeyError, Offered};
use okta_connector_cli::SimulatedSecrets;
use okta_simulator::{Collection, Org, RateLimits, ServiceApp, Simulator, Subscription};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const CLIENT_ID: &str = "0oacanaryclient12345";

/// The longest text that AppFlow takes for an authentication parameter.
const MAX_VALUE: usize = 2_048;

/// Returns the scopes of all objects that are offered, each once.
fn scopes() -> Vec<&'static str> {
    let scopes: BTreeSet<_> = Offered::default().scopes().into_iter().collect();
    scopes.into_iter().collect()
}

/// Returns keys that open nothing: private ones in every form, their public halves, and texts that
/// are no keys.
fn keys() -> Value {
    let text = std::fs::read_to_string(top().join("tests/data/keys.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn private_key(form: &str) -> String {
    keys()["private"][form].as_str().unwrap().to_owned()
}

pub(crate) fn public_key(kind: &str) -> Value {
    keys()["public"][kind].clone()
}

/// The kinds of connection.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    OAuth2,
    ApiToken,
    ServiceApp,
}

/// A connection that works, before something is done to it.
pub(crate) struct Case {
    kind: Kind,
    pub(crate) secret: Value,
    cached: Option<SecretString>,
    keys: BTreeMap<String, Result<Arc<dyn Signer>, KeyError>>,
    pub(crate) okta: InterceptedOkta,
}

impl Case {
    pub(crate) fn new(kind: Kind) -> Self {
        let okta = InterceptedOkta::new(Org::generate(1, 3));
        let secret = match kind {
            Kind::OAuth2 => {
                json!({ "accessToken": "canary-access", "refreshToken": "canary-refresh" })
            }
            Kind::ApiToken => {
                json!({ "customAuthenticationType": "Okta_API_Token", "apiToken": "canary-api" })
            }
            Kind::ServiceApp => json!({
                "customAuthenticationType": "Okta_Service_App",
                "clientId": CLIENT_ID,
                "keyId": "rsa-key",
                "privateKey": private_key("RSA in PKCS#8, DER"),
            }),
        };
        let case = Self { kind, secret, cached: None, keys: BTreeMap::new(), okta };
        case.org(|org| {
            org.accept_api_token("canary-api");
            org.accept_bearer_token("canary-access", &scopes());
            org.register_service_app(app());
        })
    }

    fn org(self, change: impl FnOnce(&mut Simulator)) -> Self {
        change(&mut self.okta.simulator());
        self
    }

    /// Changes the service app as Okta knows it.
    pub(crate) fn app(self, change: impl FnOnce(&mut ServiceApp)) -> Self {
        let mut app = app();
        change(&mut app);
        self.org(|org| org.register_service_app(app))
    }

    fn secret(mut self, changes: &Value) -> Self {
        for (key, value) in changes.as_object().unwrap() {
            self.secret[key] = value.clone();
        }
        self
    }

    /// Lets a warm process still hold another secret.
    fn cached(mut self, secret: &Value) -> Self {
        self.cached = Some(secret.to_string().into());
        self
    }

    fn key(mut self, id: &str, key: Result<Arc<dyn Signer>, KeyError>) -> Self {
        self.keys.insert(id.to_owned(), key);
        self
    }

    pub(crate) fn world(&self) -> World {
        World::on(self.okta.clone(), self.secrets())
    }

    fn secrets(&self) -> SimulatedSecrets {
        let secret = Ok(self.secret.to_string().into());
        SimulatedSecrets { secret, cached: self.cached.clone(), keys: self.keys.clone() }
    }

    pub(crate) fn authentication_type(&self) -> &'static str {
        match self.kind {
            Kind::OAuth2 => "OAuth2",
            Kind::ApiToken | Kind::ServiceApp => "CustomAuth",
        }
    }

    /// Makes the connection and then runs a flow, and returns the text that the user reads.
    async fn told(&self) -> String {
        let world = self.world();
        let validated = self.validate(&world, "75").await;
        let queried = self.query(&world).await;
        format!("  ValidateCredentials: {}\n  QueryData: {}\n", told(&validated), told(&queried))
    }

    async fn validate(&self, world: &World, rate_limit_percent: &str) -> Value {
        let credentials =
            json!({ "secretArn": "arn", "authenticationType": self.authentication_type() });
        let settings = json!({
            "instanceUrl": "https://acme.okta.com",
            "rateLimitPercent": rate_limit_percent,
        });
        world
            .ask(&json!({
                "type": "ValidateCredentialsRequest",
                "credentials": credentials,
                "connectorRuntimeSettings": settings,
            }))
            .await
    }

    async fn query(&self, world: &World) -> Value {
        let mut event = query("User", &json!({ "selectedFieldNames": ["id"] }));
        event["connectorContext"]["credentials"]["authenticationType"] =
            self.authentication_type().into();
        world.ask(&event).await
    }
}

pub(crate) fn app() -> ServiceApp {
    ServiceApp {
        client_id: CLIENT_ID.to_owned(),
        keys: vec![public_key("rsa"), public_key("ec")],
        scopes: scopes().into_iter().map(str::to_owned).collect(),
        requires_dpop: false,
    }
}

fn told(answer: &Value) -> String {
    match &answer["errorDetails"] {
        Value::Null if answer["records"].is_array() => {
            format!("{} records", answer["records"].as_array().unwrap().len())
        }
        Value::Null => "success".to_owned(),
        details => format!(
            "{}: {}",
            details["errorCode"].as_str().unwrap(),
            details["errorMessage"].as_str().unwrap()
        ),
    }
}

fn local(form: &str) -> Arc<dyn Signer> {
    Arc::new(PrivateKey::parse(&private_key(form).into()).unwrap().key)
}

fn everything_forbidden(org: &mut Simulator, holder: &str) {
    for &collection in Collection::ALL {
        org.forbid(holder, collection);
    }
}

/// Returns a token that is bound to a key, as it would be in the hands of AppFlow.
async fn bound_token(case: &Case) -> String {
    let minter = Case { okta: case.okta.clone(), ..Case::new(Kind::ServiceApp) }
        .app(|app| app.requires_dpop = true);
    let world = minter.world();
    minter.query(&world).await;
    let latest = case.okta.latest("/api/v1/users");
    let header = latest.last().unwrap().headers()["authorization"].to_str().unwrap().to_owned();
    header.strip_prefix("DPoP ").unwrap().to_owned()
}

/// Returns the rows: each is a connection in a state.
pub(crate) fn cases() -> Vec<(&'static str, Case)> {
    use Kind::*;
    let past = Timestamp::from_second(EPOCH - 1).unwrap();
    let mut without_users = scopes();
    without_users.retain(|scope| *scope != "okta.users.read");
    let api_token = json!({ "customAuthenticationType": "Okta_API_Token", "apiToken": "x" });
    let new = Case::new;
    vec![
        ("OAuth2: good", new(OAuth2)),
        ("OAuth2: expired", new(OAuth2).org(|org| org.expire_bearer_token("canary-access", past))),
        ("OAuth2: revoked", new(OAuth2).org(|org| org.revoke("canary-access"))),
        (
            "OAuth2: without a scope",
            new(OAuth2).org(|org| org.accept_bearer_token("canary-access", &without_users)),
        ),
        (
            "OAuth2: without any scope",
            new(OAuth2).org(|org| org.accept_bearer_token("canary-access", &[])),
        ),
        (
            "OAuth2: without an admin role",
            new(OAuth2).org(|org| everything_forbidden(org, "canary-access")),
        ),
        ("OAuth2: wrong kind of secret", Case { secret: api_token, ..new(OAuth2) }),
        ("OAuth2: malformed", new(OAuth2).secret(&json!({ "accessToken": "canary\r\naccess" }))),
        ("OAuth2: not an object", Case { secret: json!("canary"), ..new(OAuth2) }),
        ("Okta_API_Token: good", new(ApiToken)),
        ("Okta_API_Token: revoked", new(ApiToken).org(|org| org.revoke("canary-api"))),
        (
            "Okta_API_Token: without an admin role",
            new(ApiToken).org(|org| everything_forbidden(org, "canary-api")),
        ),
        (
            "Okta_API_Token: blocked by a network zone",
            new(ApiToken).org(|org| org.set_network_zone_blocked(true)),
        ),
        (
            "Okta_API_Token: wrong kind of secret",
            Case { secret: new(OAuth2).secret, ..new(ApiToken) },
        ),
        ("Okta_API_Token: malformed", new(ApiToken).secret(&json!({ "apiToken": 5 }))),
        ("Okta_API_Token: empty", new(ApiToken).secret(&json!({ "apiToken": " " }))),
        ("Okta_API_Token: the org is gone", new(ApiToken).org(|org| org.set_org_active(false))),
        ("Okta_Service_App: good", new(ServiceApp)),
        ("Okta_Service_App: DPoP demanded", new(ServiceApp).app(|app| app.requires_dpop = true)),
        (
            "Okta_Service_App: DPoP demanded, with a nonce for every call",
            new(ServiceApp)
                .app(|app| app.requires_dpop = true)
                .org(|org| org.set_api_nonce_required(true)),
        ),
        ("Okta_Service_App: key withdrawn", new(ServiceApp).app(|app| app.keys.clear())),
        (
            "Okta_Service_App: unknown app",
            new(ServiceApp).secret(&json!({ "clientId": "0oacanaryother123456" })),
        ),
        (
            "Okta_Service_App: a scope is not granted",
            new(ServiceApp).app(|app| app.scopes.retain(|scope| scope != "okta.users.read")),
        ),
        (
            "Okta_Service_App: a named scope is not granted",
            new(ServiceApp)
                .app(|app| app.scopes.retain(|scope| scope != "okta.users.read"))
                .secret(&json!({ "scopes": "okta.users.read,okta.groups.read" })),
        ),
        (
            "Okta_Service_App: only what is named",
            new(ServiceApp).secret(&json!({ "scopes": "okta.users.read" })),
        ),
        (
            "Okta_Service_App: consent required",
            new(ServiceApp).app(|app| app.scopes.clear()).org(|org| org.set_consent_required(true)),
        ),
        (
            "Okta_Service_App: without an admin role",
            new(ServiceApp).org(|org| everything_forbidden(org, CLIENT_ID)),
        ),
        (
            "Okta_Service_App: blocked by a network zone",
            new(ServiceApp).org(|org| org.set_network_zone_blocked(true)),
        ),
        (
            "Okta_Service_App: wrong kind of secret",
            Case { secret: new(OAuth2).secret, ..new(ServiceApp) },
        ),
        ("Okta_Service_App: no client id", new(ServiceApp).secret(&json!({ "clientId": null }))),
        ("Okta_Service_App: no key", new(ServiceApp).secret(&json!({ "privateKey": "" }))),
        (
            "Okta_Service_App: two keys",
            new(ServiceApp).secret(&json!({ "kmsKeyId": "alias/okta" })),
        ),
        (
            "Okta_Service_App: a key in KMS",
            new(ServiceApp)
                .secret(&json!({ "privateKey": null, "kmsKeyId": "kms-1", "keyId": "ec-key" }))
                .key("kms-1", Ok(local("EC in PKCS#8"))),
        ),
        (
            "Okta_Service_App: no such key in KMS",
            new(ServiceApp).secret(&json!({ "privateKey": null, "kmsKeyId": "kms-1" })),
        ),
        (
            "Okta_Service_App: the key in KMS may not be used",
            new(ServiceApp)
                .secret(&json!({ "privateKey": null, "kmsKeyId": "kms-1" }))
                .key("kms-1", Err(KeyError::AccessDenied("Not authorized".to_owned()))),
        ),
        (
            "Okta_Service_App: the key in KMS is disabled later",
            new(ServiceApp)
                .secret(&json!({ "privateKey": null, "kmsKeyId": "kms-1" }))
                .key("kms-1", Ok(Arc::new(Disabled))),
        ),
    ]
}

/// A key that was there a moment ago.
#[derive(Debug)]
struct Disabled;

impl Signer for Disabled {
    fn algorithm(&self) -> okta_client::Algorithm {
        okta_client::Algorithm::Rs256
    }

    fn sign<'a>(&'a self, _input: &'a [u8]) -> okta_client::Signing<'a> {
        let error = SignError::from(KeyError::Unusable("It is disabled".to_owned()));
        Box::pin(std::future::ready(Err(error)))
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_every_credential_in_every_state() {
    let mut text = String::new();
    for (name, case) in cases() {
        write!(text, "{name}\n{}\n", case.told().await).unwrap();
    }
    for (form, key) in keys()["private"].as_object().unwrap() {
        let id = if form.starts_with("RSA") { "rsa-key" } else { "ec-key" };
        let case = Case::new(Kind::ServiceApp).secret(&json!({ "privateKey": key, "keyId": id }));
        // What is longer can be put into a secret by hand only.
        let fits =
            if key.as_str().unwrap().len() <= MAX_VALUE { "" } else { ", too long for AppFlow" };
        write!(text, "Okta_Service_App: {form}{fits}\n{}\n", case.told().await).unwrap();
    }
    for (name, key) in keys()["unusable"].as_object().unwrap() {
        let case = Case::new(Kind::ServiceApp).secret(&json!({ "privateKey": key }));
        write!(text, "Okta_Service_App: {name}\n{}\n", case.told().await).unwrap();
    }
    let case = Case::new(Kind::OAuth2);
    let token = bound_token(&case).await;
    let case = case.secret(&json!({ "accessToken": token }));
    write!(text, "OAuth2: DPoP demanded\n{}\n", case.told().await).unwrap();
    for secret in ["canary-", &token] {
        assert!(!text.contains(secret), "{secret} got out");
    }
    expect_file![top().join("tests/data/identity.txt")].assert_eq(&text);
}

/// Checks that a user who saves a connection hears about the credential that was saved, not about
/// the one that a warm process still holds, and that one who has mended it does not wait.
#[tokio::test(start_paused = true)]
async fn a_secret_that_was_changed_counts_at_once() {
    let good = Case::new(Kind::ApiToken).secret;
    let revoked = json!({ "customAuthenticationType": "Okta_API_Token", "apiToken": "canary-old" });
    let malformed = json!({ "customAuthenticationType": "Okta_API_Token" });
    let spoilt = Case::new(Kind::ApiToken).cached(&good).secret(&revoked);
    let answer = spoilt.validate(&spoilt.world(), "75").await;
    assert!(told(&answer).starts_with("InvalidCredentials: "), "{answer}");
    for before in [revoked, malformed] {
        let mended = Case::new(Kind::ApiToken).cached(&before);
        assert_eq!(told(&mended.validate(&mended.world(), "75").await), "success");
        assert_eq!(told(&mended.query(&mended.world()).await), "3 records");
    }
}

/// Checks that finding out what is granted takes few requests: the token endpoint has a limit, too,
/// and a small one on free plans.
#[tokio::test(start_paused = true)]
async fn finding_out_what_is_granted_takes_few_requests_and_gets_there() {
    let org = |granted: &[&str]| {
        let granted: Vec<_> = granted.iter().map(|scope| (*scope).to_owned()).collect();
        Case::new(Kind::ServiceApp).app(|app| app.scopes = granted).org(|org| {
            org.set_rate_limits(RateLimits {
                subscription: Subscription::IntegratorFree,
                ..RateLimits::default()
            });
        })
    };
    let nothing = org(&[]);
    let answer = nothing.validate(&nothing.world(), "10").await;
    let told_of = "AccessDenied: The connection can read no object. Grant the Okta app one of";
    assert!(told(&answer).starts_with(told_of), "{answer}");
    // All of them at once, then one by one.
    assert_eq!(nothing.okta.latest("/oauth2/v1/token").len(), 1 + scopes().len());

    let some = org(&["okta.users.read", "okta.userTypes.read"]);
    let world = some.world();
    let mut answer = Value::Null;
    for _minute in 0..2 * scopes().len() {
        answer = some.validate(&world, "1").await;
        if answer["isSuccess"] == true {
            break;
        }
        assert_eq!(answer["errorDetails"]["errorCode"], "RateLimitExceeded", "{answer}");
        tokio::time::advance(Duration::from_secs(61)).await;
    }
    assert_eq!(told(&answer), "success");
}

/// Checks that a read asks for what it needs alone where a deployment offers much more than the app is granted, whether Okta
/// names what is not granted or does not.
#[tokio::test(start_paused = true)]
async fn few_of_many_scopes_take_few_requests() {
    let wanted = Offered::everything().scopes().len();
    assert!(wanted > 18, "{wanted}");
    let granted = ["okta.users.read", "okta.groups.read", "okta.apps.read"];
    let granted = granted.map(str::to_owned).to_vec();
    let flow = |entity: &str, fields: &Value| {
        let mut event = query(entity, &json!({ "selectedFieldNames": fields }));
        // The connection that is validated.
        event["connectorContext"]["credentials"] =
            json!({ "secretArn": "arn", "authenticationType": "CustomAuth" });
        event
    };
    let rows = [
        // The entity, its fields, the answer, and the requests for tokens in a cold process and in one that has validated: where
        // Okta names no scope, and where it does.
        ("User", json!(["id"]), "3 records", [2, 2], [0, 0]),
        // The schemas of attributes may not be read, nor the types.
        ("User", Value::Null, "3 records", [5, 5], [3, 3]),
        ("GroupMember", json!(["key"]), "8 records", [2, 2], [1, 0]),
        ("ApplicationUser", json!(["key"]), " records", [2, 2], [1, 0]),
        // Of three scopes that it needs one is lacking.
        ("RoleAssignment", json!(["key"]), "okta.roles.read", [6, 4], [5, 2]),
        ("Realm", json!(["id"]), "okta.realms.read", [2, 3], [1, 1]),
    ];
    for (entity, fields, expected, cold, warm) in rows {
        for (at, is_named) in [false, true].into_iter().enumerate() {
            let case = Case::new(Kind::ServiceApp)
                .app(|app| app.scopes.clone_from(&granted))
                .org(|org| org.set_scopes_named(is_named));
            let world = || {
                let config = Config::new(|| EPOCH.cast_unsigned(), 1);
                let config = Config { offered: Offered::everything(), ..config };
                World::with_config(case.okta.clone(), case.secrets(), config)
            };
            let asked = || case.okta.latest("/oauth2/v1/token").len();
            let answer = world().ask(&flow(entity, &fields)).await;
            assert!(told(&answer).contains(expected), "{entity}: {answer}");
            assert_eq!(asked(), cold[at], "{entity} {fields} {is_named}");

            let world = world();
            let validated = case.validate(&world, "75").await;
            assert_eq!(told(&validated), "success");
            let before = asked();
            assert_eq!(before - cold[at], 3, "{is_named}");
            for _again in 0..2 {
                let answer = world.ask(&flow(entity, &fields)).await;
                assert!(told(&answer).contains(expected), "{entity}: {answer}");
            }
            // What is lacking is looked at again, as somebody may have granted it.
            let again = usize::from(entity == "Realm");
            assert_eq!(asked() - before, warm[at] + again, "{entity} {fields} {is_named}");
        }
    }
}

/// Checks that a clock that is a little off is as good as one that is right, and one that is far off as well.
#[tokio::test(start_paused = true)]
async fn a_service_app_gets_along_with_any_clock() {
    const fn off_by(seconds: i64) -> u64 {
        (EPOCH + seconds).cast_unsigned()
    }
    let clocks: [fn() -> u64; 9] = [
        || off_by(-3_600),
        || off_by(-9),
        || off_by(3),
        || off_by(4),
        || off_by(5),
        || off_by(6),
        || off_by(9),
        || off_by(11),
        || off_by(3_600),
    ];
    for clock in clocks {
        for dpop in [false, true] {
            let case = Case::new(Kind::ServiceApp).app(|app| app.requires_dpop = dpop);
            let world = World::at(clock, case.okta.clone(), case.secrets());
            let answer = case.query(&world).await;
            assert_eq!(told(&answer), "3 records", "{} {dpop}", clock().cast_signed() - EPOCH);
        }
    }
}

/// A key that never answers.
#[derive(Debug)]
struct Silent;

impl Signer for Silent {
    fn algorithm(&self) -> okta_client::Algorithm {
        okta_client::Algorithm::Rs256
    }

    fn sign<'a>(&'a self, _input: &'a [u8]) -> okta_client::Signing<'a> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_does_not_answer_ends_no_call_too_late() {
    let case = Case::new(Kind::ServiceApp)
        .secret(&json!({ "privateKey": null, "kmsKeyId": "kms-1" }))
        .key("kms-1", Ok(Arc::new(Silent)));
    let began = Instant::now();
    let answer = case.query(&case.world()).await;
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(answer["errorDetails"]["errorCode"], "ServiceUnavailable", "{answer}");
}

#[tokio::test(start_paused = true)]
async fn an_api_token_dies_of_disuse() {
    let case = Case::new(Kind::ApiToken);
    let world = case.world();
    assert_eq!(told(&case.query(&world).await), "3 records");
    tokio::time::advance(Duration::from_secs(31 * 24 * 3_600)).await;
    assert!(told(&case.query(&world).await).starts_with("InvalidCredentials: "));
}

/// Checks that one token serves all calls until it expires or is revoked, and that then another one
/// is fetched without a word.
#[tokio::test(start_paused = true)]
async fn a_service_app_keeps_its_token_as_long_as_it_is_good() {
    for dpop in [false, true] {
        let case = Case::new(Kind::ServiceApp).app(|app| app.requires_dpop = dpop);
        let world = case.world();
        let token_requests = || {
            let org = case.okta.simulator();
            org.requests()
                .iter()
                .filter(|r| r.path == "/oauth2/v1/token" && r.status == 200)
                .count()
        };
        for _ in 0..3 {
            assert_eq!(told(&case.query(&world).await), "3 records");
        }
        assert_eq!(token_requests(), 1);
        // The connector's own clock stands still all the while, so it learns the time from Okta.
        tokio::time::advance(Duration::from_secs(2 * 3_600)).await;
        assert_eq!(told(&case.query(&world).await), "3 records");
        assert_eq!(token_requests(), 2);

        let latest = case.okta.latest("/api/v1/users").pop().unwrap();
        let header = latest.headers()["authorization"].to_str().unwrap().to_owned();
        let (scheme, token) = header.split_once(' ').unwrap();
        assert_eq!(scheme, if dpop { "DPoP" } else { "Bearer" });
        case.okta.simulator().revoke(token);
        assert_eq!(told(&case.query(&world).await), "3 records");
        assert_eq!(token_requests(), 3);
    }
}

/// Checks that every attempt carries an assertion and a proof of its own, also after a failure.
#[tokio::test(start_paused = true)]
async fn nothing_signed_is_sent_twice() {
    use okta_simulator::{Effect, Fault};
    let case = Case::new(Kind::ServiceApp).app(|app| app.requires_dpop = true);
    let failing =
        |path: &str| [1, 2, 4].map(|n| Fault::on_call(n, Effect::status(503)).to(path)).to_vec();
    let faults = [failing("/oauth2/v1/token"), failing("/api/v1/users")].concat();
    case.okta.simulator().set_faults(faults.into());
    let world = case.world();
    assert_eq!(told(&case.query(&world).await), "3 records");
    let mut signed = Vec::new();
    for path in ["/oauth2/v1/token", "/api/v1/users"] {
        for request in case.okta.latest(path) {
            signed.extend(
                request.headers().get("dpop").map(|proof| proof.to_str().unwrap().to_owned()),
            );
            if path == "/oauth2/v1/token" {
                signed.push(assertion(&request));
            }
        }
    }
    let count = signed.len();
    assert!(count >= 9, "{count}");
    signed.sort();
    signed.dedup();
    assert_eq!(signed.len(), count);
}

fn assertion(request: &http::Request<bytes::Bytes>) -> String {
    let form = std::str::from_utf8(request.body()).unwrap();
    let pair = form.split('&').find_map(|pair| pair.strip_prefix("client_assertion="));
    pair.unwrap().to_owned()
}

/// Checks the signatures with Python's library: the simulator verifies them with the library that
/// made them, which Python's does not share.
#[tokio::test(start_paused = true)]
async fn another_library_verifies_what_is_signed() {
    let Some(venv) = part("SAM_VENV") else { return };
    let mut lines = String::new();
    for (id, kind, form) in [("rsa-key", "rsa", "RSA in PKCS#1"), ("ec-key", "ec", "EC in SEC 1")] {
        let secret = json!({ "privateKey": private_key(form), "keyId": id });
        let case = Case::new(Kind::ServiceApp).app(|app| app.requires_dpop = true).secret(&secret);
        let world = case.world();
        assert_eq!(told(&case.query(&world).await), "3 records");
        for request in case.okta.latest("/oauth2/v1/token") {
            let line = json!({ "jws": assertion(&request), "jwk": public_key(kind) });
            writeln!(lines, "{line}").unwrap();
        }
        for request in case.okta.latest("/api/v1/users") {
            let proof = request.headers()["dpop"].to_str().unwrap();
            let line = json!({ "jws": proof, "jwk": header(proof)["jwk"] });
            writeln!(lines, "{line}").unwrap();
        }
    }
    let mut python = Command::new(venv.join("bin/python"))
        .arg(top().join("tests/tools/verify_jws.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let verified = String::from_utf8(output.stdout).unwrap();
    assert_eq!(verified.lines().count(), lines.lines().count());
    assert!(verified.contains("RS256") && verified.contains("ES256"), "{verified}");
}

/// Returns the header of a signed text.
fn header(jws: &str) -> Value {
    use base64::Engine as _;
    let header = jws.split('.').next().unwrap();
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    serde_json::from_slice(&json).unwrap()
}
