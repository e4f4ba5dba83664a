//! A file that is being written: nobody else's, known by its name, and gone unless it is put in its place.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;

use crate::entry;

/// A temporary file of a folder. It is locked while it is held, so that a sweep knows it from one that was left.
#[derive(Debug)]
pub(crate) struct Temporary {
    dir: Dir,
    name: String,
    pub(crate) file: File,
    placed: bool,
}

impl Temporary {
    /// A new empty file with these permissions, less the process's mask.
    pub(crate) fn new(dir: &Dir, mode: u32) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(mode);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!(".exeat-{}-{number}.tmp", std::process::id());
            match dir.open_with(&name, &options) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(file) => {
                    let file = file.into_std();
                    // Without locks on this file system, a sweep takes it for one that was left; the work is then
                    // tried again.
                    let _ = file.try_lock();
                    return Ok(Self { dir: dir.try_clone()?, name, file, placed: false });
                }
            }
        }
    }

    /// Whether a name is that of a temporary file.
    pub(crate) fn is_one(name: &str) -> bool {
        name.starts_with(".exeat-") && name.ends_with(".tmp")
    }

    /// Puts the file, its bytes made durable, under `name` of `into`, over what may be there. The names are not
    /// durable yet.
    pub(crate) fn replace(mut self, into: &Dir, name: &str) -> io::Result<()> {
        self.file.sync_all()?;
        self.dir.rename(&self.name, into, name)?;
        self.placed = true;
        Ok(())
    }

    /// Makes the bytes durable and puts the file under `name` of its folder, if nothing has that name; says whether.
    /// The name is not durable yet.
    pub(crate) fn place(&mut self, name: &str) -> io::Result<bool> {
        self.file.sync_all()?;
        let flags = RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(&self.dir, &self.name, &self.dir, name, flags) {
            Ok(()) => {
                self.placed = true;
                Ok(true)
            }
            Err(Errno::EXIST) => Ok(false),
            // The file system does not know a rename that never replaces (NFS for one): a second name, then not the first.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => self.link(name),
            Err(error) => Err(error.into()),
        }
    }

    fn link(&mut self, name: &str) -> io::Result<bool> {
        match rustix::fs::linkat(&self.dir, &self.name, &self.dir, name, AtFlags::empty()) {
            Ok(()) => {
                self.dir.remove_file(&self.name)?;
                self.placed = true;
                Ok(true)
            }
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what was left in a folder by those who no longer hold it; gives how many.
    pub(crate) fn sweep(dir: &Dir) -> io::Result<usize> {
        let mut removed = 0;
        for entry in dir.entries()? {
            let entry = entry?;
            let name = entry.file_name();
            let left = name.to_str().is_some_and(Self::is_one) && !entry.file_type()?.is_dir();
            if left && !is_held(dir, &name) {
                removed += usize::from(gone_or(dir.remove_file(&name))?);
            }
        }
        Ok(removed)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.placed {
            // What cannot be removed now is removed by the next sweep.
            let _ = self.dir.remove_file(&self.name);
        }
    }
}

fn is_held(dir: &Dir, name: &std::ffi::OsStr) -> bool {
    entry::open_file(dir, name)
        .is_ok_and(|file| matches!(file.into_std().try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

/// Whether something was removed, where nothing there is as good.
pub(crate) fn gone_or(removed: io::Result<()>) -> io::Result<bool> {
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use cap_std::ambient_authority;

    use super::*;

    fn folder() -> (tempfile::TempDir, Dir) {
        let at = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(at.path(), ambient_authority()).unwrap();
        (at, dir)
    }

    fn names(dir: &Dir) -> Vec<String> {
        let mut names: Vec<_> =
            dir.entries().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn neither_way_of_placing_replaces() {
        type Way = fn(&mut Temporary, &str) -> io::Result<bool>;
        let ways: [Way; 2] = [Temporary::place, Temporary::link];
        for way in ways {
            let (_at, dir) = folder();
            for (text, placed) in [("first", true), ("second", false)] {
                let mut new = Temporary::new(&dir, 0o600).unwrap();
                new.file.write_all(text.as_bytes()).unwrap();
                assert_eq!(way(&mut new, "a.zip").unwrap(), placed);
            }
            assert_eq!(dir.read_to_string("a.zip").unwrap(), "first");
            assert_eq!(names(&dir), ["a.zip"]);
        }
    }

    #[test]
    fn a_sweep_removes_what_was_left_and_nothing_that_is_held() {
        let (_at, dir) = folder();
        let held = Temporary::new(&dir, 0o600).unwrap();
        dir.write(".exeat-1-1.tmp", "left").unwrap();
        dir.symlink("nowhere", ".exeat-1-2.tmp").unwrap();
        dir.write("kept.tmp", "").unwrap();
        assert_eq!(Temporary::sweep(&dir).unwrap(), 2);
        assert_eq!(names(&dir), [held.name.as_str(), "kept.tmp"]);
        drop(held);
        assert_eq!(names(&dir), ["kept.tmp"]);
    }
}
