//! Ports for bytes that lie in folders: the share, the seals, the archive, the scratch folder.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_checks::{Input, Source};
use exeat_domain::drawn::Drawn;
use exeat_domain::finding::FileReport;
use exeat_domain::path::{SharePath, Wanted};
use exeat_domain::release::ArchiveCopy;
use exeat_domain::request::{RequestId, Seal};

use serde::{Deserialize, Serialize};

use super::Failure;

/// Why one file cannot be taken up. The request goes on with the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The file, or what was asked for.
    pub asked: String,
    /// A stable code: `missing`, `no-match`, `symlink`, `fifo`, `device`, `changed`, `too-large`, `bad-name`, `denied`, ….
    pub code: &'static str,
    /// What happened and what to do about it, for the requester.
    pub message: String,
}

/// What the share has of what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Regular files, in a stable order, each once.
    pub files: Vec<SharePath>,
    /// What is there but cannot be taken up, or is not there at all.
    pub problems: Vec<FileProblem>,
}

/// Which part of a folder of the share to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Only what lies in a folder that fits one of these patterns, and the folders on the way there; empty: all.
    pub within: Vec<String>,
    /// Only what comes after this folder or file (lists page by key).
    pub after: Option<(Leaf, String)>,
    /// Only names that hold this text, in any case.
    pub holding: String,
    /// The most to show.
    pub most: usize,
}

/// What stands in a folder under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaf {
    /// A folder; folders come first.
    Folder,
    /// A regular file.
    File,
}

/// One line of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Folder or file.
    pub leaf: Leaf,
    /// Where it lies.
    pub path: SharePath,
    /// Of a file, its size and when it was last changed.
    pub file: Option<(u64, DateTime<Utc>)>,
}

/// A folder of the share, in part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Folders, then files, each by name.
    pub entries: Vec<Shown>,
    /// How many there are in all.
    pub total: u64,
    /// Whether more follow.
    pub more: bool,
    /// How many names are left out: links, devices, hidden files, helpers of programs, names that cannot be asked for.
    pub left_out: u64,
}

/// The folder that files are asked from. Nothing outside it can be reached through it, and nothing in it changed.
#[async_trait]
pub trait Share: Send + Sync {
    /// The files that one wanted path means: itself, the files a pattern fits (in that folder only), or everything in
    /// a folder and below it. `most` bounds how many are listed.
    ///
    /// # Errors
    /// [`Failure`] where the share cannot be reached; what is wrong with single files is in [`Found::problems`].
    async fn find(&self, wanted: &Wanted, most: usize) -> Result<Found, Failure>;

    /// Shows a folder, the share itself where none is named. Links are not followed, and nothing is opened but folders.
    ///
    /// # Errors
    /// The outer one is the share's; the inner one says why the folder cannot be shown.
    async fn look(
        &self,
        folder: Option<&SharePath>,
        look: &Look,
    ) -> Result<Result<Listing, FileProblem>, Failure>;

    /// Copies a file into a seal, reading it once. The outer error is the share's or the seals', the inner one the
    /// file's own: it changed while it was read, it is larger than `limit` bytes, it is not a regular file, ….
    async fn copy(
        &self,
        path: &SharePath,
        limit: u64,
        into: Box<dyn SealWriter>,
    ) -> Result<Result<Seal, FileProblem>, Failure>;
}

/// Takes the bytes of one file while they are read. Dropped unfinished, it leaves nothing behind.
pub trait SealWriter: Write + Send {
    /// Keeps the bytes durably under their digest.
    ///
    /// # Errors
    /// [`Failure`] where they cannot be kept.
    fn finish(self: Box<Self>) -> Result<Seal, Failure>;
}

/// Copies kept by their digest, readable by the desk alone.
#[async_trait]
pub trait Seals: Send + Sync {
    /// A place for new bytes.
    async fn writer(&self) -> Result<Box<dyn SealWriter>, Failure>;

    /// The sealed bytes, opened for reading.
    ///
    /// # Errors
    /// [`Failure`] where they are gone or no longer have the sealed size.
    async fn open(&self, seal: &Seal) -> Result<File, Failure>;

    /// Removes the bytes; gone already is fine. Says whether there was anything.
    async fn remove(&self, seal: &Seal) -> Result<bool, Failure>;

    /// Every seal that is kept, and unfinished ones removed.
    async fn sweep(&self) -> Result<Vec<Seal>, Failure>;
}

/// One file to be checked.
#[derive(Debug)]
pub struct Inspectable {
    /// Its path in the share.
    pub path: SharePath,
    /// Whether it is a supporting file.
    pub supporting: bool,
    /// Its sealed bytes.
    pub bytes: File,
}

/// Tables that left before, for the checks to hold the files against.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// All that could be read back, one file behind another.
    pub spool: Option<Arc<File>>,
    /// In the order of the releases.
    pub files: Vec<Earlier>,
}

/// One file that left before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The release and the file's name in it, such as `EX-7/table1.csv`.
    pub label: String,
    /// Its part of [`Before::spool`]; or why it cannot be read back, for people.
    pub bytes: Result<Part, String>,
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it begins.
    pub start: u64,
    /// How many bytes it has.
    pub length: u64,
}

impl Before {
    /// The files as the checks take them: each is read when it is asked for.
    pub fn inputs(self) -> impl Iterator<Item = Input> + Send {
        let Self { spool, files } = self;
        files.into_iter().map(move |Earlier { label, bytes }| {
            let read = bytes.and_then(|part| {
                let spool = spool.as_ref().ok_or("it was not handed over")?;
                part.read(spool).map_err(|error| format!("it could not be read back: {error}"))
            });
            let source = read.map_or_else(|why| Source::Unread { why }, Source::Bytes);
            Input { path: label, supporting: false, source }
        })
    }
}

impl Part {
    fn read(self, file: &File) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.length).map_err(std::io::Error::other)?];
        file.read_exact_at(&mut bytes, self.start)?;
        Ok(bytes)
    }
}

/// What the checks say of one file.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// The report.
    pub report: FileReport,
    /// For a picture: the canonical re-encoding, a PNG that leaves in its place.
    pub picture: Option<Encoded>,
    /// For a file with tables: its rendition as text, for people to look at.
    pub rendition: Option<Spooled>,
}

/// A picture encoded anew.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// The bytes, a PNG.
    pub png: Vec<u8>,
    /// How large it is, and what was left out of it.
    pub drawn: Drawn,
}

/// Bytes that lie in a part of a file until they are kept.
#[derive(Clone, Debug)]
pub struct Spooled {
    /// The file.
    pub file: Arc<File>,
    /// The part of it.
    pub part: Part,
}

impl Spooled {
    /// Copies the bytes, a block at a time.
    ///
    /// # Errors
    /// What either end says.
    pub fn copy(&self, into: &mut dyn Write) -> std::io::Result<()> {
        let mut block = vec![0; 64 << 10];
        let (mut at, end) = (self.part.start, self.part.start.saturating_add(self.part.length));
        while at < end {
            let size = usize::try_from(end - at).map_or(block.len(), |left| left.min(block.len()));
            self.file.read_exact_at(&mut block[..size], at)?;
            into.write_all(&block[..size])?;
            at += size as u64;
        }
        Ok(())
    }
}

impl Inspected {
    /// What the checks say, with the tables written as text into a file of its own, made by `spool`.
    ///
    /// # Errors
    /// What that file says.
    pub fn of(
        checked: exeat_checks::Checked,
        spool: impl FnOnce() -> std::io::Result<File>,
    ) -> std::io::Result<Self> {
        let rendition = if checked.tables.is_empty() {
            None
        } else {
            let mut file = std::io::BufWriter::new(spool()?);
            exeat_checks::rendition::write(&checked, &mut file)?;
            let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            let part = Part { start: 0, length: file.metadata()?.len() };
            Some(Spooled { file: Arc::new(file), part })
        };
        let encoded =
            |picture: exeat_checks::picture::Picture| Encoded { drawn: picture.drawn(), png: picture.png };
        Ok(Self { report: checked.report, picture: checked.picture.map(encoded), rendition })
    }
}

/// Where a copy of everything that was released is kept, unprotected, for the site.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Puts a ZIP into `Sent to <person>`, under `name` or the first free `-2`, `-3` of it: whole, durable, and never
    /// over another. If one of these names already holds exactly these bytes, that is the copy: a resumed release
    /// makes no second one.
    async fn put(&self, person: &str, name: &str, zip: PathBuf) -> Result<ArchiveCopy, Failure>;

    /// A copy, opened for reading, seen to hold what it held when it was put there.
    ///
    /// # Errors
    /// [`Failure`] where it is gone or holds something else.
    async fn open(&self, copy: &ArchiveCopy) -> Result<File, Failure>;

    /// Removes what an interrupted [`Archive::put`] has left; gives how many files.
    async fn sweep(&self) -> Result<usize, Failure>;
}

/// The folder for temporary files: one folder a request, so that what must be gone at the end is known beforehand.
#[async_trait]
pub trait Scratch: Send + Sync {
    /// The request's folder, made if need be, readable by the desk alone.
    async fn folder(&self, request: RequestId) -> Result<PathBuf, Failure>;

    /// An open file without a name: it is gone with the last one that holds it, whatever happens.
    async fn nameless(&self) -> Result<File, Failure>;

    /// Removes the request's folder and all in it, and sees that it is gone; gives how many files there were.
    async fn wipe(&self, request: RequestId) -> Result<usize, Failure>;

    /// The requests that have a folder.
    async fn list(&self) -> Result<Vec<RequestId>, Failure>;
}
