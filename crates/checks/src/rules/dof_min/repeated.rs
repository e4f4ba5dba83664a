//! Observations that a table of coefficients repeats in each row of a model: less its terms they are its freedom.

use std::collections::{BTreeMap, BTreeSet};

use exeat_domain::finding::Severity;

use super::Params;
use crate::model::{Columns, Head, Measure, has_intercept};
use crate::read::names;
use crate::read::record::RecordError;
use crate::rule::Findings;
use crate::table::{Role, Table};

/// One model: where its observations stand first, how many they are, and its terms.
struct Model {
    row: u64,
    text: String,
    seen: f64,
    terms: BTreeSet<String>,
    rows: u64,
    intercept: bool,
}

/// Words that head the terms of a model.
const TERMS: [&str; 12] = [
    "term",
    "terms",
    "terme",
    "termes",
    "termen",
    "variable",
    "variabele",
    "parameter",
    "predictor",
    "covariate",
    "coefficient",
    "effect",
];

/// Judges a column of observations; false where there is none that repeats itself within its models.
pub(super) fn judge(
    params: &Params,
    table: &Table,
    columns: &Columns,
    measures: &[Measure],
    found: &mut Findings,
) -> Result<bool, RecordError> {
    let stated = columns.find(Head::Observations);
    let Some(at) = stated.or_else(|| (0..table.columns.len()).find(|at| counts_all(table, *at))) else {
        return Ok(false);
    };
    let Some(models) = models(table, at, measures)? else { return Ok(false) };
    let alone = models.iter().any(|model| model.rows < 2);
    if models.is_empty() || stated.is_none() && alone {
        return Ok(false);
    }
    for model in &models {
        let terms = model.terms.len() as f64 + f64::from(u8::from(!model.intercept));
        let df = model.seen - terms;
        if df < params.residual() {
            let message = format!(
                "{} observations less {terms} terms leave {df} residual degrees of freedom.",
                model.seen
            );
            found.push(Severity::Block, table.cell(model.row, at, &model.text), message);
        }
    }
    Ok(true)
}

/// Whether a column is headed as a bare number of people: of a model where it is the same in all its rows.
pub(super) fn counts_all(table: &Table, at: usize) -> bool {
    table.columns.get(at).is_some_and(|column| {
        let words = names::words(&column.name).join(" ");
        matches!(column.role, Role::Count | Role::Base)
            && matches!(
                words.as_str(),
                "n" | "n total" | "total n" | "aantal" | "effectif" | "nombre" | "anzahl"
            )
    })
}

/// The models of a table, told apart by their labels; none where one of them has several numbers of observations.
fn models(table: &Table, at: usize, measures: &[Measure]) -> Result<Option<Vec<Model>>, RecordError> {
    let labels: Vec<usize> = (0..table.columns.len())
        .filter(|&label| label != at && matches!(table.columns[label].role, Role::Dimension | Role::Term))
        .collect();
    let distinct = |label: &usize| table.profiles.get(*label).map_or(0, |profile| profile.distinct);
    let is_term = |label: &&usize| {
        let words = names::words(&table.columns[**label].name);
        words.iter().any(|word| TERMS.contains(&word.as_str()))
    };
    let term =
        labels.iter().find(is_term).or_else(|| labels.iter().max_by_key(|label| distinct(label))).copied();
    let mut models: BTreeMap<String, Model> = BTreeMap::new();
    let mut differ = false;
    table.each_row(|row, cells| {
        let told = measures.iter().any(|measure| {
            let read = measure.read(cells, table.decimal);
            read.value.is_some() && (read.error.is_some() || read.upper.is_some())
        });
        let Some(seen) = cells.number(at).filter(|_| told) else { return };
        let key: String = labels
            .iter()
            .filter(|label| Some(**label) != term)
            .flat_map(|label| [cells.text(*label), "\u{1f}"])
            .collect();
        let new = || Model {
            row,
            text: cells.text(at).to_owned(),
            seen,
            terms: BTreeSet::new(),
            rows: 0,
            intercept: false,
        };
        let model = models.entry(key).or_insert_with(new);
        differ |= model.seen.to_bits() != seen.to_bits();
        model.rows += 1;
        model.intercept |= has_intercept(cells, &labels);
        model.terms.insert(term.map_or_else(|| row.to_string(), |term| cells.text(term).to_owned()));
    })?;
    Ok((!differ).then(|| models.into_values().collect()))
}
