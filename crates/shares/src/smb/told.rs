//! What a file server said, in the system's codes.

use std::io;

use rustix::io::Errno;
use smb2::Error;
use smb2::types::status::NtStatus;

use crate::said::Said;

/// Statuses that the library has no name for.
const QUOTA_EXCEEDED: NtStatus = NtStatus(0xC000_0044);
const MEDIA_WRITE_PROTECTED: NtStatus = NtStatus(0xC000_00A2);
const DIRECTORY_NOT_EMPTY: NtStatus = NtStatus(0xC000_0101);
const NAME_TOO_LONG: NtStatus = NtStatus(0xC000_0106);

/// What a status means for the file or the share that was asked about.
pub(super) fn status(status: NtStatus, what: impl std::fmt::Display) -> io::Error {
    let errno = match status {
        NtStatus::OBJECT_NAME_NOT_FOUND
        | NtStatus::OBJECT_PATH_NOT_FOUND
        | NtStatus::OBJECT_NAME_INVALID
        | NtStatus::NO_SUCH_FILE
        | NtStatus::DELETE_PENDING
        | NtStatus::FILE_IS_A_DIRECTORY => Errno::NOENT,
        NtStatus::NOT_A_DIRECTORY => Errno::NOTDIR,
        NtStatus::ACCESS_DENIED | NtStatus::CANNOT_DELETE => Errno::ACCESS,
        NtStatus::SHARING_VIOLATION | NtStatus::FILE_LOCK_CONFLICT => Errno::TXTBSY,
        NtStatus::STOPPED_ON_SYMLINK => Errno::LOOP,
        NtStatus::PATH_NOT_COVERED => Errno::XDEV,
        NtStatus::OBJECT_NAME_COLLISION => Errno::EXIST,
        NtStatus::DISK_FULL => Errno::NOSPC,
        QUOTA_EXCEEDED => Errno::DQUOT,
        MEDIA_WRITE_PROTECTED => Errno::ROFS,
        DIRECTORY_NOT_EMPTY => Errno::NOTEMPTY,
        NAME_TOO_LONG => Errno::NAMETOOLONG,
        other if ended(other) => Errno::HOSTDOWN,
        _ => Errno::IO,
    };
    Said { errno, detail: format!("{what}: {status}") }.into()
}

/// What the library says of the connection.
pub(super) fn error(error: &Error) -> io::Error {
    match error {
        Error::Protocol { status, command } => self::status(*status, format!("{command:?}")),
        // Bytes that make no sense, or that the server did not sign.
        Error::InvalidData { .. } | Error::SignatureInvalid { .. } => {
            Said { errno: Errno::IO, detail: error.to_string() }.into()
        }
        _ => lost(error),
    }
}

/// The server is no longer there.
pub(super) fn lost(detail: impl std::fmt::Display) -> io::Error {
    Said { errno: Errno::HOSTDOWN, detail: detail.to_string() }.into()
}

/// What was answered cannot be understood.
pub(super) fn garbled(what: &str) -> io::Error {
    Said { errno: Errno::IO, detail: format!("the file server's answer makes no sense: {what}") }.into()
}

/// Whether the session has ended: nothing that it held is worth anything any more.
pub(super) fn ended(status: NtStatus) -> bool {
    matches!(
        status,
        NtStatus::NETWORK_NAME_DELETED
            | NtStatus::USER_SESSION_DELETED
            | NtStatus::NETWORK_SESSION_EXPIRED
            | NtStatus::BAD_NETWORK_NAME
    )
}

#[cfg(test)]
mod tests {
    use crate::problem::Trouble;
    use crate::said::errno;

    use super::*;

    #[test]
    fn a_status_is_the_files_trouble_or_the_shares() {
        for (said, code) in [
            (NtStatus::OBJECT_NAME_NOT_FOUND, Some("missing")),
            (NtStatus::ACCESS_DENIED, Some("denied")),
            (NtStatus::SHARING_VIOLATION, Some("in-use")),
            (NtStatus::STOPPED_ON_SYMLINK, Some("symlink")),
            (NtStatus::PATH_NOT_COVERED, Some("other-disk")),
            (NtStatus::NETWORK_NAME_DELETED, None),
            (NtStatus::INTERNAL_ERROR, None),
        ] {
            let error = status(said, "Create");
            assert_eq!(Trouble::of(&error, "a").map(|trouble| trouble.code()), code, "{said}");
        }
        assert_eq!(errno(&status(NtStatus::DISK_FULL, "Write")), Some(Errno::NOSPC));
        assert_eq!(errno(&error(&Error::Disconnected)), Some(Errno::HOSTDOWN));
    }
}
