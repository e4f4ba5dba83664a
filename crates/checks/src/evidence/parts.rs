//! What single contributors hold of a sum: the largest and the second beside the total, or the maximum beside mean and size.

use exeat_domain::finding::Severity;

use super::statistic::Statistic;
use super::{Figure, Groups, wanted};
use crate::read::Grid;
use crate::rule::{Findings, Judgement};
use crate::table::Table;

/// The parts of one magnitude cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    /// The cell that is judged: the total, or the maximum that gives the largest part away.
    pub(crate) row: usize,
    pub(crate) column: usize,
    pub(crate) total: f64,
    pub(crate) largest: f64,
    /// The second largest, where it is printed.
    pub(crate) second: Option<f64>,
    /// How many contribute, where it is known.
    pub(crate) contributors: Option<u64>,
    /// Whether the largest part is printed as such; a maximum is one only by what it measures.
    pub(crate) printed: bool,
}

/// The statistics that a largest part is read of.
fn is_part(statistic: Statistic) -> bool {
    matches!(statistic, Statistic::Largest | Statistic::Max)
}

/// What a rule makes of one magnitude cell.
pub(crate) enum Weighed {
    /// It gives a contributor away, and how.
    Found(String),
    /// More would have to be printed to tell.
    Open,
    Nothing,
}

/// Judges the magnitude cells of a table: what is found blocks; where nothing is, and some are open, `why` says of how many.
pub(crate) fn judge(
    table: &Table,
    weigh: impl Fn(&Parts) -> Weighed,
    why: impl Fn(u64) -> String,
) -> Judgement {
    let (groups, grid) = match wanted(table, is_part) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let (mut found, mut open) = (Findings::default(), 0_u64);
    for parts in parts(groups, table, grid).filter(Parts::is_sound) {
        match weigh(&parts) {
            Weighed::Found(message) => {
                let place = table.cell(parts.row as u64, parts.column, grid.text(parts.row, parts.column));
                found.push(Severity::Block, place, message);
            }
            Weighed::Open => open += 1,
            Weighed::Nothing => {}
        }
    }
    if found.is_empty() && open > 0 { Judgement::Undecided(why(open)) } else { Judgement::Decided(found) }
}

/// Every magnitude cell of a table whose largest part is known.
fn parts<'a>(groups: &'a Groups, table: &'a Table, grid: &'a Grid) -> impl Iterator<Item = Parts> + 'a {
    let contributors = groups.contributors(table);
    (0..table.columns.len()).flat_map(move |column| {
        groups.figures(table, grid, column, is_part).filter_map(move |figure| {
            let near = |is: fn(Statistic) -> bool| groups.beside(table, grid, figure, is);
            let counted =
                contributors.and_then(|at| super::size::count(grid, figure.row, at)).map(|(n, _)| n);
            let size = || groups.size(table, grid, figure.row, column).and_then(|size| size.known());
            if figure.statistic == Statistic::Largest {
                let sum = near(|statistic| statistic == Statistic::Sum);
                let second = near(|statistic| statistic == Statistic::Second);
                let (total, place) = match sum {
                    Some(sum) => (sum.number.value, sum),
                    None => (mean_times_size(near(is_mean)?, counted.or_else(size)?), figure),
                };
                let largest = figure.number.value;
                let second = second.map(|figure| figure.number.value);
                return Some(Parts {
                    row: place.row,
                    column: place.column,
                    total,
                    largest,
                    second,
                    contributors: counted.or_else(size),
                    printed: true,
                });
            }
            by_maximum(groups, table, grid, figure, size()?)
        })
    })
}

fn is_mean(statistic: Statistic) -> bool {
    statistic == Statistic::Mean
}

fn mean_times_size(mean: Figure, size: u64) -> f64 {
    mean.number.value * size as f64
}

/// The maximum of a magnitude that adds up, out of the size times the mean: at least so much, whatever was rounded.
fn by_maximum(groups: &Groups, table: &Table, grid: &Grid, figure: Figure, size: u64) -> Option<Parts> {
    let least = groups.beside(table, grid, figure, |statistic| statistic == Statistic::Min);
    let mean = groups.beside(table, grid, figure, is_mean)?;
    let not_negative = least.is_none_or(|least| least.number.value >= 0.0);
    let adds = groups.adds_up(table, grid, figure.row, figure.column);
    let total = (mean.number.value + super::half(mean.number)) * size as f64;
    let largest = figure.number.value - super::half(figure.number);
    (not_negative && adds && size > 1).then_some(Parts {
        row: figure.row,
        column: figure.column,
        total,
        largest,
        second: None,
        contributors: Some(size),
        printed: false,
    })
}

impl Parts {
    /// Whether shares of the total mean anything: nothing is negative, and no part exceeds the whole by more than rounding does.
    pub(crate) fn is_sound(&self) -> bool {
        let parts = [Some(self.largest), self.second];
        self.total > 0.0
            && self.largest > 0.0
            && parts.into_iter().flatten().all(|part| part >= 0.0 && part <= self.total * 1.001)
            && self.second.is_none_or(|second| second <= self.largest)
    }
}
