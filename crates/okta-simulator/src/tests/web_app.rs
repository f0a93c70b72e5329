//! A web app, from the consent of a user to the tokens that follow from it.

use jiff::SignedDuration;
use serde_json::json;

use super::*;
use crate::call::encode_form;
use crate::jwk::sha256;
use crate::{RefreshTokens, WebApp};

const CLIENT: &str = "0oaweb1a2b3c4d5e6f7g";
const SECRET: &str = "hush-client-secret";
const REDIRECT_URI: &str = "https://console.aws.amazon.com/appflow/oauth";
const VERIFIER: &str = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF";

type Pairs = Vec<(&'static str, String)>;
type Change = fn(Pairs) -> Pairs;

/// A browser and the app behind it.
struct Browser {
    caller: Caller,
    secret: Option<&'static str>,
}

impl Browser {
    fn new(refresh_tokens: RefreshTokens, secret: Option<&'static str>) -> Self {
        let mut caller = Caller::new(Org::generate(1, 20));
        caller.simulator.register_web_app(WebApp {
            client_id: CLIENT.to_owned(),
            client_secret: secret.map(str::to_owned),
            redirect_uris: vec![REDIRECT_URI.to_owned(), "http://127.0.0.1:9/?a=b".to_owned()],
            scopes: vec!["okta.users.read".to_owned(), "okta.groups.read".to_owned()],
            refresh_tokens,
        });
        Self { caller, secret }
    }

    fn confidential() -> Self {
        Self::new(RefreshTokens::Rotating, Some(SECRET))
    }

    fn authorize(&mut self, pairs: &Pairs) -> Answer {
        let url = format!("{ORIGIN}/oauth2/v1/authorize?{}", form(pairs));
        self.caller.send(http::Request::get(url).body(Bytes::new()).unwrap())
    }

    fn decide(&mut self, page: &Answer, decision: &str) -> Answer {
        let text = String::from_utf8(page.body.to_vec()).unwrap();
        let (_, rest) = text.split_once("name=\"consent\" value=\"").unwrap();
        let consent = rest.split('"').next().unwrap();
        let body = format!("consent={consent}&decision={decision}");
        let url = format!("{ORIGIN}/oauth2/v1/authorize/consent");
        self.caller.send(http::Request::post(url).body(body.into()).unwrap())
    }

    /// Gets a code with the consent of the user.
    fn code(&mut self, pairs: &Pairs) -> String {
        let page = self.authorize(pairs);
        assert_eq!(page.status, 200, "{}", page.outcome());
        let answer = self.decide(&page, "allow");
        parameter(&answer, "code").unwrap()
    }

    fn token(&mut self, pairs: &Pairs) -> Answer {
        let mut pairs = pairs.clone();
        if !pairs.iter().any(|(name, _)| *name == "client_id") {
            pairs.push(("client_id", CLIENT.to_owned()));
            pairs.extend(self.secret.map(|secret| ("client_secret", secret.to_owned())));
        }
        pairs.retain(|(_, value)| !value.is_empty());
        self.post_form(&pairs, None)
    }

    fn post_form(&mut self, pairs: &Pairs, authorization: Option<&str>) -> Answer {
        let mut request = http::Request::post(format!("{ORIGIN}/oauth2/v1/token"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.caller.send(request.body(form(pairs).into()).unwrap())
    }

    fn refresh(&mut self, token: &str) -> Answer {
        self.token(&refreshing(token))
    }

    /// Lists users with an access token.
    fn status_with(&mut self, token: &str) -> u16 {
        let request = http::Request::get(format!("{ORIGIN}/api/v1/users"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.caller.send(request.body(Bytes::new()).unwrap()).status.as_u16()
    }

    fn wait(&mut self, duration: SignedDuration) {
        self.caller.set_time(self.caller.now + duration);
    }
}

/// Makes a good request for two scopes and a refresh token.
fn asking() -> Pairs {
    let pairs = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "okta.users.read offline_access"),
        ("state", "s t&te"),
    ];
    pairs.map(|(name, value)| (name, value.to_owned())).to_vec()
}

fn exchanging(code: &str) -> Pairs {
    let pairs =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT_URI)];
    pairs.map(|(name, value)| (name, value.to_owned())).to_vec()
}

fn refreshing(token: &str) -> Pairs {
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
    pairs.map(|(name, value)| (name, value.to_owned())).to_vec()
}

/// Replaces a pair; an empty value is left out.
fn with(mut pairs: Pairs, name: &'static str, value: &str) -> Pairs {
    pairs.retain(|(known, _)| *known != name);
    if !value.is_empty() {
        pairs.push((name, value.to_owned()));
    }
    pairs
}

fn proving(challenge: &str) -> Pairs {
    with(with(asking(), "code_challenge_method", "S256"), "code_challenge", challenge)
}

fn form(pairs: &Pairs) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", encode_form(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns a parameter of the address that an answer leads to.
fn parameter(answer: &Answer, name: &str) -> Option<String> {
    assert_eq!(answer.status, 302);
    let (_, query) = answer.header("location").split_once('?').unwrap();
    let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    value.map(|value| crate::call::decode_form(value).unwrap())
}

fn text(answer: &Answer, name: &str) -> String {
    assert_eq!(answer.oauth(), "200");
    answer.json()[name].as_str().unwrap().to_owned()
}

#[test]
fn a_user_lets_an_app_in() {
    let mut browser = Browser::confidential();
    let page = browser.authorize(&asking());
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
    let shown = String::from_utf8(page.body.to_vec()).unwrap();
    for named in [CLIENT, REDIRECT_URI, "okta.users.read", "offline_access"] {
        assert!(shown.contains(&format!("<code>{named}</code>")), "{named}");
    }
    let answer = browser.decide(&page, "allow");
    assert_eq!(parameter(&answer, "state").unwrap(), "s t&te");
    let code = parameter(&answer, "code").unwrap();
    let answer = browser.token(&exchanging(&code));
    let (access_token, refresh_token) =
        (text(&answer, "access_token"), text(&answer, "refresh_token"));
    let expected = json!({
        "token_type": "Bearer",
        "expires_in": 3600,
        "access_token": access_token,
        "refresh_token": refresh_token,
        "scope": "okta.users.read offline_access",
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(browser.status_with(&access_token), 200);
    browser.wait(SignedDuration::from_hours(1));
    assert_eq!(browser.status_with(&access_token), 401);
    let usage = browser.caller.simulator.usage();
    assert!(usage.iter().any(|it| it.bucket == "/api/v1/users" && &*it.principal == CLIENT));
    // The page is answered once.
    assert_eq!(browser.decide(&page, "allow").status, 400);
    // No code, no token and no secret is shown.
    let shown = format!("{:?}", browser.caller.simulator);
    for secret in [SECRET, &code, &access_token, &refresh_token] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn an_app_that_nobody_knows_is_told_nothing() {
    let rows = [
        (with(asking(), "client_id", ""), "Invalid value for &#39;client_id&#39; parameter."),
        (with(asking(), "client_id", "<b>"), "Invalid value for &#39;client_id&#39; parameter."),
        (with(asking(), "redirect_uri", ""), "must be a Login redirect URI"),
        (
            with(asking(), "redirect_uri", "https://console.aws.amazon.com/"),
            "must be a Login redirect URI",
        ),
        ([asking(), asking()].concat(), "multiple parameters with the same name"),
    ];
    for (pairs, expected) in rows {
        let answer = Browser::confidential().authorize(&pairs);
        let shown = String::from_utf8(answer.body.to_vec()).unwrap();
        assert_eq!(answer.status, 400, "{shown}");
        assert!(shown.contains(expected), "{shown}");
        assert!(!answer.headers.contains_key("location"));
    }
}

#[test]
fn an_app_is_told_why_it_gets_no_code() {
    let challenge = sha256(VERIFIER);
    let rows = [
        (with(asking(), "response_type", ""), "unsupported_response_type"),
        (with(asking(), "response_type", "token"), "unsupported_response_type"),
        (with(asking(), "state", ""), "invalid_request"),
        (with(asking(), "scope", ""), "invalid_scope"),
        (with(asking(), "scope", "okta.users.read okta.apps.read"), "invalid_scope"),
        (with(asking(), "scope", "openid"), "invalid_scope"),
        (with(asking(), "code_challenge", &challenge), "invalid_request"),
        (with(asking(), "code_challenge_method", "S256"), "invalid_request"),
        (with(proving(&challenge), "code_challenge_method", "plain"), "invalid_request"),
        (proving("short"), "invalid_request"),
    ];
    for (pairs, expected) in rows {
        let answer = Browser::confidential().authorize(&pairs);
        assert!(answer.header("location").starts_with(&format!("{REDIRECT_URI}?error=")));
        assert_eq!(parameter(&answer, "error").unwrap(), expected, "{pairs:?}");
        assert!(parameter(&answer, "error_description").is_some());
        let state = pairs.iter().find(|(name, _)| *name == "state").map(|(_, value)| value.clone());
        assert_eq!(parameter(&answer, "state"), state);
    }
    let mut browser = Browser::confidential();
    let page = browser.authorize(&with(asking(), "redirect_uri", "http://127.0.0.1:9/?a=b"));
    let denied = browser.decide(&page, "deny");
    assert!(denied.header("location").starts_with("http://127.0.0.1:9/?a=b&error=access_denied&"));
    let mut public = Browser::new(RefreshTokens::Static, None);
    assert_eq!(parameter(&public.authorize(&asking()), "error").unwrap(), "invalid_request");
}

#[test]
fn a_code_is_good_for_what_it_was_given_for() {
    const INVALID: &str = "400 invalid_grant: The authorization code is invalid or has expired.";
    const OTHER_URI: &str = "400 invalid_grant: The 'redirect_uri' does not match the redirection \
                             URI used in the authorization request.";
    let change = |change: Change| {
        let mut browser = Browser::confidential();
        let code = browser.code(&asking());
        browser.token(&change(exchanging(&code))).oauth()
    };
    let rows: [(Change, &str); 7] = [
        (|form| form, "200"),
        (|form| with(form, "code", "other"), INVALID),
        (|form| with(form, "redirect_uri", ""), OTHER_URI),
        (|form| with(form, "redirect_uri", "http://127.0.0.1:9/?a=b"), OTHER_URI),
        (
            |form| with(form, "code_verifier", VERIFIER),
            "400 invalid_grant: PKCE verification failed.",
        ),
        (
            |form| with(form, "client_id", CLIENT),
            "401 invalid_client: Client authentication failed. No client secret provided.",
        ),
        (
            |form| with(form, "code", ""),
            "400 invalid_request: The token request must specify a 'code'.",
        ),
    ];
    for (of_form, expected) in rows {
        assert_eq!(change(of_form), expected);
    }
    let mut browser = Browser::confidential();
    let code = browser.code(&asking());
    browser.wait(SignedDuration::from_secs(300));
    assert_eq!(browser.token(&exchanging(&code)).oauth(), INVALID);

    // A code that is used again takes back what it brought.
    let code = browser.code(&asking());
    let answer = browser.token(&exchanging(&code));
    let access_token = text(&answer, "access_token");
    assert_eq!(browser.token(&exchanging(&code)).oauth(), INVALID);
    assert_eq!(browser.status_with(&access_token), 401);
    let refused = browser.refresh(&text(&answer, "refresh_token")).oauth();
    assert_eq!(refused, "400 invalid_grant: The refresh token is invalid or expired.");
}

#[test]
fn a_code_may_be_bound_to_a_verifier() {
    for secret in [Some(SECRET), None] {
        let mut browser = Browser::new(RefreshTokens::Rotating, secret);
        for (verifier, expected) in [
            (VERIFIER, "200"),
            ("other", "400 invalid_grant: PKCE verification failed."),
            ("", "400 invalid_grant: PKCE verification failed."),
        ] {
            let code = browser.code(&proving(&sha256(VERIFIER)));
            let form = with(exchanging(&code), "code_verifier", verifier);
            assert_eq!(browser.token(&form).oauth(), expected, "{verifier}");
        }
    }
}

#[test]
fn an_app_shows_who_it_is_in_one_way() {
    let basic = |text: &str| {
        use base64::Engine as _;
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
    };
    let good = basic(&format!("{CLIENT}:{SECRET}"));
    let wrong =
        "401 invalid_client: The client secret supplied for a confidential client is invalid.";
    let rows = [
        (Some(good.clone()), vec![], "200"),
        (Some(basic(&format!("{CLIENT}:other"))), vec![], wrong),
        (None, vec![("client_id", CLIENT), ("client_secret", SECRET)], "200"),
        (None, vec![("client_id", CLIENT), ("client_secret", "other")], wrong),
        (
            None,
            vec![("client_id", "other"), ("client_secret", SECRET)],
            "401 invalid_client: Invalid value for 'client_id' parameter.",
        ),
        (None, vec![], "401 invalid_client: No client credentials found."),
        (
            Some("Basic %".to_owned()),
            vec![],
            "401 invalid_client: The client credentials cannot be read.",
        ),
        (
            Some(good),
            vec![("client_id", CLIENT)],
            "401 invalid_request: Cannot supply multiple client credentials. Use one of the following: \
             credentials in the Authorization header, credentials in the post body, or a \
             client_assertion in the post body.",
        ),
    ];
    for (authorization, credentials, expected) in rows {
        let mut browser = Browser::confidential();
        let mut form = exchanging(&browser.code(&asking()));
        form.extend(credentials.into_iter().map(|(name, value)| (name, value.to_owned())));
        let answer = browser.post_form(&form, authorization.as_deref());
        assert_eq!(answer.oauth(), expected);
    }
}

#[test]
fn refresh_tokens_stay_or_rotate() {
    const INVALID: &str = "400 invalid_grant: The refresh token is invalid or expired.";
    let mut browser = Browser::new(RefreshTokens::Static, Some(SECRET));
    let code = browser.code(&asking());
    let first = text(&browser.token(&exchanging(&code)), "refresh_token");
    for _ in 0..2 {
        assert_eq!(text(&browser.refresh(&first), "refresh_token"), first);
    }
    browser.wait(SignedDuration::from_hours(90 * 24));
    assert_eq!(browser.refresh(&first).oauth(), INVALID);

    let mut browser = Browser::confidential();
    let code = browser.code(&asking());
    let first = text(&browser.token(&exchanging(&code)), "refresh_token");
    let answer = browser.refresh(&first);
    let (second, access_token) = (text(&answer, "refresh_token"), text(&answer, "access_token"));
    assert_ne!(first, second);
    browser.wait(SignedDuration::from_secs(30));
    assert_eq!(browser.refresh(&first).oauth(), "200");
    assert_eq!(browser.status_with(&access_token), 200);
    browser.wait(SignedDuration::from_secs(1));
    for (token, expected) in [(&first, INVALID), (&second, INVALID)] {
        assert_eq!(browser.refresh(token).oauth(), expected);
    }
    assert_eq!(browser.status_with(&access_token), 401);
}

#[test]
fn a_refresh_token_brings_no_more_than_was_granted() {
    let mut browser = Browser::confidential();
    let both = "okta.users.read okta.groups.read offline_access";
    let code = browser.code(&with(asking(), "scope", both));
    let token = text(&browser.token(&exchanging(&code)), "refresh_token");
    let fewer = browser.token(&with(refreshing(&token), "scope", "okta.groups.read"));
    assert_eq!(fewer.json()["scope"], "okta.groups.read");
    assert_eq!(browser.status_with(&text(&fewer, "access_token")), 403);

    let code = browser.code(&asking());
    let token = text(&browser.token(&exchanging(&code)), "refresh_token");
    let more = browser.token(&with(refreshing(&token), "scope", both)).oauth();
    assert!(more.starts_with("400 invalid_scope: "), "{more}");

    let code = browser.code(&with(asking(), "scope", "okta.users.read"));
    assert!(browser.token(&exchanging(&code)).json().get("refresh_token").is_none());
}
