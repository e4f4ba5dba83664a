//! What left before for a project: found in the ledger, read back from the archive, each file by its digest.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::sync::Arc;

use exeat_domain::ledger::{Fact, Noted};
use exeat_domain::release::ArchiveCopy;
use exeat_domain::request::{RequestId, Seal};
use exeat_domain::state::State;
use exeat_package::Reviewed;

use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Before, Earlier, Filter, Part};
use crate::scope::Scope;

/// Requests that one page of a list holds.
const PAGE: u64 = 200;
/// Ledger entries of one request that are read at once.
const ENTRIES: u64 = 1000;
/// A table with more bytes has more cells than are compared.
const LARGEST: u64 = 64 << 20;

/// What the ledger says of one release.
#[derive(Debug, Default)]
struct Entries {
    /// The tables that were approved.
    tables: Vec<Noted>,
    /// The copy in the archive, once there is one.
    copy: Option<ArchiveCopy>,
}

impl Desk {
    /// The tables that left before for a project, or, where none is named, for the requester. What cannot be read back
    /// is named, with the reason. Files of the request itself (`except`) never left: they are of earlier rounds.
    pub(crate) async fn released_before(
        &self,
        scope: Scope<'_>,
        except: Option<RequestId>,
    ) -> Result<Before, DeskError> {
        let mut before = Before::default();
        let mut filter = Filter {
            states: vec![State::Approved, State::Released],
            project: scope.project.map(str::to_owned),
            requester: scope.project.is_none().then(|| scope.account.to_owned()),
            limit: PAGE,
            ..Filter::default()
        };
        let mut spool: Option<File> = None;
        loop {
            let page = self.ports.store.list(&filter).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id);
            for summary in page.into_iter().filter(|summary| Some(summary.id) != except) {
                if summary.project.as_deref() != scope.project {
                    continue;
                }
                let entries = self.entries(summary.id).await?;
                if entries.tables.is_empty() {
                    continue;
                }
                if spool.is_none() {
                    spool = Some(self.ports.scratch.nameless().await?);
                }
                if let Some(spool) = &mut spool {
                    self.read_back(summary.id, entries, spool, &mut before).await?;
                }
            }
        }
        before.spool = spool.map(Arc::new);
        Ok(before)
    }

    /// What the ledger says of a release.
    async fn entries(&self, id: RequestId) -> Result<Entries, DeskError> {
        let mut found = Entries::default();
        let mut after = 0;
        loop {
            let page = self.ports.store.ledger(Some(id), after, ENTRIES).await?;
            let Some(last) = page.last() else { return Ok(found) };
            after = last.seq;
            for entry in page {
                match entry.event.fact {
                    Fact::Approved { files, .. } => {
                        found.tables =
                            files.into_iter().filter(|file| may_hold_a_table(&file.name)).collect();
                    }
                    Fact::Archived { path, sha256, bytes } => {
                        found.copy = Some(ArchiveCopy { path, sha256, bytes });
                    }
                    _ => {}
                }
            }
        }
    }

    /// Reads the tables of one release back; one that is not what the ledger says makes the whole release unreadable.
    async fn read_back(
        &self,
        id: RequestId,
        entries: Entries,
        spool: &mut File,
        before: &mut Before,
    ) -> Result<(), DeskError> {
        let (small, large): (Vec<Noted>, Vec<Noted>) =
            entries.tables.into_iter().partition(|file| file.bytes <= LARGEST);
        let lost = |name: &str, why: &str| Earlier { label: label(id, name), bytes: Err(why.to_owned()) };
        before
            .files
            .extend(large.iter().map(|file| lost(&file.name, "it is too large to be compared cell by cell")));
        let start = spool.stream_position().map_err(scratch)?;
        let read = match &entries.copy {
            Some(copy) => self.take_archive(copy, &small, spool).await,
            None => self.take_seals(&small, spool).await,
        };
        match read {
            Ok(()) => {
                let mut at = start;
                for file in small {
                    let part = Part { start: at, length: file.bytes };
                    at += file.bytes;
                    before.files.push(Earlier { label: label(id, &file.name), bytes: Ok(part) });
                }
            }
            Err(why) => {
                tracing::warn!(request = %id, why, "what was released cannot be read back");
                spool.set_len(start).and_then(|()| spool.seek(SeekFrom::Start(start))).map_err(scratch)?;
                before.files.extend(small.iter().map(|file| lost(&file.name, &why)));
            }
        }
        Ok(())
    }

    async fn take_archive(
        &self,
        copy: &ArchiveCopy,
        files: &[Noted],
        spool: &mut File,
    ) -> Result<(), String> {
        let zip = self.ports.archive.open(copy).await.map_err(|failure| failure.message)?;
        let (files, mut out) = (reviewed(files), spool.try_clone().map_err(|error| error.to_string())?);
        let unpacked =
            tokio::task::spawn_blocking(move || exeat_package::unpack(zip, &files, &mut out)).await;
        unpacked
            .map_err(|error| error.to_string())?
            .map_err(|error| format!("the archive's copy {} is damaged: {error}", copy.path))
    }

    /// The release has been approved and is not in the archive yet.
    async fn take_seals(&self, files: &[Noted], spool: &mut File) -> Result<(), String> {
        for file in reviewed(files) {
            let seal = Seal { sha256: file.sha256, bytes: file.bytes };
            let bytes = self.ports.seals.open(&seal).await.map_err(|failure| failure.message)?;
            exeat_package::transfer(bytes, &file, spool).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

fn reviewed(files: &[Noted]) -> Vec<Reviewed> {
    let one = |file: &Noted| Reviewed { name: file.name.clone(), sha256: file.sha256, bytes: file.bytes };
    files.iter().map(one).collect()
}

fn scratch(error: std::io::Error) -> DeskError {
    let message = "the scratch folder takes no more: is the disk full?";
    crate::ports::Failure::new(crate::ports::Port::Scratch, "scratch-write", message, error).into()
}

fn label(id: RequestId, name: &str) -> String {
    format!("{id}/{name}")
}

/// Whether a file has a name that tables are released under.
fn may_hold_a_table(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
    matches!(extension.as_str(), "csv" | "tsv" | "txt")
}
