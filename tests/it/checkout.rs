//! A checkout whose function and whose program have one line each, in which `packaging/` builds and packages.
//!
//! The real cargo builds them, so that its own rules say where a program comes out. An old one lies where it
//! usually does.

use crate::support::top;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MANIFEST: &str = r#"
[workspace]
members = ["crates/*"]
resolver = "3"
[profile.lambda]
inherits = "release"
"#;

const PACKAGE: &str = r#"
[package]
name = "{name}"
version = "{version}"
edition = "2024"
[[bin]]
name = "{program}"
path = "src/main.rs"
"#;

const LOCKED: &str = r#"
[[package]]
name = "{name}"
version = "{version}"
"#;

/// The packages, and what is built of them.
const PACKAGES: [(&str, &str); 2] =
    [("okta-connector-cli", "okta-connector"), ("okta-connector-lambda", "bootstrap")];

/// The version of the checkout, which is that of ours.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The sources of the function.
pub(crate) const FUNCTION_MAIN: &str = "crates/okta-connector-lambda/src/main.rs";

const MAIN: &str = r#"
#![allow(unexpected_cfgs)]
#[cfg(flagged)]
compile_error!("a flag from outside came through");
#[cfg(debug_assertions)]
compile_error!("a profile from outside came through");
fn main() {
    println!("new");
    // What panics knows the file that it stands in.
    assert!(std::env::args().count() > 0);
}
"#;

/// Refuses variables that name a compiler of C or have flags for it: dependencies would read them.
const BUILD: &str = r#"
fn main() {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        assert!(!name.contains("CFLAGS") && name != "CC", "{name} came through");
    }
}
"#;

/// Returns the architecture of this machine as Lambda calls it, and cargo's name of it; nothing where Lambda's
/// functions cannot be built by cargo alone.
pub(crate) fn here() -> Option<(&'static str, &'static str)> {
    match (cfg!(all(target_os = "linux", target_env = "gnu")), std::env::consts::ARCH) {
        (true, "x86_64") => Some(("x86_64", "x86_64-unknown-linux-gnu")),
        (true, "aarch64") => Some(("arm64", "aarch64-unknown-linux-gnu")),
        _ => None,
    }
}

/// An environment variable and its value.
pub(crate) type Variable<'a> = (&'a str, &'a str);

/// A program of the checkout and its text.
pub(crate) type Program<'a> = (&'a str, &'a str);

/// A checkout with the one-line function, and programs that come before those of the machine.
pub(crate) struct Checkout {
    pub(crate) folder: PathBuf,
}

impl Checkout {
    /// Makes one.
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let checkout = Self { folder };
        checkout.write("Cargo.toml", MANIFEST);
        let mut lock = "version = 4\n".to_owned();
        for (name, program) in PACKAGES {
            let named = |text: &str| {
                let text = text.replace("{name}", name).replace("{program}", program);
                text.replace("{version}", VERSION)
            };
            lock.push_str(&named(LOCKED));
            checkout.write(&format!("crates/{name}/Cargo.toml"), &named(PACKAGE));
            checkout.write(&format!("crates/{name}/src/main.rs"), MAIN);
            checkout.write(&format!("crates/{name}/build.rs"), BUILD);
        }
        checkout.write("Cargo.lock", &lock);
        for program in ["packaging/build-bootstrap", "packaging/cargo"] {
            checkout.take(program);
        }
        let old = "#!/bin/sh\necho old\n";
        checkout.program("target/lambda/bootstrap", old);
        let (_, target) = here().unwrap();
        checkout.program(&format!("target/{target}/lambda/bootstrap"), old);
        checkout
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a file that can be run.
    pub(crate) fn program(&self, path: &str, text: &str) {
        self.write(path, text);
        fs::set_permissions(self.folder.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Takes a file of ours, with its permissions.
    pub(crate) fn take(&self, path: &str) {
        let target = self.folder.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(top().join(path), target).unwrap();
    }

    /// Prepares a command: it finds nothing of this machine but cargo and the system's programs.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap());
        let path = format!(
            "{}:{}:/usr/bin:/bin",
            self.folder.join("bin").display(),
            cargo.parent().unwrap().display()
        );
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("PATH", path);
        for variable in ["CARGO_TARGET_DIR", "ARCHITECTURE", "MAKEFLAGS"] {
            command.env_remove(variable);
        }
        command
    }

    /// Builds as `sam build` does.
    pub(crate) fn build(&self, environment: &[Variable<'_>]) -> Output {
        let (architecture, _) = here().unwrap();
        let mut build = self.command(self.folder.join("packaging/build-bootstrap"));
        build.args([architecture, "artifacts"]).envs(environment.iter().copied());
        build.output().unwrap()
    }

    /// Returns what the bootstrap that was built prints.
    pub(crate) fn built(&self, folder: &str) -> String {
        let bootstrap = self.folder.join(folder).join("bootstrap");
        let output = Command::new(bootstrap).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}
