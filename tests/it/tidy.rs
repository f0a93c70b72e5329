//! The invariants of ARCHITECTURE.md, read off the manifests and the sources.

use crate::support::top;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Returns every crate with its dependencies, from `[dependencies]` alone: tests may use more.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let crates = fs::read_dir(top().join("crates")).unwrap();
    crates
        .map(|folder| {
            let folder = folder.unwrap();
            let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
            let names = manifest
                .lines()
                .skip_while(|line| *line != "[dependencies]")
                .skip(1)
                .take_while(|line| !line.starts_with('['))
                .filter_map(|line| line.split(['.', ' ', '=']).next())
                .filter(|name| !name.is_empty() && !name.starts_with('#'))
                .map(str::to_owned)
                .collect();
            (folder.file_name().into_string().unwrap(), names)
        })
        .collect()
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources.extend(self::sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            sources.push((path, text));
        }
    }
    sources
}

#[test]
fn crates_know_only_what_they_face() {
    const OURS: [&str; 7] = [
        "appflow-connector",
        "appflow-flow",
        "okta-client",
        "okta-connector",
        "okta-connector-cli",
        "okta-connector-lambda",
        "okta-simulator",
    ];
    let known = dependencies();
    assert_eq!(known.keys().collect::<Vec<_>>(), OURS.iter().collect::<Vec<_>>());
    let ours = |name: &str| -> Vec<&str> {
        known[name].iter().map(String::as_str).filter(|name| OURS.contains(name)).collect()
    };
    assert!(ours("appflow-connector").is_empty());
    assert_eq!(ours("appflow-flow"), ["appflow-connector"]);
    assert!(ours("okta-client").is_empty());
    assert!(ours("okta-simulator").is_empty());
    assert_eq!(ours("okta-connector"), ["appflow-connector", "okta-client"]);
    assert_eq!(
        ours("okta-connector-lambda"),
        ["appflow-connector", "okta-client", "okta-connector"]
    );
    assert!(!ours("okta-connector-cli").contains(&"okta-connector-lambda"));
    let contract: Vec<_> = known["appflow-connector"].iter().map(String::as_str).collect();
    assert_eq!(contract, ["serde", "serde_json", "thiserror"]);
}

#[test]
fn only_the_function_knows_aws() {
    for (name, dependencies) in dependencies() {
        let aws = |name: &String| name.starts_with("aws") || name.starts_with("lambda");
        let knows_aws = dependencies.iter().any(aws);
        assert_eq!(knows_aws, name == "okta-connector-lambda", "{name}");
    }
}

#[test]
fn the_simulator_opens_no_socket_and_reads_no_clock() {
    for (path, text) in sources(&top().join("crates/okta-simulator/src")) {
        // Its own tests may read records from files.
        if path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        for forbidden in
            ["std::net", "std::fs", "SystemTime::now", "Instant::now", "Timestamp::now", "tokio"]
        {
            assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
        }
    }
}

/// The files of `okta-connector` that wait for something.
const SHELL: [&str; 6] =
    ["connections.rs", "connector.rs", "discovery.rs", "probe.rs", "walk.rs", "walk/parents.rs"];

#[test]
fn the_core_of_the_connector_is_pure() {
    let folder = top().join("crates/okta-connector/src");
    let mut shell = Vec::new();
    for (path, text) in sources(&folder) {
        let code = text.split("#[cfg(test)]").next().unwrap();
        // `call.rs` reads the clock to say how long a call took, and decides nothing by it.
        if code.contains("async ") || code.contains("Instant::now") && !path.ends_with("call.rs") {
            shell.push(path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned());
        }
    }
    shell.sort();
    assert_eq!(shell, SHELL);
}

/// Checks that a file that needs another one is not needed by it, over any number of steps. A file
/// below another one, such as `plan/split.rs`, counts as a part of it here: the two are one module
/// to the rest.
#[test]
fn no_files_import_each_other_in_a_circle() {
    for name in [
        "appflow-connector",
        "appflow-flow",
        "okta-client",
        "okta-connector",
        "okta-connector-lambda",
        "okta-simulator",
    ] {
        let mut needs = imports(&top().join("crates").join(name).join("src"));
        // Files that need none of those that are left are taken away, until nothing is left.
        while !needs.is_empty() {
            let free = needs.iter().filter(|(_, needed)| needed.is_empty());
            let free: Vec<_> = free.map(|(module, _)| module.clone()).collect();
            assert!(!free.is_empty(), "{name}: there is a circle in {needs:#?}");
            needs.retain(|module, _| !free.contains(module));
            needs.values_mut().for_each(|needed| needed.retain(|name| !free.contains(name)));
        }
    }
}

/// Returns the modules of a crate, and those that each one imports.
fn imports(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let module = |path: &Path| {
        let path = path.strip_prefix(folder).unwrap().with_extension("");
        path.iter().next().unwrap().to_str().unwrap().to_owned()
    };
    let sources = sources(folder).into_iter().map(|(path, text)| {
        let code = text.split("#[cfg(test)]").next().unwrap().lines();
        let code: Vec<_> = code.filter(|line| !line.trim_start().starts_with("//")).collect();
        (module(&path), code.join("\n"))
    });
    let sources: Vec<_> = sources.filter(|(module, _)| module != "tests").collect();
    // The root gives names of its own to what is in its modules.
    let root = sources.iter().find(|(module, _)| module == "lib").map_or("", |(_, code)| code);
    let given = |name: &str| {
        let line = root.split("pub use ").skip(1).find(|line| {
            let line = line.split(';').next().unwrap();
            line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == name)
        });
        line.map_or(name.to_owned(), |line| line.split("::").next().unwrap().to_owned())
    };
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, code) in &sources {
        // The root names everything.
        if module == "lib" || module == "main" {
            continue;
        }
        let needed = needs.entry(module.clone()).or_default();
        for rest in code.split("crate::").skip(1) {
            let list = rest.strip_prefix('{').and_then(|list| list.split('}').next());
            let names = list.unwrap_or_else(|| {
                let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
                rest.split(is_end).next().unwrap()
            });
            needed.extend(names.split(',').map(|name| given(name.trim())));
        }
        needed.remove(module);
    }
    let modules: BTreeSet<_> = needs.keys().cloned().collect();
    needs.values_mut().for_each(|needed| needed.retain(|name| modules.contains(name)));
    needs
}

#[test]
fn objects_and_fields_are_named_in_the_catalogue_alone() {
    let names =
        ["profile.", "\"status\"", "\"DEPROVISIONED\"", "lastUpdated", "/api/v1/", "okta.users"];
    for (path, text) in sources(&top().join("crates/okta-connector/src")) {
        let in_catalogue = path.components().any(|part| part.as_os_str() == "catalogue");
        if in_catalogue {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code: Vec<_> =
            code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for name in names {
            let found = code.iter().find(|line| line.contains(name));
            assert!(found.is_none(), "{}: {found:?}", path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_holds() {
    for folder in ["bench", "crates", "fuzz", "tests"] {
        for (path, text) in sources(&top().join(folder)) {
            assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
        }
    }
}

#[test]
fn no_test_is_ignored_and_none_expects_a_panic() {
    let forbidden = [["#[ign", "ore"].concat(), ["#[should", "_panic"].concat()];
    for folder in ["bench", "crates", "fuzz", "tests"] {
        for (path, text) in sources(&top().join(folder)) {
            for forbidden in &forbidden {
                assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
            }
        }
    }
}

#[test]
fn one_tls_stack() {
    let lock = fs::read_to_string(top().join("Cargo.lock")).unwrap();
    for banned in ["aws-lc-rs", "aws-lc-sys", "openssl-sys", "native-tls"] {
        assert!(!lock.contains(&format!("name = \"{banned}\"")), "{banned} is in Cargo.lock");
    }
}
