//! `okta-connector` from outside: what people and programs read, and its manners.

use crate::support::{part, top};
use expect_test::expect_file;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The folder in which commands run, with what their examples name in it and nobody's settings.
struct Place {
    folder: PathBuf,
    path: std::ffi::OsString,
}

impl Place {
    /// Makes a folder for a test; none if there is no program.
    fn new(name: &str) -> Option<Self> {
        let program = part("BOOTSTRAP")?;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command-line").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for name in ["events", "examples"] {
            std::os::unix::fs::symlink(top().join(name), folder.join(name)).unwrap();
        }
        let path = [program.parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()];
        Some(Self { folder, path: std::env::join_paths(path).unwrap() })
    }

    /// Makes a command of the shell.
    fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(&self.folder).stdin(Stdio::null());
        shell.env_clear().env("PATH", &self.path).env("HOME", &self.folder);
        shell
    }

    /// Runs a line: its end, and what it said.
    fn run(&self, line: &str) -> (ExitStatus, String, String) {
        let output = self.shell(line).output().unwrap();
        let [said, complained] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status, said, complained)
    }

    /// Runs a line that must succeed without a complaint.
    fn say(&self, line: &str) -> String {
        let (status, said, complained) = self.run(line);
        assert!(status.success() && complained.is_empty(), "{line}: {status} {complained}");
        said
    }
}

fn golden(name: &str, text: &str) {
    expect_file![top().join("tests/data/cli").join(name)].assert_eq(text);
}

/// Writes lines with what they print.
fn transcript(place: &Place, lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "$ {line}\n{}", place.say(line)).unwrap();
    }
    text
}

const QUESTIONS: [&str; 19] = [
    "okta-connector explain User",
    "okta-connector explain User --fields id,login --filter 'lastUpdated >= 2024-05-01' --assume 120000",
    "okta-connector explain User --filter \"(city = 'Rome' or lastLogin > 2024-05-01) and department in ('IT', 'HR') and status != 'ACTIVE'\"",
    "okta-connector explain User --filter \"id = '00u0GImAAIEJ8LTDxWhL' and city = null\"",
    "okta-connector explain User --org demo --fields login,score --filter 'score > 3 and skills contains \"red\" limit 10'",
    "okta-connector explain Group --filter \"type = 'APP_GROUP' and not (name contains 'x' or lastMembershipUpdated < 2024-05-01)\"",
    "okta-connector explain Group --filter \"id = 'no id'\"",
    "okta-connector explain Application --filter \"groupId = '00givFJy1kevpzqhy6IV' and userId = '00u0GImAAIEJ8LTDxWhL' and status = 'ACTIVE'\"",
    "okta-connector explain Application --filter \"id in ('0oa1Gc3FsrY4XDm1pZCl', '0oa8CRjAcR1RaTQkQLiY')\"",
    "okta-connector explain GroupMember --filter \"groupName contains 'eng' and groupType != 'BUILT_IN' and login contains 'a'\" --assume 50000 --assume Group=300",
    "okta-connector explain GroupMember --org demo --filter \"groupId = '00givFJy1kevpzqhy6IV'\"",
    "okta-connector explain GroupMember --filter \"userId = '00u0GImAAIEJ8LTDxWhL'\" --fields groupId",
    "okta-connector explain RoleAssignment --filter \"assigneeType = 'GROUP'\"",
    "okta-connector explain DeviceUser --assume Device=7400",
    "okta-connector explain GroupMember --assume 18446744073709551615 --assume Group=18446744073709551615",
    "okta-connector explain UserSchemaAttribute",
    "okta-connector explain Policy --filter \"type = 'PASSWORD'\"",
    "okta-connector explain SystemLogEvent --filter \"published >= 2026-05-01 and eventType = 'user.session.start' and displayMessage contains 'x'\"",
    "okta-connector explain Deletion --filter \"objectType = 'Group' and published between 2026-05-01 and 2026-05-02 and actorId = '00u1'\"",
];

#[test]
fn plans_in_words() {
    let Some(place) = Place::new("explain") else { return };
    golden("explain.txt", &transcript(&place, &QUESTIONS));
}

#[test]
fn plans_as_json() {
    let Some(place) = Place::new("explain-json") else { return };
    let mut text = String::new();
    for (index, question) in QUESTIONS.iter().enumerate() {
        let line = format!("{question} --json");
        let said = place.say(&line);
        let json: Value = serde_json::from_str(&said).unwrap();
        for member in ["entity", "filter", "conditions", "listings", "costs", "access", "estimate"]
        {
            assert!(json.get(member).is_some(), "{line}: {member}");
        }
        // What is in words is not shown twice in full.
        if [1, 9, 10].contains(&index) {
            writeln!(text, "$ {line}\n{said}").unwrap();
        }
    }
    golden("explain-json.txt", &text);
}

#[test]
fn entities_and_their_fields() {
    let Some(place) = Place::new("describe") else { return };
    golden("entities.txt", &place.say("okta-connector entities"));
    let lines = [
        "okta-connector describe GroupMember",
        "okta-connector describe User --org demo",
        "okta-connector describe SystemLogEvent",
        "okta-connector describe Realm --json",
    ];
    golden("describe.txt", &transcript(&place, &lines));
    let listed: Value = serde_json::from_str(&place.say("okta-connector entities --json")).unwrap();
    for entity in listed.as_array().unwrap() {
        let name = entity["name"].as_str().unwrap();
        let line = format!("okta-connector describe {name} --json 2>/dev/null");
        let described: Value = serde_json::from_str(&place.say(&line)).unwrap();
        let fields = described["fields"].as_array().unwrap();
        let find = |name: &Value| fields.iter().find(|field| field["name"] == *name).unwrap();
        assert_eq!(find(&entity["key"])["isKey"], true, "{name}");
        if !entity["timestamp"].is_null() {
            assert_eq!(find(&entity["timestamp"])["isTimestamp"], true, "{name}");
        }
    }
}

#[test]
fn refusals() {
    let Some(place) = Place::new("refusals") else { return };
    let long = format!("{}city = ", "status = 'ACTIVE' and ".repeat(20));
    let long = format!("okta-connector explain User --filter \"{long}\"");
    let lines = [
        "okta-connector",
        "okta-connector explian User",
        "okta-connector explain",
        "okta-connector explain Usr",
        "okta-connector explain GroupMembers --json",
        "okta-connector explain Frobnicate",
        "okta-connector explain Application --fields id,lable",
        "okta-connector explain User --fields id,logni",
        "okta-connector explain User --fields id,logni --org demo",
        "okta-connector explain User --filter 'status = \"ACTIVE\" and logni = 1'",
        "okta-connector explain User --filter 'skils contains \"x\"' --org demo",
        "okta-connector explain User --filter 'status ='",
        "okta-connector explain User --filter \"city = 'Rome\"",
        "okta-connector explain User --filter 'lastUpdated > 2024-13-45'",
        "okta-connector explain User --filter \"city = 'Rome' and lastUpdated > 'yesterday'\"",
        "okta-connector explain User --filter 'status < 3'",
        &long,
        "okta-connector explain User --assume many",
        "okta-connector explain GroupMember --assume Groups=3",
        "okta-connector describe usertype",
        "okta-connector demo --entity Grup",
        "okta-connector demo --users 5 --filter 'status ='",
        "okta-connector completions csh",
        "okta-connector invoke events/query-data-user.json",
        "okta-connector invoke nowhere.json --org demo --users 5",
        "okta-connector explain User --org nowhere --fields score",
        "OKTA_CLIENT_TOKEN=x okta-connector describe User",
    ];
    let mut text = String::new();
    for line in lines {
        let (status, said, complained) = place.run(line);
        assert!(said.is_empty(), "{line}: {said}");
        let shown: String = line.chars().take(100).collect();
        let code = status.code().unwrap();
        writeln!(text, "$ {shown}\n{complained}[{code}]\n").unwrap();
        let is_of_arguments = complained.contains("--help") || complained.contains("Usage:");
        assert_eq!(code, if is_of_arguments { 2 } else { 1 }, "{line}");
    }
    golden("refusals.txt", &text);
}

/// Returns every command with its help, as clap lists them.
fn helps(place: &Place, command: &str) -> Vec<(String, String)> {
    let [program, words] = command.split_once(' ').map_or([command, ""], |(it, rest)| [it, rest]);
    let help = place.say(&format!("{program} help {words}"));
    assert_eq!(help, place.say(&format!("{command} --help")), "{command}");
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    // What a description goes on with stands further in.
    let names = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<_> = names.filter(|name| !name.is_empty() && *name != "help").collect();
    let below: Vec<_> =
        names.iter().flat_map(|name| helps(place, &format!("{command} {name}"))).collect();
    [(command.to_owned(), help)].into_iter().chain(below).collect()
}

#[test]
fn help_fits_a_terminal() {
    let Some(place) = Place::new("help") else { return };
    let mut text = String::new();
    for (command, help) in helps(&place, "okta-connector") {
        let short = place.say(&format!("{command} -h"));
        for line in help.lines().chain(short.lines()) {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
        writeln!(text, "$ {command} --help\n{help}").unwrap();
    }
    golden("help.txt", &text);
}

/// Commands that serve until they are stopped. Their examples are run until they have said where.
const SERVERS: [&str; 1] = ["okta-connector sandbox"];

#[test]
fn every_command_has_two_examples_that_run() {
    let Some(place) = Place::new("examples") else { return };
    for (command, help) in helps(&place, "okta-connector") {
        // What has commands below it leaves examples to them.
        if help.lines().any(|line| line == "Commands:") {
            continue;
        }
        let examples = help.lines().skip_while(|line| *line != "Examples:").skip(1);
        let mut lines: Vec<String> = Vec::new();
        for line in examples.map(str::trim).filter(|line| !line.is_empty()) {
            match lines.last_mut().filter(|last| last.ends_with('\\')) {
                Some(last) => {
                    last.pop();
                    last.push_str(line);
                }
                None => lines.push(line.to_owned()),
            }
        }
        assert_eq!(lines.len(), 2, "{command} has two examples: {lines:?}");
        for line in lines {
            assert!(line.contains(&command), "{line} is an example of {command}");
            match SERVERS.iter().any(|server| command.starts_with(server)) {
                true => serve(&place, &line),
                false => {
                    let (status, _, complained) = place.run(&line);
                    assert!(status.success(), "{line}: {status} {complained}");
                }
            }
        }
    }
}

/// Runs a line until it has said something, and stops it.
fn serve(place: &Place, line: &str) {
    let mut command = place.shell(&format!("exec {line}"));
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut said).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let mut complained = String::new();
    server.stderr.take().unwrap().read_to_string(&mut complained).unwrap();
    assert!(!said.is_empty(), "{line}: {complained}");
}

#[test]
fn the_version_goes_with_the_name() {
    let Some(place) = Place::new("version") else { return };
    let expected = format!("okta-connector {}\n", env!("CARGO_PKG_VERSION"));
    for option in ["--version", "-V"] {
        assert_eq!(place.say(&format!("okta-connector {option}")), expected);
    }
}

#[test]
fn completions_and_pages_of_the_manual() {
    let Some(place) = Place::new("manual") else { return };
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let completions = place.say(&format!("okta-connector completions {shell}"));
        // Two of them complete no values.
        let values =
            if ["elvish", "powershell"].contains(&shell) { "explain" } else { "GroupMember" };
        for word in ["explain", "assume", values] {
            assert!(completions.contains(word), "{shell} lacks {word}");
        }
    }
    place.say("okta-connector completions bash > bash && bash -n bash");
    place.say("okta-connector man deep/man1");
    let pages = fs::read_dir(place.folder.join("deep/man1")).unwrap();
    let pages: BTreeSet<_> =
        pages.map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    for (command, _) in helps(&place, "okta-connector") {
        let page = format!("{}.1", command.replace(' ', "-"));
        assert!(pages.contains(&page), "{page} is missing: {pages:?}");
    }
}

#[test]
fn a_failure_in_an_answer_is_one_of_the_command() {
    let Some(place) = Place::new("invoke") else { return };
    let answer = |options: &str| {
        let line = format!("okta-connector invoke {options} --org demo --users 5");
        let (status, said, complained) = place.run(&line);
        let answer: Value = serde_json::from_str(&said).unwrap();
        (status.code().unwrap(), answer["isSuccess"].clone(), complained)
    };
    let (code, success, complained) = answer("events/query-data-user.json");
    assert_eq!((code, success, complained.as_str()), (0, Value::Bool(true), ""));
    let (code, success, complained) = answer("events/write-data.json");
    assert_eq!((code, success), (1, Value::Bool(false)));
    assert!(complained.contains("--allow-failure"), "{complained}");
    let (code, success, complained) = answer("--allow-failure events/write-data.json");
    assert_eq!((code, success, complained.as_str()), (0, Value::Bool(false), ""));
}

#[test]
fn whoever_stops_reading_has_seen_enough() {
    let Some(place) = Place::new("pipes") else { return };
    for line in [
        "okta-connector entities",
        "okta-connector describe User --org demo --json",
        "okta-connector explain User",
        "okta-connector objects",
        "okta-connector demo --fields id",
        "okta-connector completions zsh",
        "okta-connector help explain",
        "okta-connector invoke events/list-entities.json --org demo --users 5",
    ] {
        // The one behind the pipe is gone before anything is written.
        let piped = format!("({line}; echo $? >&3) 3>code 2>complaints | true");
        place.run(&piped);
        assert_eq!(fs::read_to_string(place.folder.join("code")).unwrap(), "0\n", "{line}");
        let complaints = fs::read_to_string(place.folder.join("complaints")).unwrap();
        assert!(!complaints.contains("error"), "{line}: {complaints}");
    }
    let (status, _, _) = place.run("okta-connector explain Usr 2>&1 >/dev/null | true");
    assert!(status.success());
}

/// Checks that colours and wrapping are for terminals: `script` makes one.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_not_a_pipe() {
    let Some(place) = Place::new("terminal") else { return };
    let on_terminal = |environment: &str, line: &str| {
        let line = format!(
            "TERM=xterm {environment} script -qec 'stty cols 80 rows 24; {line}' /dev/null"
        );
        place.say(&line).replace('\r', "")
    };
    let explain = "okta-connector explain User --fields id,login,lastUpdated,created,city,email";
    let plain = on_terminal("NO_COLOR=1", explain);
    let coloured = on_terminal("CLICOLOR=1", explain);
    assert!(coloured.contains('\u{1b}') && !plain.contains('\u{1b}'), "{coloured}");
    assert!(!place.say(explain).contains('\u{1b}'));
    for line in [explain, "okta-connector entities", "okta-connector describe User --org demo"] {
        let shown = on_terminal("NO_COLOR=1", line);
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        let piped = place.say(&format!("{line} 2>/dev/null"));
        assert!(piped.lines().any(|line| line.chars().count() > 80), "{piped}");
    }
}
