//! The archive as a folder: `Sent to <person>/<name>`, whole, durable and never over another.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use cap_std::fs::Dir;
use exeat_desk::ports::{Archive, Failure, Port};
use exeat_domain::release::ArchiveCopy;
use exeat_domain::{digest, name, path};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use crate::entry::{self, Kind};
use crate::likeness::caseless;
use crate::root::{Place, Root, blocking, keep};
use crate::temporary::Temporary;

const PLACE: Place = Place {
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
        blocking(&PLACE, move || root.blamed(put(&root, &person, &name, &zip))).await
    }

    async fn open(&self, copy: &ArchiveCopy) -> Result<File, Failure> {
        let (root, copy) = (Arc::clone(&self.0), copy.clone());
        blocking(&PLACE, move || root.blamed(open(&root, &copy))).await
    }

    async fn sweep(&self) -> Result<usize, Failure> {
        let root = Arc::clone(&self.0);
        blocking(&PLACE, move || {
            let swept = root.still().and_then(|dir| sweep(dir).map_err(|error| root.failure(&error)));
            root.blamed(swept)
        })
        .await
    }
}

fn put(root: &Root, person: &str, wanted: &str, zip: &Path) -> Result<ArchiveCopy, Failure> {
    let failed = |error: io::Error| root.failure(&error);
    let dir = root.still()?;
    let (person, folder) = persons_folder(root, dir, &format!("{SENT_TO}{}", name::safe(person)))?;
    let mut temporary = Temporary::new(&folder, 0o666).map_err(failed)?;
    let copy = copied(root, zip, &mut temporary.file)?;
    let name = placed(root, &folder, &mut temporary, &Names::of(wanted), &copy)?;
    keep(&folder).and_then(|()| keep(dir)).map_err(failed)?;
    Ok(ArchiveCopy { path: format!("{person}/{name}"), sha256: copy.sha256, bytes: copy.bytes })
}

/// Opens a copy, reading it once to see that it is what was put there.
fn open(root: &Root, copy: &ArchiveCopy) -> Result<File, Failure> {
    let shown = path::shown(&copy.path);
    let lost = |code, what: &str, detail: String| {
        let message = format!(
            "“{shown}” in the archive {what}, so nothing can be compared with that release. Put it back from a backup."
        );
        Failure::new(Port::Archive, code, message, detail)
    };
    let (person, name) = copy
        .path
        .split_once('/')
        .filter(|(person, name)| !person.is_empty() && !name.contains('/'))
        .ok_or_else(|| lost("archive-lost", "is no name of a copy", String::new()))?;
    let opened = entry::open_folder(root.still()?, OsStr::new(person))
        .and_then(|folder| entry::open_file(&folder, OsStr::new(name)));
    let mut file = opened.map_err(|error| lost("archive-lost", "cannot be opened", error.to_string()))?;
    let found = hashed(&mut file, |_| Ok(()))
        .map_err(|error| lost("archive-lost", "cannot be read", error.to_string()))?;
    if found != (Content { sha256: copy.sha256, bytes: copy.bytes }) {
        return Err(lost("archive-changed", "is not what was put there", found.sha256.to_string()));
    }
    let mut file = file.into_std();
    file.rewind().map_err(|error| lost("archive-lost", "cannot be read", error.to_string()))?;
    Ok(file)
}

/// What a file holds.
#[derive(PartialEq, Eq)]
struct Content {
    sha256: digest::Sha256,
    bytes: u64,
}

/// The folder of this name, or the one that differs only in case; made if there is none.
fn persons_folder(root: &Root, dir: &Dir, wanted: &str) -> Result<(String, Dir), Failure> {
    let failed = |error: io::Error| root.failure(&error);
    let name = match same_name(dir, wanted).map_err(failed)? {
        Some(name) => name,
        None => match dir.create_dir(wanted) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => wanted.to_owned(),
        },
    };
    let kind = Kind::of(&dir.symlink_metadata(&name).map_err(failed)?);
    if kind == Kind::Folder {
        let folder = entry::open_folder(dir, OsStr::new(&name)).map_err(failed)?;
        return Ok((name, folder));
    }
    let (shown, at) = (path::shown(&name), path::shown(&root.path.display().to_string()));
    let message = format!(
        "In the archive ({at}), “{shown}” is not a folder, so nothing can be put in it. Move it away; the release then goes on by itself."
    );
    Err(Failure::new(Port::Archive, "archive-blocked", message, format!("{kind:?}")))
}

/// What a folder calls this name: exactly so, else the first that differs only in case.
fn same_name(dir: &Dir, wanted: &str) -> io::Result<Option<String>> {
    match dir.symlink_metadata(wanted) {
        Ok(_) => return Ok(Some(wanted.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let alike = caseless(wanted);
    let names = names_of(dir)?;
    Ok(names.into_iter().find(|name| caseless(name) == alike))
}

fn names_of(dir: &Dir) -> io::Result<Vec<String>> {
    let mut names = vec![];
    for entry in dir.entries()? {
        names.extend(entry?.file_name().into_string().ok());
    }
    names.sort();
    Ok(names)
}

fn copied(root: &Root, zip: &Path, into: &mut File) -> Result<Content, Failure> {
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
fn holds(folder: &Dir, name: &str, content: &Content) -> io::Result<bool> {
    match folder.symlink_metadata(name) {
        Ok(metadata) if metadata.is_file() && metadata.len() == content.bytes => {}
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    let mut file = entry::open_file(folder, OsStr::new(name))?;
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
    fn holding(&self, folder: &Dir, there: &[String], content: &Content) -> io::Result<Option<String>> {
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
fn placed(
    root: &Root,
    folder: &Dir,
    temporary: &mut Temporary,
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
        if temporary.place(&name).map_err(|error| unsafe_or(root, &error))? {
            return Ok(name);
        }
    }
}

fn crowded(root: &Root, names: &Names) -> Failure {
    let message = format!(
        "The archive holds {LAST} files called “{}”. Move some of them away; the release then goes on by itself.",
        names.nth(1)
    );
    Failure::new(Port::Archive, "archive-crowded", message, folder_of(root))
}

fn folder_of(root: &Root) -> String {
    root.path.display().to_string()
}

/// Linking that is not permitted, on a file system where renaming might replace.
pub(crate) fn unsafe_or(root: &Root, error: &io::Error) -> Failure {
    match Errno::from_io_error(error) {
        Some(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK) => {
            let message = format!(
                "The file system of the archive ({}) cannot put a file in place without the danger of replacing another. Move the archive to one that can.",
                folder_of(root)
            );
            Failure::new(Port::Archive, "archive-unsafe", message, error)
        }
        _ => root.failure(error),
    }
}

fn sweep(dir: &Dir) -> io::Result<usize> {
    let mut removed = 0;
    for name in names_of(dir)? {
        let persons = caseless(&name).starts_with(&caseless(SENT_TO));
        if persons && dir.symlink_metadata(&name)?.is_dir() {
            removed += Temporary::sweep(&entry::open_folder(dir, OsStr::new(&name))?)?;
        }
    }
    Ok(removed)
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
