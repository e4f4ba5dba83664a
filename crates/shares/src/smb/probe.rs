//! Trying a file server: how the connection is protected, as whom, and what may be done there.

use std::io::Write as _;

use async_trait::async_trait;
use exeat_desk::ports::{Probe, Sign};
use rustix::io::Errno;
use smb2::msg::create::{CreateDisposition, ShareAccess};
use smb2::types::flags::FileAccessMask;

use super::folder::DIRECTORY_FILE;
use super::live::Opening;
use super::{Server, SmbArchive, SmbBase, SmbShare};
use crate::probe::{Tried, kept_out, readable};
use crate::said::errno;
use crate::tree::{Base as _, Keep as _};

#[async_trait]
impl Probe for SmbShare {
    async fn probe(&self) -> Vec<Sign> {
        tried(&self.0, |base| vec![kept_out(may_write(base))]).await
    }
}

#[async_trait]
impl Probe for SmbArchive {
    async fn probe(&self) -> Vec<Sign> {
        tried(&self.server, |base| vec![takes_files(base)]).await
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

/// Begins a file as a release does, and lets it go.
fn takes_files(base: &SmbBase) -> Sign {
    let begun = base.top.begin().and_then(|mut new| new.write_all(b"probe").and_then(|()| new.flush()));
    match begun {
        Ok(()) => Sign::fine("Files can be put into it; a server renames none over another."),
        Err(error) => base.failure(&error).into(),
    }
}
