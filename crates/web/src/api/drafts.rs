//! What a requester does before asking: looking through the share, drafts, and the check that keeps nothing.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use exeat_desk::document::RequestDocument;
use exeat_desk::ports::{Leaf, Look, Shown};
use exeat_desk::{DeskError, Progress};
use exeat_domain::context::Context;
use exeat_domain::draft::{Assurance, Draft, Gap, Plan};
use exeat_domain::finding::FileReport;
use exeat_domain::path::SharePath;
use exeat_domain::request::{Asked, Problem, Purpose, RequestId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ApiError, Asks, Json, made};
use crate::app::App;
use crate::error::PageError;
use crate::pages::draft::draft_id;
use crate::pages::request_id;
use crate::previews::{Refused, Stage};
use crate::visitor::Visitor;

/// Names of a folder, if nothing is said, and the most.
const NAMES: usize = 200;

/// A draft.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DraftDocument {
    /// Its number.
    draft: u64,
    /// The request whose next round it is; none for a new request.
    request: Option<RequestId>,
    /// For which project.
    project: Option<String>,
    /// What the files are and what they are for.
    purpose: String,
    /// What is said about them.
    context: Context,
    /// The files and folders.
    asked: Vec<Asked>,
    /// The lines of the checklist that are ticked.
    assured: BTreeSet<Assurance>,
    /// What is missing before it can be sent: `files`, `purpose`, `population`, `people`, `checklist`.
    missing: Vec<&'static str>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
    /// What became of it, once it was sent.
    sent: Option<RequestId>,
}

impl From<Draft> for DraftDocument {
    fn from(draft: Draft) -> Self {
        let name = |gap: Gap| match gap {
            Gap::Files => "files",
            Gap::Purpose => "purpose",
            Gap::Population => "population",
            Gap::People => "people",
            Gap::Checklist => "checklist",
        };
        let missing = if draft.sent.is_some() { vec![] } else { draft.plan.gaps() };
        let Draft { id, request, updated_at, sent, plan, .. } = draft;
        let Plan { project, purpose, context, asked, assured } = plan;
        let missing = missing.into_iter().map(name).collect();
        Self { draft: id.0, request, project, purpose, context, asked, assured, missing, updated_at, sent }
    }
}

/// A requester's drafts.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Drafts {
    /// The one changed last first.
    drafts: Vec<DraftDocument>,
}

/// What a draft is to say.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewDraft {
    /// For which project.
    project: Option<String>,
    /// What the files are and what they are for.
    purpose: String,
    /// What is said about them.
    context: Context,
    /// Files, folders and wildcards of the share.
    files: Vec<String>,
    /// The same of what is checked and shown, and never leaves.
    supporting: Vec<String>,
    /// The lines of the checklist that are ticked.
    assured: BTreeSet<Assurance>,
}

impl NewDraft {
    fn plan(&self, visitor: &Visitor) -> Result<Plan, DeskError> {
        if let Some(project) = self.project.as_ref().filter(|one| !visitor.person.projects.contains(*one)) {
            let projects: Vec<String> = visitor.person.projects.iter().cloned().collect();
            let (account, project) = (visitor.person.account.clone(), project.clone());
            return Err(DeskError::NotYourProject { account, project, projects: projects.join(", ") });
        }
        let only = visitor.person.projects.first().filter(|_| visitor.person.projects.len() == 1);
        let mut plan = Plan {
            project: self.project.clone().or_else(|| only.cloned()),
            purpose: self.purpose.clone(),
            context: self.context.clone(),
            asked: vec![],
            assured: self.assured.clone(),
        };
        self.files.iter().for_each(|line| _ = plan.add(line.clone(), Purpose::Output));
        self.supporting.iter().for_each(|line| _ = plan.add(line.clone(), Purpose::Supporting));
        Ok(plan)
    }
}

/// The drafts.
pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<Drafts>, PageError> {
    let drafts = app.desk().requester(visitor.actor()).drafts().await?;
    Ok(Json(Drafts { drafts: drafts.into_iter().map(DraftDocument::from).collect() }))
}

/// Begins a draft.
pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Json(new): Json<NewDraft>,
) -> Result<Response, PageError> {
    let (requester, plan) = (app.desk().requester(visitor.actor()), new.plan(&visitor)?);
    let draft = requester.begin().await?;
    let draft = requester.redraft(draft.id, &|old| old.clone_from(&plan)).await?;
    Ok(made(&format!("/api/v1/drafts/{}", draft.id), DraftDocument::from(draft)))
}

/// The draft of a request's next round.
pub(crate) async fn again(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<DraftDocument>, PageError> {
    Ok(Json(app.desk().requester(visitor.actor()).begin_next(request_id(&id)?).await?.into()))
}

/// One draft.
pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Json<DraftDocument>, PageError> {
    Ok(Json(app.desk().requester(visitor.actor()).draft(draft_id(&draft)?).await?.into()))
}

/// Changes a draft: what it is to say takes the place of what it said.
pub(crate) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(draft): Path<String>,
    Json(new): Json<NewDraft>,
) -> Result<Json<DraftDocument>, PageError> {
    let (id, plan) = (draft_id(&draft)?, new.plan(&visitor)?);
    let draft = app.desk().requester(visitor.actor()).redraft(id, &|old| old.clone_from(&plan)).await?;
    Ok(Json(draft.into()))
}

/// Throws a draft away.
pub(crate) async fn discard(
    State(app): State<App>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<StatusCode, PageError> {
    let id = draft_id(&draft)?;
    app.desk().requester(visitor.actor()).discard(id).await?;
    app.inner.previews.forget(id);
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a draft.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Json<RequestDocument>, PageError> {
    let (id, requester) = (draft_id(&draft)?, app.desk().requester(visitor.actor()));
    let request = requester.send(id).await?;
    app.inner.previews.forget(id);
    Ok(Json(requester.document(request.id).await?))
}

/// How far a check before asking is, and what it found; in memory alone, for half an hour.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct CheckDocument {
    /// `none`, `waiting`, `reading`, `checking`, `done` or `failed`.
    stage: &'static str,
    /// Files that are read or checked by now.
    count: usize,
    /// Whether other files were chosen since.
    stale: bool,
    /// What was found, a report a file, as `exeat check --format json` has it.
    files: Vec<FileReport>,
    /// What could not be taken up.
    problems: Vec<Problem>,
    /// Why it could not be made.
    error: Option<String>,
}

impl CheckDocument {
    fn of(app: &App, draft: &Draft) -> Self {
        let Some(preview) = app.inner.previews.of(draft, app.now()) else {
            return Self { stage: "none", ..Self::default() };
        };
        let at = Self { stale: !preview.is_of(draft), ..Self::default() };
        let stage = preview.stage.borrow().clone();
        match stage {
            Stage::Waiting => Self { stage: "waiting", ..at },
            Stage::At(Progress::Reading(count)) => Self { stage: "reading", count, ..at },
            Stage::At(Progress::Checking(count)) => Self { stage: "checking", count, ..at },
            Stage::Failed(error) => Self { stage: "failed", error: Some(error.to_string()), ..at },
            Stage::Done(found) => Self {
                stage: "done",
                count: found.files.len(),
                files: found.files.iter().map(|(_, _, report)| report.clone()).collect(),
                problems: found.problems.clone(),
                ..at
            },
        }
    }
}

/// Starts the check of a draft.
pub(crate) async fn check(
    State(app): State<App>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Json<CheckDocument>, PageError> {
    let draft = app.desk().requester(visitor.actor()).draft(draft_id(&draft)?).await?;
    if draft.plan.asked.is_empty() {
        return Err(DeskError::NothingAsked.into());
    }
    let now = app.now();
    app.inner.previews.start(&app, &draft, now).map_err(|refused| {
        ApiError::Wait(match refused {
            Refused::Running => 2,
            Refused::TooOften(until) => u64::try_from((until - now).num_seconds()).unwrap_or(0).max(1),
        })
    })?;
    Ok(Json(CheckDocument::of(&app, &draft)))
}

/// How far the check of a draft is.
pub(crate) async fn checked(
    State(app): State<App>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Json<CheckDocument>, PageError> {
    let draft = app.desk().requester(visitor.actor()).draft(draft_id(&draft)?).await?;
    Ok(Json(CheckDocument::of(&app, &draft)))
}

/// Which folder to show, and which part of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// The folder; none: the share itself.
    folder: Option<SharePath>,
    /// For which project.
    project: Option<String>,
    /// Only names that hold this text.
    #[serde(default)]
    find: String,
    /// Start after this folder (`d:name`) or file (`f:name`), as `next` has it.
    after: Option<String>,
}

/// A folder of the share.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Folder {
    /// Which one; none: the share itself.
    folder: Option<SharePath>,
    /// Folders, then files, each by name.
    entries: Vec<Entry>,
    /// How many there are in all.
    total: u64,
    /// How many names cannot be asked for: links, devices, hidden files.
    left_out: u64,
    /// What to start after for the next part; none where this was the last.
    next: Option<String>,
}

/// One name of a folder.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Entry {
    /// Where it lies.
    path: SharePath,
    /// Whether it is a folder.
    folder: bool,
    /// The size of a file.
    bytes: Option<u64>,
    /// When a file was last changed.
    changed_at: Option<DateTime<Utc>>,
    /// Whether it may be asked for.
    askable: bool,
}

/// Shows a folder of the share, as far as files may be asked from it.
pub(crate) async fn share(
    State(app): State<App>,
    visitor: Visitor,
    Asks(place): Asks<Place>,
) -> Result<Json<Folder>, PageError> {
    let Place { folder, project, find, after } = place;
    let requester = app.desk().requester(visitor.actor());
    let look = Look {
        after: after.as_deref().and_then(crate::pages::browse::after),
        holding: find.chars().take(100).collect(),
        most: NAMES,
        ..Look::default()
    };
    let shown = requester.look(project.as_deref(), folder.as_ref(), look).await?;
    let listing = shown.map_err(|_| PageError::NotFound)?;
    let paths = listing.entries.iter().map(|shown| shown.path.to_string()).collect();
    let askable: BTreeSet<String> =
        requester.pickable(project.as_deref(), paths).await?.into_iter().collect();
    let next = listing.entries.last().filter(|_| listing.more).map(|last| {
        let kind = if last.leaf == Leaf::Folder { "d" } else { "f" };
        format!("{kind}:{}", last.path.name())
    });
    let entry = |Shown { leaf, path, file }: Shown| Entry {
        askable: askable.contains(path.as_str()),
        folder: leaf == Leaf::Folder,
        bytes: file.map(|(bytes, _)| bytes),
        changed_at: file.map(|(_, at)| at),
        path,
    };
    let (total, left_out) = (listing.total, listing.left_out);
    let entries = listing.entries.into_iter().map(entry).collect();
    Ok(Json(Folder { folder, entries, total, left_out, next }))
}
