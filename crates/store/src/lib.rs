//! The store on SQLite: migrations, compare-and-set, jobs, and the signed ledger.
//!
//! Every change is one transaction: the request, its jobs and its ledger entries are all written or none is.

mod accounts;
mod convert;
mod drafts;
mod effects;
mod entity;
mod failure;
mod insights;
mod jobs;
mod ledger;
mod messages;
mod migration;
mod open;
#[cfg(test)]
mod plans;
mod port;
mod probe;
mod queue;
mod requests;
mod tokens;

use std::io::Write;

use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;

pub use ledger::{
    Anchor, BadKey, Broken, ExportError, Fault, Head, PublicKey, Report, SigningKey, VerifyError, verify,
};
pub use probe::{LedgerProbe, StoreProbe};

/// Requests, jobs and the ledger in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    signing: SigningKey,
}

impl SqliteStore {
    /// The key that the ledger can be verified with.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.signing.public()
    }

    /// Writes the whole ledger as lines of JSON: one for each entry, and a signed one that closes it.
    ///
    /// # Errors
    /// [`ExportError`] where the ledger cannot be read or `out` cannot be written.
    pub async fn export(
        &self,
        out: &mut (dyn Write + Send),
        exported_at: DateTime<Utc>,
    ) -> Result<Head, ExportError> {
        ledger::export(&self.reader, &self.signing, out, exported_at).await
    }

    /// Verifies the ledger where it lies, as [`verify`] does an export.
    ///
    /// # Errors
    /// [`VerifyError`]: what is wrong with it, or why it cannot be read.
    pub async fn verify_store(&self, anchor: Option<Anchor>) -> Result<Report, VerifyError> {
        ledger::verify_rows(&self.reader, &self.signing.public(), anchor).await
    }
}
