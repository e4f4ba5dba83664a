//! A gate around every port: it is asked before and after each call, and may let it pass, fail it, or end the process.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_desk::Ports;
use exeat_desk::ports::{
    Answered, Archive, Before, Change, Courier, Effects, ExportCursor, Failure, FileProblem, Filter, Found,
    Insights, Inspectable, Inspected, Inspector, Job, Known, LedgerEntry, LedgerPlace, LedgerQuery, Letter,
    Listing, Look, People, Port, Queue, Receipt, Scope, Scratch, SealWriter, Seals, Share, Store, StoreError,
    Summary, Vault, Waiting, Walked, Written,
};
use exeat_domain::draft::{Draft, DraftId};
use exeat_domain::finding::Finding;
use exeat_domain::path::{SharePath, Wanted};
use exeat_domain::release::ArchiveCopy;
use exeat_domain::request::{Door, Request, RequestId, Seal};
use exeat_domain::roster::{Demotion, Language, Roster};
use secrecy::SecretString;

/// Whether the call has been made yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It is about to be made.
    Before,
    /// It has been made, and its caller does not know yet.
    After,
}

/// Decides what happens at each call of a port.
pub trait Gate: Send + Sync {
    /// Lets the call pass, or fails it.
    ///
    /// # Errors
    /// The [`Failure`] that the port is to report.
    fn pass(&self, port: Port, call: &'static str, moment: Moment) -> Result<(), Failure>;
}

/// The same ports, every call of which passes the gate.
#[must_use]
pub fn gated(ports: Ports, gate: &Arc<dyn Gate>) -> Ports {
    fn around<T: ?Sized>(inner: Arc<T>, gate: &Arc<dyn Gate>) -> Arc<Gated<T>> {
        Arc::new(Gated { inner, gate: Arc::clone(gate) })
    }
    Ports {
        store: around(ports.store, gate),
        share: around(ports.share, gate),
        seals: around(ports.seals, gate),
        inspector: around(ports.inspector, gate),
        archive: around(ports.archive, gate),
        scratch: around(ports.scratch, gate),
        vault: around(ports.vault, gate),
        courier: around(ports.courier, gate),
        people: around(ports.people, gate),
        ..ports
    }
}

struct Gated<T: ?Sized> {
    inner: Arc<T>,
    gate: Arc<dyn Gate>,
}

impl<T: ?Sized> Gated<T> {
    async fn call<R, E: From<Failure>>(
        &self,
        port: Port,
        name: &'static str,
        call: impl Future<Output = Result<R, E>>,
    ) -> Result<R, E> {
        self.gate.pass(port, name, Moment::Before)?;
        let answer = call.await?;
        self.gate.pass(port, name, Moment::After)?;
        Ok(answer)
    }
}

#[async_trait]
impl Share for Gated<dyn Share> {
    async fn look(
        &self,
        folder: Option<&SharePath>,
        look: &Look,
    ) -> Result<Result<Listing, FileProblem>, Failure> {
        self.call(Port::Share, "look", self.inner.look(folder, look)).await
    }

    async fn find(&self, wanted: &Wanted, most: usize) -> Result<Found, Failure> {
        self.call(Port::Share, "find", self.inner.find(wanted, most)).await
    }

    async fn copy(
        &self,
        path: &SharePath,
        limit: u64,
        into: Box<dyn SealWriter>,
    ) -> Result<Result<Seal, FileProblem>, Failure> {
        self.call(Port::Share, "copy", self.inner.copy(path, limit, into)).await
    }
}

/// A writer whose every write passes the gate, so that a disk can fill up in the middle of a file.
struct GatedWriter {
    inner: Box<dyn SealWriter>,
    gate: Arc<dyn Gate>,
}

impl Write for GatedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gate
            .pass(Port::Seals, "write", Moment::Before)
            .map_err(|failure| io::Error::new(io::ErrorKind::StorageFull, failure.detail))?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl SealWriter for GatedWriter {
    fn finish(self: Box<Self>) -> Result<Seal, Failure> {
        self.gate.pass(Port::Seals, "finish", Moment::Before)?;
        let seal = self.inner.finish()?;
        self.gate.pass(Port::Seals, "finish", Moment::After)?;
        Ok(seal)
    }
}

#[async_trait]
impl Seals for Gated<dyn Seals> {
    async fn writer(&self) -> Result<Box<dyn SealWriter>, Failure> {
        let inner = self.call(Port::Seals, "writer", self.inner.writer()).await?;
        Ok(Box::new(GatedWriter { inner, gate: Arc::clone(&self.gate) }))
    }

    async fn open(&self, seal: &Seal) -> Result<File, Failure> {
        self.call(Port::Seals, "open", self.inner.open(seal)).await
    }

    async fn remove(&self, seal: &Seal) -> Result<bool, Failure> {
        self.call(Port::Seals, "remove", self.inner.remove(seal)).await
    }

    async fn sweep(&self) -> Result<Vec<Seal>, Failure> {
        self.call(Port::Seals, "sweep", self.inner.sweep()).await
    }
}

#[async_trait]
impl Archive for Gated<dyn Archive> {
    async fn put(&self, person: &str, name: &str, zip: PathBuf) -> Result<ArchiveCopy, Failure> {
        self.call(Port::Archive, "put", self.inner.put(person, name, zip)).await
    }

    async fn open(&self, copy: &ArchiveCopy) -> Result<File, Failure> {
        self.call(Port::Archive, "open", self.inner.open(copy)).await
    }

    async fn sweep(&self) -> Result<usize, Failure> {
        self.call(Port::Archive, "sweep", self.inner.sweep()).await
    }
}

#[async_trait]
impl Scratch for Gated<dyn Scratch> {
    async fn folder(&self, request: RequestId) -> Result<PathBuf, Failure> {
        self.call(Port::Scratch, "folder", self.inner.folder(request)).await
    }

    async fn nameless(&self) -> Result<File, Failure> {
        self.call(Port::Scratch, "nameless", self.inner.nameless()).await
    }

    async fn wipe(&self, request: RequestId) -> Result<usize, Failure> {
        self.call(Port::Scratch, "wipe", self.inner.wipe(request)).await
    }

    async fn list(&self) -> Result<Vec<RequestId>, Failure> {
        self.call(Port::Scratch, "list", self.inner.list()).await
    }
}

#[async_trait]
impl Vault for Gated<dyn Vault> {
    async fn password(&self) -> Result<SecretString, Failure> {
        self.call(Port::Vault, "password", self.inner.password()).await
    }
}

#[async_trait]
impl Inspector for Gated<dyn Inspector> {
    async fn inspect(&self, files: Vec<Inspectable>, before: Before) -> Result<Vec<Inspected>, Failure> {
        self.call(Port::Checks, "inspect", self.inner.inspect(files, before)).await
    }

    fn policy(&self) -> &str {
        self.inner.policy()
    }
}

#[async_trait]
impl Courier for Gated<dyn Courier> {
    async fn send(&self, letter: &Letter) -> Result<Receipt, Failure> {
        self.call(Port::Courier, "send", self.inner.send(letter)).await
    }

    fn words(&self, letter: &Letter) -> Result<Written, Failure> {
        self.inner.words(letter)
    }

    fn draft(&self, language: Language, findings: &[Finding]) -> String {
        self.inner.draft(language, findings)
    }

    fn domain(&self) -> &str {
        self.inner.domain()
    }
}

#[async_trait]
impl People for Gated<dyn People> {
    async fn roster(&self) -> Result<Roster, Failure> {
        self.call(Port::Roster, "roster", self.inner.roster()).await
    }
}

#[async_trait]
impl Store for Gated<dyn Store> {
    async fn new_draft(&self, draft: Draft) -> Result<Draft, StoreError> {
        self.call(Port::Store, "new_draft", self.inner.new_draft(draft)).await
    }

    async fn draft(&self, id: DraftId) -> Result<Draft, StoreError> {
        self.call(Port::Store, "draft", self.inner.draft(id)).await
    }

    async fn drafts(&self, account: &str, limit: u64) -> Result<Vec<Draft>, StoreError> {
        self.call(Port::Store, "drafts", self.inner.drafts(account, limit)).await
    }

    async fn keep_draft(&self, draft: Draft) -> Result<Draft, StoreError> {
        self.call(Port::Store, "keep_draft", self.inner.keep_draft(draft)).await
    }

    async fn drop_draft(&self, id: DraftId) -> Result<(), StoreError> {
        self.call(Port::Store, "drop_draft", self.inner.drop_draft(id)).await
    }

    async fn message(&self, door: Door, id: &str) -> Result<Option<Known>, StoreError> {
        self.call(Port::Store, "message", self.inner.message(door, id)).await
    }

    async fn turnarounds(&self, limit: u64) -> Result<Vec<Answered>, StoreError> {
        self.call(Port::Store, "turnarounds", self.inner.turnarounds(limit)).await
    }

    async fn queue(&self, queue: &Queue) -> Result<Vec<Waiting>, StoreError> {
        self.call(Port::Store, "queue", self.inner.queue(queue)).await
    }

    async fn backlog(&self, most: u64) -> Result<u64, StoreError> {
        self.call(Port::Store, "backlog", self.inner.backlog(most)).await
    }

    async fn reserve(&self) -> Result<RequestId, StoreError> {
        self.call(Port::Store, "reserve", self.inner.reserve()).await
    }

    async fn insert(&self, request: &Request, effects: Effects) -> Result<(), StoreError> {
        self.call(Port::Store, "insert", self.inner.insert(request, effects)).await
    }

    async fn commit(&self, change: Change) -> Result<Request, StoreError> {
        self.call(Port::Store, "commit", self.inner.commit(change)).await
    }

    async fn record(&self, effects: Effects) -> Result<(), StoreError> {
        self.call(Port::Store, "record", self.inner.record(effects)).await
    }

    async fn load(&self, id: RequestId) -> Result<Request, StoreError> {
        self.call(Port::Store, "load", self.inner.load(id)).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Summary>, StoreError> {
        self.call(Port::Store, "list", self.inner.list(filter)).await
    }

    async fn holds_seal(&self, seal: &Seal, except: Option<RequestId>) -> Result<bool, StoreError> {
        self.call(Port::Store, "holds_seal", self.inner.holds_seal(seal, except)).await
    }

    async fn claim(
        &self,
        now: DateTime<Utc>,
        lease: Duration,
        only: Option<RequestId>,
    ) -> Result<Option<Job>, StoreError> {
        self.call(Port::Store, "claim", self.inner.claim(now, lease, only)).await
    }

    async fn retry(&self, job: &Job, cause: &str, due_at: DateTime<Utc>) -> Result<(), StoreError> {
        self.call(Port::Store, "retry", self.inner.retry(job, cause, due_at)).await
    }

    async fn put_off(&self, job: &Job, due_at: DateTime<Utc>) -> Result<(), StoreError> {
        self.call(Port::Store, "put_off", self.inner.put_off(job, due_at)).await
    }

    async fn drop_job(&self, job: &Job) -> Result<(), StoreError> {
        self.call(Port::Store, "drop_job", self.inner.drop_job(job)).await
    }

    async fn rouse(&self, now: DateTime<Utc>, only: Option<RequestId>) -> Result<u64, StoreError> {
        self.call(Port::Store, "rouse", self.inner.rouse(now, only)).await
    }

    async fn jobs(&self, only: Option<RequestId>) -> Result<Vec<Job>, StoreError> {
        self.call(Port::Store, "jobs", self.inner.jobs(only)).await
    }

    async fn demotion(&self, account: &str) -> Result<Option<Demotion>, StoreError> {
        self.call(Port::Store, "demotion", self.inner.demotion(account)).await
    }

    async fn ledger(
        &self,
        only: Option<RequestId>,
        after: u64,
        limit: u64,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        self.call(Port::Store, "ledger", self.inner.ledger(only, after, limit)).await
    }

    async fn search_ledger(&self, query: &LedgerQuery) -> Result<Vec<LedgerEntry>, StoreError> {
        self.call(Port::Store, "search_ledger", self.inner.search_ledger(query)).await
    }

    async fn walk_ledger(&self, after: LedgerPlace, limit: u64) -> Result<Walked, StoreError> {
        self.call(Port::Store, "walk_ledger", self.inner.walk_ledger(after, limit)).await
    }

    async fn export_ledger(
        &self,
        from: Option<ExportCursor>,
        exported_at: DateTime<Utc>,
    ) -> Result<(Vec<u8>, Option<ExportCursor>), StoreError> {
        self.call(Port::Store, "export_ledger", self.inner.export_ledger(from, exported_at)).await
    }

    async fn insights(&self, scope: &Scope) -> Result<Insights, StoreError> {
        self.call(Port::Store, "insights", self.inner.insights(scope)).await
    }
}
