//! Lists in the documentation are generated, and the catalogue holds the managed connector's table.

use crate::generated::between;
use crate::happenings::is_of_log;
use crate::support::{World, part, query, top};
use appflow_connector::Filter;
use appflow_connector::entity::Operator;
use expect_test::expect_file;
use okta_connector::Withheld;
use okta_connector::catalogue::{Field, Kind, OBJECTS, Object};
use okta_connector::entity::Entity;
use okta_connector::plan::explain::Selection;
use okta_connector::plan::{Explanation, Plan, Shape};
use okta_connector::query::{Deprovisioned, Preferences, Query};
use okta_simulator::Org;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

#[tokio::test(start_paused = true)]
async fn objects_page_is_current() {
    let page = between(&okta_connector::docs::objects(), "costs", &costs().await);
    expect_file![top().join("docs/OBJECTS.md")].assert_eq(&page);
}

/// Returns what each entity takes in the org of `okta-connector demo`. What the System Log tells depends on the time of day.
async fn costs() -> String {
    let world = World::new(Org::generate(1, 2_500));
    let mut table = "\n| entity | records | requests |\n|---|---|---|\n".to_owned();
    for object in OBJECTS.iter().filter(|object| !is_of_log(object.name)) {
        let world = world.restarted();
        world.simulator().clear_requests();
        let records = world.run(&query(object.name, &json!({}))).await.unwrap();
        let requests = world.simulator().requests().len();
        writeln!(table, "| `{}` | {} | {requests} |", object.name, records.len()).unwrap();
    }
    table
}

#[test]
fn troubleshooting_page_is_current() {
    let file = top().join("docs/TROUBLESHOOTING.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let messages = okta_connector::docs::troubleshooting();
    expect_file![file].assert_eq(&between(&page, "messages", messages.trim_end()));
}

#[test]
fn scopes_are_those_of_the_catalogue() {
    let file = top().join("docs/CONNECT.md");
    let page = std::fs::read_to_string(&file).unwrap();
    expect_file![file].assert_eq(&between(&page, "scopes", &scopes()));
}

/// Checks that it is short, and that every command that runs the connector prints what stands there.
#[test]
fn readme_is_current() {
    let file = top().join("README.md");
    let readme = std::fs::read_to_string(&file).unwrap();
    assert!(readme.lines().count() <= 200, "README.md has {} lines", readme.lines().count());
    let managed: BTreeSet<_> = managed_rows().into_iter().map(|[entity, ..]| entity).collect();
    let all = OBJECTS.len();
    let by_default = OBJECTS.iter().filter(|object| object.by_default).count();
    for claim in [
        format!("[{all} entities](docs/OBJECTS.md)"),
        format!("the stack offers {by_default} of the {all}"),
        format!("| entities | {}, with {} fields |", managed.len(), managed_rows().len()),
        format!("and {} more |", all - managed.len()),
    ] {
        assert!(readme.contains(&claim), "README.md does not say: {claim}");
    }
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    let readme = with_what_the_demo_prints(&readme, &bootstrap);
    expect_file![file].assert_eq(&with_what_commands_print(&readme, &bootstrap));
}

/// Runs the flow of `make demo`. What stands there is kept if it differs in times, ids and sizes alone.
fn with_what_the_demo_prints(readme: &str, bootstrap: &Path) -> String {
    let makefile = std::fs::read_to_string(top().join("Makefile")).unwrap();
    let line = makefile.lines().find_map(|line| line.trim().strip_prefix("flow run ")).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-demo");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mut demo = Command::new(bootstrap.with_file_name("okta-connector"));
    demo.args(["flow", "run"]).args(line.split(' ')).current_dir(&folder);
    std::os::unix::fs::symlink(top().join("examples"), folder.join("examples")).unwrap();
    let output = demo.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = format!("\n```\n{}```\n", String::from_utf8(output.stdout).unwrap());
    let (_, shown) = readme.split_once("<!-- demo -->\n").unwrap();
    let (shown, _) = shown.split_once("\n<!-- /demo -->").unwrap();
    match without_numbers(shown) == without_numbers(&printed) {
        true => readme.to_owned(),
        false => between(readme, "demo", &printed),
    }
}

/// Returns the words of a text without numbers, times and the parts of ids.
fn without_numbers(text: &str) -> Vec<&str> {
    let varies = |word: &&str| {
        let is_hexadecimal = word.bytes().all(|letter| letter.is_ascii_hexdigit());
        is_hexadecimal || word.contains(|letter: char| letter.is_ascii_digit())
    };
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| !varies(word)).collect()
}

fn with_what_commands_print(readme: &str, bootstrap: &Path) -> String {
    let path =
        std::env::join_paths([bootstrap.parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()]);
    let path = path.unwrap();
    let mut lines = readme.lines().peekable();
    let mut shown = String::new();
    while let Some(line) = lines.next() {
        writeln!(shown, "{line}").unwrap();
        let Some(command) = line.strip_prefix("$ okta-connector ") else { continue };
        let mut command = format!("okta-connector {command}");
        while command.ends_with('\\') {
            let line = lines.next().unwrap();
            writeln!(shown, "{line}").unwrap();
            command.truncate(command.len() - 1);
            command.push_str(line);
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &command]).current_dir(top()).env("PATH", &path);
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        shown.push_str(&String::from_utf8(output.stdout).unwrap());
        while lines.next_if(|line| !line.starts_with('$') && *line != "```").is_some() {}
    }
    shown
}

fn scopes() -> String {
    let mut table = "\n| object | scope |\n|---|---|\n".to_owned();
    for object in OBJECTS {
        writeln!(table, "| `{}` | `{}` |", object.name, object.scope).unwrap();
    }
    table
}

/// Returns the columns: entity, field, label, data type, operators, path in the JSON of Okta.
fn managed_rows() -> Vec<[String; 6]> {
    include_str!("../data/managed-connector-fields.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let columns: Vec<String> = line.split(',').map(str::to_owned).collect();
            columns.try_into().unwrap()
        })
        .collect()
}

#[test]
fn the_catalogue_holds_every_row_of_the_managed_connector() {
    let rows = managed_rows();
    assert_eq!(rows.len(), 115);
    for [entity, name, label, data_type, operators, path] in rows {
        let object = Object::find(&entity).unwrap();
        let field = object.field(&name).unwrap_or_else(|| panic!("{entity}.{name} is missing"));
        assert_eq!(field.label, label, "{entity}.{name}");
        assert_eq!(format!("{:?}", field.data_type()), data_type, "{entity}.{name}");
        assert_eq!(field.path().unwrap_or_default(), path, "{entity}.{name}");
        let offered: Vec<_> = field.operators().iter().map(|&operator| operator.name()).collect();
        for operator in operators.split_whitespace() {
            assert!(offered.contains(&operator), "{entity}.{name} lacks {operator}");
        }
        assert!(!offered.contains(&Operator::Projection.name()));
    }
}

#[test]
fn fields_stand_in_the_order_of_the_managed_connector() {
    let rows = managed_rows();
    let managed: BTreeSet<_> = rows.iter().map(|row| row[0].as_str()).collect();
    for entity in managed {
        let expected = rows.iter().filter(|row| row[0] == entity).map(|row| row[1].as_str());
        let found = Object::find(entity).unwrap().fields.iter().map(|field| &*field.name);
        assert!(found.eq(expected), "{entity}");
    }
}

/// Checks the requests to Okta for each field and each operator that it offers.
#[test]
fn requests_of_every_field_and_operator() {
    let mut table = String::new();
    for object in OBJECTS {
        for field in object.fields {
            for &operator in field.operators() {
                let filter = sample(field, operator);
                let parsed = Filter::parse(&filter).unwrap();
                let selected = [object.key().name.clone().into_owned()];
                let query = Query::new(
                    Entity::fixed(object),
                    &parsed,
                    Some(&selected),
                    Preferences::default(),
                )
                .unwrap();
                writeln!(table, "{}: {filter}\n  {}\n", object.name, Plan::new(&query)).unwrap();
            }
        }
    }
    expect_file![top().join("tests/data/requests.txt")].assert_eq(&table);
}

/// Checks that a row which says that Okta evaluates a condition is right: some operator of the field is sent to Okta in
/// that way.
#[test]
fn every_field_that_is_pushed_down_is_sent() {
    for object in OBJECTS {
        for field in object.fields {
            let plans = field.operators().iter().map(|&operator| {
                let parsed = Filter::parse(&sample(field, operator)).unwrap();
                let entity = Entity::fixed(object);
                Plan::new(&Query::new(entity, &parsed, None, Preferences::default()).unwrap())
            });
            let sent: Vec<_> = plans
                .flat_map(|plan| plan.listings)
                .map(|listing| format!("{:?}", listing.ways[0].request.query()))
                .collect();
            let is_sent = |parameter: &str| {
                let (parameter, term) = (format!("(\"{parameter}\""), field.term());
                sent.iter().any(|query| query.contains(&parameter) && query.contains(term))
            };
            let name = format!("{}.{}", object.name, field.name);
            let is_read_alone = field.kind == Kind::Key;
            assert!(!field.pushdown.filter || is_sent("filter") || is_read_alone, "{name}");
            let is_fresher = field.pushdown.filter;
            assert!(
                !field.pushdown.search || is_sent("search") || is_fresher || is_read_alone,
                "{name}"
            );
        }
    }
}

/// Checks, for each field and each operator that it offers, that an explanation says what the plan does: who selects by a
/// condition is read off the requests afterwards, by another way than that by which they were planned.
#[test]
fn explanations_agree_with_plans() {
    for object in OBJECTS {
        for field in object.fields {
            for &operator in field.operators() {
                let filter = sample(field, operator);
                let parsed = Filter::parse(&filter).unwrap();
                let query =
                    Query::new(Entity::fixed(object), &parsed, None, Preferences::default());
                let (query, name) = (query.unwrap(), format!("{}: {filter}", object.name));
                let plan = Plan::new(&query);
                let explanation = Explanation::new(&parsed, &query, &plan);
                let [condition] = explanation.conditions.as_slice() else { panic!("{name}") };
                let ways: Vec<_> = plan.listings.iter().map(|it| &it.ways[0]).collect();
                let parameters = ways.iter().flat_map(|way| way.request.query());
                let is_asked = parameters.clone().any(|(name, text)| {
                    let everything = ["status pr"];
                    ["filter", "search"].contains(name) && !everything.contains(&text.as_str())
                });
                let is_alone = ways.iter().any(|way| way.shape == Shape::Record);
                let is_plain = object.branches().is_empty()
                    && object.elements().is_none()
                    && object.windowed_by().is_none();
                match condition.selects {
                    Selection::Okta if is_plain => {
                        let is_whole = ways.iter().all(|way| !way.narrowed_here);
                        assert!(is_alone || is_asked && is_whole, "{name}: {condition}");
                    }
                    Selection::OktaInPart if is_plain => assert!(is_asked, "{name}: {condition}"),
                    Selection::Here => {
                        // What the events are that records are made of is asked in any case.
                        let may_ask = object.elements().is_some() || plan.listings.is_empty();
                        assert!(!is_asked && !is_alone || may_ask, "{name}: {condition}");
                    }
                    Selection::Okta | Selection::OktaInPart => {}
                }
            }
        }
    }
}

fn sample(field: &Field, operator: Operator) -> String {
    let value = match field.kind {
        Kind::DateTime => "2024-05-01T12:00:00.5Z",
        Kind::Boolean => "true",
        Kind::Integer | Kind::Number => "7",
        Kind::Enumeration => "'ACTIVE'",
        Kind::Key | Kind::Id => "'00x1ero7vZFVEIYLWPBN'",
        _ => r#"'O\'Neil "x" \\ +1'"#,
    };
    let name = &field.name;
    match operator {
        Operator::EqualTo => format!("{name} = {value}"),
        Operator::NotEqualTo => format!("{name} != {value}"),
        Operator::LessThan => format!("{name} < {value}"),
        Operator::LessThanOrEqualTo => format!("{name} <= {value}"),
        Operator::GreaterThan => format!("{name} > {value}"),
        Operator::GreaterThanOrEqualTo => format!("{name} >= {value}"),
        Operator::Contains => format!("{name} contains {value}"),
        Operator::Between => format!("{name} between {value} and {value}"),
        other => panic!("{other:?} is no operator of filters"),
    }
}

/// Checks plans worth reading: the conditions that are pushed down, the place and the reason, and the rest.
#[test]
fn plans() {
    let long = |field: &str| {
        let values: Vec<_> = (0..120).map(|n| format!("'Some value number {n:03}'")).collect();
        format!("{field} in ({})", values.join(", "))
    };
    let rows = [
        ("User", "".to_owned()),
        ("User", "status = 'active' and lastUpdated >= 2024-05-01".to_owned()),
        ("User", "lastUpdated between 2024-05-01T00:00:00Z and 2024-05-02T00:00:00Z".to_owned()),
        (
            "User",
            "(status = 'ACTIVE' and lastLogin > 2024-01-01) or (city = 'Rome' and locale = 'it')"
                .to_owned(),
        ),
        ("User", "city = 'Rome' or lastLogin > 2024-01-01".to_owned()),
        ("User", "not (city = 'Rome' or email contains '@example.com')".to_owned()),
        ("User", "city = '' and city != null and id in ('00u1', '00u2')".to_owned()),
        ("User", "id = '00u1' and status = 'ACTIVE'".to_owned()),
        ("User", "id != '00u1' and city = 'Rome'".to_owned()),
        ("User", "id = 'not/an/id'".to_owned()),
        ("Group", "id = 'rules'".to_owned()),
        ("User", format!("{} and status = 'ACTIVE'", long("city"))),
        ("Group", "type = 'APP_GROUP' and lastMembershipUpdated >= 2024-05-01".to_owned()),
        ("Group", "sourceId = '0oa1' and name contains 'x'".to_owned()),
        (
            "Device",
            "registered = true and platform in ('IOS', 'MACOS') and created > 2024-01-01"
                .to_owned(),
        ),
        ("Application", "status = 'ACTIVE' and name = 'saml' and label contains 'x'".to_owned()),
        ("Application", "id in ('0oa1', '0oa2') and status = 'ACTIVE'".to_owned()),
        ("Application", "groupId = '00g1' and userId = '00u1' and status = 'ACTIVE'".to_owned()),
        ("Application", "userId = '00u1'".to_owned()),
        ("UserType", "name = 'default' or id = 'oty1'".to_owned()),
    ];
    let mut text = String::new();
    for (entity, filter) in rows {
        let object = Object::find(entity).unwrap();
        let parsed = Filter::parse(&filter).unwrap();
        let query =
            Query::new(Entity::fixed(object), &parsed, None, Preferences::default()).unwrap();
        let shown: String = filter.chars().take(100).collect();
        writeln!(text, "{entity}: {shown}\n{}\n", Plan::new(&query)).unwrap();
    }
    let left_out = Preferences { deprovisioned: Deprovisioned::LeftOut, ..Preferences::default() };
    for filter in ["", "lastUpdated >= 2024-05-01", "city = 'Rome'"] {
        let parsed = Filter::parse(filter).unwrap();
        let query = Query::new(
            Entity::find("User", &Withheld::default()).unwrap(),
            &parsed,
            None,
            left_out,
        )
        .unwrap();
        writeln!(text, "User without deprovisioned ones: {filter}\n{}\n", Plan::new(&query))
            .unwrap();
    }
    expect_file![top().join("tests/data/plans.txt")].assert_eq(&text);
}
