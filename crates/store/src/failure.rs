//! What the database says, in words for the person at the desk.

use exeat_desk::ports::{Failure, Port};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// A failure of the store, with its code and its two messages.
pub(crate) fn failure(
    code: &'static str,
    message: impl Into<String>,
    detail: impl std::fmt::Display,
) -> Failure {
    Failure::new(Port::Store, code, message, detail)
}

/// What is in the database cannot be what was written.
pub(crate) fn corrupt(what: impl std::fmt::Display, detail: impl std::fmt::Display) -> Failure {
    let message = format!(
        "{what} in the store cannot be read back as it was written. Stop the desk, keep a copy of the database \
         file, and restore the last backup."
    );
    failure("store-corrupt", message, detail)
}

/// The failure that a database error comes to.
#[allow(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub(crate) fn failed(error: DbErr) -> Failure {
    let (code, message) = match primary_code(&error) {
        // SQLITE_BUSY, SQLITE_LOCKED
        Some(5 | 6) => locked(),
        // SQLITE_FULL
        Some(13) => (
            "store-full",
            "The disk that holds the store is full, so nothing was written. Free some space, then try again.",
        ),
        // SQLITE_CORRUPT, SQLITE_NOTADB
        Some(11 | 26) => (
            "store-corrupt",
            "The database file is damaged or is no database of Exeat's. Stop the desk, keep a copy of the file, \
             and restore the last backup.",
        ),
        // SQLITE_CANTOPEN
        Some(14) => (
            "store-missing",
            "The database file cannot be opened. Check that its folder is there and belongs to the account the \
             desk runs as.",
        ),
        // SQLITE_READONLY, SQLITE_PERM
        Some(8 | 3) => (
            "store-read-only",
            "The database file cannot be written. Check that it and its folder belong to the account the desk \
             runs as, and that the disk is not mounted read-only.",
        ),
        _ if matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) => locked(),
        _ => (
            "store-failed",
            "The store could not do what was asked, and nothing was written. Try again; the log says what the \
             database answered.",
        ),
    };
    failure(code, message, &error)
}

const fn locked() -> (&'static str, &'static str) {
    (
        "store-locked",
        "Another program has kept the store locked for too long, so nothing was written. End backups or database \
         tools that hold the file open, then try again.",
    )
}

/// The primary result code of SQLite, if it was SQLite that failed.
fn primary_code(error: &DbErr) -> Option<u32> {
    let (DbErr::Conn(RuntimeErr::SqlxError(inner))
    | DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    let SqlxError::Database(answer) = inner.as_ref() else { return None };
    let extended: u32 = answer.code()?.parse().ok()?;
    Some(extended & 0xff)
}
