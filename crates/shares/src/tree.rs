//! Folders and files as all that is done with them needs them, whatever they lie on: a disk, or a file server.
//!
//! Everything is reached from a folder that is held, by one name at a time, and no link is followed.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};

use cap_std::fs::{Dir, DirEntry, File, Metadata, MetadataExt};
use exeat_desk::ports::Failure;
use rustix::io::Errno;

use crate::entry::{self, Kind, Stamp};
use crate::root::{Root, keep};
use crate::temporary::Temporary;

/// The folder that everything is reached from.
pub(crate) trait Base {
    /// What folders are here.
    type Folder: Folder;

    /// The folder itself, if it still is the one that was opened.
    fn still(&self) -> Result<&Self::Folder, Failure>;

    /// The folder's path.
    fn place(&self) -> String;

    /// The failure behind what was said about the folder.
    fn failure(&self, error: &io::Error) -> Failure;

    /// What came of work in the folder; where that went wrong because the folder has gone, this is what is said.
    fn blamed<T>(&self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        outcome.or_else(|failure| self.still().and(Err(failure)))
    }
}

/// A folder that is held.
pub(crate) trait Folder: Sized {
    /// What files are here.
    type File: Opened;

    /// What lies in it, in any order.
    fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<Entry>>>;

    /// What lies under exactly this name. A link is a link.
    fn about(&self, name: &OsStr) -> io::Result<About>;

    /// Holds the folder of this name; [`Errno::XDEV`] where it lies on another disk or server.
    fn folder(&self, name: &OsStr) -> io::Result<Self>;

    /// Opens the file of this name for reading.
    fn file(&self, name: &OsStr) -> io::Result<Self::File>;

    /// The same folder, held once more.
    fn again(&self) -> io::Result<Self>;
}

/// A folder that files are put into, none over another.
pub(crate) trait Keep: Folder {
    /// A file that is being written.
    type New: New;

    /// Makes a folder in it, if there is nothing of this name.
    fn make_folder(&self, name: &OsStr) -> io::Result<()>;

    /// Begins a file, under a name that a sweep knows.
    fn begin(&self) -> io::Result<Self::New>;

    /// Makes names that were made in it last through a loss of power.
    fn settle(&self) -> io::Result<()>;

    /// Removes what was begun by those who no longer hold it; gives how many.
    fn sweep(&self) -> io::Result<usize>;
}

/// A file that is being written: it is gone unless it is put in its place.
pub(crate) trait New: Write {
    /// Makes the bytes durable and puts the file under this name of its folder, if nothing has that name; says whether.
    fn place(&mut self, name: &str) -> io::Result<bool>;
}

/// A file that is open for reading.
pub(crate) trait Opened: Read {
    /// What is open.
    fn about(&self) -> io::Result<About>;
}

/// One name of a folder.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: OsString,
    pub(crate) kind: Kind,
    /// Where the folder tells it at no cost, how many bytes it has and in which second it was last changed.
    pub(crate) size: Option<(u64, i64)>,
}

/// What lies under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) kind: Kind,
    pub(crate) stamp: Stamp,
}

impl Base for Root {
    type Folder = Dir;

    fn still(&self) -> Result<&Dir, Failure> {
        Root::still(self)
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn failure(&self, error: &io::Error) -> Failure {
        Root::failure(self, error)
    }
}

impl Folder for Dir {
    type File = File;

    fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<Entry>>> {
        Ok(Dir::entries(self)?.filter_map(|entry| entry.and_then(|entry| read(&entry)).transpose()))
    }

    fn about(&self, name: &OsStr) -> io::Result<About> {
        self.symlink_metadata(name).map(|metadata| About::of(&metadata))
    }

    fn folder(&self, name: &OsStr) -> io::Result<Self> {
        let folder = entry::open_folder(self, name)?;
        let same = folder.dir_metadata()?.dev() == self.dir_metadata()?.dev();
        if same { Ok(folder) } else { Err(Errno::XDEV.into()) }
    }

    fn file(&self, name: &OsStr) -> io::Result<File> {
        entry::open_file(self, name)
    }

    fn again(&self) -> io::Result<Self> {
        self.try_clone()
    }
}

impl Keep for Dir {
    type New = Temporary;

    fn make_folder(&self, name: &OsStr) -> io::Result<()> {
        self.create_dir(name)
    }

    fn begin(&self) -> io::Result<Temporary> {
        Temporary::new(self, 0o666)
    }

    fn settle(&self) -> io::Result<()> {
        keep(self)
    }

    fn sweep(&self) -> io::Result<usize> {
        Temporary::sweep(self)
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl New for Temporary {
    fn place(&mut self, name: &str) -> io::Result<bool> {
        Self::place(self, name)
    }
}

/// The name and what it stands for; none where it has gone since the folder was read.
fn read(entry: &DirEntry) -> io::Result<Option<Entry>> {
    match entry.file_type() {
        Ok(kind) => Ok(Some(Entry { name: entry.file_name(), kind: Kind::of(kind), size: None })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl About {
    fn of(metadata: &Metadata) -> Self {
        Self { kind: Kind::of(metadata.file_type()), stamp: Stamp::of(metadata) }
    }
}

impl Opened for File {
    fn about(&self) -> io::Result<About> {
        self.metadata().map(|metadata| About::of(&metadata))
    }
}
