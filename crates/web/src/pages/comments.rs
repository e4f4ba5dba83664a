//! Comments on a request and its files: what a checker or the requester reads and writes.

use axum::extract::State;
use axum::response::Redirect;
use exeat_desk::Remark;
use exeat_domain::comment::{Comment, Visibility};
use exeat_domain::path::SharePath;
use exeat_domain::request::Request;
use serde::Deserialize;

use super::request::short;
use super::request_id;
use crate::app::App;
use crate::error::PageError;
use crate::form::{Form, Path};
use crate::moments::Moments;
use crate::visitor::Visitor;
use crate::words::Words;

/// The longest comment, in characters.
pub(crate) const LONGEST: usize = exeat_domain::comment::LONGEST;

/// A comment as it is read.
pub(crate) struct CommentView {
    pub(crate) who: String,
    pub(crate) when: String,
    pub(crate) exact: String,
    pub(crate) round: Option<String>,
    /// The name of the file it is about.
    pub(crate) file: Option<String>,
    /// Whether only the checkers read it.
    pub(crate) checkers: bool,
    pub(crate) text: String,
}

/// Comments in words; `name` says what their writers are called.
pub(crate) fn views<'c>(
    comments: impl Iterator<Item = &'c Comment>,
    request: &Request,
    name: impl Fn(&str) -> String,
    moments: Moments<'_>,
    w: &Words,
) -> Vec<CommentView> {
    let view = |comment: &Comment| CommentView {
        who: name(&comment.by),
        when: moments.at(comment.at),
        exact: Moments::exact(comment.at),
        round: (request.rounds.len() > 1).then(|| w.round(&comment.round)),
        file: comment.file.as_ref().map(|path| short(path.as_str()).1),
        checkers: comment.visibility == Visibility::Checkers,
        text: comment.text.clone(),
    };
    comments.map(view).collect()
}

/// What a checker writes.
#[derive(Debug, Deserialize)]
pub(crate) struct Written {
    /// The file that was looked at, from 1; 0: none.
    #[serde(default)]
    file: usize,
    /// `1`: it is about that file.
    #[serde(default)]
    on_file: String,
    /// `public`, or the checkers alone.
    #[serde(default)]
    visibility: String,
    #[serde(default)]
    text: String,
}

/// Keeps a checker's comment.
pub(crate) async fn checker(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(written): Form<Written>,
) -> Result<Redirect, PageError> {
    let id = request_id(&id)?;
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, _) = checker.show(id).await?;
    let files = request.round().map_or(&[][..], |round| &round.files);
    let named = written.file.checked_sub(1).and_then(|at| files.get(at)).map(|file| file.path.clone());
    let file = if written.on_file == "1" { Some(named.ok_or(PageError::NotFound)?) } else { None };
    let public = written.visibility == "public";
    let visibility = if public { Visibility::Public } else { Visibility::Checkers };
    checker.comment(id, &Remark { file, visibility, text: written.text }).await?;
    Ok(Redirect::to(&format!("/requests/{id}?file={}#comments", written.file)))
}

/// What a requester writes.
#[derive(Debug, Deserialize)]
pub(crate) struct Answered {
    /// The path of the file it is about; empty: the request.
    #[serde(default)]
    path: String,
    #[serde(default)]
    text: String,
}

/// Keeps a requester's comment.
pub(crate) async fn requester(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(Answered { path, text }): Form<Answered>,
) -> Result<Redirect, PageError> {
    let id = request_id(&id)?;
    let path = Some(path).filter(|path| !path.is_empty());
    let file = path.map(|path| SharePath::new(&path)).transpose().map_err(|_| PageError::NotFound)?;
    app.desk().requester(visitor.actor()).comment(id, file, &text).await?;
    Ok(Redirect::to(&format!("/mine/{id}#comments")))
}
