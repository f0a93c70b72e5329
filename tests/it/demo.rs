//! `okta-connector demo` with a file to write to.

use crate::support::{part, top};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn demo(program: &Path, file: &Path, options: &[&str]) -> Output {
    let mut demo = Command::new(program);
    demo.args(["demo", "--users", "20", "--out"]).arg(file).args(options);
    demo.output().unwrap()
}

#[test]
fn a_question_that_is_refused_leaves_the_file_alone() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let program = bootstrap.with_file_name("okta-connector");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("users.jsonl");
    fs::write(&file, "precious\n").unwrap();
    let rows: [&[&str]; 4] = [
        &["--entity", "Usre"],
        &["--fields", "id,logni"],
        &["--filter", "logni = 'a'"],
        &["--filter", "login = "],
    ];
    for options in rows {
        assert!(!demo(&program, &file, options).status.success(), "{options:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "precious\n", "{options:?}");
        let missing = folder.join("missing/users.jsonl");
        assert!(!demo(&program, &missing, options).status.success());
        assert!(!folder.join("missing").exists(), "{options:?}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    let output = demo(&program, &file, &["--fields", "id"]);
    assert!(output.status.success(), "{output:?}");
    assert!(fs::read_to_string(&file).unwrap().starts_with("{\"id\":\"00u"));
}

/// Checks that the command that docs/OBJECTS.md shows finds the records that stand there.
#[test]
fn demos_of_relations_find_what_the_page_on_objects_says() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let page = fs::read_to_string(top().join("docs/OBJECTS.md")).unwrap();
    for entity in ["GroupMember", "ApplicationUser", "DeviceUser", "RoleAssignment"] {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{entity}` | "))).unwrap();
        let records = row.split(" | ").nth(1).unwrap();
        let mut demo = Command::new(bootstrap.with_file_name("okta-connector"));
        let output = demo.args(["demo", "--entity", entity]).output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap().replace(',', "");
        assert!(printed.contains(&format!("{records} {entity} records in ")), "{printed}");
        let lines = String::from_utf8(output.stdout).unwrap().lines().count();
        assert_eq!(lines.to_string(), records, "{entity}");
    }
}
