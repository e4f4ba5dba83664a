//! What was released, and the record of each: as JSON, and as an RO-Crate.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use exeat_domain::request::RequestId;
use serde::Deserialize;

use super::{Shell, page as write, request_id};
use crate::app::App;
use crate::download::attachment;
use crate::error::PageError;
use crate::form::{Path, Query};
use crate::moments::Moments;
use crate::visitor::{Reads, Visitor};
use crate::words::count;

/// Lines of a page.
const LINES: usize = 50;

#[derive(Template)]
#[template(path = "releases.html")]
struct Page<'a> {
    shell: Shell<'a>,
    lines: Vec<Line>,
    next: Option<RequestId>,
}

struct Line {
    id: RequestId,
    when: String,
    exact: String,
    project: String,
    requester: String,
    purpose: String,
    files: String,
}

/// What the address asks for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    before: Option<RequestId>,
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let auditor = app.desk().auditor(visitor.actor()).await?;
    let mut released = auditor.released(asked.before, LINES as u64 + 1).await?;
    let more = released.len() > LINES;
    released.truncate(LINES);
    let next = released.last().map(|last| last.id).filter(|_| more);
    let shell = Shell::new(&app, w, Some(&visitor)).titled(w.ledger.releases).at("/releases");
    let moments = shell.moments();
    let lines = released.into_iter().map(|one| Line {
        id: one.id,
        when: moments.at(one.updated_at),
        exact: Moments::exact(one.updated_at),
        project: one.project.unwrap_or_default(),
        requester: auditor.person(&one.requester).map_or(one.requester, |person| person.name.clone()),
        purpose: one.purpose,
        files: count(w.common.files, one.files),
    });
    write(&Page { lines: lines.collect(), next, shell })
}

/// The record of a release.
pub(crate) async fn record(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let record = app.desk().auditor(visitor.actor()).await?.record(request_id(&id)?).await?;
    let json = serde_json::to_vec_pretty(&record).map_err(|error| PageError::System(error.to_string()))?;
    Ok(attachment(&format!("{}.json", record.request), "application/json", Body::from(json)))
}

/// The same, as an RO-Crate.
pub(crate) async fn research_object(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let record = app.desk().auditor(visitor.actor()).await?.record(request_id(&id)?).await?;
    let zip = record.research_object().map_err(|error| PageError::System(error.to_string()))?;
    Ok(attachment(&format!("{}-crate.zip", record.request), "application/zip", Body::from(zip)))
}
