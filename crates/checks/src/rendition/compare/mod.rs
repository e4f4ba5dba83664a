//! What changed between two renditions of a file: columns by their headers, rows by their labels or, where these do not
//! tell them apart, by their order, so that a row more does not shift all the others.
//!
//! Cells are compared by digests under a key of the moment: a million of them take eight megabytes a side, and nobody can
//! write two texts that look the same to it. The texts themselves are read for the rows that are shown.

mod columns;
mod rows;

use std::hash::{BuildHasher as _, RandomState};

use super::read::{Rendition, RenditionError};
use super::{LONGEST_CELL, Shown};

/// Cells of one side that are compared at most; of a larger table the first rows are, and the comparison says so.
pub const MOST_CELLS: u64 = 1 << 20;
/// Characters that an ellipsis takes: a cell that ends so near to the longest was cut when it was kept.
const NEARLY: usize = 8;
/// A row that no row was.
const NEW: u32 = u32::MAX;

/// What became of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// For each column, the column of the earlier table that it was.
    pub columns: Vec<Option<usize>>,
    /// Columns of the earlier table that are gone.
    pub columns_removed: Vec<usize>,
    /// For each row that was compared, the row of the earlier table that it was, or [`NEW`].
    was: Vec<u32>,
    /// Rows that are new, or in which a cell changed, in order.
    pub rows: Vec<u64>,
    /// How many of them are new.
    pub rows_added: u64,
    /// Rows of the earlier table that are gone.
    pub rows_removed: Vec<u64>,
    /// Cells that hold something else, in rows and columns that both tables have.
    pub cells: u64,
    /// Cells that were cut when they were kept, and are compared as far as they are.
    pub cut: u64,
    /// Whether every row of both tables was compared.
    pub whole: bool,
}

/// What a row was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Was {
    /// This row of the earlier table.
    Row(u64),
    /// It was not there.
    Nothing,
    /// It was not compared.
    Unknown,
}

/// The cells of one side as digests, row after row.
struct Side {
    width: usize,
    rows: usize,
    cells: Vec<u64>,
    cut: u64,
}

impl Comparison {
    /// Compares a table with the one in the same place of an earlier rendition; none where either has none there.
    ///
    /// # Errors
    /// [`RenditionError`] where one of them cannot be read.
    pub fn of(earlier: &Rendition, later: &Rendition, table: usize) -> Result<Option<Self>, RenditionError> {
        Self::within(earlier, later, table, MOST_CELLS)
    }

    fn within(
        earlier: &Rendition,
        later: &Rendition,
        table: usize,
        most: u64,
    ) -> Result<Option<Self>, RenditionError> {
        let (Some(before), Some(now)) = (earlier.tables().get(table), later.tables().get(table)) else {
            return Ok(None);
        };
        let columns = columns::align(before, now);
        let state = RandomState::new();
        let old = Side::read(earlier, (table, before), &state, most)?;
        let new = Side::read(later, (table, now), &state, most)?;
        let was = rows::align(&old, &new, &columns, &rows::labels(now, &columns));
        let whole = old.rows as u64 == before.rows && new.rows as u64 == now.rows;
        Ok(Some(Self::between(&old, &new, columns, was, whole)))
    }

    fn between(
        old: &Side,
        new: &Side,
        columns: Vec<Option<usize>>,
        was: Vec<Option<usize>>,
        whole: bool,
    ) -> Self {
        let mut found = Self { cut: old.cut + new.cut, whole, ..Self::default() };
        let mut kept = vec![false; old.rows];
        for (row, before) in was.iter().enumerate() {
            let changed = match before {
                None => {
                    found.rows_added += 1;
                    true
                }
                Some(before) => {
                    if let Some(kept) = kept.get_mut(*before) {
                        *kept = true;
                    }
                    let cells =
                        pairs(&columns).filter(|(at, from)| new.cell(row, *at) != old.cell(*before, *from));
                    let cells = cells.count() as u64;
                    found.cells += cells;
                    cells > 0
                }
            };
            if changed {
                found.rows.push(row as u64);
            }
        }
        let gone = |(row, kept): (usize, &bool)| (!kept).then_some(row as u64);
        found.rows_removed = kept.iter().enumerate().filter_map(gone).collect();
        found.columns_removed = (0..old.width).filter(|at| !columns.contains(&Some(*at))).collect();
        let number = |row: Option<usize>| row.and_then(|row| u32::try_from(row).ok()).unwrap_or(NEW);
        found.was = was.into_iter().map(number).collect();
        found.columns = columns;
        found
    }

    /// What a row was before.
    #[must_use]
    pub fn was(&self, row: u64) -> Was {
        match usize::try_from(row).ok().and_then(|row| self.was.get(row)) {
            Some(&NEW) => Was::Nothing,
            Some(before) => Was::Row(u64::from(*before)),
            None => Was::Unknown,
        }
    }

    /// How many rows of the table were compared.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.was.len() as u64
    }

    /// How many columns are new.
    #[must_use]
    pub fn columns_added(&self) -> usize {
        self.columns.iter().filter(|column| column.is_none()).count()
    }

    /// Whether nothing changed, as far as was compared.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.rows.is_empty()
            && self.rows_removed.is_empty()
            && self.columns_removed.is_empty()
            && self.columns_added() == 0
    }
}

/// Columns that both tables have: where each stands now, and where it stood.
fn pairs(columns: &[Option<usize>]) -> impl Iterator<Item = (usize, usize)> {
    columns.iter().enumerate().filter_map(|(at, from)| Some((at, (*from)?)))
}

impl Side {
    fn read(
        rendition: &Rendition,
        (table, shown): (usize, &Shown),
        state: &RandomState,
        most: u64,
    ) -> Result<Self, RenditionError> {
        let width = shown.columns.len();
        let most = usize::try_from(most).unwrap_or(usize::MAX) / width.max(1);
        let mut side = Self { width, rows: 0, cells: vec![], cut: 0 };
        if most == 0 {
            return Ok(side);
        }
        rendition.each(table, 0, |row| {
            for at in 0..width {
                let cell = row.cells.get(at).map_or("", String::as_str);
                side.cut += u64::from(cell.len() + NEARLY > LONGEST_CELL && cell.ends_with('…'));
                side.cells.push(state.hash_one(cell.trim()));
            }
            side.rows += 1;
            side.rows < most
        })?;
        Ok(side)
    }

    fn cell(&self, row: usize, column: usize) -> Option<u64> {
        self.cells.get(row * self.width + column).copied()
    }
}

#[cfg(test)]
mod tests;
