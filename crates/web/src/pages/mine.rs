//! A requester's own requests: the list, and how one stands, in words.

use askama::Template;
use axum::extract::State;
use axum::response::{Redirect, Response};
use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::ports::Answered;
use exeat_domain::draft::{Draft, DraftId};
use exeat_domain::path::SharePath;
use exeat_domain::pickup::Renewal;
use exeat_domain::request::{File, Purpose, Request, RequestId};
use exeat_domain::review::Choice;
use exeat_domain::state::{Action, Owner, State as Stands};
use serde::Deserialize;

use super::comments::{self, CommentView};
use super::findings::{Group, groups};
use super::request::{detail, short};
use super::{Shell, page as write, request_id};
use crate::app::{App, Settings};
use crate::error::PageError;
use crate::form::{Form, Path, Query};
use crate::moments::Moments;
use crate::visitor::{Reads, Visitor};
use crate::words::{Mark, Words, count, fill};

/// Lines of a page.
const LINES: usize = 50;
/// Decisions that it takes to say what is usual.
const FEWEST: usize = 5;

#[derive(Template)]
#[template(path = "mine.html")]
struct ListPage<'a> {
    shell: Shell<'a>,
    lines: Vec<Line>,
    drafts: Vec<DraftLine>,
    next: Option<RequestId>,
}

/// A draft in the list.
struct DraftLine {
    id: DraftId,
    title: String,
    files: String,
    saved: String,
}

struct Line {
    id: RequestId,
    class: &'static str,
    standing: String,
    project: String,
    purpose: String,
    files: String,
    created: String,
    exact: String,
}

#[derive(Template)]
#[template(path = "mine_request.html")]
struct Page<'a> {
    shell: Shell<'a>,
    request: &'a Request,
    class: &'static str,
    standing: String,
    next: &'static str,
    can_mend: bool,
    /// Whether it changes by itself in a moment.
    live: bool,
    asked: String,
    exact: String,
    round: u32,
    files: Vec<FileView>,
    problems: Vec<(String, String)>,
    can_withdraw: bool,
    released: Vec<(String, String)>,
    pickup: Option<super::pickup::Part>,
    renew_at: String,
    comments: Vec<CommentView>,
    longest_comment: usize,
}

struct FileView {
    path: String,
    name: String,
    folder: String,
    mark: Mark,
    detail: String,
    outcome: &'static str,
    outcome_class: &'static str,
    supporting: bool,
    taken_back: bool,
    can_take_back: bool,
    reasons: Vec<String>,
    findings: Vec<Group>,
}

/// What the address asks for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    before: Option<u64>,
}

/// The list, newest first.
pub(crate) async fn list(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let requester = app.desk().requester(visitor.actor());
    let mut listed = requester.newest(asked.before.map(RequestId), LINES as u64 + 1).await?;
    let more = listed.len() > LINES;
    listed.truncate(LINES);
    let drafts = requester.drafts().await?;
    let shell = Shell::new(&app, w, Some(&visitor)).titled(w.mine.title).at("/mine");
    let moments = shell.moments();
    let drafts = drafts.iter().map(|draft| draft_line(draft, moments, w)).collect();
    let next = listed.last().filter(|_| more).map(|last| last.id);
    let line = |one: exeat_desk::ports::Summary| Line {
        id: one.id,
        class: class(one.state),
        standing: fill(words(one.state, &w.mine.standing), &[("when", &moments.at(one.updated_at))]),
        project: one.project.unwrap_or_default(),
        purpose: one.purpose,
        files: count(w.common.files, one.files),
        created: moments.at(one.created_at),
        exact: Moments::exact(one.created_at),
    };
    write(&ListPage { lines: listed.into_iter().map(line).collect(), drafts, next, shell })
}

/// One request.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let requester = app.desk().requester(visitor.actor());
    let id = request_id(&id)?;
    let (request, _) = requester.show(id).await?;
    let reasons = requester.reasons(id).await?;
    let usual = usual(&requester.turnarounds().await?, app.settings());
    let shell = Shell::new(&app, w, Some(&visitor)).titled(id.to_string()).at("/mine");
    let moments = shell.moments();
    let open = matches!(request.state, Stands::Submitted | Stands::Returned);
    let view = |(number, file): (u32, &File)| file_view(number, file, &reasons, open, w);
    // The desk names no checker to a requester.
    let wrote = |by: &str| if by.is_empty() { w.review.the_checkers } else { w.review.you }.to_owned();
    let files = request.current_files().map(|(round, file)| view((round.number, file))).collect();
    let released = request.release.iter().filter(|_| request.state == Stands::Released);
    let released = released.flat_map(|release| &release.files);
    write(&Page {
        class: class(request.state),
        standing: standing(&request, usual, moments, w),
        next: words(request.state, &w.mine.next),
        can_mend: request.state == Stands::Returned,
        live: request.state == Stands::Checking,
        asked: moments.at(request.created_at),
        exact: Moments::exact(request.created_at),
        round: request.round().map_or(0, |round| round.number),
        files,
        problems: request.round().map(|round| w.problems(&round.problems)).unwrap_or_default(),
        can_withdraw: request.state.after(Action::Withdraw, Owner::Requester).is_ok(),
        comments: comments::views(request.comments.iter(), &request, wrote, moments, w),
        longest_comment: comments::LONGEST,
        released: released.map(|file| (file.name.clone(), file.seal.sha256.to_string())).collect(),
        pickup: request
            .release
            .as_ref()
            .and_then(|one| super::pickup::Part::of(&app, one, Renewal::Requester, moments, w)),
        renew_at: format!("/mine/{id}/pickup"),
        request: &request,
        shell,
    })
}

fn file_view(
    round: u32,
    file: &File,
    reasons: &[(u32, SharePath, String)],
    open: bool,
    w: &'static Words,
) -> FileView {
    let (folder, name) = short(file.path.as_str());
    let (outcome, outcome_class) = match file.settled {
        Some(Choice::Approve) => (w.request.approved, "clear"),
        Some(Choice::Return) => (w.request.returned, "review"),
        Some(Choice::Reject) => (w.request.rejected, "blocked"),
        None => ("", ""),
    };
    let said = reasons.iter().filter(|(number, path, _)| *number == round && *path == file.path);
    FileView {
        path: file.path.to_string(),
        name,
        folder,
        mark: w.verdict(file.report.verdict),
        detail: detail(file, w),
        outcome,
        outcome_class,
        supporting: file.purpose == Purpose::Supporting,
        taken_back: file.taken_back,
        can_take_back: open && !file.taken_back && file.settled.is_none(),
        reasons: said.map(|(_, _, reason)| reason.clone()).collect(),
        findings: groups(&file.report.findings, w),
    }
}

fn draft_line(draft: &Draft, moments: Moments<'_>, w: &'static Words) -> DraftLine {
    let title = match draft.request {
        Some(id) => fill(w.ask.next_of, &[("id", &id)]),
        None => draft.plan.purpose.lines().next().unwrap_or(w.ask.untitled).chars().take(120).collect(),
    };
    DraftLine {
        id: draft.id,
        title,
        files: count(w.common.files, draft.plan.asked.len() as u64),
        saved: fill(w.ask.saved, &[("when", &moments.at(draft.updated_at))]),
    }
}

/// How a request stands: with a checker or waiting for one, since when, and how long it usually takes.
fn standing(request: &Request, usual: Option<TimeDelta>, moments: Moments<'_>, w: &'static Words) -> String {
    let waits = request.state == Stands::Submitted;
    let claimed = request.claimed.iter().map(|claim| claim.at).min().filter(|_| waits);
    let opened = request.round().map(|round| round.opened_at).filter(|_| waits);
    let (phrase, since) = match claimed {
        Some(at) => (w.ask.with_checker, at),
        None => (words(request.state, &w.mine.standing), opened.unwrap_or(request.updated_at)),
    };
    let stands = fill(phrase, &[("when", &moments.at(since))]);
    match usual.filter(|_| waits) {
        Some(usual) => {
            let usually = fill(w.ask.usually, &[("wait", &moments.about(usual))]);
            format!("{stands}; {usually}")
        }
        None => stands,
    }
}

/// The working time that half of the last decisions took at most; none where there are too few to say.
fn usual(turnarounds: &[Answered], settings: &Settings) -> Option<TimeDelta> {
    let local = |at: DateTime<Utc>| at.with_timezone(&settings.zone).naive_local();
    let took = |one: &Answered| settings.hours.between(local(one.asked), local(one.decided));
    let mut took: Vec<TimeDelta> = turnarounds.iter().map(took).collect();
    took.sort_unstable();
    took.get(took.len() / 2).copied().filter(|_| took.len() >= FEWEST)
}

/// The class of a state's colour and icon.
fn class(state: Stands) -> &'static str {
    match state {
        Stands::Released | Stands::Approved => "clear",
        Stands::Returned => "review",
        Stands::Rejected | Stands::Refused => "blocked",
        Stands::Draft | Stands::Received | Stands::Checking | Stands::Submitted | Stands::Withdrawn => "note",
    }
}

fn words(state: Stands, of: &'static [&'static str; 10]) -> &'static str {
    let at = Stands::ALL.iter().position(|one| *one == state);
    at.and_then(|at| of.get(at)).copied().unwrap_or_default()
}

/// Takes the request back.
pub(crate) async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let request = app.desk().requester(visitor.actor()).withdraw(request_id(&id)?).await?;
    Ok(Redirect::to(&format!("/mine/{}", request.id)))
}

#[derive(Deserialize)]
pub(crate) struct Named {
    path: String,
}

/// Takes one file back.
pub(crate) async fn take_back(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(Named { path }): Form<Named>,
) -> Result<Redirect, PageError> {
    let path = SharePath::new(&path).map_err(|_| PageError::NotFound)?;
    let request = app.desk().requester(visitor.actor()).take_back(request_id(&id)?, &[path]).await?;
    Ok(Redirect::to(&format!("/mine/{}", request.id)))
}
