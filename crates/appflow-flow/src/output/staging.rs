//! The folder in which a run writes, beside the one where its files are wanted, until all of it can be moved there.
//!
//! Its folders are those of the partitions. A file that is complete is named by its number and by how many records it has; the
//! names say all, so that nothing needs to be remembered of it, however many there are.

use super::WrittenFile;
use super::error::OutputError;
use super::layout::Layout;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// Keeps what is written until all of it is complete.
const INCOMPLETE: &str = "incomplete";
/// The spool of a partition.
const RECORDS: &str = "records";
/// The file of what a run that was suspended has to know.
const SUSPENDED: &str = "suspended.json";

/// A folder that is removed when this is dropped, unless the run is suspended.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    is_kept: bool,
}

/// Holds what a run that was suspended has to know.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Suspended {
    /// The destination, the columns and the partitions.
    pub(super) asked: String,
    pub(super) pages: u64,
    pub(super) records: u64,
}

impl Staging {
    /// Makes the folder, which must not be there yet.
    pub(super) fn begin(folder: PathBuf) -> Result<Self, OutputError> {
        let made = folder.parent().map_or(Ok(()), fs::create_dir_all);
        let made = made.and_then(|()| fs::create_dir(&folder));
        made.map_err(OutputError::file("make the folder", &folder))?;
        Ok(Self { folder, is_kept: false })
    }

    /// Takes up the folder of a run that was suspended.
    pub(super) fn resume(folder: PathBuf) -> Result<(Self, Suspended), OutputError> {
        let path = folder.join(SUSPENDED);
        let Ok(text) = fs::read(&path) else { return Err(OutputError::NotSuspended(folder)) };
        let Ok(suspended) = serde_json::from_slice::<Suspended>(&text) else {
            return Err(OutputError::Changed(folder));
        };
        Ok((Self { folder, is_kept: true }, suspended))
    }

    /// Makes the folder this process's: from here on no other can take it up.
    pub(super) fn claim(&mut self) -> Result<(), OutputError> {
        let claimed = fs::remove_file(self.folder.join(SUSPENDED));
        claimed.map_err(|_| OutputError::NotSuspended(self.folder.clone()))?;
        self.is_kept = false;
        Ok(())
    }

    /// Keeps the folder for another process.
    pub(super) fn suspend(mut self, suspended: &Suspended) -> Result<(), OutputError> {
        let path = self.folder.join(SUSPENDED);
        let text = serde_json::to_vec(suspended).expect("its members are texts and numbers");
        fs::write(&path, text).map_err(OutputError::file("write", &path))?;
        self.is_kept = true;
        Ok(())
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the path of a file of a partition that is not complete, whose folder is made.
    pub(super) fn incomplete(&self, partition: &Path) -> Result<PathBuf, OutputError> {
        Ok(self.partition(partition)?.join(INCOMPLETE))
    }

    /// Returns the path of the spool of a partition, whose folder is made.
    pub(super) fn spool(&self, partition: &Path) -> Result<PathBuf, OutputError> {
        Ok(self.partition(partition)?.join(RECORDS))
    }

    fn partition(&self, partition: &Path) -> Result<PathBuf, OutputError> {
        let folder = self.folder.join(partition);
        fs::create_dir_all(&folder).map_err(OutputError::file("make the folder", &folder))?;
        Ok(folder)
    }

    /// Takes the file that was not complete for the `number`th of its partition.
    pub(super) fn complete(
        &self,
        partition: &Path,
        number: u64,
        records: u64,
    ) -> Result<(), OutputError> {
        let folder = self.folder.join(partition);
        rename(&folder.join(INCOMPLETE), &folder.join(format!("{number}-{records}")))
    }

    /// Returns all partitions that have a spool.
    pub(super) fn spools(&self) -> Result<Vec<PathBuf>, OutputError> {
        let mut partitions = Vec::new();
        self.each_file(Path::new(""), &mut |partition, name| {
            if name == RECORDS {
                partitions.push(partition.to_owned());
            }
        })?;
        Ok(partitions)
    }

    /// Moves every file to where it is wanted. If one of them cannot be moved, none is.
    pub(super) fn place(self, layout: &Layout) -> Result<Vec<WrittenFile>, OutputError> {
        let mut complete = Vec::new();
        self.each_file(Path::new(""), &mut |partition, name| {
            let parts = name.split_once('-');
            let numbers = parts.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
            complete
                .extend(numbers.map(|(number, records)| (partition.to_owned(), number, records)));
        })?;
        complete.sort();
        let mut placed: Vec<WrittenFile> = Vec::with_capacity(complete.len());
        for (partition, number, records) in complete {
            let from = self.folder.join(&partition).join(format!("{number}-{records}"));
            let path = layout.file(&partition, number);
            match place(&from, &path) {
                Ok(bytes) => placed.push(WrittenFile { path, records, bytes }),
                Err(error) => {
                    for file in placed {
                        // The first failure is what is told.
                        let _ = fs::remove_file(file.path);
                    }
                    return Err(error);
                }
            }
        }
        Ok(placed)
    }

    /// Hands every file to `take`: its partition and its name.
    fn each_file(
        &self,
        partition: &Path,
        take: &mut impl FnMut(&Path, &str),
    ) -> Result<(), OutputError> {
        let folder = self.folder.join(partition);
        let cannot = || OutputError::file("read the folder", &folder);
        for entry in fs::read_dir(&folder).map_err(cannot())? {
            let entry = entry.map_err(cannot())?;
            let name = entry.file_name();
            if entry.file_type().map_err(cannot())?.is_dir() {
                self.each_file(&partition.join(name), take)?;
            } else {
                take(partition, &name.to_string_lossy());
            }
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_kept {
            // Why it is dropped is what is told.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Moves a file to where it is wanted, and returns its size.
fn place(from: &Path, path: &Path) -> Result<u64, OutputError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(OutputError::file("make the folder", folder))?;
    }
    let bytes = fs::metadata(from).map_err(OutputError::file("read", from))?.len();
    rename(from, path)?;
    Ok(bytes)
}

fn rename(from: &Path, path: &Path) -> Result<(), OutputError> {
    fs::rename(from, path).map_err(OutputError::file("write", path))
}
