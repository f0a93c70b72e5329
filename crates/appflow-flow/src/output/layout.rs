//! The names of folders and files.
//!
//! Folders are those that AppFlow documents. The names of files are ours, since AppFlow's are documented nowhere:
//! `<executionId>-<n>.<extension>`, with the time of the run in between if the flow wants it there.

use super::{OutputError, RunInfo, text::text};
use crate::s3::{FileType, PathPrefix, PrefixFormat, PrefixType, S3Destination};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The bytes that a name may have in the file systems of Linux and macOS.
pub(super) const MAX_NAME: usize = 255;

/// The folder and the names of the files of a run.
#[derive(Debug)]
pub(super) struct Layout {
    folder: PathBuf,
    stem: String,
    extension: &'static str,
}

impl Layout {
    /// Lays out a run below `root`, which stands for all buckets.
    pub(super) fn new(
        root: &Path,
        destination: &S3Destination,
        run: &RunInfo,
    ) -> Result<Self, OutputError> {
        for (what, name) in
            [("the flow's name", &run.flow_name), ("the run's id", &run.execution_id)]
        {
            let is_inside = |c: char| c.is_ascii_alphanumeric() || "_!@#.-".contains(c);
            if name.is_empty() || name.starts_with('.') || !name.chars().all(is_inside) {
                return Err(OutputError::Name { what, found: name.clone() });
            }
        }
        let format = &destination.s3_output_format_config;
        let prefix = &format.prefix_config;
        let time = |template: &str| run.started.strftime(template).to_string();
        let (in_path, in_name) = match prefix.prefix_type {
            PrefixType::Path => (prefix.prefix_format, None),
            PrefixType::Filename => (None, prefix.prefix_format),
            PrefixType::PathAndFilename => (prefix.prefix_format, prefix.prefix_format),
        };
        let has = |part| prefix.path_prefix_hierarchy.contains(&part);

        let mut folder = root.join(destination.bucket_name.as_str());
        folder.extend(destination.bucket_prefix.folders());
        folder.push(&run.flow_name);
        if has(PathPrefix::SchemaVersion) {
            folder.push(format!("schemaVersion_{}", run.schema_version));
        }
        if let Some(last) = in_path {
            folder.push(time(match last {
                PrefixFormat::Year => "%Y",
                PrefixFormat::Month => "%Y/%m",
                PrefixFormat::Day => "%Y/%m/%d",
                PrefixFormat::Hour => "%Y/%m/%d/%H",
                PrefixFormat::Minute => "%Y/%m/%d/%H/%M",
            }));
        }
        if has(PathPrefix::ExecutionId) {
            folder.push(&run.execution_id);
        }
        let mut stem = run.execution_id.clone();
        if let Some(last) = in_name {
            stem.push('-');
            // A colon would be refused or shown as a slash elsewhere.
            stem.push_str(&time(match last {
                PrefixFormat::Year => "%Y",
                PrefixFormat::Month => "%Y-%m",
                PrefixFormat::Day => "%Y-%m-%d",
                PrefixFormat::Hour => "%Y-%m-%dT%H",
                PrefixFormat::Minute => "%Y-%m-%dT%H-%M",
            }));
        }
        let extension = match format.file_type {
            FileType::Csv => "csv",
            FileType::Json => "jsonl",
            FileType::Parquet => "parquet",
        };
        Ok(Self { folder, stem, extension })
    }

    /// Returns the path of the `number`th file of a partition.
    pub(super) fn file(&self, partition: &Path, number: u64) -> PathBuf {
        let name = format!("{}-{number}.{}", self.stem, self.extension);
        self.folder.join(partition).join(name)
    }
}

/// Returns the name of the folder of all records that have `value` in `column`.
///
/// A value that is missing is `null`, as AppFlow has it; the text `null` is escaped, so that it is another folder.
pub(super) fn partition_folder(column: &str, value: Option<&Value>) -> String {
    let mut name = escape(column);
    name.push('=');
    match text(value).as_deref() {
        None => name.push_str("null"),
        Some("null") => name.push_str("%6Eull"),
        Some(text) => name.push_str(&escape(text)),
    }
    name
}

/// Escapes what Hive escapes in names of partitions, so that whatever reads Hive's folders reads these.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(c) {
            write!(escaped, "%{:02X}", u32::from(c)).expect("a String takes what is written");
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "0f6b2a64-9a2c-4a5e-9d0e-7c1f0b7d1a11";

    fn run() -> RunInfo {
        RunInfo {
            flow_name: "users".to_owned(),
            execution_id: ID.to_owned(),
            started: "2026-03-04T05:06:07Z".parse().unwrap(),
            schema_version: 2,
        }
    }

    fn path(prefix: &str, config: Value, partition: &str) -> String {
        let destination =
            json!({"bucketName": "lake", "bucketPrefix": prefix, "s3OutputFormatConfig": config});
        let destination = serde_json::from_value(destination).unwrap();
        let layout = Layout::new(Path::new("out"), &destination, &run()).unwrap();
        let path = layout.file(Path::new(partition), 3);
        path.to_str().unwrap().replace(ID, "ID")
    }

    #[test]
    fn folders_are_those_that_appflow_documents() {
        let date = |format: &str| json!({"prefixConfig": {"prefixFormat": format}});
        let both = json!(["EXECUTION_ID", "SCHEMA_VERSION"]);
        #[rustfmt::skip]
        let rows = [
            ("", json!({}), "", "out/lake/users/ID-3.jsonl"),
            ("okta", json!({}), "", "out/lake/okta/users/ID-3.jsonl"),
            ("okta/raw/", json!({"fileType": "CSV"}), "", "out/lake/okta/raw/users/ID-3.csv"),
            ("", json!({"fileType": "PARQUET"}), "a=1/b=2", "out/lake/users/a=1/b=2/ID-3.parquet"),
            ("", date("YEAR"), "", "out/lake/users/2026/ID-3.jsonl"),
            ("", date("MONTH"), "", "out/lake/users/2026/03/ID-3.jsonl"),
            ("", date("DAY"), "", "out/lake/users/2026/03/04/ID-3.jsonl"),
            ("", date("HOUR"), "", "out/lake/users/2026/03/04/05/ID-3.jsonl"),
            ("", date("MINUTE"), "", "out/lake/users/2026/03/04/05/06/ID-3.jsonl"),
            ("", json!({"prefixConfig": {"pathPrefixHierarchy": ["SCHEMA_VERSION"]}}), "",
                "out/lake/users/schemaVersion_2/ID-3.jsonl"),
            ("", json!({"prefixConfig": {"pathPrefixHierarchy": ["EXECUTION_ID"]}}), "",
                "out/lake/users/ID/ID-3.jsonl"),
            ("p", json!({"prefixConfig": {"prefixType": "PATH", "prefixFormat": "DAY", "pathPrefixHierarchy": both}}), "f=v",
                "out/lake/p/users/schemaVersion_2/2026/03/04/ID/f=v/ID-3.jsonl"),
            ("", json!({"prefixConfig": {"prefixType": "FILENAME", "prefixFormat": "YEAR"}}), "",
                "out/lake/users/ID-2026-3.jsonl"),
            ("", json!({"prefixConfig": {"prefixType": "FILENAME", "prefixFormat": "MINUTE", "pathPrefixHierarchy": both}}), "",
                "out/lake/users/schemaVersion_2/ID/ID-2026-03-04T05-06-3.jsonl"),
            ("", json!({"prefixConfig": {"prefixType": "PATH_AND_FILENAME", "prefixFormat": "HOUR"}}), "",
                "out/lake/users/2026/03/04/05/ID-2026-03-04T05-3.jsonl"),
        ];
        for (prefix, config, partition, expected) in rows {
            assert_eq!(path(prefix, config.clone(), partition), expected, "{prefix} {config}");
        }
    }

    #[test]
    fn values_in_folders_are_escaped_as_hive_does() {
        let rows = [
            (json!("ACTIVE"), "f=ACTIVE"),
            (json!("two words"), "f=two words"),
            (json!("Zoë 🦀"), "f=Zoë 🦀"),
            (json!(null), "f=null"),
            (json!("null"), "f=%6Eull"),
            (json!(""), "f="),
            (json!(".."), "f=.."),
            (json!("../../etc"), "f=..%2F..%2Fetc"),
            (json!("a=b%c"), "f=a%3Db%25c"),
            (json!("line\nbreak\u{0}\u{7f}"), "f=line%0Abreak%00%7F"),
            (json!("C:\\x"), "f=C%3A%5Cx"),
            (json!(17), "f=17"),
            (json!(true), "f=true"),
            (json!([1, "a"]), "f=%5B1,%22a%22%5D"),
        ];
        for (value, expected) in rows {
            assert_eq!(partition_folder("f", Some(&value)), expected);
        }
        assert_eq!(partition_folder("f", None), "f=null");
        assert_eq!(partition_folder("a/b=c", Some(&json!("v"))), "a%2Fb%3Dc=v");
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let destination = serde_json::from_value(json!({"bucketName": "lake"})).unwrap();
        for name in ["", ".", "..", "../x", "a/b", "a b", "a\0"] {
            let flow = RunInfo { flow_name: name.to_owned(), ..run() };
            let id = RunInfo { execution_id: name.to_owned(), ..run() };
            for run in [flow, id] {
                let refused = Layout::new(Path::new("out"), &destination, &run);
                assert!(matches!(refused, Err(OutputError::Name { .. })), "{name:?}");
            }
        }
    }
}
