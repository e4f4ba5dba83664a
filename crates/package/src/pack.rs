//! Packing reviewed files into one protected ZIP, a plain one, or several parts.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use exeat_domain::digest::Sha256;
use sha2::Digest;

use crate::container::{EntryWriter, Held, ZipWriter};
use crate::contents::{Reviewed, check_names};
use crate::deflate::{Body, Method};
use crate::error::PackError;
use crate::password::ZipPassword;
use crate::place::{Complete, Place, folder_of};
use crate::split::{TooBig, plan};

/// Name of the only entry that shows when names are hidden.
pub(crate) const INNER_NAME: &str = "files.zip";

/// More than the records of one entry and of the end take, but for the name: used to announce lengths.
const MOST_RECORDS: u64 = 300;

/// Whether a person without the password sees names and sizes of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// They do: ZIP encrypts contents only.
    Shown,
    /// They see one `files.zip`, which is encrypted and holds the files.
    Hidden,
}

/// How a package is protected.
#[derive(Clone, Debug)]
pub enum Protection {
    /// Not at all: the copy in the archive.
    None,
    /// With AES-256 (AE-2: no checksum of the content shows).
    Password {
        /// The password.
        password: ZipPassword,
        /// Whether names show.
        names: Names,
    },
}

/// What to pack and how.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The files, in the order that they get in the package.
    pub files: &'a [Reviewed],
    /// How they are protected.
    pub protection: &'a Protection,
    /// The local time that every entry carries (ZIP knows no time zone).
    pub modified: NaiveDateTime,
}

/// A file in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The file as it was reviewed.
    pub file: Reviewed,
    /// What it takes in the package, in bytes, with its records.
    pub bytes: u64,
}

/// A package that is complete and durable on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// What it holds, in order.
    pub files: Vec<Packed>,
}

/// Which of several packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Counts from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

/// Packs files into one ZIP at `to`. `open` gives the bytes of a file; they are read once.
///
/// The ZIP gets its name when it is whole and on disk, readable for its owner only; a file that is there already
/// is not overwritten, and after an error nothing is left behind.
///
/// # Errors
/// [`PackError`]: a bad name, bytes that cannot be read or are not those that were reviewed, or a failing disk.
pub fn pack<R: Read>(
    order: &Order<'_>,
    mut open: impl FnMut(&Reviewed) -> io::Result<R>,
    to: &Path,
) -> Result<Written, PackError> {
    check(order)?;
    refuse_existing(to)?;
    let files: Vec<_> = order.files.iter().collect();
    Draft::write(order, &files, &mut open, &folder_of(to))?.keep(to)
}

/// Packs files into as few ZIPs in `folder` as first-fit finds, each of at most `limit` bytes; `name` names them.
/// All of them are written, or none.
///
/// What a file takes is known once it is packed: everything is packed together first, and again in parts if that
/// is too big. `open` is therefore called up to twice for a file.
///
/// # Errors
/// As [`pack`], and [`PackError::TooBig`] for a file that no part can hold.
pub fn pack_parts<R: Read>(
    order: &Order<'_>,
    mut open: impl FnMut(&Reviewed) -> io::Result<R>,
    folder: &Path,
    name: impl Fn(Part) -> String,
    limit: u64,
) -> Result<Vec<Written>, PackError> {
    check(order)?;
    let files: Vec<_> = order.files.iter().collect();
    let whole = Draft::write(order, &files, &mut open, folder)?;
    let drafts = if whole.complete.bytes <= limit {
        vec![whole]
    } else {
        let parts = whole.split(limit)?;
        drop(whole);
        let part = |at: Vec<usize>| {
            let files: Vec<_> = at.into_iter().map(|at| &order.files[at]).collect();
            Draft::write(order, &files, &mut open, folder)?.at_most(limit)
        };
        parts.into_iter().map(part).collect::<Result<Vec<_>, _>>()?
    };
    keep_all(drafts, |part| folder.join(name(part)))
}

fn check(order: &Order<'_>) -> Result<(), PackError> {
    if order.files.is_empty() {
        return Err(PackError::Empty);
    }
    Ok(check_names(order.files.iter().map(|file| file.name.as_str()))?)
}

fn refuse_existing(path: &Path) -> Result<(), PackError> {
    if path.symlink_metadata().is_ok() { Err(PackError::Exists { path: path.to_owned() }) } else { Ok(()) }
}

fn keep_all(drafts: Vec<Draft>, path: impl Fn(Part) -> PathBuf) -> Result<Vec<Written>, PackError> {
    let of = drafts.len();
    let mut kept: Vec<Written> = Vec::new();
    for (number, draft) in (1..).zip(drafts) {
        match draft.keep(&path(Part { number, of })) {
            Ok(written) => kept.push(written),
            Err(error) => {
                // The first error is the one to report; what cannot be removed is in the folder that is wiped.
                kept.iter().for_each(|part| drop(std::fs::remove_file(&part.path)));
                return Err(error);
            }
        }
    }
    Ok(kept)
}

/// A package that is complete but has no name yet; dropped, it is removed.
struct Draft {
    complete: Complete,
    files: Vec<Packed>,
}

impl Draft {
    fn write<R: Read>(
        order: &Order<'_>,
        files: &[&Reviewed],
        open: &mut impl FnMut(&Reviewed) -> io::Result<R>,
        folder: &Path,
    ) -> Result<Self, PackError> {
        let write_error = |source| PackError::Write { path: folder.to_owned(), source };
        let place = Place::in_folder(folder).map_err(write_error)?;
        let (place, files) = write_zip(order, files, open, place).map_err(|failure| match failure {
            Failure::Pack(error) => error,
            Failure::Write(source) => write_error(source),
        })?;
        Ok(Self { complete: place.complete().map_err(write_error)?, files })
    }

    /// The parts of at most `limit` bytes each, as positions. What a part needs beside its files is no more than
    /// what this whole needed, and no file takes more in a part than it took here.
    fn split(&self, limit: u64) -> Result<Vec<Vec<usize>>, TooBig> {
        let beside = self.complete.bytes - self.files.iter().map(|packed| packed.bytes).sum::<u64>();
        let files: Vec<_> =
            self.files.iter().map(|packed| (packed.file.name.as_str(), packed.bytes)).collect();
        plan(&files, limit.saturating_sub(beside))
    }

    /// Holds the promise of [`Draft::split`].
    fn at_most(self, limit: u64) -> Result<Self, PackError> {
        match self.files.iter().max_by_key(|packed| packed.bytes) {
            Some(largest) if self.complete.bytes > limit => Err(PackError::TooBig(TooBig {
                name: largest.file.name.clone(),
                bytes: self.complete.bytes,
                limit,
            })),
            _ => Ok(self),
        }
    }

    fn keep(self, path: &Path) -> Result<Written, PackError> {
        let Complete { sha256, bytes, .. } = self.complete;
        self.complete.keep(path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => PackError::Exists { path: path.to_owned() },
            _ => PackError::Write { path: path.to_owned(), source },
        })?;
        Ok(Written { path: path.to_owned(), bytes, sha256, files: self.files })
    }
}

/// An error of the sources, which says what it is, or one of the output.
enum Failure {
    Pack(PackError),
    Write(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

fn write_zip<R: Read, W: Write>(
    order: &Order<'_>,
    files: &[&Reviewed],
    open: &mut impl FnMut(&Reviewed) -> io::Result<R>,
    out: W,
) -> Result<(W, Vec<Packed>), Failure> {
    let mut zip = ZipWriter::new(out, order.modified);
    let packed = match order.protection {
        Protection::None => add_files(&mut zip, None, files, open)?,
        Protection::Password { password, names: Names::Shown } => {
            add_files(&mut zip, Some(password), files, open)?
        }
        Protection::Password { password, names: Names::Hidden } => {
            let most = files.iter().map(|file| most_packed(file)).sum::<u64>() + MOST_RECORDS;
            let entry = zip.begin(INNER_NAME, Method::Stored, most, Some(password))?;
            let mut inner = ZipWriter::new(entry, order.modified);
            let packed = add_files(&mut inner, None, files, open)?;
            let entry = inner.finish()?;
            let bytes = entry.written();
            entry.finish(Held { crc: 0, bytes })?;
            packed
        }
    };
    Ok((zip.finish()?, packed))
}

/// More than a file can take in a plain ZIP: deflate adds less than one byte in a hundred.
fn most_packed(file: &Reviewed) -> u64 {
    file.bytes + file.bytes / 100 + 2 * file.name.len() as u64 + MOST_RECORDS
}

fn add_files<R: Read, W: Write>(
    zip: &mut ZipWriter<W>,
    password: Option<&ZipPassword>,
    files: &[&Reviewed],
    open: &mut impl FnMut(&Reviewed) -> io::Result<R>,
) -> Result<Vec<Packed>, Failure> {
    files.iter().map(|file| add_file(zip, password, file, open)).collect()
}

fn add_file<R: Read, W: Write>(
    zip: &mut ZipWriter<W>,
    password: Option<&ZipPassword>,
    file: &Reviewed,
    open: &mut impl FnMut(&Reviewed) -> io::Result<R>,
) -> Result<Packed, Failure> {
    let read_error = |source| Failure::Pack(PackError::Read { name: file.name.clone(), source });
    let mut source = Checked::new(open(file).map_err(read_error)?, file);
    let result = write_entry(zip, password, file, &mut source);
    // The source's own error comes first: it may have stopped the writing.
    let held = source.finish().map_err(Failure::Pack);
    match result {
        Ok(entry) => Ok(Packed { file: file.clone(), bytes: entry.finish(held?)? }),
        Err(error) => Err(held.err().unwrap_or(Failure::Write(error))),
    }
}

fn write_entry<'zip, W: Write>(
    zip: &'zip mut ZipWriter<W>,
    password: Option<&ZipPassword>,
    file: &Reviewed,
    source: impl Read,
) -> io::Result<EntryWriter<'zip, W>> {
    let body = Body::open(source)?;
    let mut entry = zip.begin(&file.name, body.method(), file.bytes, password)?;
    body.write_to(&mut entry)?;
    Ok(entry)
}

/// Holds what is read against what was reviewed.
struct Checked<'a, R> {
    source: R,
    file: &'a Reviewed,
    digest: sha2::Sha256,
    crc: crc32fast::Hasher,
    bytes: u64,
    failed: Option<io::Error>,
}

impl<'a, R: Read> Checked<'a, R> {
    fn new(source: R, file: &'a Reviewed) -> Self {
        let (digest, crc) = (sha2::Sha256::new(), crc32fast::Hasher::new());
        Self { source, file, digest, crc, bytes: 0, failed: None }
    }

    /// What was read, if it is all of what was reviewed.
    fn finish(self) -> Result<Held, PackError> {
        let name = self.file.name.clone();
        if let Some(source) = self.failed {
            return Err(PackError::Read { name, source });
        }
        let sha256 = Sha256(self.digest.finalize().into());
        if self.bytes != self.file.bytes || sha256 != self.file.sha256 {
            return Err(PackError::Changed { name });
        }
        Ok(Held { crc: self.crc.finalize(), bytes: self.bytes })
    }
}

impl<R: Read> Read for Checked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.source.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                let copy = io::Error::new(error.kind(), error.to_string());
                self.failed = Some(error);
                return Err(copy);
            }
        };
        self.bytes += read as u64;
        if self.bytes > self.file.bytes {
            return Err(io::Error::other("longer than what was reviewed"));
        }
        self.digest.update(&buffer[..read]);
        self.crc.update(&buffer[..read]);
        Ok(read)
    }
}
