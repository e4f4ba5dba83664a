//! The port `Store`, each write in one transaction.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_desk::ports::{
    Answered, Change, Effects, ExportCursor, Failure, Filter, Insights, Job, Known, LedgerEntry, LedgerPlace,
    LedgerQuery, Queue, Scope, Store, StoreError, Summary, Waiting, Walked,
};
use exeat_domain::draft::{Draft, DraftId};
use exeat_domain::request::{Door, Request, RequestId, Seal};
use exeat_domain::roster::Demotion;
use sea_orm::{DatabaseTransaction, TransactionTrait};

use crate::failure::{failed, failure};
use crate::ledger::ExportError;
use crate::{SqliteStore, drafts, effects, insights, jobs, ledger, messages, queue, requests};

async fn finish(txn: DatabaseTransaction) -> Result<(), Failure> {
    txn.commit().await.map_err(failed)
}

#[async_trait]
impl Store for SqliteStore {
    async fn reserve(&self) -> Result<RequestId, StoreError> {
        let txn = self.write().await?;
        let id = requests::reserve(&txn).await?;
        finish(txn).await?;
        Ok(id)
    }

    async fn insert(&self, request: &Request, effects: Effects) -> Result<(), StoreError> {
        let txn = self.write().await?;
        requests::insert(&txn, request).await?;
        drafts::send(&txn, effects.sent, request.id).await?;
        effects::write(&txn, &self.signing, &effects).await?;
        Ok(finish(txn).await?)
    }

    async fn commit(&self, change: Change) -> Result<Request, StoreError> {
        requests::check_move(&change)?;
        let txn = self.write().await?;
        let after = requests::replace(&txn, change.from, change.request).await?;
        drafts::send(&txn, change.effects.sent, after.id).await?;
        drafts::decided(&txn, change.from, &after).await?;
        effects::write(&txn, &self.signing, &change.effects).await?;
        finish(txn).await?;
        Ok(after)
    }

    async fn record(&self, effects: Effects) -> Result<(), StoreError> {
        let txn = self.write().await?;
        effects::write(&txn, &self.signing, &effects).await?;
        Ok(finish(txn).await?)
    }

    async fn load(&self, id: RequestId) -> Result<Request, StoreError> {
        requests::load(&self.reader, id).await
    }

    async fn message(&self, door: Door, id: &str) -> Result<Option<Known>, StoreError> {
        Ok(messages::find(&self.reader, door, id).await?)
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Summary>, StoreError> {
        let snapshot = self.reader.begin().await.map_err(failed)?;
        Ok(requests::list(&snapshot, filter).await?)
    }

    async fn queue(&self, queue: &Queue) -> Result<Vec<Waiting>, StoreError> {
        let snapshot = self.reader.begin().await.map_err(failed)?;
        Ok(queue::list(&snapshot, queue).await?)
    }

    async fn backlog(&self, most: u64) -> Result<u64, StoreError> {
        Ok(queue::backlog(&self.reader, most).await?)
    }

    async fn holds_seal(&self, seal: &Seal, except: Option<RequestId>) -> Result<bool, StoreError> {
        Ok(requests::holds_seal(&self.reader, seal, except).await?)
    }

    async fn claim(
        &self,
        now: DateTime<Utc>,
        lease: Duration,
        only: Option<RequestId>,
    ) -> Result<Option<Job>, StoreError> {
        let txn = self.write().await?;
        let job = jobs::claim(&txn, now, lease, only).await?;
        finish(txn).await?;
        Ok(job)
    }

    async fn retry(&self, job: &Job, cause: &str, due_at: DateTime<Utc>) -> Result<(), StoreError> {
        Ok(jobs::retry(&self.writer, job, cause, due_at).await?)
    }

    async fn put_off(&self, job: &Job, due_at: DateTime<Utc>) -> Result<(), StoreError> {
        Ok(jobs::put_off(&self.writer, job, due_at).await?)
    }

    async fn drop_job(&self, job: &Job) -> Result<(), StoreError> {
        Ok(jobs::drop_job(&self.writer, job).await?)
    }

    async fn rouse(&self, now: DateTime<Utc>, only: Option<RequestId>) -> Result<u64, StoreError> {
        Ok(jobs::rouse(&self.writer, now, only).await?)
    }

    async fn jobs(&self, only: Option<RequestId>) -> Result<Vec<Job>, StoreError> {
        Ok(jobs::jobs(&self.reader, only).await?)
    }

    async fn demotion(&self, account: &str) -> Result<Option<Demotion>, StoreError> {
        Ok(effects::demotion(&self.reader, account).await?)
    }

    async fn ledger(
        &self,
        only: Option<RequestId>,
        after: u64,
        limit: u64,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        Ok(ledger::entries(&self.reader, only, after, limit).await?)
    }

    async fn search_ledger(&self, query: &LedgerQuery) -> Result<Vec<LedgerEntry>, StoreError> {
        Ok(ledger::search(&self.reader, query).await?)
    }

    async fn walk_ledger(&self, after: LedgerPlace, limit: u64) -> Result<Walked, StoreError> {
        Ok(ledger::walk(&self.reader, &self.signing.public(), after, limit).await?)
    }

    async fn export_ledger(
        &self,
        from: Option<ExportCursor>,
        exported_at: DateTime<Utc>,
    ) -> Result<(Vec<u8>, Option<ExportCursor>), StoreError> {
        let lines = ledger::lines(&self.reader, &self.signing, from, exported_at).await;
        let (bytes, step) = lines.map_err(|error| match error {
            ExportError::Store(failure) => failure,
            ExportError::Write(error) => {
                failure("store-failed", "An entry of the ledger cannot be written out.", error)
            }
        })?;
        Ok((
            bytes,
            match step {
                ledger::Step::On(cursor) => Some(cursor),
                ledger::Step::End(_) => None,
            },
        ))
    }

    async fn insights(&self, scope: &Scope) -> Result<Insights, StoreError> {
        let snapshot = self.reader.begin().await.map_err(failed)?;
        Ok(insights::read(&snapshot, scope).await?)
    }

    async fn new_draft(&self, draft: Draft) -> Result<Draft, StoreError> {
        drafts::insert(&self.writer, draft).await
    }

    async fn draft(&self, id: DraftId) -> Result<Draft, StoreError> {
        drafts::load(&self.reader, id).await
    }

    async fn drafts(&self, account: &str, limit: u64) -> Result<Vec<Draft>, StoreError> {
        Ok(drafts::list(&self.reader, account, limit).await?)
    }

    async fn keep_draft(&self, draft: Draft) -> Result<Draft, StoreError> {
        drafts::replace(&self.writer, draft).await
    }

    async fn drop_draft(&self, id: DraftId) -> Result<(), StoreError> {
        Ok(drafts::drop(&self.writer, id).await?)
    }

    async fn turnarounds(&self, limit: u64) -> Result<Vec<Answered>, StoreError> {
        Ok(drafts::turnarounds(&self.reader, limit).await?)
    }
}
