//! Every command of `aws` and `sam` in a page, a template or an output of the stack is one that these programs take.

use crate::infrastructure::paths;
use crate::links::names_of_pages;
use crate::stacks::tool;
use crate::support::part;
use std::fs;
use std::path::Path;

/// Returns what is wrong with the commands of files, and how many there are.
fn faults(venv: &Path, files: &[String]) -> (Vec<String>, usize) {
    let output = tool(venv, "check_commands.py").args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let count = lines.pop().unwrap().strip_suffix(" commands").unwrap().parse().unwrap();
    (lines, count)
}

#[test]
fn commands_are_taken() {
    let Some(venv) = part("SAM_VENV") else { return };
    let others = ["samconfig.toml", "tests/data/stacks.txt"].map(str::to_owned);
    let files: Vec<_> = names_of_pages().into_iter().chain(paths()).chain(others).collect();
    let (faults, count) = faults(&venv, &files);
    assert_eq!(faults, Vec::<String>::new());
    assert!(count > 40, "{count} commands");
}

#[test]
fn faults_of_commands_are_found() {
    let Some(venv) = part("SAM_VENV") else { return };
    let rows = [
        ("aws appflow start-flow --flow-name okta-users", None),
        ("aws apflow start-flow --flow-name x", Some("names no service of AWS, apflow")),
        ("aws appflow begin-flow --flow-name x", Some("is no command of AWS CLI")),
        ("aws appflow start-flow --name x", Some("has no option --name")),
        ("aws appflow start-flow --client-token x", Some("lacks --flow-name")),
        ("aws appflow start-flow --flow-name x y", Some("gives --flow-name another value, y")),
        (
            "aws appflow describe-flow --flow-name x --query flow.name",
            Some("asks for flow, which is not in the answer"),
        ),
        ("aws logs tail /aws/lambda/x --follow --from 1h", Some("has no option --from")),
        (
            "aws iam create-policy --policy-name x --policy-document file://none.json",
            Some("reads none.json, which there is not"),
        ),
        ("aws cloudformation deploy --template-file template.yaml", Some("lacks --stack-name")),
        (
            "aws cloudformation deploy --stack-name x --template-file examples/flows/user.yaml --parameter-overrides Name=x",
            Some("gives Name, which examples/flows/user.yaml does not have"),
        ),
        (
            "aws cloudformation deploy --stack-name x --template-file examples/flows/user.yaml --parameter-overrides BucketName=x",
            Some("lacks the parameter ConnectionName of examples/flows/user.yaml"),
        ),
        (
            "sam deploy --parameter-overrides ConnectorLabel=a,b",
            Some("is refused: ConnectorLabel does not fit its pattern"),
        ),
        ("sam deploy --label Okta", Some("has no option --label")),
        ("sam install", Some("is no command of sam")),
    ];
    let folder = std::env::temp_dir().join(format!("okta-connector-it-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let files: Vec<String> = (0..rows.len())
        .map(|row| folder.join(format!("{row}.md")).to_str().unwrap().to_owned())
        .collect();
    for ((command, _), file) in rows.iter().zip(&files) {
        fs::write(file, format!("```console\n$ {command}\n```\n")).unwrap();
    }
    let (faults, count) = faults(&venv, &files);
    fs::remove_dir_all(&folder).unwrap();
    let expected: Vec<_> = rows
        .iter()
        .zip(&files)
        .filter_map(|((command, fault), file)| Some(format!("{file}: `{command}` {}", (*fault)?)))
        .collect();
    assert_eq!(faults, expected);
    assert_eq!(count, rows.len());
}
