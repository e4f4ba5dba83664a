//! What lies under one name of a folder, and opening it without following a link or waiting for a pipe.

use std::ffi::OsStr;
use std::io;

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::fs::{Dir, File, FileType, FileTypeExt, Metadata, MetadataExt, OpenOptions};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Symlink,
    Fifo,
    Socket,
    Device,
}

impl Kind {
    pub(crate) fn of(kind: FileType) -> Self {
        if kind.is_file() {
            Self::File
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_symlink() {
            Self::Symlink
        } else if kind.is_fifo() {
            Self::Fifo
        } else if kind.is_socket() {
            Self::Socket
        } else {
            Self::Device
        }
    }
}

/// Which file it is and when it was last touched: two that are equal hold the same bytes, unless somebody set the
/// clock back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) bytes: u64,
    /// When its bytes were changed: seconds, and nanoseconds.
    pub(crate) modified: (i64, i64),
    /// When anything of it was.
    pub(crate) changed: (i64, i64),
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Opens a name for reading. A pipe that has taken the place of a file in the meantime does not make it wait.
pub(crate) fn open_file(dir: &Dir, name: &OsStr) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    dir.open_with(name, &options)
}

/// Opens a folder of a folder.
pub(crate) fn open_folder(dir: &Dir, name: &OsStr) -> io::Result<Dir> {
    dir.open_dir_nofollow(name)
}

/// A name for people: what is not UTF-8 and what hides is written out.
pub(crate) fn shown(name: &OsStr) -> String {
    let piece = |chunk: std::str::Utf8Chunk<'_>| {
        let invalid = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
        std::iter::once(exeat_domain::path::shown(chunk.valid())).chain(invalid).collect::<String>()
    };
    name.as_encoded_bytes().utf8_chunks().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use cap_std::ambient_authority;
    use rustix::fs::{FileType, Mode};
    use rustix::io::Errno;

    use super::*;

    /// What takes the place of a file after it was looked at, and before it is opened.
    #[test]
    fn opening_follows_no_link_and_waits_for_no_pipe() {
        let at = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(at.path(), ambient_authority()).unwrap();
        dir.create_dir("folder").unwrap();
        dir.write("file", "").unwrap();
        dir.symlink("file", "to-file").unwrap();
        dir.symlink("folder", "to-folder").unwrap();
        rustix::fs::mknodat(&dir, "pipe", FileType::Fifo, Mode::RWXU, 0).unwrap();
        let error = |opened: io::Result<()>| opened.map_err(|error| Errno::from_io_error(&error).unwrap());
        let file = |name: &str| open_file(&dir, OsStr::new(name));
        assert_eq!(error(file("to-file").map(drop)), Err(Errno::LOOP));
        assert_eq!(Kind::of(file("pipe").unwrap().metadata().unwrap().file_type()), Kind::Fifo);
        assert_eq!(Kind::of(file("file").unwrap().metadata().unwrap().file_type()), Kind::File);
        let folder = |name: &str| open_folder(&dir, OsStr::new(name)).map(drop);
        assert_eq!(error(folder("to-folder")), Err(Errno::NOTDIR));
        assert_eq!(error(folder("folder")), Ok(()));
    }

    #[test]
    fn no_name_reaches_a_terminal_raw() {
        for (name, expected) in [
            (&b"table.csv"[..], "table.csv"),
            ("caf\u{e9}.csv".as_bytes(), "café.csv"),
            (b"caf\xe9.csv", "caf\\xe9.csv"),
            (b"\x1b[31m\xff\xfe", "\\u{1b}[31m\\xff\\xfe"),
            ("a\u{202e}vsc.exe".as_bytes(), "a\\u{202e}vsc.exe"),
        ] {
            assert_eq!(shown(OsStr::from_bytes(name)), expected);
        }
    }
}
