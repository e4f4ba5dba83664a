//! Residual degrees of freedom that a table prints, or that follow from its observations and terms.

use exeat_domain::finding::Severity;

use super::Params;
use crate::model::{Columns, Fit, Head, Measure, Stated, has_intercept, is_residual};
use crate::read::record::RecordError;
use crate::rule::Findings;
use crate::table::{Role, Table};

/// Says that a cell's degrees of freedom are too few, if they are.
fn judge(params: &Params, table: &Table, row: u64, at: usize, text: &str, df: f64, found: &mut Findings) {
    if df < params.residual() {
        let message = format!("The model has {} residual degrees of freedom.", shortly(df));
        found.push(Severity::Block, table.cell(row, at, text), message);
    }
}

/// A number without needless decimals.
fn shortly(df: f64) -> f64 {
    (df * 100.0).round() / 100.0
}

/// Judges columns that print degrees of freedom; false where none of them is residual.
pub(super) fn columns(
    params: &Params,
    table: &Table,
    columns: &Columns,
    found: &mut Findings,
) -> Result<bool, RecordError> {
    let mut residual: Vec<usize> = columns.all(Head::DfResidual).collect();
    if residual.is_empty() {
        residual = of_tests(table, columns)?;
    }
    if !residual.is_empty() {
        let mut any = false;
        table.each_row(|row, cells| {
            for &at in &residual {
                if let Some(df) = cells.number(at) {
                    any = true;
                    judge(params, table, row, at, cells.text(at), df, found);
                }
            }
        })?;
        return Ok(any);
    }
    if let Some(at) = columns.find(Head::Df) {
        if columns.has(Head::Variance) {
            return variance(params, table, at, found);
        }
        if is_of_estimates(table, columns, at)? {
            table.each_row(|row, cells| {
                if let Some(df) = cells.number(at) {
                    judge(params, table, row, at, cells.text(at), df, found);
                }
            })?;
            return Ok(true);
        }
    }
    Ok(glance(params, table, columns, found)? || correlations(params, table, columns, found)?)
}

/// Correlations with their p-values and the number of pairs: two less are their degrees of freedom.
fn correlations(
    params: &Params,
    table: &Table,
    columns: &Columns,
    found: &mut Findings,
) -> Result<bool, RecordError> {
    let pairs = || (0..table.columns.len()).find(|at| super::repeated::counts_all(table, *at));
    let seen = columns.find(Head::Observations).or_else(pairs);
    let (Some(seen), true) = (seen, columns.has(Head::Correlation) && columns.has(Head::P)) else {
        return Ok(false);
    };
    table.each_row(|row, cells| {
        if let Some(pairs) = cells.number(seen) {
            judge(params, table, row, seen, cells.text(seen), pairs - 2.0, found);
        }
    })?;
    Ok(true)
}

/// The parameter of t tests and correlations, which is their degrees of freedom.
fn of_tests(table: &Table, columns: &Columns) -> Result<Vec<usize>, RecordError> {
    let (Some(parameter), Some(method)) = (columns.find(Head::Parameter), columns.find(Head::Method)) else {
        return Ok(Vec::new());
    };
    let (mut of_t, mut others) = (0_u32, 0_u32);
    table.each_row(|_, cells| {
        let method = cells.text(method).to_lowercase();
        if method.contains("t-test") || method.contains("t test") || method.contains("product-moment") {
            of_t += 1;
        } else if !method.is_empty() {
            others += 1;
        }
    })?;
    Ok(if of_t > 0 && others == 0 { vec![parameter] } else { Vec::new() })
}

/// Whether the degrees of freedom of a table of coefficients are residual: a χ² has its own, and one a term is the term's.
fn is_of_estimates(table: &Table, columns: &Columns, at: usize) -> Result<bool, RecordError> {
    let estimates = columns.has(Head::Estimate) || columns.has(Head::T) || columns.has(Head::Correlation);
    if !estimates || columns.has(Head::ChiSquared) || columns.has(Head::Z) {
        return Ok(false);
    }
    let (mut numbers, mut ones) = (0_u64, 0_u64);
    table.each_row(|_, cells| {
        if let Some(df) = cells.number(at) {
            numbers += 1;
            ones += u64::from(df <= 1.0);
        }
    })?;
    Ok(numbers > 0 && ones < numbers)
}

/// The residual or error row of an analysis of variance.
fn variance(params: &Params, table: &Table, at: usize, found: &mut Findings) -> Result<bool, RecordError> {
    let mut any = false;
    table.each_row(|row, cells| {
        let labelled =
            (0..table.columns.len().min(4)).any(|label| label != at && is_residual(cells.text(label)));
        if let Some(df) = cells.number(at).filter(|_| labelled) {
            any = true;
            judge(params, table, row, at, cells.text(at), df, found);
        }
    })?;
    Ok(any)
}

/// A row a model: observations less the degrees of freedom of the model and the intercept.
fn glance(
    params: &Params,
    table: &Table,
    columns: &Columns,
    found: &mut Findings,
) -> Result<bool, RecordError> {
    let terms = columns
        .find(Head::DfModel)
        .or_else(|| columns.find(Head::Df).filter(|_| columns.has(Head::RSquared)));
    let (Some(seen), Some(terms)) = (columns.find(Head::Observations), terms) else { return Ok(false) };
    let mut any = false;
    table.each_row(|row, cells| {
        if let (Some(seen_in), Some(terms)) = (cells.number(seen), cells.number(terms)) {
            any = true;
            judge(params, table, row, seen, cells.text(seen), seen_in - terms - 1.0, found);
        }
    })?;
    Ok(any)
}

/// Observations less terms, where both are known of the model as a whole; false where they are not.
pub(super) fn observations(
    params: &Params,
    fit: &Fit,
    table: &Table,
    measures: &[Measure],
    found: &mut Findings,
) -> Result<bool, RecordError> {
    let Some(seen) = fit.least(Stated::Observations) else { return Ok(false) };
    let labels: Vec<usize> = (0..table.columns.len())
        .filter(|at| matches!(table.columns[*at].role, Role::Dimension | Role::Term))
        .collect();
    let (mut terms, mut intercept) = (0.0, false);
    table.each_row(|_, cells| {
        intercept |= has_intercept(cells, &labels);
        let told = measures.iter().any(|measure| {
            let read = measure.read(cells, table.decimal);
            read.value.is_some() && (read.error.is_some() || read.upper.is_some())
        });
        terms += f64::from(u8::from(told));
    })?;
    let terms = match fit.least(Stated::ModelDf) {
        Some(model) => model.value + 1.0,
        // A Cox model has none.
        None => terms + f64::from(u8::from(!intercept && !fit.survival)),
    };
    let df = seen.value - terms;
    if df < params.residual() {
        let message = format!(
            "{} observations less {terms} terms leave {} residual degrees of freedom.",
            seen.value,
            shortly(df)
        );
        // Several tables of one print-out speak of one model.
        if !found.says(&seen.place) {
            found.push(Severity::Block, seen.place.clone(), message);
        }
    }
    Ok(true)
}
