//! A file's tables for a script: windows of rows, as text that the checks wrote. Never the file's own bytes.

use axum::extract::{Path, State};
use exeat_desk::document::{MOST_ROWS, Window};
use exeat_desk::rendition::Rendition;
use exeat_domain::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Asks, Json};
use crate::app::App;
use crate::error::PageError;
use crate::pages::file::{named, off_the_way};
use crate::pages::request_id;
use crate::pages::table::{Flags, Rows, Wanted};
use crate::visitor::Visitor;

/// Which rows of which table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Which table of the file, from 0.
    #[serde(default)]
    table: usize,
    /// The first row, counted among those that are wanted.
    #[serde(default)]
    from: u64,
    /// How many rows, to 200; of a table with very many columns fewer are given.
    count: Option<usize>,
    /// Only rows that hold these words.
    #[serde(default)]
    find: String,
    /// Only rows in which something was found.
    #[serde(default)]
    flagged: bool,
    /// In the order of this column, counted from 1; negative: falling.
    order: Option<i32>,
}

/// A window of rows.
pub(crate) async fn rows(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, round, file)): Path<(String, String, String)>,
    Asks(asked): Asks<Asked>,
) -> Result<Json<Window>, PageError> {
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, _) = checker.show(request_id(&id)?).await?;
    let number = |text: &str| text.parse().map_err(|_| PageError::NotFound);
    let file = named(&request, number(&round)?, usize::try_from(number(&file)?).unwrap_or(0))?;
    let rendition = checker.rendition(&request, file).await?.ok_or(PageError::NotFound)?;
    let findings = file.report.findings.clone();
    let window = off_the_way(move || window(&rendition, &findings, &asked)).await?;
    window.map(Json).ok_or(PageError::NotFound)
}

fn window(
    rendition: &Rendition,
    findings: &[Finding],
    asked: &Asked,
) -> Result<Option<Window>, exeat_desk::rendition::RenditionError> {
    let Some(shown) = rendition.tables().get(asked.table) else { return Ok(None) };
    let flags = Flags::of(findings, shown);
    let order = asked.order.filter(|order| *order != 0);
    let order = order.and_then(|order| Some((usize::try_from(order.unsigned_abs()).ok()? - 1, order < 0)));
    let words: String = asked.find.chars().take(200).collect();
    let wanted = Wanted { table: asked.table, words: &words, flagged: asked.flagged, changed: None, order };
    let rows = Rows::of(rendition, wanted, &flags)?;
    let count = Window::most(shown.columns.len(), asked.count.unwrap_or(MOST_ROWS));
    let read = rows.window(rendition, asked.table, asked.from, count)?;
    Ok(Some(Window::around(rendition, asked.table, (rows.len(shown), asked.from), read)))
}
