//! DOF-MIN: a model has too few residual degrees of freedom, or nothing tells how many.

mod bound;
mod freedom;
mod repeated;

use std::num::NonZeroU32;

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Columns, Fit, Head, Stated, printed, statements};
use crate::read::record::RecordError;
use crate::read::{Held, Read};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::Table;

rule! {
    /// ## What it looks for
    /// Residual degrees of freedom below 10, whatever the threshold for counts: as stated in a print-out (`Df Residuals`, *on 30
    /// degrees of freedom*, the second number of an F), in a column (`df.residual`), in the residual or error row of an analysis
    /// of variance, or as observations less terms. The degrees of freedom of a χ² or of an F's numerator are not residual. An R²
    /// of 1 is for review.
    ///
    /// Where none of this is printed, counts in the same row decide, or the information bound: for a binary term of a logistic,
    /// Poisson or Cox model with model-based errors the events number at least 1/SE², where SE is ln(upper/lower)/(2 × 1.96) for
    /// a 95 % interval of a ratio. A row where that reaches `threshold` is safe; a smaller one proves nothing and is undecided,
    /// and so are continuous terms, robust errors and linear models. One finding names all the undecided rows of a table.
    ///
    /// ## Why it matters
    /// A model with nearly as many terms as people reproduces the values of these people.
    pub struct FewFreedom {
        id: "DOF-MIN", title: "a model has too few degrees of freedom", severities: [Block, Review], risk: Some(Risk::LowDOF),
        fix: "Fewer terms or more data; print the residual degrees of freedom or the observations with the model.",
    }
}

/// What a policy sets under `[rules.DOF-MIN]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Events that the information bound must reach where a model table states neither degrees of freedom nor counts.
    threshold: NonZeroU32,
    /// Smallest residual degrees of freedom that may leave.
    #[serde(default = "ten")]
    residual: NonZeroU32,
}

fn ten() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(9)
}

impl Params {
    fn residual(&self) -> f64 {
        f64::from(self.residual.get())
    }

    fn threshold(&self) -> f64 {
        f64::from(self.threshold.get())
    }
}

impl Check for FewFreedom {
    type Params = Params;
    type Evidence = Read;

    fn check(params: &Params, read: &Read) -> Judgement {
        let Held::Tables { tables, .. } = &read.held else { return Judgement::NotApplicable };
        let fit = statements(read);
        let mut found = Findings::default();
        let mut any = stated(params, &fit, &mut found);
        let mut open = Vec::new();
        for table in tables {
            if side_by_side(params, &fit, table, &mut found) {
                any = true;
                continue;
            }
            match printed_freedom(params, table, &mut found) {
                Ok((true, _)) => any = true,
                Ok((false, perfect)) => open.push((table, perfect)),
                Err(error) => return Judgement::Undecided(error.to_string()),
            }
        }
        // An analysis of variance beside a table of coefficients is of the same model.
        let decided = open.len() < tables.len() && any;
        for (table, perfect) in open {
            match of_table(params, &fit, table, decided, &mut found) {
                Ok(applies) => any |= applies || perfect,
                Err(error) => return Judgement::Undecided(error.to_string()),
            }
        }
        any |= bare(params, &fit, tables, any, &mut found);
        if any { Judgement::Decided(found) } else { Judgement::NotApplicable }
    }
}

/// What the file states in words; whether it states any.
fn stated(params: &Params, fit: &Fit, found: &mut Findings) -> bool {
    let mut any = false;
    // A print-out states the same degrees of freedom more than once.
    let mut said = Vec::new();
    for fact in &fit.facts {
        match fact.stated {
            Stated::ResidualDf => {
                any = true;
                if fact.value < params.residual() && !said.contains(&fact.value.to_bits()) {
                    said.push(fact.value.to_bits());
                    let message = format!("The model has {} residual degrees of freedom.", fact.value);
                    found.push(Severity::Block, fact.place.clone(), message);
                }
            }
            Stated::RSquared if fact.value >= 1.0 && fact.value < 1.000_001 => {
                any = true;
                found.push(Severity::Review, fact.place.clone(), PERFECT);
            }
            Stated::RSquared | Stated::Observations | Stated::ModelDf => {}
        }
    }
    any
}

/// What an R² of 1 says.
const PERFECT: &str = "R² is 1: the model reproduces every value.";

/// A print-out whose coefficients could not be read, and whose observations are fewer than any model may rest on: every model
/// has a term and an intercept.
fn bare(params: &Params, fit: &Fit, tables: &[Table], decided: bool, found: &mut Findings) -> bool {
    let printed = fit.likelihood
        || fit.facts.iter().any(|fact| matches!(fact.stated, Stated::RSquared | Stated::ModelDf));
    let stated = fit.least(Stated::ResidualDf).is_some() || decided;
    let Some(seen) = fit.least(Stated::Observations).filter(|_| printed && !stated) else { return false };
    if tables.iter().any(Table::is_record_level) {
        return false;
    }
    let terms = fit.least(Stated::ModelDf).map_or(1.0, |model| model.value) + 1.0;
    let df = seen.value - terms;
    if df < params.residual() {
        let message =
            format!("{} observations leave {df} residual degrees of freedom at the most.", seen.value);
        found.push(Severity::Block, seen.place.clone(), message);
    }
    true
}

/// Judges the degrees of freedom that one table prints, and its R²: whether it prints either.
fn printed_freedom(
    params: &Params,
    table: &Table,
    found: &mut Findings,
) -> Result<(bool, bool), RecordError> {
    let Some(columns) = Columns::of(table) else { return Ok((false, false)) };
    let perfect = perfect(table, &columns, found)?;
    Ok((freedom::columns(params, table, &columns, found)?, perfect))
}

/// Judges one table that prints no degrees of freedom; whether it is that of a model.
fn of_table(
    params: &Params,
    fit: &Fit,
    table: &Table,
    decided: bool,
    found: &mut Findings,
) -> Result<bool, RecordError> {
    let Some(columns) = Columns::of(table) else { return Ok(false) };
    let measures: Vec<_> = columns
        .measures(table)
        .into_iter()
        .filter(|measure| {
            measure.ratio
                || measure.logarithm
                || columns.has(Head::P)
                || columns.has(Head::Z)
                || columns.has(Head::T)
        })
        .collect();
    if measures.is_empty() {
        return Ok(false);
    }
    let decided = decided
        || fit.least(Stated::ResidualDf).is_some()
        || repeated::judge(params, table, &columns, &measures, found)?
        || freedom::observations(params, fit, table, &measures, found)?;
    if !decided {
        bound::rows(params, fit, table, &columns, &measures, found)?;
    }
    Ok(true)
}

/// Judges models that stand in columns beside each other, as papers print them; whether the table holds such.
fn side_by_side(params: &Params, fit: &Fit, table: &Table, found: &mut Findings) -> bool {
    let Some(models) = printed(table) else { return false };
    let stated = fit.least(Stated::ResidualDf).is_some();
    let mut open = false;
    for model in &models {
        let Some((row, seen)) = model.observations else {
            open = true;
            continue;
        };
        let df = seen - model.terms as f64;
        if df < params.residual() && !stated {
            let message = format!(
                "{seen} observations less {} terms leave {df} residual degrees of freedom.",
                model.terms
            );
            found.push(Severity::Block, table.cell(row, model.column, &seen.to_string()), message);
        }
    }
    if open && !stated {
        found.leave(
            table.whole(),
            "Models stand in its columns, and neither observations nor degrees of freedom are printed.",
        );
    }
    true
}

/// R² of 1 in a column.
fn perfect(table: &Table, columns: &Columns, found: &mut Findings) -> Result<bool, RecordError> {
    let squared: Vec<usize> = columns.all(Head::RSquared).collect();
    if squared.is_empty() {
        return Ok(false);
    }
    table.each_row(|row, cells| {
        for &at in &squared {
            if cells.number(at).is_some_and(|value| (1.0..1.000_001).contains(&value)) {
                found.push(Severity::Review, table.cell(row, at, cells.text(at)), PERFECT);
            }
        }
    })?;
    Ok(true)
}

#[cfg(test)]
mod tests;
