//! A file of a file server, read in order with some blocks asked for ahead. Nobody can write to it meanwhile.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use rustix::io::Errno;
use smb2::ReparseTag;
use smb2::msg::create::{CreateDisposition, ShareAccess};
use smb2::msg::read::{ReadRequest, ReadResponse, SMB2_CHANNEL_NONE, SMB2_READFLAG_READ_UNBUFFERED};
use smb2::types::Command;
use smb2::types::flags::{FileAccessMask, FileAttributes};
use smb2::types::status::NtStatus;
use tokio::task::JoinHandle;

use super::folder::{NON_DIRECTORY_FILE, OPEN_REPARSE_POINT, kind, time};
use super::live::{Handle, Live, Opening, long, number, unpacked};
use super::told;
use crate::entry::Stamp;
use crate::tree::{About, Opened};

/// How many blocks are asked for at once.
pub(super) const WINDOW: usize = 32;
/// How much is asked for behind the end, to see that it is the end.
const BEHIND: u32 = 4096;
/// Everything about a file, and its attributes with what kind of link it is.
const ALL: u8 = 18;
const ATTRIBUTE_TAG: u8 = 35;

/// A file that is open for reading.
pub(crate) struct SmbFile {
    handle: Arc<Handle>,
    ahead: Ahead,
    block: Vec<u8>,
    read: usize,
}

impl SmbFile {
    pub(super) fn open(live: &Arc<Live>, path: &str) -> io::Result<Self> {
        let mut how = Opening {
            access: FileAccessMask::FILE_READ_DATA
                | FileAccessMask::FILE_READ_ATTRIBUTES
                | FileAccessMask::SYNCHRONIZE,
            share: ShareAccess::FILE_SHARE_READ | ShareAccess::FILE_SHARE_DELETE,
            disposition: CreateDisposition::FileOpen,
            options: NON_DIRECTORY_FILE | OPEN_REPARSE_POINT,
        };
        let (mut handle, response) = live.runtime.block_on(live.open(path, how))?;
        if response.file_attributes & FileAttributes::REPARSE_POINT != 0 {
            let stored_once = number(&handle.information(ATTRIBUTE_TAG, 8)?, 4)? == ReparseTag::DEDUP.0;
            if !stored_once {
                return Err(Errno::LOOP.into());
            }
            // Its bytes are read by opening it without the flag; that it is the same file is seen by its number.
            let itself = about(&handle)?.stamp.inode;
            how.options = NON_DIRECTORY_FILE;
            handle = live.runtime.block_on(live.open(path, how))?.0;
            if about(&handle)?.stamp.inode != itself {
                return Err(Errno::LOOP.into());
            }
        }
        let handle = Arc::new(handle);
        let ahead = Ahead::new(&handle, response.end_of_file, live.blocks.0);
        Ok(Self { handle, ahead, block: vec![], read: 0 })
    }
}

impl Opened for SmbFile {
    fn about(&self) -> io::Result<About> {
        about(&self.handle)
    }
}

impl Read for SmbFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.block.len() {
            self.block = self.ahead.next()?;
            self.read = 0;
        }
        let left = self.block.get(self.read..).unwrap_or_default();
        let size = left.len().min(into.len());
        if let (Some(from), Some(to)) = (left.get(..size), into.get_mut(..size)) {
            to.copy_from_slice(from);
        }
        self.read += size;
        Ok(size)
    }
}

/// Blocks that are on their way.
pub(super) struct Ahead {
    handle: Arc<Handle>,
    flying: VecDeque<JoinHandle<io::Result<Vec<u8>>>>,
    next: u64,
    bytes: u64,
    block: u32,
    /// Whether the end was asked for.
    asked: bool,
}

impl Ahead {
    pub(super) fn new(handle: &Arc<Handle>, bytes: u64, block: u32) -> Self {
        Self { handle: Arc::clone(handle), flying: VecDeque::new(), next: 0, bytes, block, asked: false }
    }

    /// The next block; an empty one at the end.
    pub(super) fn next(&mut self) -> io::Result<Vec<u8>> {
        while self.flying.len() < WINDOW && !self.asked {
            let left = self.bytes.saturating_sub(self.next);
            self.asked = left == 0;
            let size = u32::try_from(left).unwrap_or(u32::MAX).min(self.block);
            let size = if self.asked { BEHIND } else { size };
            let (handle, from) = (Arc::clone(&self.handle), self.next);
            self.next += u64::from(size);
            self.flying
                .push_back(self.handle.live.runtime.spawn(async move { fetch(&handle, from, size).await }));
        }
        let Some(block) = self.flying.pop_front() else { return Ok(vec![]) };
        let runtime = self.handle.live.runtime.clone();
        runtime.block_on(block).unwrap_or_else(|error| Err(told::lost(error)))
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.flying.iter().for_each(JoinHandle::abort);
    }
}

/// So many bytes from this place on; fewer only where the file ends.
async fn fetch(handle: &Handle, from: u64, size: u32) -> io::Result<Vec<u8>> {
    let mut block: Vec<u8> = vec![];
    loop {
        let had = u32::try_from(block.len()).unwrap_or(u32::MAX);
        let left = size.saturating_sub(had);
        if left == 0 {
            return Ok(block);
        }
        let request = ReadRequest {
            padding: 0x50,
            flags: SMB2_READFLAG_READ_UNBUFFERED,
            length: left,
            offset: from + u64::from(had),
            file_id: handle.id,
            minimum_count: 0,
            channel: SMB2_CHANNEL_NONE,
            remaining_bytes: 0,
            read_channel_info: vec![],
        };
        let data = match handle.live.ask(Command::Read, &request, left as usize).await? {
            (NtStatus::SUCCESS, body) => unpacked::<ReadResponse>(&body)?.data,
            (NtStatus::END_OF_FILE, _) => return Ok(block),
            (status, _) => return Err(told::status(status, "Read")),
        };
        if data.is_empty() {
            return Ok(block);
        }
        if data.len() > left as usize {
            return Err(told::garbled("more bytes than were asked for"));
        }
        if block.is_empty() { block = data } else { block.extend(data) }
    }
}

/// What is open, as it is now.
fn about(handle: &Handle) -> io::Result<About> {
    let all = handle.information(ALL, 4096)?;
    Ok(About {
        kind: kind(number(&all, 32)?, ReparseTag::DEDUP.0),
        stamp: Stamp {
            device: 0,
            inode: long(&all, 64)?,
            bytes: long(&all, 48)?,
            modified: time(long(&all, 16)?),
            changed: time(long(&all, 24)?),
        },
    })
}
