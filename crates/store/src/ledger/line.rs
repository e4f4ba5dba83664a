//! The lines of an export: one for each entry, and a signed one that closes it.

use chrono::{DateTime, Utc};
use exeat_domain::digest::Sha256;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::chain::digest;
use super::key::Signature;

/// The longest line, in bytes. The store refuses an entry that would not fit.
pub(crate) const LONGEST: usize = 16 << 20;

/// The most that an entry's own text may take of its line.
pub(crate) const LONGEST_ENTRY: usize = LONGEST - 1024;

/// How a closing line begins, and no other.
pub(crate) const CLOSING: &[u8] = br#"{"head":"#;

/// One entry. Its text is carried as it was hashed, so that it need not be understood to be verified.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryLine<'a> {
    pub(crate) seq: u64,
    #[serde(borrow)]
    pub(crate) entry: &'a RawValue,
    pub(crate) prev: Sha256,
    pub(crate) hash: Sha256,
    pub(crate) sig: Signature,
}

/// The line that closes an export.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClosingLine {
    pub(crate) head: Head,
    pub(crate) sig: Signature,
}

/// How far an export goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The last entry's number; 0 where there is none.
    pub seq: u64,
    /// The last entry's hash; zeros where there is none.
    pub hash: Sha256,
    /// When it was exported, to the microsecond.
    pub exported_at: DateTime<Utc>,
    /// The fingerprint of the key.
    pub key: Sha256,
}

impl Head {
    /// What is signed.
    pub(crate) fn digest(&self) -> Result<Sha256, serde_json::Error> {
        Ok(digest(&[b"exeat ledger head 1", serde_json::to_string(self)?.as_bytes()]))
    }
}
