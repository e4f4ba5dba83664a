//! The desk's lock: one process at a time does the desk's work.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::out::Failed;

/// Held while this process does the desk's work; given up when dropped, and by the system when the process dies.
#[derive(Debug)]
pub(crate) struct Lock(#[allow(dead_code, reason = "held, not read")] File);

/// Takes the lock; none where another process holds it.
///
/// # Errors
/// [`Failed`] where the lock's file cannot be made.
pub(crate) fn take(state: &Path) -> Result<Option<Lock>, Failed> {
    let path = state.join("desk.lock");
    let failed = |error: std::io::Error| {
        Failed::refused("lock", format!("{} cannot be locked: {error}", path.display()))
    };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
