//! Copying one file of the share into a seal: read once, in bounded memory, and only kept if it held still.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read};

use exeat_desk::ports::{Failure, FileProblem, Port, SealWriter};
use exeat_domain::path::SharePath;
use exeat_domain::request::Seal;
use rustix::io::Errno;

use super::{Halt, joined};
use crate::entry::{Kind, Stamp};
use crate::problem::Trouble;
use crate::said::errno;
use crate::tree::{Base, Folder, Opened};

/// How much is in memory at a time, in bytes.
const CHUNK: usize = 1 << 20;

/// Copies one file into `into` and keeps it there, if it was whole and the same from beginning to end.
pub(crate) fn copy(
    root: &impl Base,
    path: &SharePath,
    limit: u64,
    mut into: Box<dyn SealWriter>,
) -> Result<Result<Seal, FileProblem>, Failure> {
    match copied(root, path.as_str(), limit, &mut *into) {
        Ok(()) => root.still().and_then(|_| into.finish()).map(Ok),
        Err(Halt::Trouble(trouble)) => root.still().map(|_| Err(trouble.with(path.as_str()))),
        Err(Halt::Failed(failure)) => Err(failure),
    }
}

fn copied(root: &impl Base, path: &str, limit: u64, into: &mut dyn SealWriter) -> Result<(), Halt> {
    let said = |error: std::io::Error| Halt::said(root, path, &error);
    let (folder, name) = parent(root, path)?;
    refuse_other_than_file(folder.about(OsStr::new(name)).map_err(said)?.kind, path)?;
    let mut file = folder.file(OsStr::new(name)).map_err(said)?;
    let about = file.about().map_err(said)?;
    refuse_other_than_file(about.kind, path)?;
    let before = about.stamp;
    if before.bytes > limit {
        return Err(Trouble::TooLarge { path: path.to_owned(), bytes: before.bytes, limit }.into());
    }
    let bytes = stream(root, path, limit, &mut file, into)?;
    let held_still = bytes == before.bytes && file.about().map_err(said)?.stamp == before;
    if held_still && stamp_at(root, path) == Some(before) {
        Ok(())
    } else {
        Err(Trouble::Changed(path.to_owned()).into())
    }
}

/// The folder that a path of the share ends in, opened name by name, and the last name.
fn parent<'a, B: Base>(root: &B, path: &'a str) -> Result<(B::Folder, &'a str), Halt> {
    let mut folder = root.still()?.again().map_err(|error| root.failure(&error))?;
    let mut at = String::new();
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    for step in above.split('/').filter(|step| !step.is_empty()) {
        at = joined(&at, step);
        folder = super::enter(root, &folder, OsStr::new(step), &at)?;
    }
    Ok((folder, name))
}

fn refuse_other_than_file(kind: Kind, path: &str) -> Result<(), Halt> {
    match kind {
        Kind::File => Ok(()),
        kind => Err(Trouble::wrong_kind(kind, path.to_owned()).into()),
    }
}

/// The stamp of what now lies at the path.
fn stamp_at(root: &impl Base, path: &str) -> Option<Stamp> {
    let (folder, name) = parent(root, path).ok()?;
    folder.file(OsStr::new(name)).and_then(|file| file.about()).ok().map(|about| about.stamp)
}

/// Passes the file on; gives how many bytes it had. The claimed size is not believed.
fn stream(
    root: &impl Base,
    path: &str,
    limit: u64,
    file: &mut impl Read,
    into: &mut dyn SealWriter,
) -> Result<u64, Halt> {
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0_u64;
    loop {
        let read = fill(file, &mut chunk).map_err(|error| Halt::said(root, path, &error))?;
        if read == 0 {
            return Ok(bytes);
        }
        bytes += read as u64;
        if bytes > limit {
            return Err(Trouble::TooLarge { path: path.to_owned(), bytes, limit }.into());
        }
        into.write_all(&chunk[..read]).map_err(|error| unsealed(&error))?;
    }
}

/// As much as there is room for; less only at the end. A seal's writer is quicker with few large pieces.
fn fill(file: &mut impl Read, chunk: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = chunk.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The failure that a seal's writer carries in its error, or the nearest to what it says.
fn unsealed(error: &std::io::Error) -> Failure {
    if let Some(failure) = error.get_ref().and_then(|inner| inner.downcast_ref::<Failure>()) {
        return failure.clone();
    }
    let full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
        || matches!(errno(error), Some(Errno::NOSPC | Errno::DQUOT));
    if full {
        let message =
            "There is no room left for the sealed copies. Make room there; the work then goes on by itself.";
        Failure::new(Port::Seals, "seals-full", message, error)
    } else {
        let message = "A sealed copy could not be written. See the log; it is tried again by itself.";
        Failure::new(Port::Seals, "seals-broken", message, error)
    }
}
