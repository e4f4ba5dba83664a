//! Columns of ranges written as both ends, such as `18-91`, which are no bands that group.

use std::collections::HashSet;

use super::Described;
use super::compound::Spec;
use super::statistic::Statistic;
use super::words::Words;
use crate::read::value::{Decimal, Number, number};
use crate::table::{Role, Table};

/// Rows of a column that are compared.
const ROWS: usize = 100;

/// Marks the columns whose header names a range, and whose cells are the ends of one measure in each group.
pub(super) fn mark(table: &Table, columns: &mut [Described]) {
    for (at, described) in columns.iter_mut().enumerate() {
        let Some(column) = table.columns.get(at).filter(|column| column.role == Role::Dimension) else {
            continue;
        };
        if Statistic::named(&column.name) == Some(Statistic::Range) && are_ends(table, at) {
            described.spec = Some(Spec::single(Statistic::Range));
            described.figures = true;
        }
    }
}

/// Whether the cells are the ends of a measure: those of two groups overlap, where bands that group do not.
fn are_ends(table: &Table, at: usize) -> bool {
    let Some(grid) = table.grid() else { return false };
    let rows = 0..grid.rows().min(ROWS);
    let cells: HashSet<&str> =
        rows.clone().map(|row| grid.text(row, at)).filter(|cell| !cell.is_empty()).collect();
    let read: Option<Vec<(f64, f64)>> = cells
        .iter()
        .map(|cell| ends(cell, table.decimal).map(|(low, high)| (low.value, high.value)))
        .collect();
    let Some(mut all) = read.filter(|all| !all.is_empty()) else { return false };
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    if all.windows(2).any(|pair| matches!(pair, [one, other] if other.0 < one.1)) {
        return true;
    }
    // One range alone, or several apart: the header tells, where another column names the rows.
    let named = table.columns.get(at).is_some_and(|column| {
        let words = Words::of(&column.name);
        words.words.first().is_some_and(|word| super::words::on("range", word))
    });
    let others = (0..grid.width()).filter(|other| *other != at);
    named
        && others.filter(|other| table.columns.get(*other).is_some_and(|c| c.role == Role::Dimension)).any(
            |other| {
                let labels: HashSet<&str> = rows.clone().map(|row| grid.text(row, other)).collect();
                labels.len() == rows.len()
            },
        )
}

/// Both ends of a range that is written as `18-91`, `18 to 91` or `[18, 91]`.
pub(super) fn ends(cell: &str, decimal: Decimal) -> Option<(Number, Number)> {
    let bare = cell.trim().trim_matches(['[', ']', '(', ')']).trim();
    let marks = [" - ", " – ", " to ", " tot ", " à ", "–", ";", ", ", "-"];
    marks.iter().find_map(|mark| {
        let (low, high) = bare.split_once(mark)?;
        let pair = (number(low.trim(), decimal)?, number(high.trim(), decimal)?);
        (pair.0.value <= pair.1.value).then_some(pair)
    })
}
