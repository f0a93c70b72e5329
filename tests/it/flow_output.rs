//! Reads back what a run of a flow writes, by pyarrow and `DuckDB`: types, counts, folders, partitions and every value.

use crate::support::{part, top};
use appflow_flow::column::{Column, DataType, Row};
use appflow_flow::output::{Output, RunInfo, WrittenFile};
use appflow_flow::s3::S3Destination;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The columns: their names, types, and the values that they have by turns. A row without a value has `None`.
fn table() -> Vec<(&'static str, DataType, Vec<Option<Value>>)> {
    let texts = [
        json!("plain"),
        json!(""),
        json!("Zoë Ωmega 🦀 \u{202e}"),
        json!("a \"quoted\", text; with\ttab"),
        json!("two\nlines\r\nand more\r"),
        json!("null"),
        json!(" padded "),
        json!("-0012"),
        json!("back\\slash and 'single'"),
    ];
    let some = |values: Vec<Value>| {
        values.into_iter().map(Some).chain([None, Some(Value::Null)]).collect()
    };
    use DataType::*;
    vec![
        ("text", String, some(texts.to_vec())),
        ("mixed", String, some(vec![json!(1), json!(true), json!({"a": 1}), json!("x")])),
        ("short", Short, some(vec![json!(i16::MIN), json!(i16::MAX), json!(0)])),
        ("integer", Integer, some(vec![json!(i32::MIN), json!(i32::MAX), json!(7)])),
        (
            "long",
            Long,
            some(vec![json!(i64::MIN), json!(i64::MAX), json!(9_007_199_254_740_993_i64)]),
        ),
        (
            "big_integer",
            BigInteger,
            some(vec![json!(u64::MAX), json!("123456789012345678901234567890")]),
        ),
        (
            "big_decimal",
            BigDecimal,
            some(vec![json!("0.10"), json!(0.25), json!("-12345678901234567890.5")]),
        ),
        ("float", Float, some(vec![json!(0.5), json!(-1.25), json!(3.0e38)])),
        (
            "double",
            Double,
            some(vec![json!(0.1), json!(1e300), json!(-2.2250738585072014e-308), json!(5e-324)]),
        ),
        ("boolean", Boolean, some(vec![json!(true), json!(false)])),
        ("date", Date, some(vec![json!("1969-12-31"), json!("2026-02-28"), json!("9999-12-31")])),
        (
            "date_time",
            DateTime,
            some(vec![
                json!("2026-11-27T17:20:01.123Z"),
                json!("1969-12-31T23:59:59.999Z"),
                json!("2026-11-27T17:20:01+02:00"),
            ]),
        ),
        ("bytes", ByteArray, some(vec![json!("AAEC"), json!("")])),
        ("struct", Struct, some(vec![json!({"a": {"b": [1, "ü\n\""]}}), json!({})])),
        ("map", Map, some(vec![json!({"k": "v", "w": "x"})])),
        ("list", List, some(vec![json!(["a", "b,c"]), json!([]), json!([1, 2.5, null])])),
    ]
}

/// The partitions: a value, and the folder that it has.
fn kinds() -> Vec<(Option<Value>, &'static str)> {
    vec![
        (Some(json!("ACTIVE")), "kind=ACTIVE"),
        (Some(json!("a/b\\c")), "kind=a%2Fb%5Cc"),
        (Some(json!("..")), "kind=.."),
        (Some(json!("50% = half?")), "kind=50%25 %3D half%3F"),
        (Some(json!("Zoë\n")), "kind=Zoë%0A"),
        (Some(json!("null!")), "kind=null!"),
        (None, "kind=null"),
    ]
}

/// One run and what is expected of it.
struct Case {
    root: PathBuf,
    file_type: &'static str,
    is_typed: bool,
    partition_by: Vec<&'static str>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    page: usize,
    aggregation: Value,
}

impl Case {
    fn destination(&self) -> S3Destination {
        let destination = json!({
            "bucketName": "lake",
            "bucketPrefix": "okta/raw",
            "s3OutputFormatConfig": {
                "fileType": self.file_type,
                "preserveSourceDataTyping": self.is_typed,
                "prefixConfig": {"prefixFormat": "DAY", "pathPrefixHierarchy": ["SCHEMA_VERSION", "EXECUTION_ID"]},
                "aggregationConfig": self.aggregation,
            },
        });
        serde_json::from_value(destination).unwrap()
    }

    fn write(&self) -> Vec<WrittenFile> {
        let run = RunInfo {
            flow_name: "every-type".to_owned(),
            execution_id: "5f0c1a52-92b7-4a8e-8f0e-2d3b4c5d6e7f".to_owned(),
            started: "2026-11-27T23:59:59Z".parse().unwrap(),
            schema_version: 3,
        };
        let place =
            |name: &&str| self.columns.iter().position(|column| column.name == *name).unwrap();
        let partition_by: Vec<_> = self.partition_by.iter().map(place).collect();
        let (columns, destination) = (self.columns.clone(), self.destination());
        let mut output =
            Output::open(&self.root, &destination, &run, columns.clone(), partition_by.clone())
                .unwrap();
        for (n, page) in self.rows.chunks(self.page).enumerate() {
            output.page(page.to_vec()).unwrap();
            if n == 2 {
                output.suspend().unwrap();
                let (columns, partition_by) = (columns.clone(), partition_by.clone());
                output =
                    Output::resume(&self.root, &destination, &run, columns, partition_by).unwrap();
            }
        }
        output.finish().unwrap()
    }

    /// Returns the types that a reader should see.
    fn types(&self, reader: &str) -> Map<String, Value> {
        let name = |data_type: DataType| {
            let (pyarrow, duckdb) = match data_type {
                _ if !self.is_typed || self.file_type != "PARQUET" => ("string", "VARCHAR"),
                DataType::Short => ("int16", "SMALLINT"),
                DataType::Integer => ("int32", "INTEGER"),
                DataType::Long => ("int64", "BIGINT"),
                DataType::Float => ("float", "FLOAT"),
                DataType::Double => ("double", "DOUBLE"),
                DataType::Boolean => ("bool", "BOOLEAN"),
                DataType::Date => ("date32[day]", "DATE"),
                DataType::DateTime => ("timestamp[ms, tz=UTC]", "TIMESTAMP WITH TIME ZONE"),
                _ => ("string", "VARCHAR"),
            };
            if reader == "by_duckdb" { duckdb } else { pyarrow }
        };
        let types = self.columns.iter().map(|column| {
            let is_folder = self.partition_by.contains(&column.name.as_str());
            let data_type = if is_folder { DataType::String } else { column.data_type };
            let name =
                if self.file_type == "JSON" && !is_folder { "JSON" } else { name(data_type) };
            (column.name.clone(), json!(name))
        });
        types.collect()
    }

    /// Returns the records that a reader should see.
    fn records(&self, reader: &str) -> Vec<Value> {
        let value = |column: &Column, value: &Option<Value>| {
            let value = value.clone().unwrap_or_default();
            if self.partition_by.contains(&column.name.as_str()) {
                // DuckDB knows another word for what is missing.
                let missing = if reader == "by_duckdb" { json!("null") } else { json!(null) };
                return if value.is_null() { missing } else { json!(text(&value)) };
            }
            match self.file_type {
                "JSON" => shown(value),
                "CSV" if value.is_null() || value == "" => empty(reader),
                "PARQUET" if self.is_typed => typed(column.data_type, value),
                _ if value.is_null() => value,
                _ => shown(json!(text(&value))),
            }
        };
        let record = |row: &Row| {
            let pairs = self.columns.iter().zip(row);
            Value::Object(
                pairs.map(|(column, it)| (column.name.clone(), value(column, it))).collect(),
            )
        };
        self.rows.iter().map(record).collect()
    }

    /// Checks the folders and the numbers of files.
    fn check_files(&self, written: &[WrittenFile], name: &str) {
        let day = "lake/okta/raw/every-type/schemaVersion_3/2026/11/27/5f0c1a52-92b7-4a8e-8f0e-2d3b4c5d6e7f";
        let mut expected: BTreeMap<PathBuf, u64> = BTreeMap::new();
        let kinds = kinds();
        for row in &self.rows {
            let mut folder = self.root.join(day);
            for key in &self.partition_by {
                let place = self.columns.iter().position(|column| column.name == *key).unwrap();
                let folder_of = |kind: &&(Option<Value>, &'static str)| kind.0 == row[place];
                match *key {
                    "kind" => folder.push(kinds.iter().find(folder_of).unwrap().1),
                    _ => folder.push(format!("{key}={}", row[place].as_ref().unwrap())),
                }
            }
            *expected.entry(folder).or_default() += 1;
        }
        let mut found: BTreeMap<PathBuf, u64> = BTreeMap::new();
        for file in written {
            assert_eq!(fs::metadata(&file.path).unwrap().len(), file.bytes, "{name}");
            *found.entry(file.path.parent().unwrap().to_owned()).or_default() += file.records;
        }
        assert_eq!(found, expected, "{name}");
        if self.aggregation == json!({"aggregationType": "SingleFile"}) {
            assert_eq!(written.len(), expected.len(), "{name}");
        } else if self.partition_by.is_empty() && self.aggregation == json!({}) {
            assert_eq!(written.len(), self.rows.len().div_ceil(self.page), "{name}");
        }
        // Nothing else is there: neither a half file nor what was written beside.
        let left: Vec<_> =
            fs::read_dir(&self.root).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(left, ["lake"], "{name}");
    }
}

/// The value that a reader of CSV makes of nothing.
fn empty(reader: &str) -> Value {
    if reader == "by_duckdb" { json!(null) } else { json!("") }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns what the script prints for a value.
fn shown(value: Value) -> Value {
    let Some(text) = value.as_str().filter(|text| text.chars().count() > 200) else { return value };
    json!(format!("{}: {} {}", text.len(), &text[..20], &text[text.len() - 20..]))
}

/// Returns what the script prints for a value in a column of its type.
fn typed(data_type: DataType, value: Value) -> Value {
    if value.is_null() {
        return value;
    }
    match data_type {
        DataType::Short
        | DataType::Integer
        | DataType::Long
        | DataType::Boolean
        | DataType::Date => value,
        DataType::Double => value,
        DataType::Float => json!(f64::from(value.as_f64().unwrap() as f32)),
        DataType::DateTime => {
            let instant: jiff::Timestamp = value.as_str().unwrap().parse().unwrap();
            json!(instant.strftime("%Y-%m-%dT%H:%M:%S.%3f+00:00").to_string())
        }
        _ => shown(json!(text(&value))),
    }
}

/// Returns all runs: every format, typing, partitioning and aggregation.
fn cases(folder: &Path) -> Vec<Case> {
    let table = table();
    let mut columns: Vec<_> =
        table.iter().map(|(name, data_type, _)| (*name, *data_type)).collect();
    columns.extend([
        ("number", DataType::Long),
        ("kind", DataType::String),
        ("flag", DataType::Boolean),
        ("filler", DataType::String),
    ]);
    let columns: Vec<_> = columns
        .into_iter()
        .map(|(name, data_type)| Column { name: name.to_owned(), data_type })
        .collect();
    let mut random = fastrand::Rng::with_seed(13);
    let mut rows = |count: usize, filler: usize| -> Vec<Row> {
        let row = |n: usize| {
            let mut row: Row =
                table.iter().map(|(.., values)| values[n % values.len()].clone()).collect();
            let filler: String = (0..filler).map(|_| random.alphanumeric()).collect();
            let kinds = kinds();
            row.extend([
                Some(json!(n)),
                kinds[n % kinds.len()].0.clone(),
                Some(json!(n.is_multiple_of(3))),
                Some(json!(filler)),
            ]);
            row
        };
        (0..count).map(row).collect()
    };
    // As many as it takes for more than one file of a megabyte.
    let (few, many) = (rows(60, 10), rows(1500, 1500));
    let mut cases = Vec::new();
    for file_type in ["CSV", "JSON", "PARQUET"] {
        for is_typed in [false, true] {
            for partition_by in [vec![], vec!["kind"], vec!["flag", "kind"]] {
                for (aggregation, rows, page) in [
                    (json!({}), &few, 17),
                    (json!({"aggregationType": "SingleFile"}), &few, 17),
                    (json!({"aggregationType": "SingleFile", "targetFileSize": 1}), &many, 250),
                ] {
                    cases.push(Case {
                        root: folder.join(cases.len().to_string()),
                        file_type,
                        is_typed,
                        partition_by: partition_by.clone(),
                        columns: columns.clone(),
                        rows: rows.clone(),
                        page,
                        aggregation,
                    });
                }
            }
        }
    }
    cases
}

#[test]
fn pyarrow_and_duckdb_read_what_was_written() {
    let Some(venv) = part("SAM_VENV") else { return };
    let folder =
        std::env::temp_dir().join(format!("okta-connector-flow-output-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let cases = cases(&folder);
    let mut manifest = Vec::new();
    for (n, case) in cases.iter().enumerate() {
        case.check_files(&case.write(), &n.to_string());
        let is_inside = |name: &&str| !case.partition_by.contains(name);
        let columns: Vec<_> =
            case.columns.iter().map(|column| column.name.as_str()).filter(is_inside).collect();
        manifest.push(json!({
            "root": case.root,
            "fileType": case.file_type,
            "columns": columns,
            "partitionBy": case.partition_by,
        }));
    }
    fs::write(folder.join("runs.json"), json!(manifest).to_string()).unwrap();
    let mut python = Command::new(venv.join("bin/python"));
    python.arg(top().join("tests/tools/read_output.py")).arg(folder.join("runs.json"));
    let output = python.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut lines = lines.lines();
    for (n, case) in cases.iter().enumerate() {
        for _ in ["pyarrow", "DuckDB"] {
            let seen: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
            let reader = seen["reader"].as_str().unwrap();
            let name = format!(
                "{n}: {} {reader} typed={} {:?} {}",
                case.file_type, case.is_typed, case.partition_by, case.aggregation
            );
            if reader != "by_python" {
                assert_eq!(seen["types"], Value::Object(case.types(reader)), "{name}");
            }
            let (found, expected) = (seen["rows"].as_array().unwrap(), case.records(reader));
            assert_eq!(found.len(), expected.len(), "{name}");
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found, expected, "{name}");
            }
        }
    }
    assert_eq!(lines.next(), None);
    fs::remove_dir_all(&folder).unwrap();
}
