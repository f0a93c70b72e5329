//! `packaging/build-bootstrap`, which `sam build` calls, on a package of one line in place of the function.
//!
//! The real cargo builds it, so that its own rules say where a bootstrap comes out. An old one lies where it
//! usually does.

use crate::support::top;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MANIFEST: &str = r#"
[workspace]
[package]
name = "okta-connector-lambda"
version = "0.0.0"
edition = "2024"
build = "build.rs"
[[bin]]
name = "bootstrap"
path = "main.rs"
[profile.lambda]
inherits = "release"
"#;

const LOCK: &str = r#"
version = 4

[[package]]
name = "okta-connector-lambda"
version = "0.0.0"
"#;

const MAIN: &str = r#"
#![allow(unexpected_cfgs)]
#[cfg(flagged)]
compile_error!("a flag from outside came through");
fn main() {
    println!("new");
}
"#;

/// Compilers of C read these flags when a dependency calls them.
const BUILD: &str = r#"
fn main() {
    assert!(std::env::var_os("CFLAGS").is_none(), "a flag for C came through");
}
"#;

/// Returns the architecture of this machine as Lambda calls it, and cargo's name of it; nothing where Lambda's
/// functions cannot be built by cargo alone.
fn here() -> Option<(&'static str, &'static str)> {
    match (cfg!(all(target_os = "linux", target_env = "gnu")), std::env::consts::ARCH) {
        (true, "x86_64") => Some(("x86_64", "x86_64-unknown-linux-gnu")),
        (true, "aarch64") => Some(("arm64", "aarch64-unknown-linux-gnu")),
        _ => None,
    }
}

/// A checkout with the one-line function, and programs that come before those of the machine.
struct Checkout {
    folder: PathBuf,
}

impl Checkout {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let checkout = Self { folder };
        checkout.write("Cargo.toml", MANIFEST);
        checkout.write("Cargo.lock", LOCK);
        checkout.write("main.rs", MAIN);
        checkout.write("build.rs", BUILD);
        checkout.program(
            "packaging/build-bootstrap",
            &fs::read_to_string(top().join("packaging/build-bootstrap")).unwrap(),
        );
        let old = "#!/bin/sh\necho old\n";
        checkout.program("target/lambda/bootstrap", old);
        let (_, target) = here().unwrap();
        checkout.program(&format!("target/{target}/lambda/bootstrap"), old);
        checkout
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn program(&self, path: &str, text: &str) {
        self.write(path, text);
        fs::set_permissions(self.folder.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Builds as `sam build` does, with nothing of this machine on the path but cargo and the system's programs.
    fn build(&self, environment: &[(&str, &str)]) -> Output {
        let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap());
        let path = format!(
            "{}:{}:/usr/bin:/bin",
            self.folder.join("bin").display(),
            cargo.parent().unwrap().display()
        );
        let (architecture, _) = here().unwrap();
        let mut build = Command::new(self.folder.join("packaging/build-bootstrap"));
        build.args([architecture, "artifacts"]).env("PATH", path).env_remove("CARGO_TARGET_DIR");
        build.envs(environment.iter().copied()).output().unwrap()
    }

    /// Returns what the bootstrap that was built prints.
    fn built(&self) -> String {
        let output = Command::new(self.folder.join("artifacts/bootstrap")).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

#[test]
fn what_is_packaged_is_what_was_built() {
    let Some((_, target)) = here() else { return };
    let musl = target.replace("gnu", "musl");
    let rows: [(&str, &[(&str, &str)], &str); 9] = [
        ("nothing", &[], ""),
        ("target", &[("CARGO_BUILD_TARGET", &musl)], ""),
        ("own-target", &[("CARGO_BUILD_TARGET", target)], ""),
        ("target-dir", &[("CARGO_TARGET_DIR", "elsewhere")], ""),
        ("build-target-dir", &[("CARGO_BUILD_TARGET_DIR", "elsewhere")], ""),
        ("rustflags", &[("RUSTFLAGS", "--cfg flagged")], ""),
        ("encoded", &[("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}flagged")], ""),
        ("cflags", &[("CFLAGS", "-march=native")], ""),
        (
            "configuration",
            &[],
            "[build]\ntarget = \"{musl}\"\ntarget-dir = \"elsewhere\"\nrustflags = [\"--cfg\", \"flagged\"]\n\
             [target.'cfg(unix)']\nrustflags = [\"--cfg\", \"flagged\"]\n",
        ),
    ];
    for (name, environment, configuration) in rows {
        let checkout = Checkout::new(&format!("packaging-{name}"));
        checkout.write(".cargo/config.toml", &configuration.replace("{musl}", &musl));
        let output = checkout.build(environment);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(checkout.built(), "new", "{name}");
    }
}

#[test]
fn a_build_that_fails_packages_nothing() {
    let Some(_) = here() else { return };
    let checkout = Checkout::new("packaging-fails");
    checkout.write("main.rs", "fn main() { no() }");
    assert!(!checkout.build(&[]).status.success());
    assert!(!checkout.folder.join("artifacts/bootstrap").exists());
}

/// Says that a bootstrap needs a glibc that Lambda does not have.
const OBJDUMP: &str = "#!/bin/sh\necho '0000 DF *UND* 0000 (GLIBC_2.39) pidfd_spawnp'\n";

#[test]
fn a_glibc_that_is_too_new_is_left_to_the_tools_for_it() {
    let Some((_, target)) = here() else { return };
    let tool = |folder: &str, says: &str| {
        format!(
            "#!/bin/sh\ncase \"$*\" in *\"--target {target}.2.34\"*) ;; *) exit 9 ;; esac\n\
             mkdir -p \"{folder}\"\nprintf '#!/bin/sh\\necho {says}\\n' > \"{folder}/bootstrap\"\n\
             chmod +x \"{folder}/bootstrap\"\n"
        )
    };
    let zigbuild = tool(&format!("$CARGO_TARGET_DIR/{target}/lambda"), "zigbuild");
    let lambda = tool("$CARGO_TARGET_DIR/cargo-lambda/bootstrap", "lambda");
    let rows: [(&[(&str, &str)], Option<&str>); 4] = [
        (&[], None),
        (&[("cargo-zigbuild", &zigbuild)], Some("zigbuild")),
        (&[("cargo-lambda", &lambda)], Some("lambda")),
        (&[("cargo-lambda", &lambda), ("cargo-zigbuild", &zigbuild)], Some("lambda")),
    ];
    for (tools, expected) in rows {
        let checkout = Checkout::new("packaging-glibc");
        checkout.program("bin/objdump", OBJDUMP);
        for (name, text) in tools {
            checkout.program(&format!("bin/{name}"), text);
        }
        let output = checkout.build(&[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("needing glibc 2.39 and Lambda has 2.34"), "{said}");
        let Some(expected) = expected else {
            assert!(!output.status.success());
            assert!(said.contains("pip install cargo-lambda ziglang"), "{said}");
            continue;
        };
        assert!(output.status.success(), "{said}");
        assert_eq!(checkout.built(), expected);
    }
}
