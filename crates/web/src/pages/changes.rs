//! What changed in a table since an earlier round: told above it, and marked in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeat_desk::rendition::{Comparison, Rendition, RenditionError, Row, Was};
use exeat_desk::{Checker, DeskError};
use exeat_domain::digest::Sha256;
use exeat_domain::request::{File, Request, Shown};

use super::request::short;
use super::table::{CellView, RowView};
use crate::app::App;
use crate::error::PageError;
use crate::words::{Words, count, fill};

/// Rows that are gone which are shown.
const GONE: usize = 100;
/// Columns of such a row that are shown.
const GONE_COLUMNS: usize = 30;
/// Changed rows that the script is told of, to jump to.
const JUMPS: usize = 4000;

/// The earlier version of a file, opened beside it.
pub(crate) struct Earlier {
    round: u32,
    /// Its name, where that is another one.
    name: Option<String>,
    /// Its tables; none where they are wiped.
    tables: Option<(Rendition, Sha256, Sha256)>,
}

/// A table and what became of it.
pub(crate) struct Changed {
    earlier: Rendition,
    pub(crate) comparison: Arc<Comparison>,
}

/// What is told of the changes.
pub(crate) struct ChangesView {
    /// `Since round 1:`, and what; or why nothing can be said.
    pub(crate) since: String,
    pub(crate) says: Vec<String>,
    pub(crate) notices: Vec<String>,
    /// Whether there is something to jump to.
    pub(crate) any: bool,
    /// The first changed row.
    pub(crate) first: Option<u64>,
    /// Changed rows, from 0, for the script.
    pub(crate) rows: String,
    pub(crate) gone_columns: Option<String>,
    pub(crate) gone: Vec<(u64, Vec<String>)>,
    pub(crate) more_gone: Option<String>,
}

/// Opens the earlier version of a file of a round; none where there was none.
pub(crate) async fn earlier(
    checker: &Checker<'_>,
    request: &Request,
    number: u32,
    file: &File,
) -> Result<Option<Earlier>, PageError> {
    let Some((round, before)) = request.earlier(number, file) else { return Ok(None) };
    let (Some(Shown::Tables(now)), Some(Shown::Tables(then))) = (file.shown, before.shown) else {
        return Ok(None);
    };
    let tables = match checker.rendition(request, before).await {
        Ok(tables) => tables.map(|tables| (tables, then.sha256, now.sha256)),
        Err(DeskError::Wiped | DeskError::Port(_)) => None,
        Err(other) => return Err(other.into()),
    };
    let name = (before.path != file.path).then(|| short(before.path.as_str()).1);
    Ok(Some(Earlier { round: round.number, name, tables }))
}

impl Earlier {
    /// What became of a table, and what is told of it. Reads both, and takes its time.
    pub(crate) fn changes(
        self,
        app: &App,
        later: &Rendition,
        table: usize,
        w: &Words,
    ) -> Result<(Option<Changed>, ChangesView), RenditionError> {
        let c = w.changes;
        let since = fill(c.since, &[("round", &self.round)]);
        let plain = |phrase: &str| ChangesView::plain(fill(phrase, &[("round", &self.round)]));
        let Some((earlier, then, now)) = self.tables else { return Ok((None, plain(c.gone))) };
        let Some(comparison) = app.inner.comparisons.of((then, now, table), &earlier, later)? else {
            return Ok((None, plain(c.no_table)));
        };
        let changed = Changed { earlier, comparison };
        let mut view = changed.view(table, since, w)?;
        view.notices.extend(self.name.map(|name| fill(c.other_name, &[("name", &name)])));
        Ok((Some(changed), view))
    }
}

impl ChangesView {
    fn plain(since: String) -> Self {
        Self {
            since,
            says: vec![],
            notices: vec![],
            any: false,
            first: None,
            rows: String::new(),
            gone_columns: None,
            gone: vec![],
            more_gone: None,
        }
    }
}

impl Changed {
    fn view(&self, table: usize, since: String, w: &Words) -> Result<ChangesView, RenditionError> {
        let (c, found) = (w.changes, &*self.comparison);
        let counted = [
            (c.cells, found.cells),
            (c.rows_added, found.rows_added),
            (c.rows_removed, found.rows_removed.len() as u64),
            (c.columns_added, found.columns_added() as u64),
            (c.columns_removed, found.columns_removed.len() as u64),
        ];
        let mut says: Vec<String> =
            counted.into_iter().filter(|(_, n)| *n > 0).map(|(words, n)| count(words, n)).collect();
        if says.is_empty() {
            says.push(c.same.to_owned());
        }
        let mut notices = vec![];
        if !found.whole {
            notices.push(fill(c.first_rows, &[("n", &Words::number(found.compared()))]));
        }
        if found.cut > 0 {
            notices.push(count(c.cut, found.cut));
        }
        let first: Vec<u64> = found.rows_removed.iter().take(GONE).copied().collect();
        let gone = self.earlier.picked(table, &first)?.into_iter();
        let more = found.rows_removed.len().saturating_sub(GONE) as u64;
        let rows: Vec<String> = found.rows.iter().take(JUMPS).map(u64::to_string).collect();
        Ok(ChangesView {
            since,
            says,
            notices,
            any: !found.rows.is_empty(),
            first: found.rows.first().copied(),
            rows: rows.join(" "),
            gone_columns: self.gone_columns(table).map(|names| fill(c.removed_columns, &[("names", &names)])),
            gone: gone
                .map(|row| (row.number + 1, row.cells.into_iter().take(GONE_COLUMNS).collect()))
                .collect(),
            more_gone: (more > 0).then(|| count(c.more_rows, more)),
        })
    }

    /// The names of columns that are gone; one without a name by its number.
    fn gone_columns(&self, table: usize) -> Option<String> {
        let columns = &self.earlier.tables().get(table)?.columns;
        let name = |at: &usize| {
            let name = columns.get(*at).map_or("", |column| column.name.as_str());
            if name.trim().is_empty() { (at + 1).to_string() } else { name.to_owned() }
        };
        let gone = &self.comparison.columns_removed;
        let names: Vec<String> = gone.iter().take(GONE_COLUMNS).map(name).collect();
        let more = if gone.len() > GONE_COLUMNS { ", …" } else { "" };
        (!names.is_empty()).then(|| names.join(", ") + more)
    }

    /// Whether a column is new.
    pub(crate) fn is_new(&self, column: usize) -> bool {
        self.comparison.columns.get(column).is_some_and(Option::is_none)
    }

    /// Marks what changed in rows of a table, from a column on.
    pub(crate) fn mark(
        &self,
        table: usize,
        from: usize,
        rows: &mut [RowView],
        w: &Words,
    ) -> Result<(), RenditionError> {
        let was = |row: &RowView| self.comparison.was(row.index);
        let mut wanted: Vec<u64> = rows
            .iter()
            .filter_map(|row| match was(row) {
                Was::Row(before) => Some(before),
                Was::Nothing | Was::Unknown => None,
            })
            .collect();
        wanted.sort_unstable();
        let picked = self.earlier.picked(table, &wanted)?;
        let before: BTreeMap<u64, Row> = picked.into_iter().map(|row| (row.number, row)).collect();
        for row in rows {
            match was(row) {
                Was::Nothing => row.added = Some(w.changes.added),
                Was::Row(number) => {
                    if let Some(before) = before.get(&number) {
                        self.mark_cells(&mut row.cells, from, before, w);
                    }
                }
                Was::Unknown => {}
            }
        }
        Ok(())
    }

    fn mark_cells(&self, cells: &mut [CellView], from: usize, before: &Row, w: &Words) {
        for (at, cell) in cells.iter_mut().enumerate() {
            let Some(Some(column)) = self.comparison.columns.get(from + at) else { continue };
            let was = before.cells.get(*column).map_or("", String::as_str);
            if was.trim() != cell.text.trim() {
                let blank = was.trim().is_empty();
                cell.was = Some(if blank {
                    w.changes.was_blank.to_owned()
                } else {
                    fill(w.changes.was, &[("value", &was)])
                });
            }
        }
    }
}
