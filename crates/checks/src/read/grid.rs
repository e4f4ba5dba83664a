//! The cells of a table in memory, for rules that look along rows and columns at once.

use super::Rows;
use super::record::{Record, RecordError};
use super::value::{Decimal, Value, value};

/// Cells that are held at most; of a larger table only what its columns sum up to is known.
const MOST: u64 = 1_000_000;

/// The body of a table, cell by cell: what it says, and its text.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    width: usize,
    values: Vec<Value>,
    text: String,
    /// Where the text of each cell ends.
    ends: Vec<usize>,
}

impl Grid {
    /// Reads `rows` rows of `width` columns; none where they are too many to be held.
    pub(crate) fn read(
        body: &Rows,
        rows: u64,
        width: usize,
        decimal: Decimal,
    ) -> Result<Option<Self>, RecordError> {
        if rows.saturating_mul(width as u64) > MOST {
            return Ok(None);
        }
        let mut grid = Self { width, values: Vec::new(), text: String::new(), ends: Vec::new() };
        body.each(|_, record| grid.add(record, decimal))?;
        Ok(Some(grid))
    }

    fn add(&mut self, record: &Record, decimal: Decimal) {
        for at in 0..self.width {
            let cell = record.get(at);
            self.values.push(value(cell, decimal));
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
    }

    /// Rows of the body.
    pub(crate) fn rows(&self) -> usize {
        self.ends.len().checked_div(self.width).unwrap_or(0)
    }

    /// Columns, labels and index included.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// What the cell says; blank where there is none.
    pub(crate) fn value(&self, row: usize, column: usize) -> Value {
        self.at(row, column).map_or(Value::Blank, |at| self.values[at])
    }

    /// The cell as written, without the blanks around it; empty where there is none.
    pub(crate) fn text(&self, row: usize, column: usize) -> &str {
        let Some(at) = self.at(row, column) else { return "" };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at]]
    }

    fn at(&self, row: usize, column: usize) -> Option<usize> {
        (row < self.rows() && column < self.width).then(|| row * self.width + column)
    }
}
