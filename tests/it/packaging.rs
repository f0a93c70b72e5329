//! `packaging/build-bootstrap`, which `sam build` calls, on a function of one line.

use crate::checkout::{Checkout, FUNCTION_MAIN, Program, Variable, here};
use crate::release::{unzip, zipped};
use crate::support::{part, top};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

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
        (
            "target-cflags",
            &[(&format!("CFLAGS_{}", target.replace('-', "_")), "-march=native")],
            "",
        ),
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

/// Checks that the zip of a package holds what `sam build` made, which answers `events/`, and nothing else.
#[test]
fn what_sam_builds_is_what_is_zipped() {
    let (Some((architecture, _)), Some(built)) = (here(), part("SAM_BUILD")) else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaging-zip");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let bootstrap = built.join("OktaConnectorFunction/bootstrap");
    let zip = folder.join("function.zip");
    let output = zipped(&bootstrap, architecture, &zip);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    unzip(&zip, &folder);
    assert!(fs::read(folder.join("bootstrap")).unwrap() == fs::read(bootstrap).unwrap());
}

/// Returns the commands of README.md and CONTRIBUTING.md that begin with a text, continued lines joined.
fn commands(beginning: &str) -> Vec<String> {
    let pages = ["README.md", "CONTRIBUTING.md"];
    let pages = pages.map(|page| fs::read_to_string(top().join(page)).unwrap());
    let pages = pages.concat().replace("\\\n", "");
    let commands = pages.lines().filter_map(|line| line.strip_prefix("$ "));
    commands.filter(|command| command.starts_with(beginning)).map(str::to_owned).collect()
}

/// Runs what the README prints, with the function of one line and no AWS: the first deployment ends where it
/// would ask AWS.
#[test]
fn the_readme_builds_and_deploys() {
    let (Some((architecture, _)), Some(venv)) = (here(), part("SAM_VENV")) else { return };
    let checkout = Checkout::new("packaging-readme");
    for path in ["template.yaml", "samconfig.toml", "Makefile", "LICENSE", "README.md"] {
        checkout.take(path);
    }
    for path in ["packaging/arm64/Makefile", "packaging/x86_64/Makefile"] {
        checkout.take(path);
    }
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
    let page = fs::read_to_string(top().join("docs/OPERATIONS.md")).unwrap();
    let (_, upgrade) = page.split_once("## Upgrade\n").unwrap();
    let upgrade = upgrade.split("\n## ").next().unwrap();
    let command = format!("$ {build} && sam deploy --config-file mine.toml\n");
    assert!(upgrade.contains(&command), "{command}");
}
