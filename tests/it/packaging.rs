//! `packaging/build-bootstrap`, which `sam build` calls, on a package of one line in place of the function.
//!
//! The real cargo builds it, so that its own rules say where a bootstrap comes out. An old one lies where it
//! usually does.

use crate::support::{part, top};
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

const MANIFEST: &str = r#"
[workspace]
members = ["crates/*"]
resolver = "3"
[profile.lambda]
inherits = "release"
"#;

const FUNCTION: &str = r#"
[package]
name = "okta-connector-lambda"
version = "0.0.0"
edition = "2024"
[[bin]]
name = "bootstrap"
path = "src/main.rs"
"#;

const LOCK: &str = r#"
version = 4

[[package]]
name = "okta-connector-lambda"
version = "0.0.0"
"#;

const FUNCTION_MAIN: &str = "crates/okta-connector-lambda/src/main.rs";

const MAIN: &str = r#"
#![allow(unexpected_cfgs)]
#[cfg(flagged)]
compile_error!("a flag from outside came through");
#[cfg(debug_assertions)]
compile_error!("a profile from outside came through");
fn main() {
    println!("new");
}
"#;

/// What names a compiler of C, or has flags for it, is read when a dependency calls one.
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
fn here() -> Option<(&'static str, &'static str)> {
    match (cfg!(all(target_os = "linux", target_env = "gnu")), std::env::consts::ARCH) {
        (true, "x86_64") => Some(("x86_64", "x86_64-unknown-linux-gnu")),
        (true, "aarch64") => Some(("arm64", "aarch64-unknown-linux-gnu")),
        _ => None,
    }
}

/// An environment variable and its value.
type Variable<'a> = (&'a str, &'a str);

/// A program of the checkout and its text.
type Program<'a> = (&'a str, &'a str);

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
        checkout.write("crates/okta-connector-lambda/Cargo.toml", FUNCTION);
        checkout.write(FUNCTION_MAIN, MAIN);
        checkout.write("crates/okta-connector-lambda/build.rs", BUILD);
        for program in ["packaging/build-bootstrap", "packaging/cargo"] {
            checkout.program(program, &fs::read_to_string(top().join(program)).unwrap());
        }
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

    /// Prepares a command: it finds nothing of this machine but cargo and the system's programs.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
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
    fn build(&self, environment: &[Variable<'_>]) -> Output {
        let (architecture, _) = here().unwrap();
        let mut build = self.command(self.folder.join("packaging/build-bootstrap"));
        build.args([architecture, "artifacts"]).envs(environment.iter().copied());
        build.output().unwrap()
    }

    /// Returns what the bootstrap that was built prints.
    fn built(&self, folder: &str) -> String {
        let bootstrap = self.folder.join(folder).join("bootstrap");
        let output = Command::new(bootstrap).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

#[test]
fn what_is_packaged_is_what_was_built() {
    let Some((_, target)) = here() else { return };
    let musl = target.replace("gnu", "musl");
    let own_flags = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
    let rows: [(&str, &[Variable<'_>], &str); 15] = [
        ("nothing", &[], ""),
        ("target", &[("CARGO_BUILD_TARGET", &musl)], ""),
        ("own-target", &[("CARGO_BUILD_TARGET", target)], ""),
        ("target-dir", &[("CARGO_TARGET_DIR", "elsewhere")], ""),
        ("build-target-dir", &[("CARGO_BUILD_TARGET_DIR", "elsewhere")], ""),
        ("rustflags", &[("RUSTFLAGS", "--cfg flagged")], ""),
        ("encoded", &[("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}flagged")], ""),
        ("build-rustflags", &[("CARGO_BUILD_RUSTFLAGS", "--cfg flagged")], ""),
        ("target-rustflags", &[(&own_flags, "--cfg flagged")], ""),
        ("wrapper", &[("RUSTC_WRAPPER", "no-such-program")], ""),
        ("profile", &[("CARGO_PROFILE_LAMBDA_DEBUG_ASSERTIONS", "true")], ""),
        ("cflags", &[("CFLAGS", "-march=native")], ""),
        ("target-cflags", &[(&format!("CFLAGS_{}", target.replace('-', "_")), "-march=native")], ""),
        ("compiler", &[("CC", "cc -march=native")], ""),
        (
            "configuration",
            &[],
            "[build]\ntarget = \"{musl}\"\ntarget-dir = \"elsewhere\"\nbuild-dir = \"elsewhere\"\n\
             rustflags = [\"--cfg\", \"flagged\"]\nrustc-wrapper = \"no-such-program\"\n\
             [target.'cfg(unix)']\nlinker = \"no-such-program\"\nrustflags = [\"--cfg\", \"flagged\"]\n",
        ),
    ];
    for (name, environment, configuration) in rows {
        let checkout = Checkout::new(&format!("packaging-{name}"));
        checkout.write(".cargo/config.toml", &configuration.replace("{musl}", &musl));
        let output = checkout.build(environment);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(checkout.built("artifacts"), "new", "{name}");
    }
}

#[test]
fn a_configuration_that_changes_what_is_built_is_refused() {
    let Some((_, target)) = here() else { return };
    let rows = [
        ("[env]\nCFLAGS = { value = \"-march=native\", force = true }", "env.CFLAGS.value"),
        ("[profile.lambda]\nopt-level = 0", "profile.lambda.opt-level = 0"),
        ("[profile.release.package.ring]\nopt-level = 0", "profile.release.package.ring"),
        ("[patch.crates-io]\nserde = { path = \"../serde\" }", "patch.crates-io.serde.path"),
        ("paths = [\"../serde\"]", "paths = [\"../serde\"]"),
        ("[target.{target}.ring]\nrustc-link-lib = [\"ring\"]", ".ring.rustc-link-lib"),
    ];
    for (configuration, named) in rows {
        let checkout = Checkout::new("packaging-refused");
        checkout.write(".cargo/config.toml", &configuration.replace("{target}", target));
        let output = checkout.build(&[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{configuration}: {said}");
        assert!(said.contains("changes what is built:") && said.contains(named), "{said}");
        assert!(!checkout.folder.join("artifacts/bootstrap").exists(), "{configuration}");
    }
}

/// Checks that sources which come with old times, as from an archive, are built all the same.
#[test]
fn older_files_are_no_older_build() {
    let Some(_) = here() else { return };
    let checkout = Checkout::new("packaging-times");
    assert!(checkout.build(&[]).status.success());
    checkout.write(FUNCTION_MAIN, "fn main() { println!(\"changed\") }");
    let file = fs::File::options().write(true).open(checkout.folder.join(FUNCTION_MAIN)).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    assert!(checkout.build(&[]).status.success());
    assert_eq!(checkout.built("artifacts"), "changed");
}

#[test]
fn a_build_that_fails_packages_nothing() {
    let Some(_) = here() else { return };
    let checkout = Checkout::new("packaging-fails");
    checkout.write(FUNCTION_MAIN, "fn main() { no() }");
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
    let rows: [(&[Program<'_>], Option<&str>); 4] = [
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
        assert_eq!(checkout.built("artifacts"), expected);
    }
}

/// Returns the commands of the README that begin with a text, continued lines joined.
fn commands(beginning: &str) -> Vec<String> {
    let readme = fs::read_to_string(top().join("README.md")).unwrap().replace("\\\n", "");
    let commands = readme.lines().filter_map(|line| line.strip_prefix("$ "));
    commands.filter(|command| command.starts_with(beginning)).map(str::to_owned).collect()
}

/// Runs what the README prints, with the function of one line and no AWS: the first deployment ends where it
/// would ask AWS.
#[test]
fn the_readme_builds_and_deploys() {
    let (Some((architecture, _)), Some(venv)) = (here(), part("SAM_VENV")) else { return };
    let checkout = Checkout::new("packaging-readme");
    for path in ["template.yaml", "samconfig.toml", "Makefile", "packaging/arm64/Makefile"] {
        checkout.write(path, &fs::read_to_string(top().join(path)).unwrap());
    }
    let x86_64 = "packaging/x86_64/Makefile";
    checkout.write(x86_64, &fs::read_to_string(top().join(x86_64)).unwrap());
    checkout.write("bin/.keep", "");
    std::os::unix::fs::symlink(venv.join("bin/sam"), checkout.folder.join("bin/sam")).unwrap();
    let run = |command: &str| {
        let mut shell = checkout.command("sh");
        let mut shell = shell
            .args(["-c", command])
            .env("SAM_CLI_TELEMETRY", "0")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
            .env("AWS_MAX_ATTEMPTS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Every question is answered with what stands in brackets. Whoever asks none does not read.
        let _ = shell.stdin.take().unwrap().write_all("\n".repeat(40).as_bytes());
        let output = shell.wait_with_output().unwrap();
        let [said, failed] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.success(), format!("{said}{failed}"))
    };

    let [build] = &commands("sam build --parameter-overrides")[..] else { panic!("no container") };
    let [local] = &commands("sam local invoke")[..] else { panic!("no container") };
    let (_, overrides) = build.split_once("--parameter-overrides").unwrap();
    assert!(local.ends_with(overrides), "{local} does not take the function of {build}");
    let (succeeded, said) = run(build);
    assert!(succeeded, "{said}");
    assert_eq!(checkout.built(".aws-sam/build/OktaConnectorFunction"), "new");

    let [copy] = &commands("cp samconfig.toml")[..] else { panic!("no configuration") };
    let [deploy] = &commands("sam build --config-file")[..] else { panic!("no deployment") };
    let (build, _) = deploy.split_once(" && ").unwrap();
    assert!(run(copy).0);
    // As the README says for machines that are not arm64.
    let text = fs::read_to_string(checkout.folder.join("mine.toml")).unwrap();
    let global = "[default.global.parameters]\n";
    let with = format!("{global}parameter_overrides = \"Architecture={architecture}\"\n");
    checkout.write("mine.toml", &text.replace(global, &with));
    let (_, said) = run(deploy);
    for expected in [
        "Build Succeeded",
        "Looking for config file [mine.toml] :  Found",
        "Stack Name [okta-connector]",
        &format!("Parameter Architecture [{architecture}]"),
        "SAM configuration file [mine.toml]",
        "http://127.0.0.1:1",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let readme = fs::read_to_string(top().join("README.md")).unwrap();
    let (_, upgrade) = readme.split_once("**Upgrade** with").unwrap();
    for command in [build, "sam deploy --config-file mine.toml"] {
        assert!(upgrade.contains(&format!("`{command}`")), "{command}");
    }
}
