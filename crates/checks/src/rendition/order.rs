//! The rows of a table in the order of one of its columns.

use std::cmp::Ordering;

use super::read::{Rendition, RenditionError};
use crate::read::value::{Decimal, Value, value};

/// Rows that are put in order at most.
const MOST_ROWS: u64 = 500_000;
/// Characters of a text that it is ordered by.
const HEAD: usize = 24;

/// What a cell is ordered by: numbers first, then texts, blanks last.
#[derive(Debug, PartialEq)]
enum Key {
    Number(f64),
    Text(String),
    Blank,
}

impl Rendition {
    /// The numbers of a table's rows in the order of a column; none where the table is too long for it.
    ///
    /// # Errors
    /// [`RenditionError`] where it cannot be read.
    pub fn ordered(
        &self,
        table: usize,
        column: usize,
        falling: bool,
    ) -> Result<Option<Vec<u64>>, RenditionError> {
        if self
            .tables()
            .get(table)
            .is_none_or(|shown| shown.written > MOST_ROWS || column >= shown.columns.len())
        {
            return Ok(None);
        }
        let mut keys = vec![];
        self.each(table, 0, |row| {
            keys.push((key(row.cells.get(column).map_or("", String::as_str)), row.number));
            true
        })?;
        keys.sort_by(|(one, at), (other, beside)| {
            let order = compare(one, other);
            // Blanks stay last whichever way the others run.
            let blank = matches!(one, Key::Blank) || matches!(other, Key::Blank);
            (if falling && !blank { order.reverse() } else { order }).then(at.cmp(beside))
        });
        Ok(Some(keys.into_iter().map(|(_, number)| number).collect()))
    }
}

fn key(cell: &str) -> Key {
    match value(cell, Decimal::Point) {
        Value::Blank => Key::Blank,
        Value::Number(number) if number.value.is_finite() => Key::Number(number.value),
        _ => Key::Text(cell.trim().to_lowercase().chars().take(HEAD).collect()),
    }
}

fn compare(one: &Key, other: &Key) -> Ordering {
    match (one, other) {
        (Key::Number(one), Key::Number(other)) => one.total_cmp(other),
        (Key::Text(one), Key::Text(other)) => one.cmp(other),
        (Key::Blank, Key::Blank) => Ordering::Equal,
        (Key::Number(_), _) | (Key::Text(_), Key::Blank) => Ordering::Less,
        _ => Ordering::Greater,
    }
}
