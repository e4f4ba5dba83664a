//! A table's rows, from the cells in memory where they are held, else read again from its file.

use crate::read::record::{Record, RecordError};
use crate::read::value::{Decimal, Value, value};
use crate::read::{Grid, Rows};
use crate::table::Table;

/// One row of a table's body.
pub(crate) enum Row<'a> {
    /// A row of cells that are held.
    Held(&'a Grid, usize),
    /// A row read again.
    Read(&'a Record, Decimal),
}

impl Row<'_> {
    /// The cell as written, without the blanks around it.
    pub(crate) fn text(&self, at: usize) -> &str {
        match self {
            Self::Held(grid, row) => grid.text(*row, at),
            Self::Read(record, _) => record.get(at),
        }
    }

    /// What the cell says.
    pub(crate) fn value(&self, at: usize) -> Value {
        match self {
            Self::Held(grid, row) => grid.value(*row, at),
            Self::Read(record, decimal) => value(record.get(at), *decimal),
        }
    }

    /// The number that the cell is, if it is no more than that.
    pub(crate) fn number(&self, at: usize) -> Option<f64> {
        match self.value(at) {
            Value::Number(number) => Some(number.value),
            _ => None,
        }
    }
}

impl Table {
    /// Calls `each` with every row of the body and its number, from 0.
    ///
    /// # Errors
    /// The file changed or could not be read again.
    pub(crate) fn each_row(&self, each: impl FnMut(u64, &Row<'_>)) -> Result<(), RecordError> {
        self.each_row_of(u64::MAX, each)
    }

    /// The same for so many rows at most. What is read of a table of persons is a column or two, so its cells are not all
    /// read for that.
    ///
    /// # Errors
    /// The file changed or could not be read again.
    pub(crate) fn each_row_of(
        &self,
        most: u64,
        mut each: impl FnMut(u64, &Row<'_>),
    ) -> Result<(), RecordError> {
        let held = if self.is_record_level() { None } else { self.grid() };
        if let Some(grid) = held {
            let rows = grid.rows().min(usize::try_from(most).unwrap_or(usize::MAX));
            (0..rows).for_each(|row| each(row as u64, &Row::Held(grid, row)));
            return Ok(());
        }
        let end = self.body.end.min(self.body.start.saturating_add(most));
        let rows = Rows { end, ..self.body.clone() };
        rows.each(|row, record| each(row, &Row::Read(record, self.decimal)))
    }
}
