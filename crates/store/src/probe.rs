//! Trying the store where it lies, without changing it: whether it opens, who wrote it, and whether its ledger ends as it
//! was written.

use std::path::PathBuf;

use async_trait::async_trait;
use exeat_desk::ports::{Failure, Probe, Sign};
use sea_orm::{DatabaseConnection, TransactionTrait as _};

use crate::failure::failed;
use crate::ledger::{self, PublicKey};
use crate::open::{Version, pool, unopened, version};

/// A database file that is only looked at.
#[derive(Clone, Debug)]
pub struct StoreProbe(pub PathBuf);

/// The ledger in it, held against the desk's key.
#[derive(Clone, Debug)]
pub struct LedgerProbe {
    /// The database file.
    pub file: PathBuf,
    /// The key that verifies it.
    pub key: PublicKey,
}

#[async_trait]
impl Probe for StoreProbe {
    async fn probe(&self) -> Vec<Sign> {
        vec![self.look().await.unwrap_or_else(Sign::from)]
    }
}

#[async_trait]
impl Probe for LedgerProbe {
    async fn probe(&self) -> Vec<Sign> {
        vec![self.look().await.unwrap_or_else(Sign::from)]
    }
}

impl StoreProbe {
    async fn look(&self) -> Result<Sign, Failure> {
        let reader = pool(&self.0, 1, true).await.map_err(failed)?;
        let version = version(&reader.begin().await.map_err(failed)?).await;
        close(reader).await;
        match version? {
            Version::None => Err(unopened(&self.0)),
            Version::Older => Ok(Sign::warning(
                "An older version of Exeat wrote the store; this one changes it when the desk is started.",
                "Keep a copy of the database file, then start the desk.",
            )),
            Version::Same => Ok(Sign::fine("The database opens, and is as this version of Exeat writes it.")),
        }
    }
}

impl LedgerProbe {
    async fn look(&self) -> Result<Sign, Failure> {
        let reader = pool(&self.file, 1, true).await.map_err(failed)?;
        let end = ledger::check_end(&reader, &self.key).await;
        close(reader).await;
        let seq = end?;
        Ok(Sign::fine(format!("Its last entry, {seq}, is as it was written and signed with the desk's key.")))
    }
}

/// What was only read and cannot be closed is dropped.
async fn close(reader: DatabaseConnection) {
    let _ = reader.close().await;
}
