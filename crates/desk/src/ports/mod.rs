//! What the desk needs of the world. Each port is small, and each failure says what a person can do about it.

mod accounts;
mod courier;
mod drafts;
mod files;
mod insights;
mod ledger;
mod probe;
mod queue;
mod scanner;
mod store;
mod tokens;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_domain::roster::Roster;
use secrecy::SecretString;

pub use accounts::{Account, Accounts, Invitation, KeptSession};
pub use courier::{
    Answering, Attachment, Body, Courier, Infected, Lapsed, Letter, Ready, Receipt, Received, Recipient,
    Rejected, Released, Returned, ReturnedFile, Standing, Written,
};
pub use drafts::{Answered, Sent};
pub use files::{
    Archive, Before, Earlier, Encoded, FileProblem, Found, Inspectable, Inspected, Leaf, Listing, Look, Part,
    Scratch, SealWriter, Seals, Share, Shown, Spooled,
};
pub use insights::{Insights, Month, SPREAD, Scope, Turnaround};
pub use ledger::{ExportCursor, LedgerPlace, LedgerQuery, Walked};
pub use probe::{Connection, Health, Probe, Sign};
pub use queue::{AtWork, Queue, Waiting};
pub use scanner::{Scanned, Scanner};
pub use store::{Change, Effects, Filter, Job, JobId, Known, LedgerEntry, Store, StoreError, Summary, Task};
pub use tokens::{Token, Tokens};

/// Which port failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Port {
    /// The store.
    Store,
    /// The share that files are asked from.
    Share,
    /// The sealed copies.
    Seals,
    /// The checks' process.
    Checks,
    /// The virus scanner.
    Scanner,
    /// The archive.
    Archive,
    /// The folder for temporary files.
    Scratch,
    /// The making and testing of packages.
    Package,
    /// The password vault.
    Vault,
    /// The mail server or outbox.
    Courier,
    /// The roster.
    Roster,
    /// A door that requests come in by.
    Door,
}

impl fmt::Display for Port {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Store => "store",
            Self::Share => "share",
            Self::Seals => "seals",
            Self::Checks => "checks",
            Self::Scanner => "scanner",
            Self::Archive => "archive",
            Self::Scratch => "scratch folder",
            Self::Package => "package",
            Self::Vault => "vault",
            Self::Courier => "courier",
            Self::Roster => "roster",
            Self::Door => "door",
        })
    }
}

/// A port could not do its work. The work stays as it was, and can be tried again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{port}: {message}")]
pub struct Failure {
    /// Which port.
    pub port: Port,
    /// A stable code, such as `share-gone` or `vault-locked`.
    pub code: &'static str,
    /// For the person: what happened, where, and what to do next. Shown on the desk as the cause.
    pub message: String,
    /// For the log: what the library or the system said. Never a secret.
    pub detail: String,
}

impl Failure {
    /// A failure with its two messages.
    pub fn new(
        port: Port,
        code: &'static str,
        message: impl Into<String>,
        detail: impl fmt::Display,
    ) -> Self {
        Self { port, code, message: message.into(), detail: detail.to_string() }
    }
}

/// What time it is, truncated to microseconds so that every database keeps it whole.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// Chance: for the share of automatic releases that goes to a person all the same, and for the secrets of links.
pub trait Dice: Send + Sync {
    /// A number from 0 up to but not including 1, that no requester can foresee.
    fn draw(&self) -> f64;

    /// 256 bits that nobody can foresee.
    ///
    /// # Errors
    /// [`Failure`] where the system gives none.
    fn secret(&self) -> Result<[u8; 32], Failure>;
}

/// Who is known.
#[async_trait]
pub trait People: Send + Sync {
    /// The roster as it is now.
    async fn roster(&self) -> Result<Roster, Failure>;
}

/// The password vault.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The password that packages are protected with.
    async fn password(&self) -> Result<SecretString, Failure>;
}

/// Runs the checks over the files of one round, away from the network and from every other file.
#[async_trait]
pub trait Inspector: Send + Sync {
    /// One result a file, in the same order. The files are held against what left `before`.
    async fn inspect(&self, files: Vec<Inspectable>, before: Before) -> Result<Vec<Inspected>, Failure>;

    /// The name of the policy that is in force, for the ledger.
    fn policy(&self) -> &str;
}
