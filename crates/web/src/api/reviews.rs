//! What an output checker does: the queue, a request as they may see it, claims, decisions, letters, submitting.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use exeat_desk::document::{DecidedDocument, Requests, ReviewDocument, Waits};
use exeat_desk::ports::{LedgerEntry, Queue, StoreError, Waiting};
use exeat_desk::{Checker, Decided, DeskError, Remark, Wording};
use exeat_domain::comment::Visibility;
use exeat_domain::finding::Verdict;
use exeat_domain::path::SharePath;
use exeat_domain::release::Release;
use exeat_domain::request::{File, Request, RequestId};
use exeat_domain::review::{Choice, ReviewError};
use exeat_domain::roster::Language;
use exeat_domain::state::State as Stands;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ApiError, Asks, Json, lines};
use crate::app::App;
use crate::error::PageError;
use crate::pages::queue::place;
use crate::pages::request_id;
use crate::visitor::Visitor;

/// Entries of the ledger that a request has at most here.
const ENTRIES: u64 = 5000;

/// Which requests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// Only in this state; without it, in any.
    state: Option<Stands>,
    /// Start after this one.
    after: Option<RequestId>,
    /// At most so many, to 500.
    limit: Option<u64>,
}

/// Requests, oldest first.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Asks(Listed { state, after, limit }): Asks<Listed>,
) -> Result<Json<Requests>, PageError> {
    let checker = app.desk().checker(visitor.actor()).await?;
    let requests = checker.all(state.into_iter().collect(), after, lines(limit)).await?;
    Ok(Json(Requests { requests }))
}

/// Which waiting requests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only this project's.
    project: Option<String>,
    /// Only those whose worst file has this verdict.
    verdict: Option<Verdict>,
    /// Only those that you have claimed, or that nobody has.
    claim: Option<Claim>,
    /// Only those in which all of these words occur.
    #[serde(default)]
    find: String,
    /// Start after this one, as `next` has it.
    after: Option<String>,
    /// At most so many, to 500.
    limit: Option<u64>,
}

/// Who has claimed a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Claim {
    /// You have.
    Mine,
    /// Nobody has.
    Free,
}

/// What waits.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Waiters {
    /// Those that have waited longest first.
    waiting: Vec<Waiter>,
    /// What to start after for the next part; none where this was the last.
    next: Option<String>,
}

/// A request that waits. How far others are is not told before it is yours to see.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Waiter {
    #[serde(flatten)]
    summary: exeat_desk::ports::Summary,
    /// When the round that waits was opened.
    since: DateTime<Utc>,
    /// Outputs to be decided.
    outputs: u64,
    /// Files that are clear.
    clear: u64,
    /// Files for review.
    review: u64,
    /// Files that are blocked.
    blocked: u64,
    /// Who looks at it.
    claimed: Vec<String>,
    /// How many outputs you have decided.
    decided: u64,
    /// Whether your review is submitted.
    submitted: bool,
}

/// The queue.
pub(crate) async fn queue(
    State(app): State<App>,
    visitor: Visitor,
    Asks(wanted): Asks<Wanted>,
) -> Result<Json<Waiters>, PageError> {
    let most = lines(wanted.limit);
    let me = visitor.person.account.to_lowercase();
    let after = wanted.after.as_deref().map(|text| place(text).ok_or(PageError::NotFound)).transpose()?;
    let queue = Queue {
        project: wanted.project,
        verdict: wanted.verdict,
        claimed_by: (wanted.claim == Some(Claim::Mine)).then(|| visitor.person.account.clone()),
        unclaimed: wanted.claim == Some(Claim::Free),
        words: wanted.find.chars().take(200).collect(),
        after,
        limit: most + 1,
    };
    let checker = app.desk().checker(visitor.actor()).await?;
    let mut waiting = checker.waiting(&queue).await?;
    let more = waiting.len() as u64 > most;
    waiting.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let next = |one: &Waiting| format!("{}-{}", one.since.timestamp_micros(), one.summary.id.0);
    let next = waiting.last().filter(|_| more).map(next);
    let waiter = |one: Waiting| {
        let Waiting { summary, since, outputs, verdicts: [clear, review, blocked], at_work } = one;
        let mine = at_work.iter().find(|one| one.checker.to_lowercase() == me);
        let claimed = at_work.iter().filter(|one| one.claimed.is_some()).map(|one| one.checker.clone());
        Waiter {
            decided: mine.map_or(0, |mine| mine.decided),
            submitted: mine.is_some_and(|mine| mine.submitted),
            claimed: claimed.collect(),
            summary,
            since,
            outputs,
            clear,
            review,
            blocked,
        }
    };
    Ok(Json(Waiters { waiting: waiting.into_iter().map(waiter).collect(), next }))
}

/// The next request, if there is one.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Next {
    /// The oldest request that you may decide on.
    request: Option<RequestId>,
}

/// The oldest request that the checker may decide on.
pub(crate) async fn next(State(app): State<App>, visitor: Visitor) -> Result<Json<Next>, PageError> {
    let next = app.desk().checker(visitor.actor()).await?.next().await?;
    Ok(Json(Next { request: next.map(|request| request.id) }))
}

/// One request.
pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ReviewDocument>, PageError> {
    Ok(Json(app.desk().checker(visitor.actor()).await?.document(request_id(&id)?).await?))
}

/// Says that the checker looks at it.
pub(crate) async fn claim(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ReviewDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    checker.claim(id).await?;
    Ok(Json(checker.document(id).await?))
}

/// Takes that back.
pub(crate) async fn unclaim(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ReviewDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    checker.unclaim(id).await?;
    Ok(Json(checker.document(id).await?))
}

/// A decision.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deciding {
    /// What is decided.
    choice: Choice,
    /// The files; without them, all that you have not decided yet.
    #[serde(default)]
    files: Vec<SharePath>,
    /// Why, in words that the record keeps and the requester reads.
    #[serde(default)]
    reason: Option<String>,
    /// Whether the review stays open even when every file is decided.
    #[serde(default)]
    hold: bool,
    /// The round that was looked at; where another is open by now, nothing is decided.
    #[serde(default)]
    round: Option<u32>,
}

/// Decides; the review is submitted once every output is decided, unless it is held.
pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(deciding): Json<Deciding>,
) -> Result<Json<DecidedDocument>, PageError> {
    let Deciding { choice, files, reason, hold, round } = deciding;
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    same_round(&checker, id, round).await?;
    let decided = checker.decide(id, &files, choice, reason.as_deref(), hold).await?;
    with_jobs(&checker, decided).await
}

/// What came of a decision, with what now waits for the request.
async fn with_jobs(checker: &Checker<'_>, decided: Decided) -> Result<Json<DecidedDocument>, PageError> {
    let (_, jobs) = checker.show(decided.request.id).await?;
    Ok(Json(DecidedDocument { jobs: Waits::all(&jobs), ..decided.into() }))
}

async fn same_round(checker: &Checker<'_>, id: RequestId, round: Option<u32>) -> Result<(), PageError> {
    let (request, _) = checker.show(id).await?;
    let same = round.is_none_or(|round| request.round().is_some_and(|open| open.number == round));
    if same { Ok(()) } else { Err(DeskError::Store(StoreError::Conflict(id)).into()) }
}

/// Which file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfFile {
    /// Its path in the share.
    file: SharePath,
}

/// Takes one decision back.
pub(crate) async fn undecide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Asks(OfFile { file }): Asks<OfFile>,
) -> Result<Json<ReviewDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    checker.undecide(id, &file).await?;
    Ok(Json(checker.document(id).await?))
}

/// What is told of a file that does not leave.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusal {
    /// The file.
    file: SharePath,
    /// `return` or `reject`.
    choice: Choice,
    /// The rules whose findings are told; without them, those that weigh.
    #[serde(default)]
    told: Option<BTreeSet<String>>,
    /// What you write; without it, what the desk drafts from the findings.
    #[serde(default)]
    words: Option<String>,
}

impl Refusal {
    /// The wording, drafted where words are missing.
    fn wording(self, checker: &Checker<'_>, request: &Request) -> Result<(SharePath, Wording), PageError> {
        let Self { file: path, choice, told, words } = self;
        if choice == Choice::Approve {
            return Err(ApiError::Malformed("a refusal returns or rejects".to_owned()).into());
        }
        let file = file_of(request, &path)?;
        let told = told.unwrap_or_else(|| file.grave_rules().into_iter().map(str::to_owned).collect());
        let words = words.unwrap_or_else(|| checker.draft(request, file, &told));
        if words.chars().count() > crate::pages::refuse::LONGEST {
            return Err(PageError::TooLarge);
        }
        Ok((path, Wording { choice, told, words }))
    }
}

fn file_of<'r>(request: &'r Request, path: &SharePath) -> Result<&'r File, PageError> {
    let file = request.round().and_then(|round| round.file(path));
    file.ok_or_else(|| DeskError::Review(ReviewError::NoSuchFile(path.clone())).into())
}

/// Sends a file back or rejects it, with words; the review stays open.
pub(crate) async fn refuse(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(refusal): Json<Refusal>,
) -> Result<Json<DecidedDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    let (request, _) = checker.show(id).await?;
    let (path, wording) = refusal.wording(&checker, &request)?;
    with_jobs(&checker, checker.refuse(id, &path, wording).await?).await
}

/// A letter as it would be sent.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Letter {
    /// The language that the requester reads.
    language: Language,
    /// Its subject.
    subject: String,
    /// Its text.
    text: String,
    /// SHA-256 of the text.
    sha256: exeat_domain::digest::Sha256,
    /// The checker's words in it, as they were sent or drafted.
    words: String,
}

/// The letter that the decisions would bring about, with this one among them; nothing is decided.
pub(crate) async fn letter(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(refusal): Json<Refusal>,
) -> Result<Json<Letter>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    let (request, _) = checker.show(id).await?;
    let (path, wording) = refusal.wording(&checker, &request)?;
    let (language, words) = (checker.reads(&request), wording.words.clone());
    let written = checker.preview(&request, &path, wording).await?;
    let exeat_desk::ports::Written { subject, text, sha256 } = written;
    Ok(Json(Letter { language, subject, text, sha256, words }))
}

/// Submits the review; it can be taken back for a moment.
pub(crate) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ReviewDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    checker.hand_in(id).await?;
    Ok(Json(checker.document(id).await?))
}

/// Takes the submitted review back.
pub(crate) async fn undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ReviewDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    checker.reopen(id).await?;
    Ok(Json(checker.document(id).await?))
}

/// What a checker writes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    /// The file it is about; none: the request.
    #[serde(default)]
    file: Option<SharePath>,
    /// Who may read it.
    visibility: Visibility,
    /// What it says.
    text: String,
}

/// Keeps a comment.
pub(crate) async fn comment(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(Written { file, visibility, text }): Json<Written>,
) -> Result<Json<ReviewDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    checker.comment(id, &Remark { file, visibility, text }).await?;
    Ok(Json(checker.document(id).await?))
}

/// Has what waits for a request tried again now.
pub(crate) async fn retry(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ReviewDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    checker.show(id).await?;
    app.desk().retry(Some(id)).await?;
    Ok(Json(checker.document(id).await?))
}

/// A release, and what the ledger says of the request.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReleaseDocument {
    /// The request.
    request: RequestId,
    /// Where it stands.
    state: Stands,
    /// The release.
    release: Release,
    /// What waits for it.
    jobs: Vec<Waits>,
    /// The entries of the ledger that are yours to see.
    entries: Vec<LedgerEntry>,
}

/// What left, and what the ledger says of it.
pub(crate) async fn release(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ReleaseDocument>, PageError> {
    let (id, checker) = (request_id(&id)?, app.desk().checker(visitor.actor()).await?);
    let (request, jobs) = checker.show(id).await?;
    let release = request.release.ok_or(PageError::NotFound)?;
    let entries = app.desk().ledger(&visitor.actor(), Some(id), 0, ENTRIES).await?;
    Ok(Json(ReleaseDocument { request: id, state: request.state, release, jobs: Waits::all(&jobs), entries }))
}
