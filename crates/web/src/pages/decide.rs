//! Decisions: a form becomes a call of the desk, and the page that follows.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeat_desk::DeskError;
use exeat_domain::path::SharePath;
use exeat_domain::request::{Purpose, Request};
use exeat_domain::review::Choice;
use serde::Deserialize;

use super::file::Window;
use super::request::{Said, show};
use super::request_id;
use crate::app::App;
use crate::error::{self, PageError};
use crate::form::{Form, Path};
use crate::visitor::{Reads, Visitor};

/// What the bar at the foot sends.
#[derive(Debug, Deserialize)]
pub(crate) struct Sent {
    /// The round that was looked at.
    round: u32,
    /// The file, from 1.
    file: usize,
    /// `approve`, `return`, `reject`, `undo`, or `approve-all` for every output that is open.
    choice: String,
    #[serde(default)]
    reason: String,
}

/// Says that the visitor looks at it.
pub(crate) async fn claim(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let request = app.desk().checker(visitor.actor()).await?.claim(request_id(&id)?).await?;
    Ok(Redirect::to(&format!("/requests/{}", request.id)))
}

/// Takes that back.
pub(crate) async fn unclaim(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let request = app.desk().checker(visitor.actor()).await?.unclaim(request_id(&id)?).await?;
    Ok(Redirect::to(&format!("/requests/{}", request.id)))
}

/// Decides on a file, or approves all that is open; the review stays open until it is submitted.
pub(crate) async fn decide(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, PageError> {
    let id = request_id(&id)?;
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, _) = checker.show(id).await?;
    let round = request.round().filter(|round| round.number == sent.round);
    let round = round
        .ok_or_else(|| PageError::from(DeskError::Store(exeat_desk::ports::StoreError::Conflict(id))))?;
    let named = sent.file.checked_sub(1).and_then(|at| round.files.get(at)).map(|file| file.path.clone());
    if sent.choice == "undo" {
        let path = named.ok_or(PageError::NotFound)?;
        checker.undecide(id, &path).await?;
        return Ok(Redirect::to(&format!("/requests/{id}?file={}", sent.file)).into_response());
    }
    let (choice, files) = match sent.choice.as_str() {
        "approve" => (Choice::Approve, vec![named.ok_or(PageError::NotFound)?]),
        "return" => (Choice::Return, vec![named.ok_or(PageError::NotFound)?]),
        "reject" => (Choice::Reject, vec![named.ok_or(PageError::NotFound)?]),
        "approve-all" => (Choice::Approve, open_outputs(&request, &visitor)),
        _ => return Err(PageError::NotFound),
    };
    if files.is_empty() {
        return Ok(Redirect::to(&format!("/requests/{id}?file={}", sent.file)).into_response());
    }
    // Whoever sends a file back without words is given a draft of them.
    if matches!(choice, Choice::Return | Choice::Reject) && sent.reason.trim().is_empty() {
        let to = format!("/requests/{id}/refuse?file={}&choice={}", sent.file, sent.choice);
        return Ok(Redirect::to(&to).into_response());
    }
    let reason = Some(sent.reason.trim()).filter(|reason| !reason.is_empty() && sent.choice != "approve-all");
    match checker.decide(id, &files, choice, reason, true).await {
        Ok(decided) => {
            let next = next_open(&decided.request, &visitor, sent.file);
            Ok(Redirect::to(&format!("/requests/{id}?file={next}")).into_response())
        }
        Err(DeskError::Review(refused)) => {
            let said =
                Said { wrong: Some(error::review(&refused, w)), typed: sent.reason, file: Some(sent.file) };
            let mut response = show(&app, w, &visitor, id, &Window::default(), said).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(other) => Err(other.into()),
    }
}

/// Submits the review; the desk does what it comes to once it can no longer be taken back.
pub(crate) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let id = request_id(&id)?;
    app.desk().checker(visitor.actor()).await?.hand_in(id).await?;
    Ok(Redirect::to(&format!("/queue?submitted={id}")))
}

/// Takes the submitted review back.
pub(crate) async fn undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let request = app.desk().checker(visitor.actor()).await?.reopen(request_id(&id)?).await?;
    Ok(Redirect::to(&format!("/requests/{}", request.id)))
}

fn open_outputs(request: &Request, visitor: &Visitor) -> Vec<SharePath> {
    request.undecided_by(&visitor.person.account).into_iter().cloned().collect()
}

/// The next output that is open, behind this one and around; this one where none is.
pub(super) fn next_open(request: &Request, visitor: &Visitor, after: usize) -> usize {
    let open = open_outputs(request, visitor);
    let files = request.round().map_or(&[][..], |round| &round.files);
    let is_open = |at: &usize| {
        files.get(*at).is_some_and(|file| file.purpose == Purpose::Output && open.contains(&file.path))
    };
    (after..files.len()).chain(0..after.min(files.len())).find(is_open).map_or(after, |at| at + 1)
}
