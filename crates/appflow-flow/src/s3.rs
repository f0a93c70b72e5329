//! The S3 destination of a flow, as `CreateFlow` spells it: `destinationConnectorProperties.S3`.

use crate::spelling::{self, Misspelled};
use serde::Deserialize;
use std::num::NonZeroU64;

/// The place of a flow's records, and their form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct S3Destination {
    /// The bucket.
    pub bucket_name: BucketName,
    /// The folder in the bucket.
    #[serde(default)]
    pub bucket_prefix: BucketPrefix,
    /// The form of files and folders.
    #[serde(default)]
    pub s3_output_format_config: S3OutputFormatConfig,
}

/// The name of a bucket: what is a name of a folder too.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BucketName(String);

impl BucketName {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BucketName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let is_inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_name = (3..=63).contains(&name.len())
            && name.chars().all(is_inside)
            && name.starts_with(is_end)
            && name.ends_with(is_end)
            && !name.contains("..");
        if is_name {
            return Ok(Self(name));
        }
        Err(format!(
            "bucketName `{name}` is no name of a bucket: expected 3 to 63 lower-case letters, digits, hyphens and single dots, \
             with a letter or digit at both ends"
        ))
    }
}

/// The folder in a bucket: names with slashes between them, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BucketPrefix(String);

impl BucketPrefix {
    /// Returns the names of the folders, outermost first.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|folder| !folder.is_empty())
    }
}

impl TryFrom<String> for BucketPrefix {
    type Error = String;

    fn try_from(prefix: String) -> Result<Self, String> {
        if prefix.len() > 512 {
            return Err(format!("bucketPrefix has {} bytes: expected at most 512", prefix.len()));
        }
        let inside = prefix.strip_suffix('/').unwrap_or(&prefix);
        let is_folder = |name: &str| {
            !matches!(name, "" | "." | "..") && !name.contains(char::is_control) && name.len() < 256
        };
        if prefix.is_empty() || inside.split('/').all(is_folder) {
            return Ok(Self(prefix));
        }
        // A bucket takes more keys than these, but here they have to be folders below the root.
        Err(format!(
            "bucketPrefix `{}` cannot be a folder: expected names with single slashes between them, none of them `.` or `..`",
            prefix.escape_debug()
        ))
    }
}

/// The form of files and folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct S3OutputFormatConfig {
    /// The format of the files. AppFlow's own default is not documented; ours is JSON lines.
    #[serde(default)]
    pub file_type: FileType,
    /// True if the columns of Parquet files have the types of the fields; else all are texts.
    #[serde(default)]
    pub preserve_source_data_typing: bool,
    /// The folders below that of the flow.
    #[serde(default)]
    pub prefix_config: PrefixConfig,
    /// The way in which records are gathered into files.
    #[serde(default)]
    pub aggregation_config: AggregationConfig,
}

/// The format of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum FileType {
    /// Lines of values behind a line of names.
    Csv,
    /// An object on each line.
    #[default]
    Json,
    /// Columns, in Apache Parquet's format.
    Parquet,
}

impl TryFrom<String> for FileType {
    type Error = Misspelled;

    fn try_from(found: String) -> Result<Self, Misspelled> {
        let words = [("CSV", Self::Csv), ("JSON", Self::Json), ("PARQUET", Self::Parquet)];
        spelling::find("fileType", found, &words)
    }
}

/// The facts of a run that stand in the path of its files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrefixConfig {
    /// The place of the run's time. Absent means in the path.
    #[serde(default)]
    pub prefix_type: PrefixType,
    /// The part of the run's time that is told. Absent means nothing.
    #[serde(default)]
    pub prefix_format: Option<PrefixFormat>,
    /// The other facts that folders tell.
    #[serde(default)]
    pub path_prefix_hierarchy: Vec<PathPrefix>,
}

/// The place of a run's time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum PrefixType {
    /// In the names of the files.
    Filename,
    /// In the names of folders.
    #[default]
    Path,
    /// In both.
    PathAndFilename,
}

impl TryFrom<String> for PrefixType {
    type Error = Misspelled;

    fn try_from(found: String) -> Result<Self, Misspelled> {
        let words = [
            ("FILENAME", Self::Filename),
            ("PATH", Self::Path),
            ("PATH_AND_FILENAME", Self::PathAndFilename),
        ];
        spelling::find("prefixType", found, &words)
    }
}

/// The last unit of the time of a run that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
#[expect(missing_docs, reason = "the names are AppFlow's")]
pub enum PrefixFormat {
    Year,
    Month,
    Day,
    Hour,
    Minute,
}

impl TryFrom<String> for PrefixFormat {
    type Error = Misspelled;

    fn try_from(found: String) -> Result<Self, Misspelled> {
        let words = [
            ("YEAR", Self::Year),
            ("MONTH", Self::Month),
            ("DAY", Self::Day),
            ("HOUR", Self::Hour),
            ("MINUTE", Self::Minute),
        ];
        spelling::find("prefixFormat", found, &words)
    }
}

/// A folder that tells of the run, beside those of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum PathPrefix {
    /// The version of mappings, types and partitions: `schemaVersion_1`.
    SchemaVersion,
    /// The run.
    ExecutionId,
}

impl TryFrom<String> for PathPrefix {
    type Error = Misspelled;

    fn try_from(found: String) -> Result<Self, Misspelled> {
        let words = [("SCHEMA_VERSION", Self::SchemaVersion), ("EXECUTION_ID", Self::ExecutionId)];
        spelling::find("pathPrefixHierarchy", found, &words)
    }
}

/// Gathers records into files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AggregationConfig {
    /// The kind of gathering.
    #[serde(default)]
    pub aggregation_type: AggregationType,
    /// About how large a file gets, in MB, before the next one begins.
    #[serde(default)]
    pub target_file_size: Option<NonZeroU64>,
}

/// Says whether records of several pages share a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum AggregationType {
    /// Each page is a file of its own.
    #[default]
    None,
    /// All pages are one file for each partition.
    SingleFile,
}

impl TryFrom<String> for AggregationType {
    type Error = Misspelled;

    fn try_from(found: String) -> Result<Self, Misspelled> {
        spelling::find(
            "aggregationType",
            found,
            &[("None", Self::None), ("SingleFile", Self::SingleFile)],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(destination: Value) -> Result<S3Destination, String> {
        serde_json::from_value(destination).map_err(|error| error.to_string())
    }

    #[test]
    fn all_that_appflow_has_is_read() {
        let whole = read(json!({
            "bucketName": "lake.example-1",
            "bucketPrefix": "okta/raw/",
            "s3OutputFormatConfig": {
                "fileType": "PARQUET",
                "preserveSourceDataTyping": true,
                "prefixConfig": {
                    "prefixType": "PATH_AND_FILENAME",
                    "prefixFormat": "MINUTE",
                    "pathPrefixHierarchy": ["SCHEMA_VERSION", "EXECUTION_ID"],
                },
                "aggregationConfig": {"aggregationType": "SingleFile", "targetFileSize": 128},
            },
        }));
        let whole = whole.unwrap();
        assert_eq!(whole.bucket_prefix.folders().collect::<Vec<_>>(), ["okta", "raw"]);
        let format = whole.s3_output_format_config;
        assert_eq!(format.file_type, FileType::Parquet);
        assert_eq!(format.prefix_config.prefix_format, Some(PrefixFormat::Minute));
        assert_eq!(format.aggregation_config.target_file_size, NonZeroU64::new(128));

        let least = read(json!({"bucketName": "lake"})).unwrap();
        assert_eq!(least.s3_output_format_config, S3OutputFormatConfig::default());
        assert_eq!(least.s3_output_format_config.file_type, FileType::Json);
        assert_eq!(least.bucket_prefix.folders().count(), 0);
        assert_eq!(read(json!({"bucketName": "lake", "bucketPrefix": ""})).unwrap(), least);
    }

    #[test]
    fn what_appflow_would_refuse_is_named() {
        let format = |format: Value| json!({"bucketName": "lake", "s3OutputFormatConfig": format});
        let prefix = |prefix: &str| json!({"bucketName": "lake", "bucketPrefix": prefix});
        #[rustfmt::skip]
        let rows = [
            (format(json!({"fileType": "Parquet"})), "fileType `Parquet` is spelled `PARQUET`"),
            (format(json!({"fileType": "ORC"})), "fileType `ORC` is not known: expected `CSV` or `JSON` or `PARQUET`"),
            (format(json!({"prefixConfig": {"prefixType": "Path"}})), "prefixType `Path` is spelled `PATH`"),
            (format(json!({"prefixConfig": {"prefixFormat": "day"}})), "prefixFormat `day` is spelled `DAY`"),
            (format(json!({"prefixConfig": {"pathPrefixHierarchy": ["execution_id"]}})),
                "pathPrefixHierarchy `execution_id` is spelled `EXECUTION_ID`"),
            (format(json!({"aggregationConfig": {"aggregationType": "SINGLEFILE"}})),
                "aggregationType `SINGLEFILE` is spelled `SingleFile`"),
            (format(json!({"aggregationConfig": {"targetFileSize": 0}})),
                "invalid value: integer `0`, expected a nonzero u64"),
            (format(json!({"filetype": "CSV"})),
                "unknown field `filetype`, expected one of `fileType`, `preserveSourceDataTyping`, `prefixConfig`, `aggregationConfig`"),
            (json!({}), "missing field `bucketName`"),
            (json!({"bucketName": ".."}), "bucketName `..` is no name of a bucket"),
            (json!({"bucketName": "a/b"}), "bucketName `a/b` is no name of a bucket"),
            (json!({"bucketName": "Lake"}), "bucketName `Lake` is no name of a bucket"),
            (prefix("/"), "bucketPrefix `/` cannot be a folder"),
            (prefix("/okta"), "bucketPrefix `/okta` cannot be a folder"),
            (prefix("okta//raw"), "bucketPrefix `okta//raw` cannot be a folder"),
            (prefix("okta/../.."), "bucketPrefix `okta/../..` cannot be a folder"),
            (prefix("a\nb"), "bucketPrefix `a\\nb` cannot be a folder"),
            (prefix(&"a".repeat(513)), "bucketPrefix has 513 bytes: expected at most 512"),
        ];
        for (destination, expected) in rows {
            let refused = read(destination.clone()).unwrap_err();
            assert!(refused.starts_with(expected), "{destination}: {refused}");
        }
    }
}
