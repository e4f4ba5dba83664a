//! Folders that may be away when a command starts: opened at the first call that finds them, and held from then on.

use std::fs::File;
use std::path::PathBuf;

use async_trait::async_trait;
use exeat_desk::ports::{Archive, Failure, FileProblem, Found, Listing, Look, SealWriter, Share};
use exeat_domain::path::{SharePath, Wanted};
use exeat_domain::release::ArchiveCopy;
use exeat_domain::request::Seal;
use exeat_shares::{FolderArchive, FolderShare};
use tokio::sync::OnceCell;

/// The share.
#[derive(Debug)]
pub(crate) struct LazyShare {
    path: PathBuf,
    open: OnceCell<FolderShare>,
}

impl LazyShare {
    /// The share in this folder.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, open: OnceCell::new() }
    }

    async fn share(&self) -> Result<&FolderShare, Failure> {
        self.open.get_or_try_init(async || FolderShare::open(self.path.clone())).await
    }
}

#[async_trait]
impl Share for LazyShare {
    async fn find(&self, wanted: &Wanted, most: usize) -> Result<Found, Failure> {
        self.share().await?.find(wanted, most).await
    }

    async fn look(
        &self,
        folder: Option<&SharePath>,
        look: &Look,
    ) -> Result<Result<Listing, FileProblem>, Failure> {
        self.share().await?.look(folder, look).await
    }

    async fn copy(
        &self,
        path: &SharePath,
        limit: u64,
        into: Box<dyn SealWriter>,
    ) -> Result<Result<Seal, FileProblem>, Failure> {
        self.share().await?.copy(path, limit, into).await
    }
}

/// The archive.
#[derive(Debug)]
pub(crate) struct LazyArchive {
    path: PathBuf,
    open: OnceCell<FolderArchive>,
}

impl LazyArchive {
    /// The archive in this folder.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, open: OnceCell::new() }
    }

    async fn archive(&self) -> Result<&FolderArchive, Failure> {
        self.open.get_or_try_init(async || FolderArchive::open(self.path.clone())).await
    }
}

#[async_trait]
impl Archive for LazyArchive {
    async fn put(&self, person: &str, name: &str, zip: PathBuf) -> Result<ArchiveCopy, Failure> {
        self.archive().await?.put(person, name, zip).await
    }

    async fn open(&self, copy: &ArchiveCopy) -> Result<File, Failure> {
        self.archive().await?.open(copy).await
    }

    async fn sweep(&self) -> Result<usize, Failure> {
        self.archive().await?.sweep().await
    }
}
