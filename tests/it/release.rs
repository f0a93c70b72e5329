//! `make package`, `make reproduce` and the workflows that call them, on a checkout of one line for each program; and
//! what is in `dist/`, where `DIST` names it.

use crate::checkout::{Checkout, VERSION, here};
use crate::events::answers_every_event;
use crate::processes::{free_port, wait_for};
use crate::support::{part, top};
use okta_connector_cli::Process;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Stands for cargo-cyclonedx, which takes minutes to build. It tells the folder too.
const CYCLONEDX: &str = r#"#!/bin/sh
for manifest; do :; done
folder=$(dirname "$manifest")
for program in bootstrap okta-connector; do
    echo "{\"bomFormat\": \"CycloneDX\", \"bom-ref\": \"path+file://$folder\"}" > "$folder/${program}_bin.cdx.json"
done
"#;

/// A checkout with a commit.
fn committed(name: &str) -> Checkout {
    let checkout = Checkout::new(name);
    let files = [
        "package",
        "reproduce",
        "archives.py",
        "bill.py",
        "deployable.py",
        "licences.py",
        "README.md",
    ];
    for file in files {
        checkout.take(&format!("packaging/{file}"));
    }
    for file in ["CHANGELOG.md", "LICENSE", "template.yaml"] {
        checkout.take(file);
    }
    checkout.write(".gitignore", "/bin\n/dist\n/target\n");
    checkout.program("bin/cargo-cyclonedx", CYCLONEDX);
    git(&checkout, &["init", "--quiet"]);
    commit(&checkout);
    checkout
}

fn commit(checkout: &Checkout) {
    git(checkout, &["add", "--all"]);
    let me = ["-c", "user.name=me", "-c", "user.email=me@example.com"];
    git(checkout, &[&me[..], &["commit", "--quiet", "--message", "all"]].concat());
}

fn git(checkout: &Checkout, arguments: &[&str]) {
    let mut git = checkout.command("git");
    let output = git.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

fn run(checkout: &Checkout, program: &str) -> Output {
    checkout.command(checkout.folder.join(program)).output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}

/// Puts a program into the zip that Lambda takes.
pub(crate) fn zipped(bootstrap: &Path, architecture: &str, zip: &Path) -> Output {
    let mut python = Command::new("python3");
    python.arg(top().join("packaging/archives.py")).arg("zip").arg(bootstrap);
    python.arg(architecture).arg(zip).env("SOURCE_DATE_EPOCH", "1767225600").output().unwrap()
}

/// Takes `bootstrap`, the only file, out of the zip of a function, with its permissions.
pub(crate) fn unzip(zip: &Path, folder: &Path) {
    const UNZIP: &str = "\
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    [entry] = archive.infolist()
    assert entry.filename == 'bootstrap', entry
    os.chmod(archive.extract(entry, sys.argv[2]), entry.external_attr >> 16 & 0o7777)
";
    let mut python = Command::new("python3");
    let output = python.args(["-c", UNZIP]).arg(zip).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// Returns the names of the files in a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_is_in_no_commit_and_what_has_another_version_is_refused() {
    let Some(_) = here() else { return };
    type Meddle = fn(&Checkout);
    let tagged =
        format!("The commit has the tag v9.9.9, and the version in Cargo.toml is {VERSION}");
    let rows: [(Meddle, &str); 6] = [
        (|it| it.write("crates/new.rs", ""), "changes that are in no commit"),
        (|it| it.write("LICENSE", "mine"), " M LICENSE"),
        (|it| git(it, &["tag", "v9.9.9"]), &tagged),
        (
            |it| {
                it.write("template.yaml", "    SemanticVersion: 9.9.9\n");
                commit(it);
            },
            "SemanticVersion in template.yaml is another version",
        ),
        (
            |it| fs::remove_file(it.folder.join("bin/cargo-cyclonedx")).unwrap(),
            "cargo-cyclonedx is missing",
        ),
        (|it| fs::remove_dir_all(it.folder.join(".git")).unwrap(), "is no checkout of git"),
    ];
    for (meddle, expected) in rows {
        let checkout = committed("release-refused");
        meddle(&checkout);
        let output = run(&checkout, "packaging/package");
        assert!(!output.status.success(), "{expected}");
        assert!(said(&output).contains(expected), "{expected}: {}", said(&output));
        assert!(!checkout.folder.join("dist").exists(), "{expected}");
    }
}

#[test]
fn a_zip_for_the_wrong_architecture_is_refused() {
    let Some((here, _)) = here() else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release-zip");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let (zip, script) = (folder.join("function.zip"), folder.join("script"));
    fs::write(&script, "#!/bin/sh\n").unwrap();
    let other = if here == "arm64" { "x86_64" } else { "arm64" };
    let shell = Path::new("/bin/sh");
    for (program, architecture, expected) in [
        (
            shell,
            other,
            format!("/bin/sh is built for {here}, and {} is to be for {other}", zip.display()),
        ),
        (
            &script,
            here,
            "script is no program for Lambda: a 64-bit ELF file is expected".to_owned(),
        ),
    ] {
        let output = zipped(program, architecture, &zip);
        assert!(!output.status.success() && !zip.exists(), "{expected}");
        assert!(said(&output).contains(&expected), "{}", said(&output));
    }
}

/// Checks that two folders make the same package, though the program knows the file that it stands in; and what is in it.
#[test]
fn two_folders_make_the_same_package() {
    let Some((architecture, target)) = here() else { return };
    let checkout = committed("release-same");
    git(&checkout, &["tag", &format!("v{VERSION}")]);
    let output = run(&checkout, "packaging/reproduce");
    assert!(output.status.success(), "{}", said(&output));
    let said = said(&output);
    let other = if architecture == "arm64" { "x86_64" } else { "arm64" };
    assert!(said.contains("pip install cargo-lambda ziglang"), "{said}");
    assert!(said.contains(&format!("dist/ has no function for {other}")), "{said}");

    let dist = checkout.folder.join("dist");
    let name = format!("okta-connector-{VERSION}");
    let expected = [
        "BUILD.txt",
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SHA256SUMS",
        "THIRD-PARTY.txt",
        &format!("{name}-{architecture}.cdx.json"),
        &format!("{name}-{architecture}.zip"),
        &format!("{name}-{target}.cdx.json"),
        &format!("{name}-{target}.tar.gz"),
        &format!("template-{architecture}.yaml"),
    ];
    assert_eq!(names(&dist), expected.map(str::to_owned).into());
    unzip(&dist.join(format!("{name}-{architecture}.zip")), &checkout.folder);
    let bootstrap = checkout.folder.join("bootstrap");
    let bytes = String::from_utf8_lossy(&fs::read(&bootstrap).unwrap()).into_owned();
    assert!(bytes.contains("crates/okta-connector-lambda/src/main.rs"));
    assert!(!bytes.contains("/tmp/") && !bytes.contains("/longer/name"), "it tells its folder");
    assert_eq!(fs::metadata(&bootstrap).unwrap().permissions().mode() & 0o777, 0o755);
    let output = Command::new(&bootstrap).output().unwrap();
    assert_eq!(output.stdout, b"new\n");
}

#[test]
fn packages_that_differ_are_refused() {
    let Some(_) = here() else { return };
    let checkout = committed("release-differs");
    let tells = "fn main() { println!(\"{}\", env!(\"CARGO_MANIFEST_DIR\")); }";
    checkout.write("crates/okta-connector-cli/src/main.rs", tells);
    commit(&checkout);
    let output = run(&checkout, "packaging/reproduce");
    let said = said(&output);
    assert!(!output.status.success() && said.contains("The two packages differ."), "{said}");
    assert!(!checkout.folder.join("dist").exists());
    let (_, folder) = said.split_once("They stay in ").unwrap();
    fs::remove_dir_all(folder.trim()).unwrap();
}

/// Returns a folder with the template of a package and what it names, for an archive of this machine's architecture.
fn deployable(name: &str) -> (PathBuf, PathBuf) {
    let (architecture, _) = here().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let zip = folder.join("function.zip");
    assert!(zipped(Path::new("/bin/sh"), architecture, &zip).status.success());
    let mut python = Command::new("python3");
    python.arg(top().join("packaging/deployable.py")).args([architecture, "function.zip"]);
    let output =
        python.stdin(fs::File::open(top().join("template.yaml")).unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    fs::write(folder.join("template.yaml"), output.stdout).unwrap();
    for (from, to) in [("LICENSE", "LICENSE"), ("packaging/README.md", "README.md")] {
        fs::copy(top().join(from), folder.join(to)).unwrap();
    }
    (folder, zip)
}

/// Checks that the template of a package is one for the architecture of its archive, and that AWS SAM and cfn-lint like it.
#[test]
fn the_template_of_a_package_is_valid() {
    let (Some((architecture, _)), Some(venv)) = (here(), part("SAM_VENV")) else { return };
    let (folder, _) = deployable("release-valid");
    let text = fs::read_to_string(folder.join("template.yaml")).unwrap();
    assert!(text.contains(&format!("AllowedValues: [{architecture}]")), "{text}");
    assert!(text.contains("CodeUri: function.zip") && !text.contains("BuildMethod"), "{text}");
    for command in [
        &["sam", "validate", "--lint"][..],
        &["cfn-lint", "--regions", "us-east-1", "--", "template.yaml"],
    ] {
        let mut tool = Command::new(venv.join("bin").join(command[0]));
        tool.args(&command[1..]).current_dir(&folder);
        let output = tool.env("AWS_DEFAULT_REGION", "us-east-1").output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", said(&output));
    }
}

/// Checks that AWS SAM uploads the archive as it is, to an S3 that moto plays.
#[test]
fn the_archive_of_a_package_is_what_is_deployed() {
    let (Some(_), Some(venv)) = (here(), part("SAM_VENV")) else { return };
    let (folder, zip) = deployable("release-deployed");
    let port = free_port();
    let mut moto = Command::new(venv.join("bin/moto_server"));
    moto.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    let _moto = Process::start(&mut moto).unwrap();
    wait_for(port);
    const UPLOADED: &str = "\
import boto3, subprocess, sys
s3 = boto3.client('s3')
s3.create_bucket(Bucket='packages')
subprocess.run([sys.argv[1], 'package', '--s3-bucket', 'packages', '--output-template-file', 'packaged.yaml'], check=True)
[key] = [line.split('s3://packages/')[1].strip() for line in open('packaged.yaml') if 'CodeUri: s3://' in line]
s3.download_file('packages', key, 'uploaded.zip')
";
    let mut python = Command::new(venv.join("bin/python"));
    python.args(["-c", UPLOADED]).arg(venv.join("bin/sam")).current_dir(&folder);
    let environment = [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", &format!("http://127.0.0.1:{port}")),
        ("SAM_CLI_TELEMETRY", "0"),
    ];
    let output = python.envs(environment).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(fs::read(folder.join("uploaded.zip")).unwrap() == fs::read(zip).unwrap());
}

#[test]
fn workflows_are_what_github_reads() {
    let Some(venv) = part("SAM_VENV") else { return };
    let folder = top().join(".github/workflows");
    let mut tool = Command::new(venv.join("bin/check-jsonschema"));
    tool.args(["--builtin-schema", "vendor.github-workflows"]);
    let output = tool.args(names(&folder)).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    for name in names(&folder) {
        let text = fs::read_to_string(folder.join(&name)).unwrap();
        for action in text.lines().filter_map(|line| line.split_once("uses: ")) {
            let (_, pin) = action.1.split_once('@').unwrap();
            let (hash, version) = pin.split_once(" # v").unwrap_or_else(|| panic!("{name}: {pin}"));
            let is_hash = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_hash && !version.is_empty(), "{name}: {pin}");
        }
    }
}

/// Checks what `make package` made: sums, bills, the version of the program, and what the function answers.
#[tokio::test]
async fn the_package_in_dist_works() {
    let Some(dist) = std::env::var_os("DIST").map(PathBuf::from) else { return };
    let (Some((architecture, target)), Some(venv)) = (here(), part("SAM_VENV")) else { return };
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release-dist");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();

    let mut sums = Command::new("sha256sum");
    let output = sums.args(["--check", "--strict", "SHA256SUMS"]).current_dir(&dist).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", said(&output));

    const BILLS: &str = "\
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for bill in sys.argv[1:]:
    error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(bill).read())
    assert error is None, (bill, error)
";
    let bills: Vec<_> =
        names(&dist).into_iter().filter(|name| name.ends_with(".cdx.json")).collect();
    assert!(bills.len() >= 2, "{bills:?}");
    let mut python = Command::new(venv.join("bin/python"));
    let output = python.args(["-c", BILLS]).args(&bills).current_dir(&dist).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));

    let name = format!("okta-connector-{VERSION}");
    let archives: Vec<_> =
        names(&dist).into_iter().filter(|name| name.ends_with(".tar.gz")).collect();
    assert_eq!(archives.len(), 1, "{archives:?}");
    // The program is for the machine that made the package, which may be another one.
    if archives[0] == format!("{name}-{target}.tar.gz") {
        let mut tar = Command::new("tar");
        tar.arg("-xf").arg(dist.join(&archives[0])).arg("-C").arg(&folder);
        assert!(tar.status().unwrap().success());
        let mut program = Command::new(folder.join(format!("{name}-{target}/okta-connector")));
        let output = program.arg("--version").output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("okta-connector {VERSION}\n"));
    }

    unzip(&dist.join(format!("{name}-{architecture}.zip")), &folder);
    answers_every_event(&folder.join("bootstrap"), &bootstrap, &venv).await;
}
