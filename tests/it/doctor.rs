//! `okta-connector doctor`: what it says of a healthy org, and of orgs with one fault each.

use crate::identity::{app, private_key};
use crate::processes::sandbox;
use crate::support::{API_TOKEN, EPOCH, InterceptedOkta, Meddling, part};
use expect_test::expect_file;
use okta_client::Loopback;
use okta_connector_cli::api_token_secret;
use okta_connector_cli::doctor::{Colours, Examination, Patient, Verdict, examine};
use okta_simulator::{
    ApiError, Collection, Effect, Fault, FaultScript, Feature, Org, Part, RateLimits, ServiceApp,
    Subscription,
};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// An org with something of everything, under Okta's usual limits.
fn okta() -> InterceptedOkta {
    let okta = InterceptedOkta::new(Org::generate(1, 60));
    let mut simulator = okta.simulator();
    simulator.set_rate_limits(RateLimits::default());
    let administrators = json!({
        "id": "00g0000000000000adm1",
        "created": "2024-01-01T00:00:00.000Z",
        "lastUpdated": "2024-01-01T00:00:00.000Z",
        "lastMembershipUpdated": "2024-01-01T00:00:00.000Z",
        "objectClass": ["okta:user_group"],
        "type": "BUILT_IN",
        "profile": { "name": "Okta Administrators", "description": null },
    });
    simulator.org_mut().put(Collection::Groups, administrators);
    let own = |group: &&Value| group["type"] == "OKTA_GROUP";
    let groups: Vec<_> = simulator.org().records(Collection::Groups).collect();
    let deleted = groups.iter().find(own).unwrap()["id"].as_str().unwrap().to_owned();
    simulator.remove(Collection::Groups, &deleted);
    drop(simulator);
    okta
}

fn patient(okta: &InterceptedOkta) -> Patient<'static, InterceptedOkta> {
    Patient {
        address: "https://acme.okta.com",
        loopback: Loopback::Refused,
        transport: okta.clone(),
        secret: Box::leak(api_token_secret(API_TOKEN).into_boxed_str()),
        authentication_type: "CustomAuth",
        clock: || EPOCH.cast_unsigned(),
        seed: 1,
    }
}

/// Writes the checks with one of these verdicts by their names.
fn named(examination: &Examination, verdicts: &[Verdict]) -> String {
    let checks = examination.report.checks.iter();
    let checks = checks.filter(|check| verdicts.contains(&check.finding.verdict));
    checks.map(|check| check.id.as_str()).collect::<Vec<_>>().join(" ")
}

#[tokio::test(start_paused = true)]
async fn a_healthy_org() {
    let okta = okta();
    let examination = examine(patient(&okta)).await;
    let report = &examination.report;
    let text = report.to_text(Colours::Off);
    expect_file!["../data/doctor.txt"].assert_eq(&text);
    expect_file!["../data/doctor.json"].assert_eq(&format!("{:#}\n", report.to_json()));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let coloured = report.to_text(Colours::On);
    assert!(coloured.contains("\u{1b}[32mok") && !coloured.contains("\u{1b}[31m"), "{coloured}");
    let simulator = okta.simulator();
    assert_eq!(report.requests, simulator.requests().len());
    assert!(report.requests < 75, "{}", report.requests);
    // Each name is that of one check.
    let mut ids: Vec<_> = report.checks.iter().map(|check| &check.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), report.checks.len());
}

/// A fault, the address and the secret to examine it with if they are others, and the checks that fail and that warn.
struct Row {
    fault: &'static str,
    plant: fn(&InterceptedOkta),
    address: &'static str,
    secret: fn() -> (String, &'static str),
    clock: fn() -> u64,
    failures: &'static str,
    warnings: &'static str,
}

const ROW: Row = Row {
    fault: "",
    plant: |_| {},
    address: "https://acme.okta.com",
    secret: || (api_token_secret(API_TOKEN), "CustomAuth"),
    clock: || EPOCH.cast_unsigned(),
    failures: "",
    warnings: "",
};

fn always(okta: &InterceptedOkta, faults: impl IntoIterator<Item = Fault>) {
    okta.simulator().set_faults(FaultScript::from(Vec::from_iter(faults)));
}

/// A bearer token of the connection, with every scope but this.
const BEARER: &str = "canary-access-token";

fn bearer() -> (String, &'static str) {
    (json!({ "accessToken": BEARER }).to_string(), "OAuth2")
}

fn service_app() -> (String, &'static str) {
    let secret = json!({
        "customAuthenticationType": "Okta_Service_App",
        "clientId": app().client_id,
        "keyId": "rsa-key",
        "privateKey": private_key("RSA in PKCS#8, DER"),
    });
    (secret.to_string(), "CustomAuth")
}

fn accept_bearer_without(okta: &InterceptedOkta, missing: &str) {
    let scopes = okta_connector::Offered::everything().scopes();
    let scopes: Vec<_> = scopes.into_iter().filter(|scope| *scope != missing).collect();
    okta.simulator().accept_bearer_token(BEARER, &scopes);
}

const ROWS: &[Row] = &[
    Row {
        fault: "address of the Admin Console",
        address: "https://acme-admin.okta.com",
        failures: "address",
        ..ROW
    },
    Row {
        fault: "address with a typo",
        address: "https://acme.okta.com.com",
        failures: "address",
        ..ROW
    },
    Row {
        fault: "address with a password",
        address: "https://me:canary@acme.okta.com",
        failures: "address",
        ..ROW
    },
    Row {
        fault: "cut connection",
        plant: |okta| always(okta, [Fault::always(Effect::Cut { after: 10 })]),
        failures: "connection",
        ..ROW
    },
    Row {
        fault: "no org at the address",
        plant: |okta| okta.simulator().set_org_active(false),
        failures: "org",
        ..ROW
    },
    Row {
        fault: "Okta is down",
        plant: |okta| always(okta, [Fault::always(Effect::status(503))]),
        failures: "org",
        ..ROW
    },
    Row {
        fault: "the API is down",
        plant: |okta| always(okta, [Fault::always(Effect::status(503)).to("/api")]),
        failures: "api",
        ..ROW
    },
    Row {
        fault: "clock an hour ahead",
        clock: || EPOCH.cast_unsigned() + 3_600,
        failures: "clock",
        ..ROW
    },
    Row {
        fault: "clock two minutes behind",
        clock: || EPOCH.cast_unsigned() - 120,
        warnings: "clock",
        ..ROW
    },
    Row {
        fault: "dead API token",
        plant: |okta| okta.simulator().revoke(API_TOKEN),
        failures: "credential",
        ..ROW
    },
    Row { fault: "unknown access token", secret: bearer, failures: "credential", ..ROW },
    Row {
        fault: "expired access token",
        plant: |okta| {
            accept_bearer_without(okta, "");
            let now = jiff::Timestamp::from_second(EPOCH).unwrap();
            okta.simulator().expire_bearer_token(BEARER, now);
        },
        secret: bearer,
        failures: "credential",
        ..ROW
    },
    Row {
        fault: "private key that is none",
        secret: || {
            let secret = json!({
                "customAuthenticationType": "Okta_Service_App",
                "clientId": "0oa1",
                "privateKey": "canary",
            });
            (secret.to_string(), "CustomAuth")
        },
        failures: "credential",
        ..ROW
    },
    Row {
        fault: "service app that is as it should be",
        plant: |okta| {
            let mut scopes = okta_connector::Offered::everything().scopes();
            scopes.push("okta.principalRateLimits.read");
            let scopes = scopes.into_iter().map(str::to_owned).collect();
            let app = ServiceApp { scopes, requires_dpop: true, ..app() };
            okta.simulator().register_service_app(app);
        },
        secret: service_app,
        ..ROW
    },
    Row {
        fault: "service app with the scopes of what is offered by default",
        plant: |okta| okta.simulator().register_service_app(app()),
        secret: service_app,
        warnings: "listing.NetworkZone listing.IdentityProvider listing.AuthorizationServer listing.TrustedOrigin listing.EventHook listing.InlineHook listing.CustomRole listing.ApiToken listing.Realm listing.LogStream listing.ResourceSet listing.Policy listing.SystemLogEvent listing.ApplicationGrant",
        ..ROW
    },
    Row {
        fault: "service app without scopes",
        plant: |okta| {
            let app = ServiceApp { scopes: Vec::new(), ..app() };
            okta.simulator().register_service_app(app);
        },
        secret: service_app,
        failures: "credential",
        ..ROW
    },
    Row { fault: "unknown service app", secret: service_app, failures: "credential", ..ROW },
    Row {
        fault: "network zone of a service app",
        plant: |okta| {
            okta.simulator().register_service_app(app());
            okta.simulator().set_network_zone_blocked(true);
        },
        secret: service_app,
        failures: "credential",
        ..ROW
    },
    Row {
        fault: "token that dies on the way",
        plant: |okta| always(okta, [Fault::always(Effect::Revoke).to("/api/v1/idps")]),
        failures: "credential",
        ..ROW
    },
    Row {
        fault: "missing scope for devices",
        plant: |okta| accept_bearer_without(okta, "okta.devices.read"),
        secret: bearer,
        failures: "listing.Device",
        ..ROW
    },
    Row {
        fault: "missing scope for schemas",
        plant: |okta| accept_bearer_without(okta, "okta.schemas.read"),
        secret: bearer,
        warnings: "schemas.user schemas.group",
        ..ROW
    },
    Row {
        fault: "missing scope for grants",
        plant: |okta| accept_bearer_without(okta, "okta.appGrants.read"),
        secret: bearer,
        warnings: "listing.ApplicationGrant",
        ..ROW
    },
    Row {
        fault: "no admin role",
        plant: |okta| okta.simulator().take_role(API_TOKEN),
        failures: "role",
        ..ROW
    },
    Row {
        fault: "Read-only Administrator",
        plant: |okta| okta.simulator().make_read_only_admin(API_TOKEN),
        warnings: "schemas.user schemas.group listing.CustomRole listing.ApiToken listing.LogStream listing.ResourceSet",
        ..ROW
    },
    Row {
        fault: "role without devices",
        plant: |okta| okta.simulator().forbid(API_TOKEN, Collection::Devices),
        failures: "listing.Device",
        ..ROW
    },
    Row {
        fault: "Classic Engine",
        plant: |okta| okta.simulator().set_classic_engine(true),
        warnings: "engine",
        ..ROW
    },
    Row {
        fault: "no realms",
        plant: |okta| okta.simulator().lack(Feature::Realms, ApiError::NoFeature),
        warnings: "listing.Realm",
        ..ROW
    },
    Row {
        fault: "no Identity Governance",
        plant: |okta| okta.simulator().lack(Feature::IdentityGovernance, ApiError::NoFeature),
        warnings: "listing.GroupOwner",
        ..ROW
    },
    Row {
        fault: "limit used up by others",
        plant: |okta| {
            always(okta, [Fault::always(Effect::status(429)).to("/api/v1/devices")]);
        },
        failures: "limit./api/v1/devices",
        ..ROW
    },
    Row {
        fault: "share of a tenth",
        plant: |okta| {
            let limits = RateLimits { share_percent: 10, ..RateLimits::default() };
            okta.simulator().set_rate_limits(limits);
        },
        warnings: "share",
        ..ROW
    },
    Row {
        fault: "small share of a free org",
        plant: |okta| {
            let limits = RateLimits {
                subscription: Subscription::IntegratorFree,
                share_percent: 15,
                ..RateLimits::default()
            };
            okta.simulator().set_rate_limits(limits);
        },
        warnings: "share limit./api/v1/apps limit./api/v1/logs",
        ..ROW
    },
    Row {
        fault: "answers without rate-limit headers",
        plant: |okta| always(okta, [Fault::always(Effect::MissingRateLimitHeaders)]),
        ..ROW
    },
    Row {
        fault: "devices fail",
        plant: |okta| always(okta, [Fault::always(Effect::status(500)).to("/api/v1/devices")]),
        failures: "listing.Device",
        ..ROW
    },
    Row {
        fault: "old cell that passes over fields and rules",
        plant: |okta| {
            okta.simulator().set_projection_supported(false);
            okta.simulator().set_member_rules_shown(false);
        },
        warnings: "members.rules",
        ..ROW
    },
    Row {
        fault: "fields are refused",
        plant: |okta| {
            let error = Effect::Error(ApiError::InvalidParameter);
            always(okta, [Fault::always(error).carrying(Part::Parameter("fields"))]);
        },
        warnings: "users.fields groups.fields devices.fields",
        ..ROW
    },
    Row {
        fault: "the org cannot sort",
        plant: |okta| {
            let error = Effect::Error(ApiError::InvalidSearch);
            always(okta, [Fault::always(error).carrying(Part::Parameter("sortBy"))]);
        },
        warnings: "users.sort",
        ..ROW
    },
    Row {
        fault: "what is lenient here is strict, and the other way round",
        plant: |okta| {
            let mut simulator = okta.simulator();
            simulator.set_search_takes_ne(true);
            simulator.set_unknown_attributes_searched(true);
            simulator.set_large_limits_refused(true);
            simulator.set_app_filters_joined(true);
            simulator.set_app_assignment_filters(false);
            simulator.set_log_until_included(true);
            simulator.set_admin_host_links(false);
            simulator.set_links_drop(vec!["fields".to_owned(), "sortBy".to_owned()]);
            let finer = |value: &Value| json!(value.as_str().unwrap().replace(".000Z", ".120Z"));
            simulator.org_mut().rewrite(Collection::Users, "/created", finer);
        },
        warnings: "apps.user apps.group",
        ..ROW
    },
    Row {
        fault: "something in front of the org adds a credential",
        plant: |okta| {
            okta.meddle(|request| {
                let is_anonymous = request.headers().get("authorization").is_none();
                (is_anonymous && request.uri().path() == "/api/v1/users")
                    .then_some(Meddling::Answer(200, "[]"))
            });
        },
        failures: "anonymous",
        ..ROW
    },
];

#[tokio::test(start_paused = true)]
async fn each_fault_is_named() {
    let (mut page, mut wrong) = (String::new(), Vec::new());
    for row in ROWS {
        let okta = okta();
        (row.plant)(&okta);
        let (secret, authentication_type) = (row.secret)();
        let patient = Patient {
            address: row.address,
            secret: &secret,
            authentication_type,
            clock: row.clock,
            ..patient(&okta)
        };
        let examination = examine(patient).await;
        let report = &examination.report;
        writeln!(page, "# {}\n", row.fault).unwrap();
        for check in report.checks.iter().filter(|check| check.finding.verdict > Verdict::Skipped) {
            let (verdict, found) = (check.finding.verdict, &check.finding.found);
            writeln!(page, "{verdict} {}: {found}", check.id).unwrap();
            if let Some(remedy) = &check.finding.remedy {
                writeln!(page, "    {remedy}").unwrap();
            }
        }
        writeln!(page, "{}\n", report.to_text(Colours::Off).lines().last().unwrap()).unwrap();
        let found =
            (named(&examination, &[Verdict::Failure]), named(&examination, &[Verdict::Warning]));
        let expected = (row.failures.to_owned(), row.warnings.to_owned());
        if found != expected {
            wrong.push((row.fault, found, expected));
        }
        assert!(!page.contains("canary"), "{page}");
        assert_no_canary(&examination);
    }
    assert!(wrong.is_empty(), "{wrong:#?}\n{page}");
    expect_file!["../data/doctor-faults.txt"].assert_eq(&page);
}

fn assert_no_canary(examination: &Examination) {
    for (name, shapes) in &examination.recording {
        let text = shapes.to_string();
        for canary in ["canary", "acme", "Everyone", "00u", "00g", "@"] {
            assert!(!text.contains(canary), "{name}: {canary}");
        }
    }
}

/// Every text, every number and every name of the org is a canary, and so is what an error repeats.
#[tokio::test(start_paused = true)]
async fn what_is_recorded_has_no_value_of_the_org() {
    fn poison(value: &Value) -> Value {
        match value {
            Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => value.clone(),
            Value::String(text) => json!(format!("canary-{text}")),
            Value::Number(_) => json!(48_151_623),
            Value::Array(values) => values.iter().map(poison).collect(),
            Value::Object(members) => {
                let members = members.iter();
                members.map(|(key, value)| (key.clone(), poison(value))).collect()
            }
            value => value.clone(),
        }
    }
    /// Adds a name that the org gave.
    fn name(value: &Value) -> Value {
        let mut named = poison(value);
        named["canaryName"] = json!({ "canaryBelow": "canary" });
        named
    }
    let okta = okta();
    for (collection, pointer) in [
        (Collection::Users, "/profile"),
        (Collection::Groups, "/profile"),
        (Collection::Apps, "/settings/app"),
        (Collection::Apps, "/visibility/appLinks"),
        (Collection::UserSchemas, "/definitions/custom/properties"),
    ] {
        okta.simulator().org_mut().rewrite(collection, pointer, name);
    }
    for collection in [Collection::Users, Collection::Groups, Collection::Apps, Collection::Devices]
    {
        for pointer in ["/profile", "/settings", "/label", "/status", "/credentials"] {
            okta.simulator().org_mut().rewrite(collection, pointer, poison);
        }
    }
    let repeated = Effect::RepeatedCredentials { status: 400 };
    always(
        &okta,
        [
            Fault::always(repeated).carrying(Part::Parameter("sortBy")),
            Fault::always(Effect::ForeignNextLink { host: "canary.example.com".to_owned() })
                .to("/api/v1/groups"),
            Fault::always(Effect::ExtraHeader {
                name: "x-canary".to_owned(),
                value: "canary".to_owned(),
            }),
        ],
    );
    let examination = examine(patient(&okta)).await;
    assert_no_canary(&examination);
    let text = examination.recording["answers.json"].to_string();
    assert!(!text.contains("48151623"), "{text}");
    assert!(!examination.report.to_text(Colours::Off).contains(API_TOKEN));
    let answers = examination.recording["answers.json"].as_array().unwrap();
    assert_eq!(answers.len(), examination.report.requests);
}

/// Runs the program against an org on this machine.
fn run(program: &Path, url: &str, token: &str, options: &[&str]) -> Output {
    let mut doctor = Command::new(program);
    doctor
        .arg("doctor")
        .args(options)
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("OKTA_CLIENT_ORGURL", url)
        .env("OKTA_CLIENT_TOKEN", token)
        .env("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true");
    doctor.output().unwrap()
}

#[test]
fn the_program_examines_a_sandbox() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let program = bootstrap.with_file_name("okta-connector");
    let options = ["--users", "30", "--okta-port", "0", "--secrets-port", "0"];
    let sandbox = sandbox(&bootstrap, &options);
    let url = &sandbox.urls().org;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("doctor");
    let _ = std::fs::remove_dir_all(&folder);
    let record = ["--json", "--record", folder.to_str().unwrap()];
    let output = run(&program, url, okta_connector_cli::API_TOKEN, &record);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["org"], &report["verdict"]), (&json!(url), &json!("ok")), "{report:#}");
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["answers.json", "checks.json"]);
    for name in names {
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        let (_, host) = url.split_once("://").unwrap();
        assert!(!text.contains(host) && !text.contains(okta_connector_cli::API_TOKEN), "{name:?}");
    }

    let output = run(&program, url, "canary-token", &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\n  failure credential: API token: "), "{text}");
    assert!(!text.contains("canary") && !text.contains('\u{1b}'), "{text}");

    // Nothing listens there any more.
    let url = url.clone();
    drop(sandbox);
    let output = run(&program, &url, "canary-token", &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("\n  failure connection: no connection"), "{text}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: a check failed\n");

    let output = run(&program, "https://acme-admin.okta.com", "canary-token", &[]);
    assert_eq!(output.status.code(), Some(1));
    let output = run(&program, &url, "canary-token", &["--jsno"]);
    assert_eq!(output.status.code(), Some(2));
}

/// Faults that a sandbox is told to have, and the checks that fail or warn.
const SANDBOXES: &[(&[&str], &str, &str)] = &[
    (&["--fault", "cut"], "connection", ""),
    (&["--fault", "503"], "org", ""),
    (&["--fault", "404@/.well-known/okta-organization"], "org", ""),
    (&["--fault", "web-page"], "org", ""),
    (&["--fault", "503@/api"], "api", ""),
    (&["--fault", "clock:60m"], "clock", ""),
    (&["--fault", "revoked"], "credential", ""),
    (&["--admin-role", "none"], "role", ""),
    (
        &["--admin-role", "read-only"],
        "",
        "schemas.user schemas.group listing.CustomRole listing.ApiToken listing.LogStream listing.ResourceSet",
    ),
    (&["--engine", "classic"], "", "engine"),
    (&["--fault", "E0000006@/api/v1/groups"], "listing.Group listing.GroupRule", ""),
    (&["--fault", "500@/api/v1/realms"], "", "listing.Realm"),
];

#[test]
fn the_program_names_the_fault_of_a_sandbox() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let program = bootstrap.with_file_name("okta-connector");
    for (fault, failures, warnings) in SANDBOXES {
        let options = ["--users", "30", "--okta-port", "0", "--secrets-port", "0"];
        let sandbox = sandbox(&bootstrap, &[&options, *fault].concat());
        let output = run(&program, &sandbox.urls().org, okta_connector_cli::API_TOKEN, &["--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap();
        let [failed, warned] = ["failure", "warning"].map(|verdict| {
            let checks = checks.iter().filter(|check| check["verdict"] == verdict);
            checks.map(|check| check["id"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
        });
        assert_eq!((failed.as_str(), warned.as_str()), (*failures, *warnings), "{fault:?}");
        let expected = i32::from(!failures.is_empty());
        assert_eq!(output.status.code(), Some(expected), "{fault:?}");
    }
}
