//! The org and the credential as Okta's own SDKs find them: in `~/.okta/okta.yaml`, in `okta.yaml` of the folder at hand,
//! and in variables such as `OKTA_CLIENT_ORGURL`. A later place wins, setting by setting.
//!
//! A secret is taken from these places alone, never from an argument, and no message repeats one.

use anyhow::Context as _;
use okta_client::Loopback;
use saphyr::{LoadableYamlNode as _, Yaml};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// An org and a credential.
#[derive(Debug)]
pub(super) struct SdkSettings {
    /// The address of the org.
    pub(super) url: String,
    /// The credential, in the form of a connection's secret.
    pub(super) secret: SecretString,
    /// The kind of the secret, in AppFlow's word.
    pub(super) authentication_type: &'static str,
    /// Says whether the org may be on this machine, where SDKs are told not to insist on HTTPS.
    pub(super) loopback: Loopback,
}

/// The files of settings that there are, the weakest first.
#[derive(Debug, Default)]
pub(super) struct Files(Vec<File>);

struct File {
    path: PathBuf,
    text: String,
    /// True if others than its owner may read it.
    is_open: bool,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Files {
    /// Reads the file in the home folder and the one in the folder at hand, where they exist.
    pub(super) fn read() -> anyhow::Result<Self> {
        let home = std::env::home_dir().map(|home| home.join(".okta/okta.yaml"));
        let mut files = Vec::new();
        for path in home.into_iter().chain([PathBuf::from("okta.yaml")]) {
            if path.is_file() {
                files.push(File::read(path)?);
            }
        }
        Ok(Self(files))
    }
}

impl File {
    fn read(path: PathBuf) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(&path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        let is_open = is_open(&path);
        Ok(Self { path, text, is_open })
    }
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

/// Windows keeps the home folder of one user from the others by itself.
#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

/// The settings below `okta.client` that mean something here.
const USED: [&str; 7] =
    ["orgUrl", "token", "authorizationMode", "clientId", "privateKey", "kid", "scopes"];

/// Others that the SDKs know: they are about how the SDKs work.
const PASSED_OVER: [&str; 10] = [
    "cache",
    "connectionTimeout",
    "keyId",
    "logging",
    "oauth2",
    "proxy",
    "rateLimit",
    "requestExecutor",
    "requestTimeout",
    "userAgent",
];

/// The setting that lets an org be on this machine.
const NO_HTTPS: &str = "testingDisableHttpsCheck";

/// The settings that were found, by their names.
type Found = BTreeMap<&'static str, Setting>;

struct Setting {
    text: String,
    origin: Origin,
}

/// The place of a setting.
#[derive(Clone, Copy)]
enum Origin {
    /// The file with this number.
    File(usize),
    Variable,
}

impl SdkSettings {
    /// Reads the settings out of files and `variable`s of the environment; none if no place names an org or a credential.
    /// Returns warnings beside them.
    ///
    /// # Errors
    ///
    /// A file cannot be read as YAML, or what is there names no org, or no credential, or two.
    pub(super) fn read(
        files: &Files,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> anyhow::Result<(Option<Self>, Vec<String>)> {
        let mut found = Found::new();
        let mut warnings = Vec::new();
        for (number, file) in files.0.iter().enumerate() {
            read_file(file, Origin::File(number), &mut found, &mut warnings)?;
        }
        for name in USED.into_iter().chain([NO_HTTPS]) {
            let group = if name == NO_HTTPS { "TESTING" } else { "CLIENT" };
            for words in [name.to_uppercase(), snake_case(name)] {
                let variable_name = format!("OKTA_{group}_{words}");
                if let Some(text) = variable(&variable_name).filter(|text| !text.trim().is_empty())
                {
                    let text = text.trim().to_owned();
                    found.insert(name, Setting { text, origin: Origin::Variable });
                }
            }
        }
        if !found.keys().any(|name| USED.contains(name)) {
            return Ok((None, warnings));
        }
        Self::conclude(&found).map(|settings| (Some(settings), warnings))
    }

    fn conclude(found: &Found) -> anyhow::Result<Self> {
        let text = |name: &str| found.get(name).map(|setting| setting.text.as_str());
        let url = text("orgUrl").context(
            "OKTA_CLIENT_ORGURL is missing, and so is okta.client.orgUrl in okta.yaml - expected the address of the org",
        )?;
        // A folder may be somebody else's: the credential of the home folder does not go where it says.
        let origin = |name: &str| found.get(name).map(|setting| setting.origin);
        for name in ["token", "privateKey"] {
            if let (Some(Origin::File(of_url)), Some(Origin::File(of_secret))) =
                (origin("orgUrl"), origin(name))
            {
                anyhow::ensure!(
                    of_url <= of_secret,
                    "okta.yaml of this folder names the org, and okta.client.{name} is in the home folder: expected both in \
                     one file, or OKTA_CLIENT_ORGURL"
                );
            }
        }
        let loopback = match text(NO_HTTPS) {
            Some(value) if value.eq_ignore_ascii_case("true") => Loopback::Allowed,
            _ => Loopback::Refused,
        };
        let mode = text("authorizationMode").unwrap_or_else(|| match text("privateKey") {
            Some(_) if text("token").is_none() => "PrivateKey",
            _ => "SSWS",
        });
        let need = |name: &str| {
            text(name).with_context(|| {
                format!(
                    "okta.client.{name} is missing (OKTA_CLIENT_{}), which {mode} takes",
                    name.to_uppercase()
                )
            })
        };
        let (authentication_type, secret) = match mode.to_ascii_lowercase().as_str() {
            "ssws" => (
                "CustomAuth",
                serde_json::json!({
                    "customAuthenticationType": "Okta_API_Token",
                    "apiToken": need("token")?,
                }),
            ),
            "bearer" => ("OAuth2", serde_json::json!({ "accessToken": need("token")? })),
            "privatekey" => {
                let mut secret = serde_json::json!({
                    "customAuthenticationType": "Okta_Service_App",
                    "clientId": need("clientId")?,
                    "privateKey": private_key(need("privateKey")?)?,
                });
                if let Some(id) = text("kid") {
                    secret["keyId"] = id.into();
                }
                if let Some(scopes) = text("scopes") {
                    let scopes = scopes.split([',', ' ']).filter(|scope| !scope.is_empty());
                    secret["scopes"] = scopes.collect::<Vec<_>>().join(",").into();
                }
                ("CustomAuth", secret)
            }
            _ => anyhow::bail!(
                "okta.client.authorizationMode is {mode:?} - expected SSWS, Bearer or PrivateKey"
            ),
        };
        Ok(Self {
            url: url.to_owned(),
            secret: secret.to_string().into(),
            authentication_type,
            loopback,
        })
    }
}

/// Returns a private key as it may stand in a secret: the setting holds it, or names its file.
fn private_key(setting: &str) -> anyhow::Result<String> {
    let is_key = setting.starts_with('{') || setting.starts_with("-----");
    let text = match is_key {
        true => setting.to_owned(),
        // The text may be a key after all, so it is not repeated.
        false => std::fs::read_to_string(setting)
            .context("okta.client.privateKey is neither a key nor a file that can be read - expected PEM, a JSON Web Key or a path")?,
    };
    // In a variable, the lines of a PEM file are often joined so.
    Ok(text.replace("\\n", "\n"))
}

/// Writes a name as some of the SDKs do in variables: `orgUrl` is `ORG_URL`.
fn snake_case(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            words.push('_');
        }
        words.push(letter.to_ascii_uppercase());
    }
    words
}

fn read_file(
    file: &File,
    origin: Origin,
    found: &mut Found,
    warnings: &mut Vec<String>,
) -> anyhow::Result<()> {
    let shown = file.path.display();
    let documents = Yaml::load_from_str(&file.text).map_err(|error| {
        // The error's own text may quote the line, which may hold a secret.
        let at = error.marker();
        anyhow::anyhow!("{shown} is no YAML: line {}, column {}", at.line(), at.col() + 1)
    })?;
    let okta = documents.first().and_then(|document| document.as_mapping_get("okta"));
    let Some(okta) = okta else {
        warnings.push(format!("{shown} has no settings: expected okta, and below it client"));
        return Ok(());
    };
    if file.is_open {
        warnings.push(format!("{shown} can be read by others: chmod 600 {shown}"));
    }
    if let Some(client) = okta.as_mapping_get("client").and_then(Yaml::as_mapping) {
        for (key, value) in client {
            let Some(key) = key.as_str() else { continue };
            let name = if key == "keyId" { "kid" } else { key };
            match USED.iter().find(|used| **used == name) {
                Some(name) => {
                    if let Some(text) = text(value) {
                        found.insert(name, Setting { text, origin });
                    }
                }
                None if PASSED_OVER.contains(&key) => {}
                None => {
                    warnings.push(format!("{shown}: okta.client.{key} is unknown{}", nearest(key)))
                }
            }
        }
    }
    let testing = okta.as_mapping_get("testing");
    if let Some(text) = testing.and_then(|testing| testing.as_mapping_get(NO_HTTPS)).and_then(text)
    {
        found.insert(NO_HTTPS, Setting { text, origin });
    }
    Ok(())
}

fn nearest(key: &str) -> String {
    let known = USED.iter().chain(&PASSED_OVER);
    let near =
        known.map(|name| (strsim::jaro_winkler(&key.to_lowercase(), &name.to_lowercase()), name));
    match near.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        Some((likeness, name)) if likeness > 0.8 => format!(" - perhaps {name}"),
        _ => String::new(),
    }
}

/// Returns a scalar as text, and a list of texts with commas; none if it is empty.
fn text(value: &Yaml<'_>) -> Option<String> {
    let text = match value {
        Yaml::Sequence(items) => items.iter().filter_map(text).collect::<Vec<_>>().join(","),
        _ => match (value.as_str(), value.as_bool(), value.as_integer()) {
            (Some(text), _, _) => text.trim().to_owned(),
            (_, Some(flag), _) => flag.to_string(),
            (_, _, Some(number)) => number.to_string(),
            _ => String::new(),
        },
    };
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    const YAML: &str = "okta:\n  client:\n    orgUrl: https://acme.okta.com\n    token: canary\n";

    fn file(text: &str) -> File {
        File { path: "okta.yaml".into(), text: text.to_owned(), is_open: false }
    }

    /// Reads files and variables; a variable is `NAME=value`.
    fn read(files: &[&str], variables: &[&str]) -> (String, Vec<String>) {
        let files = Files(files.iter().map(|text| file(text)).collect());
        let variable = |name: &str| {
            let mut pairs = variables.iter().filter_map(|pair| pair.split_once('='));
            pairs.find(|(variable, _)| *variable == name).map(|(_, value)| value.to_owned())
        };
        match SdkSettings::read(&files, &variable) {
            Ok((None, warnings)) => ("none".to_owned(), warnings),
            Ok((Some(settings), warnings)) => {
                let SdkSettings { url, secret, authentication_type, .. } = settings;
                let secret = secret.expose_secret();
                (format!("{url} {authentication_type} {secret}"), warnings)
            }
            Err(error) => (format!("{error:#}"), Vec::new()),
        }
    }

    #[test]
    fn later_places_win() {
        let token = |url: &str, token: &str| {
            format!(
                r#"{url} CustomAuth {{"apiToken":"{token}","customAuthenticationType":"Okta_API_Token"}}"#
            )
        };
        let crlf = YAML.replace('\n', "\r\n");
        let rows: &[(&[&str], &[&str], String)] = &[
            (&[], &[], "none".to_owned()),
            (&[], &["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK=true"], "none".to_owned()),
            (&[YAML], &[], token("https://acme.okta.com", "canary")),
            (&[&crlf], &[], token("https://acme.okta.com", "canary")),
            (
                &[YAML, "okta: {client: {token: other}}"],
                &[],
                token("https://acme.okta.com", "other"),
            ),
            (&[YAML], &["OKTA_CLIENT_TOKEN=third"], token("https://acme.okta.com", "third")),
            (
                &[YAML],
                &["OKTA_CLIENT_ORG_URL=https://b.okta.com"],
                token("https://b.okta.com", "canary"),
            ),
            (
                &[],
                &["OKTA_CLIENT_ORGURL=https://b.okta.com", "OKTA_CLIENT_TOKEN= x "],
                token("https://b.okta.com", "x"),
            ),
        ];
        for (files, variables, expected) in rows {
            assert_eq!(
                read(files, variables),
                (expected.clone(), Vec::new()),
                "{files:?} {variables:?}"
            );
        }
    }

    #[test]
    fn other_credentials() {
        let of = |rest: &str| {
            read(&[&format!("okta:\n  client:\n    orgUrl: https://a.okta.com\n{rest}")], &[]).0
        };
        let app = of(
            "    clientId: 0oa1\n    kid: k\n    scopes: [okta.users.read, okta.groups.read]\n    privateKey: |\n      -----BEGIN PRIVATE KEY-----\n      x\n",
        );
        assert_eq!(
            app,
            r#"https://a.okta.com CustomAuth {"clientId":"0oa1","customAuthenticationType":"Okta_Service_App","keyId":"k","privateKey":"-----BEGIN PRIVATE KEY-----\nx","scopes":"okta.users.read,okta.groups.read"}"#
        );
        let bearer = of("    authorizationMode: Bearer\n    token: canary\n");
        assert_eq!(bearer, r#"https://a.okta.com OAuth2 {"accessToken":"canary"}"#);
    }

    #[test]
    fn what_is_wrong_is_said_without_secrets() {
        let rows: &[(&str, &str)] = &[
            (
                "okta:\n  client:\n    token: canary\n",
                "OKTA_CLIENT_ORGURL is missing, and so is okta.client.orgUrl in okta.yaml - expected the address of the org",
            ),
            (
                "okta:\n  client:\n    orgUrl: https://a.okta.com\n",
                "okta.client.token is missing (OKTA_CLIENT_TOKEN), which SSWS takes",
            ),
            (
                "okta:\n  client:\n    orgUrl: https://a.okta.com\n    privateKey: canary\n",
                "okta.client.clientId is missing (OKTA_CLIENT_CLIENTID), which PrivateKey takes",
            ),
            (
                "okta:\n  client:\n    orgUrl: https://a.okta.com\n    clientId: 0oa1\n    privateKey: canary\n",
                "okta.client.privateKey is neither a key nor a file that can be read - expected PEM, a JSON Web Key or a path: No such file or directory (os error 2)",
            ),
            (
                "okta:\n  client:\n    orgUrl: https://a.okta.com\n    authorizationMode: Basic\n",
                "okta.client.authorizationMode is \"Basic\" - expected SSWS, Bearer or PrivateKey",
            ),
            ("okta:\n  client: {token: 'canary\n", "okta.yaml is no YAML: line 2, column 19"),
        ];
        for (text, expected) in rows {
            assert_eq!(read(&[text], &[]).0, *expected, "{text}");
        }
        let elsewhere = "okta: {client: {orgUrl: https://b.okta.com}}";
        assert_eq!(
            read(&[YAML, elsewhere], &[]).0,
            "okta.yaml of this folder names the org, and okta.client.token is in the home folder: expected both in one file, \
             or OKTA_CLIENT_ORGURL"
        );
        assert!(
            read(&[YAML, elsewhere], &["OKTA_CLIENT_TOKEN=x"]).0.starts_with("https://b.okta.com ")
        );
    }

    #[test]
    fn warnings() {
        let (_, warnings) = read(
            &[
                &YAML.replace("orgUrl", "orgurl"),
                "client: {}",
                "okta: {client: {frobnicate: 1, cache: {}}}",
            ],
            &[],
        );
        assert_eq!(warnings, Vec::<String>::new(), "an error has none");
        let (_, warnings) =
            read(&[YAML, "client: {}", "okta: {client: {tokn: 1, frobnicate: 2, cache: {}}}"], &[]);
        assert_eq!(
            warnings,
            [
                "okta.yaml has no settings: expected okta, and below it client",
                "okta.yaml: okta.client.tokn is unknown - perhaps token",
                "okta.yaml: okta.client.frobnicate is unknown",
            ]
        );
        let open = File { is_open: true, ..file(YAML) };
        let (_, warnings) = SdkSettings::read(&Files(vec![open]), &|_| None).unwrap();
        assert_eq!(warnings, ["okta.yaml can be read by others: chmod 600 okta.yaml"]);
    }
}
