//! The documents that scripts read: what `exeat request` and `exeat review` print with `--format json` is what the API
//! answers.

use chrono::{DateTime, NaiveDate, Utc};
use exeat_checks::rendition::{Outside, Rendition, RenditionError, Row, ShownColumn};
use exeat_domain::path::SharePath;
use exeat_domain::release::Release;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::Review;
use exeat_domain::roster::{Address, Person, ReleaseMode};
use exeat_domain::state::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asking::Requester;
use crate::error::DeskError;
use crate::looking::Standing;
use crate::ports::{Job, Summary, Task};
use crate::reviewing::{Checker, Decided};

/// Cells of a window of a table at most.
const CELLS: usize = 20_000;
/// Rows of it at most.
pub const MOST_ROWS: usize = 200;

/// Some requests, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requests {
    /// The lines.
    pub requests: Vec<Summary>,
}

/// A job that waits, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waits {
    /// What is to be done.
    pub task: Task,
    /// How often it was tried without success.
    pub attempts: u32,
    /// When it is to be tried next.
    pub due_at: DateTime<Utc>,
    /// Why the last try failed.
    pub cause: Option<String>,
}

impl Waits {
    /// Every one of these jobs.
    #[must_use]
    pub fn all(jobs: &[Job]) -> Vec<Self> {
        let one = |job: &Job| Self {
            task: job.task.clone(),
            attempts: job.attempts,
            due_at: job.due_at,
            cause: job.cause.clone(),
        };
        jobs.iter().map(one).collect()
    }
}

/// What a checker wrote on a file that is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// The round.
    pub round: u32,
    /// The file.
    pub file: SharePath,
    /// What was written.
    pub reason: String,
}

/// A request as its requester sees it: without the checkers' names, and what they wrote once it is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestDocument {
    /// The request.
    pub request: Request,
    /// What waits for it.
    pub jobs: Vec<Waits>,
    /// What the checkers wrote.
    pub reasons: Vec<Told>,
}

/// Who asked, as the roster has them now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asker {
    /// The account.
    pub account: String,
    /// The name.
    pub name: String,
    /// Where replies go.
    pub address: Address,
    /// Whether a person looks at every release.
    pub mode: ReleaseMode,
    /// The last day of the disclosure training.
    pub trained_until: Option<NaiveDate>,
}

impl From<&Person> for Asker {
    fn from(person: &Person) -> Self {
        Self {
            account: person.account.clone(),
            name: person.name.clone(),
            address: person.address.clone(),
            mode: person.mode,
            trained_until: person.trained_until,
        }
    }
}

/// Where a checker stands with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandingDocument {
    /// Why nothing can be decided now; none where it can.
    pub closed: Option<String>,
    /// The outputs that are to be decided.
    pub outputs: usize,
    /// How many of them the checker has decided.
    pub decided: usize,
    /// Whether the checker has claimed it.
    pub claimed: bool,
    /// How many reviews of the round are submitted.
    pub submitted: usize,
    /// How many it takes.
    pub reviewers: u8,
    /// Whether the checker's submitted review can be taken back.
    pub undo: bool,
    /// When the reviews take effect, once all are in.
    pub effective: Option<DateTime<Utc>>,
}

impl From<Standing> for StandingDocument {
    fn from(standing: Standing) -> Self {
        let Standing { closed, outputs, decided, claimed, submitted, reviewers, undo, effective } = standing;
        let closed = closed.map(|error| error.to_string());
        Self { closed, outputs, decided, claimed, submitted, reviewers, undo, effective }
    }
}

/// A request as one checker may see it: what others decide is not in it before it is theirs to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewDocument {
    /// The request.
    pub request: Request,
    /// What waits for it.
    pub jobs: Vec<Waits>,
    /// Who asked; none where they are no longer on the roster.
    pub requester: Option<Asker>,
    /// Where the checker stands with it.
    pub standing: StandingDocument,
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecidedDocument {
    /// The request.
    pub request: RequestId,
    /// Where it stands now.
    pub state: State,
    /// The files that were decided.
    pub decided: Vec<SharePath>,
    /// The outputs that the checker has yet to decide.
    pub open: Vec<SharePath>,
    /// The release, once the request is approved.
    pub release: Option<Release>,
    /// What waits for it.
    pub jobs: Vec<Waits>,
}

impl From<Decided> for DecidedDocument {
    fn from(decided: Decided) -> Self {
        let Decided { request, files, open, outcome: _ } = decided;
        Self {
            request: request.id,
            state: request.state,
            decided: files,
            open,
            release: request.release,
            jobs: vec![],
        }
    }
}

/// A window of a table of a file, as text that the checks wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// How many tables the file holds.
    pub tables: usize,
    /// Which one this is, from 0.
    pub table: usize,
    /// Its columns, in the order of the file.
    pub columns: Vec<ShownColumn>,
    /// How many rows there are to be looked through.
    pub total: u64,
    /// The first row of the window, counted among those.
    pub from: u64,
    /// The rows.
    pub rows: Vec<Row>,
    /// The file's text outside its tables.
    pub outside: Vec<Outside>,
}

impl Window {
    /// How many rows of a table with so many columns are shown at once.
    #[must_use]
    pub fn most(columns: usize, wanted: usize) -> usize {
        wanted.clamp(1, MOST_ROWS).min(CELLS / columns.max(1)).max(1)
    }

    /// A window of rows in the order of the file; none where there is no such table.
    ///
    /// # Errors
    /// [`RenditionError`] where it cannot be read.
    pub fn of(
        rendition: &Rendition,
        table: usize,
        from: u64,
        wanted: usize,
    ) -> Result<Option<Self>, RenditionError> {
        let Some(shown) = rendition.tables().get(table) else { return Ok(None) };
        let rows = rendition.rows(table, from, Self::most(shown.columns.len(), wanted))?;
        Ok(Some(Self::around(rendition, table, (shown.written, from), rows)))
    }

    /// The window that holds these rows of so many.
    #[must_use]
    pub fn around(rendition: &Rendition, table: usize, (total, from): (u64, u64), rows: Vec<Row>) -> Self {
        let tables = rendition.tables();
        let columns = tables.get(table).map(|shown| shown.columns.clone()).unwrap_or_default();
        Self {
            tables: tables.len(),
            table,
            columns,
            total,
            from,
            rows,
            outside: rendition.outside().to_vec(),
        }
    }
}

impl Requester<'_> {
    /// One of the requester's own requests.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] for another's request.
    pub async fn document(&self, id: RequestId) -> Result<RequestDocument, DeskError> {
        let (request, jobs) = self.show(id).await?;
        let told = |(round, file, reason)| Told { round, file, reason };
        let reasons = self.reasons(id).await?.into_iter().map(told).collect();
        Ok(RequestDocument { request, jobs: Waits::all(&jobs), reasons })
    }
}

impl Checker<'_> {
    /// One request, as far as this checker may see it.
    ///
    /// # Errors
    /// [`DeskError::Store`] where there is none.
    pub async fn document(&self, id: RequestId) -> Result<ReviewDocument, DeskError> {
        let (request, jobs) = self.show(id).await?;
        let standing = self.standing(&request).into();
        let requester = self.person(&request.requester).map(Asker::from);
        Ok(ReviewDocument { request: self.seen(request), jobs: Waits::all(&jobs), requester, standing })
    }

    /// What is blinded is not in the document either. Of earlier rounds that were never settled, because the next one
    /// came before, others' reviews stay unseen: the files in them are decided anew.
    pub(crate) fn seen(&self, request: Request) -> Request {
        let reviews: Vec<Review> = self.reviews(&request).cloned().collect();
        let comments = self.comments(&request).cloned().collect();
        let account = self.actor.account.to_lowercase();
        let mut seen = Request { comments, ..request };
        let Some((last, earlier)) = seen.rounds.split_last_mut() else { return seen };
        last.reviews = reviews;
        for round in earlier {
            let settled = round.outputs().all(|file| file.settled.is_some());
            let own = |review: &Review| review.reviewer.to_lowercase() == account;
            round.reviews.retain(|review| own(review) || (settled && review.submitted_at.is_some()));
        }
        seen
    }
}
