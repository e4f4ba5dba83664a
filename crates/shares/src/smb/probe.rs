//! Trying a file server: how the connection is protected, as whom, and what may be done there.

use async_trait::async_trait;
use exeat_desk::ports::{Probe, Sign};
use rustix::io::Errno;
use smb2::msg::create::{CreateDisposition, ShareAccess};
use smb2::types::flags::FileAccessMask;

use super::folder::DIRECTORY_FILE;
use super::live::Opening;
use super::{Server, SmbArchive, SmbBase, SmbShare};
use crate::probe::{ArchiveRoom, Tried, kept_out, left, put_twice, readable, roomy, secret_name};
use crate::said::errno;
use crate::tree::Base as _;

#[async_trait]
impl Probe for SmbShare {
    async fn probe(&self) -> Vec<Sign> {
        tried(&self.0, |base| vec![kept_out(may_write(base))]).await
    }
}

#[async_trait]
impl Probe for ArchiveRoom<SmbArchive> {
    async fn probe(&self) -> Vec<Sign> {
        let largest = self.largest;
        tried(&self.archive.server, move |base| takes_files(base, largest)).await
    }
}

/// What can be seen of any folder, and what `further` sees.
async fn tried(server: &Server, further: impl FnOnce(&SmbBase) -> Vec<Sign> + Send + 'static) -> Vec<Sign> {
    let user = exeat_domain::path::shown(&server.at.user);
    let signs = server.within(move |base| {
        let protection = format!("{}, as “{user}”.", base.live.protection);
        let protected = if base.live.connection.should_encrypt() {
            Sign::fine(protection)
        } else {
            Sign::warning(
                protection,
                "Switch encryption on at the server, and take `unencrypted` out of the configuration.",
            )
        };
        let mut signs = vec![protected, readable(base, &base.top)];
        signs.extend(further(base));
        Ok(signs)
    });
    signs.await.unwrap_or_else(|failure| vec![failure.into()])
}

/// Asks for the right to put files or folders into it, and uses it for nothing.
fn may_write(base: &SmbBase) -> Tried {
    let may = |access: u32| {
        let how = Opening {
            access,
            share: ShareAccess::FILE_SHARE_READ
                | ShareAccess::FILE_SHARE_WRITE
                | ShareAccess::FILE_SHARE_DELETE,
            disposition: CreateDisposition::FileOpen,
            options: DIRECTORY_FILE,
        };
        base.live.runtime.block_on(base.live.open(&base.top.0.path, how)).map(drop)
    };
    // To add a file, and to add a folder.
    for right in [FileAccessMask::FILE_WRITE_DATA, FileAccessMask::FILE_APPEND_DATA] {
        match may(right) {
            Err(error) if errno(&error) == Some(Errno::ACCESS) => {}
            Err(error) => return Tried::Unmade(error),
            Ok(()) => return Tried::Removed,
        }
    }
    Tried::Unmade(Errno::ACCESS.into())
}

/// Puts files there as a release does, and sees that none takes the place of another, and how much room there is.
fn takes_files(base: &SmbBase, largest: u64) -> Vec<Sign> {
    let name = match secret_name() {
        Ok(name) => name,
        Err(error) => return vec![base.failure(&error).into()],
    };
    let mut signs = vec![put_twice(&base.top, &name).unwrap_or_else(|error| base.failure(&error).into())];
    match base.top.remove(name.as_ref()) {
        Err(error) if errno(&error) != Some(Errno::NOENT) => signs.push(left(&name, &error)),
        _ => {}
    }
    let room = base.top.0.handle.room();
    signs.push(room.map_or_else(|error| base.failure(&error).into(), |room| roomy(room, largest)));
    signs
}
