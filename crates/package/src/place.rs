//! A file that appears under its name whole and durable, or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

/// Start of the name that a package has until it is complete. A crash may leave such a file behind, readable for
/// its owner only; a sweep of the folder may remove it.
pub const TEMPORARY_PREFIX: &str = ".exeat-package-";

/// A file being written beside its final place; dropped before [`Place::keep`], it is removed.
pub(crate) struct Place {
    out: BufWriter<NamedTempFile>,
    digest: Sha256,
    bytes: u64,
}

/// A complete file that has no final name yet; dropped, it is removed.
pub(crate) struct Complete {
    file: NamedTempFile,
    /// Digest of the file.
    pub(crate) sha256: exeat_domain::digest::Sha256,
    /// Length of the file.
    pub(crate) bytes: u64,
}

impl Place {
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).suffix(".part").tempfile_in(folder)?;
        Ok(Self { out: BufWriter::with_capacity(256 * 1024, file), digest: Sha256::new(), bytes: 0 })
    }

    /// Flushes everything to the disk.
    pub(crate) fn complete(self) -> io::Result<Complete> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        let sha256 = exeat_domain::digest::Sha256(self.digest.finalize().into());
        Ok(Complete { file, sha256, bytes: self.bytes })
    }
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Complete {
    /// Gives the file its name, unless something has that name already.
    pub(crate) fn keep(self, path: &Path) -> io::Result<()> {
        self.file.persist_noclobber(path).map_err(|error| error.error)?;
        sync_folder(&folder_of(path))
    }
}

/// The folder that a path lies in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes the new name durable; only POSIX systems open a folder as a file.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let mut place = Place::in_folder(folder.path()).unwrap();
        place.write_all(b"abc").unwrap();
        assert!(entries(folder.path())[0].starts_with(TEMPORARY_PREFIX));
        let complete = place.complete().unwrap();
        assert_eq!(complete.bytes, 3);
        assert!(complete.sha256.to_string().starts_with("ba7816bf"));
        complete.keep(&folder.path().join("a.zip")).unwrap();
        assert_eq!(entries(folder.path()), ["a.zip"]);
    }

    #[test]
    fn a_file_that_is_dropped_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut place = Place::in_folder(folder.path()).unwrap();
        place.write_all(b"abc").unwrap();
        drop(place);
        assert!(entries(folder.path()).is_empty());
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        std::fs::write(&path, "old").unwrap();
        let complete = Place::in_folder(folder.path()).unwrap().complete().unwrap();
        assert_eq!(complete.keep(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(entries(folder.path()), ["a.zip"]);
    }
}
