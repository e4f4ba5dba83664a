//! Sealed copies in a folder, each under its digest: `ab/cdef…`, mode 600 in folders of mode 700.
//!
//! The same bytes twice are one file. A seal is written beside its place, made durable and then renamed into it, so
//! that what has a digest for a name is whole.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt};
use exeat_desk::ports::{Failure, Port, SealWriter, Seals};
use exeat_domain::digest;
use exeat_domain::request::Seal;
use sha2::{Digest, Sha256};

use crate::entry::{self, Kind};
use crate::root::{Place, Root, blocking, keep};
use crate::temporary::{Temporary, gone_or};
use crate::tree::Base as _;

const PLACE: Place = Place {
    port: Port::Seals,
    what: "the folder of the sealed copies",
    gone: "seals-gone",
    full: "seals-full",
    denied: "seals-denied",
    broken: "seals-broken",
};

/// A folder as the place of the sealed copies.
///
/// [`Seals::open`] sees that the size is right and does not read the bytes: whoever packs them hashes what it reads,
/// so a damaged seal cannot leave.
#[derive(Debug)]
pub struct FolderSeals(Arc<Root>);

impl FolderSeals {
    /// Opens the folder, making it with mode 700 if only the folder itself is missing.
    ///
    /// # Errors
    /// [`Failure`] `seals-gone` where its parent is missing, `seals-exposed` where others may read it, `seals-denied`
    /// where the desk may not open it.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Failure> {
        Root::private(root.into(), &PLACE, "seals-exposed").map(|root| Self(Arc::new(root)))
    }

    async fn within<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Root) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let root = Arc::clone(&self.0);
        blocking(&PLACE, move || root.blamed(work(&root))).await
    }
}

#[async_trait]
impl Seals for FolderSeals {
    async fn writer(&self) -> Result<Box<dyn SealWriter>, Failure> {
        let root = Arc::clone(&self.0);
        self.within(move |_| Writer::new(root)).await.map(|writer| Box::new(writer) as Box<dyn SealWriter>)
    }

    async fn open(&self, seal: &Seal) -> Result<File, Failure> {
        let seal = *seal;
        self.within(move |root| open(root, seal)).await
    }

    async fn remove(&self, seal: &Seal) -> Result<bool, Failure> {
        let seal = *seal;
        self.within(move |root| {
            let dir = root.still()?;
            remove(dir, seal).map_err(|error| root.failure(&error))
        })
        .await
    }

    async fn sweep(&self) -> Result<Vec<Seal>, Failure> {
        self.within(|root| sweep(root.still()?).map_err(|error| root.failure(&error))).await
    }
}

/// A seal that is being written.
struct Writer {
    root: Arc<Root>,
    temporary: Temporary,
    hash: Sha256,
    bytes: u64,
}

impl Writer {
    fn new(root: Arc<Root>) -> Result<Self, Failure> {
        let temporary = Temporary::new(root.still()?, 0o600).map_err(|error| root.failure(&error))?;
        Ok(Self { root, temporary, hash: Sha256::new(), bytes: 0 })
    }
}

/// The error of a write carries the [`Failure`], so that whoever copies can hand it on.
impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, self.root.failure(&error)),
        };
        let written = self.temporary.file.write(bytes).map_err(failed)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.file.flush()
    }
}

impl SealWriter for Writer {
    fn finish(self: Box<Self>) -> Result<Seal, Failure> {
        let Self { root, temporary, hash, bytes } = *self;
        let seal = Seal { sha256: digest::Sha256(hash.finalize().into()), bytes };
        let place = || {
            let (shelf, name) = address(seal);
            let shelf = make_shelf(root.still()?, &shelf).map_err(|error| root.failure(&error))?;
            temporary.replace(&shelf, &name).and_then(|()| keep(&shelf)).map_err(|error| root.failure(&error))
        };
        root.blamed(place()).map(|()| seal)
    }
}

/// The folder and the name of a seal.
fn address(seal: Seal) -> (String, String) {
    let mut shelf = seal.sha256.to_string();
    let name = shelf.split_off(2);
    (shelf, name)
}

fn make_shelf(dir: &Dir, shelf: &str) -> io::Result<Dir> {
    match dir.create_dir_with(shelf, DirBuilder::new().mode(0o700)) {
        Ok(()) => keep(dir)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    entry::open_folder(dir, OsStr::new(shelf))
}

fn open(root: &Root, seal: Seal) -> Result<File, Failure> {
    let (shelf, name) = address(seal);
    let opened = entry::open_folder(root.still()?, OsStr::new(&shelf))
        .and_then(|shelf| entry::open_file(&shelf, OsStr::new(&name)))
        .and_then(|file| Ok((file.metadata()?, file.into_std())));
    let (metadata, file) = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let message = format!(
                "The sealed copy {} is not in {} any more. Put it back from a backup, or have the requester open a new round.",
                seal.sha256,
                root.path.display()
            );
            Failure::new(Port::Seals, "seal-gone", message, error)
        }
        _ => root.failure(&error),
    })?;
    if Kind::of(metadata.file_type()) == Kind::File && metadata.len() == seal.bytes {
        return Ok(file);
    }
    let message = format!(
        "The sealed copy {} in {} is damaged. Put it back from a backup, or have the requester open a new round.",
        seal.sha256,
        root.path.display()
    );
    let detail = format!("{} bytes, sealed with {}", metadata.len(), seal.bytes);
    Err(Failure::new(Port::Seals, "seal-damaged", message, detail))
}

fn remove(dir: &Dir, seal: Seal) -> io::Result<bool> {
    let (shelf, name) = address(seal);
    match entry::open_folder(dir, OsStr::new(&shelf)) {
        Ok(shelf) => {
            let removed = gone_or(shelf.remove_file(&name))?;
            keep(&shelf)?;
            Ok(removed)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn sweep(dir: &Dir) -> io::Result<Vec<Seal>> {
    Temporary::sweep(dir)?;
    let mut seals = vec![];
    for shelf in dir.entries()? {
        let shelf = shelf?;
        let Ok(start) = shelf.file_name().into_string() else { continue };
        if start.len() != 2 || !shelf.file_type()?.is_dir() {
            continue;
        }
        for entry in entry::open_folder(dir, &shelf.file_name())?.entries()? {
            let entry = entry?;
            let digest = entry.file_name().to_str().and_then(|name| format!("{start}{name}").parse().ok());
            let metadata = entry.metadata()?;
            if let Some(sha256) = digest.filter(|_| metadata.is_file()) {
                seals.push(Seal { sha256, bytes: metadata.len() });
            }
        }
    }
    seals.sort_by_key(|seal| seal.sha256);
    Ok(seals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_a_failure_that_names_the_folder() {
        let at = tempfile::tempdir().unwrap();
        let root = Arc::new(Root::private(at.path().join("seals"), &PLACE, "seals-exposed").unwrap());
        let mut writer = Writer::new(root).unwrap();
        writer.temporary.file = File::options().write(true).open("/dev/full").unwrap();
        let error = writer.write(b"a").unwrap_err();
        let failure = error.get_ref().and_then(|inner| inner.downcast_ref::<Failure>()).unwrap();
        assert_eq!((failure.port, failure.code), (Port::Seals, "seals-full"));
        assert!(failure.message.contains("/seals)"), "{}", failure.message);
        drop(writer);
        assert_eq!(std::fs::read_dir(at.path().join("seals")).unwrap().count(), 0);
    }
}
