//! What was recorded of real orgs. It stands beside the repository, where it is there at all.

use std::path::{Path, PathBuf};

use super::*;

/// Lines of JSON, by the collection that they belong to.
pub(super) struct Recorded(Vec<(Collection, String)>);

impl Recorded {
    /// Reads the files, if they are there.
    pub(super) fn read() -> Option<Self> {
        let up = ["..", "..", "..", "shared", "data", "recorded"];
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(up.iter().collect::<PathBuf>());
        let files = Collection::ALL.iter().filter_map(|&collection| {
            let text = std::fs::read_to_string(folder.join(collection.file_name())).ok()?;
            Some((collection, text))
        });
        folder.is_dir().then(|| Self(files.collect()))
    }

    pub(super) fn org(&self) -> Org {
        Org::from_json_lines(self.0.iter().map(|(it, text)| (*it, text.as_str()))).unwrap()
    }

    /// Returns the records of a collection, in the order of the file.
    pub(super) fn records(&self, collection: Collection) -> Vec<Value> {
        let (_, text) = self.0.iter().find(|(it, _)| *it == collection).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
