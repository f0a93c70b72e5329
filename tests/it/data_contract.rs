//! `docs/contract/` is generated, what the function answers keeps it, and no version breaks what an earlier one promised.

use crate::checkout::VERSION;
use crate::support::{World, query, top};
use expect_test::expect_file;
use okta_connector::catalogue::OBJECTS;
use okta_connector::data_contract::{Column, columns, schema, tables};
use okta_simulator::Org;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

const CONTRACT: &str = "docs/contract";

/// A column, and the first version that had it.
#[derive(Clone)]
struct Promise {
    column: Column,
    since: String,
}

/// Holds what is promised, and by which version.
struct Ledger {
    version: String,
    promises: Vec<Promise>,
}

impl Ledger {
    /// Reads the text of `columns.csv`.
    fn read(text: &str) -> Self {
        let (head, rows) = text.split_once('\n').unwrap();
        let version = head.strip_prefix("# okta-connector ").unwrap().to_owned();
        let promises = rows.lines().skip(1).map(|row| {
            let parts: Vec<_> = row.split(',').map(str::to_owned).collect();
            let [entity, name, data_type, place, since] = parts.try_into().unwrap();
            Promise { column: Column { entity, name, data_type, place }, since }
        });
        Self { version, promises: promises.collect() }
    }

    /// Returns what the columns of a version break of it; nothing if its major version is another one.
    fn broken_by(&self, columns: &[Column], version: &str) -> Vec<String> {
        let major = |version: &str| version.split('.').next().unwrap().to_owned();
        if major(version) != major(&self.version) {
            return Vec::new();
        }
        let promised = self.promises.iter().map(|promise| &promise.column);
        let broken = promised.filter_map(|was| {
            let is = columns.iter().find(|it| (&it.entity, &it.name) == (&was.entity, &was.name));
            let name = format!("{}.{}", was.entity, was.name);
            match is {
                None => Some(format!("{name} is gone")),
                Some(is) if is.data_type != was.data_type => {
                    Some(format!("{name} was {} and is {}", was.data_type, is.data_type))
                }
                Some(is) if is.place != was.place => {
                    Some(format!("{name} came from {} and comes from {}", was.place, is.place))
                }
                Some(_) => None,
            }
        });
        broken.collect()
    }

    /// Returns the ledger of a version that has these columns.
    fn with(&self, columns: &[Column], version: &str) -> Self {
        let since = |column: &Column| {
            let known = self.promises.iter().find(|promise| promise.column == *column);
            known.map_or(version, |promise| &promise.since).to_owned()
        };
        let promises = columns.iter();
        let promises = promises.map(|it| Promise { column: it.clone(), since: since(it) });
        Self { version: version.to_owned(), promises: promises.collect() }
    }

    fn text(&self) -> String {
        let mut text =
            format!("# okta-connector {}\nentity,column,type,from,since\n", self.version);
        for Promise { column: Column { entity, name, data_type, place }, since } in &self.promises {
            writeln!(text, "{entity},{name},{data_type},{place},{since}").unwrap();
        }
        text
    }
}

#[test]
fn a_column_never_changes_its_meaning_or_type_in_a_minor_version() {
    let file = top().join(CONTRACT).join("columns.csv");
    let ledger = Ledger::read(&fs::read_to_string(&file).unwrap());
    let columns = columns();
    let broken = ledger.broken_by(&columns, VERSION);
    assert!(
        broken.is_empty(),
        "{VERSION} would break what {} promised; see {CONTRACT}/README.md:\n{}",
        ledger.version,
        broken.join("\n")
    );
    expect_file![file].assert_eq(&ledger.with(&columns, VERSION).text());
}

#[test]
fn what_is_added_is_allowed_and_what_changes_or_goes_is_not() {
    const LEDGER: &str = "# okta-connector 1.2.0\nentity,column,type,from,since\n\
                          User,id,String,id,1.0.0\nUser,city,String,profile.city,1.1.0\n";
    let column = |name: &str, data_type: &str, place: &str| Column {
        entity: "User".to_owned(),
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        place: place.to_owned(),
    };
    let (id, city) = (column("id", "String", "id"), column("city", "String", "profile.city"));
    let ledger = Ledger::read(LEDGER);
    assert_eq!(ledger.text(), LEDGER);
    let rows = [
        (vec![id.clone(), city.clone()], "1.2.1", vec![]),
        (vec![city.clone(), column("x", "Long", "x"), id.clone()], "1.3.0", vec![]),
        (vec![id.clone()], "1.3.0", vec!["User.city is gone"]),
        (
            vec![column("id", "Long", "id"), column("city", "String", "profile.town")],
            "1.2.0",
            vec![
                "User.id was String and is Long",
                "User.city came from profile.city and comes from profile.town",
            ],
        ),
        (vec![id.clone()], "2.0.0", vec![]),
    ];
    for (columns, version, expected) in rows {
        assert_eq!(ledger.broken_by(&columns, version), expected, "{version}");
    }
    let next = ledger.with(&[id, city, column("x", "Long", "x")], "1.3.0").text();
    assert_eq!(next, LEDGER.replace("1.2.0", "1.3.0") + "User,x,Long,x,1.3.0\n");
}

#[test]
fn schemas_and_tables_are_current() {
    let folder = top().join(CONTRACT);
    for object in OBJECTS {
        expect_file![folder.join(format!("schemas/{}.json", object.name))]
            .assert_eq(&schema(object));
    }
    let files = fs::read_dir(folder.join("schemas")).unwrap().count();
    assert_eq!(files, OBJECTS.len(), "an entity that is gone has a schema");
    expect_file![folder.join("athena.sql")].assert_eq(&tables());
}

/// Checks that names differ without case, as Athena compares them, and that Glue has room for what is said of them.
#[test]
fn tables_are_what_athena_takes() {
    for object in OBJECTS {
        let names: BTreeSet<_> =
            object.fields.iter().map(|field| field.name.to_lowercase()).collect();
        assert_eq!(names.len(), object.fields.len(), "{}", object.name);
        for field in object.fields {
            let length = field.description.chars().count();
            assert!(length <= 255, "{}.{}: {length} characters", object.name, field.name);
        }
    }
}

/// Checks records of each entity, with all that an org has of them.
#[tokio::test(start_paused = true)]
async fn what_is_answered_keeps_the_schemas() {
    let world = World::new(Org::generate(1, 300));
    for object in OBJECTS {
        let text = schema(object);
        let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
        let flow = query(object.name, &json!({ "filterExpression": "LIMIT 100" }));
        let records = world.run(&flow).await.unwrap();
        assert!(!records.is_empty(), "{} has no record", object.name);
        for record in records {
            let error = validator.validate(&record).err();
            assert!(error.is_none(), "{}: {error:?}", object.name);
        }
    }
}
