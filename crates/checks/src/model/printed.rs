//! Models in columns beside each other, as papers print them: a coefficient with its error below it or behind it in
//! parentheses, and at the foot the observations and what tells how well each model fits.

use super::is_intercept;
use super::measure::figures;
use crate::read::Grid;
use crate::read::value::Value;
use crate::table::Table;

/// One model of such a table.
#[derive(Debug, PartialEq)]
pub(crate) struct Printed {
    pub(crate) column: usize,
    /// Its terms, the intercept among them, whether or not it is printed.
    pub(crate) terms: u64,
    /// The row that counts its observations, and how many they are.
    pub(crate) observations: Option<(u64, f64)>,
}

/// Rows and columns of a table that is looked at.
const MOST: (usize, usize) = (400, 40);
/// Columns that may label a row.
const LABELS: usize = 3;

/// What a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// It is labelled, and what follows tells whether it is a term.
    Term,
    Intercept,
    /// Errors of the row above, in parentheses.
    Errors,
    /// How many observations there are.
    Observations,
    /// Something that only models have: R², an information criterion, a likelihood.
    Fit,
    Other,
}

/// The models of a table; none where it does not print them so.
pub(crate) fn printed(table: &Table) -> Option<Vec<Printed>> {
    if table.is_record_level() || table.columns.len() < 2 || table.columns.len() > MOST.1 {
        return None;
    }
    let grid = table.grid().filter(|grid| (3..=MOST.0).contains(&grid.rows()))?;
    let lines: Vec<Line> = (0..grid.rows()).map(|row| line(grid, row)).collect();
    let fits = lines.contains(&Line::Fit) || lines.contains(&Line::Intercept);
    if !fits || !(lines.contains(&Line::Errors) || has_compound(table, grid, &lines)) {
        return None;
    }
    let intercept = lines.contains(&Line::Intercept);
    let models: Vec<Printed> = (1..grid.width())
        .filter_map(|column| {
            let terms = terms(table, grid, &lines, column);
            let seen = lines.iter().enumerate().filter(|(_, line)| **line == Line::Observations);
            let observations =
                seen.into_iter().find_map(|(row, _)| Some((row as u64, whole(grid, row, column)?)));
            (terms > 0).then_some(Printed { column, terms: terms + u64::from(!intercept), observations })
        })
        .collect();
    (!models.is_empty()).then_some(models)
}

/// Terms of the model in a column: coefficients with an error below or behind them.
fn terms(table: &Table, grid: &Grid, lines: &[Line], column: usize) -> u64 {
    let of_a_term = |row: &usize| {
        matches!(lines.get(*row), Some(Line::Term | Line::Intercept))
            && !is_spread(grid.text(*row, column))
            && !figures(grid.text(*row, column), table.decimal).is_empty()
            && (lines.get(row + 1) == Some(&Line::Errors) && is_spread(grid.text(row + 1, column))
                || is_compound(table, grid.text(*row, column)))
    };
    (0..grid.rows()).filter(of_a_term).count() as u64
}

/// Whether some cells hold a coefficient with its error, and marks of how sure it is.
fn has_compound(table: &Table, grid: &Grid, lines: &[Line]) -> bool {
    let starred = |text: &str| text.ends_with('*') && is_compound(table, text);
    (0..grid.rows())
        .filter(|row| matches!(lines.get(*row), Some(Line::Term | Line::Intercept)))
        .any(|row| (1..grid.width()).any(|column| starred(grid.text(row, column))))
        || lines.contains(&Line::Intercept)
            && (0..grid.rows())
                .filter(|row| lines.get(*row) == Some(&Line::Intercept))
                .any(|row| (1..grid.width()).any(|column| is_compound(table, grid.text(row, column))))
}

/// Whether a cell is a coefficient with its error: `1.1 (0.2)***`, `1.1*** (0.2)`.
fn is_compound(table: &Table, text: &str) -> bool {
    let open = text.find(['(', '[']).filter(|at| *at > 0);
    open.is_some() && text.contains([')', ']']) && figures(text, table.decimal).len() >= 2
}

/// Whether a cell is an error in parentheses.
fn is_spread(text: &str) -> bool {
    text.starts_with(['(', '[']) && text.bytes().any(|byte| byte.is_ascii_digit())
}

fn whole(grid: &Grid, row: usize, column: usize) -> Option<f64> {
    match grid.value(row, column) {
        Value::Number(number) if number.value >= 1.0 && number.value.fract() == 0.0 => Some(number.value),
        _ => None,
    }
}

fn line(grid: &Grid, row: usize) -> Line {
    let named = |at: &usize| grid.text(row, *at).chars().any(char::is_alphabetic);
    let cells = || (1..grid.width()).map(|at| grid.text(row, at)).filter(|cell| !cell.is_empty());
    let errors = cells().any(is_spread)
        && cells().skip(1).all(|cell| is_spread(cell) || !cell.contains(char::is_numeric));
    let Some(label) = (0..grid.width().min(LABELS)).find(named).map(|at| grid.text(row, at)) else {
        return if errors { Line::Errors } else { Line::Other };
    };
    let label: String = label.to_lowercase();
    let label = label.trim_end_matches([':', '.', ' ']);
    let begins = |list: &[&str]| list.iter().any(|word| label.starts_with(word));
    if is_intercept(label) {
        Line::Intercept
    } else if begins(&[
        "observations",
        "num.obs",
        "num. obs",
        "no. obs",
        "nobs",
        "n obs",
        "n. obs",
        "aantal obs",
        "aantal waarn",
    ]) || label.starts_with("nombre d") && label.contains("observations")
        || matches!(label, "n" | "obs")
    {
        Line::Observations
    } else if begins(&[
        "r2",
        "r²",
        "r-sq",
        "adj",
        "aic",
        "bic",
        "log lik",
        "log.lik",
        "loglik",
        "log-lik",
        "rmse",
        "pseudo r",
        "residual std",
        "f statistic",
        "f-stat",
    ]) {
        Line::Fit
    } else if errors && !cells().any(|cell| !is_spread(cell) && cell.starts_with(char::is_numeric)) {
        Line::Errors
    } else {
        Line::Term
    }
}
