//! The place where records go. A file is as it was before, or complete: it is written beside and renamed at the end.

use anyhow::Context as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Takes records. Nothing is kept in a file unless [`Output::finish`] is called.
pub(crate) struct Output {
    writer: Box<dyn Write>,
    replacement: Option<Replacement>,
}

impl Output {
    /// Opens `file`, or standard output.
    pub(crate) fn open(file: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = file else {
            return Ok(Self { writer: Box::new(io::stdout().lock()), replacement: None });
        };
        // A device or a pipe is written to: a file in its place would be another thing.
        if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            let device = File::options().write(true).open(path);
            let device = device.with_context(|| format!("cannot write {}", path.display()))?;
            return Ok(Self { writer: Box::new(BufWriter::new(device)), replacement: None });
        }
        anyhow::ensure!(!path.is_dir(), "{} is a folder", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        // Behind a symbolic link, the file is replaced and not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let beside = path.with_added_extension("partial");
        let file =
            File::create(&beside).with_context(|| format!("cannot write {}", beside.display()))?;
        let replacement = Some(Replacement { beside, path });
        Ok(Self { writer: Box::new(BufWriter::new(file)), replacement })
    }

    /// Writes what is left, and puts the file where it was wanted.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        self.writer.flush()?;
        if let Some(Replacement { beside, path }) = &self.replacement {
            fs::rename(beside, path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A file that is written beside another. It is removed when this is dropped, unless it was renamed.
struct Replacement {
    beside: PathBuf,
    path: PathBuf,
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // It is gone if it was renamed.
        let _ = fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::Output;
    use std::fs;
    use std::io::Write as _;
    use std::path::PathBuf;

    /// Returns a folder of its own for a test, with a file `old` in it.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("okta-connector-output-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("old"), "before").unwrap();
        folder
    }

    fn names(folder: &PathBuf) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_at_the_end() {
        let folder = folder("end");
        for name in ["old", "new", "deep/new"] {
            let path = folder.join(name);
            let mut output = Output::open(Some(&path)).unwrap();
            output.write_all(b"after").unwrap();
            output.flush().unwrap();
            let before = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(before, if name == "old" { "before" } else { "" });
            output.finish().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        }
        assert_eq!(names(&folder), ["deep", "new", "old"]);
    }

    #[test]
    fn a_file_stays_as_it_is_if_the_run_fails() {
        let folder = folder("failure");
        let mut output = Output::open(Some(&folder.join("old"))).unwrap();
        output.write_all(b"after").unwrap();
        drop(output);
        assert_eq!(fs::read_to_string(folder.join("old")).unwrap(), "before");
        assert_eq!(names(&folder), ["old"]);
        assert!(Output::open(Some(&folder)).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = folder("links");
        let link = folder.join("link");
        std::os::unix::fs::symlink("old", &link).unwrap();
        let mut output = Output::open(Some(&link)).unwrap();
        output.write_all(b"after").unwrap();
        output.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(folder.join("old")).unwrap(), "after");
        Output::open(Some("/dev/null".as_ref())).unwrap().finish().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
