//! The port for what must not be lost: requests, jobs and the ledger, changed together or not at all.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_domain::digest::Sha256;
use exeat_domain::draft::{Draft, DraftId};
use exeat_domain::finding::Verdict;
use exeat_domain::ledger::Event;
use exeat_domain::message::{Answer, Posted};
use exeat_domain::request::{Door, Request, RequestId};
use exeat_domain::roster::Demotion;
use exeat_domain::state::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Failure;
use super::drafts::{Answered, Sent};
use super::insights::{Insights, Scope};
use super::ledger::{ExportCursor, LedgerPlace, LedgerQuery, Walked};
use super::queue::{Queue, Waiting};

/// The number of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub i64);

/// Work that a change asks for, done after it and outside its transaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Seal and check a round.
    Check {
        /// The request.
        request: RequestId,
        /// The round.
        round: u32,
    },
    /// Say that the request was understood.
    TellReceived {
        /// The request.
        request: RequestId,
        /// The round.
        round: u32,
    },
    /// Ask back about a message, while there is no round.
    AskBack {
        /// The request.
        request: RequestId,
        /// Which answer is asked for, from 1.
        question: u32,
    },
    /// Answer a message that asks for no files.
    Answer {
        /// The request.
        request: RequestId,
        /// What is answered.
        answer: Answer,
        /// What tells this answer from others of the request.
        mark: String,
    },
    /// Say what to mend.
    TellReturned {
        /// The request.
        request: RequestId,
        /// The round.
        round: u32,
    },
    /// Say that nothing will leave.
    TellRejected {
        /// The request.
        request: RequestId,
    },
    /// Say that nobody picked the package up in time.
    TellLapsed {
        /// The request.
        request: RequestId,
    },
    /// Say that the desk takes no requests from this account.
    TellRefused {
        /// The request.
        request: RequestId,
    },
    /// Say that a requester is back on validated release.
    TellStanding {
        /// The request that showed it.
        request: RequestId,
        /// The account.
        account: String,
    },
    /// Tell an administrator that the virus scanner found something.
    TellInfected {
        /// The request.
        request: RequestId,
        /// The round.
        round: u32,
        /// The administrator's account.
        account: String,
    },
    /// Let go of what is kept so that rounds can be compared, if this round is still the last.
    Forget {
        /// The request.
        request: RequestId,
        /// The round.
        round: u32,
    },
    /// Let the reviews of a round take effect, if the last of them is still the one submitted `at`.
    Settle {
        /// The request.
        request: RequestId,
        /// The round.
        round: u32,
        /// When the last review was submitted.
        at: DateTime<Utc>,
    },
    /// Carry the release one step on, until it is done.
    Release {
        /// The request.
        request: RequestId,
    },
    /// Remove the sealed copies that a request does not need any more.
    Sweep {
        /// The request.
        request: RequestId,
    },
}

impl Task {
    /// The request it is for.
    #[must_use]
    pub fn request(&self) -> RequestId {
        match self {
            Self::Check { request, .. }
            | Self::TellReceived { request, .. }
            | Self::AskBack { request, .. }
            | Self::Answer { request, .. }
            | Self::TellReturned { request, .. }
            | Self::TellRejected { request }
            | Self::TellLapsed { request }
            | Self::TellRefused { request }
            | Self::TellStanding { request, .. }
            | Self::TellInfected { request, .. }
            | Self::Settle { request, .. }
            | Self::Release { request }
            | Self::Forget { request, .. }
            | Self::Sweep { request } => *request,
        }
    }

    /// Whether it is a letter to the requester about the request, of which none overtakes another.
    #[must_use]
    pub fn tells(&self) -> bool {
        matches!(
            self,
            Self::TellReceived { .. }
                | Self::AskBack { .. }
                | Self::Answer { .. }
                | Self::TellReturned { .. }
                | Self::TellRejected { .. }
                | Self::TellLapsed { .. }
        )
    }
}

/// A job that waits or is being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What is to be done.
    pub task: Task,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it is to be tried next.
    pub due_at: DateTime<Utc>,
    /// How often it was tried without success.
    pub attempts: u32,
    /// Why the last try failed, in words for people.
    pub cause: Option<String>,
}

/// What a change writes beside the request itself. There is always at least one ledger entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effects {
    /// Entries for the ledger, in order; never empty.
    pub events: Vec<Event>,
    /// Jobs that follow from it, due at once.
    pub jobs: Vec<Task>,
    /// Jobs that follow from it, each due at its time.
    pub later: Vec<(Task, DateTime<Utc>)>,
    /// The job that this change completes.
    pub done: Option<JobId>,
    /// Requesters put back on validated release.
    pub demoted: Vec<Demotion>,
    /// The draft that this change sends.
    pub sent: Option<Sent>,
    /// The message that this change comes from.
    pub posted: Option<Posted>,
}

impl Effects {
    /// The effects of something that happened.
    #[must_use]
    pub fn of(event: Event) -> Self {
        Self {
            events: vec![event],
            jobs: vec![],
            later: vec![],
            done: None,
            demoted: vec![],
            sent: None,
            posted: None,
        }
    }

    /// With a further ledger entry.
    #[must_use]
    pub fn and(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// With a job that follows.
    #[must_use]
    pub fn then(mut self, task: Task) -> Self {
        self.jobs.push(task);
        self
    }

    /// With a job that follows at its time.
    #[must_use]
    pub fn then_at(mut self, task: Task, due: DateTime<Utc>) -> Self {
        self.later.push((task, due));
        self
    }

    /// Sending this draft.
    #[must_use]
    pub fn sending(mut self, sent: Option<Sent>) -> Self {
        self.sent = sent;
        self
    }

    /// Taking this message in.
    #[must_use]
    pub fn taking(mut self, posted: Option<Posted>) -> Self {
        self.posted = posted;
        self
    }

    /// Completing this job.
    #[must_use]
    pub fn completing(mut self, job: &Job) -> Self {
        self.done = Some(job.id);
        self
    }
}

/// A message that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// SHA-256 of what it said.
    pub sha256: Sha256,
    /// The request that it belongs to, if any.
    pub request: Option<RequestId>,
}

/// A change of one request: compare-and-set from the revision and the state it was loaded with.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The state before.
    pub from: State,
    /// The request after, still with the revision that it was loaded with.
    pub request: Request,
    /// What is written with it.
    pub effects: Effects,
}

/// The store could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Someone else changed it first.
    #[error("{0} was changed by someone else in the meantime; look at it again")]
    Conflict(RequestId),
    /// There is none.
    #[error("there is no request {0}")]
    NoSuchRequest(RequestId),
    /// A change that the table of states does not have. A fault of the program.
    #[error("the store refused a move from {from} to {to} of {id} that the table of states does not have")]
    NoSuchMove {
        /// The request.
        id: RequestId,
        /// From.
        from: State,
        /// To.
        to: State,
    },
    /// Someone else changed the account first, or it is there already.
    #[error(
        "the account {0} was changed by someone else in the meantime, or is there already; look at it again"
    )]
    AccountConflict(String),
    /// There is no such draft, or it is another's.
    #[error("there is no draft {0}")]
    NoSuchDraft(DraftId),
    /// The message was taken in before.
    #[error("the message {0} was taken in before")]
    KnownMessage(String),
    /// The draft was changed or sent in the meantime.
    #[error("the draft {0} was changed or sent in the meantime; look at it again")]
    DraftConflict(DraftId),
    /// The store itself failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Which requests to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these states; empty: all.
    pub states: Vec<State>,
    /// Only this requester's.
    pub requester: Option<String>,
    /// Only this project's.
    pub project: Option<String>,
    /// Only those after this one (lists page by key).
    pub after: Option<RequestId>,
    /// The newest first; `after` then means before.
    pub newest: bool,
    /// The most to list.
    pub limit: u64,
}

/// One line of a list of requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Its number.
    pub id: RequestId,
    /// Where it stands.
    pub state: State,
    /// Who asks.
    pub requester: String,
    /// For which project.
    pub project: Option<String>,
    /// For what.
    pub purpose: String,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The open round.
    pub round: u32,
    /// How many files that round holds.
    pub files: u64,
    /// The worst verdict in it.
    pub verdict: Option<Verdict>,
}

/// One entry of the ledger, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LedgerEntry {
    /// From 1, without gaps.
    pub seq: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// The entry's hash: it covers the entry and the hash before it.
    pub hash: Sha256,
}

/// Keeps requests, jobs and the ledger.
#[async_trait]
pub trait Store: Send + Sync {
    /// A number that no other request has or will have.
    async fn reserve(&self) -> Result<RequestId, StoreError>;

    /// Keeps a new request, with its effects, in one transaction.
    async fn insert(&self, request: &Request, effects: Effects) -> Result<(), StoreError>;

    /// Changes a request, with the effects, in one transaction; gives it with its new revision.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the stored revision or state is no longer the one the change starts from;
    /// [`StoreError::NoSuchMove`] where the table has no such move. Nothing is then written.
    async fn commit(&self, change: Change) -> Result<Request, StoreError>;

    /// Writes effects that change no request.
    async fn record(&self, effects: Effects) -> Result<(), StoreError>;

    /// A request with everything in it.
    async fn load(&self, id: RequestId) -> Result<Request, StoreError>;

    /// What is known of a message that was taken in; none of one that was not.
    async fn message(&self, door: Door, id: &str) -> Result<Option<Known>, StoreError>;

    /// Requests, oldest first.
    async fn list(&self, filter: &Filter) -> Result<Vec<Summary>, StoreError>;

    /// Requests that wait for a checker, those that have waited longest first.
    async fn queue(&self, queue: &Queue) -> Result<Vec<Waiting>, StoreError>;

    /// How many requests wait for a checker; counted up to `most`.
    async fn backlog(&self, most: u64) -> Result<u64, StoreError>;

    /// Whether a request in a state that is not final, other than `except`, holds this seal.
    async fn holds_seal(
        &self,
        seal: &exeat_domain::request::Seal,
        except: Option<RequestId>,
    ) -> Result<bool, StoreError>;

    /// Takes the oldest due job for `lease`; `only` narrows it to one request's.
    async fn claim(
        &self,
        now: DateTime<Utc>,
        lease: Duration,
        only: Option<RequestId>,
    ) -> Result<Option<Job>, StoreError>;

    /// Puts a job back, to be tried again at `due_at`, with the cause.
    async fn retry(&self, job: &Job, cause: &str, due_at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Puts a job off that did not fail and has nothing to do before `due_at`; the tries that failed before it count no more.
    async fn put_off(&self, job: &Job, due_at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Drops a job that has nothing left to do.
    async fn drop_job(&self, job: &Job) -> Result<(), StoreError>;

    /// Makes jobs due at `now`, and gives how many. With `only`, that request's waiting jobs, for the person who mended
    /// a cause: what someone is at work on stays theirs, or it would be done twice. Without, every job, and every lease
    /// ends: for a start, while no one is at work.
    async fn rouse(&self, now: DateTime<Utc>, only: Option<RequestId>) -> Result<u64, StoreError>;

    /// Jobs that wait, oldest first; `only` narrows it to one request's.
    async fn jobs(&self, only: Option<RequestId>) -> Result<Vec<Job>, StoreError>;

    /// The last demotion of an account.
    async fn demotion(&self, account: &str) -> Result<Option<Demotion>, StoreError>;

    /// Ledger entries after `after`, in order.
    async fn ledger(
        &self,
        only: Option<RequestId>,
        after: u64,
        limit: u64,
    ) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Ledger entries that fit, the newest first.
    async fn search_ledger(&self, query: &LedgerQuery) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Verifies at most `limit` entries after a place that is taken on trust.
    async fn walk_ledger(&self, after: LedgerPlace, limit: u64) -> Result<Walked, StoreError>;

    /// The next lines of an export that anyone can verify, and where to go on; none at its end, which is a signed line.
    async fn export_ledger(
        &self,
        from: Option<ExportCursor>,
        exported_at: DateTime<Utc>,
    ) -> Result<(Vec<u8>, Option<ExportCursor>), StoreError>;

    /// How the desk does.
    async fn insights(&self, scope: &Scope) -> Result<Insights, StoreError>;

    /// Keeps a new draft; its number and revision are given by the store.
    async fn new_draft(&self, draft: Draft) -> Result<Draft, StoreError>;

    /// A draft, sent or not.
    ///
    /// # Errors
    /// [`StoreError::NoSuchDraft`] where there is none.
    async fn draft(&self, id: DraftId) -> Result<Draft, StoreError>;

    /// An account's drafts that are not sent, the one changed last first.
    async fn drafts(&self, account: &str, limit: u64) -> Result<Vec<Draft>, StoreError>;

    /// Changes a draft: compare-and-set from its revision.
    ///
    /// # Errors
    /// [`StoreError::DraftConflict`] where it was changed or sent in the meantime.
    async fn keep_draft(&self, draft: Draft) -> Result<Draft, StoreError>;

    /// Removes a draft that was not sent.
    async fn drop_draft(&self, id: DraftId) -> Result<(), StoreError>;

    /// The last rounds that people decided on, the latest first.
    async fn turnarounds(&self, limit: u64) -> Result<Vec<Answered>, StoreError>;
}
