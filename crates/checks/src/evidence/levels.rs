//! Quantiles whose levels stand in a column of their own: `quantile` beside `value`.

use super::Described;
use super::compound::Spec;
use super::statistic::quantile;
use crate::read::names;
use crate::read::value::Value;
use crate::read::{Grid, profile::Profile};
use crate::table::{Role, Table};

/// The levels of the rows, and the columns that hold the quantiles.
#[derive(Debug)]
pub(super) struct Levels {
    rows: Vec<Option<Spec>>,
    columns: Vec<usize>,
}

impl Levels {
    /// What the number in a cell is, where it is a quantile.
    pub(super) fn cell(&self, row: usize, column: usize) -> Option<&Spec> {
        self.columns.contains(&column).then(|| self.rows.get(row)?.as_ref()).flatten()
    }

    /// What the rows are.
    pub(super) fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.rows.iter().flatten()
    }
}

/// Finds the column of levels, and the columns of values that its rows are quantiles of.
pub(super) fn find(table: &Table, columns: &[Described]) -> Option<Levels> {
    let at = (0..columns.len()).find(|at| is_level(table, *at))?;
    let values: Vec<usize> = columns
        .iter()
        .zip(&table.columns)
        .enumerate()
        .filter(|(value, (described, column))| {
            let plain = described.figures && described.spec.is_none();
            *value != at && plain && column.role == Role::Statistic
        })
        .map(|(value, _)| value)
        .collect();
    let grid = table.grid().filter(|_| !values.is_empty())?;
    let scale = if table.profiles.get(at)?.max > 1.0 { 100.0 } else { 1.0 };
    let rows =
        (0..grid.rows()).map(|row| Some(Spec::single(quantile(level(grid, row, at)? / scale)))).collect();
    Some(Levels { rows, columns: values })
}

/// The number of a level; `5 %` is told by its label.
fn level(grid: &Grid, row: usize, at: usize) -> Option<f64> {
    match grid.value(row, at) {
        Value::Number(number) if !number.percent => Some(number.value),
        _ => None,
    }
}

/// Whether a column holds levels: its header says so, or is a letter for it over round numbers in a table of no model.
fn is_level(table: &Table, at: usize) -> bool {
    let (Some(column), Some(profile)) = (table.columns.get(at), table.profiles.get(at)) else { return false };
    let words = names::words(&column.name);
    let [.., word] = words.as_slice() else { return false };
    if !holds_levels(profile) {
        return false;
    }
    let model = || {
        table.columns.iter().any(|column| {
            matches!(column.role, Role::Estimate | Role::StandardError | Role::Bound | Role::Term)
        })
    };
    // Beside a test statistic a p is a p-value, and so it is where none of them lies in the middle.
    let tests = || {
        let list = "q chi chi2 chisq x2 t z f w u h stat statistic df test";
        let listed = |word: &String| list.split(' ').any(|listed| listed == word);
        table
            .columns
            .iter()
            .enumerate()
            .any(|(other, column)| other != at && names::words(&column.name).first().is_some_and(listed))
    };
    names::lists("quantile-levels", word)
        || words.len() == 1
            && (word != "p" || profile.max >= 0.25 && !tests())
            && matches!(word.as_str(), "p" | "q" | "tau" | "prob")
            && profile.max < 1.0
            && profile.precise == 0
            && profile.distinct >= 2
            && !model()
}

/// Whether the header says that the numbers are levels of quantiles, and they can be.
pub(crate) fn are_levels(name: &str, profile: &Profile) -> bool {
    let words = names::words(name);
    words.last().is_some_and(|word| names::lists("quantile-levels", word)) && holds_levels(profile)
}

/// Whether numbers can be the levels of quantiles.
fn holds_levels(profile: &Profile) -> bool {
    profile.is_numeric()
        && profile.percents == 0
        && profile.min >= 0.0
        && profile.max <= 100.0
        && profile.max > 0.0
        && (profile.max <= 1.0 || profile.min == 0.0 || profile.min >= 1.0 || profile.min == 0.5)
}
