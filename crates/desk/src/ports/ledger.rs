//! What an auditor asks of the ledger: to search it, to verify it on the way, to have it as lines anyone can verify.

use chrono::{DateTime, Utc};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Kind;
use exeat_domain::request::RequestId;

/// Which entries to list, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerQuery {
    /// Only this request's.
    pub request: Option<RequestId>,
    /// Only what this account did.
    pub account: Option<String>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only those in which all of these words occur.
    pub words: String,
    /// Only from here on.
    pub from: Option<DateTime<Utc>>,
    /// Only before this.
    pub until: Option<DateTime<Utc>>,
    /// Only before this entry (lists page by key).
    pub before: Option<u64>,
    /// The most to list.
    pub limit: u64,
}

/// A place in the ledger: an entry and its hash. Before the first entry it is 0 and zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerPlace {
    /// The number of the entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Sha256,
}

impl LedgerPlace {
    /// Before the first entry.
    pub const START: Self = Self { seq: 0, hash: Sha256([0; 32]) };
}

/// How far a verification came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// The last entry that is as it was written.
    pub place: LedgerPlace,
    /// Whether that is the end of the ledger.
    pub done: bool,
    /// What is wrong with the entry after it.
    pub broken: Option<String>,
}

/// How far an export came, and how far it goes: what is written meanwhile is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportCursor {
    /// The last entry that was written out.
    pub at: LedgerPlace,
    /// The last entry that will be.
    pub last: LedgerPlace,
}
