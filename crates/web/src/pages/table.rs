//! A table of a file as rows of text: a window of it, with what is flagged.

use std::collections::{BTreeMap, BTreeSet};

use exeat_desk::rendition::{Rendition, RenditionError, Row, Shown};
use exeat_domain::finding::{Finding, Outcome, Severity};

use super::findings;
use crate::words::{Mark, Words};

/// Rows of a window at most.
pub(crate) const MOST_ROWS: usize = 200;
/// Columns of a window.
pub(crate) const COLUMNS: usize = 60;
/// Characters of a cell that are seen at least; of a longer one the rest is shown on focus.
const LONG: usize = 36;
/// Rows that a search gives at most.
const MOST_FOUND: usize = 5000;

/// What is flagged in one table.
#[derive(Default)]
pub(crate) struct Flags {
    cells: BTreeMap<(u64, usize), Vec<usize>>,
    rows: BTreeMap<u64, Vec<usize>>,
    columns: BTreeMap<usize, Vec<usize>>,
}

/// One column of a window.
pub(crate) struct ColumnView {
    pub(crate) n: usize,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) reason: String,
    pub(crate) number: bool,
    pub(crate) flag: Option<Flag>,
    /// Whether it was not there before.
    pub(crate) added: bool,
}

/// One row of a window.
pub(crate) struct RowView {
    pub(crate) index: u64,
    pub(crate) number: u64,
    pub(crate) flag: Option<Flag>,
    /// The word for a row that was not there before.
    pub(crate) added: Option<&'static str>,
    pub(crate) total: bool,
    pub(crate) cells: Vec<CellView>,
}

/// One cell of a window.
pub(crate) struct CellView {
    pub(crate) text: String,
    pub(crate) number: bool,
    /// Whether it is too long to be seen whole.
    pub(crate) long: bool,
    /// What stood there before, in words.
    pub(crate) was: Option<String>,
    pub(crate) flag: Option<Flag>,
}

/// That something is flagged: how gravely, why, and by which finding first.
pub(crate) struct Flag {
    pub(crate) mark: Mark,
    pub(crate) finding: usize,
    pub(crate) why: String,
}

impl Flags {
    /// What is flagged in this table; of findings, each by its number from 1.
    pub(crate) fn of(all: &[Finding], table: &Shown) -> Self {
        let mut flags = Self::default();
        for (at, finding) in all.iter().enumerate() {
            let place = &finding.place;
            if finding.severity == Severity::Note || place.table.unwrap_or(0) != table.index {
                continue;
            }
            let column = match (place.cell, &place.column) {
                (Some([_, column]), _) => usize::try_from(column).ok(),
                (None, Some(name)) => table.columns.iter().position(|column| cut(&column.name) == *name),
                (None, None) => None,
            };
            match (findings::row(place), column) {
                (Some(row), Some(column)) => flags.cells.entry((row, column)).or_default().push(at + 1),
                (Some(row), None) => flags.rows.entry(row).or_default().push(at + 1),
                (None, Some(column)) => flags.columns.entry(column).or_default().push(at + 1),
                (None, None) => {}
            }
        }
        flags
    }

    /// The rows in which something is flagged, in order.
    pub(crate) fn flagged_rows(&self) -> Vec<u64> {
        let rows: BTreeSet<u64> =
            self.cells.keys().map(|(row, _)| *row).chain(self.rows.keys().copied()).collect();
        rows.into_iter().collect()
    }
}

/// A header as places name it.
fn cut(name: &str) -> String {
    name.chars().take(120).collect()
}

/// The flag of findings with these numbers.
fn flag(numbers: Option<&Vec<usize>>, all: &[Finding], w: &Words) -> Option<Flag> {
    let found: Vec<(usize, &Finding)> =
        numbers?.iter().filter_map(|n| Some((*n, all.get(n.checked_sub(1)?)?))).collect();
    let (first, gravest) =
        found.iter().max_by_key(|(n, finding)| (finding.severity, std::cmp::Reverse(*n)))?;
    let why: Vec<String> = found.iter().map(|(_, finding)| findings::why(finding, w)).collect();
    let mark = w.severity(gravest.severity, gravest.outcome == Outcome::Undecided);
    Some(Flag { mark, finding: *first, why: why.join("\n") })
}

/// The columns of a window.
pub(crate) fn columns(
    table: &Shown,
    from: usize,
    flags: &Flags,
    all: &[Finding],
    w: &Words,
) -> Vec<ColumnView> {
    let window = table.columns.iter().enumerate().skip(from).take(COLUMNS);
    window
        .map(|(at, column)| ColumnView {
            n: at,
            name: column.name.clone(),
            role: w.said(&column.role).text,
            reason: w.said(&column.reason).text,
            number: is_number(table, at),
            flag: flag(flags.columns.get(&at), all, w),
            added: false,
        })
        .collect()
}

/// Whether a column holds mostly numbers, which then stand to the right.
fn is_number(table: &Shown, at: usize) -> bool {
    table.columns.get(at).is_some_and(|column| column.numbers * 2 > column.filled)
}

/// The rows of a window.
pub(crate) fn rows(
    rows: Vec<Row>,
    table: &Shown,
    from: usize,
    flags: &Flags,
    (all, w): (&[Finding], &Words),
) -> Vec<RowView> {
    let width = table.columns.len().saturating_sub(from).min(COLUMNS);
    let view = |row: Row| {
        let total = row.cells.iter().take(2).any(|cell| is_total(cell));
        let mut cells = row.cells.into_iter().skip(from);
        let cells = (from..from + width).map(|at| {
            let text = cells.next().unwrap_or_default();
            CellView {
                long: text.chars().nth(LONG).is_some(),
                text,
                number: is_number(table, at),
                was: None,
                flag: flag(flags.cells.get(&(row.number, at)), all, w),
            }
        });
        RowView {
            index: row.number,
            number: row.number + 1,
            added: None,
            total,
            cells: cells.collect(),
            flag: flag(flags.rows.get(&row.number), all, w),
        }
    };
    rows.into_iter().map(view).collect()
}

/// Whether a label says that its row sums up the others.
fn is_total(label: &str) -> bool {
    let label = label.trim().trim_end_matches(':').to_lowercase();
    ["total", "totals", "totaal", "all", "alle", "overall", "sum", "som", "ensemble", "tous"]
        .contains(&label.as_str())
}

/// Which rows of a table are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// All, in the order of the file.
    All,
    /// These, in this order.
    These(Vec<u64>),
}

/// What is asked of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) table: usize,
    /// Rows that hold these words; empty: all.
    pub(crate) words: &'a str,
    /// Only flagged rows.
    pub(crate) flagged: bool,
    /// Only these rows, in which something changed.
    pub(crate) changed: Option<&'a [u64]>,
    /// In the order of this column, falling or not.
    pub(crate) order: Option<(usize, bool)>,
}

impl Rows {
    /// The rows that are wanted.
    pub(crate) fn of(
        rendition: &Rendition,
        wanted: Wanted<'_>,
        flags: &Flags,
    ) -> Result<Self, RenditionError> {
        let mut only: Option<Vec<u64>> = wanted.flagged.then(|| flags.flagged_rows());
        if let Some(changed) = wanted.changed {
            only = Some(match only {
                Some(flagged) => {
                    flagged.into_iter().filter(|row| changed.binary_search(row).is_ok()).collect()
                }
                None => changed.to_vec(),
            });
        }
        if !wanted.words.trim().is_empty() {
            let found = rendition.find(wanted.table, wanted.words.trim(), 0, MOST_FOUND)?;
            only = Some(match only {
                Some(flagged) => found.into_iter().filter(|row| flagged.binary_search(row).is_ok()).collect(),
                None => found,
            });
        }
        if let Some((column, falling)) = wanted.order
            && let Some(ordered) = rendition.ordered(wanted.table, column, falling)?
        {
            return Ok(Self::These(match only {
                Some(only) => ordered.into_iter().filter(|row| only.binary_search(row).is_ok()).collect(),
                None => ordered,
            }));
        }
        Ok(only.map_or(Self::All, Self::These))
    }

    /// How many there are.
    pub(crate) fn len(&self, table: &Shown) -> u64 {
        match self {
            Self::All => table.written,
            Self::These(rows) => rows.len() as u64,
        }
    }

    /// A window of them.
    pub(crate) fn window(
        &self,
        rendition: &Rendition,
        table: usize,
        from: u64,
        most: usize,
    ) -> Result<Vec<Row>, RenditionError> {
        let Self::These(rows) = self else { return rendition.rows(table, from, most) };
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(rows.len());
        let wanted = &rows[from..rows.len().min(from + most)];
        let mut sorted = wanted.to_vec();
        sorted.sort_unstable();
        let mut found: BTreeMap<u64, Row> =
            rendition.picked(table, &sorted)?.into_iter().map(|row| (row.number, row)).collect();
        Ok(wanted.iter().filter_map(|number| found.remove(number)).collect())
    }
}
