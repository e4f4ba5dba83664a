//! Model output: which columns of a table hold ratios, coefficients, their errors and intervals, and what a print-out
//! states of observations and degrees of freedom.

mod header;
mod measure;
mod printed;
mod statement;

pub(crate) use header::Head;
pub(crate) use measure::{Estimate, Figure, Measure, has_intercept};
pub(crate) use printed::printed;
pub(crate) use statement::{Fit, Stated, statements};

use crate::read::names;
use crate::table::Table;

/// The columns of a table that speak of a model.
#[derive(Debug)]
pub(crate) struct Columns {
    heads: Vec<Option<Head>>,
}

/// Columns of a table that is looked at.
const MOST: usize = 400;

impl Columns {
    /// What the headers of a table say; none where they say nothing of a model.
    pub(crate) fn of(table: &Table) -> Option<Self> {
        if table.columns.len() > MOST || table.is_record_level() {
            return None;
        }
        let heads: Vec<Option<Head>> =
            table.columns.iter().map(|column| header::head(&column.name)).collect();
        heads.iter().any(Option::is_some).then_some(Self { heads })
    }

    /// The first column of this kind.
    pub(crate) fn find(&self, head: Head) -> Option<usize> {
        self.heads.iter().position(|other| *other == Some(head))
    }

    /// All columns of this kind.
    pub(crate) fn all(&self, head: Head) -> impl Iterator<Item = usize> {
        self.heads.iter().enumerate().filter(move |(_, other)| **other == Some(head)).map(|(at, _)| at)
    }

    /// Whether there is a column of this kind.
    pub(crate) fn has(&self, head: Head) -> bool {
        self.find(head).is_some()
    }

    /// The measures of the table: an estimate with its error or its interval each. Estimates of which nothing tells how sure
    /// they are stand alone where `alone` is said.
    pub(crate) fn measures(&self, table: &Table) -> Vec<Measure> {
        let mut found = Vec::new();
        for (at, head) in self.heads.iter().enumerate() {
            let ratio = match head {
                Some(Head::Ratio) => true,
                Some(Head::Estimate | Head::LogRatio) => false,
                _ => continue,
            };
            let logarithm = *head == Some(Head::LogRatio);
            let measure = Measure {
                estimate: at,
                ratio,
                logarithm,
                lower: self.beside(at, Head::Lower),
                upper: self.beside(at, Head::Upper),
                interval: self.beside(at, Head::Interval),
                error: self.beside(at, Head::StandardError),
                compound: table.profiles.get(at).is_some_and(|of| of.estimates * 2 > of.said()),
            };
            // `exp(coef)` beside `coef`: the ratio has the interval, the coefficient the error.
            if measure.is_told()
                || self.heads.iter().any(|head| matches!(head, Some(Head::P | Head::Z | Head::T)))
            {
                found.push(measure);
            }
        }
        found
    }

    /// The column of this kind that belongs to an estimate: the next behind it before another estimate with its own, else any.
    fn beside(&self, estimate: usize, head: Head) -> Option<usize> {
        let behind =
            self.heads.iter().enumerate().skip(estimate + 1).find(|(_, other)| **other == Some(head));
        behind.map(|(at, _)| at).or_else(|| self.find(head))
    }
}

/// Whether a label is that of an intercept.
pub(crate) fn is_intercept(label: &str) -> bool {
    let word: String = label.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    matches!(
        word.as_str(),
        "intercept" | "const" | "constant" | "cons" | "constante" | "achsenabschnitt" | "ordonneealorigine"
    )
}

/// Whether a label is that of the residuals of an analysis of variance.
pub(crate) fn is_residual(label: &str) -> bool {
    let words = names::words(label);
    let list = "residual residuals resid error errors within residu residus residuen erreur erreurs fehler fout binnen intra \
        residuelle residuel innerhalb";
    label.len() <= 40
        && words.first().is_some_and(|word| list.split_whitespace().any(|listed| listed == word))
        && words.iter().all(|word| !matches!(word.as_str(), "std" | "standard" | "deviance" | "se"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_rows_are_told() {
        for label in ["(Intercept)", "const", "_cons", "Intercept", "Constant"] {
            assert!(is_intercept(label), "{label}");
        }
        assert!(!is_intercept("constantly ill") && !is_intercept("age"));
        for label in ["Residuals", "Residual", "Error", "Within Groups", "Residuals "] {
            assert!(is_residual(label), "{label}");
        }
        assert!(!is_residual("Residual Std. Error") && !is_residual("sex"));
    }
}
