//! Reads records of real orgs. The folder stands beside the repository, where it is there at all.

use std::path::{Path, PathBuf};

use super::*;

/// Returns the path of something that is shared beside the repository.
pub(super) fn shared(name: &str) -> PathBuf {
    let up: PathBuf = ["..", "..", "..", "shared", "data", name].iter().collect();
    Path::new(env!("CARGO_MANIFEST_DIR")).join(up)
}

/// Lines of JSON, by the collection that they belong to.
pub(super) struct Recorded(Vec<(Collection, String)>);

impl Recorded {
    /// Reads the files, if they are there.
    pub(super) fn read() -> Option<Self> {
        let folder = shared("recorded");
        let files = Collection::ALL.iter().filter_map(|&collection| {
            // Relations and objects of the org have a folder of their own.
            let read = |folder: &Path| std::fs::read_to_string(folder.join(collection.file_name()));
            let text = read(&folder).or_else(|_| read(&folder.join("relations")));
            Some((collection, text.ok()?))
        });
        folder.is_dir().then(|| Self(files.collect()))
    }

    /// Returns the collections that were recorded, each with its lines.
    pub(super) fn files(&self) -> impl Iterator<Item = (Collection, &str)> {
        self.0.iter().map(|(collection, text)| (*collection, text.as_str()))
    }

    pub(super) fn org(&self) -> Org {
        Org::from_json_lines(self.files()).unwrap()
    }

    /// Returns the records of a collection, in the order of the file.
    pub(super) fn records(&self, collection: Collection) -> Vec<Value> {
        let (_, text) = self.0.iter().find(|(it, _)| *it == collection).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
