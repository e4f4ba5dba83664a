//! Putting files into a folder of a file server: begun under a name of its own that nobody else may open, flushed, read
//! back, and renamed without replacing.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::sync::Arc;

use rustix::io::Errno;
use sha2::{Digest, Sha256};
use smb2::msg::create::{CreateDisposition, ShareAccess};
use smb2::msg::flush::FlushRequest;
use smb2::msg::query_info::InfoType;
use smb2::msg::read::SMB2_CHANNEL_NONE;
use smb2::msg::set_info::SetInfoRequest;
use smb2::msg::write::{WriteRequest, WriteResponse};
use smb2::types::Command;
use smb2::types::flags::FileAccessMask;
use tokio::task::JoinHandle;

use super::file::{Ahead, WINDOW};
use super::folder::{DIRECTORY_FILE, NON_DIRECTORY_FILE, OPEN_REPARSE_POINT, SmbFolder};
use super::live::{Handle, Opening, unpacked};
use super::told;
use crate::entry::Kind;
use crate::said::errno;
use crate::temporary::Temporary;
use crate::tree::{Folder as _, Keep, New};

const DELETE_ON_CLOSE: u32 = 0x1000;
/// Kinds of information that are set: a name, and whether it is gone once closed.
const RENAME: u8 = 10;
const DISPOSITION: u8 = 13;
/// Where the data of a write begins: behind the header and the fixed part.
const DATA: u16 = 0x70;

/// A file of a file server that is being written.
pub(crate) struct SmbNew {
    folder: SmbFolder,
    handle: Arc<Handle>,
    block: Vec<u8>,
    size: usize,
    written: u64,
    hash: Sha256,
    flying: VecDeque<JoinHandle<io::Result<()>>>,
    placed: bool,
}

impl Keep for SmbFolder {
    type New = SmbNew;

    fn make_folder(&self, name: &OsStr) -> io::Result<()> {
        let how = Opening {
            access: FileAccessMask::FILE_READ_ATTRIBUTES,
            share: ShareAccess::FILE_SHARE_READ | ShareAccess::FILE_SHARE_WRITE,
            disposition: CreateDisposition::FileCreate,
            options: DIRECTORY_FILE,
        };
        let live = self.live();
        live.runtime.block_on(live.open(&self.path_of(name)?, how)).map(drop)
    }

    fn begin(&self) -> io::Result<SmbNew> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(io::Error::other)?;
        let name = format!(".exeat-{:032x}.tmp", u128::from_be_bytes(bits));
        let how = Opening {
            access: FileAccessMask::FILE_READ_DATA
                | FileAccessMask::FILE_WRITE_DATA
                | FileAccessMask::FILE_READ_ATTRIBUTES
                | FileAccessMask::DELETE
                | FileAccessMask::SYNCHRONIZE,
            share: 0,
            disposition: CreateDisposition::FileCreate,
            options: NON_DIRECTORY_FILE,
        };
        let live = self.live();
        let (handle, _) = live.runtime.block_on(live.open(&self.path_of(OsStr::new(&name))?, how))?;
        Ok(SmbNew {
            folder: self.clone(),
            handle: Arc::new(handle),
            block: vec![],
            size: live.blocks.1 as usize,
            written: 0,
            hash: Sha256::new(),
            flying: VecDeque::new(),
            placed: false,
        })
    }

    /// A server keeps its names itself; the file was flushed before it got its own.
    fn settle(&self) -> io::Result<()> {
        Ok(())
    }

    fn sweep(&self) -> io::Result<usize> {
        let entries = self.entries()?.collect::<io::Result<Vec<_>>>()?;
        let left = |name: &OsStr| name.to_str().is_some_and(Temporary::is_one);
        let mut removed = 0;
        for entry in entries.iter().filter(|entry| entry.kind == Kind::File && left(&entry.name)) {
            match self.remove(&entry.name) {
                Ok(()) => removed += 1,
                // It is held, or another sweep was faster.
                Err(error) if matches!(errno(&error), Some(Errno::TXTBSY | Errno::NOENT)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }
}

impl SmbFolder {
    /// Removes a file that nobody holds.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        let how = Opening {
            access: FileAccessMask::DELETE | FileAccessMask::FILE_READ_ATTRIBUTES,
            share: 0,
            disposition: CreateDisposition::FileOpen,
            options: NON_DIRECTORY_FILE | OPEN_REPARSE_POINT | DELETE_ON_CLOSE,
        };
        let live = self.live();
        live.runtime.block_on(live.open(&self.path_of(name)?, how))?.0.close()
    }
}

impl SmbNew {
    /// Sends what was gathered, with no more on its way than there may be.
    fn send(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        if self.flying.len() >= WINDOW {
            self.landed()?;
        }
        let data = std::mem::take(&mut self.block);
        let (handle, offset) = (Arc::clone(&self.handle), self.written);
        self.written += data.len() as u64;
        self.flying
            .push_back(self.handle.live.runtime.spawn(async move { send(&handle, offset, data).await }));
        Ok(())
    }

    /// Waits for the write that was sent first.
    fn landed(&mut self) -> io::Result<()> {
        let Some(first) = self.flying.pop_front() else { return Ok(()) };
        self.handle.live.runtime.block_on(first).unwrap_or_else(|error| Err(told::lost(error)))
    }

    /// Reads what the server holds, and sees that it is what was sent.
    fn read_back(&self) -> io::Result<()> {
        let mut ahead = Ahead::new(&self.handle, self.written, self.handle.live.blocks.0);
        let mut hash = Sha256::new();
        loop {
            let block = ahead.next()?;
            if block.is_empty() {
                break;
            }
            hash.update(&block);
        }
        if hash.finalize() == self.hash.clone().finalize() {
            Ok(())
        } else {
            Err(told::garbled("a file that was written is not what was sent"))
        }
    }

    fn set(&self, class: u8, buffer: Vec<u8>) -> io::Result<()> {
        let request = SetInfoRequest {
            info_type: InfoType::File,
            file_info_class: class,
            additional_information: 0,
            file_id: self.handle.id,
            buffer,
        };
        self.handle.wait(self.handle.live.done(Command::SetInfo, &request, 0)).map(drop)
    }
}

impl Write for SmbNew {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() >= self.size {
            self.send()?;
        }
        let size = bytes.len().min(self.size - self.block.len());
        let taken = bytes.get(..size).unwrap_or_default();
        self.block.extend_from_slice(taken);
        self.hash.update(taken);
        Ok(size)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()?;
        while !self.flying.is_empty() {
            self.landed()?;
        }
        let request = FlushRequest { file_id: self.handle.id };
        self.handle.wait(self.handle.live.done(Command::Flush, &request, 0)).map(drop)
    }
}

impl New for SmbNew {
    fn place(&mut self, name: &str) -> io::Result<bool> {
        self.flush()?;
        self.read_back()?;
        match self.set(RENAME, renamed(&self.folder.path_of(OsStr::new(name))?)) {
            Ok(()) => {
                self.placed = true;
                Ok(true)
            }
            Err(error) if errno(&error) == Some(Errno::EXIST) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for SmbNew {
    fn drop(&mut self) {
        self.flying.iter().for_each(JoinHandle::abort);
        if self.handle.live.is_lost() {
            return;
        }
        // What cannot be removed now is removed by the next sweep.
        if !self.placed {
            let _ = self.set(DISPOSITION, vec![1]);
        }
        let _ = self.handle.close();
    }
}

async fn send(handle: &Handle, offset: u64, data: Vec<u8>) -> io::Result<()> {
    let size = data.len();
    let request = WriteRequest {
        data_offset: DATA,
        offset,
        file_id: handle.id,
        channel: SMB2_CHANNEL_NONE,
        remaining_bytes: 0,
        write_channel_info_offset: 0,
        write_channel_info_length: 0,
        flags: 0,
        data,
    };
    let body = handle.live.done(Command::Write, &request, size).await?;
    if unpacked::<WriteResponse>(&body)?.count as usize == size {
        Ok(())
    } else {
        Err(told::garbled("fewer bytes were written than were sent"))
    }
}

/// The message that gives a file another name, if nothing has that.
fn renamed(path: &str) -> Vec<u8> {
    let name: Vec<u8> = path.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let size = u32::try_from(name.len()).unwrap_or(u32::MAX);
    // Never over another; the path is the share's, not a folder's.
    [&[0; 16][..], &size.to_le_bytes(), &name].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renaming_never_replaces() {
        assert_eq!(renamed("é"), [&[0; 16][..], &[2, 0, 0, 0, 0xe9, 0]].concat());
    }
}
