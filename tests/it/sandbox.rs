//! `okta-connector sandbox` as a process: what its options do to a client, what it writes down, what its status page shows in a
//! browser, and what Okta's own SDKs read from it.

use crate::processes::{free_port, sandbox};
use crate::support::{part, top};
use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use okta_client::{HttpErrorKind, HttpService, Loopback, ReqwestTransport};
use okta_connector_cli::{API_TOKEN, Sandbox};
use okta_simulator::{Collection, Org};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Any free ports, and few users.
const SMALL: [&str; 6] = ["--okta-port", "0", "--secrets-port", "0", "--users", "60"];

/// A client of a sandbox.
struct Client {
    sandbox: Sandbox,
    http: ReqwestTransport,
}

impl Client {
    fn start(bootstrap: &Path, options: &[&str]) -> Self {
        Self::of(sandbox(bootstrap, &[&SMALL, options].concat()))
    }

    fn of(sandbox: Sandbox) -> Self {
        Self { sandbox, http: ReqwestTransport::new(Loopback::Allowed).unwrap() }
    }

    async fn send(
        &self,
        path: &str,
        token: &str,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpErrorKind> {
        let request = http::Request::get(format!("{}{path}", self.sandbox.urls().org));
        let request = request.header(AUTHORIZATION, format!("SSWS {token}"));
        let answer = self.http.call(request.body(Bytes::new()).unwrap(), timeout).await;
        answer.map_err(|error| error.kind)
    }

    /// Asks, and says in a word what came of it.
    async fn outcome(&self, path: &str) -> String {
        self.outcome_within(path, Duration::from_secs(60)).await
    }

    async fn outcome_within(&self, path: &str, patience: Duration) -> String {
        let answer = match self.send(path, API_TOKEN, patience).await {
            Ok(answer) => answer,
            Err(kind) => return format!("{kind:?}"),
        };
        let (status, headers) = (answer.status().as_u16(), answer.headers());
        let links: Vec<_> = headers.get_all("link").iter().map(|it| it.to_str().unwrap()).collect();
        let next = links.iter().find(|link| link.contains("rel=\"next\""));
        let body: Result<Value, _> = serde_json::from_slice(answer.body());
        let limit = headers.get_all("x-rate-limit-limit").iter().count();
        let what = match (&body, next) {
            (Err(_), _) => "no JSON",
            (Ok(body), _) if !body["errorCode"].is_null() => body["errorCode"].as_str().unwrap(),
            (Ok(_), Some(next)) if links.len() == 1 && next.contains("rel=\"self\"") => "folded",
            (Ok(_), Some(next)) if next.starts_with("</") => "relative",
            (Ok(_), Some(next)) if next.contains("other.example.com") => "foreign",
            (Ok(body), Some(_)) if body.as_array().is_some_and(Vec::is_empty) => "empty",
            _ => "good",
        };
        let zero = headers.get("x-rate-limit-limit").is_some_and(|limit| limit == "0");
        let limits = match (limit, zero) {
            (1, false) => "",
            (1, true) => ", limit 0",
            (0, _) => ", no limits",
            _ => ", two limits",
        };
        format!("{status} {what}{limits}")
    }
}

/// Checks each form of a fault on a path of its own, and what five requests of that path meet.
#[tokio::test]
async fn each_fault_meets_the_requests_that_it_names() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    const GOOD: &str = "200 good";
    const NO_TOKEN: &str = "401 E0000011, no limits";
    let rows: [(&str, &str, [&str; 5]); 24] = [
        ("429@2", "/api/v1/apps", [GOOD, "429 E0000047", GOOD, GOOD, GOOD]),
        ("503@2-3", "/api/v1/groups/rules", [GOOD, "503 E0000010", "503 E0000010", GOOD, GOOD]),
        ("500@4-", "/api/v1/zones", [GOOD, GOOD, GOOD, "500 E0000009", "500 E0000009"]),
        ("401@every:2", "/api/v1/idps", [GOOD, "401 E0000011", GOOD, "401 E0000011", GOOD]),
        ("404", "/api/v1/eventHooks", ["404 E0000008"; 5]),
        ("E0000006@100%", "/api/v1/inlineHooks", ["403 E0000006"; 5]),
        ("E0000015@always", "/api/v1/realms", ["401 E0000015"; 5]),
        ("concurrency@1", "/api/v1/api-tokens", ["429 E0000047, limit 0", GOOD, GOOD, GOOD, GOOD]),
        ("cut@2", "/api/v1/trustedOrigins", [GOOD, "Interrupted", GOOD, GOOD, GOOD]),
        ("timeout@5", "/api/v1/logStreams", [GOOD, GOOD, GOOD, GOOD, "Timeout"]),
        ("truncated@1", "/api/v1/iam/roles", ["200 no JSON", GOOD, GOOD, GOOD, GOOD]),
        ("malformed-json@1", "/api/v1/iam/resource-sets", ["200 no JSON", GOOD, GOOD, GOOD, GOOD]),
        ("web-page@1", "/api/v1/meta/types/user", ["200 no JSON", GOOD, GOOD, GOOD, GOOD]),
        (
            "no-limit-headers@1",
            "/api/v1/authorizationServers",
            ["200 good, no limits", GOOD, GOOD, GOOD, GOOD],
        ),
        (
            "double-limit-headers@1",
            "/api/v1/logs",
            ["200 good, two limits", GOOD, GOOD, GOOD, GOOD],
        ),
        ("empty-page@1", "/api/v1/users?limit=1", ["200 empty", GOOD, GOOD, GOOD, GOOD]),
        ("foreign-link@1", "/api/v1/groups?limit=1", ["200 foreign", GOOD, GOOD, GOOD, GOOD]),
        ("relative-link@1", "/api/v1/groups?limit=2", ["200 relative", GOOD, GOOD, GOOD, GOOD]),
        ("folded-links@1", "/api/v1/groups?limit=3", ["200 folded", GOOD, GOOD, GOOD, GOOD]),
        ("slow-above:5", "/api/v1/devices?limit=6", ["500 E0000009"; 5]),
        ("slow-above:5", "/api/v1/devices?limit=5", [GOOD; 5]),
        ("delay:1ms@every:2", "/api/v1/policies?type=PASSWORD", [GOOD; 5]),
        ("clock:5m", "/api/v1/iam/assignees/users", [GOOD; 5]),
        (
            "revoked@3",
            "/api/v1/meta/schemas/group/default",
            [GOOD, GOOD, NO_TOKEN, NO_TOKEN, NO_TOKEN],
        ),
    ];
    for (fault, path, expected) in rows {
        let (of_path, _) = path.split_once('?').unwrap_or((path, ""));
        let option = format!("{fault}@{of_path}");
        let client = Client::start(&bootstrap, &["--fault", &option]);
        for (number, expected) in (1..).zip(expected) {
            let patience = Duration::from_millis(if expected == "Timeout" { 300 } else { 60_000 });
            let outcome = client.outcome_within(path, patience).await;
            assert_eq!(outcome, expected, "{option}, request {number}");
        }
    }
}

#[tokio::test]
async fn a_cursor_may_expire_or_lead_back() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let faults =
        ["--fault", "expired-cursor@/api/v1/users", "--fault", "repeated-cursor@/api/v1/groups"];
    let client = Client::start(&bootstrap, &faults);
    for (path, expected) in [("/api/v1/users", "400 E0000029"), ("/api/v1/groups", "200 good")] {
        let minute = Duration::from_secs(60);
        let first = client.send(&format!("{path}?limit=1"), API_TOKEN, minute).await.unwrap();
        let next = |answer: &http::Response<Bytes>| {
            let links = answer.headers().get_all("link");
            let mut links = links.iter().map(|link| link.to_str().unwrap().to_owned());
            let next = links.find(|link| link.ends_with("rel=\"next\"")).unwrap();
            let url = next.trim_start_matches('<').split('>').next().unwrap().to_owned();
            url.strip_prefix(&client.sandbox.urls().org).unwrap().to_owned()
        };
        let second = next(&first);
        assert_eq!(client.outcome(&second).await, expected, "{path}");
        if expected == "200 good" {
            let answer = client.send(&second, API_TOKEN, minute).await.unwrap();
            assert_eq!(next(&answer), second);
        }
    }
}

#[tokio::test]
async fn an_org_may_change_while_it_is_read() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let count = |answer: &http::Response<Bytes>| {
        serde_json::from_slice::<Vec<Value>>(answer.body()).unwrap().len()
    };
    let all = "/api/v1/users?limit=200&search=id+pr";
    for (fault, change) in [("user-added", 1), ("user-changed", 0), ("user-removed", -1)] {
        let option = format!("{fault}@1");
        let client = Client::start(&bootstrap, &["--fault", &option]);
        let minute = Duration::from_secs(60);
        let before = client.send(all, API_TOKEN, minute).await.unwrap();
        let after = client.send(all, API_TOKEN, minute).await.unwrap();
        assert_eq!(count(&after).cast_signed() - count(&before).cast_signed(), change, "{fault}");
        assert_ne!(before.body(), after.body(), "{fault}");
    }
}

#[tokio::test]
async fn each_token_has_the_limits_that_were_given() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let client = Client::start(&bootstrap, &["--limits", "2", "--tokens", "2"]);
    let second = format!("{API_TOKEN}-2");
    let minute = Duration::from_secs(60);
    for left in ["1", "0"] {
        for token in [API_TOKEN, &second] {
            let answer = client.send("/api/v1/users?limit=1", token, minute).await.unwrap();
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()["x-rate-limit-limit"], "2");
            assert_eq!(answer.headers()["x-rate-limit-remaining"], left, "{token}");
        }
    }
    for token in [API_TOKEN, &second] {
        let refused = client.send("/api/v1/users", token, minute).await.unwrap();
        assert_eq!(refused.status(), 429);
    }
    let third = client.send("/api/v1/users", "third", minute).await.unwrap();
    assert_eq!(third.status(), 401);
    for (limits, expected) in
        [("none", "300000"), ("okta", "300"), ("integrator-free", "50"), ("7", "7")]
    {
        let client = Client::start(&bootstrap, &["--limits", limits]);
        let answer = client.send("/api/v1/users", API_TOKEN, minute).await.unwrap();
        assert_eq!(answer.headers()["x-rate-limit-limit"], expected, "{limits}");
    }
}

#[tokio::test]
async fn orgs_differ_by_engine_role_and_speed() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let rows: [(&[&str], [&str; 4]); 4] = [
        (&[], ["200 good", "200 good", "200 good", "200 good"]),
        (&["--engine", "classic"], ["200 good", "401 E0000015", "200 good", "200 good"]),
        (&["--admin-role", "none"], ["200 good", "403 E0000006", "403 E0000006", "403 E0000006"]),
        (&["--admin-role", "read-only"], ["200 good", "200 good", "403 E0000006", "403 E0000006"]),
    ];
    let paths = [
        "/api/v1/users",
        "/api/v1/devices",
        "/api/v1/meta/schemas/group/default",
        "/api/v1/iam/roles",
    ];
    for (options, expected) in rows {
        let client = Client::start(&bootstrap, options);
        for (path, expected) in paths.iter().zip(expected) {
            assert_eq!(client.outcome(path).await, expected, "{options:?} {path}");
        }
        let users = client.send("/api/v1/users", API_TOKEN, Duration::from_secs(60)).await.unwrap();
        assert_eq!(users.body() == "[]", options.ends_with(&["none"]), "{options:?}");
    }
    let client = Client::start(&bootstrap, &["--latency", "200ms"]);
    let began = Instant::now();
    assert_eq!(client.outcome("/api/v1/users").await, "200 good");
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn each_request_is_a_line_without_a_credential() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sandbox-lines.log");
    let program = bootstrap.with_file_name("okta-connector");
    let options = [&SMALL[..], &["--fault", "503@2@/api/v1/zones", "--limits", "okta"]].concat();
    let file = File::create(&log).unwrap();
    let client = Client::of(Sandbox::start_logging(&program, &options, file.into()).unwrap());
    let token = format!("/api/v1/users/{API_TOKEN}?x={API_TOKEN}&client_secret=hush&q=a+b%0A");
    let zones = "/api/v1/zones";
    for path in ["/api/v1/users?limit=1", zones, zones, &token, "/api/v1/users?q=%zz"] {
        client.send(path, API_TOKEN, Duration::from_secs(60)).await.unwrap();
    }
    let text = fs::read_to_string(&log).unwrap();
    // The time and the milliseconds differ from run to run.
    let lines: Vec<_> = text
        .lines()
        .map(|line| {
            let (time, rest) = line.split_once(' ').unwrap();
            assert!(time.parse::<jiff::Timestamp>().is_ok(), "{line}");
            let (rest, fault) = rest.split_once(" ms").unwrap();
            let (rest, took) = rest.rsplit_once(' ').unwrap();
            took.parse::<u64>().unwrap();
            format!("{rest}{fault}")
        })
        .collect();
    let expected = [
        "GET /api/v1/users?limit=1 200 299 left",
        "GET /api/v1/zones 200 49 left",
        "GET /api/v1/zones 503 48 left fault: status 503",
        "GET /api/v1/users/(secret)?x=(secret)&client_secret=(secret)&q=a+b%0A 404 999 left",
        "GET /api/v1/users 400 - left",
    ];
    assert_eq!(lines, expected);
    assert!(!text.contains(API_TOKEN) && !text.contains("hush"));
}

#[tokio::test]
async fn the_status_page_is_for_this_machine() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let client = Client::start(&bootstrap, &[]);
    let page = &client.sandbox.urls().status_page;
    for (host, expected) in [("127.0.0.1:1", 200), ("evil.example", 403)] {
        let request = http::Request::get(format!("{page}/")).header(HOST, host);
        let request = request.body(Bytes::new()).unwrap();
        let answer = client.http.call(request, Duration::from_secs(60)).await.unwrap();
        assert_eq!(answer.status(), expected, "{host}");
    }
}

#[test]
fn a_mistake_is_answered_with_what_was_expected() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let rows: [(&[&str], &str); 9] = [
        (&["--fault", "cutt"], "did you mean cut?"),
        (&["--fault", "429@0"], "requests are counted from 1"),
        (&["--limits", "otka"], "a similar value exists: 'okta'"),
        (&["--limits", "0"], "expected 1 to 1000000 requests a minute"),
        (&["--engine", "clasic"], "a similar value exists: 'classic'"),
        (&["--admin-role", "nobody"], "[possible values: super, read-only, none]"),
        (&["--tokens", "0"], "0 is not in 1..=9"),
        (&["--latency", "soon"], "expected one such as 200ms"),
        (&["--redirect-uri", "appflow"], "expected an address that begins with https://"),
    ];
    for (options, expected) in rows {
        let mut command = Command::new(bootstrap.with_file_name("okta-connector"));
        let Output { status, stderr, stdout } =
            command.arg("sandbox").args(options).output().unwrap();
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(2), "{options:?}: {stderr}");
        assert!(stderr.contains(expected), "{options:?}: {stderr}");
        assert!(stdout.is_empty());
    }
}

/// Returns the folder that a test may leave pictures in.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Checks the pages in a browser. What it did is in `tests/tools/status_page.mjs`; pictures are left in `target/tmp`.
#[test]
fn the_pages_work_in_a_browser() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let (Some(packages), Some(chromium)) = (part("NODE_TOOLS"), part("CHROMIUM")) else { return };
    let redirect_uri = format!("http://127.0.0.1:{}/callback", free_port());
    let ports = ["--okta-port", "0", "--secrets-port", "0", "--users", "450", "--limits", "okta"];
    let others = ["--fault", "503@3@/api/v1/zones", "--redirect-uri", &redirect_uri];
    let sandbox = sandbox(&bootstrap, &[&ports[..], &others].concat());
    let told = json!({
        "status": sandbox.urls().status_page,
        "org": sandbox.urls().org,
        "token": API_TOKEN,
        "clientId": "0oasandboxwebapp0001",
        "clientSecret": "sandbox-client-secret-of-the-simulator",
        "redirectUri": redirect_uri,
        "shots": folder("status-page"),
    });
    let output = Command::new("node")
        .arg(top().join("tests/tools/status_page.mjs"))
        .arg(told.to_string())
        .env("NODE_TOOLS", packages)
        .env("CHROMIUM", chromium)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
}

/// Lists with one of Okta's SDKs, 20 records a page, and compares with what the org holds.
fn check_sdk(bootstrap: &Path, log_name: &str, sdk: &mut Command) {
    const USERS: usize = 130;
    let org = Org::generate(1, USERS);
    let ids = |collection, is_listed: fn(&Value) -> bool| {
        let records = org.records(collection).filter(is_listed);
        records.map(|record| record["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let expected = [
        // Deprovisioned users are left out unless they are searched for.
        ("users", ids(Collection::Users, |user| user["status"] != "DEPROVISIONED")),
        ("groups", ids(Collection::Groups, |_| true)),
        ("apps", ids(Collection::Apps, |app| app["status"] != "DELETED")),
    ];
    let log = folder("sdk").join(log_name);
    let program = bootstrap.with_file_name("okta-connector");
    let options = ["--okta-port", "0", "--secrets-port", "0", "--users", "130"];
    let file = File::create(&log).unwrap();
    let sandbox = Sandbox::start_logging(&program, &options, file.into()).unwrap();
    let output = sdk.args([&sandbox.urls().org, API_TOKEN, "20"]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lines = fs::read_to_string(&log).unwrap();
    for (kind, expected) in expected {
        let found = listed[kind]["ids"].as_array().unwrap().iter();
        let mut found: Vec<_> = found.map(|id| id.as_str().unwrap().to_owned()).collect();
        found.sort();
        assert_eq!(found, expected, "{kind}");
        let of_kind = format!("GET /api/v1/{kind}?");
        let pages = lines.lines().filter(|line| line.contains(&of_kind)).count();
        assert_eq!(pages, expected.len().div_ceil(20), "{kind}: {lines}");
    }
}

#[test]
fn oktas_python_sdk_lists_page_by_page() {
    let (Some(bootstrap), Some(venv)) = (part("BOOTSTRAP"), part("OKTA_SDK_VENV")) else { return };
    let mut sdk = Command::new(venv.join("bin/python"));
    check_sdk(&bootstrap, "python.log", sdk.arg(top().join("tests/tools/list_with_okta_sdk.py")));
}

#[test]
fn oktas_node_sdk_lists_page_by_page() {
    let (Some(bootstrap), Some(packages)) = (part("BOOTSTRAP"), part("NODE_TOOLS")) else { return };
    let mut sdk = Command::new("node");
    let sdk = sdk.arg(top().join("tests/tools/list_with_okta_sdk.mjs")).env("NODE_TOOLS", packages);
    check_sdk(&bootstrap, "node.log", sdk);
}
