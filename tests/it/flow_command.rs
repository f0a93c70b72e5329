//! `okta-connector flow run`, as somebody calls it.

use crate::support::{part, top};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Returns the program, and a folder of its own for a test that is not there yet.
fn program(test: &str) -> Option<(PathBuf, PathBuf)> {
    let program = part("BOOTSTRAP")?.with_file_name("okta-connector");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flow-command").join(test);
    let _ = fs::remove_dir_all(&out);
    Some((program, out))
}

fn run(program: &Path, flow: &str, out: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(["flow", "run", flow, "--out"]).arg(out).args(options).current_dir(top());
    command
}

/// Returns the files below a folder, by their paths in it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const INCREMENTAL: &str = "examples/flows/users-incremental.json";
const SMALL: &[&str] = &["--org", "demo", "--users", "30"];

#[test]
fn a_run_says_what_it_did_and_where_its_files_are() {
    let Some((program, out)) = program("summary") else { return };
    let output = run(&program, INCREMENTAL, &out, SMALL).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let summary = text(&output.stdout);
    let files = files(&out);
    assert_eq!(files.len(), 1, "{files:?}");
    for told in [
        "okta-users-incremental: 30 User records read from https://demo.okta.com in 1 page and 1 call",
        "window: lastUpdated from 2000-01-01T00:00:00.000Z to ",
        "Okta: 1 request, at most 1 % of a rate limit in any minute",
        "files: 30 records in 1 file",
        &files[0],
    ] {
        assert!(summary.contains(told), "{told} is not in {summary}");
    }
    let folder = "amzn-s3-demo-bucket/okta/okta-users-incremental/schemaVersion_1/";
    assert!(files[0].starts_with(folder) && files[0].ends_with("-1.jsonl"), "{files:?}");
    // Nobody looks at a terminal: each line is for a program.
    for line in text(&output.stderr).lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert!(event["records"].is_u64() && event["event"].is_string(), "{event}");
    }
}

#[test]
fn a_dry_run_prints_the_request_and_the_plan_and_leaves_nothing() {
    let Some((program, out)) = program("dry") else { return };
    let parameters = ["--parameter", "ConnectionName=okta", "--parameter", "BucketName=a-bucket"];
    let options = [
        SMALL,
        &parameters,
        &["--dry-run", "--since", "2026-01-01", "--until", "2026-01-02T00:00:00Z"],
    ]
    .concat();
    let rows = [
        ("between", "lastUpdated BETWEEN 2026-01-01T00:00:00.000Z AND 2026-01-02T00:00:00.000Z"),
        (
            "half-open",
            "lastUpdated >= 2026-01-01T00:00:00.000Z AND lastUpdated < 2026-01-02T00:00:00.000Z",
        ),
        ("epoch", "lastUpdated BETWEEN 1767225600000 AND 1767312000000"),
    ];
    for (form, filter) in rows {
        let form = [options.as_slice(), &["--window-form", form]].concat();
        let output = run(&program, "examples/flows/user.yaml", &out, &form).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let printed = text(&output.stdout);
        assert!(
            printed.contains(filter) && printed.contains("  GET /api/v1/users?filter=lastUpdated "),
            "{printed}"
        );
    }
    assert!(!out.exists());
}

#[test]
fn what_cannot_run_is_refused_before_anything_is_written() {
    let Some((program, out)) = program("refusals") else { return };
    let flow = fs::read_to_string(top().join(INCREMENTAL)).unwrap();
    let rows: [(&str, &str, &[&str], &str); 6] = [
        (
            "\"User\"",
            "\"Usr\"",
            &[],
            "error: the connector has no entity `Usr`, did you mean `User`?",
        ),
        (
            "[\"login\"]",
            "[\"logni\"]",
            &[],
            "the Map of `logni`: User has no field `logni`, did you mean `login`?",
        ),
        (
            "\"JSON\"",
            "\"Json\"",
            &[],
            "destinationFlowConfigList[0].destinationConnectorProperties.S3: fileType `Json` is spelled `JSON`",
        ),
        (
            "Incremental\"",
            "Complete\"",
            &["--since", "2026-01-01"],
            "--since and --until are for an incremental flow, and",
        ),
        (
            "rate(1hours)",
            "cron(0 * * * ? *)",
            &["--watch"],
            "--watch does not know when cron(0 * * * ? *) is due",
        ),
        (
            "Okta",
            "Okta",
            &["--parameter", "A=b"],
            "this is no template, which alone has resources and parameters",
        ),
    ];
    let folder = out.with_file_name("refused-flows");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("flow.json");
    for (from, to, options, expected) in rows {
        assert!(flow.contains(from), "{from}");
        fs::write(&file, flow.replace(from, to)).unwrap();
        let options = [SMALL, options].concat();
        let output = run(&program, file.to_str().unwrap(), &out, &options).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(expected), "{expected} is not in {said}");
        assert!(!out.exists(), "{to}");
    }
}

/// Runs a flow, and presses Ctrl-C behind the first page.
fn interrupted(mut command: Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut reader = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("\"event\":\"page\"") {
        assert_ne!(reader.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    reader.read_to_string(&mut said).unwrap();
    let output = child.wait_with_output().unwrap();
    Output { stderr: said.into_bytes(), ..output }
}

#[test]
fn the_same_command_goes_on_with_a_run_that_was_stopped() {
    let Some((program, out)) = program("stopped") else { return };
    let many = ["--org", "demo", "--users", "8000"];
    let output = interrupted(run(&program, INCREMENTAL, &out, &many));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("To go on, give the same command:"), "{said}");
    assert!(!files(&out).iter().any(|file| file.ends_with(".jsonl")), "{:?}", files(&out));

    let others: [&[&str]; 4] = [
        &["--org", "demo", "--users", "8000", "--until", "2026-01-01"],
        &["--org", "demo", "--users", "8000", "--seed", "2"],
        &["--org", "demo", "--users", "50"],
        &["--org", "demo", "--users", "8000", "--watch"],
    ];
    for other in others {
        let flow = match other.contains(&"--watch") {
            // It is tried once.
            true => {
                let flow = fs::read_to_string(top().join(INCREMENTAL)).unwrap();
                let once = "\"flowErrorDeactivationThreshold\": 1, \"scheduleOffset\"";
                let file = out.with_file_name("watched.json");
                fs::write(&file, flow.replace("\"scheduleOffset\"", once)).unwrap();
                file
            }
            false => INCREMENTAL.into(),
        };
        let refused = run(&program, flow.to_str().unwrap(), &out, other).output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{other:?} {refused:?}");
        assert!(text(&refused.stderr).contains("or --restart"), "{other:?} {refused:?}");
    }
    let both = run(&program, INCREMENTAL, &out, &["--dry-run", "--restart"]).output().unwrap();
    assert_eq!(both.status.code(), Some(2));

    let output = run(&program, INCREMENTAL, &out, &many).output().unwrap();
    let said = text(&output.stdout);
    assert!(
        said.contains("8,000 User records read") && said.contains("8,000 records in 1 file"),
        "{said}"
    );
    let left = files(&out);
    assert_eq!(left.len(), 2, "the file, and what is remembered of the flow: {left:?}");

    let output = interrupted(run(&program, INCREMENTAL, &out, &many));
    assert_eq!(output.status.code(), Some(130));
    let restart = [SMALL, &["--restart"]].concat();
    let output = run(&program, INCREMENTAL, &out, &restart).output().unwrap();
    assert!(text(&output.stdout).contains("30 User records"), "{output:?}");
    assert_eq!(files(&out).len(), 3, "{:?}", files(&out));
}

#[test]
fn a_full_disk_is_told_and_leaves_no_file() {
    let Some((program, out)) = program("full") else { return };
    let command = run(&program, INCREMENTAL, &out, &["--org", "demo", "--users", "3000"]);
    // A file may have 8 KiB at most, and more of it is an error as it would be on a full disk.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]);
    shell.arg(command.get_program()).args(command.get_args()).current_dir(top());
    let output = shell.output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write") && said.contains("File too large"), "{said}");
    assert_eq!(files(&out), Vec::<String>::new());
}
