//! Looks at the disk after a run, after one that stopped on the way and after one that failed.

use super::*;
use crate::column::DataType;
use serde_json::{Value, json};
use std::fs;
use std::io;

/// A folder of its own for a test, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("appflow-flow-output-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn open(&self, config: &Value) -> Output {
        self.try_open(config).unwrap()
    }

    fn try_open(&self, config: &Value) -> Result<Output, OutputError> {
        Output::open(&self.0, &destination(config), &run(), columns(), vec![1])
    }

    fn resume(&self, config: &Value) -> Result<Output, OutputError> {
        Output::resume(&self.0, &destination(config), &run(), columns(), vec![1])
    }

    /// Returns all files with what is in them, by their paths below this folder.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&self.0).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, fs::read(path).unwrap());
                }
            }
        }
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run() -> RunInfo {
    RunInfo {
        flow_name: "flow".to_owned(),
        execution_id: "run".to_owned(),
        started: Timestamp::UNIX_EPOCH,
        schema_version: 1,
    }
}

fn destination(config: &Value) -> S3Destination {
    let destination = json!({"bucketName": "lake", "s3OutputFormatConfig": config});
    serde_json::from_value(destination).unwrap()
}

fn columns() -> Vec<Column> {
    [("id", DataType::String), ("status", DataType::String), ("size", DataType::Long)]
        .map(|(name, data_type)| Column { name: name.to_owned(), data_type })
        .into()
}

/// Three pages: two, none and two records.
fn pages() -> [Vec<Row>; 3] {
    let row =
        |id: &str, status: Value, size: Value| vec![Some(json!(id)), Some(status), Some(size)];
    [
        vec![row("a, \"b\"", json!("ON"), json!(1)), row("c", json!(null), json!(i64::MAX))],
        vec![],
        vec![row("d\nd", json!("ON"), json!(null)), row("é", json!("OFF"), json!(-1))],
    ]
}

fn file_types() -> Vec<&'static str> {
    if cfg!(feature = "parquet") { vec!["CSV", "JSON", "PARQUET"] } else { vec!["CSV", "JSON"] }
}

/// Every format with every way of making files.
fn configs() -> Vec<Value> {
    let aggregations = [
        json!({}),
        json!({"aggregationType": "None"}),
        json!({"aggregationType": "SingleFile"}),
        json!({"aggregationType": "SingleFile", "targetFileSize": 1}),
    ];
    let all = file_types().into_iter().flat_map(|file_type| {
        aggregations.iter().map(move |aggregation| {
            let typing = file_type == "PARQUET";
            json!({"fileType": file_type, "preserveSourceDataTyping": typing, "aggregationConfig": aggregation})
        })
    });
    all.collect()
}

fn texts(folder: &Folder) -> Vec<(String, String)> {
    let files = folder.files().into_iter();
    files.map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect()
}

#[test]
fn each_page_is_a_file_of_its_own() {
    let folder = Folder::new("pages");
    let mut output = folder.open(&json!({"fileType": "JSON"}));
    for page in pages() {
        output.page(page).unwrap();
        assert!(folder.files().keys().all(|name| name.starts_with("run.partial/")));
    }
    assert_eq!(output.records(), 4);
    let written = output.finish().unwrap();
    let expected = [
        ("lake/flow/status=OFF/run-2.jsonl", "{\"id\":\"é\",\"size\":-1}\n"),
        ("lake/flow/status=ON/run-1.jsonl", "{\"id\":\"a, \\\"b\\\"\",\"size\":1}\n"),
        ("lake/flow/status=ON/run-2.jsonl", "{\"id\":\"d\\nd\",\"size\":null}\n"),
        ("lake/flow/status=null/run-1.jsonl", "{\"id\":\"c\",\"size\":9223372036854775807}\n"),
    ];
    assert_eq!(texts(&folder), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let expected = expected.map(|(name, text)| WrittenFile {
        path: folder.0.join(name),
        records: 1,
        bytes: text.len() as u64,
    });
    assert_eq!(written, expected);
}

#[test]
fn all_pages_are_one_file_for_each_partition() {
    let folder = Folder::new("single");
    let config = json!({"fileType": "CSV", "aggregationConfig": {"aggregationType": "SingleFile"}});
    let mut output = folder.open(&config);
    for page in pages() {
        output.page(page).unwrap();
    }
    let written = output.finish().unwrap();
    let expected = [
        ("lake/flow/status=OFF/run-1.csv", "id,size\né,-1\n"),
        ("lake/flow/status=ON/run-1.csv", "id,size\n\"a, \"\"b\"\"\",1\n\"d\nd\",\n"),
        ("lake/flow/status=null/run-1.csv", "id,size\nc,9223372036854775807\n"),
    ];
    assert_eq!(texts(&folder), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    assert_eq!(written.iter().map(|file| file.records).collect::<Vec<_>>(), [1, 2, 1]);
}

#[test]
fn a_line_of_one_value_that_is_missing_is_still_a_line() {
    let folder = Folder::new("line");
    let config = destination(&json!({"fileType": "CSV"}));
    let column = columns().swap_remove(0);
    let mut output = Output::open(&folder.0, &config, &run(), vec![column], vec![]).unwrap();
    output.page(vec![vec![None], vec![Some(json!(""))], vec![Some(json!("a"))]]).unwrap();
    output.finish().unwrap();
    let expected = ("lake/flow/run-1.csv".to_owned(), "id\n\"\"\n\"\"\na\n".to_owned());
    assert_eq!(texts(&folder), [expected]);
}

#[test]
fn a_file_ends_at_about_the_size_that_is_wanted() {
    // Texts that no format makes shorter.
    let mut random = fastrand::Rng::with_seed(1);
    let mut text = || -> String { (0..1000).map(|_| random.alphanumeric()).collect() };
    for file_type in file_types() {
        let folder = Folder::new(&format!("sized-{file_type}"));
        let config = json!({"fileType": file_type, "aggregationConfig": {"aggregationType": "SingleFile", "targetFileSize": 1}});
        let mut output = folder.open(&config);
        for _ in 0..8 {
            let row = |n| vec![Some(json!(text())), None, Some(json!(n))];
            output.page((0..500).map(row).collect()).unwrap();
        }
        let written = output.finish().unwrap();
        assert_eq!(written.iter().map(|file| file.records).sum::<u64>(), 4000);
        let (last, whole) = written.split_last().unwrap();
        assert!(!whole.is_empty(), "{file_type}: {written:?}");
        for file in whole {
            assert!((1 << 20..(1 << 20) * 3 / 2).contains(&file.bytes), "{file_type}: {file:?}");
        }
        assert!(last.bytes < (1 << 20) * 3 / 2, "{file_type}: {last:?}");
        let names: Vec<_> = folder.files().into_keys().collect();
        assert_eq!(names.len(), written.len());
    }
}

#[test]
fn another_process_goes_on_with_what_was_suspended() {
    for (n, config) in configs().iter().enumerate() {
        let (whole, parts) =
            (Folder::new(&format!("whole-{n}")), Folder::new(&format!("parts-{n}")));
        let mut output = whole.open(config);
        for page in pages() {
            output.page(page).unwrap();
        }
        output.finish().unwrap();
        parts.open(config).suspend().unwrap();
        for (taken, page) in [0, 2, 2].into_iter().zip(pages()) {
            let mut output = parts.resume(config).unwrap();
            assert_eq!(output.records(), taken);
            output.page(page).unwrap();
            output.suspend().unwrap();
        }
        let written = parts.resume(config).unwrap().finish().unwrap();
        assert_eq!(written.iter().map(|file| file.records).sum::<u64>(), 4);
        assert_eq!(parts.files(), whole.files(), "{config}");
    }
}

#[test]
fn a_run_is_gone_on_with_once_and_as_it_was_begun() {
    let folder = Folder::new("resume");
    let config = json!({"fileType": "JSON"});
    let refused = folder.resume(&config).unwrap_err();
    assert!(matches!(refused, OutputError::NotSuspended(_)), "{refused}");
    let mut output = folder.open(&config);
    // It is under way.
    assert!(matches!(folder.try_open(&config), Err(OutputError::File { .. })));
    assert!(matches!(folder.resume(&config), Err(OutputError::NotSuspended(_))));
    output.page(pages()[0].clone()).unwrap();
    output.suspend().unwrap();
    let refused = folder.resume(&json!({"fileType": "CSV"})).unwrap_err();
    assert!(matches!(refused, OutputError::Changed(_)), "{refused}");
    // A refusal leaves it to the right one.
    let output = folder.resume(&config).unwrap();
    assert!(matches!(folder.resume(&config), Err(OutputError::NotSuspended(_))));
    drop(output);
    assert!(folder.files().is_empty());
}

#[test]
fn a_run_without_records_has_no_files() {
    for (n, config) in configs().iter().enumerate() {
        let folder = Folder::new(&format!("empty-{n}"));
        let mut output = folder.open(config);
        output.page(vec![]).unwrap();
        assert_eq!(output.finish().unwrap(), []);
        assert!(fs::read_dir(&folder.0).unwrap().next().is_none());
    }
}

#[test]
fn many_partitions_need_one_file_at_a_time() {
    let folder = Folder::new("many");
    let config = json!({"aggregationConfig": {"aggregationType": "SingleFile"}});
    let mut output = folder.open(&config);
    // More than a process may have open.
    for _ in 0..2 {
        let row = |n| vec![Some(json!("id")), Some(json!(n)), None];
        output.page((0..1100).map(row).collect()).unwrap();
    }
    let written = output.finish().unwrap();
    assert_eq!(written.len(), 1100);
    assert!(written.iter().all(|file| file.records == 2));
}

/// Everything that is written has no place: the file at each of these paths is a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_and_is_named() {
    let full = |folder: &Folder, name: &str| {
        let folder = folder.0.join("run.partial/status=ON");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        path
    };
    let named = |error: OutputError, path: &Path| {
        let expected =
            format!("cannot write {}: No space left on device (os error 28)", path.display());
        assert_eq!(error.to_string(), expected);
    };
    for (n, config) in configs().iter().enumerate() {
        let folder = Folder::new(&format!("full-{n}"));
        let mut output = folder.open(config);
        output.page(pages()[0].clone()).unwrap();
        let is_spooled =
            config.pointer("/aggregationConfig/aggregationType") == Some(&json!("SingleFile"));
        if is_spooled {
            let path = full(&folder, "incomplete");
            named(output.finish().unwrap_err(), &path);
            assert!(folder.files().is_empty(), "{config}");

            let mut output = folder.open(config);
            let path = full(&folder, "records");
            named(output.page(pages()[0].clone()).unwrap_err(), &path);
            drop(output);
        } else {
            let path = full(&folder, "incomplete");
            named(output.page(pages()[2].clone()).unwrap_err(), &path);
            assert!(matches!(output.suspend(), Err(OutputError::Broken)));
        }
        assert!(fs::read_dir(&folder.0).unwrap().next().is_none(), "{config}");
        let output = folder.open(config);
        let path = folder.0.join("run.partial/suspended.json");
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        named(output.suspend().unwrap_err(), &path);
        assert!(fs::read_dir(&folder.0).unwrap().next().is_none(), "{config}");
    }
}

#[test]
fn if_one_file_cannot_be_placed_none_is() {
    let folder = Folder::new("place");
    let mut output = folder.open(&json!({}));
    output.page(pages()[0].clone()).unwrap();
    // The last one: a folder is where it should be.
    let taken = folder.0.join("lake/flow/status=null/run-1.jsonl");
    fs::create_dir_all(taken.join("inside")).unwrap();
    let error = output.finish().unwrap_err();
    assert!(
        matches!(&error, OutputError::File { path, cause, .. } if *path == taken && cause.kind() == io::ErrorKind::IsADirectory),
        "{error}"
    );
    assert!(folder.files().is_empty());
    assert!(!folder.0.join("run.partial").exists());
}

#[test]
fn what_cannot_be_written_is_named() {
    let long = "x".repeat(300);
    let parquet = json!({"fileType": "PARQUET", "preserveSourceDataTyping": true, "aggregationConfig": {"aggregationType": "SingleFile"}});
    let mut rows = vec![
        (json!({}), vec![None, None], "record 3 has 2 values, but the flow has 3 columns"),
        (
            json!({}),
            vec![None, Some(json!(long)), None],
            "record 3: `status` is what the flow partitions by, and its value makes the name of a folder of 307 bytes; \
             expected at most 255",
        ),
    ];
    if cfg!(feature = "parquet") {
        let misfit = "record 3: `size` is \"big\", but the column's type is Long: expected a whole number of 64 bits";
        rows.push((parquet, vec![None, None, Some(json!("big"))], misfit));
    }
    for (n, (config, row, expected)) in rows.into_iter().enumerate() {
        let folder = Folder::new(&format!("refused-{n}"));
        let mut output = folder.open(&config);
        output.page(pages()[0].clone()).unwrap();
        assert_eq!(output.page(vec![row]).unwrap_err().to_string(), expected);
        assert!(matches!(output.finish(), Err(OutputError::Broken)));
        assert!(folder.files().is_empty());
    }
}

#[test]
fn columns_that_cannot_be_those_of_files_are_refused() {
    let folder = Folder::new("columns");
    let twice: Vec<_> = columns().into_iter().chain(columns()).collect();
    let rows = [
        (twice, vec![], "two columns are named `id`"),
        (columns(), vec![3], "there is no column 3: expected less than 3"),
        (columns(), vec![1, 1], "the flow partitions by `status` twice"),
        (
            columns(),
            vec![2, 1, 0],
            "the flow partitions by every field that it has, which leaves none for the files",
        ),
        (
            vec![],
            vec![],
            "the flow partitions by every field that it has, which leaves none for the files",
        ),
    ];
    for (columns, partition_by, expected) in rows {
        let refused =
            Output::open(&folder.0, &destination(&json!({})), &run(), columns, partition_by);
        assert_eq!(refused.unwrap_err().to_string(), expected);
        assert!(fs::read_dir(&folder.0).unwrap().next().is_none());
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_is_refused_by_a_program_without_it() {
    let folder = Folder::new("without");
    let refused = folder.try_open(&json!({"fileType": "PARQUET"})).unwrap_err();
    assert!(matches!(refused, OutputError::NoParquet), "{refused}");
}
