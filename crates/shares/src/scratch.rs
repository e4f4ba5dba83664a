//! The scratch folder: `EX-7/` for request 7, mode 700.
//!
//! Wiping removes every file and sees that it is gone; it does not overwrite. Overwriting promises what it cannot
//! keep: journals, snapshots and solid-state disks keep earlier blocks wherever they like. Where blocks that were
//! freed must not be read, the scratch folder lies in memory (tmpfs) or on an encrypted disk; that is set up once, by
//! the administrator.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt};
use exeat_desk::ports::{Failure, Port, Scratch};
use exeat_domain::path;
use exeat_domain::request::RequestId;

use crate::entry::{self, Kind};
use crate::root::{Place, Root, blocking, keep};
use crate::temporary::gone_or;
use crate::tree::Base as _;

const PLACE: Place = Place {
    port: Port::Scratch,
    what: "the scratch folder",
    gone: "scratch-gone",
    full: "scratch-full",
    denied: "scratch-denied",
    broken: "scratch-broken",
};

/// A folder for temporary files.
#[derive(Debug)]
pub struct FolderScratch(Arc<Root>);

impl FolderScratch {
    /// Opens the folder, making it with mode 700 if only the folder itself is missing.
    ///
    /// # Errors
    /// [`Failure`] `scratch-gone` where its parent is missing, `scratch-exposed` where others may read it,
    /// `scratch-denied` where the desk may not open it.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Failure> {
        Root::private(root.into(), &PLACE, "scratch-exposed").map(|root| Self(Arc::new(root)))
    }

    async fn within<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Root, &Dir) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let root = Arc::clone(&self.0);
        blocking(&PLACE, move || {
            let outcome = root.still().and_then(|dir| work(&root, dir));
            root.blamed(outcome)
        })
        .await
    }
}

#[async_trait]
impl Scratch for FolderScratch {
    async fn folder(&self, request: RequestId) -> Result<PathBuf, Failure> {
        self.within(move |root, dir| folder(root, dir, &request.to_string())).await
    }

    async fn nameless(&self) -> Result<File, Failure> {
        self.within(|root, _| tempfile::tempfile_in(&root.path).map_err(|error| root.failure(&error))).await
    }

    async fn wipe(&self, request: RequestId) -> Result<usize, Failure> {
        self.within(move |root, dir| wipe(root, dir, &request.to_string())).await
    }

    async fn list(&self) -> Result<Vec<RequestId>, Failure> {
        self.within(|root, dir| list(dir).map_err(|error| root.failure(&error))).await
    }
}

fn folder(root: &Root, dir: &Dir, name: &str) -> Result<PathBuf, Failure> {
    let failed = |error: io::Error| root.failure(&error);
    match dir.create_dir_with(name, DirBuilder::new().mode(0o700)) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let path = root.path.join(name);
    let kind = Kind::of(dir.symlink_metadata(name).map_err(failed)?.file_type());
    if kind == Kind::Folder {
        return Ok(path);
    }
    let message = format!("{} is in the way of a folder for temporary files. Remove it.", path.display());
    Err(Failure::new(Port::Scratch, "scratch-blocked", message, format!("{kind:?}")))
}

fn wipe(root: &Root, dir: &Dir, name: &str) -> Result<usize, Failure> {
    let removed = remove(dir, OsStr::new(name)).and_then(|removed| keep(dir).map(|()| removed));
    let removed = removed.map_err(|error| root.failure(&error))?;
    match dir.symlink_metadata(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(removed),
        other => {
            let message = format!(
                "Temporary files are left in {}. Nothing may lie there after a release: remove them, or see who makes them.",
                path::shown(&root.path.join(name).display().to_string())
            );
            let detail = other.err().map_or_else(|| "still there".to_owned(), |error| error.to_string());
            Err(Failure::new(Port::Scratch, "scratch-left", message, detail))
        }
    }
}

/// Removes what has this name, and all in it; a link goes, and not what it leads to. Gives how many were not folders.
fn remove(dir: &Dir, name: &OsStr) -> io::Result<usize> {
    let is_folder = match dir.symlink_metadata(name) {
        Ok(metadata) => metadata.is_dir(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    if !is_folder {
        return gone_or(dir.remove_file(name)).map(usize::from);
    }
    let folder = entry::open_folder(dir, name)?;
    let names = folder.entries()?.map(|entry| entry.map(|entry| entry.file_name()));
    let mut removed = 0;
    for name in names.collect::<io::Result<Vec<_>>>()? {
        removed += remove(&folder, &name)?;
    }
    gone_or(dir.remove_dir(name)).map(|_| removed)
}

fn list(dir: &Dir) -> io::Result<Vec<RequestId>> {
    let mut requests = vec![];
    for entry in dir.entries()? {
        let name = entry?.file_name();
        let request = name.to_str().and_then(|name| name.parse::<RequestId>().ok());
        requests.extend(request.filter(|request| OsStr::new(&request.to_string()) == name));
    }
    requests.sort();
    Ok(requests)
}
