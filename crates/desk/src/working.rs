//! The desk's own work: jobs claimed one by one, retried with backoff, and what is swept at every start.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_domain::release::Step;
use exeat_domain::request::RequestId;
use exeat_domain::state::State;

use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Filter, Job, StoreError, Task};

/// How long a claimed job is its worker's alone. A step that takes longer may be taken over; its commit then fails.
const LEASE: Duration = Duration::from_secs(30 * 60);
/// The longest time between two tries.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// What came of one turn of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worked {
    /// A job was done.
    Done(Task),
    /// A job failed and waits; the cause is on the desk.
    Failed(Task, String),
    /// Nothing is due.
    Idle,
}

/// What a start has swept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Temporary files of requests that are not being released.
    pub scratch: usize,
    /// Temporary files in the archive.
    pub archive: usize,
    /// Sealed copies that no open request holds.
    pub seals: usize,
}

impl Desk {
    /// Puts the house in order after a stop, planned or not: removes what nothing holds any more. Only one process may
    /// do this at a time; the caller holds the desk's lock.
    ///
    /// # Errors
    /// [`DeskError`] where a port fails; the rest is done at the next start.
    pub async fn sweep(&self) -> Result<Swept, DeskError> {
        let mut swept = Swept::default();
        let releasing = self.releasing().await?;
        for request in self.ports.scratch.list().await? {
            if !releasing.contains(&request) {
                swept.scratch += self.ports.scratch.wipe(request).await?;
            }
        }
        swept.archive = self.ports.archive.sweep().await?;
        for seal in self.ports.seals.sweep().await? {
            if !self.ports.store.holds_seal(&seal, None).await? {
                swept.seals += usize::from(self.ports.seals.remove(&seal).await?);
            }
        }
        Ok(swept)
    }

    async fn releasing(&self) -> Result<BTreeSet<RequestId>, DeskError> {
        let mut ids = BTreeSet::new();
        let mut filter = Filter { states: vec![State::Approved], limit: 1000, ..Filter::default() };
        loop {
            let page = self.ports.store.list(&filter).await?;
            let Some(last) = page.last() else { return Ok(ids) };
            filter.after = Some(last.id);
            ids.extend(page.into_iter().map(|summary| summary.id));
        }
    }

    /// Makes the waiting jobs of one request due now, for the person who mended a cause. Without a request all jobs are
    /// made due and freed from whoever held them: at a start, under the desk's lock.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn retry(&self, only: Option<RequestId>) -> Result<u64, DeskError> {
        Ok(self.ports.store.rouse(self.now(), only).await?)
    }

    /// Every job that waits to be done, with its cause if it failed. What only waits for its day is none.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn jobs(&self, only: Option<RequestId>) -> Result<Vec<Job>, DeskError> {
        let mut jobs = vec![];
        for job in self.ports.store.jobs(only).await? {
            if job.cause.is_some() || !self.rests(&job).await {
                jobs.push(job);
            }
        }
        Ok(jobs)
    }

    /// Whether a job has nothing to do before its day comes. One whose request cannot be read is none of these.
    async fn rests(&self, job: &Job) -> bool {
        match job.task {
            Task::Forget { .. } => true,
            Task::Release { request } if job.due_at > self.now() => {
                let request = self.ports.store.load(request).await.ok();
                let step = request.and_then(|request| request.release).map(|release| release.step);
                step == Some(Step::Pickup)
            }
            _ => false,
        }
    }

    /// Does the oldest due job, if there is one. A job that fails is put back with its cause, later and later.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store itself fails.
    pub async fn work(&self, only: Option<RequestId>) -> Result<Worked, DeskError> {
        let (job, done) = loop {
            let Some(job) = self.ports.store.claim(self.now(), LEASE, only).await? else {
                return Ok(Worked::Idle);
            };
            let done = match self.early(&job).await {
                Ok(Some(due)) => {
                    self.ports.store.put_off(&job, due).await?;
                    continue;
                }
                Ok(None) => self.perform(&job).await,
                Err(error) => Err(error),
            };
            break (job, done);
        };
        let task = job.task.clone();
        let Err(error) = done else {
            if task.tells() && job.attempts > 0 {
                // What waits for its turn behind it goes at once.
                self.ports.store.rouse(self.now(), Some(task.request())).await?;
            }
            return Ok(Worked::Done(task));
        };
        let cause = error.to_string();
        tracing::warn!(?task, code = error.code(), %cause, detail = detail(&error), "a job failed");
        let wait = match error {
            DeskError::Store(StoreError::Conflict(_)) => TimeDelta::zero(),
            _ => backoff(job.attempts),
        };
        self.ports.store.retry(&job, &cause, self.now() + wait).await?;
        Ok(Worked::Failed(task, cause))
    }

    /// The time of a job that was roused before it: such a job is put back, and nothing was done.
    async fn early(&self, job: &Job) -> Result<Option<DateTime<Utc>>, DeskError> {
        let due = match job.task {
            Task::Forget { request, round } => self.forgotten_on(request, round).await?,
            Task::Settle { at, .. } => at.checked_add_signed(self.policy().undo()),
            _ => None,
        };
        Ok(due.filter(|due| *due > self.now()))
    }

    async fn perform(&self, job: &Job) -> Result<(), DeskError> {
        match &job.task {
            Task::Check { request, round } => self.check(job, *request, *round).await,
            Task::TellReceived { request, round } => self.tell_received(job, *request, *round).await,
            Task::AskBack { request, question } => self.ask_back(job, *request, *question).await,
            Task::Answer { request, answer, mark } => self.answer(job, *request, answer, mark).await,
            Task::TellReturned { request, round } => self.tell_returned(job, *request, *round).await,
            Task::TellRejected { request } => self.tell_rejected(job, *request).await,
            Task::TellLapsed { request } => self.tell_lapsed(job, *request).await,
            Task::TellRefused { request } => self.tell_refused(job, *request).await,
            Task::TellStanding { request, account } => self.tell_standing(job, *request, account).await,
            Task::TellInfected { request, round, account } => {
                self.tell_infected(job, *request, *round, account).await
            }
            Task::Settle { request, round, at } => self.settle(job, *request, *round, *at).await,
            Task::Release { request } => self.release(job, *request).await,
            Task::Forget { request, round } => self.forget(job, *request, *round).await,
            Task::Sweep { request } => self.sweep_request(job, *request).await,
        }
    }

    async fn sweep_request(&self, job: &Job, id: RequestId) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        let seals = self.remove_seals(&request).await?;
        let releasing = request.state == State::Approved;
        let paths = if releasing { 0 } else { self.ports.scratch.wipe(id).await? };
        let event = self.own(id, exeat_domain::ledger::Fact::Wiped { seals, paths });
        self.record(crate::ports::Effects::of(event).completing(job)).await
    }
}

/// What the library or the system said, for the log.
fn detail(error: &DeskError) -> &str {
    match error {
        DeskError::Port(failure) | DeskError::Store(StoreError::Failure(failure)) => &failure.detail,
        _ => "",
    }
}

/// 30 seconds, doubled with every failed try, up to an hour.
fn backoff(attempts: u32) -> TimeDelta {
    let seconds = 30_i64 << attempts.min(10);
    TimeDelta::seconds(seconds).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_an_hour() {
        assert_eq!(backoff(0), TimeDelta::seconds(30));
        assert_eq!(backoff(3), TimeDelta::minutes(4));
        assert_eq!(backoff(99), LONGEST_WAIT);
    }
}
