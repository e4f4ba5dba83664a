//! From paths to open files: folders are walked, links and devices are named but never followed or opened.
#![allow(clippy::disallowed_methods, reason = "the binary opens the files that were named to it")]

use std::collections::BTreeSet;
use std::fs::{self, File, FileType};
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use exeat_checks::{Input, Source};
use indicatif::ProgressBar;
use rustix::fs::{Mode, OFlags};

/// A file up to this many bytes is read at once: thousands of them would need more open files than a process may have.
const SMALL: u64 = 8 << 20;

/// What the paths came to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Every file, outputs first, each argument in its turn and folders in the order of names.
    pub(super) inputs: Vec<Input>,
    /// Where each input lies.
    pub(super) places: Vec<PathBuf>,
    /// Paths that are missing or may not be opened.
    pub(super) problems: Vec<String>,
}

/// Finds and opens the files; one that is named as supporting is no output, even if a folder of outputs holds it. Folders
/// of what was `released` before are left out where another folder holds them.
pub(super) fn find(
    outputs: Vec<PathBuf>,
    supporting: Vec<PathBuf>,
    released: &[PathBuf],
    progress: &ProgressBar,
) -> Found {
    let mut walk =
        Walk { found: Found::default(), supporting: true, seen: BTreeSet::new(), released, progress };
    supporting.into_iter().for_each(|path| walk.argument(path));
    let evidence = std::mem::take(&mut walk.found);
    walk.supporting = false;
    outputs.into_iter().for_each(|path| walk.argument(path));
    let mut found = walk.found;
    found.inputs.extend(evidence.inputs);
    found.places.extend(evidence.places);
    found.problems.extend(evidence.problems);
    found
}

struct Walk<'a> {
    found: Found,
    supporting: bool,
    seen: BTreeSet<PathBuf>,
    released: &'a [PathBuf],
    progress: &'a ProgressBar,
}

impl Walk<'_> {
    /// A path that somebody typed: one that is missing or may not be opened is a mistake of theirs, not a file.
    fn argument(&mut self, path: PathBuf) {
        match fs::symlink_metadata(&path) {
            Err(error) => self.problem(&path, &why(&error)),
            Ok(metadata) if metadata.is_dir() => self.folder(&path, true),
            Ok(metadata) => match opened(&path, metadata.file_type()) {
                Ok(source) => self.take(path, source),
                Err(error) => self.problem(&path, &why(&error)),
            },
        }
    }

    fn folder(&mut self, folder: &Path, typed: bool) {
        let listed = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match listed {
            Ok(entries) => entries,
            Err(error) => {
                self.problem(folder, &why(&error));
                if !typed {
                    let why = format!("the folder could not be listed: {}", why(&error));
                    self.take(folder.to_owned(), Source::Unread { why });
                }
                return;
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            // Joined with the name as it was read: an argument of `.` or `dir/` stays as it was typed.
            let path = folder.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && self.was_released(&path) => {}
                Ok(kind) if kind.is_dir() => self.folder(&path, false),
                Ok(kind) => match opened(&path, kind) {
                    Ok(source) => self.take(path, source),
                    Err(error) => self.unopened(path, &error),
                },
                Err(error) => self.unopened(path, &error),
            }
        }
    }

    /// Whether a folder is one of what was released before.
    fn was_released(&self, folder: &Path) -> bool {
        !self.released.is_empty()
            && fs::canonicalize(folder).is_ok_and(|whole| self.released.contains(&whole))
    }

    /// A file of a folder that cannot be opened is listed all the same, and nobody is told that it is fine.
    fn unopened(&mut self, path: PathBuf, error: &io::Error) {
        self.problem(&path, &why(error));
        self.take(path, Source::Unread { why: format!("it could not be opened: {}", why(error)) });
    }

    fn take(&mut self, path: PathBuf, source: Source) {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let whole = fs::canonicalize(parent)
            .unwrap_or_else(|_| parent.to_owned())
            .join(path.file_name().unwrap_or_default());
        if !self.seen.insert(whole) {
            return;
        }
        let name = path.to_string_lossy().into_owned();
        self.found.inputs.push(Input { path: name, supporting: self.supporting, source });
        self.found.places.push(path);
        self.progress.set_message(format!("looking for files: {}", self.found.inputs.len()));
    }

    fn problem(&mut self, path: &Path, why: &str) {
        self.found.problems.push(format!("{}: {why}", path.to_string_lossy()));
    }
}

/// What can be read of a file of this type. Only a regular file is opened.
///
/// # Errors
/// It is a regular file, but may not be opened or read.
pub(super) fn opened(path: &Path, kind: FileType) -> io::Result<Source> {
    if let Some(what) = unreadable(kind) {
        return Ok(Source::Unread { why: what.to_owned() });
    }
    let file = open(path)?;
    let metadata = file.metadata()?;
    if let Some(what) = unreadable(metadata.file_type()) {
        return Ok(Source::Unread { why: what.to_owned() });
    }
    if metadata.len() > SMALL {
        return Ok(Source::File(file));
    }
    // One byte more than it should be: a file that grows meanwhile is read whole by the checks.
    let mut bytes = Vec::new();
    (&file).take(SMALL + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > SMALL { Source::File(file) } else { Source::Bytes(bytes) })
}

/// Opens what was a regular file a moment ago; a link or FIFO that has taken its place is neither followed nor waited for.
///
/// # Errors
/// It may not be opened, or is a link by now.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Why a file of this type is not opened; nothing for a regular one.
fn unreadable(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        None
    } else if kind.is_symlink() {
        Some("it is a link, and links are not followed")
    } else if kind.is_fifo() {
        Some("it is a named pipe (FIFO), not a file")
    } else if kind.is_socket() {
        Some("it is a socket, not a file")
    } else {
        Some("it is a device, not a file")
    }
}

/// What an error of the file system means, in words.
pub(super) fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be opened (permission denied)".to_owned(),
        _ => error.to_string(),
    }
}
