//! A folder of a file server as the archive, with the promise of the mounted one: whole, durable, never over another.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use exeat_desk::ports::{Archive, Failure};
use exeat_domain::release::ArchiveCopy;

use super::{Server, SmbPlace};
use crate::archive::{PLACE, lost, opened, put, sweep};

/// A folder of a file server as the archive.
#[derive(Clone)]
pub struct SmbArchive {
    pub(super) server: Arc<Server>,
    /// Where a copy lies while it is read: the desk's own folder.
    spool: PathBuf,
}

impl SmbArchive {
    /// The archive at this place. Nothing is connected until it is needed. What is opened is read into a file without a
    /// name in the folder `spool`.
    #[must_use]
    pub fn new(at: SmbPlace, spool: PathBuf) -> Self {
        Self { server: Arc::new(Server::new(at, &PLACE)), spool }
    }
}

#[async_trait]
impl Archive for SmbArchive {
    async fn put(&self, person: &str, name: &str, zip: PathBuf) -> Result<ArchiveCopy, Failure> {
        let (person, name) = (person.to_owned(), name.to_owned());
        self.server.within(move |base| put(base, &person, &name, &zip)).await
    }

    async fn open(&self, copy: &ArchiveCopy) -> Result<File, Failure> {
        let (copy, spool) = (copy.clone(), self.spool.clone());
        let unkept =
            |copy: &ArchiveCopy, error: &std::io::Error| lost(copy, "archive-lost", "cannot be read", error);
        self.server
            .within(move |base| {
                let mut file = tempfile::tempfile_in(&spool).map_err(|error| unkept(&copy, &error))?;
                opened(base, &copy, |chunk| file.write_all(chunk))?;
                file.rewind().map_err(|error| unkept(&copy, &error))?;
                Ok(file)
            })
            .await
    }

    async fn sweep(&self) -> Result<usize, Failure> {
        self.server.within(sweep).await
    }
}
