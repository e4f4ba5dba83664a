//! Rows of a model table that states no degrees of freedom: decided by counts beside them or by the information bound.

use crate::cells::Row;
use crate::model::{Columns, Estimate, Fit, Head, Measure, has_intercept};
use crate::read::names;
use crate::read::record::RecordError;
use crate::read::value::Value;
use crate::rule::Findings;
use crate::table::{Role, Table};

use super::Params;

/// Terms that a model is taken to have at most, where its observations stand in the row and its terms do not.
const TERMS: f64 = 24.0;
/// Rows that a finding names.
const NAMED: usize = 12;

/// What is known of a table before its rows are judged.
struct Known<'a> {
    params: &'a Params,
    table: &'a Table,
    measures: &'a [Measure],
    labels: Vec<usize>,
    counts: Vec<usize>,
    /// For each measure, whether the bound speaks of it.
    bounded: Vec<bool>,
    /// Standard normal quantile of the intervals.
    quantile: f64,
}

/// Judges every row; the undecided ones make one finding.
pub(super) fn rows(
    params: &Params,
    fit: &Fit,
    table: &Table,
    columns: &Columns,
    measures: &[Measure],
    found: &mut Findings,
) -> Result<(), RecordError> {
    let known = Known::of(params, fit, table, columns, measures)?;
    let (mut undecided, mut all, mut by_bound, mut intercepts) = (Vec::new(), 0_u64, 0_u64, Vec::new());
    table.each_row(|row, cells| {
        let weighed = known.weigh(cells);
        all += u64::from(weighed != Weighed::Nothing);
        by_bound += u64::from(weighed == Weighed::Bound);
        match weighed {
            Weighed::Open => undecided.push(row),
            Weighed::Intercept => intercepts.push(row),
            Weighed::Nothing | Weighed::Counts | Weighed::Bound => {}
        }
    })?;
    // An intercept is of the model of the other rows; alone it is all that there is.
    if all == intercepts.len() as u64 {
        undecided.append(&mut intercepts);
    }
    if let Some(first) = undecided.first() {
        let place = if undecided.len() == 1 { table.row(*first) } else { table.whole() };
        found.leave(place, known.says(&undecided, fit, by_bound));
    }
    Ok(())
}

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weighed {
    /// It holds no estimate, or that of a reference.
    Nothing,
    Intercept,
    /// Counts beside it are large enough.
    Counts,
    /// The bound is large enough.
    Bound,
    Open,
}

impl<'a> Known<'a> {
    fn of(
        params: &'a Params,
        fit: &Fit,
        table: &'a Table,
        columns: &Columns,
        measures: &'a [Measure],
    ) -> Result<Self, RecordError> {
        let of_measures = |at: usize| {
            measures
                .iter()
                .any(|of| [Some(of.estimate), of.lower, of.upper, of.interval, of.error].contains(&Some(at)))
        };
        let role = |roles: &[Role]| -> Vec<usize> {
            (0..table.columns.len())
                .filter(|&at| roles.contains(&table.columns[at].role) && !of_measures(at))
                .collect()
        };
        let mut counts = role(&[Role::Count, Role::Base]);
        counts.retain(|at| names::counts_things(&table.columns[*at].name).is_none());
        counts.extend(columns.all(Head::Observations).filter(|at| !counts.contains(at)).collect::<Vec<_>>());
        let robust =
            fit.robust || table.columns.iter().any(|column| column.name.to_lowercase().contains("robust"));
        let likelihood = fit.likelihood || columns.has(Head::Z);
        let mut bounded = Vec::new();
        for measure in measures {
            let told =
                measure.ratio || measure.logarithm || likelihood || is_symmetric_in_logs(table, measure)?;
            bounded.push(told && !robust);
        }
        let interval = table.columns.iter().any(|column| column.name.contains("99"));
        let quantile = if interval { 2.576 } else { 1.96 };
        let labels = role(&[Role::Dimension, Role::Term]);
        Ok(Self { params, table, measures, labels, counts, bounded, quantile })
    }

    fn weigh(&self, cells: &Row<'_>) -> Weighed {
        let read: Vec<Estimate> =
            self.measures.iter().map(|measure| measure.read(cells, self.table.decimal)).collect();
        let is_told = |read: &Estimate| read.error.is_some() || read.lower.is_some() && read.upper.is_some();
        // A reference has an estimate of one (or of zero) and nothing beside it.
        let reference = |read: &Estimate| {
            !is_told(read) && read.value.is_none_or(|value| value.value == 1.0 || value.value == 0.0)
        };
        if read.iter().all(reference) {
            return Weighed::Nothing;
        }
        if has_intercept(cells, &self.labels) {
            return Weighed::Intercept;
        }
        if self.largest_count(cells).is_some_and(|count| count - TERMS - 1.0 >= self.params.residual()) {
            return Weighed::Counts;
        }
        let continuous = self.labels.iter().any(|at| is_continuous(cells.text(*at)));
        let safe = !continuous
            && read.iter().zip(self.measures).zip(&self.bounded).all(|((read, measure), bounded)| {
                reference(read)
                    || *bounded
                        && self.information(measure, read).is_some_and(|at| at >= self.params.threshold())
            });
        if safe { Weighed::Bound } else { Weighed::Open }
    }

    fn largest_count(&self, cells: &Row<'_>) -> Option<f64> {
        let count = |at: &usize| match cells.value(*at) {
            Value::Number(number) | Value::CountWith(number) => number.count().map(|_| number.value),
            Value::OutOf(_, of) => Some(of.value),
            _ => None,
        };
        self.counts.iter().filter_map(count).reduce(f64::max)
    }

    /// 1/SE² on the scale of logarithms, of the widest interval that is printed so.
    fn information(&self, measure: &Measure, read: &Estimate) -> Option<f64> {
        let half = |decimals: u8| 0.5 * 10_f64.powi(-i32::from(decimals));
        let finite = |figure: crate::model::Figure| figure.bounded.is_none() && figure.value.is_finite();
        let logs = measure.logarithm || !measure.ratio && !self.is_ratio_by_shape(read);
        if let (Some(lower), Some(upper)) =
            (read.lower.filter(|at| finite(*at)), read.upper.filter(|at| finite(*at)))
        {
            let decimals = lower.decimals.max(upper.decimals);
            let (low, high) = (lower.value - half(decimals), upper.value + half(decimals));
            let width = if logs {
                high - low
            } else if low > 0.0 {
                (high / low).ln()
            } else {
                return None;
            };
            let error = width / (2.0 * self.quantile);
            return (error > 0.0).then(|| error.powi(-2));
        }
        let error = read.error.filter(|at| finite(*at))?;
        let error_value = error.value + half(error.decimals);
        // The error of a ratio is printed on either scale: the larger one is safe.
        let estimate = read.value.map_or(1.0, |value| value.value);
        let largest = if logs { error_value } else { error_value.max(error_value / estimate.max(1e-300)) };
        (largest > 0.0).then(|| largest.powi(-2))
    }

    /// Whether an estimate and its bounds lie as those of a ratio do.
    fn is_ratio_by_shape(&self, read: &Estimate) -> bool {
        let (Some(value), Some(lower), Some(upper)) = (read.value, read.lower, read.upper) else {
            return false;
        };
        lower.value > 0.0 && lower.value <= value.value && value.value <= upper.value && {
            let (below, above) = ((value.value / lower.value).ln(), (upper.value / value.value).ln());
            let even = (value.value - lower.value - (upper.value - value.value)).abs();
            (below - above).abs() <= 0.1 * (below + above) && even > 0.0
        }
    }

    fn says(&self, rows: &[u64], fit: &Fit, by_bound: u64) -> String {
        let named: Vec<String> = rows.iter().take(NAMED).map(|row| format!("row {row}")).collect();
        let more = rows.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let threshold = self.params.threshold();
        let why = if self.bounded.iter().any(|bounded| *bounded) {
            let safe = match by_bound {
                0 => String::new(),
                1 => " It decides 1 other row.".to_owned(),
                _ => format!(" It decides {by_bound} other rows."),
            };
            format!(
                "Neither degrees of freedom nor counts are printed, and the information bound does not reach {threshold} there. \
                 It takes terms for binary, errors for model-based and intervals for {} %.{safe}",
                if self.quantile > 2.0 { 99 } else { 95 }
            )
        } else if fit.robust {
            "Neither degrees of freedom nor counts are printed, and the information bound does not hold for robust errors.".to_owned()
        } else {
            "Neither degrees of freedom nor counts are printed, and nothing says that the model is logistic, Poisson or Cox, so \
             that the information bound does not speak of it."
                .to_owned()
        };
        format!(
            "On how many people {} cannot be told: {}{more}. {why}",
            rows_of(rows.len()),
            named.join(", ")
        )
    }
}

fn rows_of(many: usize) -> String {
    if many == 1 {
        "the estimate of one row rests".to_owned()
    } else {
        format!("the estimates of {many} rows rest")
    }
}

/// Whether the estimates of a column and their bounds lie as those of ratios do: even on the scale of logarithms and not else.
fn is_symmetric_in_logs(table: &Table, measure: &Measure) -> Result<bool, RecordError> {
    let (mut logs, mut plain, mut all) = (0_u64, 0_u64, 0_u64);
    table.each_row(|_, cells| {
        let read = measure.read(cells, table.decimal);
        let (Some(value), Some(lower), Some(upper)) = (read.value, read.lower, read.upper) else { return };
        if !(lower.value < upper.value && lower.value <= value.value && value.value <= upper.value) {
            return;
        }
        all += 1;
        let (below, above) = (value.value - lower.value, upper.value - value.value);
        plain += u64::from((below - above).abs() <= 0.02 * (below + above));
        if lower.value > 0.0 {
            let (below, above) = ((value.value / lower.value).ln(), (upper.value / value.value).ln());
            logs += u64::from((below - above).abs() <= 0.02 * (below + above));
        }
    })?;
    Ok(all >= 3 && logs * 10 >= all * 9 && plain * 2 < all)
}

/// Whether a label names a term that is no group: a measurement, or a step on a scale.
fn is_continuous(label: &str) -> bool {
    const SAYS: &str = "per continuous linear spline splines rcs poly log slope trend score squared increase unit sd increment ns bs";
    const ALONE: &str =
        "age year years bmi weight height income time imd dose sbp dbp leeftijd alter duration";
    if label.len() > 80 || label.is_empty() {
        return false;
    }
    let words = names::words(label);
    words.iter().any(|word| SAYS.split(' ').any(|listed| listed == word))
        || words.len() == 1 && words.iter().all(|word| ALONE.split(' ').any(|listed| listed == word))
}
