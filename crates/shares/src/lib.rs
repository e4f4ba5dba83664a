//! Folders as share, seals, archive and scratch: every file access confined.
//!
//! Each adapter holds its folder open by a handle taken once, and reaches everything through it, one name at a
//! time, following no link. A folder that has gone, or whose place another one took (a lost mount), is a
//! [`Failure`](exeat_desk::ports::Failure) that is tried again, never an empty folder.

mod archive;
mod entry;
mod likeness;
mod probe;
mod problem;
mod root;
mod said;
mod scratch;
mod seals;
mod share;
mod smb;
mod temporary;
mod tree;

pub use archive::FolderArchive;
pub use probe::{ArchiveRoom, StateFolder};
pub use scratch::FolderScratch;
pub use seals::FolderSeals;
pub use share::FolderShare;
pub use smb::{SmbArchive, SmbPlace, SmbShare};
