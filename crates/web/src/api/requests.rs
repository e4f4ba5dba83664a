//! A requester's own requests: asking, seeing how they stand, the next round, taking back, comments.

use axum::extract::{Path, State};
use axum::response::Response;
use exeat_desk::Ask;
use exeat_desk::document::{RequestDocument, Requests};
use exeat_domain::context::{Context, plain};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Asked, Door, Purpose, RequestId, Thread};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ApiError, Asks, Json, lines, made};
use crate::app::App;
use crate::error::PageError;
use crate::pages::request_id;
use crate::visitor::Visitor;

/// Which part of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// Start after this one.
    pub(crate) after: Option<RequestId>,
    /// At most so many, to 500.
    pub(crate) limit: Option<u64>,
}

/// What is asked for, and what is said about it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRequest {
    /// The project; it may be left out by whoever has only one.
    #[serde(default)]
    project: Option<String>,
    /// What the files are and what they are for.
    #[serde(default)]
    purpose: String,
    /// Files, folders and wildcards of the share, as people write them.
    #[schemars(length(min = 1))]
    files: Vec<String>,
    /// The same of what is checked and shown, and never leaves.
    #[serde(default)]
    supporting: Vec<String>,
    /// Whom the results describe, how many they are, and what was done against disclosure.
    #[serde(default)]
    context: Context,
    /// Message-ID of the mail that asked, for the reply to stand in its thread.
    #[serde(default)]
    message_id: Option<String>,
    /// Subject of that mail.
    #[serde(default)]
    subject: Option<String>,
}

/// The files of a round, and what is said about them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRound {
    /// Files, folders and wildcards of the share, as people write them.
    #[schemars(length(min = 1))]
    files: Vec<String>,
    /// The same of what is checked and shown, and never leaves.
    #[serde(default)]
    supporting: Vec<String>,
    /// Whom the results describe, how many they are, and what was done against disclosure.
    #[serde(default)]
    context: Context,
}

/// What is asked for.
fn asked(files: Vec<String>, supporting: Vec<String>) -> Vec<Asked> {
    let line = |purpose: Purpose| move |line: String| Asked { line, purpose };
    let outputs = files.into_iter().map(line(Purpose::Output));
    outputs.chain(supporting.into_iter().map(line(Purpose::Supporting))).collect()
}

/// The requests, oldest first.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Asks(part): Asks<Part>,
) -> Result<Json<Requests>, PageError> {
    let requests = app.desk().requester(visitor.actor()).list(part.after, lines(part.limit)).await?;
    Ok(Json(Requests { requests }))
}

/// Asks.
pub(crate) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Json(new): Json<NewRequest>,
) -> Result<Response, PageError> {
    let NewRequest { project, purpose, files, supporting, context, message_id, subject } = new;
    let thread = Thread {
        message_id: message_id.as_deref().map(named).transpose()?,
        references: vec![],
        subject: subject.map(|subject| plain(&subject).replace('\n', " ")),
        ticket: None,
    };
    let (purpose, asked) = (plain(&purpose), asked(files, supporting));
    let ask = Ask { door: Door::Api, project, purpose, context, thread, asked };
    let requester = app.desk().requester(visitor.actor());
    let id = requester.ask(ask).await?.id;
    Ok(made(&format!("/api/v1/requests/{id}"), requester.document(id).await?))
}

/// A Message-ID without its angle brackets, which holds nothing that could end a header.
fn named(id: &str) -> Result<String, PageError> {
    let bare = id.trim().trim_start_matches('<').trim_end_matches('>');
    let fits = !bare.is_empty() && bare.len() <= 900 && bare.bytes().all(|byte| byte.is_ascii_graphic());
    let fits = fits && !bare.contains(['<', '>']);
    if fits { Ok(bare.to_owned()) } else { Err(ApiError::Malformed("message_id is none".to_owned()).into()) }
}

/// One request.
pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<RequestDocument>, PageError> {
    Ok(Json(app.desk().requester(visitor.actor()).document(request_id(&id)?).await?))
}

/// Opens the next round.
pub(crate) async fn round(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(NewRound { files, supporting, context }): Json<NewRound>,
) -> Result<Json<RequestDocument>, PageError> {
    let id = request_id(&id)?;
    let requester = app.desk().requester(visitor.actor());
    requester.correct(id, asked(files, supporting), context).await?;
    Ok(Json(requester.document(id).await?))
}

/// What is taken back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakenBack {
    /// Only these files; without them, the request. An empty list is refused: it is more likely a slip than the request.
    #[serde(default)]
    #[schemars(length(min = 1))]
    files: Option<Vec<String>>,
}

/// Takes the request back, or files of it.
pub(crate) async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(TakenBack { files }): Json<TakenBack>,
) -> Result<Json<RequestDocument>, PageError> {
    let id = request_id(&id)?;
    let requester = app.desk().requester(visitor.actor());
    match files {
        None => requester.withdraw(id).await?,
        Some(files) if files.is_empty() => {
            let why = "files is empty: leave it out to take back the whole request";
            return Err(ApiError::Malformed(why.to_owned()).into());
        }
        Some(files) => requester.take_back_lines(id, &files).await?,
    };
    Ok(Json(requester.document(id).await?))
}

/// What is written to the checkers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    /// The file it is about; none: the request.
    #[serde(default)]
    file: Option<SharePath>,
    /// What it says.
    text: String,
}

/// Keeps a comment.
pub(crate) async fn comment(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(Answer { file, text }): Json<Answer>,
) -> Result<Json<RequestDocument>, PageError> {
    let id = request_id(&id)?;
    let requester = app.desk().requester(visitor.actor());
    requester.comment(id, file, &text).await?;
    Ok(Json(requester.document(id).await?))
}
