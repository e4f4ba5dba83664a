//! The cells of a table by row and column, for rules that look along both.

use std::sync::Arc;

use super::Rows;
use super::kept::Kept;
use super::value::{Decimal, Value, value};

/// Cells that are read at most; of a larger table only what its columns sum up to is known.
const MOST: u64 = 1_000_000;

/// The body of a table, cell by cell: what it says, and its text.
#[derive(Debug)]
pub(crate) struct Grid {
    width: usize,
    values: Vec<Value>,
    kept: Arc<Kept>,
    start: u64,
}

impl Grid {
    /// Reads `rows` rows of `width` columns; none where they are too many, or not in memory.
    pub(crate) fn read(body: &Rows, rows: u64, width: usize, decimal: Decimal) -> Option<Self> {
        let kept = body.lines.kept.clone()?;
        if rows.saturating_mul(width as u64) > MOST {
            return None;
        }
        let cells = (body.start..body.start + rows).flat_map(|row| (0..width).map(move |at| (row, at)));
        let values = cells.map(|(row, at)| value(kept.get(row, at), decimal)).collect();
        Some(Self { width, values, kept, start: body.start })
    }

    /// Rows of the body.
    pub(crate) fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Columns, labels and index included.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// What the cell says; blank where there is none.
    pub(crate) fn value(&self, row: usize, column: usize) -> Value {
        self.at(row, column).and_then(|at| self.values.get(at)).copied().unwrap_or(Value::Blank)
    }

    /// The cell as written, without the blanks around it; empty where there is none.
    pub(crate) fn text(&self, row: usize, column: usize) -> &str {
        self.at(row, column).map_or("", |_| self.kept.get(self.start + row as u64, column))
    }

    /// How far the text of a cell is set in.
    pub(crate) fn indent(&self, row: usize, column: usize) -> usize {
        self.at(row, column).map_or(0, |_| self.kept.indent(self.start + row as u64, column))
    }

    fn at(&self, row: usize, column: usize) -> Option<usize> {
        (row < self.rows() && column < self.width).then(|| row * self.width + column)
    }
}
