//! Trying folders: whether they are there and have room, that the archive takes files and keeps them, and that nothing can
//! be put into the share. What is made for it has a name that nobody can guess, and is removed at once.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt, OpenOptions, OpenOptionsExt};
use exeat_desk::ports::{Failure, Port, Probe, Sign};
use rustix::io::Errno;

use crate::archive::{FolderArchive, unsafe_or};
use crate::problem::size;
use crate::root::{Place, Root, blocking};
use crate::said::errno;
use crate::share::FolderShare;
use crate::temporary::gone_or;
use crate::tree::{Base, Folder, Keep, New as _};

const STATE: Place = Place {
    port: Port::Store,
    what: "the state folder",
    gone: "state-gone",
    full: "state-full",
    denied: "state-denied",
    broken: "state-broken",
};

/// The desk's own folder, with the folders in it, each of which nobody else may read.
#[derive(Debug)]
pub struct StateFolder {
    root: Arc<Root>,
    inner: &'static [&'static str],
    largest: u64,
}

impl StateFolder {
    /// Opens the folder, which has to be there. `inner` are folders in it, which the desk makes when it starts; `largest`
    /// is what one file may take.
    ///
    /// # Errors
    /// [`Failure`] `state-gone` where there is no such folder, `state-exposed` where others may read it, `state-denied`
    /// where the desk may not open it.
    pub fn open(
        path: impl Into<PathBuf>,
        inner: &'static [&'static str],
        largest: u64,
    ) -> Result<Self, Failure> {
        let root = Root::open(path.into(), &STATE)?.guarded("state-exposed")?;
        Ok(Self { root: Arc::new(root), inner, largest })
    }
}

/// The archive with what one file may take, so that it can be said whether there is room.
#[derive(Debug)]
pub struct ArchiveRoom<A> {
    /// The archive.
    pub archive: A,
    /// What one file may take, in bytes.
    pub largest: u64,
}

#[async_trait]
impl Probe for FolderShare {
    async fn probe(&self) -> Vec<Sign> {
        within(&self.0, |root, dir| vec![readable(root, dir), kept_out(try_file(dir))]).await
    }
}

#[async_trait]
impl Probe for ArchiveRoom<FolderArchive> {
    async fn probe(&self) -> Vec<Sign> {
        let largest = self.largest;
        within(&self.archive.0, move |root, dir| {
            let mut signs = vec![readable(root, dir)];
            signs.extend(try_archive(root, dir));
            signs.push(room(root, dir, largest));
            signs
        })
        .await
    }
}

#[async_trait]
impl Probe for StateFolder {
    async fn probe(&self) -> Vec<Sign> {
        let (inner, largest) = (self.inner, self.largest);
        within(&self.root, move |root, dir| {
            let exposed = |name: &&str| {
                let path = root.path.join(name);
                let opened = path.exists().then(|| Root::open(path, &STATE));
                opened?.and_then(|root| root.guarded("state-exposed")).err().map(Sign::from)
            };
            let mut signs = vec![own(root, try_file(dir))];
            signs.extend(inner.iter().filter_map(exposed));
            signs.push(room(root, dir, largest));
            signs
        })
        .await
    }
}

/// Tries a folder beside the runtime's own threads; where it is not the one that its path names, this is what was seen.
async fn within(root: &Arc<Root>, look: impl FnOnce(&Root, &Dir) -> Vec<Sign> + Send + 'static) -> Vec<Sign> {
    let root = Arc::clone(root);
    blocking(root.place, move || root.still().map(|dir| look(&root, dir)))
        .await
        .unwrap_or_else(|failure| vec![failure.into()])
}

pub(crate) fn readable<B: Base>(root: &B, dir: &B::Folder) -> Sign {
    match Folder::entries(dir).and_then(|mut entries| entries.next().transpose()) {
        Ok(_) => Sign::fine("The folder is there and can be read."),
        Err(error) => root.failure(&error).into(),
    }
}

/// What came of making a file and removing it.
pub(crate) enum Tried {
    Removed,
    /// Its name.
    Left(String, io::Error),
    Unmade(io::Error),
}

fn try_file(dir: &Dir) -> Tried {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let made = secret_name().and_then(|name| dir.open_with(&name, &options).map(|_| name));
    match made {
        Ok(name) => {
            gone_or(dir.remove_file(&name)).map_or_else(|error| Tried::Left(name, error), |_| Tried::Removed)
        }
        Err(error) => Tried::Unmade(error),
    }
}

/// A name that nobody can guess, and that a sweep knows.
pub(crate) fn secret_name() -> io::Result<String> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).map_err(io::Error::other)?;
    Ok(format!(".exeat-probe-{:032x}.tmp", u128::from_be_bytes(bits)))
}

/// Of the share: nothing should come of it.
pub(crate) fn kept_out(tried: Tried) -> Sign {
    let denied = |error: &io::Error| matches!(errno(error), Some(Errno::ACCESS | Errno::PERM | Errno::ROFS));
    match tried {
        Tried::Unmade(error) if denied(&error) => Sign::fine("Nothing can be put into it."),
        Tried::Unmade(error) => Sign::warning(
            "Whether anything can be put into it could not be tried.",
            "See what the system said, and try again.",
        )
        .because(error),
        Tried::Removed => Sign::warning(
            "The desk can put files into it, and never has to: whoever took the desk over could change what is asked for.",
            "Mount it read-only for the desk, or take the right to write from its account.",
        ),
        Tried::Left(name, error) => left(&name, &error),
    }
}

/// Of a folder of the desk's own.
fn own(root: &Root, tried: Tried) -> Sign {
    match tried {
        Tried::Removed => Sign::fine("The folder is there, can be written, and nobody else may read it."),
        Tried::Unmade(error) => root.failure(&error).into(),
        Tried::Left(name, error) => left(&name, &error),
    }
}

pub(crate) fn left(name: &str, error: &io::Error) -> Sign {
    let saw = format!("What was made there to try it could not be removed: {name}.");
    Sign::broken(saw, "Remove it by hand, and give the desk's account the right to remove what it made.")
        .because(error)
}

/// Does in the archive what a release does: makes a folder, puts a file into it, and sees that no other takes its place.
fn try_archive(root: &Root, dir: &Dir) -> Vec<Sign> {
    let made = secret_name().and_then(|name| {
        dir.create_dir_with(&name, DirBuilder::new().mode(0o700))?;
        Ok((crate::entry::open_folder(dir, name.as_ref())?, name))
    });
    let (folder, name) = match made {
        Ok(made) => made,
        Err(error) => return vec![root.failure(&error).into()],
    };
    let mut signs = vec![put_twice(&folder, PUT).unwrap_or_else(|error| unsafe_or(root, &error).into())];
    let removed = gone_or(folder.remove_file(PUT)).and_then(|_| dir.remove_dir(&name));
    signs.extend(removed.err().map(|error| left(&name, &error)));
    signs
}

/// What the file is called that is put into the archive and removed again.
const PUT: &str = "probe.zip";

/// Puts two files into a folder under one name; what is there afterwards is removed by whoever asked.
pub(crate) fn put_twice(folder: &impl Keep, name: &str) -> io::Result<Sign> {
    let mut placed = vec![];
    for _ in 0..2 {
        placed.push(folder.begin()?.place(name)?);
    }
    Ok(if placed == [true, false] {
        Sign::fine("Files can be put into it, and none takes the place of another.")
    } else {
        Sign::broken(
            "A file that was put into it can be replaced by another.",
            "Move the archive to a file system that can rename without replacing.",
        )
    })
}

/// How much room there is.
fn room(root: &Root, dir: &Dir, largest: u64) -> Sign {
    match rustix::fs::fstatvfs(dir) {
        Ok(about) => roomy(about.f_bavail.saturating_mul(about.f_frsize), largest),
        Err(error) => root.failure(&error.into()).into(),
    }
}

pub(crate) fn roomy(left: u64, largest: u64) -> Sign {
    if left >= largest {
        return Sign::fine(format!("There is room for {} there.", size(left)));
    }
    let saw = format!("There is room for {} only, and one file may have {}.", size(left), size(largest));
    Sign::warning(saw, "Make room there, or lower policy.max_file.")
}

#[cfg(test)]
mod tests {
    use exeat_desk::ports::Health;

    use crate::temporary::Temporary;

    use super::*;

    #[test]
    fn what_cannot_be_written_is_fine_for_a_share_and_for_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(folder.path().to_owned(), &STATE).unwrap();
        for errno in [Errno::ACCESS, Errno::PERM, Errno::ROFS] {
            assert_eq!(kept_out(Tried::Unmade(errno.into())).health, Health::Fine);
            assert_eq!(own(&root, Tried::Unmade(errno.into())).health, Health::Broken);
        }
        for errno in [Errno::NOSPC, Errno::IO] {
            let sign = kept_out(Tried::Unmade(errno.into()));
            assert_eq!((sign.health, sign.detail.is_some()), (Health::Warning, true));
        }
        assert_eq!(kept_out(Tried::Removed).health, Health::Warning);
        assert_eq!(kept_out(Tried::Left("a".into(), Errno::ACCESS.into())).health, Health::Broken);
    }

    #[test]
    fn there_is_room_while_the_largest_file_fits() {
        assert_eq!(roomy(2_000_000_000, 2_000_000_000).health, Health::Fine);
        let little = roomy(1_500_000, 2_000_000_000);
        assert_eq!(little.saw, "There is room for 1.5 MB only, and one file may have 2.0 GB.");
        assert_eq!(little.health, Health::Warning);
    }

    #[test]
    fn no_name_is_made_twice_and_a_sweep_knows_each() {
        let (one, other) = (secret_name().unwrap(), secret_name().unwrap());
        assert!(one != other && Temporary::is_one(&one) && Temporary::is_one(&other));
    }
}
