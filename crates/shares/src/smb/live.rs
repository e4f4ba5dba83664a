//! A connection to a share, logged in and encrypted, and what is asked over it. Every answer is waited for so long and no
//! longer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use smb2::client::Connection;
use smb2::msg::close::CloseRequest;
use smb2::msg::create::{CreateDisposition, CreateRequest, CreateResponse, ImpersonationLevel, ShareAccess};
use smb2::msg::query_info::{InfoType, QueryInfoRequest, QueryInfoResponse};
use smb2::pack::{Pack, ReadCursor, Unpack};
use smb2::types::flags::FileAccessMask;
use smb2::types::status::NtStatus;
use smb2::types::{Command, CreditCharge, FileId, OplockLevel, TreeId};
use tokio::runtime::Handle as Runtime;

use super::told;

/// What one request moves at most, in bytes: several smaller ones are on their way, decrypted and copied at once sooner than
/// one that is as large.
const BLOCK: u32 = 256 << 10;
/// How large a file system is, and how much of it the account may use.
const FULL_SIZE: u8 = 7;
/// What one credit pays for, in bytes.
const CREDIT: usize = 64 << 10;

/// A share that can be worked in.
pub(super) struct Live {
    pub(super) connection: Connection,
    pub(super) tree: TreeId,
    /// How long an answer may take.
    pub(super) patience: Duration,
    pub(super) runtime: Runtime,
    /// What one read and one write may move.
    pub(super) blocks: (u32, u32),
    /// How it is protected, for people: `SMB 3.1.1, encrypted (AES-128-GCM)`.
    pub(super) protection: String,
}

/// What is to be opened, and how.
#[derive(Clone, Copy)]
pub(super) struct Opening {
    pub(super) access: u32,
    pub(super) share: u32,
    pub(super) disposition: CreateDisposition,
    pub(super) options: u32,
}

impl Live {
    pub(super) fn block(size: u32) -> u32 {
        size.clamp(4096, BLOCK)
    }

    /// Whether nothing more can be asked over it.
    pub(super) fn is_lost(&self) -> bool {
        self.connection.is_disconnected()
    }

    /// Asks, and gives the answer with its status. `moved` bytes go either way beside the message.
    pub(super) async fn ask(
        &self,
        command: Command,
        body: &dyn Pack,
        moved: usize,
    ) -> io::Result<(NtStatus, Vec<u8>)> {
        let credits = u16::try_from(moved.div_ceil(CREDIT).max(1)).unwrap_or(u16::MAX);
        let asked =
            self.connection.execute_with_credits(command, body, Some(self.tree), CreditCharge(credits));
        let answer = match tokio::time::timeout(self.patience, asked).await {
            Ok(answer) => answer,
            Err(_) => {
                self.connection.mark_dead();
                return Err(told::lost(format!("{command:?}: no answer in {:?}", self.patience)));
            }
        };
        let frame = answer.map_err(|error| {
            // After an answer that is not the server's, or makes no sense, no other is believed.
            self.connection.mark_dead();
            told::error(&error)
        })?;
        if told::ended(frame.header.status) {
            self.connection.mark_dead();
        }
        Ok((frame.header.status, frame.body))
    }

    /// Asks for something that either works or does not.
    pub(super) async fn done(&self, command: Command, body: &dyn Pack, moved: usize) -> io::Result<Vec<u8>> {
        match self.ask(command, body, moved).await? {
            (NtStatus::SUCCESS, body) => Ok(body),
            (status, _) => Err(told::status(status, format!("{command:?}"))),
        }
    }

    /// Opens what lies at a path of the share.
    pub(super) async fn open(
        self: &Arc<Self>,
        path: &str,
        how: Opening,
    ) -> io::Result<(Handle, CreateResponse)> {
        let request = CreateRequest {
            requested_oplock_level: OplockLevel::None,
            impersonation_level: ImpersonationLevel::Impersonation,
            desired_access: FileAccessMask::new(how.access),
            file_attributes: 0,
            share_access: ShareAccess(how.share),
            create_disposition: how.disposition,
            create_options: how.options,
            name: path.to_owned(),
            create_contexts: vec![],
        };
        let body = self.done(Command::Create, &request, 0).await?;
        let response: CreateResponse = unpacked(&body)?;
        Ok((
            Handle { live: Arc::clone(self), id: response.file_id, closed: AtomicBool::new(false) },
            response,
        ))
    }
}

/// The number at a place of an answer.
pub(super) fn number(bytes: &[u8], at: usize) -> io::Result<u32> {
    let found = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    found.map(u32::from_le_bytes).ok_or_else(|| told::garbled("it is too short"))
}

/// The long number at a place of an answer.
pub(super) fn long(bytes: &[u8], at: usize) -> io::Result<u64> {
    let found = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    found.map(u64::from_le_bytes).ok_or_else(|| told::garbled("it is too short"))
}

/// The message in an answer.
pub(super) fn unpacked<T: Unpack>(body: &[u8]) -> io::Result<T> {
    T::unpack(&mut ReadCursor::new(body)).map_err(|error| told::error(&error))
}

/// Something that is open at the server; closed when it is dropped.
pub(super) struct Handle {
    pub(super) live: Arc<Live>,
    pub(super) id: FileId,
    closed: AtomicBool,
}

impl Handle {
    /// Waits for work at the server, from a thread that may wait.
    pub(super) fn wait<T>(&self, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        self.live.runtime.block_on(work)
    }

    /// Information of this class about what is open. It may be cut off behind the first `most` bytes.
    pub(super) fn information(&self, class: u8, most: u32) -> io::Result<Vec<u8>> {
        self.told(InfoType::File, class, most)
    }

    /// How many bytes may still be put where it lies.
    pub(super) fn room(&self) -> io::Result<u64> {
        let size = self.told(InfoType::Filesystem, FULL_SIZE, 32)?;
        let (units, sectors, bytes) = (long(&size, 8)?, number(&size, 24)?, number(&size, 28)?);
        Ok(units.saturating_mul(u64::from(sectors)).saturating_mul(u64::from(bytes)))
    }

    fn told(&self, info_type: InfoType, class: u8, most: u32) -> io::Result<Vec<u8>> {
        let request = QueryInfoRequest {
            info_type,
            file_info_class: class,
            output_buffer_length: most,
            additional_information: 0,
            flags: 0,
            file_id: self.id,
            input_buffer: vec![],
        };
        match self.wait(self.live.ask(Command::QueryInfo, &request, 0))? {
            (NtStatus::SUCCESS | NtStatus::BUFFER_OVERFLOW, body) => {
                Ok(unpacked::<QueryInfoResponse>(&body)?.output_buffer)
            }
            (status, _) => Err(told::status(status, "QueryInfo")),
        }
    }

    /// Closes it, and waits until it is closed. Nothing can be done with it any more.
    pub(super) fn close(&self) -> io::Result<()> {
        self.closed.store(true, Ordering::Relaxed);
        let request = CloseRequest { flags: 0, file_id: self.id };
        self.wait(self.live.done(Command::Close, &request, 0)).map(drop)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.closed.load(Ordering::Relaxed) || self.live.is_lost() {
            return;
        }
        let (live, request) = (Arc::clone(&self.live), CloseRequest { flags: 0, file_id: self.id });
        self.live.runtime.spawn(async move {
            // What is not closed now is closed with the connection.
            let _ = live.done(Command::Close, &request, 0).await;
        });
    }
}
