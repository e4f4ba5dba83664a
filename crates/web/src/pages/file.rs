//! One file as it is looked at: its table as rows of text, or its picture encoded anew. Never its own bytes.

use std::io::Read as _;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use exeat_desk::rendition::{Rendition, RenditionError};
use exeat_desk::{Checker, DeskError};
use exeat_domain::finding::Finding;
use exeat_domain::request::{File, Request, Shown};
use serde::Deserialize;

use super::changes::{self, Changed, ChangesView, Earlier};
use super::picture::{self, PictureView, Zoom};
use super::table::{self, COLUMNS, ColumnView, Flags, MOST_ROWS, RowView, Rows, Wanted};
use super::{encoded, page as write, request_id};
use crate::app::App;
use crate::error::PageError;
use crate::form::{Path, Query};
use crate::security::CSP_NOTHING;
use crate::visitor::{Reads, Visitor};
use crate::words::{Said, Words, count, fill};

/// Rows of a page that is read without scripts.
const PAGE: usize = 100;
/// The largest picture.
const LARGEST_PICTURE: u64 = 512 << 20;
/// Flagged rows that the strip beside the table shows.
const STRIP: usize = 4000;

/// What the address asks of a table.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Window {
    /// Which table, from 0.
    #[serde(default)]
    pub(crate) table: usize,
    /// The first row of the window, counted among those that are wanted.
    #[serde(default)]
    pub(crate) from: u64,
    /// A row to be shown, from 0 in the body.
    #[serde(default)]
    pub(crate) row: Option<u64>,
    /// How many rows.
    #[serde(default)]
    pub(crate) count: Option<usize>,
    /// The first column.
    #[serde(default)]
    pub(crate) col: usize,
    /// `1`: only flagged rows.
    #[serde(default)]
    pub(crate) flagged: String,
    /// `1`: only rows in which something changed since an earlier round.
    #[serde(default)]
    pub(crate) changed: String,
    /// `100` or `200`: how large a picture is shown, in percent; otherwise it fits.
    #[serde(default)]
    pub(crate) zoom: String,
    /// `3` or `-3`: in the order of the third column, or falling.
    #[serde(default)]
    pub(crate) order: String,
    /// Words that the rows hold.
    #[serde(default)]
    pub(crate) find: String,
}

impl Window {
    /// The same from another row on, as a part of an address.
    fn address(&self, from: u64) -> String {
        let Self { table, col, .. } = self;
        let (find, order) = (encoded(&self.find), encoded(&self.order));
        let flagged = if self.flagged == "1" { "&flagged=1" } else { "" };
        let changed = if self.changed == "1" { "&changed=1" } else { "" };
        format!("&table={table}&from={from}&col={col}&find={find}&order={order}{flagged}{changed}")
    }

    fn wanted<'a>(&'a self, changed: Option<&'a Changed>) -> Wanted<'a> {
        let order = self.order.parse::<i64>().ok().filter(|order| *order != 0);
        let order =
            order.and_then(|order| Some((usize::try_from(order.unsigned_abs()).ok()? - 1, order < 0)));
        let words =
            self.find.char_indices().nth(200).map_or(self.find.as_str(), |(end, _)| &self.find[..end]);
        let changed =
            changed.filter(|_| self.changed == "1").map(|changed| changed.comparison.rows.as_slice());
        Wanted { table: self.table, words, flagged: self.flagged == "1", changed, order }
    }
}

/// What is shown of a file.
pub(crate) enum View {
    /// A table.
    Table(Box<TableView>),
    /// A picture.
    Picture(Box<PictureView>),
    /// Nothing: the checks could make nothing of it.
    Nothing,
    /// Nothing any more.
    Gone,
    /// Nothing now, and why: it should be there.
    Lost(Said),
}

/// A window of a table.
pub(crate) struct TableView {
    pub(crate) tables: usize,
    pub(crate) table: usize,
    pub(crate) table_words: String,
    pub(crate) columns: Vec<ColumnView>,
    pub(crate) rows: Vec<RowView>,
    pub(crate) from: u64,
    pub(crate) total: u64,
    pub(crate) range: String,
    /// The addresses of the windows before and behind, as what follows the file.
    pub(crate) earlier: Option<String>,
    pub(crate) later: Option<String>,
    pub(crate) cut: Option<String>,
    pub(crate) found: Option<String>,
    pub(crate) strip: String,
    pub(crate) body_rows: u64,
    pub(crate) col: usize,
    pub(crate) across: Across,
    pub(crate) changes: Option<ChangesView>,
    pub(crate) changed: bool,
    pub(crate) statistics: Vec<Statistic>,
    pub(crate) outside: Vec<String>,
    pub(crate) flagged: bool,
    pub(crate) any_flags: bool,
    pub(crate) find: String,
    pub(crate) order: String,
}

/// Where a window lies among many columns.
pub(crate) struct Across {
    pub(crate) words: Option<String>,
    pub(crate) earlier: Option<usize>,
    pub(crate) later: Option<usize>,
}

/// What a column comes to.
pub(crate) struct Statistic {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) reason: String,
    pub(crate) filled: String,
    pub(crate) distinct: String,
    pub(crate) least: String,
    pub(crate) greatest: String,
    pub(crate) sum: String,
}

/// Looks at a file.
pub(crate) async fn view(
    (app, checker): (&App, &Checker<'_>),
    (request, number, file): (&Request, u32, &File),
    address: &str,
    window: &Window,
    w: &'static Words,
) -> Result<View, PageError> {
    match file.shown {
        None => Ok(View::Nothing),
        Some(Shown::Picture(_)) => match checker.picture(request, file).await {
            Ok(Some(_)) => {
                let (drawn, src) = (file.drawn.as_ref(), format!("{address}/picture"));
                let zoom = Zoom::of(&window.zoom);
                Ok(View::Picture(Box::new(picture::view(src, drawn, &file.report.findings, zoom, w))))
            }
            Ok(None) => Ok(View::Nothing),
            Err(error) => not_there(error, w),
        },
        Some(Shown::Tables(_)) => match checker.rendition(request, file).await {
            Ok(Some(rendition)) => {
                let earlier = changes::earlier(checker, request, number, file).await?;
                let (app, findings, window) = (app.clone(), file.report.findings.clone(), window.clone());
                let table = move || table_view(&app, (&rendition, earlier), &findings, &window, w);
                let view = off_the_way(table).await?;
                Ok(View::Table(Box::new(view)))
            }
            Ok(None) => Ok(View::Nothing),
            Err(error) => not_there(error, w),
        },
    }
}

/// The rest of the page is shown all the same: a checker can still send the file back.
fn not_there(error: DeskError, w: &'static Words) -> Result<View, PageError> {
    match error {
        DeskError::Wiped => Ok(View::Gone),
        DeskError::Port(failure) => Ok(View::Lost(w.said(&failure.message))),
        other => Err(other.into()),
    }
}

/// Reads in a thread that may wait.
pub(crate) async fn off_the_way<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RenditionError> + Send + 'static,
) -> Result<T, PageError> {
    let done =
        tokio::task::spawn_blocking(work).await.map_err(|error| PageError::System(error.to_string()))?;
    done.map_err(|error| PageError::System(error.to_string()))
}

fn table_view(
    app: &App,
    (rendition, earlier): (&Rendition, Option<Earlier>),
    findings: &[Finding],
    window: &Window,
    w: &'static Words,
) -> Result<TableView, RenditionError> {
    let table = window.table.min(rendition.tables().len().saturating_sub(1));
    let Some(shown) = rendition.tables().get(table) else { return Err(RenditionError::Form("no table")) };
    let told = earlier.map(|earlier| earlier.changes(app, rendition, table, w)).transpose()?;
    let (changed, changes) = told.map_or((None, None), |(changed, told)| (changed, Some(told)));
    let flags = Flags::of(findings, shown);
    let rows = Rows::of(rendition, Wanted { table, ..window.wanted(changed.as_ref()) }, &flags)?;
    let total = rows.len(shown);
    let from = match (&rows, window.row) {
        (Rows::All, Some(row)) => row.saturating_sub(5),
        (Rows::These(rows), Some(row)) => rows.iter().position(|one| *one == row).map_or(0, |at| at as u64),
        (_, None) => window.from,
    };
    let from = from.min(total.saturating_sub(1));
    let read = rows.window(rendition, table, from, PAGE)?;
    let to = from + read.len() as u64;
    let r = w.request;
    let col = window.col.min(shown.columns.len().saturating_sub(1)) / COLUMNS * COLUMNS;
    let strip: Vec<String> = flags.flagged_rows().iter().take(STRIP).map(u64::to_string).collect();
    let mut columns = table::columns(shown, col, &flags, findings, w);
    let mut rows = table::rows(read, shown, col, &flags, (findings, w));
    if let Some(changed) = &changed {
        changed.mark(table, col, &mut rows, w)?;
        columns.iter_mut().for_each(|column| column.added = changed.is_new(column.n));
    }
    Ok(TableView {
        tables: rendition.tables().len(),
        table,
        table_words: fill(r.table_of, &[("n", &(table + 1)), ("of", &rendition.tables().len())]),
        columns,
        rows,
        from,
        total,
        range: range(from, to, total, w),
        earlier: (from > 0).then(|| window.address(from.saturating_sub(PAGE as u64))),
        later: (to < total).then(|| window.address(to)),
        cut: (shown.written < shown.rows).then(|| fill(r.cut, &[("n", &Words::number(shown.written))])),
        found: (!window.find.trim().is_empty()).then(|| count(r.found, total)),
        any_flags: !strip.is_empty(),
        strip: strip.join(" "),
        body_rows: shown.written,
        col,
        across: across(col, shown.columns.len(), w),
        changes,
        changed: changed.is_some() && window.changed == "1",
        statistics: statistics(shown, w),
        outside: rendition.outside().iter().map(|line| line.text.clone()).collect(),
        flagged: window.flagged == "1",
        find: window.find.clone(),
        order: window.order.clone(),
    })
}

/// Which rows a window shows.
fn range(from: u64, to: u64, total: u64, w: &Words) -> String {
    let first = Words::number(if total == 0 { 0 } else { from + 1 });
    let blanks = [("from", first), ("to", Words::number(to)), ("of", Words::number(total))];
    let blanks = blanks.each_ref().map(|(name, value)| (*name, value as &dyn std::fmt::Display));
    fill(w.request.rows_of, &blanks)
}

/// Where a window of columns lies.
fn across(col: usize, of: usize, w: &Words) -> Across {
    let last = (col + COLUMNS).min(of);
    let words = || fill(w.request.columns_of, &[("from", &(col + 1)), ("to", &last), ("of", &of)]);
    Across {
        words: (of > COLUMNS).then(words),
        earlier: (col > 0).then(|| col.saturating_sub(COLUMNS)),
        later: (last < of).then_some(last),
    }
}

fn statistics(shown: &exeat_desk::rendition::Shown, w: &Words) -> Vec<Statistic> {
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| format!("{number}"));
    let columns = shown.columns.iter().take(400);
    columns
        .map(|column| Statistic {
            name: column.name.clone(),
            role: w.said(&column.role).text,
            reason: w.said(&column.reason).text,
            filled: Words::number(column.filled),
            distinct: Words::number(column.distinct),
            least: number(column.least),
            greatest: number(column.greatest),
            sum: number(column.sum),
        })
        .collect()
}

/// The file that an address names: round and file count from 1.
pub(crate) fn named(request: &Request, round: u32, file: usize) -> Result<&File, PageError> {
    let round = request.rounds.iter().find(|one| one.number == round).ok_or(PageError::NotFound)?;
    file.checked_sub(1).and_then(|at| round.files.get(at)).ok_or(PageError::NotFound)
}

#[derive(Template)]
#[template(path = "rows.html")]
struct RowsPage<'a> {
    rows: &'a [RowView],
}

/// A window of rows, for the script that scrolls.
pub(crate) async fn rows(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path((id, round, file)): Path<(String, u32, usize)>,
    Query(window): Query<Window>,
) -> Result<Response, PageError> {
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, _) = checker.show(request_id(&id)?).await?;
    let file = named(&request, round, file)?;
    let rendition = checker.rendition(&request, file).await?.ok_or(PageError::NotFound)?;
    let earlier = changes::earlier(&checker, &request, round, file).await?;
    let (app, findings) = (app.clone(), file.report.findings.clone());
    let (rows, total) = off_the_way(move || {
        let Some(shown) = rendition.tables().get(window.table) else { return Ok((vec![], 0)) };
        let flags = Flags::of(&findings, shown);
        let told = earlier.map(|earlier| earlier.changes(&app, &rendition, window.table, w)).transpose()?;
        let changed = told.and_then(|(changed, _)| changed);
        let rows = Rows::of(&rendition, window.wanted(changed.as_ref()), &flags)?;
        let count = window.count.unwrap_or(PAGE).min(MOST_ROWS);
        let read = rows.window(&rendition, window.table, window.from, count)?;
        let col = window.col.min(shown.columns.len()) / COLUMNS * COLUMNS;
        let mut read = table::rows(read, shown, col, &flags, (&findings, w));
        if let Some(changed) = &changed {
            changed.mark(window.table, col, &mut read, w)?;
        }
        Ok((read, rows.len(shown)))
    })
    .await?;
    let mut response = write(&RowsPage { rows: &rows })?;
    response.headers_mut().insert("x-rows", HeaderValue::from(total));
    Ok(response)
}

/// A picture as it would leave, as bytes.
pub(crate) async fn png(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, round, file)): Path<(String, u32, usize)>,
) -> Result<Response, PageError> {
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, _) = checker.show(request_id(&id)?).await?;
    let file = named(&request, round, file)?;
    let sealed = checker.picture(&request, file).await?.ok_or(PageError::NotFound)?;
    let png = tokio::task::spawn_blocking(move || {
        let mut png = vec![];
        sealed.take(LARGEST_PICTURE).read_to_end(&mut png).map(|_| png)
    });
    let png = png.await.map_err(|error| PageError::System(error.to_string()))?;
    let png = png.map_err(|error| PageError::System(error.to_string()))?;
    if !png.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Err(PageError::System("what is kept as a picture is none".to_owned()));
    }
    let mut response = png.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP_NOTHING));
    Ok(response)
}
