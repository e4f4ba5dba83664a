//! A folder that is held open, and is seen to be still the one that its path names.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use exeat_desk::ports::{Failure, Port};
use rustix::io::Errno;

use crate::said::errno;

/// What an adapter's folder is called, and the stable codes of what can befall it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) port: Port,
    /// The folder in a sentence, such as `the archive`.
    pub(crate) what: &'static str,
    pub(crate) gone: &'static str,
    pub(crate) full: &'static str,
    pub(crate) denied: &'static str,
    /// Anything else that the system says.
    pub(crate) broken: &'static str,
}

impl Place {
    /// The failure behind what the system said about `path`.
    pub(crate) fn failure(&self, path: &Path, error: &io::Error) -> Failure {
        let (what, shown) = (self.what, exeat_domain::path::shown(&path.display().to_string()));
        let (code, message) = match errno(error) {
            Some(Errno::NOSPC | Errno::DQUOT) => (
                self.full,
                format!(
                    "There is no room left in {what} ({shown}). Make room there; the work then goes on by itself."
                ),
            ),
            Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => (
                self.denied,
                format!(
                    "The desk may not work in {what} ({shown}). Give its account the right to; the work then goes on by itself."
                ),
            ),
            Some(Errno::NOTCONN | Errno::HOSTDOWN | Errno::HOSTUNREACH | Errno::NODEV) => (
                self.gone,
                format!(
                    "The server behind {what} ({shown}) does not answer. Bring it back; the work then goes on by itself."
                ),
            ),
            _ => (
                self.broken,
                format!(
                    "The system could not do its work in {what} ({shown}). See the log; it is tried again by itself."
                ),
            ),
        };
        Failure::new(self.port, code, message, error)
    }
}

fn gone(what: &str, shown: &str) -> String {
    format!(
        "Nothing lies any more where {what} was opened ({shown}), or another folder does. Mount it again and restart the desk."
    )
}

/// A folder opened once.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) path: PathBuf,
    pub(crate) place: &'static Place,
    dir: Dir,
    /// Device and inode.
    id: (u64, u64),
}

impl Root {
    /// Opens a folder that is there already.
    pub(crate) fn open(path: PathBuf, place: &'static Place) -> Result<Self, Failure> {
        let opened = Dir::open_ambient_dir(&path, ambient_authority())
            .and_then(|dir| rustix::fs::fstat(&dir).map(|stat| (dir, stat)).map_err(io::Error::from));
        match opened {
            Ok((dir, stat)) => Ok(Self { path, place, dir, id: (stat.st_dev, stat.st_ino) }),
            Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::NOENT | Errno::NOTDIR)) => {
                let (what, shown) = (place.what, exeat_domain::path::shown(&path.display().to_string()));
                let message = format!(
                    "There is no folder {shown} for {what}. Mount or make it, or mend its path in the configuration."
                );
                Err(Failure::new(place.port, place.gone, message, error))
            }
            Err(error) => Err(place.failure(&path, &error)),
        }
    }

    /// Opens a folder that only the desk may read, making it (not its parents) if it is not there. `exposed` is the
    /// code where others may read it.
    pub(crate) fn private(
        path: PathBuf,
        place: &'static Place,
        exposed: &'static str,
    ) -> Result<Self, Failure> {
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if !matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
                return Err(place.failure(&path, &error));
            }
            _ => {}
        }
        Self::open(path, place)?.guarded(exposed)
    }

    /// The folder, if only the desk may read it. `exposed` is the code where others may.
    pub(crate) fn guarded(self, exposed: &'static str) -> Result<Self, Failure> {
        let stat = rustix::fs::fstat(&self.dir).map_err(|error| self.failure(&error.into()))?;
        let mode = stat.st_mode & 0o777;
        if mode & 0o077 == 0 {
            return Ok(self);
        }
        let (what, shown) = (self.place.what, self.path.display());
        let message = format!(
            "Others may read {what} ({shown} has mode {mode:o}). Give the desk a folder of its own, with mode 700."
        );
        Err(Failure::new(self.place.port, exposed, message, "mode"))
    }

    /// The folder, if it still is the one that its path names.
    pub(crate) fn still(&self) -> Result<&Dir, Failure> {
        let now = fs::metadata(&self.path).map(|meta| (meta.dev(), meta.ino()));
        let detail = match now {
            Ok(id) if id == self.id => return Ok(&self.dir),
            Ok(_) => "another folder has taken its place".to_owned(),
            Err(error) => error.to_string(),
        };
        let shown = exeat_domain::path::shown(&self.path.display().to_string());
        Err(Failure::new(self.place.port, self.place.gone, gone(self.place.what, &shown), detail))
    }

    /// The failure behind what the system said about the folder.
    pub(crate) fn failure(&self, error: &io::Error) -> Failure {
        self.place.failure(&self.path, error)
    }
}

/// Makes names that were made in or removed from a folder last through a loss of power.
///
/// The handle that a [`Dir`] holds may be one that only names the folder (`O_PATH`); waiting needs one that reads it.
/// File systems that keep no cache of names say `EINVAL`; there is nothing to wait for then.
pub(crate) fn keep(dir: &Dir) -> io::Result<()> {
    match dir.open(".")?.sync_all() {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::INVAL) => Ok(()),
        other => other,
    }
}

/// Runs what may block beside the runtime's own threads.
pub(crate) async fn blocking<T: Send + 'static>(
    place: &'static Place,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        let message = format!("The work in {} was interrupted. It is tried again by itself.", place.what);
        Err(Failure::new(place.port, "interrupted", message, error))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_has_a_code_and_two_messages() {
        static PLACE: Place = Place {
            port: Port::Archive,
            what: "the archive",
            gone: "gone",
            full: "full",
            denied: "denied",
            broken: "broken",
        };
        for (errno, code) in [
            (Errno::NOSPC, "full"),
            (Errno::DQUOT, "full"),
            (Errno::ACCESS, "denied"),
            (Errno::ROFS, "denied"),
            (Errno::HOSTDOWN, "gone"),
            (Errno::IO, "broken"),
            (Errno::STALE, "broken"),
        ] {
            let failure = PLACE.failure(Path::new("/srv/a\u{202e}b"), &errno.into());
            assert_eq!(failure.code, code);
            assert!(failure.message.contains("the archive (/srv/a\\u{202e}b)"), "{}", failure.message);
            assert_eq!(failure.detail, io::Error::from(errno).to_string());
        }
    }
}
