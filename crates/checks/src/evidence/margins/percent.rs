//! What a percentage beside a hidden count, or in brackets behind it, tells of it: where the other rows give its base, the count
//! is within half a last digit of it.

use std::collections::HashMap;

use super::cells::{At, Cells, Content};
use super::frame::Frame;
use crate::audit::Interval;
use crate::evidence::share;
use crate::read::Grid;
use crate::read::value::{Number, Value, value};
use crate::table::{Role, Table};

/// Rows that are looked at.
const ROWS: usize = 2_000;

/// What the percentages of a table tell of its hidden counts.
pub(super) fn told(table: &Table, grid: &Grid, frame: &Frame, cells: &Cells) -> HashMap<At, Interval> {
    let mut told = HashMap::new();
    if frame.height > ROWS {
        return told;
    }
    let percentages: Vec<usize> = (0..table.columns.len())
        .filter(|&at| table.columns.get(at).is_some_and(|column| column.role == Role::Percentage))
        .collect();
    for &count in &frame.measures {
        let inside = Shares { table, grid, cells, count, percentage: None };
        let beside = percentages.iter().map(|&at| Shares { percentage: Some(at), ..inside });
        for shares in std::iter::once(inside).chain(beside) {
            for (row, interval) in shares.told(frame) {
                told.entry((row, count)).or_insert(interval);
            }
        }
    }
    told
}

/// A column of counts, and the percentages beside them or behind them.
#[derive(Clone, Copy)]
struct Shares<'a> {
    table: &'a Table,
    grid: &'a Grid,
    cells: &'a Cells<'a>,
    count: usize,
    percentage: Option<usize>,
}

impl Shares<'_> {
    /// The percentage of a row.
    fn share(&self, row: usize) -> Option<Number> {
        match self.percentage {
            Some(at) => match self.grid.value(row, at) {
                Value::Number(number) if number.value >= 0.0 => Some(number),
                _ => None,
            },
            None => {
                let (_, behind) = self.grid.text(row, self.count).split_once('(')?;
                match value(behind.trim_end().trim_end_matches(')').trim(), self.table.decimal) {
                    Value::Number(number) if (0.0..=100.0).contains(&number.value) => Some(number),
                    _ => None,
                }
            }
        }
    }

    fn scale(&self) -> f64 {
        let of_column = |at| share::scale(self.table, at);
        self.percentage.and_then(of_column).unwrap_or(100.0)
    }

    /// What each hidden count is, by the base that the others have.
    fn told(&self, frame: &Frame) -> Vec<(usize, Interval)> {
        let hidden: Vec<(usize, Number)> = (0..frame.height)
            .filter(|&row| matches!(self.cells.get((row, self.count)), Content::Hidden(_)))
            .filter_map(|row| Some((row, self.share(row).filter(|share| share.value > 0.0)?)))
            .collect();
        if hidden.is_empty() {
            return Vec::new();
        }
        let known: Vec<(usize, i64, Number)> = (0..frame.height)
            .filter_map(|row| Some((row, self.cells.known((row, self.count))?, self.share(row)?)))
            .filter(|(_, count, _)| *count > 0)
            .collect();
        let scale = self.scale();
        let column =
            frame.measures.iter().copied().find(|&at| at != self.count && self.is_base(at, &known, scale));
        let constant = base(&known, scale);
        let within = hidden.into_iter().filter_map(|(row, share)| {
            let of_row =
                column.and_then(|at| self.cells.known((row, at))).map(|base| (base as f64, base as f64));
            let (least, most) = of_row.or(constant)?;
            let half = share::half(share);
            #[allow(
                clippy::cast_possible_truncation,
                reason = "at most a base that was read from a whole number"
            )]
            let interval = Interval::new(
                ((share.value - half).max(0.0) / scale * least - 1e-6).ceil() as i64,
                ((share.value + half) / scale * most + 1e-6).floor() as i64,
            );
            Some((row, interval)).filter(|_| interval.most.is_some_and(|most| most >= interval.least.max(1)))
        });
        within.collect()
    }

    /// Whether the percentages of the other rows are out of the counts in a column.
    fn is_base(&self, at: usize, known: &[(usize, i64, Number)], scale: f64) -> bool {
        let fits = |&(row, count, share): &(usize, i64, Number)| {
            let base = self.cells.known((row, at)).filter(|base| *base >= count)? as f64;
            Some((count as f64 / base * scale - share.value).abs() <= share::half(share) + 1e-9)
        };
        let all: Option<Vec<bool>> = known.iter().map(fits).collect();
        all.is_some_and(|all| all.len() >= 2 && all.into_iter().all(|fits| fits))
    }
}

/// The least and the greatest base that all these counts and percentages have in common; none where they have none, or it is
/// told by fewer than two.
fn base(known: &[(usize, i64, Number)], scale: f64) -> Option<(f64, f64)> {
    let (mut least, mut most) = (0.0_f64, f64::INFINITY);
    let mut counts = Vec::new();
    for &(_, count, share) in known.iter().filter(|(.., share)| share.value > 0.0) {
        let half = share::half(share);
        least = least.max(count as f64 * scale / (share.value + half));
        most = most.min(count as f64 * scale / (share.value - half).max(1e-9));
        counts.push(count);
    }
    counts.sort_unstable();
    counts.dedup();
    let (least, most) = ((least - 1e-6).ceil(), (most + 1e-6).floor());
    (counts.len() >= 2 && least <= most && most.is_finite()).then_some((least, most))
}
