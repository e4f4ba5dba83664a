//! The archive as a folder: `Sent to <person>/<name>`, whole, durable and never over another.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use exeat_desk::ports::{Archive, Failure, Port};
use exeat_domain::release::ArchiveCopy;
use exeat_domain::{digest, name, path};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use crate::entry::Kind;
use crate::likeness::caseless;
use crate::root::{Place, Root, blocking};
use crate::said::errno;
use crate::temporary::Temporary;
use crate::tree::{Base, Folder, Keep, New};

pub(crate) const PLACE: Place = Place {
    port: Port::Archive,
    what: "the archive",
    gone: "archive-gone",
    full: "archive-full",
    denied: "archive-denied",
    broken: "archive-broken",
};

/// The last `-N` that is tried for one name.
const LAST: u32 = 9_999;

/// How every person's folder begins.
const SENT_TO: &str = "Sent to ";

/// A mounted folder as the archive. Who may read what is put there is the folder's business: files and folders get
/// the rights that the process's mask leaves them.
///
/// A name is taken, too, where it differs only in case or in how accents are written, because that is one name to
/// Windows. Where the file system knows neither a rename that never replaces nor a second name for a file, nothing is
/// put: `archive-unsafe`.
#[derive(Debug)]
pub struct FolderArchive(pub(crate) Arc<Root>);

impl FolderArchive {
    /// Opens the archive, which has to be there: it is never made.
    ///
    /// # Errors
    /// [`Failure`] `archive-gone` where there is no such folder, `archive-denied` where the desk may not open it.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Failure> {
        Root::open(root.into(), &PLACE).map(|root| Self(Arc::new(root)))
    }
}

#[async_trait]
impl Archive for FolderArchive {
    async fn put(&self, person: &str, name: &str, zip: PathBuf) -> Result<ArchiveCopy, Failure> {
        let (root, person, name) = (Arc::clone(&self.0), person.to_owned(), name.to_owned());
        blocking(&PLACE, move || root.blamed(put(&*root, &person, &name, &zip))).await
    }

    async fn open(&self, copy: &ArchiveCopy) -> Result<File, Failure> {
        let (root, copy) = (Arc::clone(&self.0), copy.clone());
        blocking(&PLACE, move || {
            let opened = opened(&*root, &copy, |_| Ok(())).and_then(|file| {
                let mut file = file.into_std();
                file.rewind().map_err(|error| lost(&copy, "archive-lost", "cannot be read", &error))?;
                Ok(file)
            });
            root.blamed(opened)
        })
        .await
    }

    async fn sweep(&self) -> Result<usize, Failure> {
        let root = Arc::clone(&self.0);
        blocking(&PLACE, move || root.blamed(sweep(&*root))).await
    }
}

/// Puts the ZIP into the person's folder, and gives where it lies.
pub(crate) fn put<B: Base<Folder: Keep>>(
    root: &B,
    person: &str,
    wanted: &str,
    zip: &Path,
) -> Result<ArchiveCopy, Failure> {
    let failed = |error: io::Error| root.failure(&error);
    let dir = root.still()?;
    let (person, folder) = persons_folder(root, dir, &format!("{SENT_TO}{}", name::safe(person)))?;
    let mut new = folder.begin().map_err(failed)?;
    let copy = copied(root, zip, &mut new)?;
    let name = placed(root, &folder, &mut new, &Names::of(wanted), &copy)?;
    folder.settle().and_then(|()| dir.settle()).map_err(failed)?;
    Ok(ArchiveCopy { path: format!("{person}/{name}"), sha256: copy.sha256, bytes: copy.bytes })
}

/// Opens a copy, reading it once, and passing it on, to see that it is what was put there.
pub(crate) fn opened<B: Base>(
    root: &B,
    copy: &ArchiveCopy,
    to: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<<B::Folder as Folder>::File, Failure> {
    let (person, name) = copy
        .path
        .split_once('/')
        .filter(|(person, name)| !person.is_empty() && !name.contains('/'))
        .ok_or_else(|| lost(copy, "archive-lost", "is no name of a copy", &""))?;
    let file = root.still()?.folder(OsStr::new(person)).and_then(|folder| folder.file(OsStr::new(name)));
    let mut file = file.map_err(|error| lost(copy, "archive-lost", "cannot be opened", &error))?;
    let found =
        hashed(&mut file, to).map_err(|error| lost(copy, "archive-lost", "cannot be read", &error))?;
    if found == (Content { sha256: copy.sha256, bytes: copy.bytes }) {
        Ok(file)
    } else {
        Err(lost(copy, "archive-changed", "is not what was put there", &found.sha256))
    }
}

/// A copy that is not what it was.
pub(crate) fn lost(
    copy: &ArchiveCopy,
    code: &'static str,
    what: &str,
    detail: &dyn std::fmt::Display,
) -> Failure {
    let shown = path::shown(&copy.path);
    let message = format!(
        "“{shown}” in the archive {what}, so nothing can be compared with that release. Put it back from a backup."
    );
    Failure::new(Port::Archive, code, message, detail)
}

/// What a file holds.
#[derive(PartialEq, Eq)]
struct Content {
    sha256: digest::Sha256,
    bytes: u64,
}

/// The folder of this name, or the one that differs only in case; made if there is none.
fn persons_folder<B: Base<Folder: Keep>>(
    root: &B,
    dir: &B::Folder,
    wanted: &str,
) -> Result<(String, B::Folder), Failure> {
    let failed = |error: io::Error| root.failure(&error);
    let name = match same_name(dir, wanted).map_err(failed)? {
        Some(name) => name,
        None => match dir.make_folder(OsStr::new(wanted)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => wanted.to_owned(),
        },
    };
    let kind = dir.about(OsStr::new(&name)).map_err(failed)?.kind;
    if kind == Kind::Folder {
        let folder = dir.folder(OsStr::new(&name)).map_err(failed)?;
        return Ok((name, folder));
    }
    let (shown, at) = (path::shown(&name), path::shown(&root.place()));
    let message = format!(
        "In the archive ({at}), “{shown}” is not a folder, so nothing can be put in it. Move it away; the release then goes on by itself."
    );
    Err(Failure::new(Port::Archive, "archive-blocked", message, format!("{kind:?}")))
}

/// What a folder calls this name: exactly so, else the first that differs only in case.
fn same_name(dir: &impl Folder, wanted: &str) -> io::Result<Option<String>> {
    match dir.about(OsStr::new(wanted)) {
        Ok(_) => return Ok(Some(wanted.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let alike = caseless(wanted);
    let names = names_of(dir)?;
    Ok(names.into_iter().find(|name| caseless(name) == alike))
}

fn names_of(dir: &impl Folder) -> io::Result<Vec<String>> {
    let mut names = vec![];
    for entry in dir.entries()? {
        names.extend(entry?.name.into_string().ok());
    }
    names.sort();
    Ok(names)
}

fn copied(root: &impl Base, zip: &Path, into: &mut impl Write) -> Result<Content, Failure> {
    let unread = |error: io::Error| {
        let message =
            "The ZIP for the archive is not in the scratch folder any more. It is made again by itself.";
        Failure::new(Port::Archive, "archive-source", message, format!("{}: {error}", zip.display()))
    };
    #[allow(clippy::disallowed_methods, reason = "the desk's own file, made a step before")]
    let mut from = File::open(zip).map_err(unread)?;
    let mut unwritten = false;
    let content = hashed(&mut from, |chunk| into.write_all(chunk).inspect_err(|_| unwritten = true));
    content.map_err(|error| if unwritten { root.failure(&error) } else { unread(error) })
}

/// Reads to the end, passing everything on; gives what there was.
fn hashed(from: &mut impl Read, mut to: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<Content> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut chunk = vec![0; 256 * 1024];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(Content { sha256: digest::Sha256(hash.finalize().into()), bytes }),
            Ok(read) => {
                hash.update(&chunk[..read]);
                bytes += read as u64;
                to(&chunk[..read])?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether a name of a folder is a file with this content.
fn holds(folder: &impl Folder, name: &str, content: &Content) -> io::Result<bool> {
    match folder.about(OsStr::new(name)) {
        Ok(about) if about.kind == Kind::File && about.stamp.bytes == content.bytes => {}
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    let mut file = folder.file(OsStr::new(name))?;
    hashed(&mut file, |_| Ok(())).map(|found| found == *content)
}

/// A name and its `-2`, `-3`, ….
struct Names {
    stem: String,
    extension: String,
}

impl Names {
    fn of(wanted: &str) -> Self {
        let safe = name::safe(wanted);
        // A sweep would take it for what an interrupted put has left.
        let safe = if Temporary::is_one(&safe) { format!("_{safe}") } else { safe };
        let (stem, extension) = name::split(&safe);
        Self { stem: stem.to_owned(), extension: extension.to_owned() }
    }

    fn nth(&self, number: u32) -> String {
        let Self { stem, extension } = self;
        if number == 1 { format!("{stem}{extension}") } else { format!("{stem}-{number}{extension}") }
    }

    /// Whether a name is one of these.
    fn has(&self, name: &str) -> bool {
        let middle = caseless(name)
            .strip_prefix(&caseless(&self.stem))
            .and_then(|rest| rest.strip_suffix(&caseless(&self.extension)).map(str::to_owned));
        middle.is_some_and(|middle| {
            middle.is_empty()
                || middle.strip_prefix('-').is_some_and(|number| {
                    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
                })
        })
    }

    /// The one of these names, among those that are there, that holds this content.
    fn holding(
        &self,
        folder: &impl Folder,
        there: &[String],
        content: &Content,
    ) -> io::Result<Option<String>> {
        for name in there.iter().filter(|name| self.has(name)) {
            if holds(folder, name, content)? {
                return Ok(Some(name.clone()));
            }
        }
        Ok(None)
    }

    /// The first of these names that is none of those that are there.
    fn free(&self, there: &[String]) -> Option<String> {
        let taken: BTreeSet<String> = there.iter().map(|name| caseless(name)).collect();
        (1..=LAST).map(|number| self.nth(number)).find(|name| !taken.contains(&caseless(name)))
    }
}

/// Gives the name that holds this content already, or puts the file under the first that is free. Where a concurrent
/// put takes that, it is seen again what is there, so that no content is put twice.
fn placed<B: Base<Folder: Keep>>(
    root: &B,
    folder: &B::Folder,
    new: &mut impl New,
    names: &Names,
    content: &Content,
) -> Result<String, Failure> {
    let failed = |error: io::Error| root.failure(&error);
    loop {
        let there = names_of(folder).map_err(failed)?;
        if let Some(name) = names.holding(folder, &there, content).map_err(failed)? {
            return Ok(name);
        }
        let Some(name) = names.free(&there) else { return Err(crowded(root, names)) };
        if new.place(&name).map_err(|error| unsafe_or(root, &error))? {
            return Ok(name);
        }
    }
}

fn crowded(root: &impl Base, names: &Names) -> Failure {
    let message = format!(
        "The archive holds {LAST} files called “{}”. Move some of them away; the release then goes on by itself.",
        names.nth(1)
    );
    Failure::new(Port::Archive, "archive-crowded", message, root.place())
}

/// Linking that is not permitted, on a file system where renaming might replace.
pub(crate) fn unsafe_or(root: &impl Base, error: &io::Error) -> Failure {
    match errno(error) {
        Some(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK) => {
            let message = format!(
                "The file system of the archive ({}) cannot put a file in place without the danger of replacing another. Move the archive to one that can.",
                root.place()
            );
            Failure::new(Port::Archive, "archive-unsafe", message, error)
        }
        _ => root.failure(error),
    }
}

/// Removes what interrupted puts have left; gives how many files.
pub(crate) fn sweep<B: Base<Folder: Keep>>(root: &B) -> Result<usize, Failure> {
    let dir = root.still()?;
    let swept = || {
        let mut removed = 0;
        for name in names_of(dir)? {
            let persons = caseless(&name).starts_with(&caseless(SENT_TO));
            if persons && dir.about(OsStr::new(&name))?.kind == Kind::Folder {
                removed += dir.folder(OsStr::new(&name))?.sweep()?;
            }
        }
        Ok(removed)
    };
    swept().map_err(|error| root.failure(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_archive_says_so_and_is_not_taken_for_a_lost_zip() {
        let at = tempfile::tempdir().unwrap();
        let root = Root::open(at.path().to_owned(), &PLACE).unwrap();
        let zip = tempfile::NamedTempFile::new().unwrap();
        zip.as_file().write_all(b"zip").unwrap();
        let mut full = File::options().write(true).open("/dev/full").unwrap();
        let code = |copied: Result<Content, Failure>| copied.err().map(|failure| failure.code);
        assert_eq!(code(copied(&root, zip.path(), &mut full)), Some("archive-full"));
        assert_eq!(code(copied(&root, &at.path().join("nowhere"), &mut full)), Some("archive-source"));
        assert_eq!(unsafe_or(&root, &Errno::PERM.into()).code, "archive-unsafe");
        assert_eq!(unsafe_or(&root, &Errno::NOSPC.into()).code, "archive-full");
    }

    #[test]
    fn only_a_number_makes_another_of_the_same_name() {
        let names = Names::of("EX-7 20261123.zip");
        assert_eq!([names.nth(1), names.nth(2)], ["EX-7 20261123.zip", "EX-7 20261123-2.zip"]);
        for (name, has) in [
            ("ex-7 20261123.ZIP", true),
            ("EX-7 20261123-10.zip", true),
            ("EX-7 20261123-.zip", false),
            ("EX-7 20261123-b.zip", false),
            ("EX-7 202611230.zip", false),
            ("EX-7 20261123", false),
        ] {
            assert_eq!(names.has(name), has, "{name}");
        }
        let all = |most: u32| (1..=most).map(|number| names.nth(number)).collect::<Vec<_>>();
        assert_eq!(names.free(&all(3)).as_deref(), Some("EX-7 20261123-4.zip"));
        assert_eq!(names.free(&all(LAST)), None);
    }
}
