//! Folders and files of a file server, as the share's mechanism takes them.
//!
//! A server opens what a whole path names, so that what a path leads through must not change under it: every folder on
//! the way is opened as itself (never as what it links to), is seen to be a folder, and is held, so that nobody can
//! rename it away or put another in its place meanwhile. A name is asked of its folder first, and only what is called
//! exactly so is opened: no short name, no other case.

use std::ffi::OsStr;
use std::io;
use std::sync::Arc;

use smb2::msg::create::{CreateDisposition, ShareAccess};
use smb2::msg::directory_info::{DirectoryInfoEntry, parse_entries};
use smb2::msg::query_directory::{
    FileInformationClass, QueryDirectoryFlags, QueryDirectoryRequest, QueryDirectoryResponse,
};
use smb2::types::Command;
use smb2::types::flags::{FileAccessMask, FileAttributes};
use smb2::types::status::NtStatus;
use smb2::{ReparseTag, decode_name, encode_name};

use super::file::SmbFile;
use super::live::{Handle, Live, Opening, unpacked};
use super::told;
use crate::entry::{Kind, Stamp};
use crate::said::Said;
use crate::tree::{About, Entry, Folder};

use rustix::io::Errno;

pub(super) const DIRECTORY_FILE: u32 = 0x01;
pub(super) const NON_DIRECTORY_FILE: u32 = 0x40;
/// What is opened is the name itself, not what it links to.
pub(super) const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
/// Not among the attributes that the library names.
const DEVICE: u32 = 0x40;
/// How much of a folder one answer lists, in bytes.
const LISTED: u32 = 64 << 10;
const CLASS: FileInformationClass = FileInformationClass::FileIdBothDirectoryInformation;

/// A folder of the server's that is held, with those that it lies in.
#[derive(Clone)]
pub(crate) struct SmbFolder(pub(super) Arc<Held>);

pub(super) struct Held {
    pub(super) handle: Handle,
    /// As the server writes it, from the top of its share.
    pub(super) path: String,
    /// The folder above, for as long as this one is held.
    _above: Option<SmbFolder>,
}

impl SmbFolder {
    /// Holds the folder at a path that the configuration names.
    pub(super) fn top(live: &Arc<Live>, path: &str) -> io::Result<Self> {
        Self::open(live, path.to_owned(), None, 0)
    }

    fn open(live: &Arc<Live>, path: String, above: Option<Self>, options: u32) -> io::Result<Self> {
        let how = Opening {
            access: FileAccessMask::FILE_READ_DATA
                | FileAccessMask::FILE_READ_ATTRIBUTES
                | FileAccessMask::SYNCHRONIZE,
            share: ShareAccess::FILE_SHARE_READ | ShareAccess::FILE_SHARE_WRITE,
            disposition: CreateDisposition::FileOpen,
            options: DIRECTORY_FILE | options,
        };
        let (handle, response) = live.runtime.block_on(live.open(&path, how))?;
        match kind(response.file_attributes, 0) {
            Kind::Folder => Ok(Self(Arc::new(Held { handle, path, _above: above }))),
            Kind::Symlink if options == 0 => Ok(Self(Arc::new(Held { handle, path, _above: above }))),
            Kind::Symlink => Err(Errno::LOOP.into()),
            _ => Err(Errno::NOTDIR.into()),
        }
    }

    /// The server's path of a name in this folder.
    pub(super) fn path_of(&self, name: &OsStr) -> io::Result<String> {
        let name = wire(name)?;
        Ok(if self.0.path.is_empty() { name } else { format!("{}\\{name}", self.0.path) })
    }

    pub(super) fn live(&self) -> &Arc<Live> {
        &self.0.handle.live
    }

    /// The next names that fit the pattern; none where there are no more.
    fn list(&self, pattern: &str, flags: u8) -> io::Result<Option<Vec<DirectoryInfoEntry>>> {
        let request = QueryDirectoryRequest {
            file_information_class: CLASS,
            flags: QueryDirectoryFlags(flags),
            file_index: 0,
            file_id: self.0.handle.id,
            output_buffer_length: LISTED,
            file_name: pattern.to_owned(),
        };
        match self.0.handle.wait(self.live().ask(Command::QueryDirectory, &request, LISTED as usize))? {
            (NtStatus::SUCCESS, body) => {
                let listed = unpacked::<QueryDirectoryResponse>(&body)?.output_buffer;
                parse_entries(CLASS, &listed).map(Some).map_err(|error| told::error(&error))
            }
            (NtStatus::NO_MORE_FILES | NtStatus::NO_SUCH_FILE, _) => Ok(None),
            (status, _) => Err(told::status(status, "QueryDirectory")),
        }
    }
}

impl Folder for SmbFolder {
    type File = SmbFile;

    fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<Entry>>> {
        let mut flags = AFRESH;
        let mut batch = vec![].into_iter();
        let mut ended = false;
        let next = move || loop {
            if let Some(entry) = batch.next() {
                match read(&entry) {
                    Some(entry) => return Some(Ok(entry)),
                    None => continue,
                }
            }
            if ended {
                return None;
            }
            match self.list("*", flags) {
                Ok(Some(entries)) => batch = entries.into_iter(),
                Ok(None) => ended = true,
                Err(error) => {
                    ended = true;
                    return Some(Err(error));
                }
            }
            flags = 0;
        };
        Ok(std::iter::from_fn(next))
    }

    fn about(&self, name: &OsStr) -> io::Result<About> {
        let name = wire(name)?;
        let entries = self.list(&name, AFRESH)?.unwrap_or_default();
        let entry = entries.iter().find(|entry| entry.file_name == name).ok_or(Errno::NOENT)?;
        Ok(About {
            kind: kind(entry.file_attributes, entry.ea_size),
            stamp: Stamp {
                device: 0,
                inode: entry.file_id.unwrap_or_default(),
                bytes: entry.end_of_file,
                modified: time(entry.last_write_time.0),
                changed: time(entry.change_time.0),
            },
        })
    }

    fn folder(&self, name: &OsStr) -> io::Result<Self> {
        Self::open(self.live(), self.path_of(name)?, Some(self.clone()), OPEN_REPARSE_POINT)
    }

    fn file(&self, name: &OsStr) -> io::Result<SmbFile> {
        SmbFile::open(self.live(), &self.path_of(name)?)
    }

    fn again(&self) -> io::Result<Self> {
        Ok(self.clone())
    }
}

/// A listing that begins anew, with another pattern.
const AFRESH: u8 = QueryDirectoryFlags::RESTART_SCANS | QueryDirectoryFlags::REOPEN;

/// The name as it is written to a server: nothing in it is a separator, a pattern or a stream.
fn wire(name: &OsStr) -> io::Result<String> {
    match name.to_str() {
        Some(name) if !matches!(name, "" | "." | "..") && !name.contains(['/', '\0']) => {
            Ok(encode_name(name).into_owned())
        }
        _ => Err(Said { errno: Errno::NOENT, detail: "no file server has such a name".to_owned() }.into()),
    }
}

/// One name of a listing; none for the folder itself and the one above.
fn read(entry: &DirectoryInfoEntry) -> Option<Entry> {
    if matches!(entry.file_name.as_str(), "" | "." | "..") {
        return None;
    }
    // No server should send these; what came of them can be seen, and is found nowhere.
    let name = decode_name(&entry.file_name).replace(['/', '\0'], "\u{fffd}");
    let size = Some((entry.end_of_file, time(entry.last_write_time.0).0));
    Some(Entry { name: name.into(), kind: kind(entry.file_attributes, entry.ea_size), size })
}

/// What attributes stand for. Of what links elsewhere or is put together elsewhere, only what the server itself stores
/// once for several files is a file.
pub(super) fn kind(attributes: u32, tag: u32) -> Kind {
    let has = |flag: u32| attributes & flag != 0;
    if has(FileAttributes::REPARSE_POINT)
        && (has(FileAttributes::DIRECTORY) || ReparseTag(tag) != ReparseTag::DEDUP)
    {
        Kind::Symlink
    } else if has(FileAttributes::DIRECTORY) {
        Kind::Folder
    } else if has(DEVICE) {
        Kind::Device
    } else {
        Kind::File
    }
}

/// Seconds and nanoseconds since 1970 of a server's time: tenths of microseconds since 1601.
pub(super) fn time(ticks: u64) -> (i64, i64) {
    const SECOND: u64 = 10_000_000;
    const TO_1970: i64 = 11_644_473_600;
    let seconds = i64::try_from(ticks / SECOND).unwrap_or(i64::MAX);
    let rest = i64::try_from(ticks % SECOND).unwrap_or_default();
    (seconds.saturating_sub(TO_1970), rest * 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_way_a_pattern_or_a_stream() {
        for bad in ["", ".", "..", "a/b", "a\0b"] {
            assert!(wire(OsStr::new(bad)).is_err(), "{bad:?}");
        }
        for odd in ["a\\b", "a:b", "a*b", "a?b", "a<b", "a\"b"] {
            let name = wire(OsStr::new(odd)).unwrap();
            assert!(!name.contains(['\\', ':', '*', '?', '<', '"']), "{odd:?} is {name:?}");
        }
        assert_eq!(wire(OsStr::new("tabel één.csv")).unwrap(), "tabel één.csv");
    }

    #[test]
    fn a_link_of_any_kind_is_no_file_and_no_folder() {
        let (folder, link) = (FileAttributes::DIRECTORY, FileAttributes::REPARSE_POINT);
        for (attributes, tag, expected) in [
            (0, 0, Kind::File),
            (folder, 0, Kind::Folder),
            (link, 0xA000_000C, Kind::Symlink),
            (link | folder, 0xA000_0003, Kind::Symlink),
            (link | folder, ReparseTag::DEDUP.0, Kind::Symlink),
            (link, ReparseTag::DEDUP.0, Kind::File),
            (DEVICE, 0, Kind::Device),
        ] {
            assert_eq!(kind(attributes, tag), expected, "{attributes:x} {tag:x}");
        }
    }

    #[test]
    fn times_are_counted_from_1970() {
        assert_eq!(time(116_444_736_000_000_000), (0, 0));
        assert_eq!(time(116_444_736_010_000_005), (1, 500));
        assert!(time(u64::MAX).0 > 0 && time(0).0 < 0);
    }
}
