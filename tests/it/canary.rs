//! Nothing secret gets out: distinctive secrets in every place where one can be, every operation, every
//! failure, and a search through every byte that was written.
//!
//! `lambda` does the same to what the real process prints.

use crate::contract::events;
use crate::identity::{Case, Kind, cases};
use crate::support::World;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use okta_simulator::{Effect, Fault, FaultScript};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// Returns all forms that a text may have when somebody writes it down.
pub(crate) fn disguises(secret: &str) -> Vec<String> {
    let mut disguises = vec![secret.to_owned(), url_encoded(secret)];
    disguises.push(json!(secret).to_string().trim_matches('"').to_owned());
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        // Inside a longer text it may begin at any of three places.
        for before in 0..3 {
            let shifted = [&b"???"[..before], secret.as_bytes()].concat();
            let encoded = engine.encode(shifted);
            disguises.push(encoded[before * 2..encoded.len() - 2].to_owned());
        }
    }
    disguises
}

fn url_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

/// The texts that were written, by anyone.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Paper {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Returns the secrets of a connection: the texts of its secret but for names, and the texts made of them.
fn secrets(case: &Case) -> BTreeSet<String> {
    const NAMES: [&str; 5] =
        ["customAuthenticationType", "clientId", "keyId", "kmsKeyId", "scopes"];
    let mut secrets = BTreeSet::new();
    for (name, value) in case.secret.as_object().into_iter().flatten() {
        if let Some(text) = value.as_str().filter(|text| text.len() > 5)
            && !NAMES.contains(&name.as_str())
        {
            secrets.insert(text.to_owned());
            // The lines of a PEM file, should somebody decode it.
            let decoded = base64::engine::general_purpose::STANDARD.decode(text);
            let decoded = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
            secrets.extend(
                decoded
                    .iter()
                    .flat_map(|text| text.split(['\n', '"']))
                    .filter(|line| line.len() > 30 && !line.starts_with("---"))
                    .map(str::to_owned),
            );
        }
    }
    for request in case.okta.everything() {
        for name in ["authorization", "dpop"] {
            if let Some(value) = request.headers().get(name) {
                let value = value.to_str().unwrap();
                secrets.insert(value.rsplit(' ').next().unwrap().to_owned());
            }
        }
        let form = std::str::from_utf8(request.body()).unwrap();
        let assertion = form.split('&').find_map(|pair| pair.strip_prefix("client_assertion="));
        secrets.extend(assertion.map(str::to_owned));
    }
    secrets
}

/// Returns failures of every kind, met by every call from the second on, so that the first leaves a cursor.
fn failures() -> Vec<FaultScript> {
    let status = |status| Effect::status(status);
    let effects = [
        vec![],
        [400, 401, 403, 404, 409, 429, 500, 502, 503, 504].map(status).to_vec(),
        vec![
            Effect::Cut { after: 10 },
            Effect::TruncateBody { to: 30 },
            Effect::MalformedJson,
            Effect::WrongContentType,
            Effect::ForeignNextLink { host: "evil.example".to_owned() },
            Effect::RepeatedCursor,
            Effect::CursorExpired,
            Effect::Revoke,
        ],
        [400, 401, 403, 429, 500].map(|status| Effect::RepeatedCredentials { status }).to_vec(),
    ]
    .concat();
    let scripts = effects.into_iter().map(|effect| {
        let fault = Fault { when: okta_simulator::When::From(2), ..Fault::always(effect) };
        vec![fault].into()
    });
    // The first call of a service app goes to the token endpoint.
    let at_once = Fault::always(Effect::RepeatedCredentials { status: 400 });
    scripts.chain([vec![at_once].into(), FaultScript::default()]).collect()
}

/// Asks everything there is to ask.
async fn ask_everything(case: &Case, world: &World, paper: &mut Paper) {
    for (_, mut event) in events() {
        for place in ["/credentials", "/connectorContext/credentials"] {
            if let Some(credentials) = event.pointer_mut(place) {
                credentials["authenticationType"] = case.authentication_type().into();
            }
        }
        event["maxResults"] = 1.into();
        let answer = world.ask(&event).await;
        writeln!(paper, "{answer}").unwrap();
        if let Some(token) = answer["nextToken"].as_str() {
            event["nextToken"] = token.into();
            writeln!(paper, "{}", world.ask(&event).await).unwrap();
            // What is inside of it is written too.
            let token = URL_SAFE_NO_PAD.decode(token).unwrap();
            writeln!(paper, "{}", String::from_utf8_lossy(&token)).unwrap();
        }
    }
}

fn search(name: &str, paper: &Paper, case: &Case) {
    let text = paper.text();
    let secrets = secrets(case);
    for secret in &secrets {
        for disguise in disguises(secret) {
            assert!(!text.contains(&disguise), "{name}: {disguise} got out as {secret}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_written_anywhere() {
    let mut searched = 0;
    let everything = [Kind::OAuth2, Kind::ApiToken, Kind::ServiceApp].into_iter();
    let everything = everything.flat_map(|kind| failures().into_iter().map(move |f| (kind, f)));
    for (kind, script) in everything {
        for dpop in [false, true] {
            let case = Case::new(kind).app(|app| app.requires_dpop = dpop);
            case.okta.simulator().set_faults(script.clone());
            let mut paper = Paper::default();
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_writer(paper.clone())
                .finish();
            let guard = tracing::subscriber::set_default(subscriber);
            ask_everything(&case, &case.world(), &mut paper).await;
            drop(guard);
            writeln!(paper, "{:?}", case.okta.simulator()).unwrap();
            assert!(!secrets(&case).is_empty());
            search(&format!("{script:?}"), &paper, &case);
            searched += paper.text().len();
        }
    }
    for (name, case) in cases() {
        let mut paper = Paper::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(paper.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        ask_everything(&case, &case.world(), &mut paper).await;
        drop(guard);
        search(name, &paper, &case);
        searched += paper.text().len();
    }
    assert!(searched > 1_000_000, "only {searched} bytes were searched");
}

/// Checks the search itself: it finds what is hidden in each way.
#[test]
fn disguises_are_seen_through() {
    let secret = "canary/secret+token=1";
    let hidden = [
        format!("x{secret}y"),
        STANDARD_NO_PAD.encode(format!("Authorization: SSWS {secret}, and more")),
        URL_SAFE_NO_PAD.encode(format!("ab{secret}")),
        format!("https://x/?token={}", url_encoded(secret)),
        json!({ "a": secret }).to_string(),
    ];
    for text in hidden {
        assert!(disguises(secret).iter().any(|disguise| text.contains(disguise)), "{text}");
    }
    let innocent: Value = json!({ "a": "canary" });
    assert!(!disguises(secret).iter().any(|disguise| innocent.to_string().contains(disguise)));
}
